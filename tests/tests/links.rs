//! What links do to messages: how long they take, how they queue, which overtake which.

use std::collections::BTreeMap;

use interplay_tests::{Finished, document, secs};
use sim_core::kernel::{RecordId, SimDuration, SimTime};
use sim_core::scenario::Scenario;
use sim_core::scenario::document::Language;
use sim_core::world::{MessageKind, What};

const fn ms(millis: u64) -> SimDuration {
    SimDuration::from_millis(millis)
}

/// A client that uploads files, each answered with a report.
fn uploads(arrivals: &str, horizon: &str, links: &str) -> Finished {
    document(&format!(
        "
scenario: 1
title: Uploads
seed: 3
horizon: {horizon}
clients: {{people: {{arrivals: {arrivals}, do: {{call: {{to: store.put, size: 100kB}}}}}}}}
services:
  store:
    instances: 2
    endpoints: {{put: {{do: [{{work: 5ms}}, {{reply: {{status: 201, size: 50kB}}}}]}}}}
links: {links}
"
    ))
    .run()
}

/// When each message of a kind was sent and when it arrives, in the order of sending.
fn passages(run: &Finished, wanted: MessageKind) -> Vec<(SimTime, SimTime)> {
    let sent = run.trace.records().iter();
    sent.filter_map(|record| match record.what {
        What::MessageSent { kind, arrives, .. } if kind == wanted => Some((record.at, arrives)),
        _ => None,
    })
    .collect()
}

#[test]
fn a_message_takes_its_size_over_the_bandwidth_and_then_the_latency() {
    let run = uploads(
        "constant 1/s",
        "10s",
        "{default: {latency: 10ms, bandwidth: 8Mbit/s}}",
    );
    // 100 kB there, 5 ms of work, 50 kB back.
    let people = run.client("people");
    assert_eq!(people.max, ms(100 + 10 + 5 + 50 + 10));
    assert_eq!(people.mean, people.max);
}

#[test]
fn bytes_and_bits_a_second_are_told_apart() {
    let slow = uploads("constant 1/s", "10s", "{default: {bandwidth: 1Mbit/s}}");
    let fast = uploads("constant 1/s", "10s", "{default: {bandwidth: 1MB/s}}");
    assert_eq!(slow.client("people").max, ms(800 + 1 + 5 + 400 + 1));
    assert_eq!(fast.client("people").max, ms(100 + 1 + 5 + 50 + 1));
}

#[test]
fn messages_to_all_instances_leave_one_after_another_over_one_line() {
    let run = uploads(
        "{burst: {size: 4, every: 5s}}",
        "8s",
        "{default: {latency: 10ms, bandwidth: 8Mbit/s}}",
    );
    let arrives: Vec<SimDuration> = passages(&run, MessageKind::Command)
        .into_iter()
        .map(|(_, arrives)| arrives.since(secs(5)))
        .collect();
    assert_eq!(arrives, [ms(110), ms(210), ms(310), ms(410)]);
}

#[test]
fn the_way_back_is_a_line_of_its_own() {
    // An answer leaves while the next request is still being sent.
    let run = uploads(
        "{burst: {size: 2, every: 5s}}",
        "8s",
        "{default: {latency: 10ms, bandwidth: 8Mbit/s}}",
    );
    let (sent, arrives) = passages(&run, MessageKind::Reply)[0];
    assert_eq!(sent.since(secs(5)), ms(115));
    assert_eq!(arrives.since(sent), ms(60));
}

#[test]
fn a_loaded_line_is_an_m_d_1_queue() {
    // 100 kB at 8 Mbit/s take 100 ms; at 7 a second the line is busy 70 % of the time, and a
    // message waits rho / (2 (1 - rho)) transmissions for those before it.
    let run = uploads(
        "poisson 7/s",
        "8000s",
        "{default: {latency: 0s, bandwidth: 8Mbit/s}}",
    );
    let passages = passages(&run, MessageKind::Command);
    let waited: f64 = passages
        .iter()
        .map(|(sent, arrives)| arrives.since(*sent).as_secs_f64() - 0.1)
        .sum();
    let mean = waited / passages.len() as f64;
    let expected = 0.1 * 0.7 / (2.0 * (1.0 - 0.7));
    assert!(
        (mean / expected - 1.0).abs() < 0.05,
        "waited {mean} s, expected {expected} s"
    );
}

#[test]
fn a_message_nobody_said_anything_about_has_one_kibibyte() {
    let run = document(
        "
scenario: 1
title: Plain
horizon: 5s
clients: {people: {arrivals: constant 1/s, do: {call: store.get}}}
services: {store: {endpoints: {get: {do: [work: 1ms]}}}}
links: {default: {latency: 0s, bandwidth: 1KiB/s}}
",
    )
    .run();
    assert_eq!(run.client("people").max, ms(1_000 + 1 + 1_000));
}

