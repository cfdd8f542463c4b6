//! The summary: the figures of a run, measured from the end of its warm-up.
//!
//! [`Figures`] observes a run and keeps no trace; [`Figures::summary`] gives the result
//! as plain data, for people, for JSON and for assertions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{EntityState, Latencies, Ledger, Picture};
use crate::kernel::{Observer, SimDuration, SimTime};
use crate::world::{NodeKind, Outcome, Record, Topology, What};

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

#[derive(Clone, Debug, Default)]
struct Journeys {
    ok: u64,
    declined: u64,
    errors: u64,
    timeouts: u64,
    latencies: Latencies,
}

/// The integrals of one entity since the end of the warm-up.
#[derive(Clone, Copy, Debug, Default)]
struct Integrals {
    busy: u128,
    waiting: u128,
    max_waiting: u32,
    since: SimTime,
    /// What had been counted before the warm-up ended.
    before: EntityState,
}

/// Observes a run for its figures.
#[derive(Clone, Debug)]
pub struct Figures {
    warm_up: SimTime,
    picture: Picture,
    /// By the number of the client; only those whose journeys have ended.
    journeys: BTreeMap<usize, Journeys>,
    integrals: Vec<Integrals>,
}

impl Figures {
    /// Figures of a run with `entities` entities, measured from `warm_up` on.
    pub fn new(entities: usize, warm_up: SimTime) -> Self {
        let integrals = vec![
            Integrals {
                since: warm_up,
                ..Integrals::default()
            };
            entities
        ];
        Self {
            warm_up,
            picture: Picture::new(entities),
            journeys: BTreeMap::new(),
            integrals,
        }
    }

    /// The picture so far.
    pub const fn picture(&self) -> &Picture {
        &self.picture
    }

    /// The figures up to `end`.
    pub fn summary(&self, topology: &Topology, end: SimTime) -> Summary {
        let mut integrals = self.integrals.clone();
        for (integrals, state) in integrals.iter_mut().zip(&self.picture.entities) {
            integrals.advance(state, end, self.warm_up);
        }
        let span = end.since(self.warm_up).as_secs_f64();
        let mut summary = Summary {
            from: self.warm_up,
            to: end,
            clients: Vec::new(),
            nodes: Vec::new(),
            ledger: self.picture.ledger,
            in_flight: self.picture.flights.len() as u64,
        };
        for node in &topology.nodes {
            let first = node.first_entity.index();
            let entities = first..first + node.entities as usize;
            match node.kind {
                NodeKind::Hand if self.is_idle(first) => {}
                NodeKind::Hand | NodeKind::Client => {
                    summary.clients.push(self.client(&node.name, first, span));
                }
                NodeKind::Service { workers, .. } | NodeKind::External { workers, .. } => {
                    let capacity = span * f64::from(workers) * f64::from(node.entities);
                    summary.nodes.push(node_summary(
                        &node.name,
                        &self.picture.entities[entities.clone()],
                        &integrals[entities],
                        span,
                        Some(capacity),
                    ));
                }
                NodeKind::Queue => summary.nodes.push(node_summary(
                    &node.name,
                    &self.picture.entities[entities.clone()],
                    &integrals[entities],
                    span,
                    None,
                )),
            }
        }
        summary
    }

    /// Whether nothing was begun or ended by `entity`.
    fn is_idle(&self, entity: usize) -> bool {
        !self.journeys.contains_key(&entity) && self.picture.entities[entity].tasks == 0
    }

    fn client(&self, name: &str, entity: usize, span: f64) -> ClientSummary {
        let none = Journeys::default();
        let journeys = self.journeys.get(&entity).unwrap_or(&none);
        let latencies = &journeys.latencies;
        ClientSummary {
            name: name.to_owned(),
            journeys: latencies.count(),
            open: u64::from(self.picture.entities[entity].tasks),
            ok: journeys.ok,
            declined: journeys.declined,
            errors: journeys.errors,
            timeouts: journeys.timeouts,
            throughput: ratio(latencies.count() as f64, span),
            mean: latencies.mean(),
            p50: latencies.quantile(0.5),
            p90: latencies.quantile(0.9),
            p99: latencies.quantile(0.99),
            max: latencies.max(),
        }
    }
}

impl Integrals {
    /// Adds what has held since the last change, `state`, up to `now`.
    fn advance(&mut self, state: &EntityState, now: SimTime, warm_up: SimTime) {
        if now < warm_up {
            self.before = *state;
            return;
        }
        let span = u128::from(now.since(self.since).as_nanos());
        let waiting = state.waiting + state.ready;
        self.busy += span * u128::from(state.busy);
        self.waiting += span * u128::from(waiting);
        self.max_waiting = self.max_waiting.max(waiting);
        self.since = now;
    }
}

/// The figures of a service or queue from those of its entities.
fn node_summary(
    name: &str,
    states: &[EntityState],
    integrals: &[Integrals],
    span: f64,
    capacity: Option<f64>,
) -> NodeSummary {
    let mut node = NodeSummary {
        name: name.to_owned(),
        done: 0,
        failed: 0,
        rejected: 0,
        utilisation: None,
        mean_waiting: 0.0,
        max_waiting: 0,
    };
    let mut busy = 0.0;
    for (state, integrals) in states.iter().zip(integrals) {
        node.done += state.done - integrals.before.done;
        node.failed += state.failed - integrals.before.failed;
        node.rejected += state.rejected - integrals.before.rejected;
        node.max_waiting = node.max_waiting.max(integrals.max_waiting);
        node.mean_waiting += ratio(integrals.waiting as f64 / 1e9, span);
        busy += integrals.busy as f64 / 1e9;
    }
    node.utilisation = capacity.map(|capacity| ratio(busy, capacity));
    node
}

fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

impl Observer<Record> for Figures {
    const LISTENS: bool = true;

    fn record(&mut self, record: Record) {
        let entity = record.entity.index();
        self.integrals[entity].advance(&self.picture.entities[entity], record.at, self.warm_up);
        self.picture.apply(&record);
        self.integrals[entity].advance(&self.picture.entities[entity], record.at, self.warm_up);
        if let What::JourneyEnded { outcome, took, .. } = record.what
            && record.at >= self.warm_up
        {
            let journeys = self.journeys.entry(entity).or_default();
            journeys.latencies.record(took);
            *match outcome {
                Outcome::Ok(_) => &mut journeys.ok,
                Outcome::Declined(_) => &mut journeys.declined,
                Outcome::Timeout => &mut journeys.timeouts,
                Outcome::Error(_) | Outcome::Refused | Outcome::Reset | Outcome::Full => {
                    &mut journeys.errors
                }
            } += 1;
        }
    }
}
