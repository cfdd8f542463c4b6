//! What is odd about a document that holds together: policies nobody uses, services that
//! wait for each other in a circle, time-outs that outlast whoever waits for the answer.
//!
//! A document and its expanded tree flow in, warnings with their places flow out. Calls are
//! found in the tree, so that every section that has steps is seen. Services that nobody
//! reaches are told by `world::compile`, which knows who talks to whom.

use std::collections::btree_map::Entry as Place;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::diagnostic::{Diagnostic, Problem};
use super::document::{Document, Name, Policy};
use super::tree::{Entry, Node, NodeKind, Span};
use crate::kernel::SimDuration;

/// What is under these is data, whatever its keys are called.
const DATA: [&str; 6] = ["args", "fields", "headers", "body", "in", "types"];

/// Everything odd about `document`, which was read from `tree`.
pub(super) fn of(document: &Document, tree: &Node) -> Vec<Diagnostic> {
    let calls = Calls::of(tree, document);
    let mut found = never_used(document, tree);
    found.extend(calls.circles());
    found.extend(calls.outlasting());
    found.extend(calls.against_the_method(document));
    found
}

/// Policies that stand around no call.
fn never_used(document: &Document, tree: &Node) -> Vec<Diagnostic> {
    let mut used = BTreeSet::new();
    names_in_use(tree, &mut used);
    let mut left: Vec<&str> = used.iter().copied().collect();
    while let Some(name) = left.pop() {
        if let Some(Policy::Chain(links)) = document.policies.get(name) {
            let links = links.iter().map(Name::as_str);
            left.extend(links.filter(|link| used.insert(*link)));
        }
    }
    let unused = |entry: &&Entry| {
        let policy = document.policies.get(entry.key.as_str());
        // One that was taken away is left for those who name it.
        policy.is_some_and(|policy| *policy != Policy::None) && !used.contains(entry.key.as_str())
    };
    entries(tree.get("policies"))
        .filter(unused)
        .map(|entry| {
            let name = entry.key.clone();
            let path = format!("policies.{name}");
            Diagnostic::warning(path, entry.key_span, Problem::PolicyNeverUsed { name })
        })
        .collect()
}

/// Every name in a `with`, also one that a change would write.
fn names_in_use<'t>(node: &'t Node, used: &mut BTreeSet<&'t str>) {
    match &node.kind {
        NodeKind::Scalar(_) => {}
        NodeKind::List(items) => items.iter().for_each(|item| names_in_use(item, used)),
        NodeKind::Map(map) => {
            for entry in &map.entries {
                if entry.key.rsplit('.').next() == Some("with") {
                    used.extend(one_or_many(&entry.value).filter_map(Node::as_text));
                }
                names_in_use(&entry.value, used);
            }
        }
    }
}

/// A call in the text.
struct Call<'t> {
    /// Who makes it: a client, `service.endpoint`, or nothing if the timeline does.
    by: String,
    /// The endpoint.
    to: &'t str,
    span: Span,
    path: String,
    /// Whether whoever makes it waits for the answer.
    waits: bool,
    /// The shortest time-out around it.
    timeout: Option<SimDuration>,
    /// The policies it names.
    with: Vec<&'t str>,
}

struct Calls<'t>(Vec<Call<'t>>);

impl<'t> Calls<'t> {
    fn of(tree: &'t Node, document: &Document) -> Self {
        let mut calls = Self(Vec::new());
        for client in entries(tree.get("clients")) {
            let mut path = vec!["clients", &client.key];
            calls.within(&client.value, &client.key, &mut path, true, document);
        }
        for service in entries(tree.get("services")).filter(|entry| entry.key != "default") {
            for section in ["endpoints", "subscriptions", "jobs"] {
                for handler in entries(service.value.get(section)) {
                    let by = format!("{}.{}", service.key, handler.key);
                    let mut path = vec!["services", &service.key, section, &handler.key];
                    calls.within(&handler.value, &by, &mut path, true, document);
                }
            }
        }
        calls
    }

    fn within(
        &mut self,
        node: &'t Node,
        by: &str,
        path: &mut Vec<&'t str>,
        waits: bool,
        document: &Document,
    ) {
        if let Some(items) = node.as_list() {
            for item in items {
                self.within(item, by, path, waits, document);
            }
        }
        let entries = entries(Some(node)).filter(|entry| !DATA.contains(&entry.key.as_str()));
        for entry in entries {
            path.push(&entry.key);
            if entry.key == "call" {
                self.add(&entry.value, by, path, waits, document);
            }
            let join = entry.value.get("join").and_then(Node::as_text);
            let waits = waits && !(entry.key == "parallel" && join == Some("none"));
            self.within(&entry.value, by, path, waits, document);
            path.pop();
        }
    }

    fn add(&mut self, node: &'t Node, by: &str, path: &[&str], waits: bool, document: &Document) {
        let Some((to, span)) = node
            .get("to")
            .or(Some(node))
            .and_then(|to| Some((to.as_text()?, to.span)))
        else {
            return;
        };
        let with: Vec<&str> = node
            .get("with")
            .into_iter()
            .flat_map(one_or_many)
            .filter_map(Node::as_text)
            .collect();
        let timeouts = with
            .iter()
            .filter_map(|name| shortest(document, name, &mut BTreeSet::new()));
        self.0.push(Call {
            by: by.to_owned(),
            to,
            span,
            path: path.join("."),
            waits,
            timeout: timeouts.min(),
            with,
        });
    }

