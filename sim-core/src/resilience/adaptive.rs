//! Adaptive concurrency limits: how many calls may be under way, found out from how long
//! they take.
//!
//! Calls that ended flow in, with how long they took and how many were under way; the limit
//! flows out. Two rules, as in Netflix's concurrency-limits
//! (<https://github.com/Netflix/concurrency-limits>): additive increase and multiplicative
//! decrease, which learns from drops, and Gradient2, which learns from latency before
//! anything is dropped.

use crate::kernel::SimDuration;

/// A call that ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sample {
    /// How long it took.
    pub took: SimDuration,
    /// How many calls were under way when it began, itself included.
    pub in_flight: u32,
    /// Whether it was dropped: refused by the callee, or given up.
    pub dropped: bool,
}

/// The bounds of a limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// At first.
    pub initial: u32,
    /// At least; not less than 1.
    pub least: u32,
    /// At the most.
    pub most: u32,
}

impl Bounds {
    /// Those of the library: 20 at first and at least, 200 at the most.
    pub const DEFAULT: Self = Self {
        initial: 20,
        least: 20,
        most: 200,
    };

    fn clamp(&self, limit: f64) -> f64 {
        let least = f64::from(self.least.max(1));
        limit.min(f64::from(self.most)).max(least)
    }
}

/// How a limit follows what is measured.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Rule {
    /// One more after a call that went well while at least half of the limit was in use; a
    /// share of it after one that was dropped or took too long.
    Aimd {
        /// What is left after a drop, of 1; from 0.5 to less than 1. 0.9 in the library.
        backoff_ratio: f64,
        /// A call that took longer counts as dropped. 5 s in the library.
        timeout: SimDuration,
    },
    /// By the gradient, the long-term mean of latency over the latest: falls when calls take
    /// longer than they used to, and otherwise grows by the room for a queue.
    Gradient2 {
        /// How many calls may queue. 4 in the library.
        queue: u32,
        /// How much of the new estimate is taken, of 1. 0.2 in the library.
        smoothing: f64,
        /// Over how many calls the long-term mean reaches. 600 in the library.
        long_window: u32,
        /// How many times longer than usual a call may take before the limit falls; at least
        /// 1. 1.5 in the library's later versions.
        tolerance: f64,
    },
}

impl Rule {
    /// The library's `AIMDLimit`.
    pub const AIMD: Self = Self::Aimd {
        backoff_ratio: 0.9,
        timeout: SimDuration::from_secs(5),
    };
    /// The library's `Gradient2Limit`.
    pub const GRADIENT2: Self = Self::Gradient2 {
        queue: 4,
        smoothing: 0.2,
        long_window: 600,
        tolerance: 1.5,
    };
}

/// A limit that adapts.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct AdaptiveLimit {
    limit: f64,
    long_term: Average,
}

impl AdaptiveLimit {
    /// A limit that has seen nothing.
    pub fn new(bounds: &Bounds) -> Self {
        Self {
            limit: bounds.clamp(f64::from(bounds.initial)),
            long_term: Average::default(),
        }
    }

    /// How many calls may be under way.
    pub const fn limit(&self) -> u32 {
        self.limit as u32
    }

    /// A call ended; the limit as it is now.
    pub fn sample(&mut self, bounds: &Bounds, rule: &Rule, sample: Sample) -> u32 {
        self.limit = bounds.clamp(match *rule {
            Rule::Aimd {
                backoff_ratio,
                timeout,
            } => self.aimd(backoff_ratio, timeout, sample),
            Rule::Gradient2 {
                queue,
                smoothing,
                long_window,
                tolerance,
            } => {
                let long = self.long_term.add(sample.took, long_window);
                self.gradient2(long, queue, smoothing, tolerance, sample)
            }
        });
        self.limit()
    }

    fn aimd(&self, backoff_ratio: f64, timeout: SimDuration, sample: Sample) -> f64 {
        let limit = self.limit.floor();
        if sample.dropped || sample.took > timeout {
            // At least one less, however small the limit is.
            (limit * backoff_ratio).floor().min(limit - 1.0)
        } else if f64::from(sample.in_flight) * 2.0 >= limit {
            limit + 1.0
        } else {
            limit
        }
    }

