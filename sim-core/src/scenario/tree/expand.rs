//! `default` in a map of things: what each of the others starts from.
//!
//! A tree flows in, a tree flows out in which every thing says in full what it is. The
//! merge is deep: maps are merged key by key, anything else replaces. Keys that are
//! alternatives of each other (`blocking`, `async`) replace each other.

use super::{Entry, Map, Node, NodeKind};
use crate::scenario::document::Name;

/// A place in a document where a map names things.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pattern {
    /// Its path; `*` stands for any name.
    pub(crate) path: &'static [&'static str],
    /// Whether its `default` is what the others start from.
    pub(crate) inherits: bool,
}

/// The tree was about to outgrow its bound.
#[derive(Debug)]
pub(crate) struct TooLarge;

/// Writes out every `default`. `patterns` go from the root inwards; no more than
/// `limit` nodes are made. The `default`s themselves stay where they are.
pub(crate) fn expand(
    root: &Node,
    patterns: &[Pattern],
    alternatives: &[&[&str]],
    limit: usize,
) -> Result<Node, TooLarge> {
    let mut root = root.clone();
    let mut merge = Merge {
        alternatives,
        left: limit,
    };
    for pattern in patterns.iter().filter(|pattern| pattern.inherits) {
        merge.walk(&mut root, pattern.path)?;
    }
    Ok(root)
}

/// Whether a map at `path` names things, which must be there before they are changed.
pub(crate) fn is_map_of_things(path: &[Name], patterns: &[Pattern]) -> bool {
    patterns.iter().any(|pattern| {
        pattern.path.len() == path.len()
            && pattern
                .path
                .iter()
                .zip(path)
                .all(|(wanted, found)| *wanted == "*" || *wanted == found.as_str())
    })
}

struct Merge<'a> {
    alternatives: &'a [&'a [&'a str]],
    left: usize,
}

impl Merge<'_> {
    fn walk(&mut self, node: &mut Node, path: &[&str]) -> Result<(), TooLarge> {
        let NodeKind::Map(map) = &mut node.kind else {
            return Ok(());
        };
        let Some((segment, rest)) = path.split_first() else {
            return self.inherit(map);
        };
        for entry in &mut map.entries {
            if *segment == "*" || entry.key == *segment {
                self.walk(&mut entry.value, rest)?;
            }
        }
        Ok(())
    }

    fn inherit(&mut self, map: &mut Map) -> Result<(), TooLarge> {
        let Some(base) = map
            .get("default")
            .filter(|base| base.as_map().is_some())
            .cloned()
        else {
            return Ok(());
        };
        for entry in map
            .entries
            .iter_mut()
            .filter(|entry| entry.key != "default")
        {
            self.left = self.left.checked_sub(base.count()).ok_or(TooLarge)?;
            entry.value = self.merged(&base, &entry.value);
        }
        Ok(())
    }

    fn merged(&self, base: &Node, own: &Node) -> Node {
        if own.is_nothing() {
            return base.clone();
        }
        let (NodeKind::Map(base), NodeKind::Map(of_its_own)) = (&base.kind, &own.kind) else {
            return own.clone();
        };
        let inherited = base
            .entries
            .iter()
            .filter(|entry| {
                of_its_own.get(&entry.key).is_none() && !self.replaced(&entry.key, of_its_own)
            })
            .cloned();
        let written = of_its_own.entries.iter().map(|entry| {
            let value = match base.get(&entry.key) {
                Some(base) => self.merged(base, &entry.value),
                None => entry.value.clone(),
            };
            Entry {
                value,
                ..entry.clone()
            }
        });
        let entries = written.chain(inherited).collect();
        Node {
            span: own.span,
            kind: NodeKind::Map(Map { entries }),
        }
    }

    /// Whether `own` has an alternative to `key`.
    fn replaced(&self, key: &str, own: &Map) -> bool {
        self.alternatives.iter().any(|group| {
            group.contains(&key)
                && own
                    .entries
                    .iter()
                    .any(|entry| group.contains(&entry.key.as_str()))
        })
    }
}
