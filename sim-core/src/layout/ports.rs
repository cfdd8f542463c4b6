//! Where on the sides of its nodes a bundle ends.
//!
//! In: a grid with its rows and the boxes of its nodes. Out: a height on the node's side for
//! every bundle there. Bundles are spread in the order of where they lead, so that their lines
//! do not cross at the node and requests on one do not cover replies on the next (the fixed
//! port order of Schulze, Spönemann and von Hanxleden, "Drawing Layered Graphs with Port
//! Constraints", J. Visual Languages and Computing 25(2), 2014). A line that can be straight
//! gets the middle of the side and stays straight.

use std::collections::BTreeMap;

use super::geometry::{Px, Rect, Spacing};
use super::grid::{CellId, Grid, Link};

/// How much of a node's side its lines may use, so that they stay clear of the corners.
const USABLE_SIDE: f32 = 0.75;

/// The end of a bundle at a node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Port {
    /// How far below the middle of the side the middle of the bundle is.
    pub(super) offset: f32,
    /// By how much lanes come closer to each other there, 1 if not at all.
    pub(super) squeeze: f32,
}

/// The port at a node of the bundle that leads to a neighbouring cell, by both.
pub(super) type Ports = BTreeMap<(CellId, CellId), Port>;

/// The ports of all nodes.
pub(super) fn assign(grid: &Grid, rows: &[Px], boxes: &[Rect], spacing: &Spacing) -> Ports {
    let mut ports = Ports::new();
    for (index, shape) in boxes.iter().enumerate() {
        let node = CellId::new(index);
        for links in [&grid.left[index], &grid.right[index]] {
            let mut links = links.clone();
            links.sort_by_key(|link| rows[link.to.index()]);
            let offsets = offsets(&links, rows[index], rows, spacing.lane_gap as f32);
            let squeeze = squeeze(&links, &offsets, shape.height, spacing.lane_gap as f32);
            for (link, offset) in links.iter().zip(offsets) {
                let offset = offset * squeeze;
                ports.insert((node, link.to), Port { offset, squeeze });
            }
        }
    }
    ports
}

/// How far below the middle each bundle of a side ends if there is room enough.
fn offsets(links: &[Link], row: Px, rows: &[Px], lane_gap: f32) -> Vec<f32> {
    let mut offsets = Vec::with_capacity(links.len());
    let mut next = 0.0;
    for link in links {
        offsets.push(next + thickness(link, lane_gap) / 2.0);
        next += thickness(link, lane_gap) + lane_gap;
    }
    let level = links.iter().position(|link| rows[link.to.index()] == row);
    let middle = level.map_or((next - lane_gap) / 2.0, |level| offsets[level]);
    for offset in &mut offsets {
        *offset -= middle;
    }
    offsets
}

/// From the first to the last lane of a bundle.
fn thickness(link: &Link, lane_gap: f32) -> f32 {
    (link.weight - 1) as f32 * lane_gap
}

/// By how much the lines of a side must come closer to each other.
fn squeeze(links: &[Link], offsets: &[f32], height: f32, lane_gap: f32) -> f32 {
    let reach = |(link, offset): (&Link, &f32)| offset.abs() + thickness(link, lane_gap) / 2.0;
    let needed = links.iter().zip(offsets).map(reach).fold(0.0, f32::max);
    let usable = height * USABLE_SIDE / 2.0;
    if needed > usable {
        usable / needed
    } else {
        1.0
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "places are exact, not measured")]
mod tests {
    use super::*;

    /// Links to cells 0, 1, ... of these weights.
    fn links(weights: &[u64]) -> Vec<Link> {
        let link = |(index, &weight): (usize, &u64)| Link {
            to: CellId::new(index),
            weight,
            with_flow: true,
        };
        weights.iter().enumerate().map(link).collect()
    }

    #[test]
    fn lines_that_rise_and_fall_are_spread_about_the_middle() {
        let offsets = offsets(&links(&[1, 1]), 50, &[0, 100], 16.0);
        assert_eq!(offsets, [-8.0, 8.0]);
    }

    #[test]
    fn a_level_line_keeps_the_middle() {
        let offsets = offsets(&links(&[1, 1, 1]), 0, &[0, 40, 80], 16.0);
        assert_eq!(offsets, [0.0, 16.0, 32.0]);
    }

    #[test]
    fn a_broad_bundle_takes_the_room_of_its_lanes() {
        let offsets = offsets(&links(&[3, 1]), 50, &[0, 100], 16.0);
        assert_eq!(offsets, [-8.0, 24.0]);
    }

    #[test]
    fn on_a_small_node_lines_come_closer() {
        let links = links(&[3, 1]);
        assert_eq!(squeeze(&links, &[-8.0, 24.0], 64.0, 16.0), 1.0);
        assert_eq!(squeeze(&links, &[-8.0, 24.0], 32.0, 16.0), 0.5);
    }
}
