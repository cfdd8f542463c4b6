//! Everything at once: what was built for itself also works together. One order goes through
//! variables, a deadline, retries, a transaction and a queue to a consumer that writes to
//! another store, while links are cut, a store and a consumer crash, an instance stands still
//! and a new version is rolled out.

use std::collections::BTreeSet;

use interplay_tests::{Finished, document};
use proptest::prelude::*;
use sim_core::values::Datum;
use sim_core::world::What;

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
