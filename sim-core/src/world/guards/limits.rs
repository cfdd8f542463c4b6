//! Rate limiters around calls, and budgets of retries.

use super::Guard;
use crate::kernel::{EntityId, Observer, SimTime};
use crate::resilience::rate_limiter::Permit;
use crate::world::program::GuardSettings;
use crate::world::{Cx, Record, What, World};

impl World {
    pub(super) fn permit(&mut self, guard: u32, owner: EntityId, now: SimTime) -> Permit {
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

    /// A retry that has a budget looks at an outcome: whether it may try again.
    #[inline(never)]
    pub(in crate::world) fn can_afford<O: Observer<Record>>(
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
}
