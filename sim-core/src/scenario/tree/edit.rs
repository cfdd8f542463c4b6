//! Changes by path: in a tree, and in a text so that comments and layout survive.
//!
//! A path goes from the root: names of maps, places (from 0) or `label`s of lists.
//! Where a single step stands for a list of one, `0` or its label means the step.
//! The text is edited at one span and nowhere else; whoever edits it parses it again
//! and compares it with the changed tree, so a wrong edit can never pass unseen.

use super::{Entry, Map, Node, NodeKind, Pattern, Span, Style, is_map_of_things};
use crate::scenario::document::Name;

/// What a path leads to.
#[derive(Debug)]
pub(crate) enum Located<'t> {
    /// A node.
    Found(&'t Node),
    /// The first `depth` segments lead to a map (or to nothing written) without the next.
    Missing {
        /// How many segments lead somewhere.
        depth: usize,
        /// Where they lead.
        parent: &'t Node,
    },
    /// The first `depth` segments lead to a value that has no parts of that name.
    Blocked {
        /// How many segments lead somewhere.
        depth: usize,
    },
}

/// Follows `path` from `root`.
pub(crate) fn locate<'t>(root: &'t Node, path: &[Name]) -> Located<'t> {
    let mut node = root;
    for (depth, segment) in path.iter().enumerate() {
        match child(node, segment.as_str()) {
            Some(next) => node = next,
            None if node.as_map().is_some() || node.is_nothing() => {
                return Located::Missing {
                    depth,
                    parent: node,
                };
            }
            None => return Located::Blocked { depth },
        }
    }
    Located::Found(node)
}

/// What of a node a segment means.
#[derive(Clone, Copy)]
enum Step {
    /// The node itself: a single step that stands for a list of one.
    Itself,
    /// The child at this place.
    Child(usize),
}

fn step(node: &Node, segment: &str) -> Option<Step> {
    match &node.kind {
        NodeKind::Scalar(_) => None,
        NodeKind::List(list) => {
            let labelled = || {
                list.iter()
                    .position(|item| item.get("label").and_then(Node::as_text) == Some(segment))
            };
            let place = segment
                .parse()
                .ok()
                .filter(|place| *place < list.len())
                .or_else(labelled)?;
            Some(Step::Child(place))
        }
        NodeKind::Map(map) => {
            if let Some(place) = map.entries.iter().position(|entry| entry.key == segment) {
                return Some(Step::Child(place));
            }
            let labelled = map.get("label").and_then(Node::as_text) == Some(segment);
            (segment == "0" || labelled).then_some(Step::Itself)
        }
    }
}

fn child<'t>(node: &'t Node, segment: &str) -> Option<&'t Node> {
    match (step(node, segment)?, &node.kind) {
        (Step::Itself, _) => Some(node),
        (Step::Child(place), NodeKind::List(list)) => list.get(place),
        (Step::Child(place), NodeKind::Map(map)) => {
            map.entries.get(place).map(|entry| &entry.value)
        }
        (Step::Child(_), NodeKind::Scalar(_)) => None,
    }
}

fn child_mut<'t>(node: &'t mut Node, segment: &str) -> Option<&'t mut Node> {
    let Step::Child(place) = step(node, segment)? else {
        return Some(node);
    };
    match &mut node.kind {
        NodeKind::List(list) => list.get_mut(place),
        NodeKind::Map(map) => map.entries.get_mut(place).map(|entry| &mut entry.value),
        NodeKind::Scalar(_) => None,
    }
}

/// A path that leads nowhere: its first `depth` segments do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoPath {
    /// How many segments lead somewhere.
    pub(crate) depth: usize,
}

/// Sets what is at `path` to `value`, or takes it away. Fields not written yet are
/// added, things that are not there are not, unless `path` ends at one.
pub(crate) fn set_in_tree(
    root: &mut Node,
    path: &[Name],
    value: Option<&Node>,
    patterns: &[Pattern],
) -> Result<(), NoPath> {
    let (depth, missing) = match locate(root, path) {
        Located::Found(_) => (path.len(), false),
        Located::Missing { depth, .. } => (depth, true),
        Located::Blocked { depth, .. } => return Err(NoPath { depth }),
    };
    let mut node = root;
    let last = if missing {
        depth
    } else {
        depth.saturating_sub(1)
    };
    for segment in &path[..last] {
        node = child_mut(node, segment.as_str()).ok_or(NoPath { depth })?;
    }
    let Some(value) = value else {
        return if missing {
            Err(NoPath { depth })
        } else {
            remove_child(node, &path[last..]).ok_or(NoPath { depth })
        };
    };
    if !missing {
        match path.last() {
            None => *node = value.clone(),
            Some(segment) => {
                *child_mut(node, segment.as_str()).ok_or(NoPath { depth })? = value.clone();
            }
        }
        return Ok(());
    }
    let entry = new_entry(path, depth, value, patterns)?;
    match &mut node.kind {
        NodeKind::Map(map) => map.entries.push(entry),
        NodeKind::Scalar(_) | NodeKind::List(_) => {
            node.kind = NodeKind::Map(Map {
                entries: vec![entry],
            });
        }
    }
    Ok(())
}

