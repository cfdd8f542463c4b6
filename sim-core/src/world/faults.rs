//! Faults: what goes wrong with an instance or a queue while an entry of the timeline holds.
//!
//! What holds at present is looked up and put together ([`Faults`]); what becomes of the
//! instance follows from it: a crash kills its tasks, a pause lets what happens to it wait.
//! Several faults of one kind are told apart by their strength: slow ones multiply, of two
//! error rates the higher holds. A crash outweighs a pause: a dead process does not stand
//! still, its operating system refuses connections.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::interpreter::Source;
use super::program::EntryKind;
use super::{Cx, Doing, Event, World, tell};
use crate::kernel::{EntityId, Observer, RecordId, SimDuration, SimTime, TimerHandle};
use crate::scenario::document::Share;
use crate::world::{Condition, Outcome, Record, What};

/// What is wrong with something at a moment.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Faults {
    down: bool,
    paused: bool,
    pub(super) full: bool,
    /// By how much its work takes longer.
    pub(super) slowness: f64,
    /// How many requests are answered with an injected error, and with which status.
    pub(super) errors: (Share, u16),
}

impl Faults {
    /// The worst of it, for whoever looks.
    pub(super) fn condition(&self) -> Condition {
        if self.down {
            Condition::Down
        } else if self.paused {
            Condition::Paused
        } else if self.full {
            Condition::Full
        } else if self.errors.0 > Share::NONE {
            Condition::Failing
        } else if self.slowness.to_bits() == 1.0_f64.to_bits() {
            Condition::Up
        } else {
            Condition::Slow
        }
    }
}

/// What happened to somebody who stood still: it takes it up later.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    at: SimTime,
    event: Event,
    /// The time-out that expired, if it was one.
    timer: Option<TimerHandle>,
}

/// What waits because somebody stands still, or stood still.
#[derive(Clone, Debug, Default)]
pub(super) struct Pauses {
    /// Who stands still.
    still: BTreeSet<EntityId>,
    /// What has happened to them since, in order.
    held: BTreeMap<EntityId, Vec<Held>>,
    /// By how much work that was under way ends later than it was to.
    owed: BTreeMap<u32, SimDuration>,
}

impl Pauses {
    /// About how many bytes a clone occupies.
    pub(super) fn bytes(&self) -> usize {
        let held: usize = self.held.values().map(Vec::len).sum();
        held * size_of::<Held>() + self.owed.len() * 2 * size_of::<SimDuration>()
    }
}

impl World {
    /// The tasks of each instance in `range`, in the order in which a crash kills them:
    /// parents before their branches, and otherwise in the order in which they came, which
    /// does not depend on what else is in the world.
    pub(super) fn tasks_of(&self, range: &Range<u32>) -> BTreeMap<u32, Vec<u32>> {
        let order = |slot: &u32| {
            self.tasks.get(*slot).map(|task| {
                let is_branch = matches!(task.source, Source::Branch(_));
                (is_branch, task.record, task.identity.value())
            })
        };
        let mut tasks: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (slot, task) in self.tasks.iter() {
            if range.contains(&task.owner.0) {
                tasks.entry(task.owner.0).or_default().push(slot);
            }
        }
        for slots in tasks.values_mut() {
            slots.sort_unstable_by_key(order);
        }
        tasks
    }

    /// What the entries of the timeline that hold now make of `entity`.
    fn faults_of(&self, entity: EntityId) -> Faults {
        // What happens to an instance happens to its memory.
        let host = self.program.host_of(entity);
        let has_lost_host =
            host.is_some_and(|host| self.instances[host.index()].condition().is_gone());
        let mut faults = Faults {
            down: has_lost_host || self.rollout.is_starting(entity),
            paused: false,
            full: false,
            slowness: 1.0,
            errors: (Share::NONE, 500),
        };
        let hit = |range: &Range<u32>| {
            range.contains(&entity.0) || host.is_some_and(|host| range.contains(&host.0))
        };
        let holds = |entry: u32, range: &Range<u32>| {
            hit(range) && !self.survived.contains(&(entry, host.unwrap_or(entity)))
        };
        for &entry in &self.active {
            match &self.program.entries[entry as usize].what {
                EntryKind::Crash(range) if holds(entry, range) => faults.down = true,
                EntryKind::Pause(range) if holds(entry, range) => faults.paused = true,
                EntryKind::Full(range) if hit(range) => faults.full = true,
                EntryKind::Slow(range, times) if hit(range) => faults.slowness *= times,
                EntryKind::Errors(range, rate, status) if hit(range) && *rate > faults.errors.0 => {
                    faults.errors = (*rate, *status);
                }
                _ => {}
            }
        }
        faults
    }

    /// Recomputes what is wrong with `entity`, whose tasks are `tasks` in case it crashes or
    /// stood still.
    pub(super) fn reconsider<O: Observer<Record>>(
        &mut self,
        entity: EntityId,
        tasks: &[u32],
        cause: RecordId,
        cx: &mut Cx<'_, O>,
    ) {
        let faults = self.faults_of(entity);
        let (from, to) = self.instances[entity.index()].suffer(faults, cx.now);
        if from == to {
            return;
        }
        let changed = tell(cx, entity, Some(cause), What::ConditionChanged { from, to });
        self.probes.condition_changed(entity, changed);
        for memory in self.program.memories_of(entity) {
            self.reconsider(memory, &[], changed, cx);
        }
        let gone = (from.is_gone(), to.is_gone());
        if gone == (false, true) {
            self.crash(entity, tasks, changed, cx);
        }
        match (from, to) {
            (_, Condition::Paused) => {
                self.pauses.still.insert(entity);
            }
            (Condition::Paused, _) => self.take_up(entity, tasks, cx),
            _ => {}
        }
        if gone == (true, false) {
            self.open_channels(entity, changed, cx);
        }
        if to == Condition::Draining {
            self.cancel_subscriptions(entity, changed, cx);
        }
    }

