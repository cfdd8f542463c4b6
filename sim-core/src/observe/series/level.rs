//! Levels: how much of something there was at a time, measured over a bucket.

use serde::{Deserialize, Serialize};

use crate::kernel::SimTime;

/// How much of something there was during a bucket.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Level {
    /// On average over its time.
    pub mean: f32,
    /// The most at one moment.
    pub max: u32,
}

/// How much of something there is while records come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Running {
    now: u32,
    max: u32,
    /// Nanoseconds times how much there was, since the bucket began.
    area: u128,
    since: SimTime,
}

impl Running {
    /// So much at `from`.
    pub(super) const fn starting(from: SimTime, now: u32) -> Self {
        Self {
            now,
            max: now,
            area: 0,
            since: from,
        }
    }

    /// It becomes more or less by so much.
    pub(super) fn change(&mut self, by: i32, at: SimTime) {
        self.advance(at);
        self.now = self.now.saturating_add_signed(by);
        self.max = self.max.max(self.now);
    }

    /// What it was from `begin` to `end`; the next bucket begins there.
    pub(super) fn close(&mut self, begin: SimTime, end: SimTime) -> Level {
        self.advance(end);
        let length = end.since(begin).as_nanos();
        let mean = if length == 0 {
            f64::from(self.now)
        } else {
            self.area as f64 / length as f64
        };
        let level = Level {
            mean: mean as f32,
            max: self.max,
        };
        (self.area, self.max) = (0, self.now);
        level
    }

    fn advance(&mut self, at: SimTime) {
        self.area += u128::from(at.since(self.since).as_nanos()) * u128::from(self.now);
        self.since = at;
    }
}
