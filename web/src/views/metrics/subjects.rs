//! What is looked at: it goes along with what is selected on the stage.

use sim_core::observe::Machine;
use sim_core::observe::series::Subject;
use sim_core::world::{EdgeKind, EndpointId, NodeId, Topology};

use crate::views::flow::hit::Picked;

/// What is looked at when this is selected, and this endpoint was chosen last.
pub(super) fn of_picked(
    topology: &Topology,
    picked: Option<Picked>,
    endpoint: Option<EndpointId>,
) -> Subject {
    let of_node = |node: NodeId| {
        let own = |id: &EndpointId| {
            let endpoint = topology.endpoints.get(id.index());
            endpoint.is_some_and(|endpoint| endpoint.node == node)
        };
        endpoint
            .filter(own)
            .map_or(Subject::Node(node), Subject::Endpoint)
    };
    match picked {
        Some(Picked::Node(node)) => of_node(node),
        Some(Picked::Instance(entity)) => topology
            .node_of
            .get(entity.index())
            .map_or(Subject::All, |node| of_node(*node)),
        Some(Picked::Edge(id)) => match topology.edges.get(id.index()) {
            // Nobody calls along it: what is delivered is what its receiver is asked.
            Some(edge) if edge.kind == EdgeKind::Deliver => of_node(edge.to),
            Some(_) => Subject::Edge(id),
            None => Subject::All,
        },
        Some(Picked::Message(_) | Picked::Entry(_) | Picked::Policy(_)) | None => Subject::All,
    }
}

/// What is selected on the stage when this is looked at, and which endpoint is meant.
pub(super) fn picked_of(
    topology: &Topology,
    subject: Subject,
) -> (Option<Picked>, Option<EndpointId>) {
    match subject {
        Subject::All => (None, None),
        Subject::Node(node) => (Some(Picked::Node(node)), None),
        Subject::Edge(edge) => (Some(Picked::Edge(edge)), None),
        Subject::Endpoint(id) => {
            let node = topology.endpoints.get(id.index()).map(|of| of.node);
            (node.map(Picked::Node), Some(id))
        }
    }
}

/// Whether the states of a machine are part of what is looked at.
pub(super) fn has_machine(topology: &Topology, subject: Subject, machine: Machine) -> bool {
    let nodes = match subject {
        Subject::All => return true,
        Subject::Node(node) => [Some(node), None],
        Subject::Endpoint(id) => [topology.endpoints.get(id.index()).map(|of| of.node), None],
        Subject::Edge(id) => match topology.edges.get(id.index()) {
            Some(edge) => [Some(edge.from), Some(edge.to)],
            None => [None, None],
        },
    };
    match machine {
        Machine::Node(node) => nodes.contains(&Some(node)),
        Machine::Breaker(guard) => topology.guards.get(guard.index()).is_some_and(|guard| {
            // One that all share is everybody's.
            guard.owner.is_none_or(|owner| {
                let node = topology.node_of.get(owner.index()).copied();
                nodes.contains(&node)
            })
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::flow::testing::stage;
    use sim_core::kernel::RecordId;
    use sim_core::world::{EdgeId, Endpoint};

    #[test]
    fn what_is_looked_at_and_what_is_selected_lead_to_each_other() {
        let topology = stage().topology.clone();
        for (picked, subject) in [
            (None, Subject::All),
            (Some(Picked::Node(NodeId(1))), Subject::Node(NodeId(1))),
            (Some(Picked::Edge(EdgeId(0))), Subject::Edge(EdgeId(0))),
        ] {
            assert_eq!(of_picked(&topology, picked, None), subject);
            assert_eq!(picked_of(&topology, subject), (picked, None));
        }
        let message = Some(Picked::Message(RecordId(3)));
        assert_eq!(of_picked(&topology, message, None), Subject::All);
    }

    #[test]
    fn an_endpoint_is_looked_at_only_while_its_own_service_is_selected() {
        let mut topology = stage().topology.clone();
        topology.endpoints = vec![Endpoint {
            node: NodeId(1),
            kind: EdgeKind::Call,
            name: "b.buy".to_owned(),
        }];
        let (id, own) = (EndpointId(0), Some(Picked::Node(NodeId(1))));
        assert_eq!(of_picked(&topology, own, Some(id)), Subject::Endpoint(id));
        let other = Some(Picked::Node(NodeId(0)));
        assert_eq!(
            of_picked(&topology, other, Some(id)),
            Subject::Node(NodeId(0))
        );
        assert_eq!(picked_of(&topology, Subject::Endpoint(id)), (own, Some(id)));
    }
}
