//! The charts there are, and the lines in each: what they are called, which colour they have,
//! which value of a bucket they show.

use sim_core::kernel::SimDuration;
use sim_core::observe::series::{Point, Subject};
use sim_core::world::{NodeKind, Topology};

use crate::i18n::{Locale, count, duration, number, text};

/// A chart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Chart {
    /// Requests a second.
    Throughput,
    /// How long they took, as percentiles.
    Latency,
    /// How long they took, all of them.
    Heat,
    /// Those that did not end well, by cause.
    Failures,
    /// What waited.
    Waiting,
    /// What was in progress.
    Active,
    /// How often callers tried.
    Attempts,
    /// Which state nodes and breakers were in.
    States,
}

/// What the values of a chart are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unit {
    /// So many a second.
    Rate,
    /// Seconds.
    Duration,
    /// How many.
    Count,
    /// How many times as much.
    Ratio,
}

/// How a line is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// A bar for each bucket, on top of those before it.
    Stack,
    /// A line through the middles of buckets.
    Line,
    /// A faint area below it.
    Area,
}

/// A line of a chart.
pub(super) struct Line {
    /// A word for it that does not change.
    pub(super) id: &'static str,
    /// What it is called.
    pub(super) words: fn(Locale) -> String,
    /// The colour of the style sheet it has.
    pub(super) colour: &'static str,
    /// How it is drawn.
    pub(super) shape: Shape,
    /// Its value in a bucket of so many seconds; nothing if there is none.
    pub(super) value: fn(&Point, f64) -> Option<f64>,
}

/// One line: `line!(p50, "--accent", Line, |point, secs| …)`.
macro_rules! line {
    ($id:ident, $colour:literal, $shape:ident, $value:expr) => {
        Line {
            id: stringify!($id),
            words: |locale| text!(locale, metrics.$id),
            colour: $colour,
            shape: Shape::$shape,
            value: $value,
        }
    };
}

/// A cause, as so many a second.
macro_rules! cause {
    ($id:ident, $colour:literal, $field:ident) => {
        line!($id, $colour, Stack, |point, secs| Some(
            point.outcomes.$field as f64 / secs
        ))
    };
}

fn quantile(point: &Point, took: SimDuration) -> Option<f64> {
    (point.took.count > 0).then(|| took.as_secs_f64())
}

const THROUGHPUT: &[Line] = &[
    line!(ok, "--lane-done", Stack, |point, secs| Some(
        point.outcomes.ok as f64 / secs
    )),
    line!(failed, "--failure", Stack, |point, secs| Some(
        (point.outcomes.total() - point.outcomes.ok) as f64 / secs
    )),
    line!(begun, "--ink", Line, |point, secs| Some(
        f64::from(point.begun) / secs
    )),
];

const LATENCY: &[Line] = &[
    line!(p50, "--query", Line, |point, _| quantile(
        point,
        point.took.p50
    )),
    line!(p90, "--accent", Line, |point, _| quantile(
        point,
        point.took.p90
    )),
    line!(p99, "--store", Line, |point, _| quantile(
        point,
        point.took.p99
    )),
    line!(p999, "--failure", Line, |point, _| quantile(
        point,
        point.took.p999
    )),
];

const HEAT: &[Line] = &[line!(measured, "--accent", Area, |point, _| Some(
    f64::from(point.took.count)
))];

const FAILURES: &[Line] = &[
    cause!(declined, "--control", declined),
    cause!(error, "--failure", error),
    cause!(timeout, "--slow", timeout),
    cause!(refused, "--external", refused),
    cause!(reset, "--event", reset),
    cause!(full, "--store", full),
    cause!(open, "--command", open),
    cause!(limited, "--accent", limited),
    cause!(shed, "--lane-set", shed),
    cause!(invalid, "--query", invalid),
    line!(late, "--reply", Line, |point, secs| Some(
        f64::from(point.late) / secs
    )),
];

const WAITING: &[Line] = &[
    line!(most, "--lane-waiting", Area, |point, _| Some(f64::from(
        point.waiting.max
    ))),
    line!(mean, "--event", Line, |point, _| Some(f64::from(
        point.waiting.mean
    ))),
];

const ACTIVE: &[Line] = &[
    line!(most, "--accent", Area, |point, _| Some(f64::from(
        point.active.max
    ))),
    line!(mean, "--accent", Line, |point, _| Some(f64::from(
        point.active.mean
    ))),
    line!(busy, "--store", Line, |point, _| Some(f64::from(
        point.busy.mean
    ))),
];

const ATTEMPTS: &[Line] = &[line!(attempts, "--command", Line, |point, _| {
    (point.calls > 0).then(|| f64::from(point.attempts) / f64::from(point.calls))
})];

impl Chart {
    /// All of them, in the order they are shown in.
    pub(super) const ALL: [Self; 8] = [
        Self::Throughput,
        Self::Latency,
        Self::Failures,
        Self::Heat,
        Self::Waiting,
        Self::Active,
        Self::Attempts,
        Self::States,
    ];

