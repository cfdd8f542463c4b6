//! Layouts with groups: members stand together in a box, and lines between groups are shared.
//!
//! In: a graph and the group of each node. Out: a layout whose [`Layout::groups`] are boxes
//! around their members and whose [`Layout::trunks`] are the lines that edges between two groups
//! have in common. Each group is laid out alone, with a *gate* on its left for lines that come
//! in and one on its right for those that leave; then the groups are laid out like nodes, and an
//! edge between two groups goes from its node to the gate, along the trunk, and from the other
//! gate to its other node.

use std::collections::BTreeMap;

use super::geometry::{Point, Rect};
use super::graph::{Column, Graph, NodeBox, Options};
use super::route::Route;
use super::routes::curve_to;
use super::{Layout, lay_out};

/// Room within a group: beside its members, where lines gather, above them for its name, and
/// below.
const BESIDE: f32 = 36.0;
const ABOVE: f32 = 44.0;
const BELOW: f32 = 20.0;

/// A line that several edges share.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Trunk {
    /// The edges, in order.
    pub edges: Vec<usize>,
    /// How it runs.
    pub route: Route,
}

/// Lays a graph out with the members of each group together. `group_of` says the group of each
/// node, counted from 0; a node without one, or that is not named, stands for itself.
pub fn lay_out_grouped(graph: &Graph, group_of: &[Option<usize>], options: &Options) -> Layout {
    let groups = group_of.iter().flatten().max().map_or(0, |last| last + 1);
    let plan = Plan::new(graph, group_of, groups);
    let insides: Vec<Inside> = (0..groups)
        .map(|group| Inside::new(graph, &plan, group, options))
        .collect();
    let boxes = plan
        .units
        .iter()
        .map(|unit| match *unit {
            Unit::Node(node) => graph.nodes()[node],
            Unit::Group(group) => insides[group].outline(),
        })
        .collect();
    let ends = plan.trunks.iter().map(|(ends, _)| *ends).collect();
    let Ok(outer) = Graph::new(boxes, ends) else {
        return lay_out(graph, options);
    };
    let outer = lay_out(&outer, options);
    assemble(graph, &plan, &insides, &outer)
}

/// What stands for itself in the outer picture.
#[derive(Clone, Copy, Debug)]
enum Unit {
    Node(usize),
    Group(usize),
}

/// Who belongs where.
struct Plan {
    units: Vec<Unit>,
    /// The unit of each node.
    unit_of: Vec<usize>,
    /// The members of each group.
    members: Vec<Vec<usize>>,
    /// Lines between units, with the edges that run along them.
    trunks: Vec<((usize, usize), Vec<usize>)>,
    /// The trunk of each edge, if it leaves its unit.
    trunk_of: Vec<Option<usize>>,
}

impl Plan {
    fn new(graph: &Graph, group_of: &[Option<usize>], groups: usize) -> Self {
        let mut plan = Self {
            units: Vec::new(),
            unit_of: Vec::new(),
            members: vec![Vec::new(); groups],
            trunks: Vec::new(),
            trunk_of: vec![None; graph.edges().len()],
        };
        let mut unit_of_group = vec![None; groups];
        for node in 0..graph.nodes().len() {
            let unit = if let Some(group) = group_of.get(node).copied().flatten() {
                plan.members[group].push(node);
                *unit_of_group[group].get_or_insert_with(|| {
                    plan.units.push(Unit::Group(group));
                    plan.units.len() - 1
                })
            } else {
                plan.units.push(Unit::Node(node));
                plan.units.len() - 1
            };
            plan.unit_of.push(unit);
        }
        let mut shared: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for (edge, &(from, to)) in graph.edges().iter().enumerate() {
            let ends = (plan.unit_of[from], plan.unit_of[to]);
            let both_groups = [ends.0, ends.1]
                .into_iter()
                .any(|unit| matches!(plan.units[unit], Unit::Group(_)));
            if ends.0 == ends.1 && both_groups {
                continue;
            }
            let trunk = if both_groups {
                *shared.entry(ends).or_insert_with(|| {
                    plan.trunks.push((ends, Vec::new()));
                    plan.trunks.len() - 1
                })
            } else {
                // Between two nodes each edge has a line of its own, as without groups.
                plan.trunks.push((ends, Vec::new()));
                plan.trunks.len() - 1
            };
            plan.trunks[trunk].1.push(edge);
            plan.trunk_of[edge] = Some(trunk);
        }
        plan
    }
}

