//! Renaming: the thing, and wherever the document or a changed setting speaks of it.

use std::ops::Range;

use super::manuscript::{Manuscript, dotted};
use super::things::{PARTICIPANTS, Thing, mentions};
use super::tree::{self, Located, Node, NodeKind, Span, Style, locate};
use super::{Diagnostic, Name, Problem, cannot, refused};
use crate::scenario::diagnostic::Expected;
use crate::scenario::units;

/// A stretch of the text and what stands there instead.
type Splice = (Range<usize>, String);

/// Gives the thing at `from` the name `to`.
pub(super) fn rename(
    manuscript: &mut Manuscript,
    changes: &mut [(String, String)],
    from: &str,
    to: &str,
) -> Result<(), Box<Diagnostic>> {
    let thing = Thing::find(manuscript.tree(), from)?;
    if !thing.is_named() {
        return Err(cannot(&dotted(&thing.path)));
    }
    let (own, owner) = thing.path.split_last().ok_or_else(|| cannot(from))?;
    if own.as_str() == to {
        return Ok(());
    }
    free_name(manuscript.tree(), owner, to)?;
    let key = key_of(manuscript.tree(), owner, own.as_str()).ok_or_else(|| cannot(from))?;

    let mut words = vec![Word {
        span: key,
        said: own.as_str().to_owned(),
        range: 0..own.as_str().len(),
        to: to.to_owned(),
    }];
    for mention in mentions(manuscript.tree()) {
        if let Some(range) = thing.name_in(&mention) {
            words.push(Word {
                span: mention.span,
                said: mention.text,
                range,
                to: to.to_owned(),
            });
        }
    }
    respell(manuscript, words, &thing.path)?;
    for (path, _) in changes {
        rename_in_path(path, &thing.path, to);
    }
    Ok(())
}

/// A word of a scalar, and another one in its place.
pub(super) struct Word {
    /// The scalar.
    pub(super) span: Span,
    /// What it says.
    pub(super) said: String,
    /// Where in that the word is.
    pub(super) range: Range<usize>,
    /// What is to stand there.
    pub(super) to: String,
}

/// Has other words in the place of some; `path` is what that is about.
pub(super) fn respell(
    manuscript: &mut Manuscript,
    mut words: Vec<Word>,
    path: &[Name],
) -> Result<(), Box<Diagnostic>> {
    let style = Style::of(manuscript.text(), manuscript.tree());
    // What a `default` says is mentioned once for each thing that starts from it.
    words.sort_by_key(|word| (word.span.start, word.range.start));
    words.dedup_by_key(|word| (word.span.start, word.range.start));
    let splices: Vec<_> = words
        .into_iter()
        .map(|word| splice(manuscript.text(), word, style))
        .collect();
    let wanted = renamed(manuscript.tree(), &splices, manuscript.text());
    let text = spliced(manuscript.text(), &splices);
    let wanted = wanted.ok_or_else(|| cannot(&dotted(path)))?;
    manuscript.settle([text], &wanted, path)
}

/// Whether something may be called `name` in the map at `owner`.
pub(super) fn free_name(root: &Node, owner: &[Name], name: &str) -> Result<(), Box<Diagnostic>> {
    if !units::is_name(name) {
        let found = format!("`{}`", name.chars().take(40).collect::<String>());
        let expected = Expected::Name;
        return Err(refused("", Problem::Expected { found, expected }));
    }
    if matches!(name, "default" | "else" | "none") {
        let found = name.to_owned();
        return Err(refused("", Problem::ReservedName { found }));
    }
    let here = match locate(root, owner) {
        Located::Found(things) => things.get(name).is_some(),
        Located::Missing { .. } | Located::Blocked { .. } => false,
    };
    let is_participant = matches!(owner, [section] if PARTICIPANTS.contains(&section.as_str()));
    let taken = is_participant
        && PARTICIPANTS.into_iter().any(|section| {
            root.get(section)
                .and_then(|things| things.get(name))
                .is_some()
        });
    if here || taken {
        let name = name.to_owned();
        return Err(refused("", Problem::AlreadyThere { name }));
    }
    Ok(())
}

fn key_of(root: &Node, owner: &[Name], name: &str) -> Option<Span> {
    let Located::Found(things) = locate(root, owner) else {
        return None;
    };
    let mut entries = things.as_map()?.entries.iter();
    entries
        .find(|entry| entry.key == name)
        .map(|entry| entry.key_span)
}

/// Where a word stands in the text, and what stands there instead.
fn splice(text: &str, word: Word, style: Style) -> Splice {
    let Word {
        span,
        said,
        range,
        to,
    } = word;
    let raw = text.get(span.range()).unwrap_or_default();
    // Written as it is said, but for quotes.
    if let Some(at) = raw.find(&said) {
        let start = span.start as usize + at;
        return (start + range.start..start + range.end, to);
    }
    let said = format!("{}{to}{}", &said[..range.start], &said[range.end..]);
    (span.range(), Node::scalar(said).on_one_line(style))
}

fn spliced(text: &str, splices: &[Splice]) -> String {
    let mut edited = String::with_capacity(text.len());
    let mut done = 0;
    for (range, with) in splices {
        if range.start < done {
            continue;
        }
        edited.push_str(&text[done..range.start]);
        edited.push_str(with);
        done = range.end;
    }
    edited.push_str(&text[done..]);
    edited
}

/// The tree with what the splices change said differently; nothing if one of them is in no
/// scalar.
fn renamed(root: &Node, splices: &[Splice], text: &str) -> Option<Node> {
    let mut wanted = root.clone();
    let mut left: Vec<&Splice> = splices.iter().collect();
    say_anew(&mut wanted, &mut left, text);
    left.is_empty().then_some(wanted)
}

fn say_anew(node: &mut Node, left: &mut Vec<&Splice>, text: &str) {
    let span = node.span;
    match &mut node.kind {
        NodeKind::Scalar(scalar) => scalar_anew(&mut scalar.text, span, left, text),
        NodeKind::List(items) => items.iter_mut().for_each(|item| say_anew(item, left, text)),
        NodeKind::Map(map) => {
            for entry in &mut map.entries {
                scalar_anew(&mut entry.key, entry.key_span, left, text);
                say_anew(&mut entry.value, left, text);
            }
        }
    }
}

/// What a scalar says after the splices within it, as read from the text it then has.
fn scalar_anew(said: &mut String, span: Span, left: &mut Vec<&Splice>, text: &str) {
    let span = span.range();
    let within = |splice: &Splice| span.start <= splice.0.start && splice.0.end <= span.end;
    let here: Vec<Splice> = left
        .iter()
        .filter(|splice| within(splice))
        .map(|splice| (*splice).clone())
        .collect();
    if here.is_empty() {
        return;
    }
    left.retain(|splice| !within(splice));
    let moved: Vec<Splice> = here
        .into_iter()
        .map(|(range, with)| (range.start - span.start..range.end - span.start, with))
        .collect();
    let raw = spliced(&text[span], &moved);
    if let Ok(read) = tree::parse(&raw)
        && let Some(read) = read.as_text()
    {
        read.clone_into(said);
    }
}

/// Has `to` as the last segment of `thing` in the path of a setting that is in it.
fn rename_in_path(path: &mut String, thing: &[Name], to: &str) {
    let mut segments: Vec<&str> = path.split('.').collect();
    let place = thing.len() - 1;
    let begins = segments.iter().take(thing.len()).copied();
    if segments.len() > place && begins.eq(thing.iter().map(Name::as_str)) {
        segments[place] = to;
        *path = segments.join(".");
    }
}
