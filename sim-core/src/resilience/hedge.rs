//! Hedging: a call that takes long is made once more while the first goes on, and the first
//! good answer counts.
//!
//! Attempts that began or ended and the passing of time flow in; whether another attempt
//! begins, or the call is over, flows out. The rules are those of gRPC's hedging policy
//! (<https://github.com/grpc/proposal/blob/master/A6-client-retries.md#hedging-policy>); the
//! idea is that of Dean and Barroso: *The Tail at Scale*, CACM 56(2), 2013.

use super::retry::Pushback;
use crate::kernel::{SimDuration, SimTime};

/// When a call is made once more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HedgeSettings {
    /// `maxAttempts`: how many attempts there are in all, the first included; 2 to
    /// [`MOST_ATTEMPTS`].
    pub max_attempts: u32,
    /// `hedgingDelay`: how long after the attempt before the next one begins; with none, all
    /// begin at once.
    pub hedging_delay: SimDuration,
}

/// As many attempts gRPC makes, whatever the policy says.
pub const MOST_ATTEMPTS: u32 = 5;

/// How an attempt ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AttemptEnd {
    /// With a good answer.
    Success,
    /// With a failure that another attempt may well not have (`nonFatalStatusCodes`).
    NonFatal(Pushback),
    /// With a failure that any attempt would have.
    Fatal,
}

/// What follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// Nothing but waiting.
    Wait,
    /// Another attempt begins now: [`Hedge::begin`] is due.
    Attempt,
    /// The call is over with this answer, and the attempts under way are cancelled.
    Done,
}

/// One call and its attempts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hedge {
    begun: u32,
    under_way: u32,
    /// When the next attempt begins; never, if there is none.
    next_at: SimTime,
}

impl Hedge {
    /// A call whose first attempt begins now.
    pub fn new(settings: &HedgeSettings, now: SimTime) -> Self {
        let mut hedge = Self {
            begun: 0,
            under_way: 0,
            next_at: now,
        };
        hedge.begin(settings, now);
        hedge
    }

    /// How many attempts have begun.
    pub const fn begun(&self) -> u32 {
        self.begun
    }

    /// How many of them have not ended.
    pub const fn under_way(&self) -> u32 {
        self.under_way
    }

    /// When the next attempt begins, if there is one: [`Hedge::tick`] is due then.
    pub fn due(&self) -> Option<SimTime> {
        (self.next_at < SimTime::MAX).then_some(self.next_at)
    }

    /// An attempt begins.
    pub fn begin(&mut self, settings: &HedgeSettings, now: SimTime) {
        self.begun += 1;
        self.under_way += 1;
        self.next_at = if self.has_more(settings) {
            now.after(settings.hedging_delay)
        } else {
            SimTime::MAX
        };
    }

    /// Time has passed.
    pub fn tick(&self, now: SimTime) -> Next {
        if now >= self.next_at && self.next_at < SimTime::MAX {
            Next::Attempt
        } else {
            Next::Wait
        }
    }

    /// Nothing but waiting may follow: a budget for retries is used up.
    pub const fn stop(&mut self) {
        self.next_at = SimTime::MAX;
    }

    /// An attempt has ended.
    pub fn end(&mut self, settings: &HedgeSettings, now: SimTime, end: AttemptEnd) -> Next {
        self.under_way = self.under_way.saturating_sub(1);
        let AttemptEnd::NonFatal(pushback) = end else {
            self.stop();
            return Next::Done;
        };
        match pushback {
            // Whoever fails makes room for the next one at once.
            Pushback::None if self.due().is_some() && self.has_more(settings) => {
                return Next::Attempt;
            }
            Pushback::After(wait) if self.due().is_some() => self.next_at = now.after(wait),
            Pushback::Never => self.stop(),
            _ => {}
        }
        // The last failure is the answer if there is nothing more to hope for.
        if self.under_way == 0 && self.due().is_none() {
            Next::Done
        } else {
            Next::Wait
        }
    }

    fn has_more(&self, settings: &HedgeSettings) -> bool {
        self.begun < settings.max_attempts.min(MOST_ATTEMPTS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: HedgeSettings = HedgeSettings {
        max_attempts: 3,
        hedging_delay: SimDuration::from_millis(50),
    };
    const FAILED: AttemptEnd = AttemptEnd::NonFatal(Pushback::None);

    fn at(millis: u64) -> SimTime {
        SimTime::ZERO.after(SimDuration::from_millis(millis))
    }

    #[test]
    fn another_attempt_begins_after_each_delay_until_there_are_enough() {
        let mut hedge = Hedge::new(&SETTINGS, at(0));
        for millis in [50, 100] {
            assert_eq!(hedge.due(), Some(at(millis)));
            assert_eq!(hedge.tick(at(millis - 1)), Next::Wait);
            assert_eq!(hedge.tick(at(millis)), Next::Attempt);
            hedge.begin(&SETTINGS, at(millis));
        }
        assert_eq!((hedge.due(), hedge.under_way()), (None, 3));
    }

    #[test]
    fn the_first_good_answer_and_a_fatal_failure_end_the_call() {
        for end in [AttemptEnd::Success, AttemptEnd::Fatal] {
            let mut hedge = Hedge::new(&SETTINGS, at(0));
            hedge.begin(&SETTINGS, at(50));
            assert_eq!(hedge.end(&SETTINGS, at(60), end), Next::Done);
            assert_eq!(hedge.due(), None);
        }
    }

    #[test]
    fn a_failure_that_is_not_fatal_sends_the_next_attempt_at_once() {
        let mut hedge = Hedge::new(&SETTINGS, at(0));
        assert_eq!(hedge.end(&SETTINGS, at(10), FAILED), Next::Attempt);
        hedge.begin(&SETTINGS, at(10));
        assert_eq!(hedge.due(), Some(at(60)), "the delay begins anew");
    }

    #[test]
    fn the_last_failure_is_the_answer_when_all_have_failed() {
        let mut hedge = Hedge::new(&SETTINGS, at(0));
        hedge.begin(&SETTINGS, at(50));
        hedge.begin(&SETTINGS, at(100));
        assert_eq!(hedge.end(&SETTINGS, at(110), FAILED), Next::Wait);
        assert_eq!(hedge.end(&SETTINGS, at(120), FAILED), Next::Wait);
        assert_eq!(hedge.end(&SETTINGS, at(130), FAILED), Next::Done);
    }

    #[test]
    fn a_callee_that_pushes_back_is_obeyed() {
        let mut hedge = Hedge::new(&SETTINGS, at(0));
        hedge.begin(&SETTINGS, at(50));
        let later = AttemptEnd::NonFatal(Pushback::After(SimDuration::from_secs(1)));
        assert_eq!(hedge.end(&SETTINGS, at(60), later), Next::Wait);
        assert_eq!(hedge.due(), Some(at(1_060)));
        let never = AttemptEnd::NonFatal(Pushback::Never);
        assert_eq!(hedge.end(&SETTINGS, at(70), never), Next::Done);
    }
}
