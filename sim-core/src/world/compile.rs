//! Compilation: names become indices, blocks become jumps, policies become layers.
//!
//! A checked, runnable scenario flows in; a [`World`] with a program for every stretch of
//! time between two changes of settings flows out. Two things are left to check here,
//! because they show only now: too many policies around one operation, and a `set` that
//! would change who there is.

mod balancing;
mod behaviour;
mod keys;
mod messages;
mod parts;
mod policies;
mod scope;
mod settings;
mod size;
mod stores;
mod versions;

use std::collections::BTreeMap;
use std::sync::Arc;

use petgraph::graph::NodeIndex;
use petgraph::visit::{Dfs, VisitMap, Visitable};

use self::versions::Deployed;
use super::World;
use super::program::{Desk, Link, Path, Program, Queue, Streams};
use super::sampling::Drawn;
use super::topology::{EdgeKind, EndpointId, Node as TopologyNode, NodeId, NodeKind, Topology};
use crate::kernel::{EntityId, Key, Purpose, SimDuration, StreamKey};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics, Problem};
use crate::scenario::document::{
    self, BrokerKind, Cost, DEFAULT_LATENCY, DEFAULT_MESSAGE_SIZE, Document, DurationDistribution,
    LinkSettings, Name, Share,
};
use crate::scenario::limits::MAX_DIAGNOSTICS;
use crate::scenario::{Node, Scenario, SettingPath};

/// A scenario ready to be run.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// Who there is and who talks to whom.
    pub topology: Topology,
    /// The world before anything has happened.
    pub world: World,
    /// The stable key of each entity, for the digest.
    pub keys: Vec<u64>,
    /// What its author should know though it is no error.
    pub warnings: Diagnostics,
}

/// Compiles a scenario.
///
/// # Errors
/// What cannot be run (yet), each with its place: needs of the document that the world
/// does not meet, more than eight policies around one operation, a `set` on the timeline
/// that changes who there is.
pub fn compile(scenario: &Scenario) -> Result<Compiled, Diagnostics> {
    scenario.runnable()?;
    size::instances(scenario)?;
    let versions = versions::deployed(scenario)?;
    let mut topology = versions::topology_of(scenario, &versions);
    size::connections(scenario, &topology)?;
    let program = Arc::new(program(scenario, &versions, &topology)?);
    topology.guards = program.guards();
    let keepers = program.keepers().into_iter().map(|(kind, service)| {
        let first = program.services[service as usize].first;
        let node = topology.node_of[first.index()];
        let policy = topology.nodes[node.index()].name.clone();
        let owner = None;
        super::GuardNode {
            policy,
            kind,
            owner,
        }
    });
    topology.guards.extend(keepers.collect::<Vec<_>>());
    let later = settings::programs(scenario, &versions, &topology, &program)?;
    let keys = topology
        .entities
        .iter()
        .map(|name| Key::of(name).value())
        .collect();
    let services = scenario.document().services.len();
    let world = World::new(program, later, services);
    let warnings = unreached(scenario, &topology);
    Ok(Compiled {
        topology,
        world,
        keys,
        warnings,
    })
}

/// Compiles `scenario` with `changes`, for a run that has begun without them.
///
/// # Errors
/// Those of [`compile`], and a change that alters who there is, what they do, or the frame
/// of the run (seed, horizon, warm-up), at its path.
pub(super) fn changed(
    scenario: &Scenario,
    changes: &[(SettingPath, Node)],
) -> Result<Compiled, Diagnostics> {
    let patched = scenario.patched(changes)?;
    let (before, after) = (compile(scenario)?, compile(&patched)?);
    let fits = settings::same_frame(scenario, &patched)
        && before.topology == after.topology
        && settings::same_shape(before.world.first_program(), after.world.first_program());
    if fits {
        return Ok(after);
    }
    let path = changes.first().map(|(path, _)| path.to_string());
    let path = path.unwrap_or_default();
    let problem = Problem::ChangesShape { path: path.clone() };
    Err(Diagnostics::new(vec![error_at(scenario, &path, problem)]))
}

/// Services that no client's requests lead to, directly or through others.
fn unreached(scenario: &Scenario, topology: &Topology) -> Diagnostics {
    let graph = topology.graph();
    let source = |node: &NodeIndex| {
        matches!(
            topology.nodes[graph[*node].index()].kind,
            NodeKind::Client | NodeKind::Hand
        )
    };
    let mut reached = graph.visit_map();
    for start in graph.node_indices().filter(source) {
        let mut walk = Dfs::new(&graph, start);
        while let Some(node) = walk.next(&graph) {
            reached.visit(node);
        }
    }
    let unreached = graph
        .node_indices()
        .filter(|node| !reached.is_visited(node));
    let services = unreached.map(|node| &topology.nodes[graph[node].index()]);
    let is_service = |node: &&super::Node| {
        matches!(
            node.kind,
            NodeKind::Service { .. } | NodeKind::External { .. }
        )
    };
    let services = services.filter(is_service);
    let warn = |node: &super::Node| {
        let path = format!("services.{}", node.name);
        let problem = Problem::NeverReachedFromClients {
            name: node.name.clone(),
        };
        let Diagnostic {
            path,
            span,
            problem,
            ..
        } = error_at(scenario, &path, problem);
        Diagnostic::warning(path, span, problem)
    };
    Diagnostics::new(services.take(MAX_DIAGNOSTICS).map(warn).collect())
}

