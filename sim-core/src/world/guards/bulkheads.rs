//! Bulkheads around calls: who begins, who waits for a turn, and whose turn it is.

use super::{Guard, Waiter};
use crate::kernel::{EntityId, Observer, SimTime};
use crate::resilience::bulkhead::{Entry, Semaphore, SemaphoreSettings};
use crate::world::calls::Layer;
use crate::world::program::GuardSettings;
use crate::world::{Cx, Event, Record, Signal, What, World};

impl World {
    pub(super) fn enter_bulkhead<O: Observer<Record>>(
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
    pub(super) fn leave_bulkhead<O: Observer<Record>>(
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

    pub(super) fn cancel_wait(
        &mut self,
        slot: u32,
        call: u32,
        place: usize,
        guard: u32,
        owner: EntityId,
    ) {
        if let Some((_, semaphore)) = self.semaphore(guard, owner) {
            semaphore.cancel(Waiter {
                task: slot,
                call,
                layer: place as u32,
            });
        }
    }

    pub(super) fn semaphore(
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
}
