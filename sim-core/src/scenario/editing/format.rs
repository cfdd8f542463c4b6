//! Formatting: the text laid out as documents usually are, with every comment where it was.
//!
//! Blocks stay blocks; what stands in brackets goes on one line if it fits and becomes a
//! block if it does not. Blank lines between things are kept, one at a time. Formatting twice
//! changes nothing. JSON stays JSON.

use std::collections::VecDeque;
use std::fmt::Write;

use super::manuscript::Manuscript;
use super::tree::{Entry, Node, NodeKind, Span, Style};
use super::{Diagnostic, cannot};

/// The longest line on which several things stand, in characters.
const WIDTH: usize = 100;
const STEP: usize = 2;

/// Lays the text out.
pub(super) fn format(manuscript: &mut Manuscript) -> Result<(), Box<Diagnostic>> {
    let (text, tree) = (manuscript.text(), manuscript.tree().clone());
    let formatted = match Style::of(text, &tree) {
        Style::Json => Some(in_json(&tree, 0, 0) + "\n"),
        Style::Yaml => Printer::new(text, &tree).print(&tree),
    };
    let formatted = formatted.ok_or_else(|| cannot("#"))?;
    manuscript.settle([formatted], &tree, &[])
}

/// JSON, in as few lines as fit.
fn in_json(node: &Node, indent: usize, before: usize) -> String {
    let flow = node.on_one_line(Style::Json);
    if before + flow.chars().count() <= WIDTH && indent > 0 {
        return flow;
    }
    let inner = indent + STEP;
    let (open, close, parts): (_, _, Vec<String>) = match &node.kind {
        NodeKind::List(items) => {
            let items = items.iter().map(|item| in_json(item, inner, inner));
            ('[', ']', items.collect())
        }
        NodeKind::Map(map) => {
            let entries = map.entries.iter().map(|entry| {
                let key = Style::Json.key(&entry.key);
                let value = in_json(&entry.value, inner, inner + key.chars().count() + 2);
                format!("{key}: {value}")
            });
            ('{', '}', entries.collect())
        }
        NodeKind::Scalar(_) => return flow,
    };
    if parts.is_empty() {
        return flow;
    }
    let inside = " ".repeat(inner);
    let lines: Vec<_> = parts.iter().map(|part| format!("{inside}{part}")).collect();
    format!(
        "{open}\n{}\n{}{close}",
        lines.join(",\n"),
        " ".repeat(indent)
    )
}

/// A comment of the text.
struct Comment<'t> {
    /// Where its `#` stands.
    at: usize,
    said: &'t str,
    /// Whether nothing stands before it on its line.
    alone: bool,
}

struct Printer<'t> {
    text: &'t str,
    comments: VecDeque<Comment<'t>>,
    out: String,
}

impl<'t> Printer<'t> {
    fn new(text: &'t str, tree: &Node) -> Self {
        Self {
            text,
            comments: comments(text, tree),
            out: String::with_capacity(text.len()),
        }
    }

    /// The whole text; nothing if it has something that would be lost.
    fn print(mut self, tree: &Node) -> Option<String> {
        match &tree.kind {
            NodeKind::Map(map) => self.entries(&map.entries, 0, usize::MAX)?,
            NodeKind::List(_) | NodeKind::Scalar(_) => return None,
        }
        self.comments_before(usize::MAX, 0);
        let mut out = self.out;
        out.truncate(out.trim_end().len());
        out.push('\n');
        Some(out)
    }

    /// A block map; what comes after it stands at `until`.
    fn entries(&mut self, entries: &[Entry], indent: usize, until: usize) -> Option<()> {
        for (place, entry) in entries.iter().enumerate() {
            // The first of an item stands behind its dash.
            let behind_a_dash = place == 0 && self.out.ends_with("- ");
            if !behind_a_dash {
                self.begin_line(entry.key_span.start as usize, indent);
            }
            let next = entries.get(place + 1);
            let next = next.map_or(until, |next| next.key_span.start as usize);
            self.entry(entry, indent, next)?;
        }
        if let Some(first) = entries.first() {
            self.comments_at_the_end(first.key_span, indent, until);
        }
        Some(())
    }

    fn entry(&mut self, entry: &Entry, indent: usize, until: usize) -> Option<()> {
        let key = self.key(entry)?;
        self.out.push_str(&key);
        self.out.push(':');
        self.value(&entry.value, indent + STEP, until)
    }