#[test]
fn what_a_queue_delivers_is_as_large_as_what_was_published() {
    let run = document(
        "
scenario: 1
title: Posters
horizon: 4s
clients: {people: {arrivals: {replay: [1s]}, do: {publish: {to: mail.posters, type: Poster, size: 100kB}}}}
services: {printer: {subscriptions: {posters: {from: mail.posters, handles: {Poster: [work: 1ms]}}}}}
brokers: {mail: {rabbitmq: {queues: {posters: classic}}}}
costs: {rabbitmq-publish: 0s}
links:
  default: {latency: 0s, bandwidth: 8Mbit/s}
  out: {from: mail, to: printer, bandwidth: 4Mbit/s}
",
    )
    .run();
    let arrives: Vec<SimDuration> = passages(&run, MessageKind::Event)
        .into_iter()
        .map(|(_, arrives)| arrives.since(secs(1)))
        .collect();
    assert_eq!(arrives, [ms(100), ms(100 + 200)]);
}

#[test]
fn a_bandwidth_can_be_changed_while_it_runs() {
    let run = document(
        "
scenario: 1
title: Faster
horizon: 10s
clients: {people: {arrivals: constant 1/s, do: {call: {to: store.put, size: 100kB}}}}
services: {store: {endpoints: {put: {do: [work: 1ms]}}}}
links: {default: {latency: 0s}}
timeline:
  - {at: 3.5s, set: {links.default.bandwidth: 8Mbit/s}}
  - {at: 6.5s, set: {links.default.bandwidth: 80Mbit/s}}
",
    )
    .run();
    let took: Vec<SimDuration> = passages(&run, MessageKind::Command)
        .into_iter()
        .map(|(sent, arrives)| arrives.since(sent))
        .collect();
    assert_eq!(took[..3], [ms(0); 3]);
    assert_eq!(took[3..6], [ms(100); 3]);
    assert_eq!(took[6..9], [ms(10); 3]);
}

#[test]
fn so_many_messages_go_ahead_of_those_before_them() {
    let run = document(
        "
scenario: 1
title: Disorder
seed: 2
horizon: 100s
clients: {people: {arrivals: constant 100/s, do: {call: store.get}}}
services: {store: {endpoints: {get: {do: {reply: 200}}}}}
links: {default: {latency: 100ms, reordering: 25%}}
",
    )
    .run();
    let passages = passages(&run, MessageKind::Command);
    let ahead = passages.iter().filter(|(sent, arrives)| sent == arrives);
    let rest = passages
        .iter()
        .filter(|(sent, arrives)| arrives.since(*sent) == ms(100));
    assert_eq!(ahead.clone().count() + rest.count(), passages.len());
    let share = ahead.count() as f64 / passages.len() as f64;
    assert!((share - 0.25).abs() < 0.02, "{share}");
}

#[test]
fn on_a_connection_to_a_broker_nothing_overtakes_however_much_the_network_reorders() {
    let run = document(
        "
scenario: 1
title: In order
seed: 2
horizon: 20s
clients: {people: {arrivals: poisson 50/s, do: {publish: {to: mail.jobs, type: Job}}}}
services: {worker: {subscriptions: {jobs: {from: mail.jobs, handles: {Job: [work: 1ms]}}}}}
brokers: {mail: {rabbitmq: {queues: {jobs: classic}}}}
links: {default: {latency: {exponential: 20ms}, reordering: 30%, loss: 1%}}
",
    )
    .run();
    let mut order: BTreeMap<bool, Vec<RecordId>> = BTreeMap::new();
    for (number, record) in run.trace.records().iter().enumerate() {
        match record.what {
            What::MessageSent {
                kind: MessageKind::Event,
                ..
            } if run.run.topology().entities[record.entity.index()] == "people" => {
                let sent = RecordId(number as u32);
                order.entry(false).or_default().push(sent);
            }
            What::Enqueued { message } => order.entry(true).or_default().push(message),
            _ => {}
        }
    }
    let enqueued = &order[&true];
    assert!(enqueued.len() > 900);
    assert_eq!(enqueued[..], order[&false][..enqueued.len()]);
}

#[test]
fn a_link_from_a_service_to_itself_is_a_link_of_its_own() {
    let run = document(
        "
scenario: 1
title: Loopback
horizon: 5s
clients: {people: {arrivals: {replay: [0s]}, do: {call: shop.page}}}
services:
  shop:
    endpoints:
      page: {do: [call: {to: shop.price, size: 1kB}, reply: 200]}
      price: {do: {reply: {status: 200, size: 3kB}}}
links:
  default: {latency: 10ms}
  loopback: {from: shop, to: shop, latency: 0s, bandwidth: 8kbit/s}
",
    )
    .run();
    // 10 ms each way, 1 s for the question and 3 s for its answer.
    assert_eq!(run.client("people").max, ms(10 + 1_000 + 3_000 + 10));
}

#[test]
fn a_link_nothing_goes_through_is_an_error_with_its_bounds() {
    let text = "{scenario: 1, title: T, links: {default: {bandwidth: 0MiB/s}}}";
    let problems = Scenario::parse(text).expect_err("nothing would ever arrive");
    let told = problems.render(text, "link", Language::En);
    assert!(
        told.contains("`0MiB/s` is out of range: from 1bit/s to 1000Gbit/s"),
        "{told}"
    );
    let text = "{scenario: 1, title: T, links: {default: {bandwidth: 10ms}}}";
    let problems = Scenario::parse(text).expect_err("that is a time");
    let told = problems.render(text, "link", Language::Ru);
    assert!(told.contains("пропускная способность"), "{told}");
}
