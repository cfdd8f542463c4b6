//! Readings: what a policy that remembers has in its memory, for whoever looks at it.
//!
//! The state of the world at a moment flows in; for each machine of a policy its state, what it
//! has counted and what it waits for flow out: what a diagram of it shows.

mod chart;

use serde::{Deserialize, Serialize};

use super::World;
use super::guards::Guard;
use super::program::{GuardSettings, PoolProgram};
use super::record::Measure;
use super::scaling::Scaling;
use super::topology::{GuardId, GuardKind};
use crate::kernel::{EntityId, SimTime};
use crate::resilience::breaker::{State, Window};
use crate::resilience::retry::BudgetSettings;

pub use self::chart::{Chart, Phase, Tone};

/// The most calls of a window that are told one by one.
const MOST_MARKS: usize = 200;

/// What one machine has in its memory.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Reading {
    /// A circuit breaker.
    Breaker(BreakerReading),
    /// A bulkhead.
    Bulkhead {
        /// How many calls are under way.
        running: u32,
        /// How many may be.
        at_most: u32,
        /// How many wait.
        waiting: u32,
    },
    /// A bulkhead that is a pool of threads.
    Pool {
        /// How many threads are busy.
        running: u32,
        /// How many there are.
        threads: u32,
        /// How many there may be.
        at_most: u32,
        /// How many calls wait.
        waiting: u32,
        /// How many may.
        places: u32,
    },
    /// An adaptive concurrency limit.
    AdaptiveLimit {
        /// How many calls are under way.
        running: u32,
        /// How many may be.
        limit: u32,
        /// The least that limit can be.
        least: u32,
        /// The most.
        most: u32,
    },
    /// A rate limiter: what is left. Below zero, so many permissions of later cycles are
    /// reserved.
    RateLimiter {
        /// How many calls may begin now.
        left: f64,
        /// How many at the most.
        at_most: u32,
    },
    /// A budget of retries, in tokens.
    RetryBudget {
        /// What is left.
        left: f64,
        /// There are retries while there is more than this.
        needs: f64,
        /// How much there is at the most.
        at_most: f64,
    },
    /// A cache.
    Cache {
        /// How many answers it has, fresh or not.
        entries: u32,
        /// How many at the most.
        at_most: u32,
        /// How often it had an answer.
        hits: u64,
        /// How often it had none.
        misses: u64,
    },
    /// The balancer of a service: what is known of each instance that is there.
    Balancer(Vec<Standing>),
    /// What scales a service.
    Autoscaler {
        /// How many instances there are to be.
        instances: u32,
        /// How many there are to be at the least.
        at_least: u32,
        /// How many there are to be at the most.
        at_most: u32,
        /// What was measured last, on average of an instance; nothing yet.
        measured: Option<Measure>,
        /// What an instance should have to do.
        target: Measure,
        /// When is looked next.
        due: SimTime,
    },
}

/// What the balancer of a service knows of an instance.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Standing {
    /// The instance.
    pub instance: EntityId,
    /// Whether it is left out because of its answers, and when its time is over.
    pub out_until: Option<SimTime>,
    /// How often it has been, as far as that is remembered.
    pub ejections: u32,
    /// Whether it is ready.
    pub ready: bool,
    /// How many probes in a row failed that asked if it is ready.
    pub not_ready: u32,
    /// How many probes in a row failed that asked if it is alive.
    pub not_alive: u32,
}

/// What a breaker has in its memory.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct BreakerReading {
    /// What it is doing.
    pub state: State,
    /// Since when.
    pub since: SimTime,
    /// Until when it waits, if it does.
    pub waits_until: Option<SimTime>,
    /// How many calls it judges by now.
    pub calls: u32,
    /// How many of them failed.
    pub failed: u32,
    /// How many of them were slow.
    pub slow: u32,
    /// The share of failures in percent, once there are enough calls.
    pub failure_rate: Option<f32>,
    /// How many calls it has turned away since its window was empty.
    pub not_permitted: u64,
    /// The latest calls of its window, the oldest first.
    pub window: Vec<Judged>,
}

/// How a call in a window, or most calls of a second, ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Judged {
    /// Well.
    Well,
    /// Well, but late.
    Slow,
    /// Badly.
    Failed,
    /// No call in that second.
    Nothing,
}

