//! Policies that remember, in the world: breakers, bulkheads, rate limiters, hedges, fallbacks
//! and budgets, alone and around one call.

use interplay_tests::{Finished, document};
use sim_core::kernel::{SimDuration, SimTime};
use sim_core::resilience::breaker::State;
use sim_core::scenario::Scenario;
use sim_core::world::{BreakerWhy, GuardKind, NotRetried, Outcome, Record, What};

/// A client that asks a shop ten times a second, which asks a bank under `policies`; the bank
/// answers as `bank` says.
fn shop(with: &str, policies: &str, bank: &str, rest: &str) -> String {
    format!(
        "scenario: 1
title: Shop and bank
seed: 3
horizon: 30s
clients:
  people: {{arrivals: constant 10/s, do: {{call: shop.buy}}}}
services:
  shop:
    workers: {{async: 100}}
    endpoints: {{buy: {{do: {{call: {{to: bank.pay, with: {with}}}}}}}}}
  bank: {{workers: {{blocking: 50}}, endpoints: {{pay: {{do: {bank}}}}}}}
policies: {policies}
{rest}
"
    )
}

const fn millis(millis: u64) -> SimDuration {
    SimDuration::from_millis(millis)
}

const fn secs(secs: u64) -> SimDuration {
    SimDuration::from_secs(secs)
}

fn run(text: &str) -> Finished {
    document(text).run()
}

fn records(finished: &Finished) -> impl Iterator<Item = &Record> {
    finished.trace.records().iter()
}

fn count(finished: &Finished, wanted: impl Fn(&What) -> bool) -> usize {
    records(finished)
        .filter(|record| wanted(&record.what))
        .count()
}

/// How breakers changed: when, to what, and why.
fn changes(finished: &Finished) -> Vec<(SimTime, State, BreakerWhy)> {
    records(finished)
        .filter_map(|record| match record.what {
            What::BreakerChanged { to, why, .. } => Some((record.at, to, why)),
            _ => None,
        })
        .collect()
}

/// Requests that reached the bank, by the endpoint's handler having begun.
fn calls_of_bank(finished: &Finished) -> usize {
    count(finished, |what| {
        matches!(
            what,
            What::MessageSent {
                kind: sim_core::world::MessageKind::Command,
                ..
            }
        )
    })
}

const BREAKER: &str = "{cb: {breaker: {window: {calls: 10}, minimum: 5, failure-rate: 50%, open-for: 5s, half-open: 2}}}";
const FAILS_FOR_10_S: &str =
    "timeline: [{at: 5s, for: 10s, fault: {errors: {what: bank, rate: 100%}}}]";

#[test]
fn a_breaker_opens_on_failures_tries_again_and_closes_when_the_callee_is_back() {
    let finished = run(&shop("cb", BREAKER, "{work: 20ms}", FAILS_FOR_10_S));
    let changes = changes(&finished);
    let states: Vec<State> = changes.iter().map(|(_, to, _)| *to).collect();
    assert_eq!(states.first(), Some(&State::Open));
    assert_eq!(states.last(), Some(&State::Closed));
    for (earlier, later) in states.iter().zip(&states[1..]) {
        assert!(State::CHANGES.contains(&(*earlier, *later)), "{states:?}");
    }
    let (first, _, why) = changes[0];
    // The failures begin at 5 s; half of a window of ten are five more.
    assert!(first >= SimTime::ZERO.after(secs(5)) && first < SimTime::ZERO.after(secs(6)));
    assert_eq!(why, BreakerWhy::Failed { calls: 5, of: 10 });
    assert!(matches!(changes[1].2, BreakerWhy::Waited));
    assert!(
        changes
            .iter()
            .any(|(_, _, why)| *why == BreakerWhy::TrialsWell { failed: 0, of: 2 })
    );
}

