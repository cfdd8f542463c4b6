//! resilience4j's circuit breaker: opens when too many calls of a sliding window failed or
//! were slow, and judges a few trial calls before it closes again.
//!
//! Calls that ask and calls that ended flow in, permissions and transitions flow out. The
//! rules are those of version 2.3.0, of which the replayed recordings are
//! (<https://resilience4j.readme.io/docs/circuitbreaker>):
//! - Rates are judged when a call ends, and only once there are enough of them. A rate that
//!   *reaches* its threshold opens; a call is slow if it took *longer* than its threshold.
//! - The wait ends strictly *after* its length, and then only for a call that asks, unless
//!   the automatic transition is on.
//! - Half-open, as many calls are let through as are permitted; an ignored call or one that
//!   is released gives its permission back, even one that was let through before (a quirk
//!   of the real one: such a late call makes room for one more).
//! - A result that comes late counts in the window of the state it finds.
//! - Each state but [`State::Open`] begins with an empty window; an open breaker goes on with
//!   the one that made it open.

use super::transition::{Acquired, Outcome, State, Tally, Transition, Why};
use super::window::{CallWindow, Counts, Recorded, TimeWindow, Window};
use crate::kernel::{SimDuration, SimTime};
use crate::resilience::Rate;
use crate::resilience::backoff::Growth;

/// The settings of a breaker, with resilience4j's names
/// (<https://resilience4j.readme.io/docs/circuitbreaker#create-and-configure-a-circuitbreaker>).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Settings {
    /// `slidingWindowType` and `slidingWindowSize`: what it judges by. Another size takes
    /// effect with the next empty window.
    pub window: WindowSize,
    /// `minimumNumberOfCalls`: how many calls it needs to judge; a window of fewer calls
    /// needs all of them.
    pub minimum_calls: u32,
    /// `failureRateThreshold`: at which share of failures it opens.
    pub failure_rate: Rate,
    /// `slowCallRateThreshold`: at which share of slow calls it opens.
    pub slow_call_rate: Rate,
    /// `slowCallDurationThreshold`: a call that took longer is slow.
    pub slow_call: SimDuration,
    /// `permittedNumberOfCallsInHalfOpenState`: how many calls are tried; at least 1.
    pub permitted_in_half_open: u32,
    /// `waitIntervalFunctionInOpenState`: how long it stays open, by how often it opened
    /// without having closed.
    pub wait_in_open: Growth,
    /// `maxWaitDurationInHalfOpenState` and `transitionToStateAfterWaitDuration`: how long it
    /// waits for its trial calls, if not for ever.
    pub half_open_limit: Option<HalfOpenLimit>,
    /// `automaticTransitionFromOpenToHalfOpenEnabled`: whether it half-opens without being
    /// asked.
    pub automatic: bool,
}

/// What a breaker judges by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WindowSize {
    /// `COUNT_BASED`: the last so many calls, 1 to [`super::MOST_CALLS`].
    Calls(u32),
    /// `TIME_BASED`: the calls of the last so many seconds, 1 to [`super::MOST_SECONDS`].
    Seconds(u32),
}

/// How long a breaker waits for its trial calls.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HalfOpenLimit {
    /// So long.
    pub wait: SimDuration,
    /// Whether it then closes instead of opening again; resilience4j's default is not to.
    pub then_closes: bool,
}

impl Settings {
    /// resilience4j's defaults.
    pub const DEFAULT: Self = Self {
        window: WindowSize::Calls(100),
        minimum_calls: 100,
        failure_rate: Rate::percent(50),
        slow_call_rate: Rate::percent(100),
        slow_call: SimDuration::from_secs(60),
        permitted_in_half_open: 10,
        wait_in_open: Growth::Constant(SimDuration::from_secs(60)),
        half_open_limit: None,
        automatic: false,
    };
}

impl Default for Settings {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// What a breaker is doing, and what it needs to know for it.
#[derive(Clone, Copy, Debug)]
enum Phase {
    Closed,
    Open {
        /// How often it opened without having closed.
        times: u32,
        until: SimTime,
        wait: SimDuration,
    },
    HalfOpen {
        times: u32,
        /// How many calls may still be let through.
        permits: u32,
        /// When it stops waiting for them.
        until: Option<SimTime>,
    },
    ForcedOpen {
        times: u32,
    },
    Disabled,
    MetricsOnly,
}

/// A breaker with a sliding window.
#[derive(Clone, Debug)]
pub struct SlidingBreaker {
    phase: Phase,
    since: SimTime,
    window: Window,
    not_permitted: u64,
}

impl SlidingBreaker {
    /// A closed breaker.
    pub fn new(settings: &Settings, now: SimTime) -> Self {
        Self {
            phase: Phase::Closed,
            since: now,
            window: main_window(settings),
            not_permitted: 0,
        }
    }

