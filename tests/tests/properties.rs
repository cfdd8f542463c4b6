//! Properties and alerts: each kind when it holds, when it does not and why, and when nobody can
//! say.

use interplay_tests::random::any_document;
use interplay_tests::shop::{SHOP, shop, with};
use interplay_tests::{Finished, all_scenarios, assert_holds, document, secs};
use proptest::prelude::*;
use sim_core::kernel::{SimDuration, SimTime};
use sim_core::observe::Properties;
use sim_core::observe::properties::{Doubt, FindingKind, Verdict, Why};
use sim_core::scenario::Scenario;
use sim_core::world::{Condition, Record, What};

fn is_inconclusive(run: &Finished, property: &str, doubt: Doubt) {
    assert_eq!(*run.verdict(property), Verdict::Inconclusive(doubt));
}

/// What the causes of a violation lead through, first the record itself.
fn causes(run: &Finished, property: &str) -> Vec<What> {
    let record = run.violation(property).record.expect("a record");
    let causes = run.trace.causes(record, 100);
    causes.into_iter().map(|(_, record)| record.what).collect()
}

#[test]
fn a_service_level_is_held_or_missed_by_its_percentiles_and_its_share_of_failures() {
    let run = shop(&[
        "fast: {slo: {of: bank.pay, p99: 25ms}}",
        "faster: {slo: {of: bank.pay, p50: 10ms}}",
        "right: {slo: {of: people, error-rate: 20%}}",
        "all-right: {slo: {of: people, error-rate: 5%}}",
        "available: {slo: {of: people, availability: 80%}}",
        "always-there: {slo: {of: people, availability: 99.9%}}",
        "enough: {slo: {of: people, throughput: 9/s}}",
        "more: {slo: {of: people, throughput: 11/s}}",
    ]);
    for held in ["fast", "right", "available", "enough"] {
        assert_holds!(run, held);
    }
    let Why::Slow {
        measured, bound, ..
    } = run.violation("faster").why
    else {
        panic!("{:?}", run.violation("faster"));
    };
    assert!(measured > bound);
    for (property, least) in [("all-right", 25), ("always-there", 25)] {
        // The first journey that failed, just after the crash.
        let missed = run.violation(property);
        assert!(missed.at >= secs(10) && missed.at < secs(11), "{missed:?}");
        assert!(missed.count >= least, "{missed:?}");
    }
    assert!(matches!(run.violation("more").why, Why::TooFew { .. }));
}

#[test]
fn what_happens_before_the_end_of_the_warm_up_is_not_judged() {
    let text = SHOP.replace("at: 10s, for: 3s", "at: 0s, for: 1s");
    let properties = [
        "right: {slo: {of: people, error-rate: 0%}}",
        "never-down: {never: state(bank) == 'down'}",
        "no-errors: {always: error-rate(people) == 0}",
    ];
    let run = with(&text, &properties).run();
    for property in ["right", "never-down", "no-errors"] {
        assert_holds!(run, property);
    }
    let run = with(&text.replace("warm-up: 2s", "warm-up: 0s"), &properties).run();
    for property in ["right", "never-down", "no-errors"] {
        assert!(run.violation(property).at < secs(2), "{property}");
    }
}

#[test]
fn over_a_window_a_service_level_is_missed_when_it_is_missed_anywhere_and_until_it_is_mended() {
    let run = shop(&[
        "over-all: {slo: {of: people, error-rate: 15%}}",
        "over-seconds: {slo: {of: people, error-rate: 15%, over: 2s}}",
        "never-a-gap: {slo: {of: clerk.bills, throughput: 1/s, over: 2s}}",
    ]);
    assert_holds!(run, "over-all");
    let missed = run.violation("over-seconds");
    // 15 % of the 20 journeys of two seconds are 3; the fourth comes half a second later.
    assert!(missed.at > secs(10) && missed.at < secs(11), "{missed:?}");
    let until = missed.until.expect("it was mended");
    assert!(until > secs(13) && until < secs(16), "{missed:?}");
    assert_eq!(missed.count, 1);
    let gap = run.violation("never-a-gap");
    assert!(gap.at > secs(11) && gap.at < secs(13), "{gap:?}");
    assert!(matches!(gap.why, Why::TooFew { .. }));
}

