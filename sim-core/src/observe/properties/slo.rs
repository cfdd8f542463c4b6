//! `slo`: answers are fast, right and enough, over each stretch of time or the whole run.
//!
//! Over the whole run it is judged at its end, and put down to the first answer that was not as
//! it should be. Over a stretch it is judged whenever an answer comes or leaves the stretch,
//! from the moment at which the first whole stretch since the warm-up is over.

use super::endings::Ending;
use super::gauges::{Figure, Gauges, Reading, Target};
use super::verdict::{End, Found, Verdict, Why};
use crate::kernel::{RecordId, SimDuration, SimTime};
use crate::scenario::document;
use crate::values::Datum;
use crate::world::{Record, Topology};

/// Millionths of one.
const ONE: u32 = 1_000_000;

#[derive(Clone, Debug)]
pub(super) struct Slo {
    of: Target,
    since: SimTime,
    over: Option<SimDuration>,
    bounds: Vec<Bound>,
    /// Over a stretch: from when on it is judged, and whether it is missed now.
    judged_from: SimTime,
    missed: bool,
    seen: bool,
    found: Found,
}

/// One bound and the figure it holds.
#[derive(Clone, Copy, Debug)]
struct Bound {
    limit: Limit,
    figure: Figure,
    /// Over the whole run: the first answer that was not as it should be, and how many.
    first: Option<(SimTime, RecordId)>,
    count: u64,
}

#[derive(Clone, Copy, Debug)]
enum Limit {
    /// So many in a thousand take no longer.
    Latency(u16, SimDuration),
    /// No more of them fail, in millionths.
    ErrorRate(u32),
    /// No fewer of them do not fail, in millionths.
    Availability(u32),
    /// No fewer end a second, in millionths.
    Throughput(i64),
}

impl Limit {
    const fn reads(self) -> Reading {
        match self {
            Self::Latency(per_mille, _) => Reading::Percentile(per_mille),
            Self::ErrorRate(_) | Self::Availability(_) => Reading::ErrorRate,
            Self::Throughput(_) => Reading::Rate,
        }
    }

    /// Whether one answer alone is as it should be.
    fn is_met_by(self, ending: Ending) -> bool {
        match self {
            Self::Latency(_, bound) => ending.took.is_none_or(|took| took <= bound),
            Self::ErrorRate(_) | Self::Availability(_) => !ending.failed,
            Self::Throughput(_) => true,
        }
    }

    /// Why what was measured is not as it should be, if it is not.
    fn missed_by(self, measured: &Datum) -> Option<Why> {
        let millionths = || measured.millionths();
        match self {
            Self::Latency(per_mille, bound) => match *measured {
                Datum::Span(measured) if measured > bound => Some(Why::Slow {
                    per_mille,
                    measured,
                    bound,
                }),
                _ => None,
            },
            Self::ErrorRate(bound) => {
                let measured = u32::try_from(millionths()?).ok()?;
                (measured > bound).then_some(Why::Failing { measured, bound })
            }
            Self::Availability(bound) => {
                let measured = ONE.saturating_sub(u32::try_from(millionths()?).ok()?);
                (measured < bound).then_some(Why::Unavailable { measured, bound })
            }
            Self::Throughput(bound) => {
                let measured = i64::try_from(millionths()?).ok()?;
                (measured < bound).then_some(Why::TooFew { measured, bound })
            }
        }
    }
}

impl Slo {
    pub(super) fn new(
        slo: &document::Slo,
        topology: &Topology,
        gauges: &mut Gauges,
        since: SimTime,
    ) -> Self {
        let of = Target::of(&slo.of, topology);
        let latency = slo.latency.iter();
        let mut limits: Vec<_> = latency
            .map(|(per_mille, bound)| Limit::Latency(*per_mille, *bound))
            .collect();
        limits.extend(
            slo.error_rate
                .map(|share| Limit::ErrorRate(share.millionths())),
        );
        limits.extend(
            slo.availability
                .map(|share| Limit::Availability(share.millionths())),
        );
        limits.extend(slo.throughput.map(|rate| {
            // Rates are at most a million a second.
            Limit::Throughput((rate.as_per_second() * f64::from(ONE)) as i64)
        }));
        let bounds = limits.into_iter().map(|limit| Bound {
            limit,
            figure: gauges.figure(of.clone(), limit.reads(), slo.over),
            first: None,
            count: 0,
        });
        Self {
            bounds: bounds.collect(),
            of,
            since,
            over: slo.over,
            judged_from: slo.over.map_or(SimTime::MAX, |over| since.after(over)),
            missed: false,
            seen: false,
            found: Found::default(),
        }
    }

    pub(super) fn see(&mut self, id: RecordId, record: &Record) {
        let Some(ending) = Ending::of(&record.what) else {
            return;
        };
        if record.at < self.since || !self.of.ends(record.entity, ending) {
            return;
        }
        self.seen = true;
        if self.over.is_some() {
            return;
        }
        for bound in &mut self.bounds {
            if !bound.limit.is_met_by(ending) {
                bound.first.get_or_insert((record.at, id));
                bound.count += 1;
            }
        }
    }

    /// The moment at which it is first judged, so that silence is noticed.
    pub(super) const fn due(&self, now: SimTime) -> SimTime {
        if now.as_nanos() < self.judged_from.as_nanos() {
            self.judged_from
        } else {
            SimTime::MAX
        }
    }

    pub(super) fn settle(&mut self, now: SimTime, gauges: &Gauges) {
        if now < self.judged_from {
            return;
        }
        let first = now == self.judged_from;
        let mut bounds = self.bounds.iter();
        if !first && !bounds.any(|bound| gauges.has_changed(bound.figure)) {
            return;
        }
        let missed = self.missed_now(now, gauges);
        if let (Some((why, record)), false) = (&missed, self.missed) {
            self.found.add(now, *record, || why.clone());
        } else if missed.is_none() && self.missed {
            self.found.mended(now);
        }
        self.missed = missed.is_some();
    }

    fn missed_now(&self, now: SimTime, gauges: &Gauges) -> Option<(Why, Option<RecordId>)> {
        self.bounds.iter().find_map(|bound| {
            let why = bound.limit.missed_by(&gauges.read(bound.figure, now))?;
            Some((why, gauges.record(bound.figure)))
        })
    }

    pub(super) fn verdict(mut self, end: End, gauges: &Gauges) -> Verdict {
        if self.over.is_none() && end.complete {
            for bound in &self.bounds {
                let Some(why) = bound.limit.missed_by(&gauges.read(bound.figure, end.at)) else {
                    continue;
                };
                // Where too little happened there is nothing to put it down to.
                let (at, record) = match bound.first {
                    Some((at, record)) => (at, Some(record)),
                    None => (end.at, gauges.record(bound.figure)),
                };
                self.found.add(at, record, || why);
                self.found.count_as(bound.count.max(1));
                break;
            }
        }
        let judged = self.seen && (self.over.is_none() || end.at >= self.judged_from);
        self.found.verdict(|| end.held(judged))
    }
}
