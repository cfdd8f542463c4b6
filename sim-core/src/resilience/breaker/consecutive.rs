//! The circuit breaker in its simple form: so many failures in a row open it, and the first
//! success closes it.
//!
//! This is the class that most introductions show, after Michael Nygard's *Release It!*
//! (<https://martinfowler.com/bliki/CircuitBreaker.html>), and the one in the course this
//! simulator was made for, whose recorded answers are replayed:
//! - It opens when the failures since the last success reach the threshold.
//! - *More than* the time-out after the last failure, the next call half-opens it.
//! - Half-open, every call is let through; the first that succeeds closes it, one that fails
//!   opens it again.
//! - A result that comes late counts wherever it finds the breaker: a success closes an open
//!   one, a failure makes it wait anew.

use super::transition::{Acquired, Outcome, State, Transition, Why};
use crate::kernel::{SimDuration, SimTime};

/// The settings of a simple breaker.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settings {
    /// How many failures in a row open it; at least 1.
    pub failure_threshold: u32,
    /// How long after the last failure it lets nothing through.
    pub timeout: SimDuration,
}

impl Settings {
    /// Those of the course's class: 5 failures, 60 s.
    pub const DEFAULT: Self = Self {
        failure_threshold: 5,
        timeout: SimDuration::from_secs(60),
    };
}

impl Default for Settings {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// A breaker that counts failures in a row.
#[derive(Clone, Debug)]
pub struct ConsecutiveBreaker {
    state: State,
    since: SimTime,
    failures: u32,
    last_failure: SimTime,
    not_permitted: u64,
}

impl ConsecutiveBreaker {
    /// A closed breaker.
    pub const fn new(now: SimTime) -> Self {
        Self {
            state: State::Closed,
            since: now,
            failures: 0,
            last_failure: now,
            not_permitted: 0,
        }
    }

    /// What it is doing.
    pub const fn state(&self) -> State {
        self.state
    }

    /// Since when.
    pub const fn since(&self) -> SimTime {
        self.since
    }

    /// How many calls failed since the last one that did not.
    pub const fn failures(&self) -> u32 {
        self.failures
    }

    /// How many calls were refused since it opened.
    pub const fn not_permitted(&self) -> u64 {
        self.not_permitted
    }

    /// Until when it lets nothing through, if it is open.
    pub fn waits_until(&self, settings: &Settings) -> Option<SimTime> {
        (self.state == State::Open).then(|| self.last_failure.after(settings.timeout))
    }

    /// A call asks whether it may be made.
    pub fn acquire(&mut self, settings: &Settings, now: SimTime) -> Acquired {
        match self.state {
            State::Open => {
                let until = self.last_failure.after(settings.timeout);
                if now <= until {
                    self.not_permitted += 1;
                    return Acquired::refused(Some(until.after(SimDuration::from_nanos(1))));
                }
                let why = Why::WaitElapsed {
                    waited: now.since(self.last_failure),
                    wait: settings.timeout,
                };
                Acquired {
                    transition: self.change(State::HalfOpen, now, why),
                    ..Acquired::permitted()
                }
            }
            State::ForcedOpen => {
                self.not_permitted += 1;
                Acquired::refused(None)
            }
            State::Closed | State::HalfOpen | State::Disabled | State::MetricsOnly => {
                Acquired::permitted()
            }
        }
    }

    /// A call that was permitted has ended.
    pub fn record(
        &mut self,
        settings: &Settings,
        now: SimTime,
        outcome: Outcome,
    ) -> Option<Transition> {
        if matches!(self.state, State::ForcedOpen | State::Disabled) {
            return None;
        }
        let watches_only = self.state == State::MetricsOnly;
        match outcome {
            Outcome::Ignored => None,
            Outcome::Success => {
                self.failures = 0;
                if watches_only {
                    return None;
                }
                self.change(State::Closed, now, Why::Succeeded)
            }
            Outcome::Failure => {
                self.failures = self.failures.saturating_add(1);
                self.last_failure = now;
                if watches_only || self.failures < settings.failure_threshold {
                    return None;
                }
                let why = Why::ConsecutiveFailures {
                    failures: self.failures,
                    threshold: settings.failure_threshold,
                };
                self.change(State::Open, now, why)
            }
        }
    }

