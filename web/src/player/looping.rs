//! A loop: a stretch of the run that is played over and over.

use sim_core::kernel::{SimDuration, SimTime};

/// The shortest loop: less could not be seen at the slowest speed.
const SHORTEST: SimDuration = SimDuration::from_nanos(1_000);

/// From one moment to a later one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Stretch {
    /// Where it begins.
    pub(crate) from: SimTime,
    /// Where it ends.
    pub(crate) until: SimTime,
}

impl Stretch {
    /// Between two moments, in either order, within a run that ends at `horizon`.
    pub(crate) fn between(one: SimTime, other: SimTime, horizon: SimTime) -> Self {
        let (from, until) = (one.min(other), one.max(other));
        let until = until
            .max(from.after(SHORTEST))
            .min(horizon.max(SimTime::ZERO.after(SHORTEST)));
        let latest = SimTime::from_nanos(until.as_nanos().saturating_sub(SHORTEST.as_nanos()));
        Self {
            from: from.min(latest),
            until,
        }
    }

    /// The same with another beginning; if that lies after the end, the rest of the run.
    pub(crate) fn starting(self, from: SimTime, horizon: SimTime) -> Self {
        let until = if from < self.until {
            self.until
        } else {
            horizon
        };
        Self::between(from, until, horizon)
    }

    /// The same with another end; if that lies before the beginning, the run up to there.
    pub(crate) fn ending(self, until: SimTime, horizon: SimTime) -> Self {
        let from = if until > self.from {
            self.from
        } else {
            SimTime::ZERO
        };
        Self::between(from, until, horizon)
    }

    /// Whether a moment lies in it.
    pub(crate) fn contains(&self, at: SimTime) -> bool {
        self.from <= at && at < self.until
    }

    /// Where playback goes on that has come to `at`, at or after the end.
    pub(crate) fn wrapped(&self, at: SimTime) -> SimTime {
        let length = self.until.since(self.from).as_nanos().max(1);
        self.from.after(SimDuration::from_nanos(
            at.since(self.until).as_nanos() % length,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(nanos: u64) -> SimTime {
        SimTime::from_nanos(nanos)
    }

    #[test]
    fn a_loop_has_its_ends_in_order_and_within_the_run() {
        let stretch = Stretch::between(at(9_000), at(2_000), at(50_000));
        assert_eq!((stretch.from, stretch.until), (at(2_000), at(9_000)));
        let stretch = Stretch::between(at(40_000), at(90_000), at(50_000));
        assert_eq!((stretch.from, stretch.until), (at(40_000), at(50_000)));
        let point = Stretch::between(at(50_000), at(50_000), at(50_000));
        assert_eq!((point.from, point.until), (at(49_000), at(50_000)));
    }

    #[test]
    fn an_end_that_passes_the_other_takes_the_rest_of_the_run() {
        let stretch = Stretch::between(at(10_000), at(20_000), at(50_000));
        assert_eq!(stretch.starting(at(30_000), at(50_000)).until, at(50_000));
        assert_eq!(stretch.ending(at(5_000), at(50_000)).from, at(0));
        assert_eq!(stretch.starting(at(12_000), at(50_000)).until, at(20_000));
    }

    #[test]
    fn what_runs_over_the_end_goes_on_from_the_beginning_also_many_rounds_later() {
        let stretch = Stretch::between(at(10_000), at(14_000), at(50_000));
        assert_eq!(stretch.wrapped(at(14_000)), at(10_000));
        assert_eq!(stretch.wrapped(at(15_500)), at(11_500));
        assert_eq!(stretch.wrapped(at(14_000 + 4_000 * 1_000 + 7)), at(10_007));
    }
}