/// How long a RabbitMQ broker is busy with each published message unless the document
/// says otherwise (`costs: {rabbitmq-publish: ...}`): 20 µs, so some 50 000 a second and
/// queue, the order of what one queue of one node is measured to take in
/// (<https://www.rabbitmq.com/blog/2022/05/16/rabbitmq-3.10-performance-improvements>).
const RABBITMQ_PUBLISH: SimDuration = SimDuration::from_nanos(20_000);

/// The program of one document.
fn program(
    scenario: &Scenario,
    versions: &[Deployed],
    topology: &Topology,
) -> Result<Program, Diagnostics> {
    size::users(scenario)?;
    Compiler::new(scenario, versions, topology).compile()
}

/// What is known while a document is compiled.
struct Compiler<'a> {
    scenario: &'a Scenario,
    document: &'a Document,
    versions: &'a [Deployed],
    topology: &'a Topology,
    /// Services, queues and message types by name: their places in the program.
    services: BTreeMap<&'a Name, u32>,
    queues: BTreeMap<String, u32>,
    messages: BTreeMap<Name, u32>,
    /// Properties that ask what messages are about.
    asked: Vec<keys::Asked<'a>>,
    /// The policies that remember, by name and whose they are.
    guards: BTreeMap<(Name, Option<NodeId>), u32>,
    program: Program,
    problems: Vec<Diagnostic>,
}

impl<'a> Compiler<'a> {
    fn new(scenario: &'a Scenario, versions: &'a [Deployed], topology: &'a Topology) -> Self {
        let document = scenario.document();
        let mut names: Vec<&Name> = document.services.keys().collect();
        names.sort_unstable();
        let services = names.into_iter().zip(0..).collect();
        let queues = topology
            .nodes
            .iter()
            .filter(|node| node.kind == NodeKind::Queue);
        let queues = queues.map(|node| node.name.clone()).zip(0..).collect();
        Self {
            scenario,
            document,
            versions,
            topology,
            services,
            queues,
            messages: BTreeMap::new(),
            asked: keys::asked(document),
            guards: BTreeMap::new(),
            program: Program::default(),
            problems: Vec::new(),
        }
    }

    fn compile(mut self) -> Result<Program, Diagnostics> {
        self.program.service_of = vec![None; self.topology.entities.len()];
        self.program.desks = vec![Desk::default(); self.topology.entities.len()];
        self.program.sizes.push(DEFAULT_MESSAGE_SIZE);
        self.types_end();
        if !self.problems.is_empty() {
            return Err(Diagnostics::new(self.problems));
        }
        self.links();
        self.queues();
        self.stores();
        self.clients();
        self.services();
        self.timeline();
        self.guards_fit();
        self.keys_are_there();
        self.program.find_calm_paths();
        if self.problems.is_empty() {
            Ok(self.program)
        } else {
            Err(Diagnostics::new(self.problems))
        }
    }

    /// The draws of `purpose` at the thing called `name`.
    fn stream(&self, name: &str, purpose: Purpose) -> StreamKey {
        StreamKey::new(self.document.seed, Key::of(name), purpose)
    }

    fn drawn(&self, length: &DurationDistribution, name: &str, purpose: Purpose) -> Drawn {
        Drawn::new(length, self.stream(name, purpose))
    }

    fn entity(&self, name: &str) -> EntityId {
        self.topology.node(name).map_or(EntityId(0), |node| {
            self.topology.nodes[node.index()].first_entity
        })
    }

    /// The endpoint called `name` of a node.
    fn endpoint(&self, node: &str, kind: EdgeKind, name: &str) -> EndpointId {
        let node = self.topology.node(node);
        node.and_then(|node| self.topology.endpoint(node, kind, name))
            .unwrap_or(EndpointId(0))
    }

