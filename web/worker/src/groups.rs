//! Groups: which nodes of a large picture belong together.
//!
//! The document has no word for it, so names say it: what stands before the first dash, as in
//! `orders-api`, `orders-worker` and `orders-db`. Only a picture with more nodes than fit a
//! screen has groups, and only of three and more members.

use std::collections::BTreeMap;

use interplay_protocol::GroupView;
use sim_core::world::{Node, NodeKind};

/// A picture with more nodes than this has groups: as many as it takes to have a minimap.
const MANY: usize = 30;
/// The fewest members of a group, and the fewest groups.
const MEMBERS: usize = 3;
const GROUPS: usize = 2;

/// The groups of these nodes, by name; members are places among them.
pub(crate) fn of<'a>(nodes: impl ExactSizeIterator<Item = &'a Node>) -> Vec<GroupView> {
    if nodes.len() <= MANY {
        return Vec::new();
    }
    let mut found: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for (place, node) in nodes.enumerate() {
        let named = match node.kind {
            NodeKind::Hand | NodeKind::Client => None,
            _ => node.name.split_once('-'),
        };
        if let Some((group, _)) = named {
            found
                .entry(group.to_owned())
                .or_default()
                .push(place as u32);
        }
    }
    found.retain(|_, members| members.len() >= MEMBERS);
    if found.len() < GROUPS {
        return Vec::new();
    }
    found
        .into_iter()
        .map(|(name, members)| GroupView { name, members })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_core::kernel::EntityId;
    use sim_core::scenario::document::Text;

    fn node(name: &str) -> Node {
        Node {
            name: name.to_owned(),
            title: Text::default(),
            kind: NodeKind::Queue,
            first_entity: EntityId(0),
            entities: 1,
        }
    }

    fn nodes(count: usize) -> Vec<Node> {
        let named = |place: usize| match place % 8 {
            0 => node(&format!("lonely{place}")),
            1..=4 => node(&format!("orders-{place}")),
            _ => node(&format!("stock-{place}")),
        };
        (0..count).map(named).collect()
    }

    #[test]
    fn what_stands_before_the_first_dash_is_the_group_of_many() {
        let nodes = nodes(40);
        let groups = of(nodes.iter());
        let names: Vec<_> = groups.iter().map(|group| group.name.as_str()).collect();
        assert_eq!(names, ["orders", "stock"]);
        assert_eq!(groups[0].members[..5], [1, 2, 3, 4, 9]);
    }

    #[test]
    fn a_picture_of_few_nodes_or_of_one_group_has_none() {
        assert_eq!(of(nodes(30).iter()), []);
        let same: Vec<_> = (0..40)
            .map(|place| node(&format!("orders-{place}")))
            .collect();
        assert_eq!(of(same.iter()), []);
    }
}
