//! Connecting: one more thing, and one more thing that is done.

use super::manuscript::{Manuscript, dotted};
use super::naming::free_name;
use super::settings::{Moved, follow};
use super::things::Thing;
use super::tree::{Located, Node, NodeKind, locate};
use super::{Diagnostic, Name, Problem, map, refused};
use crate::scenario::decode::is_none;

/// What a new endpoint is called and how long it works.
const ENDPOINT: &str = "handle";
const WORK: &str = "10ms";
/// The type of a message that nobody has said anything about.
const MESSAGE: &str = "Message";

type Refused = Box<Diagnostic>;

/// Adds a service with one endpoint.
pub(super) fn add_service(manuscript: &mut Manuscript, name: &str) -> Result<(), Refused> {
    let services = [Name::new("services")];
    free_name(manuscript.tree(), &services, name)?;
    let endpoints = map([(ENDPOINT, endpoint())]);
    let [section] = services;
    let service = map([("endpoints", endpoints)]);
    manuscript.set(&[section, Name::new(name)], Some(&service))
}

/// Has one talk to the other.
pub(super) fn connect(
    manuscript: &mut Manuscript,
    changes: &mut [(String, String)],
    from: &str,
    to: &str,
) -> Result<(), Refused> {
    let impossible = || {
        let (from, to) = (from.to_owned(), to.to_owned());
        refused("", Problem::CannotConnect { from, to })
    };
    let source = Thing::find(manuscript.tree(), from)?.path;
    let target = Thing::find(manuscript.tree(), to)?.path;
    match (
        kind(&source).ok_or_else(impossible)?,
        kind(&target).ok_or_else(impossible)?,
    ) {
        (Kind::Queue | Kind::Broker, Kind::Service) => {
            let queue = queue_of(manuscript.tree(), &source).ok_or_else(impossible)?;
            subscribe(manuscript, &target, &queue)
        }
        (Kind::Client | Kind::Service | Kind::Endpoint, Kind::Service | Kind::Endpoint) => {
            let endpoint = endpoint_of(manuscript, &target)?;
            let call = map([("call", Node::scalar(endpoint))]);
            add_step(manuscript, changes, &source, call)
        }
        (Kind::Client | Kind::Service | Kind::Endpoint, Kind::Queue | Kind::Broker) => {
            let queue = queue_of(manuscript.tree(), &target).ok_or_else(impossible)?;
            let of = message_of(manuscript.tree(), &queue);
            let publish = map([("to", Node::scalar(queue)), ("type", Node::scalar(of))]);
            add_step(manuscript, changes, &source, map([("publish", publish)]))
        }
        (Kind::Queue | Kind::Broker, _) | (_, Kind::Client) => Err(impossible()),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Client,
    Service,
    Endpoint,
    Broker,
    Queue,
}

fn kind(path: &[Name]) -> Option<Kind> {
    let segments: Vec<_> = path.iter().map(Name::as_str).collect();
    Some(match segments.as_slice() {
        ["clients", _] => Kind::Client,
        ["services", _] => Kind::Service,
        ["services", _, "endpoints", _] => Kind::Endpoint,
        ["brokers", _] => Kind::Broker,
        ["brokers", _, "rabbitmq", "queues", _] => Kind::Queue,
        _ => return None,
    })
}

fn endpoint() -> Node {
    map([("do", map([("work", Node::scalar(WORK))]))])
}

/// The endpoint that is called in a service: itself, the first there is, or a new one.
fn endpoint_of(manuscript: &mut Manuscript, path: &[Name]) -> Result<String, Refused> {
    let service = &path[1];
    if let Some(endpoint) = path.get(3) {
        return Ok(format!("{service}.{endpoint}"));
    }
    let mut endpoints = path.to_vec();
    endpoints.push(Name::new("endpoints"));
    if let Some(first) = first_in(manuscript.tree(), &endpoints) {
        return Ok(format!("{service}.{first}"));
    }
    endpoints.push(Name::new(ENDPOINT));
    manuscript.set(&endpoints, Some(&endpoint()))?;
    Ok(format!("{service}.{ENDPOINT}"))
}

/// A queue by its name, or the first of a broker.
fn queue_of(root: &Node, path: &[Name]) -> Option<String> {
    let broker = path.get(1)?;
    if let Some(queue) = path.get(4) {
        return Some(format!("{broker}.{queue}"));
    }
    let queues = [path, &["rabbitmq", "queues"].map(Name::new)].concat();
    let first = first_in(root, &queues)?;
    Some(format!("{broker}.{first}"))
}

/// The first thing of a map that is not the `default`.
fn first_in(root: &Node, path: &[Name]) -> Option<String> {
    let Located::Found(things) = locate(root, path) else {
        return None;
    };
    let mut entries = things.as_map()?.entries.iter();
    entries
        .find(|entry| entry.key != "default")
        .map(|entry| entry.key.clone())
}

/// The first endpoint that does steps of its own, not those of a schema.
fn first_with_steps(root: &Node, endpoints: &[Name]) -> Option<String> {
    let Located::Found(things) = locate(root, endpoints) else {
        return None;
    };
    let mut entries = things.as_map()?.entries.iter();
    let found =
        entries.find(|entry| entry.key != "default" && entry.value.get("graphql").is_none());
    found.map(|entry| entry.key.clone())
}

/// What is published to a queue already, or else the first type there is.
fn message_of(root: &Node, queue: &str) -> String {
    let published = published(root, queue);
    let first = || first_in(root, &[Name::new("types")]);
    published
        .or_else(first)
        .unwrap_or_else(|| MESSAGE.to_owned())
}

fn published(node: &Node, queue: &str) -> Option<String> {
    if let Some(publish) = node.get("publish")
        && publish.get("to").and_then(Node::as_text) == Some(queue)
    {
        return publish
            .get("type")
            .and_then(Node::as_text)
            .map(str::to_owned);
    }
    match &node.kind {
        NodeKind::Scalar(_) => None,
        NodeKind::List(items) => items.iter().find_map(|item| published(item, queue)),
        NodeKind::Map(map) => map
            .entries
            .iter()
            .find_map(|entry| published(&entry.value, queue)),
    }
}

/// Has a service take messages from a queue.
fn subscribe(manuscript: &mut Manuscript, service: &[Name], queue: &str) -> Result<(), Refused> {
    let own = queue.split_once('.').map_or(queue, |(_, own)| own);
    let mut path = service.to_vec();
    path.push(Name::new("subscriptions"));
    free_name(manuscript.tree(), &path, own)?;
    path.push(Name::new(own));
    let handles = map([("else", map([("work", Node::scalar(WORK))]))]);
    let subscription = map([("from", Node::scalar(queue)), ("handles", handles)]);
    manuscript.set(&path, Some(&subscription))
}

/// Adds a step to the journey of a client or to the first handler of a service, before the
/// answer, behind everything else.
fn add_step(
    manuscript: &mut Manuscript,
    changes: &mut [(String, String)],
    who: &[Name],
    step: Node,
) -> Result<(), Refused> {
    let path = steps_of(manuscript, who)?;
    let Located::Found(steps) = locate(manuscript.tree(), &path) else {
        return manuscript.set(&path, Some(&step));
    };
    if steps.is_nothing() || is_none(steps) {
        return manuscript.set(&path, Some(&step));
    }
    let ends = |step: &Node| {
        ["reply", "fail"]
            .iter()
            .any(|verb| step.get(verb).is_some())
    };
    let Some(items) = steps.as_list() else {
        let only = steps.clone();
        // A step may also be meant by its label, which goes on meaning it.
        let is_labelled = only.get("label").is_some();
        let first = ends(&only);
        let both = if first {
            vec![step, only]
        } else {
            vec![only, step]
        };
        manuscript.set(&path, Some(&Node::new(NodeKind::List(both))))?;
        if !is_labelled {
            follow(manuscript, changes, &path, Moved::Listed)?;
        }
        if first {
            follow(manuscript, changes, &path, Moved::Added(0))?;
        }
        return Ok(());
    };
    let place = match items.last() {
        Some(last) if ends(last) => items.len() - 1,
        _ => items.len(),
    };
    manuscript.insert(&path, place, step)?;
    follow(manuscript, changes, &path, Moved::Added(place))
}

/// Where the steps of somebody are that a new one is added to.
fn steps_of(manuscript: &mut Manuscript, who: &[Name]) -> Result<Vec<Name>, Refused> {
    let mut path = who.to_vec();
    match kind(who) {
        Some(Kind::Service) => {
            let below = |more: &[&str]| {
                let more = more.iter().map(|segment| Name::new(segment));
                who.iter().cloned().chain(more).collect::<Vec<_>>()
            };
            if let Some(first) = first_with_steps(manuscript.tree(), &below(&["endpoints"])) {
                path = below(&["endpoints", &first, "do"]);
            } else if let Some(first) = first_in(manuscript.tree(), &below(&["subscriptions"])) {
                path = below(&["subscriptions", &first, "handles"]);
                let message = first_in(manuscript.tree(), &path);
                path.push(Name::new(message.as_deref().unwrap_or("else")));
            } else {
                manuscript.set(&below(&["endpoints", ENDPOINT]), Some(&endpoint()))?;
                path = below(&["endpoints", ENDPOINT, "do"]);
            }
        }
        Some(Kind::Client | Kind::Endpoint) => path.push(Name::new("do")),
        Some(Kind::Broker | Kind::Queue) | None => {
            return Err(super::cannot(&dotted(who)));
        }
    }
    Ok(path)
}