    /// What it is doing.
    pub const fn state(&self) -> State {
        match self.phase {
            Phase::Closed => State::Closed,
            Phase::Open { .. } => State::Open,
            Phase::HalfOpen { .. } => State::HalfOpen,
            Phase::ForcedOpen { .. } => State::ForcedOpen,
            Phase::Disabled => State::Disabled,
            Phase::MetricsOnly => State::MetricsOnly,
        }
    }

    /// Since when.
    pub const fn since(&self) -> SimTime {
        self.since
    }

    /// Until when it waits, if it does: the end of a countdown. Nothing need happen then
    /// ([`SlidingBreaker::due`]).
    pub const fn waits_until(&self) -> Option<SimTime> {
        match self.phase {
            Phase::Open { until, .. } => Some(until),
            Phase::HalfOpen { until, .. } => until,
            _ => None,
        }
    }

    /// When it changes by itself: a [`SlidingBreaker::tick`] is due then.
    pub const fn due(&self, settings: &Settings) -> Option<SimTime> {
        match self.phase {
            Phase::Open { until, .. } if settings.automatic => Some(until),
            Phase::HalfOpen { until, .. } => until,
            _ => None,
        }
    }

    /// What it remembers.
    pub const fn window(&self) -> &Window {
        &self.window
    }

    /// How many calls were refused since its window was empty.
    pub const fn not_permitted(&self) -> u64 {
        self.not_permitted
    }

    /// How many calls it needs to judge: no more than its window has room for, nor than the
    /// one of the closed state has, if that counts calls.
    pub fn minimum_calls(&self, settings: &Settings) -> u32 {
        let asked = match settings.window {
            WindowSize::Calls(size) => settings.minimum_calls.min(size.max(1)),
            WindowSize::Seconds(_) => settings.minimum_calls,
        };
        self.window.minimum(asked)
    }

    /// A call asks whether it may be made.
    pub fn acquire(&mut self, settings: &Settings, now: SimTime) -> Acquired {
        match &mut self.phase {
            Phase::Closed | Phase::Disabled | Phase::MetricsOnly => Acquired::permitted(),
            Phase::Open { until, .. } if now > *until => {
                let transition = self.half_open(settings, now);
                Acquired {
                    permission: self.acquire(settings, now).permission,
                    transition,
                }
            }
            Phase::Open { until, .. } => {
                let until = *until;
                // Without the automatic transition, the very end of the wait is too early.
                let first = until.after(SimDuration::from_nanos(u64::from(!settings.automatic)));
                self.refuse(Some(first))
            }
            Phase::HalfOpen { permits, .. } if *permits > 0 => {
                *permits -= 1;
                Acquired::permitted()
            }
            Phase::HalfOpen { .. } | Phase::ForcedOpen { .. } => self.refuse(None),
        }
    }

    fn refuse(&mut self, retry_at: Option<SimTime>) -> Acquired {
        self.not_permitted += 1;
        Acquired::refused(retry_at)
    }

    /// A call that was permitted is not made after all.
    pub const fn release(&mut self) {
        if let Phase::HalfOpen { permits, .. } = &mut self.phase {
            *permits = permits.saturating_add(1);
        }
    }

    /// A call that was permitted has ended, and took so long.
    pub fn record(
        &mut self,
        settings: &Settings,
        now: SimTime,
        outcome: Outcome,
        took: SimDuration,
    ) -> Option<Transition> {
        if outcome == Outcome::Ignored {
            self.release();
            return None;
        }
        if matches!(self.phase, Phase::Disabled | Phase::ForcedOpen { .. }) {
            return None;
        }
        let call = Recorded {
            failed: outcome == Outcome::Failure,
            slow: took > settings.slow_call,
        };
        self.window.record(now, call);
        let verdict = self.judge(settings, now)?;
        match (self.phase, verdict) {
            (Phase::Closed | Phase::HalfOpen { .. }, Verdict::Above(why)) => {
                self.open(settings, now, why)
            }
            (Phase::HalfOpen { .. }, Verdict::Below(why)) => {
                let window = main_window(settings);
                self.enter(Phase::Closed, window, now, why)
            }
            _ => None,
        }
    }

