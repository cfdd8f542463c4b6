//! Caches around calls, and fallbacks that answer with what a cache still has or ask somebody
//! else.

use interplay_tests::{Finished, document};
use sim_core::kernel::{SimDuration, SimTime};
use sim_core::resilience::breaker::State;
use sim_core::scenario::Scenario;
use sim_core::world::{
    EndpointId, GuardId, NotRetried, Outcome, Reading, Record, Substitute, What,
};

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
