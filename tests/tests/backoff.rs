//! *Exponential Backoff And Jitter* as a scenario: what its story says, and what was recorded of
//! the simulator that was published with the article.
//!
//! M. Brooker, AWS Architecture Blog, 2015
//! (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>).

use interplay_tests::moments::state;
use interplay_tests::statistics::over_seeds;
use interplay_tests::{Setup, assert_holds, for_seeds, scenario, secs};
use sim_core::kernel::{SimDuration, SimTime};
use sim_core::world::What;

/// The crowds, with the algorithm's name in the recording.
const CROWDS: [(&str, &str); 4] = [
    ("plain", "Exponential"),
    ("equal", "EqualJitter"),
    ("full", "FullJitter"),
    ("decorrelated", "Decorr"),
];

#[derive(serde::Deserialize)]
struct Row {
    clients: u32,
    algo: String,
    /// When the last client was done, in milliseconds.
    time_mean: f64,
    /// How many writes were tried.
    calls_mean: f64,
}

fn recorded() -> Vec<Row> {
    serde_json::from_str(include_str!("../oracles/aws-backoff.json")).expect("JSON")
}

/// The scenario with crowds of this size, and time enough for the slowest.
fn crowds_of(clients: u32) -> Setup {
    CROWDS.iter().fold(
        scenario("backoff-jitter").set("horizon", "199s"),
        |setup, (crowd, _)| {
            let arrivals = format!("{{burst: {{size: {clients}, every: 100s}}}}");
            setup.set(&format!("clients.{crowd}.arrivals"), &arrivals)
        },
    )
}

/// For each crowd when the last one was done, in milliseconds, and how often a write was tried.
fn outcome(setup: &Setup) -> [f64; 8] {
    let summary = setup.summary();
    let mut figures = CROWDS.iter().flat_map(|(crowd, _)| {
        let mut clients = summary.clients.iter();
        let client = clients.find(|client| client.name == *crowd);
        let client = client.expect("a crowd");
        assert_eq!(client.open, 0, "{crowd} is not done");
        let mut calls = summary.calls.iter();
        let calls = calls.find(|calls| calls.from == *crowd).expect("its calls");
        [client.max.as_secs_f64() * 1e3, calls.attempts as f64]
    });
    std::array::from_fn(|_| figures.next().expect("two figures a crowd"))
}

#[test]
fn crowds_that_write_one_row_take_as_long_and_as_many_calls_as_was_recorded() {
    // The model is the same: fifty clients at once, |N(10, 2)| ms a message, version checked at
    // the row. Times are those of the last one done.
    let recorded = recorded();
    for clients in [10, 50, 100] {
        // A small crowd varies more, so it is repeated more often: each figure is a mean of its own.
        let repetitions = u64::from(100 / clients);
        let found = over_seeds(|seed| {
            let mut mean = [0.0; 8];
            for repetition in 0..repetitions {
                let setup = crowds_of(clients).seed(seed * repetitions + repetition);
                for (mean, figure) in mean.iter_mut().zip(outcome(&setup)) {
                    *mean += figure / repetitions as f64;
                }
            }
            mean
        });
        for ((crowd, algorithm), figures) in CROWDS.iter().zip(found.chunks(2)) {
            let mut rows = recorded.iter();
            let row = rows
                .find(|row| row.clients == clients && row.algo == *algorithm)
                .expect("a row of the recording");
            figures[0].reproduces(&format!("{crowd} {clients}: time"), row.time_mean);
            figures[1].reproduces(&format!("{crowd} {clients}: calls"), row.calls_mean);
        }
    }
}

#[test]
fn without_any_pause_a_crowd_is_quickest_and_calls_twice_as_often_as_with_full_jitter() {
    let at_once = |setup: Setup| setup.set("policies.no-jitter.retry.wait.exponential.base", "0ms");
    let found = over_seeds(|seed| outcome(&at_once(scenario("backoff-jitter").seed(seed))));
    let recorded = recorded();
    let mut rows = recorded.iter();
    let row = rows.find(|row| row.clients == 50 && row.algo == "None");
    let row = row.expect("a row of the recording");
    found[0].reproduces("time", row.time_mean);
    found[1].reproduces("calls", row.calls_mean);
    let [.., full_time, full_calls, _, _] = found;
    assert!(found[0].mean < full_time.mean / 2.0);
    assert!((1.9..2.3).contains(&(found[1].mean / full_calls.mean)));
}

#[test]
fn five_attempts_are_followed_by_pauses_of_1_2_4_8_and_16_s_and_then_it_gives_up() {
    let run = scenario("backoff-jitter").run();
    let records = run.trace.records().iter();
    let caller = records.clone().filter(|record| record.at < secs(40));
    let pauses: Vec<SimDuration> = caller
        .clone()
        .filter_map(|record| match record.what {
            What::BackedOff { until, .. } => Some(until.since(record.at)),
            _ => None,
        })
        .collect();
    assert_eq!(pauses, [1, 2, 4, 8, 16].map(SimDuration::from_secs));
    let mut ends = caller.filter_map(|record| match record.what {
        What::CallFinished { attempts, .. } => Some((attempts, record.at)),
        _ => None,
    });
    let millis = |count: u64| SimTime::from_nanos(count * 1_000_000);
    assert_eq!(ends.next(), Some((5, millis(32_500))));
    let closed = |at| state(&run, "closed", at).failed;
    assert_eq!((closed(millis(2_120)), closed(millis(16_500))), (1, 5));
}

#[test]
fn the_crowds_of_the_story_come_through_as_it_says() {
    let run = scenario("backoff-jitter").run();
    let done =
        |crowd, millis: u64| state(&run, crowd, SimTime::from_nanos(millis * 1_000_000)).done;
    let all = |millis| CROWDS.map(|(crowd, _)| done(crowd, millis));
    assert_eq!(all(50_060), [1, 1, 1, 1]);
    assert_eq!(all(52_000), [15, 40, 49, 49]);
    assert_eq!(all(54_000)[1..], [50, 50, 50]);
    assert!(done("plain", 56_000) < 25);
    assert_eq!((done("plain", 85_000), done("plain", 86_000)), (49, 50));
    let calls = |crowd| run.calls(crowd, "stock.take").attempts;
    assert_eq!((calls("plain"), calls("full")), (609, 328));
    let (plain, full) = (run.client("plain").max, run.client("full").max);
    assert_eq!(
        (
            plain.as_nanos() / 1_000_000_000,
            full.as_nanos() / 100_000_000
        ),
        (35, 20)
    );
}

#[test]
fn half_of_jitter_does_the_exercise_and_none_does_not() {
    let jittered = scenario("backoff-jitter").set("policies.no-jitter.retry.jitter", "50%");
    for_seeds(&jittered, 1..21, |run| assert_holds!(run, "plain-soon"));
    for_seeds(&scenario("backoff-jitter"), 1..21, |run| {
        assert!(run.violation("plain-soon").count > 0);
        assert_holds!(run, "full-soon");
    });
}
