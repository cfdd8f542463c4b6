//! What each step, policy and fault means, one rule a test. Everything is constant here, so
//! that times can be told exactly: 10 ms each way on every link.

use interplay_tests::{Finished, document, secs};
use sim_core::kernel::SimDuration;
use sim_core::world::Condition::{self, Down, Failing, Slow, Up};
use sim_core::world::{Outcome, What};

/// A user who asks `a.go` once a second, with `extra` at the end of the document.
fn one_user(calls: &str, services: &str, extra: &str) -> Finished {
    document(&format!(
        "scenario: 1\ntitle: Rule\nseed: 1\nhorizon: 10s\n\
         clients: {{user: {{arrivals: constant 1/s, do: {calls}}}}}\n\
         links: {{default: {{latency: 10ms}}}}\n\
         services: {{{services}}}\n{extra}\n"
    ))
    .run()
}

/// How each journey ended and how long it took, in milliseconds.
fn journeys(run: &Finished) -> Vec<(Outcome, u64)> {
    let ended = run
        .trace
        .records()
        .iter()
        .filter_map(|record| match record.what {
            What::JourneyEnded { outcome, took, .. } => {
                Some((outcome, took.as_nanos() / 1_000_000))
            }
            _ => None,
        });
    ended.collect()
}

fn first(run: &Finished) -> (Outcome, u64) {
    journeys(run)[0]
}

#[test]
fn a_call_takes_two_latencies_and_the_work_in_between() {
    let run = one_user(
        "{call: a.go}",
        "a: {endpoints: {go: {do: {work: 30ms}}}}",
        "",
    );
    assert_eq!(first(&run), (Outcome::OK, 50));
}

#[test]
fn the_time_of_a_run_of_messages_is_the_sum_of_its_parts() {
    let run = one_user(
        "{call: a.go}",
        "a: {endpoints: {go: {do: [{work: 5ms}, {call: b.go}, {wait: 7ms}, {reply: 201}]}}}, b: {endpoints: {go: {do: {work: 3ms}}}}",
        "",
    );
    assert_eq!(first(&run), (Outcome::OK, 20 + 5 + 20 + 3 + 7));
}

#[test]
fn parallel_branches_take_as_long_as_the_longest_and_any_as_long_as_the_shortest() {
    let services = |join: &str| {
        format!(
            "a: {{endpoints: {{go: {{do: {{parallel: {{join: {join}, do: [{{work: 50ms}}, {{work: 20ms}}, {{wait: 90ms}}]}}}}}}}}}}"
        )
    };
    for (join, took) in [("all", 90), ("any", 20), ("none", 0), ("2", 50)] {
        let run = one_user("{call: a.go}", &services(join), "");
        assert_eq!(first(&run), (Outcome::OK, 20 + took), "join: {join}");
    }
}

#[test]
fn a_branch_that_fails_fails_all_but_not_any() {
    let services = |join: &str| {
        format!(
            "a: {{endpoints: {{go: {{do: {{parallel: {{join: {join}, do: [[{{wait: 5ms}}, {{fail: error}}], {{wait: 20ms}}]}}}}}}}}}}"
        )
    };
    assert_eq!(
        first(&one_user("{call: a.go}", &services("all"), "")),
        (Outcome::Error(500), 25)
    );
    assert_eq!(
        first(&one_user("{call: a.go}", &services("any"), "")),
        (Outcome::OK, 40)
    );
}

