//! Series: how a part of a system did over time, in a bounded number of buckets.
//!
//! The records of a trace flow in, in portions of any size; a [`Series`] flows out at any time:
//! requests and how they ended, how long they took, what waited, what was in progress, how
//! often callers tried. The sums over a stretch are those that [`Figures`](super::Figures)
//! measures over it; a test holds them equal.

pub mod csv;
mod heat;
mod level;
mod scope;

use serde::{Deserialize, Serialize};

use super::load::Change;
use super::{Cursor, Latencies, Outcomes, Picture, Spread};
use crate::kernel::{SimDuration, SimTime};
use crate::world::{
    Direction, EdgeId, EndpointId, MessageKind, NodeId, Outcome, Record, Topology, What,
};

pub use heat::{HEAT_ROWS, heat_bounds};
pub use level::Level;
use level::Running;
pub use scope::subjects;
use scope::{Scope, Traffic};

/// What part of a system is looked at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// All of it: the journeys of its clients, and all calls.
    All,
    /// A client and its journeys, a service or store and what it is asked, a queue and its
    /// messages.
    Node(NodeId),
    /// An endpoint of a service and what it is asked.
    Endpoint(EndpointId),
    /// The calls from one node to another.
    Edge(EdgeId),
}

/// How long the requests took that ended in a bucket, exactly.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Quantiles {
    /// How many there were; all else is zero if there were none.
    pub count: u32,
    /// All of them together.
    pub sum: SimDuration,
    /// The median.
    pub p50: SimDuration,
    /// The 90th percentile.
    pub p90: SimDuration,
    /// The 99th percentile.
    pub p99: SimDuration,
    /// The 99.9th percentile.
    pub p999: SimDuration,
    /// The longest.
    pub max: SimDuration,
}

impl Quantiles {
    /// Those of `took`, which comes back sorted.
    fn of(took: &mut [u64]) -> Self {
        took.sort_unstable();
        let Some(&max) = took.last() else {
            return Self::default();
        };
        // The least that so many of a thousand do not exceed.
        let at = |permille: usize| {
            let rank = (took.len() * permille).div_ceil(1_000);
            SimDuration::from_nanos(took[rank.saturating_sub(1)])
        };
        Self {
            count: took.len() as u32,
            sum: SimDuration::from_nanos(took.iter().fold(0, |sum, one| sum.saturating_add(*one))),
            p50: at(500),
            p90: at(900),
            p99: at(990),
            p999: at(999),
            max: SimDuration::from_nanos(max),
        }
    }
}

/// One bucket of time.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Point {
    /// Requests that began: journeys of clients, requests sent to a node, messages that a queue
    /// took in. Nothing is known of single endpoints.
    pub begun: u32,
    /// How those ended that ended.
    pub outcomes: Outcomes,
    /// How long they took.
    pub took: Quantiles,
    /// The same as a histogram: how many in each row that is not empty, by row; see
    /// [`heat_bounds`].
    pub heat: Vec<(u8, u32)>,
    /// Calls that ended, each with all its attempts: those of a client or of an edge, or those
    /// to a service.
    pub calls: u32,
    /// Attempts of those calls.
    pub attempts: u32,
    /// Answers that came when nobody waited for them any more.
    pub late: u32,
    /// What waited: for a worker, for a connection, in a queue to be delivered.
    pub waiting: Level,
    /// Workers or connections that were taken.
    pub busy: Level,
    /// What was in progress: journeys, tasks, statements, messages with a consumer.
    pub active: Level,
}

/// How a part of a system did over a stretch of a run.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Series {
    /// What part.
    pub subject: Subject,
    /// When the first bucket begins.
    pub from: SimTime,
    /// Up to when it tells everything.
    pub to: SimTime,
    /// How long each bucket is.
    pub span: SimDuration,
    /// The buckets up to `to`; the last may be cut short by it.
    pub points: Vec<Point>,
    /// How long requests took over the whole stretch.
    pub spread: Spread,
}

impl Series {
    /// When a bucket begins.
    pub const fn begins(&self, place: usize) -> SimTime {
        self.from.after(self.span.times(place as u64))
    }

