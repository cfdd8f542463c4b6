//! Queueing theory: what a simulated queue must come to in the long run.
//!
//! Each experiment is repeated with 20 seeds. The 99 % confidence interval of the mean must
//! cover the closed form and reach no further than 2 % to either side. The beginning of a
//! run, when the queues are still emptier than they will be, is its warm-up: ten relaxation
//! times, `1 / (mu (1 - sqrt(rho))^2)` for one worker (Cohen: *The single server queue*,
//! 1982, III.7.3), which is more than what several workers at the same load need.

use interplay_conformance::queueing::{erlang_c, mean_wait};
use interplay_tests::build::{Build, Client, Service, Time, call, choose, work};
use interplay_tests::statistics::{Interval, over_seeds};
use interplay_tests::{document, golden_scenarios};
use sim_core::kernel::{RecordId, SimDuration, SimTime};
use sim_core::observe::Summary;
use sim_core::world::What;

/// The mean time of one piece of work in all experiments, in seconds: 10 ms.
const WORK: f64 = 0.010;

const fn ms(millis: u64) -> SimDuration {
    SimDuration::from_millis(millis)
}

/// One worker whose work is memoryless, with this mean in milliseconds.
fn station(mean: u64) -> Service {
    Service::blocking(1).endpoint("serve", [work(Time::Exponential(ms(mean)))])
}

/// One station with memoryless arrivals.
struct Station<'a> {
    workers: u32,
    queue: u32,
    /// Load of each worker.
    load: f64,
    work: &'a str,
    /// How many arrivals there are after the warm-up, on average.
    arrivals: f64,
}

impl Station<'_> {
    fn rate(&self) -> f64 {
        self.load * f64::from(self.workers) / WORK
    }

    fn run(&self, seed: u64) -> Summary {
        let rate = self.rate();
        let relaxation = WORK / (1.0 - self.load.min(0.95).sqrt()).powi(2);
        let warm_up = (10.0 * relaxation).ceil();
        let horizon = warm_up + (self.arrivals / rate).ceil();
        let Self {
            workers,
            queue,
            work,
            ..
        } = self;
        document(&format!(
            "scenario: 1\ntitle: Station\nseed: {seed}\nhorizon: {horizon}s\nwarm-up: {warm_up}s\n\
             clients: {{users: {{arrivals: poisson {rate}/s, do: {{call: desk.serve}}}}}}\n\
             services: {{desk: {{workers: {{blocking: {workers}, queue: {queue}}}, endpoints: {{serve: {{do: {{work: {work}}}}}}}}}}}\n\
             links: {{default: {{latency: 0s}}}}\n"
        ))
        .summary()
    }

    /// The mean time at the station and the mean number that waits.
    fn measured(&self) -> [Interval; 2] {
        over_seeds(|seed| {
            let run = self.run(seed);
            [run.clients[0].mean.as_secs_f64(), run.nodes[0].mean_waiting]
        })
    }
}

#[test]
fn waiting_in_m_m_1_and_m_m_c_is_that_of_erlang() {
    let oracle: serde_json::Value =
        serde_json::from_str(include_str!("../oracles/queueing-theory.json")).expect("JSON");
    let rows = oracle["mmc"].as_array().expect("a table");
    assert_eq!(rows.len(), 5);
    for row in rows {
        let number = |name: &str| row[name].as_f64().expect("a number");
        let (workers, load) = (number("c") as u32, number("lambda") / number("c"));
        // The table is held against the closed form in `tests/tests/resilience.rs`.
        let queued = mean_wait(workers, load, erlang_c(workers, load));

        // The variance of what is measured grows with the fourth power of 1 / (1 - load).
        let arrivals = match (workers, load) {
            (1, load) if load > 0.85 => 600_000.0,
            (_, load) if load > 0.85 => 360_000.0,
            (1, load) if load > 0.7 => 180_000.0,
            _ => 120_000.0,
        };
        let station = Station {
            workers,
            queue: 1_000_000,
            load,
            work: "{exponential: 10ms}",
            arrivals,
        };
        let [time, _] = station.measured();
        time.agrees(&format!("{row}"), (queued + 1.0) * WORK);
    }
}

#[test]
fn the_mean_number_that_waits_in_m_m_1_is_what_theory_says() {
    let station = Station {
        workers: 1,
        queue: 1_000_000,
        load: 0.6,
        work: "{exponential: 10ms}",
        arrivals: 250_000.0,
    };
    let [_, waiting] = station.measured();
    waiting.agrees("Lq", 0.6 * 0.6 / 0.4);
}