    /// What stands behind a key or a dash, blocks at `indent`; what comes after it stands at
    /// `until`.
    fn value(&mut self, node: &Node, indent: usize, until: usize) -> Option<()> {
        match &node.kind {
            NodeKind::Scalar(_) if node.is_nothing() => self.comment_behind(node.span),
            NodeKind::Scalar(_) => {
                self.blank();
                self.scalar(node, indent)?;
            }
            NodeKind::Map(map) if self.is_block(node) => {
                if self.out.ends_with("- ") {
                    return self.entries(&map.entries, indent, until);
                }
                self.comments_of_line(map.entries.first()?.key_span);
                self.entries(&map.entries, indent, until)?;
            }
            NodeKind::List(items) if self.is_block(node) => {
                if !self.out.ends_with("- ") {
                    self.comments_of_line(items.first()?.span);
                }
                for (place, item) in items.iter().enumerate() {
                    if place > 0 || !self.out.ends_with("- ") {
                        self.begin_line(item.span.start as usize, indent);
                    }
                    self.out.push_str("- ");
                    let next = items.get(place + 1);
                    let next = next.map_or(until, |next| next.span.start as usize);
                    self.value(item, indent + STEP, next)?;
                }
                self.comments_at_the_end(node.span, indent, until);
            }
            NodeKind::Map(_) | NodeKind::List(_) => {
                self.blank();
                let flow = self.flow(node, false)?;
                self.out.push_str(&flow);
                self.comment_behind(node.span);
            }
        }
        Some(())
    }

    fn scalar(&mut self, node: &Node, indent: usize) -> Option<()> {
        let Some((header, lines)) = self.block_scalar(node) else {
            let said = self.said(node)?;
            self.out.push_str(&said);
            self.comment_behind(node.span);
            return Some(());
        };
        self.out.push_str(header);
        for line in lines {
            self.out.push('\n');
            if !line.is_empty() {
                let _ = write!(self.out, "{:indent$}{line}", "");
            }
        }
        Some(())
    }

    /// The header of a text in several lines, and its lines.
    fn block_scalar(&self, node: &Node) -> Option<(&'t str, Vec<&'t str>)> {
        let NodeKind::Scalar(scalar) = &node.kind else {
            return None;
        };
        let start = node.span.start as usize;
        if scalar.plain || matches!(self.text.as_bytes().get(start), Some(b'"' | b'\'')) {
            return None;
        }
        let header = self.text.get(..start)?.rfind(['|', '>'])?;
        let (head, body) = self
            .text
            .get(header..node.span.end as usize)?
            .split_once('\n')?;
        let lines: Vec<_> = body.trim_end().split('\n').collect();
        let first = lines.iter().find(|line| !line.trim().is_empty())?;
        let indent = first.len() - first.trim_start_matches(' ').len();
        let lines = lines
            .iter()
            .map(|line| line.get(indent..).unwrap_or_default());
        let head = head.trim_end();
        // Comments and indents in the header would not be where they were.
        (head.len() <= 2 && !head.ends_with(|last: char| last.is_ascii_digit()))
            .then(|| (head, lines.collect()))
    }

    /// A scalar on one line, as it is written if it is on one.
    fn said(&self, node: &Node) -> Option<String> {
        let raw = self.text.get(node.span.range())?;
        let is_block = self.block_scalar(node).is_some();
        let written = !raw.is_empty() && !raw.contains('\n') && !is_block;
        Some(if written {
            raw.to_owned()
        } else {
            node.on_one_line(Style::Yaml)
        })
    }

    fn key(&self, entry: &Entry) -> Option<String> {
        let raw = self.text.get(entry.key_span.range())?;
        let written = !raw.is_empty() && !raw.contains('\n');
        Some(if written {
            raw.to_owned()
        } else {
            Style::Yaml.key(&entry.key)
        })
    }

    /// What stands in brackets, on one line.
    fn flow(&self, node: &Node, in_list: bool) -> Option<String> {
        Some(match &node.kind {
            NodeKind::Scalar(_) => self.said(node)?,
            NodeKind::List(items) => {
                let items: Option<Vec<_>> =
                    items.iter().map(|item| self.flow(item, true)).collect();
                format!("[{}]", items?.join(", "))
            }
            NodeKind::Map(map) => {
                let entries: Option<Vec<_>> = map
                    .entries
                    .iter()
                    .map(|entry| {
                        let value = self.flow(&entry.value, false)?;
                        let space = if value.is_empty() { "" } else { " " };
                        Some(format!("{}:{space}{value}", self.key(entry)?))
                    })
                    .collect();
                let entries = entries?.join(", ");
                // `[work: 5ms]`: a map of one in a list needs no braces.
                let bare = in_list && map.entries.len() == 1 && !self.is_bracketed(node);
                if bare {
                    entries
                } else {
                    format!("{{{entries}}}")
                }
            }
        })
    }

    fn is_bracketed(&self, node: &Node) -> bool {
        let first = self.text.as_bytes().get(node.span.start as usize);
        matches!(first, Some(b'{' | b'['))
    }

