//! How far to the right each column stands.
//!
//! In: a grid with its rows. Out: the left and right border of each column in whole pixels.
//! A column is as wide as its widest node. The gap to the next grows where links between
//! them are steep, up to a bound, in the spirit of Buchheim, Jünger and Leipert, "A Fast
//! Layout Algorithm for k-Level Graphs" (GD 2000), who set the distances of levels by the
//! slopes between them.

use super::flow::Flow;
use super::geometry::{Px, Spacing, whole};
use super::grid::Grid;

/// A gap is at least this fraction of the rise of the steepest link in it (one over it) ...
const RISE_PER_GAP: Px = 3;
/// ... but never wider than this many ordinary gaps.
const MAX_WIDENING: Px = 2;

/// The borders of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) left: Px,
    pub(super) right: Px,
}

/// The borders of each column.
pub(super) fn assign(flow: &Flow, grid: &Grid, rows: &[Px], spacing: &Spacing) -> Vec<Span> {
    let mut columns: Vec<Span> = Vec::with_capacity(grid.layers.len());
    for (layer, width) in widths(flow, grid).into_iter().enumerate() {
        let left = columns
            .last()
            .map_or(0, |before| before.right + gap(grid, layer, rows, spacing));
        let right = left + width;
        columns.push(Span { left, right });
    }
    columns
}

/// The width of the widest node of each column.
fn widths(flow: &Flow, grid: &Grid) -> Vec<Px> {
    let mut widths = vec![0; grid.layers.len()];
    for (node, cell) in flow.node_weights().zip(&grid.cells) {
        widths[cell.layer] = widths[cell.layer].max(whole(node.shape.drawn_width()));
    }
    widths
}

/// The gap on the left of a column.
fn gap(grid: &Grid, layer: usize, rows: &[Px], spacing: &Spacing) -> Px {
    let rises = grid.layers[layer].iter().flat_map(|cell| {
        let row = rows[cell.index()];
        let links = grid.left[cell.index()].iter();
        links.map(move |link| (rows[link.to.index()] - row).abs())
    });
    let steepest = rises.max().unwrap_or(0);
    let widest = spacing.layer_gap * MAX_WIDENING;
    (steepest / RISE_PER_GAP).clamp(spacing.layer_gap, widest)
}
