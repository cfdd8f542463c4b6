//! Instances that come and go: scaling, rolling deployments, canaries.

use std::collections::BTreeMap;

use interplay_tests::{Finished, document, secs};
use sim_core::kernel::{SimDuration, SimTime};
use sim_core::scenario::Scenario;
use sim_core::scenario::document::Language;
use sim_core::world::{Condition, Outcome, Run, What};

/// A moment in milliseconds.
const fn at(millis: u64) -> SimTime {
    SimTime::from_nanos(SimDuration::from_millis(millis).as_nanos())
}

/// People who ask a shop of so many instances, whose second version answers 201.
fn shop(arrivals: &str, instances: u32, work: &str, timeline: &str) -> Finished {
    document(&format!(
        "
scenario: 1
title: Shop
seed: 9
horizon: 60s
clients: {{people: {{arrivals: {arrivals}, do: {{call: shop.buy}}}}}}
services:
  shop:
    instances: {instances}
    endpoints: {{buy: {{do: [{{work: {work}}}, {{reply: 200}}]}}}}
    versions: {{v2: {{endpoints.buy.do.1.reply: 201}}, v3: {{endpoints.buy.do.1.reply: 202}}}}
timeline: {timeline}
"
    ))
    .run()
}

/// How many requests each instance took in, from one moment to another.
fn taken_in(run: &Finished, from: SimTime, until: SimTime) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let names = &run.run.topology().entities;
    for record in run.trace.records() {
        let name = &names[record.entity.index()];
        if matches!(record.what, What::MessageDelivered { .. })
            && name.starts_with("shop")
            && (from..until).contains(&record.at)
        {
            *counts.entry(name.clone()).or_default() += 1;
        }
    }
    counts
}

/// How requests ended, from one moment to another.
fn answers(run: &Finished, from: SimTime, until: SimTime) -> BTreeMap<Outcome, usize> {
    let mut counts = BTreeMap::new();
    for record in run.trace.records() {
        if let What::CallFinished { outcome, .. } = record.what
            && (from..until).contains(&record.at)
        {
            *counts.entry(outcome).or_default() += 1;
        }
    }
    counts
}

/// The changes of condition of an instance, in order.
fn conditions(run: &Finished, name: &str) -> Vec<(SimTime, Condition)> {
    let names = &run.run.topology().entities;
    let records = run.trace.records().iter();
    records
        .filter(|record| names[record.entity.index()] == name)
        .filter_map(|record| match record.what {
            What::ConditionChanged { to, .. } => Some((record.at, to)),
            _ => None,
        })
        .collect()
}

#[test]
fn instances_that_come_get_their_turn_at_once() {
    let run = shop(
        "constant 20/s",
        2,
        "10ms",
        "[{at: 30.01s, scale: {shop: 4}}]",
    );
    let before = taken_in(&run, secs(0), secs(30));
    assert_eq!(before.len(), 2);
    let after = taken_in(&run, secs(31), secs(51));
    let equal: Vec<usize> = after.values().copied().collect();
    assert_eq!(equal, [100; 4], "{after:?}");
    assert_eq!(
        conditions(&run, "shop.4"),
        [(secs(0), Condition::Absent), (at(30_010), Condition::Up)]
    );
}

#[test]
fn twice_the_instances_carry_twice_the_load() {
    // One worker of 10 ms each: a load of 1.5 of what two can do.
    let run = document(
        "
scenario: 1
title: Growth
seed: 9
horizon: 400s
warm-up: 200s
clients: {people: {arrivals: poisson 300/s, do: {call: shop.buy}}}
services: {shop: {instances: 2, workers: {blocking: 1, queue: 20}, endpoints: {buy: {do: {work: {exponential: 10ms}}}}}}
timeline: [{at: 200s, scale: {shop: 4}}]
",
    )
    .run();
    let shop = run.node("shop");
    let share = shop.utilisation.expect("it has workers");
    assert!((share - 0.75).abs() < 0.02, "{share}");
}

#[test]
fn instances_that_go_finish_what_they_have_and_nobody_notices() {
    let run = shop(
        "constant 20/s",
        4,
        "500ms",
        "[{at: 30.01s, scale: {shop: 2}}]",
    );
    let all = answers(&run, secs(0), secs(60));
    assert_eq!(all.keys().collect::<Vec<_>>(), [&Outcome::OK]);
    assert_eq!(taken_in(&run, secs(31), secs(60)).len(), 2);
    let went = conditions(&run, "shop.4");
    assert_eq!(went[0], (at(30_010), Condition::Draining));
    assert_eq!(went[1].1, Condition::Absent);
    assert!(went[1].0 > at(30_300) && went[1].0 < at(30_600), "{went:?}");
}

