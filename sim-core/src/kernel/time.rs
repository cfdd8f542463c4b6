//! Simulated time: whole nanoseconds, checked, printed for people.
//!
//! Everything that measures time in a run is one of these two types, so that a
//! moment is never added to a moment and no float ever orders two events.
//! [`SimDuration::from_secs_f64`] is the only place where a real number becomes
//! a duration.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A moment of a run: nanoseconds since its start. Range 0 to about 584 years.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct SimTime(u64);

/// A span of simulated time in nanoseconds. Range 0 to about 584 years.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct SimDuration(u64);

const NANOS_PER_SEC: u64 = 1_000_000_000;

impl SimTime {
    /// The start of a run.
    pub const ZERO: Self = Self(0);
    /// Later than anything that happens; "never".
    pub const MAX: Self = Self(u64::MAX);

    /// The moment `nanos` nanoseconds after the start.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the start.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Seconds since the start, for display and charts only.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / NANOS_PER_SEC as f64
    }

    /// The moment `span` later; stays at [`SimTime::MAX`] ("never") on overflow.
    #[inline]
    pub const fn after(self, span: SimDuration) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// How long after `earlier` this moment is; zero if it is not later.
    #[inline]
    pub const fn since(self, earlier: Self) -> SimDuration {
        SimDuration(self.0.saturating_sub(earlier.0))
    }
}

impl SimDuration {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// The longest span there is.
    pub const MAX: Self = Self(u64::MAX);

    /// A span of `nanos` nanoseconds.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// A span of `millis` milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// A span of `secs` whole seconds.
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(NANOS_PER_SEC))
    }

    /// The span nearest to `secs` seconds, ties to even. Negative numbers and NaN
    /// give zero, what is too long gives [`SimDuration::MAX`].
    pub fn from_secs_f64(secs: f64) -> Self {
        Self(rounded(secs * NANOS_PER_SEC as f64))
    }

    /// The length in nanoseconds.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// The length in seconds.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / NANOS_PER_SEC as f64
    }

    /// Whether this is no time at all.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum; stays at [`SimDuration::MAX`] on overflow.
    #[inline]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// So many of it; stays at [`SimDuration::MAX`] on overflow.
    pub const fn times(self, count: u64) -> Self {
        Self(self.0.saturating_mul(count))
    }

    /// The span times `factor`; negative factors and NaN give zero, and what is too
    /// long gives [`SimDuration::MAX`].
    #[inline]
    pub fn scaled(self, factor: f64) -> Self {
        // The same number, but converted in one instruction where it fits.
        let nanos = i64::try_from(self.0).map_or(self.0 as f64, |nanos| nanos as f64);
        Self(rounded(nanos * factor))
    }
}

/// The whole number nearest to `nanos`, ties to even; zero for what is negative or no number,
/// the largest for what is too large.
#[inline]
fn rounded(nanos: f64) -> u64 {
    /// From here to twice as much, neighbours are one apart: adding it rounds, and leaves the
    /// whole number in the low bits.
    const UNIT: f64 = (1_u64 << 52) as f64;
    if (0.0..UNIT).contains(&nanos) {
        (nanos + UNIT).to_bits() - UNIT.to_bits()
    } else {
        // `as` saturates and maps NaN to zero, which is exactly the contract above.
        libm::rint(nanos) as u64
    }
}

impl fmt::Display for SimTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        SimDuration(self.0).fmt(f)
    }
}

/// Prints the largest unit that keeps the number at or above one, without trailing
/// zeros: `0s`, `350ms`, `1.5s`, `12us`, `90s`, `7ns`. What is printed parses back.
impl fmt::Display for SimDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, size) = match self.0 {
            0 => return f.write_str("0s"),
            1..1_000 => ("ns", 1),
            1_000..1_000_000 => ("us", 1_000),
            1_000_000..1_000_000_000 => ("ms", 1_000_000),
            _ => ("s", NANOS_PER_SEC),
        };
        let (whole, rest) = (self.0 / size, self.0 % size);
        if rest == 0 {
            return write!(f, "{whole}{unit}");
        }
        let digits = size.ilog10() as usize;
        let fraction = format!("{rest:0digits$}");
        write!(f, "{whole}.{}{unit}", fraction.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_prints_its_largest_whole_unit_without_trailing_zeros() {
        for (nanos, text) in [
            (0, "0s"),
            (7, "7ns"),
            (12_000, "12us"),
            (350_000_000, "350ms"),
            (1_500_000_000, "1.5s"),
            (90_000_000_000, "90s"),
            (1_000_000_001, "1.000000001s"),
        ] {
            assert_eq!(SimDuration::from_nanos(nanos).to_string(), text);
        }
    }

    #[test]
    fn a_real_number_becomes_the_nearest_whole_one_and_ties_the_even_one() {
        let largest = (1_u64 << 52) as f64;
        for nanos in [
            0.0,
            0.49,
            0.5,
            0.51,
            1.5,
            2.5,
            1e9 + 0.5,
            largest - 1.5,
            largest - 0.5,
            largest,
            largest * 3.0,
            -0.0,
            -0.4,
            -7.0,
            f64::NAN,
            f64::INFINITY,
        ] {
            assert_eq!(rounded(nanos), libm::rint(nanos) as u64, "{nanos}");
        }
    }

    #[test]
    fn what_is_not_a_length_becomes_zero_and_what_is_too_long_the_longest() {
        assert_eq!(SimDuration::from_secs_f64(f64::NAN), SimDuration::ZERO);
        assert_eq!(SimDuration::from_secs_f64(-1.0), SimDuration::ZERO);
        assert_eq!(SimDuration::from_secs_f64(1e308), SimDuration::MAX);
        assert_eq!(SimTime::MAX.after(SimDuration::from_secs(1)), SimTime::MAX);
    }
}