#[test]
fn an_open_breaker_spares_the_callee_and_answers_at_once() {
    let guarded = run(&shop("cb", BREAKER, "{work: 20ms}", FAILS_FOR_10_S));
    let bare = run(&shop("[]", "{}", "{work: 20ms}", FAILS_FOR_10_S));
    let turned_away = count(&guarded, |what| {
        matches!(
            what,
            What::NotPermitted {
                outcome: Outcome::Open,
                ..
            }
        )
    });
    assert!(turned_away > 80, "{turned_away}");
    assert_eq!(calls_of_bank(&bare) - calls_of_bank(&guarded), turned_away);
    for record in records(&guarded) {
        if let What::CallFinished {
            outcome: Outcome::Open,
            took,
            attempts,
            ..
        } = record.what
        {
            assert!(took.is_zero());
            assert_eq!(attempts, 0, "nothing was sent");
        }
    }
}

#[test]
fn a_breaker_counts_slow_calls_and_the_time_out_inside_it() {
    let policies = "{cb: {breaker: {window: {calls: 10}, minimum: 5, slow-after: 100ms, slow-rate: 50%, open-for: 60s}}}";
    let slow = "timeline: [{at: 5s, fault: {slow: {what: bank, times: 10}}}]";
    let finished = run(&shop("cb", policies, "{work: 20ms}", slow));
    let [(_, State::Open, BreakerWhy::Slow { calls: 5, of: 10 })] = changes(&finished)[..] else {
        panic!("{:?}", changes(&finished));
    };
    let policies =
        "{cb: {breaker: {window: {calls: 10}, minimum: 5, open-for: 60s}}, soon: {timeout: 50ms}}";
    let finished = run(&shop("[cb, soon]", policies, "{work: 20ms}", slow));
    let [(_, State::Open, BreakerWhy::Failed { calls: 5, of: 10 })] = changes(&finished)[..] else {
        panic!("{:?}", changes(&finished));
    };
}

#[test]
fn the_simple_breaker_of_the_course_counts_failures_in_a_row() {
    let policies = "{cb: {breaker: {window: {consecutive: 3}, open-for: 4s}}}";
    let finished = run(&shop("cb", policies, "{work: 20ms}", FAILS_FOR_10_S));
    let changes = changes(&finished);
    assert_eq!(
        (changes[0].1, changes[0].2),
        (State::Open, BreakerWhy::InARow { calls: 3 })
    );
    assert_eq!(
        changes.last().map(|(_, to, why)| (*to, *why)),
        Some((State::Closed, BreakerWhy::Succeeded))
    );
}

#[test]
fn each_instance_has_a_breaker_of_its_own_unless_it_is_shared() {
    let shared = BREAKER.replace("half-open: 2", "half-open: 2, scope: shared");
    for (policies, wanted) in [(BREAKER, 3), (shared.as_str(), 1)] {
        let text = shop("cb", policies, "{work: 20ms}", FAILS_FOR_10_S).replace(
            "workers: {async: 100}",
            "instances: 3\n    workers: {async: 100}",
        );
        let finished = run(&text);
        let guards = &finished.run.topology().guards;
        assert_eq!(guards.len(), wanted, "{policies}");
        assert!(guards.iter().all(|guard| guard.kind == GuardKind::Breaker));
        assert!(!changes(&finished).is_empty());
    }
}

#[test]
fn a_breaker_half_opens_by_itself_if_it_is_told_to() {
    let policies = BREAKER.replace("half-open: 2", "half-open: 2, automatic: true");
    let text = shop(
        "cb",
        &policies,
        "{work: 20ms}",
        "timeline: [{at: 5s, for: 1s, fault: {errors: {what: bank, rate: 100%}}}]",
    )
    .replace(
        "constant 10/s",
        "{replay: [5.0s, 5.1s, 5.2s, 5.3s, 5.4s, 5.5s]}",
    );
    let finished = run(&text);
    let states: Vec<_> = changes(&finished)
        .into_iter()
        .map(|(at, to, _)| (at, to))
        .collect();
    let [(opened, State::Open), (tried, State::HalfOpen)] = states[..] else {
        panic!("{states:?}");
    };
    assert!(tried.since(opened) >= secs(5) && tried.since(opened) <= millis(5_001));
}

