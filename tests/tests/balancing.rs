//! What a service does around its instances: which of them gets a request, who is left out
//! because of its answers or its health, who is started anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use interplay_tests::moments::{at, happened};
use interplay_tests::{Finished, document, secs};
use sim_core::kernel::SimTime;
use sim_core::observe::Cursor;
use sim_core::scenario::Scenario;
use sim_core::scenario::document::Language;
use sim_core::world::{Condition, GuardId, GuardKind, Outcome, Reading, Run, What};

/// Twelve users, each of whom asks a shop for its own things.
fn users_of(instances: &str, balance: &str, timeline: &str) -> String {
    let mut clients = String::new();
    for user in 1..=12 {
        let _ = writeln!(
            clients,
            "  user{user}: {{arrivals: constant 5/s, do: {{call: {{to: shop.buy, args: {{user: {user}}}}}}}}}"
        );
    }
    format!(
        "scenario: 1
title: Users
seed: 5
horizon: 40s
clients:
{clients}
services:
  shop:
    {instances}
    balance: {balance}
    endpoints: {{buy: {{in: {{user: int}}, do: {{work: 20ms}}}}, ping: {{do: {{work: 1ms}}}}}}
timeline: {timeline}
"
    )
}

/// Which instances of the shop took in requests, by who asked, from one moment to another.
fn asked(run: &Finished, from: SimTime, until: SimTime) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let names = &run.run.topology().entities;
    let records = run.trace.records();
    for record in records {
        let name = &names[record.entity.index()];
        if let What::MessageDelivered { message } = record.what
            && name.starts_with("shop")
            && (from..until).contains(&record.at)
        {
            let by = &names[records[message.0 as usize].entity.index()];
            found.entry(by.clone()).or_default().insert(name.clone());
        }
    }
    found
}

/// What is wrong with a document, as people read it.
fn wrong(text: &str, language: Language) -> String {
    let problems = match Scenario::parse(text) {
        Err(problems) => problems,
        Ok(scenario) => Run::start(&scenario, sim_core::kernel::Budgets::default())
            .expect_err("something is wrong"),
    };
    problems.render(text, "scenario", language)
}

#[test]
fn whoever_has_the_same_key_always_gets_the_same_instance() {
    let run = document(&users_of("instances: 4", "{hash: =user}", "[]")).run();
    let asked = asked(&run, secs(0), secs(40));
    assert_eq!(asked.len(), 12);
    assert!(
        asked.values().all(|instances| instances.len() == 1),
        "{asked:?}"
    );
    let used: BTreeSet<_> = asked.values().flatten().collect();
    assert!(used.len() >= 3, "{used:?}");
}

#[test]
fn an_instance_that_goes_gives_its_keys_away_and_nobody_elses_move() {
    let timeline = "[{at: 20s, scale: {shop: 3}}]";
    let run = document(&users_of("instances: 4", "{hash: =user}", timeline)).run();
    let (before, after) = (
        asked(&run, secs(0), secs(20)),
        asked(&run, secs(21), secs(40)),
    );
    let of_the_fourth = |instances: &BTreeSet<String>| instances.contains("shop.4");
    assert!(before.values().any(of_the_fourth), "{before:?}");
    assert!(!after.values().any(of_the_fourth));
    for (user, instances) in &before {
        assert!(
            of_the_fourth(instances) || after[user] == *instances,
            "{user}"
        );
    }
}

#[test]
fn a_request_without_a_key_goes_to_any_instance() {
    let text = users_of("instances: 4", "{hash: =user}", "[]").replace(
        "user1: {arrivals: constant 5/s, do: {call: {to: shop.buy, args: {user: 1}}}}",
        "user1: {arrivals: constant 5/s, do: {call: shop.ping}}",
    );
    let asked = asked(&document(&text).run(), secs(0), secs(40));
    assert_eq!(asked["user1"].len(), 4, "{asked:?}");
    assert_eq!(asked["user2"].len(), 1);
}

#[test]
fn a_key_that_no_endpoint_takes_is_told_in_both_languages() {
    let text = users_of("instances: 4", "{hash: =usr}", "[]");
    let english = wrong(&text, Language::En);
    assert!(
        english.contains("nothing here is called `usr`"),
        "{english}"
    );
    assert!(english.contains("did you mean `user`?"), "{english}");
    assert!(english.contains("services.shop.balance.hash"), "{english}");
    assert!(wrong(&text, Language::Ru).contains("`usr`"));
}

