//! Breakers around calls: who is let through, what became of it, and how the state changes.

use super::Guard;
use crate::kernel::{EntityId, Observer, SimTime};
use crate::resilience::breaker::{self, State, Transition};
use crate::world::program::GuardSettings;
use crate::world::topology::GuardId;
use crate::world::{Cx, Event, Outcome, Record, TIMELINE, What, World, tell};

impl World {
    pub(super) fn breaker_permits<O: Observer<Record>>(
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

    pub(super) fn record_outcome<O: Observer<Record>>(
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
    pub(super) fn breaker_changed<O: Observer<Record>>(
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
    pub(in crate::world) fn guard_tick<O: Observer<Record>>(
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

    /// The state of a breaker as the engine has it; nothing if there is no such breaker.
    pub fn breaker_state(&self, guard: GuardId) -> Option<breaker::State> {
        match self.guards.get(guard.index())? {
            Guard::Breaker(breaker) => Some(breaker.state()),
            _ => None,
        }
    }
}
