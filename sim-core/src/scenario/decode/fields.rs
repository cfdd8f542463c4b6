//! The reader every section uses: where it is, what it found wrong, the fields of maps.

use std::ops::Range;

use indexmap::{IndexMap, IndexSet};

use crate::kernel::SimDuration;
use crate::scenario::diagnostic::{Diagnostic, Expected, Feature, Place, Problem, RefKind};
use crate::scenario::document::{Date, MemberRef, Name, Named};
use crate::scenario::limits::MAX_DIAGNOSTICS;
use crate::scenario::nearest::nearest;
use crate::scenario::symbols::Symbols;
use crate::scenario::tree::{Map, Node, NodeKind, Span};
use crate::scenario::units;

/// How many problems are kept while reading; those told are chosen from them.
const RECORDED: usize = 10 * MAX_DIAGNOSTICS;
/// How many problems come with advice.
const ADVISED: usize = MAX_DIAGNOSTICS / 2;
/// How many words a message lists.
const LISTED: usize = 32;

/// A place in the text where something of the document is spoken of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mention {
    /// Where it is in the document.
    pub(crate) path: Vec<String>,
    /// The scalar it stands in.
    pub(crate) span: Span,
    /// What the scalar says.
    pub(crate) text: String,
    /// Where it stands in that.
    pub(crate) range: Range<usize>,
    /// What is spoken of.
    pub(crate) of: Mentioned,
}

/// What is spoken of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Mentioned {
    /// A thing by its name.
    Thing {
        /// What it is taken for.
        kind: RefKind,
        /// Its whole name, of which the end may stand alone.
        name: String,
    },
    /// A setting by its path.
    Setting {
        /// What the path begins in.
        base: Vec<String>,
    },
}

/// Where `text` speaks of `name`: all of it, its beginning (`shop` in `shop.2`), or the end of
/// the name alone (`v2` for `shop.v2`).
fn within(text: &str, name: &str) -> Option<Range<usize>> {
    if text
        .strip_prefix(name)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    {
        return Some(0..name.len());
    }
    let end = name
        .strip_suffix(text)
        .is_some_and(|owner| owner.ends_with('.'));
    end.then_some(0..text.len())
}

/// Where a document needs something that cannot be run yet.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Need {
    /// The first place.
    pub(crate) path: String,
    /// The first place in the text.
    pub(crate) span: Span,
    /// In how many places.
    pub(crate) count: usize,
}

/// What reading a document left behind besides the document.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) found: Vec<Diagnostic>,
    pub(crate) needs: IndexMap<Feature, Need>,
}

/// Reads a tree: knows where it is and collects what is wrong.
pub(crate) struct Decoder<'s> {
    symbols: &'s Symbols,
    path: Vec<String>,
    outcome: Outcome,
    /// What kind of handler is being read.
    pub(super) place: Place,
    /// Where the service being read publishes to.
    pub(super) publishes_to: Option<MemberRef>,
    /// When the run ends.
    pub(super) horizon: SimDuration,
    /// The date at which it begins.
    pub(super) epoch: Option<Date>,
    /// How many instances each service has that could be read.
    pub(super) instances: IndexMap<String, u32>,
    /// The breakers among the policies that could be read.
    pub(super) breakers: IndexSet<String>,
    /// How many figures of the run were asked for.
    pub(super) figures: usize,
    /// Where things and settings are spoken of, if somebody wants to know.
    mentions: Option<Vec<Mention>>,
}

impl<'s> Decoder<'s> {
    pub(super) fn new(symbols: &'s Symbols) -> Self {
        Self {
            symbols,
            path: Vec::new(),
            outcome: Outcome::default(),
            place: Place::Endpoint,
            publishes_to: None,
            horizon: SimDuration::MAX,
            epoch: None,
            instances: IndexMap::new(),
            breakers: IndexSet::new(),
            figures: 0,
            mentions: None,
        }
    }

