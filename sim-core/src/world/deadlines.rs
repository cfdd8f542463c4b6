//! Deadlines: until when somebody waits for an answer, told to whoever works on it.
//!
//! A time-out that is *propagated* travels with the request as a deadline: the callee turns
//! away what comes too late, its own calls have at most the time that is left, and so on
//! downwards, as with gRPC (<https://grpc.io/docs/guides/deadlines/>). A time-out that
//! *cancels* tells the callee when it expires: its task ends at once, gives its worker back
//! and cancels its own calls in turn (<https://grpc.io/docs/guides/cancellation/>).
//!
//! What is known of a task stands beside it, since most have no deadline.

use std::collections::{BTreeMap, BTreeSet};

use super::delivery::{Body, Message, Outgoing};
use super::interpreter::Source;
use super::program::{Op, Policy};
use super::{Cx, Doing, Event, Ticket, World, tell};
use crate::kernel::{EntityId, EventQueue, Key, Observer, RecordId, SimTime};
use crate::scenario::document::WorkerMode;
use crate::world::{Direction, Loss, MessageKind, Outcome, Record, What};

/// What the caller of a task wants of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Wanted {
    /// Until when; the end of time without a deadline.
    pub(super) until: SimTime,
    /// Whether it says so when it no longer wants it.
    pub(super) cancels: bool,
}

impl Wanted {
    /// For as long as it takes.
    pub(super) const FOR_EVER: Self = Self {
        until: SimTime::MAX,
        cancels: false,
    };
}

/// What the callers of tasks want, where there is something to say.
#[derive(Clone, Debug, Default)]
pub(super) struct Deadlines {
    of: BTreeMap<u32, Wanted>,
    /// The requests that may be cancelled, with the task that works on each.
    cancellable: BTreeSet<(u32, u32, u32)>,
}

impl Deadlines {
    /// About how many bytes a clone occupies.
    pub(super) fn bytes(&self) -> usize {
        self.of.len() * 2 * size_of::<(u32, Wanted)>()
            + self.cancellable.len() * 2 * size_of::<(u32, u32, u32)>()
    }

    /// Whether there is nothing to say of any task.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// A task works on a request.
    #[inline]
    pub(super) fn begins(&mut self, slot: u32, wanted: Wanted, ticket: Ticket) {
        if wanted != Wanted::FOR_EVER {
            self.begins_wanted(slot, wanted, ticket);
        }
    }

    #[cold]
    fn begins_wanted(&mut self, slot: u32, wanted: Wanted, ticket: Ticket) {
        self.of.insert(slot, wanted);
        if wanted.cancels {
            self.cancellable.insert((ticket.task, ticket.turn, slot));
        }
    }

    /// A branch is wanted for as long as the whole.
    #[inline]
    pub(super) fn branches(&mut self, parent: u32, branch: u32) {
        if !self.of.is_empty()
            && let Some(&wanted) = self.of.get(&parent)
        {
            self.of.insert(branch, wanted);
        }
    }

    /// A task ends.
    #[inline]
    pub(super) fn ends(&mut self, slot: u32, source: Source) {
        if self.of.is_empty() {
            return;
        }
        self.of.remove(&slot);
        if let Source::Request(reply) = source {
            let Ticket { task, turn } = reply.ticket;
            self.cancellable.remove(&(task, turn, slot));
        }
    }

    #[inline]
    fn of(&self, slot: u32) -> Wanted {
        if self.of.is_empty() {
            return Wanted::FOR_EVER;
        }
        self.known_of(slot)
    }

    #[cold]
    fn known_of(&self, slot: u32) -> Wanted {
        self.of.get(&slot).copied().unwrap_or(Wanted::FOR_EVER)
    }
}

impl World {
    /// Whether nobody waits for the task any more.
    #[inline]
    pub(super) fn is_unwanted(&self, slot: u32, now: SimTime) -> bool {
        self.deadlines.of(slot).until <= now
    }

    /// Whether anybody says anything about time at this site: most never do.
    #[inline]
    pub(super) fn speaks_of_time(&self, site: u32) -> bool {
        !self.deadlines.of.is_empty() || self.program.sites[site as usize].speaks_of_time
    }

