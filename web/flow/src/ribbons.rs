//! Ribbons: lines from afar, each as wide as its traffic.
//!
//! Rates flow in; lines to draw with a width flow out. Edges between the same two nodes are one
//! ribbon; seen from so far that groups are told instead of nodes, so are all edges between the
//! same two groups. Widths come in steps and change only clearly, so that the static layer they
//! lie on is seldom painted again.

use std::collections::BTreeMap;

use crate::detail::Detail;
use crate::lately::Lately;
use crate::scene::Scene;

/// The greatest step. A step is half a pixel of the screen.
const STEPS: f64 = 20.0;
/// How wide a line without traffic is, in pixels of the screen, and each step.
const THINNEST: f32 = 1.0;
const STEP: f32 = 0.5;
/// The least rate that a full width stands for, in messages a second.
const LEAST_FULL: f64 = 4.0;

/// Whose line it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Line {
    /// That of an edge, by its number.
    Edge(usize),
    /// The one that edges between two groups share, by its number in the layout.
    Trunk(usize),
}

/// A line with a width.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Ribbon {
    /// Whose line.
    pub line: Line,
    /// Messages a second.
    pub rate: f64,
    /// Its width, in steps.
    pub step: u8,
}

impl Ribbon {
    /// How wide it is on the screen.
    pub fn width(&self) -> f32 {
        THINNEST + f32::from(self.step) * STEP
    }
}

/// The ribbons of a scene.
pub fn ribbons(scene: &Scene, detail: Detail, lately: &Lately) -> Vec<Ribbon> {
    let rate = |edge: usize| lately.rates.get(edge).copied().unwrap_or_default();
    let mut lines: BTreeMap<Line, f64> = BTreeMap::new();
    for (place, trunk) in scene.layout().trunks.iter().enumerate() {
        let sum = trunk.edges.iter().map(|edge| rate(*edge)).sum();
        lines.insert(Line::Trunk(place), sum);
    }
    let mut first: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (edge, &(from, to)) in scene.ends().iter().enumerate() {
        if detail == Detail::Groups && scene.is_within_groups(edge) {
            continue;
        }
        let line = *first.entry((from.min(to), from.max(to))).or_insert(edge);
        *lines.entry(Line::Edge(line)).or_default() += rate(edge);
    }
    let full = full_rate(lines.values().copied().fold(0.0, f64::max));
    lines
        .into_iter()
        .map(|(line, rate)| Ribbon {
            line,
            rate,
            step: step(rate, full),
        })
        .collect()
}

/// Takes over the width of `before` where it hardly differs. Says whether any line changed.
pub fn settle(before: &[Ribbon], fresh: &mut [Ribbon]) -> bool {
    let mut changed = before.len() != fresh.len();
    for (old, new) in before.iter().zip(fresh) {
        if old.line != new.line {
            changed = true;
        } else if old.step.abs_diff(new.step) <= 1 && (old.step == 0) == (new.step == 0) {
            new.step = old.step;
        } else {
            changed = true;
        }
    }
    changed
}

/// The rate that the full width stands for: a power of four, so that it seldom changes.
fn full_rate(most: f64) -> f64 {
    let mut full = LEAST_FULL;
    while full < most {
        full *= 4.0;
    }
    full
}

/// As wide as the root of the rate: twice as wide is four times as much, so that little is seen
/// beside much.
fn step(rate: f64, full: f64) -> u8 {
    if rate > 0.0 {
        ((rate / full).sqrt() * STEPS).round().clamp(1.0, STEPS) as u8
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::scene;

    fn of(rate: f64) -> Vec<Ribbon> {
        let lately = Lately {
            rates: vec![rate],
            ends: Vec::new(),
        };
        ribbons(&scene(), Detail::Boxes, &lately)
    }

    #[test]
    fn more_messages_make_a_wider_ribbon_and_none_a_thin_line() {
        let widths: Vec<_> = [0.0, 20.0, 40.0, 60.0]
            .map(|rate| of(rate)[0].width())
            .into();
        assert!(widths.is_sorted_by(|one, other| one < other), "{widths:?}");
        assert!((widths[0] - THINNEST).abs() < f32::EPSILON);
    }

    #[test]
    fn a_width_stays_until_it_changes_clearly() {
        let before = of(40.0);
        let mut fresh = of(42.0);
        assert!(!settle(&before, &mut fresh));
        assert_eq!(fresh[0].step, before[0].step);
        let mut fresh = of(17.0);
        assert!(settle(&before, &mut fresh));
        let mut silent = of(0.0);
        assert!(settle(&of(0.01), &mut silent), "silence shows at once");
    }

    #[test]
    fn rates_of_any_size_have_a_width() {
        for rate in [1e-9, 1.0, 1e9] {
            assert!((1..=20).contains(&of(rate)[0].step), "{rate}");
        }
    }
}
