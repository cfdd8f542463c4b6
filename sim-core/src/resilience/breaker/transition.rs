//! What a circuit breaker says of itself: its states, what it answers, and why it changed.

use serde::{Deserialize, Serialize};

use crate::kernel::{SimDuration, SimTime};
use crate::resilience::Rate;

/// What a breaker is doing
/// (<https://resilience4j.readme.io/docs/circuitbreaker>).
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Lets every call through and watches how they end.
    #[default]
    Closed,
    /// Lets nothing through until a time has passed.
    Open,
    /// Lets a few calls through to see whether the callee is back.
    HalfOpen,
    /// Lets nothing through until somebody says otherwise.
    ForcedOpen,
    /// Lets everything through and watches nothing.
    Disabled,
    /// Lets everything through and watches, but never opens.
    MetricsOnly,
}

impl State {
    /// How much it holds back.
    pub const fn severity(self) -> u8 {
        match self {
            Self::Closed | Self::Disabled | Self::MetricsOnly => 0,
            Self::HalfOpen => 1,
            Self::Open => 2,
            Self::ForcedOpen => 3,
        }
    }

    /// The word for it in expressions.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::HalfOpen => "half-open",
            Self::Open => "open",
            Self::ForcedOpen => "forced-open",
            Self::Disabled => "disabled",
            Self::MetricsOnly => "metrics-only",
        }
    }

    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Closed,
        Self::Open,
        Self::HalfOpen,
        Self::ForcedOpen,
        Self::Disabled,
        Self::MetricsOnly,
    ];

    /// The changes a breaker makes by itself: the arrows of its diagram.
    pub const CHANGES: [(Self, Self); 4] = [
        (Self::Closed, Self::Open),
        (Self::Open, Self::HalfOpen),
        (Self::HalfOpen, Self::Closed),
        (Self::HalfOpen, Self::Open),
    ];
}

/// How a call ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It is recorded as a success.
    Success,
    /// It is recorded as a failure.
    Failure,
    /// It says nothing of the callee (resilience4j's `ignoreExceptions`): its permission is
    /// given back.
    Ignored,
}

/// Whether a call may be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Permission {
    /// It may; how it ends is to be recorded, or its permission released.
    Permitted,
    /// It may not.
    Refused {
        /// The first moment at which another one may be let through, if that is known.
        retry_at: Option<SimTime>,
    },
}

impl Permission {
    /// Whether the call may be made.
    pub const fn is_permitted(self) -> bool {
        matches!(self, Self::Permitted)
    }
}

/// What asking for permission comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub struct Acquired {
    /// Whether the call may be made.
    pub permission: Permission,
    /// The change that asking caused: the first call after the wait half-opens a breaker.
    pub transition: Option<Transition>,
}

impl Acquired {
    pub(super) const fn permitted() -> Self {
        Self {
            permission: Permission::Permitted,
            transition: None,
        }
    }

    pub(super) const fn refused(retry_at: Option<SimTime>) -> Self {
        Self {
            permission: Permission::Refused { retry_at },
            transition: None,
        }
    }
}

/// A breaker changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Transition {
    /// What it was.
    pub from: State,
    /// What it is.
    pub to: State,
    /// When.
    pub at: SimTime,
    /// Why.
    pub why: Why,
}

/// How many calls of a window were of a kind, and at which rate that is too many.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tally {
    /// So many calls.
    pub part: u32,
    /// Of so many.
    pub of: u32,
    /// The rate at which a breaker opens.
    pub threshold: Rate,
}

impl Tally {
    /// Whether there are too many: as many as the threshold, or more.
    pub fn is_reached(&self) -> bool {
        self.threshold.is_reached_by(self.part, self.of)
    }
}

/// Why a breaker changed, with the numbers that made it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// Too many calls of the window failed.
    FailureRate(Tally),
    /// Too many calls of the window were slow.
    SlowCallRate(Tally),
    /// Too many calls of the window failed, and too many were slow.
    BothRates {
        /// Those that failed.
        failed: Tally,
        /// Those that were slow.
        slow: Tally,
    },
    /// The trial calls were good enough.
    RatesBelow {
        /// Those that failed.
        failed: Tally,
        /// Those that were slow.
        slow: Tally,
    },
    /// So many calls in a row failed.
    ConsecutiveFailures {
        /// In a row.
        failures: u32,
        /// At how many a breaker opens; at least 1.
        threshold: u32,
    },
    /// A call succeeded, which is all that the simple form asks for.
    Succeeded,
    /// It was open for long enough.
    WaitElapsed {
        /// How long it was open.
        waited: SimDuration,
        /// How long it had to be.
        wait: SimDuration,
    },
    /// The trial calls did not end in time.
    HalfOpenTooLong {
        /// How long it waited for them.
        waited: SimDuration,
        /// How many had ended.
        ended: u32,
        /// How many are needed for a verdict.
        needed: u32,
    },
    /// Somebody said so.
    Forced,
}
