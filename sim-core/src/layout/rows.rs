//! How far down each cell stands.
//!
//! In: a grid with ordered columns. Out: the middle of each cell in whole pixels, the topmost
//! border at 0. Order and distances within a column are kept, nodes are level with the
//! median of their neighbours where they can be, and the bends of a long edge are level with
//! each other.
//!
//! The rule is Brandes and Köpf, "Fast and Simple Horizontal Coordinate Assignment" (GD 2001),
//! turned by a right angle: four assignments (aligned with the left or the right neighbours,
//! pressed to the top or to the bottom), then the mean of the two in the middle. Pressing
//! does not follow the paper's classes, which need the repair of Brandes, Walter and Zink,
//! "Erratum" (2020), but takes the longest path through the graph of blocks, there and back.

use std::collections::{BTreeSet, VecDeque};

use super::geometry::{Px, Spacing};
use super::grid::{CellId, Grid, Link};

/// The middle of each cell.
pub(super) fn assign(grid: &Grid, spacing: &Spacing) -> Vec<Px> {
    let crossed = links_crossing_inner_ones(grid);
    let mut candidates = Vec::with_capacity(4);
    for side in [Side::Left, Side::Right] {
        for end in [End::Top, End::Bottom] {
            let pass = Pass::new(grid, spacing, side, end);
            let rows = pass.press(&pass.align(&crossed));
            candidates.push((end, rows));
        }
    }
    level(grid, &mut candidates);
    from_zero(grid, middle(&candidates))
}

/// Which neighbours cells align with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// Where cells are pressed to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Top,
    Bottom,
}

/// The place of each cell in its column.
fn places(grid: &Grid) -> Vec<usize> {
    let mut places = vec![0; grid.cells.len()];
    for layer in &grid.layers {
        for (place, cell) in layer.iter().enumerate() {
            places[cell.index()] = place;
        }
    }
    places
}

/// Links, as (left, right), that cross a link between two bends: long edges stay straight at
/// their cost. (Type 1 conflicts; algorithm 1 of the paper.)
fn links_crossing_inner_ones(grid: &Grid) -> BTreeSet<(CellId, CellId)> {
    let places = places(grid);
    let mut crossed = BTreeSet::new();
    for pair in grid.layers.windows(2) {
        let mut first_allowed = 0;
        let mut next = 0;
        for (index, &cell) in pair[1].iter().enumerate() {
            let inner = inner_place(grid, &places, cell);
            if inner.is_none() && index + 1 < pair[1].len() {
                continue;
            }
            let last_allowed = inner.unwrap_or(pair[0].len() - 1);
            for &right in &pair[1][next..=index] {
                for link in &grid.left[right.index()] {
                    let place = places[link.to.index()];
                    let is_inner = grid.cell(right).bend && grid.cell(link.to).bend;
                    if !is_inner && !(first_allowed..=last_allowed).contains(&place) {
                        crossed.insert((link.to, right));
                    }
                }
            }
            next = index + 1;
            first_allowed = last_allowed;
        }
    }
    crossed
}

/// If `cell` is a bend that follows a bend: the place of the latter.
fn inner_place(grid: &Grid, places: &[usize], cell: CellId) -> Option<usize> {
    let before = grid.left[cell.index()].first()?.to;
    (grid.cell(cell).bend && grid.cell(before).bend).then(|| places[before.index()])
}

/// Cells that are to be level.
struct Blocks {
    /// The block of each cell, named by its first member.
    root: Vec<CellId>,
    /// The members of each block, at its root.
    members: Vec<Vec<CellId>>,
}

/// One of the four assignments, always written as if pressed to the top: for the bottom the
/// columns are read upside down and the result is turned around.
struct Pass<'g> {
    grid: &'g Grid,
    spacing: &'g Spacing,
    side: Side,
    end: End,
    layers: Vec<Vec<CellId>>,
    place: Vec<usize>,
}

impl<'g> Pass<'g> {
    fn new(grid: &'g Grid, spacing: &'g Spacing, side: Side, end: End) -> Self {
        let mut layers = grid.layers.clone();
        let mut place = places(grid);
        if end == End::Bottom {
            for layer in &mut layers {
                layer.reverse();
                for (index, cell) in layer.iter().enumerate() {
                    place[cell.index()] = index;
                }
            }
        }
        Self {
            grid,
            spacing,
            side,
            end,
            layers,
            place,
        }
    }

