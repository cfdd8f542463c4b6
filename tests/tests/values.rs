//! Data: typed fields, variables, conditions and loops, seen from outside by what was called.

use interplay_tests::{Finished, document};
use sim_core::scenario::Scenario;
use sim_core::scenario::diagnostic::Problem;
use sim_core::world::{Outcome, What};

/// A world in which `journey` runs ten times, once a second, beside services that show what
/// came in: `probe.yes` is called for each question that was answered so.
fn world(types: &str, journey: &str, services: &str) -> Finished {
    document(&text(types, journey, services)).run()
}

fn text(types: &str, journey: &str, services: &str) -> String {
    format!(
        "scenario: 1\ntitle: Data\nseed: 3\nhorizon: 10500ms\ntypes: {{{types}}}\n\
         clients: {{caller: {{arrivals: constant 1/s, do: {journey}}}}}\n\
         services:\n  probe: {{endpoints: {{yes: {{do: {{reply: 200}}}}, no: {{do: {{reply: 200}}}}}}}}\n{services}"
    )
}

/// How often the answer was yes, and no.
fn answers(run: &Finished) -> (u64, u64) {
    let asked = |endpoint: &str| run.endpoint(endpoint).outcomes.total();
    (asked("probe.yes"), asked("probe.no"))
}

/// A journey that asks `question` after `before`.
fn asks(before: &str, question: &str) -> String {
    format!(
        "[{before} choose: [{{when: \"{question}\", do: {{call: probe.yes}}}}, {{do: {{call: probe.no}}}}]]"
    )
}

fn holds(question: &str) -> bool {
    match answers(&world("", &asks("", question), "")) {
        (10, 0) => true,
        (0, 10) => false,
        other => panic!("{question}: {other:?}"),
    }
}

#[test]
fn conditions_answer_by_exact_arithmetic() {
    for yes in [
        "0.1 + 0.2 == 0.3",
        "7 / 2 == 3.5",
        "6 / 2 == 3",
        "0.000001 * 0.5 == 0 and 0.000003 * 0.5 == 0.000002",
        "-7 mod 3 == 2",
        "2 in 1 or not false",
        "300ms + 1s == 1300ms",
        "3s * 1.5 == 4500ms",
        "1h / 1m == 60",
        "'ab' + 'c' == 'abc'",
        "'b' in 'abc'",
        "max(3, 9.5, 4) == 9.5",
        "min(3, 2) == 2",
        "50% * 3 == 1.5",
        "now() >= now()",
        "hash('x') == hash('x') and hash('x') != hash('y')",
        "null == null and not (1 == null)",
        "(null + 1) == null",
        "null default 5 == 5 or (null default 5) == 5",
        "if 1 < 2 then true else false",
    ] {
        assert!(holds(yes), "{yes}");
    }
}

#[test]
fn what_has_no_answer_is_no() {
    for no in [
        "9223372036854775807 + 1 > 0",
        "not (9223372036854775807 + 1 > 0)",
        "1 / 0 == 1 / 1",
        "'a' < 1",
        "null > 1",
        "not null",
        "null and true",
        "1s - 2s > 0s",
    ] {
        assert!(!holds(no), "{no}");
    }
}

#[test]
fn an_answer_is_bound_to_a_variable_and_read_by_the_next_steps() {
    let services = "  shop:\n    endpoints:\n      price: {in: {sku: int}, do: {reply: {body: {price: =sku * 2, nested: {deep: [1, 2, 3]}}}}}\n";
    let journey = asks(
        "call: {to: shop.price, args: {sku: 21}, as: found},",
        "found.price == 42 and found.status == 200 and found.nested.deep.2 == 3",
    );
    // In a flow list each step is one entry.
    let journey = journey.replace("as: found},", "as: found}, ");
    assert_eq!(answers(&world("", &journey, services)), (10, 0));
}

