//! Each figure against what can be worked out by hand: everything is constant, one request a
//! second from one user, 10 ms each way on every link, measured from 0 s to 10 s.

use interplay_tests::{Finished, document};
use sim_core::kernel::SimDuration;
use sim_core::observe::{Outcomes, Spread};

/// Users who each ask once a second: nine journeys begin and end within ten seconds, at 1 s
/// to 9 s; the tenth only begins.
fn run(users: &[&str], services: &str, extra: &str) -> Finished {
    let users: Vec<String> = users
        .iter()
        .zip('a'..)
        .map(|(steps, name)| format!("{name}: {{arrivals: constant 1/s, do: {steps}}}"))
        .collect();
    document(&format!(
        "scenario: 1\ntitle: Figures\nseed: 1\nhorizon: 10s\nclients: {{{}}}\n\
         links: {{default: {{latency: 10ms}}}}\nservices: {{{services}}}\n{extra}\n",
        users.join(", ")
    ))
    .run()
}

const fn millis(millis: u64) -> SimDuration {
    SimDuration::from_millis(millis)
}

/// The spread of things that all took the same.
const fn all(took: u64) -> Spread {
    let took = millis(took);
    Spread {
        mean: took,
        p50: took,
        p90: took,
        p99: took,
        p999: took,
        max: took,
    }
}

fn assert_close(found: SimDuration, expected: SimDuration) {
    // A histogram has three significant digits.
    assert!(
        found.as_nanos().abs_diff(expected.as_nanos()) * 1_000 <= expected.as_nanos(),
        "{found} instead of {expected}"
    );
}

#[test]
fn an_endpoint_has_its_work_and_a_call_the_network_as_well() {
    let run = run(
        &["{call: shop.buy}"],
        "shop: {endpoints: {buy: {do: {work: 30ms}}}}",
        "",
    );
    let endpoint = run.endpoint("shop.buy");
    assert_eq!((endpoint.requests, endpoint.outcomes.ok), (9, 9));
    assert!((endpoint.throughput - 0.9).abs() < 1e-12);
    assert_eq!(endpoint.took, all(30));
    let calls = run.calls("a", "shop.buy");
    assert_eq!((calls.calls, calls.attempts, calls.outcomes.ok), (9, 9, 9));
    assert_eq!(calls.took, all(50));
    assert_eq!(run.client("a").p999, millis(50));
}

#[test]
fn who_waits_for_a_worker_is_in_the_hands_of_the_endpoint() {
    let shop = "shop: {workers: {blocking: 1}, endpoints: {buy: {do: {work: 20ms}}}}";
    let run = run(&["{call: shop.buy}", "{call: shop.buy}"], shop, "");
    let took = run.endpoint("shop.buy").took;
    assert_eq!((took.mean, took.max), (millis(30), millis(40)));
    assert_close(took.p50, millis(20));
    assert_close(took.p90, millis(40));
    // Of ten seconds, nine times 40 ms the worker was taken and 20 ms somebody waited.
    let shop = run.node("shop");
    assert!((shop.utilisation.expect("it has workers") - 0.036).abs() < 1e-12);
    assert!((shop.mean_waiting - 0.018).abs() < 1e-12);
    assert_eq!((shop.max_waiting, shop.done), (1, 18));
}

#[test]
fn what_an_attempt_that_was_given_up_costs_shows_at_the_endpoint_and_its_answer_is_late() {
    let run = run(
        &["{call: {to: shop.buy, with: [again, patience]}}"],
        "shop: {endpoints: {buy: {do: {work: 100ms}}}}",
        "policies: {again: {retry: {attempts: 2, wait: 10ms, only: [timeout]}}, patience: {timeout: 50ms}}",
    );
    let calls = run.calls("a", "shop.buy");
    let timeout = Outcomes {
        timeout: 9,
        ..Outcomes::default()
    };
    assert_eq!((calls.calls, calls.attempts, calls.late), (9, 18, 18));
    assert_eq!((calls.outcomes, calls.took), (timeout, all(110)));
    let endpoint = run.endpoint("shop.buy");
    assert_eq!((endpoint.requests, endpoint.outcomes.ok), (18, 18));
    assert_eq!(endpoint.took, all(100));
}

#[test]
fn errors_are_told_apart_by_their_cause() {
    // Requests of 1 s, 2 s and 6 s go well. That of 3 s dies in the crash, those of 4 s and
    // 5 s find nobody, 7 s is answered with an error, 8 s is slow, and 9 s finds it busy.
    let run = run(
        &["{call: {to: shop.buy, with: patience}}"],
        "shop: {workers: {blocking: 1, queue: 0}, endpoints: {buy: {do: {work: 600ms}}}}",
        "policies: {patience: {timeout: 900ms}}\ntimeline:\n\
         - {at: 3500ms, for: 2s, fault: {crash: shop}}\n\
         - {at: 6500ms, for: 1s, fault: {errors: {what: shop, rate: 100%}}}\n\
         - {at: 7500ms, for: 1s, fault: {slow: {what: shop, times: 2}}}",
    );
    let calls = run.calls("a", "shop.buy");
    let felt = Outcomes {
        ok: 3,
        declined: 0,
        error: 1,
        refused: 2,
        reset: 1,
        full: 1,
        open: 0,
        limited: 0,
        shed: 0,
        timeout: 1,
        invalid: 0,
    };
    assert_eq!((calls.outcomes, calls.late), (felt, 1));
    // The endpoint knows nothing of the time-out: it answered well, too late.
    let endpoint = run.endpoint("shop.buy");
    let answered = Outcomes {
        ok: 4,
        timeout: 0,
        ..felt
    };
    assert_eq!((endpoint.outcomes, endpoint.requests), (answered, 9));
    // Three times 600 ms and once 1200 ms; what was turned away or killed took no time.
    assert_eq!(endpoint.took.mean, millis(750));
    assert_eq!((run.node("shop").failed, run.node("shop").rejected), (1, 4));
}

#[test]
fn what_came_before_the_end_of_the_warm_up_is_not_counted() {
    let run = run(
        &["{call: shop.buy}"],
        "shop: {endpoints: {buy: {do: {work: 30ms}}}}",
        "warm-up: 5s",
    );
    assert_eq!(run.endpoint("shop.buy").requests, 5);
    assert!((run.endpoint("shop.buy").throughput - 1.0).abs() < 1e-12);
    assert_eq!(run.calls("a", "shop.buy").calls, 5);
    assert_eq!(run.client("a").journeys, 5);
}

#[test]
fn a_subscription_is_an_endpoint_and_a_confirmed_publish_a_call() {
    let run = run(
        &["{publish: {to: mail.jobs, type: Job, confirm: true}}"],
        "desk: {subscriptions: {jobs: {from: mail.jobs, handles: {Job: {work: 5ms}}}}}",
        "brokers: {mail: {rabbitmq: {queues: {jobs: classic}}}}",
    );
    let handled = run.endpoint("desk.jobs");
    assert_eq!((handled.requests, handled.took), (9, all(5)));
    // The broker works 20 us on each message.
    let calls = run.calls("a", "mail.jobs");
    let took = millis(20).plus(SimDuration::from_nanos(20_000));
    assert_eq!((calls.calls, calls.took.mean), (9, took));
}
