//! Adaptive concurrency limits around calls: a call begins if fewer are under way than the limit,
//! and how long it took moves the limit when it ends.
//!
//! As in Netflix's concurrency-limits (`SimpleLimiter`): a call that is refused by the callee or
//! not answered in time was dropped; a failure of another kind says nothing.

use super::Guard;
use crate::kernel::{EntityId, Observer, SimTime};
use crate::resilience::adaptive::{AdaptiveLimit, Sample};
use crate::world::program::{AdaptiveSettings, GuardSettings};
use crate::world::{Cx, Outcome, Record, What, World};

/// A limit, and what is held against it.
#[derive(Clone, Copy, Debug)]
pub(in crate::world) struct Adaptive {
    pub(in crate::world) limit: AdaptiveLimit,
    /// How many calls are under way.
    pub(in crate::world) running: u32,
}

impl Adaptive {
    pub(super) fn new(settings: &AdaptiveSettings) -> Self {
        Self {
            limit: AdaptiveLimit::new(&settings.bounds),
            running: 0,
        }
    }
}

/// What an outcome says of the limit: whether the call was dropped, or nothing.
const fn is_dropped(outcome: Outcome) -> Option<bool> {
    match outcome {
        // 429 Too Many Requests, 503 Service Unavailable, 504 Gateway Timeout.
        Outcome::Declined(429)
        | Outcome::Error(503 | 504)
        | Outcome::Timeout
        | Outcome::Full
        | Outcome::Limited
        | Outcome::Refused => Some(true),
        Outcome::Ok(_) | Outcome::Declined(_) | Outcome::Duplicate | Outcome::Unmet => Some(false),
        _ => None,
    }
}

impl World {
    /// A call wants to begin: how many are under way with it, if it may.
    pub(super) fn enter_adaptive(&mut self, guard: u32, owner: EntityId) -> Option<u32> {
        let (_, adaptive) = self.adaptive(guard, owner)?;
        if adaptive.running >= adaptive.limit.limit() {
            return None;
        }
        adaptive.running += 1;
        Some(adaptive.running)
    }

    /// A call is given up from outside, which says nothing of the callee.
    pub(super) fn leave_adaptive(&mut self, guard: u32, owner: EntityId) {
        if let Some((_, adaptive)) = self.adaptive(guard, owner) {
            adaptive.running = adaptive.running.saturating_sub(1);
        }
    }

    /// A call has ended.
    pub(super) fn sample<O: Observer<Record>>(
        &mut self,
        slot: u32,
        (guard, owner): (u32, EntityId),
        (since, in_flight): (SimTime, u32),
        outcome: Outcome,
        cx: &mut Cx<'_, O>,
    ) {
        self.leave_adaptive(guard, owner);
        let (Some(dropped), Some((settings, adaptive))) =
            (is_dropped(outcome), self.adaptive(guard, owner))
        else {
            return;
        };
        let sample = Sample {
            took: cx.now.since(since),
            in_flight,
            dropped,
        };
        let from = adaptive.limit.limit();
        let to = adaptive
            .limit
            .sample(&settings.bounds, &settings.rule, sample);
        if from != to {
            self.tell_of_guard(slot, guard, owner, cx, |guard| What::LimitChanged {
                guard,
                from,
                to,
            });
        }
    }

    fn adaptive(
        &mut self,
        guard: u32,
        owner: EntityId,
    ) -> Option<(AdaptiveSettings, &mut Adaptive)> {
        let program = &self.program.guards[guard as usize];
        let machine = program.machine(owner);
        match (&program.settings, self.guards.get_mut(machine)) {
            (GuardSettings::Adaptive(settings), Some(Guard::Adaptive(adaptive))) => {
                Some((*settings, adaptive))
            }
            _ => None,
        }
    }
}
