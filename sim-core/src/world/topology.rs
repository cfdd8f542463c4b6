//! The topology: who there is and who talks to whom, for layout, checks and views.
//!
//! A document flows in, a petgraph graph of nodes and edges flows out. A node is what a
//! person sees as one thing (a client, a service with all its instances, a queue); an
//! *entity* is what events happen to (each instance is one). The order of both is by kind
//! and name, not by place in the document, so that moving a paragraph changes nothing.

use std::collections::BTreeSet;

use petgraph::graph::DiGraph;
use serde::{Deserialize, Serialize};

use super::contacts::{self, Contact};
use crate::kernel::EntityId;
use crate::scenario::document::{
    BrokerKind, Document, HttpMethod, MemberRef, Name, Named, Service, Text,
};

/// A node by its place in [`Topology::nodes`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeId(pub u32);

/// An edge by its place in [`Topology::edges`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EdgeId(pub u32);

/// An endpoint by its place in [`Topology::endpoints`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EndpointId(pub u32);

/// A policy that remembers, by its place in [`Topology::guards`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GuardId(pub u32);

impl GuardId {
    /// The place as an index.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl NodeId {
    /// The place as an index.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl EdgeId {
    /// The place as an index.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl EndpointId {
    /// The place as an index.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a person sees as one thing.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Node {
    /// Its name in the document; `broker.queue` for a queue.
    pub name: String,
    /// What it is called for people, if not by its name.
    pub title: Text,
    /// What kind of thing it is.
    pub kind: NodeKind,
    /// The first of its entities; the others follow.
    pub first_entity: EntityId,
    /// How many entities (instances) it has; at least 1.
    pub entities: u32,
}

/// What kind of thing a node is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NodeKind {
    /// Sends what the timeline says is sent by hand.
    Hand,
    /// A source of requests.
    Client,
    /// A service of ours.
    Service {
        /// Workers of one instance.
        workers: u32,
        /// How many tasks may wait for them.
        queue: u32,
        /// Whether a task that waits keeps its worker.
        blocking: bool,
    },
    /// A service of somebody else.
    External {
        /// Workers of one instance.
        workers: u32,
        /// How many tasks may wait for them.
        queue: u32,
        /// Whether a task that waits keeps its worker.
        blocking: bool,
    },
    /// A queue of a broker.
    Queue,
    /// A store of tables.
    Store {
        /// How many connections it has; any number if not said.
        connections: Option<u32>,
        /// Whether it is the memory of a service: each instance has its own.
        memory: bool,
    },
}

impl NodeKind {
    /// Where nodes of this kind stand among the others.
    const fn rank(self) -> u8 {
        match self {
            Self::Hand => 0,
            Self::Client => 1,
            Self::Service { .. } | Self::External { .. } => 2,
            Self::Queue => 3,
            Self::Store { .. } => Self::RANKS,
        }
    }

    /// The last rank.
    const RANKS: u8 = 4;

    /// Whether its entities are instances, which have numbers.
    const fn has_instances(self) -> bool {
        matches!(
            self,
            Self::Service { .. } | Self::External { .. } | Self::Store { memory: true, .. }
        )
    }
}

/// Who talks to whom.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Edge {
    /// Who begins.
    pub from: NodeId,
    /// Whom with.
    pub to: NodeId,
    /// What for.
    pub kind: EdgeKind,
}

/// What an edge is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EdgeKind {
    /// Requests and their replies.
    Call,
    /// Messages for a queue.
    Publish,
    /// Messages from a queue.
    Deliver,
    /// Statements for a store and their answers.
    Statement,
}

/// Something that a node does for messages over edges of one kind: what figures are kept of.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Endpoint {
    /// The node.
    pub node: NodeId,
    /// Over which edges it is reached: it answers calls, handles deliveries, takes in what
    /// is published or carries out statements.
    pub kind: EdgeKind,
    /// Its name: `service.endpoint`, `service.subscription`, `store.table`, or that of the
    /// queue, or of the store, which ends transactions.
    pub name: String,
}

/// A policy that remembers what became of calls: a machine of its own for each instance of a
/// caller, or one that all callers share.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Guard {
    /// The policy, by name.
    pub policy: String,
    /// What it is.
    pub kind: GuardKind,
    /// Whose it is; nobody's own if it is shared.
    pub owner: Option<EntityId>,
}

