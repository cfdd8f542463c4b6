//! Queueing theory: what a simulated queue must come to in the long run.

use interplay_tests::document;
use sim_core::kernel::SimDuration;

/// One station of `servers` workers, memoryless arrivals and work of 10 ms on average.
fn station(servers: u32, rate: u32, seed: u64) -> String {
    // About as many journeys at any rate.
    let horizon = 50 + 120_000 / rate;
    format!(
        "scenario: 1\ntitle: Station\nseed: {seed}\nhorizon: {horizon}s\nwarm-up: 20s\n\
         clients: {{users: {{arrivals: poisson {rate}/s, do: {{call: desk.serve}}}}}}\n\
         services: {{desk: {{workers: {{blocking: {servers}, queue: 100000}}, endpoints: {{serve: {{do: {{work: {{exponential: 10ms}}}}}}}}}}}}\n\
         links: {{default: {{latency: 0s}}}}\n"
    )
}

/// The mean time in the system over some seeds, in units of the mean service time.
fn mean_time(servers: u32, rate: u32) -> f64 {
    const SEEDS: u64 = 6;
    let total: f64 = (0..SEEDS)
        .map(|seed| {
            document(&station(servers, rate, seed))
                .run()
                .client("users")
                .mean
                .as_secs_f64()
                / 0.010
        })
        .sum();
    total / SEEDS as f64
}

#[test]
fn the_time_in_an_m_m_1_queue_is_one_over_one_minus_the_load() {
    // Load 0.8: W = 1 / (1 - 0.8) = 5 service times.
    let mean = mean_time(1, 80);
    assert!((mean - 5.0).abs() < 0.15, "{mean}");
}

#[test]
fn the_time_in_an_m_m_c_queue_is_that_of_erlang() {
    // Ten workers at load 0.9: Wq = 0.6687 service times (Erlang C), W = 1.6687.
    let mean = mean_time(10, 900);
    assert!((mean - 1.6687).abs() < 0.03, "{mean}");
}

#[test]
fn what_is_in_the_system_is_what_arrives_times_how_long_it_stays() {
    let run = document(&station(2, 160, 1)).run();
    let (users, desk) = (run.client("users"), run.node("desk"));
    // Little's law: L = lambda W, with L = busy + waiting.
    let inside = desk.mean_waiting + desk.utilisation.unwrap_or_default() * 2.0;
    let expected = users.throughput * users.mean.as_secs_f64();
    assert!(
        (inside - expected).abs() / expected < 0.01,
        "{inside} against {expected}"
    );
}

#[test]
fn five_attempts_wait_one_two_four_eight_and_sixteen_seconds_before_giving_up() {
    let run = document(
        "
scenario: 1
title: Backoff
seed: 1
horizon: 90s
clients: {user: {arrivals: constant 0.02/s, do: {call: {to: gone.ask, with: again}}}}
services: {gone: {endpoints: {ask: {do: {work: 1ms}}}}}
policies: {again: {retry: {attempts: 5, wait: {exponential: {base: 1s, factor: 2}}, wait-before-give-up: true}}}
links: {default: {latency: 0s}}
timeline: [{at: 0s, fault: {crash: gone}}]
",
    )
    .run();
    let waits: Vec<SimDuration> = run
        .trace
        .records()
        .iter()
        .filter_map(|record| match record.what {
            sim_core::world::What::BackedOff { until, .. } => Some(until.since(record.at)),
            _ => None,
        })
        .take(5)
        .collect();
    assert_eq!(waits, [1, 2, 4, 8, 16].map(SimDuration::from_secs));
    assert_eq!(run.client("user").mean, SimDuration::from_secs(31));
    assert_eq!(run.client("user").journeys, 1);
}
