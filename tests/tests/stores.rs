//! Stores: rows, transactions and connections, seen from outside.

use interplay_tests::{Finished, document, secs};
use proptest::prelude::*;
use sim_core::kernel::{EntityId, Silent, SimDuration};
use sim_core::scenario::Scenario;
use sim_core::scenario::diagnostic::Problem;
use sim_core::values::Datum;
use sim_core::world::{Run, What};

/// A shop whose orders do `place`, with ten each of three things in stock.
fn shop(clients: &str, place: &str, rest: &str) -> String {
    format!(
        "
scenario: 1
title: Stock
seed: 5
horizon: 20s
clients: {{{clients}}}
services:
  orders:
    instances: 2
    endpoints: {{place: {{in: {{order: id, sku: {{int: {{uniform: {{from: 1, to: 3}}}}}}}}, do: {place}}}}}
stores:
  shop:
    tables:
      orders: {{row: {{order: id, sku: int}}, key: order}}
      stock: {{row: {{sku: int, left: {{int: 10}}}}, key: sku, rows: 3}}
{rest}"
    )
}

const SHOPPERS: &str = "shoppers: {arrivals: poisson 20/s, do: {call: orders.place}}";

/// Takes one of a thing and notes the order, or neither.
const PLACE: &str = "[transaction: [\
    update: {to: shop.stock, key: =sku, where: left > 0, set: {left: =left - 1}, then: {refused: {reply: 409}}}, \
    work: 3ms, \
    insert: shop.orders], \
  reply: 201]";

fn node(run: &Run, name: &str) -> EntityId {
    let topology = run.topology();
    let node = topology.node(name).expect("it is there");
    topology.nodes[node.index()].first_entity
}

/// The rows of a table at the end.
fn rows(run: &Finished, table: &str) -> Vec<Datum> {
    let (store, _) = table.split_once('.').expect("store.table");
    run.run.world().rows(node(&run.run, store), table)
}

fn number(row: &Datum, field: &str) -> i64 {
    match row.get(field) {
        Some(Datum::Int(number)) => *number,
        other => panic!("{field} is {other:?}"),
    }
}

fn sum(run: &Finished, table: &str, field: &str) -> i64 {
    rows(run, table).iter().map(|row| number(row, field)).sum()
}

/// What is left and what is sold is what there was, of each thing.
fn assert_nothing_is_lost(run: &Finished) {
    let orders = rows(run, "shop.orders");
    for thing in rows(run, "shop.stock") {
        let sku = number(&thing, "sku");
        let sold = orders.iter().filter(|order| number(order, "sku") == sku);
        assert!(number(&thing, "left") >= 0);
        assert_eq!(
            sold.count() as i64 + number(&thing, "left"),
            10,
            "thing {sku}"
        );
    }
}

#[test]
fn what_is_sold_and_what_is_left_add_up_and_all_who_came_later_are_refused() {
    let run = document(&shop(SHOPPERS, PLACE, "")).run();
    assert_nothing_is_lost(&run);
    assert_eq!(sum(&run, "shop.stock", "left"), 0);
    let orders = run.endpoint("orders.place").outcomes;
    assert_eq!(orders.ok, 30);
    assert_eq!(orders.declined, orders.total() - 30);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn they_add_up_whoever_crashes_and_whenever(
        seed in 0_u64..1_000_000,
        isolation in prop::sample::select(vec!["read-committed", "snapshot", "serializable"]),
        crashes in prop::collection::vec((prop::sample::select(vec!["orders.1", "orders", "shop"]), 1_u64..3_000), 0..4),
        pool in 1_u32..6,
    ) {
        let crashes: Vec<String> = crashes
            .iter()
            .map(|(who, at)| format!("  - {{at: {at}ms, for: 200ms, fault: {{crash: {who}}}}}"))
            .collect();
        let timeline = format!("timeline:\n  - {{at: 19s, for: 1ms, fault: {{crash: orders.2}}}}\n{}", crashes.join("\n"));
        let run = document(&shop(SHOPPERS, PLACE, &timeline))
            .seed(seed)
            .set("stores.shop.isolation", isolation)
            .set("stores.shop.pool", &pool.to_string())
            .run();
        assert_nothing_is_lost(&run);
        // Whoever said so has sold it; of the others only what was cut off can have been.
        let sold = rows(&run, "shop.orders").len() as u64;
        let orders = run.endpoint("orders.place").outcomes;
        prop_assert!(orders.ok <= sold && sold <= orders.ok + orders.reset + orders.error);
        // Nobody keeps what they no longer need.
        let gauges = run.run.world().gauges(node(&run.run, "shop"));
        let busy = run.run.world().gauges(node(&run.run, "orders")).busy
            + run.run.world().gauges(EntityId(node(&run.run, "orders").0 + 1)).busy;
        prop_assert!(gauges.busy + gauges.waiting <= busy, "{gauges:?}, {busy} tasks");
    }
}