    /// A decoder that takes note of every mention.
    pub(super) fn taking_notes(symbols: &'s Symbols) -> Self {
        Self {
            mentions: Some(Vec::new()),
            ..Self::new(symbols)
        }
    }

    pub(super) fn take_mentions(&mut self) -> Vec<Mention> {
        self.mentions.take().unwrap_or_default()
    }

    /// Takes note of a mention within the scalar at `node`.
    pub(super) fn mention(&mut self, node: &Node, range: Range<usize>, of: Mentioned) {
        if let (Some(mentions), Some(text)) = (&mut self.mentions, node.as_text()) {
            mentions.push(Mention {
                path: self.path.clone(),
                span: node.span,
                text: text.to_owned(),
                range,
                of,
            });
        }
    }

    pub(super) fn finish(self) -> Outcome {
        self.outcome
    }

    /// Reads something one segment further down.
    pub(super) fn within<T>(&mut self, segment: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(segment.to_owned());
        let result = read(self);
        self.path.pop();
        result
    }

    /// Says that something is wrong with `node`; nothing comes of it.
    pub(super) fn error<T>(&mut self, node: &Node, problem: Problem) -> Option<T> {
        self.error_at(node.span, problem)
    }

    /// Says that something is wrong at `span`.
    pub(super) fn error_at<T>(&mut self, span: Span, problem: Problem) -> Option<T> {
        if self.outcome.found.len() < RECORDED {
            let path = self.path.join(".");
            self.outcome
                .found
                .push(Diagnostic::error(path, span, problem));
        }
        None
    }

    /// Says that something else was expected where `node` stands.
    pub(super) fn unexpected<T>(&mut self, node: &Node, expected: Expected) -> Option<T> {
        self.error(
            node,
            Problem::Expected {
                found: described(node),
                expected,
            },
        )
    }

    /// Says something its author should know.
    pub(super) fn warning(&mut self, span: Span, problem: Problem) {
        // Errors have priority: what is wrong must not be crowded out by what is odd.
        if self.outcome.found.len() < RECORDED / 2 {
            let path = self.path.join(".");
            self.outcome
                .found
                .push(Diagnostic::warning(path, span, problem));
        }
    }

    /// Says that the document needs something that cannot be run yet.
    pub(super) fn need(&mut self, node: &Node, feature: Feature) {
        let path = &self.path;
        let need = self.outcome.needs.entry(feature).or_insert_with(|| Need {
            path: path.join("."),
            span: node.span,
            count: 0,
        });
        need.count += 1;
        if node.span.start < need.span.start {
            (need.path, need.span) = (path.join("."), node.span);
        }
    }

    /// Says the same if `wanted`.
    pub(super) fn need_if(&mut self, wanted: bool, node: &Node, feature: Feature) {
        if wanted {
            self.need(node, feature);
        }
    }

    /// What the paths of settings begin in here.
    pub(super) fn base_of_settings(&self) -> Vec<String> {
        match self.path.as_slice() {
            [services, service, versions, ..]
                if services == "services" && versions == "versions" =>
            {
                vec![services.clone(), service.clone()]
            }
            _ => Vec::new(),
        }
    }