#[test]
fn a_service_level_of_what_nobody_asks_is_inconclusive() {
    let text = SHOP.replace("arrivals: constant 10/s", "arrivals: constant 1/m");
    let run = with(
        &text,
        &[
            "fast: {slo: {of: bank, p99: 25ms}}",
            "right: {slo: {of: bank, error-rate: 1%, over: 5s}}",
        ],
    )
    .run();
    is_inconclusive(&run, "fast", Doubt::NothingSeen);
    is_inconclusive(&run, "right", Doubt::NothingSeen);
}

#[test]
fn always_is_violated_at_the_first_moment_at_which_it_is_false_by_the_record_that_made_it_so() {
    let run = shop(&[
        "up: {always: state(bank) == 'up'}",
        "never-down: {never: state(bank.1) == 'down'}",
        "short: {always: depth(mail.bills) <= 100}",
        "idle: {always: busy(bank) < 1}",
    ]);
    assert_holds!(run, "short");
    for property in ["up", "never-down"] {
        let violation = run.violation(property);
        assert_eq!((violation.at, violation.until), (secs(10), Some(secs(13))));
        assert_eq!(violation.count, 1);
        let chain = causes(&run, property);
        assert!(
            matches!(
                chain[..],
                [
                    What::ConditionChanged {
                        to: Condition::Down,
                        ..
                    },
                    What::EntryBegan { entry: 0 },
                ]
            ),
            "{chain:?}"
        );
    }
    let busy = run.violation("idle");
    assert!(busy.at < secs(3) && busy.count > 100, "{busy:?}");
    let Why::Answered { question, with } = &busy.why else {
        panic!("{busy:?}");
    };
    assert_eq!(question, "busy(bank) < 1");
    assert_eq!(with[..], [("busy(bank)".to_owned(), "1".to_owned())]);
    let chain = causes(&run, "idle");
    assert_eq!(chain.last(), Some(&What::JourneyBegan), "{chain:?}");
}

#[test]
fn a_question_that_has_no_answer_is_neither_held_nor_violated() {
    let text = SHOP.replace("arrivals: constant 10/s", "arrivals: constant 1/m");
    let run = with(&text, &["right: {always: error-rate(people) < 5%}"]).run();
    is_inconclusive(&run, "right", Doubt::NothingSeen);
}

#[test]
fn a_bounded_queue_is_a_question_about_its_depth() {
    let text = SHOP
        .replace("arrivals: constant 10/s", "arrivals: constant 40/s")
        .replace("work: 10ms", "work: 40ms")
        .replace("warm-up: 2s", "warm-up: 0s");
    let run = with(&text, &["bounded: {always: depth(mail.bills) <= 20}"]).run();
    let violation = run.violation("bounded");
    // Forty a second come in and twenty-five leave: in some two seconds there are too many.
    assert!(
        violation.at > secs(1) && violation.at < secs(2),
        "{violation:?}"
    );
    let before = run.at(SimTime::from_nanos(violation.at.as_nanos() - 1));
    let queue = run.run.topology().node("mail.bills").expect("a queue");
    let queue = run.run.topology().nodes[queue.index()].first_entity.index();
    assert!(before.entities[queue].ready <= 20);
    assert!(run.at(violation.at).entities[queue].ready > 20);
    assert!(matches!(causes(&run, "bounded")[0], What::Enqueued { .. }));
}