    /// Joins each cell with a median neighbour where that crosses no other joint. (Algorithm 2.)
    fn align(&self, crossed: &BTreeSet<(CellId, CellId)>) -> Blocks {
        let cells = self.grid.cells.len();
        let mut blocks = Blocks {
            root: (0..cells).map(CellId::new).collect(),
            members: (0..cells).map(|cell| vec![CellId::new(cell)]).collect(),
        };
        let mut taken = vec![false; cells];
        let mut align_layer = |layer: &[CellId]| {
            let mut free_from = 0;
            for &cell in layer {
                for neighbour in self.medians(cell) {
                    let place = self.place[neighbour.index()];
                    let allowed = place >= free_from && !taken[neighbour.index()];
                    if allowed && !crossed.contains(&self.ends(neighbour, cell)) {
                        let root = blocks.root[neighbour.index()];
                        taken[neighbour.index()] = true;
                        blocks.root[cell.index()] = root;
                        blocks.members[root.index()].push(cell);
                        free_from = place + 1;
                        break;
                    }
                }
            }
        };
        match self.side {
            Side::Left => self.layers.iter().for_each(|layer| align_layer(layer)),
            Side::Right => self
                .layers
                .iter()
                .rev()
                .for_each(|layer| align_layer(layer)),
        }
        blocks
    }

    /// The one or two neighbours in the middle, the upper one first. Edges against the flow
    /// have no say where there are others: a call-back does not bend the line it answers.
    fn medians(&self, cell: CellId) -> Vec<CellId> {
        let links: &[Link] = match self.side {
            Side::Left => &self.grid.left[cell.index()],
            Side::Right => &self.grid.right[cell.index()],
        };
        let any_with_flow = links.iter().any(|link| link.with_flow);
        let mut neighbours: Vec<CellId> = links
            .iter()
            .filter(|link| link.with_flow || !any_with_flow)
            .map(|link| link.to)
            .collect();
        neighbours.sort_unstable_by_key(|neighbour| self.place[neighbour.index()]);
        let count = neighbours.len();
        if count > 0 {
            neighbours.truncate(count / 2 + 1);
            neighbours.drain(..(count - 1) / 2);
        }
        neighbours
    }

    /// A link as (left, right).
    fn ends(&self, neighbour: CellId, cell: CellId) -> (CellId, CellId) {
        match self.side {
            Side::Left => (neighbour, cell),
            Side::Right => (cell, neighbour),
        }
    }

    /// Gives every block the highest place that it can have, then draws each that has
    /// something below it down to that, so that blocks stand close to each other.
    fn press(&self, blocks: &Blocks) -> Vec<Px> {
        let sequence = self.downwards(blocks);
        let mut rows = vec![0; self.grid.cells.len()];
        for &root in &sequence {
            let lowest_limit = blocks.members[root.index()]
                .iter()
                .filter_map(|&cell| self.above(cell).map(|upper| (upper, cell)))
                .map(|(upper, cell)| {
                    rows[blocks.root[upper.index()].index()] + self.gap(upper, cell)
                })
                .max();
            rows[root.index()] = lowest_limit.unwrap_or(0);
        }
        for &root in sequence.iter().rev() {
            let room = blocks.members[root.index()]
                .iter()
                .filter_map(|&cell| self.below(cell).map(|lower| (cell, lower)))
                .map(|(cell, lower)| {
                    rows[blocks.root[lower.index()].index()] - self.gap(cell, lower)
                })
                .min();
            rows[root.index()] = room.unwrap_or(rows[root.index()]);
        }
        let sign = if self.end == End::Top { 1 } else { -1 };
        let row = |root: &CellId| sign * rows[root.index()];
        blocks.root.iter().map(row).collect()
    }

    /// The roots, each block after all that are above one of its members.
    fn downwards(&self, blocks: &Blocks) -> Vec<CellId> {
        let mut waits_for = vec![0_usize; self.grid.cells.len()];
        for cell in self.layers.iter().flat_map(|layer| layer.iter().skip(1)) {
            waits_for[blocks.root[cell.index()].index()] += 1;
        }
        let is_root = |cell: &CellId| blocks.root[cell.index()] == *cell;
        let mut ready: VecDeque<CellId> = (0..self.grid.cells.len())
            .map(CellId::new)
            .filter(|cell| is_root(cell) && waits_for[cell.index()] == 0)
            .collect();
        let mut sequence = Vec::with_capacity(self.grid.cells.len());
        while let Some(root) = ready.pop_front() {
            sequence.push(root);
            for &cell in &blocks.members[root.index()] {
                if let Some(lower) = self.below(cell) {
                    let next = blocks.root[lower.index()];
                    waits_for[next.index()] -= 1;
                    if waits_for[next.index()] == 0 {
                        ready.push_back(next);
                    }
                }
            }
        }
        sequence
    }

    fn above(&self, cell: CellId) -> Option<CellId> {
        let column = &self.layers[self.grid.cell(cell).layer];
        let place = self.place[cell.index()].checked_sub(1)?;
        column.get(place).copied()
    }

