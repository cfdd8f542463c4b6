//! How much is taken on at a time: bulkheads that are pools of threads, limits that adapt, and
//! services that shed.

use interplay_tests::{Finished, document};
use sim_core::kernel::{SimDuration, SimTime};
use sim_core::scenario::Scenario;
use sim_core::world::{GuardId, Outcome, Reading, Record, What};

/// A shop that asks a bank under the policy `p`; `workers` are the bank's, who work for so long.
fn shop(arrivals: &str, policies: &str, workers: &str, work: &str, rest: &str) -> String {
    format!(
        "scenario: 1
title: Shop and bank
seed: 3
horizon: 30s
clients:
  people: {{arrivals: {arrivals}, do: {{call: shop.buy}}}}
services:
  shop:
    workers: {{async: 1000}}
    endpoints: {{buy: {{do: {{call: {{to: bank.pay, with: p}}}}}}}}
  bank: {{workers: {workers}, endpoints: {{pay: {{do: {{work: {work}}}}}}}}}
policies: {policies}
{rest}
"
    )
}

const fn millis(millis: u64) -> SimDuration {
    SimDuration::from_millis(millis)
}

fn run(text: &str) -> Finished {
    document(text).run()
}

fn records(finished: &Finished) -> impl Iterator<Item = &Record> {
    finished.trace.records().iter()
}

fn count(finished: &Finished, wanted: impl Fn(&What) -> bool) -> usize {
    records(finished)
        .filter(|record| wanted(&record.what))
        .count()
}

/// What the shop's machine has in memory at a moment.
fn reading(text: &str, at: u64) -> Reading {
    let text = text.replace("horizon: 30s", &format!("horizon: {at}ms"));
    let finished = run(&text);
    let at = SimTime::ZERO.after(millis(at));
    let reading = finished.run.world().reading(GuardId(0), at);
    reading.expect("there is a machine")
}

#[test]
fn a_pool_takes_its_core_then_its_queue_then_its_other_threads_and_turns_away_the_rest() {
    // Six calls within 50 ms, each of 200 ms: two threads kept, one more, two places.
    let policies = "{p: {bulkhead: {threads: {core: 2, most: 3, keep-alive: 100ms}, queue: 2}}}";
    let arrivals = "{replay: [100ms, 110ms, 120ms, 130ms, 140ms, 150ms]}";
    let text = shop(arrivals, policies, "{blocking: 50}", "200ms", "");
    let pool = |running, threads, waiting| Reading::Pool {
        running,
        threads,
        at_most: 3,
        waiting,
        places: 2,
    };
    assert_eq!(reading(&text, 115), pool(2, 2, 0));
    assert_eq!(reading(&text, 135), pool(2, 2, 2));
    assert_eq!(reading(&text, 145), pool(3, 3, 2));
    // One by one the calls in the queue take the threads that are free again.
    assert_eq!(reading(&text, 320), pool(3, 3, 0));
    assert_eq!(reading(&text, 435), pool(2, 3, 0));
    // The third thread has been idle for long enough.
    assert_eq!(reading(&text, 450), pool(2, 2, 0));
    assert_eq!(reading(&text, 800), pool(0, 2, 0));
    let finished = run(&text);
    let away = count(&finished, |what| {
        matches!(
            what,
            What::NotPermitted {
                outcome: Outcome::Full,
                ..
            }
        )
    });
    assert_eq!((finished.client("people").ok, away), (5, 1));
    let waited = count(&finished, |what| matches!(what, What::PermitGranted { .. }));
    assert_eq!(waited, 2);
}

#[test]
fn a_call_waits_in_the_queue_of_a_pool_no_longer_than_it_may() {
    let policies = "{p: {bulkhead: {threads: 1, queue: 5, wait: 150ms}}}";
    let arrivals = "{replay: [100ms, 110ms, 120ms]}";
    let finished = run(&shop(arrivals, policies, "{blocking: 50}", "100ms", ""));
    // The second waits for 90 ms; the third would for 180 ms.
    assert_eq!(finished.client("people").ok, 2);
    let away: Vec<SimDuration> = records(&finished)
        .filter_map(|record| match record.what {
            What::NotPermitted { .. } => Some(record.at.since(SimTime::ZERO)),
            _ => None,
        })
        .collect();
    assert_eq!(away.len(), 1);
    assert!(away[0] > millis(269) && away[0] < millis(272), "{away:?}");
}

