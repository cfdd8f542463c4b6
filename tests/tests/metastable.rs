//! A metastable failure: it outlives its trigger on every seed, and ends with the settings that
//! its story names.
//!
//! N. Bronson, A. Aghayev, A. Charapko, T. Zhu, "Metastable Failures in Distributed Systems",
//! `HotOS` 2021 (<https://sigops.org/s/conferences/hotos/2021/papers/hotos21-s11-bronson.pdf>): a
//! database for 300 queries a second that gets 280, a time-out and one retry.

use interplay_tests::moments::{share_ok, state};
use interplay_tests::statistics::SEEDS;
use interplay_tests::{Setup, assert_holds, document, for_seeds, scenario, secs};
use sim_core::kernel::SimTime;

const TEXT: &str = include_str!("../../static/scenarios/metastable.yaml");

/// The scenario with another entry of the timeline in the place of its cure.
fn cured_by(entry: &str) -> Setup {
    let cure = TEXT
        .lines()
        .find(|line| line.contains("at: 50s, set:"))
        .expect("the cure is in the timeline");
    document(&TEXT.replace(cure, entry)).set("horizon", "60s")
}

/// The shares of visitors with an answer: before the trigger, from 5 s after it on, and 35 s
/// after it.
fn goodput(setup: &Setup) -> [Vec<f64>; 3] {
    let mut shares = [const { Vec::new() }; 3];
    for seed in 0..SEEDS {
        let run = setup.clone().seed(seed).run();
        for (shares, (from, to)) in shares.iter_mut().zip([(0, 10), (25, 60), (55, 60)]) {
            shares.push(share_ok(&run, "visitors", secs(from), secs(to)));
        }
    }
    shares
}

fn least(shares: &[f64]) -> f64 {
    shares.iter().copied().fold(1.0, f64::min)
}

fn most(shares: &[f64]) -> f64 {
    shares.iter().copied().fold(0.0, f64::max)
}

#[test]
fn the_failure_outlives_its_trigger_on_every_seed() {
    let [before, after, late] = goodput(&cured_by(""));
    assert!(least(&before) > 0.95, "{before:?}");
    assert!(most(&after) < 0.01, "{after:?}");
    assert!(most(&late) < 0.01, "{late:?}");
}

#[test]
fn a_short_queue_ends_it_with_its_trigger_on_every_seed() {
    let short = cured_by("").set("services.database.workers.queue", "100");
    let [_, after, _] = goodput(&short);
    assert!(least(&after) > 0.99, "{after:?}");
}

#[test]
fn a_budget_for_retries_ends_it_within_35_s_on_every_seed() {
    let retry = "{attempts: 2, wait: 0ms, budget: {tokens: 10, per-success: 0.1}}";
    let [_, after, late] = goodput(&cured_by("").set("policies.again.retry", retry));
    assert!(least(&late) > 0.95, "{late:?}");
    assert!(least(&after) > 0.3, "{after:?}");
}

#[test]
fn deadlines_alone_do_not_end_it() {
    let told = cured_by("").set("policies.patience.timeout.propagate", "true");
    let [_, after, late] = goodput(&told);
    assert!(most(&after) < 0.2, "{after:?}");
    assert!(most(&late) < 0.2, "{late:?}");
}

#[test]
fn the_exercise_fails_as_it_is_written_and_a_short_queue_does_it() {
    assert!(scenario("metastable").run().violation("back").count > 0);
    let short = scenario("metastable").set("services.database.workers.queue", "100");
    for_seeds(&short, 1..21, |run| assert_holds!(run, "back"));
}

#[test]
fn the_visitors_of_the_story_fare_as_it_says() {
    let run = scenario("metastable").run();
    let well = |from: SimTime, to| share_ok(&run, "visitors", from, to);
    assert!(well(SimTime::ZERO, secs(10)) > 0.999);
    assert!(well(secs(35), secs(50)) == 0.0);
    let queue = |at| state(&run, "database", at).waiting;
    assert!(queue(secs(9)) < 60, "{}", queue(secs(9)));
    assert_eq!(state(&run, "database", secs(10)).rejected, 0);
    assert!(queue(SimTime::from_nanos(20_500_000_000)) >= 590);
    assert!(queue(secs(45)) >= 550, "{}", queue(secs(45)));
    // Four seconds after the cure everybody is answered again.
    assert!(
        well(secs(54), secs(70)) > 0.99,
        "{}",
        well(secs(54), secs(70))
    );

    // Without retries alone it takes a quarter of a minute.
    let cure = "  - {at: 50s, set: {policies.again.retry.attempts: 1}}";
    let slowly = cured_by(cure).set("horizon", "75s").run();
    let well = |from, to| share_ok(&slowly, "visitors", secs(from), secs(to));
    assert!(well(50, 60) < 0.1, "{}", well(50, 60));
    assert!(well(68, 75) > 0.9, "{}", well(68, 75));
}
