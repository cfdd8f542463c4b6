//! A sketch: a scenario as a picture the size of a stamp.
//!
//! A topology flows in; a few paths flow out, in whole pixels, one for each kind of node and
//! one for all lines, so that whoever shows a list of scenarios needs neither the documents
//! nor a layout.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::layout::{Column, Graph, NodeBox, Options, Point, Rect, Route, lay_out};
use crate::world::{NodeId, NodeKind, Topology};

/// How large a node is: as small as its shape is still seen at.
const NODE: (f32, f32) = (20.0, 16.0);
/// How far apart the corners of a line are, at least.
const CORNERS_APART: f32 = 7.0;
/// More lines than this are a blot.
const MOST_LINES: usize = 160;
/// More nodes than this would make a picture that is no stamp any more.
const MOST_NODES: usize = 400;

/// A small picture of who talks to whom.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Sketch {
    /// How wide it is, in its own pixels.
    pub width: u32,
    /// How high it is.
    pub height: u32,
    /// Who talks to whom, as the data of one path.
    pub lines: String,
    /// The nodes, as the data of one path for each kind there is.
    pub shapes: Vec<(Shape, String)>,
}

/// What is drawn for a node: shape and colour say the same.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// A circle.
    Client,
    /// A box.
    Service,
    /// A box, of somebody else.
    External,
    /// Slots in a row.
    Queue,
    /// A drum.
    Store,
}

impl Sketch {
    /// The sketch of a topology.
    pub fn of(topology: &Topology) -> Self {
        let shown: Vec<_> = (0..topology.nodes.len() as u32)
            .map(NodeId)
            .filter(|node| topology.is_shown(*node))
            .take(MOST_NODES)
            .collect();
        let place = |node: NodeId| shown.iter().position(|other| *other == node);
        let edges: Vec<_> = topology
            .edges
            .iter()
            .filter_map(|edge| Some((place(edge.from)?, place(edge.to)?)))
            .collect();
        let boxes = shown
            .iter()
            .map(|node| match topology.nodes[node.index()].kind {
                NodeKind::Hand | NodeKind::Client => {
                    NodeBox::new(NODE.0, NODE.1).in_column(Column::First)
                }
                _ => NodeBox::new(NODE.0, NODE.1),
            })
            .collect();
        let options = Options {
            layer_gap: 12.0,
            node_gap: 8.0,
            edge_gap: 5.0,
            lane_gap: 3.0,
            part_gap: 10.0,
            margin: 2.0,
        };
        // Every edge joins two nodes that are shown, so there is a graph.
        let layout = Graph::new(boxes, edges)
            .map(|graph| lay_out(&graph, &options))
            .unwrap_or_default();
        let mut shapes: Vec<(Shape, String)> = Vec::new();
        for (node, rect) in shown.iter().zip(&layout.nodes) {
            let shape = Shape::of(topology.nodes[node.index()].kind);
            let at = shapes.partition_point(|(other, _)| *other < shape);
            if shapes.get(at).is_none_or(|(other, _)| *other != shape) {
                shapes.insert(at, (shape, String::new()));
            }
            shape.draw(rect, &mut shapes[at].1);
        }
        let mut lines = String::new();
        let mut drawn: Vec<(NodeId, NodeId)> = Vec::new();
        for (edge, route) in topology.edges.iter().zip(&layout.edges) {
            // Several edges between the same two nodes look like one at this size.
            let pair = (edge.from.min(edge.to), edge.from.max(edge.to));
            if drawn.len() < MOST_LINES && !drawn.contains(&pair) {
                drawn.push(pair);
                line(route, &mut lines);
            }
        }
        Self {
            width: layout.size.width as u32,
            height: layout.size.height as u32,
            lines,
            shapes,
        }
    }
}

