//! Faces: what a node shows at a glance, all its instances taken together.
//!
//! A picture flows in; a few comparable numbers a node flow out, so that a node is painted
//! again only when one of them has changed.

use sim_core::observe::{EntityState, Picture};
use sim_core::world::{Condition, Node, NodeKind};

use super::scene::entities;

/// What a node shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Face {
    /// The worst condition of an instance.
    pub(crate) condition: Condition,
    /// How many instances are in it.
    pub(crate) affected: u32,
    /// How many instances there are.
    pub(crate) instances: u32,
    /// Its gauges.
    pub(crate) gauges: Gauges,
}

/// The gauges of a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Gauges {
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
    pub(crate) fn of(node: &Node, picture: &Picture) -> Self {
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
