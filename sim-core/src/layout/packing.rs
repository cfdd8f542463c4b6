//! The parts of a picture below each other.
//!
//! In: parts, each drawn from its own origin. Out: the layout. Parts are put on shelves in
//! their order (next-fit, after Coffman, Garey, Johnson and Tarjan, "Performance Bounds for
//! Level-Oriented Two-Dimensional Packing Algorithms", SIAM J. Comput. 9(4), 1980): wide parts
//! each get a shelf of their own, a handful of lone nodes share one.

use super::Layout;
use super::geometry::{Point, Rect, Size, Spacing};
use super::graph::Graph;
use super::route::Route;

/// How much wider than high a picture of many small parts should be: about a screen's shape.
const WIDTH_PER_HEIGHT: f32 = 1.6;

/// A connected part, drawn from its own origin.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// The room it takes.
    pub(super) size: Size,
    /// Nodes of the input and their boxes.
    pub(super) boxes: Vec<(usize, Rect)>,
    /// Edges of the input and the corners of their lines.
    pub(super) lines: Vec<(usize, Vec<Point>)>,
}

/// Puts all parts into one picture.
pub(super) fn pack(graph: &Graph, parts: &[Part], spacing: &Spacing) -> Layout {
    let mut layout = Layout {
        nodes: vec![Rect::default(); graph.nodes().len()],
        edges: vec![Route::default(); graph.edges().len()],
        ..Layout::default()
    };
    let sizes: Vec<Size> = parts.iter().map(|part| part.size).collect();
    let margin = spacing.margin as f32;
    let mut reach = Point::default();
    for (part, corner) in parts.iter().zip(corners(&sizes, spacing.part_gap as f32)) {
        let by = Point::new(corner.x + margin, corner.y + margin);
        for &(node, place) in &part.boxes {
            layout.nodes[node] = place.moved(by);
        }
        for (edge, line) in &part.lines {
            let moved = line
                .iter()
                .map(|point| Point::new(point.x + by.x, point.y + by.y));
            layout.edges[*edge] = Route::new(moved.collect());
        }
        reach.x = reach.x.max(corner.x + part.size.width);
        reach.y = reach.y.max(corner.y + part.size.height);
    }
    layout.size = Size {
        width: reach.x + 2.0 * margin,
        height: reach.y + 2.0 * margin,
    };
    layout
}

/// The upper left corner of each part.
fn corners(sizes: &[Size], gap: f32) -> Vec<Point> {
    let shelf_width = shelf_width(sizes, gap);
    let mut corners = Vec::with_capacity(sizes.len());
    let mut next = Point::default();
    let mut shelf_height: f32 = 0.0;
    for size in sizes {
        if next.x > 0.0 && next.x + size.width > shelf_width {
            next = Point::new(0.0, next.y + shelf_height + gap);
            shelf_height = 0.0;
        }
        corners.push(next);
        next.x += size.width + gap;
        shelf_height = shelf_height.max(size.height);
    }
    corners
}

/// As wide as the widest part, or as all of them in a picture of a pleasant shape.
fn shelf_width(sizes: &[Size], gap: f32) -> f32 {
    let widths = || sizes.iter().map(|size| size.width);
    let widest = widths().fold(0.0, f32::max);
    let narrowest = widths().fold(widest, f32::min);
    let area: f32 = sizes
        .iter()
        .map(|size| (size.width + gap) * (size.height + gap))
        .sum();
    // Half a small part on top: on average that much stays empty at the end of a shelf.
    (libm::sqrtf(area * WIDTH_PER_HEIGHT) + narrowest / 2.0).max(widest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corners_of(sizes: &[(f32, f32)]) -> Vec<(f32, f32)> {
        let sizes: Vec<Size> = sizes
            .iter()
            .map(|&(width, height)| Size { width, height })
            .collect();
        let corners = corners(&sizes, 10.0);
        corners.iter().map(|point| (point.x, point.y)).collect()
    }

    #[test]
    fn wide_parts_stand_below_each_other() {
        assert_eq!(
            corners_of(&[(600.0, 80.0), (500.0, 90.0), (600.0, 40.0)]),
            [(0.0, 0.0), (0.0, 90.0), (0.0, 190.0)]
        );
    }

    #[test]
    fn lone_nodes_share_a_shelf_below_a_wide_part() {
        assert_eq!(
            corners_of(&[(600.0, 80.0), (100.0, 40.0), (100.0, 40.0)]),
            [(0.0, 0.0), (0.0, 90.0), (110.0, 90.0)]
        );
    }

    #[test]
    fn many_lone_nodes_fill_a_picture_wider_than_high() {
        let rows: Vec<(f32, f32)> = corners_of(&[(100.0, 40.0); 9]);
        assert_eq!(rows[2], (220.0, 0.0));
        assert_eq!(rows[8], (220.0, 100.0));
    }
}