#[test]
fn a_breaker_can_be_forced_open_and_back_while_the_run_goes_on() {
    let rest = "timeline: [{at: 10s, for: 10s, set: {policies.cb.breaker.mode: forced-open}}]";
    let finished = run(&shop("cb", BREAKER, "{work: 20ms}", rest));
    let states: Vec<_> = changes(&finished)
        .into_iter()
        .map(|(_, to, why)| (to, why))
        .collect();
    assert_eq!(
        states,
        [
            (State::ForcedOpen, BreakerWhy::Forced),
            (State::Closed, BreakerWhy::Forced)
        ]
    );
    let away = count(&finished, |what| matches!(what, What::NotPermitted { .. }));
    assert!((98..=102).contains(&away), "{away}");
}

#[test]
fn a_bulkhead_lets_only_so_many_through_and_others_wait_for_their_turn() {
    let policies = "{few: {bulkhead: {at-most: 2, wait: 300ms}}}";
    // Each call holds its place for 400 ms: of ten a second two places take five.
    let finished = run(&shop("few", policies, "{work: 400ms}", ""));
    let mut inside = 0_u32;
    let mut most = 0;
    for record in records(&finished) {
        match record.what {
            What::MessageSent {
                kind: sim_core::world::MessageKind::Command,
                ..
            } if finished.run.topology().entities[record.entity.index()] == "shop.1" => {
                inside += 1;
            }
            What::CallFinished { attempts: 1, .. }
                if finished.run.topology().entities[record.entity.index()] == "shop.1" =>
            {
                inside -= 1;
            }
            _ => {}
        }
        most = most.max(inside);
    }
    assert_eq!(most, 2);
    let waited = count(&finished, |what| matches!(what, What::PermitGranted { .. }));
    let refused = count(&finished, |what| {
        matches!(
            what,
            What::NotPermitted {
                outcome: Outcome::Full,
                ..
            }
        )
    });
    assert!(waited > 50 && refused > 50, "{waited} {refused}");
}

#[test]
fn a_bulkhead_with_a_queue_keeps_callers_in_order_and_turns_away_the_rest() {
    let policies = "{few: {bulkhead: {at-most: 1, queue: 1}}}";
    let finished = run(&shop("few", policies, "{work: 1s}", ""));
    let served = finished.client("people").ok;
    // One a second; whoever finds one inside and one in line is turned away.
    assert!((28..=30).contains(&served), "{served}");
    assert!(finished.client("people").errors > 250);
}

#[test]
fn a_rate_limiter_lets_a_burst_through_and_then_its_rate() {
    let policies = "{slowly: {rate-limit: {tokens: 2, per: 1s, burst: 5}}}";
    let finished = run(&shop("slowly", policies, "{work: 1ms}", ""));
    let served = finished.client("people").ok;
    assert!(
        (63..=65).contains(&served),
        "5 at once and 2 a second: {served}"
    );
}

#[test]
fn a_limiter_with_cycles_has_calls_wait_for_the_next_one() {
    let policies = "{slowly: {rate-limit: {tokens: 4, cycle: 1s, wait: 1s}}}";
    let finished = run(&shop("slowly", policies, "{work: 1ms}", ""));
    let waited = count(&finished, |what| matches!(what, What::PermitAwaited { .. }));
    let limited = count(&finished, |what| {
        matches!(
            what,
            What::NotPermitted {
                outcome: Outcome::Limited,
                ..
            }
        )
    });
    assert!(waited > 50 && limited > 100, "{waited} {limited}");
    let served = finished.client("people").ok;
    assert!((112..=124).contains(&served), "four a cycle: {served}");
}

