//! Changes to a document: applied to its text, and checked before anybody asks for them.
//!
//! Knobs, the timeline's `set`, versions and variants all change settings by path. Each
//! is tried on the tree: its path must lead somewhere, and the document must still hold
//! together at both ends of a knob.

use super::decode::{self, Mention, Outcome, is_none, setting_path};
use super::diagnostic::{Diagnostic, Problem, Severity};
use super::document::{Name, SettingPath};
use super::grammar::{ALTERNATIVES, MAPS_OF_THINGS};
use super::limits::{MAX_BROKEN, MAX_NODES, MAX_PATCH_WORK};
use super::nearest::nearest;
use super::symbols::Symbols;
use super::tree::{
    Entry, Located, NoPath, Node, NodeKind, Span, edit_text, expand, locate, parse, set_in_tree,
};

/// Changes one setting in `text`, which `tree` was read from; the new text and its tree.
pub(super) fn apply(
    text: &str,
    tree: &Node,
    path: &SettingPath,
    value: &Node,
) -> Result<(String, Node), Box<Diagnostic>> {
    let value = wanted(tree, &path.0, value);
    let start = Span {
        line: 1,
        column: 1,
        ..Span::default()
    };
    let error = |problem| Box::new(Diagnostic::error(path.to_string(), start, problem));
    let nowhere = |no_path: NoPath| error(no_setting(tree, &path.0, no_path));
    let cannot = || {
        error(Problem::CannotEdit {
            path: path.to_string(),
        })
    };
    let mut changed = tree.clone();
    set_in_tree(&mut changed, &path.0, value, MAPS_OF_THINGS).map_err(nowhere)?;
    let edited = edit_text(text, tree, &path.0, value, MAPS_OF_THINGS).map_err(nowhere)?;
    // The edit is only as good as what it reads back as.
    let read = parse(&edited).map_err(|_| cannot())?;
    if read != changed {
        return Err(cannot());
    }
    Ok((edited, read))
}

/// What a change sets its path to; nothing if it takes the thing away. A policy that is
/// taken away stays as one that does nothing, so that who names it need not change.
fn wanted<'n>(tree: &Node, path: &[Name], value: &'n Node) -> Option<&'n Node> {
    let policy = matches!(path, [section, _] if section.as_str() == "policies");
    let stays = policy && matches!(locate(tree, path), Located::Found(_));
    (stays || !is_none(value)).then_some(value)
}

/// The problem with a path that leads nowhere, with the nearest name where it stops.
fn no_setting(tree: &Node, path: &[Name], no_path: NoPath) -> Problem {
    let missing = path
        .get(no_path.depth)
        .map(ToString::to_string)
        .unwrap_or_default();
    let parent = match locate(tree, path.get(..no_path.depth).unwrap_or_default()) {
        Located::Found(parent) => Some(parent),
        Located::Missing { .. } | Located::Blocked { .. } => None,
    };
    let names = parent
        .and_then(Node::as_map)
        .into_iter()
        .flat_map(|map| &map.entries)
        .map(|entry| entry.key.as_str());
    let labels = parent.and_then(Node::as_list).into_iter().flatten();
    let labels = labels.filter_map(|step| step.get("label").and_then(Node::as_text));
    let nearest = nearest(&missing, names.chain(labels));
    Problem::NoSetting {
        path: dotted(path),
        missing,
        nearest,
    }
}

fn dotted(path: &[Name]) -> String {
    let segments: Vec<&str> = path.iter().map(Name::as_str).collect();
    segments.join(".")
}

/// One change that a document announces, and where it does.
struct Announced<'t> {
    at: String,
    span: Span,
    /// What paths begin with: the service, for versions.
    base: Vec<Name>,
    /// Changes made together.
    changes: Vec<(&'t str, Span, &'t Node)>,
}

/// Checks every change the document announces. What is wrong already is told elsewhere.
pub(super) fn check(tree: &Node, expanded: &Node, outcome: &Outcome) -> Vec<Diagnostic> {
    let sound = !outcome
        .found
        .iter()
        .any(|found| found.severity == Severity::Error);
    let bare = without_announcements(tree);
    let work = without_announcements(expanded).count();
    let mut left = MAX_PATCH_WORK;
    let mut found = editable(tree, expanded);
    for announced in announced(expanded) {
        let Some(rest) = left.checked_sub(work).filter(|_| found.len() < MAX_BROKEN) else {
            let problem = Problem::TooMuchToCheck;
            found.push(Diagnostic::error(announced.at, announced.span, problem));
            break;
        };
        left = rest;
        match announced.applied(&bare) {
            Err(nowhere) => found.extend(nowhere),
            Ok(changed) if sound => found.extend(announced.broken(&changed)),
            Ok(_) => {}
        }
    }
    found
}

/// What the values of announced changes speak of, which only the changed document tells.
pub(super) fn mentions(tree: &Node, expanded: &Node) -> Vec<Mention> {
    let bare = without_announcements(tree);
    let work = bare.count();
    let mut left = MAX_PATCH_WORK;
    let mut found = Vec::new();
    for announced in announced(expanded) {
        let Some(rest) = left.checked_sub(work) else {
            break;
        };
        left = rest;
        let Ok(changed) = announced.applied(&bare) else {
            continue;
        };
        let Ok(changed) = expand(&changed, MAPS_OF_THINGS, ALTERNATIVES, MAX_NODES) else {
            continue;
        };
        for mut mention in decode::mentions(&changed, &Symbols::of(&changed)) {
            let holds = |value: &Node| {
                value.span.start <= mention.span.start && mention.span.end <= value.span.end
            };
            let Some((path, ..)) = announced.changes.iter().find(|(.., value)| holds(value)) else {
                continue;
            };
            mention.path = announced.at.split('.').map(str::to_owned).collect();
            mention.path.push((*path).to_owned());
            found.push(mention);
        }
    }
    found
}