#[test]
fn eventually_is_violated_when_its_time_is_over_and_open_when_the_run_ends_before() {
    let run = shop(&[
        "soon: {eventually: {expect: state(bank) == 'up', within: 4s}}",
        "sooner: {eventually: {expect: state(bank) == 'up', within: 2s}}",
        "never: {eventually: {expect: state(bank) == 'paused', within: 60s}}",
    ]);
    assert_holds!(run, "soon");
    let violation = run.violation("sooner");
    assert_eq!((violation.at, violation.count), (secs(12), 1));
    assert_eq!(violation.until, Some(secs(13)));
    assert!(matches!(
        causes(&run, "sooner")[0],
        What::ConditionChanged { .. }
    ));
    is_inconclusive(&run, "never", Doubt::Open { count: 1 });
}

#[test]
fn at_a_moment_counts_what_holds_when_everything_of_it_has_happened() {
    let run = shop(&[
        "down-at-ten: {at: {moment: 10s, expect: state(bank) == 'down'}}",
        "up-just-before: {at: {moment: 9999ms, expect: state(bank) == 'up'}}",
        "up-at-eleven: {at: {moment: 11s, expect: state(bank) == 'up'}}",
    ]);
    assert_holds!(run, "down-at-ten");
    assert_holds!(run, "up-just-before");
    assert_eq!(run.violation("up-at-eleven").at, secs(11));
    let mut run = with(
        SHOP,
        &["up: {at: {moment: 20s, expect: state(bank) == 'up'}}"],
    )
    .start();
    run.set_horizon(secs(15));
    let properties = Properties::new(
        with(
            SHOP,
            &["up: {at: {moment: 20s, expect: state(bank) == 'up'}}"],
        )
        .scenario
        .document(),
        run.topology(),
    );
    let judged = properties.judged(secs(15), true);
    assert_eq!(
        judged.properties[0].verdict,
        Verdict::Inconclusive(Doubt::NothingSeen)
    );
}

#[test]
fn one_thing_leads_to_another_for_each_request_within_a_time() {
    let run = shop(&[
        "billed: {leads-to: {from: bank.pay, to: mail.bills, within: 1s}}",
        "mended: {leads-to: {from: state(bank) == 'down', to: state(bank) == 'up', within: 3s}}",
        "mended-fast: {leads-to: {from: state(bank) == 'down', to: state(bank) == 'up', within: 1s}}",
        "dreams: {leads-to: {from: state(bank) == 'paused', to: state(bank) == 'up', within: 1s}}",
    ]);
    // Every payment is followed by its bill; the last may still be on its way.
    assert!(
        matches!(
            run.verdict("billed"),
            Verdict::Held | Verdict::Inconclusive(Doubt::Open { .. })
        ),
        "{:?}",
        run.verdict("billed")
    );
    assert_holds!(run, "mended");
    let violation = run.violation("mended-fast");
    assert_eq!((violation.at, violation.count), (secs(11), 1));
    let chain = causes(&run, "mended-fast");
    assert_eq!(chain.last(), Some(&What::EntryBegan { entry: 0 }));
    is_inconclusive(&run, "dreams", Doubt::NothingSeen);
}

#[test]
fn what_does_not_follow_is_put_down_to_what_it_should_have_followed() {
    let text = SHOP.replace(
        "{publish: {to: mail.bills, type: Bill}}",
        "{choose: [{chance: 90%, do: {publish: {to: mail.bills, type: Bill}}}]}",
    );
    let run = with(
        &text,
        &["billed: {leads-to: {from: bank.pay, to: mail.bills, within: 1s}}"],
    )
    .run();
    let violation = run.violation("billed");
    assert!(violation.count > 10, "{violation:?}");
    let chain = causes(&run, "billed");
    assert!(matches!(chain[0], What::TaskFinished { .. }));
    assert_eq!(chain.last(), Some(&What::JourneyBegan));
    let record = violation.record.expect("a record");
    let paid = run.trace.records()[record.0 as usize].at;
    assert_eq!(violation.at, paid.after(SimDuration::from_secs(1)));
}

