//! From tree back to text, on one line: what patches put into a document.

use std::fmt::{self, Write};

use super::{Map, Node, NodeKind, Scalar};

impl fmt::Display for Node {
    /// Prints the node in flow style on one line; it parses back to an equal node.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            NodeKind::Scalar(scalar) => f.write_str(&scalar_text(scalar)),
            NodeKind::List(list) => {
                f.write_char('[')?;
                for (place, item) in list.iter().enumerate() {
                    write!(f, "{}{item}", if place == 0 { "" } else { ", " })?;
                }
                f.write_char(']')
            }
            NodeKind::Map(map) => map.fmt(f),
        }
    }
}

impl fmt::Display for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('{')?;
        for (place, entry) in self.entries.iter().enumerate() {
            let key = scalar_text(&Scalar {
                text: entry.key.clone(),
                plain: !entry.key.is_empty(),
            });
            write!(
                f,
                "{}{key}: {}",
                if place == 0 { "" } else { ", " },
                entry.value
            )?;
        }
        f.write_char('}')
    }
}

/// A scalar as it can stand anywhere: plain if it was and may be, else in double quotes.
fn scalar_text(scalar: &Scalar) -> String {
    if scalar.plain && (scalar.text.is_empty() || may_stand_plain(&scalar.text)) {
        return scalar.text.clone();
    }
    let mut quoted = String::with_capacity(scalar.text.len() + 2);
    quoted.push('"');
    for character in scalar.text.chars() {
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
