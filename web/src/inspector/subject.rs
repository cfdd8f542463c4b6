//! What is picked, by name: so that it can stand in a link, and be found again when the scenario
//! runs again with other numbers.
//!
//! A picked thing and the stage flow in, a short name flows out; and back.

use interplay_protocol::Stage;
use sim_core::kernel::{EntityId, RecordId};
use sim_core::world::{EdgeId, NodeId};

use crate::views::flow::hit::Picked;

/// What stands between the two ends of an edge.
const TO: char = '>';
const ENTRY: &str = "timeline.";
const POLICY: &str = "policies.";
const MESSAGE: &str = "message.";

/// The name of what is picked: `payment`, `worker.2`, `orders>payment`, `timeline.0`,
/// `policies.again`, `message.123`.
pub(crate) fn name(stage: &Stage, picked: Picked) -> Option<String> {
    let topology = &stage.topology;
    let node = |node: NodeId| Some(topology.nodes.get(node.index())?.name.as_str());
    Some(match picked {
        Picked::Node(id) => node(id)?.to_owned(),
        Picked::Instance(entity) => topology.entities.get(entity.index())?.clone(),
        Picked::Edge(edge) => {
            let edge = topology.edges.get(edge.index())?;
            format!("{}{TO}{}", node(edge.from)?, node(edge.to)?)
        }
        Picked::Message(record) => format!("{MESSAGE}{}", record.0),
        Picked::Entry(place) => format!("{ENTRY}{place}"),
        Picked::Policy(place) => format!("{POLICY}{}", stage.policies.get(place as usize)?),
    })
}

/// What is called so, if it is there.
pub(crate) fn named(stage: &Stage, name: &str) -> Option<Picked> {
    let topology = &stage.topology;
    if let Some(place) = name.strip_prefix(ENTRY) {
        let place = place.parse::<u32>().ok()?;
        return ((place as usize) < stage.entries.len()).then_some(Picked::Entry(place));
    }
    if let Some(number) = name.strip_prefix(MESSAGE) {
        return number
            .parse()
            .ok()
            .map(|number| Picked::Message(RecordId(number)));
    }
    if let Some(policy) = name.strip_prefix(POLICY) {
        return self::policy(stage, policy);
    }
    if let Some((from, to)) = name.split_once(TO) {
        let ends = (topology.node(from)?, topology.node(to)?);
        let mut edges = topology.edges.iter();
        let found = edges.position(|edge| (edge.from, edge.to) == ends)?;
        return Some(Picked::Edge(EdgeId(found as u32)));
    }
    if let Some(node) = topology.node(name) {
        return Some(Picked::Node(node));
    }
    let entity = topology.entities.iter().position(|entity| entity == name)?;
    Some(Picked::Instance(EntityId(entity as u32)))
}

/// The policy called so.
pub(crate) fn policy(stage: &Stage, name: &str) -> Option<Picked> {
    let place = stage.policies.iter().position(|policy| policy == name)?;
    Some(Picked::Policy(place as u32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::flow::testing;

    #[test]
    fn what_is_picked_is_found_again_by_its_name() {
        let scene = testing::scene();
        let mut stage = (**scene.stage()).clone();
        stage.policies = vec!["again".to_owned()];
        for (picked, called) in [
            (Picked::Node(NodeId(1)), "b"),
            (Picked::Edge(EdgeId(0)), "a>b"),
            (Picked::Policy(0), "policies.again"),
            (Picked::Message(RecordId(7)), "message.7"),
        ] {
            assert_eq!(name(&stage, picked).as_deref(), Some(called));
            assert_eq!(named(&stage, called), Some(picked), "{called}");
        }
    }

    #[test]
    fn a_name_from_a_link_that_names_nothing_picks_nothing() {
        let scene = testing::scene();
        let stage = scene.stage();
        for called in [
            "",
            "c",
            "a>c",
            ">",
            "timeline.0",
            "timeline.x",
            "policies.x",
            "message.",
            "a.3",
        ] {
            assert_eq!(named(stage, called), None, "{called}");
        }
        assert_eq!(name(stage, Picked::Edge(EdgeId(9))), None);
    }
}