    fn gradient2(
        &mut self,
        long: f64,
        queue: u32,
        smoothing: f64,
        tolerance: f64,
        sample: Sample,
    ) -> f64 {
        /// A long-term mean that is so many times the latest comes from a load that is over,
        const STALE: f64 = 2.0;
        /// and is forgotten faster than its window would.
        const FORGET: f64 = 0.95;
        /// No single call more than halves the estimate.
        const STEEPEST: f64 = 0.5;

        let short = sample.took.as_secs_f64();
        if short <= 0.0 {
            return self.limit;
        }
        if long / short > STALE {
            self.long_term.scale(FORGET);
        }
        // A limit that is not in use says nothing.
        if f64::from(sample.in_flight) < self.limit / 2.0 {
            return self.limit;
        }
        let gradient = (tolerance * long / short).clamp(STEEPEST, 1.0);
        let estimate = self.limit * gradient + f64::from(queue);
        self.limit * (1.0 - smoothing) + estimate * smoothing
    }
}

/// An exponential moving average, in seconds, that begins as a plain one.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
struct Average {
    mean: f64,
    count: u32,
}

impl Average {
    /// Over how many samples it is a plain one.
    const WARM_UP: u32 = 10;

    fn add(&mut self, took: SimDuration, window: u32) -> f64 {
        let weight = if self.count < Self::WARM_UP {
            self.count += 1;
            1.0 / f64::from(self.count)
        } else {
            2.0 / (f64::from(window) + 1.0)
        };
        self.mean += (took.as_secs_f64() - self.mean) * weight;
        self.mean
    }

    fn scale(&mut self, factor: f64) {
        self.mean *= factor;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds {
        initial: 20,
        least: 1,
        most: 30,
    };

    fn sample(millis: u64, in_flight: u32) -> Sample {
        Sample {
            took: SimDuration::from_millis(millis),
            in_flight,
            dropped: false,
        }
    }

    fn dropped() -> Sample {
        Sample {
            dropped: true,
            ..sample(10, 20)
        }
    }

    #[test]
    fn aimd_adds_one_when_in_use_and_takes_a_tenth_after_a_drop() {
        let mut limit = AdaptiveLimit::new(&BOUNDS);
        let mut after = |sample| limit.sample(&BOUNDS, &Rule::AIMD, sample);
        assert_eq!(after(sample(10, 10)), 21);
        assert_eq!(after(sample(10, 3)), 21, "not in use");
        assert_eq!(after(dropped()), 18);
        assert_eq!(after(sample(5_001, 18)), 16, "too long is a drop");
    }

    #[test]
    fn a_limit_stays_within_its_bounds() {
        let mut limit = AdaptiveLimit::new(&BOUNDS);
        for _ in 0..100 {
            limit.sample(&BOUNDS, &Rule::AIMD, sample(10, 30));
        }
        assert_eq!(limit.limit(), 30);
        for _ in 0..100 {
            limit.sample(&BOUNDS, &Rule::AIMD, dropped());
        }
        assert_eq!(limit.limit(), 1);
    }

    #[test]
    fn gradient2_grows_while_latency_stays_and_falls_when_it_rises() {
        let mut limit = AdaptiveLimit::new(&BOUNDS);
        for _ in 0..100 {
            limit.sample(&BOUNDS, &Rule::GRADIENT2, sample(10, 30));
        }
        assert_eq!(limit.limit(), 30);
        for _ in 0..20 {
            limit.sample(&BOUNDS, &Rule::GRADIENT2, sample(100, 30));
        }
        assert!(limit.limit() < 15, "{limit:?}");
    }

    #[test]
    fn a_long_term_mean_from_a_load_that_is_over_is_forgotten_quickly() {
        let mut limit = AdaptiveLimit::new(&BOUNDS);
        for _ in 0..1_000 {
            limit.sample(&BOUNDS, &Rule::GRADIENT2, sample(1_000, 30));
        }
        for _ in 0..100 {
            limit.sample(&BOUNDS, &Rule::GRADIENT2, sample(10, 1));
        }
        assert!(limit.long_term.mean < 0.1, "{limit:?}");
    }
}