/// People who ask a shop of three instances.
fn shop(service: &str, rest: &str) -> String {
    format!(
        "scenario: 1
title: Shop
seed: 5
horizon: 120s
clients: {{people: {{arrivals: constant 60/s, do: {{call: shop.buy}}}}}}
services:
  shop:
    instances: 3
{service}
    endpoints: {{buy: {{do: {{work: 20ms}}}}}}
{rest}
"
    )
}

/// When an instance was left out because of its answers, and when it was back.
fn ejections(run: &Finished, name: &str) -> Vec<(SimTime, bool)> {
    happened(run, name, |what| match what {
        What::Ejected { .. } => Some(true),
        What::EjectionOver => Some(false),
        _ => None,
    })
}

/// When an instance became ready, or not.
fn readiness(run: &Finished, name: &str) -> Vec<(SimTime, bool)> {
    happened(run, name, |what| match what {
        What::ReadinessChanged { ready, .. } => Some(*ready),
        _ => None,
    })
}

/// How many requests an instance got, from one moment to another.
fn got(run: &Finished, name: &str, from: SimTime, until: SimTime) -> usize {
    let taken = happened(run, name, |what| {
        let is_request = matches!(
            what,
            What::MessageDelivered { .. } | What::MessageRejected { .. }
        );
        is_request.then_some(())
    });
    taken
        .iter()
        .filter(|(at, ())| (from..until).contains(at))
        .count()
}

/// The words for the causes of a record, from the first to it.
fn causes(run: &Finished, wanted: impl Fn(&What) -> bool) -> Vec<What> {
    let records = run.trace.records();
    let mut next = records.iter().rposition(|record| wanted(&record.what));
    let mut found = Vec::new();
    while let Some(place) = next {
        found.push(records[place].what);
        next = records[place].cause.record().map(|id| id.0 as usize);
    }
    found.reverse();
    found
}

const SECOND_FAILS: &str =
    "timeline: [{at: 10s, for: 20s, fault: {errors: {what: shop.2, rate: 100%}}}]";

#[test]
fn five_failures_in_a_row_leave_an_instance_out_and_it_is_back_at_the_first_look_after_its_time() {
    let run = document(&shop("    outliers: {}", SECOND_FAILS)).run();
    let changes = ejections(&run, "shop.2");
    let [(out, true), (back, false)] = changes[..] else {
        panic!("{changes:?}");
    };
    // Every third of 60 requests a second is its turn: the fifth failure comes after 250 ms.
    assert!(out > at(10_200) && out < at(10_400), "{out}");
    assert_eq!(
        back,
        at(50_000),
        "30 s after that, at the next full interval of 10 s"
    );
    assert_eq!(got(&run, "shop.2", at(10_500), at(50_000)), 0);
    assert!(got(&run, "shop.2", at(50_000), at(60_000)) > 190);
    let failed =
        run.count(|what| matches!(what, What::CallFinished { outcome, .. } if !outcome.is_ok()));
    assert_eq!(failed, 5);
}

#[test]
fn an_ejection_is_told_with_the_answer_that_was_one_too_many_and_its_end_with_its_beginning() {
    let run = document(&shop("    outliers: {}", SECOND_FAILS)).run();
    let chain = causes(&run, |what| matches!(what, What::EjectionOver));
    let [
        ..,
        What::MessageDelivered { .. },
        What::Ejected {
            failures: 5,
            times: 1,
            until,
        },
        What::EjectionOver,
    ] = chain[..]
    else {
        panic!("{chain:?}");
    };
    assert!(until > at(40_200) && until < at(40_400));
}

#[test]
fn each_time_an_instance_is_out_longer() {
    let rest = "timeline: [{at: 10s, fault: {errors: {what: shop.2, rate: 100%}}}]";
    let run = document(&shop("    outliers: {every: 1s, out-for: 10s}", rest)).run();
    let spans: Vec<u64> = ejections(&run, "shop.2")
        .chunks_exact(2)
        .map(|change| change[1].0.since(change[0].0).as_nanos() / 1_000_000_000)
        .collect();
    // At most one interval later than the time is over.
    assert_eq!(spans, [10, 20, 30, 40], "{spans:?}");
}