/// The kinds of policies that remember. The last two are no policies around calls: they are of a
/// service and bear its name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names are the field's own")]
pub enum GuardKind {
    Breaker,
    Bulkhead,
    RateLimiter,
    RetryBudget,
    Balancer,
    Autoscaler,
    Cache,
    AdaptiveLimit,
}

/// Nodes and edges, in an order that does not depend on the document's.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Topology {
    /// The nodes: the hand (if it is used), clients, services, queues, stores; each kind by
    /// name.
    pub nodes: Vec<Node>,
    /// The edges, by source, target and kind.
    pub edges: Vec<Edge>,
    /// The endpoints, by node, kind and name.
    pub endpoints: Vec<Endpoint>,
    /// The name of each entity: `orders.2` is the second instance of `orders`.
    pub entities: Vec<String>,
    /// The node of each entity.
    pub node_of: Vec<NodeId>,
    /// The versions of services that are deployed, by service and name.
    pub versions: Vec<String>,
    /// The policies that remember.
    pub guards: Vec<Guard>,
}

/// The entity of the timeline itself; always the first.
pub const TIMELINE: EntityId = EntityId(0);

impl Topology {
    /// The topology of `document`, whose references have been checked, with `versions` of its
    /// services that come to run.
    pub fn of<'a>(
        document: &Document,
        versions: impl IntoIterator<Item = (&'a Name, &'a Name, &'a Service)>,
    ) -> Self {
        let mut topology = Self::default();
        topology.add("timeline", &Text::default(), NodeKind::Hand, 1);

        let clients = by_name(&document.clients);
        for (name, client) in &clients {
            topology.add(name.as_str(), &client.title, NodeKind::Client, 1);
        }
        let services = by_name(&document.services);
        for (name, service) in &services {
            let (workers, queue) = (service.workers.count, service.workers.queue);
            let blocking = service.workers.mode == crate::scenario::document::WorkerMode::Blocking;
            let kind = if service.external {
                NodeKind::External {
                    workers,
                    queue,
                    blocking,
                }
            } else {
                NodeKind::Service {
                    workers,
                    queue,
                    blocking,
                }
            };
            let instances = document.instances_of(name).all();
            topology.add(name.as_str(), &service.title, kind, instances);
        }
        let mut queues = Vec::new();
        for (broker, described) in &document.brokers {
            if let BrokerKind::RabbitMq(rabbit) = &described.kind {
                queues.extend(
                    rabbit
                        .queues
                        .iter()
                        .map(|(queue, described)| (format!("{broker}.{queue}"), &described.title)),
                );
            }
        }
        queues.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        for (queue, title) in queues {
            topology.add(&queue, title, NodeKind::Queue, 1);
        }
        let stores = by_name(&document.stores);
        for (name, store) in stores {
            let kind = NodeKind::Store {
                connections: store.pool,
                memory: store.inside.is_some(),
            };
            let around = store.inside.as_ref();
            let entities = around.map_or(1, |service| document.instances_of(service).all());
            topology.add(name.as_str(), &store.title, kind, entities);
        }

        topology.endpoints = topology.endpoints_of(document);
        let mut deployed = Vec::new();
        for (service, version, described) in versions {
            topology.versions.push(version.to_string());
            deployed.push((service, described));
        }
        let contacts = contacts::of(document, &topology, &deployed);
        let edges: BTreeSet<_> = contacts
            .iter()
            .map(|contact| (contact.from, contact.to, contact.kind))
            .collect();
        topology.edges = edges
            .into_iter()
            .map(|(from, to, kind)| Edge { from, to, kind })
            .collect();
        topology
    }

    /// The node called `name`.
    pub fn node(&self, name: &str) -> Option<NodeId> {
        // Sorted by kind, then by name: one search a kind.
        let found = (0..=NodeKind::RANKS).find_map(|rank| {
            self.nodes
                .binary_search_by(|node| (node.kind.rank(), node.name.as_str()).cmp(&(rank, name)))
                .ok()
        });
        found.map(|place| NodeId(place as u32))
    }

    /// The edge between two nodes.
    pub fn edge(&self, from: NodeId, to: NodeId, kind: EdgeKind) -> Option<EdgeId> {
        let wanted = (from, to, kind);
        let found = self
            .edges
            .binary_search_by_key(&wanted, |edge| (edge.from, edge.to, edge.kind))
            .ok();
        found.map(|place| EdgeId(place as u32))
    }

