//! Who stands above whom, so that few links cross.
//!
//! In: a grid. Out: the same grid with its columns reordered.
//!
//! Sweeps to the right and to the left put each cell at the barycentre of its neighbours
//! (Sugiyama, Tagawa and Toda, 1981); after each sweep neighbours are swapped where that
//! helps (the *transpose* of Gansner, Koutsofios, North and Vo, 1993, section 3), crossings
//! are counted in the accumulator tree of Barth, Jünger and Mutzel, "Simple and Efficient
//! Bilayer Cross Counting" (GD 2002), and the best order seen is kept.

use std::cmp::Ordering;

use super::grid::{CellId, Grid, Link};

/// How many sweeps are made at most: Gansner et al. found that more than 24 seldom help.
const MAX_SWEEPS: usize = 24;
/// After this many sweeps without gain (both directions, both ways of breaking ties) the
/// order has settled.
const IDLE_SWEEPS: usize = 4;
/// How many cells and links all sweeps of a part may look at together; 4 sweeps are always made.
const MAX_WORK: usize = 300_000;
/// How often a sweep goes over all columns to swap neighbours.
const SWAP_ROUNDS: usize = 3;

/// Reorders the columns of `grid`.
pub(super) fn reduce_crossings(grid: &mut Grid) {
    let mut order = Order::first(grid);
    let mut best = order.layers.clone();
    let mut fewest = order.crossings();
    let mut idle = 0;
    for sweep in 0..sweeps(grid) {
        if fewest == 0 || idle == IDLE_SWEEPS {
            break;
        }
        order.sweep(sweep);
        order.swap_neighbours();
        let crossings = order.crossings();
        idle += 1;
        if crossings < fewest {
            fewest = crossings;
            best.clone_from(&order.layers);
            idle = 0;
        }
    }
    grid.layers = best;
}

/// How many sweeps a grid of this size gets.
fn sweeps(grid: &Grid) -> usize {
    let links: usize = grid.right.iter().map(Vec::len).sum();
    (MAX_WORK / (grid.cells.len() + links + 1)).clamp(4, MAX_SWEEPS)
}

/// The order of cells while it is being improved.
struct Order<'g> {
    grid: &'g Grid,
    layers: Vec<Vec<CellId>>,
    /// The place of each cell in its column.
    place: Vec<usize>,
}

impl<'g> Order<'g> {
    /// The order in which a depth-first walk from the left meets the cells: trees and chains
    /// come out without a crossing, and siblings in the order of their edges.
    fn first(grid: &'g Grid) -> Self {
        let mut layers: Vec<Vec<CellId>> = vec![Vec::new(); grid.layers.len()];
        let mut met = vec![false; grid.cells.len()];
        for &root in grid.layers.iter().flatten() {
            let mut open = vec![root];
            while let Some(cell) = open.pop() {
                if !std::mem::replace(&mut met[cell.index()], true) {
                    layers[grid.cell(cell).layer].push(cell);
                    open.extend(grid.right[cell.index()].iter().rev().map(|link| link.to));
                }
            }
        }
        let mut order = Self {
            grid,
            layers,
            place: vec![0; grid.cells.len()],
        };
        for layer in 0..order.layers.len() {
            order.renumber(layer);
        }
        order
    }

    fn renumber(&mut self, layer: usize) {
        for (place, cell) in self.layers[layer].iter().enumerate() {
            self.place[cell.index()] = place;
        }
    }

    /// One pass over all columns: even ones to the right, odd ones to the left; every other
    /// pair of them turns cells with the same barycentre around, to leave a dead end.
    fn sweep(&mut self, number: usize) {
        let turn_ties = number % 4 >= 2;
        let layers = self.layers.len();
        if number.is_multiple_of(2) {
            for layer in 1..layers {
                self.settle(layer, &self.grid.left, turn_ties);
            }
        } else {
            for layer in (0..layers.saturating_sub(1)).rev() {
                self.settle(layer, &self.grid.right, turn_ties);
            }
        }
    }

