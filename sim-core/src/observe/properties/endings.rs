//! Endings: what a journey, request or statement came to, and the figures of those that ended
//! within a stretch of time.
//!
//! Endings flow in, in the order of time; how many there are, how many of them failed and how
//! long they took flows out. A stretch keeps its latest [`MOST_ENDINGS`] endings at the most; figures
//! of the whole run are kept as a histogram, right to 0.1 %.

use std::collections::VecDeque;

use crate::kernel::{SimDuration, SimTime};
use crate::observe::Latencies;
use crate::world::{EndpointId, Outcome, What};

/// The most endings of one stretch of time that are kept: the figures of a stretch with more are
/// those of its latest.
const MOST_ENDINGS: usize = 16_384;

/// What something that was asked for came to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ending {
    /// Of which endpoint, if of one.
    pub(super) endpoint: Option<EndpointId>,
    /// Whether it failed: an answer that says no is none of these.
    pub(super) failed: bool,
    /// Whether it went well.
    pub(super) ok: bool,
    /// How long it took, if it was worked on to its end.
    pub(super) took: Option<SimDuration>,
}

impl Ending {
    /// The ending that something that happened is, if it is one.
    pub(super) const fn of(what: &What) -> Option<Self> {
        let (endpoint, outcome, took) = match *what {
            What::JourneyEnded { outcome, took, .. } => (None, outcome, Some(took)),
            What::TaskFinished {
                endpoint,
                outcome,
                took,
                ..
            }
            | What::StatementFinished {
                endpoint,
                outcome,
                took,
                ..
            } => (Some(endpoint), outcome, Some(took)),
            What::TaskKilled {
                endpoint: Some(endpoint),
                ..
            } => (Some(endpoint), Outcome::Reset, None),
            What::MessageRejected { why, endpoint, .. } => (Some(endpoint), why.outcome(), None),
            What::Acknowledged { .. } => (None, Outcome::OK, None),
            What::Discarded { .. } | What::Expired { .. } => (None, Outcome::Reset, None),
            _ => return None,
        };
        Some(Self {
            endpoint,
            failed: failed(outcome),
            ok: outcome.is_ok(),
            took,
        })
    }
}

/// Whether something failed, rather than was answered, if only with a no.
const fn failed(outcome: Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Error(_)
            | Outcome::Refused
            | Outcome::Reset
            | Outcome::Timeout
            | Outcome::Full
            | Outcome::Open
            | Outcome::Limited
            | Outcome::Shed
            | Outcome::Conflict
    )
}

/// The endings of a stretch of time.
#[derive(Clone, Debug)]
pub(super) enum Endings {
    /// Of the whole run so far.
    All {
        count: u64,
        failed: u64,
        took: Box<Latencies>,
    },
    /// Of the last so long.
    Window(Window),
}

/// The endings of the last so long.
#[derive(Clone, Debug)]
pub(super) struct Window {
    over: SimDuration,
    kept: VecDeque<(SimTime, bool, Option<SimDuration>)>,
    failed: u64,
    /// How long those took that took a time, in order.
    took: Vec<SimDuration>,
}

impl Endings {
    /// None so far, over the last `over` or everything.
    pub(super) fn over(over: Option<SimDuration>) -> Self {
        over.map_or_else(
            || Self::All {
                count: 0,
                failed: 0,
                took: Box::default(),
            },
            |over| {
                Self::Window(Window {
                    over,
                    kept: VecDeque::new(),
                    failed: 0,
                    took: Vec::new(),
                })
            },
        )
    }

    /// Takes in one more.
    pub(super) fn add(&mut self, at: SimTime, ending: Ending) {
        match self {
            Self::All {
                count,
                failed,
                took,
            } => {
                *count += 1;
                *failed += u64::from(ending.failed);
                if let Some(span) = ending.took {
                    took.record(span);
                }
            }
            Self::Window(window) => {
                if window.kept.len() >= MOST_ENDINGS {
                    window.forget_first();
                }
                window.kept.push_back((at, ending.failed, ending.took));
                window.failed += u64::from(ending.failed);
                if let Some(span) = ending.took {
                    let place = window.took.partition_point(|other| *other < span);
                    window.took.insert(place, span);
                }
            }
        }
    }