impl World {
    /// What a machine has in its memory; nothing if there is no such machine.
    pub fn reading(&self, guard: GuardId, now: SimTime) -> Option<Reading> {
        let place = guard.0;
        if let Some(keeper) = guard.index().checked_sub(self.guards.len()) {
            return self.keeper(keeper);
        }
        let program =
            self.program.guards.iter().find(|program| {
                (program.first..program.first + program.count()).contains(&place)
            })?;
        Some(match (&program.settings, self.guards.get(guard.index())?) {
            (GuardSettings::Breaker(settings), Guard::Breaker(breaker)) => {
                let settings = &settings.breaker;
                let metrics = breaker.metrics(settings, now);
                Reading::Breaker(BreakerReading {
                    state: breaker.state(),
                    since: breaker.since(),
                    waits_until: breaker.waits_until(settings),
                    calls: metrics.counts.calls,
                    failed: metrics.counts.failed,
                    slow: metrics.counts.slow,
                    failure_rate: metrics.rates.map(|rates| rates.failure),
                    not_permitted: metrics.not_permitted,
                    window: breaker
                        .window()
                        .map(|window| judged(window, now))
                        .unwrap_or_default(),
                })
            }
            (GuardSettings::Bulkhead(settings), Guard::Bulkhead(semaphore)) => Reading::Bulkhead {
                running: semaphore.running(),
                at_most: settings.max_concurrent,
                waiting: semaphore.waiting() as u32,
            },
            (GuardSettings::Pool(PoolProgram { pool, .. }), Guard::Pool(threads)) => {
                Reading::Pool {
                    running: threads.running(),
                    threads: threads.threads(pool, now),
                    at_most: pool.max_threads,
                    waiting: threads.waiting() as u32,
                    places: pool.queue_capacity,
                }
            }
            (GuardSettings::Adaptive(settings), Guard::Adaptive(adaptive)) => {
                Reading::AdaptiveLimit {
                    running: adaptive.running,
                    limit: adaptive.limit.limit(),
                    least: settings.bounds.least,
                    most: settings.bounds.most,
                }
            }
            (GuardSettings::Bucket(settings), Guard::Bucket(bucket)) => Reading::RateLimiter {
                left: bucket.tokens(settings, now),
                at_most: settings.burst,
            },
            (GuardSettings::Cycle(settings), Guard::Cycle(limiter)) => Reading::RateLimiter {
                left: limiter.permissions(settings, now) as f64,
                at_most: settings.limit_for_period,
            },
            (GuardSettings::Budget(settings), Guard::Budget(budget)) => {
                let at_most = match *settings {
                    BudgetSettings::Tokens { max_tokens, .. } => f64::from(max_tokens),
                    BudgetSettings::ActiveShare { .. } => 0.0,
                };
                Reading::RetryBudget {
                    left: budget.left(settings),
                    needs: at_most / 2.0,
                    at_most,
                }
            }
            (GuardSettings::Cache(settings), Guard::Cache(memory)) => Reading::Cache {
                entries: memory.len() as u32,
                at_most: settings.entries,
                hits: memory.hits,
                misses: memory.misses,
            },
            _ => return None,
        })
    }
}

impl World {
    /// What the balancer or the scaler in this place among all of them has in its memory.
    fn keeper(&self, place: usize) -> Option<Reading> {
        let (kind, service) = *self.program.keepers().get(place)?;
        let described = &self.program.services[service as usize];
        if kind == GuardKind::Balancer {
            let there = (0..described.instances).filter_map(|number| {
                let instance = EntityId(described.first.0 + number);
                let state = &self.instances[instance.index()];
                let (ejections, out_until) = self.outliers.ejections(service, number);
                let (not_ready, not_alive) = self.probes.failures(instance);
                state.is_present().then_some(Standing {
                    instance,
                    out_until,
                    ejections,
                    ready: !state.is_unready(),
                    not_ready,
                    not_alive,
                })
            });
            return Some(Reading::Balancer(there.collect()));
        }
        let care = described.care.scaling.as_ref()?;
        let Scaling {
            instances,
            measured,
            due,
        } = self.scalers.of(service)?;
        Some(Reading::Autoscaler {
            instances,
            at_least: care.settings.min_instances,
            at_most: care.settings.max_instances,
            measured: measured.is_finite().then(|| care.measures.told(measured)),
            target: care.measures.told(care.settings.target),
            due,
        })
    }
}

fn judged(window: &Window, now: SimTime) -> Vec<Judged> {
    let verdict = |failed: bool, slow: bool| match (failed, slow) {
        (true, _) => Judged::Failed,
        (false, true) => Judged::Slow,
        (false, false) => Judged::Well,
    };
    match window {
        Window::Calls(window) => {
            let calls = window.calls();
            let skipped = calls.len().saturating_sub(MOST_MARKS);
            calls
                .skip(skipped)
                .map(|call| verdict(call.failed, call.slow))
                .collect()
        }
        Window::Time(window) => {
            let seconds: Vec<_> = window.buckets(now).collect();
            let skipped = seconds.len().saturating_sub(MOST_MARKS);
            let of_second = seconds.into_iter().skip(skipped).map(|(_, counts)| {
                if counts.calls == 0 {
                    return Judged::Nothing;
                }
                let most = |part: u32| part * 2 >= counts.calls;
                verdict(most(counts.failed), most(counts.slow))
            });
            of_second.collect()
        }
    }
}