    /// Sorts a column by barycentre; cells without neighbours keep their places.
    fn settle(&mut self, layer: usize, links: &[Vec<Link>], turn_ties: bool) {
        let column = &self.layers[layer];
        let mut places = Vec::with_capacity(column.len());
        let mut movable = Vec::with_capacity(column.len());
        for (place, &cell) in column.iter().enumerate() {
            if let Some(center) = self.barycentre(&links[cell.index()]) {
                places.push(place);
                movable.push((center, cell));
            }
        }
        if turn_ties {
            movable.reverse();
        }
        movable.sort_by(|(one, _), (other, _)| one.compare(other));
        for (place, (_, cell)) in places.into_iter().zip(movable) {
            self.layers[layer][place] = cell;
        }
        self.renumber(layer);
    }

    fn barycentre(&self, links: &[Link]) -> Option<Ratio> {
        let (sum, count) = links.iter().fold((0, 0), |(sum, count), link| {
            let place = self.place[link.to.index()] as u64;
            (sum + place * link.weight, count + link.weight)
        });
        (count > 0).then_some(Ratio { sum, count })
    }

    /// Swaps neighbours as long as that removes crossings.
    fn swap_neighbours(&mut self) {
        let mut scratch = Scratch::default();
        for _ in 0..SWAP_ROUNDS {
            let mut improved = false;
            for layer in 0..self.layers.len() {
                for upper in 0..self.layers[layer].len().saturating_sub(1) {
                    if self.swap_helps(layer, upper, &mut scratch) {
                        self.layers[layer].swap(upper, upper + 1);
                        let column = &self.layers[layer];
                        self.place[column[upper].index()] = upper;
                        self.place[column[upper + 1].index()] = upper + 1;
                        improved = true;
                    }
                }
            }
            if !improved {
                break;
            }
        }
    }

    /// Whether a cell and the one below it would cross fewer links the other way round.
    fn swap_helps(&self, layer: usize, upper: usize, scratch: &mut Scratch) -> bool {
        let one = self.layers[layer][upper].index();
        let other = self.layers[layer][upper + 1].index();
        let (mut now, mut swapped) = (0, 0);
        for links in [&self.grid.left, &self.grid.right] {
            let (above, below) = (&links[one], &links[other]);
            if above.is_empty() || below.is_empty() {
                continue;
            }
            self.places_of(above, &mut scratch.above);
            self.places_of(below, &mut scratch.below);
            now += crossings_between(&scratch.above, &scratch.below);
            swapped += crossings_between(&scratch.below, &scratch.above);
        }
        swapped < now
    }

    /// Where links end, and their weights, from the top.
    fn places_of(&self, links: &[Link], places: &mut Vec<(usize, u64)>) {
        places.clear();
        places.extend(
            links
                .iter()
                .map(|link| (self.place[link.to.index()], link.weight)),
        );
        places.sort_unstable();
    }

    /// How many pairs of edges cross.
    fn crossings(&self) -> u64 {
        let mut tree = Vec::new();
        let mut ends = Vec::new();
        self.layers
            .windows(2)
            .map(|pair| {
                ends.clear();
                for cell in &pair[0] {
                    let from = ends.len();
                    let links = &self.grid.right[cell.index()];
                    ends.extend(
                        links
                            .iter()
                            .map(|link| (self.place[link.to.index()], link.weight)),
                    );
                    ends[from..].sort_unstable();
                }
                count_inversions(&ends, pair[1].len(), &mut tree)
            })
            .sum()
    }
}

/// Room for two lists of ends, kept from call to call.
#[derive(Default)]
struct Scratch {
    above: Vec<(usize, u64)>,
    below: Vec<(usize, u64)>,
}

/// An exact mean.
struct Ratio {
    sum: u64,
    count: u64,
}

impl Ratio {
    fn compare(&self, other: &Self) -> Ordering {
        (self.sum * other.count).cmp(&(other.sum * self.count))
    }
}

/// How many links of an upper cell cross those of a lower cell, both sorted by their ends.
fn crossings_between(upper: &[(usize, u64)], lower: &[(usize, u64)]) -> u64 {
    let mut passed = 0;
    let mut weight_passed = 0;
    let mut crossings = 0;
    for &(place, weight) in upper {
        while passed < lower.len() && lower[passed].0 < place {
            weight_passed += lower[passed].1;
            passed += 1;
        }
        crossings += weight * weight_passed;
    }
    crossings
}

