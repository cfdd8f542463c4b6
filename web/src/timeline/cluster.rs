//! Clusters: marks that would cover each other become one, with their number.

use sim_core::kernel::{RecordId, SimTime};
use sim_core::observe::{Mark, MarkKind};

/// Marks at one place of the screen.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Cluster {
    /// Where the first of them is, in pixels.
    pub(crate) x: f64,
    /// When the first of them happened, and the last.
    pub(crate) first: SimTime,
    /// When the last of them happened.
    pub(crate) last: SimTime,
    /// The gravest kind among them.
    pub(crate) kind: MarkKind,
    /// How many there are of any kind.
    pub(crate) count: u32,
    /// The record of the first of the gravest kind.
    pub(crate) record: RecordId,
    /// Whether they are of several kinds.
    pub(crate) mixed: bool,
}

/// What has a lane of its own is not drawn among the marks.
pub(crate) const fn is_drawn(kind: MarkKind) -> bool {
    !matches!(kind, MarkKind::State | MarkKind::Entry)
}

/// The clusters of `marks` (in the order of time) between two places of the screen: each
/// begins at a mark and takes in what begins less than `room` pixels further on, so that even
/// marks everywhere leave more than one cluster.
pub(crate) fn clusters<'a>(
    marks: impl IntoIterator<Item = &'a Mark>,
    x: impl Fn(SimTime) -> f64,
    (left, right): (f64, f64),
    room: f64,
) -> Vec<Cluster> {
    let mut clusters: Vec<Cluster> = Vec::new();
    for mark in marks {
        let place = x(mark.first);
        if place > right || x(mark.last) < left {
            continue;
        }
        let place = place.max(left);
        match clusters.last_mut() {
            Some(cluster) if place - cluster.x < room => {
                cluster.mixed |= mark.kind != cluster.kind;
                if mark.kind < cluster.kind {
                    (cluster.kind, cluster.record) = (mark.kind, mark.record);
                }
                cluster.count = cluster.count.saturating_add(mark.count);
                cluster.last = cluster.last.max(mark.last);
            }
            _ => clusters.push(Cluster {
                x: place,
                first: mark.first,
                last: mark.last,
                kind: mark.kind,
                count: mark.count,
                record: mark.record,
                mixed: false,
            }),
        }
    }
    clusters
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(kind: MarkKind, at: u64, count: u32) -> Mark {
        Mark {
            kind,
            first: SimTime::from_nanos(at),
            last: SimTime::from_nanos(at),
            count,
            record: RecordId(at as u32),
        }
    }

    fn pixels(at: SimTime) -> f64 {
        at.as_nanos() as f64
    }

    #[test]
    fn what_would_cover_each_other_is_one_with_the_gravest_sign_and_the_number_of_all() {
        let marks = [
            mark(MarkKind::Late, 10, 1),
            mark(MarkKind::TimedOut, 14, 3),
            mark(MarkKind::Late, 22, 1),
            mark(MarkKind::Late, 80, 1),
        ];
        let found = clusters(&marks, pixels, (0.0, 100.0), 20.0);
        let seen: Vec<_> = found
            .iter()
            .map(|one| (one.x, one.kind, one.count, one.record.0, one.mixed))
            .collect();
        assert_eq!(
            seen,
            [
                (10.0, MarkKind::TimedOut, 5, 14, true),
                (80.0, MarkKind::Late, 1, 80, false)
            ]
        );
    }

    #[test]
    fn marks_everywhere_are_many_clusters_and_nothing_is_lost() {
        let marks: Vec<_> = (0..1_000).map(|at| mark(MarkKind::Lost, at, 2)).collect();
        let found = clusters(&marks, pixels, (0.0, 1_000.0), 30.0);
        assert_eq!(found.len(), 34);
        assert_eq!(found.iter().map(|one| one.count).sum::<u32>(), 2_000);
        for pair in found.windows(2) {
            assert!(pair[1].x - pair[0].x >= 30.0);
        }
    }

    #[test]
    fn what_is_not_seen_is_in_no_cluster() {
        let marks: Vec<_> = (0..100).map(|at| mark(MarkKind::Lost, at, 1)).collect();
        let found = clusters(&marks, pixels, (40.0, 49.0), 4.0);
        assert_eq!(found.iter().map(|one| one.count).sum::<u32>(), 10);
    }
}
