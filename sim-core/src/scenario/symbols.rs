//! The names a document declares, by what they name. Taken from the tree before it is
//! read, so that a reference to a thing with an error in it is not an error as well.

use indexmap::{IndexMap, IndexSet};

use super::diagnostic::{Diagnostic, Problem, RefKind};
use super::tree::{Entry, Node};

/// Declared names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Symbols {
    names: IndexMap<RefKind, IndexSet<String>>,
}

impl Symbols {
    /// The names an expanded tree declares.
    pub(crate) fn of(root: &Node) -> Self {
        let mut symbols = Self::default();
        for (section, kind) in [
            ("clients", RefKind::Client),
            ("services", RefKind::Service),
            ("policies", RefKind::Policy),
            ("aggregates", RefKind::Aggregate),
            ("projections", RefKind::Projection),
            ("sagas", RefKind::Saga),
            ("properties", RefKind::Property),
            ("links", RefKind::Link),
            ("variants", RefKind::Variant),
        ] {
            symbols.add(kind, "", root.get(section));
        }
        symbols.add(
            RefKind::Note,
            "",
            root.get("board").and_then(|board| board.get("notes")),
        );
        for entry in things(root.get("types")) {
            symbols.insert(RefKind::Type, entry.key.clone());
            // Without a version a name means the latest one.
            if let Some((name, _)) = entry.key.split_once('@') {
                symbols.insert(RefKind::Type, name.to_owned());
            }
        }
        for service in things(root.get("services")) {
            symbols.add(
                RefKind::Endpoint,
                &service.key,
                service.value.get("endpoints"),
            );
            symbols.add(
                RefKind::Version,
                &service.key,
                service.value.get("versions"),
            );
            symbols.add(
                RefKind::Thing,
                &service.key,
                service.value.get("subscriptions"),
            );
            symbols.add(RefKind::Thing, &service.key, service.value.get("jobs"));
        }
        for aggregate in things(root.get("aggregates")) {
            symbols.add(
                RefKind::Endpoint,
                &aggregate.key,
                aggregate.value.get("commands"),
            );
        }
        for store in things(root.get("stores")) {
            symbols.insert(RefKind::Store, store.key.clone());
            symbols.add(RefKind::Stream, &store.key, store.value.get("streams"));
            for table in things(store.value.get("tables")) {
                let name = format!("{}.{}", store.key, table.key);
                let kind = if table.value.get("relay").is_some() {
                    RefKind::Channel
                } else if table.value.get("marks").is_some() {
                    RefKind::Marks
                } else {
                    RefKind::Table
                };
                symbols.insert(kind, name.clone());
                symbols.insert(RefKind::Thing, name);
            }
        }
        for broker in things(root.get("brokers")) {
            symbols.insert(RefKind::Participant, broker.key.clone());
            let of =
                |kind: &str, things: &str| broker.value.get(kind).and_then(|kind| kind.get(things));
            symbols.add(RefKind::Queue, &broker.key, of("rabbitmq", "queues"));
            symbols.add(RefKind::Exchange, &broker.key, of("rabbitmq", "exchanges"));
            symbols.add(RefKind::Topic, &broker.key, of("kafka", "topics"));
            symbols.add(RefKind::Group, &broker.key, of("kafka", "groups"));
        }
        symbols.combine();
        // After the things: where a knob is called like one of them, the thing is meant, and
        // the knob goes by `knobs.name`.
        let things: Vec<String> = symbols.names(RefKind::Thing).map(str::to_owned).collect();
        symbols
            .names
            .entry(RefKind::Shown)
            .or_default()
            .extend(things);
        symbols.add(RefKind::Shown, "", root.get("knobs"));
        symbols.add(RefKind::Shown, "knobs", root.get("knobs"));
        symbols
    }

    /// Kinds that are several others together.
    fn combine(&mut self) {
        use RefKind::{
            Aggregate, Channel, Client, Endpoint, Exchange, Group, Note, Participant, Policy,
            Projection, Queue, Saga, Service, Source, Store, Stream, Thing, Topic, Type,
        };
        for (all, parts) in [
            (Participant, &[Client, Service, Store][..]),
            (Source, &[Queue, Topic]),
            (Channel, &[Queue, Topic, Exchange]),
            (
                Thing,
                &[
                    Participant,
                    Policy,
                    Aggregate,
                    Projection,
                    Saga,
                    Endpoint,
                    Channel,
                    Group,
                    Stream,
                    Type,
                    Note,
                    RefKind::Table,
                    RefKind::Marks,
                    RefKind::Property,
                    RefKind::Link,
                ],
            ),
        ] {
            let names: Vec<String> = parts
                .iter()
                .flat_map(|part| self.names(*part))
                .map(str::to_owned)
                .collect();
            self.names.entry(all).or_default().extend(names);
        }
    }

    fn add(&mut self, kind: RefKind, owner: &str, node: Option<&Node>) {
        for entry in things(node) {
            let name = if owner.is_empty() {
                entry.key.clone()
            } else {
                format!("{owner}.{}", entry.key)
            };
            self.insert(kind, name);
        }
    }

    fn insert(&mut self, kind: RefKind, name: String) {
        self.names.entry(kind).or_default().insert(name);
    }

    /// Whether `name` is a `kind`.
    pub(crate) fn has(&self, kind: RefKind, name: &str) -> bool {
        self.names
            .get(&kind)
            .is_some_and(|names| names.contains(name))
    }

    /// Every `kind`.
    pub(crate) fn names(&self, kind: RefKind) -> impl Iterator<Item = &str> {
        self.names
            .get(&kind)
            .into_iter()
            .flatten()
            .map(String::as_str)
    }

    /// Whether any type is declared.
    pub(crate) fn has_types(&self) -> bool {
        self.names.contains_key(&RefKind::Type)
    }
}

/// The entries of a map of things, without its `default`.
fn things(node: Option<&Node>) -> impl Iterator<Item = &Entry> {
    node.and_then(Node::as_map)
        .into_iter()
        .flat_map(|map| &map.entries)
        .filter(|entry| entry.key != "default")
}

/// Tells every name that is given to two things that can be spoken of in one place.
pub(crate) fn taken_twice(root: &Node) -> Vec<Diagnostic> {
    let mut taken: IndexMap<&str, RefKind> = IndexMap::new();
    let mut found = Vec::new();
    for (section, kind) in [
        ("clients", RefKind::Client),
        ("services", RefKind::Service),
        ("stores", RefKind::Store),
        ("brokers", RefKind::Participant),
        ("aggregates", RefKind::Aggregate),
    ] {
        for entry in things(root.get(section)) {
            if let Some(first) = taken.insert(&entry.key, kind) {
                let problem = Problem::NameTaken {
                    name: entry.key.clone(),
                    first,
                    second: kind,
                };
                found.push(Diagnostic::error(
                    format!("{section}.{}", entry.key),
                    entry.key_span,
                    problem,
                ));
            }
        }
    }
    found
}