    fn links(&mut self) {
        // Whoever talks over the same cable in the same direction.
        let mut lines: BTreeMap<[&str; 3], u32> = BTreeMap::new();
        let mut cable = |from, to, arrow| {
            // Both directions of a link to oneself have the same ends.
            let arrow = if from == to { arrow } else { "" };
            let next = lines.len() as u32;
            *lines.entry([from, to, arrow]).or_insert(next)
        };
        // All streams between the same instances are one, whichever edge they are for.
        let mut streams: BTreeMap<[EntityId; 2], Streams> = BTreeMap::new();
        let mut total = 0;
        let mut connection = |from: &TopologyNode, to: &TopologyNode| {
            let ends = [from.first_entity, to.first_entity];
            *streams.entry(ends).or_insert_with(|| {
                let (first, width) = (total, to.entities);
                total += from.entities * width;
                let [from, to] = ends;
                Streams {
                    first,
                    from,
                    to,
                    width,
                }
            })
        };
        for edge in &self.topology.edges {
            let ends = [edge.from, edge.to].map(|node| &self.topology.nodes[node.index()]);
            let [from, to] = ends.map(|node| node.name.as_str());
            let mut settings = self.settings_between(from, to);
            if matches!(ends[1].kind, NodeKind::Store { memory: true, .. }) {
                // No network lies between a service and its memory.
                settings = LinkSettings {
                    latency: Some(DurationDistribution::Constant(SimDuration::ZERO)),
                    ..LinkSettings::default()
                };
            }
            let mut link = Link {
                forward: self.path(
                    &format!("{from}->{to}"),
                    &settings,
                    cable(owner(from), owner(to), "->"),
                ),
                // Not "{to}->{from}": whoever calls itself would draw the same both ways.
                back: self.path(
                    &format!("{from}<-{to}"),
                    &settings,
                    cable(owner(to), owner(from), "<-"),
                ),
            };
            if edge.kind != EdgeKind::Call {
                link.forward.streams = Some(connection(ends[0], ends[1]));
                link.back.streams = Some(connection(ends[1], ends[0]));
            }
            self.program.links.push(link);
        }
        self.program.streams = total;
    }

    fn path(&self, name: &str, settings: &LinkSettings, line: u32) -> Path {
        let default = DurationDistribution::Constant(DEFAULT_LATENCY);
        let latency = settings.latency.as_ref().unwrap_or(&default);
        Path {
            latency: self.drawn(latency, name, Purpose::Latency),
            loss: settings.loss.unwrap_or(Share::NONE),
            loss_stream: self.stream(name, Purpose::Loss),
            duplicate: settings.duplicate.unwrap_or(Share::NONE),
            duplicate_stream: self.stream(name, Purpose::Duplicate),
            reordering: settings.reordering.unwrap_or(Share::NONE),
            reordering_stream: self.stream(name, Purpose::Reordering),
            bandwidth: settings.bandwidth,
            line,
            streams: None,
            calm: false,
        }
    }

    /// The settings of the link between two nodes: the last named one that joins them,
    /// in either direction, over the default.
    fn settings_between(&self, from: &str, to: &str) -> LinkSettings {
        let default = self.document.links.default.clone();
        let named = self
            .document
            .links
            .named
            .values()
            .filter(|link| joins(link, owner(from), owner(to)));
        named.fold(default, |settings, link| LinkSettings {
            latency: link.settings.latency.clone().or(settings.latency),
            loss: link.settings.loss.or(settings.loss),
            duplicate: link.settings.duplicate.or(settings.duplicate),
            reordering: link.settings.reordering.or(settings.reordering),
            bandwidth: link.settings.bandwidth.or(settings.bandwidth),
        })
    }

    fn queues(&mut self) {
        let cost = match self.document.costs.get("rabbitmq-publish") {
            Some(Cost::Fixed(cost)) => *cost,
            _ => RABBITMQ_PUBLISH,
        };
        let mut queues = BTreeMap::new();
        for (broker, described) in &self.document.brokers {
            if let BrokerKind::RabbitMq(rabbit) = &described.kind {
                for (queue, described) in &rabbit.queues {
                    queues.insert(format!("{broker}.{queue}"), described.options.ttl);
                }
            }
        }
        for (name, ttl) in queues {
            let entity = self.entity(&name);
            self.program.queues.push(Queue {
                entity,
                endpoint: self.endpoint(&name, EdgeKind::Publish, &name),
                cost,
                ttl,
            });
        }
    }
}

/// A problem at a path of the document, with its place in the text.
fn error_at(scenario: &Scenario, path: &str, problem: Problem) -> Diagnostic {
    // As deep as the text goes: what a `default` gave is not written there.
    let mut node = scenario.tree();
    for key in path.split('.') {
        let child = match key.parse::<usize>() {
            // A single step may stand for a list of one.
            Ok(0) if node.as_list().is_none() => Some(node),
            Ok(place) => node.as_list().and_then(|list| list.get(place)),
            Err(_) => node.get(key),
        };
        match child {
            Some(child) => node = child,
            None => break,
        }
    }
    Diagnostic::error(path, node.span, problem)
}

/// Whether a link is between these two, in either direction.
fn joins(link: &document::Link, from: &str, to: &str) -> bool {
    let ends = [link.from.as_str(), link.to.as_str()];
    ends == [from, to] || ends == [to, from]
}

/// The name of the client, service or broker that a node belongs to.
fn owner(node: &str) -> &str {
    node.split('.').next().unwrap_or(node)
}
