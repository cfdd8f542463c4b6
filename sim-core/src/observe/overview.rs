//! The overview: a run at a glance, in a fixed number of buckets of time.
//!
//! What a timeline draws under its playhead: journeys finished and failed, their latency,
//! how much waits. It is kept while the run goes on and costs the same for any length.

use serde::{Deserialize, Serialize};

use super::load::Change;
use super::{Latencies, Picture};
use crate::kernel::{SimDuration, SimTime};
use crate::world::{Record, What};

/// One stretch of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Bucket {
    /// Journeys that ended well.
    pub done: u32,
    /// Journeys that ended badly.
    pub failed: u32,
    /// The median latency of the journeys that ended.
    pub p50: SimDuration,
    /// The 95th percentile of it.
    pub p95: SimDuration,
    /// The 99th percentile of it.
    pub p99: SimDuration,
    /// The most that waited at one moment, in services and queues together.
    pub waiting: u32,
    /// Records of any kind.
    pub records: u32,
}

impl Bucket {
    fn measure(&mut self, latencies: &Latencies) {
        self.p50 = latencies.quantile(0.5);
        self.p95 = latencies.quantile(0.95);
        self.p99 = latencies.quantile(0.99);
    }
}

/// A run at a glance.
#[derive(Clone, Debug)]
pub struct Overview {
    from: SimTime,
    span: SimDuration,
    buckets: Vec<Bucket>,
    latencies: Latencies,
    waiting: u32,
}

impl Overview {
    /// An overview of a run up to `horizon` in about `buckets` stretches.
    pub fn new(horizon: SimDuration, buckets: u32) -> Self {
        let span = SimDuration::from_nanos(horizon.as_nanos() / u64::from(buckets.max(1)));
        Self::starting(SimTime::ZERO, span, 0)
    }

    /// An overview that begins at `from`, where `waiting` wait already, in stretches of `span`.
    pub fn starting(from: SimTime, span: SimDuration, waiting: u32) -> Self {
        Self {
            from,
            span: span.max(SimDuration::from_nanos(1)),
            buckets: vec![Bucket {
                waiting,
                ..Bucket::default()
            }],
            latencies: Latencies::default(),
            waiting,
        }
    }

    /// When the first bucket begins.
    pub const fn from(&self) -> SimTime {
        self.from
    }

    /// How long each bucket is.
    pub const fn span(&self) -> SimDuration {
        self.span
    }

    /// The buckets so far; the last one may still change.
    pub fn buckets(&self) -> &[Bucket] {
        &self.buckets
    }

    /// Completes the buckets up to `end`, where nothing more is to come.
    pub fn finish(&mut self, end: SimTime) {
        // A bucket that would begin at the very end would be empty.
        self.advance(SimTime::from_nanos(end.as_nanos().saturating_sub(1)));
        if let Some(last) = self.buckets.last_mut() {
            last.measure(&self.latencies);
        }
    }

    /// Takes in a record.
    pub fn apply(&mut self, record: &Record) {
        self.advance(record.at);
        let waiting = i64::from(self.waiting) + i64::from(Change::of(&record.what).waiting);
        self.waiting = u32::try_from(waiting).unwrap_or(0);
        let Some(bucket) = self.buckets.last_mut() else {
            return;
        };
        bucket.records += 1;
        bucket.waiting = bucket.waiting.max(self.waiting);
        if let What::JourneyEnded { outcome, took, .. } = record.what {
            *(if outcome.is_ok() {
                &mut bucket.done
            } else {
                &mut bucket.failed
            }) += 1;
            self.latencies.record(took);
            // Percentiles cost a walk through the histogram: they are brought up to date
            // when the bucket is over, and now and then before that.
            if self.latencies.count().is_multiple_of(64) || self.latencies.count() < 64 {
                bucket.measure(&self.latencies);
            }
        }
    }

    fn advance(&mut self, at: SimTime) {
        let place = (at.since(self.from).as_nanos() / self.span.as_nanos()) as usize;
        if self.buckets.len() <= place
            && let Some(last) = self.buckets.last_mut()
        {
            last.measure(&self.latencies);
        }
        while self.buckets.len() <= place {
            self.buckets.push(Bucket {
                waiting: self.waiting,
                ..Bucket::default()
            });
            self.latencies.clear();
        }
    }
}

/// What waits in a whole picture; the fold above is held equal to it by a test.
pub fn waiting_in(picture: &Picture) -> u32 {
    picture
        .entities
        .iter()
        .map(|entity| entity.waiting + entity.ready)
        .sum()
}
