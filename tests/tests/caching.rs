//! Caches around calls, and fallbacks that answer with what a cache still has or ask somebody
//! else.

use interplay_tests::{Finished, document};
use sim_core::kernel::{SimDuration, SimTime};
use sim_core::scenario::Scenario;
use sim_core::world::{EndpointId, GuardId, Outcome, Reading, Record, Substitute, What};

/// Customers who look at one of a few things ten times a second: the shop asks the catalogue
/// under `policies`.
fn shop(with: &str, policies: &str, rest: &str) -> String {
    format!(
        "scenario: 1
title: Shop and catalogue
seed: 5
horizon: 30s
clients:
  people: {{arrivals: constant 10/s, do: {{call: shop.look}}}}
services:
  shop:
    workers: {{async: 100}}
    endpoints:
      look:
        in: {{id: {{int: {{uniform: {{from: 0, to: 3}}}}}}}}
        do:
          - call: {{to: catalogue.thing, as: thing, with: {with}}}
          - choose: [{{when: thing.from == 'archive', do: {{reply: 203}}}}, {{when: thing.id != id, do: {{reply: 500}}}}]
          - reply: {{body: =thing}}
  catalogue:
    workers: {{blocking: 50}}
    endpoints:
      thing: {{http: GET /things/:id, in: {{id: int}}, do: [work: 20ms, reply: {{body: {{id: =id, from: catalogue}}}}]}}
  archive:
    workers: {{blocking: 50}}
    endpoints:
      thing: {{http: GET /things/:id, in: {{id: int}}, do: [work: 5ms, reply: {{body: {{id: =id, from: archive}}}}]}}
policies: {policies}
{rest}
"
    )
}

/// How many customers come: one every 100 ms, the first after that.
const JOURNEYS: usize = 299;

const fn secs(secs: u64) -> SimTime {
    SimTime::ZERO.after(SimDuration::from_secs(secs))
}

fn run(text: &str) -> Finished {
    document(text).run()
}

fn count(finished: &Finished, wanted: impl Fn(&Record) -> bool) -> usize {
    let records = finished.trace.records().iter();
    records.filter(|record| wanted(record)).count()
}

/// How often an endpoint's handler ended.
fn handled(finished: &Finished, name: &str) -> usize {
    let endpoints = &finished.run.topology().endpoints;
    let place = endpoints.iter().position(|endpoint| endpoint.name == name);
    let wanted = EndpointId(place.expect("there is such an endpoint") as u32);
    count(
        finished,
        |record| matches!(record.what, What::TaskFinished { endpoint, .. } if endpoint == wanted),
    )
}

fn hits(finished: &Finished) -> usize {
    count(finished, |record| {
        matches!(record.what, What::CacheHit { .. })
    })
}

/// What happened to the calls of `service` that ended between two moments, in order: one word
/// for each record that led to the end.
fn told(finished: &Finished, service: &str, (from, to): (SimTime, SimTime)) -> Vec<Vec<String>> {
    let records = finished.trace.records();
    let topology = finished.run.topology();
    let ended = records.iter().filter(|record| {
        let entity = &topology.entities[record.entity.index()];
        entity.starts_with(service)
            && matches!(record.what, What::CallFinished { .. })
            && from <= record.at
            && record.at < to
    });
    ended
        .map(|last| {
            let causes = std::iter::successors(Some(last), |record| {
                let cause = record.cause.record()?;
                Some(&records[cause.0 as usize])
            });
            let mut words: Vec<String> = causes
                .take_while(|record| {
                    let began = matches!(record.what, What::TaskStarted { .. });
                    !(began && record.entity == last.entity)
                })
                .filter_map(|record| word(finished, &record.what))
                .collect();
            words.reverse();
            words
        })
        .collect()
}