#[test]
fn an_answer_takes_the_place_of_what_was_asked_with_only_when_the_call_is_over() {
    // Attempts that fail have an answer of their own; the next one says the same as the first.
    let services = "  shop: {endpoints: {twice: {in: {n: int}, do: {choose: [{chance: 50%, do: {reply: {status: 503, body: {n: 7}}}}, {do: {reply: {body: {n: =n * 2}}}}]}}}}
policies: {again: {retry: {attempts: 40, wait: 1ms}}}
";
    let journey = asks(
        "set: {n: 21}, call: {to: shop.twice, args: {n: =n}, with: again, as: n}, ",
        "n.n == 42 and n.status == 200",
    );
    assert_eq!(answers(&world("", &journey, services)), (10, 0));
}

#[test]
fn a_variable_set_in_one_branch_is_known_after_the_join() {
    let services = "  shop: {endpoints: {one: {do: [work: 5ms, reply: {body: {n: 1}}]}, two: {do: [work: 2ms, reply: {body: {n: 2}}]}}}\n";
    let journey = asks(
        "parallel: [[call: {to: shop.one, as: a}], [call: {to: shop.two, as: b}, set: {c: =b.n * 10}]], ",
        "a.n + b.n + c == 23",
    );
    assert_eq!(answers(&world("", &journey, services)), (10, 0));
}

#[test]
fn a_loop_adds_up_what_it_goes_through() {
    let journey = asks(
        "set: {sum: 0, items: [1, 2, 3, 4]}, for-each: {item: n, in: =items, do: {set: {sum: =sum + n}}}, ",
        "sum == 10 and count(items) == 4",
    );
    assert_eq!(answers(&world("", &journey, "")), (10, 0));
}

#[test]
fn a_loop_deals_with_as_many_items_at_a_time_as_it_may() {
    let services = "  shop: {endpoints: {look: {in: {n: int}, do: [{wait: 100ms}, {reply: 200}]}}}\nlinks: {default: {latency: 0s}}\n";
    let took = |at_most: u32| {
        let journey = format!(
            "[set: {{items: [1, 2, 3, 4, 5]}}, for-each: {{item: n, in: =items, at-most: {at_most}, do: {{call: shop.look}}}}]"
        );
        let run = world("", &journey, services);
        assert_eq!(run.endpoint("shop.look").outcomes.ok, 50);
        run.client("caller").max.as_nanos() / 1_000_000
    };
    assert_eq!([took(1), took(2), took(5)], [500, 300, 100]);
}

#[test]
fn a_failing_item_ends_the_loop_and_the_journey() {
    let services = "  shop: {endpoints: {look: {in: {n: int}, do: {choose: [{when: n == 2, do: {reply: 500}}, {do: {reply: 200}}]}}}}\n";
    let journey = "[set: {items: [1, 2, 3]}, for-each: {item: n, in: =items, do: {call: shop.look}}, call: probe.yes]";
    let run = world("", journey, services);
    assert_eq!(run.client("caller").errors, 10);
    assert_eq!(run.endpoint("shop.look").outcomes.total(), 20);
    assert_eq!(answers(&run).0, 0);
}

#[test]
fn a_client_makes_up_what_nobody_set_and_a_retry_says_the_same_again() {
    let types = "Order: {order: id, total: {decimal: {uniform: {from: 5, to: 500}}}, city: {enum: [Riga, Kyiv]}}";
    let services = "  shop:\n    endpoints:\n      place:\n        in: Order\n        do:\n          - choose:\n              - {when: 'total >= 5 and total <= 500 and city in places', do: {reply: 200}}\n              - {do: {reply: 409}}\n".replace("city in places", "city != null");
    let run = world(types, "{call: shop.place}", &services);
    assert_eq!(run.client("caller").ok, 10);
}

#[test]
fn a_field_left_out_takes_the_name_in_scope() {
    let services = "  front: {endpoints: {place: {in: {order: int, total: decimal}, do: {call: back.charge}}}}\n  back: {endpoints: {charge: {in: {total: decimal, order: int}, do: {choose: [{when: 'order == 7 and total == 12.5', do: {reply: 200}}, {do: {reply: 500}}]}}}}\n";
    let run = world(
        "",
        "{call: {to: front.place, args: {order: 7, total: 12.5}}}",
        services,
    );
    assert_eq!(run.client("caller").ok, 10);
}

