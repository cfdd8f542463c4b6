//! Editing: changes to a document that are more than a value at a path.
//!
//! A text, the settings changed beside it and an [`Edit`] flow in; both flow out, edited, or
//! every reason why not. The text is changed at as few places as will do, so comments and
//! layout survive. Whatever an edit does to the text is done to its tree as well, and what the
//! text then reads back as is compared with that tree: an edit that would say something else
//! than was asked for is refused, and so is one that leaves a document that does not hold
//! together.
#![expect(
    clippy::unnecessary_box_returns,
    reason = "a reason is large and travels through many results; it is boxed where it is made"
)]

mod connecting;
mod format;
mod manuscript;
mod naming;
mod removing;
mod settings;
mod things;

use serde::{Deserialize, Serialize};

use super::decode::setting_path;
use super::diagnostic::{Diagnostic, Diagnostics, Expected, Problem};
use super::document::{Name, SettingPath};
use super::tree::{self, Located, Node, NodeKind, Span, locate};
use super::{Scenario, patches};
use manuscript::Manuscript;

/// A change of a document. Things are meant by their path (`services.bank`) or, where that is
/// clear, by the name that others use for them (`bank`, `bank.charge`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Edit {
    /// Something happens in the run: an entry of the timeline, as YAML or JSON
    /// (`{at: 5s, fault: {crash: bank}}`).
    AddEntry(String),
    /// A setting has another value from a moment on: an entry of the timeline, or another
    /// value in the one that sets it at that very moment.
    SetFrom {
        /// The moment, as a duration (`5s`).
        at: String,
        /// The path of the setting.
        path: String,
        /// The value, as YAML or JSON.
        value: String,
    },
    /// A setting has another value.
    Set {
        /// Its path.
        path: String,
        /// The value, as YAML or JSON; a plain `none` takes the setting away.
        value: String,
    },
    /// A thing is taken away, and whatever cannot be without it.
    Remove {
        /// Its path.
        path: String,
    },
    /// A thing gets another name, wherever it is spoken of.
    Rename {
        /// Its path.
        from: String,
        /// Its new name, without what it belongs to.
        to: String,
    },
    /// There is one more service, with one endpoint.
    AddService {
        /// Its name.
        name: String,
    },
    /// One talks to the other: a call, a message, or a subscription.
    Connect {
        /// A client, a service or a queue.
        from: String,
        /// A service, an endpoint or a queue.
        to: String,
    },
    /// A node stands where somebody has put it.
    Place {
        /// The name of the node.
        node: String,
        /// The middle of its box, in pixels of the flow view.
        at: [i32; 2],
    },
    /// All nodes stand where the layout puts them.
    PlaceAll,
    /// The settings changed beside the text are written into it.
    WriteChanges,
    /// The text is laid out as documents usually are; it says the same.
    Format,
}

/// A document that was edited.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Edited {
    /// Its text.
    pub text: String,
    /// The settings changed beside it: those that are still there, by the names they have now.
    pub changes: Vec<(String, String)>,
}

/// Edits `text`, beside which the settings in `changes` are changed.
///
/// # Errors
/// Why it cannot be done, or what would be wrong with the document afterwards.
pub fn edit(text: &str, changes: &[(String, String)], edit: &Edit) -> Result<Edited, Diagnostics> {
    let tree = tree::parse(text).map_err(Diagnostics::new)?;
    let mut manuscript = Manuscript::new(text, tree);
    let mut changes = changes.to_vec();
    apply(&mut manuscript, &mut changes, edit).map_err(|found| Diagnostics::new(vec![*found]))?;
    let text = manuscript.into_text();
    // A document may be formatted before it holds together.
    if *edit != Edit::Format {
        Scenario::parse(&text)?;
    }
    Ok(Edited { text, changes })
}

