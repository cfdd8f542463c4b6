//! Where the boxes of a flow diagram stand and how its lines run.
//!
//! In: the sizes of the nodes and who calls whom ([`Graph`]), and the distances to keep
//! ([`Options`]). Out: a rectangle for every node, a [`Route`] for every edge, the size of
//! the whole ([`Layout`]). Calls flow from left to right.
//!
//! ```text
//! Graph -> cycles   an order of the nodes that most edges follow
//!       -> flow     connected parts; edges between the same two nodes become one bundle
//!       -> layers   a column for every node
//!       -> grid     bends where a bundle passes a column
//!       -> ordering who stands above whom in each column
//!       -> rows     vertical places       -> columns  horizontal places
//!       -> ports    where lines end on the sides of nodes
//!       -> routes   lines through the free space
//!       -> packing  the parts below each other -> Layout
//! ```
//!
//! Around them: [`lay_out_grouped`] has the members of groups stand together, [`with_places`]
//! puts nodes where somebody has dragged them.
//!
//! The frame is that of Sugiyama, Tagawa and Toda, "Methods for Visual Understanding of
//! Hierarchical System Structures" (IEEE Trans. SMC 11(2), 1981); each phase names the paper
//! whose rule it follows. Places are whole pixels until the very end, every loop has a bound,
//! and ties go to what comes first in the input, so that the same graph is the same picture
//! on every target.

mod columns;
mod cycles;
mod flow;
mod geometry;
mod graph;
mod grid;
mod grouped;
mod layers;
mod ordering;
mod packing;
mod places;
mod ports;
mod route;
mod routes;
mod rows;

#[cfg(test)]
mod tests;

pub use geometry::{Point, Rect, Size};
pub use graph::{Column, Graph, GraphError, NodeBox, Options};
pub use grouped::{Trunk, lay_out_grouped};
pub use places::with_places;
pub use route::{Route, Travel};

use flow::Flow;
use geometry::Spacing;
use packing::Part;
use serde::{Deserialize, Serialize};

/// How many bends a connected part may have before its longest edges are led around it.
///
/// Bends are what the time and memory of all later phases grow with. Diagrams of a few
/// hundred nodes have a few thousand; this many take about a quarter of a second in all.
const MAX_BENDS: usize = 60_000;

/// A finished picture: everything lies within [`Layout::bounds`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Layout {
    /// Where each node stands, in the order of [`Graph::nodes`].
    pub nodes: Vec<Rect>,
    /// How each edge runs, from its first node to its second, in the order of [`Graph::edges`].
    pub edges: Vec<Route>,
    /// The box of each group; empty without groups.
    pub groups: Vec<Rect>,
    /// The lines that edges between groups share.
    pub trunks: Vec<Trunk>,
    /// The upper left corner of the picture: zero, unless somebody has put a node beyond it.
    pub origin: Point,
    /// The room the picture takes, margins included.
    pub size: Size,
}

/// Lays a graph out from left to right.
///
/// No two nodes overlap, every route starts and ends at the border of its nodes and passes
/// through no other node. Without cycles (and without [`Column`] wishes against the flow)
/// every edge goes from left to right. Always terminates: about linear time in nodes, edges
/// and bends, with at most 60 000 bends in each connected part.
pub fn lay_out(graph: &Graph, options: &Options) -> Layout {
    let spacing = Spacing::from(options);
    let order = cycles::flow_order(graph);
    let parts: Vec<Part> = flow::parts(graph, &order)
        .iter()
        .map(|flow| place(flow, &spacing, MAX_BENDS))
        .collect();
    packing::pack(graph, &parts, &spacing)
}

/// Runs the phases on one connected part.
fn place(flow: &Flow, spacing: &Spacing, max_bends: usize) -> Part {
    let layers = layers::assign(flow);
    let mut grid = grid::build(flow, &layers, spacing, max_bends);
    ordering::reduce_crossings(&mut grid);
    let rows = rows::assign(&grid, spacing);
    let columns = columns::assign(flow, &grid, &rows, spacing);
    routes::draw(flow, &grid, &rows, &columns, spacing)
}
