//! Nothing comes from nowhere and nothing vanishes, whatever the scenario.

use interplay_tests::random::any_document;
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

#[test]
fn a_partition_in_the_middle_of_a_rolling_deployment_loses_nothing_that_was_acknowledged() {
    let run = document(
        "
scenario: 1
title: A deployment on a bad day
seed: 8
horizon: 60s
clients:
  people: {arrivals: poisson 40/s, do: {call: {to: shop.buy, with: [again, patience]}}}
services:
  shop:
    instances: 3
    endpoints:
      buy: {do: [{work: {exponential: 20ms}}, {publish: {to: mail.bills, type: Bill, confirm: true, with: limit}}, {reply: 201}]}
    versions: {v2: {endpoints.buy.do.0.work: 5ms}}
  clerk: {instances: 2, subscriptions: {bills: {from: mail.bills, prefetch: 4, handles: {Bill: [work: 30ms]}}}, versions: {v2: {subscriptions.bills.handles.Bill.0.work: 10ms}}}
brokers: {mail: {rabbitmq: {queues: {bills: classic}}}}
policies:
  again: {retry: {attempts: 4, wait: {exponential: {base: 100ms}}, jitter: 50%}}
  patience: {timeout: 1s}
  limit: {timeout: 400ms}
links: {default: {latency: {exponential: 3ms}, loss: 1%, duplicate: 1%, reordering: 5%, bandwidth: 10Mbit/s}}
timeline:
  - {at: 10s, deploy: {service: shop, version: v2, each: 3s}}
  - {at: 12s, for: 6s, fault: {partition: [[shop.1, shop.2], [mail, people]]}}
  - {at: 14s, deploy: {service: clerk, version: v2, each: 2s}}
  - {at: 15s, for: 3s, fault: {partition: {from: clerk, to: mail}}}
  - {at: 25s, scale: {shop: 6, clerk: 1}}
  - {at: 27s, for: 2s, fault: {pause: shop}}
  - {at: 35s, scale: {shop: 2, clerk: 4}}
",
    )
    .run();
    assert_conserved(&run);
    // Every order that was answered has its bill in the queue, or beyond it.
    let ledger = run.summary.ledger;
    assert!(
        run.client("people").ok > 2_000,
        "{:?}",
        run.client("people")
    );
    assert!(ledger.enqueued >= run.client("people").ok);
    let kept = run
        .trace
        .latest()
        .entities
        .last()
        .map(|queue| u64::from(queue.ready + queue.unacked));
    assert_eq!(Some(ledger.enqueued - ledger.acknowledged), kept);
    assert!(
        ledger.lost > 100 && ledger.acknowledged > 2_000,
        "{ledger:?}"
    );
}
