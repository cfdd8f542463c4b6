//! A service that scales itself: how many instances there are, and how long it takes until there
//! are as many as are needed.

use std::collections::BTreeSet;

use interplay_tests::moments::{at, happened};
use interplay_tests::{Finished, document, secs};
use sim_core::kernel::SimTime;
use sim_core::world::What;

/// A shop whose instances have one worker each, with so many people a second.
fn growing(rate: u32, scale: &str, rest: &str) -> Finished {
    document(&format!(
        "scenario: 1
title: Growth
seed: 7
horizon: 600s
clients: {{people: {{arrivals: poisson {rate}/s, do: {{call: shop.buy}}}}}}
services:
  shop:
    workers: {{blocking: 1, queue: 1000}}
    scale: {scale}
    endpoints: {{buy: {{do: {{work: 10ms}}}}}}
{rest}
"
    ))
    .run()
}

/// How a service was scaled: when, from how many to how many instances.
fn scaled(run: &Finished) -> Vec<(SimTime, (u16, u16))> {
    happened(run, "shop.1", |what| match what {
        What::Scaled { from, to, .. } => Some((*from, *to)),
        _ => None,
    })
}

#[test]
fn a_service_grows_to_as_many_instances_as_bring_its_use_to_the_target() {
    // 270 a second of 10 ms each are 2.7 workers; at 60 % that is 4.5 instances.
    let run = growing(270, "{utilisation: 60%, max: 10}", "");
    let changes = scaled(&run);
    assert_eq!(
        changes.first().map(|(at, (from, _))| (*at, *from)),
        Some((at(30_000), 1))
    );
    let end = changes.last().map(|(_, (_, to))| *to);
    assert!(end == Some(5) || end == Some(6), "{changes:?}");
}

#[test]
fn a_service_shrinks_only_when_fewer_have_been_enough_for_a_while() {
    let rest = "timeline: [{at: 300s, set: {clients.people.arrivals: poisson 60/s}}]";
    let run = growing(270, "{utilisation: 60%, max: 10, shrink-after: 120s}", rest);
    let changes = scaled(&run);
    let halved = changes.iter().find(|(_, (from, to))| to < from && *to < 4);
    let halved = halved.map(|(at, _)| *at);
    assert!(
        halved.is_some_and(|at| at >= secs(420) && at <= secs(450)),
        "{changes:?}"
    );
    let end = changes.last().map(|(_, (_, to))| *to);
    assert!(end == Some(1) || end == Some(2), "{changes:?}");
    let left = run
        .run
        .topology()
        .entities
        .iter()
        .filter(|name| name.starts_with("shop"));
    assert_eq!(left.count(), 10);
}

#[test]
fn what_is_measured_is_old_and_a_new_instance_takes_time_so_the_answer_comes_late() {
    let rest = "timeline: [{at: 300s, set: {clients.people.arrivals: poisson 500/s}}]";
    let first_after = |scale: &str| {
        let run = growing(60, scale, rest);
        let changes = scaled(&run);
        let first = changes.iter().find(|(at, _)| *at > secs(300));
        first.map(|(at, _)| at.since(secs(300)).as_nanos() / 1_000_000_000)
    };
    let (young, old) = (
        first_after("{utilisation: 60%, max: 20, delay: 0s}"),
        first_after("{utilisation: 60%, max: 20, delay: 60s}"),
    );
    assert_eq!((young, old), (Some(15), Some(75)));
}

#[test]
fn what_has_been_ordered_is_not_ordered_twice_while_it_starts() {
    let scale = "{utilisation: 60%, max: 20, delay: 0s}\n    start-up: 60s";
    let most = scaled(&growing(270, scale, ""))
        .iter()
        .map(|(_, (_, to))| *to)
        .max();
    // While one instance is all busy there is no telling how many are needed; then there is.
    assert!(most <= Some(7), "{most:?}");
}

#[test]
fn a_service_may_scale_by_what_waits_in_a_queue() {
    let run = document(
        "scenario: 1
title: Workers
seed: 7
horizon: 300s
clients: {people: {arrivals: constant 50/s, do: {publish: {to: mail.jobs, type: Job}}}}
services:
  shop:
    workers: {blocking: 1}
    scale: {queue: {of: mail.jobs, each: 100}, max: 8, every: 10s, delay: 0s}
    subscriptions: {jobs: {from: mail.jobs, prefetch: 1, handles: {Job: {work: 50ms}}}}
brokers: {mail: {rabbitmq: {queues: {jobs: classic}}}}
",
    )
    .run();
    let changes = scaled(&run);
    assert!(changes.iter().any(|(_, (_, to))| *to >= 3), "{changes:?}");
    let names = &run.run.topology().entities;
    let worked: BTreeSet<_> = run
        .trace
        .records()
        .iter()
        .filter(|record| matches!(record.what, What::TaskFinished { .. }))
        .map(|record| names[record.entity.index()].clone())
        .collect();
    assert!(worked.len() >= 3, "{worked:?}");
}

#[test]
fn whoever_scales_by_hand_is_overruled_at_the_next_look() {
    let rest = "timeline: [{at: 100s, scale: {shop: 14}}]";
    let run = growing(100, "{utilisation: 60%, min: 2, max: 10}", rest);
    let changes = scaled(&run);
    assert!(changes.contains(&(at(105_000), (14, 2))), "{changes:?}");
}

#[test]
fn the_least_number_of_instances_may_change_while_it_runs() {
    let rest = "timeline: [{at: 100s, set: {services.shop.scale.min: 4}}]";
    let run = growing(20, "{utilisation: 60%, max: 10}", rest);
    assert_eq!(scaled(&run), [(at(105_000), (1, 4))]);
}