/// A group laid out by itself.
struct Inside {
    layout: Layout,
    /// The place of each member in it, by node.
    place_of: BTreeMap<usize, usize>,
    /// Its edges between members, by edge.
    within: BTreeMap<usize, usize>,
    /// Lines from members to the gate on the right, and from that on the left to members.
    leaving: BTreeMap<usize, usize>,
    entering: BTreeMap<usize, usize>,
}

impl Inside {
    fn new(graph: &Graph, plan: &Plan, group: usize, options: &Options) -> Self {
        let members = &plan.members[group];
        let place_of: BTreeMap<usize, usize> = members
            .iter()
            .enumerate()
            .map(|(place, node)| (*node, place))
            .collect();
        let mut boxes: Vec<NodeBox> = members.iter().map(|node| graph.nodes()[*node]).collect();
        let (left, right) = (boxes.len(), boxes.len() + 1);
        boxes.push(NodeBox::new(1.0, 1.0).in_column(Column::First));
        boxes.push(NodeBox::new(1.0, 1.0).in_column(Column::Last));
        let mut edges = Vec::new();
        let mut add = |ends: (usize, usize)| {
            edges.push(ends);
            edges.len() - 1
        };
        let (mut within, mut leaving, mut entering) =
            (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for (edge, &(from, to)) in graph.edges().iter().enumerate() {
            match (place_of.get(&from), place_of.get(&to)) {
                (Some(&one), Some(&other)) => {
                    within.insert(edge, add((one, other)));
                }
                (Some(&place), None) => {
                    leaving.entry(from).or_insert_with(|| add((place, right)));
                }
                (None, Some(&place)) => {
                    entering.entry(to).or_insert_with(|| add((left, place)));
                }
                (None, None) => {}
            }
        }
        let options = Options {
            margin: 0.0,
            ..*options
        };
        let layout = Graph::new(boxes, edges)
            .map(|graph| lay_out(&graph, &options))
            .unwrap_or_default();
        Self {
            layout,
            place_of,
            within,
            leaving,
            entering,
        }
    }

    /// Its box in the outer picture.
    fn outline(&self) -> NodeBox {
        NodeBox::new(
            self.layout.size.width + BESIDE * 2.0,
            self.layout.size.height + ABOVE + BELOW,
        )
    }
}

/// The line of an edge within a group, moved to where the group stands.
fn line(inside: &Inside, edge: Option<&usize>, by: Point) -> Vec<Point> {
    let route = edge.and_then(|edge| inside.layout.edges.get(*edge));
    let points = route.map(Route::points).unwrap_or_default();
    points
        .iter()
        .map(|point| Point::new(point.x + by.x, point.y + by.y))
        .collect()
}

fn assemble(graph: &Graph, plan: &Plan, insides: &[Inside], outer: &Layout) -> Layout {
    let corner = |unit: usize| {
        let Rect { x, y, .. } = outer.nodes[unit];
        Point::new(x + BESIDE, y + ABOVE)
    };
    let group_of = |node: usize| match plan.units[plan.unit_of[node]] {
        Unit::Group(group) => Some(&insides[group]),
        Unit::Node(_) => None,
    };
    let place = |node: usize| {
        let unit = plan.unit_of[node];
        group_of(node)
            .and_then(|inside| inside.layout.nodes.get(*inside.place_of.get(&node)?))
            .map_or(outer.nodes[unit], |rect| rect.moved(corner(unit)))
    };
    let mut groups = vec![Rect::default(); insides.len()];
    for (unit, rect) in plan.units.iter().zip(&outer.nodes) {
        if let Unit::Group(group) = unit {
            groups[*group] = *rect;
        }
    }
    let edge_line = |edge: usize, (from, to): (usize, usize)| {
        let Some(trunk) = plan.trunk_of[edge] else {
            let inside = group_of(from);
            let by = corner(plan.unit_of[from]);
            return inside.map_or_else(Vec::new, |inside| {
                line(inside, inside.within.get(&edge), by)
            });
        };
        let mut points = Vec::new();
        if let Some(inside) = group_of(from) {
            points = line(
                inside,
                inside.leaving.get(&from),
                corner(plan.unit_of[from]),
            );
        }
        let mut trunk = outer.edges[trunk].points().iter();
        if let Some(&first) = trunk.next() {
            curve_to(&mut points, first);
        }
        points.extend(trunk);
        if let Some(inside) = group_of(to) {
            let mut rest =
                line(inside, inside.entering.get(&to), corner(plan.unit_of[to])).into_iter();
            if let Some(first) = rest.next() {
                curve_to(&mut points, first);
            }
            points.extend(rest);
        }
        points
    };
    let edges = graph.edges().iter().enumerate();
    let trunks = plan.trunks.iter().zip(&outer.edges);
    Layout {
        nodes: (0..graph.nodes().len()).map(place).collect(),
        edges: edges
            .map(|(edge, ends)| Route::new(edge_line(edge, *ends)))
            .collect(),
        groups,
        trunks: trunks
            .filter(|((ends, _), _)| {
                matches!(plan.units[ends.0], Unit::Group(_))
                    || matches!(plan.units[ends.1], Unit::Group(_))
            })
            .map(|((_, edges), route)| Trunk {
                edges: edges.clone(),
                route: route.clone(),
            })
            .collect(),
        ..*outer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two groups of three and a node of its own: 0 -> (1 -> 2, 1 -> 3) -> (4 -> 5, 6).
    const EDGES: [(usize, usize); 8] = [
        (0, 1),
        (1, 2),
        (1, 3),
        (2, 4),
        (3, 4),
        (3, 6),
        (4, 5),
        (6, 2),
    ];
    const GROUPS: [Option<usize>; 7] = [None, Some(0), Some(0), Some(0), Some(1), Some(1), Some(1)];

    fn laid_out() -> Layout {
        let graph = Graph::new(vec![NodeBox::new(120.0, 56.0); 7], EDGES.to_vec()).unwrap();
        lay_out_grouped(&graph, &GROUPS, &Options::default())
    }

    fn is_in(inner: &Rect, outer: &Rect) -> bool {
        inner.x >= outer.x
            && inner.y >= outer.y
            && inner.right() <= outer.right()
            && inner.bottom() <= outer.bottom()
    }

    #[test]
    fn members_stand_in_their_group_and_nobody_else_does() {
        let layout = laid_out();
        assert_eq!(layout.groups.len(), 2);
        for (node, group) in layout.nodes.iter().zip(GROUPS) {
            for (place, rect) in layout.groups.iter().enumerate() {
                assert_eq!(is_in(node, rect), group == Some(place), "{node:?} {rect:?}");
            }
        }
    }

    #[test]
    fn lines_lead_from_node_to_node_wherever_these_stand() {
        let layout = laid_out();
        for (&(from, to), route) in EDGES.iter().zip(&layout.edges) {
            for (fraction, node) in [(0.0, from), (1.0, to)] {
                let (point, rect) = (route.point_at(fraction), layout.nodes[node]);
                let apart = (rect.x - point.x)
                    .max(point.x - rect.right())
                    .max(rect.y - point.y)
                    .max(point.y - rect.bottom());
                assert!(apart.abs() < 0.01, "{from} -> {to}: {point:?} {rect:?}");
            }
        }
    }

    #[test]
    fn edges_between_two_groups_share_a_line() {
        let layout = laid_out();
        let shared: Vec<_> = layout.trunks.iter().map(|trunk| &trunk.edges[..]).collect();
        assert_eq!(shared, [&[0][..], &[3, 4, 5], &[7]]);
    }

    #[test]
    fn without_groups_it_is_the_ordinary_layout() {
        let graph = Graph::new(vec![NodeBox::new(120.0, 56.0); 7], EDGES.to_vec()).unwrap();
        let options = Options::default();
        let plain = lay_out_grouped(&graph, &[], &options);
        assert_eq!(plain.nodes, lay_out(&graph, &options).nodes);
        assert!(plain.trunks.is_empty() && plain.groups.is_empty());
    }
}
