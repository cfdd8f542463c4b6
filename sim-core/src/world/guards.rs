//! Guards: policies that remember what became of calls, and let the next one through or not.
//!
//! A call that comes to such a layer flows in, and again when it leaves it; it goes on inwards,
//! waits or is turned away. The rules are those of `resilience`; here they meet the time, the
//! tasks and the records.

use super::calls::Layer;
use super::program::{GuardSettings, Policy, any_matches};
use super::topology::GuardId;
use super::{Cx, Doing, Event, Signal, TIMELINE, Ticket, World, tell};
use crate::kernel::{EntityId, Observer, SimTime};
use crate::resilience::breaker::{self, Breaker, State, Transition};
use crate::resilience::bulkhead::{Entry, Semaphore, SemaphoreSettings};
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
                    return self.wait_for_permit(slot, call, place, at, cx);
                }
                Permit::Refused { .. } => {
                    return self.turn_away(slot, place, guard, owner, Outcome::Limited, cx);
                }
            },
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
            Policy::Fallback(_) | Policy::Timeout(_) | Policy::Retry(_) => Layer::Idle,
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
            (
                Layer::Hedged {
                    next,
                    begun,
                    under_way,
                },
                Policy::Hedge(hedge),
            ) => {
                let others = under_way.saturating_sub(1);
                let hopes = any_matches(&hedge.only, outcome);
                if let Some(next) = next {
                    cx.queue.cancel(next);
                }
                if hopes && begun < hedge.attempts && next.is_some() {
                    // Whoever fails makes room for the next one at once.
                    let state = Layer::Hedged {
                        next: None,
                        begun,
                        under_way: others,
                    };
                    self.set_layer(call, place, state);
                    self.hedge(slot, call, place, cx);
                    return None;
                }
                if hopes && others > 0 {
                    let state = Layer::Hedged {
                        next: None,
                        begun,
                        under_way: others,
                    };
                    self.set_layer(call, place, state);
                    return None;
                }
                self.set_layer(call, place, Layer::Idle);
            }
            (_, Policy::Fallback(fallback)) if any_matches(&fallback.on, outcome) => {
                let value = fallback
                    .value
                    .as_ref()
                    .map(|value| self.worked_out(slot, value, cx.now));
                let bind = self.program.sites[site as usize].bind;
                if let (Some(value), Some(place)) = (value, bind) {
                    self.bind(slot, place, value);
                }
                let instead_of = outcome;
                self.tell_of_call(slot, owner, cx, What::FellBack { instead_of });
                return Some(Outcome::OK);
            }
            _ => {}
        }
        Some(outcome)
    }

    /// A retry that has a budget looks at an outcome: whether it may try again.
    #[inline(never)]
    pub(super) fn can_afford<O: Observer<Record>>(
        &mut self,
        slot: u32,
        call: u32,
        guard: u32,
        is_retry: bool,
        is_failure: bool,
        cx: &mut Cx<'_, O>,
    ) -> bool {
        let Some((_, owner)) = self.whose(slot, call) else {
            return false;
        };
        let program = &self.program.guards[guard as usize];
        let machine = program.machine(owner);
        let (GuardSettings::Budget(settings), Some(Guard::Budget(budget))) =
            (&program.settings, self.guards.get_mut(machine))
        else {
            return true;
        };
        budget.end(settings, is_retry, !is_failure);
        let affords = budget.allows(settings);
        if is_failure && !affords {
            self.tell_of_guard(slot, guard, owner, cx, |guard| What::RetriesSpent { guard });
        }
        affords
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

    /// One more attempt begins beside those under way.
    fn hedge<O: Observer<Record>>(
        &mut self,
        slot: u32,
        call: u32,
        place: usize,
        cx: &mut Cx<'_, O>,
    ) {
        let (Some((site, owner)), Some(&task)) = (self.whose(slot, call), self.tasks.get(slot))
        else {
            return;
        };
        let Some(Layer::Hedged {
            begun, under_way, ..
        }) = self.layer(call, place)
        else {
            return;
        };
        let Policy::Hedge(hedge) = &self.program.sites[site as usize].policies[place] else {
            return;
        };
        let (begun, under_way) = (begun + 1, under_way + 1);
        let next = (begun < hedge.attempts).then(|| {
            let expired = Event::Expired {
                task: slot,
                layer: place as u32,
            };
            cx.queue.arm(cx.now, hedge.after, owner, expired)
        });
        let state = Layer::Hedged {
            next,
            begun,
            under_way,
        };
        self.set_layer(call, place, state);
        let attempt = u32::from(begun);
        self.tell_of_call(slot, owner, cx, What::Hedged { attempt });
        // The same right to answer: the first answer counts, the others are late.
        let ticket = Ticket {
            task: slot,
            turn: task.turn,
        };
        self.send_again(slot, call, ticket, cx);
    }

    fn breaker_permits<O: Observer<Record>>(
        &mut self,
        slot: u32,
        guard: u32,
        owner: EntityId,
        cx: &mut Cx<'_, O>,
    ) -> bool {
        let program = &self.program.guards[guard as usize];
        let machine = program.machine(owner);
        let (GuardSettings::Breaker(settings), Some(Guard::Breaker(breaker))) =
            (&program.settings, self.guards.get_mut(machine))
        else {
            return true;
        };
        let is_forced = matches!(
            breaker.state(),
            State::ForcedOpen | State::Disabled | State::MetricsOnly
        );
        let wanted = settings
            .forced
            .or_else(|| is_forced.then_some(State::Closed));
        let forced = wanted
            .filter(|wanted| *wanted != breaker.state())
            .and_then(|wanted| breaker.force(&settings.breaker, cx.now, wanted));
        let acquired = breaker.acquire(&settings.breaker, cx.now);
        for transition in [forced, acquired.transition].into_iter().flatten() {
            self.breaker_changed(Some(slot), guard, machine, owner, transition, cx);
        }
        acquired.permission.is_permitted()
    }

    fn record_outcome<O: Observer<Record>>(
        &mut self,
        slot: u32,
        guard: u32,
        owner: EntityId,
        outcome: Outcome,
        since: SimTime,
        cx: &mut Cx<'_, O>,
    ) {
        let program = &self.program.guards[guard as usize];
        let machine = program.machine(owner);
        let (GuardSettings::Breaker(settings), Some(Guard::Breaker(breaker))) =
            (&program.settings, self.guards.get_mut(machine))
        else {
            return;
        };
        let (judged, took) = (settings.judged(outcome), cx.now.since(since));
        if let Some(transition) = breaker.record(&settings.breaker, cx.now, judged, took) {
            self.breaker_changed(Some(slot), guard, machine, owner, transition, cx);
        }
    }

    /// Tells of a change, and has time pass for what changes by itself.
    fn breaker_changed<O: Observer<Record>>(
        &mut self,
        slot: Option<u32>,
        guard: u32,
        machine: usize,
        owner: EntityId,
        Transition { from, to, why, .. }: Transition,
        cx: &mut Cx<'_, O>,
    ) {
        let what = What::BreakerChanged {
            guard: GuardId(machine as u32),
            from,
            to,
            why: why.into(),
        };
        match slot {
            Some(slot) => self.tell_of_call(slot, owner, cx, what),
            None => {
                tell(cx, owner, None, what);
            }
        }
        if let (GuardSettings::Breaker(settings), Some(Guard::Breaker(breaker))) = (
            &self.program.guards[guard as usize].settings,
            self.guards.get(machine),
        ) && let Some(due) = breaker.due(&settings.breaker)
        {
            let tick = Event::GuardTick {
                guard,
                machine: machine as u32,
            };
            let entity = if self.program.guards[guard as usize].owners.is_some() {
                owner
            } else {
                TIMELINE
            };
            cx.queue.schedule(due.max(cx.now), entity, tick);
        }
    }

    /// Lets time pass for a breaker.
    pub(super) fn guard_tick<O: Observer<Record>>(
        &mut self,
        guard: u32,
        machine: u32,
        cx: &mut Cx<'_, O>,
    ) {
        let (owner, machine) = (cx.entity, machine as usize);
        let program = &self.program.guards[guard as usize];
        let (GuardSettings::Breaker(settings), Some(Guard::Breaker(breaker))) =
            (&program.settings, self.guards.get_mut(machine))
        else {
            return;
        };
        if let Some(transition) = breaker.tick(&settings.breaker, cx.now) {
            self.breaker_changed(None, guard, machine, owner, transition, cx);
        }
    }

    fn enter_bulkhead<O: Observer<Record>>(
        &mut self,
        slot: u32,
        call: u32,
        place: usize,
        guard: u32,
        owner: EntityId,
        cx: &mut Cx<'_, O>,
    ) -> Entry {
        let Some((settings, semaphore)) = self.semaphore(guard, owner) else {
            return Entry::Admitted;
        };
        let waiter = Waiter {
            task: slot,
            call,
            layer: place as u32,
        };
        let entry = semaphore.enter(&settings, cx.now, waiter);
        if let Entry::Queued { until } = entry {
            self.tell_of_guard(slot, guard, owner, cx, |guard| What::PermitAwaited {
                guard,
                until,
            });
            let expired = Event::Expired {
                task: slot,
                layer: place as u32,
            };
            let timer = (until < SimTime::MAX)
                .then(|| cx.queue.arm(cx.now, settings.max_wait, owner, expired));
            self.set_layer(call, place, Layer::Waiting(timer));
            self.fresh_ticket(slot);
        }
        entry
    }

    /// A call leaves a bulkhead, and those whose turn it is begin.
    fn leave_bulkhead<O: Observer<Record>>(
        &mut self,
        guard: u32,
        owner: EntityId,
        cx: &mut Cx<'_, O>,
    ) {
        if let Some((_, semaphore)) = self.semaphore(guard, owner) {
            semaphore.leave();
        }
        while let Some((settings, semaphore)) = self.semaphore(guard, owner)
            && let Some(waiter) = semaphore.admit(&settings, cx.now)
        {
            let place = waiter.layer as usize;
            if let Some(Layer::Waiting(Some(timer))) = self.layer(waiter.call, place) {
                cx.queue.cancel(timer);
            }
            self.set_layer(waiter.call, place, Layer::Admitted);
            let of = self.tasks.get(waiter.task).map_or(owner, |task| task.owner);
            self.tell_of_guard(waiter.task, guard, of, cx, |guard| What::PermitGranted {
                guard,
            });
            let ticket = self.fresh_ticket(waiter.task);
            self.signals.push(Signal::LetIn(ticket, waiter.layer));
        }
    }

    fn cancel_wait(&mut self, slot: u32, call: u32, place: usize, guard: u32, owner: EntityId) {
        if let Some((_, semaphore)) = self.semaphore(guard, owner) {
            semaphore.cancel(Waiter {
                task: slot,
                call,
                layer: place as u32,
            });
        }
    }

    fn semaphore(
        &mut self,
        guard: u32,
        owner: EntityId,
    ) -> Option<(SemaphoreSettings, &mut Semaphore<Waiter>)> {
        let program = &self.program.guards[guard as usize];
        let machine = program.machine(owner);
        match (&program.settings, self.guards.get_mut(machine)) {
            (GuardSettings::Bulkhead(settings), Some(Guard::Bulkhead(semaphore))) => {
                Some((*settings, semaphore))
            }
            _ => None,
        }
    }

    fn permit(&mut self, guard: u32, owner: EntityId, now: SimTime) -> Permit {
        let program = &self.program.guards[guard as usize];
        let machine = program.machine(owner);
        match (&program.settings, self.guards.get_mut(machine)) {
            (GuardSettings::Bucket(settings), Some(Guard::Bucket(bucket))) => {
                bucket.acquire(settings, now)
            }
            (GuardSettings::Cycle(settings), Some(Guard::Cycle(limiter))) => {
                limiter.acquire(settings, now)
            }
            _ => Permit::Granted,
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
                *state = fresh;
            }
        }
    }

    /// The state of a breaker as the engine has it; nothing if there is no such breaker.
    pub fn breaker_state(&self, guard: GuardId) -> Option<breaker::State> {
        match self.guards.get(guard.index())? {
            Guard::Breaker(breaker) => Some(breaker.state()),
            _ => None,
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
