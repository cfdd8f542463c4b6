//! The result of a run as a person reads it.

use std::fmt::Write as _;

use sim_core::kernel::SimDuration;
use sim_core::observe::{ClientSummary, NodeSummary, Summary};
use sim_core::world::{Ended, Run};

pub(crate) fn text(title: &str, seed: u64, run: &Run, ended: Ended, summary: &Summary) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{title}\n{ended} (t={}), {} events, seed {seed}",
        run.now(),
        run.handled()
    );
    let _ = writeln!(
        out,
        "digest {}   measured from {} to {}\n",
        run.digest(),
        summary.from,
        summary.to
    );
    table(
        &mut out,
        &CLIENT_COLUMNS,
        summary.clients.iter().map(client_row),
    );
    table(&mut out, &NODE_COLUMNS, summary.nodes.iter().map(node_row));
    let ledger = &summary.ledger;
    let _ = writeln!(
        out,
        "messages: {} sent, {} copied, {} delivered, {} late, {} rejected, {} lost, {} in flight",
        ledger.sent,
        ledger.duplicated,
        ledger.delivered,
        ledger.late,
        ledger.rejected,
        ledger.lost,
        summary.in_flight
    );
    if ledger.enqueued > 0 {
        let _ = writeln!(
            out,
            "queues: {} enqueued, {} acknowledged, {} discarded, {} expired",
            ledger.enqueued, ledger.acknowledged, ledger.discarded, ledger.expired
        );
    }
    out
}

const CLIENT_COLUMNS: [&str; 10] = [
    "client", "journeys", "a second", "ok", "declined", "errors", "timeouts", "p50", "p90", "p99",
];

fn client_row(client: &ClientSummary) -> Vec<String> {
    vec![
        client.name.clone(),
        client.journeys.to_string(),
        format!("{:.1}", client.throughput),
        client.ok.to_string(),
        client.declined.to_string(),
        client.errors.to_string(),
        client.timeouts.to_string(),
        short(client.p50),
        short(client.p90),
        short(client.p99),
    ]
}

const NODE_COLUMNS: [&str; 7] = [
    "service or queue",
    "done",
    "failed",
    "rejected",
    "busy",
    "waiting",
    "most",
];

fn node_row(node: &NodeSummary) -> Vec<String> {
    vec![
        node.name.clone(),
        node.done.to_string(),
        node.failed.to_string(),
        node.rejected.to_string(),
        node.utilisation
            .map_or_else(String::new, |share| format!("{:.1} %", share * 100.0)),
        format!("{:.2}", node.mean_waiting),
        node.max_waiting.to_string(),
    ]
}

/// A duration with three significant digits.
fn short(span: SimDuration) -> String {
    let nanos = span.as_nanos();
    if nanos == 0 {
        return span.to_string();
    }
    let unit = 10_u64.pow(nanos.ilog10().saturating_sub(2));
    SimDuration::from_nanos((nanos + unit / 2) / unit * unit).to_string()
}

/// Columns as wide as they have to be, the first to the left, numbers to the right.
fn table(out: &mut String, columns: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    let rows: Vec<Vec<String>> = std::iter::once(columns.iter().map(ToString::to_string).collect())
        .chain(rows)
        .collect();
    if rows.len() == 1 {
        return;
    }
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    for row in &rows {
        let mut line = String::new();
        for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
            let _ = if column == 0 {
                write!(line, "{cell:<width$}")
            } else {
                write!(line, "  {cell:>width$}")
            };
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_shown_with_three_significant_digits() {
        for (nanos, text) in [
            (123_456_789, "123ms"),
            (1_234_567_890, "1.23s"),
            (999, "999ns"),
            (0, "0s"),
        ] {
            assert_eq!(short(SimDuration::from_nanos(nanos)), text);
        }
    }
}
