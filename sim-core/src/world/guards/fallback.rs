//! Fallbacks around calls: what is answered where there is no answer.
//!
//! A value of one's own, what a cache still has, or another endpoint's answer. To ask another
//! endpoint, the call goes on as one at the site made for that: the policies outside of the
//! fallback are the same, so their states stay where they are, and the innermost of the site
//! leads back.

use crate::kernel::{EntityId, Observer, SimTime};
use crate::world::calls::Layer;
use crate::world::program::{Instead, Policy};
use crate::world::record::Substitute;
use crate::world::{Cx, Outcome, Record, What, World};

impl World {
    /// A call comes to a fallback: what it asks is noted if a cache may have to answer it.
    pub(super) fn enter_fallback(
        &mut self,
        slot: u32,
        call: u32,
        place: usize,
        now: SimTime,
    ) -> Layer {
        let Some((site, _)) = self.whose(slot, call) else {
            return Layer::Idle;
        };
        let Policy::Fallback(fallback) = &self.program.sites[site as usize].policies[place] else {
            return Layer::Idle;
        };
        let Instead::Stale { key, .. } = &fallback.instead else {
            return Layer::Idle;
        };
        let question = self.question(slot, site, key.as_ref(), now);
        self.open_question(call, place, question);
        Layer::Asked
    }

    /// An outcome that a fallback is for comes to it; what it is outside of it, unless another
    /// endpoint is asked.
    pub(super) fn fall_back<O: Observer<Record>>(
        &mut self,
        slot: u32,
        call: u32,
        place: usize,
        outcome: Outcome,
        cx: &mut Cx<'_, O>,
    ) -> Option<Outcome> {
        let (site, owner) = self.whose(slot, call)?;
        let program = &self.program.sites[site as usize];
        let Policy::Fallback(fallback) = &program.policies[place] else {
            return Some(outcome);
        };
        match &fallback.instead {
            Instead::Value(value) => {
                let value = value
                    .as_ref()
                    .map(|value| self.worked_out(slot, value, cx.now));
                if let (Some(value), Some(place)) = (value, program.bind) {
                    self.bind(slot, place, value);
                }
                self.fell_back(slot, owner, outcome, Substitute::Value, cx);
                Some(Outcome::OK)
            }
            &Instead::Stale { cache, .. } => {
                let question = self.questions.close(call, place);
                let found = question.and_then(|question| {
                    self.stale_answer(slot, site, (cache, owner), &question, cx.now)
                });
                let Some((guard, age, answer)) = found else {
                    return Some(outcome);
                };
                self.fell_back(slot, owner, outcome, Substitute::Stale { guard, age }, cx);
                Some(answer)
            }
            &Instead::Site(other) => {
                let endpoint = self.program.sites[other as usize].endpoint;
                self.fell_back(slot, owner, outcome, Substitute::Endpoint { endpoint }, cx);
                self.goes_on_at(call, other);
                self.enter(slot, call, place + 1, cx);
                None
            }
        }
    }

    fn fell_back<O: Observer<Record>>(
        &mut self,
        slot: u32,
        owner: EntityId,
        instead_of: Outcome,
        with: Substitute,
        cx: &mut Cx<'_, O>,
    ) {
        self.tell_of_call(slot, owner, cx, What::FellBack { instead_of, with });
    }

    /// A call that a fallback had somebody else asked is again the one it was.
    pub(in crate::world) fn comes_back(&mut self, call: u32) {
        let site = self
            .site_of(call)
            .map(|site| &self.program.sites[site as usize]);
        if let Some(&Policy::InsteadOf(origin)) = site.and_then(|site| site.policies.last()) {
            self.goes_on_at(call, origin);
        }
    }
}
