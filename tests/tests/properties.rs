//! Properties and alerts: when they hold, when they do not and why, and when nobody can say.

use interplay_tests::random::any_document;
use interplay_tests::{Finished, all_scenarios, assert_holds, document, for_seeds, secs};
use proptest::prelude::*;
use sim_core::kernel::{RecordId, SimDuration, SimTime};
use sim_core::observe::Properties;
use sim_core::observe::properties::{Doubt, FindingKind, OverSeeds, Verdict, Why};
use sim_core::scenario::Scenario;
use sim_core::world::{Condition, Record, What};

/// People buy at a shop that asks a bank, which crashes from 10 s to 13 s; the bills go into a
/// queue with one clerk.
const SHOP: &str = "
scenario: 1
title: A shop
seed: 1
horizon: 30s
warm-up: 2s
clients: {people: {arrivals: constant 10/s, do: {call: {to: shop.buy, with: patience}}}}
services:
  shop: {endpoints: {buy: {do: [work: 2ms, call: bank.pay, {publish: {to: mail.bills, type: Bill}}]}}}
  bank: {workers: {blocking: 1, queue: 10}, endpoints: {pay: {do: {work: 20ms}}}}
  clerk: {workers: {blocking: 1}, subscriptions: {bills: {from: mail.bills, prefetch: 1, handles: {Bill: [work: 10ms]}}}}
brokers: {mail: {rabbitmq: {queues: {bills: classic}}}}
policies: {patience: {timeout: 1s}}
timeline: [{at: 10s, for: 3s, fault: {crash: bank}}]
";

/// The shop with properties, which are written as a map in one line each.
fn shop(properties: &[&str]) -> Finished {
    with(SHOP, properties).run()
}

fn with(text: &str, properties: &[&str]) -> interplay_tests::Setup {
    document(&format!(
        "{text}properties:\n  {}\n",
        properties.join("\n  ")
    ))
}

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

/// Every kind at once.
const ALL: [&str; 12] = [
    "slo: {slo: {of: people, p99: 100ms, error-rate: 1%}}",
    "window: {slo: {of: bank, p95: 22ms, over: 1s}}",
    "always: {always: busy(bank) < 1 or rate(people) over 3s > 5/s}",
    "never: {never: depth(mail.bills) > 0}",
    "eventually: {eventually: {expect: depth(mail.bills) == 0, within: 1s}}",
    "at: {at: {moment: 11s, expect: p99(people) over 2s < 50ms}}",
    "leads-to: {leads-to: {from: shop.buy, to: clerk.bills, within: 12ms}}",
    "no-loss: {no-loss: {from: mail.bills, to: clerk.bills, within: 50ms}}",
    "at-most: {at-most: {times: 0, of: bank, per: request}}",
    "in-order: {in-order: {of: mail.bills, per: request}}",
    "conserved: {conserved: messages}",
    "expectations: {expectations: people}",
];

#[test]
fn a_trace_that_is_gone_through_again_gives_the_same_verdicts_as_the_run() {
    let run = shop(&ALL);
    let mut properties = Properties::new(with(SHOP, &ALL).scenario.document(), run.run.topology());
    for record in run.trace.records() {
        properties.apply(record);
    }
    assert_eq!(properties.judged(run.run.now(), true), run.judged);
    let (streamed, _) = with(SHOP, &ALL).judged();
    assert_eq!(streamed, run.judged);
}

#[test]
fn what_is_said_halfway_does_not_change_what_is_said_in_the_end() {
    let run = shop(&ALL);
    let mut properties = Properties::new(with(SHOP, &ALL).scenario.document(), run.run.topology());
    for (place, record) in run.trace.records().iter().enumerate() {
        if place % 997 == 0 {
            properties.judged(record.at, false);
        }
        properties.apply(record);
    }
    assert_eq!(properties.judged(run.run.now(), true), run.judged);
}

#[test]
fn properties_change_neither_the_digest_nor_a_record() {
    let (plain, judged) = (document(SHOP).run(), shop(&ALL));
    assert_eq!(plain.digest, judged.digest);
    assert_eq!(plain.trace.records(), judged.trace.records());
    assert!(Properties::new(document(SHOP).scenario.document(), plain.run.topology()).is_empty());
}