fn remove_child(parent: &mut Node, segment: &[Name]) -> Option<()> {
    let Step::Child(place) = step(parent, segment.first()?.as_str())? else {
        return None;
    };
    match &mut parent.kind {
        NodeKind::List(list) => drop(list.remove(place)),
        NodeKind::Map(map) => drop(map.entries.remove(place)),
        NodeKind::Scalar(_) => return None,
    }
    Some(())
}

/// The entry that has to be added below the first `depth` segments.
fn new_entry(
    path: &[Name],
    depth: usize,
    value: &Node,
    patterns: &[Pattern],
) -> Result<Entry, NoPath> {
    let missing = path.get(depth..).unwrap_or_default();
    // Things and steps are never made on the way to something else: a name that is not
    // there is then a slip of the pen.
    for (more, segment) in missing.iter().enumerate() {
        let last = more + 1 == missing.len();
        let numbered = segment.as_str().starts_with(|c: char| c.is_ascii_digit());
        if numbered
            || (!last
                && segment.as_str() != "default"
                && is_map_of_things(&path[..depth + more], patterns))
        {
            return Err(NoPath {
                depth: depth + more,
            });
        }
    }
    let mut segments = missing.iter().rev();
    let mut entry = plain_entry(segments.next().ok_or(NoPath { depth })?, value.clone());
    for segment in segments {
        entry = plain_entry(
            segment,
            Node::new(NodeKind::Map(Map {
                entries: vec![entry],
            })),
        );
    }
    Ok(entry)
}

fn plain_entry(key: &Name, value: Node) -> Entry {
    Entry {
        key: key.as_str().to_owned(),
        key_span: Span::default(),
        value,
    }
}

/// Makes the same change as [`set_in_tree`] in the text `root` was read from.
pub(crate) fn edit_text(
    text: &str,
    root: &Node,
    path: &[Name],
    value: Option<&Node>,
    patterns: &[Pattern],
) -> Result<String, NoPath> {
    let no_path = |depth| NoPath { depth };
    let style = Style::of(text, root);
    match (locate(root, path), value) {
        (Located::Blocked { depth, .. }, _) | (Located::Missing { depth, .. }, None) => {
            Err(no_path(depth))
        }
        (Located::Found(node), Some(value)) => {
            let start = block_header(text, node).unwrap_or(node.span.start as usize);
            let end = (node.span.end as usize).max(start);
            // Nothing written: the value needs a space after the colon.
            let space = if node.is_nothing() { " " } else { "" };
            let kept = if text[start..end].ends_with('\n') {
                "\n"
            } else {
                ""
            };
            let value = value.on_one_line(style);
            Ok(replaced(text, start..end, &format!("{space}{value}{kept}")))
        }
        (Located::Missing { depth, parent }, Some(value)) => {
            let entry = new_entry(path, depth, value, patterns)?;
            Ok(insert(text, parent, entry, style))
        }
        (Located::Found(_), None) => {
            let (last, parents) = path.split_last().ok_or(no_path(0))?;
            let Located::Found(parent) = locate(root, parents) else {
                return Err(no_path(parents.len()));
            };
            match step(parent, last.as_str()) {
                Some(Step::Child(place)) => {
                    remove(text, parent, place).ok_or(no_path(parents.len()))
                }
                Some(Step::Itself) | None => Err(no_path(parents.len())),
            }
        }
    }
}

/// Where the header (`|`, `>`) of a block scalar stands: its span begins at its text.
fn block_header(text: &str, node: &Node) -> Option<usize> {
    let NodeKind::Scalar(scalar) = &node.kind else {
        return None;
    };
    let start = node.span.start as usize;
    if scalar.plain || matches!(text.as_bytes().get(start), Some(b'"' | b'\'')) {
        return None;
    }
    text.get(..start)?.rfind(['|', '>'])
}