    /// The bucket a moment lies in, if it lies in one.
    pub fn place(&self, at: SimTime) -> Option<usize> {
        if at < self.from || at > self.to {
            return None;
        }
        let place = at.since(self.from).as_nanos() / self.span.as_nanos().max(1);
        let last = self.points.len().checked_sub(1)?;
        Some((place as usize).min(last))
    }
}

/// Makes a series of a trace.
#[derive(Clone, Debug)]
pub struct Survey {
    subject: Subject,
    scope: Scope,
    from: SimTime,
    to: SimTime,
    span: SimDuration,
    /// How many buckets the stretch has.
    buckets: usize,
    /// The next record to take in.
    next: usize,
    points: Vec<Point>,
    /// What ended in the last bucket, in nanoseconds.
    took: Vec<u64>,
    all: Latencies,
    waiting: Running,
    busy: Running,
    active: Running,
}

impl Survey {
    /// A survey from `from` to `to` in stretches of `span`, of a run that is as in `before` when
    /// it begins: the picture before the first record at or after `from`.
    pub fn new(
        topology: &Topology,
        subject: Subject,
        (from, to): (SimTime, SimTime),
        span: SimDuration,
        before: &Picture,
    ) -> Self {
        let span = span.max(SimDuration::from_nanos(1));
        let length = to.since(from).as_nanos();
        let scope = Scope::of(topology, subject);
        let (waiting, busy, active) = scope.load(topology, before);
        Self {
            subject,
            scope,
            from,
            to,
            span,
            buckets: length.div_ceil(span.as_nanos()).max(1) as usize,
            next: before.cursor.0 as usize,
            points: vec![Point::default()],
            took: Vec::new(),
            all: Latencies::default(),
            waiting: Running::starting(from, waiting),
            busy: Running::starting(from, busy),
            active: Running::starting(from, active),
        }
    }

    /// What is looked at, from when to when, in stretches of what length.
    pub const fn question(&self) -> (Subject, (SimTime, SimTime), SimDuration) {
        (self.subject, (self.from, self.to), self.span)
    }

    /// How many of the records have been taken in, or lie before the survey.
    pub const fn cursor(&self) -> Cursor {
        Cursor(self.next as u32)
    }

    /// Takes in at most so many of the records that come next; `records` are those of the whole
    /// trace. Says whether there may be more.
    pub fn advance(&mut self, records: &[Record], most: usize) -> bool {
        let end = self.next.saturating_add(most).min(records.len());
        while self.next < end {
            let record = &records[self.next];
            if record.at > self.to {
                return false;
            }
            self.next += 1;
            self.apply(record, records);
        }
        self.next < records.len()
    }

    /// The series up to `now`, when the next record has not happened yet.
    pub fn series(&self, now: SimTime) -> Series {
        let to = now.clamp(self.from, self.to);
        let mut rest = self.clone();
        rest.go_to(to);
        rest.close(to);
        Series {
            subject: self.subject,
            from: self.from,
            to,
            span: self.span,
            spread: Spread::of(&rest.all),
            points: rest.points,
        }
    }

    fn apply(&mut self, record: &Record, records: &[Record]) {
        self.go_to(record.at);
        self.apply_to_levels(record);
        match self.scope.traffic {
            Traffic::Journeys => self.count_journey(record),
            Traffic::Requests => self.count_request(record),
            Traffic::Messages => self.count_message(record, records),
            Traffic::Calls => {}
        }
        self.count_call(record);
        if let What::MessageSent {
            edge,
            direction: Direction::Forward,
            kind,
            ..
        } = record.what
            && kind != MessageKind::Control
            && self.scope.has_edge(edge)
            && let Some(point) = self.points.last_mut()
        {
            point.begun += 1;
        }
    }

    fn apply_to_levels(&mut self, record: &Record) {
        if !self.scope.has_entity(record.entity) {
            return;
        }
        let change = Change::of(&record.what);
        if !change.is_none() {
            self.waiting.change(change.waiting, record.at);
            self.busy.change(change.busy, record.at);
        }
        let active = self.scope.active_change(&record.what, change.busy);
        if active != 0 {
            self.active.change(active, record.at);
        }
    }

    fn count_journey(&mut self, record: &Record) {
        if !self.scope.has_entity(record.entity) {
            return;
        }
        match record.what {
            What::JourneyBegan => {
                if let Some(point) = self.points.last_mut() {
                    point.begun += 1;
                }
            }
            What::JourneyEnded { outcome, took, .. } => self.ended(Some(took), |outcomes| {
                outcomes.count(outcome);
            }),
            _ => {}
        }
    }

