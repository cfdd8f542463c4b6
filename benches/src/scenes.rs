//! The stored workloads, and one run of each: for the benchmarks of this package, and as a
//! WebAssembly module whose exports `wasm.mjs` times.

use sim_core::kernel::{Budgets, Silent};
use sim_core::scenario::Scenario;
use sim_core::world::Run;

/// The workloads by name.
pub const SCENES: [(&str, &str); 4] = [
    ("M/M/1", include_str!("../workloads/m-m-1.yaml")),
    ("three tiers", include_str!("../workloads/three-tiers.yaml")),
    ("work queue", include_str!("../workloads/work-queue.yaml")),
    ("shop", include_str!("../workloads/shop.yaml")),
];

/// A run of a document at its start.
///
/// # Panics
/// If the document is not in order.
pub fn start(text: &str) -> Run {
    let scenario = Scenario::parse(text).expect("the workload is in order");
    Run::start(&scenario, Budgets::default()).expect("the workload can be run")
}

/// Runs the scene with this number once, without a trace; how many events that was.
#[unsafe(no_mangle)]
pub extern "C" fn scene(number: u32) -> f64 {
    let mut run = start(SCENES[number as usize].1);
    run.finish(&mut Silent);
    run.handled() as f64
}
