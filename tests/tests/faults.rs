//! What goes wrong, and what comes of it: partitions, lossy links, full queues, pauses,
//! errors with a status, several at once.

use interplay_tests::{Finished, document, secs};
use sim_core::kernel::{SimDuration, SimTime};
use sim_core::scenario::Scenario;
use sim_core::scenario::document::Language;
use sim_core::world::{Condition, Loss, Outcome, Rejection, What};

const fn ms(millis: u64) -> SimDuration {
    SimDuration::from_millis(millis)
}

/// A moment in milliseconds.
const fn at(millis: u64) -> SimTime {
    SimTime::from_nanos(ms(millis).as_nanos())
}

/// People who ask a shop, which asks a bank; what they do, what the parts are like, what
/// goes wrong.
fn shop(arrivals: &str, shop: &str, bank: &str, rest: &str) -> Finished {
    document(&format!(
        "
scenario: 1
title: Shop
seed: 4
horizon: 20s
clients: {{people: {{arrivals: {arrivals}, do: {{call: {{to: shop.buy, with: patience}}}}}}}}
services:
  shop: {{endpoints: {{buy: {{do: {shop}}}}}}}
  bank: {{endpoints: {{pay: {{do: {bank}}}}}}}
policies:
  patience: {{timeout: 3s}}
  hurry: {{timeout: 200ms}}
{rest}
"
    ))
    .run()
}

/// How the journeys ended, in order: when, and how.
fn endings(run: &Finished) -> Vec<(SimTime, Outcome)> {
    let records = run.trace.records().iter();
    records
        .filter_map(|record| match record.what {
            What::JourneyEnded { outcome, .. } => Some((record.at, outcome)),
            _ => None,
        })
        .collect()
}

fn lost(run: &Finished, wanted: Loss) -> usize {
    run.count(|what| matches!(what, What::MessageLost { why, .. } if *why == wanted))
}

/// The condition of an instance at a moment.
fn condition(run: &Finished, name: &str, moment: SimTime) -> Condition {
    let entities = &run.run.topology().entities;
    let place = entities.iter().position(|entity| entity == name);
    run.at(moment).entities[place.expect("it is there")].condition
}

#[test]
fn what_is_sent_over_a_partition_is_lost_and_its_sender_learns_nothing() {
    let run = shop(
        "constant 1/s",
        "{work: 10ms}",
        "{work: 1ms}",
        "timeline: [{at: 4.5s, for: 4s, fault: {partition: [people, shop]}}]",
    );
    let outcomes: Vec<Outcome> = endings(&run)
        .into_iter()
        .map(|(_, outcome)| outcome)
        .collect();
    assert_eq!(lost(&run, Loss::Partitioned), 4);
    let timeouts = outcomes
        .iter()
        .filter(|outcome| **outcome == Outcome::Timeout);
    assert_eq!(timeouts.count(), 4);
    assert_eq!(run.client("people").ok as usize, outcomes.len() - 4);
}

#[test]
fn what_was_on_its_way_when_a_partition_begins_arrives() {
    let run = shop(
        "{replay: [1s]}",
        "{work: 1ms}",
        "{work: 1ms}",
        "links: {default: {latency: 100ms}}
timeline: [{at: 1050ms, for: 10s, fault: {partition: [people, shop]}}]",
    );
    assert_eq!(run.endpoint("shop.buy").outcomes.ok, 1);
    assert_eq!(lost(&run, Loss::Partitioned), 1, "the answer");
    assert_eq!(endings(&run), [(at(4_000), Outcome::Timeout)]);
}

#[test]
fn over_a_one_way_partition_the_work_is_done_and_nobody_hears_of_it() {
    let one_way = |from: &str, to: &str| {
        shop(
            "constant 1/s",
            "{work: 10ms}",
            "{work: 1ms}",
            &format!("timeline: [{{at: 0s, fault: {{partition: {{from: {from}, to: {to}}}}}}}]"),
        )
    };
    let there = one_way("people", "shop");
    assert_eq!(there.endpoint("shop.buy").requests, 0);
    let back = one_way("shop", "people");
    assert!(back.endpoint("shop.buy").requests >= 19);
    assert_eq!(back.client("people").ok, 0);
    assert_eq!(
        there.client("people").timeouts,
        back.client("people").timeouts
    );
}

