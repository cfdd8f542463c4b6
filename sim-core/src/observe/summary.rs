//! The summary: the figures of a run as plain data, for people, for JSON and for
//! assertions. [`Figures`](super::Figures) measures them.

use serde::{Deserialize, Serialize};

use super::Ledger;
use crate::kernel::{SimDuration, SimTime};

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
    /// The longest.
    #[serde(rename = "max_ns")]
    pub max: SimDuration,
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
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Summary {
    /// From when figures are measured.
    #[serde(rename = "from_ns")]
    pub from: SimTime,
    /// Until when.
    #[serde(rename = "to_ns")]
    pub to: SimTime,
    /// Each client.
    pub clients: Vec<ClientSummary>,
    /// Each service and queue.
    pub nodes: Vec<NodeSummary>,
    /// What became of the messages, over the whole run.
    pub ledger: Ledger,
    /// Messages on their way when the run ended.
    pub in_flight: u64,
}
