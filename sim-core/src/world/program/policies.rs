//! The policies of a program: what stands around an operation, and the settings of what
//! remembers.
//!
//! Settings flow in from compiling; whoever carries a call through its layers reads them.

use std::ops::Range;

use super::any_matches;
use crate::kernel::{Draw, EntityId, Identity, Key, SimDuration, StreamKey};
use crate::resilience::adaptive;
use crate::resilience::backoff::{Backoff, Jitter};
use crate::resilience::breaker;
use crate::resilience::bulkhead::{PoolSettings, SemaphoreSettings};
use crate::resilience::cache::CacheSettings;
use crate::resilience::rate_limiter::{BucketSettings, CycleSettings};
use crate::resilience::retry::BudgetSettings;
use crate::scenario::document::{OutcomeMatch, Timeout};
use crate::values::Formula;
use crate::world::record::Outcome;
use crate::world::sampling::Drawn;

/// A policy around an operation.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::world) enum Policy {
    Timeout(Timeout),
    Retry(Retry),
    /// By its place in [`Program::guards`](super::Program::guards), like the three after it.
    Breaker(u32),
    Bulkhead(u32),
    RateLimit(u32),
    Adaptive(u32),
    Hedge(Hedge),
    Fallback(Fallback),
    Cache(CachePolicy),
    /// A fallback asks at this site instead of at the one it stands at: the innermost of its
    /// policies, which leads back to that one.
    InsteadOf(u32),
}

/// A cache around an operation.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::world) struct CachePolicy {
    /// By its place in [`Program::guards`](super::Program::guards).
    pub(in crate::world) guard: u32,
    /// What two equal questions have in common; all arguments if nothing is written.
    pub(in crate::world) key: Option<Formula>,
}

#[derive(Clone, PartialEq, Debug)]
pub(in crate::world) struct Retry {
    pub(in crate::world) attempts: u32,
    pub(in crate::world) wait: Wait,
    pub(in crate::world) jitter_stream: StreamKey,
    /// Which outcomes are tried again.
    pub(in crate::world) only: Vec<OutcomeMatch>,
    pub(in crate::world) wait_before_give_up: bool,
    /// The budget, by its place in [`Program::guards`].
    pub(in crate::world) budget: Option<u32>,
    /// Whether the operation may be sent again at all: its method may say no.
    pub(in crate::world) may_repeat: bool,
    /// Whether it waits as long as the answer asks for.
    pub(in crate::world) honours_retry_after: bool,
}

impl Policy {
    /// The budget of a retry, if it has one.
    pub(in crate::world) fn budget(&self) -> Option<u32> {
        match self {
            Self::Retry(retry) => retry.budget,
            _ => None,
        }
    }
}

/// How long a retry waits.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::world) enum Wait {
    Drawn(Drawn, Jitter),
    Grown(Backoff),
}

impl Retry {
    /// Whether `outcome` may be tried again.
    pub(in crate::world) fn retries(&self, outcome: Outcome) -> bool {
        any_matches(&self.only, outcome)
    }

    /// How long to wait after the `failed`-th attempt, counted from 1, if the wait before was
    /// `previous`.
    pub(in crate::world) fn wait_after(
        &self,
        failed: u32,
        previous: Option<SimDuration>,
        identity: Identity,
    ) -> SimDuration {
        let unit = || Draw::new(self.jitter_stream, identity).unit();
        match &self.wait {
            Wait::Drawn(drawn, jitter) => jitter.apply(drawn.draw(identity), unit),
            Wait::Grown(backoff) => backoff.wait(failed, previous, unit),
        }
    }
}

#[derive(Clone, PartialEq, Debug)]
pub(in crate::world) struct Hedge {
    pub(in crate::world) after: SimDuration,
    pub(in crate::world) attempts: u8,
    /// After which failures another attempt may still be good.
    pub(in crate::world) only: Vec<OutcomeMatch>,
}

#[derive(Clone, PartialEq, Debug)]
pub(in crate::world) struct Fallback {
    pub(in crate::world) on: Vec<OutcomeMatch>,
    pub(in crate::world) instead: Instead,
}

/// What a fallback answers with.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::world) enum Instead {
    /// This value, if there is one.
    Value(Option<Formula>),
    /// What a cache has, fresh or not.
    Stale {
        /// The cache, by its place among the guards.
        cache: u32,
        /// The cache's key.
        key: Option<Formula>,
    },
    /// What is answered at this site.
    Site(u32),
}

/// A policy that remembers, for one caller with all its instances, or for all callers.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::world) struct GuardProgram {
    /// The policy, by name.
    pub(in crate::world) policy: String,
    pub(in crate::world) settings: GuardSettings,
    /// What tells it from others, wherever it stands in the document.
    pub(in crate::world) key: Key,
    /// The first of its machines in the state of the world.
    pub(in crate::world) first: u32,
    /// The instances of which each has its own; if none has, they share one.
    pub(in crate::world) owners: Option<Range<u32>>,
}

impl GuardProgram {
    /// How many machines there are.
    pub(in crate::world) fn count(&self) -> u32 {
        self.owners.as_ref().map_or(1, |owners| owners.len() as u32)
    }

    /// The machine that watches the calls of `owner`.
    pub(in crate::world) fn machine(&self, owner: EntityId) -> usize {
        let own = self
            .owners
            .as_ref()
            .map_or(0, |owners| owner.0.saturating_sub(owners.start));
        (self.first + own.min(self.count() - 1)) as usize
    }
}

/// The settings of a policy that remembers.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::world) enum GuardSettings {
    Breaker(BreakerSettings),
    Bulkhead(SemaphoreSettings),
    Bucket(BucketSettings),
    Cycle(CycleSettings),
    Budget(BudgetSettings),
    Cache(CacheSettings),
    Pool(PoolProgram),
    Adaptive(AdaptiveSettings),
}

/// The settings of a pool of threads, and how long a call waits in its queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::world) struct PoolProgram {
    pub(in crate::world) pool: PoolSettings,
    pub(in crate::world) max_wait: SimDuration,
}

/// The settings of a limit that adapts.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(in crate::world) struct AdaptiveSettings {
    pub(in crate::world) bounds: adaptive::Bounds,
    pub(in crate::world) rule: adaptive::Rule,
}

#[derive(Clone, PartialEq, Debug)]
pub(in crate::world) struct BreakerSettings {
    pub(in crate::world) breaker: breaker::Settings,
    pub(in crate::world) failures: Vec<OutcomeMatch>,
    pub(in crate::world) ignore: Vec<OutcomeMatch>,
    /// The state somebody has put it to.
    pub(in crate::world) forced: Option<breaker::State>,
}

impl BreakerSettings {
    /// What an outcome says of the callee.
    pub(in crate::world) fn judged(&self, outcome: Outcome) -> breaker::Outcome {
        if any_matches(&self.ignore, outcome) {
            breaker::Outcome::Ignored
        } else if any_matches(&self.failures, outcome) {
            breaker::Outcome::Failure
        } else {
            breaker::Outcome::Success
        }
    }
}
