//! From tree back to text: on one line, which is what patches put into a document, and in
//! blocks as people write them.

use std::fmt::{self, Write};

use super::{Entry, Map, Node, NodeKind, Scalar};

/// The longest line that is written when several things could stand on it, in characters.
const WIDTH: usize = 92;

/// The language a tree is written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Style {
    /// YAML, with as few quotes as will do.
    Yaml,
    /// JSON: all keys and all texts in quotes.
    Json,
}

impl Style {
    /// What the document `root` was read from is written in: JSON if it looks like it, so that
    /// other readers of JSON go on reading it.
    pub(crate) fn of(text: &str, root: &Node) -> Self {
        let first = root.as_map().and_then(|map| map.entries.first());
        let quoted = first
            .is_some_and(|entry| text.as_bytes().get(entry.key_span.start as usize) == Some(&b'"'));
        if quoted && text.as_bytes().get(root.span.start as usize) == Some(&b'{') {
            Self::Json
        } else {
            Self::Yaml
        }
    }

    fn scalar(self, scalar: &Scalar) -> String {
        match self {
            Self::Yaml => scalar_text(scalar),
            Self::Json if scalar.plain && stands_in_json(&scalar.text) => scalar.text.clone(),
            Self::Json => quoted(&scalar.text),
        }
    }

    pub(crate) fn key(self, key: &str) -> String {
        self.scalar(&Scalar {
            text: key.to_owned(),
            // A number is no key in JSON.
            plain: self == Self::Yaml && !key.is_empty(),
        })
    }
}

impl Node {
    /// The node in flow style on one line; it parses back to an equal node.
    pub(crate) fn on_one_line(&self, style: Style) -> String {
        match &self.kind {
            NodeKind::Scalar(scalar) => style.scalar(scalar),
            NodeKind::List(list) => {
                let items: Vec<_> = list.iter().map(|item| item.on_one_line(style)).collect();
                format!("[{}]", items.join(", "))
            }
            NodeKind::Map(map) => format!("{{{}}}", map.entries_on_one_line(style)),
        }
    }

    /// The node as the value behind a key or a dash at `indent`: on the same line if it is
    /// short, else as a block below, each line of which begins with a line break.
    pub(crate) fn in_blocks(&self, indent: usize, before: usize) -> String {
        let flow = self.on_one_line(Style::Yaml);
        let fits = before + flow.chars().count() <= WIDTH;
        let inside = " ".repeat(indent);
        match &self.kind {
            NodeKind::Map(map) if !fits && !map.entries.is_empty() => {
                let mut text = String::new();
                for entry in &map.entries {
                    let _ = write!(text, "\n{inside}{}", entry.in_blocks(indent));
                }
                text
            }
            NodeKind::List(list) if !fits && !list.is_empty() => {
                let mut text = String::new();
                for item in list {
                    let _ = write!(text, "\n{inside}- {}", item.behind_a_dash(indent));
                }
                text
            }
            _ => format!(" {flow}"),
        }
    }

    /// The node as an item of a list whose dashes stand at `indent`.
    pub(crate) fn behind_a_dash(&self, indent: usize) -> String {
        let inner = indent + 2;
        self.in_blocks(inner, inner).trim_start().to_owned()
    }
}

impl Entry {
    /// The entry as it stands in a block map at `indent`.
    pub(crate) fn in_blocks(&self, indent: usize) -> String {
        let key = Style::Yaml.key(&self.key);
        let before = indent + key.chars().count() + 2;
        format!("{key}:{}", self.value.in_blocks(indent + 2, before))
    }
}

impl Map {
    /// The entries without the braces around them.
    pub(crate) fn entries_on_one_line(&self, style: Style) -> String {
        let entries: Vec<_> = self
            .entries
            .iter()
            .map(|entry| {
                let value = entry.value.on_one_line(style);
                format!("{}: {value}", style.key(&entry.key))
            })
            .collect();
        entries.join(", ")
    }
}

impl fmt::Display for Node {
    /// Prints the node in flow style on one line; it parses back to an equal node.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.on_one_line(Style::Yaml))
    }
}

/// Whether a plain scalar is one in JSON too.
fn stands_in_json(text: &str) -> bool {
    matches!(text, "true" | "false" | "null")
        || serde_json::from_str::<serde_json::Number>(text).is_ok()
}

/// A scalar as it can stand anywhere: plain if it was and may be, else in double quotes.
fn scalar_text(scalar: &Scalar) -> String {
    if scalar.plain && (scalar.text.is_empty() || may_stand_plain(&scalar.text)) {
        return scalar.text.clone();
    }
    quoted(&scalar.text)
}

/// A text in double quotes.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            // Also what is a line break or invisible to some reader of YAML.
            c if c.is_control() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                let _ = write!(quoted, "\\u{:04x}", c as u32);
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Whether `text` reads back as itself without quotes, in block and in flow style.
/// Stricter than YAML asks for: quotes too many do no harm.
fn may_stand_plain(text: &str) -> bool {
    let starts_well = text
        .chars()
        .next()
        .is_some_and(|c| c.is_alphanumeric() || matches!(c, '/' | '=' | '_' | '.' | '+'))
        || (text.starts_with('-') && text[1..].starts_with(|c: char| c.is_ascii_digit()));
    starts_well
        && !text.ends_with(' ')
        && !text.contains(": ")
        && !text.ends_with(':')
        && !text.contains(" #")
        && text.chars().all(|c| {
            c.is_alphanumeric()
                || matches!(
                    c,
                    ' ' | '-'
                        | '_'
                        | '.'
                        | '/'
                        | ':'
                        | '%'
                        | '*'
                        | '+'
                        | '='
                        | '<'
                        | '>'
                        | '('
                        | ')'
                        | '@'
                        | '#'
                        | ';'
                        | '?'
                )
        })
}
