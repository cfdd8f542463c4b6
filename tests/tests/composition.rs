//! Everything at once: what was built for itself also works together. One order goes through
//! variables, a deadline, retries, a transaction and a queue to a consumer that writes to
//! another store, while links are cut, a store and a consumer crash, an instance stands still
//! and a new version is rolled out.

use std::collections::BTreeSet;

use interplay_tests::{Finished, document};
use proptest::prelude::*;
use sim_core::values::Datum;
use sim_core::world::{Condition, Direction, MessageKind, Rejection, What};

const SHOP: &str = include_str!("../scenarios/golden/everything.yaml");

fn rows(run: &Finished, table: &str) -> Vec<Datum> {
    let (store, _) = table.split_once('.').expect("store.table");
    let topology = run.run.topology();
    let node = topology.node(store).expect("it is there");
    let entity = topology.nodes[node.index()].first_entity;
    run.run.world().rows(entity, table)
}

fn orders(run: &Finished, table: &str) -> BTreeSet<Datum> {
    let rows = rows(run, table);
    rows.iter()
        .filter_map(|row| row.get("order").cloned())
        .collect()
}

fn left(run: &Finished) -> i64 {
    let left = rows(run, "shop.stock");
    left.iter()
        .map(|row| match row.get("left") {
            Some(Datum::Int(left)) => *left,
            other => panic!("left is {other:?}"),
        })
        .sum()
}

/// What must hold whatever goes wrong.
fn assert_nothing_was_lost(run: &Finished) {
    let sold = orders(run, "shop.orders");
    assert_eq!(sold.len() as i64 + left(run), 150, "stock and orders");
    let shipped = orders(run, "depot-db.parcels");
    assert!(shipped.is_subset(&sold), "a parcel nobody ordered");
    let confirmed = run.calls("orders", "jobs.placed").outcomes.ok;
    assert!(
        shipped.len() as u64 >= confirmed,
        "a confirmed message was lost"
    );
    // Everybody has long gone home: nothing is open, nobody holds a connection or a row.
    assert_eq!(run.run.world().messages_in_flight(), 0);
}

#[test]
fn stock_orders_and_parcels_agree_through_crashes_partitions_and_a_deployment() {
    let run = document(SHOP).run();
    assert_nothing_was_lost(&run);
    let sold = orders(&run, "shop.orders");
    assert!(sold.len() > 80, "{} sold", sold.len());
    assert!(orders(&run, "depot-db.parcels").len() * 10 > sold.len() * 9);
    // Each of the faults was felt.
    let felt = |of: &dyn Fn(&What) -> bool| run.count(of) > 0;
    assert!(felt(&|what| matches!(what, What::TimedOut { .. })));
    assert!(felt(&|what| matches!(what, What::MessageLost { .. })));
    assert!(felt(&|what| matches!(what, What::BackedOff { .. })));
    assert!(felt(&|what| matches!(what, What::TaskKilled { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn they_agree_under_every_seed(seed in any::<u64>()) {
        assert_nothing_was_lost(&document(SHOP).seed(seed).run());
    }
}

const BALANCED: &str = include_str!("../scenarios/golden/balanced.yaml");

/// No request is sent to an instance that is known not to be ready, and services keep within
/// their bounds.
fn assert_well_cared_for(run: &Finished) {
    let topology = run.run.topology();
    let mut unready_since = vec![None; topology.entities.len()];
    let records = run.trace.records();
    for record in records {
        let name = &topology.entities[record.entity.index()];
        let since = &mut unready_since[record.entity.index()];
        match record.what {
            What::ReadinessChanged { ready, .. } => *since = (!ready).then_some(record.at),
            What::ConditionChanged {
                to: Condition::Absent,
                ..
            } => *since = None,
            What::MessageDelivered { message } | What::MessageRejected { message, .. } => {
                let sent = &records[message.0 as usize];
                let is_request = matches!(
                    sent.what,
                    What::MessageSent {
                        direction: Direction::Forward,
                        kind: MessageKind::Command,
                        ..
                    }
                );
                // Whoever nobody could answer was refused, which is an answer of nobody.
                let refused = matches!(
                    record.what,
                    What::MessageRejected {
                        why: Rejection::Down,
                        ..
                    }
                );
                if let Some(since) = since.filter(|_| is_request && !refused) {
                    assert!(sent.at <= since, "{name} at {}", record.at);
                }
            }
            What::Scaled { from, to, .. } => {
                let (least, most) = if name.starts_with("shop") {
                    (3, 8)
                } else {
                    (1, 5)
                };
                assert!(from != to && (least..=most).contains(&to), "{name}: {to}");
            }
            _ => {}
        }
    }
}

#[test]
fn ejection_probes_retries_and_scaling_work_together_while_instances_crash_and_stand_still() {
    let run = document(BALANCED).run();
    assert_well_cared_for(&run);
    let felt = |of: &dyn Fn(&What) -> bool| run.count(of) > 0;
    assert!(felt(&|what| matches!(what, What::Ejected { .. })));
    assert!(felt(&|what| matches!(what, What::EjectionOver)));
    assert!(felt(&|what| matches!(what, What::Restarted { .. })));
    assert!(felt(&|what| matches!(what, What::BackedOff { .. })));
    assert!(felt(&|what| matches!(what, What::BreakerChanged { .. })));
    for service in ["shop", "depot"] {
        let topology = run.run.topology();
        let node = topology.node(service).expect("it is there");
        let first = topology.nodes[node.index()].first_entity;
        let mut scaled = run
            .trace
            .records()
            .iter()
            .filter_map(|record| match record.what {
                What::Scaled { from, to, .. } if record.entity == first => Some(from < to),
                _ => None,
            });
        assert!(
            scaled.clone().any(|grows| grows) && scaled.any(|grows| !grows),
            "{service}"
        );
    }
    // With all that goes wrong, nine of ten are served.
    let people = run
        .summary
        .clients
        .iter()
        .find(|client| client.name == "people");
    let people = people.expect("they are there");
    assert!(people.ok * 10 > people.journeys * 9, "{people:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn they_do_under_every_seed(seed in any::<u64>()) {
        assert_well_cared_for(&document(BALANCED).seed(seed).run());
    }
}
