//! Differences: where two documents say something else.
//!
//! Two trees flow in; out flow the changes that make one of the other, or the paths of what was
//! changed beside what may be.

use super::decode::setting_path;
use super::document::SettingPath;
use super::tree::{Entry, Node, NodeKind};

/// The changes of single values that make `to` out of `from`; nothing if they differ in more
/// than that, or in more than `most` places.
pub(super) fn between(from: &Node, to: &Node, most: usize) -> Option<Vec<(SettingPath, Node)>> {
    let mut changes = Vec::new();
    differences(from, to, "", most, &mut changes)?;
    Some(changes)
}

/// Goes down both trees side by side; `path` leads to where it is.
fn differences(
    from: &Node,
    to: &Node,
    path: &str,
    most: usize,
    changes: &mut Vec<(SettingPath, Node)>,
) -> Option<()> {
    let below = |name: &str| match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    };
    match (&from.kind, &to.kind) {
        (NodeKind::Scalar(_), NodeKind::Scalar(_)) => {
            if from != to {
                changes.push((setting_path(path)?, to.clone()));
            }
            (changes.len() <= most).then_some(())
        }
        (NodeKind::Map(from), NodeKind::Map(to)) if from.entries.len() == to.entries.len() => {
            let mut pairs = from.entries.iter().zip(&to.entries);
            pairs.try_for_each(|(from, to)| {
                (from.key == to.key).then_some(())?;
                differences(&from.value, &to.value, &below(&from.key), most, changes)
            })
        }
        (NodeKind::List(from), NodeKind::List(to)) if from.len() == to.len() => {
            // Only what has a label can be named inside of a list.
            let mut pairs = from.iter().zip(to).filter(|(from, to)| from != to);
            pairs.try_for_each(|(from, to)| {
                let label = from.get("label").and_then(Node::as_text)?;
                differences(from, to, &below(label), most, changes)
            })
        }
        _ => None,
    }
}

/// Sections that say how a document is shown, or by which chance it runs: what is in them does
/// not change what can happen.
const ONLY_SHOWN: [&str; 10] = [
    "title",
    "description",
    "seed",
    "story",
    "views",
    "layout",
    "knobs",
    "board",
    "alerts",
    "variants",
];

/// Where `to` differs from `from` but for what lies at or below a path of `allowed`, at most
/// `most` places.
pub(super) fn beside(from: &Node, to: &Node, allowed: &[SettingPath], most: usize) -> Vec<String> {
    let mut search = Beside {
        allowed: allowed.iter().map(ToString::to_string).collect(),
        most,
        found: Vec::new(),
    };
    search.look(Some(from), Some(to), "");
    search.found
}

struct Beside {
    allowed: Vec<String>,
    most: usize,
    found: Vec<String>,
}

impl Beside {
    fn look(&mut self, from: Option<&Node>, to: Option<&Node>, path: &str) {
        let is_below = |path: &str, of: &str| {
            path.strip_prefix(of)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let is_allowed = |allowed: &String| is_below(path, allowed);
        if from == to
            || self.found.len() >= self.most
            || ONLY_SHOWN.contains(&path)
            || self.allowed.iter().any(is_allowed)
        {
            return;
        }
        let leads_on =
            path.is_empty() || self.allowed.iter().any(|allowed| is_below(allowed, path));
        let (Some(before), Some(after)) = (entries(from, leads_on), entries(to, leads_on)) else {
            self.found.push(path.to_owned());
            return;
        };
        let is_gone = |entry: &&Entry| after.iter().all(|other| other.key != entry.key);
        for Entry { key, .. } in after.iter().chain(before.iter().filter(is_gone)) {
            let below = match path {
                "" => key.clone(),
                path => format!("{path}.{key}"),
            };
            let (from, to) = (
                from.and_then(|map| map.get(key)),
                to.and_then(|map| map.get(key)),
            );
            self.look(from, to, &below);
        }
    }
}

/// The entries of a map; of one that is missing none, if some of them may be there.
fn entries(node: Option<&Node>, may_be_there: bool) -> Option<&[Entry]> {
    match node {
        Some(node) => node.as_map().map(|map| map.entries.as_slice()),
        None => may_be_there.then_some(&[]),
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::Scenario;
    use crate::scenario::document::SettingPath;

    const SHOP: &str = "scenario: 1
title: Shop
clients: {people: {arrivals: constant 1/s, do: {call: {to: shop.buy, with: limit}}}}
services: {shop: {workers: {blocking: 4}, endpoints: {buy: {do: {work: 1ms}}}}}
policies: {limit: {timeout: 1s}}
";

    fn beside(changed: &str, allowed: &[&str]) -> Vec<String> {
        let read = |text| Scenario::parse(text).unwrap();
        let allowed: Vec<SettingPath> = allowed.iter().map(|path| path.parse().unwrap()).collect();
        read(changed).changed_beside(&read(SHOP), &allowed, 3)
    }

    #[test]
    fn what_is_changed_is_named_by_its_path_unless_it_may_be() {
        let changed = SHOP
            .replace("timeout: 1s", "timeout: 2s")
            .replace("blocking: 4", "blocking: 40");
        let workers = "services.shop.workers.blocking";
        assert_eq!(beside(&changed, &["policies"]), [workers]);
        assert_eq!(
            beside(&changed, &["policies.limit", "services.shop.workers"]),
            [""; 0]
        );
        let limit = "policies.limit.timeout";
        assert_eq!(beside(&changed, &["policies.other"]), [workers, limit]);
    }

    #[test]
    fn what_comes_and_what_goes_is_changed_and_how_it_is_shown_is_not() {
        let more = SHOP.replace("{limit:", "{more: {retry: {attempts: 2}}, limit:");
        assert_eq!(beside(&more, &[]), ["policies.more"]);
        assert_eq!(beside(&more, &["policies"]), [""; 0]);
        let shown = format!("{SHOP}seed: 9\nlayout: {{shop: [10, 10]}}\n");
        assert_eq!(beside(&shown, &[]), [""; 0]);
        let horizon = format!("{SHOP}horizon: 9s\n");
        assert_eq!(beside(&horizon, &[]), ["horizon"]);
    }
}