#[test]
fn one_instance_may_always_be_out_and_no_more_than_the_share() {
    let rest = "timeline: [{at: 10s, fault: {errors: {what: shop.1, rate: 100%}}}, {at: 10s, fault: {errors: {what: shop.2, rate: 100%}}}]";
    let out = |service: &str| {
        let run = document(&shop(service, rest)).run();
        ["shop.1", "shop.2", "shop.3"].map(|name| ejections(&run, name).len())
    };
    assert_eq!(
        out("    outliers: {out-for: 300s}").iter().sum::<usize>(),
        1
    );
    let both = out("    outliers: {out-for: 300s, at-most: 70%, panic: 0%}");
    assert_eq!(both, [1, 1, 0]);
}

#[test]
fn when_too_few_are_left_everybody_gets_requests_again() {
    let rest = "timeline: [{at: 10s, fault: {errors: {what: shop.1, rate: 100%}}}, {at: 10s, fault: {errors: {what: shop.2, rate: 100%}}}]";
    // One of three is less than half.
    let run = document(&shop("    outliers: {out-for: 300s, at-most: 70%}", rest)).run();
    assert_eq!(ejections(&run, "shop.1").len(), 1);
    let shares = ["shop.1", "shop.2", "shop.3"].map(|name| got(&run, name, at(20_000), at(30_000)));
    assert_eq!(shares, [200; 3]);
}

#[test]
fn whoever_does_not_answer_in_time_has_failed_as_well() {
    let rest =
        "policies: {patience: {timeout: 500ms}}\ntimeline: [{at: 10s, fault: {pause: shop.2}}]";
    let text = shop("    outliers: {out-for: 300s}", rest).replace(
        "do: {call: shop.buy}",
        "do: {call: {to: shop.buy, with: patience}}",
    );
    let run = document(&text).run();
    let [(out, true)] = ejections(&run, "shop.2")[..] else {
        panic!("{:?}", ejections(&run, "shop.2"));
    };
    assert!(out > at(10_650) && out < at(10_850), "{out}");
    let chain = causes(&run, |what| matches!(what, What::Ejected { .. }));
    assert!(
        matches!(chain[chain.len() - 2], What::TimedOut { .. }),
        "{chain:?}"
    );
}

#[test]
fn an_instance_without_health_checks_gets_its_turn_while_it_is_down() {
    let rest = "timeline: [{at: 10s, for: 20s, fault: {crash: shop.2}}]";
    let run = document(&shop("", rest)).run();
    assert_eq!(got(&run, "shop.2", at(10_000), at(30_000)), 400);
}

const CRASH: &str = "timeline: [{at: 12s, for: 40s, fault: {crash: shop.2}}]";

#[test]
fn a_crashed_instance_gets_its_turn_until_its_probes_have_failed_and_again_once_one_succeeds() {
    let run = document(&shop("    health: {every: 5s}", CRASH)).run();
    // Probes at 15, 20 and 25 s fail; the first after 52 s is at 55 s.
    assert_eq!(
        readiness(&run, "shop.2"),
        [(at(25_000), false), (at(55_000), true)]
    );
    let refused = got(&run, "shop.2", at(12_010), at(25_000));
    assert!((255..=262).contains(&refused), "{refused}");
    assert_eq!(got(&run, "shop.2", at(25_010), at(55_000)), 0);
    let chain = causes(&run, |what| {
        matches!(what, What::ReadinessChanged { ready: false, .. })
    });
    assert!(
        matches!(
            chain[..],
            [
                What::EntryBegan { .. },
                What::ConditionChanged { .. },
                What::ProbeFailed {
                    failures: 1,
                    liveness: false
                },
                What::ProbeFailed { failures: 2, .. },
                What::ProbeFailed { failures: 3, .. },
                What::ReadinessChanged {
                    ready: false,
                    probes: 3
                },
            ]
        ),
        "{chain:?}"
    );
}