    /// What is declared.
    pub(super) fn symbols(&self) -> &'s Symbols {
        self.symbols
    }

    /// The known name nearest to `found`. When more is wrong than will be told, nobody
    /// needs advice any more, and looking for it would take long.
    pub(super) fn advice<'a>(
        &self,
        found: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Option<String> {
        if self.outcome.found.len() >= ADVISED {
            return None;
        }
        nearest(found, known)
    }

    /// Checks that `text` names a `wanted`.
    pub(super) fn known(&mut self, node: &Node, wanted: RefKind, text: &str) -> Option<()> {
        if self.symbols.has(wanted, text) {
            if let Some(range) = within(node.as_text().unwrap_or_default(), text) {
                let name = text.to_owned();
                let kind = wanted;
                self.mention(node, range, Mentioned::Thing { kind, name });
            }
            return Some(());
        }
        let nearest = self.advice(text, self.symbols.names(wanted));
        self.error(
            node,
            Problem::UnknownReference {
                wanted,
                found: shortened(text),
                nearest,
            },
        )
    }

    /// A map of things by name. `default` is what the others were expanded from.
    pub(super) fn named<T>(
        &mut self,
        node: &Node,
        read: impl Fn(&mut Self, &Node) -> Option<T>,
    ) -> Option<Named<T>> {
        let entries = self.entries(node)?;
        let mut things = Named::new();
        for entry in entries.iter().filter(|entry| entry.key != "default") {
            let thing = self.within(&entry.key, |d| {
                if !units::is_name(&entry.key) {
                    let found = format!("`{}`", shortened(&entry.key));
                    return d.error_at(
                        entry.key_span,
                        Problem::Expected {
                            found,
                            expected: Expected::Name,
                        },
                    );
                }
                if matches!(entry.key.as_str(), "else" | "none") {
                    return d.error_at(
                        entry.key_span,
                        Problem::ReservedName {
                            found: entry.key.clone(),
                        },
                    );
                }
                read(d, &entry.value)
            });
            if let Some(thing) = thing {
                things.insert(Name::new(&entry.key), thing);
            }
        }
        Some(things)
    }

    /// The entries of a map, or of nothing written.
    pub(super) fn entries<'n>(
        &mut self,
        node: &'n Node,
    ) -> Option<&'n [crate::scenario::tree::Entry]> {
        match &node.kind {
            NodeKind::Map(map) => Some(&map.entries),
            _ if node.is_nothing() => Some(&[]),
            _ => self.unexpected(node, Expected::Map),
        }
    }

    /// One thing, or a list of them.
    pub(super) fn one_or_many<T>(
        &mut self,
        node: &Node,
        read: impl Fn(&mut Self, &Node) -> Option<T>,
    ) -> Option<Vec<T>> {
        match node.as_list() {
            Some(_) => self.list(node, read),
            None => read(self, node).map(|one| vec![one]),
        }
    }

    /// A list.
    pub(super) fn list<T>(
        &mut self,
        node: &Node,
        read: impl Fn(&mut Self, &Node) -> Option<T>,
    ) -> Option<Vec<T>> {
        let list = match node.as_list() {
            Some(list) => list,
            None if node.is_nothing() => &[],
            None => return self.unexpected(node, Expected::List),
        };
        let mut items = Vec::with_capacity(list.len());
        let mut complete = true;
        for (place, item) in list.iter().enumerate() {
            match self.within(&place.to_string(), |d| read(d, item)) {
                Some(item) => items.push(item),
                None => complete = false,
            }
        }
        complete.then_some(items)
    }

    /// The one verb of a map with its argument, besides the keys in `beside`.
    pub(super) fn verb<'n>(
        &mut self,
        node: &'n Node,
        verbs: &[&'static str],
        beside: &[&'static str],
        expected: Expected,
    ) -> Option<(&'static str, &'n Node)> {
        let Some(map) = node.as_map() else {
            return self.unexpected(node, expected);
        };
        let mut found = None;
        let mut several = Vec::new();
        let mut unknown = false;
        for entry in map
            .entries
            .iter()
            .filter(|entry| !beside.contains(&entry.key.as_str()))
        {
            if let Some(verb) = verbs.iter().find(|verb| **verb == entry.key) {
                several.push(entry.key.clone());
                found.get_or_insert((*verb, &entry.value));
                continue;
            }
            unknown = true;
            let known = || verbs.iter().chain(beside).copied();
            let problem = Problem::UnknownField {
                found: shortened(&entry.key),
                nearest: self.advice(&entry.key, known()),
                known: known().map(str::to_owned).collect(),
            };
            self.within(&entry.key, |d| d.error_at::<()>(entry.key_span, problem));
        }
        if several.len() > 1 {
            return self.error(node, Problem::SeveralVerbs { found: several });
        }
        if found.is_none() && !unknown {
            return self.unexpected(node, expected);
        }
        found
    }

    /// One of some words.
    pub(super) fn word<T: Clone>(&mut self, node: &Node, words: &[(&str, T)]) -> Option<T> {
        let text = node.as_text().unwrap_or_default();
        if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == text) {
            return Some(meaning.clone());
        }
        let found = described(node);
        let nearest = self.advice(text, words.iter().map(|(word, _)| *word));
        // A message lists so many, however many fields a row has.
        let known = words
            .iter()
            .take(LISTED)
            .map(|(word, _)| (*word).to_owned())
            .collect();
        self.error(
            node,
            Problem::UnknownWord {
                found: found.trim_matches('`').to_owned(),
                nearest,
                known,
            },
        )
    }
}

