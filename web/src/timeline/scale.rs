//! The scale of the timeline: moments to pixels and back, and where its ticks are.

use sim_core::kernel::{SimDuration, SimTime};

/// The room a tick with its label needs, in pixels.
const TICK_ROOM: f64 = 84.0;

/// From moments of a run to pixels.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Scale {
    /// Where time begins.
    pub(crate) left: f64,
    /// How wide the whole run is.
    pub(crate) width: f64,
    /// The end of the run.
    pub(crate) horizon: SimTime,
}

impl Scale {
    /// Where a moment is.
    pub(crate) fn x(&self, at: SimTime) -> f64 {
        let whole = self.horizon.as_nanos().max(1) as f64;
        self.left + self.width * (at.as_nanos() as f64 / whole).min(1.0)
    }

    /// The moment at a place; the nearest one if it lies beside the run.
    pub(crate) fn time(&self, x: f64) -> SimTime {
        let share = ((x - self.left) / self.width.max(1.0)).clamp(0.0, 1.0);
        SimTime::from_nanos((share * self.horizon.as_nanos() as f64) as u64)
    }

    /// Moments with a tick: round ones, as many as have room.
    pub(crate) fn ticks(&self) -> Vec<SimTime> {
        let whole = self.horizon.as_nanos();
        let room = (self.width / TICK_ROOM).max(1.0);
        let step = round_step(whole as f64 / room);
        (0..=whole / step)
            .map(|place| SimTime::from_nanos(place * step))
            .collect()
    }
}

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

/// The bucket a moment lies in.
pub(crate) fn bucket_of(at: SimTime, span: SimDuration) -> usize {
    (at.as_nanos() / span.as_nanos().max(1)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(count: u64) -> SimTime {
        SimTime::from_nanos(count * 1_000_000_000)
    }

    #[test]
    fn a_moment_and_its_place_agree() {
        let scale = Scale {
            left: 60.0,
            width: 900.0,
            horizon: secs(90),
        };
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
    fn ticks_are_round_and_have_room() {
        for (width, horizon) in [
            (1_300.0, 60),
            (330.0, 60),
            (1_300.0, 1),
            (600.0, 86_400),
            (10.0, 7),
        ] {
            let scale = Scale {
                left: 0.0,
                width,
                horizon: secs(horizon),
            };
            let ticks = scale.ticks();
            assert_eq!(ticks[0], SimTime::ZERO);
            for pair in ticks.windows(2) {
                assert!(
                    scale.x(pair[1]) - scale.x(pair[0]) >= TICK_ROOM - 1.0,
                    "{width} {horizon}"
                );
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
}