impl Announced<'_> {
    /// The document changed, or every path that leads nowhere.
    fn applied(&self, bare: &Node) -> Result<Node, Vec<Diagnostic>> {
        let mut changed = bare.clone();
        let mut nowhere = Vec::new();
        for (path, span, value) in &self.changes {
            // A path that is none was told of by the decoder.
            let Some(SettingPath(path)) = setting_path(path) else {
                continue;
            };
            let path: Vec<Name> = self.base.iter().cloned().chain(path).collect();
            let value = wanted(bare, &path, value);
            if let Err(no_path) = set_in_tree(&mut changed, &path, value, MAPS_OF_THINGS) {
                let problem = no_setting(bare, &path, no_path);
                nowhere.push(Diagnostic::error(self.at.clone(), *span, problem));
                if nowhere.len() >= MAX_BROKEN {
                    break;
                }
            }
        }
        if nowhere.is_empty() {
            Ok(changed)
        } else {
            Err(nowhere)
        }
    }

    /// What the changes break, if they do.
    fn broken(&self, changed: &Node) -> Option<Diagnostic> {
        let (.., after) = super::read(changed);
        let broken = after
            .found
            .into_iter()
            .find(|found| found.severity == Severity::Error)?;
        let (path, span, value) = self.changes.first()?;
        let problem = Problem::BreaksDocument {
            path: (*path).to_owned(),
            value: value.to_string().chars().take(40).collect(),
            problem: Box::new(broken.problem),
        };
        let span = if self.changes.len() == 1 {
            *span
        } else {
            self.span
        };
        Some(Diagnostic::error(self.at.clone(), span, problem))
    }
}

/// The parts a task lets its reader change must be there.
fn editable(tree: &Node, expanded: &Node) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for task in things(tree.get("tasks")) {
        let Some(editable) = task.value.get("editable") else {
            continue;
        };
        let paths = editable.as_list().unwrap_or(std::slice::from_ref(editable));
        for node in paths.iter().take(MAX_BROKEN) {
            let Some(SettingPath(path)) = node.as_text().and_then(setting_path) else {
                continue;
            };
            if let Located::Missing { depth, .. } | Located::Blocked { depth } =
                locate(expanded, &path)
            {
                let at = format!("tasks.{}.editable", task.key);
                let problem = no_setting(expanded, &path, NoPath { depth });
                found.push(Diagnostic::error(at, node.span, problem));
            }
        }
    }
    found
}

/// The document without what announces changes: those are checked against it. The story goes
/// with them, since it speaks of knobs and changes nothing.
fn without_announcements(tree: &Node) -> Node {
    let mut bare = tree.clone();
    if let NodeKind::Map(map) = &mut bare.kind {
        map.entries.retain(|entry| {
            !matches!(
                entry.key.as_str(),
                "knobs" | "variants" | "timeline" | "story" | "tasks" | "views" | "layout"
            )
        });
    }
    bare
}

fn announced(tree: &Node) -> Vec<Announced<'_>> {
    let mut all = Vec::new();
    for entry in things(tree.get("knobs")) {
        let Some((set, path)) = entry
            .value
            .get("set")
            .and_then(|set| Some((set, set.as_text()?)))
        else {
            continue;
        };
        for end in ["from", "to"] {
            let Some(value) = entry.value.get(end) else {
                continue;
            };
            let at = format!("knobs.{}.set", entry.key);
            all.push(Announced {
                at,
                span: set.span,
                base: Vec::new(),
                changes: vec![(path, set.span, value)],
            });
        }
    }
    for (place, entry) in tree
        .get("timeline")
        .and_then(Node::as_list)
        .unwrap_or_default()
        .iter()
        .enumerate()
    {
        all.extend(together(
            entry.get("set"),
            format!("timeline.{place}.set"),
            Vec::new(),
        ));
    }
    for entry in things(tree.get("variants")) {
        all.extend(together(
            Some(&entry.value),
            format!("variants.{}", entry.key),
            Vec::new(),
        ));
    }
    for service in things(tree.get("services")) {
        for version in things(service.value.get("versions")) {
            let at = format!("services.{}.versions.{}", service.key, version.key);
            let base = vec![Name::new("services"), Name::new(&service.key)];
            all.extend(together(Some(&version.value), at, base));
        }
    }
    all
}

/// The changes of one map of paths.
fn together(node: Option<&Node>, at: String, base: Vec<Name>) -> Option<Announced<'_>> {
    let node = node?;
    let changes = things(Some(node))
        .map(|entry| (entry.key.as_str(), entry.key_span, &entry.value))
        .collect();
    Some(Announced {
        at,
        span: node.span,
        base,
        changes,
    })
}

fn things(node: Option<&Node>) -> impl Iterator<Item = &Entry> {
    node.and_then(Node::as_map)
        .into_iter()
        .flat_map(|map| &map.entries)
}

impl std::fmt::Display for SettingPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&dotted(&self.0))
    }
}

impl std::str::FromStr for SettingPath {
    type Err = Problem;

    /// Reads `policies.patience.timeout`.
    fn from_str(text: &str) -> Result<Self, Problem> {
        setting_path(text).ok_or_else(|| Problem::Expected {
            found: format!("`{}`", text.chars().take(40).collect::<String>()),
            expected: super::diagnostic::Expected::Path,
        })
    }
}
