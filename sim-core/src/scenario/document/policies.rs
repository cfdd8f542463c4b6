//! Policies: what surrounds a call.

use super::{DurationDistribution, Name, OutcomeMatch, Share};
use crate::kernel::SimDuration;

/// A policy by its kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Policy {
    /// Gives up waiting after so long; more than zero.
    Timeout(SimDuration),
    /// Tries again.
    Retry(Retry),
    /// Several policies under one name, outermost first.
    Chain(Vec<Name>),
}

/// Tries again.
#[derive(Clone, Debug, PartialEq)]
pub struct Retry {
    /// How often in all, the first included; at least 1. 3 if not written, as in
    /// resilience4j (<https://resilience4j.readme.io/docs/retry>).
    pub attempts: u32,
    /// How long between two attempts.
    pub wait: RetryWait,
    /// By how much each wait may be shorter or longer.
    pub jitter: Share,
    /// Which outcomes are tried again; error and timeout if not written.
    pub only: Vec<OutcomeMatch>,
    /// Whether one more wait passes after the last attempt.
    pub wait_before_give_up: bool,
}

/// How long a retry waits before the next attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RetryWait {
    /// Drawn anew each time; constant 500 ms if not written, as in resilience4j.
    Drawn(DurationDistribution),
    /// `base`, then `factor` times longer each time, `cap` at the most.
    Exponential {
        /// The first wait.
        base: SimDuration,
        /// By how much each wait is longer than the one before; at least 1.
        factor: f64,
        /// The longest wait.
        cap: Option<SimDuration>,
    },
}