#[test]
fn an_outcome_goes_to_its_narrowest_branch_and_one_without_a_branch_ends_the_handler() {
    let a = |then: &str, b: &str| {
        let services = format!(
            "a: {{endpoints: {{go: {{do: [{{call: {{to: b.go, then: {{{then}}}}}}}, {{reply: 200}}]}}}}}}, b: {{endpoints: {{go: {{do: {b}}}}}}}"
        );
        let run = one_user("{call: a.go}", &services, "");
        let answers = run
            .trace
            .records()
            .iter()
            .filter(|record| run.run.topology().entities[record.entity.index()] == "a.1");
        let mut answers = answers.filter_map(|record| match record.what {
            What::TaskFinished { outcome, .. } => Some(outcome),
            _ => None,
        });
        answers.next().expect("the first request is answered")
    };
    let then = "404: {reply: 410}, declined: {reply: 409}, error: {reply: 503}, else: {reply: 500}";
    assert_eq!(a(then, "{reply: 404}"), Outcome::Declined(410));
    assert_eq!(a(then, "{reply: 402}"), Outcome::Declined(409));
    assert_eq!(a(then, "{fail: error}"), Outcome::Error(503));
    assert_eq!(a(then, "{reply: 204}"), Outcome::Ok(200));
    assert_eq!(a("ok: {reply: 201}", "{work: 1ms}"), Outcome::Ok(201));
    assert_eq!(
        a("ok: {reply: 201}", "{reply: 402}"),
        Outcome::Declined(402)
    );
}

#[test]
fn each_attempt_has_its_own_time_out_inside_a_retry_and_all_share_one_outside() {
    let services = "a: {endpoints: {go: {do: {work: 500ms}}}}";
    let policies =
        "policies: {again: {retry: {attempts: 3, wait: 100ms}}, patience: {timeout: 200ms}}";
    let inside = one_user(
        "{call: {to: a.go, with: [again, patience]}}",
        services,
        policies,
    );
    assert_eq!(first(&inside), (Outcome::Timeout, 3 * 200 + 2 * 100));
    let outside = one_user(
        "{call: {to: a.go, with: [patience, again]}}",
        services,
        policies,
    );
    assert_eq!(first(&outside), (Outcome::Timeout, 200));
}

#[test]
fn a_call_that_was_given_up_is_done_all_the_same_and_its_answer_comes_late() {
    let run = one_user(
        "{call: {to: a.go, with: patience}}",
        "a: {endpoints: {go: {do: {work: 500ms}}}}",
        "policies: {patience: {timeout: 200ms}}",
    );
    let done = run.count(|what| {
        matches!(
            what,
            What::TaskFinished {
                outcome: Outcome::Ok(_),
                ..
            }
        )
    });
    let late = run.count(|what| matches!(what, What::MessageLate { .. }));
    assert_eq!(
        journeys(&run)
            .iter()
            .filter(|(outcome, _)| *outcome == Outcome::Timeout)
            .count(),
        9
    );
    assert_eq!((done, late), (9, 9));
}

#[test]
fn a_retry_tries_only_what_it_may() {
    let services = "a: {endpoints: {go: {do: {reply: 402}}}}";
    let tries = |only: &str| {
        let policies =
            format!("policies: {{again: {{retry: {{attempts: 3, wait: 10ms, only: [{only}]}}}}}}");
        let run = one_user("{call: {to: a.go, with: again}}", services, &policies);
        run.count(|what| matches!(what, What::TaskFinished { .. }))
    };
    assert_eq!(tries("error"), 9);
    assert_eq!(tries("declined"), 9 * 3);
}

#[test]
fn a_blocking_worker_is_kept_while_its_task_waits_and_an_async_one_is_not() {
    // Two users a moment apart; the service asks another that takes 300 ms.
    let run = |mode: &str| {
        document(&format!(
            "scenario: 1\ntitle: Mode\nseed: 1\nhorizon: 3s\n\
             clients: {{u: {{arrivals: constant 1/s, do: {{call: a.go}}}}, v: {{arrivals: constant 1/s, do: {{call: a.go}}}}}}\n\
             links: {{default: {{latency: 10ms}}}}\n\
             services: {{a: {{workers: {{{mode}: 1, queue: 5}}, endpoints: {{go: {{do: [{{work: 10ms}}, {{call: b.go}}]}}}}}}, b: {{endpoints: {{go: {{do: {{work: 300ms}}}}}}}}}}\n"
        ))
        .run()
    };
    let took = |run: &Finished, client: &str| run.client(client).max.as_nanos() / 1_000_000;
    let (blocking, asynchronous) = (run("blocking"), run("async"));
    // Blocking: the second waits for the first to be done. Async: for its 10 ms of work only.
    assert_eq!(took(&blocking, "u"), 350);
    assert_eq!(took(&blocking, "v"), 350 + 330);
    assert_eq!(took(&asynchronous, "u"), 350);
    assert_eq!(took(&asynchronous, "v"), 350 + 10);
}