#[test]
fn a_partition_may_cut_off_some_instances_only() {
    let run = document(
        "
scenario: 1
title: Half
horizon: 20s
clients: {people: {arrivals: constant 10/s, do: {call: {to: shop.buy, with: hurry}}}}
services: {shop: {instances: 2, endpoints: {buy: {do: {work: 1ms}}}}}
policies: {hurry: {timeout: 100ms}}
timeline: [{at: 0s, fault: {partition: [people, shop.2]}}]
",
    )
    .run();
    let people = run.client("people");
    assert!(people.ok.abs_diff(people.timeouts) <= 1, "{people:?}");
}

#[test]
fn a_connection_to_a_broker_sends_again_until_the_partition_is_over() {
    let run = document(
        "
scenario: 1
title: Held up
horizon: 20s
clients: {people: {arrivals: {replay: [10s, 10.1s, 10.55s]}, do: {publish: {to: mail.jobs, type: Job}}}}
services: {worker: {subscriptions: {jobs: {from: mail.jobs, handles: {Job: [work: 1ms]}}}}}
brokers: {mail: {rabbitmq: {queues: {jobs: classic}}}}
costs: {rabbitmq-publish: 0s}
links: {default: {latency: 0s}}
timeline: [{at: 9s, for: 1500ms, fault: {partition: [people, mail]}}]
",
    )
    .run();
    // TCP tries again after 200 ms, then after 400 ms; the third message waits behind them.
    let records = run.trace.records().iter();
    let enqueued: Vec<SimTime> = records
        .filter(|record| matches!(record.what, What::Enqueued { .. }))
        .map(|record| record.at)
        .collect();
    assert_eq!(enqueued, [at(10_600), at(10_700), at(10_700)]);
    assert_eq!(run.summary.ledger.lost, 0);
}

#[test]
fn what_is_published_over_a_partition_that_never_ends_is_lost_and_never_confirmed() {
    let run = document(
        "
scenario: 1
title: Cut off
horizon: 20s
clients: {people: {arrivals: constant 1/s, do: {publish: {to: mail.jobs, type: Job, confirm: true, with: hurry}}}}
services: {worker: {subscriptions: {jobs: {from: mail.jobs, handles: {Job: [work: 1ms]}}}}}
brokers: {mail: {rabbitmq: {queues: {jobs: classic}}}}
policies: {hurry: {timeout: 500ms}}
timeline: [{at: 5.5s, fault: {partition: [people, mail]}}]
",
    )
    .run();
    assert_eq!(run.summary.ledger.enqueued, 5);
    assert_eq!(run.client("people").ok, 5);
    assert_eq!(run.client("people").timeouts, 14);
}

#[test]
fn a_lossy_link_loses_more_while_it_lasts_and_no_other_link_does() {
    let run = shop(
        "constant 100/s",
        "{call: {to: bank.pay, with: hurry}}",
        "{work: 1ms}",
        "links: {inner: {from: shop, to: bank, loss: 50%}}
timeline: [{at: 10s, for: 5s, fault: {lossy: {link: inner, loss: 50%}}}]",
    );
    let share = |from: SimTime, until: SimTime| {
        let (mut sent, mut lost) = (0.0, 0.0);
        let topology = run.run.topology();
        for record in run.trace.records() {
            if let What::MessageSent {
                edge,
                lost: is_lost,
                ..
            } = record.what
                && (from..until).contains(&record.at)
            {
                let inner =
                    topology.nodes[topology.edges[edge.index()].from.index()].name == "shop";
                assert!(inner || !is_lost);
                sent += f64::from(u8::from(inner));
                lost += f64::from(u8::from(is_lost));
            }
        }
        lost / sent
    };
    assert!((share(secs(0), secs(10)) - 0.5).abs() < 0.05);
    assert!((share(secs(10), secs(15)) - 0.75).abs() < 0.05);
    assert!((share(secs(15), secs(20)) - 0.5).abs() < 0.06);
}

#[test]
fn the_default_link_can_be_lossy_too() {
    let run = shop(
        "constant 10/s",
        "{work: 1ms}",
        "{work: 1ms}",
        "timeline: [{at: 10s, fault: {lossy: {link: default, loss: 100%}}}]",
    );
    assert_eq!(run.client("people").ok, 99);
    assert_eq!(run.endpoint("shop.buy").requests, 99);
}

