//! Figures: measures a run while it goes on, from the end of its warm-up.
//!
//! Records flow in, one after another; [`Figures::summary`] gives the result at any time.
//! No trace is kept, and a record costs what it changes and no more.

use super::load::Change;
use super::{ClientSummary, Latencies, Ledger, NodeSummary, Summary};
use crate::kernel::{Observer, SimDuration, SimTime};
use crate::world::{Node, NodeKind, Outcome, Record, Topology, What};

/// Observes a run for its figures.
#[derive(Clone, Debug)]
pub struct Figures {
    warm_up: SimTime,
    /// By entity.
    meters: Vec<Meter>,
    /// By entity, as far as one of them began a journey: clients come first.
    journeys: Vec<Journeys>,
    ledger: Ledger,
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
    /// Figures of a run with `entities` entities, measured from `warm_up` on.
    pub fn new(entities: usize, warm_up: SimTime) -> Self {
        let meter = Meter {
            since: warm_up,
            ..Meter::default()
        };
        Self {
            warm_up,
            meters: vec![meter; entities],
            journeys: Vec::new(),
            ledger: Ledger::default(),
        }
    }

    /// The figures up to `end`.
    pub fn summary(&self, topology: &Topology, end: SimTime) -> Summary {
        let span = end.since(self.warm_up);
        let mut summary = Summary {
            from: self.warm_up,
            to: end,
            clients: Vec::new(),
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
            }
        }
        summary
    }

    /// The figures of a service or queue: those of its entities together.
    fn node(&self, node: &Node, end: SimTime, workers: Option<u32>) -> NodeSummary {
        let first = node.first_entity.index();
        let mut all = Meter::default();
        for &(mut meter) in &self.meters[first..first + node.entities as usize] {
            meter.advance(end);
            all.busy_time += meter.busy_time;
            all.waiting_time += meter.waiting_time;
            all.max_waiting = all.max_waiting.max(meter.max_waiting);
            all.done += meter.done;
            all.failed += meter.failed;
            all.rejected += meter.rejected;
        }
        let span = end.since(self.warm_up).as_nanos() as f64;
        let capacity = |workers| span * f64::from(workers) * f64::from(node.entities);
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
            self.journeys.resize_with(entity + 1, Journeys::default);
        }
        &mut self.journeys[entity]
    }

    /// Counts how something ended, once the warm-up is over.
    fn count(&mut self, record: &Record) {
        let meter = &mut self.meters[record.entity.index()];
        match record.what {
            What::TaskFinished { outcome, .. } if outcome.is_settled() => meter.done += 1,
            What::Acknowledged { .. } => meter.done += 1,
            What::TaskFinished { .. }
            | What::TaskKilled { started: true, .. }
            | What::Discarded { .. }
            | What::Expired { .. } => meter.failed += 1,
            What::MessageRejected { .. } => meter.rejected += 1,
            What::JourneyEnded { outcome, took, .. } => {
                self.journeys_of(record.entity.index()).ended(outcome, took);
            }
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
            Outcome::Declined(_) => &mut self.declined,
            Outcome::Timeout => &mut self.timeouts,
            Outcome::Error(_) | Outcome::Refused | Outcome::Reset | Outcome::Full => {
                &mut self.errors
            }
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
            throughput: ratio(latencies.count() as f64, span.as_secs_f64()),
            mean: latencies.mean(),
            p50: latencies.quantile(0.5),
            p90: latencies.quantile(0.9),
            p99: latencies.quantile(0.99),
            max: latencies.max(),
        }
    }
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
        if measured {
            self.count(&record);
        }
    }
}
