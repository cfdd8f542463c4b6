//! Faces: what a node shows at a glance, all its instances taken together.
//!
//! A picture flows in; a few comparable numbers a node flow out, so that a node is painted
//! again only when one of them has changed.

use sim_core::observe::{EntityState, Picture};
use sim_core::world::{Condition, Node, NodeKind};

use crate::scene::entities;

/// What a node shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Face {
    /// The worst condition of an instance.
    pub condition: Condition,
    /// How many instances are in it.
    pub affected: u32,
    /// How many instances there are.
    pub instances: u32,
    /// Its gauges.
    pub gauges: Gauges,
}

/// The gauges of a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gauges {
    /// Of a client, or of what is sent by hand.
    Client {
        /// Journeys that have not ended.
        open: u32,
        /// Journeys that ended well.
        done: u64,
        /// Journeys that ended badly.
        failed: u64,
    },
    /// Of a service.
    Service {
        /// Workers that are taken.
        busy: u32,
        /// All workers.
        workers: u32,
        /// Tasks that wait for one.
        waiting: u32,
        /// How many may wait.
        queue: u32,
    },
    /// Of a queue.
    Queue {
        /// Messages that wait.
        ready: u32,
        /// Messages that are with a consumer.
        unacked: u32,
    },
    /// Of a store.
    Store {
        /// Connections that are taken.
        busy: u32,
        /// All connections; any number if not said.
        connections: Option<u32>,
        /// Statements that wait for one.
        waiting: u32,
        /// Statements that wait for a row.
        locked: u32,
        /// Transactions that are open.
        transactions: u32,
        /// Rows.
        rows: u32,
    },
}

impl Face {
    /// The face of `node` in `picture`.
    pub fn of(node: &Node, picture: &Picture) -> Self {
        let states = picture.entities.get(entities(node)).unwrap_or_default();
        let sum = |count: fn(&EntityState) -> u32| states.iter().map(count).sum::<u32>();
        let long_sum = |count: fn(&EntityState) -> u64| states.iter().map(count).sum::<u64>();
        let absent = states
            .iter()
            .filter(|state| state.condition == Condition::Absent)
            .count() as u32;
        let there = node.entities.saturating_sub(absent);
        let gauges = match node.kind {
            NodeKind::Hand | NodeKind::Client => Gauges::Client {
                open: sum(|state| state.tasks),
                done: long_sum(|state| state.done),
                failed: long_sum(|state| state.failed),
            },
            NodeKind::Service { workers, queue, .. }
            | NodeKind::External { workers, queue, .. } => Gauges::Service {
                busy: sum(|state| state.busy),
                workers: workers.saturating_mul(there),
                waiting: sum(|state| state.waiting),
                queue: queue.saturating_mul(there),
            },
            NodeKind::Queue => Gauges::Queue {
                ready: sum(|state| state.ready),
                unacked: sum(|state| state.unacked),
            },
            NodeKind::Store { connections, .. } => Gauges::Store {
                busy: sum(|state| state.busy),
                connections: connections.map(|each| each.saturating_mul(node.entities)),
                waiting: sum(|state| state.waiting),
                locked: sum(|state| state.locked),
                transactions: sum(|state| state.transactions),
                rows: sum(|state| state.rows),
            },
        };
        let condition = states
            .iter()
            .map(|state| state.condition)
            .max()
            .unwrap_or_default();
        let affected = states
            .iter()
            .filter(|state| state.condition == condition)
            .count() as u32;
        Self {
            condition,
            affected,
            instances: there,
            gauges,
        }
    }
}

/// What of a face can be told from afar: a level and a condition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Glimpse {
    /// The worst condition of an instance.
    pub condition: Condition,
    /// How much is taken, in steps of [`LEVELS`]; at least one if anything is.
    pub taken: u8,
    /// How much waits, likewise.
    pub waiting: u8,
}

/// The steps of a level.
pub const LEVELS: u8 = 8;
/// So much waits in a queue that is seen as full: queues of a broker have no end.
const MUCH: u32 = 64;

impl Glimpse {
    /// What a face looks like from afar.
    pub fn of(face: &Face) -> Self {
        let (taken, waiting) = match face.gauges {
            // However many journeys are under way, a client is never full.
            Gauges::Client { open, .. } => (level(open, MUCH).min(LEVELS - 1), 0),
            Gauges::Service {
                busy,
                workers,
                waiting,
                queue,
            } => (level(busy, workers), level(waiting, queue)),
            Gauges::Queue { ready, unacked } => (level(unacked, MUCH), level(ready, MUCH)),
            Gauges::Store {
                busy,
                connections,
                waiting,
                ..
            } => (
                level(busy, connections.unwrap_or(MUCH)),
                level(waiting, MUCH),
            ),
        };
        Self {
            condition: face.condition,
            taken,
            waiting,
        }
    }

    /// What several look like together: the worst of each.
    pub fn worst(self, other: Self) -> Self {
        Self {
            condition: self.condition.max(other.condition),
            taken: self.taken.max(other.taken),
            waiting: self.waiting.max(other.waiting),
        }
    }

    /// What nothing looks like.
    pub const IDLE: Self = Self {
        condition: Condition::Absent,
        taken: 0,
        waiting: 0,
    };
}

/// So much of so much, in steps: nothing is no step, all is all of them.
fn level(taken: u32, all: u32) -> u8 {
    if taken == 0 {
        return 0;
    }
    let steps = u64::from(taken) * u64::from(LEVELS) / u64::from(all.max(1));
    steps.clamp(1, u64::from(LEVELS)) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_core::kernel::EntityId;
    use sim_core::scenario::document::Text;

    fn service(instances: u32) -> Node {
        Node {
            name: "orders".to_owned(),
            title: Text::default(),
            kind: NodeKind::Service {
                workers: 4,
                queue: 10,
                blocking: true,
            },
            first_entity: EntityId(1),
            entities: instances,
        }
    }

    #[test]
    fn the_gauges_of_a_node_are_those_of_its_instances_together() {
        let mut picture = Picture::new(3);
        picture.entities[1].busy = 3;
        picture.entities[2].busy = 2;
        picture.entities[2].waiting = 5;
        let face = Face::of(&service(2), &picture);
        assert_eq!(
            face.gauges,
            Gauges::Service {
                busy: 5,
                workers: 8,
                waiting: 5,
                queue: 20
            }
        );
    }

    #[test]
    fn a_glimpse_tells_nothing_from_little_and_much_from_all() {
        assert_eq!(level(0, 100), 0);
        assert_eq!(level(1, 1_000), 1);
        assert_eq!(level(99, 100), LEVELS - 1);
        assert_eq!(level(100, 100), LEVELS);
        assert_eq!(level(3, 0), LEVELS);
    }

    #[test]
    fn a_group_looks_like_the_worst_of_its_members() {
        let down = Glimpse {
            condition: Condition::Down,
            ..Glimpse::IDLE
        };
        let busy = Glimpse {
            condition: Condition::Up,
            taken: 5,
            waiting: 2,
        };
        let both = Glimpse::IDLE.worst(down).worst(busy);
        assert_eq!(
            (both.condition, both.taken, both.waiting),
            (Condition::Down, 5, 2)
        );
    }

    #[test]
    fn a_node_shows_the_worst_condition_and_how_many_instances_are_in_it() {
        let mut picture = Picture::new(4);
        picture.entities[2].condition = Condition::Down;
        picture.entities[3].condition = Condition::Slow;
        let face = Face::of(&service(3), &picture);
        assert_eq!(
            (face.condition, face.affected, face.instances),
            (Condition::Down, 1, 3)
        );
    }
}