    /// The endpoint of a node called `name` (see [`Endpoint::name`]).
    pub fn endpoint(&self, node: NodeId, kind: EdgeKind, name: &str) -> Option<EndpointId> {
        let wanted = (node, kind, name);
        let found = self
            .endpoints
            .binary_search_by(|found| (found.node, found.kind, found.name.as_str()).cmp(&wanted))
            .ok();
        found.map(|place| EndpointId(place as u32))
    }

    /// What the nodes of `document`, whose topology this is, ask of each other.
    pub fn contacts(&self, document: &Document) -> Vec<Contact> {
        contacts::of(document, self, &[]).into_iter().collect()
    }

    /// The same as a petgraph graph, with node and edge numbers as weights.
    pub fn graph(&self) -> DiGraph<NodeId, EdgeId> {
        let mut graph = DiGraph::with_capacity(self.nodes.len(), self.edges.len());
        let places: Vec<_> = (0..self.nodes.len())
            .map(|place| graph.add_node(NodeId(place as u32)))
            .collect();
        for (place, edge) in self.edges.iter().enumerate() {
            graph.add_edge(
                places[edge.from.index()],
                places[edge.to.index()],
                EdgeId(place as u32),
            );
        }
        graph
    }

    /// The nodes a person sees: all but the hand when it has nothing to send.
    pub fn is_shown(&self, node: NodeId) -> bool {
        self.nodes[node.index()].kind != NodeKind::Hand
            || self.edges.iter().any(|edge| edge.from == node)
    }

    fn endpoints_of(&self, document: &Document) -> Vec<Endpoint> {
        let mut endpoints = Vec::new();
        for (place, node) in self.nodes.iter().enumerate() {
            let mut add = |kind, name| {
                endpoints.push(Endpoint {
                    node: NodeId(place as u32),
                    kind,
                    name,
                });
            };
            match node.kind {
                NodeKind::Hand | NodeKind::Client => {}
                NodeKind::Queue => add(EdgeKind::Publish, node.name.clone()),
                NodeKind::Store { .. } => {
                    let Some(store) = document.stores.get(node.name.as_str()) else {
                        continue;
                    };
                    add(EdgeKind::Statement, node.name.clone());
                    for name in store.tables.keys() {
                        add(EdgeKind::Statement, format!("{}.{name}", node.name));
                    }
                }
                NodeKind::Service { .. } | NodeKind::External { .. } => {
                    let Some(service) = document.services.get(node.name.as_str()) else {
                        continue;
                    };
                    for name in service.endpoints.keys() {
                        add(EdgeKind::Call, format!("{}.{name}", node.name));
                    }
                    for name in service.subscriptions.keys() {
                        add(EdgeKind::Deliver, format!("{}.{name}", node.name));
                    }
                }
            }
        }
        endpoints.sort_unstable();
        endpoints
    }

    fn add(&mut self, name: &str, title: &Text, kind: NodeKind, entities: u32) {
        let node = NodeId(self.nodes.len() as u32);
        let first_entity = EntityId(self.entities.len() as u32);
        for instance in 1..=entities {
            self.entities.push(if kind.has_instances() {
                format!("{name}.{instance}")
            } else {
                name.to_owned()
            });
            self.node_of.push(node);
        }
        self.nodes.push(Node {
            name: name.to_owned(),
            title: title.clone(),
            kind,
            first_entity,
            entities,
        });
    }
}

/// The name of a queue's node.
pub(super) fn member(reference: &MemberRef) -> String {
    format!("{}.{}", reference.owner, reference.member)
}

/// The things of a section in the order of their names: what is sorted is the same for things
/// of every type, so that there is one sort in the program and not one for each.
pub(super) fn by_name<T>(things: &Named<T>) -> Vec<(&Name, &T)> {
    let mut places: Vec<(&Name, usize)> = things.keys().zip(0..).collect();
    places.sort_unstable();
    places
        .into_iter()
        .filter_map(|(_, place)| things.get_index(place))
        .collect()
}

/// Whether a request with `method` only reads.
pub(super) fn is_query(method: Option<HttpMethod>) -> bool {
    method.is_some_and(HttpMethod::is_safe)
}
