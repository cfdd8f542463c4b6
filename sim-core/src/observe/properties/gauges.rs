//! Gauges: the figures of a run that questions name, folded from its records.
//!
//! Records flow in; values flow out, each with the record that changed it last. Equal figures
//! are kept once. What ended before the end of the warm-up is not measured.

use super::endings::{Ending, Endings};
use crate::kernel::{EntityId, RecordId, SimDuration, SimTime};
use crate::observe::load::Change;
use crate::resilience::breaker::State as BreakerState;
use crate::scenario::document::Decimal;
use crate::scenario::expr::Function;
use crate::values::Datum;
use crate::world::{Condition, EndpointId, GuardId, NodeKind, Record, Topology, What};

/// Something that figures are of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Target {
    /// A node or one of its instances: its first entity and how many.
    Entities(u32, u32),
    /// An endpoint, a subscription or a table.
    Endpoints(Vec<EndpointId>),
    /// The machines of a breaker: one for each instance of a caller, or one for all.
    Breakers(Vec<GuardId>),
}

impl Target {
    /// What `name` stands for in a topology. A document whose names were checked names nothing
    /// else.
    pub(super) fn of(name: &str, topology: &Topology) -> Self {
        if let Some(node) = topology.node(name) {
            let node = &topology.nodes[node.index()];
            return Self::Entities(node.first_entity.0, node.entities);
        }
        let is_queue = |endpoint: EndpointId| {
            let node = topology.endpoints[endpoint.index()].node;
            topology.nodes[node.index()].kind == NodeKind::Queue
        };
        let endpoints = topology.endpoints.iter().zip(0..);
        let endpoints = endpoints.filter(|(endpoint, _)| endpoint.name == name);
        let found: Vec<_> = endpoints
            .map(|(_, place)| EndpointId(place))
            .filter(|endpoint| !is_queue(*endpoint))
            .collect();
        if !found.is_empty() {
            return Self::Endpoints(found);
        }
        let guards = topology.guards.iter().zip(0..);
        let machines: Vec<_> = guards
            .filter(|(guard, _)| guard.policy == name)
            .map(|(_, place)| GuardId(place))
            .collect();
        if !machines.is_empty() {
            return Self::Breakers(machines);
        }
        let mut entities = topology.entities.iter();
        let instance = entities.position(|entity| entity == name);
        instance.map_or(Self::Endpoints(found), |place| {
            Self::Entities(place as u32, 1)
        })
    }

    pub(super) fn has(&self, entity: EntityId) -> bool {
        match self {
            Self::Entities(first, count) => (*first..first + count).contains(&entity.0),
            Self::Endpoints(_) | Self::Breakers(_) => false,
        }
    }

    /// Whether `ending` happened here, at `entity`.
    pub(super) fn ends(&self, entity: EntityId, ending: Ending) -> bool {
        match self {
            Self::Entities(..) => self.has(entity),
            Self::Endpoints(endpoints) => ending
                .endpoint
                .is_some_and(|endpoint| endpoints.contains(&endpoint)),
            Self::Breakers(_) => false,
        }
    }
}

/// A figure by its place among the gauges.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Figure {
    gauge: usize,
    reads: Reading,
}

/// What is read off a gauge.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reading {
    /// What waits.
    Depth,
    /// Workers or connections that are taken.
    Busy,
    /// The gravest condition.
    State,
    /// How many end a second.
    Rate,
    /// Which share of them fails.
    ErrorRate,
    /// How long they take: so many in a thousand no longer.
    Percentile(u16),
}

impl Reading {
    /// What a function of the run reads.
    pub(super) const fn of(function: Function) -> Option<Self> {
        Some(match function {
            Function::Depth => Self::Depth,
            Function::Busy => Self::Busy,
            Function::State => Self::State,
            Function::Rate => Self::Rate,
            Function::ErrorRate => Self::ErrorRate,
            Function::P50 => Self::Percentile(500),
            Function::P95 => Self::Percentile(950),
            Function::P99 => Self::Percentile(990),
            Function::P999 => Self::Percentile(999),
            _ => return None,
        })
    }
}

/// All gauges of a run.
#[derive(Clone, Debug)]
pub(super) struct Gauges {
    since: SimTime,
    gauges: Vec<Gauge>,
}

#[derive(Clone, Debug)]
struct Gauge {
    of: Target,
    measures: Measured,
    /// The record that changed it last.
    record: Option<RecordId>,
    /// Whether it changed since the last moment was settled.
    changed: bool,
}

#[derive(Clone, Debug)]
enum Measured {
    Load { busy: i64, waiting: i64 },
    Conditions(Vec<Condition>),
    Breakers(Vec<BreakerState>),
    Endings(Option<SimDuration>, Endings),
}

impl Measured {
    /// Whether the two measure the same, of the same target.
    fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Load { .. }, Self::Load { .. }) | (Self::Conditions(_), Self::Conditions(_)) => {
                true
            }
            (Self::Endings(over, _), Self::Endings(other, _)) => over == other,
            _ => false,
        }
    }
}

impl Gauges {
    /// None yet; endings count from `since` on.
    pub(super) const fn new(since: SimTime) -> Self {
        Self {
            since,
            gauges: Vec::new(),
        }
    }