/// The fields of a map, read one by one; those nobody asked for are unknown.
pub(super) struct Fields<'n> {
    node: &'n Node,
    map: Option<&'n Map>,
    asked: Vec<&'static str>,
}

impl<'n> Fields<'n> {
    /// The fields of `node`, which is a map or nothing at all.
    pub(super) fn open(d: &mut Decoder<'_>, node: &'n Node, expected: Expected) -> Option<Self> {
        match node.as_map() {
            None if !node.is_nothing() => d.unexpected(node, expected),
            map => Some(Self {
                node,
                map,
                asked: Vec::new(),
            }),
        }
    }

    /// The value of a field as it stands.
    pub(super) fn get(&mut self, key: &'static str) -> Option<&'n Node> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        self.map?.get(key)
    }

    /// Whether a field is there.
    pub(super) fn has(&mut self, key: &'static str) -> bool {
        self.get(key).is_some()
    }

    /// A field that may be left out.
    pub(super) fn optional<'s, T>(
        &mut self,
        d: &mut Decoder<'s>,
        key: &'static str,
        read: impl FnOnce(&mut Decoder<'s>, &'n Node) -> Option<T>,
    ) -> Option<T> {
        let value = self.get(key)?;
        d.within(key, |d| read(d, value))
    }

    /// A field that may not.
    pub(super) fn required<'s, T>(
        &mut self,
        d: &mut Decoder<'s>,
        key: &'static str,
        read: impl FnOnce(&mut Decoder<'s>, &'n Node) -> Option<T>,
    ) -> Option<T> {
        match self.get(key) {
            Some(value) => d.within(key, |d| read(d, value)),
            None => d.error(
                self.node,
                Problem::Missing {
                    field: key.to_owned(),
                },
            ),
        }
    }

    /// Tells every field that nobody asked for.
    pub(super) fn close(self, d: &mut Decoder<'_>) {
        for entry in self.map.into_iter().flat_map(|map| &map.entries) {
            if !self.asked.contains(&entry.key.as_str()) {
                let missing = |known: &&&str| self.map.is_some_and(|map| map.get(known).is_none());
                let nearest = d.advice(&entry.key, self.asked.iter().filter(missing).copied());
                let known = self.asked.iter().map(|known| (*known).to_owned()).collect();
                let problem = Problem::UnknownField {
                    found: shortened(&entry.key),
                    nearest,
                    known,
                };
                d.within(&entry.key, |d| d.error_at::<()>(entry.key_span, problem));
            }
        }
    }
}

/// What `node` is, for a message.
pub(super) fn described(node: &Node) -> String {
    match &node.kind {
        _ if node.is_nothing() => "nothing".to_owned(),
        NodeKind::Scalar(scalar) => format!("`{}`", shortened(&scalar.text)),
        NodeKind::List(_) => "a list".to_owned(),
        NodeKind::Map(_) => "a map".to_owned(),
    }
}

/// What a message quotes stays short.
pub(super) fn shortened(text: &str) -> String {
    const LONGEST: usize = 40;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}
