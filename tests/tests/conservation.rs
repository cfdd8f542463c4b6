//! Nothing comes from nowhere and nothing vanishes, whatever the scenario.

use std::fmt::Write as _;

use interplay_tests::{Finished, all_scenarios, document};
use proptest::prelude::*;
use sim_core::world::What;

/// sent + duplicated = delivered + late + lost + rejected + in flight, and for queues
/// enqueued = acknowledged + discarded + expired + ready + unacknowledged.
fn assert_conserved(run: &Finished) {
    let picture = run.trace.latest();
    let ledger = picture.ledger;
    let in_flight = picture.flights.len() as u64;
    assert_eq!(
        ledger.sent + ledger.duplicated,
        ledger.delivered + ledger.late + ledger.lost + ledger.rejected + in_flight,
        "{ledger:?}, {in_flight} in flight"
    );
    let (ready, unacked) = picture
        .entities
        .iter()
        .fold((0, 0), |(ready, unacked), state| {
            (
                ready + u64::from(state.ready),
                unacked + u64::from(state.unacked),
            )
        });
    assert_eq!(
        ledger.enqueued,
        ledger.acknowledged + ledger.discarded + ledger.expired + ready + unacked,
        "{ledger:?}, {ready} ready, {unacked} unacknowledged"
    );
    let began = run.count(|what| matches!(what, What::JourneyBegan)) as u64;
    let ended = run.count(|what| matches!(what, What::JourneyEnded { .. })) as u64;
    let open: u64 = run.summary.clients.iter().map(|client| client.open).sum();
    assert_eq!(began, ended + open);
}

#[test]
fn in_every_scenario_that_comes_with_the_page() {
    for (_, text) in all_scenarios() {
        assert_conserved(&document(&text).run());
    }
}

#[test]
fn what_expires_in_a_queue_is_counted_as_expired() {
    let run = document(
        "
scenario: 1
title: Expiry
seed: 1
horizon: 20s
clients: {producer: {arrivals: poisson 20/s, do: {publish: {to: mail.jobs, type: Job}}}}
services:
  worker: {workers: {blocking: 1}, subscriptions: {jobs: {from: mail.jobs, prefetch: 1, handles: {Job: [work: 100ms, ack]}}}}
brokers: {mail: {rabbitmq: {queues: {jobs: {classic: {ttl: 300ms}}}}}}
",
    )
    .run();
    assert!(run.summary.ledger.expired > 100, "{:?}", run.summary.ledger);
    assert_conserved(&run);
}

#[test]
fn a_message_the_network_copies_is_handled_twice_and_its_second_answer_comes_late() {
    let run = document(
        "
scenario: 1
title: Twice
seed: 1
horizon: 20s
clients: {callers: {arrivals: poisson 10/s, do: {call: shop.buy}}}
services: {shop: {endpoints: {buy: {do: {work: 5ms}}}}}
links: {default: {latency: 10ms, duplicate: 50%}}
",
    )
    .run();
    let finished = run.count(|what| matches!(what, What::TaskFinished { .. })) as u64;
    assert!(
        finished > run.client("callers").journeys * 13 / 10,
        "{finished} done"
    );
    assert!(run.summary.ledger.late > 50);
    assert_conserved(&run);
}