#[test]
fn a_paused_instance_lets_its_probes_run_into_their_time_out() {
    let rest = CRASH.replace("crash", "pause").replace("40s", "41s");
    let run = document(&shop(
        "    health: {every: 5s, timeout: 2s, failures: 2}",
        &rest,
    ))
    .run();
    assert_eq!(
        readiness(&run, "shop.2"),
        [(at(22_000), false), (at(55_000), true)]
    );
}

#[test]
fn a_probe_that_is_answered_late_but_in_time_is_a_success() {
    let rest = "timeline: [{at: 14900ms, for: 1s, fault: {pause: shop.2}}]";
    let run = document(&shop(
        "    health: {every: 5s, timeout: 2s, failures: 1}",
        rest,
    ))
    .run();
    assert_eq!(readiness(&run, "shop.2"), []);
    let run = document(&shop(
        "    health: {every: 5s, timeout: 500ms, failures: 1}",
        rest,
    ))
    .run();
    assert_eq!(
        readiness(&run, "shop.2"),
        [(at(15_500), false), (at(20_000), true)]
    );
}

#[test]
fn whoever_is_not_alive_is_started_anew_and_is_back_before_the_fault_is_over() {
    for fault in ["crash", "pause"] {
        let rest = CRASH.replace("crash", fault);
        let service = "    start-up: 3s\n    health: {every: 1s, live: {every: 5s, failures: 2, timeout: 1s}}";
        let run = document(&shop(service, &rest)).run();
        let restarted = happened(&run, "shop.2", |what| match what {
            What::Restarted { failures } => Some(*failures),
            _ => None,
        });
        let late = if fault == "pause" { 1_000 } else { 0 };
        assert_eq!(restarted, [(at(20_000 + late), 2)], "{fault}");
        let conditions = happened(&run, "shop.2", |what| match what {
            What::ConditionChanged { to, .. } => Some(*to),
            _ => None,
        });
        assert_eq!(
            conditions.last(),
            Some(&(at(23_000 + late), Condition::Up)),
            "{fault}"
        );
        assert_eq!(
            readiness(&run, "shop.2").last(),
            Some(&(at(23_000 + late), true))
        );
        assert!(got(&run, "shop.2", at(30_000), at(40_000)) > 190);
    }
}

#[test]
fn an_instance_that_is_alive_but_not_ready_gets_no_requests_and_is_not_started_anew() {
    // The second instance is ten times as slow: it cannot keep up with its third.
    let rest = "timeline: [{at: 10s, for: 60s, fault: {slow: {what: shop.2, times: 100}}}]";
    let service = "    workers: {blocking: 4, queue: 200}\n    health: {every: 1s, failures: 1, ready: depth(shop) < 20, live: {}}";
    let run = document(&shop(service, rest)).run();
    let changes = readiness(&run, "shop.2");
    assert!(
        changes.len() >= 2 && !changes[0].1 && changes[1].1,
        "{changes:?}"
    );
    assert!(readiness(&run, "shop.1").is_empty() && readiness(&run, "shop.3").is_empty());
    assert_eq!(run.count(|what| matches!(what, What::Restarted { .. })), 0);
    assert_eq!(
        run.count(|what| matches!(what, What::MessageRejected { .. })),
        0
    );
}

#[test]
fn nobody_takes_a_request_when_nobody_is_ready() {
    let service = "    health: {every: 1s, failures: 1, ready: depth(mail.jobs) < 5}";
    let rest = "brokers: {mail: {rabbitmq: {queues: {jobs: classic}}}}\ntimeline: []";
    let text = shop(service, rest).replace(
        "do: {call: shop.buy}",
        "do: [{publish: {to: mail.jobs, type: Job}}, {call: shop.buy}]",
    );
    let run = document(&text).run();
    for name in ["shop.1", "shop.2", "shop.3"] {
        assert_eq!(readiness(&run, name), [(at(1_000), false)]);
    }
    let refused = run.count(|what| {
        matches!(
            what,
            What::CallFinished {
                outcome: Outcome::Refused,
                ..
            }
        )
    });
    assert!(refused > 7_000, "{refused}");
}