#[test]
fn a_full_service_turns_everybody_away_at_once_and_finishes_what_it_has() {
    let run = shop(
        "constant 1/s",
        "{work: 800ms}",
        "{work: 1ms}",
        "links: {default: {latency: 10ms}}
timeline: [{at: 5.5s, for: 4s, fault: {full: shop}}]",
    );
    let people = run.client("people");
    assert_eq!(people.errors, 4);
    assert_eq!(run.endpoint("shop.buy").outcomes.full, 4);
    assert_eq!(people.ok, 15);
    assert!(endings(&run).contains(&(at(6_020), Outcome::Full)));
    assert_eq!(condition(&run, "shop.1", secs(6)), Condition::Full);
    assert_eq!(condition(&run, "shop.1", secs(10)), Condition::Up);
}

#[test]
fn a_full_queue_refuses_what_is_published_and_says_so_to_who_waits_for_a_confirm() {
    let run = document(
        "
scenario: 1
title: Full
horizon: 20s
clients:
  asking: {arrivals: constant 1/s, do: {publish: {to: mail.jobs, type: Job, confirm: true, then: {full: {wait: 1s}}}}}
  telling: {arrivals: constant 1/s, do: {publish: {to: mail.jobs, type: Job}}}
services: {worker: {subscriptions: {jobs: {from: mail.jobs, handles: {Job: [work: 1ms]}}}}}
brokers: {mail: {rabbitmq: {queues: {jobs: classic}}}}
timeline: [{at: 10.5s, for: 5s, fault: {full: mail.jobs}}]
",
    )
    .run();
    let full = |what: &What| {
        matches!(
            what,
            What::MessageRejected {
                why: Rejection::Full,
                ..
            }
        )
    };
    assert_eq!(run.count(full), 10);
    assert_eq!(run.summary.ledger.enqueued, 2 * 14);
    let calls = run.calls("asking", "mail.jobs");
    assert_eq!((calls.outcomes.ok, calls.outcomes.full), (14, 5));
    // Whoever does not ask does not learn of it.
    assert_eq!(run.client("telling").ok, 20);
    assert_eq!(condition(&run, "mail.jobs", secs(12)), Condition::Full);
}

#[test]
fn work_that_a_pause_interrupts_goes_on_with_what_was_left() {
    let run = shop(
        "{replay: [1s, 1.5s]}",
        "{work: 100ms}",
        "{work: 1ms}",
        "links: {default: {latency: 0s}}
timeline: [{at: 1050ms, for: 1s, fault: {pause: shop}}]",
    );
    // The second request waits at the door until the pause is over.
    assert_eq!(
        endings(&run),
        [(at(2_100), Outcome::OK), (at(2_150), Outcome::OK)]
    );
    assert_eq!(condition(&run, "shop.1", at(1_060)), Condition::Paused);
    assert_eq!(condition(&run, "shop.1", at(2_060)), Condition::Up);
}

#[test]
fn pauses_add_up_and_a_slow_service_stays_slow_between_them() {
    let run = shop(
        "{replay: [1s]}",
        "{work: 100ms}",
        "{work: 1ms}",
        "links: {default: {latency: 0s}}
timeline:
  - {at: 0s, for: 10s, fault: {slow: {what: shop, times: 3}}}
  - {at: 1050ms, for: 100ms, fault: {pause: shop}}
  - {at: 1100ms, for: 100ms, fault: {pause: shop.1}}
  - {at: 1300ms, for: 1s, fault: {pause: shop}}",
    );
    // 300 ms of work, and pauses of 150 ms (two that overlap) and 1 s.
    assert_eq!(endings(&run), [(at(2_450), Outcome::OK)]);
    assert_eq!(condition(&run, "shop.1", at(1_250)), Condition::Slow);
}

#[test]
fn a_time_out_that_runs_out_in_a_pause_is_noticed_after_it() {
    let paused = |bank: &str| {
        shop(
            "{replay: [1s]}",
            "{call: {to: bank.pay, with: hurry}}",
            bank,
            "links: {default: {latency: 0s}}
timeline: [{at: 1100ms, for: 1s, fault: {pause: shop}}]",
        )
    };
    // The answer comes at 1.3 s, the time-out expires at 1.2 s.
    let late = paused("{work: 300ms}");
    assert_eq!(endings(&late), [(at(2_100), Outcome::Error(504))]);
    assert_eq!(late.summary.ledger.late, 1);
    // The answer comes first; both are looked at after the pause.
    let in_time = paused("{work: 150ms}");
    assert_eq!(endings(&in_time), [(at(2_100), Outcome::OK)]);
    assert_eq!(
        in_time.count(|what| matches!(what, What::TimedOut { .. })),
        0
    );
}