#[test]
fn nothing_is_lost_while_every_message_is_acknowledged_and_what_is_open_is_no_proof() {
    // Nobody buys in the last seconds.
    let quiet = SHOP.replace("constant 10/s", "{replay: [3s, 4s, 5s, 6s]}");
    let property = ["kept: {no-loss: {from: mail.bills, to: mail.bills}}"];
    assert_holds!(with(&quiet, &property).run(), "kept");
    let slow = SHOP.replace("work: 10ms", "work: 200ms");
    let run = with(&slow, &property).run();
    assert!(matches!(
        run.verdict("kept"),
        Verdict::Inconclusive(Doubt::Open { count: 50.. })
    ));
    let late = ["kept: {no-loss: {from: mail.bills, to: mail.bills, within: 2s}}"];
    let violation = with(&slow, &late).run();
    let violation = violation.violation("kept");
    assert!(matches!(violation.why, Why::NotWithin { .. }));
    assert!(violation.count > 50);
}

#[test]
fn a_message_that_expires_or_is_refused_is_lost_at_that_moment() {
    let text = SHOP
        .replace("bills: classic", "bills: {classic: {ttl: 300ms}}")
        .replace("work: 10ms", "work: 200ms");
    let run = with(
        &text,
        &["kept: {no-loss: {from: mail.bills, to: clerk.bills}}"],
    )
    .run();
    let violation = run.violation("kept").clone();
    assert_eq!(
        violation.why,
        Why::GivenUp {
            queue: "mail.bills".to_owned()
        }
    );
    let mut expired = run.trace.records().iter();
    let first = expired.find(|record| matches!(record.what, What::Expired { .. }));
    assert_eq!(Some(violation.at), first.map(|record| record.at));
    assert_eq!(
        violation.count,
        run.count(|what| matches!(what, What::Expired { .. })) as u64
    );
}

#[test]
fn a_repeated_request_is_done_twice_unless_nobody_repeats_it() {
    let text = SHOP
        .replace("with: patience", "with: [again, patience]")
        .replace("work: 20ms", "work: {uniform: {from: 10ms, to: 90ms}}")
        .replace(
            "timeout: 1s}",
            "timeout: 70ms}, again: {retry: {attempts: 3, wait: 10ms}}",
        );
    let property = ["once: {at-most: {times: 1, of: bank.pay, per: request}}"];
    let run = with(&text, &property).run();
    let violation = run.violation("once");
    assert!(matches!(
        violation.why,
        Why::TooOften { times: 2, bound: 1 }
    ));
    let chain = causes(&run, "once");
    assert!(matches!(chain[0], What::TaskFinished { .. }), "{chain:?}");
    assert_eq!(chain.last(), Some(&What::JourneyBegan));
    // The second time a journey's payment is done, and not before.
    let record = violation.record.expect("a record");
    assert_eq!(run.trace.records()[record.0 as usize].at, violation.at);
    assert_holds!(shop(&property), "once");
    let nobody = SHOP.replace("arrivals: constant 10/s", "arrivals: constant 1/m");
    is_inconclusive(&with(&nobody, &property).run(), "once", Doubt::NothingSeen);
}

#[test]
fn of_a_table_only_what_changes_it_counts() {
    let text = "
scenario: 1
title: Reads and writes
seed: 1
horizon: 10s
types: {Item: {sku: int, left: int}}
clients: {people: {arrivals: constant 10/s, do: {call: {to: shop.take, args: {sku: 1}}}}}
services:
  shop: {endpoints: {take: {in: {sku: int}, do: [
    {read: {from: db.items, key: =sku}}, {read: {from: db.items, key: =sku}},
    {update: {to: db.items, key: =sku, set: {left: =left - 1}}}]}}}
stores: {db: {tables: {items: {row: {sku: int, left: {int: 5000}}, key: sku, rows: 3}}}}
";
    let run = with(
        text,
        &[
            "written-once: {at-most: {times: 1, of: db.items, per: request}}",
            "not-written: {at-most: {times: 0, of: db.items, per: request}}",
        ],
    )
    .run();
    assert_holds!(run, "written-once");
    assert!(matches!(
        run.violation("not-written").why,
        Why::TooOften { times: 1, bound: 0 }
    ));
}

