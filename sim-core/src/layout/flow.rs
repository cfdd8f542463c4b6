//! The graph as a flow: parts that hang together, without cycles, without repeated edges.
//!
//! In: the graph and the order that [`cycles`](super::cycles) gave its nodes. Out: a petgraph
//! graph a connected part, each edge of it a *bundle* of all edges that join the same two
//! nodes, directed from left to right. A bundle is routed as one broad line and split into
//! lanes at the end, so that parallel edges stay parallel.

use std::collections::BTreeMap;

use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::unionfind::UnionFind;

use super::graph::{Graph, NodeBox};

/// A node of a part.
#[derive(Clone, Debug)]
pub(super) struct FlowNode {
    /// Its index in the input.
    pub(super) node: usize,
    /// Its size and wish.
    pub(super) shape: NodeBox,
    /// Its place in the order of the flow.
    pub(super) order: usize,
    /// Edges from the node to itself.
    pub(super) loops: Vec<usize>,
}

/// One edge of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lane {
    /// Its index in the input.
    pub(super) edge: usize,
    /// Whether it goes from right to left.
    pub(super) against: bool,
}

/// All edges between two nodes, from the uppermost lane to the lowest.
pub(super) type Bundle = Vec<Lane>;

/// A connected part without cycles.
pub(super) type Flow = DiGraph<FlowNode, Bundle>;

/// The connected parts in order of their first nodes.
pub(super) fn parts(graph: &Graph, order: &[usize]) -> Vec<Flow> {
    let mut parts: Vec<Flow> = Vec::new();
    let homes = settle(graph, order, &mut parts);
    for (from, to, bundle) in bundles(graph, order) {
        let (part, left) = homes[from];
        let (_, right) = homes[to];
        parts[part].add_edge(left, right, bundle);
    }
    for (edge, &(from, to)) in graph.edges().iter().enumerate() {
        if from == to {
            let (part, node) = homes[from];
            parts[part][node].loops.push(edge);
        }
    }
    parts
}

/// Adds every node to its part; says which part, and its index there.
fn settle(graph: &Graph, order: &[usize], parts: &mut Vec<Flow>) -> Vec<(usize, NodeIndex)> {
    let mut joined = UnionFind::<usize>::new(graph.nodes().len());
    for &(from, to) in graph.edges() {
        joined.union(from, to);
    }
    let mut part_of: BTreeMap<usize, usize> = BTreeMap::new();
    let mut homes = Vec::with_capacity(graph.nodes().len());
    for (node, &shape) in graph.nodes().iter().enumerate() {
        let part = *part_of.entry(joined.find(node)).or_insert(parts.len());
        if part == parts.len() {
            parts.push(Flow::new());
        }
        let index = parts[part].add_node(FlowNode {
            node,
            shape,
            order: order[node],
            loops: Vec::new(),
        });
        homes.push((part, index));
    }
    homes
}

/// Edges gathered by the nodes they join, as (left, right, lanes), in order of their first edges.
fn bundles(graph: &Graph, order: &[usize]) -> Vec<(usize, usize, Bundle)> {
    let mut lanes: BTreeMap<(usize, usize), Bundle> = BTreeMap::new();
    for (edge, &(from, to)) in graph.edges().iter().enumerate() {
        if from != to {
            let against = order[from] > order[to];
            let ends = if against { (to, from) } else { (from, to) };
            lanes.entry(ends).or_default().push(Lane { edge, against });
        }
    }
    let mut bundles: Vec<_> = lanes
        .into_iter()
        .map(|((left, right), lanes)| (left, right, lanes))
        .collect();
    bundles.sort_by_key(|(_, _, lanes)| lanes[0].edge);
    for (_, _, lanes) in &mut bundles {
        keep_to_the_right(lanes);
    }
    bundles
}

/// Puts what goes left above what goes right: as on a road, so that messages which keep to
/// the right-hand side of their own edge stay away from those on the other.
fn keep_to_the_right(lanes: &mut Bundle) {
    lanes.sort_by_key(|lane| !lane.against);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts_of(nodes: usize, edges: &[(usize, usize)]) -> Vec<Flow> {
        let graph = Graph::new(vec![NodeBox::new(1.0, 1.0); nodes], edges.to_vec()).unwrap();
        parts(&graph, &(0..nodes).collect::<Vec<_>>())
    }

    #[test]
    fn parts_come_in_the_order_of_their_first_nodes() {
        let parts = parts_of(5, &[(4, 1), (2, 3)]);
        let nodes: Vec<Vec<usize>> = parts
            .iter()
            .map(|part| part.node_weights().map(|node| node.node).collect())
            .collect();
        assert_eq!(nodes, [vec![0], vec![1, 4], vec![2, 3]]);
    }

    #[test]
    fn both_directions_of_a_pair_share_a_bundle_with_the_way_back_on_top() {
        let parts = parts_of(2, &[(0, 1), (1, 0), (0, 1)]);
        let bundle: Vec<_> = parts[0].edge_weights().cloned().collect();
        let lane = |edge, against| Lane { edge, against };
        assert_eq!(
            bundle,
            [vec![lane(1, true), lane(0, false), lane(2, false)]]
        );
    }

    #[test]
    fn loops_belong_to_their_node_and_to_no_bundle() {
        let parts = parts_of(1, &[(0, 0), (0, 0)]);
        assert_eq!(parts[0].edge_count(), 0);
        assert_eq!(parts[0][NodeIndex::new(0)].loops, [0, 1]);
    }
}