    fn below(&self, cell: CellId) -> Option<CellId> {
        let column = &self.layers[self.grid.cell(cell).layer];
        column.get(self.place[cell.index()] + 1).copied()
    }

    /// The least distance between two cells that follow each other in this pass.
    fn gap(&self, upper: CellId, lower: CellId) -> Px {
        match self.end {
            End::Top => self.grid.separation(upper, lower, self.spacing),
            End::Bottom => self.grid.separation(lower, upper, self.spacing),
        }
    }
}

/// The highest and the lowest border of an assignment.
fn extent(grid: &Grid, rows: &[Px]) -> (Px, Px) {
    let cells = || rows.iter().zip(&grid.cells);
    let top = cells().map(|(row, cell)| row - cell.above).min();
    let bottom = cells().map(|(row, cell)| row + cell.below).max();
    (top.unwrap_or(0), bottom.unwrap_or(0))
}

/// Moves the four to the top or the bottom, where they were pressed to, of the least high one.
fn level(grid: &Grid, candidates: &mut [(End, Vec<Px>)]) {
    let extents = candidates.iter().map(|(_, rows)| extent(grid, rows));
    let (top, bottom) = extents
        .min_by_key(|(top, bottom)| bottom - top)
        .unwrap_or((0, 0));
    for (end, rows) in candidates {
        let (own_top, own_bottom) = extent(grid, rows);
        let shift = match end {
            End::Top => top - own_top,
            End::Bottom => bottom - own_bottom,
        };
        for row in rows {
            *row += shift;
        }
    }
}

/// The mean of the two middle ones of four. Each of the four keeps the distances, so their
/// order statistics do, and so does the rounded mean of two of these.
fn middle(candidates: &[(End, Vec<Px>)]) -> Vec<Px> {
    let cells = candidates.first().map_or(0, |(_, rows)| rows.len());
    (0..cells)
        .map(|cell| {
            let mut rows: Vec<Px> = candidates.iter().map(|(_, rows)| rows[cell]).collect();
            rows.sort_unstable();
            (rows[1] + rows[2]).div_euclid(2)
        })
        .collect()
}

/// Moves the topmost border to 0.
fn from_zero(grid: &Grid, mut rows: Vec<Px>) -> Vec<Px> {
    let (top, _) = extent(grid, &rows);
    for row in &mut rows {
        *row -= top;
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::cycles::flow_order;
    use crate::layout::flow::parts;
    use crate::layout::graph::{Graph, NodeBox, Options};
    use crate::layout::{grid, layers, ordering};
    use proptest::prelude::*;

    fn spacing() -> Spacing {
        Spacing::from(&Options::default())
    }

    /// The grid of the first part, ordered, and its rows.
    fn placed(nodes: usize, edges: &[(usize, usize)]) -> (Grid, Vec<Px>) {
        let graph = Graph::new(vec![NodeBox::new(80.0, 40.0); nodes], edges.to_vec()).unwrap();
        let flow = parts(&graph, &flow_order(&graph)).remove(0);
        let layers = layers::assign(&flow);
        let mut grid = grid::build(&flow, &layers, &spacing(), 1_000);
        ordering::reduce_crossings(&mut grid);
        let rows = assign(&grid, &spacing());
        (grid, rows)
    }

    #[test]
    fn a_chain_is_level() {
        assert_eq!(placed(4, &[(0, 1), (1, 2), (2, 3)]).1, [20; 4]);
    }

    #[test]
    fn a_diamond_is_symmetric() {
        let (_, rows) = placed(4, &[(0, 1), (0, 2), (1, 3), (2, 3)]);
        assert_eq!(rows, [58, 20, 96, 58]);
    }

    #[test]
    fn a_fan_is_centred() {
        let (_, rows) = placed(4, &[(0, 1), (0, 2), (0, 3)]);
        assert_eq!(rows, [96, 20, 96, 172]);
    }

    #[test]
    fn the_bends_of_a_long_edge_are_level() {
        let (grid, rows) = placed(5, &[(0, 1), (1, 2), (2, 3), (3, 4), (0, 4)]);
        let bends: BTreeSet<Px> = (0..grid.cells.len())
            .filter(|&cell| grid.cells[cell].bend)
            .map(|cell| rows[cell])
            .collect();
        assert_eq!(bends.len(), 1);
    }

    proptest! {
        #[test]
        fn order_and_distances_within_a_column_are_kept(
            edges in prop::collection::vec((0_usize..12, 0_usize..12), 1..40),
        ) {
            let (grid, rows) = placed(12, &edges);
            for layer in &grid.layers {
                for pair in layer.windows(2) {
                    let distance = rows[pair[1].index()] - rows[pair[0].index()];
                    prop_assert!(distance >= grid.separation(pair[0], pair[1], &spacing()));
                }
            }
        }
    }
}
