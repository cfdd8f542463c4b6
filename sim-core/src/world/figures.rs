//! Figures of the run as the system itself can know them: what a behaviour or a health check
//! says of its own instance (how much waits there, the state of its breakers), or of others.
//!
//! A place in the program flows in; what is to be seen at this moment flows out. What a service
//! says of its own service, it says of its own instance.

use std::ops::Range;

use super::World;
use super::guards::Guard;
use crate::kernel::EntityId;
use crate::values::{Datum, Figures};

/// A figure that expressions of behaviours and health checks name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum OwnFigure {
    /// What waits at these entities.
    Depth(Range<u32>),
    /// How many of their workers or connections are taken.
    Busy(Range<u32>),
    /// The gravest condition of them.
    Condition(Range<u32>),
    /// The state of a breaker, by the name of its policy.
    Breaker(String),
}

/// The run as an instance sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    pub(super) world: &'a World,
    pub(super) owner: EntityId,
}

impl View<'_> {
    /// Those that are spoken of: whoever speaks of its own service means itself.
    fn meant(&self, range: &Range<u32>) -> Range<u32> {
        let own = self.owner.0;
        if range.contains(&own) {
            own..own + 1
        } else {
            range.clone()
        }
    }

    fn sum(&self, range: &Range<u32>, of: impl Fn(super::Gauges) -> u32) -> Datum {
        let entities = self.meant(range);
        // Each is looked for among the queues.
        self.goes_through(entities.len() * (1 + self.world.queues.len()));
        let each = entities.map(|entity| i64::from(of(self.world.gauges(EntityId(entity)))));
        Datum::Int(each.sum())
    }

    /// Looking at many is work, and counts as such.
    fn goes_through(&self, count: usize) {
        let effort = &self.world.effort;
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        effort.set(effort.get().saturating_add(count));
    }

    fn breaker(&self, policy: &str) -> Datum {
        let guards = self.world.program.guards.iter();
        let guards = guards.filter(|guard| guard.policy == policy);
        let own = guards.clone().find(|guard| {
            let owners = guard.owners.as_ref();
            owners.is_some_and(|owners| owners.contains(&self.owner.0))
        });
        let state = |machine: usize| match self.world.guards.get(machine)? {
            Guard::Breaker(breaker) => Some(breaker.state()),
            _ => None,
        };
        let gravest = match own {
            Some(own) => state(own.machine(self.owner)),
            None => guards
                .flat_map(|guard| guard.first..guard.first + guard.count())
                .filter_map(|machine| state(machine as usize))
                .max_by_key(|state| state.severity()),
        };
        gravest.map_or(Datum::Null, |state| Datum::text(state.word()))
    }
}

impl Figures for View<'_> {
    fn figure(&self, place: u16) -> Datum {
        let Some(figure) = self.world.program.figures.get(usize::from(place)) else {
            return Datum::Null;
        };
        match figure {
            OwnFigure::Depth(range) => self.sum(range, |gauges| gauges.waiting + gauges.ready),
            OwnFigure::Busy(range) => self.sum(range, |gauges| gauges.busy),
            OwnFigure::Condition(range) => {
                let entities = self.meant(range);
                self.goes_through(entities.len());
                let conditions = entities.map(|entity| {
                    let instance = &self.world.instances[entity as usize];
                    instance.condition()
                });
                let gravest = conditions.max_by_key(|condition| condition.gravity());
                gravest.map_or(Datum::Null, |condition| Datum::text(condition.word()))
            }
            OwnFigure::Breaker(policy) => {
                self.goes_through(self.world.guards.len());
                self.breaker(policy)
            }
        }
    }
}
