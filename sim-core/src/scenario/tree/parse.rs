//! From text to tree, through the events of `saphyr-parser`.
//!
//! Bounded on every side: text size, number of nodes, depth. The events come one at a
//! time and reading stops at the first bound, so hostile text costs no more than that.

use std::borrow::Cow;

use indexmap::IndexMap;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span as EventSpan};

use super::{Entry, Map, Node, NodeKind, Scalar, Span};
use crate::scenario::diagnostic::{Construct, Diagnostic, Problem};
use crate::scenario::limits::{
    MAX_DEPTH, MAX_DIAGNOSTICS, MAX_KEY_BYTES, MAX_NODES, MAX_TEXT_BYTES,
};

/// Reads a document. Everything wrong that does not keep the reader from going on
/// (duplicate keys, split texts) is reported together; the rest ends the reading.
pub fn parse(text: &str) -> Result<Node, Vec<Diagnostic>> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(vec![Diagnostic::error(
            "",
            Span {
                line: 1,
                column: 1,
                ..Span::default()
            },
            Problem::TextTooLong {
                bytes: text.len(),
                limit: MAX_TEXT_BYTES,
            },
        )]);
    }
    let mut reader = Reader::new(text);
    let root = reader.read();
    match root {
        Some(root) if reader.diagnostics.is_empty() => Ok(root),
        _ => Err(reader.diagnostics),
    }
}

/// A collection whose end has not come yet.
enum Open {
    List {
        span: Span,
        items: Vec<Node>,
    },
    Map {
        span: Span,
        entries: Vec<Entry>,
        /// The line of each key.
        keys: IndexMap<String, u32>,
        key: Option<(String, Span)>,
        flow: bool,
    },
}

