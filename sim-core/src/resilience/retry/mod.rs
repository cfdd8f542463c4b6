//! Retries: whether a call that failed is made again, and when.
//!
//! A failure flows in with the state of its call and whatever limits retries; a decision
//! flows out, with its reason if there is no further attempt. How many attempts there are
//! counts the first one, as in resilience4j (<https://resilience4j.readme.io/docs/retry>)
//! and gRPC (<https://github.com/grpc/proposal/blob/master/A6-client-retries.md>).

mod budget;

pub use self::budget::{ActiveShare, BudgetSettings, RetryBudget, Tokens};

use crate::kernel::{SimDuration, SimTime};
use crate::resilience::backoff::Backoff;

/// When a call is made again.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct RetrySettings {
    /// How many attempts there are in all, the first included; at least 1.
    pub max_attempts: u32,
    /// How long to wait between them.
    pub backoff: Backoff,
    /// Whether one more wait passes after the last attempt, as in the course's picture.
    pub wait_before_give_up: bool,
}

impl RetrySettings {
    /// resilience4j's: 3 attempts, 500 ms apart.
    pub const DEFAULT: Self = Self {
        max_attempts: 3,
        backoff: Backoff::DEFAULT,
        wait_before_give_up: false,
    };
}

impl Default for RetrySettings {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// How far one call has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Attempts {
    /// How many attempts have failed.
    pub failed: u32,
    /// The wait after the last of them.
    previous: Option<SimDuration>,
}

/// An attempt that failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Failure {
    /// Whether trying again may help and does no harm: an idempotent call, a failure that
    /// passes.
    pub is_retryable: bool,
    /// What the callee says about when to come back.
    pub pushback: Pushback,
    /// When nobody waits for the call any longer: all attempts share one deadline.
    pub deadline: Option<SimTime>,
}

/// What the callee says about when to come back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Pushback {
    /// Nothing.
    #[default]
    None,
    /// After so long, instead of the wait there would be: HTTP's `Retry-After`
    /// (<https://www.rfc-editor.org/rfc/rfc9110#field.retry-after>), gRPC's
    /// `grpc-retry-pushback-ms`.
    After(SimDuration),
    /// Never: a negative `grpc-retry-pushback-ms`.
    Never,
}

/// What follows a failure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    /// Another attempt.
    Again {
        /// After this wait.
        after: SimDuration,
    },
    /// No more attempts.
    GiveUp {
        /// After this wait, which is mostly none.
        after: SimDuration,
        /// Why.
        why: GaveUp,
    },
}

/// Why there is no further attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GaveUp {
    /// There were as many as there may be.
    Exhausted {
        /// So many.
        attempts: u32,
    },
    /// Trying again would not help, or do harm.
    NotRetryable,
    /// The budget for retries is used up.
    OverBudget,
    /// The wait would reach beyond the deadline.
    Deadline,
    /// The callee said so.
    PushedBack,
}