/// Each of ten users adds one to a counter, again and again.
fn counters(count: &str, isolation: &str) -> Finished {
    document(&format!(
        "
scenario: 1
title: Counting
seed: 3
horizon: 10s
clients: {{counters: {{users: 10, think: {{exponential: 50ms}}, do: {{call: counter.count}}}}}}
services: {{counter: {{endpoints: {{count: {{do: {count}}}}}}}}}
stores: {{db: {{isolation: {isolation}, tables: {{counts: {{row: {{id: int, count: {{int: 0}}}}, key: id, rows: 1}}}}}}}}
"
    ))
    .run()
}

#[test]
fn reading_and_writing_back_loses_updates_unless_the_write_compares_or_the_isolation_does() {
    let write_back = "[transaction: [
        read: {from: db.counts, key: 1, as: found},
        update: {to: db.counts, key: 1, set: {count: =found.count + 1}}]]";
    let compared = "[transaction: [
        read: {from: db.counts, key: 1, as: found},
        update: {to: db.counts, key: 1, where: row.rev == found.rev, set: {count: =found.count + 1}}]]";
    let in_place = "{update: {to: db.counts, key: 1, set: {count: =count + 1}}}";
    let counted = |count: &str, isolation: &str| {
        let run = counters(count, isolation);
        let done = run.endpoint("counter.count").outcomes;
        (sum(&run, "db.counts", "count") as u64, done)
    };
    let (count, done) = counted(write_back, "read-committed");
    assert!(count < done.ok, "{count} of {done:?}");
    let (count, done) = counted(write_back, "snapshot");
    assert_eq!(count, done.ok);
    assert!(done.error > 0, "those who came second fail: {done:?}");
    let (count, done) = counted(compared, "read-committed");
    assert_eq!(count, done.ok);
    assert!(
        done.declined > 0,
        "those who came second are refused: {done:?}"
    );
    let (count, done) = counted(in_place, "read-committed");
    assert_eq!((count, done.total()), (done.ok, done.ok));
}

#[test]
fn a_row_that_is_not_there_is_404_and_one_that_is_there_already_a_duplicate() {
    let place = "[
      read: {from: shop.orders, key: =order, then: {404: []}},
      insert: shop.orders,
      read: {from: shop.orders, key: =order, as: found},
      expect: found.sku == sku and found.rev == 1,
      read: {from: shop.orders, where: row.order == input.order, as: all},
      expect: count(all) == 1 and all.0.sku == sku,
      insert: {to: shop.orders, then: {duplicate: {reply: 409}}},
      reply: 500]";
    let run = document(&shop(SHOPPERS, place, "")).run();
    let orders = run.endpoint("orders.place").outcomes;
    assert!(orders.total() > 300);
    assert_eq!(orders.declined, orders.total());
    assert_eq!(run.count(|what| matches!(what, What::ExpectationFailed)), 0);
}

#[test]
fn a_failure_in_a_transaction_rolls_it_back_and_a_reply_commits_it() {
    for (end, left) in [("fail: error", 30), ("reply: 409", 29)] {
        let place = format!(
            "[transaction: [update: {{to: shop.stock, key: =sku, set: {{left: =left - 1}}}}, {{{end}}}]]"
        );
        let once = "once: {arrivals: {replay: [1s]}, do: {call: orders.place}}";
        let run = document(&shop(once, &place, "")).run();
        assert_eq!(sum(&run, "shop.stock", "left"), left, "{end}");
        let gauges = run.run.world().gauges(node(&run.run, "shop"));
        assert_eq!((gauges.busy, gauges.transactions), (0, 0));
    }
}

