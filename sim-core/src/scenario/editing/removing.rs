//! Removing: the thing, and whatever cannot be without it: the steps that call it, what
//! happens to it, the links, knobs and properties that are about it.

use super::manuscript::{Manuscript, dotted};
use super::settings::{Moved, follow, said};
use super::things::{Thing, mentions};
use super::tree::{Located, Node, NodeKind, locate};
use super::{Diagnostic, Name, Problem, cannot, refused};
use crate::scenario::decode::{Mention, Mentioned};
use crate::scenario::grammar::MAPS_OF_THINGS;
use crate::scenario::tree::is_map_of_things;

/// Fields that name a thing and may be left out.
const MAY_BE_LEFT_OUT: [&str; 5] = ["with", "show", "is", "publishes-to", "holds"];
/// The most mentions that are taken away with a thing.
const MOST_MENTIONS: usize = 500;

/// Takes what is at `path` away.
pub(super) fn remove(
    manuscript: &mut Manuscript,
    changes: &mut Vec<(String, String)>,
    path: &str,
) -> Result<(), Box<Diagnostic>> {
    let thing = Thing::find(manuscript.tree(), path)?;
    let mut left = MOST_MENTIONS;
    with_mentions(manuscript, changes, &thing, &mut left)?;
    changes.retain(|(setting, _)| {
        let segments: Vec<_> = setting.split('.').map(Name::new).collect();
        matches!(locate(manuscript.tree(), &segments), Located::Found(_))
    });
    Ok(())
}

/// Takes a thing away, and first whatever speaks of it.
fn with_mentions(
    manuscript: &mut Manuscript,
    changes: &mut [(String, String)],
    thing: &Thing,
    left: &mut usize,
) -> Result<(), Box<Diagnostic>> {
    while let Some(mention) = mention_of(manuscript.tree(), thing) {
        *left = left
            .checked_sub(1)
            .ok_or_else(|| refused(&dotted(&thing.path), Problem::TooMuchToCheck))?;
        forget(manuscript, changes, &mention, left)?;
    }
    take_away(manuscript, changes, &thing.path)
}

/// Takes one thing away; the section or list that it was the last of goes with it.
fn take_away(
    manuscript: &mut Manuscript,
    changes: &mut [(String, String)],
    path: &[Name],
) -> Result<(), Box<Diagnostic>> {
    let Some((last, section)) = path.split_last() else {
        return Err(cannot(&dotted(path)));
    };
    let place = match locate(manuscript.tree(), section) {
        Located::Found(parent) if parent.as_list().is_some() => last.as_str().parse().ok(),
        _ => None,
    };
    let alone =
        matches!(locate(manuscript.tree(), section), Located::Found(parent) if count(parent) == 1);
    let whole =
        section.len() == 1 && alone && !matches!(section[0].as_str(), "clients" | "services");
    manuscript.set(if whole { section } else { path }, None)?;
    match place {
        Some(place) if !whole => follow(manuscript, changes, section, Moved::Removed(place)),
        _ => Ok(()),
    }
}

fn count(node: &Node) -> usize {
    match &node.kind {
        NodeKind::Scalar(_) => 1,
        NodeKind::List(items) => items.len(),
        NodeKind::Map(map) => map.entries.len(),
    }
}

/// A place outside of the thing that speaks of it. The last one is taken first, so that what
/// comes before it keeps its place.
fn mention_of(root: &Node, thing: &Thing) -> Option<Mention> {
    let mut mentions = mentions(root);
    mentions.retain(|mention| {
        !thing.holds(&mention.path) && (thing.is_meant(mention) || leads_into(root, mention, thing))
    });
    mentions
        .into_iter()
        .max_by_key(|mention| mention.span.start)
}

/// Whether a mention is the path of a setting within the thing, by whatever places and labels.
fn leads_into(root: &Node, mention: &Mention, thing: &Thing) -> bool {
    let Mentioned::Setting { base } = &mention.of else {
        return false;
    };
    let Located::Found(whole) = locate(root, &thing.path) else {
        return false;
    };
    let path = base
        .iter()
        .map(String::as_str)
        .chain(said(mention).split('.'));
    let path: Vec<_> = path.map(Name::new).collect();
    (thing.path.len()..=path.len()).any(|length| match locate(root, &path[..length]) {
        Located::Found(node) => std::ptr::eq(node, whole),
        Located::Missing { .. } | Located::Blocked { .. } => false,
    })
}

/// Takes away what speaks of a thing: as little as can be without it.
fn forget(
    manuscript: &mut Manuscript,
    changes: &mut [(String, String)],
    mention: &Mention,
    left: &mut usize,
) -> Result<(), Box<Diagnostic>> {
    let path: Vec<Name> = mention
        .path
        .iter()
        .map(|segment| Name::new(segment))
        .collect();
    let Some(unit) = unit(manuscript.tree(), mention, &path) else {
        return Err(cannot(&dotted(&path)));
    };
    let alone_in_do = unit.last().is_some_and(|last| last.as_str() == "do");
    if alone_in_do {
        // A step that stands for a list of one: nothing is done then.
        let steps = Thing::at(manuscript.tree(), unit);
        while let Some(mention) = mention_of(manuscript.tree(), &steps) {
            *left = left.checked_sub(1).ok_or_else(|| cannot(&dotted(unit)))?;
            forget(manuscript, changes, &mention, left)?;
        }
        return manuscript.set(unit, Some(&Node::new(NodeKind::List(Vec::new()))));
    }
    // What goes with it may be spoken of as well: a link that loses messages, a step that a
    // knob turns.
    let gone = Thing::at(manuscript.tree(), unit);
    with_mentions(manuscript, changes, &gone, left)
}

/// The smallest part of the document that holds the mention and can be taken away.
fn unit<'p>(root: &Node, mention: &Mention, path: &'p [Name]) -> Option<&'p [Name]> {
    // A setting changed by path stands beside others: `set: {a: 1, b: 2}`.
    if matches!(mention.of, Mentioned::Setting { .. })
        && let Some(set) = path.iter().position(|segment| segment.as_str() == "set")
        && path
            .first()
            .is_some_and(|section| section.as_str() == "timeline")
    {
        let several =
            matches!(locate(root, &path[..=set]), Located::Found(node) if count(node) > 1);
        // A path in a key has dots, and is one segment of the way to it.
        return if several { Some(path) } else { path.get(..2) };
    }
    (1..=path.len())
        .rev()
        .map(|length| &path[..length])
        .find(|unit| {
            let (Some(last), parent) = (unit.last(), &unit[..unit.len() - 1]) else {
                return false;
            };
            let inside = match locate(root, parent) {
                Located::Found(node) => node,
                Located::Missing { .. } | Located::Blocked { .. } => return false,
            };
            let is_item = inside.as_list().is_some();
            // The sides of a partition are lists too, but one side alone is none.
            let is_side = parent.iter().any(|segment| segment.as_str() == "partition");
            let is_entry = inside.as_map().is_some() && is_map_of_things(parent, MAPS_OF_THINGS);
            let is_key_of_its_own = inside.as_map().is_some()
                && parent
                    .last()
                    .is_some_and(|of| ["layout", "scale"].contains(&of.as_str()));
            let only_scaled =
                parent.last().is_some_and(|of| of.as_str() == "scale") && count(inside) == 1;
            (is_item && !is_side)
                || is_entry
                || (is_key_of_its_own && !only_scaled)
                || MAY_BE_LEFT_OUT.contains(&last.as_str())
                || last.as_str() == "do"
        })
}
