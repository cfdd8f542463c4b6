//! Calls: operations on other components, with the policies around them.
//!
//! Policies stand in layers, the outermost first. An attempt is begun from a layer
//! inwards; an outcome passes outwards until a layer keeps it (a retry) or the task gets
//! it. What is more than a time-out or a retry is in `guards`. Giving up a wait takes a fresh ticket, so that what still comes is late.

use super::deadlines::Wanted;
use super::program::{Part, Policy, SiteTarget, Tells};
use super::variables::Payload;
use super::{Cx, Doing, Event, MessageKind, Signal, Ticket, World, tell};
use crate::kernel::{EntityId, Key, Observer, RecordId, SimDuration, SimTime, TimerHandle};
use crate::values::Datum;
use crate::world::delivery::{Body, Outgoing};
use crate::world::{Direction, Outcome, Record, What};

/// The most policies there may be around one operation, chains counted out.
pub(super) const MAX_LAYERS: usize = 8;

/// The most names of policies that are looked at for one operation, chains included: a chain
/// of chains can stand for any number.
pub(super) const MAX_VISITS: usize = 64;

/// An operation that a task waits for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    site: u32,
    /// How often it was sent.
    sends: u32,
    /// The record of the latest sending.
    sent: RecordId,
    /// To whom.
    to: EntityId,
    /// The task that waits for it.
    task: u32,
    began: SimTime,
    layers: [Layer; MAX_LAYERS],
    /// The retry that waits, and the outcome it gives up with after that, if it does.
    backing_off: Option<(u32, Option<Outcome>)>,
}

/// The state of one policy around an operation.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Layer {
    #[default]
    Idle,
    /// A time-out runs.
    Armed(TimerHandle),
    /// So many attempts were begun, and the latest wait between two was so long.
    Attempts(u32, SimDuration),
    /// A breaker let it through, then.
    Permitted(SimTime),
    /// A bulkhead let it in.
    Admitted,
    /// An adaptive limit let it in.
    Measured {
        /// Then.
        since: SimTime,
        /// So many were under way with it.
        in_flight: u32,
    },
    /// What it asks is noted beside the call.
    Asked,
    /// It waits for its turn, until the timer runs out if there is one.
    Waiting(Option<TimerHandle>),
    /// Several attempts may be under way.
    Hedged {
        /// The timer of the next one.
        next: Option<TimerHandle>,
        /// How many were begun.
        begun: u8,
        /// How many of them have not ended.
        under_way: u8,
    },
}

impl World {
    /// Submits the operation of `site`; whether the task has to wait for it.
    #[inline(never)]
    pub(super) fn submit<O: Observer<Record>>(
        &mut self,
        slot: u32,
        site: u32,
        cx: &mut Cx<'_, O>,
    ) -> bool {
        if self.is_invalid(slot, site, cx.now) {
            return self.is_not_sent(slot, site, Outcome::Invalid, cx);
        }
        let target = self.program.sites[site as usize].target;
        match target {
            SiteTarget::Queue { confirm: false, .. } => {
                self.send_operation(slot, site, 1, None, cx);
                return false;
            }
            SiteTarget::Commit { .. } if self.has_nothing_to_commit(slot) => return false,
            _ => {}
        }
        let call = Call {
            site,
            sends: 0,
            sent: RecordId(0),
            to: EntityId(0),
            task: slot,
            began: cx.now,
            layers: [Layer::Idle; MAX_LAYERS],
            backing_off: None,
        };
        let call = self.calls.insert(call);
        if let Some(task) = self.tasks.get_mut(slot) {
            task.doing = Doing::Calling(call);
        }
        if self.is_unwanted(slot, cx.now) && self.has_a_deadline(call) {
            self.out_of_time(slot, call, cx);
        } else {
            self.enter(slot, call, 0, cx);
        }
        true
    }

    /// An operation ends before it was sent; whether the task cannot go on at once.
    fn is_not_sent<O: Observer<Record>>(
        &mut self,
        slot: u32,
        site: u32,
        outcome: Outcome,
        cx: &mut Cx<'_, O>,
    ) -> bool {
        let Some(pc) = self.program.sites[site as usize].branch(outcome) else {
            self.finish(slot, outcome, cx);
            return true;
        };
        if let Some(task) = self.tasks.get_mut(slot) {
            task.pc = pc;
        }
        false
    }