#[test]
fn a_transaction_keeps_its_connection_and_others_wait_for_it() {
    let place =
        "[transaction: [update: {to: shop.stock, key: =sku, set: {left: =left}}, wait: 100ms]]";
    let crowd = "crowd: {arrivals: {replay: [1s, 1s, 1s]}, do: {call: orders.place}}";
    let text = shop(
        crowd,
        place,
        "costs: {table-write: 0ns, table-commit: 0ns}\n",
    );
    let run = document(&text).set("stores.shop.pool", "1").run();
    // One way there, then three times: a way back, 100 ms, a way with the commit.
    let took = run.client("crowd").max;
    assert_eq!(took, SimDuration::from_millis(1 + 1 + 3 * 102 + 1 + 1));
    let waiting = run.at(secs(1).after(SimDuration::from_millis(50)));
    let shop = &waiting.entities[node(&run.run, "shop").index()];
    assert_eq!((shop.busy, shop.waiting, shop.transactions), (1, 2, 1));
}

#[test]
fn commits_that_come_together_are_written_to_the_disk_together() {
    let insert = "{insert: {to: shop.orders}}";
    let crowd = "crowd: {arrivals: {burst: {size: 100, every: 1s}}, do: {call: orders.place}}";
    let costs = "costs: {table-write: 0ns, table-commit: 10ms}\n";
    let run = document(&shop(crowd, insert, costs)).run();
    // The first is written alone, all others after it: never one by one, which takes 1 s.
    assert_eq!(run.client("crowd").max, SimDuration::from_millis(4 + 20));
}

#[test]
fn a_database_keeps_its_rows_in_a_crash_and_the_memory_of_an_instance_dies_with_it() {
    let place = "[insert: shop.orders, {insert: {to: cache.orders}}]";
    let rest =
        "  cache: {inside: orders, tables: {orders: {row: {order: id, sku: int}, key: order}}}
timeline:
  - {at: 10s, for: 1s, fault: {crash: shop}}
  - {at: 15s, for: 1s, fault: {crash: orders.1}}
";
    let run = document(&shop(SHOPPERS, place, rest)).run();
    let held = |name: &str, at: u64| {
        let first = node(&run.run, name).index();
        let picture = run.at(secs(at));
        (
            picture.entities[first].rows,
            picture.entities.get(first + 1).map(|state| state.rows),
        )
    };
    assert!(held("shop", 11).0 > 150);
    assert_eq!(held("shop", 11).0, held("shop", 10).0);
    let (before, (after, Some(other))) = (held("cache", 14), held("cache", 16)) else {
        panic!("two instances have two memories");
    };
    assert!(
        before.0 > 100 && after == 0 && other > 100,
        "{before:?}, {after}, {other}"
    );
}

#[test]
fn an_instance_that_dies_in_a_transaction_gives_back_its_rows_and_its_connection() {
    let place =
        "[transaction: [update: {to: shop.stock, key: 1, set: {left: =left - 1}}, wait: 10s]]";
    let once = "once: {arrivals: {replay: [1s]}, do: {call: orders.place}}";
    let timeline = "timeline: [{at: 3s, for: 1s, fault: {crash: orders.1}}]\n";
    let run = document(&shop(once, place, timeline)).run();
    let open = |at: u64| {
        let state = run.at(secs(at)).entities[node(&run.run, "shop").index()];
        (state.busy, state.transactions)
    };
    assert_eq!((open(2), open(4)), ((1, 1), (0, 0)));
    assert_eq!(sum(&run, "shop.stock", "left"), 30);
}