#[test]
fn the_causes_of_a_violation_are_found_without_a_trace() {
    let setup = with(SHOP, &ALL);
    let (judged, run) = setup.judged();
    let traced = setup.run();
    let mut compared = 0;
    for property in &judged.properties {
        let record = property.violation().and_then(|violation| violation.record);
        if let Some(record) = record {
            assert_eq!(run.causes(record, 50), traced.trace.causes(record, 50));
            assert_eq!(run.causes(record, 2), traced.trace.causes(record, 2));
            compared += 1;
        }
    }
    assert!(compared >= 4, "{judged:?}");
}

#[test]
fn a_run_that_is_cut_short_proves_nothing_but_what_went_wrong_until_then() {
    let setup = with(
        SHOP,
        &[
            "up: {always: state(bank) == 'up'}",
            "short: {always: depth(mail.bills) < 100}",
        ],
    );
    let mut run = setup.start();
    let mut properties = Properties::new(setup.scenario.document(), run.topology());
    run.set_horizon(secs(12));
    run.finish(&mut properties);
    let judged = properties.judged(run.now(), false);
    assert!(judged.is_violated());
    assert_eq!(
        judged.property("short").map(|short| &short.verdict),
        Some(&Verdict::Inconclusive(Doubt::CutShort))
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

#[test]
fn over_seeds_a_property_holds_for_some_and_the_first_others_are_named() {
    let setup = with(
        &SHOP.replace("constant 10/s", "poisson 10/s"),
        &[
            "calm: {always: depth(bank) <= 2}",
            "up: {at: {moment: 5s, expect: state(bank) == 'up'}}",
        ],
    );
    let mut over = OverSeeds::default();
    for seed in 0..30 {
        over.add(seed, &setup.clone().seed(seed).judged().0);
    }
    let calm = &over.properties[0];
    assert!(calm.held > 0 && calm.violated > 0, "{calm:?}");
    assert_eq!(calm.held + calm.violated + calm.inconclusive, 30);
    assert_eq!(over.first_violating(), calm.violating.first().copied());
    assert_eq!(over.properties[1].held, 30);
    for_seeds(&setup, 0..3, |run| assert_holds!(run, "up"));
}

#[test]
fn a_failure_tells_the_seed_the_moment_the_causes_and_a_link_that_leads_there() {
    let run = interplay_tests::document(&format!(
        "{SHOP}properties: {{up: {{always: state(bank) == 'up'}}}}\n"
    ))
    .seed(5)
    .run();
    let failed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run.assert_holds("up")))
        .expect_err("it does not hold");
    let message = failed.downcast_ref::<String>().expect("a message");
    for part in [
        "property `up` is violated: `state(bank) == 'up'` was wrong; state(bank) = \"down\"",
        "seed 5",
        "first at t=10s, 1 in all",
        "bank.1: up → down",
        "entry 1 of the timeline begins",
    ] {
        assert!(message.contains(part), "{part} in\n{message}");
    }
    let fragment = message.rsplit_once('#').expect("a link").1;
    let link = sim_core::scenario::share::Link::decode(fragment).expect("a link");
    let record = run.violation("up").record.expect("a record");
    assert_eq!(link.cursor, Some(u64::from(record.0) + 1));
    let sim_core::scenario::share::Source::Text(text) = link.source else {
        panic!("{:?}", link.source);
    };
    assert_eq!(document(&text).run().digest, run.digest);
}

