//! The parts of a program: clients, services and entries of the timeline, each with its
//! behaviour.

use std::collections::BTreeMap;
use std::ops::Range;

use super::messages::Takes;
use super::versions::Deployed;
use super::{Compiler, joins, owner};
use crate::kernel::{EntityId, Key, Purpose};
use crate::messaging::rabbitmq::Prefetch;
use crate::resilience::shedding::Shedding;
use crate::scenario::document::{self, Deploy, Fault, Happening, Name, Shed, Strategy, Target};
use crate::world::arrivals::Arrivals;
use crate::world::program::{
    Client, Desk, Entry, EntryKind, Load, Lossy, Partition, Service, Subscription,
};
use crate::world::topology::{Edge, EdgeId, EdgeKind, by_name, member};

impl<'a> Compiler<'a> {
    pub(super) fn clients(&mut self) {
        let document = self.document;
        let clients = by_name(&document.clients);
        for (name, described) in clients {
            let journey = self.handler(
                name.as_str(),
                &format!("clients.{name}.do"),
                &described.journey,
                Takes::Nothing,
            );
            let load = match &described.load {
                document::Load::Open(arrivals) => {
                    let stream = self.stream(name.as_str(), Purpose::Arrival);
                    Load::Open(Arrivals::new(arrivals, stream))
                }
                document::Load::Closed { users, think } => Load::Closed {
                    users: *users,
                    think: self.drawn(think, name.as_str(), Purpose::Think),
                },
            };
            self.program.clients.push(Client {
                entity: self.entity(name.as_str()),
                key: Key::of(&format!("client {name}")),
                load,
                journey,
            });
        }
    }

    pub(super) fn services(&mut self) {
        let document = self.document;
        let services = by_name(&document.services);
        for (place, (name, described)) in services.into_iter().enumerate() {
            let first = self.entity(name.as_str());
            for instance in 0..document.instances_of(name).all() {
                let entity = first.index() + instance as usize;
                self.program.service_of[entity] = Some((place as u32, instance));
                self.program.desks[entity] = Desk {
                    mode: Some(described.workers.mode),
                    workers: described.workers.count,
                    queue: described.workers.queue,
                };
                if let Some(shed) = described.workers.shed {
                    let entity = EntityId(entity as u32);
                    self.program.shedding.insert(entity, shedding(shed));
                }
            }
            self.service(name, described);
        }
        for deployed in self.versions {
            self.service(&deployed.service, &deployed.described);
        }
    }

    /// A service as it is written, or a version of it. What both do alike draws alike.
    fn service(&mut self, name: &Name, described: &'a document::Service) {
        let mut endpoints = Vec::new();
        for (endpoint, described) in &described.endpoints {
            let path = format!("services.{name}.endpoints.{endpoint}.do");
            let id = self.endpoint(name.as_str(), EdgeKind::Call, &format!("{name}.{endpoint}"));
            let takes = Takes::Request(described.input.as_ref());
            endpoints.push((
                id,
                self.handler(name.as_str(), &path, &described.steps, takes),
            ));
        }
        let mut subscriptions = Vec::new();
        for (subscription, described) in &described.subscriptions {
            subscriptions.extend(self.subscription(name, subscription, described));
        }
        let instances = self.document.instances_of(name);
        let keys = self.keys(name, described);
        let care = Box::new(self.care(name, described));
        self.program.services.push(Service {
            first: self.entity(name.as_str()),
            begins: instances.first,
            instances: instances.most,
            endpoints,
            subscriptions,
            injected: self.stream(name.as_str(), Purpose::InjectedError),
            canary: self.stream(name.as_str(), Purpose::Canary),
            balance: self.balancer(name, described),
            balanced: self.stream(name.as_str(), Purpose::Balance),
            keys,
            care,
        });
    }

