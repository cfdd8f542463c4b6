//! Reasons: why a policy around calls or what is done around instances did something, and with
//! what, as far as it fits a record.

use serde::{Deserialize, Serialize};

use crate::kernel::SimDuration;
use crate::resilience::breaker::Why;
use crate::world::topology::{EndpointId, GuardId};

/// Why a retry does not try again though it has attempts left.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotRetried {
    /// What is called is not called with one of the methods that are sent again.
    Method,
    /// The next attempt would begin when nobody waits for it any more.
    Deadline,
}

/// What a fallback answers with.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Substitute {
    /// A value of its own.
    Value,
    /// What a cache has, though it is no longer fresh.
    Stale {
        /// The cache.
        guard: GuardId,
        /// How long ago the answer came.
        age: SimDuration,
    },
    /// Whatever another endpoint answers, which is asked now.
    Endpoint {
        /// The endpoint.
        endpoint: EndpointId,
    },
}

/// What an instance has to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// So many thousandths of its workers are busy.
    Busy(u32),
    /// So many thousandths of a request or message wait.
    Waiting(u32),
}

impl Measure {
    /// In units: the share of the workers, or how many wait.
    pub fn value(self) -> f64 {
        let (Self::Busy(thousandths) | Self::Waiting(thousandths)) = self;
        f64::from(thousandths) / 1_000.0
    }
}

/// Why a breaker changed its state: the numbers of [`Why`](crate::resilience::breaker::Why)
/// that fit a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BreakerWhy {
    /// Too many calls failed.
    Failed {
        /// So many ...
        calls: u32,
        /// ... of so many.
        of: u32,
    },
    /// Too many calls were slow.
    Slow {
        /// So many ...
        calls: u32,
        /// ... of so many.
        of: u32,
    },
    /// So many calls in a row failed.
    InARow {
        /// In a row.
        calls: u32,
    },
    /// Few enough of the trial calls failed or were slow.
    TrialsWell {
        /// So many failed ...
        failed: u32,
        /// ... of so many.
        of: u32,
    },
    /// The trial call was answered.
    Succeeded,
    /// It was open for long enough.
    Waited,
    /// The trial calls did not end in time.
    TrialsTooLong {
        /// So many ended ...
        ended: u32,
        /// ... of so many.
        needed: u32,
    },
    /// Somebody put it there.
    Forced,
    /// Its instance starts again.
    Restarted,
}

impl From<Why> for BreakerWhy {
    fn from(why: Why) -> Self {
        match why {
            Why::FailureRate(tally) | Why::BothRates { failed: tally, .. } => Self::Failed {
                calls: tally.part,
                of: tally.of,
            },
            Why::SlowCallRate(tally) => Self::Slow {
                calls: tally.part,
                of: tally.of,
            },
            Why::RatesBelow { failed, .. } => Self::TrialsWell {
                failed: failed.part,
                of: failed.of,
            },
            Why::ConsecutiveFailures { failures, .. } => Self::InARow { calls: failures },
            Why::Succeeded => Self::Succeeded,
            Why::WaitElapsed { .. } => Self::Waited,
            Why::HalfOpenTooLong { ended, needed, .. } => Self::TrialsTooLong { ended, needed },
            Why::Forced => Self::Forced,
        }
    }
}