/// How many pairs of links cross, given where they end on the right (of `width` places) in
/// the order in which they start on the left. `tree` is scratch: sums of weights over halves.
fn count_inversions(ends: &[(usize, u64)], width: usize, tree: &mut Vec<u64>) -> u64 {
    let leaves = width.next_power_of_two();
    tree.clear();
    tree.resize(2 * leaves, 0);
    let mut crossings = 0;
    for &(place, weight) in ends {
        let mut node = leaves + place;
        tree[node] += weight;
        while node > 1 {
            if node.is_multiple_of(2) {
                crossings += weight * tree[node + 1];
            }
            node /= 2;
            tree[node] += weight;
        }
    }
    crossings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::flow::parts;
    use crate::layout::geometry::Spacing;
    use crate::layout::graph::{Graph, NodeBox, Options};
    use crate::layout::grid::build;
    use proptest::prelude::*;

    /// Two columns, 0..left and left..left+right, with these links between them.
    fn two_columns(left: usize, right: usize, edges: &[(usize, usize)]) -> Grid {
        let nodes = left + right;
        let edges: Vec<_> = edges.iter().map(|&(a, b)| (a, left + b)).collect();
        let graph = Graph::new(vec![NodeBox::new(1.0, 1.0); nodes], edges).unwrap();
        let order: Vec<usize> = (0..nodes).collect();
        let flow = parts(&graph, &order).remove(0);
        let layers: Vec<usize> = flow
            .node_weights()
            .map(|node| usize::from(node.node >= left))
            .collect();
        build(&flow, &layers, &Spacing::from(&Options::default()), 0)
    }

    fn crossings(grid: &Grid) -> u64 {
        let mut order = Order::first(grid);
        order.layers.clone_from(&grid.layers);
        for layer in 0..order.layers.len() {
            order.renumber(layer);
        }
        order.crossings()
    }

    /// Every pair of links, as the definition says.
    fn crossings_by_definition(ends: &[(usize, usize, u64)]) -> u64 {
        let mut sum = 0;
        for (index, one) in ends.iter().enumerate() {
            for other in &ends[..index] {
                if (one.0 < other.0 && one.1 > other.1) || (one.0 > other.0 && one.1 < other.1) {
                    sum += one.2 * other.2;
                }
            }
        }
        sum
    }

    #[test]
    fn a_knot_is_untied() {
        let mut grid = two_columns(3, 3, &[(0, 2), (1, 1), (2, 0), (0, 1), (1, 0)]);
        assert!(crossings(&grid) > 0);
        reduce_crossings(&mut grid);
        assert_eq!(crossings(&grid), 0);
    }

    #[test]
    fn a_crossing_that_must_be_stays_one() {
        let mut grid = two_columns(2, 2, &[(0, 0), (0, 1), (1, 0), (1, 1)]);
        reduce_crossings(&mut grid);
        assert_eq!(crossings(&grid), 1);
    }

    #[test]
    fn siblings_stand_in_the_order_of_their_edges() {
        let mut grid = two_columns(1, 3, &[(0, 2), (0, 0), (0, 1)]);
        reduce_crossings(&mut grid);
        let right: Vec<usize> = grid.layers[1].iter().map(|cell| cell.index()).collect();
        assert_eq!(right, [3, 1, 2]);
    }

    proptest! {
        #[test]
        fn the_accumulator_tree_counts_as_the_definition_does(
            mut links in prop::collection::vec((0_usize..6, 0_usize..7, 1_u64..4), 0..20),
        ) {
            links.sort_unstable();
            let ends: Vec<_> = links.iter().map(|&(_, right, weight)| (right, weight)).collect();
            let counted = count_inversions(&ends, 7, &mut Vec::new());
            prop_assert_eq!(counted, crossings_by_definition(&links));
        }

        #[test]
        fn swapping_two_neighbours_exchanges_the_two_counts(
            mut upper in prop::collection::vec((0_usize..6, 1_u64..4), 0..6),
            mut lower in prop::collection::vec((0_usize..6, 1_u64..4), 0..6),
        ) {
            upper.sort_unstable();
            lower.sort_unstable();
            let tag = |row: usize, ends: &[(usize, u64)]| -> Vec<(usize, usize, u64)> {
                ends.iter().map(|&(place, weight)| (row, place, weight)).collect()
            };
            let all = [tag(0, &upper), tag(1, &lower)].concat();
            prop_assert_eq!(crossings_between(&upper, &lower), crossings_by_definition(&all));
        }
    }
}
