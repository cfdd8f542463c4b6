//! Places: where something is done that obligations and counts speak of.

use super::endings::Ending;
use super::gauges::Target;
use crate::kernel::RecordId;
use crate::world::{NodeKind, Record, Topology, What};

/// Where something is done.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) name: String,
    of: Target,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Queue,
    /// Statements that only read do nothing.
    Store,
    Other,
}

/// What happened to one message of a queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Passage {
    Enters(RecordId),
    Leaves(RecordId),
    /// Refused for good, or too old.
    IsGivenUp(RecordId),
}

impl Place {
    pub(super) fn new(name: &str, topology: &Topology) -> Self {
        let of = Target::of(name, topology);
        let node = match &of {
            Target::Entities(first, _) => topology.node_of.get(*first as usize).copied(),
            Target::Endpoints(endpoints) => endpoints
                .first()
                .map(|endpoint| topology.endpoints[endpoint.index()].node),
            Target::Breakers(_) => None,
        };
        let kind = match node.map(|node| topology.nodes[node.index()].kind) {
            Some(NodeKind::Queue) => Kind::Queue,
            Some(NodeKind::Store { .. }) => Kind::Store,
            _ => Kind::Other,
        };
        Self {
            name: name.to_owned(),
            of,
            kind,
        }
    }

    pub(super) fn is_queue(&self) -> bool {
        self.kind == Kind::Queue
    }

    /// What `record` says of a message of the queue that this is.
    pub(super) fn passage(&self, record: &Record) -> Option<Passage> {
        if !self.is_queue() || !self.of.has(record.entity) {
            return None;
        }
        Some(match record.what {
            What::Enqueued { message } => Passage::Enters(message),
            What::Acknowledged { message } => Passage::Leaves(message),
            What::Discarded { message } | What::Expired { message } => Passage::IsGivenUp(message),
            _ => return None,
        })
    }

    /// Whether something is done here with `record`, and went well. `command` says whether it
    /// may change something. A queue has done its part when a message has entered it.
    pub(super) fn is_done(&self, record: &Record, command: bool) -> bool {
        if self.is_queue() {
            return matches!(self.passage(record), Some(Passage::Enters(_)));
        }
        Ending::of(&record.what).is_some_and(|ending| {
            ending.ok
                && self.of.ends(record.entity, ending)
                && (command || self.kind != Kind::Store)
        })
    }
}
