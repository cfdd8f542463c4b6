//! Guards: policies that remember what became of calls, and let the next one through or not.
//!
//! A call that comes to such a layer flows in, and again when it leaves it; it goes on inwards,
//! waits or is turned away. The rules are those of `resilience`; here they meet the time, the
//! tasks and the records.

mod adaptive;
mod breakers;
mod bulkheads;
mod cache;
mod fallback;
mod hedging;
mod limits;
mod retrying;

pub(super) use self::cache::Questions;

use self::adaptive::Adaptive;
use self::cache::Memory;
use super::calls::Layer;
use super::program::{GuardSettings, Policy, any_matches};
use super::topology::GuardId;
use super::{Cx, Doing, Event, Signal, Ticket, World, tell};
use crate::kernel::{EntityId, Observer, SimTime};
use crate::resilience::breaker::{Breaker, State};
use crate::resilience::bulkhead::{Entry, Semaphore, ThreadPool};
use crate::resilience::rate_limiter::{CycleLimiter, Permit, TokenBucket};
use crate::resilience::retry::RetryBudget;
use crate::world::record::BreakerWhy;
use crate::world::{Outcome, Record, What};

/// The state of a policy that remembers.
#[derive(Clone, Debug)]
pub(super) enum Guard {
    Breaker(Breaker),
    Bulkhead(Semaphore<Waiter>),
    Bucket(TokenBucket),
    Cycle(CycleLimiter),
    Budget(RetryBudget),
    Cache(Memory),
    Pool(ThreadPool<Waiter>),
    Adaptive(Adaptive),
}

/// A call that waits to be let through.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Waiter {
    task: u32,
    call: u32,
    layer: u32,
}

impl Guard {
    pub(super) fn new(settings: &GuardSettings, now: SimTime) -> Self {
        match settings {
            GuardSettings::Breaker(settings) => Self::Breaker(Breaker::new(&settings.breaker, now)),
            GuardSettings::Bulkhead(_) => Self::Bulkhead(Semaphore::new()),
            GuardSettings::Bucket(settings) => Self::Bucket(TokenBucket::new(settings, now)),
            GuardSettings::Cycle(settings) => Self::Cycle(CycleLimiter::new(settings)),
            GuardSettings::Budget(settings) => Self::Budget(RetryBudget::new(settings)),
            GuardSettings::Cache(_) => Self::Cache(Memory::default()),
            GuardSettings::Pool(_) => Self::Pool(ThreadPool::new()),
            GuardSettings::Adaptive(settings) => Self::Adaptive(Adaptive::new(settings)),
        }
    }
}

impl World {
    /// Lets a call through a layer that is more than a time-out or a retry, or not.
    #[inline(never)]
    pub(super) fn pass_in<O: Observer<Record>>(
        &mut self,
        slot: u32,
        call: u32,
        place: usize,
        cx: &mut Cx<'_, O>,
    ) {
        let Some((site, owner)) = self.whose(slot, call) else {
            return;
        };
        let state = match &self.program.sites[site as usize].policies[place] {
            &Policy::Breaker(guard) => {
                if !self.breaker_permits(slot, guard, owner, cx) {
                    return self.turn_away(slot, place, guard, owner, Outcome::Open, cx);
                }
                Layer::Permitted(cx.now)
            }
            &Policy::Bulkhead(guard) => {
                match self.enter_bulkhead(slot, call, place, guard, owner, cx) {
                    Entry::Admitted => Layer::Admitted,
                    Entry::Queued { .. } => return,
                    Entry::Refused => {
                        return self.turn_away(slot, place, guard, owner, Outcome::Full, cx);
                    }
                }
            }
            &Policy::RateLimit(guard) => match self.permit(guard, owner, cx.now) {
                Permit::Granted => Layer::Idle,
                Permit::Reserved { at } => {
                    self.tell_of_guard(slot, guard, owner, cx, |guard| What::PermitAwaited {
                        guard,
                        until: at,
                    });
                    return self.waits_to_retry(slot, call, (place, Layer::Idle), at, None, cx);
                }
                Permit::Refused { .. } => {
                    return self.turn_away(slot, place, guard, owner, Outcome::Limited, cx);
                }
            },
            &Policy::Adaptive(guard) => {
                let Some(in_flight) = self.enter_adaptive(guard, owner) else {
                    return self.turn_away(slot, place, guard, owner, Outcome::Full, cx);
                };
                let since = cx.now;
                Layer::Measured { since, in_flight }
            }
            Policy::Hedge(hedge) => {
                let expired = Event::Expired {
                    task: slot,
                    layer: place as u32,
                };
                let timer = cx.queue.arm(cx.now, hedge.after, owner, expired);
                Layer::Hedged {
                    next: Some(timer),
                    begun: 1,
                    under_way: 1,
                }
            }
            Policy::Cache(cache) => {
                let question = self.question(slot, site, cache.key.as_ref(), cx.now);
                let cache = (cache.guard, owner);
                if let Some(outcome) = self.ask_cache(slot, site, cache, &question, cx) {
                    return self.answer_at(slot, place, outcome);
                }
                self.open_question(call, place, question);
                Layer::Asked
            }
            Policy::Fallback(_) => self.enter_fallback(slot, call, place, cx.now),
            Policy::InsteadOf(_) | Policy::Timeout(_) | Policy::Retry(_) => Layer::Idle,
        };
        self.set_layer(call, place, state);
        self.enter(slot, call, place + 1, cx);
    }