#[test]
fn names_that_do_not_exist_are_told_with_their_place_and_the_nearest() {
    let refused = |property: &str| {
        let text = format!("{SHOP}properties: {{p: {property}}}\n");
        let found = Scenario::parse(&text).expect_err(property);
        found.render(&text, "shop", sim_core::scenario::document::Language::En)
    };
    for (property, parts) in [
        (
            "{always: depth(mail.bils) < 5}",
            ["`mail.bils`", "did you mean `mail.bills`?"],
        ),
        (
            "{always: busy(bnak) < 5}",
            ["`bnak`", "did you mean `bank`?"],
        ),
        (
            "{slo: {of: bank.paye, p99: 1s}}",
            ["`bank.paye`", "did you mean `bank.pay`?"],
        ),
        ("{always: bankk == 5}", ["`bankk`", "properties.p.always"]),
        (
            "{always: depth(people) < 5}",
            ["`people` has no `depth`", "properties.p.always"],
        ),
        (
            "{always: state(patience) == 'open'}",
            ["`patience` has no `state`", "properties.p.always"],
        ),
        (
            "{always: p99(mail.bills) < 5s}",
            ["`mail.bills` has no `p99`", "properties.p.always"],
        ),
        (
            "{leads-to: {from: bank.pai, to: mail.bills, within: 1s}}",
            ["`bank.pai`", "properties.p.leads-to.from"],
        ),
    ] {
        let rendered = refused(property);
        for part in parts {
            assert!(rendered.contains(part), "{part} in\n{rendered}");
        }
    }
    let later = Scenario::parse(&format!(
        "{SHOP}properties: {{p: {{at-most: {{times: 1, of: bank.pay, per: order}}}}}}\n"
    ));
    let needs = later.expect("it is valid").runnable().expect_err("not yet");
    assert!(
        needs
            .to_string()
            .contains("properties.p.at-most.per: not yet runnable"),
        "{needs}"
    );
}

#[test]
fn what_is_kept_in_mind_is_bounded_and_what_goes_beyond_is_never_held() {
    let setup = with(
        SHOP,
        &[
            "once: {at-most: {times: 1, of: people, per: request}}",
            "answered: {leads-to: {from: people, to: clerk.bills, within: 24h}}",
            "conserved: {conserved: messages}",
        ],
    );
    let run = setup.start();
    let mut properties = Properties::new(setup.scenario.document(), run.topology());
    let people = run.topology().node("people").expect("a client");
    let ended = |number: u32| Record {
        at: secs(3),
        entity: run.topology().nodes[people.index()].first_entity,
        cause: sim_core::world::Cause::NONE,
        what: match number % 2 {
            0 => What::JourneyEnded {
                began: RecordId(0),
                outcome: sim_core::world::Outcome::OK,
                took: SimDuration::ZERO,
            },
            _ => What::MessageDuplicated {
                of: RecordId(0),
                arrives: secs(40),
            },
        },
    };
    // A quarter of four million each, and more.
    let room = 1 << 20;
    for number in 0..2 * room {
        properties.apply(&ended(number));
    }
    let judged = properties.judged(secs(30), true);
    let verdict = |name: &str| judged.property(name).map(|judged| judged.verdict.clone());
    assert_eq!(verdict("once"), Some(Verdict::Held));
    assert_eq!(verdict("conserved"), Some(Verdict::Held));
    for number in 0..2 {
        properties.apply(&ended(number));
    }
    let judged = properties.judged(secs(30), true);
    for property in &judged.properties {
        assert_eq!(
            property.verdict,
            Verdict::Inconclusive(Doubt::TooMuch),
            "{}",
            property.name
        );
    }
}

#[test]
fn a_document_asks_for_no_more_than_can_be_kept_in_mind() {
    let many: Vec<String> = (0..101)
        .map(|number| format!("p{number}: {{never: busy(bank) > {number}}}"))
        .collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let text = |properties: &[&str]| format!("{SHOP}properties:\n  {}\n", properties.join("\n  "));
    assert!(Scenario::parse(&text(&many[..100])).is_ok());
    let refused = Scenario::parse(&text(&many)).expect_err("too many");
    assert!(refused.to_string().contains("at most 100"), "{refused}");
    let figures = vec!["busy(bank)"; 60].join(" + ");
    let long = vec![format!("{{never: {figures} > 5}}"); 5];
    let long: Vec<String> = long
        .iter()
        .enumerate()
        .map(|(n, p)| format!("p{n}: {p}"))
        .collect();
    let long: Vec<&str> = long.iter().map(String::as_str).collect();
    let refused = Scenario::parse(&text(&long)).expect_err("too many");
    assert!(refused.to_string().contains("at most 256"), "{refused}");
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
fn a_scenario_of_the_page_is_held_to_properties_that_a_test_adds() {
    let slow = interplay_tests::scenario("slow-payment")
        .set("properties", "{fast: {slo: {of: shoppers, p99: 3s}}}");
    for_seeds(&slow, 0..3, |run| assert_holds!(run, "fast"));
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