#[test]
fn a_value_of_another_type_is_turned_away_as_a_bad_request() {
    let services = "  shop: {endpoints: {look: {in: {n: int}, do: {reply: 200}}}}\n";
    let called = "[set: {n: 'seven'}, call: {to: shop.look, then: {400: [call: probe.yes], else: [call: probe.no]}}]";
    assert_eq!(answers(&world("", called, services)), (10, 0));
}

#[test]
fn a_message_that_does_not_fit_its_type_is_not_published() {
    let services = "  shop:\n    endpoints:\n      place: {in: {order: id}, do: [set: {total: 'much'}, publish: {to: jobs.orders, type: Placed, then: {invalid: [call: probe.yes], else: [call: probe.no]}}]}\nbrokers: {jobs: {rabbitmq: {queues: {orders: classic}}}}\n";
    let run = world(
        "Placed: {order: id, total: decimal}",
        "{call: shop.place}",
        services,
    );
    assert_eq!(answers(&run), (10, 0));
    assert_eq!(run.count(|what| matches!(what, What::Enqueued { .. })), 0);
}

#[test]
fn a_message_carries_its_fields_to_the_consumer_however_often_it_is_delivered() {
    let services = "  shop:\n    endpoints:\n      place: {in: {order: int}, do: [publish: {to: jobs.orders, type: Placed, key: =order, fields: {total: =order * 10}, confirm: true}, {reply: 202}]}\n  \
         depot:\n    subscriptions:\n      orders:\n        from: jobs.orders\n        prefetch: 1\n        handles:\n          Placed:\n            - work: 300ms\n            - choose: [{when: 'order == 4 and total == 40 and message.key == 4 and message.type == ''Placed''', do: {call: probe.yes}}, {do: {call: probe.no}}]\n\
         brokers: {jobs: {rabbitmq: {queues: {orders: classic}}}}\ntimeline: [{at: 2100ms, for: 100ms, fault: {crash: depot}}]\n";
    let run = world(
        "Placed: {order: int, total: decimal}",
        "{call: {to: shop.place, args: {order: 4}}}",
        services,
    );
    let redelivered = run.count(|what| {
        matches!(
            what,
            What::Dispatched {
                redelivered: true,
                ..
            }
        )
    });
    assert!(redelivered > 0, "the crash hit nothing");
    let (yes, no) = answers(&run);
    assert_eq!(no, 0);
    assert!(yes >= 9, "{yes}");
}

#[test]
fn headers_reach_the_handler_and_come_back_with_the_answer() {
    let services = "  shop: {endpoints: {look: {do: {choose: [{when: \"request.tenant == 'blue'\", do: {reply: {status: 202, headers: {retry-after: 5}}}}, {do: {reply: 500}}]}}}}\n";
    let journey = asks(
        "call: {to: shop.look, headers: {tenant: blue}, as: seen}, ",
        "seen.status == 202 and seen.headers.retry-after == 5",
    );
    assert_eq!(answers(&world("", &journey, services)), (10, 0));
}

#[test]
fn a_call_that_timed_out_leaves_nothing_of_an_earlier_attempt_in_its_variable() {
    let services = "  shop: {endpoints: {look: {do: [{work: 1ms}, {reply: {status: 500, body: {n: 1}}}]}}}\n\
         policies: {again: {retry: {attempts: 2, wait: 1s}}, limit: {timeout: 100ms}}\n\
         timeline: [{at: 1500ms, set: {services.shop.endpoints.look.do.0.work: 5s}}]\n";
    let journey = "[call: {to: shop.look, with: [again, limit], as: seen, then: {else: [choose: [{when: seen == null, do: {call: probe.yes}}, {do: {call: probe.no}}]]}}]";
    let run = world("", journey, services);
    let (yes, no) = answers(&run);
    assert!(yes >= 7, "{yes}");
    assert_eq!(no, 0);
}