#[test]
fn an_instance_that_comes_takes_its_time_and_is_not_ready_before_it_says_so() {
    let rest = "timeline: [{at: 10s, scale: {shop: 4}}]";
    let run = document(&shop("    start-up: 5s\n    health: {every: 5s}", rest)).run();
    let came = happened(&run, "shop.4", |what| match what {
        What::ConditionChanged { to, .. } => Some(*to),
        _ => None,
    });
    assert_eq!(
        came,
        [(at(0), Condition::Absent), (at(15_000), Condition::Up)]
    );
    assert_eq!(
        readiness(&run, "shop.4"),
        [(at(15_000), false), (at(15_000), true)]
    );
}

/// A shop in two instances with a breaker around its bank, and a health endpoint that tells of it.
fn with_health(body: &str) -> String {
    format!(
        "scenario: 1
title: Health endpoint
seed: 3
horizon: 30s
clients:
  people: {{arrivals: constant 20/s, do: {{call: shop.buy}}}}
  monitor: {{arrivals: constant 1/s, do: [{{call: {{to: shop.health, as: health}}}}, {{expect: health.breaker == 'closed'}}]}}
services:
  shop:
    instances: 2
    endpoints:
      buy: {{do: {{call: {{to: bank.pay, with: cb}}}}}}
      health: {{do: {{reply: {{status: 200, body: {{breaker: {body}}}}}}}}}
  bank: {{endpoints: {{pay: {{do: {{work: 5ms}}}}}}}}
policies: {{cb: {{breaker: {{window: {{calls: 10}}, minimum: 5, open-for: 5s, half-open: 2}}}}}}
timeline: [{{at: 10s, for: 10s, fault: {{errors: {{what: bank, rate: 100%}}}}}}]
"
    )
}

#[test]
fn a_health_endpoint_tells_the_state_of_its_own_breaker() {
    let run = document(&with_health("=state(cb)")).run();
    let not_closed = happened(&run, "monitor", |what| {
        matches!(what, What::ExpectationFailed).then_some(())
    });
    // It is asked once a second, in turn by both instances: from soon after 10 s to some 5 s
    // after 20 s at the latest.
    assert!(not_closed.len() >= 9, "{not_closed:?}");
    for (asked, ()) in &not_closed {
        assert!((secs(10)..at(25_500)).contains(asked), "{asked}");
    }
}

#[test]
fn a_step_may_go_by_the_state_of_a_breaker_and_by_what_waits() {
    let text = with_health("=state(cb)").replace(
        "{call: {to: bank.pay, with: cb}}}",
        "{choose: [{when: state(cb) == 'open' or depth(bank) > 1000, do: {reply: 203}}, {do: {call: {to: bank.pay, with: cb}}}]}}",
    );
    let run = document(&text).run();
    let kept_away = run.count(|what| matches!(what, What::NotPermitted { .. }));
    let answered = run.count(|what| {
        matches!(
            what,
            What::CallFinished {
                outcome: Outcome::Ok(203),
                ..
            }
        )
    });
    // Nobody asks an open breaker any more, so it never learns that its time is over.
    assert_eq!(kept_away, 0);
    assert!(answered > 300, "{answered}");
}

#[test]
fn what_nobody_can_see_while_the_system_runs_is_an_error_in_both_languages() {
    for (figure, english, russian) in [
        (
            "state(shp)",
            "there is no thing of this scenario `shp`",
            "`shp`",
        ),
        ("depth(cb)", "`cb` has no `depth`", "`cb`"),
        ("p99(bank.pay)", "`p99` is a figure of the run", "`p99`"),
    ] {
        let text = with_health(&format!("={figure}"));
        let told = wrong(&text, Language::En);
        assert!(told.contains(english), "{told}");
        assert!(wrong(&text, Language::Ru).contains(russian));
    }
}