    /// Lets time pass; to be called again until nothing more changes.
    pub fn tick(&mut self, settings: &Settings, now: SimTime) -> Option<Transition> {
        if now < self.due(settings)? {
            return None;
        }
        let Phase::HalfOpen { .. } = self.phase else {
            return self.half_open(settings, now);
        };
        let why = Why::HalfOpenTooLong {
            waited: now.since(self.since),
            ended: self.window.counts(now).calls,
            needed: self.minimum_calls(settings),
        };
        match settings.half_open_limit {
            Some(limit) if limit.then_closes => {
                self.enter(Phase::Closed, main_window(settings), now, why)
            }
            _ => self.open(settings, now, why),
        }
    }

    /// Somebody puts it into a state, in which it begins anew.
    pub fn force(&mut self, settings: &Settings, now: SimTime, to: State) -> Option<Transition> {
        let times = self.times();
        let (phase, window) = match to {
            State::Open => return self.open(settings, now, Why::Forced),
            State::Closed => (Phase::Closed, main_window(settings)),
            State::HalfOpen => trial(settings, times, now),
            State::ForcedOpen => {
                let times = times.saturating_add(1);
                (Phase::ForcedOpen { times }, no_window())
            }
            State::Disabled => (Phase::Disabled, no_window()),
            State::MetricsOnly => (Phase::MetricsOnly, main_window(settings)),
        };
        self.enter(phase, window, now, Why::Forced)
    }

    /// How often it opened without having closed.
    const fn times(&self) -> u32 {
        match self.phase {
            Phase::Open { times, .. }
            | Phase::HalfOpen { times, .. }
            | Phase::ForcedOpen { times } => times,
            _ => 0,
        }
    }

    /// Opens, keeping the window that led to it.
    fn open(&mut self, settings: &Settings, now: SimTime, why: Why) -> Option<Transition> {
        let times = self.times().saturating_add(1);
        let wait = settings.wait_in_open.wait(times);
        let phase = Phase::Open {
            times,
            until: now.after(wait),
            wait,
        };
        self.change(phase, now, why)
    }

    fn half_open(&mut self, settings: &Settings, now: SimTime) -> Option<Transition> {
        let Phase::Open { times, wait, .. } = self.phase else {
            return None;
        };
        let waited = now.since(self.since);
        let (phase, window) = trial(settings, times, now);
        self.enter(phase, window, now, Why::WaitElapsed { waited, wait })
    }

    fn enter(
        &mut self,
        phase: Phase,
        window: Window,
        now: SimTime,
        why: Why,
    ) -> Option<Transition> {
        self.window = window;
        self.not_permitted = 0;
        self.change(phase, now, why)
    }

    fn change(&mut self, phase: Phase, at: SimTime, why: Why) -> Option<Transition> {
        let from = self.state();
        self.phase = phase;
        self.since = at;
        let to = self.state();
        (from != to).then_some(Transition { from, to, at, why })
    }

    /// What the window says, if it says anything yet.
    fn judge(&self, settings: &Settings, now: SimTime) -> Option<Verdict> {
        let Counts {
            calls,
            failed,
            slow,
        } = self.window.counts(now);
        if calls == 0 || calls < self.minimum_calls(settings) {
            return None;
        }
        let tally = |part, threshold| Tally {
            part,
            of: calls,
            threshold,
        };
        let failed = tally(failed, settings.failure_rate);
        let slow = tally(slow, settings.slow_call_rate);
        Some(match (failed.is_reached(), slow.is_reached()) {
            (true, true) => Verdict::Above(Why::BothRates { failed, slow }),
            (true, false) => Verdict::Above(Why::FailureRate(failed)),
            (false, true) => Verdict::Above(Why::SlowCallRate(slow)),
            (false, false) => Verdict::Below(Why::RatesBelow { failed, slow }),
        })
    }
}

enum Verdict {
    Above(Why),
    Below(Why),
}

fn main_window(settings: &Settings) -> Window {
    match settings.window {
        WindowSize::Calls(size) => Window::Calls(CallWindow::new(size.max(1))),
        WindowSize::Seconds(seconds) => Window::Time(TimeWindow::new(seconds)),
    }
}

fn no_window() -> Window {
    Window::Calls(CallWindow::new(0))
}

/// The beginning of a trial.
fn trial(settings: &Settings, times: u32, now: SimTime) -> (Phase, Window) {
    let permits = settings.permitted_in_half_open.max(1);
    let phase = Phase::HalfOpen {
        times,
        permits,
        until: settings.half_open_limit.map(|limit| now.after(limit.wait)),
    };
    (phase, Window::Calls(CallWindow::new(permits)))
}

#[cfg(test)]
mod tests;