#[test]
fn without_instances_everybody_is_refused_until_there_are_some_again() {
    let run = shop(
        "constant 10/s",
        2,
        "10ms",
        "[{at: 20.01s, scale: {shop: 0}}, {at: 40.01s, scale: {shop: 3}}]",
    );
    assert_eq!(
        answers(&run, at(20_020), at(40_020)),
        BTreeMap::from([(Outcome::Refused, 200)])
    );
    assert_eq!(
        answers(&run, at(40_100), at(60_000))
            .keys()
            .collect::<Vec<_>>(),
        [&Outcome::OK]
    );
}

#[test]
fn consumers_come_and_go_with_their_instances_and_nothing_is_delivered_twice() {
    let run = document(
        "
scenario: 1
title: Workers
seed: 9
horizon: 60s
clients: {people: {arrivals: constant 20/s, do: {publish: {to: mail.jobs, type: Job}}}}
services: {worker: {subscriptions: {jobs: {from: mail.jobs, prefetch: 5, handles: {Job: [work: 150ms]}}}}}
brokers: {mail: {rabbitmq: {queues: {jobs: classic}}}}
timeline: [{at: 20s, scale: {worker: 4}}, {at: 40s, scale: {worker: 1}}]
",
    )
    .run();
    let queue = run.run.topology().entities.len() - 1;
    let consumers = |moment| run.at(moment).entities[queue].consumers;
    assert_eq!(
        [at(19_000), at(21_000), at(41_000)].map(consumers),
        [1, 4, 1]
    );
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
    assert_eq!(run.summary.ledger.lost, 0);
    let left = |what: &What| matches!(what, What::ConsumerLeft { .. });
    assert_eq!(run.count(left), 3);
}

#[test]
fn a_rolling_deployment_replaces_one_instance_after_another_and_fails_no_request() {
    let run = shop(
        "constant 20/s",
        3,
        "100ms",
        "[{at: 20.01s, deploy: {service: shop, version: v2, each: 5s}}]",
    );
    let (old, new) = (Outcome::Ok(200), Outcome::Ok(201));
    assert_eq!(
        answers(&run, secs(0), secs(20)).keys().collect::<Vec<_>>(),
        [&old]
    );
    // A third of them is answered by the new version, then two thirds, then all.
    for (from, until, news) in [(21, 25, 1), (26, 30, 2), (31, 60, 3)] {
        let found = answers(&run, secs(from), secs(until));
        let of_new = found.get(&new).copied().unwrap_or(0);
        let all: usize = found.values().sum();
        assert!((of_new * 3).abs_diff(all * news) <= 3, "{found:?}");
    }
    let all = answers(&run, secs(0), secs(60));
    assert_eq!(all.keys().collect::<Vec<_>>(), [&old, &new]);
    for (name, begins) in [("shop.1", 20_010), ("shop.2", 25_010), ("shop.3", 30_010)] {
        let changes = conditions(&run, name);
        let kinds: Vec<Condition> = changes.iter().map(|(_, to)| *to).collect();
        assert_eq!(
            kinds,
            [Condition::Draining, Condition::Absent, Condition::Up]
        );
        assert_eq!(changes[0].0, at(begins));
    }
}

#[test]
fn a_service_of_one_instance_is_away_while_it_is_replaced() {
    let run = shop(
        "constant 20/s",
        1,
        "400ms",
        "[{at: 20.01s, deploy: {service: shop, version: v2}}]",
    );
    let all = answers(&run, secs(0), secs(60));
    let refused = all[&Outcome::Refused];
    // Some 400 ms: until the last request is answered.
    assert!((7..=9).contains(&refused), "{all:?}");
}

#[test]
fn a_deployment_can_be_rolled_back_and_overtaken() {
    let run = shop(
        "constant 20/s",
        3,
        "50ms",
        "[{at: 10s, deploy: {service: shop, version: v2, each: 1s}},
          {at: 11.5s, deploy: {service: shop, version: v3, each: 1s}},
          {at: 30s, deploy: {service: shop, version: base, each: 1s}}]",
    );
    let only = |from, until, outcome| {
        let found = answers(&run, secs(from), secs(until));
        assert_eq!(found.keys().collect::<Vec<_>>(), [&outcome], "{found:?}");
    };
    only(15, 30, Outcome::Ok(202));
    only(34, 60, Outcome::Ok(200));
    let started = |what: &What| matches!(what, What::VersionStarted { .. });
    assert_eq!(run.count(started), 3 + 3 + 3);
}

#[test]
fn what_comes_later_comes_in_the_version_deployed_meanwhile() {
    let run = shop(
        "constant 20/s",
        2,
        "10ms",
        "[{at: 10s, deploy: {service: shop, version: v2}}, {at: 20s, scale: {shop: 5}}]",
    );
    let found = answers(&run, secs(21), secs(60));
    assert_eq!(found.keys().collect::<Vec<_>>(), [&Outcome::Ok(201)]);
}