#[test]
fn a_fallback_answers_instead_and_the_caller_goes_on() {
    let policies = "{cb: {breaker: {window: {calls: 10}, minimum: 5, open-for: 5s}}, plain: {fallback: {value: {total: 0}}}}";
    let finished = run(&shop(
        "[plain, cb]",
        policies,
        "{work: 20ms}",
        FAILS_FOR_10_S,
    ));
    assert_eq!(finished.client("people").errors, 0);
    let instead = |wanted: fn(&Outcome) -> bool| {
        count(
            &finished,
            |what| matches!(what, What::FellBack { instead_of, .. } if wanted(instead_of)),
        )
    };
    assert!(instead(|outcome| matches!(outcome, Outcome::Open)) > 50);
    assert!(instead(|outcome| matches!(outcome, Outcome::Error(_))) > 5);
}

#[test]
fn a_hedge_asks_once_more_and_takes_the_first_answer() {
    // One answer in twenty takes a second.
    let bank = "{choose: [{chance: 5%, do: {work: 1s}}, {do: {work: 10ms}}]}";
    let bare = run(&shop("[]", "{}", bank, ""));
    let hedged = run(&shop("again", "{again: {hedge: 50ms}}", bank, ""));
    assert!(bare.client("people").p99 > millis(900));
    assert!(hedged.client("people").p99 < millis(200));
    let more = count(&hedged, |what| matches!(what, What::Hedged { .. }));
    assert!((1..40).contains(&more), "{more} of 300");
    let late = count(&hedged, |what| matches!(what, What::MessageLate { .. }));
    // The last ones are still on their way at the end.
    assert!(
        (more - 3..=more).contains(&late),
        "the slower of two answers is late: {late} of {more}"
    );
}

#[test]
fn a_hedge_goes_on_at_once_when_an_attempt_fails() {
    let bank = "{choose: [{chance: 50%, do: {fail: error}}, {do: {work: 10ms}}]}";
    let finished = run(&shop(
        "again",
        "{again: {hedge: {after: 10s, attempts: 3}}}",
        bank,
        "",
    ));
    let people = finished.client("people");
    // Three attempts fail together once in eight times.
    let share = people.errors as f64 / people.journeys as f64;
    assert!((0.08..0.18).contains(&share), "{share}");
    assert!(people.max < secs(1));
}

#[test]
fn a_budget_keeps_retries_from_multiplying_the_load_when_everything_fails() {
    let dead = "{fail: error}";
    let retry = |budget: &str| format!("{{again: {{retry: {{attempts: 4, wait: 10ms{budget}}}}}}}");
    let without = run(&shop("again", &retry(""), dead, ""));
    let within = run(&shop(
        "again",
        &retry(", budget: {tokens: 10, per-success: 0.1}"),
        dead,
        "",
    ));
    let (first, each) = (300 + 300, |finished: &Finished| calls_of_bank(finished));
    // The last calls are still under way at the end.
    assert!((300 + 295 * 4..=300 + 300 * 4).contains(&each(&without)));
    // Ten tokens, of which the first five failures leave half: then nothing is tried again.
    assert!(each(&within) <= first + 5, "{}", each(&within));
    assert!(count(&within, |what| matches!(what, What::RetriesSpent { .. })) > 250);
}

fn not_retried(finished: &Finished, wanted: NotRetried) -> usize {
    count(
        finished,
        |what| matches!(what, What::NotRetried { why } if *why == wanted),
    )
}

#[test]
fn a_retry_sends_again_only_what_its_methods_allow() {
    let retry =
        |methods: &str| format!("{{again: {{retry: {{attempts: 3, wait: 10ms{methods}}}}}}}");
    let attempts = |http: &str, methods: &str| {
        let text = shop("again", &retry(methods), "{fail: error}", "")
            .replace("{pay: {do:", &format!("{{pay: {{{http}do:"));
        let finished = run(&text);
        let most = records(&finished).filter_map(|record| match record.what {
            What::CallFinished { attempts, .. } => Some(attempts),
            _ => None,
        });
        (most.max(), not_retried(&finished, NotRetried::Method) > 250)
    };
    let post = "http: POST /payments, ";
    let put = "http: PUT /payments/:id, ";
    assert_eq!(attempts(post, ""), (Some(3), false));
    assert_eq!(attempts(post, ", methods: idempotent"), (Some(1), true));
    assert_eq!(attempts(put, ", methods: idempotent"), (Some(3), false));
    assert_eq!(attempts(put, ", methods: [GET, HEAD]"), (Some(1), true));
    assert_eq!(attempts("", ", methods: idempotent"), (Some(1), true));
}