#[test]
fn an_expectation_that_is_not_met_is_told_and_the_journey_goes_on() {
    let journey = "[set: {n: 1}, expect: n == 1, expect: n == 2, call: probe.yes]";
    let run = world("", journey, "");
    assert_eq!(run.count(|what| *what == What::ExpectationFailed), 10);
    assert_eq!(answers(&run).0, 10);
}

#[test]
fn choices_by_chance_and_by_condition_go_the_first_way_that_fits() {
    let journey = "[set: {n: 1}, choose: [{when: n == 2, do: {call: probe.no}}, {chance: 100%, do: {call: probe.yes}}, {do: {call: probe.no}}]]";
    assert_eq!(answers(&world("", journey, "")), (10, 0));
}

fn problems(text: &str) -> Vec<Problem> {
    let scenario = match Scenario::parse(text) {
        Ok(scenario) => scenario,
        Err(found) => panic!("{found:?}"),
    };
    match sim_core::world::compile(&scenario) {
        Ok(_) => Vec::new(),
        Err(found) => found.iter().map(|found| found.problem.clone()).collect(),
    }
}

#[test]
fn names_that_stand_for_nothing_are_told_with_the_nearest_one() {
    let text = text("", "[set: {total: 1}, expect: totla == 1]", "");
    let found = problems(&text);
    assert_eq!(
        found,
        [Problem::UnknownName {
            found: "totla".to_owned(),
            nearest: Some("total".to_owned())
        }]
    );
}

#[test]
fn what_a_service_is_not_given_is_an_error_and_not_made_up() {
    let services = "  front: {endpoints: {place: {do: {call: back.charge}}}}\n  back: {endpoints: {charge: {in: {total: decimal}, do: {reply: 200}}}}\n";
    let found = problems(&text("", "{call: front.place}", services));
    assert_eq!(
        found,
        [Problem::NoValue {
            field: "total".to_owned()
        }]
    );
}

#[test]
fn wrong_constants_unknown_arguments_and_figures_of_the_run_are_found_before_the_run() {
    let services = "  shop: {endpoints: {look: {in: {n: int}, do: {reply: 200}}}}\n";
    let journey = "[call: {to: shop.look, args: {n: many, m: 1}}, expect: p99(shop.look) < 1s]";
    let found = problems(&text("", journey, services));
    assert!(
        matches!(&found[..], [
        Problem::WrongType { found: wrong, .. },
        Problem::UnknownField { found: unknown, .. },
        Problem::FunctionOfTheRun { function },
    ] if unknown == "m" && wrong == "many" && function == "p99"),
        "{found:?}"
    );
}

#[test]
fn types_that_contain_themselves_are_an_error_and_no_hang() {
    for types in ["A: B, B: A", "A: {a: A}", "A: {b: [B]}, B: {a: {maybe: A}}"] {
        let found = problems(&text(types, "{call: probe.yes}", ""));
        assert!(
            found
                .iter()
                .all(|found| matches!(found, Problem::TypeContainsItself { .. }))
                && !found.is_empty(),
            "{types}: {found:?}"
        );
    }
}

#[test]
fn one_more_field_moves_no_draw_of_another() {
    let amounts = |more: &str| {
        let types =
            format!("Order: {{total: {{decimal: {{uniform: {{from: 1, to: 99}}}}}}{more}}}");
        let services = "  shop: {endpoints: {place: {in: Order, do: {choose: [{when: total > 50, do: {reply: 200}}, {do: {reply: 409}}]}}}}\n";
        let run = world(&types, "{call: shop.place}", services);
        let outcomes = run
            .trace
            .records()
            .iter()
            .filter_map(|record| match record.what {
                What::JourneyEnded { outcome, .. } => Some(outcome),
                _ => None,
            });
        outcomes.collect::<Vec<Outcome>>()
    };
    assert_eq!(amounts(""), amounts(", note: {string: 20B}, n: int"));
}
