//! The experiment of *Exponential Backoff And Jitter*: many clients write one row at once,
//! and whoever was overtaken tries again after a while.
//!
//! The simulator that was published with the article
//! (<https://github.com/aws-samples/aws-arch-backoff-simulator>) is built anew here around
//! `sim-core`'s backoff: a client reads the row's version, writes if nobody else has written
//! meanwhile, and otherwise waits and begins again. Every message is |N(10, 2)| ms on its
//! way; a client is done when it has written once. What is compared is when the last one is
//! done and how many writes were tried, each as a mean over repetitions.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use serde::Deserialize;
use sim_core::kernel::{Draw, Identity, Key, Purpose, SimDuration, SimTime, StreamKey};
use sim_core::resilience::backoff::{Backoff, Growth, Jitter, Order};

use crate::Difference;

/// What clients of one kind came to.
#[derive(Deserialize)]
pub(crate) struct Row {
    clients: u32,
    algo: Algorithm,
    /// When the last one was done, in milliseconds.
    time_mean: f64,
    time_sd: f64,
    /// How many writes were tried.
    calls_mean: f64,
    calls_sd: f64,
}

#[derive(Deserialize, Clone, Copy, Debug)]
enum Algorithm {
    None,
    Exponential,
    EqualJitter,
    FullJitter,
    Decorr,
}

/// The most clients of a row; without backoff, the work grows with their square.
const MOST_CLIENTS: u32 = 400;
/// The most clients of all rows.
const MOST_CLIENTS_IN_ALL: u64 = 10_000;

/// How often the recorded experiment was repeated, and how often it is here.
const REPETITIONS: u32 = 40;
/// How many standard errors the two means may be apart: the 99.95th percentile of the normal
/// distribution, so that among the 40 figures of the published table one in twenty-five seeds
/// would give a false alarm.
const Z: f64 = 3.291;

/// A message on its way, in milliseconds: mean and standard deviation.
const NET: (f64, f64) = (10.0, 2.0);
/// `base` of the article.
const BASE: SimDuration = SimDuration::from_millis(5);
/// `cap` of the article.
const CAP: SimDuration = SimDuration::from_millis(2_000);

/// Whether repeating all rows ends in a while.
pub(crate) fn is_feasible(rows: &[Row]) -> bool {
    rows.iter().all(|row| row.clients <= MOST_CLIENTS)
        && rows.iter().map(|row| u64::from(row.clients)).sum::<u64>() <= MOST_CLIENTS_IN_ALL
}

impl Row {
    pub(crate) fn repeat(&self) -> Result<(), Difference> {
        let runs: Vec<Outcome> = (0..REPETITIONS)
            .map(|repetition| Experiment::new(self, repetition).run())
            .collect();
        let compare = |at: &str, figure: fn(&Outcome) -> f64, mean: f64, sd: f64| {
            let found = Estimate::of(runs.iter().map(figure));
            let error = ((found.sd * found.sd + sd * sd) / f64::from(REPETITIONS)).sqrt();
            if (found.mean - mean).abs() <= Z * error {
                return Ok(());
            }
            Err(Difference {
                at: at.to_owned(),
                found: format!("{:.1} (sd {:.1})", found.mean, found.sd),
                expected: format!("{mean} (sd {sd})"),
            })
        };
        compare("time_mean", |run| run.millis, self.time_mean, self.time_sd)?;
        compare(
            "calls_mean",
            |run| run.calls,
            self.calls_mean,
            self.calls_sd,
        )
    }
}