#[test]
fn a_retry_by_status_leaves_other_failures_alone() {
    let policies = "{again: {retry: {attempts: 3, wait: 10ms, only: [503, 429]}}}";
    for (status, attempts) in [(503, 3), (429, 3), (500, 1)] {
        let finished = run(&shop(
            "again",
            policies,
            &format!("{{reply: {status}}}"),
            "",
        ));
        let found = records(&finished).find_map(|record| match record.what {
            What::CallFinished {
                attempts, outcome, ..
            } if !outcome.is_ok() => Some(attempts),
            _ => None,
        });
        assert_eq!(found, Some(attempts), "{status}");
    }
}

#[test]
fn a_retry_waits_as_long_as_the_answer_asks_for_if_it_listens() {
    let waits = |retry: &str, bank: &str| {
        let policies = format!("{{again: {{retry: {{attempts: 2, wait: 100ms{retry}}}}}}}");
        let finished = run(&shop("again", &policies, bank, ""));
        let waits = records(&finished).filter_map(|record| match record.what {
            What::BackedOff { until, .. } => Some(until.since(record.at)),
            _ => None,
        });
        let mut waits: Vec<SimDuration> = waits.collect();
        waits.dedup();
        waits
    };
    let listens = ", honours-retry-after: true";
    let asks = "{reply: {status: 503, headers: {retry-after: 2}}}";
    assert_eq!(waits("", asks), [millis(100)]);
    assert_eq!(waits(listens, asks), [secs(2)]);
    let asks = "{reply: {status: 503, headers: {retry-after: 300ms}}}";
    assert_eq!(waits(listens, asks), [millis(300)]);
    // It never waits for less than it would by itself.
    let asks = "{reply: {status: 503, headers: {retry-after: 0}}}";
    assert_eq!(waits(listens, asks), [millis(100)]);
    assert_eq!(waits(listens, "{fail: 503}"), [millis(100)]);
}

#[test]
fn a_retry_gives_up_when_its_next_attempt_would_come_after_the_deadline() {
    let retry = "{again: {retry: {attempts: 5, wait: 200ms}}, soon: {timeout: {after: 500ms, propagate: true}}}";
    let text = shop("again", retry, "{fail: error}", "").replace(
        "do: {call: shop.buy}",
        "do: {call: {to: shop.buy, with: soon}}",
    );
    let finished = run(&text);
    let people = finished.client("people");
    // Three attempts fit into half a second; the fourth would begin at 600 ms.
    assert!(not_retried(&finished, NotRetried::Deadline) > 250);
    assert_eq!(
        people.timeouts, 0,
        "the failure is told before the time is up"
    );
    assert!(people.max < millis(500));
    assert!(records(&finished).all(|record| match record.what {
        What::BackedOff { attempt, .. } => attempt <= 2,
        _ => true,
    }));
}

#[test]
fn jitter_of_each_kind_stays_within_its_bounds() {
    for (jitter, least, most) in [
        ("full", 0, 100),
        ("equal", 50, 100),
        ("decorrelated", 100, 300),
    ] {
        let policies =
            format!("{{again: {{retry: {{attempts: 2, wait: 100ms, jitter: {jitter}}}}}}}");
        let finished = run(&shop("again", &policies, "{fail: error}", ""));
        let waits: Vec<u64> = records(&finished)
            .filter_map(|record| match record.what {
                What::BackedOff { until, .. } => {
                    Some(until.since(record.at).as_nanos() / 1_000_000)
                }
                _ => None,
            })
            .collect();
        assert!(waits.len() > 200);
        assert!(
            waits.iter().all(|wait| (least..=most).contains(wait)),
            "{jitter}"
        );
        let spread = waits.iter().max().unwrap_or(&0) - waits.iter().min().unwrap_or(&0);
        assert!(spread > (most - least) * 8 / 10, "{jitter}: {spread}");
    }
}

