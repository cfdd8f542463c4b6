//! Bulkheads around calls: who begins, who waits for a turn, and whose turn it is.

use super::{Guard, Waiter};
use crate::kernel::{EntityId, Observer, SimDuration, SimTime};
use crate::resilience::bulkhead::{Entry, Semaphore, SemaphoreSettings, ThreadPool};
use crate::world::calls::Layer;
use crate::world::program::{GuardSettings, PoolProgram};
use crate::world::{Cx, Event, Record, Signal, What, World};

/// A bulkhead with its settings.
enum Bulkhead<'a> {
    Semaphore(SemaphoreSettings, &'a mut Semaphore<Waiter>),
    Pool(PoolProgram, &'a mut ThreadPool<Waiter>),
}

impl Bulkhead<'_> {
    /// A call wants to begin: what comes of it, and how long it waits if it has to.
    fn enter(&mut self, now: SimTime, waiter: Waiter) -> (Entry, SimDuration) {
        match self {
            Self::Semaphore(settings, semaphore) => {
                (semaphore.enter(settings, now, waiter), settings.max_wait)
            }
            Self::Pool(PoolProgram { pool, max_wait }, threads) => {
                let entry = match threads.submit(pool, now, waiter) {
                    Entry::Queued { .. } => Entry::Queued {
                        until: now.after(*max_wait),
                    },
                    other => other,
                };
                (entry, *max_wait)
            }
        }
    }

    /// A call has ended; the first that begins now.
    fn leave(&mut self, now: SimTime) -> Option<Waiter> {
        match self {
            Self::Semaphore(_, semaphore) => {
                semaphore.leave();
                self.next(now)
            }
            Self::Pool(PoolProgram { pool, .. }, threads) => threads.finish(pool, now),
        }
    }

    /// Another call that begins now, since there is more room than there was.
    fn next(&mut self, now: SimTime) -> Option<Waiter> {
        match self {
            Self::Semaphore(settings, semaphore) => semaphore.admit(settings, now),
            Self::Pool(..) => None,
        }
    }
}

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
        let Some(mut bulkhead) = self.bulkhead(guard, owner) else {
            return Entry::Admitted;
        };
        let waiter = Waiter {
            task: slot,
            call,
            layer: place as u32,
        };
        let (entry, max_wait) = bulkhead.enter(cx.now, waiter);
        if let Entry::Queued { until } = entry {
            self.tell_of_guard(slot, guard, owner, cx, |guard| What::PermitAwaited {
                guard,
                until,
            });
            let expired = Event::Expired {
                task: slot,
                layer: place as u32,
            };
            let timer =
                (until < SimTime::MAX).then(|| cx.queue.arm(cx.now, max_wait, owner, expired));
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
        let mut next = self
            .bulkhead(guard, owner)
            .and_then(|mut bulkhead| bulkhead.leave(cx.now));
        while let Some(waiter) = next {
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
            next = self
                .bulkhead(guard, owner)
                .and_then(|mut bulkhead| bulkhead.next(cx.now));
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
        let waiter = Waiter {
            task: slot,
            call,
            layer: place as u32,
        };
        match self.bulkhead(guard, owner) {
            Some(Bulkhead::Semaphore(_, semaphore)) => semaphore.cancel(waiter),
            Some(Bulkhead::Pool(_, threads)) => threads.cancel(waiter),
            None => false,
        };
    }

    fn bulkhead(&mut self, guard: u32, owner: EntityId) -> Option<Bulkhead<'_>> {
        let program = &self.program.guards[guard as usize];
        let machine = program.machine(owner);
        match (&program.settings, self.guards.get_mut(machine)) {
            (GuardSettings::Bulkhead(settings), Some(Guard::Bulkhead(semaphore))) => {
                Some(Bulkhead::Semaphore(*settings, semaphore))
            }
            (GuardSettings::Pool(program), Some(Guard::Pool(threads))) => {
                Some(Bulkhead::Pool(*program, threads))
            }
            _ => None,
        }
    }
}
