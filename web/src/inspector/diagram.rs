//! A machine's states as a diagram: boxes, the ways between them, and where it is now.
//!
//! Whatever a machine says about its states flows in; nothing here knows which machine it is.

use leptos::prelude::*;
use sim_core::world::{Chart, Phase, Tone};

use crate::i18n::{Locale, text};

/// A box.
const WIDE: f64 = 84.0;
const HIGH: f64 = 30.0;
/// How far the two ways between two boxes are apart.
const APART: f64 = 7.0;
/// Between a box and the tip of an arrow.
const TIP: f64 = 2.0;

/// Where boxes stand, for so many of them: two side by side, a third below, more in rows.
fn place(of: usize, number: usize) -> (f64, f64) {
    match (of, number) {
        (3, 2) => (140.0, 80.0),
        (_, number) => {
            let (row, column) = (number / 2, number % 2);
            (46.0 + 188.0 * column as f64, 20.0 + 60.0 * row as f64)
        }
    }
}

/// Where the line from the middle of a box towards another leaves it.
fn edge((x, y): (f64, f64), (dx, dy): (f64, f64)) -> (f64, f64) {
    let reach_x = (WIDE / 2.0 + TIP) / dx.abs().max(f64::EPSILON);
    let reach_y = (HIGH / 2.0 + TIP) / dy.abs().max(f64::EPSILON);
    let reach = reach_x.min(reach_y);
    (x + dx * reach, y + dy * reach)
}

/// The way from one box to another, a little to one side of the straight line.
fn way(from: (f64, f64), to: (f64, f64)) -> String {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy).max(f64::EPSILON);
    let aside = |(x, y): (f64, f64)| (x - dy / length * APART, y + dx / length * APART);
    let (begin, end) = (edge(from, (dx, dy)), edge(to, (-dx, -dy)));
    let ((x1, y1), (x2, y2)) = (aside(begin), aside(end));
    format!("M{x1:.1} {y1:.1} L{x2:.1} {y2:.1}")
}

/// The diagram.
pub(super) fn diagram(locale: Locale, chart: &Chart) -> impl IntoView + use<> {
    let count = chart.states.len();
    let is_many = chart.states.iter().map(|(_, here)| here).sum::<usize>() > 1;
    let height = if count > 2 { 100 } else { 40 };
    let states = chart.states.iter().enumerate().map(|(number, (phase, here))| {
        let (x, y) = place(count, number);
        let name = phase_in_words(locale, *phase);
        let name = if is_many {
            format!("{name}: {here}")
        } else {
            name
        };
        view! {
            <g class=class_of(*phase) class:state=true class:current={*here > 0} data-phase=format!("{phase:?}")>
                <rect x=x - WIDE / 2.0 y=y - HIGH / 2.0 width=WIDE height=HIGH rx=HIGH / 2.0 />
                <text x=x y=y + 4.0>{name}</text>
            </g>
        }
    });
    let states = states.collect_view();
    let ways = chart.ways.iter().map(|(from, to)| {
        let d = way(place(count, *from), place(count, *to));
        view! { <path class="way" d=d marker-end="url(#machine-arrow)" /> }
    });
    let ways = ways.collect_view();
    let here = chart.states.iter().filter(|(_, here)| *here > 0);
    let said: Vec<_> = here
        .map(|(phase, _)| phase_in_words(locale, *phase))
        .collect();
    view! {
        <svg class="machine" viewBox=format!("0 0 280 {height}") role="img" aria-label=said.join(", ")>
            <defs>
                <marker id="machine-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
                    <path d="M0 0 L8 4 L0 8 z" />
                </marker>
            </defs>
            {ways}
            {states}
        </svg>
    }
}

const fn class_of(phase: Phase) -> &'static str {
    match phase.tone() {
        Tone::Well => "well",
        Tone::Careful => "careful",
        Tone::Bad => "bad-state",
    }
}

fn phase_in_words(locale: Locale, phase: Phase) -> String {
    match phase {
        Phase::Closed => text!(locale, breaker.closed),
        Phase::Open => text!(locale, breaker.open),
        Phase::HalfOpen => text!(locale, breaker.half_open),
        Phase::ForcedOpen => text!(locale, breaker.forced_open),
        Phase::Disabled => text!(locale, breaker.disabled),
        Phase::MetricsOnly => text!(locale, breaker.metrics_only),
        Phase::Room => text!(locale, phase.room),
        Phase::Waiting => text!(locale, phase.waiting),
        Phase::Full => text!(locale, phase.full),
        Phase::Left => text!(locale, phase.left),
        Phase::Spent => text!(locale, phase.spent),
        Phase::InTurn => text!(locale, phase.in_turn),
        Phase::LeftOut => text!(locale, phase.left_out),
        Phase::NotReady => text!(locale, phase.not_ready),
        Phase::Least => text!(locale, phase.least),
        Phase::Between => text!(locale, phase.between),
        Phase::Most => text!(locale, phase.most),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_do_not_cover_each_other_and_ways_end_outside_of_them() {
        for count in 1..=6 {
            let places: Vec<_> = (0..count).map(|number| place(count, number)).collect();
            for (number, one) in places.iter().enumerate() {
                for other in &places[number + 1..] {
                    let apart = (one.0 - other.0).abs() >= WIDE || (one.1 - other.1).abs() >= HIGH;
                    assert!(apart, "{count}: {one:?} {other:?}");
                }
            }
        }
        let (x, y) = edge((46.0, 20.0), (188.0, 0.0));
        assert!((x - (46.0 + WIDE / 2.0 + TIP)).abs() < 1e-9 && (y - 20.0).abs() < 1e-9);
    }
}