fn apply(
    manuscript: &mut Manuscript,
    changes: &mut Vec<(String, String)>,
    edit: &Edit,
) -> Result<(), Box<Diagnostic>> {
    match edit {
        Edit::AddEntry(entry) => {
            let entry = tree::parse(entry).map_err(first)?;
            manuscript.append(&[Name::new("timeline")], entry)
        }
        Edit::SetFrom { at, path, value } => set_from(manuscript, at, path, value),
        Edit::Set { path, value } => {
            let path = setting(path)?;
            manuscript.patch(&path, &written(value))
        }
        Edit::Remove { path } => removing::remove(manuscript, changes, path),
        Edit::Place { node, at } => {
            let place = at.map(|part| Node::scalar(part.to_string())).to_vec();
            let path = [Name::new("layout"), Name::new(node)];
            manuscript.set(&path, Some(&Node::new(NodeKind::List(place))))
        }
        Edit::PlaceAll => manuscript.set(&[Name::new("layout")], None),
        Edit::Rename { from, to } => naming::rename(manuscript, changes, from, to),
        Edit::AddService { name } => connecting::add_service(manuscript, name),
        Edit::Connect { from, to } => connecting::connect(manuscript, changes, from, to),
        Edit::WriteChanges => {
            for (path, value) in std::mem::take(changes) {
                manuscript.patch(&setting(&path)?, &written(&value))?;
            }
            Ok(())
        }
        Edit::Format => format::format(manuscript),
    }
}

/// Has a setting another value from a moment on.
fn set_from(
    manuscript: &mut Manuscript,
    at: &str,
    path: &str,
    value: &str,
) -> Result<(), Box<Diagnostic>> {
    let value = written(value);
    setting(path)?;
    let at = Node::scalar(at);
    let timeline = [Name::new("timeline")];
    let Located::Found(entries) = locate(manuscript.tree(), &timeline) else {
        return manuscript.append(&timeline, setting_entry(at, path, value));
    };
    let same_moment = |entry: &Node| {
        let set = entry.get("set").and_then(|set| set.get(path)).is_some();
        set && entry.get("at") == Some(&at) && entry.get("for").is_none()
    };
    let place = entries
        .as_list()
        .unwrap_or_default()
        .iter()
        .position(same_moment);
    let Some(place) = place else {
        return manuscript.append(&timeline, setting_entry(at, path, value));
    };
    let path = ["timeline", &place.to_string(), "set", path].map(Name::new);
    manuscript.set(&path, Some(&value))
}

fn setting_entry(at: Node, path: &str, value: Node) -> Node {
    map([("at", at), ("set", map([(path, value)]))])
}

/// A map that stands in no text.
fn map<'k>(entries: impl IntoIterator<Item = (&'k str, Node)>) -> Node {
    let entries = entries.into_iter().map(|(key, value)| tree::Entry {
        key: key.to_owned(),
        key_span: Span::default(),
        value,
    });
    Node::new(NodeKind::Map(tree::Map {
        entries: entries.collect(),
    }))
}

/// A value as somebody wrote it: YAML or JSON, or any text that is neither.
fn written(value: &str) -> Node {
    tree::parse(value).unwrap_or_else(|_| Node::scalar(value))
}

fn setting(path: &str) -> Result<SettingPath, Box<Diagnostic>> {
    setting_path(path).ok_or_else(|| {
        let problem = Problem::Expected {
            found: format!("`{}`", path.chars().take(40).collect::<String>()),
            expected: Expected::Path,
        };
        refused(path, problem)
    })
}

/// Why an edit is refused; it is about no place of the text.
fn refused(path: &str, problem: Problem) -> Box<Diagnostic> {
    let start = Span {
        line: 1,
        column: 1,
        ..Span::default()
    };
    Box::new(Diagnostic::error(path, start, problem))
}

fn cannot(path: &str) -> Box<Diagnostic> {
    let path = path.to_owned();
    refused("", Problem::CannotEdit { path })
}

fn first(found: Vec<Diagnostic>) -> Box<Diagnostic> {
    let first = found.into_iter().next();
    Box::new(first.unwrap_or_else(|| Diagnostic::error("", Span::default(), Problem::Empty)))
}

#[cfg(test)]
mod tests;
