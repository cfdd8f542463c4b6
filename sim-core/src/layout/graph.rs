//! What is to be laid out.
//!
//! In: boxes, pairs of indices, distances. Out: a [`Graph`] whose edges are known to join
//! nodes that exist, so that no later phase has to ask.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::geometry::drawable;

/// Where a node would like to stand in the flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// On the left, whoever calls it: people, clients.
    First,
    /// Where its edges put it.
    #[default]
    Free,
    /// On the right, whomever it calls: stores, outside systems.
    Last,
}

/// A node before it has a place.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NodeBox {
    /// From left to right, in pixels. Drawn between 0 and 4096.
    pub width: f32,
    /// From top to bottom, in pixels. Drawn between 0 and 4096.
    pub height: f32,
    /// A wish about its column.
    #[serde(default)]
    pub column: Column,
}

impl NodeBox {
    /// A box that stands wherever its edges put it.
    pub const fn new(width: f32, height: f32) -> Self {
        Self {
            width,
            height,
            column: Column::Free,
        }
    }

    /// The same box with a wish about its column.
    pub const fn in_column(self, column: Column) -> Self {
        Self { column, ..self }
    }

    /// The width as drawn.
    pub(super) fn drawn_width(&self) -> f32 {
        drawable(self.width)
    }

    /// The height as drawn.
    pub(super) fn drawn_height(&self) -> f32 {
        drawable(self.height)
    }
}

/// An edge names a node that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("edge {edge} names node {node}, but there are {nodes} nodes, counted from 0")]
pub struct GraphError {
    /// Which edge.
    pub edge: usize,
    /// What it names.
    pub node: usize,
    /// How many nodes there are.
    pub nodes: usize,
}

/// Boxes and the edges between them. Their order is the order of reading: where nothing else
/// decides, what comes first stands higher.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Graph {
    nodes: Vec<NodeBox>,
    edges: Vec<(usize, usize)>,
}

impl Graph {
    /// A graph of `nodes` and of `edges` from one index of a node to another. Loops, cycles
    /// and several edges between the same nodes are fine.
    pub fn new(nodes: Vec<NodeBox>, edges: Vec<(usize, usize)>) -> Result<Self, GraphError> {
        for (edge, &(from, to)) in edges.iter().enumerate() {
            let node = from.max(to);
            if node >= nodes.len() {
                return Err(GraphError {
                    edge,
                    node,
                    nodes: nodes.len(),
                });
            }
        }
        Ok(Self { nodes, edges })
    }

    /// The boxes.
    pub fn nodes(&self) -> &[NodeBox] {
        &self.nodes
    }

    /// From which node to which.
    pub fn edges(&self) -> &[(usize, usize)] {
        &self.edges
    }
}

/// A [`Graph`] as written by somebody else.
#[derive(Deserialize)]
struct Unchecked {
    nodes: Vec<NodeBox>,
    edges: Vec<(usize, usize)>,
}

impl TryFrom<Unchecked> for Graph {
    type Error = GraphError;

    fn try_from(unchecked: Unchecked) -> Result<Self, GraphError> {
        Self::new(unchecked.nodes, unchecked.edges)
    }
}

/// Distances to keep, in pixels; rounded up to whole ones between 0 and 4096.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Options {
    /// Between two columns. Doubled at most where edges would be steep.
    pub layer_gap: f32,
    /// Between two nodes of a column.
    pub node_gap: f32,
    /// Between a line and a node, or two lines, of a column.
    pub edge_gap: f32,
    /// Between edges that join the same two nodes.
    pub lane_gap: f32,
    /// Between parts that no edge connects.
    pub part_gap: f32,
    /// Around everything.
    pub margin: f32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            layer_gap: 88.0,
            node_gap: 36.0,
            edge_gap: 24.0,
            lane_gap: 16.0,
            part_gap: 56.0,
            margin: 24.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_to_a_node_that_is_not_there_is_refused() {
        let error = Graph::new(vec![NodeBox::new(1.0, 1.0)], vec![(0, 0), (0, 1)]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "edge 1 names node 1, but there are 1 nodes, counted from 0"
        );
    }

    #[test]
    fn a_graph_read_from_json_is_checked_too() {
        let sound = r#"{"nodes":[{"width":10,"height":5}],"edges":[[0,0]]}"#;
        let broken = r#"{"nodes":[{"width":10,"height":5}],"edges":[[0,7]]}"#;
        let graph: Graph = serde_json::from_str(sound).unwrap();
        assert_eq!(graph.nodes(), [NodeBox::new(10.0, 5.0)]);
        assert!(serde_json::from_str::<Graph>(broken).is_err());
    }
}
