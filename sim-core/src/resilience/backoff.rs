//! Backoff: how long to wait before a call that failed is made again.
//!
//! How often the call has failed, the wait before and a random number flow in, a wait flows
//! out. The jitters are those of Marc Brooker: *Exponential Backoff And Jitter*, AWS
//! Architecture Blog, 2015
//! (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>), with
//! `v = min(cap, base * factor^n)`:
//!
//! | jitter | wait |
//! |---|---|
//! | none | `v` |
//! | around | `v * U(1 - share, 1 + share)`: gRPC with 20 %, resilience4j with 50 % |
//! | full | `U(0, v)` |
//! | equal | `v/2 + U(0, v/2)` |
//! | decorrelated | `min(cap, U(base, 3 * previous))` |

use crate::kernel::SimDuration;
use crate::resilience::Rate;

/// How waits grow from one failure to the next.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Growth {
    /// Always the same.
    Constant(SimDuration),
    /// `base`, then longer by `step` each time, `cap` at the most.
    Linear {
        /// The first wait.
        base: SimDuration,
        /// By how much each wait is longer than the one before.
        step: SimDuration,
        /// The longest wait.
        cap: SimDuration,
    },
    /// `base`, then `factor` times longer each time, `cap` at the most.
    Exponential {
        /// The first wait.
        base: SimDuration,
        /// By how much each wait is longer than the one before; at least 1.
        factor: f64,
        /// The longest wait.
        cap: SimDuration,
    },
}

impl Growth {
    /// The wait after the `failures`-th failure, counted from 1.
    pub fn wait(&self, failures: u32) -> SimDuration {
        match *self {
            Self::Constant(wait) => wait,
            Self::Linear { base, step, cap } => {
                let steps = u64::from(failures.saturating_sub(1));
                base.plus(step.times(steps)).min(cap)
            }
            Self::Exponential { base, factor, cap } => {
                // Multiplied one by one: the same bits on every target, and it stops
                // growing at the cap.
                let mut wait = base.min(cap);
                for _ in 1..failures {
                    if wait >= cap || wait.is_zero() || factor <= 1.0 {
                        break;
                    }
                    wait = wait.scaled(factor).min(cap);
                }
                wait
            }
        }
    }

    /// The first wait.
    const fn base(&self) -> SimDuration {
        match *self {
            Self::Constant(base) | Self::Linear { base, .. } | Self::Exponential { base, .. } => {
                base
            }
        }
    }

    /// The longest wait.
    const fn cap(&self) -> SimDuration {
        match *self {
            Self::Constant(_) => SimDuration::MAX,
            Self::Linear { cap, .. } | Self::Exponential { cap, .. } => cap,
        }
    }
}

/// How chance changes a wait, so that those who failed together do not return together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Jitter {
    /// Not at all.
    None,
    /// By up to this share of it to either side.
    Around(Rate),
    /// Anything from nothing to all of it.
    Full,
    /// Half of it and anything up to the other half.
    Equal,
    /// Anything from the first wait to three times the one before, whatever the growth.
    Decorrelated,
}

/// What is done first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Order {
    /// The cap holds for what chance then changes, so a wait may exceed it: gRPC
    /// (<https://github.com/grpc/grpc/blob/master/doc/connection-backoff.md>).
    #[default]
    CapThenJitter,
    /// No wait exceeds the cap: resilience4j (`IntervalFunction.ofExponentialRandomBackoff`).
    JitterThenCap,
}

/// How long to wait before the next attempt.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Backoff {
    /// How waits grow.
    pub growth: Growth,
    /// How chance changes them.
    pub jitter: Jitter,
    /// What is done first.
    pub order: Order,
}

impl Backoff {
    /// resilience4j's default: 500 ms, always (<https://resilience4j.readme.io/docs/retry>).
    pub const DEFAULT: Self = Self {
        growth: Growth::Constant(SimDuration::from_millis(500)),
        jitter: Jitter::None,
        order: Order::JitterThenCap,
    };

    /// gRPC's: 1 s, 1.6 times longer each time up to 120 s, and 20 % to either side
    /// (<https://github.com/grpc/grpc/blob/master/doc/connection-backoff.md>).
    pub const GRPC: Self = Self {
        growth: Growth::Exponential {
            base: SimDuration::from_secs(1),
            factor: 1.6,
            cap: SimDuration::from_secs(120),
        },
        jitter: Jitter::Around(Rate::percent(20)),
        order: Order::CapThenJitter,
    };