#[test]
fn a_crash_in_a_pause_ends_it_and_refuses_those_who_wait_at_the_door() {
    let run = shop(
        "{replay: [1s, 1.5s]}",
        "{work: 100ms}",
        "{work: 1ms}",
        "links: {default: {latency: 0s}}
timeline:
  - {at: 1050ms, for: 1s, fault: {pause: shop}}
  - {at: 1600ms, for: 200ms, fault: {crash: shop}}",
    );
    assert_eq!(
        endings(&run),
        [(at(1_600), Outcome::Reset), (at(1_600), Outcome::Refused)]
    );
    // It starts again while the pause still lasts.
    assert_eq!(condition(&run, "shop.1", at(1_700)), Condition::Down);
    assert_eq!(condition(&run, "shop.1", at(1_900)), Condition::Paused);
}

#[test]
fn a_consumer_that_stands_still_handles_later_what_came_meanwhile_and_nothing_twice() {
    let run = document(
        "
scenario: 1
title: Collecting garbage
horizon: 20s
clients: {people: {arrivals: constant 10/s, do: {publish: {to: mail.jobs, type: Job}}}}
services: {worker: {subscriptions: {jobs: {from: mail.jobs, prefetch: 5, handles: {Job: [work: 20ms]}}}}}
brokers: {mail: {rabbitmq: {queues: {jobs: classic}}}}
timeline: [{at: 5s, for: 5s, fault: {pause: worker}}]
",
    )
    .run();
    assert_eq!(run.at(at(9_900)).entities[3].unacked, 5);
    let redelivered = |what: &What| {
        matches!(
            what,
            What::Dispatched {
                redelivered: true,
                ..
            }
        )
    };
    assert_eq!(run.count(redelivered), 0);
    assert!(run.summary.ledger.acknowledged >= 197);
}

#[test]
fn injected_errors_have_the_status_they_are_given() {
    let with = |status: &str| {
        let run = shop(
            "{replay: [1s]}",
            "{work: 1ms}",
            "{work: 1ms}",
            &format!(
                "timeline: [{{at: 0s, fault: {{errors: {{what: shop, rate: 100%{status}}}}}}}]"
            ),
        );
        endings(&run)[0].1
    };
    assert_eq!(with(""), Outcome::Error(500));
    assert_eq!(with(", status: unavailable"), Outcome::Error(503));
    assert_eq!(with(", status: 418"), Outcome::Declined(418));
    assert_eq!(with(", status: resource-exhausted"), Outcome::Declined(429));
}

#[test]
fn of_two_error_rates_the_higher_holds_with_its_status() {
    let run = shop(
        "constant 10/s",
        "{work: 1ms}",
        "{work: 1ms}",
        "timeline:
  - {at: 0s, fault: {errors: {what: shop, rate: 1%, status: 503}}}
  - {at: 10s, for: 5s, fault: {errors: {what: shop, rate: 100%, status: 429}}}",
    );
    assert_eq!(run.client("people").declined, 50);
    assert!(run.client("people").errors < 10);
}

#[test]
fn a_fault_at_something_that_is_not_there_is_an_error_with_its_place() {
    let problem = |fault: &str| {
        let text = format!(
            "scenario: 1
title: T
services: {{shop: {{endpoints: {{buy: {{do: [work: 1ms]}}}}}}}}
brokers: {{mail: {{rabbitmq: {{queues: {{jobs: classic}}}}}}}}
timeline: [{{at: 1s, fault: {fault}}}]
"
        );
        let problems = Scenario::parse(&text).expect_err(fault);
        problems.render(&text, "fault", Language::En)
    };
    for (fault, told) in [
        (
            "{partition: [shop, moon]}",
            "no client, service, store or broker `moon`",
        ),
        ("{partition: [shop, shop, shop]}", "expected two sides"),
        ("{partition: {from: shop}}", "`to` is missing"),
        ("{partition: [shop.9, mail]}", "there is no number 9"),
        ("{lossy: {link: moon, loss: 5%}}", "no link `moon`"),
        ("{full: moon.jobs}", "`moon.jobs`"),
        ("{pause: moon}", "no service `moon`"),
        (
            "{errors: {what: shop, rate: 5%, status: 200}}",
            "out of range: from 400 to 599",
        ),
        (
            "{errors: {what: shop, rate: 5%, status: unavailble}}",
            "unavailable",
        ),
    ] {
        let found = problem(fault);
        assert!(found.contains(told), "{fault}: {found}");
    }
}