#[test]
fn what_finds_the_queue_full_is_turned_away_at_once() {
    let run = document(
        "scenario: 1\ntitle: Full\nseed: 1\nhorizon: 5s\n\
         clients: {u: {arrivals: constant 10/s, do: {call: a.go}}}\n\
         links: {default: {latency: 10ms}}\n\
         services: {a: {workers: {blocking: 1, queue: 2}, endpoints: {go: {do: {work: 2s}}}}}\n",
    )
    .run();
    let turned_away = journeys(&run)
        .into_iter()
        .filter(|(outcome, _)| *outcome == Outcome::Full);
    let times: Vec<u64> = turned_away.map(|(_, took)| took).collect();
    assert!(
        times.len() > 40 && times.iter().all(|took| *took == 20),
        "{times:?}"
    );
    assert_eq!(run.node("a").max_waiting, 2);
}

#[test]
fn who_asks_a_dead_instance_is_refused_and_who_was_waiting_for_it_is_reset() {
    let run = one_user(
        "{call: a.go}",
        "a: {endpoints: {go: {do: {work: 500ms}}}}",
        "timeline: [{at: 3200ms, for: 2s, fault: {crash: a}}]",
    );
    let ended: Vec<_> = journeys(&run);
    // Asked at 3 s, killed at 3.2 s; asked at 4 s and 5 s, nobody there; asked at 6 s, back again.
    assert_eq!(ended[2], (Outcome::Reset, 210));
    assert_eq!(ended[3], (Outcome::Refused, 20));
    assert_eq!(ended[4], (Outcome::Refused, 20));
    assert_eq!(ended[5], (Outcome::OK, 520));
}

#[test]
fn faults_of_one_service_add_up_and_its_condition_says_the_worst() {
    let run = one_user(
        "{call: a.go}",
        "a: {endpoints: {go: {do: {work: 10ms}}}}",
        "timeline:\n  - {at: 1500ms, for: 5s, fault: {slow: {what: a, times: 3}}}\n  \
         - {at: 2500ms, for: 2s, fault: {slow: {what: a, times: 2}}}\n  \
         - {at: 3500ms, for: 500ms, fault: {crash: a}}\n  \
         - {at: 5500ms, for: 1s, fault: {errors: {what: a, rate: 100%}}}",
    );
    let took: Vec<_> = journeys(&run).into_iter().take(7).collect();
    assert_eq!(took[0], (Outcome::OK, 30));
    assert_eq!(took[1], (Outcome::OK, 20 + 30));
    assert_eq!(took[2], (Outcome::OK, 20 + 60));
    assert_eq!(took[4], (Outcome::OK, 20 + 30));
    assert_eq!(took[5], (Outcome::Error(500), 20));
    assert_eq!(took[6], (Outcome::OK, 30));
    let conditions: Vec<Condition> = run
        .trace
        .records()
        .iter()
        .filter_map(|record| match record.what {
            What::ConditionChanged { to, .. } => Some(to),
            _ => None,
        })
        .collect();
    assert_eq!(conditions, [Slow, Down, Slow, Failing, Up]);
}

