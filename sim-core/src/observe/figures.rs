//! Figures: measures a run while it goes on, from the end of its warm-up.
//!
//! Records flow in, one after another; [`Figures::summary`] gives the result at any time.
//! No trace is kept, and a record costs what it changes and no more.

use std::collections::BTreeMap;

use super::load::Change;
use super::summary::{
    CallSummary, ClientSummary, EndpointSummary, NodeSummary, Outcomes, Spread, Summary,
};
use super::{Latencies, Ledger};
use crate::kernel::{Observer, SimDuration, SimTime};
use crate::world::{
    Condition, EdgeKind, EndpointId, Node, NodeId, NodeKind, Outcome, Record, Topology, What,
};

/// Observes a run for its figures.
#[derive(Clone, Debug)]
pub struct Figures {
    warm_up: SimTime,
    /// By entity.
    node_of: Vec<NodeId>,
    /// By endpoint.
    endpoints: Vec<Served>,
    calls: BTreeMap<(NodeId, EndpointId), Called>,
    /// By entity.
    meters: Vec<Meter>,
    /// By entity, as far as one of them began a journey: clients come first.
    journeys: Vec<Journeys>,
    ledger: Ledger,
    /// How many histograms there are.
    histograms: usize,
}

/// Histograms with three digits; what a larger document has more than that gets by with
/// two, so that the figures of none take more than some hundred megabytes.
const FINE_HISTOGRAMS: usize = 500;

/// One more histogram besides so many.
fn one_more(histograms: &mut usize) -> Latencies {
    *histograms += 1;
    if *histograms > FINE_HISTOGRAMS {
        Latencies::coarse()
    } else {
        Latencies::default()
    }
}

/// What one endpoint was asked.
#[derive(Clone, Debug, Default)]
struct Served {
    outcomes: Outcomes,
    /// Of those that were worked on to their end. Most endpoints of a large document are
    /// never asked, and a histogram is large.
    took: Option<Box<Latencies>>,
}

/// Calls from one node to one endpoint.
#[derive(Clone, Debug)]
struct Called {
    attempts: u64,
    late: u64,
    outcomes: Outcomes,
    took: Latencies,
}

/// What is measured at one entity.
#[derive(Clone, Copy, Debug, Default)]
struct Meter {
    busy: u32,
    waiting: u32,
    /// The most that waited at one moment since the warm-up.
    max_waiting: u32,
    /// Until when the integrals go.
    since: SimTime,
    /// Nanoseconds of worker time.
    busy_time: u128,
    /// Nanoseconds of waiting time.
    waiting_time: u128,
    /// Whether it is not there, and for how many nanoseconds it was not.
    absent: bool,
    absent_time: u128,
    done: u64,
    failed: u64,
    rejected: u64,
}

/// The journeys of one client.
#[derive(Clone, Debug, Default)]
struct Journeys {
    open: u64,
    ok: u64,
    declined: u64,
    errors: u64,
    timeouts: u64,
    latencies: Latencies,
}

impl Figures {
    /// Figures of a run of those in `topology`, measured from `warm_up` on.
    pub fn new(topology: &Topology, warm_up: SimTime) -> Self {
        let meter = Meter {
            since: warm_up,
            ..Meter::default()
        };
        Self {
            warm_up,
            node_of: topology.node_of.clone(),
            endpoints: vec![Served::default(); topology.endpoints.len()],
            calls: BTreeMap::new(),
            meters: vec![meter; topology.entities.len()],
            journeys: Vec::new(),
            ledger: Ledger::default(),
            histograms: 0,
        }
    }

    /// The figures up to `end`.
    pub fn summary(&self, topology: &Topology, end: SimTime) -> Summary {
        let span = end.since(self.warm_up);
        let mut summary = Summary {
            from: self.warm_up,
            to: end,
            clients: Vec::new(),
            endpoints: self.endpoints(topology, span),
            calls: self.calls(topology, span),
            nodes: Vec::new(),
            ledger: self.ledger,
            in_flight: self.ledger.in_flight(),
        };
        for node in &topology.nodes {
            match node.kind {
                NodeKind::Hand | NodeKind::Client => {
                    let journeys = self.journeys.get(node.first_entity.index());
                    if node.kind == NodeKind::Client || journeys.is_some_and(Journeys::any) {
                        let journeys = journeys.cloned().unwrap_or_default();
                        summary.clients.push(journeys.summary(&node.name, span));
                    }
                }
                NodeKind::Service { workers, .. } | NodeKind::External { workers, .. } => {
                    summary.nodes.push(self.node(node, end, Some(workers)));
                }
                NodeKind::Queue => summary.nodes.push(self.node(node, end, None)),
                NodeKind::Store { connections, .. } => {
                    summary.nodes.push(self.node(node, end, connections));
                }
            }
        }
        summary
    }