#[test]
fn two_who_wait_for_each_other_are_parted_and_both_can_go_on() {
    let take = |first: u32, second: u32| {
        format!(
            "[transaction: [
              update: {{to: shop.stock, key: {first}, set: {{left: =left - 1}}}},
              wait: 10ms,
              update: {{to: shop.stock, key: {second}, set: {{left: =left - 1}}, then: {{conflict: {{fail: 503}}}}}}]]"
        )
    };
    let choose = format!(
        "[choose: [{{when: sku == 1, do: {}}}, {{do: {}}}]]",
        take(1, 2),
        take(2, 1)
    );
    let both = "one: {arrivals: {replay: [1s]}, do: {call: {to: orders.place, args: {sku: 1}}}}, two: {arrivals: {replay: [1s]}, do: {call: {to: orders.place, args: {sku: 2}}}}";
    let run = document(&shop(both, &choose, "")).run();
    let orders = run.endpoint("orders.place").outcomes;
    assert_eq!((orders.ok, orders.error), (1, 1));
    assert_eq!(sum(&run, "shop.stock", "left"), 28);
}

#[test]
fn a_statement_without_a_key_costs_what_it_looks_at() {
    let place = "{read: {from: shop.stock, where: row.sku == input.sku}}";
    let once = "once: {arrivals: {replay: [1s]}, do: {call: orders.place}}";
    let run = document(&shop(
        once,
        place,
        "costs: {table-read: 1ms, table-scan: 10us}\n",
    ))
    .set("stores.shop.tables.stock.rows", "1000")
    .run();
    assert_eq!(run.client("once").max, SimDuration::from_millis(4 + 1 + 10));
}

#[test]
fn rows_at_the_start_are_drawn_and_one_more_table_moves_none_of_them() {
    let drawn = |rest: &str| {
        let mut run = document(&shop(SHOPPERS, PLACE, rest))
            .set(
                "stores.shop.tables.stock",
                "{row: {sku: int, left: {int: {uniform: {from: 1, to: 99}}}}, key: sku, rows: 50}",
            )
            .start();
        run.advance(1, &mut Silent);
        run.world().rows(node(&run, "shop"), "shop.stock")
    };
    let stock = drawn("");
    let numbers: Vec<i64> = stock.iter().map(|row| number(row, "sku")).collect();
    assert_eq!(numbers, (1..=50).collect::<Vec<_>>());
    let first = number(&stock[0], "left");
    assert!(stock.iter().any(|row| number(row, "left") != first));
    let more = drawn("  archive: {tables: {old: {row: {id: id}, rows: 20}}}\n");
    assert_eq!(stock, more);
}

#[test]
fn what_cannot_be_in_a_transaction_is_told_with_its_place() {
    let problem = |place: &str, rest: &str| {
        let scenario = Scenario::parse(&shop(SHOPPERS, place, rest)).expect("it is well formed");
        let problems = Run::start(&scenario, sim_core::kernel::Budgets::default());
        let problems = problems.expect_err("it cannot be run");
        let first = problems.iter().next().expect("one at least");
        (first.path.clone(), first.problem.clone())
    };
    let other = "  other: {tables: {things: {row: {id: int}, key: id}}}\n";
    let (path, found) = problem(
        "[transaction: [{insert: shop.orders}, {delete: {from: other.things, key: 1}}]]",
        other,
    );
    assert_eq!(
        path,
        "services.orders.endpoints.place.do.0.transaction.do.1.delete"
    );
    assert_eq!(
        found,
        Problem::NotInTransaction {
            what: "other.things".to_owned()
        }
    );
    let (_, found) = problem(
        "[transaction: [{parallel: {do: [{insert: shop.orders}]}}, {insert: shop.orders}]]",
        "",
    );
    assert_eq!(
        found,
        Problem::NotInTransaction {
            what: "parallel".to_owned()
        }
    );
    let cache = "  cache: {inside: orders, tables: {things: {row: {id: int}, key: id}}}\n";
    let nosy = "nosy: {arrivals: constant 1/s, do: {read: cache.things}}";
    let scenario = Scenario::parse(&shop(nosy, PLACE, cache)).expect("it is well formed");
    let problems = Run::start(&scenario, sim_core::kernel::Budgets::default());
    let problems = problems.expect_err("it cannot be run");
    let found = &problems.iter().next().expect("one at least").problem;
    assert!(
        matches!(found, Problem::MemoryOfAnother { .. }),
        "{found:?}"
    );
}
