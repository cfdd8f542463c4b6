//! Lines through the free space between the boxes.
//!
//! In: a part whose cells have rows and columns. Out: its boxes and the corners of its lines.
//!
//! Within a column a line is level, at the height of a bend that keeps its distance from all
//! boxes there; only in the gaps between columns, where no box can be, does it rise or fall,
//! as a cubic Bézier curve that is level at both ends. So no line can pass through a foreign
//! box. (Routing within the free corridor after placing follows Gansner, Koutsofios, North
//! and Vo, 1993, section 5, with the corridor's shape fixed beforehand.)

use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use super::columns::Span;
use super::flow::{Flow, FlowNode};
use super::geometry::{Point, Px, Rect, Size, Spacing};
use super::grid::{CellId, Grid, Path};
use super::packing::Part;
use super::ports::{self, Ports};

/// Into how many straight pieces a curve is cut: at ordinary gaps each is a few pixels long.
const PIECES: u8 = 16;

/// Places the nodes of a part and draws its edges.
pub(super) fn draw(
    flow: &Flow,
    grid: &Grid,
    rows: &[Px],
    columns: &[Span],
    spacing: &Spacing,
) -> Part {
    let boxes = boxes(flow, grid, rows, columns);
    let mut pen = Pen {
        grid,
        rows,
        columns,
        spacing,
        ports: ports::assign(grid, rows, &boxes, spacing),
        boxes,
        bottom: bottom(grid, rows),
    };
    let mut drawn = Vec::new();
    for bundle in flow.edge_references() {
        let lanes = bundle.weight();
        for (place, lane) in lanes.iter().enumerate() {
            let offset = (place as f32 - (lanes.len() - 1) as f32 / 2.0) * spacing.lane_gap as f32;
            let line = match &grid.paths[bundle.id().index()] {
                Path::Through(path) => pen.through(path, offset),
                Path::Around => pen.around(bundle.source(), bundle.target()),
            };
            drawn.push((lane.edge, directed(line, lane.against)));
        }
    }
    for node in flow.node_indices() {
        drawn.extend(pen.loops(node, &flow[node].loops));
    }
    Part {
        size: Size {
            width: columns.last().map_or(0.0, |column| column.right as f32),
            height: pen.bottom as f32,
        },
        boxes: flow
            .node_weights()
            .map(|node| node.node)
            .zip(pen.boxes)
            .collect(),
        lines: drawn,
    }
}

/// The boxes of the nodes, each in the middle of its cell.
fn boxes(flow: &Flow, grid: &Grid, rows: &[Px], columns: &[Span]) -> Vec<Rect> {
    let place = |(index, shape): (usize, &FlowNode)| {
        let (width, height) = (shape.shape.drawn_width(), shape.shape.drawn_height());
        let column = columns[grid.cells[index].layer];
        let room = (column.left + column.right) as f32;
        Rect {
            x: (room - width) / 2.0,
            y: rows[index] as f32 - height / 2.0,
            width,
            height,
        }
    };
    flow.node_weights().enumerate().map(place).collect()
}

/// The lowest border of all cells.
fn bottom(grid: &Grid, rows: &[Px]) -> Px {
    let borders = rows
        .iter()
        .zip(&grid.cells)
        .map(|(row, cell)| row + cell.below);
    borders.max().unwrap_or(0)
}

/// A line from left to right in the direction of its edge.
fn directed(mut corners: Vec<Point>, against: bool) -> Vec<Point> {
    if against {
        corners.reverse();
    }
    corners
}

/// What drawing a line needs to know.
struct Pen<'g> {
    grid: &'g Grid,
    rows: &'g [Px],
    columns: &'g [Span],
    spacing: &'g Spacing,
    boxes: Vec<Rect>,
    ports: Ports,
    /// How far down lines and boxes reach so far.
    bottom: Px,
}