#[test]
fn a_message_that_is_lost_leaves_its_caller_waiting_for_ever_unless_there_is_a_time_out() {
    let lossy = "links: {default: {latency: 10ms, loss: 30%}}\n";
    let run = |with: &str| {
        document(&format!(
            "scenario: 1\ntitle: Loss\nseed: 1\nhorizon: 20s\n{lossy}\
             clients: {{user: {{arrivals: constant 10/s, do: {{call: {{to: a.go, with: [{with}]}}}}}}}}\n\
             services: {{a: {{endpoints: {{go: {{do: {{work: 1ms}}}}}}}}}}\n\
             policies: {{patience: {{timeout: 100ms}}}}\n"
        ))
        .run()
    };
    let (without, with) = (run(""), run("patience"));
    assert!(
        without.client("user").open > 50,
        "{}",
        without.client("user").open
    );
    assert!(with.client("user").open <= 2 && with.client("user").timeouts > 50);
}

#[test]
fn a_connection_to_a_broker_loses_nothing_and_keeps_the_order() {
    let run = document(
        "scenario: 1\ntitle: Stream\nseed: 1\nhorizon: 30s\n\
         clients: {user: {arrivals: constant 20/s, do: {publish: {to: mail.jobs, type: Job}}}}\n\
         links: {default: {latency: {exponential: 50ms}, loss: 10%}}\n\
         services: {w: {workers: {blocking: 1}, subscriptions: {s: {from: mail.jobs, handles: {Job: [work: 1ms, ack]}}}}}\n\
         brokers: {mail: {rabbitmq: {queues: {jobs: classic}}}}\n",
    )
    .run();
    assert_eq!(run.summary.ledger.lost, 0);
    let enqueued: Vec<_> = run
        .trace
        .records()
        .iter()
        .filter_map(|record| match record.what {
            What::Enqueued { message } => Some(message),
            _ => None,
        })
        .collect();
    assert!(enqueued.len() > 500);
    assert!(enqueued.is_sorted(), "messages overtook each other");
}

#[test]
fn a_confirmed_publish_waits_for_the_broker_and_a_plain_one_does_not() {
    let run = |confirm: &str| {
        let publish = format!("{{publish: {{to: mail.jobs, type: Job, confirm: {confirm}}}}}");
        one_user(
            &publish,
            "a: {}",
            "brokers: {mail: {rabbitmq: {queues: {jobs: classic}}}}\ncosts: {rabbitmq-publish: 5ms}",
        )
    };
    assert_eq!(first(&run("true")), (Outcome::OK, 25));
    assert_eq!(first(&run("false")), (Outcome::OK, 0));
}

#[test]
fn a_setting_that_changes_holds_from_then_on_and_for_as_long_as_it_is_said() {
    let run = one_user(
        "{call: a.go}",
        "a: {endpoints: {go: {do: {work: 10ms}}}}",
        "timeline: [{at: 2500ms, for: 2s, set: {services.a.endpoints.go.do.work: 40ms}}]",
    );
    let took: Vec<u64> = journeys(&run).into_iter().map(|(_, took)| took).collect();
    assert_eq!(took[..6], [30, 30, 60, 60, 30, 30]);
}

#[test]
fn a_rate_that_changes_takes_effect_at_once_also_from_nothing() {
    let run = document(
        "scenario: 1\ntitle: Rate\nseed: 1\nhorizon: 10s\n\
         clients: {user: {arrivals: constant 0/s, do: {call: a.go}}}\n\
         services: {a: {endpoints: {go: {do: {work: 1ms}}}}}\n\
         timeline: [{at: 4s, for: 2s, set: {clients.user.arrivals: constant 10/s}}]\n",
    )
    .run();
    assert_eq!(run.at(secs(4)).ledger.sent, 0);
    // The first gap is one tenth of a second; the arrival at the very end of the change counts.
    assert!(
        (19..=20).contains(&run.client("user").journeys),
        "{}",
        run.client("user").journeys
    );
}