    /// What the caller says of a request that a task sends.
    #[cold]
    pub(super) fn wanted_of_callee(
        &self,
        slot: u32,
        site: u32,
        queue: &EventQueue<Event>,
    ) -> Wanted {
        let mut wanted = self.deadlines.of(slot);
        let site = &self.program.sites[site as usize];
        if !site.speaks_of_time {
            return wanted;
        }
        for (place, policy) in (0_u32..).zip(&site.policies) {
            let Policy::Timeout(timeout) = policy else {
                continue;
            };
            wanted.cancels |= timeout.cancels;
            let timer = self.armed(slot, place).filter(|_| timeout.propagates);
            if let Some(expires) = timer.and_then(|timer| queue.expires(timer)) {
                wanted.until = wanted.until.min(expires);
            }
        }
        wanted
    }

    /// A task starts: its deadline is looked at when it comes.
    #[inline]
    pub(super) fn watch_deadline<O>(&self, slot: u32, record: RecordId, cx: &mut Cx<'_, O>) {
        let until = self.deadlines.of(slot).until;
        if until < SimTime::MAX
            && let Some(task) = self.tasks.get(slot)
        {
            let event = Event::Deadline { task: slot, record };
            cx.queue.schedule(until, task.owner, event);
        }
    }

    /// The deadline of a task has come: it is cancelled if that is what its caller would do,
    /// and otherwise stops waiting for others.
    pub(super) fn deadline<O: Observer<Record>>(
        &mut self,
        slot: u32,
        record: RecordId,
        cx: &mut Cx<'_, O>,
    ) {
        let Some(&task) = self.tasks.get(slot).filter(|task| task.record == record) else {
            return;
        };
        let wanted = self.deadlines.of(slot);
        if wanted.until > cx.now {
            return;
        }
        if wanted.cancels {
            return self.cancel(slot, task.cause, cx);
        }
        for slot in self.with_branches(slot) {
            if let Some(Doing::Calling(call)) = self.tasks.get(slot).map(|task| task.doing)
                && self.has_a_deadline(call)
            {
                self.abandon(slot, call, cx);
                self.out_of_time(slot, call, cx);
            }
        }
    }

    /// Throws away a task that got a worker when nobody waited for it any more.
    #[cold]
    pub(super) fn throw_away<O: Observer<Record>>(&mut self, slot: u32, cx: &mut Cx<'_, O>) {
        let Some(&task) = self.tasks.get(slot) else {
            return;
        };
        let (owner, cause) = (task.owner, task.cause);
        let is_async = self.mode_of(owner) == Some(WorkerMode::Async);
        let what = if !task.has_started {
            What::TaskStarted {
                queued: true,
                worker: true,
            }
        } else if let Op::Work(_) = self.program.ops[task.pc as usize] {
            What::WorkStarted {
                queued: true,
                worker: is_async,
                until: cx.now,
            }
        } else {
            return;
        };
        let record = tell(cx, owner, Some(cause), what);
        if let Some(task) = self.tasks.get_mut(slot) {
            task.cause = record;
            if !task.has_started {
                (task.record, task.has_started) = (record, true);
            }
        }
        if matches!(task.source, Source::Branch(_)) && task.has_worker {
            // Its end says nothing of workers.
            tell(
                cx,
                owner,
                Some(record),
                What::WorkFinished { worker: is_async },
            );
        }
        self.finish(slot, Outcome::Timeout, cx);
    }

