//! Arrivals: when the next one of an open load comes.
//!
//! A rate that changes with time is a clock that runs faster or slower: an arrival comes
//! when so many mean gaps (its *exposure*) have passed on that clock. This is exact for a
//! Poisson stream of any rate (the time-change theorem; Çinlar: *Introduction to stochastic
//! processes*, 1975), and one draw an arrival, so the stream can be stretched or squeezed
//! without any arrival losing its identity.

use std::sync::Arc;

use crate::kernel::{Draw, Identity, SimDuration, SimTime, StreamKey};
use crate::scenario::document::Arrivals as Described;

/// How the arrivals of a client come.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Arrivals {
    spacing: Spacing,
    stream: StreamKey,
}

#[derive(Clone, PartialEq, Debug)]
enum Spacing {
    /// Memoryless gaps.
    Poisson(Pace),
    /// Equal gaps.
    Constant(Pace),
    /// So many at once, then a gap.
    Burst { size: u32, every: SimDuration },
    /// At these moments.
    Replay(Arc<[SimTime]>),
}

/// How fast mean gaps pass, as time goes by. Rates are a second.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Pace {
    Even(f64),
    Ramp { from: f64, to: f64, over: f64 },
    Diurnal { low: f64, high: f64, period: f64 },
}

impl Arrivals {
    /// Arrivals as the document describes them, with gaps drawn from `stream`.
    pub(super) fn new(described: &Described, stream: StreamKey) -> Self {
        let spacing = match described {
            Described::Poisson(rate) => Spacing::Poisson(Pace::Even(rate.as_per_second())),
            Described::Constant(rate) => Spacing::Constant(Pace::Even(rate.as_per_second())),
            Described::Ramp { from, to, over } => Spacing::Poisson(Pace::Ramp {
                from: from.as_per_second(),
                to: to.as_per_second(),
                over: over.as_secs_f64(),
            }),
            Described::Diurnal { low, high, period } => Spacing::Poisson(Pace::Diurnal {
                low: low.as_per_second(),
                high: high.as_per_second(),
                period: period.as_secs_f64(),
            }),
            Described::Burst { size, every } => Spacing::Burst {
                size: *size,
                every: *every,
            },
            Described::Replay(moments) => Spacing::Replay(moments.as_slice().into()),
        };
        Self { spacing, stream }
    }

    /// How many mean gaps pass before the `ordinal`-th arrival, which `identity` is.
    pub(super) fn exposure(&self, ordinal: u64, identity: Identity) -> f64 {
        match &self.spacing {
            Spacing::Poisson(_) => Draw::new(self.stream, identity).exponential(),
            Spacing::Burst { size, .. } if !ordinal.is_multiple_of(u64::from(*size)) => 0.0,
            Spacing::Constant(_) | Spacing::Burst { .. } | Spacing::Replay(_) => 1.0,
        }
    }

    /// When the `ordinal`-th arrival comes if `exposure` gaps have to pass from `now` on;
    /// never, if the rate falls to nothing before that or there are no more.
    pub(super) fn next(&self, ordinal: u64, exposure: f64, now: SimTime) -> Option<SimTime> {
        match &self.spacing {
            Spacing::Poisson(pace) | Spacing::Constant(pace) => pace.after(exposure, now),
            Spacing::Burst { every, .. } => Some(now.after(every.scaled(exposure))),
            Spacing::Replay(moments) => {
                let moment = moments.get(usize::try_from(ordinal).ok()?)?;
                Some((*moment).max(now))
            }
        }
    }

    /// How many gaps pass between two moments.
    pub(super) fn passed(&self, from: SimTime, to: SimTime) -> f64 {
        match &self.spacing {
            Spacing::Poisson(pace) | Spacing::Constant(pace) => pace.passed(from, to),
            Spacing::Burst { every, .. } => to.since(from).as_secs_f64() / every.as_secs_f64(),
            Spacing::Replay(_) => 0.0,
        }
    }
}

impl Pace {
    /// When `exposure` gaps have passed since `now`.
    fn after(self, exposure: f64, now: SimTime) -> Option<SimTime> {
        let seconds = match self {
            Self::Even(rate) => exposure / rate,
            Self::Ramp { from, to, over } => {
                let begin = now.as_secs_f64();
                let left = (over - begin).max(0.0);
                let rate = if left > 0.0 {
                    from + (to - from) * begin / over
                } else {
                    to
                };
                let on_ramp = f64::midpoint(rate, to) * left;
                if exposure >= on_ramp {
                    left + (exposure - on_ramp) / to
                } else {
                    // rate t + slope t^2 / 2 = exposure, in the form that does not cancel.
                    let slope = (to - from) / over;
                    2.0 * exposure
                        / (rate + libm::sqrt((rate * rate + 2.0 * slope * exposure).max(0.0)))
                }
            }
            Self::Diurnal { high, .. } if high <= 0.0 => f64::INFINITY,
            Self::Diurnal { low, high, period } => {
                // Whole days first; then the moment is caught between two ends.
                let a_day = f64::midpoint(low, high) * period;
                let days = libm::floor(exposure / a_day);
                let rest = exposure - days * a_day;
                let from = now.as_secs_f64();
                let (mut early, mut late) = (0.0, period);
                for _ in 0..HALVINGS {
                    let middle = f64::midpoint(early, late);
                    if self.gaps(from + middle) - self.gaps(from) < rest {
                        early = middle;
                    } else {
                        late = middle;
                    }
                }
                days * period + late
            }
        };
        seconds
            .is_finite()
            .then(|| now.after(SimDuration::from_secs_f64(seconds)))
    }