    /// The wait after the `failures`-th failure, counted from 1. `previous` is the wait after
    /// the failure before, and `unit` draws a number from 0 up to but not including 1; it is
    /// asked once, and only if chance has a say.
    pub fn wait(
        &self,
        failures: u32,
        previous: Option<SimDuration>,
        unit: impl FnOnce() -> f64,
    ) -> SimDuration {
        let cap = self.growth.cap();
        if self.jitter == Jitter::Decorrelated {
            let base = self.growth.base();
            let most = previous.unwrap_or(base).times(3);
            let width = SimDuration::from_nanos(most.as_nanos().saturating_sub(base.as_nanos()));
            return base.plus(width.scaled(unit())).min(cap);
        }
        let wait = match (self.order, self.growth) {
            // Capped below, once chance has had its say.
            (Order::JitterThenCap, Growth::Exponential { base, factor, .. })
                if self.jitter != Jitter::None =>
            {
                let uncapped = Growth::Exponential {
                    base,
                    factor,
                    cap: SimDuration::MAX,
                };
                uncapped.wait(failures)
            }
            (_, growth) => growth.wait(failures),
        };
        let wait = self.jitter.apply(wait, unit);
        match self.order {
            Order::CapThenJitter => wait,
            Order::JitterThenCap => wait.min(cap),
        }
    }
}

impl Default for Backoff {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Jitter {
    /// `wait`, changed by chance; [`Jitter::Decorrelated`], which asks for the wait before,
    /// leaves it as it is.
    pub fn apply(self, wait: SimDuration, unit: impl FnOnce() -> f64) -> SimDuration {
        match self {
            Self::None | Self::Decorrelated | Self::Around(Rate::NONE) => wait,
            Self::Around(share) => {
                let around = 2.0 * unit() - 1.0;
                wait.scaled(1.0 + around * share.as_f64())
            }
            Self::Full => wait.scaled(unit()),
            Self::Equal => wait.scaled(0.5 + 0.5 * unit()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> SimDuration {
        SimDuration::from_millis(millis)
    }

    const DOUBLING: Growth = Growth::Exponential {
        base: ms(100),
        factor: 2.0,
        cap: ms(1_000),
    };

    fn waits(growth: Growth) -> [SimDuration; 5] {
        [1, 2, 3, 4, 5].map(|failures| growth.wait(failures))
    }

    fn with(jitter: Jitter, order: Order) -> Backoff {
        Backoff {
            growth: DOUBLING,
            jitter,
            order,
        }
    }

    #[test]
    fn waits_stay_or_grow_by_a_step_or_by_a_factor_up_to_their_cap() {
        assert_eq!(waits(Growth::Constant(ms(7))), [7; 5].map(ms));
        let linear = Growth::Linear {
            base: ms(100),
            step: ms(50),
            cap: ms(250),
        };
        assert_eq!(waits(linear), [100, 150, 200, 250, 250].map(ms));
        assert_eq!(waits(DOUBLING), [100, 200, 400, 800, 1_000].map(ms));
    }

    #[test]
    fn the_courses_picture_is_one_two_four_eight_and_sixteen_seconds() {
        let growth = Growth::Exponential {
            base: ms(1_000),
            factor: 2.0,
            cap: SimDuration::MAX,
        };
        assert_eq!(waits(growth), [1, 2, 4, 8, 16].map(SimDuration::from_secs));
    }

    #[test]
    fn each_jitter_stays_within_its_bounds() {
        for (jitter, least, most) in [
            (Jitter::None, 400, 400),
            (Jitter::Around(Rate::percent(20)), 320, 480),
            (Jitter::Full, 0, 400),
            (Jitter::Equal, 200, 400),
        ] {
            let backoff = with(jitter, Order::CapThenJitter);
            assert_eq!(backoff.wait(3, None, || 0.0), ms(least), "{jitter:?}");
            assert_eq!(backoff.wait(3, None, || 1.0), ms(most), "{jitter:?}");
        }
    }

    #[test]
    fn a_decorrelated_wait_lies_between_the_first_and_three_times_the_one_before() {
        let backoff = with(Jitter::Decorrelated, Order::CapThenJitter);
        assert_eq!(backoff.wait(1, None, || 1.0), ms(300));
        assert_eq!(backoff.wait(2, Some(ms(300)), || 0.0), ms(100));
        assert_eq!(backoff.wait(2, Some(ms(300)), || 0.5), ms(500));
        assert_eq!(backoff.wait(9, Some(ms(900)), || 0.9), ms(1_000));
    }

    #[test]
    fn capped_first_chance_may_exceed_the_cap_and_capped_last_it_may_not() {
        let jitter = Jitter::Around(Rate::percent(50));
        assert_eq!(
            with(jitter, Order::CapThenJitter).wait(9, None, || 1.0),
            ms(1_500)
        );
        let last = with(jitter, Order::JitterThenCap);
        assert_eq!(last.wait(9, None, || 1.0), ms(1_000));
        assert_eq!(last.wait(4, None, || 0.0), ms(400));
    }

    #[test]
    fn without_jitter_no_number_is_drawn() {
        let wait = with(Jitter::Around(Rate::NONE), Order::CapThenJitter);
        wait.wait(1, None, || panic!("nothing is left to chance"));
    }
}