#[test]
fn all_of_them_stand_around_one_call_in_the_order_that_is_written() {
    let policies = "{
      plain: {fallback: {}},
      cb: {breaker: {window: {calls: 20}, minimum: 10, open-for: 3s}},
      again: {retry: {attempts: 3, wait: 20ms, jitter: full}},
      few: {bulkhead: {at-most: 4, wait: 100ms}},
      slowly: {rate-limit: {tokens: 50}},
      soon: {timeout: 150ms},
      twice: {hedge: 60ms},
      all: {chain: [plain, cb, again, few, slowly, soon, twice]}}";
    let bank = "{choose: [{chance: 10%, do: {fail: error}}, {chance: 10%, do: {work: 2s}}, {do: {work: 20ms}}]}";
    let finished = run(&shop(
        "all",
        policies,
        bank,
        "timeline: [{at: 10s, for: 8s, fault: {errors: {what: bank, rate: 90%}}}]",
    ));
    let people = finished.client("people");
    assert_eq!(
        (people.errors, people.timeouts),
        (0, 0),
        "the fallback is outermost"
    );
    let felt = |wanted: &dyn Fn(&What) -> bool| count(&finished, wanted) > 0;
    assert!(felt(&|what| matches!(what, What::BreakerChanged { .. })));
    assert!(felt(&|what| matches!(what, What::BackedOff { .. })));
    assert!(felt(&|what| matches!(what, What::Hedged { .. })));
    assert!(felt(&|what| matches!(what, What::TimedOut { .. })));
    assert!(felt(&|what| matches!(what, What::FellBack { .. })));
    // The breaker is outside of the retry, so it sees calls and not attempts.
    let attempts = finished
        .trace
        .records()
        .iter()
        .filter(|record| matches!(record.what, What::BackedOff { .. }))
        .count();
    assert!(attempts > 10);
}

#[test]
fn a_call_that_waits_for_its_turn_dies_with_its_instance_and_holds_nobody_up() {
    let policies = "{few: {bulkhead: {at-most: 1, queue: 50, scope: shared}}}";
    let rest = "timeline: [{at: 5s, for: 2s, fault: {crash: shop.1}}]";
    let text = shop("few", policies, "{work: 90ms}", rest).replace(
        "workers: {async: 100}",
        "instances: 2\n    workers: {async: 100}",
    );
    let finished = run(&text);
    let late = records(&finished).filter(|record| {
        record.at > SimTime::ZERO.after(secs(20))
            && matches!(
                record.what,
                What::PermitGranted { .. }
                    | What::CallFinished {
                        outcome: Outcome::Ok(_),
                        ..
                    }
            )
    });
    assert!(late.count() > 80, "calls go on after the crash");
}

#[test]
fn what_cannot_be_is_told_with_its_place() {
    for (policies, with, wanted) in [
        (
            "{h: {hedge: 10ms}, t: {timeout: 1s}}",
            "[h, t]",
            "innermost",
        ),
        (
            "{b: {breaker: {window: {time: 1500ms}}}}",
            "b",
            "whole seconds",
        ),
        ("{b: {breaker: {window: {calls: 0}}}}", "b", "1"),
        ("{r: {rate-limit: {per: 1s}}}", "r", "tokens"),
        ("{h: {hedge: {after: 1s, attempts: 9}}}", "h", "5"),
    ] {
        let text = shop(with, policies, "{work: 1ms}", "");
        let compiled =
            Scenario::parse(&text).and_then(|scenario| sim_core::world::compile(&scenario));
        let Err(problems) = compiled else {
            panic!("{policies} can be run");
        };
        let problems = problems.to_string();
        assert!(problems.contains(wanted), "{policies}: {problems}");
    }
}
