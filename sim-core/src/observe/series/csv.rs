//! A series as a table of comma-separated values, with the names that Prometheus gives metrics
//! (<https://prometheus.io/docs/practices/naming/>): snake case, base units, `_total` for what
//! only grows.
//!
//! Each row is what a scrape at the end of a bucket would read: counters began at zero where the
//! table does, so that the last row has the sums of all of it, and the difference of two rows
//! what happened between them. What was measured over one bucket alone (quantiles, levels) is a
//! gauge. A cell is empty where there is nothing to tell.

use std::fmt::{self, Write};

use super::{Outcomes, Point, Series};
use crate::kernel::{SimDuration, SimTime};

/// A column of the table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// The metric.
    pub name: &'static str,
    write: fn(&mut String, &Sums, &Point) -> fmt::Result,
}

/// What has been counted since the table began.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    /// Where the row stands.
    at: SimTime,
    begun: u64,
    outcomes: Outcomes,
    calls: u64,
    attempts: u64,
    late: u64,
    measured: u64,
    /// Nanoseconds.
    took: u128,
}

macro_rules! counter {
    ($name:literal, $($field:ident).+) => {
        Column {
            name: $name,
            write: |text, sums, _| write!(text, "{}", sums.$($field).+),
        }
    };
}

macro_rules! quantile {
    ($name:literal, $field:ident) => {
        Column {
            name: $name,
            write: |text, _, point| match point.took.count {
                0 => Ok(()),
                _ => seconds(text, point.took.$field.as_nanos().into()),
            },
        }
    };
}

macro_rules! level {
    ($name:literal, $field:ident . mean) => {
        Column {
            name: $name,
            write: |text, _, point| write!(text, "{:.3}", point.$field.mean),
        }
    };
    ($name:literal, $field:ident . max) => {
        Column {
            name: $name,
            write: |text, _, point| write!(text, "{}", point.$field.max),
        }
    };
}

/// The columns, from left to right.
pub const COLUMNS: &[Column] = &[
    Column {
        name: "time_seconds",
        write: |text, sums, _| seconds(text, sums.at.as_nanos().into()),
    },
    counter!("interplay_requests_started_total", begun),
    Column {
        name: "interplay_requests_total",
        write: |text, sums, _| write!(text, "{}", sums.outcomes.total()),
    },
    counter!("interplay_requests_ok_total", outcomes.ok),
    counter!("interplay_requests_declined_total", outcomes.declined),
    counter!("interplay_requests_error_total", outcomes.error),
    counter!("interplay_requests_timeout_total", outcomes.timeout),
    counter!("interplay_requests_refused_total", outcomes.refused),
    counter!("interplay_requests_reset_total", outcomes.reset),
    counter!("interplay_requests_full_total", outcomes.full),
    counter!("interplay_requests_breaker_open_total", outcomes.open),
    counter!("interplay_requests_rate_limited_total", outcomes.limited),
    counter!("interplay_requests_shed_total", outcomes.shed),
    counter!("interplay_requests_invalid_total", outcomes.invalid),
    counter!("interplay_request_duration_seconds_count", measured),
    Column {
        name: "interplay_request_duration_seconds_sum",
        write: |text, sums, _| seconds(text, sums.took),
    },
    quantile!("interplay_request_duration_seconds_p50", p50),
    quantile!("interplay_request_duration_seconds_p90", p90),
    quantile!("interplay_request_duration_seconds_p99", p99),
    quantile!("interplay_request_duration_seconds_p999", p999),
    quantile!("interplay_request_duration_seconds_max", max),
    counter!("interplay_calls_total", calls),
    counter!("interplay_call_attempts_total", attempts),
    counter!("interplay_late_replies_total", late),
    level!("interplay_requests_waiting", waiting.mean),
    level!("interplay_requests_waiting_max", waiting.max),
    level!("interplay_requests_in_progress", active.mean),
    level!("interplay_requests_in_progress_max", active.max),
    level!("interplay_workers_busy", busy.mean),
    level!("interplay_workers_busy_max", busy.max),
];

/// The table.
pub fn write(series: &Series) -> String {
    let mut text = String::new();
    let names: Vec<_> = COLUMNS.iter().map(|column| column.name).collect();
    text.push_str(&names.join(","));
    text.push('\n');
    let mut sums = Sums::default();
    for (place, point) in series.points.iter().enumerate() {
        sums.add(point);
        sums.at = series.begins(place + 1).min(series.to);
        for (place, column) in COLUMNS.iter().enumerate() {
            if place > 0 {
                text.push(',');
            }
            // Writing into a text does not fail.
            let _ = (column.write)(&mut text, &sums, point);
        }
        text.push('\n');
    }
    text
}

impl Sums {
    fn add(&mut self, point: &Point) {
        self.begun += u64::from(point.begun);
        self.outcomes.add(&point.outcomes);
        self.calls += u64::from(point.calls);
        self.attempts += u64::from(point.attempts);
        self.late += u64::from(point.late);
        self.measured += u64::from(point.took.count);
        self.took += u128::from(point.took.sum.as_nanos());
    }
}

/// Nanoseconds as seconds, exactly, without idle zeros.
fn seconds(text: &mut String, nanos: u128) -> fmt::Result {
    const SECOND: u128 = SimDuration::from_secs(1).as_nanos() as u128;
    let (whole, part) = (nanos / SECOND, nanos % SECOND);
    if part == 0 {
        return write!(text, "{whole}");
    }
    let part = format!("{part:09}");
    write!(text, "{whole}.{}", part.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_written_exactly() {
        for (nanos, expected) in [
            (0, "0"),
            (1, "0.000000001"),
            (1_500_000_000, "1.5"),
            (60_000_000_000, "60"),
        ] {
            let mut text = String::new();
            seconds(&mut text, nanos).unwrap();
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn names_are_as_prometheus_wants_them() {
        for Column { name, .. } in COLUMNS {
            assert!(
                name.chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'),
                "{name}"
            );
            // Base units: seconds, never a part of one.
            assert!(!name.contains("_ms") && !name.contains("millis"), "{name}");
        }
        let mut names: Vec<_> = COLUMNS.iter().map(|column| column.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), COLUMNS.len());
    }
}