impl RetrySettings {
    /// Decides what follows a failure of the call that `attempts` is about. `budget` is asked
    /// last, and only if another attempt would be made; `unit` draws a number from 0 up to
    /// but not including 1.
    pub fn decide(
        &self,
        attempts: &mut Attempts,
        failure: Failure,
        now: SimTime,
        budget: impl FnOnce() -> bool,
        unit: impl FnOnce() -> f64,
    ) -> Decision {
        let give_up = |why| Decision::GiveUp {
            after: SimDuration::ZERO,
            why,
        };
        attempts.failed = attempts.failed.saturating_add(1);
        if !failure.is_retryable {
            return give_up(GaveUp::NotRetryable);
        }
        let is_last = attempts.failed >= self.max_attempts;
        if is_last && !self.wait_before_give_up {
            return give_up(GaveUp::Exhausted {
                attempts: attempts.failed,
            });
        }
        let after = match failure.pushback {
            Pushback::Never => return give_up(GaveUp::PushedBack),
            Pushback::After(wait) => wait,
            Pushback::None => self.backoff.wait(attempts.failed, attempts.previous, unit),
        };
        if is_last {
            return Decision::GiveUp {
                after,
                why: GaveUp::Exhausted {
                    attempts: attempts.failed,
                },
            };
        }
        if failure
            .deadline
            .is_some_and(|deadline| now.after(after) >= deadline)
        {
            return give_up(GaveUp::Deadline);
        }
        if !budget() {
            return give_up(GaveUp::OverBudget);
        }
        attempts.previous = match failure.pushback {
            Pushback::None => Some(after),
            _ => None,
        };
        Decision::Again { after }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resilience::backoff::{Growth, Jitter, Order};

    const FAILURE: Failure = Failure {
        is_retryable: true,
        pushback: Pushback::None,
        deadline: None,
    };
    const DOUBLING: RetrySettings = RetrySettings {
        max_attempts: 5,
        backoff: Backoff {
            growth: Growth::Exponential {
                base: SimDuration::from_secs(1),
                factor: 2.0,
                cap: SimDuration::MAX,
            },
            jitter: Jitter::None,
            order: Order::CapThenJitter,
        },
        wait_before_give_up: true,
    };

    fn decide(settings: &RetrySettings, attempts: &mut Attempts, failure: Failure) -> Decision {
        settings.decide(attempts, failure, SimTime::ZERO, || true, || 0.5)
    }

    fn given_up(why: GaveUp) -> Decision {
        Decision::GiveUp {
            after: SimDuration::ZERO,
            why,
        }
    }

    #[test]
    fn the_first_attempt_counts() {
        let mut attempts = Attempts::default();
        let settings = RetrySettings::DEFAULT;
        let again = Decision::Again {
            after: SimDuration::from_millis(500),
        };
        assert_eq!(decide(&settings, &mut attempts, FAILURE), again);
        assert_eq!(decide(&settings, &mut attempts, FAILURE), again);
        assert_eq!(
            decide(&settings, &mut attempts, FAILURE),
            given_up(GaveUp::Exhausted { attempts: 3 })
        );
    }

    #[test]
    fn five_attempts_wait_one_two_four_eight_and_sixteen_seconds_before_giving_up() {
        let mut attempts = Attempts::default();
        for secs in [1, 2, 4, 8] {
            let after = SimDuration::from_secs(secs);
            let decision = decide(&DOUBLING, &mut attempts, FAILURE);
            assert_eq!(decision, Decision::Again { after });
        }
        let last = Decision::GiveUp {
            after: SimDuration::from_secs(16),
            why: GaveUp::Exhausted { attempts: 5 },
        };
        assert_eq!(decide(&DOUBLING, &mut attempts, FAILURE), last);
    }

    #[test]
    fn the_callee_decides_when_to_come_back_or_that_nobody_does() {
        let after = SimDuration::from_secs(7);
        let pushed = |pushback| Failure {
            pushback,
            ..FAILURE
        };
        let mut attempts = Attempts::default();
        assert_eq!(
            decide(&DOUBLING, &mut attempts, pushed(Pushback::After(after))),
            Decision::Again { after }
        );
        assert_eq!(
            decide(&DOUBLING, &mut attempts, pushed(Pushback::Never)),
            given_up(GaveUp::PushedBack)
        );
    }

    #[test]
    fn what_may_not_be_tried_again_is_not() {
        let failure = Failure {
            is_retryable: false,
            ..FAILURE
        };
        assert_eq!(
            decide(&DOUBLING, &mut Attempts::default(), failure),
            given_up(GaveUp::NotRetryable)
        );
    }

    #[test]
    fn nobody_waits_for_an_attempt_beyond_the_deadline() {
        let failure = Failure {
            deadline: Some(SimTime::ZERO.after(SimDuration::from_secs(1))),
            ..FAILURE
        };
        assert_eq!(
            decide(&DOUBLING, &mut Attempts::default(), failure),
            given_up(GaveUp::Deadline)
        );
    }

    #[test]
    fn a_budget_that_is_used_up_ends_it_and_is_not_asked_in_vain() {
        let now = SimTime::ZERO;
        let over = DOUBLING.decide(&mut Attempts::default(), FAILURE, now, || false, || 0.5);
        assert_eq!(over, given_up(GaveUp::OverBudget));
        let mut last = Attempts {
            failed: 4,
            ..Attempts::default()
        };
        let asked = || panic!("there is no attempt to pay for");
        let exhausted = DOUBLING.decide(&mut last, FAILURE, now, asked, || 0.5);
        assert!(matches!(
            exhausted,
            Decision::GiveUp {
                why: GaveUp::Exhausted { .. },
                ..
            }
        ));
    }
}
