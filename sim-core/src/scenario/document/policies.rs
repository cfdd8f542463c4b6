//! Policies: what surrounds a call.

use super::{DurationDistribution, MemberRef, Name, OutcomeMatch, Share, Value};
use crate::kernel::SimDuration;

/// A policy by its kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Policy {
    /// Does nothing: written `none`, it takes a policy away from everyone who names it.
    None,
    /// Gives up waiting.
    Timeout(Timeout),
    /// Tries again.
    Retry(Retry),
    /// Several policies under one name, outermost first.
    Chain(Vec<Name>),
    /// Lets nothing through while the callee fails.
    Breaker(Breaker),
    /// Lets only so many through at a time.
    Bulkhead(Bulkhead),
    /// Remembers answers.
    Cache(Cache),
    /// Makes one call of many.
    Loader(Loader),
}

/// Gives up waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeout {
    /// After so long; more than zero.
    pub after: SimDuration,
    /// Whether the callee is told until when it is waited for.
    pub propagates: bool,
    /// Whether the callee is told when it is no longer waited for.
    pub cancels: bool,
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
#[derive(Clone, Debug, PartialEq)]
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

/// A circuit breaker, with the names and defaults of resilience4j
/// (<https://resilience4j.readme.io/docs/circuitbreaker>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breaker {
    /// What it judges by.
    pub window: BreakerWindow,
    /// How many calls it needs to judge; 100 if not written.
    pub minimum: u32,
    /// At which share of failures it opens; 50 % if not written.
    pub failure_rate: Share,
    /// From when on a call is slow, and at which share of slow calls it opens.
    pub slow: Option<(SimDuration, Share)>,
    /// How long it stays open; 60 s if not written.
    pub open_for: SimDuration,
    /// How many calls it lets through to see whether the callee is back; 10 if not written.
    pub half_open: u32,
}

/// What a breaker judges by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerWindow {
    /// The last so many calls; 100 if not written.
    Calls(u32),
    /// The calls of the last so long.
    Time(SimDuration),
    /// So many failures in a row.
    Consecutive(u32),
}

/// A bulkhead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bulkhead {
    /// How many calls may be under way; 25 if not written, as in resilience4j.
    pub at_most: u32,
    /// How long one more waits for its turn; not at all if not written.
    pub wait: SimDuration,
    /// Whose calls are counted together.
    pub scope: Scope,
}

/// Whose calls a policy counts together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Scope {
    /// Those of one instance of the caller: each has its own.
    #[default]
    Instance,
    /// Everybody's.
    Shared,
}

/// A cache of answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Cache {
    /// How long an answer is good.
    pub ttl: SimDuration,
    /// How many it keeps; no limit if not written.
    pub entries: Option<u64>,
    /// What two equal questions have in common; all arguments if not written.
    pub key: Option<Value>,
}

/// A batching loader: the calls of one tick become one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loader {
    /// The argument that becomes a list.
    pub key: Name,
    /// How many at most.
    pub batch: u32,
    /// The endpoint that answers for many; the same one if not written.
    pub to: Option<MemberRef>,
}
