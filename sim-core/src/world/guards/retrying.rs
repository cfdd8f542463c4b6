//! Retries around calls: whether and when there is another attempt.
//!
//! Beside how often and how long a retry waits, three things can say no: a budget, the method of
//! what is called (RFC 9110, section 9.2.2,
//! <https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2>), and the deadline of whoever waits for
//! the caller. The callee can ask for a longer wait (`Retry-After`, section 10.2.3).

use crate::kernel::{Observer, SimDuration};
use crate::values::Datum;
use crate::world::calls::Layer;
use crate::world::program::Policy;
use crate::world::record::NotRetried;
use crate::world::{Cx, Outcome, Record, What, World};

impl World {
    /// An outcome comes to a retry that may try again, or that has a budget to tell of it.
    #[inline(never)]
    pub(in crate::world) fn retry_or_not<O: Observer<Record>>(
        &mut self,
        slot: u32,
        call: u32,
        place: usize,
        outcome: Outcome,
        cx: &mut Cx<'_, O>,
    ) {
        let (Some(layer), Some((site, owner))) = (self.layer(call, place), self.whose(slot, call))
        else {
            return;
        };
        let (Layer::Attempts(attempt, _), Policy::Retry(retry)) =
            (layer, &self.program.sites[site as usize].policies[place])
        else {
            return;
        };
        let fails = retry.retries(outcome);
        let again = fails && attempt < retry.attempts;
        let waits = again || fails && retry.wait_before_give_up;
        let may_repeat = retry.may_repeat;
        let affords = retry
            .budget
            .is_none_or(|budget| self.can_afford(slot, call, budget, attempt > 1, fails, cx));
        if !(waits && affords) {
            return self.pass_out(slot, call, place, outcome, cx);
        }
        if again && !may_repeat {
            let why = NotRetried::Method;
            self.tell_of_call(slot, owner, cx, What::NotRetried { why });
            return self.pass_out(slot, call, place, outcome, cx);
        }
        self.back_off(slot, call, place, outcome, cx);
    }

    /// A retry waits, for the next attempt or before it gives up.
    fn back_off<O: Observer<Record>>(
        &mut self,
        slot: u32,
        call: u32,
        place: usize,
        outcome: Outcome,
        cx: &mut Cx<'_, O>,
    ) {
        let (Some(&task), Some((site, owner)), Some(layer)) = (
            self.tasks.get(slot),
            self.whose(slot, call),
            self.layer(call, place),
        ) else {
            return;
        };
        let described = &self.program.sites[site as usize];
        let (Layer::Attempts(attempt, previous), Policy::Retry(retry)) =
            (layer, &described.policies[place])
        else {
            return;
        };
        let again = attempt < retry.attempts;
        let identity = task
            .identity
            .child(described.key, u64::from(self.sends(call)));
        let previous = (attempt > 1).then_some(previous);
        let mut wait = retry.wait_after(attempt, previous, identity);
        if retry.honours_retry_after {
            wait = wait.max(self.asked_to_wait(slot, site, outcome));
        }
        let until = cx.now.after(wait);
        if again && self.is_unwanted(slot, until) {
            let why = NotRetried::Deadline;
            self.tell_of_call(slot, owner, cx, What::NotRetried { why });
            return self.pass_out(slot, call, place, outcome, cx);
        }
        self.tell_of_call(slot, owner, cx, What::BackedOff { attempt, until });
        let (layer, ends) = if again {
            (Layer::Attempts(attempt + 1, wait), None)
        } else {
            (layer, Some(outcome))
        };
        self.waits_to_retry(slot, call, (place, layer), until, ends, cx);
    }

    /// For how long the answer that a task has got asks to stay away: the header `retry-after`,
    /// in seconds or as a length of time.
    fn asked_to_wait(&self, slot: u32, site: u32, outcome: Outcome) -> SimDuration {
        if !matches!(outcome, Outcome::Declined(_) | Outcome::Error(_)) {
            // Nobody has answered: what is known is from before.
            return SimDuration::ZERO;
        }
        let bind = self.program.sites[site as usize].bind;
        let answer = bind.and_then(|place| self.variables(slot).get(usize::from(place)));
        let asked = answer.and_then(|answer| answer.get("headers")?.get("retry-after"));
        match asked {
            Some(Datum::Int(seconds)) => {
                SimDuration::from_secs(u64::try_from(*seconds).unwrap_or_default())
            }
            Some(Datum::Span(wait)) => *wait,
            _ => SimDuration::ZERO,
        }
    }
}
