//! Scope: which records have to do with what is looked at.

use super::Subject;
use crate::kernel::EntityId;
use crate::observe::Picture;
use crate::world::{EdgeId, EdgeKind, EndpointId, NodeId, NodeKind, Topology, What};

/// What counts as a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Traffic {
    /// The journeys of clients.
    Journeys,
    /// Requests that a service or store deals with.
    Requests,
    /// Messages of a queue.
    Messages,
    /// Calls as their caller sees them.
    Calls,
}

/// Which entities, endpoints and edges something is about.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    pub(super) traffic: Traffic,
    /// Whether what is in progress is journeys, though entities of all kinds are looked at.
    only_journeys: bool,
    /// By entity: whose load, journeys and messages are counted.
    entities: Vec<bool>,
    /// By endpoint: whose requests are counted, and calls to whom.
    endpoints: Vec<bool>,
    /// By entity: whose calls are counted.
    callers: Vec<bool>,
    /// By edge: requests sent along it begin.
    edges: Vec<bool>,
}

impl Scope {
    pub(super) fn of(topology: &Topology, subject: Subject) -> Self {
        let of_node = |node: NodeId| topology.node_of.iter().map(|of| *of == node).collect();
        let (entities, endpoints, edges) = (
            topology.entities.len(),
            topology.endpoints.len(),
            topology.edges.len(),
        );
        let mut scope = Self {
            traffic: Traffic::Journeys,
            only_journeys: subject == Subject::All,
            entities: vec![subject == Subject::All; entities],
            endpoints: vec![subject == Subject::All; endpoints],
            callers: vec![true; entities],
            edges: vec![false; edges],
        };
        match subject {
            Subject::All => {}
            Subject::Node(id) => {
                let kind = topology.nodes.get(id.index()).map(|node| node.kind);
                scope.entities = of_node(id);
                if matches!(kind, Some(NodeKind::Hand | NodeKind::Client) | None) {
                    scope.callers.clone_from(&scope.entities);
                    scope.endpoints = vec![true; endpoints];
                    return scope;
                }
                scope.endpoints = topology.endpoints.iter().map(|of| of.node == id).collect();
                if kind == Some(NodeKind::Queue) {
                    scope.traffic = Traffic::Messages;
                } else {
                    scope.traffic = Traffic::Requests;
                    scope.edges = topology.edges.iter().map(|edge| edge.to == id).collect();
                }
            }
            Subject::Endpoint(id) => {
                scope.traffic = Traffic::Requests;
                if let Some(endpoint) = topology.endpoints.get(id.index()) {
                    scope.entities = of_node(endpoint.node);
                    scope.endpoints[id.index()] = true;
                }
            }
            Subject::Edge(id) => {
                scope.traffic = Traffic::Calls;
                if let Some(edge) = topology.edges.get(id.index()) {
                    let reached = topology.endpoints.iter();
                    scope.endpoints = reached
                        .map(|endpoint| endpoint.node == edge.to && endpoint.kind == edge.kind)
                        .collect();
                    scope.callers = of_node(edge.from);
                    scope.edges[id.index()] = true;
                }
            }
        }
        scope
    }

    pub(super) fn has_entity(&self, entity: EntityId) -> bool {
        self.entities
            .get(entity.index())
            .copied()
            .unwrap_or_default()
    }

    pub(super) fn has_endpoint(&self, endpoint: EndpointId) -> bool {
        self.endpoints
            .get(endpoint.index())
            .copied()
            .unwrap_or_default()
    }

    pub(super) fn has_call(&self, caller: EntityId, endpoint: EndpointId) -> bool {
        self.has_endpoint(endpoint)
            && self
                .callers
                .get(caller.index())
                .copied()
                .unwrap_or_default()
    }

    pub(super) fn has_edge(&self, edge: EdgeId) -> bool {
        self.edges.get(edge.index()).copied().unwrap_or_default()
    }

    /// By how much `what` changes what is in progress; `busy` is by how much it changes what is
    /// taken.
    pub(super) const fn active_change(&self, what: &What, busy: i32) -> i32 {
        match what {
            What::JourneyBegan => 1,
            What::JourneyEnded { .. } => -1,
            _ if self.only_journeys => 0,
            What::TaskStarted { .. } | What::Dispatched { .. } => 1,
            What::TaskKilled { started, .. } => -(*started as i32),
            What::TaskFinished { .. }
            | What::Acknowledged { .. }
            | What::Discarded { .. }
            | What::Requeued { .. } => -1,
            What::StatementTaken { .. }
            | What::StatementFinished { .. }
            | What::ConnectionClosed { .. } => busy,
            _ => 0,
        }
    }

    /// What waits, what is taken and what is in progress in a picture.
    pub(super) fn load(&self, topology: &Topology, picture: &Picture) -> (u32, u32, u32) {
        let mut load = (0, 0, 0);
        for (place, state) in picture.entities.iter().enumerate() {
            if !self.entities.get(place).copied().unwrap_or_default() {
                continue;
            }
            load.0 += state.waiting + state.ready;
            load.1 += state.busy;
            let node = topology.node_of.get(place);
            let kind = node.and_then(|node| Some(topology.nodes.get(node.index())?.kind));
            load.2 += match kind {
                Some(NodeKind::Hand | NodeKind::Client) => state.tasks,
                _ if self.only_journeys => 0,
                Some(NodeKind::Queue) => state.unacked,
                Some(NodeKind::Store { .. }) => state.busy,
                _ => state.tasks,
            };
        }
        load
    }
}

/// What can be looked at besides the whole: every node, and the endpoints of services that have
/// more than one.
pub fn subjects(topology: &Topology) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for (place, node) in topology.nodes.iter().enumerate() {
        let id = NodeId(place as u32);
        if node.kind == NodeKind::Hand {
            continue;
        }
        subjects.push(Subject::Node(id));
        let own = topology.endpoints.iter().enumerate();
        let own: Vec<_> = own
            .filter(|(_, endpoint)| endpoint.node == id && endpoint.kind != EdgeKind::Publish)
            .map(|(place, _)| Subject::Endpoint(EndpointId(place as u32)))
            .collect();
        if own.len() > 1 {
            subjects.extend(own);
        }
    }
    subjects
}