#[test]
fn two_clerks_deal_with_the_messages_of_a_request_out_of_order_and_one_does_not() {
    let text = "
scenario: 1
title: Two clerks
seed: 3
horizon: 20s
clients: {people: {arrivals: constant 5/s, do: {call: shop.buy}}}
services:
  shop: {endpoints: {buy: {do: [{publish: {to: mail.jobs, type: Pick}}, {wait: 2ms}, {publish: {to: mail.jobs, type: Pack}}]}}}
  clerk: {instances: 2, workers: {blocking: 1}, subscriptions: {jobs: {from: mail.jobs, prefetch: 1, handles: {
    Pick: [work: {exponential: 30ms}], Pack: [work: {exponential: 5ms}]}}}}
brokers: {mail: {rabbitmq: {queues: {jobs: classic}}}}
";
    let property = ["in-turn: {in-order: {of: mail.jobs, per: request}}"];
    let run = with(text, &property).run();
    let violation = run.violation("in-turn").clone();
    let Why::Overtaken { by } = violation.why else {
        panic!("{violation:?}");
    };
    let overtaken = run.trace.records()[violation.record.expect("a record").0 as usize];
    let What::Acknowledged { message } = overtaken.what else {
        panic!("{overtaken:?}");
    };
    assert!(by > message, "sent later");
    let one = text.replace("instances: 2", "instances: 1");
    assert_holds!(with(&one, &property).run(), "in-turn");
    let idle = text.replace("constant 5/s", "constant 1/m");
    is_inconclusive(&with(&idle, &property).run(), "in-turn", Doubt::NothingSeen);
}

#[test]
fn an_expectation_of_a_journey_that_is_not_met_violates_at_once() {
    let text = "
scenario: 1
title: John
seed: 1
horizon: 10s
clients:
  john: {users: 1, think: 500ms, do: [{call: {to: bank.look, as: seen}}, {expect: seen.balance >= 0}]}
  mary: {users: 1, think: 500ms, do: [{call: {to: bank.look, as: seen}}, {expect: seen.balance >= 100}]}
  idle: {arrivals: constant 1/m, do: [{call: {to: bank.look, as: seen}}, {expect: seen.balance >= 0}]}
services: {bank: {endpoints: {look: {do: [{work: 5ms}, {reply: {body: {balance: 7}}}]}}}}
";
    let run = with(
        text,
        &[
            "johns: {expectations: john}",
            "marys: {expectations: mary}",
            "idles: {expectations: idle}",
        ],
    )
    .run();
    assert_holds!(run, "johns");
    assert_eq!(run.violation("marys").why, Why::Unexpected);
    assert!(run.violation("marys").count > 10);
    is_inconclusive(&run, "idles", Doubt::NothingSeen);
}

#[test]
fn an_alert_fires_once_its_question_was_answered_yes_for_so_long_and_is_resolved_by_a_no() {
    let text = format!(
        "{SHOP}alerts:\n  down: {{when: state(bank) == 'down', for: 1s}}\n  \
         errors: {{when: error-rate(people) over 2s > 20%}}\n  \
         long: {{when: state(bank) == 'down', for: 5s}}\n"
    );
    let run = document(&text).run();
    let down = run.judged.alert("down").expect("an alert");
    assert_eq!(down.count, 1);
    assert_eq!(
        (down.firings[0].from, down.firings[0].until),
        (secs(11), Some(secs(13)))
    );
    let errors = run.judged.alert("errors").expect("an alert");
    assert_eq!(errors.count, 1, "{errors:?}");
    let firing = errors.firings[0];
    assert!(
        firing.from > secs(10) && firing.from < secs(11),
        "{firing:?}"
    );
    assert!(firing.until.is_some_and(|until| until > secs(13)));
    assert_eq!(run.judged.alert("long").map(|alert| alert.count), Some(0));
    let findings = run.judged.findings();
    assert_eq!(findings.len(), 2);
    assert!(
        findings
            .iter()
            .all(|finding| finding.kind == FindingKind::Alert)
    );
}