    /// The operation that a call is of.
    pub(super) fn site_of(&self, call: u32) -> Option<u32> {
        self.calls.get(call).map(|call| call.site)
    }

    /// Has a call go on as one of another site.
    pub(super) fn goes_on_at(&mut self, call: u32, site: u32) {
        if let Some(state) = self.calls.get_mut(call) {
            state.site = site;
        }
    }

    /// Begins an attempt from `layer` inwards.
    pub(super) fn enter<O: Observer<Record>>(
        &mut self,
        slot: u32,
        call: u32,
        layer: usize,
        cx: &mut Cx<'_, O>,
    ) {
        let (Some(task), Some(state)) = (self.tasks.get(slot), self.calls.get_mut(call)) else {
            return;
        };
        let described = &self.program.sites[state.site as usize];
        let layers = described.policies.iter().zip(&mut state.layers);
        for (place, (policy, layer)) in (0..).zip(layers).skip(layer) {
            *layer = match policy {
                Policy::Timeout(timeout) => {
                    let expired = Event::Expired {
                        task: slot,
                        layer: place,
                    };
                    Layer::Armed(cx.queue.arm(cx.now, timeout.after, task.owner, expired))
                }
                Policy::Retry(_) => Layer::Attempts(1, SimDuration::ZERO),
                _ => return self.pass_in(slot, call, place as usize, cx),
            };
        }
        if let Some(place) = described.bind {
            // What an earlier attempt brought is no answer of this one.
            self.bind(slot, place, Datum::Null);
        }
        let ticket = self.fresh_ticket(slot);
        self.send_again(slot, call, ticket, cx);
    }

    /// Sends the operation of a call once more.
    pub(super) fn send_again<O: Observer<Record>>(
        &mut self,
        slot: u32,
        call: u32,
        ticket: Ticket,
        cx: &mut Cx<'_, O>,
    ) {
        let Some(state) = self.calls.get_mut(call) else {
            return;
        };
        state.sends += 1;
        let (site, sends) = (state.site, state.sends);
        let sent = self.send_operation(slot, site, sends, Some(ticket), cx);
        if let (Some(sent), Some(state)) = (sent, self.calls.get_mut(call)) {
            (state.sent, state.to) = sent;
        }
    }

    /// The site of a task's call, and whose task it is.
    pub(super) fn whose(&self, slot: u32, call: u32) -> Option<(u32, EntityId)> {
        Some((self.calls.get(call)?.site, self.tasks.get(slot)?.owner))
    }

    /// The task that waits for a call, the call's site, and whose task it is.
    pub(super) fn maker_of(&self, call: u32) -> Option<(u32, u32, EntityId)> {
        let state = self.calls.get(call)?;
        Some((state.task, state.site, self.tasks.get(state.task)?.owner))
    }

    /// The state of a layer of a call.
    pub(super) fn layer(&self, call: u32, place: usize) -> Option<Layer> {
        self.calls.get(call)?.layers.get(place).copied()
    }

    /// Has a layer of a call in another state.
    pub(super) fn set_layer(&mut self, call: u32, place: usize, layer: Layer) {
        if let Some(state) = self.calls.get_mut(call)
            && let Some(old) = state.layers.get_mut(place)
        {
            *old = layer;
        }
    }