impl Shape {
    const fn of(kind: NodeKind) -> Self {
        match kind {
            NodeKind::Hand | NodeKind::Client => Self::Client,
            NodeKind::Service { .. } => Self::Service,
            NodeKind::External { .. } => Self::External,
            NodeKind::Queue => Self::Queue,
            NodeKind::Store { .. } => Self::Store,
        }
    }

    /// What it is called in style sheets.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Service => "service",
            Self::External => "external",
            Self::Queue => "queue",
            Self::Store => "store",
        }
    }

    fn draw(self, rect: &Rect, path: &mut String) {
        let (x, y) = (rect.x as i32, rect.y as i32);
        let (w, h) = (rect.width as i32, rect.height as i32);
        // Writing to a string does not fail.
        let _ = match self {
            Self::Client => {
                let round = h / 2;
                write!(
                    path,
                    "M{} {}a{round} {round} 0 1 0 {h} 0a{round} {round} 0 1 0-{h} 0z",
                    x + (w - h) / 2,
                    y + round
                )
            }
            Self::Service | Self::External => write!(path, "M{x} {y}h{w}v{h}h-{w}z"),
            Self::Queue => (0..3).try_for_each(|slot| {
                let slot = x + slot * (w + 2) / 3;
                write!(path, "M{slot} {y}h{}v{h}h-{0}z", (w + 2) / 3 - 2)
            }),
            Self::Store => {
                let (round, inner) = (w / 2, h - 6);
                write!(
                    path,
                    "M{x} {}a{round} 3 0 0 1 {w} 0v{inner}a{round} 3 0 0 1-{w} 0z",
                    y + 3
                )
            }
        };
    }
}

fn line(route: &Route, path: &mut String) {
    let points = route.points();
    let mut drawn: Option<Point> = None;
    for (index, point) in points.iter().enumerate() {
        // Bends have more corners than can be seen at this size.
        let is_last = index + 1 == points.len();
        if drawn.is_some_and(|drawn| {
            !is_last && libm::hypotf(drawn.x - point.x, drawn.y - point.y) < CORNERS_APART
        }) {
            continue;
        }
        let letter = if drawn.is_none() { 'M' } else { 'L' };
        let (x, y) = (point.x.round() as i32, point.y.round() as i32);
        // Writing to a string does not fail.
        let _ = write!(path, "{letter}{x} {y}");
        drawn = Some(*point);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Budgets;
    use crate::scenario::Scenario;
    use crate::world::Run;

    fn sketch(text: &str) -> Sketch {
        let scenario = Scenario::parse(text).unwrap();
        Sketch::of(
            Run::start(&scenario, Budgets::default())
                .unwrap()
                .topology(),
        )
    }

    #[test]
    fn every_kind_of_node_is_one_path_and_all_lines_are_another() {
        let sketch = sketch(
            "scenario: 1
clients: {people: {arrivals: constant 1/s, do: [{call: shop.buy}, {call: bank.pay}]}}
services:
  shop: {endpoints: {buy: {do: {call: bank.pay}}}}
  bank: {external: true, endpoints: {pay: {do: {work: 1ms}}}}
",
        );
        let kinds: Vec<_> = sketch.shapes.iter().map(|(shape, _)| *shape).collect();
        assert_eq!(kinds, [Shape::Client, Shape::Service, Shape::External]);
        assert_eq!(sketch.lines.matches('M').count(), 3);
        assert!(sketch.width > 3 * 20 && sketch.height > 16, "{sketch:?}");
    }

    #[test]
    fn a_sketch_has_whole_pixels_only() {
        let sketch = sketch(
            "scenario: 1
clients: {people: {arrivals: constant 1/s, do: {call: shop.buy}}}
services: {shop: {endpoints: {buy: {do: {work: 1ms}}}}}
",
        );
        assert!(!sketch.lines.contains('.'), "{}", sketch.lines);
        assert!(
            sketch.shapes.iter().all(|(_, path)| !path.contains('.')),
            "{:?}",
            sketch.shapes
        );
    }
}