    fn endpoints(&self, topology: &Topology, span: SimDuration) -> Vec<EndpointSummary> {
        let described = topology.endpoints.iter().zip(&self.endpoints);
        // What a queue is asked stands among the calls; what it does, among the nodes.
        let described = described.filter(|(described, served)| match described.kind {
            EdgeKind::Publish => false,
            // Where no transaction is ended, no store is asked to.
            EdgeKind::Statement => served.outcomes.total() > 0,
            EdgeKind::Call | EdgeKind::Deliver => true,
        });
        described
            .map(|(described, served)| EndpointSummary {
                name: described.name.clone(),
                kind: described.kind,
                requests: served.outcomes.total(),
                throughput: rate(served.outcomes.total(), span),
                outcomes: served.outcomes,
                took: served.took.as_deref().map(Spread::of).unwrap_or_default(),
            })
            .collect()
    }

    fn calls(&self, topology: &Topology, span: SimDuration) -> Vec<CallSummary> {
        let summary = |(&(from, to), called): (&(NodeId, EndpointId), &Called)| {
            let (from, to) = (
                topology.nodes.get(from.index())?,
                topology.endpoints.get(to.index())?,
            );
            Some(CallSummary {
                from: from.name.clone(),
                to: to.name.clone(),
                kind: to.kind,
                calls: called.outcomes.total(),
                attempts: called.attempts,
                throughput: rate(called.outcomes.total(), span),
                outcomes: called.outcomes,
                late: called.late,
                took: Spread::of(&called.took),
            })
        };
        self.calls.iter().filter_map(summary).collect()
    }

    /// The figures of a service or queue: those of its entities together.
    fn node(&self, node: &Node, end: SimTime, workers: Option<u32>) -> NodeSummary {
        let first = node.first_entity.index();
        let mut all = Meter::default();
        for &(mut meter) in &self.meters[first..first + node.entities as usize] {
            meter.advance(end);
            all.busy_time += meter.busy_time;
            all.waiting_time += meter.waiting_time;
            all.absent_time += meter.absent_time;
            all.max_waiting = all.max_waiting.max(meter.max_waiting);
            all.done += meter.done;
            all.failed += meter.failed;
            all.rejected += meter.rejected;
        }
        let span = end.since(self.warm_up).as_nanos() as f64;
        let there = span * f64::from(node.entities) - all.absent_time as f64;
        let capacity = |workers| there * f64::from(workers);
        NodeSummary {
            name: node.name.clone(),
            done: all.done,
            failed: all.failed,
            rejected: all.rejected,
            utilisation: workers.map(|workers| ratio(all.busy_time as f64, capacity(workers))),
            mean_waiting: ratio(all.waiting_time as f64, span),
            max_waiting: all.max_waiting,
        }
    }

    /// The journeys of the client that `entity` is.
    fn journeys_of(&mut self, entity: usize) -> &mut Journeys {
        if self.journeys.len() <= entity {
            let histograms = &mut self.histograms;
            self.journeys.resize_with(entity + 1, || Journeys {
                latencies: one_more(histograms),
                ..Journeys::default()
            });
        }
        &mut self.journeys[entity]
    }

    fn finished(&mut self, endpoint: EndpointId, outcome: Outcome, took: SimDuration) {
        let served = &mut self.endpoints[endpoint.index()];
        if outcome == Outcome::Shed {
            // It is told apart from other 503s, and was not worked on.
            served.outcomes.count(outcome);
            return;
        }
        served.outcomes.count(outcome.over_the_wire());
        let histogram = || Box::new(one_more(&mut self.histograms));
        served.took.get_or_insert_with(histogram).record(took);
    }

    fn called(&mut self, by: usize, endpoint: EndpointId) -> &mut Called {
        let calls = self.calls.entry((self.node_of[by], endpoint));
        calls.or_insert_with(|| Called {
            attempts: 0,
            late: 0,
            outcomes: Outcomes::default(),
            took: one_more(&mut self.histograms),
        })
    }