    fn send_operation<O: Observer<Record>>(
        &mut self,
        slot: u32,
        site: u32,
        send: u32,
        ticket: Option<Ticket>,
        cx: &mut Cx<'_, O>,
    ) -> Option<(RecordId, EntityId)> {
        let &task = self.tasks.get(slot)?;
        let described = &self.program.sites[site as usize];
        let (edge, target, bytes) = (described.edge, described.target, described.size);
        let is_told = !described.tells.is_empty();
        let identity = task.identity.child(described.key, u64::from(send));
        let repeat = send > 1 && !described.is_instead_of_another();
        // What is not valid was found out before.
        let payload = self.compose(slot, site, task.identity, cx.now).flatten();
        let (to, kind, body) = match target {
            SiteTarget::Endpoint {
                service,
                endpoint,
                query,
            } => {
                let kind = if query {
                    MessageKind::Query
                } else {
                    MessageKind::Command
                };
                let ticket = ticket?;
                let (to, expected) =
                    self.pick_instance((service, endpoint), identity, &payload, cx.now);
                let Wanted { until, cancels } = if self.speaks_of_time(site) {
                    self.wanted_of_callee(slot, site, cx.queue)
                } else {
                    Wanted::FOR_EVER
                };
                (
                    to,
                    kind,
                    Body::Request {
                        endpoint,
                        ticket,
                        repeat,
                        site,
                        expected,
                        until,
                        cancels,
                    },
                )
            }
            SiteTarget::Queue { queue, message, .. } => {
                let to = self.program.queues[queue as usize].entity;
                (
                    to,
                    MessageKind::Event,
                    Body::Publish {
                        queue,
                        message,
                        ticket,
                        size: bytes,
                    },
                )
            }
            SiteTarget::Statement { .. } | SiteTarget::Commit { .. } => {
                self.statement(slot, site, ticket?)?
            }
        };
        let (from, cause) = (task.owner, task.cause);
        let direction = Direction::Forward;
        let told = is_told.then(|| payload.clone());
        let record = self.send_with(
            Outgoing {
                identity,
                from,
                to,
                edge,
                direction,
                kind,
                repeat,
                body,
                cause,
            },
            payload,
            cx,
        );
        if let Some(told) = told {
            self.tell_keys(site, told.as_deref(), (from, record), cx);
        }
        Some((record, to))
    }

    /// Tells properties what a message that was just sent is about.
    #[cold]
    fn tell_keys<O: Observer<Record>>(
        &self,
        site: u32,
        payload: Option<&Vec<Datum>>,
        (from, sent): (EntityId, RecordId),
        cx: &mut Cx<'_, O>,
    ) {
        for Tells { property, part } in &self.program.sites[site as usize].tells {
            let value = payload.and_then(|payload| match part {
                Part::Field(place) => payload.get(*place),
                Part::About(name) => match payload.last() {
                    Some(Datum::Map(said)) => {
                        let said = said.iter().find(|(other, _)| other == name);
                        said.map(|(_, value)| value)
                    }
                    _ => None,
                },
            });
            // What has none is about nothing in particular.
            if let Some(value) = value.filter(|value| **value != Datum::Null) {
                let what = What::Keyed {
                    property: *property,
                    key: Key::of(&value.to_string()).value(),
                };
                tell(cx, from, Some(sent), what);
            }
        }
    }

    /// An operation was answered in time.
    pub(super) fn answered<O: Observer<Record>>(
        &mut self,
        slot: u32,
        outcome: Outcome,
        payload: &Payload,
        cx: &mut Cx<'_, O>,
    ) {
        if let Some(Doing::Calling(call)) = self.tasks.get(slot).map(|task| task.doing) {
            self.bind_answer(slot, call, outcome, payload);
            self.pass_out(slot, call, MAX_LAYERS, outcome, cx);
        }
    }

    /// A time-out expired: what is inside it is abandoned.
    pub(super) fn expired<O: Observer<Record>>(
        &mut self,
        slot: u32,
        layer: u32,
        cx: &mut Cx<'_, O>,
    ) {
        let Some(&task) = self.tasks.get(slot) else {
            return;
        };
        let Doing::Calling(call) = task.doing else {
            return;
        };
        let layer = layer as usize;
        if !matches!(self.layer(call, layer), Some(Layer::Armed(_))) {
            return self.guard_expired(slot, call, layer, cx);
        }
        if self.speaks_of_time(self.calls.get(call).map_or(0, |state| state.site)) {
            self.abandon(slot, call, cx);
        }
        let asked = self.attempt(call);
        self.disarm(call, layer + 1, cx);
        self.comes_back(call);
        if let Some(state) = self.calls.get_mut(call) {
            state.layers[layer] = Layer::Idle;
            state.backing_off = None;
            if let Policy::Timeout(timeout) =
                self.program.sites[state.site as usize].policies[layer]
            {
                let after = timeout.after;
                // It is the message that went unanswered which made it happen.
                let record = tell(cx, task.owner, Some(state.sent), What::TimedOut { after });
                if let Some(task) = self.tasks.get_mut(slot) {
                    task.cause = record;
                }
                if let Some((_, _, to)) = asked {
                    self.judge(to, Outcome::Timeout, record, cx);
                }
            }
        }
        self.fresh_ticket(slot);
        self.pass_out(slot, call, layer, Outcome::Timeout, cx);
    }