fn word(finished: &Finished, what: &What) -> Option<String> {
    let policy = |guard: &GuardId| &finished.run.topology().guards[guard.index()].policy;
    Some(match what {
        What::CacheHit { guard, .. } => format!("{} hits", policy(guard)),
        What::TimedOut { .. } => "times out".to_owned(),
        What::BackedOff { .. } => "waits".to_owned(),
        What::NotPermitted { guard, outcome } => format!("{} says {outcome}", policy(guard)),
        What::BreakerChanged { guard, to, .. } => format!("{} {to:?}", policy(guard)),
        What::FellBack { with, .. } => match with {
            Substitute::Value => "value".to_owned(),
            Substitute::Stale { guard, .. } => format!("{} still has it", policy(guard)),
            Substitute::Endpoint { .. } => "asks another".to_owned(),
        },
        What::CallFinished {
            outcome, attempts, ..
        } => format!("{outcome} after {attempts}"),
        _ => return None,
    })
}

/// What the first machine of a policy has in memory at the end.
fn reading(finished: &Finished) -> Reading {
    let reading = finished.run.world().reading(GuardId(0), secs(30));
    reading.expect("there is a machine")
}

const FAILS: &str =
    "timeline: [{at: 10s, for: 10s, fault: {errors: {what: catalogue, rate: 100%}}}]";

#[test]
fn a_fresh_answer_is_given_without_a_call_and_asked_for_anew_when_it_is_old() {
    let finished = run(&shop("fresh", "{fresh: {cache: {ttl: 5s}}}", ""));
    // Four things, each asked for once in five seconds.
    let asked = handled(&finished, "catalogue.thing");
    assert!((20..=24).contains(&asked), "{asked}");
    assert_eq!(asked + hits(&finished), JOURNEYS);
    for record in finished.trace.records() {
        if let What::CacheHit { age, .. } = record.what {
            assert!(age < SimDuration::from_secs(5));
        }
        if let What::CallFinished {
            attempts: 0,
            took,
            outcome,
            ..
        } = record.what
        {
            assert!(took.is_zero());
            assert_eq!(outcome, Outcome::OK);
        }
    }
    // The answer is the one for the question: another one would be answered 500.
    assert_eq!(finished.client("people").errors, 0);
    let Reading::Cache {
        entries,
        hits,
        misses,
        ..
    } = reading(&finished)
    else {
        panic!("{:?}", reading(&finished));
    };
    assert_eq!(
        (entries, hits + misses, misses),
        (4, JOURNEYS as u64, asked as u64)
    );
}

#[test]
fn a_cache_that_is_full_forgets_what_was_not_used_for_the_longest_time() {
    let roomy = run(&shop(
        "fresh",
        "{fresh: {cache: {ttl: 1h, entries: 4}}}",
        "",
    ));
    let small = run(&shop(
        "fresh",
        "{fresh: {cache: {ttl: 1h, entries: 2}}}",
        "",
    ));
    assert_eq!(handled(&roomy, "catalogue.thing"), 4);
    // Half of the questions are about the two things it has.
    let asked = handled(&small, "catalogue.thing");
    assert!((120..=180).contains(&asked), "{asked}");
    assert!(matches!(
        reading(&small),
        Reading::Cache {
            entries: 2,
            at_most: 2,
            ..
        }
    ));
    assert_eq!(small.client("people").errors, 0);
}

#[test]
fn what_two_questions_have_in_common_is_what_the_key_says() {
    let by_id = run(&shop("fresh", "{fresh: {cache: {ttl: 1h, key: =id}}}", ""));
    assert_eq!(handled(&by_id, "catalogue.thing"), 4);
    assert_eq!(by_id.client("people").errors, 0);
    // A key that leaves out what matters gives one thing's answer for another.
    let wrong = run(&shop("fresh", "{fresh: {cache: {ttl: 1h, key: all}}}", ""));
    assert_eq!(handled(&wrong, "catalogue.thing"), 1);
    assert!(wrong.client("people").errors > 150);
}

