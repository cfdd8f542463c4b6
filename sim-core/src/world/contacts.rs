//! Contacts: which steps reach for what, under which policies.
//!
//! A document whose references have been checked flows in; for each thing that a behaviour
//! reaches for, who reaches, over which kind of edge, what it is called and what is around the
//! call flow out: the edges of the topology, what stands under a link in the inspector, what a
//! story lights up.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::calls::MAX_VISITS;
use super::topology::{EdgeKind, NodeId, Topology, member};
use crate::scenario::document::{
    Action, Call, Document, Fallback, Happening, Instead, Name, Policy, Service, Step,
};

/// Something that one node asks of another.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Contact {
    /// Who asks; who receives, for deliveries.
    pub from: NodeId,
    /// Whom.
    pub to: NodeId,
    /// What for.
    pub kind: EdgeKind,
    /// The endpoint, queue, subscription or table.
    pub what: String,
    /// The policies around it, outermost first; a chain stands before its links.
    pub with: Vec<String>,
}

/// Every contact of `document`, and of `versions` of its services that come to run; each once.
pub(super) fn of(
    document: &Document,
    topology: &Topology,
    versions: &[(&Name, &Service)],
) -> BTreeSet<Contact> {
    let mut contacts = Contacts {
        document,
        topology,
        found: BTreeSet::new(),
    };
    for entry in &document.timeline {
        if let Happening::Send(call) = &entry.what {
            contacts.of_call("timeline", call);
        }
    }
    for (name, client) in &document.clients {
        contacts.of_steps(name.as_str(), &client.journey);
    }
    for (name, service) in document.services.iter().chain(versions.iter().copied()) {
        for endpoint in service.endpoints.values() {
            contacts.of_steps(name.as_str(), &endpoint.steps);
        }
        for (subscription, described) in &service.subscriptions {
            let what = format!("{name}.{subscription}");
            let from = member(&described.from);
            contacts.add(&from, name.as_str(), EdgeKind::Deliver, what, &[]);
            for steps in described.handlers.values().chain(&described.otherwise) {
                contacts.of_steps(name.as_str(), steps);
            }
        }
    }
    contacts.found
}

/// The contacts of a document, as its steps are gone through.
struct Contacts<'a> {
    document: &'a Document,
    topology: &'a Topology,
    found: BTreeSet<Contact>,
}

impl Contacts<'_> {
    fn add(&mut self, from: &str, to: &str, kind: EdgeKind, what: String, with: &[Name]) {
        if let (Some(from), Some(to)) = (self.topology.node(from), self.topology.node(to)) {
            let mut policies = Vec::with_capacity(with.len());
            for name in with {
                self.named(name, &mut policies);
            }
            self.of_fallbacks(from, &policies);
            self.found.insert(Contact {
                from,
                to,
                kind,
                what,
                with: policies,
            });
        }
    }

    /// Whom fallbacks among these policies ask.
    fn of_fallbacks(&mut self, from: NodeId, policies: &[String]) {
        for name in policies {
            let Some(Policy::Fallback(Fallback {
                instead: Instead::Endpoint { to, .. },
                ..
            })) = self.document.policies.get(name.as_str())
            else {
                continue;
            };
            if let Some(node) = self.topology.node(to.owner.as_str()) {
                self.found.insert(Contact {
                    from,
                    to: node,
                    kind: EdgeKind::Call,
                    what: member(to),
                    with: vec![name.clone()],
                });
            }
        }
    }

    /// A policy by its name, and what it is a chain of. Chains that stand for more than can be
    /// run end where that is plain: what compiles the behaviour says so.
    fn named(&self, name: &Name, found: &mut Vec<String>) {
        if found.len() > MAX_VISITS {
            return;
        }
        found.push(name.to_string());
        if let Some(Policy::Chain(links)) = self.document.policies.get(name) {
            for link in links {
                self.named(link, found);
            }
        }
    }

    fn of_call(&mut self, from: &str, call: &Call) {
        let owner = call.to.owner.as_str();
        self.add(from, owner, EdgeKind::Call, member(&call.to), &call.with);
        self.of_branches(from, &call.then);
    }

    fn of_branches<T>(&mut self, from: &str, then: &[(T, Vec<Step>)]) {
        for (_, steps) in then {
            self.of_steps(from, steps);
        }
    }

    fn of_steps(&mut self, from: &str, steps: &[Step]) {
        for step in steps {
            match &step.action {
                Action::Call(call) => self.of_call(from, call),
                Action::Publish(publish) => {
                    let queue = member(&publish.to);
                    let kind = EdgeKind::Publish;
                    self.add(from, &queue, kind, queue.clone(), &publish.with);
                    self.of_branches(from, &publish.then);
                }
                Action::Read(read) => {
                    let owner = read.from.owner.as_str();
                    let kind = EdgeKind::Statement;
                    self.add(from, owner, kind, member(&read.from), &[]);
                    self.of_branches(from, &read.then);
                }
                Action::Write(write) => {
                    let owner = write.to.owner.as_str();
                    let kind = EdgeKind::Statement;
                    self.add(from, owner, kind, member(&write.to), &[]);
                    self.of_branches(from, &write.then);
                }
                Action::Transaction(transaction) => self.of_steps(from, &transaction.steps),
                Action::Parallel(parallel) => {
                    for branch in &parallel.branches {
                        self.of_steps(from, branch);
                    }
                }
                Action::Choose(choices) => {
                    for choice in choices {
                        self.of_steps(from, &choice.steps);
                    }
                }
                Action::ForEach(each) => self.of_steps(from, &each.steps),
                Action::Handle(to) => {
                    let services = &self.document.services;
                    let service = services.get(&to.owner);
                    // An endpoint has no such step itself, so this goes no deeper.
                    if let Some(endpoint) = service.and_then(|it| it.endpoints.get(&to.member)) {
                        self.of_steps(from, &endpoint.steps);
                    }
                }
                _ => {}
            }
        }
    }
}