#[test]
fn conservation_is_violated_by_a_record_that_comes_from_nowhere_or_is_left_out() {
    let setup = with(
        SHOP,
        &[
            "all: {conserved: messages}",
            "bills: {conserved: mail.bills}",
        ],
    );
    let run = setup.run();
    assert_holds!(run, "all");
    assert_holds!(run, "bills");
    let judged = |leave_out: fn(&What) -> bool| {
        let mut properties = Properties::new(setup.scenario.document(), run.run.topology());
        let mut left_out = None;
        for (place, record) in run.trace.records().iter().enumerate() {
            if left_out.is_none() && leave_out(&record.what) {
                left_out = Some(place);
                // Something of no consequence, so that numbers stay.
                let what = What::WorkQueued;
                properties.apply(&Record { what, ..*record });
            } else {
                properties.apply(record);
            }
        }
        properties.judged(run.run.now(), true)
    };
    let lost = judged(|what| matches!(what, What::MessageDelivered { .. }));
    let why = lost.property("all").and_then(|all| all.violation());
    assert!(matches!(
        why.map(|violation| &violation.why),
        Some(Why::Vanished { .. })
    ));
    let extra = judged(|what| matches!(what, What::Enqueued { .. }));
    let why = extra.property("bills").and_then(|bills| bills.violation());
    assert!(matches!(
        why.map(|violation| &violation.why),
        Some(Why::FromNowhere { .. })
    ));
}

#[test]
fn in_every_scenario_that_comes_with_the_page_messages_are_conserved() {
    for (name, text) in all_scenarios() {
        let text = if text.contains("\nproperties:") {
            text.replace(
                "\nproperties:",
                "\nproperties:\n  conserved-here: {conserved: messages}",
            )
        } else {
            format!("{text}\nproperties: {{conserved-here: {{conserved: messages}}}}\n")
        };
        let Ok(scenario) = Scenario::parse(&text) else {
            panic!("{name}");
        };
        if scenario.runnable().is_ok() {
            let (judged, _) = document(&text).judged();
            let conserved = judged.property("conserved-here");
            assert_eq!(
                conserved.map(|judged| &judged.verdict),
                Some(&Verdict::Held),
                "{name}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn in_random_scenarios_nothing_comes_from_nowhere_and_nothing_vanishes(text in any_document()) {
        let setup = with(&text, &["all: {conserved: messages}", "jobs: {conserved: mail.jobs}"]);
        let (judged, _) = setup.judged();
        for property in &judged.properties {
            prop_assert!(
                matches!(property.verdict, Verdict::Held | Verdict::Inconclusive(Doubt::NothingSeen)),
                "{property:?}"
            );
        }
    }
}

#[test]
fn a_question_about_a_breaker_is_about_the_one_that_holds_back_the_most() {
    let text = SHOP
        .replace("call: bank.pay", "call: {to: bank.pay, with: guarded}")
        .replace(
            "policies: {",
            "policies: {guarded: {breaker: {window: {calls: 10}, minimum: 5, failure-rate: 50%, open-for: 1s, half-open: 2}}, ",
        );
    let run = with(
        &text,
        &[
            "closed: {always: state(guarded) == 'closed'}",
            "never-for-long: {eventually: {expect: state(guarded) == 'closed', within: 6s}}",
            "opens: {leads-to: {from: state(bank) == 'down', to: state(guarded) == 'open', within: 1s}}",
        ],
    )
    .run();
    let violation = run.violation("closed");
    assert!(
        violation.at > secs(10) && violation.at < secs(11),
        "{violation:?}"
    );
    assert!(violation.until.is_some_and(|until| until > secs(13)));
    assert!(matches!(
        causes(&run, "closed")[0],
        What::BreakerChanged { .. }
    ));
    assert_holds!(run, "never-for-long");
    assert_holds!(run, "opens");
}
