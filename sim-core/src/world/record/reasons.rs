//! Reasons: the numbers by which a breaker or an autoscaler decided, as far as they fit a record.

use serde::{Deserialize, Serialize};

use crate::resilience::breaker::Why;

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
