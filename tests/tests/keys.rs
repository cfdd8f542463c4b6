//! Properties that tell things apart by what messages say: order for each key, no duplicate
//! effect.

use interplay_tests::{Setup, assert_holds, document};
use sim_core::kernel::Budgets;
use sim_core::observe::properties::{Verdict, Why};
use sim_core::scenario::diagnostic::Problem;
use sim_core::world::{Run, What};

/// Bills of three customers, dealt with by so many clerks.
fn bills(clerks: u32, property: &str) -> Setup {
    document(&format!(
        "
scenario: 1
title: Bills
seed: 3
horizon: 30s
types: {{Bill: {{customer: int, sum: int}}}}
clients:
  ann: {{arrivals: poisson 7/s, do: {{call: {{to: shop.buy, args: {{customer: 1}}}}}}}}
  bob: {{arrivals: poisson 7/s, do: {{call: {{to: shop.buy, args: {{customer: 2}}}}}}}}
  eve: {{arrivals: poisson 7/s, do: {{call: {{to: shop.buy, args: {{customer: 3}}}}}}}}
services:
  shop: {{endpoints: {{buy: {{in: {{customer: int}}, do: {{publish: {{to: mail.bills, type: Bill, fields: {{customer: =customer, sum: 1}}}}}}}}}}}}
  clerk: {{instances: {clerks}, workers: {{blocking: 1}}, subscriptions: {{bills: {{from: mail.bills, prefetch: 1, handles: {{Bill: [work: {{exponential: 20ms}}]}}}}}}}}
brokers: {{mail: {{rabbitmq: {{queues: {{bills: classic}}}}}}}}
properties: {{rule: {property}}}
"
    ))
}

const IN_TURN: &str = "{in-order: {of: mail.bills, per: customer}}";

#[test]
fn one_clerk_keeps_the_bills_of_each_customer_in_order_and_two_overtake_each_other() {
    assert_holds!(bills(1, IN_TURN).run(), "rule");
    let run = bills(2, IN_TURN).run();
    let violation = run.violation("rule").clone();
    let Why::Overtaken { by } = violation.why else {
        panic!("{violation:?}");
    };
    let at = violation.record.expect("a record").0 as usize;
    let What::Acknowledged { message } = run.trace.records()[at].what else {
        panic!("not an acknowledgement");
    };
    assert!(by > message, "it was sent later");
    // Both are about the same customer.
    let key_of = |sent| {
        run.trace
            .records()
            .iter()
            .find_map(|record| match record.what {
                What::Keyed { key, .. } if record.cause.record() == Some(sent) => Some(key),
                _ => None,
            })
    };
    assert_eq!(key_of(by), key_of(message));
    assert!(key_of(by).is_some());
}

/// Payments of orders: the shop asks again when the bank is slow, and the bank charges again.
fn payments(per: &str) -> Setup {
    document(&format!(
        "
scenario: 1
title: Payments
seed: 5
horizon: 30s
clients: {{people: {{arrivals: poisson 5/s, do: {{call: shop.buy}}}}}}
services:
  shop: {{endpoints: {{buy: {{in: {{order: id}}, do: {{call: {{to: bank.charge, args: {{order: =order}}, with: [again, limit]}}}}}}}}}}
  bank: {{endpoints: {{charge: {{in: {{order: id}}, do: {{work: {{exponential: 60ms}}}}}}}}}}
policies: {{again: {{retry: {{attempts: 3, wait: 10ms}}}}, limit: {{timeout: 150ms}}}}
properties: {{once: {{at-most: {{times: 1, of: bank.charge, per: {per}}}}}}}
"
    ))
}

#[test]
fn an_order_that_is_charged_twice_is_found_by_its_number() {
    let (judged, _) = payments("order").judged();
    let once = judged.property("once").expect("it is judged");
    let Verdict::Violated(violation) = &once.verdict else {
        panic!("{once:?}");
    };
    assert!(matches!(violation.why, Why::TooOften { bound: 1, .. }));
    // Here an order is what one request brings: both count the same.
    let (by_request, _) = payments("request").judged();
    let other = by_request
        .property("once")
        .and_then(|once| once.violation());
    assert_eq!(other.map(|other| other.count), Some(violation.count));
}

#[test]
fn where_no_property_asks_for_a_field_nothing_is_told_and_nothing_runs_otherwise() {
    let (with, without) = (payments("order").run(), payments("request").run());
    assert_eq!(with.digest, without.digest);
    assert!(with.count(|what| matches!(what, What::Keyed { .. })) > 0);
    assert_eq!(without.count(|what| matches!(what, What::Keyed { .. })), 0);
}

#[test]
fn a_field_that_nothing_sent_there_has_is_named_with_the_nearest_one() {
    let scenario = payments("ordre").scenario;
    let found = Run::start(&scenario, Budgets::default()).expect_err("no such field");
    let told: Vec<_> = found.iter().map(|one| &one.problem).collect();
    let [
        Problem::UnknownName {
            found: name,
            nearest,
        },
    ] = told.as_slice()
    else {
        panic!("{told:?}");
    };
    assert_eq!(
        (name.as_str(), nearest.as_deref()),
        ("ordre", Some("order"))
    );
    assert!(
        found
            .iter()
            .all(|one| one.path.starts_with("properties.once"))
    );
}