    /// Tells the callee that nobody waits for its answer any more, if it was told that it
    /// would be.
    #[cold]
    pub(super) fn abandon<O: Observer<Record>>(
        &mut self,
        slot: u32,
        call: u32,
        cx: &mut Cx<'_, O>,
    ) {
        let Some((site, sends, to)) = self.attempt(call) else {
            return;
        };
        let described = &self.program.sites[site as usize];
        if !self.wanted_of_callee(slot, site, cx.queue).cancels {
            return;
        }
        let Some(&task) = self.tasks.get(slot) else {
            return;
        };
        let ticket = Ticket {
            task: slot,
            turn: task.turn,
        };
        let identity = task.identity.child(described.key, u64::from(sends));
        let outgoing = Outgoing {
            identity: identity.child(Key::of("cancel"), 0),
            from: task.owner,
            to,
            edge: described.edge,
            direction: Direction::Forward,
            kind: MessageKind::Control,
            repeat: false,
            body: Body::Abandon { ticket },
            cause: task.cause,
        };
        self.send(outgoing, cx);
    }

    /// The word that an answer is no longer wanted arrives; it may come before the request,
    /// or after the answer has left, and then changes nothing.
    pub(super) fn abandon_arrives<O: Observer<Record>>(
        &mut self,
        message: &Message,
        cx: &mut Cx<'_, O>,
    ) {
        let &Message {
            record, to, body, ..
        } = message;
        let Body::Abandon { ticket } = body else {
            return;
        };
        let message = record;
        if self.instances[to.index()].condition().is_gone() {
            let why = Loss::ReceiverCrashed;
            tell(cx, to, Some(record), What::MessageLost { message, why });
            return;
        }
        let cause = tell(cx, to, Some(record), What::MessageDelivered { message });
        let Ticket { task, turn } = ticket;
        let of_request = (task, turn, 0)..=(task, turn, u32::MAX);
        let working = self.deadlines.cancellable.range(of_request);
        let slots: Vec<u32> = working.map(|(.., slot)| *slot).collect();
        for slot in slots {
            if self.owner_of(slot) == Some(to) {
                self.cancel(slot, cause, cx);
            }
        }
    }

    fn owner_of(&self, slot: u32) -> Option<EntityId> {
        self.tasks.get(slot).map(|task| task.owner)
    }

    /// A task and the branches it waits for, theirs included.
    fn with_branches(&mut self, slot: u32) -> Vec<u32> {
        let mut found = vec![slot];
        let mut next = 0;
        while let Some(&parent) = found.get(next) {
            next += 1;
            let Some(task) = self.tasks.get(parent) else {
                continue;
            };
            if !matches!(task.doing, Doing::Joining { .. } | Doing::Repeating(_)) {
                continue;
            }
            let ticket = Ticket {
                task: parent,
                turn: task.turn,
            };
            // Looking through all tasks is work, and counts as such.
            self.steps = self.steps.saturating_add(self.tasks.len() as u32 / 8);
            let branches = self.tasks.iter();
            let branches = branches.filter(|(_, task)| task.source == Source::Branch(ticket));
            found.extend(branches.map(|(slot, _)| slot));
        }
        found
    }

    /// Ends a task that nobody waits for, with its branches and calls, at once. One that
    /// waits for a worker is thrown away when its turn comes.
    fn cancel<O: Observer<Record>>(&mut self, slot: u32, cause: RecordId, cx: &mut Cx<'_, O>) {
        for slot in self.with_branches(slot) {
            let Some(&task) = self.tasks.get(slot) else {
                continue;
            };
            if task.doing == Doing::Queueing {
                let until = cx.now;
                let cancels = self.deadlines.of(slot).cancels;
                self.deadlines.of.insert(slot, Wanted { until, cancels });
                continue;
            }
            if let Doing::Calling(call) = task.doing {
                self.abandon(slot, call, cx);
                self.drop_call(call, cx);
            }
            if !self.transactions.is_empty() {
                self.leave_transaction(slot, cx);
            }
            if let Source::Request(reply) = task.source {
                let what = What::TaskFinished {
                    task: task.record,
                    endpoint: reply.endpoint,
                    outcome: Outcome::CANCELLED,
                    took: cx.now.since(task.began),
                    worker: task.has_worker,
                };
                tell(cx, task.owner, Some(cause), what);
            } else if task.has_worker {
                let what = What::WorkFinished { worker: true };
                tell(cx, task.owner, Some(cause), what);
            }
            if task.has_worker {
                self.release_worker(slot);
            }
            self.forget_task(slot);
        }
    }
}
