//! Deadlines that travel with requests, and callers who say that they have given up.

use interplay_tests::{Finished, document, secs};
use sim_core::kernel::{SimDuration, SimTime};
use sim_core::scenario::Scenario;
use sim_core::scenario::document::Language;
use sim_core::world::{Outcome, Rejection, What};

/// A moment in milliseconds.
const fn at(millis: u64) -> SimTime {
    SimTime::from_nanos(SimDuration::from_millis(millis).as_nanos())
}

/// People who wait 300 ms for a shop, which does something and asks a bank.
fn shop(patience: &str, shop: &str, bank: &str, rest: &str) -> Finished {
    document(&format!(
        "
scenario: 1
title: Shop
seed: 4
horizon: 10s
clients: {{people: {{arrivals: {{replay: [1s]}}, do: {{call: {{to: shop.buy, with: patience}}}}}}}}
services:
  shop: {{endpoints: {{buy: {{do: {shop}}}}}}}
  bank: {{endpoints: {{pay: {{do: {bank}}}}}}}
policies: {{patience: {{timeout: {{after: 300ms{patience}}}}}}}
{rest}
"
    ))
    .run()
}

const AT_ONCE: &str = "links: {default: {latency: 0s}}";

/// When and how requests ended at an endpoint of a service.
fn endings(run: &Finished, service: &str) -> Vec<(SimTime, Outcome)> {
    let names = &run.run.topology().entities;
    let records = run.trace.records().iter();
    records
        .filter(|record| names[record.entity.index()].starts_with(service))
        .filter_map(|record| match record.what {
            What::TaskFinished { outcome, .. } => Some((record.at, outcome)),
            _ => None,
        })
        .collect()
}

fn too_late(run: &Finished) -> usize {
    run.count(|what| {
        matches!(
            what,
            What::MessageRejected {
                why: Rejection::TooLate,
                ..
            }
        )
    })
}

#[test]
fn the_calls_of_a_callee_have_the_time_that_is_left() {
    let with = |patience| {
        shop(
            patience,
            "[{work: 100ms}, {call: bank.pay}]",
            "{work: 1s}",
            AT_ONCE,
        )
    };
    assert_eq!(endings(&with(""), "shop"), [(at(2_100), Outcome::OK)]);
    let told = with(", propagate: true");
    assert_eq!(endings(&told, "shop"), [(at(1_300), Outcome::Timeout)]);
    // Without being told to stop, the bank works on.
    assert_eq!(endings(&told, "bank"), [(at(2_100), Outcome::OK)]);
}

#[test]
fn a_deadline_comes_before_any_time_out_or_retry_of_the_callee() {
    let run = document(
        "
scenario: 1
title: Shop
horizon: 10s
clients: {people: {arrivals: {replay: [1s]}, do: {call: {to: shop.buy, with: patience}}}}
services:
  shop: {endpoints: {buy: {do: {call: {to: bank.pay, with: [again, limit]}}}}}
  bank: {endpoints: {pay: {do: {work: 1s}}}}
policies:
  patience: {timeout: {after: 300ms, propagate: true}}
  limit: {timeout: 100ms}
  again: {retry: {attempts: 10, wait: 10ms}}
links: {default: {latency: 0s}}
",
    )
    .run();
    assert_eq!(endings(&run, "shop"), [(at(1_300), Outcome::Timeout)]);
    assert_eq!(run.calls("shop", "bank.pay").attempts, 3);
}

#[test]
fn an_attempt_has_the_deadline_of_its_own_time_out() {
    // The second attempt of people begins at 1.4 s and has until 1.7 s.
    let run = document(
        "
scenario: 1
title: Shop
horizon: 10s
clients: {people: {arrivals: {replay: [1s]}, do: {call: {to: shop.buy, with: [again, patience]}}}}
services:
  shop: {endpoints: {buy: {do: {call: bank.pay}}}}
  bank: {endpoints: {pay: {do: {work: 1s}}}}
policies:
  patience: {timeout: {after: 300ms, propagate: true}}
  again: {retry: {attempts: 2, wait: 100ms}}
links: {default: {latency: 0s}}
",
    )
    .run();
    let timeout = Outcome::Timeout;
    assert_eq!(
        endings(&run, "shop"),
        [(at(1_300), timeout), (at(1_700), timeout)]
    );
}

#[test]
fn a_request_that_comes_too_late_is_turned_away_without_work() {
    let run = shop(
        ", propagate: true",
        "{work: 10ms}",
        "{work: 1ms}",
        "links: {default: {latency: 400ms}}",
    );
    assert_eq!(too_late(&run), 1);
    assert_eq!(endings(&run, "shop"), []);
    assert_eq!(run.endpoint("shop.buy").outcomes.error, 1);
}