impl Pen<'_> {
    /// A lane of a bundle from its left node to its right one, `offset` below the middle of
    /// the bundle.
    fn through(&self, path: &[CellId], offset: f32) -> Vec<Point> {
        let mut line = Vec::new();
        for (step, &cell) in path.iter().enumerate() {
            let column = self.columns[self.grid.cell(cell).layer];
            let (left, right) = (column.left as f32, column.right as f32);
            let (enter, leave, y) = if self.grid.cell(cell).bend {
                (left, right, self.rows[cell.index()] as f32 + offset)
            } else if step == 0 {
                let from = self.boxes[cell.index()];
                (from.right(), right, self.port(path, 0, 1, offset))
            } else {
                let to = self.boxes[cell.index()];
                (left, to.x, self.port(path, step, step - 1, offset))
            };
            curve_to(&mut line, Point::new(enter, y));
            line.push(Point::new(leave, y));
        }
        line
    }

    /// How far down a lane ends at the node that is `at` on its path, coming from `next`.
    fn port(&self, path: &[CellId], at: usize, next: usize, offset: f32) -> f32 {
        let middle = self.boxes[path[at].index()].center().y;
        let port = self.ports.get(&(path[at], path[next]));
        middle + port.map_or(0.0, |port| port.offset + offset * port.squeeze)
    }

    /// A line below everything else, down in the gap behind the left node and up again in
    /// the gap before the right one.
    fn around(&mut self, left: NodeIndex, right: NodeIndex) -> Vec<Point> {
        let (from, to) = (self.boxes[left.index()], self.boxes[right.index()]);
        self.bottom += self.spacing.edge_gap;
        let below = self.bottom as f32;
        let down = self.gap_after(self.grid.cells[left.index()].layer);
        let up = self.gap_after(self.grid.cells[right.index()].layer - 1);
        vec![
            Point::new(from.right(), from.center().y),
            Point::new(down, from.center().y),
            Point::new(down, below),
            Point::new(up, below),
            Point::new(up, to.center().y),
            Point::new(to.x, to.center().y),
        ]
    }

    /// The middle of the gap between a column and the next.
    fn gap_after(&self, layer: usize) -> f32 {
        (self.columns[layer].right + self.columns[layer + 1].left) as f32 / 2.0
    }

    /// Loops over the upper border of a node, each outside the one before.
    fn loops(&self, node: NodeIndex, edges: &[usize]) -> Vec<(usize, Vec<Point>)> {
        let shape = self.boxes[node.index()];
        let (middle, lane) = (shape.center().x, self.spacing.lane_gap as f32);
        edges
            .iter()
            .enumerate()
            .map(|(place, &edge)| {
                let reach = shape.width / 2.0 * (place + 1) as f32 / (edges.len() + 1) as f32;
                let rise = lane * (place + 2) as f32;
                let start = Point::new(middle - reach, shape.y);
                let end = Point::new(middle + reach, shape.y);
                (edge, arch(start, end, rise))
            })
            .collect()
    }
}

/// Continues a line to `end` by a curve that is level at both ends, or begins it there.
pub(super) fn curve_to(line: &mut Vec<Point>, end: Point) {
    let Some(&start) = line.last() else {
        line.push(end);
        return;
    };
    let half_way = f32::midpoint(start.x, end.x);
    let controls = [
        start,
        Point::new(half_way, start.y),
        Point::new(half_way, end.y),
        end,
    ];
    line.extend(curve(controls).skip(1));
}

/// A curve that leaves `start` upwards, rises by `rise` and comes down at `end`.
fn arch(start: Point, end: Point, rise: f32) -> Vec<Point> {
    // In the middle of the curve the two upper controls weigh 3/4.
    let top = start.y - rise * 4.0 / 3.0;
    let controls = [start, Point::new(start.x, top), Point::new(end.x, top), end];
    curve(controls).collect()
}

/// The corners of a cubic Bézier curve, both ends included and exact (de Casteljau's rule).
pub(super) fn curve(controls: [Point; 4]) -> impl Iterator<Item = Point> {
    (0..=PIECES).map(move |piece| {
        if piece == PIECES {
            return controls[3];
        }
        let part = f32::from(piece) / f32::from(PIECES);
        let mut level = controls;
        for width in (1..4).rev() {
            for index in 0..width {
                level[index] = level[index].towards(level[index + 1], part);
            }
        }
        level[0]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_level_at_its_ends_and_stays_between_them() {
        let mut line = vec![Point::new(0.0, 10.0)];
        curve_to(&mut line, Point::new(80.0, 200.0));
        assert_eq!(line.last(), Some(&Point::new(80.0, 200.0)));
        assert!(
            line.windows(2)
                .all(|pair| pair[0].x < pair[1].x && pair[0].y <= pair[1].y)
        );
        assert!(line[1].y - line[0].y < 0.5 * (line[1].x - line[0].x));
    }

    #[test]
    fn an_arch_rises_as_high_as_it_may() {
        let line = arch(Point::new(10.0, 50.0), Point::new(30.0, 50.0), 24.0);
        let top = line.iter().map(|point| point.y).fold(f32::MAX, f32::min);
        assert!((top - 26.0).abs() < 0.01);
    }
}