    /// A task's own deadline has come: whatever its policies are, its operation is over.
    #[cold]
    pub(super) fn out_of_time<O: Observer<Record>>(
        &mut self,
        slot: u32,
        call: u32,
        cx: &mut Cx<'_, O>,
    ) {
        let Some(&task) = self.tasks.get(slot) else {
            return;
        };
        self.disarm(call, 0, cx);
        self.comes_back(call);
        self.fresh_ticket(slot);
        let after = cx.now.since(task.began);
        let record = tell(cx, task.owner, Some(task.cause), What::TimedOut { after });
        if let Some(task) = self.tasks.get_mut(slot) {
            task.cause = record;
        }
        if self.conclude(slot, call, Outcome::Timeout, cx) {
            // Not at once: a handler may go from one operation to the next many times.
            self.signals.push(Signal::Go(slot));
        }
    }

    /// Whether a deadline ends an operation: what is asked of a store is seen through, so that
    /// its transaction is not left open.
    #[inline]
    pub(super) fn has_a_deadline(&self, call: u32) -> bool {
        let site = self.calls.get(call).map(|state| state.site as usize);
        site.is_some_and(|site| {
            let target = &self.program.sites[site].target;
            matches!(
                target,
                SiteTarget::Endpoint { .. } | SiteTarget::Queue { .. }
            )
        })
    }

    /// The attempt of a call that is under way: its site, how often it was sent, to whom.
    pub(super) fn attempt(&self, call: u32) -> Option<(u32, u32, EntityId)> {
        let state = self.calls.get(call)?;
        let is_request = matches!(
            self.program.sites[state.site as usize].target,
            SiteTarget::Endpoint { .. }
        );
        let under_way = is_request && state.sends > 0 && state.backing_off.is_none();
        under_way.then_some((state.site, state.sends, state.to))
    }

    /// The time-out that runs around the operation of a task, in `layer` of its policies.
    #[inline]
    pub(super) fn armed(&self, slot: u32, layer: u32) -> Option<TimerHandle> {
        let Doing::Calling(call) = self.tasks.get(slot)?.doing else {
            return None;
        };
        match self.calls.get(call)?.layers.get(layer as usize)? {
            Layer::Armed(timer) => Some(*timer),
            Layer::Waiting(timer) => *timer,
            Layer::Hedged { next, .. } => *next,
            _ => None,
        }
    }

    /// A retry has waited long enough.
    pub(super) fn backed_off<O: Observer<Record>>(
        &mut self,
        slot: u32,
        call: u32,
        cx: &mut Cx<'_, O>,
    ) {
        let Some((layer, given_up)) = self
            .calls
            .get_mut(call)
            .and_then(|state| state.backing_off.take())
        else {
            return;
        };
        match given_up {
            None => self.enter(slot, call, layer as usize + 1, cx),
            Some(outcome) => self.pass_out(slot, call, layer as usize, outcome, cx),
        }
    }

    /// Passes an outcome from inside `layer` outwards.
    pub(super) fn pass_out<O: Observer<Record>>(
        &mut self,
        slot: u32,
        call: u32,
        layer: usize,
        outcome: Outcome,
        cx: &mut Cx<'_, O>,
    ) {
        let Some(state) = self.calls.get_mut(call) else {
            return;
        };
        let policies = &self.program.sites[state.site as usize].policies;
        let inside = layer.min(policies.len());
        for (place, policy) in policies[..inside].iter().enumerate().rev() {
            match (state.layers[place], policy) {
                (Layer::Armed(timer), Policy::Timeout(_)) => {
                    cx.queue.cancel(timer);
                    state.layers[place] = Layer::Idle;
                }
                (Layer::Attempts(attempt, _), Policy::Retry(retry)) => {
                    let fails = retry.retries(outcome);
                    if fails && (attempt < retry.attempts || retry.wait_before_give_up)
                        || retry.budget.is_some()
                    {
                        return self.retry_or_not(slot, call, place, outcome, cx);
                    }
                }
                (_, Policy::Timeout(_) | Policy::Retry(_)) => {}
                _ => {
                    if let Some(outcome) = self.pass_guard_out(slot, call, place, outcome, cx) {
                        self.pass_out(slot, call, place, outcome, cx);
                    }
                    return;
                }
            }
        }
        self.complete(slot, call, outcome, cx);
    }