    /// An outcome comes to such a layer from inside; what it is outside of it, unless the layer
    /// keeps it.
    #[inline(never)]
    pub(super) fn pass_guard_out<O: Observer<Record>>(
        &mut self,
        slot: u32,
        call: u32,
        place: usize,
        outcome: Outcome,
        cx: &mut Cx<'_, O>,
    ) -> Option<Outcome> {
        let (site, owner) = self.whose(slot, call)?;
        let layer = self.layer(call, place)?;
        match (layer, &self.program.sites[site as usize].policies[place]) {
            (Layer::Permitted(since), &Policy::Breaker(guard)) => {
                self.set_layer(call, place, Layer::Idle);
                self.record_outcome(slot, guard, owner, outcome, since, cx);
            }
            (Layer::Admitted, &Policy::Bulkhead(guard)) => {
                self.set_layer(call, place, Layer::Idle);
                self.leave_bulkhead(guard, owner, cx);
            }
            (Layer::Measured { since, in_flight }, &Policy::Adaptive(guard)) => {
                self.set_layer(call, place, Layer::Idle);
                self.sample(slot, (guard, owner), (since, in_flight), outcome, cx);
            }
            (Layer::Hedged { .. }, Policy::Hedge(_)) => {
                let is_over = self.hedge_is_over(slot, call, place, outcome, cx);
                return is_over.then_some(outcome);
            }
            (Layer::Asked, Policy::Cache(cache)) => {
                let cache = (cache.guard, owner);
                self.set_layer(call, place, Layer::Idle);
                if let Some(question) = self.questions.close(call, place) {
                    self.remember(slot, site, cache, question, outcome, cx.now);
                }
            }
            (layer, Policy::Fallback(fallback)) => {
                if any_matches(&fallback.on, outcome) {
                    self.set_layer(call, place, Layer::Idle);
                    return self.fall_back(slot, call, place, outcome, cx);
                }
                self.give_back(call, place, layer, cx);
                self.set_layer(call, place, Layer::Idle);
            }
            (_, Policy::InsteadOf(_)) => self.comes_back(call),
            _ => {}
        }
        Some(outcome)
    }

    /// The timer of a layer that is no time-out has run out.
    pub(super) fn guard_expired<O: Observer<Record>>(
        &mut self,
        slot: u32,
        call: u32,
        place: usize,
        cx: &mut Cx<'_, O>,
    ) {
        let Some((site, owner)) = self.whose(slot, call) else {
            return;
        };
        match self.program.sites[site as usize].policies[place] {
            Policy::Bulkhead(guard) => {
                self.set_layer(call, place, Layer::Idle);
                self.cancel_wait(slot, call, place, guard, owner);
                let outcome = Outcome::Full;
                self.tell_of_guard(slot, guard, owner, cx, |guard| What::NotPermitted {
                    guard,
                    outcome,
                });
                self.fresh_ticket(slot);
                self.pass_out(slot, call, place, outcome, cx);
            }
            Policy::Hedge(_) => {
                if let Some(Layer::Hedged {
                    begun, under_way, ..
                }) = self.layer(call, place)
                {
                    let state = Layer::Hedged {
                        next: None,
                        begun,
                        under_way,
                    };
                    self.set_layer(call, place, state);
                    self.hedge(slot, call, place, cx);
                }
            }
            _ => {}
        }
    }

    /// A call that was let in goes on; nothing if it is over by now.
    pub(super) fn let_in<O: Observer<Record>>(
        &mut self,
        ticket: Ticket,
        layer: u32,
        cx: &mut Cx<'_, O>,
    ) {
        if let Some(call) = self.call_of(ticket) {
            self.enter(ticket.task, call, layer as usize + 1, cx);
        }
    }

