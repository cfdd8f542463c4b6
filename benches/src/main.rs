//! How fast the engine is, beside a bare event loop in the same run.
//!
//! Stored workloads go in; a table with times and, above all, ratios comes out: absolute
//! figures move from machine to machine. Every row is the best of several rounds, and the
//! rounds of all rows are interleaved, so that a neighbour on the machine hits all alike.

mod bare;
mod kernel;
mod world;

use std::time::{Duration, Instant};

/// One thing that is timed.
struct Row {
    name: String,
    /// What it is compared with: the name of another row.
    beside: Option<&'static str>,
    /// Does the work; how many units (events, customers) it was.
    work: Box<dyn Fn() -> u64>,
    best: Duration,
    units: u64,
}

impl Row {
    fn new(
        name: impl Into<String>,
        beside: Option<&'static str>,
        work: impl Fn() -> u64 + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            beside,
            work: Box::new(work),
            best: Duration::MAX,
            units: 0,
        }
    }

    fn nanos(&self) -> f64 {
        self.best.as_secs_f64() * 1e9 / self.units as f64
    }
}

const ROUNDS: usize = 5;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // For tools that count instructions: one scene, once; how many events that was.
    if let [once, scene] = arguments.as_slice()
        && once == "--once"
    {
        println!("{}", world::once(scene));
        return;
    }
    section(
        "M/M/1 at load 0.9: nanoseconds a customer",
        &mut kernel::single_queue(),
    );
    section(
        "128 stations, 30 s time-out at every visit: nanoseconds an event",
        &mut kernel::network(),
    );
    section(
        "Whole scenarios: nanoseconds an event",
        &mut world::scenes(),
    );
    world::clones();
    world::seeks();
}

fn section(title: &str, rows: &mut [Row]) {
    for _ in 0..ROUNDS {
        for row in &mut *rows {
            let start = Instant::now();
            row.units = (row.work)();
            row.best = row.best.min(start.elapsed());
        }
    }
    println!("\n## {title}\n\n| what | ns | ratio |\n|---|---|---|");
    for row in &*rows {
        let base = row
            .beside
            .and_then(|name| rows.iter().find(|row| row.name == name));
        let ratio = base.map_or_else(
            || "1".to_owned(),
            |base| format!("{:.2}", row.nanos() / base.nanos()),
        );
        println!("| {} | {:.1} | {ratio} |", row.name, row.nanos());
    }
}
