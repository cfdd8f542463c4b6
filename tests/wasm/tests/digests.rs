//! Every scenario that comes with the page has the same digest natively and in the browser,
//! straight through or in slices.

use std::collections::BTreeMap;

use sim_core::kernel::{Budgets, Silent};
use sim_core::observe::Trace;
use sim_core::scenario::Scenario;
use sim_core::world::Run;

/// A scenario that comes with the page.
macro_rules! preset {
    ($name:literal) => {
        (
            $name,
            include_str!(concat!("../../../static/scenarios/", $name, ".yaml")),
        )
    };
}

/// A scenario made for tests.
macro_rules! golden {
    ($name:literal) => {
        (
            $name,
            include_str!(concat!("../../scenarios/golden/", $name, ".yaml")),
        )
    };
}

/// One line a scenario, by name; the first test says if one is missing.
const SCENARIOS: &[(&str, &str)] = &[
    preset!("backoff-jitter"),
    golden!("balanced"),
    preset!("blocking-or-not"),
    preset!("bulkheads"),
    preset!("checkout"),
    preset!("circuit-breaker"),
    preset!("degradation"),
    golden!("every-defence"),
    golden!("every-draw"),
    golden!("every-fault"),
    golden!("every-policy"),
    golden!("every-statement"),
    golden!("every-value"),
    golden!("everything"),
    preset!("fan-out"),
    preset!("full-threads"),
    preset!("hedging"),
    preset!("metastable"),
    preset!("open-or-closed"),
    preset!("partition"),
    preset!("retry-and-loss"),
    preset!("retry-budget"),
    preset!("retry-layers"),
    preset!("retry-storm"),
    preset!("shipping-crash"),
    preset!("slow-payment"),
    preset!("two-choices"),
    preset!("utilisation"),
    preset!("waiting-or-not"),
    preset!("work-queue"),
];

/// What `tests/tests/determinism.rs` holds the native runs to.
fn golden() -> BTreeMap<String, String> {
    serde_json::from_str(include_str!("../../golden/digests.json"))
        .expect("the golden file is JSON")
}

fn start(text: &str) -> Run {
    let scenario = Scenario::parse(text).expect("the scenario is in order");
    Run::start(&scenario, Budgets::default()).expect("the scenario can be run")
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn every_scenario_is_compared() {
    let names: Vec<String> = SCENARIOS
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert_eq!(
        names,
        golden().into_keys().collect::<Vec<_>>(),
        "add the new scenario to this file"
    );
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn a_straight_run_without_a_trace_has_the_golden_digest() {
    let golden = golden();
    for (name, text) in SCENARIOS.iter().copied() {
        let mut run = start(text);
        run.finish(&mut Silent);
        assert_eq!(run.digest().to_string(), golden[name], "{name}");
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn a_run_in_slices_with_a_trace_has_the_golden_digest() {
    let golden = golden();
    for (name, text) in SCENARIOS.iter().copied() {
        let mut run = start(text);
        let mut trace = Trace::new(run.topology().entities.len());
        while run.advance(997, &mut trace).is_none() {}
        assert_eq!(run.digest().to_string(), golden[name], "{name}");
    }
}