struct Reader<'t> {
    text: &'t str,
    /// The byte of each character, for texts in which the two differ.
    bytes: Option<Vec<u32>>,
    open: Vec<Open>,
    nodes: usize,
    diagnostics: Vec<Diagnostic>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        let bytes =
            (!text.is_ascii()).then(|| text.char_indices().map(|(byte, _)| byte as u32).collect());
        Self {
            text,
            bytes,
            open: Vec::new(),
            nodes: 0,
            diagnostics: Vec::new(),
        }
    }

    /// Reads events until the document is complete or a bound is hit.
    fn read(&mut self) -> Option<Node> {
        let mut root = None;
        for event in Parser::new_from_str(self.text) {
            let (event, span) = match event {
                Ok(event) => event,
                Err(error) => {
                    let span = self.point(*error.marker());
                    self.report(
                        span,
                        Problem::Syntax {
                            info: error.info().to_owned(),
                        },
                    );
                    return None;
                }
            };
            if root.is_some() && matches!(event, Event::DocumentStart(_)) {
                let span = self.span(span);
                self.report(
                    span,
                    Problem::NotAllowed {
                        construct: Construct::SecondDocument,
                    },
                );
                return None;
            }
            if self.diagnostics.len() >= MAX_DIAGNOSTICS {
                return None;
            }
            match self.take(event, span) {
                Ok(Some(node)) => root = Some(node),
                Ok(None) => {}
                Err(()) => return None,
            }
        }
        if root.as_ref().is_none_or(Node::is_nothing) {
            self.report(
                Span {
                    line: 1,
                    column: 1,
                    ..Span::default()
                },
                Problem::Empty,
            );
            return None;
        }
        root
    }

    /// Takes one event; the root when it is complete, an error when reading must stop.
    fn take(&mut self, event: Event<'_>, at: EventSpan) -> Result<Option<Node>, ()> {
        let span = self.span(at);
        match event {
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(None),
            Event::Alias(_) => self.stop(
                span,
                Problem::NotAllowed {
                    construct: Construct::Alias,
                },
            ),
            Event::Scalar(text, style, anchor, tag) => {
                self.plain_yaml(span, anchor, tag.is_some())?;
                self.count(span)?;
                Ok(self.scalar(text, style, span))
            }
            Event::SequenceStart(anchor, tag) => {
                self.plain_yaml(span, anchor, tag.is_some())?;
                self.enter(span)?;
                self.open.push(Open::List {
                    span,
                    items: Vec::new(),
                });
                Ok(None)
            }
            Event::MappingStart(anchor, tag) => {
                self.plain_yaml(span, anchor, tag.is_some())?;
                self.enter(span)?;
                let flow = self.byte_at(span.start) == Some(b'{');
                self.open.push(Open::Map {
                    span,
                    entries: Vec::new(),
                    keys: IndexMap::new(),
                    key: None,
                    flow,
                });
                Ok(None)
            }
            Event::SequenceEnd | Event::MappingEnd => self.leave(span),
        }
    }

    fn scalar(&mut self, text: Cow<'_, str>, style: ScalarStyle, mut span: Span) -> Option<Node> {
        let plain = style == ScalarStyle::Plain;
        if plain && text.is_empty() {
            span.end = span.start;
        }
        if let Some(length) = quoted_length(self.text.get(span.range()).unwrap_or_default()) {
            // The parser's own span may reach over what follows, even a comment.
            span.end = span.start + length as u32;
        }
        let node = Node {
            span,
            kind: NodeKind::Scalar(Scalar {
                text: text.into_owned(),
                plain,
            }),
        };
        self.place(node)
    }

    /// Puts a complete node where it belongs; gives it back if it is the root.
    fn place(&mut self, node: Node) -> Option<Node> {
        let mut problem = None;
        match self.open.last_mut() {
            None => return Some(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map {
                entries,
                keys,
                key,
                flow,
                ..
            }) => match key.take() {
                None => match node.kind {
                    NodeKind::Scalar(scalar) => {
                        if scalar.text.len() > MAX_KEY_BYTES {
                            problem = Some((
                                node.span,
                                Problem::KeyTooLong {
                                    limit: MAX_KEY_BYTES,
                                },
                            ));
                        }
                        *key = Some((scalar.text, node.span));
                    }
                    NodeKind::List(_) | NodeKind::Map(_) => {
                        // A key that is no text: reading goes on with a name nobody has.
                        problem = Some((
                            node.span,
                            Problem::NotAllowed {
                                construct: Construct::ComplexKey,
                            },
                        ));
                        *key = Some((String::from("?"), node.span));
                    }
                },
                Some((name, key_span)) => {
                    let mut node = node;
                    if let Some(colon) =
                        colon_after(self.text, key_span).filter(|_| node.is_nothing())
                    {
                        // Nothing stands where something could be written.
                        node.span = colon;
                    }
                    let first_line = keys.get(&name).copied();
                    if *flow && node.is_nothing() && colon_after(self.text, key_span).is_none() {
                        problem = Some((key_span, Problem::SplitByComma { text: name }));
                    } else if let Some(first_line) = first_line {
                        problem = Some((
                            key_span,
                            Problem::DuplicateKey {
                                key: name,
                                first_line,
                            },
                        ));
                    } else {
                        keys.insert(name.clone(), key_span.line);
                        entries.push(Entry {
                            key: name,
                            key_span,
                            value: node,
                        });
                    }
                }
            },
        }
        if let Some((span, problem)) = problem {
            self.report(span, problem);
        }
        None
    }

    /// Opens a collection, within the bounds.
    fn enter(&mut self, span: Span) -> Result<(), ()> {
        self.count(span)?;
        if self.open.len() >= MAX_DEPTH {
            return self
                .stop(span, Problem::TooDeep { limit: MAX_DEPTH })
                .map(|_| ());
        }
        Ok(())
    }

    /// Closes the innermost collection.
    fn leave(&mut self, end: Span) -> Result<Option<Node>, ()> {
        let node = match self.open.pop() {
            None => return Err(()),
            Some(Open::List { span, items }) => {
                let last = items.last().map(|item| item.span.end);
                Node {
                    span: self.close(span, end, last),
                    kind: NodeKind::List(items),
                }
            }
            Some(Open::Map { span, entries, .. }) => {
                let last = entries
                    .last()
                    .map(|entry| entry.value.span.end.max(entry.key_span.end));
                Node {
                    span: self.close(span, end, last),
                    kind: NodeKind::Map(Map { entries }),
                }
            }
        };
        Ok(self.place(node))
    }

    /// The span of a collection: to its bracket, or to the end of its last child (the
    /// event for the end of a block stands wherever the next token is).
    fn close(&self, start: Span, end: Span, last: Option<u32>) -> Span {
        let flow = matches!(self.byte_at(start.start), Some(b'{' | b'['));
        let end = if flow && matches!(self.byte_at(end.start), Some(b'}' | b']')) {
            end.start + 1
        } else {
            last.unwrap_or(start.start)
        };
        Span {
            end: end.max(start.start),
            ..start
        }
    }

    fn count(&mut self, span: Span) -> Result<(), ()> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return self
                .stop(span, Problem::TooManyNodes { limit: MAX_NODES })
                .map(|_| ());
        }
        Ok(())
    }

    fn plain_yaml(&mut self, span: Span, anchor: usize, tagged: bool) -> Result<(), ()> {
        if anchor != 0 {
            return self
                .stop(
                    span,
                    Problem::NotAllowed {
                        construct: Construct::Anchor,
                    },
                )
                .map(|_| ());
        }
        if tagged {
            return self
                .stop(
                    span,
                    Problem::NotAllowed {
                        construct: Construct::Tag,
                    },
                )
                .map(|_| ());
        }
        Ok(())
    }

    fn stop(&mut self, span: Span, problem: Problem) -> Result<Option<Node>, ()> {
        self.report(span, problem);
        Err(())
    }

    fn report(&mut self, span: Span, problem: Problem) {
        let path = self.path();
        self.diagnostics
            .push(Diagnostic::error(path, span, problem));
    }

    /// The path of what is being read.
    fn path(&self) -> String {
        let mut path = String::new();
        for open in &self.open {
            let segment = match open {
                Open::List { items, .. } => items.len().to_string(),
                Open::Map {
                    key: Some((key, _)),
                    ..
                } => key.chars().take(MAX_KEY_BYTES).collect(),
                Open::Map { key: None, .. } => continue,
            };
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&segment);
        }
        path
    }

    fn byte_at(&self, at: u32) -> Option<u8> {
        self.text.as_bytes().get(at as usize).copied()
    }

    fn byte(&self, character: usize) -> u32 {
        match &self.bytes {
            Some(bytes) => bytes
                .get(character)
                .copied()
                .unwrap_or(self.text.len() as u32),
            None => character.min(self.text.len()) as u32,
        }
    }

    fn point(&self, marker: Marker) -> Span {
        let start = self.byte(marker.index());
        Span {
            start,
            end: start,
            line: marker.line().max(1) as u32,
            column: marker.col() as u32 + 1,
        }
    }

    fn span(&self, span: EventSpan) -> Span {
        Span {
            end: self.byte(span.end.index()),
            ..self.point(span.start)
        }
    }
}

/// How long the quoted text is that `text` begins with, if it begins with one.
fn quoted_length(text: &str) -> Option<usize> {
    let mut bytes = text.bytes().enumerate().peekable();
    let (_, quote) = bytes
        .next()
        .filter(|(_, first)| matches!(first, b'"' | b'\''))?;
    while let Some((at, byte)) = bytes.next() {
        if byte == b'\\' && quote == b'"' {
            bytes.next();
        } else if byte == quote {
            let doubled = quote == b'\'' && bytes.peek().is_some_and(|(_, next)| *next == quote);
            if !doubled {
                return Some(at + 1);
            }
            bytes.next();
        }
    }
    None
}

/// The place behind the `:` that follows the key at `key` on its line; where there is
/// none, the key is no key on purpose.
fn colon_after(text: &str, key: Span) -> Option<Span> {
    let rest = text.get(key.end as usize..)?;
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    rest[blanks..].starts_with(':').then_some(())?;
    let start = key.end + blanks as u32 + 1;
    let columns = text
        .get(key.start as usize..start as usize)?
        .chars()
        .count();
    Some(Span {
        start,
        end: start,
        line: key.line,
        column: key.column + columns as u32,
    })
}
