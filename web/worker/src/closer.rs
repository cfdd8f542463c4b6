//! A closer look: a stretch of the trace at a glance, and where in it the next thing worth a
//! look is.

use interplay_protocol::Glance;
use sim_core::kernel::{RecordId, SimDuration, SimTime};
use sim_core::observe::{Cursor, Lanes, MarkKind, Trace};
use sim_core::world::Topology;

/// About so many buckets a stretch has; see [`round_span`].
const BUCKETS: u64 = 240;
/// Up to so many records are sent one by one.
const MOST_RECORDS: usize = 1_500;

/// What a timeline draws, as one message.
pub(crate) fn glance(lanes: &Lanes, to: SimTime) -> Glance {
    Glance {
        from: lanes.overview.from(),
        to,
        span: lanes.overview.span(),
        buckets: lanes.overview.buckets().to_vec(),
        marks: lanes.marks.marks().to_vec(),
        bands: lanes.bands.bands().to_vec(),
        ..Glance::default()
    }
}

/// The stretch between two moments at a glance; it begins a little earlier, so that buckets
/// stay where they are while somebody moves along.
pub(crate) fn look(trace: &Trace, topology: &Topology, from: SimTime, to: SimTime) -> Glance {
    let span = round_span(to.since(from).as_nanos() / BUCKETS);
    let from = SimTime::from_nanos(from.as_nanos() / span * span);
    let records = trace.records();
    let first = records.partition_point(|record| record.at < from);
    let last = trace.cursor_at(to).0 as usize;
    let within = records.get(first..last).unwrap_or_default();
    let before = trace.picture(Cursor(first as u32));
    let span = SimDuration::from_nanos(span);
    let mut lanes = Lanes::starting(topology, &before, from, span);
    for (place, record) in within.iter().enumerate() {
        lanes.apply(RecordId((first + place) as u32), record);
    }
    lanes.overview.finish(to.after(SimDuration::from_nanos(1)));
    let mut glance = glance(&lanes, to);
    if within.len() <= MOST_RECORDS {
        glance.first = Cursor(first as u32);
        glance.records = within.to_vec();
    }
    glance
}

/// The least of 1, 2, 5, 10 … that is not less than `nanos`.
pub(crate) fn round_span(nanos: u64) -> u64 {
    let mut decade = 1_u64;
    loop {
        for digit in [1, 2, 5] {
            let span = decade.saturating_mul(digit);
            if span >= nanos || span == u64::MAX {
                return span;
            }
        }
        decade = decade.saturating_mul(10);
    }
}

/// The next record after (or before) a cursor that is of a kind, or of any kind that tells of
/// trouble or of the document's timeline.
pub(crate) fn find(
    trace: &Trace,
    from: Cursor,
    kind: Option<MarkKind>,
    forward: bool,
) -> Option<RecordId> {
    let records = trace.records();
    let from = (from.0 as usize).min(records.len());
    let is_it = |place: &usize| {
        let found = records
            .get(*place)
            .and_then(|record| MarkKind::of(&record.what));
        found.is_some() && (kind.is_none() || found == kind)
    };
    let place = if forward {
        (from..records.len()).find(is_it)
    } else {
        (0..from).rev().find(is_it)
    };
    place.map(|place| RecordId(place as u32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_core::kernel::Budgets;
    use sim_core::scenario::Scenario;
    use sim_core::world::Run;

    const TEXT: &str = include_str!("../../../static/scenarios/slow-payment.yaml");

    fn trace() -> (Trace, Topology) {
        let scenario = Scenario::parse(TEXT).unwrap();
        let mut run = Run::start(&scenario, Budgets::default()).unwrap();
        let topology = run.topology().clone();
        let mut trace = Trace::new(topology.entities.len());
        while run.ended().is_none() {
            run.advance(100_000, &mut trace);
        }
        (trace, topology)
    }

    #[test]
    fn the_next_time_out_is_the_first_one_after_the_cursor_and_the_last_one_before_it() {
        let (trace, _) = trace();
        let wanted = Some(MarkKind::TimedOut);
        let of_kind: Vec<_> = (0..trace.end().0)
            .filter(|&id| MarkKind::of(&trace.records()[id as usize].what) == wanted)
            .collect();
        assert!(of_kind.len() > 3);
        let (one, other) = (of_kind[1], of_kind[2]);
        let found = |cursor, forward| find(&trace, Cursor(cursor), wanted, forward).map(|id| id.0);
        assert_eq!(found(one + 1, true), Some(other));
        assert_eq!(found(other, false), Some(one));
        assert_eq!(found(trace.end().0, true), None);
        assert_eq!(found(of_kind[0], false), None);
        assert_eq!(found(u32::MAX, false), of_kind.last().copied());
    }

    #[test]
    fn a_closer_look_counts_what_a_direct_count_counts() {
        let (trace, topology) = trace();
        let (from, to) = (
            SimTime::from_nanos(21_234_567_891),
            SimTime::from_nanos(21_934_567_891),
        );
        let glance = look(&trace, &topology, from, to);
        assert!(glance.from <= from && from.since(glance.from) < glance.span);
        let within: Vec<_> = trace
            .records()
            .iter()
            .filter(|record| record.at >= glance.from && record.at <= to)
            .collect();
        let counted: u32 = glance.buckets.iter().map(|bucket| bucket.records).sum();
        assert_eq!(counted as usize, within.len());
        for kind in MarkKind::ALL {
            let marked: u32 = glance
                .marks
                .iter()
                .filter(|mark| mark.kind == kind)
                .map(|mark| mark.count)
                .sum();
            let direct = within
                .iter()
                .filter(|record| MarkKind::of(&record.what) == Some(kind))
                .count();
            assert_eq!(marked as usize, direct, "{kind:?}");
        }
        // The payment provider is slow from the 20th second on, before this stretch begins.
        assert_eq!(glance.bands.len(), 1);
        assert_eq!(
            (glance.bands[0].from, glance.bands[0].to),
            (glance.from, None)
        );
    }
}