    fn count_request(&mut self, record: &Record) {
        match record.what {
            What::TaskFinished {
                endpoint,
                outcome,
                took,
                ..
            }
            | What::StatementFinished {
                endpoint,
                outcome,
                took,
                ..
            } if self.scope.has_endpoint(endpoint) => {
                // What was shed is told apart from other 503s, and was not worked on.
                if outcome == Outcome::Shed {
                    self.ended(None, |outcomes| outcomes.count(outcome));
                } else {
                    self.ended(Some(took), |outcomes| {
                        outcomes.count(outcome.over_the_wire());
                    });
                }
            }
            What::TaskKilled {
                endpoint: Some(endpoint),
                ..
            } if self.scope.has_endpoint(endpoint) => {
                self.ended(None, |outcomes| outcomes.reset += 1);
            }
            What::MessageRejected { why, endpoint, .. } if self.scope.has_endpoint(endpoint) => {
                self.ended(None, |outcomes| outcomes.count(why.outcome()));
            }
            _ => {}
        }
    }

    /// A message of a queue took from when it was published to when it left the queue.
    fn count_message(&mut self, record: &Record, records: &[Record]) {
        if !self.scope.has_entity(record.entity) {
            return;
        }
        let since = |message: crate::kernel::RecordId| {
            let sent = records.get(message.0 as usize)?;
            Some(record.at.since(sent.at))
        };
        match record.what {
            What::Enqueued { .. } => {
                if let Some(point) = self.points.last_mut() {
                    point.begun += 1;
                }
            }
            What::Acknowledged { message } => {
                self.ended(since(message), |outcomes| outcomes.ok += 1);
            }
            What::Discarded { message } => {
                self.ended(since(message), |outcomes| outcomes.error += 1);
            }
            What::Expired { message } => {
                self.ended(since(message), |outcomes| outcomes.timeout += 1);
            }
            What::MessageRejected { why, .. } => {
                self.ended(None, |outcomes| outcomes.count(why.outcome()));
            }
            _ => {}
        }
    }

    fn count_call(&mut self, record: &Record) {
        match record.what {
            What::CallFinished {
                endpoint,
                attempts,
                outcome,
                took,
            } if self.scope.has_call(record.entity, endpoint) => {
                if let Some(point) = self.points.last_mut() {
                    point.calls += 1;
                    point.attempts += attempts;
                }
                if self.scope.traffic == Traffic::Calls {
                    self.ended(Some(took), |outcomes| outcomes.count(outcome));
                }
            }
            What::MessageLate { endpoint, .. } if self.scope.has_call(record.entity, endpoint) => {
                if let Some(point) = self.points.last_mut() {
                    point.late += 1;
                }
            }
            _ => {}
        }
    }

    fn ended(&mut self, took: Option<SimDuration>, count: impl FnOnce(&mut Outcomes)) {
        if let Some(point) = self.points.last_mut() {
            count(&mut point.outcomes);
        }
        if let Some(took) = took {
            self.took.push(took.as_nanos());
        }
    }

    /// Closes the buckets that are over at `at`.
    fn go_to(&mut self, at: SimTime) {
        let place = (at.since(self.from).as_nanos() / self.span.as_nanos()) as usize;
        // What happens at the very end belongs to the last bucket.
        let place = place.min(self.buckets - 1);
        while self.points.len() <= place {
            let end = self.from.after(self.span.times(self.points.len() as u64));
            self.close(end);
            self.points.push(Point::default());
        }
    }

    /// Measures the last bucket, which ends at `end`.
    fn close(&mut self, end: SimTime) {
        let Some(before) = self.points.len().checked_sub(1) else {
            return;
        };
        let begin = self.from.after(self.span.times(before as u64));
        let point = &mut self.points[before];
        point.took = Quantiles::of(&mut self.took);
        point.heat = heat::of_sorted(&self.took);
        for nanos in self.took.drain(..) {
            self.all.record(SimDuration::from_nanos(nanos));
        }
        point.waiting = self.waiting.close(begin, end);
        point.busy = self.busy.close(begin, end);
        point.active = self.active.close(begin, end);
    }
}