    /// Somebody puts it into a state; an open one waits from now on.
    pub fn force(&mut self, now: SimTime, to: State) -> Option<Transition> {
        self.failures = 0;
        self.last_failure = now;
        self.change(to, now, Why::Forced)
    }

    fn change(&mut self, to: State, at: SimTime, why: Why) -> Option<Transition> {
        let from = self.state;
        if from == to {
            return None;
        }
        self.state = to;
        self.since = at;
        if matches!(to, State::Closed | State::Open | State::ForcedOpen) {
            self.not_permitted = 0;
        }
        Some(Transition { from, to, at, why })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: Settings = Settings {
        failure_threshold: 2,
        timeout: SimDuration::from_millis(500),
    };

    fn at(millis: u64) -> SimTime {
        SimTime::ZERO.after(SimDuration::from_millis(millis))
    }

    /// A breaker that opened at 200 ms.
    fn open() -> ConsecutiveBreaker {
        let mut breaker = ConsecutiveBreaker::new(at(0));
        assert_eq!(breaker.record(&SETTINGS, at(100), Outcome::Failure), None);
        let opened = breaker.record(&SETTINGS, at(200), Outcome::Failure);
        let why = Why::ConsecutiveFailures {
            failures: 2,
            threshold: 2,
        };
        assert_eq!(opened.map(|opened| opened.why), Some(why));
        breaker
    }

    #[test]
    fn a_success_in_between_begins_the_count_anew() {
        let mut breaker = ConsecutiveBreaker::new(at(0));
        for outcome in [Outcome::Failure, Outcome::Success, Outcome::Failure] {
            assert_eq!(breaker.record(&SETTINGS, at(0), outcome), None);
        }
        assert_eq!(breaker.state(), State::Closed);
    }

    #[test]
    fn the_next_call_is_a_trial_only_after_more_than_the_time_out() {
        let mut breaker = open();
        assert!(
            !breaker
                .acquire(&SETTINGS, at(700))
                .permission
                .is_permitted()
        );
        assert_eq!(breaker.waits_until(&SETTINGS), Some(at(700)));
        let acquired = breaker.acquire(&SETTINGS, at(701));
        assert!(acquired.permission.is_permitted());
        assert_eq!(breaker.state(), State::HalfOpen);
    }

    #[test]
    fn half_open_it_does_not_limit_how_many_calls_are_let_through() {
        let mut breaker = open();
        for _ in 0..10 {
            assert!(
                breaker
                    .acquire(&SETTINGS, at(800))
                    .permission
                    .is_permitted()
            );
        }
    }

    #[test]
    fn a_late_failure_makes_an_open_breaker_wait_anew_and_a_late_success_closes_it() {
        let mut breaker = open();
        assert_eq!(breaker.record(&SETTINGS, at(600), Outcome::Failure), None);
        assert!(
            !breaker
                .acquire(&SETTINGS, at(800))
                .permission
                .is_permitted()
        );
        let closed = breaker.record(&SETTINGS, at(900), Outcome::Success);
        assert_eq!(closed.map(|closed| closed.to), Some(State::Closed));
    }

    #[test]
    fn forced_open_it_stays_open_until_somebody_says_otherwise() {
        let mut breaker = ConsecutiveBreaker::new(at(0));
        assert!(breaker.force(at(0), State::ForcedOpen).is_some());
        assert_eq!(breaker.record(&SETTINGS, at(1), Outcome::Success), None);
        assert!(
            !breaker
                .acquire(&SETTINGS, at(90_000))
                .permission
                .is_permitted()
        );
        assert!(breaker.force(at(90_000), State::Closed).is_some());
        assert!(
            breaker
                .acquire(&SETTINGS, at(90_000))
                .permission
                .is_permitted()
        );
    }
}
