//! A rate: how many of so many, in whole millionths.
//!
//! Counts are compared with a rate in integers, so that 1 of 3 reaches 33.3333 % and no
//! rounding of a platform ever decides.

/// A part of a whole, from nothing to all of it, in steps of a millionth.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Rate(u32);

/// The whole, in the unit a rate is counted in.
const ALL: u32 = 1_000_000;

impl Rate {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// The whole.
    pub const ALL: Self = Self(ALL);

    /// So many percent; more than 100 is the whole.
    pub const fn percent(percent: u32) -> Self {
        Self::millionths(percent.saturating_mul(ALL / 100))
    }

    /// So many millionths; more than a million is the whole.
    pub const fn millionths(millionths: u32) -> Self {
        Self(if millionths < ALL { millionths } else { ALL })
    }

    /// In millionths.
    pub const fn as_millionths(self) -> u32 {
        self.0
    }

    /// As a real number from 0 to 1.
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / f64::from(ALL)
    }

    /// Whether `part` of `whole` is this rate or more.
    pub fn is_reached_by(self, part: u32, whole: u32) -> bool {
        u64::from(part) * u64::from(ALL) >= u64::from(self.0) * u64::from(whole)
    }

    /// The whole number of things that is this part of `whole`, rounded down.
    pub const fn of(self, whole: u32) -> u32 {
        (self.0 as u64 * whole as u64 / ALL as u64) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_reached_exactly_at_its_share_of_the_whole() {
        assert!(Rate::percent(50).is_reached_by(1, 2));
        assert!(!Rate::millionths(500_001).is_reached_by(1, 2));
        assert!(Rate::millionths(333_333).is_reached_by(1, 3));
        assert!(!Rate::millionths(333_334).is_reached_by(1, 3));
        assert!(Rate::NONE.is_reached_by(0, 7));
    }

    #[test]
    fn a_share_of_a_count_is_rounded_down() {
        assert_eq!(Rate::percent(10).of(19), 1);
        assert_eq!(Rate::ALL.of(u32::MAX), u32::MAX);
    }
}
