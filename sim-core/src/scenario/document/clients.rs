//! Clients: where requests come from.

use super::{DurationDistribution, Step, Text};
use crate::kernel::{SimDuration, SimTime};

/// A source of requests.
#[derive(Clone, Debug, PartialEq)]
pub struct Client {
    /// What it is called for people, if not by its name.
    pub title: Text,
    /// How its requests come.
    pub load: Load,
    /// What each arrival does.
    pub journey: Vec<Step>,
}

/// How requests come.
#[derive(Clone, Debug, PartialEq)]
pub enum Load {
    /// Open: arrivals come whether or not earlier ones were answered.
    Open(Arrivals),
    /// Closed: a fixed number of users, each thinking between two journeys.
    Closed {
        /// How many users.
        users: u32,
        /// How long a user thinks.
        think: DurationDistribution,
    },
}

/// How arrivals of an open load are spaced.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrivals {
    /// At random, memoryless, so many a second on average.
    Poisson(Rate),
    /// Evenly, so many a second.
    Constant(Rate),
    /// At random, ever more (or less) often; from then on the last rate.
    Ramp {
        /// The rate at the start.
        from: Rate,
        /// The rate at the end.
        to: Rate,
        /// How long it takes.
        over: SimDuration,
    },
    /// So many at once, every so often.
    Burst {
        /// How many.
        size: u32,
        /// How often.
        every: SimDuration,
    },
    /// At random, more often by day than by night: the rate swings between two ends as a
    /// sine does, and begins at the lower one.
    Diurnal {
        /// The lowest rate.
        low: Rate,
        /// The highest rate; `low <= high`.
        high: Rate,
        /// How long a day is.
        period: SimDuration,
    },
    /// At recorded moments, in order.
    Replay(Vec<SimTime>),
}

/// How often, in events a second; finite and not negative.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Rate(f64);

impl Rate {
    /// `per_second` events a second, if that is a finite number and not negative.
    pub fn per_second(per_second: f64) -> Option<Self> {
        (per_second.is_finite() && per_second >= 0.0).then_some(Self(per_second))
    }

    /// Events a second.
    pub const fn as_per_second(self) -> f64 {
        self.0
    }
}