    /// Counts how something ended, once the warm-up is over.
    fn count(&mut self, record: &Record) {
        let entity = record.entity.index();
        let meter = &mut self.meters[entity];
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
            } => {
                *(if outcome.is_settled() {
                    &mut meter.done
                } else {
                    &mut meter.failed
                }) += 1;
                self.finished(endpoint, outcome, took);
            }
            What::TaskKilled {
                started, endpoint, ..
            } => {
                meter.failed += u64::from(started);
                if let Some(endpoint) = endpoint {
                    self.endpoints[endpoint.index()].outcomes.reset += 1;
                }
            }
            What::MessageRejected { why, endpoint, .. } => {
                meter.rejected += 1;
                let outcomes = &mut self.endpoints[endpoint.index()].outcomes;
                outcomes.count(why.outcome());
            }
            What::Acknowledged { .. } => meter.done += 1,
            What::Discarded { .. } | What::Expired { .. } => meter.failed += 1,
            What::JourneyEnded { outcome, took, .. } => {
                self.journeys_of(entity).ended(outcome, took);
            }
            What::CallFinished {
                endpoint,
                attempts,
                outcome,
                took,
            } => {
                let called = self.called(entity, endpoint);
                called.attempts += u64::from(attempts);
                called.outcomes.count(outcome);
                called.took.record(took);
            }
            What::MessageLate { endpoint, .. } => self.called(entity, endpoint).late += 1,
            _ => {}
        }
    }
}

impl Meter {
    /// Takes in that the load changed at `now`.
    fn change(&mut self, change: Change, now: SimTime, measured: bool) {
        self.advance(now);
        self.busy = self.busy.saturating_add_signed(change.busy);
        self.waiting = self.waiting.saturating_add_signed(change.waiting);
        if measured {
            self.max_waiting = self.max_waiting.max(self.waiting);
        }
    }

    /// Adds what has held since the last change up to `now`. Before the end of the warm-up
    /// that is nothing.
    fn advance(&mut self, now: SimTime) {
        if now < self.since {
            return;
        }
        let span = u128::from(now.since(self.since).as_nanos());
        self.busy_time += span * u128::from(self.busy);
        self.waiting_time += span * u128::from(self.waiting);
        self.absent_time += span * u128::from(self.absent);
        self.max_waiting = self.max_waiting.max(self.waiting);
        self.since = now;
    }
}

impl Journeys {
    /// Whether there were any.
    fn any(&self) -> bool {
        self.open > 0 || self.latencies.count() > 0
    }

    fn ended(&mut self, outcome: Outcome, took: SimDuration) {
        self.latencies.record(took);
        *match outcome {
            Outcome::Ok(_) => &mut self.ok,
            Outcome::Declined(_) | Outcome::Invalid | Outcome::Duplicate | Outcome::Unmet => {
                &mut self.declined
            }
            Outcome::Timeout => &mut self.timeouts,
            Outcome::Error(_)
            | Outcome::Refused
            | Outcome::Reset
            | Outcome::Full
            | Outcome::Open
            | Outcome::Limited
            | Outcome::Shed
            | Outcome::Conflict => &mut self.errors,
        } += 1;
    }

    fn summary(&self, name: &str, span: SimDuration) -> ClientSummary {
        let latencies = &self.latencies;
        ClientSummary {
            name: name.to_owned(),
            journeys: latencies.count(),
            open: self.open,
            ok: self.ok,
            declined: self.declined,
            errors: self.errors,
            timeouts: self.timeouts,
            throughput: rate(latencies.count(), span),
            mean: latencies.mean(),
            p50: latencies.quantile(0.5),
            p90: latencies.quantile(0.9),
            p99: latencies.quantile(0.99),
            p999: latencies.quantile(0.999),
            max: latencies.max(),
        }
    }
}

/// How many a second.
fn rate(count: u64, span: SimDuration) -> f64 {
    ratio(count as f64, span.as_secs_f64())
}

fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

impl Observer<Record> for Figures {
    const LISTENS: bool = true;

    fn record(&mut self, record: Record) {
        let entity = record.entity.index();
        let measured = record.at >= self.warm_up;
        self.ledger.apply(&record.what);
        match record.what {
            What::JourneyBegan => self.journeys_of(entity).open += 1,
            What::JourneyEnded { .. } => {
                let open = &mut self.journeys_of(entity).open;
                *open = open.saturating_sub(1);
            }
            _ => {}
        }
        let change = Change::of(&record.what);
        if !change.is_none() {
            self.meters[entity].change(change, record.at, measured);
        }
        if let What::ConditionChanged { to, .. } = record.what {
            let meter = &mut self.meters[entity];
            meter.advance(record.at);
            meter.absent = to == Condition::Absent;
        }
        if measured {
            self.count(&record);
        }
    }
}