/// The limits as they changed: when, and to what.
fn limits(finished: &Finished) -> Vec<(SimTime, u32)> {
    records(finished)
        .filter_map(|record| match record.what {
            What::LimitChanged { to, .. } => Some((record.at, to)),
            _ => None,
        })
        .collect()
}

/// The mean of the limit between two seconds, looked at every ten milliseconds.
fn mean(limits: &[(SimTime, u32)], from: u64, to: u64) -> f64 {
    let moments: Vec<SimTime> = (from * 100..to * 100)
        .map(|place| SimTime::ZERO.after(millis(place * 10)))
        .collect();
    let at = |moment: &SimTime| {
        let before = limits.iter().rev().find(|(at, _)| at <= moment);
        f64::from(before.expect("the limit has changed by then").1)
    };
    moments.iter().map(at).sum::<f64>() / moments.len() as f64
}

#[test]
fn a_limit_by_aimd_saws_about_what_the_callee_can_take() {
    // Eight work and four wait: the thirteenth at a time is refused.
    let policies = "{p: {adaptive-limit: {initial: 4, least: 1, aimd: {backoff: 70%}}}}";
    let text = shop(
        "poisson 1000/s",
        policies,
        "{blocking: 8, queue: 4}",
        "50ms",
        "",
    );
    let finished = run(&text);
    let limits = limits(&finished);
    let mean = mean(&limits, 5, 30);
    assert!((8.0..13.5).contains(&mean), "{mean}");
    let most = limits.iter().map(|(_, limit)| *limit).max();
    assert!(most < Some(20), "{most:?}");
    // Turned away at once by the shop, not by the bank.
    let away = count(&finished, |what| {
        matches!(
            what,
            What::NotPermitted {
                outcome: Outcome::Full,
                ..
            }
        )
    });
    let refused = count(&finished, |what| {
        matches!(what, What::MessageRejected { .. })
    });
    assert!(away > 20 * refused, "{away} {refused}");
    assert!(matches!(
        finished
            .run
            .world()
            .reading(GuardId(0), finished.run.horizon()),
        Some(Reading::AdaptiveLimit {
            least: 1,
            most: 200,
            ..
        })
    ));
}

#[test]
fn a_limit_by_latency_falls_when_the_callee_becomes_slow_and_nothing_is_refused() {
    let policies =
        "{p: {adaptive-limit: {initial: 20, least: 2, most: 100, gradient2: {window: 10000}}}}";
    let slow = "timeline: [{at: 15s, for: 10s, fault: {slow: {what: bank, times: 8}}}]";
    let text = shop(
        "poisson 400/s",
        policies,
        "{blocking: 20, queue: 1000}",
        "40ms",
        slow,
    );
    let finished = run(&text);
    let limits = limits(&finished);
    let (before, during) = (mean(&limits, 10, 15), mean(&limits, 16, 20));
    assert!(during < before / 2.0, "{before} {during}");
    assert_eq!(
        count(&finished, |what| matches!(
            what,
            What::MessageRejected { .. }
        )),
        0
    );
    // Whoever is let in does not wait long, which is what it is for.
    let bare = run(&text.replace(
        "{adaptive-limit: {initial: 20, least: 2, most: 100, gradient2: {window: 10000}}}",
        "none",
    ));
    let took = |finished: &Finished| {
        let ok = records(finished).filter_map(|record| match record.what {
            What::CallFinished {
                outcome: Outcome::Ok(_),
                took,
                ..
            } => Some(took),
            _ => None,
        });
        ok.max().unwrap_or_default()
    };
    assert!(
        took(&finished).scaled(2.0) < took(&bare),
        "{} {}",
        took(&finished),
        took(&bare)
    );
}

/// Twice as many requests as the bank can deal with.
fn overloaded(workers: &str) -> Finished {
    run(&shop("poisson 200/s", "{p: none}", workers, "100ms", ""))
}