    /// A word for it that does not change.
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::Throughput => "throughput",
            Self::Latency => "latency",
            Self::Heat => "heat",
            Self::Failures => "failures",
            Self::Waiting => "waiting",
            Self::Active => "active",
            Self::Attempts => "attempts",
            Self::States => "states",
        }
    }

    /// What it is called.
    pub(super) fn title(self, locale: Locale) -> String {
        match self {
            Self::Throughput => text!(locale, metrics.throughput),
            Self::Latency => text!(locale, metrics.latency),
            Self::Heat => text!(locale, metrics.heat),
            Self::Failures => text!(locale, metrics.failures),
            Self::Waiting => text!(locale, metrics.waiting),
            Self::Active => text!(locale, metrics.active),
            Self::Attempts => text!(locale, metrics.attempts_per_call),
            Self::States => text!(locale, metrics.states),
        }
    }

    /// Its lines.
    pub(super) const fn lines(self) -> &'static [Line] {
        match self {
            Self::Throughput => THROUGHPUT,
            Self::Latency => LATENCY,
            Self::Heat => HEAT,
            Self::Failures => FAILURES,
            Self::Waiting => WAITING,
            Self::Active => ACTIVE,
            Self::Attempts => ATTEMPTS,
            Self::States => &[],
        }
    }

    /// What its values are.
    pub(super) const fn unit(self) -> Unit {
        match self {
            Self::Throughput | Self::Failures => Unit::Rate,
            Self::Latency => Unit::Duration,
            Self::Heat | Self::Waiting | Self::Active | Self::States => Unit::Count,
            Self::Attempts => Unit::Ratio,
        }
    }

    /// Whether it has anything to say of `subject`.
    pub(super) fn is_of(self, subject: Subject, topology: &Topology) -> bool {
        let is_client = match subject {
            Subject::Node(id) => topology
                .nodes
                .get(id.index())
                .is_some_and(|node| matches!(node.kind, NodeKind::Hand | NodeKind::Client)),
            _ => false,
        };
        match self {
            Self::Waiting => !is_client && !matches!(subject, Subject::Edge(_)),
            Self::Active => !matches!(subject, Subject::Edge(_)),
            _ => true,
        }
    }

    /// Whether one of its lines has anything to say of `subject`.
    pub(super) fn has_line(self, line: &Line, subject: Subject, topology: &Topology) -> bool {
        match (self, line.id) {
            // Which endpoint a message is for is not known before it is dealt with.
            (_, "begun") => !matches!(subject, Subject::Endpoint(_)),
            (Self::Active, "busy") => match subject {
                Subject::Node(id) => topology.nodes.get(id.index()).is_some_and(|node| {
                    matches!(
                        node.kind,
                        NodeKind::Service { .. } | NodeKind::External { .. }
                    )
                }),
                _ => true,
            },
            _ => true,
        }
    }
}

impl Unit {
    /// A value with its unit.
    pub(super) fn say(self, locale: Locale, value: f64) -> String {
        let short = |value: f64| {
            if value >= 1_000.0 {
                count(value.round() as u64)
            } else {
                number(locale, value, decimals(value))
            }
        };
        match self {
            Self::Rate => text!(locale, player.per_second, value = short(value)),
            Self::Duration => duration(locale, SimDuration::from_secs_f64(value)),
            Self::Count => short(value),
            Self::Ratio => format!("{}×", number(locale, value, 2)),
        }
    }

    /// Ticks lie no closer than this.
    pub(super) const fn finest(self) -> f64 {
        match self {
            Self::Count => 1.0,
            Self::Rate | Self::Duration | Self::Ratio => 0.0,
        }
    }
}

/// As many decimals as make three digits.
fn decimals(value: f64) -> usize {
    match value {
        ..10.0 => 2,
        ..100.0 => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_that_is_not_well_is_one_cause_of_the_chart() {
        let point = |n: u64| {
            let mut point = Point::default();
            let all = &mut point.outcomes;
            let fields = [
                &mut all.declined,
                &mut all.error,
                &mut all.timeout,
                &mut all.refused,
                &mut all.reset,
                &mut all.full,
                &mut all.open,
                &mut all.limited,
                &mut all.shed,
                &mut all.invalid,
            ];
            for (place, field) in fields.into_iter().enumerate() {
                *field = n + place as u64;
            }
            all.ok = 1_000;
            point
        };
        let point = point(10);
        let causes = FAILURES.iter().filter(|line| line.shape == Shape::Stack);
        let sum: f64 = causes.filter_map(|line| (line.value)(&point, 2.0)).sum();
        let failed = (point.outcomes.total() - point.outcomes.ok) as f64 / 2.0;
        assert!((sum - failed).abs() < 1e-9);
        let throughput = (THROUGHPUT[1].value)(&point, 2.0);
        assert!(throughput.is_some_and(|found| (found - failed).abs() < 1e-9));
    }

    #[test]
    fn values_are_said_with_their_unit_in_both_languages() {
        for (unit, value, en, ru) in [
            (Unit::Rate, 12.34, "12.3/s", "12,3/с"),
            (Unit::Duration, 0.35, "350\u{a0}ms", "350\u{a0}мс"),
            (Unit::Count, 12_345.0, "12\u{202f}345", "12\u{202f}345"),
            (Unit::Ratio, 2.5, "2.5×", "2,5×"),
        ] {
            assert_eq!(unit.say(Locale::en, value), en);
            assert_eq!(unit.say(Locale::ru, value), ru);
        }
    }

    #[test]
    fn where_nothing_was_measured_there_is_no_value() {
        let empty = Point::default();
        assert!(
            LATENCY
                .iter()
                .all(|line| (line.value)(&empty, 1.0).is_none())
        );
        assert!((ATTEMPTS[0].value)(&empty, 1.0).is_none());
    }
}
