//! Places that a person has chosen: some nodes stand where they were dragged to.
//!
//! In: a finished layout, the edges it was made of, and nodes with the places of their middles.
//! Out: the same layout with these nodes there and their lines drawn anew. All others stay where
//! they were, so that moving one node never turns a picture around that somebody knows.

use super::geometry::{Point, Rect, Size};
use super::route::Route;
use super::routes::curve;
use super::{Layout, Options};

/// The farthest from the origin that a node can be put, in pixels: beyond, places of `f32` are
/// no longer exact, and nobody finds a node again.
const FARTHEST: f32 = 65_536.0;
/// Room around the lines and boxes of moved nodes.
const AROUND: f32 = 24.0;

/// The layout with the middles of some nodes at these places; nodes that are not there are
/// left out. `edges` are those that the layout was made of.
pub fn with_places(layout: &Layout, edges: &[(usize, usize)], places: &[(usize, Point)]) -> Layout {
    let mut moved = layout.clone();
    let mut is_moved = vec![false; moved.nodes.len()];
    for &(node, middle) in places {
        let Some(rect) = moved.nodes.get_mut(node) else {
            continue;
        };
        is_moved[node] = true;
        rect.x = within(middle.x) - rect.width / 2.0;
        rect.y = within(middle.y) - rect.height / 2.0;
    }
    if !is_moved.contains(&true) {
        return moved;
    }
    for edge in 0..moved.edges.len() {
        let Some(&(from, to)) = edges.get(edge) else {
            continue;
        };
        let touched = |node: usize| is_moved.get(node).copied().unwrap_or_default();
        if from == to && touched(from) {
            moved.edges[edge] = carried(layout, edge, from, &moved.nodes);
        } else if touched(from) || touched(to) {
            let (lane, lanes) = lane(edges, edge);
            let lane_gap = Options::default().lane_gap;
            let aside = (lane as f32 - (lanes as f32 - 1.0) / 2.0) * lane_gap;
            moved.edges[edge] = direct(moved.nodes[from], moved.nodes[to], aside);
        }
    }
    moved.reach_around(AROUND);
    moved
}

fn within(length: f32) -> f32 {
    if length.is_nan() {
        0.0
    } else {
        length.clamp(-FARTHEST, FARTHEST)
    }
}

/// A loop goes with its node.
fn carried(layout: &Layout, edge: usize, node: usize, nodes: &[Rect]) -> Route {
    let (before, after) = (layout.nodes[node], nodes[node]);
    let by = Point::new(after.x - before.x, after.y - before.y);
    let points = layout.edges[edge].points().iter();
    Route::new(
        points
            .map(|point| Point::new(point.x + by.x, point.y + by.y))
            .collect(),
    )
}

/// The place of an edge among those that join the same two nodes, and how many these are.
fn lane(edges: &[(usize, usize)], edge: usize) -> (usize, usize) {
    let (from, to) = edges[edge];
    let same = |other: &(usize, usize)| *other == (from, to) || *other == (to, from);
    let before = edges[..edge].iter().filter(|other| same(other)).count();
    (before, edges.iter().filter(|other| same(other)).count())
}

/// A curve between the sides of two boxes that face each other, `aside` of their middles.
fn direct(from: Rect, to: Rect, aside: f32) -> Route {
    let across = (to.x - from.right()).max(from.x - to.right());
    let down = (to.y - from.bottom()).max(from.y - to.bottom());
    let (start, end) = if across >= down {
        let rightward = to.center().x >= from.center().x;
        let side = |rect: Rect, right: bool| {
            let inside = aside.clamp(-rect.height / 2.0, rect.height / 2.0);
            let x = if right { rect.right() } else { rect.x };
            Point::new(x, rect.center().y + inside)
        };
        (side(from, rightward), side(to, !rightward))
    } else {
        let downward = to.center().y >= from.center().y;
        let side = |rect: Rect, bottom: bool| {
            let inside = aside.clamp(-rect.width / 2.0, rect.width / 2.0);
            let y = if bottom { rect.bottom() } else { rect.y };
            Point::new(rect.center().x + inside, y)
        };
        (side(from, downward), side(to, !downward))
    };
    let bends = if across >= down {
        let middle = f32::midpoint(start.x, end.x);
        [Point::new(middle, start.y), Point::new(middle, end.y)]
    } else {
        let middle = f32::midpoint(start.y, end.y);
        [Point::new(start.x, middle), Point::new(end.x, middle)]
    };
    Route::new(curve([start, bends[0], bends[1], end]).collect())
}