    /// The figure that `reads` something of a target, over the last `over` if it is one of
    /// endings.
    pub(super) fn figure(
        &mut self,
        of: Target,
        reads: Reading,
        over: Option<SimDuration>,
    ) -> Figure {
        let measures = match (reads, &of) {
            (Reading::Depth | Reading::Busy, _) => Measured::Load {
                busy: 0,
                waiting: 0,
            },
            (Reading::State, Target::Entities(_, count)) => {
                Measured::Conditions(vec![Condition::default(); *count as usize])
            }
            (Reading::State, Target::Breakers(machines)) => {
                Measured::Breakers(vec![BreakerState::default(); machines.len()])
            }
            (Reading::State, Target::Endpoints(_)) => Measured::Conditions(Vec::new()),
            _ => Measured::Endings(over, Endings::over(over)),
        };
        let known = |gauge: &Gauge| gauge.of == of && gauge.measures.is_like(&measures);
        let gauge = self.gauges.iter().position(known);
        let gauge = gauge.unwrap_or_else(|| {
            self.gauges.push(Gauge {
                of,
                measures,
                record: None,
                changed: false,
            });
            self.gauges.len() - 1
        });
        Figure { gauge, reads }
    }

    /// Takes in a record.
    pub(super) fn apply(&mut self, id: RecordId, record: &Record) {
        if self.gauges.is_empty() {
            return;
        }
        let change = Change::of(&record.what);
        let ending = Ending::of(&record.what).filter(|_| record.at >= self.since);
        for gauge in &mut self.gauges {
            let changes = match (&mut gauge.measures, &gauge.of) {
                (Measured::Load { busy, waiting }, of) => {
                    let changes = !change.is_none() && of.has(record.entity);
                    if changes {
                        *busy += i64::from(change.busy);
                        *waiting += i64::from(change.waiting);
                    }
                    changes
                }
                (Measured::Conditions(conditions), Target::Entities(first, _)) => {
                    let place = record.entity.0.checked_sub(*first);
                    let place = place.and_then(|place| conditions.get_mut(place as usize));
                    match (place, record.what) {
                        (Some(condition), What::ConditionChanged { to, .. }) => {
                            *condition = to;
                            true
                        }
                        _ => false,
                    }
                }
                (Measured::Breakers(states), Target::Breakers(machines)) => {
                    let changed = match record.what {
                        What::BreakerChanged { guard, to, .. } => {
                            let place = machines.iter().position(|machine| *machine == guard);
                            place.and_then(|place| states.get_mut(place)).zip(Some(to))
                        }
                        _ => None,
                    };
                    changed.map(|(state, to)| *state = to).is_some()
                }
                (Measured::Endings(_, endings), of) => {
                    let ending = ending.filter(|ending| of.ends(record.entity, *ending));
                    if let Some(ending) = ending {
                        endings.add(record.at, ending);
                    }
                    ending.is_some()
                }
                (Measured::Conditions(_) | Measured::Breakers(_), _) => false,
            };
            if changes {
                (gauge.changed, gauge.record) = (true, Some(id));
            }
        }
    }

    /// The next moment at which one of them changes though nothing happens.
    pub(super) fn due(&self) -> SimTime {
        let due = |gauge: &Gauge| match &gauge.measures {
            Measured::Endings(_, endings) => endings.due(),
            _ => SimTime::MAX,
        };
        self.gauges.iter().map(due).min().unwrap_or(SimTime::MAX)
    }

    /// Time goes on to `now`.
    pub(super) fn forget(&mut self, now: SimTime) {
        for gauge in &mut self.gauges {
            if let Measured::Endings(_, endings) = &mut gauge.measures {
                gauge.changed |= endings.forget(now);
            }
        }
    }

    /// A moment is settled: everybody has seen what changed.
    pub(super) fn settled(&mut self) {
        for gauge in &mut self.gauges {
            gauge.changed = false;
        }
    }

    /// Whether a figure changed since the last moment was settled.
    pub(super) fn has_changed(&self, figure: Figure) -> bool {
        self.gauges[figure.gauge].changed
    }

    /// The record that changed a figure last.
    pub(super) fn record(&self, figure: Figure) -> Option<RecordId> {
        self.gauges[figure.gauge].record
    }

    /// What a figure shows at `now`; null if there is nothing to show.
    pub(super) fn read(&self, figure: Figure, now: SimTime) -> Datum {
        match (&self.gauges[figure.gauge].measures, figure.reads) {
            (Measured::Load { waiting, .. }, Reading::Depth) => Datum::Int(*waiting),
            (Measured::Load { busy, .. }, _) => Datum::Int(*busy),
            (Measured::Conditions(conditions), _) => {
                let gravest = conditions
                    .iter()
                    .max_by_key(|condition| condition.gravity());
                gravest.map_or(Datum::Null, |condition| Datum::text(condition.word()))
            }
            (Measured::Breakers(states), _) => {
                let gravest = states.iter().max_by_key(|state| state.severity());
                gravest.map_or(Datum::Null, |state| Datum::text(state.word()))
            }
            (Measured::Endings(_, endings), Reading::Percentile(per_mille)) => {
                let span = endings.quantile(per_mille);
                span.map_or(Datum::Null, Datum::Span)
            }
            (Measured::Endings(_, endings), Reading::ErrorRate) => {
                share(endings.failed(), endings.count())
            }
            (Measured::Endings(_, endings), _) => {
                let nanos = endings.span(self.since, now).as_nanos();
                // Ended, a second: 10^9 nanoseconds.
                let scaled = i128::from(endings.count()) * 1_000_000_000 * Decimal::ONE;
                let rate = scaled.checked_div(i128::from(nanos));
                rate.map_or(Datum::Null, |rate| {
                    Datum::Decimal(Decimal::from_millionths(rate))
                })
            }
        }
    }
}

/// So many of so many, as a share; null if there are none.
fn share(part: u64, whole: u64) -> Datum {
    let millionths = (i128::from(part) * Decimal::ONE).checked_div(i128::from(whole));
    millionths.map_or(Datum::Null, |share| {
        Datum::Decimal(Decimal::from_millionths(share))
    })
}