#[test]
fn each_instance_has_a_cache_of_its_own_unless_it_is_shared() {
    for (scope, asked) in [("instance", 12), ("shared", 4)] {
        let policies = format!("{{fresh: {{cache: {{ttl: 1h, scope: {scope}}}}}}}");
        let text = shop("fresh", &policies, "").replace(
            "workers: {async: 100}",
            "instances: 3\n    workers: {async: 100}",
        );
        assert_eq!(handled(&run(&text), "catalogue.thing"), asked, "{scope}");
    }
}

#[test]
fn a_failure_is_not_remembered_and_a_crash_forgets_what_was() {
    let policies = "{fresh: {cache: {ttl: 1h}}}";
    let fails = "timeline: [{at: 0s, for: 10s, fault: {errors: {what: catalogue, rate: 100%}}}]";
    let finished = run(&shop("fresh", policies, fails));
    assert_eq!(finished.client("people").errors, 99);
    let crashes = "timeline: [{at: 10s, for: 2s, fault: {crash: shop.1}}]";
    let finished = run(&shop("fresh", policies, crashes));
    assert_eq!(handled(&finished, "catalogue.thing"), 8);
}

#[test]
fn a_fallback_gives_what_the_cache_still_has_while_the_callee_fails() {
    let policies = "{still: {fallback: {stale: fresh}}, fresh: {cache: {ttl: 2s}}}";
    let finished = run(&shop("[still, fresh]", policies, FAILS));
    assert_eq!(finished.client("people").errors, 0);
    let ages: Vec<SimDuration> = finished
        .trace
        .records()
        .iter()
        .filter_map(|record| match record.what {
            What::FellBack {
                instead_of: Outcome::Error(_),
                with: Substitute::Stale { age, .. },
            } => Some(age),
            What::FellBack { .. } => panic!("{record:?}"),
            _ => None,
        })
        .collect();
    assert!(ages.len() > 70, "{}", ages.len());
    assert!(ages.iter().all(|age| *age >= SimDuration::from_secs(2)));
    // No longer than it may be given.
    let policies =
        "{still: {fallback: {stale: fresh}}, fresh: {cache: {ttl: 2s, stale-if-error: 3s}}}";
    let finished = run(&shop("[still, fresh]", policies, FAILS));
    let errors = finished.client("people").errors;
    assert!((40..80).contains(&errors), "{errors}");
}

#[test]
fn a_fallback_asks_another_endpoint_with_the_arguments_of_the_call() {
    let policies = "{other: {fallback: {to: archive.thing}}}";
    let finished = run(&shop("other", policies, FAILS));
    let people = finished.client("people");
    assert_eq!(
        (people.journeys, people.errors, people.declined),
        (JOURNEYS as u64, 0, 0)
    );
    assert_eq!(handled(&finished, "archive.thing"), 100);
    let answered = count(&finished, |record| {
        matches!(
            record.what,
            What::TaskFinished {
                outcome: Outcome::Ok(203),
                ..
            }
        )
    });
    assert_eq!(answered, 100, "its answer is the one that counts");
    let fell_back = count(&finished, |record| {
        matches!(
            record.what,
            What::FellBack {
                with: Substitute::Endpoint { .. },
                ..
            }
        )
    });
    assert_eq!(fell_back, 100);
}

#[test]
fn what_stands_outside_of_a_fallback_holds_for_the_other_endpoint_too() {
    let policies = "{soon: {timeout: 50ms}, other: {fallback: {to: archive.thing}}}";
    let rest = format!(
        "{}, {{at: 10s, for: 5s, fault: {{slow: {{what: archive, times: 100}}}}}}]",
        FAILS.trim_end_matches(']')
    );
    let finished = run(&shop("[soon, other]", policies, &rest));
    assert_eq!(
        finished.client("people").errors + finished.client("people").timeouts,
        50
    );
    let timed_out = count(&finished, |record| {
        matches!(record.what, What::TimedOut { .. })
    });
    assert_eq!(timed_out, 50);
    // A retry outside of it begins again with whom was asked first.
    let policies = "{again: {retry: {attempts: 2, wait: 10ms, only: [error, timeout]}}, soon: {timeout: 50ms}, other: {fallback: {to: archive.thing}}}";
    let finished = run(&shop("[again, soon, other]", policies, &rest));
    assert_eq!(handled(&finished, "catalogue.thing"), JOURNEYS - 100);
    let asked = count(&finished, |record| {
        matches!(record.what, What::FellBack { .. })
    });
    assert_eq!(asked, 50 * 2 + 50);
}

