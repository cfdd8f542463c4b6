//! `default` in a map of things: what each of the others starts from.
//!
//! A tree flows in, a tree flows out in which every thing says in full what it is. The
//! merge is deep: maps are merged key by key, anything else replaces. Keys that are
//! alternatives of each other (`blocking`, `async`) replace each other.

use indexmap::IndexMap;

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
        let (NodeKind::Map(base), NodeKind::Map(own_map)) = (&base.kind, &own.kind) else {
            return own.clone();
        };
        // By name, so that two large maps are not searched for each other's keys.
        let inherits: IndexMap<&str, &Node> = index(base);
        let writes: IndexMap<&str, &Node> = index(own_map);
        let written = own_map.entries.iter().map(|entry| {
            let value = match inherits.get(entry.key.as_str()) {
                Some(base) => self.merged(base, &entry.value),
                None => entry.value.clone(),
            };
            Entry {
                value,
                ..entry.clone()
            }
        });
        let inherited = base.entries.iter().filter(|entry| {
            let key = entry.key.as_str();
            !writes.contains_key(key) && !self.replaced(key, &writes)
        });
        let entries = written.chain(inherited.cloned()).collect();
        Node {
            span: own.span,
            kind: NodeKind::Map(Map { entries }),
        }
    }

    /// Whether `own` has an alternative to `key`.
    fn replaced(&self, key: &str, own: &IndexMap<&str, &Node>) -> bool {
        let mut groups = self
            .alternatives
            .iter()
            .filter(|group| group.contains(&key));
        groups.any(|group| group.iter().any(|other| own.contains_key(other)))
    }
}

fn index(map: &Map) -> IndexMap<&str, &Node> {
    map.entries
        .iter()
        .map(|entry| (entry.key.as_str(), &entry.value))
        .collect()
}