#[test]
fn a_call_after_the_deadline_is_not_even_sent() {
    let run = shop(
        ", propagate: true",
        "[{work: 400ms}, {call: {to: bank.pay, then: {timeout: {reply: 503}}}}]",
        "{work: 1ms}",
        AT_ONCE,
    );
    assert_eq!(endings(&run, "shop"), [(at(1_400), Outcome::Error(503))]);
    let calls = run.calls("shop", "bank.pay");
    assert_eq!((calls.calls, calls.attempts), (1, 0));
}

/// One worker that can do 10 requests a second, asked by 5 patient people and 10 hasty ones,
/// who give up after 300 ms.
fn overload(told: &str, workers: &str) -> Finished {
    document(&format!(
        "
scenario: 1
title: Overload
seed: 4
horizon: 220s
warm-up: 20s
clients:
  patient: {{arrivals: poisson 5/s, do: {{call: {{to: shop.buy, with: long}}}}}}
  hasty: {{arrivals: poisson 10/s, do: {{call: {{to: shop.buy, with: short}}}}}}
services: {{shop: {{workers: {{{workers}: 1, queue: 50}}, endpoints: {{buy: {{do: {{work: 100ms}}}}}}}}}}
policies:
  long: {{timeout: {{after: 20s{told}}}}}
  short: {{timeout: {{after: 300ms{told}}}}}
"
    ))
    .run()
}

#[test]
fn in_an_overload_telling_the_deadline_saves_the_work_nobody_waits_for() {
    for workers in ["blocking", "async"] {
        let [silent, told, cancelled] =
            ["", ", propagate: true", ", cancel: true"].map(|told| overload(told, workers));
        let good = |run: &Finished| run.client("patient").ok + run.client("hasty").ok;
        // The queue is full of requests that nobody waits for: a third of the work and of
        // the places is left for those who do.
        let least = good(&silent);
        assert!((550..800).contains(&least), "{least} of 2000");
        // Thrown away when their turn comes, they cost nothing: everybody patient is served.
        for run in [&told, &cancelled] {
            let found = (good(run), run.client("patient"));
            assert!(found.0 > 970 && found.1.errors == 0, "{found:?}");
        }
    }
}

#[test]
fn a_caller_that_gives_up_cancels_the_work_and_all_that_was_asked_for_it() {
    let run = shop(
        ", cancel: true",
        "{call: bank.pay}",
        "{work: 10s}",
        "links: {default: {latency: 10ms}}",
    );
    let cancelled = Outcome::CANCELLED;
    assert_eq!(endings(&run, "shop"), [(at(1_310), cancelled)]);
    assert_eq!(endings(&run, "bank"), [(at(1_320), cancelled)]);
    let picture = run.at(secs(2));
    assert!(picture.entities.iter().all(|entity| entity.busy == 0));
    // Nobody is answered any more.
    assert_eq!(run.summary.ledger.late, 0);
}

#[test]
fn branches_are_cancelled_with_the_whole() {
    let run = shop(
        ", cancel: true",
        "{parallel: [{call: bank.pay}, [{work: 10ms}, {call: bank.pay}], {work: 5s}]}",
        "{work: 10s}",
        AT_ONCE,
    );
    assert_eq!(endings(&run, "bank"), [(at(1_300), Outcome::CANCELLED); 2]);
    assert_eq!(endings(&run, "shop"), [(at(1_300), Outcome::CANCELLED)]);
    let last = run.trace.records().last().expect("something happened");
    assert_eq!(last.at, at(1_300), "nothing goes on");
}

#[test]
fn a_deadline_that_cancels_ends_the_work_though_the_word_is_lost() {
    let run = shop(
        ", propagate: true, cancel: true",
        "{work: 5s}",
        "{work: 1ms}",
        "links: {default: {latency: 10ms}}
timeline: [{at: 1.1s, fault: {partition: [people, shop]}}]",
    );
    assert_eq!(endings(&run, "shop"), [(at(1_300), Outcome::CANCELLED)]);
}

#[test]
fn a_time_out_may_say_what_it_tells_and_nothing_else() {
    let text = "
scenario: 1
title: T
policies: {patience: {timeout: {after: 0s, propagat: true}}}
";
    let problems = Scenario::parse(text).expect_err("that is none");
    let told = problems.render(text, "timeout", Language::En);
    assert!(told.contains("did you mean `propagate`?"), "{told}");
    assert!(told.contains("`0s` is out of range"), "{told}");
}