/// A random shop: what the parts are is fixed, everything about them is drawn.
fn any_document() -> impl Strategy<Value = String> {
    let service = (1_u32..4, any::<bool>(), 1_u32..4, 0_u32..6, 0_u32..40);
    (
        (1_u32..60, any::<u64>(), 0_u32..30, 0_u32..30),
        prop::collection::vec(service, 3),
        (1_u32..4, 20_u32..400, 0_u32..3, 0_u32..3, prop::sample::select(vec!["all", "any", "none", "1"])),
        prop::collection::vec((0_u32..6, 0_u32..3_000, 1_u32..2_000, 0_u32..3), 0..5),
    )
        .prop_map(|((rate, seed, loss, duplicate), services, (attempts, timeout, prefetch, ttl, join), faults)| {
            let mut text = format!(
                "scenario: 1\ntitle: Any\nseed: {}\nhorizon: 4s\n\
                 clients: {{users: {{arrivals: poisson {rate}/s, do: {{call: {{to: a.go, with: [again, patience]}}}}}}}}\n\
                 policies: {{again: {{retry: {{attempts: {attempts}, wait: 20ms, jitter: 50%, only: [error, timeout, full]}}}}, \
                 patience: {{timeout: {timeout}ms}}}}\n\
                 links: {{default: {{latency: {{exponential: 5ms}}, loss: {loss}%, duplicate: {duplicate}%}}}}\n\
                 services:\n",
                seed >> 1
            );
            for (name, (instances, blocking, workers, queue, work)) in ["a", "b", "c"].iter().zip(services) {
                let mode = if blocking { "blocking" } else { "async" };
                let does = match *name {
                    "a" => format!(
                        "[{{work: {work}ms}}, {{parallel: {{join: {join}, do: [{{call: {{to: b.go, with: patience}}}}, {{call: c.go}}, {{wait: 3ms}}]}}}}, \
                         {{publish: {{to: mail.jobs, type: Job}}}}]"
                    ),
                    "b" => format!(
                        "[{{work: {{exponential: {}ms}}}}, {{publish: {{to: mail.jobs, type: Job, confirm: true, with: patience, then: {{timeout: {{reply: 202}}}}}}}}]",
                        work + 1
                    ),
                    _ => format!("[{{work: {work}ms}}, {{choose: [{{chance: 20%, do: {{fail: error}}}}, {{chance: 20%, do: {{reply: 404}}}}]}}]"),
                };
                let _ = write!(
                    text,
                    "  {name}:\n    instances: {instances}\n    workers: {{{mode}: {workers}, queue: {queue}}}\n    \
                     endpoints: {{go: {{do: {does}}}}}\n"
                );
                if *name == "c" {
                    let _ = writeln!(
                        text,
                        "    subscriptions: {{jobs: {{from: mail.jobs, prefetch: {prefetch}, handles: {{Job: [{{work: {work}ms}}, \
                         {{choose: [{{chance: 10%, do: {{nack: {{requeue: false}}}}}}, {{chance: 10%, do: {{fail: error}}}}]}}]}}}}}}"
                    );
                }
            }
            let ttl = if ttl == 0 { "classic".to_owned() } else { format!("{{classic: {{ttl: {}ms}}}}", ttl * 100) };
            let _ = writeln!(text, "brokers: {{mail: {{rabbitmq: {{queues: {{jobs: {ttl}}}}}}}}}");
            if !faults.is_empty() {
                text.push_str("timeline:\n");
            }
            for (kind, at, lasts, who) in faults {
                let who = ["a", "b", "c"][who as usize % 3];
                let what = match kind {
                    0 | 1 => format!("for: {lasts}ms, fault: {{crash: {who}}}"),
                    2 => format!("for: {lasts}ms, fault: {{crash: {who}.1}}"),
                    3 => format!("for: {lasts}ms, fault: {{slow: {{what: {who}, times: 20}}}}"),
                    4 => format!("for: {lasts}ms, fault: {{errors: {{what: {who}, rate: 50%}}}}"),
                    _ => "set: {links.default.loss: 1%}".to_owned(),
                };
                let _ = writeln!(text, "  - {{at: {at}ms, {what}}}");
            }
            text
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
    #[test]
    fn in_random_scenarios_with_loss_copies_crashes_and_full_queues(text in any_document()) {
        assert_conserved(&document(&text).run());
    }

    #[test]
    fn in_random_scenarios_nothing_that_was_acknowledged_is_delivered_again(text in any_document()) {
        let run = document(&text).run();
        let mut acknowledged = std::collections::BTreeSet::new();
        for record in run.trace.records() {
            match record.what {
                What::Acknowledged { message } => {
                    prop_assert!(acknowledged.insert(message), "acknowledged twice");
                }
                What::Dispatched { message, .. } => {
                    prop_assert!(!acknowledged.contains(&message), "delivered after it was acknowledged");
                }
                _ => {}
            }
        }
    }
}