#[test]
fn a_cache_outside_of_a_cache_is_asked_first() {
    let policies = "{near: {cache: {ttl: 1s, entries: 2}}, far: {cache: {ttl: 1h, scope: shared}}}";
    let finished = run(&shop("[near, far]", policies, ""));
    assert_eq!(handled(&finished, "catalogue.thing"), 4);
    let by: Vec<usize> = [0, 1]
        .map(|machine| {
            count(&finished, |record| {
                matches!(record.what, What::CacheHit { guard, .. } if guard == GuardId(machine))
            })
        })
        .to_vec();
    assert!(by.iter().all(|hits| *hits > 50), "{by:?}");
    assert_eq!(by.iter().sum::<usize>(), JOURNEYS - 4);
}

#[test]
fn policies_of_all_kinds_stand_around_one_call_in_the_order_that_is_written() {
    let policies = "{
      other: {fallback: {to: archive.thing}},
      still: {fallback: {stale: fresh}},
      fresh: {cache: {ttl: 5s, key: thing, stale-if-error: 15s}},
      again: {retry: {attempts: 3, wait: 10ms}},
      few: {bulkhead: 1},
      cb: {breaker: {window: {consecutive: 3}, open-for: 10s}},
      soon: {timeout: 100ms},
      all: {chain: [other, still, fresh, again, few, cb, soon]}}";
    let rest = "timeline: [{at: 10s, for: 90s, fault: {slow: {what: catalogue, times: 10}}}]";
    let text = shop("all", policies, rest)
        .replace(
            "constant 10/s",
            "{replay: [1s, 2s, 12s, 12.05s, 13s, 22.9s, 25s]}",
        )
        .replace("when: thing.id != id", "when: thing.id == null");
    let finished = run(&text);
    let at = |from, to| told(&finished, "shop", (secs(from), secs(to)));
    // Nothing stands in the way.
    assert_eq!(at(1, 2), [["ok (200) after 1"]]);
    // The cache answers: nothing inside of it is asked.
    assert_eq!(at(2, 3), [["fresh hits", "ok (200) after 0"]]);
    // Each attempt has its own time-out; the breaker is inside of the retry and counts attempts.
    let three = [
        "times out",
        "waits",
        "times out",
        "waits",
        "times out",
        "cb Open",
    ];
    let mut stale = three.to_vec();
    stale.extend(["fresh still has it", "ok (200) after 3"]);
    // Whoever comes meanwhile is turned away by the bulkhead, of which the breaker hears nothing.
    let full = ["few says full", "fresh still has it", "ok (200) after 0"];
    assert_eq!(at(12, 13), [full.to_vec(), stale]);
    // An open breaker is nothing to try again for.
    let open = [
        "cb says breaker open",
        "fresh still has it",
        "ok (200) after 0",
    ];
    assert_eq!(at(13, 22), [open]);
    // What is too old is no answer: the fallback further outside asks another endpoint.
    let trial = [
        "cb HalfOpen",
        "times out",
        "cb Open",
        "waits",
        "cb says breaker open",
        "asks another",
        "ok (200) after 2",
    ];
    let open = ["cb says breaker open", "asks another", "ok (200) after 1"];
    assert_eq!(at(22, 30), [trial.to_vec(), open.to_vec()]);
    assert_eq!(finished.client("people").errors, 0);
}

