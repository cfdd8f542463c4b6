//! The clock: whether time passes, and how fast.
//!
//! Commands flow in, frames of the screen flow in, a place in the run flows out. Every
//! change of time is one [`Command`]; nobody moves the cursor otherwise.

use sim_core::kernel::{SimDuration, SimTime};
use sim_core::observe::Cursor;

use super::hunt::Jump;
use super::looping::Stretch;
use super::speed::{FASTEST, SLOWEST};

/// A change of time.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Command {
    /// Let time pass; from the beginning if the run is over.
    Play,
    /// Stop time.
    Pause,
    /// Simulated seconds a second of the screen.
    SetSpeed(f64),
    /// Be at a moment.
    SeekTime(SimTime),
    /// Be at a cursor.
    SeekCursor(Cursor),
    /// One record on.
    Step,
    /// One record back.
    StepBack,
    /// Follow the story, or let it be.
    FollowStory(bool),
    /// Be at a moment of the story, as if it had been reached by playing.
    Moment(usize),
    /// Play a stretch over and over; nothing takes the loop away.
    Loop(Option<Stretch>),
    /// Take the loop away, or play again the last one, or what is looked at.
    ToggleLoop,
    /// The loop begins where time is now.
    LoopFromHere,
    /// The loop ends where time is now.
    LoopUntilHere,
    /// Be where the next thing worth a look happens, or the one before.
    Jump(Jump),
}

impl Command {
    /// Whether it is a wish to be somewhere, rather than a setting of how time passes.
    pub(super) const fn moves(self) -> bool {
        !matches!(
            self,
            Self::Pause
                | Self::SetSpeed(_)
                | Self::Loop(_)
                | Self::ToggleLoop
                | Self::LoopFromHere
                | Self::LoopUntilHere
                | Self::FollowStory(_)
        )
    }
}

/// The longest a frame counts for: a page that was in the background goes on where it was.
const LONGEST_FRAME_MS: f64 = 100.0;

/// Whether time passes, and how fast.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Clock {
    playing: bool,
    speed: f64,
    /// What is left of a nanosecond after a frame, so that slow playback does not drift.
    carry: f64,
}

impl Clock {
    /// A clock that stands still.
    pub(crate) const fn paused(speed: f64) -> Self {
        Self {
            playing: false,
            speed,
            carry: 0.0,
        }
    }

    /// Whether time passes.
    pub(crate) const fn is_playing(&self) -> bool {
        self.playing
    }

    /// Simulated seconds a second of the screen.
    pub(crate) const fn speed(&self) -> f64 {
        self.speed
    }

    /// Lets time pass or stops it.
    pub(crate) fn set_playing(&mut self, playing: bool) {
        self.playing = playing;
        self.carry = 0.0;
    }

    /// Sets the speed; what is no speed is ignored.
    pub(crate) fn set_speed(&mut self, speed: f64) {
        if speed.is_finite() {
            self.speed = speed.clamp(SLOWEST, FASTEST);
        }
    }

    /// How much simulated time passes in a frame of `millis` milliseconds.
    pub(crate) fn elapse(&mut self, millis: f64) -> SimDuration {
        if !self.playing {
            return SimDuration::ZERO;
        }
        let nanos = millis.clamp(0.0, LONGEST_FRAME_MS) * 1e6 * self.speed + self.carry;
        self.carry = nanos.fract();
        SimDuration::from_nanos(nanos as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_passes_with_the_speed() {
        let mut clock = Clock::paused(1.0);
        assert_eq!(clock.elapse(16.0), SimDuration::ZERO);
        clock.set_playing(true);
        assert_eq!(clock.elapse(16.0), SimDuration::from_millis(16));
        clock.set_speed(0.01);
        assert_eq!(clock.elapse(16.0).as_nanos(), 160_000);
    }

    #[test]
    fn slow_playback_does_not_lose_parts_of_nanoseconds() {
        let mut clock = Clock::paused(SLOWEST);
        clock.set_playing(true);
        let total: u64 = (0..3_000)
            .map(|_| clock.elapse(16.666_666_7).as_nanos())
            .sum();
        assert!(total.abs_diff(50_000_000) <= 1, "{total}");
    }

    #[test]
    fn a_page_that_was_hidden_goes_on_where_it_was() {
        let mut clock = Clock::paused(1.0);
        clock.set_playing(true);
        assert_eq!(clock.elapse(60_000.0), SimDuration::from_millis(100));
    }

    #[test]
    fn a_speed_that_is_none_is_ignored() {
        let mut clock = Clock::paused(1.0);
        clock.set_speed(f64::NAN);
        assert!((clock.speed() - 1.0).abs() < f64::EPSILON);
        clock.set_speed(1e9);
        assert!((clock.speed() - FASTEST).abs() < f64::EPSILON);
    }
}