fn shed(finished: &Finished) -> usize {
    count(finished, |what| {
        matches!(
            what,
            What::TaskFinished {
                outcome: Outcome::Shed,
                ..
            }
        )
    })
}

#[test]
fn a_service_that_sheds_begins_nothing_that_has_waited_for_too_long() {
    let patient = overloaded("{blocking: 10, queue: 1000}");
    let shedding = overloaded("{blocking: 10, queue: 1000, shed: 150ms}");
    assert_eq!(shed(&patient), 0);
    assert!(shed(&shedding) > 2_000, "{}", shed(&shedding));
    // It does as much, and what it does is not too late.
    let (before, after) = (patient.client("people"), shedding.client("people"));
    assert!(after.ok + 30 > before.ok, "{} {}", before.ok, after.ok);
    assert!(before.p50 > millis(1_000));
    let slowest = records(&shedding).filter_map(|record| match record.what {
        What::CallFinished {
            outcome: Outcome::Ok(_),
            took,
            ..
        } => Some(took),
        _ => None,
    });
    assert!(slowest.max() <= Some(millis(254)));
    // The caller learns 503.
    let told = count(&shedding, |what| {
        matches!(
            what,
            What::CallFinished {
                outcome: Outcome::Error(503),
                ..
            }
        )
    });
    assert!(told > 2_000);
    let bank = shedding
        .summary
        .endpoints
        .iter()
        .find(|endpoint| endpoint.name == "bank.pay");
    assert_eq!(
        bank.map(|bank| bank.outcomes.shed),
        Some(shed(&shedding) as u64)
    );
}

#[test]
fn controlled_delay_lets_a_burst_wait_and_a_standing_queue_not() {
    let workers =
        "{blocking: 10, queue: 1000, shed: {controlled-delay: {target: 5ms, interval: 300ms}}}";
    // Twenty at once, twice the workers: all are dealt with.
    let burst = run(&shop(
        "{burst: {size: 20, every: 1s}}",
        "{p: none}",
        workers,
        "100ms",
        "",
    ));
    assert_eq!(shed(&burst), 0);
    assert_eq!(burst.client("people").errors, 0);
    // Whoever waits in a queue that never empties is shed until it does.
    let simple = overloaded("{blocking: 10, queue: 1000, shed: 300ms}");
    let standing = overloaded(workers);
    let mean = |finished: &Finished| {
        let took: Vec<f64> = records(finished)
            .filter_map(|record| match record.what {
                What::CallFinished {
                    outcome: Outcome::Ok(_),
                    took,
                    ..
                } => Some(took.as_secs_f64()),
                _ => None,
            })
            .collect();
        took.iter().sum::<f64>() / took.len() as f64
    };
    assert!(mean(&standing) < mean(&simple) - 0.05);
}

#[test]
fn what_cannot_be_is_told_with_its_place() {
    for (policies, workers, wanted) in [
        (
            "{p: {bulkhead: {at-most: 2, threads: 2}}}",
            "{blocking: 2}",
            "at-most",
        ),
        (
            "{p: {bulkhead: {threads: {core: 3, most: 2}}}}",
            "{blocking: 2}",
            "core",
        ),
        (
            "{p: {adaptive-limit: {aimd: {}, gradient2: {}}}}",
            "{blocking: 2}",
            "aimd",
        ),
        (
            "{p: {adaptive-limit: {least: 9, initial: 3}}}",
            "{blocking: 2}",
            "least",
        ),
        (
            "{p: {adaptive-limit: {aimd: {backoff: 10%}}}}",
            "{blocking: 2}",
            "50%",
        ),
        ("{p: none}", "{async: 2, shed: 10ms}", "blocking"),
    ] {
        let text = shop("constant 1/s", policies, workers, "1ms", "");
        let compiled =
            Scenario::parse(&text).and_then(|scenario| sim_core::world::compile(&scenario));
        let Err(problems) = compiled else {
            panic!("{policies} can be run");
        };
        let problems = problems.to_string();
        assert!(problems.contains(wanted), "{policies}: {problems}");
    }
}
