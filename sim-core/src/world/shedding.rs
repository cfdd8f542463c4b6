//! Load shedding: requests that have waited for a worker for too long are not begun.
//!
//! When a request has to wait, the rule of `resilience::shedding` says until when its turn must
//! come; when a worker takes it later than that, it is answered 503 and no work is done. That is
//! looked at when its turn comes, as servers that shed do, so that nobody has to watch the queue.

use std::collections::BTreeMap;

use super::interpreter::Source;
use super::{Cx, World, tell};
use crate::kernel::{EntityId, Observer, SimTime};
use crate::resilience::shedding::{Arrival, Shedder};
use crate::world::{Outcome, Record, What};

/// What is known of queues that shed, and of those who wait in them.
#[derive(Clone, Debug, Default)]
pub(super) struct Queues {
    shedders: BTreeMap<EntityId, Shedder>,
    /// Until when the turn of a task must come, with whose it is: a slot may have another task
    /// by then.
    patience: BTreeMap<u32, (u64, SimTime)>,
}

impl Queues {
    /// Whether nothing has ever waited in such a queue.
    #[inline]
    pub(super) fn is_unused(&self) -> bool {
        self.shedders.is_empty()
    }

    /// About how many bytes it occupies.
    pub(super) fn bytes(&self) -> usize {
        (self.shedders.len() + self.patience.len()) * 2 * size_of::<(u32, u64, SimTime)>()
    }
}

impl World {
    /// A request is about to wait for a worker.
    #[cold]
    pub(super) fn waits_to_be_shed(&mut self, slot: u32, entity: EntityId, now: SimTime) {
        let Some(&shedding) = self.program.shedding.get(&entity) else {
            return;
        };
        let waiting = self.instances[entity.index()].waiting();
        let Some(task) = self.tasks.get(slot) else {
            return;
        };
        if !matches!(task.source, Source::Request(_)) {
            // A broker would deliver it again.
            return;
        }
        let shedder = self.queues_that_shed.shedders.entry(entity).or_default();
        if let Arrival::Accepted { until } = shedder.arrive(&shedding, now, waiting) {
            let whose = task.identity.value();
            self.queues_that_shed.patience.insert(slot, (whose, until));
        }
    }

    /// A worker takes a task; whether it has waited for too long.
    #[cold]
    pub(super) fn has_waited_too_long(
        &mut self,
        slot: u32,
        entity: EntityId,
        now: SimTime,
    ) -> bool {
        let is_empty = self.instances[entity.index()].waiting() == 0;
        let queues = &mut self.queues_that_shed;
        if let Some(shedder) = queues.shedders.get_mut(&entity).filter(|_| is_empty) {
            shedder.emptied(now);
        }
        let whose = self.tasks.get(slot).map(|task| task.identity.value());
        queues
            .patience
            .remove(&slot)
            .is_some_and(|(of, until)| Some(of) == whose && until < now)
    }

    /// A request is answered without having been begun.
    #[cold]
    pub(super) fn shed<O: Observer<Record>>(&mut self, slot: u32, cx: &mut Cx<'_, O>) {
        let Some(task) = self.tasks.get(slot) else {
            return;
        };
        let what = What::TaskStarted {
            queued: true,
            worker: true,
        };
        let record = tell(cx, task.owner, Some(task.cause), what);
        if let Some(task) = self.tasks.get_mut(slot) {
            task.cause = record;
            (task.record, task.has_started) = (record, true);
        }
        self.finish(slot, Outcome::Shed, cx);
    }
}
