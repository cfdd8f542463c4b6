//! The scale of the timeline: moments to pixels and back, and where its ticks are.

use sim_core::kernel::{SimDuration, SimTime};

use super::zoom;
use crate::i18n::{Locale, duration, moment};
use crate::player::Stretch;

/// The room a tick with its label needs, in pixels.
const TICK_ROOM: f64 = 84.0;

/// From moments of a run to pixels.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Scale {
    /// Where the stretch that is seen begins.
    pub(crate) left: f64,
    /// How wide it is.
    pub(crate) width: f64,
    /// The stretch that is seen.
    pub(crate) seen: Stretch,
    /// The end of the run.
    pub(crate) horizon: SimTime,
}

impl Scale {
    /// Where a moment is; beside the lanes if it is not seen.
    pub(crate) fn x(&self, at: SimTime) -> f64 {
        self.left + self.width * zoom::share(self.seen, at.min(self.horizon))
    }

    /// The same for something that is painted: at most a little beside what is seen, since
    /// canvases do not like numbers of millions of pixels.
    pub(crate) fn x_cut(&self, at: SimTime) -> f64 {
        self.x(at).clamp(self.left - BESIDE, self.right() + BESIDE)
    }

    /// The right end.
    pub(crate) fn right(&self) -> f64 {
        self.left + self.width
    }

    /// Whether a moment is seen.
    pub(crate) fn shows(&self, at: SimTime) -> bool {
        self.seen.from <= at && at <= self.seen.until
    }

    /// The share of the view at a place.
    pub(crate) fn share(&self, x: f64) -> f64 {
        ((x - self.left) / self.width.max(1.0)).clamp(0.0, 1.0)
    }

    /// The moment at a place; the nearest one that is seen if it lies beside.
    pub(crate) fn time(&self, x: f64) -> SimTime {
        zoom::moment(self.seen, self.share(x)).min(self.horizon)
    }

    /// How long something of so many pixels is.
    pub(crate) fn span(&self, pixels: f64) -> SimDuration {
        let length = self.seen.until.since(self.seen.from);
        length.scaled((pixels / self.width.max(1.0)).max(0.0))
    }

    /// How far ticks lie apart.
    pub(crate) fn tick_step(&self) -> SimDuration {
        let length = self.seen.until.since(self.seen.from).as_nanos();
        let room = (self.width / TICK_ROOM).max(1.0);
        SimDuration::from_nanos(round_step(length as f64 / room))
    }

    /// What is written at a tick.
    pub(crate) fn label(&self, locale: Locale, tick: SimTime) -> String {
        match decimals(self.tick_step()) {
            0 => duration(locale, tick.since(SimTime::ZERO)),
            decimals => moment(locale, tick, decimals),
        }
    }

    /// Moments with a tick: round ones, as many as have room.
    pub(crate) fn ticks(&self) -> Vec<SimTime> {
        let step = self.tick_step().as_nanos();
        let (from, until) = (self.seen.from.as_nanos(), self.seen.until.as_nanos());
        (from.div_ceil(step)..=until / step)
            .map(|place| SimTime::from_nanos(place * step))
            .collect()
    }
}

/// How far beside the lanes something may be painted.
const BESIDE: f64 = 400.0;

/// The least of 1, 2, 5, 10 … nanoseconds, or of 1, 2, 5, 10, 15, 30 … seconds in a minute,
/// that is not less than `nanos`.
fn round_step(nanos: f64) -> u64 {
    const SECOND: u64 = 1_000_000_000;
    const LONG: [u64; 10] = [15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 14_400];
    let mut decade = 1;
    while decade <= 10 * SECOND {
        for digit in [1, 2, 5] {
            let step = decade * digit;
            if step as f64 >= nanos && step <= 10 * SECOND {
                return step;
            }
        }
        decade *= 10;
    }
    let long = LONG
        .iter()
        .map(|secs| secs * SECOND)
        .find(|step| *step as f64 >= nanos);
    long.unwrap_or((nanos / (86_400.0 * SECOND as f64)).ceil().max(1.0) as u64 * 86_400 * SECOND)
}

/// Decimals of a second that tell moments apart that lie `step` apart.
pub(crate) fn decimals(step: SimDuration) -> usize {
    let mut decimals = 0;
    let mut unit = 1_000_000_000;
    while unit > step.as_nanos().max(1) && decimals < 9 {
        decimals += 1;
        unit /= 10;
    }
    decimals
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(count: u64) -> SimTime {
        SimTime::from_nanos(count * 1_000_000_000)
    }

    fn scale(left: f64, width: f64, horizon: SimTime) -> Scale {
        Scale {
            left,
            width,
            seen: zoom::whole(horizon),
            horizon,
        }
    }

    #[test]
    fn a_moment_and_its_place_agree() {
        let scale = scale(60.0, 900.0, secs(90));
        for at in [0, 1, 45, 90] {
            let back = scale.time(scale.x(secs(at)));
            assert!(
                back.as_nanos().abs_diff(secs(at).as_nanos()) < 1_000,
                "{at}"
            );
        }
        assert_eq!(scale.time(-100.0), SimTime::ZERO);
        assert_eq!(scale.time(1e9), secs(90));
    }

    #[test]
    fn ticks_are_round_and_have_room_also_when_zoomed() {
        for (width, horizon) in [
            (1_300.0, 60),
            (330.0, 60),
            (1_300.0, 1),
            (600.0, 86_400),
            (10.0, 7),
        ] {
            let whole = scale(0.0, width, secs(horizon));
            assert_eq!(whole.ticks()[0], SimTime::ZERO);
            let closer = Scale {
                seen: zoom::zoomed(whole.seen, 0.37, 0.001, secs(horizon)),
                ..whole
            };
            for scale in [whole, closer] {
                for pair in scale.ticks().windows(2) {
                    assert!(
                        scale.x(pair[1]) - scale.x(pair[0]) >= TICK_ROOM - 1.0,
                        "{width} {horizon}"
                    );
                }
                assert!(scale.ticks().iter().all(|tick| scale.shows(*tick)));
            }
        }
    }

    #[test]
    fn steps_are_of_one_two_five_and_of_parts_of_minutes() {
        assert_eq!(round_step(3.1e9), 5_000_000_000);
        assert_eq!(round_step(11e9), 15_000_000_000);
        assert_eq!(round_step(70e9), 120_000_000_000);
        assert_eq!(round_step(0.0), 1);
    }

    #[test]
    fn labels_have_as_many_decimals_as_tell_ticks_apart() {
        for (nanos, expected) in [
            (2_000_000_000, 0),
            (500_000_000, 1),
            (20_000_000, 2),
            (1_000_000, 3),
            (5_000, 6),
        ] {
            assert_eq!(
                decimals(SimDuration::from_nanos(nanos)),
                expected,
                "{nanos}"
            );
        }
    }
}