    /// A retry waits until a moment, for the next attempt or, with how the call ends, before it
    /// gives up.
    pub(super) fn waits_to_retry<O>(
        &mut self,
        slot: u32,
        call: u32,
        (place, attempts): (usize, Layer),
        until: SimTime,
        ends: Option<Outcome>,
        cx: &mut Cx<'_, O>,
    ) {
        if let Some(state) = self.calls.get_mut(call) {
            state.layers[place] = attempts;
            state.backing_off = Some((place as u32, ends));
        }
        if let Some(owner) = self.tasks.get(slot).map(|task| task.owner) {
            let ticket = self.fresh_ticket(slot);
            cx.queue.schedule(until, owner, Event::Wake(ticket));
        }
    }

    /// How often the operation of a call was sent.
    pub(super) fn sends(&self, call: u32) -> u32 {
        self.calls.get(call).map_or(0, |state| state.sends)
    }

    fn complete<O: Observer<Record>>(
        &mut self,
        slot: u32,
        call: u32,
        outcome: Outcome,
        cx: &mut Cx<'_, O>,
    ) {
        if self.conclude(slot, call, outcome, cx) {
            self.fresh_ticket(slot);
            self.go_on(slot, cx);
        }
    }

    /// An operation is over; whether the task goes on.
    #[inline]
    fn conclude<O: Observer<Record>>(
        &mut self,
        slot: u32,
        call: u32,
        outcome: Outcome,
        cx: &mut Cx<'_, O>,
    ) -> bool {
        let Some(state) = self.calls.remove(call) else {
            return false;
        };
        if let Some(lands) = self.program.sites[state.site as usize].lands {
            self.answer_lands(slot, state.site, lands);
        }
        let Some(task) = self.tasks.get_mut(slot) else {
            return false;
        };
        let site = &self.program.sites[state.site as usize];
        let what = What::CallFinished {
            endpoint: site.endpoint,
            attempts: state.sends,
            outcome,
            took: cx.now.since(state.began),
        };
        task.cause = tell(cx, task.owner, Some(task.cause), what);
        let goes_on_at = site.branch(outcome);
        let goes_on = outcome.is_ok() || goes_on_at.is_some();
        task.pc = goes_on_at.unwrap_or(task.pc);
        if let SiteTarget::Commit { .. } = site.target {
            self.transaction_is_over(slot);
        }
        if !goes_on {
            self.finish(slot, outcome, cx);
        }
        goes_on
    }

    /// Drops the operation of a task that dies.
    pub(super) fn drop_call<O: Observer<Record>>(&mut self, call: u32, cx: &mut Cx<'_, O>) {
        self.disarm(call, 0, cx);
        self.calls.remove(call);
    }

    fn disarm<O: Observer<Record>>(&mut self, call: u32, from: usize, cx: &mut Cx<'_, O>) {
        let Some(state) = self.calls.get_mut(call) else {
            return;
        };
        let mut others = false;
        for layer in &mut state.layers[from..] {
            match layer {
                Layer::Armed(timer) => {
                    cx.queue.cancel(*timer);
                    *layer = Layer::Idle;
                }
                Layer::Idle | Layer::Attempts(..) => {}
                _ => others = true,
            }
        }
        if others {
            self.give_all_back(call, from, cx);
        }
    }

    #[cold]
    fn give_all_back<O: Observer<Record>>(&mut self, call: u32, from: usize, cx: &mut Cx<'_, O>) {
        for place in from..MAX_LAYERS {
            if let Some(layer) = self.layer(call, place) {
                self.set_layer(call, place, Layer::Idle);
                self.give_back(call, place, layer, cx);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_is_no_larger_than_two_words() {
        // Every call has eight of them.
        assert!(size_of::<Layer>() <= 16, "{}", size_of::<Layer>());
    }
}
