//! Things: what a path or a name means, and where the document speaks of it.

use super::manuscript::dotted;
use super::tree::{Located, Node, locate};
use super::{Diagnostic, Name, Problem, SettingPath, refused, setting};
use crate::scenario::decode::{self, Mention, Mentioned};
use crate::scenario::diagnostic::RefKind;
use crate::scenario::grammar::{ALTERNATIVES, MAPS_OF_THINGS};
use crate::scenario::limits::MAX_NODES;
use crate::scenario::patches;
use crate::scenario::symbols::Symbols;
use crate::scenario::tree::expand;

/// The sections whose things share one namespace, so that a bare name is enough.
pub(super) const PARTICIPANTS: [&str; 5] =
    ["clients", "services", "stores", "brokers", "aggregates"];

/// Where the members of things are declared: the section and the way within the thing.
const MEMBERS: [(&str, &[&str]); 12] = [
    ("services", &["endpoints"]),
    ("services", &["subscriptions"]),
    ("services", &["jobs"]),
    ("services", &["versions"]),
    ("aggregates", &["commands"]),
    ("stores", &["tables"]),
    ("stores", &["streams"]),
    ("brokers", &["rabbitmq", "queues"]),
    ("brokers", &["rabbitmq", "exchanges"]),
    ("brokers", &["kafka", "topics"]),
    ("brokers", &["kafka", "groups"]),
    ("stores", &["marks"]),
];

/// What stands before the name of a knob where a thing may have the same.
const KNOBS: &str = "knobs.";

/// A thing of the document.
#[derive(Clone, Debug)]
pub(super) struct Thing {
    /// Where it is declared.
    pub(super) path: Vec<Name>,
    /// What others call it.
    called: Called,
}

/// How others speak of a thing.
#[derive(Clone, Debug)]
enum Called {
    /// By its name, alone or before a dot.
    Participant(String),
    /// By the name of its owner and its own.
    Member(String),
    /// By its name, where things of this kind are meant.
    Other(RefKind, String),
    /// By `knobs.` and its name, or by its name alone where nothing else has it.
    Knob {
        /// The name.
        name: String,
        /// Whether that is enough.
        alone: bool,
    },
    /// Only by paths, or not at all.
    Nothing,
}

impl Thing {
    /// What `path`, or a name that is clear, means.
    pub(super) fn find(root: &Node, path: &str) -> Result<Self, Box<Diagnostic>> {
        let SettingPath(path) = setting(path)?;
        let path = by_name(root, &path).unwrap_or(path);
        if !matches!(locate(root, &path), Located::Found(_)) {
            let found = dotted(&path);
            return Err(refused(
                &found,
                Problem::UnknownName {
                    found: found.clone(),
                    nearest: None,
                },
            ));
        }
        Ok(Self::at(root, &path))
    }

    /// What is at `path`, which is there.
    pub(super) fn at(root: &Node, path: &[Name]) -> Self {
        Self {
            path: path.to_vec(),
            called: called(root, path),
        }
    }

    /// Whether it is a thing with a name of its own, and not just a setting.
    pub(super) fn is_named(&self) -> bool {
        !matches!(self.called, Called::Nothing) || is_thing(&self.path)
    }

    /// Whether `mention` is of it, or of a part of it; and which bytes of the mention are its
    /// own name.
    pub(super) fn name_in(&self, mention: &Mention) -> Option<std::ops::Range<usize>> {
        let said = &mention.text[mention.range.clone()];
        match &mention.of {
            Mentioned::Setting { base } => {
                let path = base.iter().map(String::as_str).chain(said.split('.'));
                let begins = self.path.iter().map(Name::as_str);
                let mut path = path.take(self.path.len());
                if !begins.eq(path.by_ref()) {
                    return None;
                }
                // The segment that is the name stands in the text, unless the paths begin
                // within the thing.
                let place = self.path.len().checked_sub(base.len() + 1)?;
                let before: usize = said.split('.').take(place).map(|part| part.len() + 1).sum();
                let length = self.path.last()?.as_str().len();
                Some(mention.range.start + before..mention.range.start + before + length)
            }
            Mentioned::Thing { kind, name } => {
                let (at, length) = match &self.called {
                    Called::Participant(own) if of_participants(*kind) => {
                        begins(name, own)?;
                        (0, own.len())
                    }
                    Called::Member(own) if of_participants(*kind) => {
                        begins(name, own)?;
                        let owner = own.find('.')? + 1;
                        (owner, own.len() - owner)
                    }
                    Called::Other(wanted, own)
                        if kind == wanted || matches!(kind, RefKind::Thing | RefKind::Shown) =>
                    {
                        (name == own).then_some(())?;
                        (0, own.len())
                    }
                    Called::Knob { name: own, alone } if *kind == RefKind::Shown => {
                        let at = if *alone && name == own {
                            0
                        } else {
                            let whole = name.strip_prefix(KNOBS)?;
                            (whole == own).then_some(KNOBS.len())?
                        };
                        (at, own.len())
                    }
                    _ => return None,
                };
                // What is said may leave the owner out.
                let left_out = name.len().saturating_sub(said.len());
                let at = mention.range.start + at.checked_sub(left_out)?;
                Some(at..at + length)
            }
        }
    }