    fn subscription(
        &mut self,
        service: &Name,
        name: &Name,
        described: &'a document::Subscription,
    ) -> Option<Subscription> {
        let from = member(&described.from);
        let queue = *self.queues.get(&from)?;
        let ends = (
            self.topology.node(&from)?,
            self.topology.node(service.as_str())?,
        );
        let edge = self.topology.edge(ends.0, ends.1, EdgeKind::Deliver)?;
        let path = format!("services.{service}.subscriptions.{name}.handles");
        let mut handlers = Vec::new();
        for (message, steps) in &described.handlers {
            let kind = self.message(message);
            handlers.push((
                kind,
                self.handler(
                    service.as_str(),
                    &format!("{path}.{message}"),
                    steps,
                    Takes::Message(message),
                ),
            ));
        }
        // A message nobody handles is acknowledged unread.
        let otherwise = described.otherwise.as_deref().unwrap_or_default();
        let otherwise = self.handler(
            service.as_str(),
            &format!("{path}.else"),
            otherwise,
            Takes::AnyMessage,
        );
        let prefetch = match described.prefetch {
            None | Some(0) => Prefetch::Unlimited,
            Some(limit) => Prefetch::AtMost(limit),
        };
        Some(Subscription {
            key: Key::of(&format!("{service}/{name}")),
            queue,
            edge,
            endpoint: self.endpoint(
                service.as_str(),
                EdgeKind::Deliver,
                &format!("{service}.{name}"),
            ),
            prefetch,
            handlers,
            otherwise,
        })
    }

    pub(super) fn timeline(&mut self) {
        // How many entries like this one came before: entries are told apart by what they
        // are, not by their place, so that one more moves nothing of the others.
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        for entry in &self.document.timeline {
            let description = format!("timeline.{} at {}", described(&entry.what), entry.at);
            let count = counts.entry(description.clone()).or_insert(0);
            *count += 1;
            let description = format!("{description}#{count}");
            let what = match &entry.what {
                Happening::Fault(fault) => self.fault(fault),
                Happening::Send(call) => {
                    let action = document::Action::Call(call.clone());
                    let step = document::Step {
                        label: None,
                        action,
                    };
                    let takes = Takes::Nothing;
                    EntryKind::Send(self.handler("timeline", &description, &[step], takes))
                }
                Happening::Scale(counts) => {
                    let counts = counts.iter();
                    let services = counts
                        .filter_map(|(name, count)| Some((*self.services.get(name)?, *count)));
                    EntryKind::Scale(services.collect())
                }
                Happening::Deploy(deploy) => self.deploy(deploy),
                // Settings take effect by a program of their own; nothing else is runnable.
                _ => EntryKind::Set,
            };
            if matches!(what, EntryKind::Partition(_) | EntryKind::Lossy(_)) {
                let place = self.program.entries.len() as u32;
                self.program.disturbances.push(place);
            }
            self.program.entries.push(Entry {
                at: entry.at,
                until: entry.lasts.map(|lasts| entry.at.after(lasts)),
                what,
                key: Key::of(&description),
            });
        }
    }

    fn deploy(&self, deploy: &Deploy) -> EntryKind {
        let service = self.services.get(&deploy.service).copied().unwrap_or(0);
        let is_it = |deployed: &Deployed| {
            deployed.service == deploy.service && Some(&deployed.version) == deploy.version.as_ref()
        };
        // Versions stand behind the services as they are written.
        let version = match self.versions.iter().position(is_it) {
            Some(place) => (self.services.len() + place) as u32,
            None => service,
        };
        match deploy.strategy {
            Strategy::Rolling { each } => EntryKind::Deploy {
                service,
                version,
                each,
            },
            Strategy::Canary(share) => EntryKind::Canary {
                service,
                version,
                share,
            },
        }
    }

    fn fault(&self, fault: &Fault) -> EntryKind {
        match fault {
            Fault::Crash(target) => EntryKind::Crash(self.range(target)),
            Fault::Slow { what, times } => EntryKind::Slow(self.range(what), *times),
            Fault::Errors { what, rate, status } => {
                EntryKind::Errors(self.range(what), *rate, *status)
            }
            Fault::Pause(target) => EntryKind::Pause(self.range(target)),
            Fault::Full(target) => EntryKind::Full(self.range(target)),
            Fault::FullQueue(queue) => {
                let EntityId(queue) = self.entity(&member(queue));
                EntryKind::Full(queue..queue + 1)
            }
            Fault::Partition(partition) => EntryKind::Partition(Partition {
                from: self.side(&partition.from),
                to: self.side(&partition.to),
                one_way: partition.one_way,
            }),
            Fault::Lossy { link, loss } => EntryKind::Lossy(Lossy {
                edges: self.edges_of(link.as_ref()),
                loss: *loss,
            }),
            // Not in a document that can be run.
            Fault::CrashRelay(_) => EntryKind::Set,
        }
    }