#[test]
fn a_bounded_queue_turns_away_as_many_as_m_m_c_k() {
    // Two workers and room for three more, at load 0.9 each.
    let (workers, places, offered) = (2, 5, 1.8_f64);
    let weight = |inside: u32| {
        (1..=inside).fold(1.0, |weight, inside| {
            weight * offered / f64::from(inside.min(workers))
        })
    };
    let blocked = weight(places) / (0..=places).map(weight).sum::<f64>();
    let station = Station {
        workers,
        queue: places - workers,
        load: 0.9,
        work: "{exponential: 10ms}",
        arrivals: 100_000.0,
    };
    let [share] = over_seeds(|seed| {
        let run = station.run(seed);
        [run.nodes[0].rejected as f64 / run.clients[0].journeys as f64]
    });
    share.agrees("blocked", blocked);
}

#[test]
fn waiting_before_any_kind_of_work_is_that_of_pollaczek_and_khinchine() {
    let lognormal_squares = {
        // p50 8 ms, p99 such that the mean is near 10 ms; the square is exp(2 sigma^2).
        let sigma = (30.0_f64 / 8.0).ln() / 2.326_347_874_040_841;
        (
            8.0_f64 * (sigma * sigma / 2.0).exp(),
            64.0 * (2.0 * sigma * sigma).exp(),
        )
    };
    // Mean and second moment in milliseconds.
    let kinds = [
        ("10ms", 10.0, 100.0),
        ("{erlang: {stages: 4, mean: 10ms}}", 10.0, 125.0),
        (
            "{uniform: {from: 5ms, to: 15ms}}",
            10.0,
            100.0 + 100.0 / 12.0,
        ),
        (
            "{hyperexponential: [{chance: 80%, mean: 5ms}, {chance: 20%, mean: 30ms}]}",
            10.0,
            2.0 * (0.8 * 25.0 + 0.2 * 900.0),
        ),
        (
            "{lognormal: {p50: 8ms, p99: 30ms}}",
            lognormal_squares.0,
            lognormal_squares.1,
        ),
        (
            "{empirical: [1ms, 4ms, 25ms]}",
            10.0,
            (1.0 + 16.0 + 625.0) / 3.0,
        ),
    ];
    for (work, mean, squares) in kinds {
        let station = Station {
            workers: 1,
            queue: 1_000_000,
            load: 0.6,
            work,
            arrivals: 120_000.0,
        };
        let per_milli = station.rate() / 1e3;
        let load = per_milli * mean;
        let expected = mean + per_milli * squares / (2.0 * (1.0 - load));
        let [time, _] = station.measured();
        time.agrees(work, expected / 1e3);
    }
}

#[test]
fn an_open_network_is_one_of_independent_queues_as_jackson_says() {
    // Everyone goes to `a`; 60 % then to `b`, of whom 30 % come back to `a`; the others to `c`.
    let (rate, loads) = (50.0, [0.01 * 1.18, 0.02 * 0.6, 0.03 * 0.4]);
    let inside = loads.map(|work| {
        let load = work * rate;
        load / (1.0 - load)
    });
    let expected = inside.iter().sum::<f64>() / rate;
    let queue = |mean| station(mean).queue(1_000_000);
    let back = choose([(30.0, vec![call("a.serve").into()])], []);
    let on = vec![call("b.serve").into(), back];
    let ways = choose([(60.0, on)], [call("c.serve").into()]);
    let network = Build::new("Jackson", ms(4_000_000))
        .warm_up(ms(20_000))
        .client(
            "users",
            Client::poisson(rate, [call("a.serve").into(), ways]),
        )
        .service("a", queue(10))
        .service("b", queue(20))
        .service("c", queue(30))
        .latency(SimDuration::ZERO)
        .text();
    let [time, busy] = over_seeds(|seed| {
        let run = document(&network).seed(seed).summary();
        [
            run.clients[0].mean.as_secs_f64(),
            run.nodes[0].utilisation.unwrap_or_default(),
        ]
    });
    time.agrees("time in the network", expected);
    busy.agrees("load of a", loads[0] * rate);
}

