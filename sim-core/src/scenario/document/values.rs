//! Values that appear all over the document: distributions, shares, references.

use std::num::NonZeroU64;

use super::Name;
use crate::kernel::SimDuration;

/// A probability or share, from 0 to 1, as exact parts of a million so that
/// `0.1%` means the same on every target.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Share(u32);

impl Share {
    /// Never.
    pub const NONE: Self = Self(0);
    /// Always.
    pub const ALL: Self = Self(1_000_000);

    /// `parts` out of a million, or nothing if that is more than all.
    pub fn from_millionths(parts: u32) -> Option<Self> {
        (parts <= Self::ALL.0).then_some(Self(parts))
    }

    /// So many percent; more than 100 is all.
    pub const fn percent(percent: u32) -> Self {
        const PART: u32 = Share::ALL.0 / 100;
        Self(if percent < 100 {
            percent * PART
        } else {
            Self::ALL.0
        })
    }

    /// Parts of a million.
    pub const fn millionths(self) -> u32 {
        self.0
    }

    /// How likely one of two independent things is, rounded down.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let all = u64::from(Self::ALL.0);
        let neither = (all - u64::from(self.0)) * (all - u64::from(other.0));
        Self((all - neither.div_ceil(all)) as u32)
    }

    /// How many of `all` are at least this share of them.
    pub fn at_least_of(self, all: u32) -> u32 {
        let parts = u64::from(all) * u64::from(self.0);
        parts.div_ceil(u64::from(Self::ALL.0)) as u32
    }

    /// The share as a real number from 0 to 1.
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / f64::from(Self::ALL.0)
    }
}

/// How much goes through a link, in bits a second; at least 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Bandwidth(NonZeroU64);

impl Bandwidth {
    /// So many bits a second, or nothing if that is none.
    pub fn bits_per_second(bits: u64) -> Option<Self> {
        NonZeroU64::new(bits).map(Self)
    }

    /// How long `bytes` take to be sent, rounded up to whole nanoseconds.
    pub fn transmission(self, bytes: u32) -> SimDuration {
        const NANOS_PER_SECOND: u128 = 1_000_000_000;
        let nanos = (u128::from(bytes) * 8 * NANOS_PER_SECOND).div_ceil(u128::from(self.0.get()));
        SimDuration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

/// How a span of time is drawn. Every draw is rounded to whole nanoseconds.
#[derive(Clone, PartialEq, Debug)]
pub enum DurationDistribution {
    /// Always the same.
    Constant(SimDuration),
    /// Evenly between two bounds, both included; `from <= to`.
    Uniform {
        /// The least.
        from: SimDuration,
        /// The most.
        to: SimDuration,
    },
    /// Memoryless, with this mean.
    Exponential {
        /// The mean.
        mean: SimDuration,
    },
    /// The bell curve without what lies below zero: `mean` and `sd` are those of the whole
    /// curve.
    Normal {
        /// The mean.
        mean: SimDuration,
        /// The standard deviation.
        sd: SimDuration,
    },
    /// Long-tailed: its logarithm is normal.
    Lognormal(Lognormal),
    /// A power law: a few take very long.
    Pareto {
        /// The least.
        least: SimDuration,
        /// How fast the tail falls; more than 1, so that there is a mean.
        shape: f64,
    },
    /// The sum of equal memoryless stages: more even than one of them.
    Erlang {
        /// How many stages; at least 1.
        stages: u32,
        /// The mean of the sum.
        mean: SimDuration,
    },
    /// Memoryless with one of several means: less even than memoryless. The shares add up
    /// to all.
    Hyperexponential(Vec<(Share, SimDuration)>),
    /// One of the spans that were recorded, each as likely; at least one.
    Empirical(Vec<SimDuration>),
}

/// The two ways to say which lognormal distribution is meant.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Lognormal {
    /// By its median and its 99th percentile; `p50 < p99`.
    Percentiles {
        /// The median.
        p50: SimDuration,
        /// The 99th percentile.
        p99: SimDuration,
    },
    /// By its mean and standard deviation.
    Moments {
        /// The mean.
        mean: SimDuration,
        /// The standard deviation.
        sd: SimDuration,
    },
}

impl DurationDistribution {
    /// The same length every time.
    pub const fn constant(span: SimDuration) -> Self {
        Self::Constant(span)
    }
}

/// A reference `owner.member`, such as `orders.place` or `mail.hello`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct MemberRef {
    /// The service, broker or store.
    pub owner: Name,
    /// The endpoint, queue or table in it.
    pub member: Name,
}
