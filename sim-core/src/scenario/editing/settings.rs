//! Settings by path: what becomes of the paths that lead into a list when it changes.
//!
//! Knobs, the timeline's `set`, versions, variants and the settings changed beside the text
//! lead to steps by their place. A step more or less moves those behind it.

use super::manuscript::Manuscript;
use super::naming::{Word, respell};
use super::things::mentions;
use super::{Diagnostic, Name};
use crate::scenario::decode::{Mention, Mentioned};

/// What became of a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Moved {
    /// A single step that stood for a list of one is its first item now.
    Listed,
    /// There is one more item at this place.
    Added(usize),
    /// There is one item less at this place.
    Removed(usize),
}

/// Has every path into the list at `list` lead to what it led to before.
pub(super) fn follow(
    manuscript: &mut Manuscript,
    changes: &mut [(String, String)],
    list: &[Name],
    moved: Moved,
) -> Result<(), Box<Diagnostic>> {
    let mut words = Vec::new();
    for mention in mentions(manuscript.tree()) {
        let Mentioned::Setting { base } = &mention.of else {
            continue;
        };
        let said = said(&mention);
        let whole: Vec<_> = base
            .iter()
            .map(String::as_str)
            .chain(said.split('.'))
            .collect();
        let Some(there) = after(&whole, list, moved) else {
            continue;
        };
        words.push(Word {
            to: there[base.len()..].join("."),
            span: mention.span,
            said: mention.text,
            range: mention.range,
        });
    }
    if !words.is_empty() {
        respell(manuscript, words, list)?;
    }
    for (path, _) in changes {
        let whole: Vec<_> = path.split('.').collect();
        if let Some(there) = after(&whole, list, moved) {
            *path = there.join(".");
        }
    }
    Ok(())
}

/// What a mention says.
pub(super) fn said(mention: &Mention) -> &str {
    &mention.text[mention.range.clone()]
}

/// The path that leads to the same thing afterwards; nothing if that is this one.
fn after(path: &[&str], list: &[Name], moved: Moved) -> Option<Vec<String>> {
    let inside = path.get(..list.len())?.iter().copied();
    if !inside.eq(list.iter().map(Name::as_str)) {
        return None;
    }
    let next = *path.get(list.len())?;
    let place = next.parse::<usize>().ok();
    let mut there: Vec<_> = path.iter().map(|segment| (*segment).to_owned()).collect();
    match (moved, place) {
        (Moved::Listed, None) => there.insert(list.len(), "0".to_owned()),
        (Moved::Added(at), Some(place)) if place >= at => {
            there[list.len()] = (place + 1).to_string();
        }
        (Moved::Removed(at), Some(place)) if place > at => {
            there[list.len()] = (place - 1).to_string();
        }
        _ => return None,
    }
    Some(there)
}