    /// A call is not let through: its outcome passes outwards once what happens now is done,
    /// so that however many calls in a row are turned away, the stack stays as it is.
    fn turn_away<O: Observer<Record>>(
        &mut self,
        slot: u32,
        place: usize,
        guard: u32,
        owner: EntityId,
        outcome: Outcome,
        cx: &mut Cx<'_, O>,
    ) {
        self.tell_of_guard(slot, guard, owner, cx, |guard| What::NotPermitted {
            guard,
            outcome,
        });
        self.answer_at(slot, place, outcome);
    }

    /// A call ends at a layer without going further inwards.
    fn answer_at(&mut self, slot: u32, place: usize, outcome: Outcome) {
        let ticket = self.fresh_ticket(slot);
        self.signals
            .push(Signal::TurnedAway(ticket, place as u32, outcome));
    }

    /// What was turned away passes outwards; nothing if the call is over by now.
    pub(super) fn turned_away<O: Observer<Record>>(
        &mut self,
        ticket: Ticket,
        layer: u32,
        outcome: Outcome,
        cx: &mut Cx<'_, O>,
    ) {
        if let Some(call) = self.call_of(ticket) {
            self.pass_out(ticket.task, call, layer as usize, outcome, cx);
        }
    }

    fn call_of(&self, ticket: Ticket) -> Option<u32> {
        let task = self.tasks.get(ticket.task)?;
        match task.doing {
            Doing::Calling(call) if task.turn == ticket.turn => Some(call),
            _ => None,
        }
    }

    /// A layer of a call that is given up from outside gives back what it has.
    #[inline(never)]
    pub(super) fn give_back<O: Observer<Record>>(
        &mut self,
        call: u32,
        place: usize,
        layer: Layer,
        cx: &mut Cx<'_, O>,
    ) {
        let Some((slot, site, owner)) = self.maker_of(call) else {
            return;
        };
        let Some(policy) = self.program.sites[site as usize].policies.get(place) else {
            return;
        };
        match (layer, policy) {
            (Layer::Permitted(_), &Policy::Breaker(guard)) => {
                let machine = self.program.guards[guard as usize].machine(owner);
                if let Some(Guard::Breaker(breaker)) = self.guards.get_mut(machine) {
                    breaker.release();
                }
            }
            (Layer::Admitted, &Policy::Bulkhead(guard)) => self.leave_bulkhead(guard, owner, cx),
            (Layer::Measured { .. }, &Policy::Adaptive(guard)) => {
                self.leave_adaptive(guard, owner);
            }
            (Layer::Waiting(timer), &Policy::Bulkhead(guard)) => {
                if let Some(timer) = timer {
                    cx.queue.cancel(timer);
                }
                self.cancel_wait(slot, call, place, guard, owner);
            }
            (
                Layer::Hedged {
                    next: Some(next), ..
                },
                _,
            ) => {
                cx.queue.cancel(next);
            }
            (Layer::Asked, _) => {
                self.questions.close(call, place);
            }
            _ => {}
        }
    }

    /// What an instance remembered is gone when it starts again.
    pub(super) fn forget_guards<O: Observer<Record>>(
        &mut self,
        entity: EntityId,
        cause: crate::kernel::RecordId,
        cx: &mut Cx<'_, O>,
    ) {
        for guard in &self.program.guards {
            let owned = guard.owners.as_ref();
            if owned.is_none_or(|owners| !owners.contains(&entity.0)) {
                continue;
            }
            let machine = guard.machine(entity);
            let fresh = Guard::new(&guard.settings, cx.now);
            if let Some(state) = self.guards.get_mut(machine) {
                if let Guard::Breaker(breaker) = state
                    && breaker.state() != State::Closed
                {
                    let what = What::BreakerChanged {
                        guard: GuardId(machine as u32),
                        from: breaker.state(),
                        to: State::Closed,
                        why: BreakerWhy::Restarted,
                    };
                    tell(cx, entity, Some(cause), what);
                }
                if let Guard::Cache(memory) = state {
                    self.kept -= memory.weight();
                }
                *state = fresh;
            }
        }
    }

    fn tell_of_guard<O: Observer<Record>>(
        &mut self,
        slot: u32,
        guard: u32,
        owner: EntityId,
        cx: &mut Cx<'_, O>,
        what: impl FnOnce(GuardId) -> What,
    ) {
        let machine = self.program.guards[guard as usize].machine(owner);
        self.tell_of_call(slot, owner, cx, what(GuardId(machine as u32)));
    }

    /// Tells what happened to a task's call, which is why the next thing happens to it.
    fn tell_of_call<O: Observer<Record>>(
        &mut self,
        slot: u32,
        owner: EntityId,
        cx: &mut Cx<'_, O>,
        what: What,
    ) {
        let cause = self.tasks.get(slot).map(|task| task.cause);
        let record = tell(cx, owner, cause, what);
        if let Some(task) = self.tasks.get_mut(slot) {
            task.cause = record;
        }
    }
}