    /// Whether a collection is written in lines: as it was, or because it does not fit on one
    /// or has comments in it.
    fn is_block(&self, node: &Node) -> bool {
        let is_empty = match &node.kind {
            NodeKind::Scalar(_) => true,
            NodeKind::List(items) => items.is_empty(),
            NodeKind::Map(map) => map.entries.is_empty(),
        };
        if is_empty {
            return false;
        }
        if !self.is_bracketed(node) {
            return true;
        }
        let span = node.span.range();
        if self
            .comments
            .iter()
            .any(|comment| span.contains(&comment.at))
        {
            return true;
        }
        let line = self.out.rfind('\n').map_or(0, |at| at + 1);
        let before = self.out[line..].chars().count();
        self.flow(node, false)
            .is_none_or(|flow| before + 1 + flow.chars().count() > WIDTH)
    }

    fn blank(&mut self) {
        if !self.out.ends_with(' ') {
            self.out.push(' ');
        }
    }

    /// A new line for what stands at `at`, behind the comments before it, and behind a blank
    /// line if it was.
    fn begin_line(&mut self, at: usize, indent: usize) {
        self.comments_before(at, indent);
        self.line(at, indent);
    }

    fn line(&mut self, at: usize, indent: usize) {
        if !self.out.is_empty() {
            self.out.truncate(self.out.trim_end_matches(' ').len());
            self.out.push('\n');
            if self.is_behind_a_blank_line(at) {
                self.out.push('\n');
            }
        }
        let _ = write!(self.out, "{:indent$}", "");
    }

    fn is_behind_a_blank_line(&self, at: usize) -> bool {
        let line = self.text[..at].rfind('\n').unwrap_or_default();
        let before = self.text[..line].rfind('\n').map_or(0, |at| at + 1);
        line > 0 && self.text[before..line].trim().is_empty()
    }

    /// The comments that stand before `at` and have not been written yet.
    fn comments_before(&mut self, at: usize, indent: usize) {
        while let Some(comment) = self.comments.pop_front_if(|comment| comment.at < at) {
            self.line(comment.at, indent);
            self.out.push_str(comment.said);
        }
    }

    /// The comments behind the last thing of a block that begins at `first`: those that stand
    /// as far to the right as the block does belong to it.
    fn comments_at_the_end(&mut self, first: Span, indent: usize, until: usize) {
        let text = self.text;
        let inside = |comment: &mut Comment<'_>| {
            let line = text[..comment.at].rfind('\n').map_or(0, |line| line + 1);
            let column = first.column.saturating_sub(1) as usize;
            comment.at < until && comment.alone && column > 0 && comment.at - line >= column
        };
        while let Some(comment) = self.comments.pop_front_if(inside) {
            self.line(comment.at, indent);
            self.out.push_str(comment.said);
        }
    }

    /// The comments on the line of a key, before its block begins.
    fn comments_of_line(&mut self, first: Span) {
        let first = first.start as usize;
        let here = |comment: &mut Comment<'_>| !comment.alone && comment.at < first;
        while let Some(comment) = self.comments.pop_front_if(here) {
            self.out.push(' ');
            self.out.push_str(comment.said);
        }
    }

    /// The comment behind a value, on its line.
    fn comment_behind(&mut self, span: Span) {
        let end = span.end as usize;
        let text = self.text;
        let here = |comment: &mut Comment<'_>| {
            comment.at >= end && !text.get(end..comment.at).unwrap_or("\n").contains('\n')
        };
        if let Some(comment) = self.comments.pop_front_if(here) {
            self.out.push(' ');
            self.out.push_str(comment.said);
        }
    }
}

/// The comments of a text: what begins with `#` outside of every scalar.
fn comments<'t>(text: &'t str, tree: &Node) -> VecDeque<Comment<'t>> {
    let mut scalars = Vec::new();
    collect(tree, &mut scalars);
    scalars.sort_unstable();
    let mut found = VecDeque::new();
    let mut at = 0;
    for (start, end) in scalars.into_iter().chain([(text.len(), text.len())]) {
        while let Some(hash) = text.get(at..start).and_then(|gap| gap.find('#')) {
            let hash = at + hash;
            let end = text[hash..]
                .find('\n')
                .map_or(text.len(), |line| hash + line);
            let line = text[..hash].rfind('\n').map_or(0, |line| line + 1);
            found.push_back(Comment {
                at: hash,
                said: text[hash..end].trim_end(),
                alone: text[line..hash].trim().is_empty(),
            });
            at = end;
        }
        at = at.max(end);
    }
    found
}

fn collect(node: &Node, scalars: &mut Vec<(usize, usize)>) {
    let place = |span: Span| (span.start as usize, span.end as usize);
    match &node.kind {
        NodeKind::Scalar(_) => scalars.push(place(node.span)),
        NodeKind::List(items) => items.iter().for_each(|item| collect(item, scalars)),
        NodeKind::Map(map) => {
            for entry in &map.entries {
                scalars.push(place(entry.key_span));
                collect(&entry.value, scalars);
            }
        }
    }
}