#[test]
fn what_is_sent_by_hand_is_a_journey_of_the_hand() {
    let run = one_user(
        "{call: a.go}",
        "a: {endpoints: {go: {do: {work: 10ms}}}}",
        "timeline: [{at: 500ms, send: {call: a.go}}, {at: 700ms, send: {call: a.go}}]",
    );
    let hand = run.client("timeline");
    assert_eq!((hand.journeys, hand.max), (2, SimDuration::from_millis(30)));
    assert_eq!(run.client("user").journeys, 9);
}

#[test]
fn instances_take_turns() {
    let run = one_user(
        "{call: a.go}",
        "a: {instances: 3, endpoints: {go: {do: {work: 10ms}}}}",
        "",
    );
    let topology = run.run.topology();
    let done: Vec<u64> = ["a.1", "a.2", "a.3"]
        .iter()
        .filter_map(|name| topology.entities.iter().position(|entity| entity == name))
        .map(|entity| run.trace.latest().entities[entity].done)
        .collect();
    assert_eq!(done, [3, 3, 3]);
}

#[test]
fn a_retry_may_be_for_a_status_or_for_all_that_fails_and_naming_one_twice_changes_nothing() {
    let tries = |only: &str| {
        let policies =
            format!("policies: {{again: {{retry: {{attempts: 2, wait: 10ms, only: [{only}]}}}}}}");
        let services = "a: {endpoints: {go: {do: {reply: 503}}}}";
        let run = one_user("{call: {to: a.go, with: again}}", services, &policies);
        run.count(|what| matches!(what, What::TaskFinished { .. }))
    };
    for (only, tried) in [
        ("503", 18),
        ("500", 9),
        ("else", 18),
        ("error, error", 18),
        ("timeout", 9),
    ] {
        assert_eq!(tries(only), tried, "only: [{only}]");
    }
}

#[test]
fn why_a_task_goes_on_after_its_branches_is_the_branch_that_decided() {
    let run = one_user(
        "{call: a.go}",
        "a: {endpoints: {go: {do: [{parallel: [{call: b.go}, {wait: 3ms}]}, {call: b.go}]}}}, b: {endpoints: {go: {do: {work: 5ms}}}}",
        "",
    );
    // The second call of `a` was made because the first one was answered.
    let records = run.trace.records();
    let a = run
        .run
        .topology()
        .entities
        .iter()
        .position(|name| name == "a.1")
        .expect("it is there");
    let sent: Vec<_> = records
        .iter()
        .filter(|record| {
            record.entity.index() == a && matches!(record.what, What::MessageSent { .. })
        })
        .collect();
    let cause = records[sent[1].cause.record().expect("it has a cause").0 as usize];
    assert!(matches!(cause.what, What::CallFinished { .. }), "{cause:?}");
}

#[test]
fn a_time_out_is_put_down_to_the_message_that_was_not_answered() {
    let run = one_user(
        "{call: {to: a.go, with: patience}}",
        "a: {endpoints: {go: {do: {work: 500ms}}}}",
        "policies: {patience: {timeout: 200ms}}",
    );
    let records = run.trace.records();
    let timed_out = records
        .iter()
        .find(|record| matches!(record.what, What::TimedOut { .. }));
    let cause = records[timed_out
        .and_then(|record| record.cause.record())
        .expect("it has a cause")
        .0 as usize];
    assert!(matches!(cause.what, What::MessageSent { .. }), "{cause:?}");
}

#[test]
fn two_steps_with_one_label_in_different_branches_draw_for_themselves() {
    let run = one_user(
        "{call: a.go}",
        "a: {endpoints: {go: {do: [{choose: [{do: {label: x, work: {exponential: 20ms}}}]}, {choose: [{do: {label: x, work: {exponential: 20ms}}}]}]}}}",
        "",
    );
    let lengths: Vec<u64> = run
        .trace
        .records()
        .iter()
        .filter_map(|record| match record.what {
            What::WorkStarted { until, .. } => Some(until.since(record.at).as_nanos()),
            _ => None,
        })
        .collect();
    assert_ne!(lengths[0], lengths[1]);
}