    /// When the next of them leaves the stretch.
    pub(super) fn due(&self) -> SimTime {
        match self {
            Self::All { .. } => SimTime::MAX,
            Self::Window(window) => window.due(),
        }
    }

    /// Lets those go that are out of the stretch at `now`; whether there were any.
    pub(super) fn forget(&mut self, now: SimTime) -> bool {
        let Self::Window(window) = self else {
            return false;
        };
        let before = window.kept.len();
        while window.due() <= now {
            window.forget_first();
        }
        window.kept.len() < before
    }

    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        match self {
            Self::All { count, .. } => *count,
            Self::Window(window) => window.kept.len() as u64,
        }
    }

    /// How many of them failed.
    pub(super) const fn failed(&self) -> u64 {
        match self {
            Self::All { failed, .. } => *failed,
            Self::Window(window) => window.failed,
        }
    }

    /// Over how long they are counted, at `now`, if measuring began at `since`.
    pub(super) fn span(&self, since: SimTime, now: SimTime) -> SimDuration {
        let measured = now.since(since);
        match self {
            Self::All { .. } => measured,
            Self::Window(window) => measured.min(window.over),
        }
    }

    /// The least time that so many in a thousand of them do not exceed; nothing if there are
    /// none.
    pub(super) fn quantile(&self, per_mille: u16) -> Option<SimDuration> {
        match self {
            Self::All { took, .. } => {
                (took.count() > 0).then(|| took.quantile(f64::from(per_mille) / 1_000.0))
            }
            Self::Window(window) => {
                let count = window.took.len();
                let rank = (count * usize::from(per_mille)).div_ceil(1_000).max(1);
                window.took.get(rank - 1).copied()
            }
        }
    }
}

impl Window {
    fn due(&self) -> SimTime {
        let first = self.kept.front();
        first.map_or(SimTime::MAX, |(at, ..)| at.after(self.over))
    }

    fn forget_first(&mut self) {
        let Some((_, failed, took)) = self.kept.pop_front() else {
            return;
        };
        self.failed -= u64::from(failed);
        if let Some(span) = took {
            let place = self.took.partition_point(|other| *other < span);
            if place < self.took.len() {
                self.took.remove(place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn took(millis: u64) -> Ending {
        Ending {
            endpoint: None,
            failed: millis > 5,
            ok: millis <= 5,
            took: Some(SimDuration::from_millis(millis)),
        }
    }

    #[test]
    fn an_ending_leaves_a_window_as_long_after_it_as_the_window_is() {
        let mut window = Endings::over(Some(SimDuration::from_nanos(100)));
        window.add(SimTime::from_nanos(10), took(9));
        window.add(SimTime::from_nanos(50), took(1));
        assert_eq!(window.due(), SimTime::from_nanos(110));
        assert!(!window.forget(SimTime::from_nanos(109)));
        assert_eq!((window.count(), window.failed()), (2, 1));
        assert_eq!(window.quantile(990), Some(SimDuration::from_millis(9)));
        assert!(window.forget(SimTime::from_nanos(110)));
        assert_eq!((window.count(), window.failed()), (1, 0));
        assert_eq!(window.quantile(990), Some(SimDuration::from_millis(1)));
        assert!(window.forget(SimTime::from_nanos(150)));
        assert_eq!(window.quantile(500), None);
    }

    #[test]
    fn a_window_keeps_no_more_than_its_latest_endings() {
        let mut window = Endings::over(Some(SimDuration::from_secs(1)));
        for nanos in 0..2 * MOST_ENDINGS as u64 {
            window.add(SimTime::from_nanos(nanos), took(nanos % 11));
        }
        assert_eq!(window.count(), MOST_ENDINGS as u64);
        let Endings::Window(window) = window else {
            unreachable!()
        };
        assert_eq!(window.took.len(), MOST_ENDINGS);
        assert!(window.took.is_sorted());
    }
}