    /// The entities of a target: all instances of the service, or one.
    fn range(&self, target: &Target) -> Range<u32> {
        let node = self.topology.node(target.service.as_str());
        let Some(node) = node.map(|node| &self.topology.nodes[node.index()]) else {
            return 0..0;
        };
        let EntityId(first) = node.first_entity;
        match target.instance {
            None => first..first + node.entities,
            Some(number) => first + number - 1..first + number,
        }
    }

    /// The entities of one side of a partition: of a broker or store, all it consists of.
    fn side(&self, targets: &[Target]) -> Vec<Range<u32>> {
        let mut parts = Vec::new();
        for target in targets {
            if target.instance.is_some() {
                parts.push(self.range(target));
                continue;
            }
            let nodes = self.topology.nodes.iter();
            let nodes = nodes.filter(|node| owner(&node.name) == target.service.as_str());
            parts.extend(nodes.map(|node| {
                let EntityId(first) = node.first_entity;
                first..first + node.entities
            }));
        }
        parts
    }

    /// The edges that go over a link, in order; over the default one, those that go over no
    /// other.
    fn edges_of(&self, link: Option<&Name>) -> Vec<EdgeId> {
        let named = &self.document.links.named;
        let edges = (0_u32..).zip(&self.topology.edges);
        let goes_over = |edge: &Edge| {
            let [from, to] = [edge.from, edge.to]
                .map(|node| owner(self.topology.nodes[node.index()].name.as_str()));
            match link {
                Some(link) => named.get(link).is_some_and(|link| joins(link, from, to)),
                None => !named.values().any(|link| joins(link, from, to)),
            }
        };
        edges
            .filter(|(_, edge)| goes_over(edge))
            .map(|(place, _)| EdgeId(place))
            .collect()
    }
}

/// What an entry of the timeline does to whom.
fn described(what: &Happening) -> String {
    let target = |target: &Target| match target.instance {
        None => target.service.to_string(),
        Some(instance) => format!("{}.{instance}", target.service),
    };
    match what {
        Happening::Fault(Fault::Crash(what)) => format!("crash {}", target(what)),
        Happening::Fault(Fault::Slow { what, .. }) => format!("slow {}", target(what)),
        Happening::Fault(Fault::Errors { what, .. }) => format!("errors {}", target(what)),
        Happening::Fault(Fault::Pause(what)) => format!("pause {}", target(what)),
        Happening::Fault(Fault::Full(what)) => format!("full {}", target(what)),
        Happening::Fault(Fault::FullQueue(queue)) => format!("full {}", member(queue)),
        Happening::Fault(Fault::Lossy { link, .. }) => {
            format!("lossy {}", link.as_ref().map_or("default", Name::as_str))
        }
        Happening::Fault(Fault::Partition(partition)) => {
            let side = |side: &[Target]| side.iter().map(target).collect::<Vec<_>>().join("+");
            format!(
                "partition {} {}",
                side(&partition.from),
                side(&partition.to)
            )
        }
        Happening::Send(call) => format!("send {}", member(&call.to)),
        Happening::Scale(counts) => {
            let names: Vec<&str> = counts.keys().map(Name::as_str).collect();
            format!("scale {}", names.join("+"))
        }
        Happening::Deploy(deploy) => format!("deploy {}", deploy.service),
        _ => "set".to_owned(),
    }
}

const fn shedding(described: Shed) -> Shedding {
    match described {
        Shed::Waiting { at_most } => Shedding::Waiting { at_most },
        Shed::ControlledDelay { target, interval } => {
            Shedding::ControlledDelay { target, interval }
        }
    }
}