    fn passed(self, from: SimTime, to: SimTime) -> f64 {
        match self {
            Self::Even(rate) => to.since(from).as_secs_f64() * rate,
            Self::Ramp { .. } | Self::Diurnal { .. } => {
                self.gaps(to.as_secs_f64()) - self.gaps(from.as_secs_f64())
            }
        }
    }

    /// How many gaps pass from the start of the run to `at`, in seconds.
    fn gaps(self, at: f64) -> f64 {
        match self {
            Self::Even(rate) => rate * at,
            Self::Ramp { from, to, over } => {
                let on = at.min(over);
                from * on + (to - from) * on * on / (2.0 * over) + to * (at - on)
            }
            Self::Diurnal { low, high, period } => {
                let turn = 2.0 * std::f64::consts::PI;
                f64::midpoint(low, high) * at
                    - (high - low) / 2.0 * period / turn * libm::sin(turn * at / period)
            }
        }
    }
}

/// Enough to find a nanosecond in a day.
const HALVINGS: u32 = 64;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::{Key, Purpose};
    use crate::scenario::document::Rate;

    fn arrivals(described: &Described) -> Arrivals {
        Arrivals::new(
            described,
            StreamKey::new(1, Key::of("client"), Purpose::Arrival),
        )
    }

    fn rate(per_second: f64) -> Rate {
        Rate::per_second(per_second).unwrap()
    }

    /// The moments of the first arrivals.
    fn moments(described: &Described, count: u64) -> Vec<SimTime> {
        let arrivals = arrivals(described);
        let mut now = SimTime::ZERO;
        (0..count)
            .map_while(|ordinal| {
                let identity = Identity::root(Key::of("client"), ordinal);
                now = arrivals.next(ordinal, arrivals.exposure(ordinal, identity), now)?;
                Some(now)
            })
            .collect()
    }

    fn secs(seconds: u64) -> SimDuration {
        SimDuration::from_secs(seconds)
    }

    #[test]
    fn a_burst_comes_at_once_every_so_often() {
        let (size, every) = (3, secs(2));
        let found = moments(&Described::Burst { size, every }, 6);
        let at = |seconds| SimTime::ZERO.after(secs(seconds));
        assert_eq!(found, [at(2), at(2), at(2), at(4), at(4), at(4)]);
    }

    #[test]
    fn a_recording_is_replayed_and_ends() {
        let recorded = vec![
            SimTime::ZERO,
            SimTime::from_nanos(7),
            SimTime::from_nanos(7),
        ];
        assert_eq!(moments(&Described::Replay(recorded.clone()), 9), recorded);
    }

    #[test]
    fn a_ramp_lets_through_as_many_as_the_area_below_it() {
        // From nothing to 200 a second over 100 s: 10 000 on average, sd 100.
        let (from, to, over) = (rate(0.0), rate(200.0), secs(100));
        let found = moments(&Described::Ramp { from, to, over }, 40_000);
        let within = |until: u64| {
            let until = SimTime::ZERO.after(secs(until));
            found.partition_point(|at| *at < until) as f64
        };
        assert!((within(50) - 2_500.0).abs() < 4.0 * 50.0, "{}", within(50));
        assert!(
            (within(100) - 10_000.0).abs() < 4.0 * 100.0,
            "{}",
            within(100)
        );
        let after = within(150) - within(100);
        assert!((after - 10_000.0).abs() < 4.0 * 100.0, "{after}");
    }

    #[test]
    fn a_day_has_as_many_as_its_mean_rate_and_fewest_at_its_ends() {
        let (low, high, period) = (rate(10.0), rate(190.0), secs(100));
        let found = moments(&Described::Diurnal { low, high, period }, 30_000);
        let between = |from: u64, to: u64| {
            let at = |seconds| SimTime::ZERO.after(secs(seconds));
            let before = |end: u64| found.partition_point(|found| *found < at(end));
            (before(to) - before(from)) as f64
        };
        assert!((between(0, 100) - 10_000.0).abs() < 400.0);
        assert!((between(100, 200) - 10_000.0).abs() < 400.0);
        // The middle half: 5 000 + 90 * 100 / pi.
        let middle = between(25, 75);
        assert!((middle - 7_864.8).abs() < 4.0 * 88.7, "{middle}");
    }

    proptest! {
        #[test]
        fn the_gaps_that_pass_until_an_arrival_are_those_it_had_to_wait_for(
            from in 0.0_f64..500.0, to in 0.1_f64..500.0, over in 1_u64..100,
            start in 0_u64..200_000_000_000, exposure in 0.01_f64..20.0, daily: bool,
        ) {
            let over = secs(over);
            let described = if daily {
                Described::Diurnal { low: rate(from.min(to)), high: rate(from.max(to)), period: over }
            } else {
                Described::Ramp { from: rate(from), to: rate(to), over }
            };
            let (arrivals, start) = (arrivals(&described), SimTime::from_nanos(start));
            let at = arrivals.next(0, exposure, start).unwrap();
            let passed = arrivals.passed(start, at);
            // A nanosecond at the highest rate, and what the sum of large numbers loses.
            prop_assert!((passed - exposure).abs() < 1e-6, "{passed} {exposure}");
        }
    }
}
