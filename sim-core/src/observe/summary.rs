//! The summary: the figures of a run as plain data, for people, for JSON and for
//! assertions. [`Figures`](super::Figures) measures them.

use serde::{Deserialize, Serialize};

use super::{Latencies, Ledger};
use crate::kernel::{SimDuration, SimTime};
use crate::world::{EdgeKind, Outcome};

/// The figures of one client.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ClientSummary {
    /// The client.
    pub name: String,
    /// Journeys that ended.
    pub journeys: u64,
    /// Journeys that had begun and not ended when the run did.
    pub open: u64,
    /// Of those that ended: well.
    pub ok: u64,
    /// Answered no (4xx).
    pub declined: u64,
    /// Failed (5xx, refused, reset, full).
    pub errors: u64,
    /// Not answered in time.
    pub timeouts: u64,
    /// Journeys that ended, a second.
    pub throughput: f64,
    /// How long they took: the mean.
    #[serde(rename = "mean_ns")]
    pub mean: SimDuration,
    /// The median.
    #[serde(rename = "p50_ns")]
    pub p50: SimDuration,
    /// The 90th percentile.
    #[serde(rename = "p90_ns")]
    pub p90: SimDuration,
    /// The 99th percentile.
    #[serde(rename = "p99_ns")]
    pub p99: SimDuration,
    /// The 99.9th percentile.
    #[serde(rename = "p999_ns")]
    pub p999: SimDuration,
    /// The longest.
    #[serde(rename = "max_ns")]
    pub max: SimDuration,
}

/// How things ended, by cause.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Outcomes {
    /// Well.
    pub ok: u64,
    /// Answered no (4xx).
    pub declined: u64,
    /// Answered with a failure (5xx).
    pub error: u64,
    /// The connection was refused: nobody listened.
    pub refused: u64,
    /// The connection was reset: the other side died.
    pub reset: u64,
    /// A queue for workers, or a bulkhead, was full.
    pub full: u64,
    /// A breaker was open.
    #[serde(default)]
    pub open: u64,
    /// A rate limiter let nothing through.
    #[serde(default)]
    pub limited: u64,
    /// It waited for a worker for too long, and was not begun.
    #[serde(default)]
    pub shed: u64,
    /// No answer came in time.
    pub timeout: u64,
    /// A value did not fit its type.
    pub invalid: u64,
}

impl Outcomes {
    /// Takes in how one more ended.
    pub const fn count(&mut self, outcome: Outcome) {
        *match outcome {
            Outcome::Ok(_) => &mut self.ok,
            Outcome::Declined(_) | Outcome::Duplicate | Outcome::Unmet => &mut self.declined,
            Outcome::Error(_) | Outcome::Conflict => &mut self.error,
            Outcome::Refused => &mut self.refused,
            Outcome::Reset => &mut self.reset,
            Outcome::Full => &mut self.full,
            Outcome::Open => &mut self.open,
            Outcome::Limited => &mut self.limited,
            Outcome::Shed => &mut self.shed,
            Outcome::Timeout => &mut self.timeout,
            Outcome::Invalid => &mut self.invalid,
        } += 1;
    }

    /// Takes in as many of each as there are in `more`.
    pub const fn add(&mut self, more: &Self) {
        self.ok += more.ok;
        self.declined += more.declined;
        self.error += more.error;
        self.refused += more.refused;
        self.reset += more.reset;
        self.full += more.full;
        self.open += more.open;
        self.limited += more.limited;
        self.timeout += more.timeout;
        self.invalid += more.invalid;
        self.shed += more.shed;
    }

    /// All of them.
    pub const fn total(&self) -> u64 {
        self.ok
            + self.declined
            + self.error
            + self.refused
            + self.reset
            + self.full
            + self.open
            + self.limited
            + self.shed
            + self.timeout
            + self.invalid
    }
}

/// How long things took.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Spread {
    /// The mean.
    #[serde(rename = "mean_ns")]
    pub mean: SimDuration,
    /// The median.
    #[serde(rename = "p50_ns")]
    pub p50: SimDuration,
    /// The 90th percentile.
    #[serde(rename = "p90_ns")]
    pub p90: SimDuration,
    /// The 99th percentile.
    #[serde(rename = "p99_ns")]
    pub p99: SimDuration,
    /// The 99.9th percentile.
    #[serde(rename = "p999_ns")]
    pub p999: SimDuration,
    /// The longest.
    #[serde(rename = "max_ns")]
    pub max: SimDuration,
}

impl Spread {
    /// The spread of what was recorded.
    pub fn of(latencies: &Latencies) -> Self {
        Self {
            mean: latencies.mean(),
            p50: latencies.quantile(0.5),
            p90: latencies.quantile(0.9),
            p99: latencies.quantile(0.99),
            p999: latencies.quantile(0.999),
            max: latencies.max(),
        }
    }
}

/// The figures of one endpoint of a service, as the service itself sees them: what its
/// callers are answered, and how long a request is in its hands.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct EndpointSummary {
    /// `service.endpoint`, or `service.subscription`.
    pub name: String,
    /// Whether it answers calls or handles deliveries from a queue.
    pub kind: EdgeKind,
    /// Requests dealt with: answered, turned away or killed by a crash.
    pub requests: u64,
    /// The same, a second.
    pub throughput: f64,
    /// What they were answered.
    pub outcomes: Outcomes,
    /// How long those took that were worked on to their end: from the arrival of the
    /// request at the instance, waiting for a worker included.
    pub took: Spread,
}

/// The figures of the calls from one node to one endpoint, as the caller sees them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CallSummary {
    /// Who calls: a client or a service.
    pub from: String,
    /// What it calls: `service.endpoint`, or the queue it publishes to.
    pub to: String,
    /// Whether it calls or publishes.
    pub kind: EdgeKind,
    /// Calls that ended, each with all its attempts.
    pub calls: u64,
    /// Attempts of those calls.
    pub attempts: u64,
    /// The same as `calls`, a second.
    pub throughput: f64,
    /// How they ended for the caller.
    pub outcomes: Outcomes,
    /// Answers that came when nobody waited for them any more.
    pub late: u64,
    /// How long the caller waited: network, all attempts and the waits between them.
    pub took: Spread,
}

/// The figures of one service or queue.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct NodeSummary {
    /// The node.
    pub name: String,
    /// Tasks that ended well, or messages acknowledged.
    pub done: u64,
    /// Tasks that ended badly, or messages discarded or expired.
    pub failed: u64,
    /// Requests turned away.
    pub rejected: u64,
    /// Share of worker time that was taken; nothing for a queue.
    pub utilisation: Option<f64>,
    /// How many waited on average: for a worker, or in the queue to be delivered.
    pub mean_waiting: f64,
    /// The most that waited at one moment, on one instance.
    pub max_waiting: u32,
}

/// The figures of a run.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Summary {
    /// From when figures are measured.
    #[serde(rename = "from_ns")]
    pub from: SimTime,
    /// Until when.
    #[serde(rename = "to_ns")]
    pub to: SimTime,
    /// Each client.
    pub clients: Vec<ClientSummary>,
    /// Each endpoint and subscription of each service.
    pub endpoints: Vec<EndpointSummary>,
    /// Each pair of caller and endpoint between which a call ended.
    pub calls: Vec<CallSummary>,
    /// Each service and queue.
    pub nodes: Vec<NodeSummary>,
    /// What became of the messages, over the whole run.
    pub ledger: Ledger,
    /// Messages on their way when the run ended.
    pub in_flight: u64,
}