    /// Everything an instance was doing dies with it.
    fn crash<O: Observer<Record>>(
        &mut self,
        entity: EntityId,
        tasks: &[u32],
        cause: RecordId,
        cx: &mut Cx<'_, O>,
    ) {
        for &slot in tasks {
            self.kill(slot, cause, cx);
        }
        self.instances[entity.index()].forget_tasks();
        self.forget_guards(entity, cause, cx);
        self.close_channels(entity, cause, cx);
        if let Some((_, state)) = self.program.store_of(entity) {
            self.crash_store(state, cause, cx);
        }
    }

    fn kill<O: Observer<Record>>(&mut self, slot: u32, cause: RecordId, cx: &mut Cx<'_, O>) {
        let Some(&task) = self.tasks.get(slot) else {
            return;
        };
        if let Doing::Calling(call) = task.doing {
            self.drop_call(call, cx);
        }
        if !self.transactions.is_empty() {
            self.leave_transaction(slot, cx);
        }
        let queued = task.doing == Doing::Queueing;
        let is_branch = matches!(task.source, Source::Branch(_));
        if !is_branch || queued || task.has_worker {
            let started = task.has_started && !is_branch;
            let what = What::TaskKilled {
                task: task.record,
                endpoint: task.source.endpoint(),
                started,
                queued,
                worker: task.has_worker,
            };
            let killed = tell(cx, task.owner, Some(cause), what);
            if let Source::Request(reply) = task.source {
                self.reply(task.owner, reply, Outcome::Reset, None, killed, cx);
            }
        }
        self.forget_task(slot);
    }

    /// A task is no more, however it ended.
    #[inline]
    pub(super) fn forget_task(&mut self, slot: u32) {
        let quiet =
            self.deadlines.is_empty() && self.pauses.owed.is_empty() && self.rollout.is_quiet();
        if !quiet {
            self.strike_out(slot);
        }
        self.remove_task(slot);
    }

    /// Strikes a task out of the lists of those about whom there is something to say.
    #[cold]
    fn strike_out(&mut self, slot: u32) {
        if let Some(task) = self.tasks.get(slot) {
            self.deadlines.ends(slot, task.source);
            self.rollout.task_ended(task.owner);
            self.pauses.owed.remove(&slot);
        }
    }

    /// Lets `event` wait if it happens to somebody who stands still; whether it does.
    pub(super) fn holds_back<O>(&mut self, event: Event, cx: &Cx<'_, O>) -> bool {
        if self.pauses.still.is_empty() || !self.pauses.still.contains(&cx.entity) {
            return false;
        }
        let timer = match event {
            // What is lost never reaches anybody.
            Event::Arrive(message) if self.is_lost(message) => return false,
            // Whoever runs the instance does not stand still.
            Event::Replace(_)
            | Event::GraceOver
            | Event::Started
            | Event::Probe { .. }
            | Event::ProbeUnanswered { .. }
            | Event::OutlierSweep
            | Event::ScalerSamples
            | Event::ScalerLooks => return false,
            Event::Expired { task, layer } => self.armed(task, layer),
            _ => None,
        };
        let held = Held {
            at: cx.now,
            event,
            timer,
        };
        self.pauses.held.entry(cx.entity).or_default().push(held);
        true
    }

    /// Somebody who stood still takes up what has happened since, in order. Work that was
    /// under way goes on where it was.
    fn take_up<O: Observer<Record>>(
        &mut self,
        entity: EntityId,
        tasks: &[u32],
        cx: &mut Cx<'_, O>,
    ) {
        self.pauses.still.remove(&entity);
        let stood_still = self.instances[entity.index()].paused_for(cx.now);
        for &slot in tasks {
            if self.is_working(slot) {
                let owed = self.pauses.owed.entry(slot).or_default();
                *owed = owed.plus(stood_still);
            }
        }
        for Held { at, event, timer } in self.pauses.held.remove(&entity).unwrap_or_default() {
            match event {
                Event::Wake(ticket) if self.is_valid(ticket) && self.is_working(ticket.task) => {
                    let owed = self.pauses.owed.remove(&ticket.task).unwrap_or_default();
                    cx.queue.schedule(at.after(owed), entity, event);
                }
                // An answer that came before it may have taken the time-out back.
                Event::Expired { task, layer } if timer != self.armed(task, layer) => {}
                _ => {
                    self.happens(event, cx);
                    self.settle_signals(cx);
                }
            }
        }
    }

    fn is_working(&self, slot: u32) -> bool {
        self.tasks
            .get(slot)
            .is_some_and(|task| task.doing == Doing::Working)
    }

    /// Puts the end of work off by what its instance stood still meanwhile; whether it had.
    #[inline]
    pub(super) fn is_put_off<O>(&mut self, event: Event, slot: u32, cx: &mut Cx<'_, O>) -> bool {
        !self.pauses.owed.is_empty() && self.puts_off(event, slot, cx)
    }

    #[cold]
    fn puts_off<O>(&mut self, event: Event, slot: u32, cx: &mut Cx<'_, O>) -> bool {
        if !self.is_working(slot) {
            return false;
        }
        let Some(owed) = self.pauses.owed.remove(&slot) else {
            return false;
        };
        cx.queue.schedule(cx.now.after(owed), cx.entity, event);
        true
    }
}