    /// Services that call each other in a circle and wait, each circle once.
    fn circles(&self) -> Vec<Diagnostic> {
        let waiting = self
            .0
            .iter()
            .filter(|call| call.waits && call.by.contains('.'));
        let mut graph = DiGraph::<&str, ()>::new();
        let mut places = BTreeMap::new();
        for call in waiting.clone() {
            let [by, to] = [owner(&call.by), owner(call.to)]
                .map(|name| *places.entry(name).or_insert_with(|| graph.add_node(name)));
            graph.update_edge(by, to, ());
        }
        let mut found = Vec::new();
        for circle in tarjan_scc(&graph) {
            let names = around(&graph, &circle);
            let [first, second, ..] = names.as_slice() else {
                continue;
            };
            let closes = |call: &&Call<'_>| owner(&call.by) == *first && owner(call.to) == *second;
            if let Some(call) = waiting.clone().find(closes) {
                let names = names.iter().map(|name| (*name).to_owned()).collect();
                let problem = Problem::CallsInACircle { names };
                found.push(Diagnostic::warning(call.path.clone(), call.span, problem));
            }
        }
        found
    }

    /// Calls that may take longer than those who wait for what they are part of.
    fn outlasting(&self) -> Vec<Diagnostic> {
        // Who gives up on an endpoint first.
        let mut patience: BTreeMap<&str, (SimDuration, &str)> = BTreeMap::new();
        for call in self.0.iter().filter(|call| call.waits) {
            if let Some(timeout) = call.timeout {
                let known = patience.entry(call.to).or_insert((timeout, &call.by));
                if timeout < known.0 {
                    *known = (timeout, &call.by);
                }
            }
        }
        let outlasts = |call: &Call<'_>| {
            let (theirs, caller) = *patience.get(call.by.as_str())?;
            let timeout = call
                .timeout
                .filter(|timeout| call.waits && *timeout > theirs)?;
            let problem = Problem::TimeoutOutlastsCaller {
                timeout: timeout.to_string(),
                caller: caller.to_owned(),
                theirs: theirs.to_string(),
            };
            Some(Diagnostic::warning(call.path.clone(), call.span, problem))
        };
        self.0.iter().filter_map(outlasts).collect()
    }
}

impl Calls<'_> {
    /// Retries that never send a call again, since its method is none of theirs, and caches that
    /// keep a call from changing what it would change.
    fn against_the_method(&self, document: &Document) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for call in &self.0 {
            let method = call.to.split_once('.').and_then(|(owner, member)| {
                let service = document.services.get(owner)?;
                Some(service.endpoints.get(member)?.http.as_ref()?.method)
            });
            for name in links(document, &call.with) {
                let (policy, endpoint) = (name.to_owned(), call.to.to_owned());
                let problem = match document.policies.get(name) {
                    Some(Policy::Retry(retry))
                        if retry.methods.as_ref().is_some_and(|methods| {
                            !method.is_some_and(|method| methods.contains(&method))
                        }) =>
                    {
                        Problem::NeverRetried { policy, endpoint }
                    }
                    Some(Policy::Cache(_)) if method.is_some_and(|method| !method.is_safe()) => {
                        Problem::CachesWhatChanges { policy, endpoint }
                    }
                    _ => continue,
                };
                found.push(Diagnostic::warning(call.path.clone(), call.span, problem));
            }
        }
        found
    }
}

/// These policies, chains counted out, each once.
fn links<'d>(document: &'d Document, with: &[&'d str]) -> BTreeSet<&'d str> {
    let mut found = BTreeSet::new();
    let mut left = with.to_vec();
    while let Some(name) = left.pop() {
        if found.insert(name)
            && let Some(Policy::Chain(links)) = document.policies.get(name)
        {
            left.extend(links.iter().map(Name::as_str));
        }
    }
    found
}

/// The shortest way around a circle, beginning and ending at its first name; empty if those
/// in it do not reach each other.
fn around<'n>(graph: &DiGraph<&'n str, ()>, circle: &[NodeIndex]) -> Vec<&'n str> {
    let Some(&first) = circle.iter().min_by_key(|node| graph[**node]) else {
        return Vec::new();
    };
    let mut came_from = BTreeMap::new();
    let mut queue = VecDeque::from([first]);
    while let Some(node) = queue.pop_front() {
        for next in graph.neighbors(node) {
            if next == first {
                let mut names = vec![graph[first]];
                let mut at = node;
                while at != first {
                    names.push(graph[at]);
                    at = came_from.get(&at).copied().unwrap_or(first);
                }
                names.push(graph[first]);
                names.reverse();
                return names;
            }
            if let Place::Vacant(unseen) = came_from.entry(next) {
                unseen.insert(node);
                queue.push_back(next);
            }
        }
    }
    Vec::new()
}

/// The shortest time-out of a policy, chains counted out: in a list rather than by recursion, since
/// chains of chains may be thousands deep.
fn shortest<'d>(
    document: &'d Document,
    name: &'d str,
    seen: &mut BTreeSet<&'d str>,
) -> Option<SimDuration> {
    let mut found: Option<SimDuration> = None;
    let mut left = vec![name];
    while let Some(name) = left.pop() {
        if !seen.insert(name) {
            continue;
        }
        match document.policies.get(name) {
            Some(Policy::Timeout(timeout)) => {
                found = Some(found.map_or(timeout.after, |found| found.min(timeout.after)));
            }
            Some(Policy::Chain(links)) => left.extend(links.iter().map(Name::as_str)),
            _ => {}
        }
    }
    found
}

/// `orders` of `orders.place`.
fn owner(endpoint: &str) -> &str {
    endpoint.split('.').next().unwrap_or(endpoint)
}

fn one_or_many(node: &Node) -> impl Iterator<Item = &Node> {
    node.as_list().unwrap_or(std::slice::from_ref(node)).iter()
}

fn entries(node: Option<&Node>) -> impl Iterator<Item = &Entry> {
    node.and_then(Node::as_map)
        .into_iter()
        .flat_map(|map| &map.entries)
}
