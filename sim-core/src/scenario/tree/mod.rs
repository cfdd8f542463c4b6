//! The tree under every document: scalars, lists and maps, each with its place in the
//! text.
//!
//! Text (YAML 1.2 or JSON) flows in through [`parse`]; the decoder, patches and knobs
//! read what flows out. Nothing here knows what a service is. Scalars stay text: what
//! they mean is decided by who reads them, so no decimal passes through a float.

mod edit;
mod expand;
mod parse;
mod print;
#[cfg(test)]
mod tests;

pub use parse::parse;

pub(crate) use edit::{
    Located, NoPath, edit_text, end_of_line, line_break_before, locate, replaced, set_in_tree,
};
pub(crate) use expand::{Pattern, expand, is_map_of_things};
pub(crate) use print::Style;

use serde::{Deserialize, Serialize};

/// Where something stands in the text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last one.
    pub end: u32,
    /// The line of the first byte, counted from 1.
    pub line: u32,
    /// The column of the first byte in characters, counted from 1.
    pub column: u32,
}

impl Span {
    /// The bytes it covers.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A node of the tree. Two nodes are equal if they say the same, wherever they stand
/// and however they are quoted.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where it stands; empty and at the start for a node that was never in a text.
    pub span: Span,
    /// What it is.
    pub kind: NodeKind,
}

/// What a node is.
#[derive(Clone, Debug)]
pub enum NodeKind {
    /// A single value.
    Scalar(Scalar),
    /// Things in order.
    List(Vec<Node>),
    /// Things by name.
    Map(Map),
}

/// A single value as text.
#[derive(Clone, Debug)]
pub struct Scalar {
    /// The text, without its quotes.
    pub text: String,
    /// Whether it stood without quotes. A plain empty scalar is "nothing written".
    pub plain: bool,
}

/// Things by name, in the order they were written; no name twice.
#[derive(Clone, Debug, Default)]
pub struct Map {
    /// Its entries.
    pub entries: Vec<Entry>,
}

/// One thing of a [`Map`].
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name.
    pub key: String,
    /// Where the name stands.
    pub key_span: Span,
    /// The thing.
    pub value: Node,
}

impl Node {
    /// A plain scalar that stands in no text.
    pub fn scalar(text: impl Into<String>) -> Self {
        Self::new(NodeKind::Scalar(Scalar {
            text: text.into(),
            plain: true,
        }))
    }

    /// A node that stands in no text.
    pub fn new(kind: NodeKind) -> Self {
        Self {
            span: Span::default(),
            kind,
        }
    }

    /// The text, if it is a scalar.
    pub fn as_text(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::Scalar(scalar) => Some(&scalar.text),
            NodeKind::List(_) | NodeKind::Map(_) => None,
        }
    }

    /// The map, if it is one.
    pub fn as_map(&self) -> Option<&Map> {
        match &self.kind {
            NodeKind::Map(map) => Some(map),
            NodeKind::Scalar(_) | NodeKind::List(_) => None,
        }
    }

    /// The list, if it is one.
    pub fn as_list(&self) -> Option<&[Node]> {
        match &self.kind {
            NodeKind::List(list) => Some(list),
            NodeKind::Scalar(_) | NodeKind::Map(_) => None,
        }
    }

    /// Whether nothing was written (`key:` with no value).
    pub fn is_nothing(&self) -> bool {
        matches!(&self.kind, NodeKind::Scalar(scalar) if scalar.plain && scalar.text.is_empty())
    }

    /// The value under `key`, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_map()?.get(key)
    }

    /// How many nodes it is made of, itself included.
    pub fn count(&self) -> usize {
        match &self.kind {
            NodeKind::Scalar(_) => 1,
            NodeKind::List(list) => 1 + list.iter().map(Self::count).sum::<usize>(),
            NodeKind::Map(map) => {
                1 + map
                    .entries
                    .iter()
                    .map(|entry| entry.value.count())
                    .sum::<usize>()
            }
        }
    }
}

impl Map {
    /// The value under `key`.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries
            .iter()
            .find(|entry| entry.key == key)
            .map(|entry| &entry.value)
    }
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (NodeKind::Scalar(one), NodeKind::Scalar(two)) => one.text == two.text,
            (NodeKind::List(one), NodeKind::List(two)) => one == two,
            (NodeKind::Map(one), NodeKind::Map(two)) => {
                one.entries.len() == two.entries.len()
                    && one
                        .entries
                        .iter()
                        .zip(&two.entries)
                        .all(|(a, b)| a.key == b.key && a.value == b.value)
            }
            _ => false,
        }
    }
}

impl Eq for Node {}