#[test]
fn a_canary_gets_its_share_of_requests_and_goes_when_its_time_is_over() {
    let run = shop(
        "constant 100/s",
        3,
        "10ms",
        "[{at: 10s, for: 40s, deploy: {service: shop, version: v2, canary: 10%}}]",
    );
    let during = answers(&run, secs(11), secs(50));
    let share = during[&Outcome::Ok(201)] as f64 / (39.0 * 100.0);
    assert!((share - 0.1).abs() < 0.015, "{share}");
    let before_and_after = answers(&run, secs(51), secs(60));
    assert_eq!(before_and_after.keys().collect::<Vec<_>>(), [&Outcome::OK]);
    assert_eq!(
        conditions(&run, "shop.4").last().map(|(_, to)| *to),
        Some(Condition::Absent)
    );
    // The others share what is left evenly.
    let counts = taken_in(&run, secs(11), secs(50));
    assert!(
        counts["shop.1"].abs_diff(counts["shop.3"]) <= 1,
        "{counts:?}"
    );
}

#[test]
fn whoever_does_not_finish_within_the_grace_period_is_killed() {
    let run = shop("{replay: [5s]}", 2, "50s", "[{at: 6s, scale: {shop: 0}}]");
    let found = answers(&run, secs(0), secs(60));
    assert_eq!(found, BTreeMap::from([(Outcome::Reset, 1)]));
    assert_eq!(
        conditions(&run, "shop.1"),
        [
            (secs(6), Condition::Draining),
            (secs(36), Condition::Absent)
        ]
    );
}

#[test]
fn an_instance_that_crashes_while_it_drains_comes_back_in_the_new_version_when_the_crash_is_over() {
    let run = shop(
        "constant 20/s",
        1,
        "1s",
        "[{at: 10s, deploy: {service: shop, version: v2}},
          {at: 10.5s, for: 5s, fault: {crash: shop}}]",
    );
    assert_eq!(
        conditions(&run, "shop.1"),
        [
            (secs(10), Condition::Draining),
            (at(10_500), Condition::Down),
            (at(10_500), Condition::Absent),
            (at(10_500), Condition::Down),
            (at(15_500), Condition::Up),
        ]
    );
    let found = answers(&run, secs(17), secs(60));
    assert_eq!(found.keys().collect::<Vec<_>>(), [&Outcome::Ok(201)]);
}

#[test]
fn what_a_version_keeps_draws_as_it_did_before() {
    let with = |timeline: &str| shop("poisson 20/s", 2, "{exponential: 50ms}", timeline);
    let (old, new) = (
        with("[]"),
        with("[{at: 0s, deploy: {service: shop, version: v2}}]"),
    );
    let (old, new) = (old.client("people"), new.client("people"));
    assert_eq!(
        (old.journeys, old.mean, old.p99),
        (new.journeys, new.mean, new.p99)
    );
}

#[test]
fn instances_that_come_later_can_be_spoken_of() {
    let run = shop(
        "constant 20/s",
        2,
        "10ms",
        "[{at: 10s, scale: {shop: 4}}, {at: 5s, for: 25s, fault: {crash: shop.4}}]",
    );
    assert_eq!(
        conditions(&run, "shop.4"),
        [
            (secs(0), Condition::Absent),
            (secs(10), Condition::Down),
            (secs(30), Condition::Up)
        ]
    );
}

#[test]
fn a_deployment_that_cannot_be_is_an_error_with_its_place() {
    let problem = |versions: &str, entry: &str| {
        let text = format!(
            "scenario: 1
title: T
clients: {{people: {{arrivals: constant 1/s, do: {{call: shop.buy}}}}}}
services:
  shop:
    endpoints: {{buy: {{do: [work: 1ms]}}}}
    versions: {{{versions}}}
timeline: [{{at: 1s, {entry}}}]
"
        );
        let problems = match Scenario::parse(&text) {
            Err(problems) => problems,
            Ok(scenario) => Run::start(&scenario, sim_core::kernel::Budgets::default())
                .map(drop)
                .expect_err(entry),
        };
        problems.render(&text, "rollout", Language::En)
    };
    for (versions, entry, told) in [
        (
            "",
            "deploy: {service: shop, version: v2}",
            "no version `shop.v2`",
        ),
        (
            "",
            "deploy: {service: moon, version: v2}",
            "no service `moon`",
        ),
        ("", "scale: {moon: 2}", "no service `moon`"),
        ("", "scale: {shop: 100000}", "out of range"),
        (
            "v2: {instances: 4}",
            "deploy: {service: shop, version: v2}",
            "may change what its endpoints and subscriptions do",
        ),
        (
            "v2: {workers.blocking: 4}",
            "deploy: {service: shop, version: v2, each: 1s, canary: 5%}",
            "one thing, one key",
        ),
        (
            "v2: {}",
            "for: 5s, deploy: {service: shop, version: v2}",
            "unknown field `for`",
        ),
    ] {
        let found = problem(versions, entry);
        assert!(found.contains(told), "{entry}: {found}");
    }
}
