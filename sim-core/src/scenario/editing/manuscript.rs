//! A manuscript: a text and its tree, changed together.
//!
//! Every change is made to the tree, which says what is wanted, and to the text in the ways
//! that may do it, the nicest first; the first way that reads back as what is wanted is taken.

use super::tree::{
    self, Entry, Located, Map, Node, NodeKind, Span, Style, edit_text, end_of_line,
    line_break_before, locate, replaced, set_in_tree,
};
use super::{Diagnostic, Name, SettingPath, cannot, patches};
use crate::scenario::grammar::MAPS_OF_THINGS;

/// A text and the tree it reads as.
pub(super) struct Manuscript {
    text: String,
    tree: Node,
}

type Refused = Box<Diagnostic>;

impl Manuscript {
    pub(super) fn new(text: &str, tree: Node) -> Self {
        Self {
            text: text.to_owned(),
            tree,
        }
    }

    pub(super) fn tree(&self) -> &Node {
        &self.tree
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// Changes a setting as a knob does.
    pub(super) fn patch(&mut self, path: &SettingPath, value: &Node) -> Result<(), Refused> {
        (self.text, self.tree) = patches::apply(&self.text, &self.tree, path, value)?;
        Ok(())
    }

    /// Sets what is at `path`, or takes it away. Maps on the way that are not there are made.
    pub(super) fn set(&mut self, path: &[Name], value: Option<&Node>) -> Result<(), Refused> {
        let refused = |_| cannot(&dotted(path));
        let mut wanted = self.tree.clone();
        set_in_tree(&mut wanted, path, value, MAPS_OF_THINGS).map_err(refused)?;
        let section = value.and_then(|_| self.new_section(&wanted));
        let plain =
            edit_text(&self.text, &self.tree, path, value, MAPS_OF_THINGS).map_err(refused)?;
        self.settle(section.into_iter().chain([plain]), &wanted, path)
    }

    /// Puts an item into the list at `path`, before the one at `place` if there is one.
    pub(super) fn insert(
        &mut self,
        path: &[Name],
        place: usize,
        item: Node,
    ) -> Result<(), Refused> {
        let Located::Found(list) = locate(&self.tree, path) else {
            return Err(cannot(&dotted(path)));
        };
        let items = list.as_list().unwrap_or_default();
        let Some(next) = items.get(place) else {
            return self.append(path, item);
        };
        let style = Style::of(&self.text, &self.tree);
        let start = next.span.start as usize;
        let flow = self.text.as_bytes().get(list.span.start as usize) == Some(&b'[');
        let way = if flow {
            let space = line_break_before(&self.text, next.span);
            let added = format!("{},{space}", item.on_one_line(style));
            Some(replaced(&self.text, start..start, &added))
        } else {
            indent_of_dash(&self.text, next.span).map(|indent| {
                let item = item.behind_a_dash(indent);
                let added = format!("{item}\n{}- ", " ".repeat(indent));
                replaced(&self.text, start..start, &added)
            })
        };
        let mut longer = items.to_vec();
        longer.insert(place, item);
        let longer = Node::new(NodeKind::List(longer));
        let mut wanted = self.tree.clone();
        set_in_tree(&mut wanted, path, Some(&longer), MAPS_OF_THINGS)
            .map_err(|_| cannot(&dotted(path)))?;
        self.settle(way, &wanted, path)
    }

    /// Adds an item to the list at `path`, which is made if it is not there.
    pub(super) fn append(&mut self, path: &[Name], item: Node) -> Result<(), Refused> {
        let Located::Found(list) = locate(&self.tree, path) else {
            return self.set(path, Some(&Node::new(NodeKind::List(vec![item]))));
        };
        let Some(items) = list.as_list() else {
            // Nothing written, or a single thing that stands for a list of one.
            let mut items = Vec::new();
            items.extend((!list.is_nothing()).then(|| list.clone()));
            items.push(item);
            return self.set(path, Some(&Node::new(NodeKind::List(items))));
        };
        let ways = appended(&self.text, list, &item, Style::of(&self.text, &self.tree));
        let longer = items.iter().cloned().chain([item]).collect();
        let mut wanted = self.tree.clone();
        let longer = Node::new(NodeKind::List(longer));
        set_in_tree(&mut wanted, path, Some(&longer), MAPS_OF_THINGS)
            .map_err(|_| cannot(&dotted(path)))?;
        self.settle(ways, &wanted, path)
    }

    /// Takes the first of the texts that reads as `wanted`.
    pub(super) fn settle(
        &mut self,
        ways: impl IntoIterator<Item = String>,
        wanted: &Node,
        path: &[Name],
    ) -> Result<(), Refused> {
        for text in ways {
            if let Ok(tree) = tree::parse(&text)
                && tree == *wanted
            {
                (self.text, self.tree) = (text, tree);
                return Ok(());
            }
        }
        Err(cannot(&dotted(path)))
    }

    /// The text with the section that `wanted` has and the document has not, in blocks at its
    /// end; nothing if there is no such section.
    fn new_section(&self, wanted: &Node) -> Option<String> {
        let (now, wanted) = (self.tree.as_map()?, wanted.as_map()?);
        if self.text.as_bytes().get(self.tree.span.start as usize) == Some(&b'{') {
            return None;
        }
        let added = wanted.entries.get(now.entries.len())?;
        let apart = if self.text.contains("\n\n") { "\n" } else { "" };
        let head = self.text.trim_end();
        Some(format!("{head}\n{apart}{}\n", section(added)))
    }
}

/// A section in blocks, each of its things or items on a line of its own.
fn section(entry: &Entry) -> String {
    let lines: Vec<_> = match &entry.value.kind {
        NodeKind::Map(Map { entries }) => entries
            .iter()
            .map(|entry| format!("\n  {}", entry.in_blocks(2)))
            .collect(),
        NodeKind::List(items) => items
            .iter()
            .map(|item| format!("\n  - {}", item.behind_a_dash(2)))
            .collect(),
        NodeKind::Scalar(_) => Vec::new(),
    };
    if lines.is_empty() {
        entry.in_blocks(0)
    } else {
        format!("{}:{}", entry.key, lines.concat())
    }
}

/// The ways to add `item` to `list` in `text`.
fn appended(text: &str, list: &Node, item: &Node, style: Style) -> Vec<String> {
    let span = list.span.range();
    let flow = text.as_bytes().get(span.start) == Some(&b'[');
    let Some(before) = list.as_list().and_then(<[Node]>::last) else {
        let only = format!("[{}]", item.on_one_line(style));
        return vec![replaced(text, span, &only)];
    };
    let end = before.span.end as usize;
    if flow {
        let space = line_break_before(text, before.span);
        let added = format!(",{space}{}", item.on_one_line(style));
        return vec![replaced(text, end..end, &added)];
    }
    let Some(indent) = indent_of_dash(text, before.span) else {
        return Vec::new();
    };
    let added = format!("{}- {}", " ".repeat(indent), item.behind_a_dash(indent));
    let mut ways = Vec::new();
    if let Some(at) = end_of_line(text, end) {
        ways.push(replaced(text, at..at, &format!("\n{added}")));
    }
    // Behind the text of a block scalar, which ends with its line.
    ways.push(replaced(text, end..end, &format!("{added}\n")));
    ways
}

/// How far the dash of the item at `item` is from the beginning of its line, if nothing else
/// stands before it.
fn indent_of_dash(text: &str, item: Span) -> Option<usize> {
    let start = item.start as usize;
    let dash = text.get(..start)?.rfind('-')?;
    let line = text[..dash].rfind('\n').map_or(0, |at| at + 1);
    let blank = text[line..dash].chars().all(|c| c == ' ');
    blank.then_some(dash - line)
}

pub(super) fn dotted(path: &[Name]) -> String {
    let segments: Vec<_> = path.iter().map(Name::as_str).collect();
    segments.join(".")
}
