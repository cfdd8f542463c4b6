//! Bands: for each machine of states, in which one it was from when to when, as far as that
//! is not simply fine.
//!
//! Records flow in; bands flow out. A machine is a node with its condition; whatever else
//! has states (a breaker, a saga) becomes another kind of machine. Changes that follow each
//! other within one short stretch become one band, so that a run of any length has a bounded
//! number of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::kernel::{SimDuration, SimTime};
use crate::resilience::breaker::State as BreakerState;
use crate::world::{Condition, GuardId, NodeId, Record, Topology, What};

/// What has states.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Machine {
    /// A node: the conditions of its instances.
    Node(NodeId),
    /// A circuit breaker.
    Breaker(GuardId),
}

/// The state of a machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MachineState {
    /// The gravest condition of a node's instances, and how many are in it.
    Condition {
        /// The condition.
        worst: Condition,
        /// How many instances are in it.
        instances: u32,
    },
    /// What a breaker is doing.
    Breaker(BreakerState),
}

/// A machine was in a state for a while.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Band {
    /// Which machine.
    pub machine: Machine,
    /// In which state; the last, if it changed within a moment.
    pub state: MachineState,
    /// Since when.
    pub from: SimTime,
    /// Until when; nothing if it still is.
    pub to: Option<SimTime>,
}

/// How grave a condition is; nothing if all is well, or nobody is meant to be there.
const fn gravity(condition: Condition) -> Option<u8> {
    Some(match condition {
        Condition::Up | Condition::Absent => return None,
        Condition::Draining => 0,
        Condition::Slow => 1,
        Condition::Failing => 2,
        Condition::Full => 3,
        Condition::Paused => 4,
        Condition::Down => 5,
    })
}

/// The band of a breaker; nothing while it is closed, as it should be.
fn breaker_band(state: BreakerState) -> Option<MachineState> {
    (state != BreakerState::Closed).then_some(MachineState::Breaker(state))
}

/// The bands of a stretch of a run.
#[derive(Clone, Debug)]
pub struct Bands {
    /// Bands that are shorter than this, and follow within it, become one.
    slot: SimDuration,
    node_of: Vec<NodeId>,
    /// Of each entity.
    conditions: Vec<Condition>,
    /// Of each node: its first entity and how many it has.
    nodes: Vec<(usize, usize)>,
    /// Of each machine that was not always well: the place of its latest band.
    latest: BTreeMap<Machine, usize>,
    found: Vec<Band>,
}

impl Bands {
    /// The bands of a run of `topology` from `from` on, where the entities have `conditions` and
    /// `breakers` are not closed.
    pub fn new(
        topology: &Topology,
        from: SimTime,
        slot: SimDuration,
        conditions: impl IntoIterator<Item = Condition>,
        breakers: impl IntoIterator<Item = (GuardId, BreakerState)>,
    ) -> Self {
        let nodes = topology.nodes.iter();
        let mut bands = Self {
            slot,
            node_of: topology.node_of.clone(),
            conditions: conditions.into_iter().collect(),
            nodes: nodes
                .map(|node| (node.first_entity.index(), node.entities as usize))
                .collect(),
            latest: BTreeMap::new(),
            found: Vec::new(),
        };
        bands
            .conditions
            .resize(topology.entities.len(), Condition::default());
        for node in 0..bands.nodes.len() {
            bands.look_at(NodeId(node as u32), from);
        }
        for (breaker, state) in breakers {
            bands.change(Machine::Breaker(breaker), breaker_band(state), from);
        }
        bands
    }

    /// The bands so far, in the order of their beginnings.
    pub fn bands(&self) -> &[Band] {
        &self.found
    }

    /// Takes in a record.
    pub fn apply(&mut self, record: &Record) {
        let to = match record.what {
            What::ConditionChanged { to, .. } => to,
            What::BreakerChanged { guard, to, .. } => {
                return self.change(Machine::Breaker(guard), breaker_band(to), record.at);
            }
            _ => return,
        };
        let place = record.entity.index();
        if let (Some(condition), Some(&node)) =
            (self.conditions.get_mut(place), self.node_of.get(place))
        {
            *condition = to;
            self.look_at(node, record.at);
        }
    }

    /// The state of a node now.
    fn state(&self, node: NodeId) -> Option<MachineState> {
        let &(first, count) = self.nodes.get(node.index())?;
        let conditions = self.conditions.get(first..first + count)?;
        let worst = *conditions
            .iter()
            .filter(|condition| gravity(**condition).is_some())
            .max_by_key(|condition| gravity(**condition))?;
        let instances = conditions.iter().filter(|other| **other == worst).count() as u32;
        Some(MachineState::Condition { worst, instances })
    }

    /// Brings the bands of a node up to date.
    fn look_at(&mut self, node: NodeId, at: SimTime) {
        let state = self.state(node);
        self.change(Machine::Node(node), state, at);
    }

    /// Brings the bands of a machine up to date, which is in this state, or simply fine.
    fn change(&mut self, machine: Machine, state: Option<MachineState>, at: SimTime) {
        let latest = self.latest.get(&machine).copied();
        let before = latest.and_then(|place| self.found.get_mut(place));
        let mut opens = state;
        if let Some(band) = before {
            let is_open = band.to.is_none();
            if is_open && Some(band.state) == state {
                return;
            }
            let near = |earlier: SimTime| at.since(earlier) < self.slot;
            // Too short, and too close to what follows, to be a band of its own.
            let joins = state.is_some() && near(band.from) && band.to.is_none_or(near);
            if joins {
                band.to = None;
                band.state = state.unwrap_or(band.state);
                opens = None;
            } else if is_open {
                band.to = Some(at);
            }
        }
        if let Some(state) = opens {
            self.latest.insert(machine, self.found.len());
            self.found.push(Band {
                machine,
                state,
                from: at,
                to: None,
            });
        }
    }
}