    /// Whether `mention` is of it or of a part of it, named or not.
    pub(super) fn is_meant(&self, mention: &Mention) -> bool {
        self.name_in(mention).is_some()
    }

    /// Whether `path` is the thing or within it.
    pub(super) fn holds(&self, path: &[String]) -> bool {
        path.len() >= self.path.len()
            && self
                .path
                .iter()
                .map(Name::as_str)
                .eq(path.iter().take(self.path.len()).map(String::as_str))
    }
}

/// Every mention of anything in the document.
pub(super) fn mentions(root: &Node) -> Vec<Mention> {
    match expand(root, MAPS_OF_THINGS, ALTERNATIVES, MAX_NODES) {
        Ok(expanded) => {
            let mut found = decode::mentions(&expanded, &Symbols::of(&expanded));
            found.extend(patches::mentions(root, &expanded));
            found
        }
        Err(_) => Vec::new(),
    }
}

/// What is declared.
fn symbols(root: &Node) -> Symbols {
    let expanded = expand(root, MAPS_OF_THINGS, ALTERNATIVES, MAX_NODES);
    expanded.map_or_else(|_| Symbols::default(), |expanded| Symbols::of(&expanded))
}

/// The path of a participant or of a member of one that is meant by its name.
fn by_name(root: &Node, name: &[Name]) -> Option<Vec<Name>> {
    let (owner, member) = name.split_first()?;
    let section = PARTICIPANTS.into_iter().find(|section| {
        root.get(section)
            .and_then(|things| things.get(owner.as_str()))
            .is_some()
    })?;
    let own = [Name::new(section), owner.clone()];
    let [member] = member else {
        return member.is_empty().then(|| own.to_vec());
    };
    MEMBERS
        .into_iter()
        .filter(|(of, _)| *of == section)
        .map(|(_, way)| {
            let way = way.iter().map(|segment| Name::new(segment));
            own.iter()
                .cloned()
                .chain(way)
                .chain([member.clone()])
                .collect::<Vec<_>>()
        })
        .find(|path| matches!(locate(root, path), Located::Found(_)))
}

fn called(root: &Node, path: &[Name]) -> Called {
    let segments: Vec<_> = path.iter().map(Name::as_str).collect();
    match segments.as_slice() {
        [section, name] if PARTICIPANTS.contains(section) => {
            Called::Participant((*name).to_owned())
        }
        ["policies", name] => Called::Other(RefKind::Policy, (*name).to_owned()),
        ["links", name] => Called::Other(RefKind::Link, (*name).to_owned()),
        ["projections", name] => Called::Other(RefKind::Projection, (*name).to_owned()),
        ["sagas", name] => Called::Other(RefKind::Saga, (*name).to_owned()),
        ["properties", name] => Called::Other(RefKind::Property, (*name).to_owned()),
        ["variants", name] => Called::Other(RefKind::Variant, (*name).to_owned()),
        ["knobs", name] => Called::Knob {
            name: (*name).to_owned(),
            alone: !symbols(root).has(RefKind::Thing, name),
        },
        ["board", "notes", name] => Called::Other(RefKind::Note, (*name).to_owned()),
        [section, owner, way @ .., name] if MEMBERS.contains(&(*section, way)) => {
            Called::Member(format!("{owner}.{name}"))
        }
        _ => Called::Nothing,
    }
}

/// Whether a path leads to an entry of a map of things that nobody calls by its name.
fn is_thing(path: &[Name]) -> bool {
    matches!(path, [section, _] if ["alerts", "tasks"].contains(&section.as_str()))
}

fn begins(name: &str, own: &str) -> Option<()> {
    let rest = name.strip_prefix(own)?;
    (rest.is_empty() || rest.starts_with('.')).then_some(())
}

/// Whether things of a kind are participants or belong to one.
fn of_participants(kind: RefKind) -> bool {
    !matches!(
        kind,
        RefKind::Policy
            | RefKind::Link
            | RefKind::Projection
            | RefKind::Saga
            | RefKind::Property
            | RefKind::Variant
            | RefKind::Note
            | RefKind::Type
    )
}