#[test]
fn settings_that_contradict_each_other_are_told_where_they_stand() {
    for (service, path, english, russian) in [
        (
            "    scale: {utilisation: 60%, min: 5, max: 3}",
            "services.shop.scale",
            "`min` must not be more than `max`",
            "`min`",
        ),
        (
            "    scale: {max: 3}",
            "services.shop.scale",
            "`utilisation` is missing here",
            "`utilisation`",
        ),
        (
            "    scale: {utilisation: 60%, waiting: 3, max: 4}",
            "services.shop.scale",
            "side by side",
            "`waiting`",
        ),
        (
            "    scale: {utilisation: 0%, max: 4}",
            "services.shop.scale.utilisation",
            "out of range",
            "0%",
        ),
        (
            "    scale: {waiting: 3, max: 4, every: 1s, delay: 2m}",
            "services.shop.scale.delay",
            "out of range",
            "2m",
        ),
        (
            "    outliers: {out-for: 30s, longest: 10s}",
            "services.shop.outliers",
            "`out-for` must not be more than `longest`",
            "`longest`",
        ),
        (
            "    balance: {hash: =user, by: x}",
            "services.shop.balance",
            "unknown field `by`",
            "`by`",
        ),
        (
            "    balance: hash",
            "services.shop.balance",
            "expected one of `round-robin`",
            "`hash`",
        ),
        (
            "    health: {ready: depth(shp) < 3}",
            "services.shop.health.ready",
            "no thing of this scenario `shp`",
            "`shp`",
        ),
        (
            "    health: {live: {successes: 2}}",
            "services.shop.health.live",
            "unknown field `successes`",
            "`successes`",
        ),
    ] {
        let text = shop(service, "");
        let told = wrong(&text, Language::En);
        assert!(told.contains(english) && told.contains(path), "{told}");
        assert!(wrong(&text, Language::Ru).contains(russian));
    }
}

#[test]
fn settings_of_outliers_and_probes_change_while_it_runs_and_whether_there_are_any_does_not() {
    let rest = "timeline: [{at: 5s, set: {services.shop.outliers.failures: 2}}, {at: 10s, fault: {errors: {what: shop.2, rate: 100%}}}]";
    let run = document(&shop("    outliers: {}", rest)).run();
    let failures = happened(&run, "shop.2", |what| match what {
        What::Ejected { failures, .. } => Some(*failures),
        _ => None,
    });
    assert_eq!(failures.first().map(|(_, failures)| *failures), Some(2));
    let rest = "timeline: [{at: 5s, set: {services.shop.outliers: {failures: 2}}}]";
    let told = wrong(&shop("    balance: random", rest), Language::En);
    assert!(told.contains("services.shop.outliers"), "{told}");
}

#[test]
fn what_is_known_of_instances_can_be_read_at_any_moment() {
    let service =
        "    outliers: {}\n    health: {every: 5s}\n    scale: {utilisation: 50%, min: 3, max: 5}";
    let rest = "timeline: [{at: 10s, fault: {errors: {what: shop.2, rate: 100%}}}, {at: 11s, fault: {crash: shop.3}}]";
    let run = document(&shop(service, rest)).run();
    let guards = &run.run.topology().guards;
    let kinds: Vec<_> = guards
        .iter()
        .map(|guard| (guard.kind, guard.policy.as_str()))
        .collect();
    assert_eq!(
        kinds,
        [
            (GuardKind::Balancer, "shop"),
            (GuardKind::Autoscaler, "shop")
        ]
    );
    let id = run
        .trace
        .records()
        .iter()
        .position(|record| record.at > secs(27))
        .expect("it runs on");
    let then = run.run.at_cursor(Cursor(id as u32));
    let Some(Reading::Balancer(standings)) = then.model.reading(GuardId(0), then.now()) else {
        panic!("a balancer");
    };
    let told: Vec<_> = standings
        .iter()
        .map(|it| (it.out_until.is_some(), it.ejections, it.ready))
        .collect();
    assert_eq!(told, [(false, 0, true), (true, 1, true), (false, 0, false)]);
    let Some(Reading::Autoscaler {
        instances,
        at_least,
        at_most,
        measured,
        ..
    }) = then.model.reading(GuardId(1), then.now())
    else {
        panic!("an autoscaler");
    };
    assert_eq!((instances, at_least, at_most), (3, 3, 5));
    assert!(
        measured.is_none(),
        "nothing older than its delay was measured yet"
    );
    assert_eq!(then.model.reading(GuardId(2), then.now()), None);
}

#[test]
fn a_version_of_a_service_does_not_change_what_is_done_around_its_instances() {
    let service = "    outliers: {}\n    versions: {v2: {outliers.failures: 9}}";
    let rest = "timeline: [{at: 10s, deploy: {service: shop, version: v2}}]";
    let told = wrong(&shop(service, rest), Language::En);
    assert!(told.contains("version `v2` of `shop` may change"), "{told}");
}