pub(crate) fn replaced(text: &str, range: std::ops::Range<usize>, with: &str) -> String {
    let mut edited = String::with_capacity(text.len() + with.len());
    edited.push_str(&text[..range.start]);
    edited.push_str(with);
    edited.push_str(&text[range.end..]);
    edited
}

fn insert(text: &str, parent: &Node, entry: Entry, style: Style) -> String {
    let added = Map {
        entries: vec![entry],
    };
    let bare = added.entries_on_one_line(style);
    let added = format!("{{{bare}}}");
    let start = parent.span.start as usize;
    let end = parent.span.end as usize;
    let Some(map) = parent.as_map() else {
        return replaced(text, start..start, &format!(" {added}"));
    };
    let (Some(first), Some(last)) = (map.entries.first(), map.entries.last()) else {
        return replaced(text, start..end, &added);
    };
    if text.as_bytes().get(start) == Some(&b'{') {
        let at = (last.value.span.end.max(last.key_span.end)) as usize;
        let space = line_break_before(text, last.key_span);
        return replaced(text, at..at, &format!(",{space}{bare}"));
    }
    let indent = " ".repeat(first.key_span.column.saturating_sub(1) as usize);
    let at = last.value.span.end.max(last.key_span.end) as usize;
    if let Some(at) = end_of_line(text, at) {
        return replaced(text, at..at, &format!("\n{indent}{bare}"));
    }
    // What follows is not a comment (the end of a block scalar, a bracket around a map
    // of one): the front of the map is always free.
    let at = first.key_span.start as usize;
    replaced(text, at..at, &format!("{bare}\n{indent}"))
}

/// What stands between the comma of a flow collection and what is added to it: a line of its
/// own, if what is at `before` has one.
pub(crate) fn line_break_before(text: &str, before: Span) -> String {
    let start = before.start as usize;
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let blanks = &text[line..start];
    if line > 0 && blanks.chars().all(|c| c == ' ') {
        format!("\n{blanks}")
    } else {
        " ".to_owned()
    }
}

/// The end of the line at `at`, if nothing but blanks and a comment stand before it.
pub(crate) fn end_of_line(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    if text[..at].ends_with('\n') {
        return None;
    }
    let line = rest.lines().next().unwrap_or_default();
    let comment = line.trim_start();
    (comment.is_empty() || comment.starts_with('#')).then_some(at + line.len())
}

fn remove(text: &str, parent: &Node, place: usize) -> Option<String> {
    let spans: Vec<(usize, usize)> = match &parent.kind {
        NodeKind::Scalar(_) => return None,
        NodeKind::List(list) => list
            .iter()
            .map(|item| (item.span.start as usize, item.span.end as usize))
            .collect(),
        NodeKind::Map(map) => map
            .entries
            .iter()
            .map(|entry| {
                (
                    entry.key_span.start as usize,
                    entry.value.span.end.max(entry.key_span.end) as usize,
                )
            })
            .collect(),
    };
    let (start, end) = *spans.get(place)?;
    let flow = matches!(
        text.as_bytes().get(parent.span.start as usize),
        Some(b'{' | b'[')
    );
    if spans.len() == 1 && !flow {
        let empty = if parent.as_map().is_some() {
            "{}"
        } else {
            "[]"
        };
        let from = parent.span.start.min(start as u32) as usize;
        return Some(replaced(text, from..end, empty));
    }
    if flow {
        // A flow collection: the comma before goes too, for the first the one after.
        return Some(
            match (
                place.checked_sub(1).and_then(|before| spans.get(before)),
                spans.get(place + 1),
            ) {
                (Some(before), _) => replaced(text, before.1..end, ""),
                (None, Some(after)) => replaced(text, start..after.0, ""),
                (None, None) => replaced(text, start..end, ""),
            },
        );
    }
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let dash = parent.as_list().is_some();
    let own_line = text[line..start]
        .chars()
        .all(|c| c == ' ' || (dash && c == '-'));
    if own_line && text[line..start].matches('-').count() <= 1 {
        let stop = if text[..end].ends_with('\n') {
            end
        } else {
            end + text[end..].find('\n').map_or(text.len() - end, |at| at + 1)
        };
        return Some(replaced(text, line..stop, ""));
    }
    // The first entry stands behind a dash or a bracket: what follows takes its place.
    spans
        .get(place + 1)
        .map(|after| replaced(text, start..after.0, ""))
}