impl Layout {
    /// Everything that is drawn lies in here.
    pub const fn bounds(&self) -> Rect {
        Rect {
            x: self.origin.x,
            y: self.origin.y,
            width: self.size.width,
            height: self.size.height,
        }
    }

    /// Has the bounds reach so far around every box and line.
    fn reach_around(&mut self, margin: f32) {
        let corners = self.nodes.iter().flat_map(|rect| {
            [
                Point::new(rect.x, rect.y),
                Point::new(rect.right(), rect.bottom()),
            ]
        });
        let groups = self.groups.iter().flat_map(|rect| {
            [
                Point::new(rect.x, rect.y),
                Point::new(rect.right(), rect.bottom()),
            ]
        });
        let points = self.edges.iter().flat_map(Route::points).copied();
        let start = (f32::MAX, f32::MAX, f32::MIN, f32::MIN);
        let (left, top, right, bottom) = corners.chain(groups).chain(points).fold(
            start,
            |(left, top, right, bottom), Point { x, y }| {
                (left.min(x), top.min(y), right.max(x), bottom.max(y))
            },
        );
        if left > right {
            return;
        }
        self.origin = Point::new(left - margin, top - margin);
        self.size = Size {
            width: right - left + 2.0 * margin,
            height: bottom - top + 2.0 * margin,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{Graph, NodeBox, lay_out};

    const EDGES: [(usize, usize); 4] = [(0, 1), (1, 2), (1, 1), (2, 0)];

    fn laid_out() -> Layout {
        let graph = Graph::new(vec![NodeBox::new(100.0, 40.0); 3], EDGES.to_vec()).unwrap();
        lay_out(&graph, &Options::default())
    }

    fn moved(node: usize, x: f32, y: f32) -> Layout {
        with_places(&laid_out(), &EDGES, &[(node, Point::new(x, y))])
    }

    #[test]
    fn a_node_stands_where_it_was_put_and_the_others_where_they_were() {
        let (before, after) = (laid_out(), moved(1, 50.0, 400.0));
        assert_eq!(after.nodes[1].center(), Point::new(50.0, 400.0));
        assert_eq!(
            (after.nodes[0], after.nodes[2]),
            (before.nodes[0], before.nodes[2])
        );
        assert_eq!(
            after.edges[3], before.edges[3],
            "a line between others stays"
        );
    }

    #[test]
    fn lines_end_at_the_borders_of_a_node_that_was_moved() {
        for (x, y) in [
            (50.0, 400.0),
            (-700.0, 30.0),
            (2_000.0, -90.0),
            (120.0, 60.0),
        ] {
            let after = moved(1, x, y);
            for (&(from, to), route) in EDGES.iter().zip(&after.edges) {
                for (place, node) in [(0.0, from), (1.0, to)] {
                    let (point, rect) = (route.point_at(place), after.nodes[node]);
                    let apart = (rect.x - point.x)
                        .max(point.x - rect.right())
                        .max(rect.y - point.y)
                        .max(point.y - rect.bottom());
                    assert!(apart.abs() < 0.01, "{point:?} {rect:?}");
                }
            }
        }
    }

    #[test]
    fn the_bounds_reach_to_where_nodes_were_put() {
        let after = moved(0, -500.0, -300.0);
        let bounds = after.bounds();
        assert!(bounds.x < -550.0 && bounds.y < -320.0);
        for rect in &after.nodes {
            assert!(rect.right() <= bounds.right() && rect.bottom() <= bounds.bottom());
        }
    }

    #[test]
    fn places_of_nodes_that_are_not_there_and_numbers_that_are_none_do_no_harm() {
        assert_eq!(moved(9, 1.0, 1.0), laid_out());
        let strange = with_places(
            &laid_out(),
            &EDGES,
            &[(0, Point::new(f32::NAN, f32::INFINITY))],
        );
        let bounds = strange.bounds();
        assert!(bounds.width.is_finite() && bounds.height.is_finite());
    }
}
