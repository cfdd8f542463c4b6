//! The same document and seed give the same run, however it is run; and a change shows
//! only where it matters.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use interplay_tests::{
    Finished, Setup, document, golden_scenarios, scenario, scenarios_folder, secs,
};
use sim_core::kernel::Silent;

fn golden_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/digests.json")
}

/// To accept new digests after a change that was meant: `INTERPLAY_BLESS=1 cargo test`.
#[test]
fn every_scenario_has_its_golden_digest() {
    let digests: BTreeMap<String, String> = golden_scenarios()
        .into_iter()
        .map(|(name, text)| (name, document(&text).run().digest))
        .collect();
    assert!(
        !digests.is_empty(),
        "no scenarios in {}",
        scenarios_folder().display()
    );
    let found = serde_json::to_string_pretty(&digests).expect("strings can be written") + "\n";
    if std::env::var_os("INTERPLAY_BLESS").is_some() {
        std::fs::write(golden_file(), &found).expect("the golden file can be written");
    }
    let golden = std::fs::read_to_string(golden_file()).expect("the golden file is there");
    assert_eq!(found, golden, "a digest changed: is that what was meant?");
}

#[test]
fn a_run_is_the_same_in_slices_of_any_size_and_with_or_without_a_trace() {
    for (name, text) in golden_scenarios() {
        let setup = document(&text);
        let whole = setup.run();
        for slice in [1_000, 7_919, u64::MAX] {
            let mut run = setup.start();
            while run.advance(slice, &mut Silent).is_none() {}
            assert_eq!(
                run.digest().to_string(),
                whole.digest,
                "{name} in slices of {slice}"
            );
        }
    }
}

#[test]
fn going_back_to_a_keyframe_and_on_from_there_is_the_straight_run() {
    let setup = scenario("slow-payment");
    let whole = setup.run();
    for frame in whole.run.keyframes().frames() {
        let mut again = frame.clone();
        while again.step(whole.run.horizon(), &mut Silent) {}
        assert_eq!(again.digest().to_string(), whole.digest);
    }
}

#[test]
fn another_seed_is_another_run() {
    assert_ne!(
        scenario("checkout").run().digest,
        scenario("checkout").seed(8).run().digest
    );
}

#[test]
fn a_new_service_with_clients_of_its_own_leaves_everybody_elses_run_as_it_was() {
    // Also where instances crash, with requests and deliveries in their hands.
    for name in ["checkout", "slow-payment", "shipping-crash", "work-queue"] {
        let text = std::fs::read_to_string(scenarios_folder().join(format!("{name}.yaml")))
            .expect("the scenario is there");
        let more = text
            .replace(
                "clients:\n",
                "clients:\n  auditors:\n    arrivals: poisson 20/s\n    do: {call: audit.look}\n",
            )
            .replace(
                "services:\n",
                "services:\n  audit:\n    endpoints:\n      look: {do: [{work: {exponential: 30ms}}, {choose: [{chance: 30%, do: {fail: error}}]}]}\n",
            );
        let (before, after) = (document(&text).run(), document(&more).run());
        let newcomers = ["auditors", "audit"];
        assert_eq!(
            before.told_until(secs(60), &[]),
            after.told_until(secs(60), &newcomers),
            "{name}"
        );
        assert_eq!(
            before.summary.clients[0],
            *after.client(&before.summary.clients[0].name),
            "{name}"
        );
    }
}

#[test]
fn the_order_of_paragraphs_in_a_document_changes_nothing() {
    let text = std::fs::read_to_string(scenarios_folder().join("work-queue.yaml"))
        .expect("the scenario is there");
    let place = text.find("services:").expect("it has services");
    let end = text.find("brokers:").expect("it has brokers");
    let moved = format!("{}{}{}", &text[..place], &text[end..], &text[place..end]);
    assert_eq!(document(&text).run().digest, document(&moved).run().digest);
}

#[test]
fn an_entry_on_the_timeline_leaves_everything_before_it_as_it_was() {
    let base = scenario("checkout");
    let entries = [
        "[{at: 30s, for: 5s, fault: {crash: orders.1}}]",
        "[{at: 30s, set: {clients.shoppers.arrivals: poisson 40/s}}]",
        "[{at: 30s, fault: {errors: {what: inventory, rate: 50%}}}]",
        "[{at: 30s, send: {call: gateway.checkout}}]",
    ];
    let before = base.run();
    assert_moves_nothing_before_it(&before, &base, &entries);
    // Nor does an entry move another one by standing before it in the list.
    let sent = "{at: 10s, send: {call: gateway.checkout}}";
    let with_send = base.clone().set("timeline", &format!("[{sent}]"));
    let entries = entries.map(|entry| format!("{}, {sent}]", entry.trim_end_matches(']')));
    let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
    assert_moves_nothing_before_it(&with_send.run(), &base, &entries);
}

fn assert_moves_nothing_before_it(before: &Finished, base: &Setup, entries: &[&str]) {
    for entry in entries {
        let after = base.clone().set("timeline", entry).run();
        assert_eq!(
            before.told_until(secs(30), &[]),
            after.told_until(secs(30), &[]),
            "{entry}"
        );
        assert_ne!(
            before.digest, after.digest,
            "{entry} changed nothing at all"
        );
    }
}

#[test]
fn a_fault_at_one_service_leaves_the_draws_of_another_where_they_were() {
    // Each order's work at `orders` is drawn for that order: the slow payment moves when it
    // happens, not how long it takes.
    let starts = |name: &str| -> Vec<u64> {
        let run = scenario(name).run();
        let records = run.trace.records();
        let arrivals = records
            .iter()
            .filter(|record| matches!(record.what, sim_core::world::What::JourneyBegan));
        arrivals.map(|record| record.at.as_nanos()).collect()
    };
    assert_eq!(starts("checkout"), starts("slow-payment"));
}