#[test]
fn hits_in_a_row_in_one_moment_neither_deepen_the_stack_nor_last_for_ever() {
    let text = "scenario: 1
title: The same question very often
horizon: 5s
clients: {people: {arrivals: {replay: [1s]}, do: {call: shop.look}}}
services:
  shop:
    endpoints:
      look:
        do:
          - for-each: {item: thing, in: THINGS, do: {call: {to: catalogue.thing, with: fresh}}}
  catalogue: {endpoints: {thing: {do: {work: 1ms}}}}
policies: {fresh: {cache: {ttl: 1h}}}
";
    let text = text.replace("THINGS", &format!("[{}]", vec!["1"; 9_000].join(", ")));
    let finished = run(&text);
    assert_eq!(hits(&finished), 8_999);
    assert_eq!(finished.client("people").ok, 1);
}

#[test]
fn what_cannot_be_is_told_with_its_place() {
    let queue = "brokers: {jobs: {rabbitmq: {queues: {done: classic}}}}";
    for (with, policies, rest, wanted) in [
        (
            "still",
            "{still: {fallback: {stale: fresh}}, fresh: {cache: {ttl: 1s}}}",
            "",
            "needs the cache `fresh`",
        ),
        (
            "[fresh, still]",
            "{still: {fallback: {stale: fresh}}, fresh: {cache: {ttl: 1s}}}",
            "",
            "needs the cache `fresh`",
        ),
        (
            "still",
            "{still: {fallback: {stale: soon}}, soon: {timeout: 1s}}",
            "",
            "needs the cache `soon`",
        ),
        (
            "other",
            "{other: {fallback: {to: archive.nothing}}}",
            "",
            "archive.nothing",
        ),
        (
            "other",
            "{other: {fallback: {to: archive.thing, args: {size: 1}}}}",
            "",
            "size",
        ),
        (
            "two",
            "{two: {fallback: {to: archive.thing, value: 1}}}",
            "",
            "stand side by side",
        ),
        ("fresh", "{fresh: {cache: {}}}", "", "ttl"),
        (
            "fresh",
            "{fresh: {cache: {ttl: 1s, key: =nobody}}}",
            "",
            "nobody",
        ),
        ("again", "{again: {retry: {methods: [FETCH]}}}", "", "FETCH"),
        (
            "[]",
            "{fresh: {cache: {ttl: 1s}}}",
            queue,
            "can only stand around a `call`",
        ),
    ] {
        let mut text = shop(with, policies, rest);
        if !rest.is_empty() {
            text = text.replace(
                "- reply: {body: =thing}",
                "- publish: {to: jobs.done, type: Done, with: fresh}",
            );
        }
        let compiled =
            Scenario::parse(&text).and_then(|scenario| sim_core::world::compile(&scenario));
        let Err(problems) = compiled else {
            panic!("{policies} can be run");
        };
        let problems = problems.to_string();
        assert!(problems.contains(wanted), "{policies}: {problems}");
    }
}

#[test]
fn a_policy_that_a_method_makes_useless_or_harmful_is_told() {
    let warnings = |http: &str, policies: &str| {
        let text =
            shop("p", policies, "").replace("{http: GET /things/:id, in", &format!("{{{http}in"));
        let scenario = Scenario::parse(&text).expect("the scenario is in order");
        scenario.warnings().to_string()
    };
    let retry = "{p: {chain: again}, again: {retry: {methods: idempotent}}}";
    assert_eq!(warnings("http: GET /things/:id, ", retry), "");
    for http in ["http: POST /things/:id, ", ""] {
        let told = warnings(http, retry);
        assert!(told.contains("`again` never sends this again"), "{told}");
    }
    let cache = "{p: {cache: {ttl: 1s}}}";
    assert_eq!(warnings("http: GET /things/:id, ", cache), "");
    assert_eq!(warnings("", cache), "");
    let told = warnings("http: POST /things/:id, ", cache);
    assert!(told.contains("`p` is a cache"), "{told}");
}