#[test]
fn a_closed_network_is_what_mean_value_analysis_says() {
    let (users, think, works) = (12, 0.1, [0.010, 0.015]);
    // Reiser and Lavenberg 1980: what an arrival finds is the network with one user less.
    let mut inside = [0.0; 2];
    let mut throughput = 0.0;
    for users in 1..=users {
        let times = [0, 1].map(|station| works[station] * (1.0 + inside[station]));
        throughput = f64::from(users) / (think + times[0] + times[1]);
        inside = times.map(|time| time * throughput);
    }
    let expected = (inside[0] + inside[1]) / throughput;
    let journey = [call("a.serve").into(), call("b.serve").into()];
    let network = Build::new("Closed", ms(620_000))
        .warm_up(ms(20_000))
        .client(
            "users",
            Client::users(users, Time::Exponential(ms(100)), journey),
        )
        .service("a", station(10))
        .service("b", station(15))
        .latency(SimDuration::ZERO)
        .text();
    let [time, found] = over_seeds(|seed| {
        let run = document(&network).seed(seed).summary();
        [run.clients[0].mean.as_secs_f64(), run.clients[0].throughput]
    });
    time.agrees("response time", expected);
    found.agrees("throughput", throughput);
}

/// Little's law holds exactly for any stretch of time if stays are cut to it: the integral
/// of how many are inside is the sum of how long each is.
#[test]
fn in_every_scenario_what_is_inside_is_what_arrives_times_how_long_it_stays() {
    for (name, text) in golden_scenarios() {
        let setup = document(&text).set("warm-up", "0s");
        let stores = &setup.scenario.document().stores;
        let run = setup.run();
        let end = run.run.now();
        let records = run.trace.records();
        let began = |record: RecordId| records[record.0 as usize].at;

        // Journeys: those that ended, and those that are still open.
        let mut ended = SimDuration::ZERO;
        let (mut inside, mut integral, mut since) = (0_u128, 0_u128, SimTime::ZERO);
        let mut open_since = 0_u128;
        for record in records {
            let change = match record.what {
                What::JourneyBegan => 1,
                What::JourneyEnded { began: from, .. } => {
                    ended = ended.plus(record.at.since(began(from)));
                    open_since -= u128::from(began(from).as_nanos());
                    -1
                }
                _ => continue,
            };
            if change == 1 {
                open_since += u128::from(record.at.as_nanos());
            }
            integral += inside * u128::from(record.at.since(since).as_nanos());
            since = record.at;
            inside = inside
                .checked_add_signed(change)
                .expect("nobody leaves twice");
        }
        integral += inside * u128::from(end.since(since).as_nanos());
        let stays = u128::from(ended.as_nanos()) + inside * u128::from(end.as_nanos()) - open_since;
        assert_eq!(integral, stays, "{name}: journeys");
        let by_figures: f64 = run
            .summary
            .clients
            .iter()
            .map(|client| client.mean.as_secs_f64() * client.journeys as f64)
            .sum();
        let ended = ended.as_secs_f64();
        assert!(
            (by_figures - ended).abs() <= 1e-6 * ended.max(1.0),
            "{name}: {by_figures} s by the figures, {ended} s by the trace"
        );

        // Whoever waited for a worker: by the figures of the services, and one by one.
        let mut waited = 0.0;
        let mut queued = std::collections::BTreeMap::new();
        for (place, record) in records.iter().enumerate() {
            let id = RecordId(place as u32);
            match record.what {
                What::TaskQueued { .. } | What::WorkQueued => {
                    queued.insert(id, record.at);
                }
                What::TaskStarted { queued: true, .. } | What::WorkStarted { queued: true, .. } => {
                    let from = record
                        .cause
                        .record()
                        .and_then(|cause| queued.remove(&cause));
                    waited += record
                        .at
                        .since(from.expect("it stood in a queue"))
                        .as_secs_f64();
                }
                _ => {}
            }
        }
        let killed = run.count(|what| matches!(what, What::TaskKilled { queued: true, .. }));
        if killed > 0 {
            continue;
        }
        waited += queued
            .values()
            .map(|from| end.since(*from).as_secs_f64())
            .sum::<f64>();
        let services = run
            .summary
            .nodes
            .iter()
            .filter(|node| node.utilisation.is_some())
            // Who waits for a connection of a store waits for no worker.
            .filter(|node| !stores.contains_key(node.name.as_str()));
        let by_figures: f64 = services
            .map(|node| node.mean_waiting * end.as_secs_f64())
            .sum();
        assert!(
            (by_figures - waited).abs() <= 1e-6 * waited.max(1.0),
            "{name}: {by_figures} s of waiting by the figures, {waited} s by the trace"
        );
    }
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
            What::BackedOff { until, .. } => Some(until.since(record.at)),
            _ => None,
        })
        .take(5)
        .collect();
    assert_eq!(waits, [1, 2, 4, 8, 16].map(SimDuration::from_secs));
    assert_eq!(run.client("user").mean, SimDuration::from_secs(31));
    assert_eq!(run.client("user").journeys, 1);
}
