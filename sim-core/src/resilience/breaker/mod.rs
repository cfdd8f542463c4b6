//! Circuit breakers: whether a callee that fails is called at all.
//!
//! A call asks for permission and says how it ended; the breaker answers, and tells every
//! change of its state with the numbers that made it. There are two forms behind one
//! [`Breaker`]: resilience4j's with a sliding window ([`SlidingBreaker`]) and the simple one
//! that counts failures in a row ([`ConsecutiveBreaker`]).

mod consecutive;
mod sliding;
mod transition;
mod window;

pub use self::consecutive::{ConsecutiveBreaker, Settings as ConsecutiveSettings};
pub use self::sliding::{HalfOpenLimit, Settings as SlidingSettings, SlidingBreaker, WindowSize};
pub use self::transition::{Acquired, Outcome, Permission, State, Tally, Transition, Why};
pub use self::window::{
    CallWindow, Counts, MOST_CALLS, MOST_SECONDS, Recorded, TimeWindow, Window,
};

use crate::kernel::{SimDuration, SimTime};

/// The settings of a breaker of either form.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Settings {
    /// Counts failures in a row.
    Consecutive(ConsecutiveSettings),
    /// Judges by a sliding window.
    Sliding(SlidingSettings),
}

/// A breaker of either form. One whose settings change to the other form begins anew.
#[derive(Clone, Debug)]
pub enum Breaker {
    /// Counts failures in a row.
    Consecutive(ConsecutiveBreaker),
    /// Judges by a sliding window.
    Sliding(SlidingBreaker),
}

/// What a breaker has counted, for whoever looks at it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Metrics {
    /// The calls that its window holds; of the simple form, the failures in a row.
    pub counts: Counts,
    /// How many calls were refused since its window was empty.
    pub not_permitted: u64,
    /// The share of failures and of slow calls in percent, once there are enough calls.
    pub rates: Option<Rates>,
}

/// The shares by which a breaker judges.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rates {
    /// How many of the calls failed, in percent.
    pub failure: f32,
    /// How many of them were slow, in percent.
    pub slow: f32,
}

impl Settings {
    /// How much one breaker remembers, in calls.
    pub const fn room(&self) -> usize {
        match self {
            Self::Consecutive(_) => 1,
            Self::Sliding(settings) => match settings.window {
                WindowSize::Calls(size) | WindowSize::Seconds(size) => size as usize,
            },
        }
    }
}

impl Breaker {
    /// A closed breaker.
    pub fn new(settings: &Settings, now: SimTime) -> Self {
        match settings {
            Settings::Consecutive(_) => Self::Consecutive(ConsecutiveBreaker::new(now)),
            Settings::Sliding(settings) => Self::Sliding(SlidingBreaker::new(settings, now)),
        }
    }

    /// What it is doing.
    pub const fn state(&self) -> State {
        match self {
            Self::Consecutive(breaker) => breaker.state(),
            Self::Sliding(breaker) => breaker.state(),
        }
    }

    /// Since when.
    pub const fn since(&self) -> SimTime {
        match self {
            Self::Consecutive(breaker) => breaker.since(),
            Self::Sliding(breaker) => breaker.since(),
        }
    }

    /// Until when it waits, if it does: the end of a countdown.
    pub fn waits_until(&self, settings: &Settings) -> Option<SimTime> {
        match (self, settings) {
            (Self::Consecutive(breaker), Settings::Consecutive(settings)) => {
                breaker.waits_until(settings)
            }
            (Self::Sliding(breaker), _) => breaker.waits_until(),
            _ => None,
        }
    }

    /// When it changes by itself: a [`Breaker::tick`] is due then.
    pub fn due(&self, settings: &Settings) -> Option<SimTime> {
        match (self, settings) {
            (Self::Sliding(breaker), Settings::Sliding(settings)) => breaker.due(settings),
            _ => None,
        }
    }

    /// What it remembers, if it has a window.
    pub const fn window(&self) -> Option<&Window> {
        match self {
            Self::Consecutive(_) => None,
            Self::Sliding(breaker) => Some(breaker.window()),
        }
    }

    /// What it has counted, as of `now`.
    pub fn metrics(&self, settings: &Settings, now: SimTime) -> Metrics {
        match (self, settings) {
            (Self::Sliding(breaker), Settings::Sliding(settings)) => {
                let counts = breaker.window().counts(now);
                let is_enough = counts.calls > 0 && counts.calls >= breaker.minimum_calls(settings);
                Metrics {
                    counts,
                    not_permitted: breaker.not_permitted(),
                    rates: is_enough.then(|| Rates::of(counts)),
                }
            }
            (Self::Sliding(breaker), _) => Metrics {
                counts: breaker.window().counts(now),
                not_permitted: breaker.not_permitted(),
                rates: None,
            },
            (Self::Consecutive(breaker), _) => Metrics {
                counts: Counts {
                    calls: breaker.failures(),
                    failed: breaker.failures(),
                    slow: 0,
                },
                not_permitted: breaker.not_permitted(),
                rates: None,
            },
        }
    }

    /// A call asks whether it may be made.
    pub fn acquire(&mut self, settings: &Settings, now: SimTime) -> Acquired {
        match (&mut *self, settings) {
            (Self::Consecutive(breaker), Settings::Consecutive(settings)) => {
                breaker.acquire(settings, now)
            }
            (Self::Sliding(breaker), Settings::Sliding(settings)) => breaker.acquire(settings, now),
            _ => {
                *self = Self::new(settings, now);
                Acquired::permitted()
            }
        }
    }

    /// A call that was permitted is not made after all.
    pub const fn release(&mut self) {
        if let Self::Sliding(breaker) = self {
            breaker.release();
        }
    }

    /// A call that was permitted has ended, and took so long.
    pub fn record(
        &mut self,
        settings: &Settings,
        now: SimTime,
        outcome: Outcome,
        took: SimDuration,
    ) -> Option<Transition> {
        match (self, settings) {
            (Self::Consecutive(breaker), Settings::Consecutive(settings)) => {
                breaker.record(settings, now, outcome)
            }
            (Self::Sliding(breaker), Settings::Sliding(settings)) => {
                breaker.record(settings, now, outcome, took)
            }
            _ => None,
        }
    }

    /// Lets time pass; to be called again until nothing more changes.
    pub fn tick(&mut self, settings: &Settings, now: SimTime) -> Option<Transition> {
        match (self, settings) {
            (Self::Sliding(breaker), Settings::Sliding(settings)) => breaker.tick(settings, now),
            _ => None,
        }
    }

    /// Somebody puts it into a state, in which it begins anew.
    pub fn force(&mut self, settings: &Settings, now: SimTime, to: State) -> Option<Transition> {
        match (&mut *self, settings) {
            (Self::Sliding(breaker), Settings::Sliding(settings)) => {
                breaker.force(settings, now, to)
            }
            (Self::Consecutive(breaker), Settings::Consecutive(_)) => breaker.force(now, to),
            _ => {
                *self = Self::new(settings, now);
                self.force(settings, now, to)
            }
        }
    }
}

impl Rates {
    /// As resilience4j computes them, in single precision.
    fn of(counts: Counts) -> Self {
        let share = |part: u32| part as f32 * 100.0 / counts.calls as f32;
        Self {
            failure: share(counts.failed),
            slow: share(counts.slow),
        }
    }
}