impl Algorithm {
    fn backoff(self) -> Backoff {
        let exponential = |jitter| Backoff {
            growth: Growth::Exponential {
                // The published simulator counts failures from 1: its first wait is twice the
                // base, but for the decorrelated one.
                base: if jitter == Jitter::Decorrelated {
                    BASE
                } else {
                    BASE.times(2)
                },
                factor: 2.0,
                cap: CAP,
            },
            jitter,
            order: Order::CapThenJitter,
        };
        match self {
            Self::None => Backoff {
                growth: Growth::Constant(SimDuration::ZERO),
                ..exponential(Jitter::None)
            },
            Self::Exponential => exponential(Jitter::None),
            Self::EqualJitter => exponential(Jitter::Equal),
            Self::FullJitter => exponential(Jitter::Full),
            Self::Decorr => exponential(Jitter::Decorrelated),
        }
    }
}

/// What one repetition came to.
struct Outcome {
    millis: f64,
    calls: f64,
}

/// A mean with the standard deviation of what it was made of.
struct Estimate {
    mean: f64,
    sd: f64,
}

impl Estimate {
    fn of(values: impl ExactSizeIterator<Item = f64> + Clone) -> Self {
        let count = values.len() as f64;
        let mean = values.clone().sum::<f64>() / count;
        let squares: f64 = values.map(|value| (value - mean) * (value - mean)).sum();
        Self {
            mean,
            sd: (squares / (count - 1.0)).sqrt(),
        }
    }
}

/// A message that arrives; the number is the row's version.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Message {
    Read,
    ReadAnswer(u32),
    Write(u32),
    WriteAnswer(bool),
}

#[derive(Clone, Copy, Default)]
struct Client {
    failures: u32,
    last_wait: Option<SimDuration>,
}

struct Experiment {
    backoff: Backoff,
    draw: Draw,
    clients: Vec<Client>,
    /// What is on its way: when it arrives, the order of sending, whose it is, what it is.
    network: BinaryHeap<Reverse<(SimTime, u64, usize, Message)>>,
    sent: u64,
    version: u32,
    calls: u32,
}

impl Experiment {
    fn new(row: &Row, repetition: u32) -> Self {
        let name = format!("{:?} {}", row.algo, row.clients);
        let stream = StreamKey::new(1, Key::of(&name), Purpose::Backoff);
        let identity = Identity::root(Key::of("repetition"), u64::from(repetition));
        Self {
            backoff: row.algo.backoff(),
            draw: Draw::new(stream, identity),
            clients: vec![Client::default(); row.clients as usize],
            network: BinaryHeap::new(),
            sent: 0,
            version: 0,
            calls: 0,
        }
    }

    fn run(mut self) -> Outcome {
        for client in 0..self.clients.len() {
            self.send(SimTime::ZERO, client, Message::Read);
        }
        let mut end = SimTime::ZERO;
        while let Some(Reverse((now, _, client, message))) = self.network.pop() {
            end = now;
            self.arrive(now, client, message);
        }
        Outcome {
            millis: end.as_secs_f64() * 1e3,
            calls: f64::from(self.calls),
        }
    }

    fn arrive(&mut self, now: SimTime, client: usize, message: Message) {
        match message {
            Message::Read => self.send(now, client, Message::ReadAnswer(self.version)),
            Message::ReadAnswer(version) => self.send(now, client, Message::Write(version)),
            Message::Write(version) => {
                self.calls += 1;
                let is_current = version == self.version;
                self.version += u32::from(is_current);
                self.send(now, client, Message::WriteAnswer(is_current));
            }
            Message::WriteAnswer(true) => {}
            Message::WriteAnswer(false) => {
                let state = &mut self.clients[client];
                state.failures += 1;
                let (failures, last) = (state.failures, state.last_wait);
                let wait = self.backoff.wait(failures, last, || self.draw.unit());
                self.clients[client].last_wait = Some(wait);
                self.send(now.after(wait), client, Message::Read);
            }
        }
    }

    fn send(&mut self, at: SimTime, client: usize, message: Message) {
        let millis = (NET.0 + NET.1 * self.draw.normal()).abs();
        let arrives = at.after(SimDuration::from_secs_f64(millis / 1e3));
        self.network
            .push(Reverse((arrives, self.sent, client, message)));
        self.sent += 1;
    }
}
