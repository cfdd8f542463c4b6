//! The picture: the state of everything that is seen, at a cursor.
//!
//! A picture is a fold of the trace: applying the record with number `n` to the picture
//! at cursor `n` gives the picture at cursor `n + 1`. Views draw it; a test holds it
//! equal to the engine's own state.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Cursor, Ledger};
use crate::kernel::{RecordId, SimTime};
use crate::resilience::breaker::State as BreakerState;
use crate::world::{BreakerWhy, Condition, Direction, EdgeId, GuardId, MessageKind, Record, What};

/// A message on its way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Flight {
    /// Along which edge.
    pub edge: EdgeId,
    /// In which direction of it.
    pub direction: Direction,
    /// What it carries.
    pub kind: MessageKind,
    /// Whether it says again what was said before.
    pub repeat: bool,
    /// Whether it will be lost on the way.
    pub lost: bool,
    /// When it left.
    pub departs: SimTime,
    /// When it arrives.
    pub arrives: SimTime,
}

impl Flight {
    /// How far it has come at `now`, from 0 to 1.
    pub fn progress(&self, now: SimTime) -> f64 {
        let whole = self.arrives.since(self.departs).as_nanos();
        if whole == 0 {
            1.0
        } else {
            (now.since(self.departs).as_nanos() as f64 / whole as f64).min(1.0)
        }
    }
}

/// The state of one entity, as far as it is seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct EntityState {
    /// Its condition.
    pub condition: Condition,
    /// Workers, or connections of a store, that are taken.
    pub busy: u32,
    /// Tasks that began and have not ended.
    pub tasks: u32,
    /// Tasks, or steps of an event loop's tasks, that wait for a worker.
    pub waiting: u32,
    /// For a queue: messages that wait to be delivered.
    pub ready: u32,
    /// For a queue: messages that are with a consumer.
    pub unacked: u32,
    /// For a queue: consumers.
    pub consumers: u32,
    /// For a store: transactions that are open.
    pub transactions: u32,
    /// For a store: statements that wait for a row.
    pub locked: u32,
    /// For a store: rows.
    pub rows: u32,
    /// For an instance: whether it gets no requests because of its answers.
    pub ejected: bool,
    /// For an instance: whether it gets no requests because of its probes.
    pub unready: bool,
    /// Tasks that ended well so far, or messages that left a queue acknowledged.
    pub done: u64,
    /// Tasks that ended badly so far.
    pub failed: u64,
    /// Requests turned away so far.
    pub rejected: u64,
}

/// The state of a breaker that has ever changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BreakerGauge {
    /// What it is doing.
    pub state: BreakerState,
    /// What it did before.
    pub before: BreakerState,
    /// Since when.
    pub since: SimTime,
    /// Why.
    pub why: BreakerWhy,
    /// The record that says so.
    pub record: RecordId,
}

/// The state of everything that is seen, at a cursor.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Picture {
    /// How many records it includes.
    pub cursor: Cursor,
    /// The time of the last of them.
    pub at: SimTime,
    /// The state of each entity, by number.
    pub entities: Vec<EntityState>,
    /// The messages on their way, by the record that sent them.
    pub flights: BTreeMap<RecordId, Flight>,
    /// What became of the others.
    pub ledger: Ledger,
    /// The breakers that have ever changed; the others are closed.
    pub breakers: BTreeMap<GuardId, BreakerGauge>,
}

impl EntityState {
    /// Takes in what became of an instance, or else what happened to a store.
    fn apply_to_standing(&mut self, what: &What) {
        match *what {
            What::ConditionChanged { to, .. } => {
                self.condition = to;
                // Whoever is not there is not left out.
                let is_there = to != Condition::Absent;
                self.ejected &= is_there;
                self.unready &= is_there;
            }
            What::Ejected { .. } => self.ejected = true,
            What::EjectionOver => self.ejected = false,
            What::ReadinessChanged { ready, .. } => self.unready = !ready,
            _ => self.apply_to_store(what),
        }
    }

    /// Takes in what happened to a store.
    fn apply_to_store(&mut self, what: &What) {
        match *what {
            What::ConnectionAwaited { .. } => self.waiting += 1,
            What::StatementTaken {
                queued,
                connects,
                begins,
                ..
            } => {
                self.waiting = self.waiting.saturating_sub(u32::from(queued));
                self.busy += u32::from(connects);
                self.transactions += u32::from(begins);
            }
            What::RowAwaited { .. } => self.locked += 1,
            What::RowGranted { .. } => self.locked = self.locked.saturating_sub(1),
            What::StatementFinished {
                outcome,
                disconnects,
                ends,
                ..
            } => {
                self.busy = self.busy.saturating_sub(u32::from(disconnects));
                self.transactions = self.transactions.saturating_sub(u32::from(ends));
                *(if outcome.is_settled() {
                    &mut self.done
                } else {
                    &mut self.failed
                }) += 1;
            }
            What::ConnectionClosed {
                queued,
                locked,
                ends,
            } => {
                self.waiting = self.waiting.saturating_sub(u32::from(queued));
                self.busy = self.busy.saturating_sub(u32::from(!queued));
                self.locked = self.locked.saturating_sub(u32::from(locked));
                self.transactions = self.transactions.saturating_sub(u32::from(ends));
            }
            What::RowsCounted { rows } => self.rows = rows,
            _ => {}
        }
    }
}

impl Picture {
    /// The picture of `entities` entities before anything happened.
    pub fn new(entities: usize) -> Self {
        Self {
            entities: vec![EntityState::default(); entities],
            ..Self::default()
        }
    }

    /// About how many bytes it occupies.
    pub fn bytes(&self) -> usize {
        // A map keeps its entries in nodes that are about two thirds full.
        let flight = (size_of::<RecordId>() + size_of::<Flight>()) * 3 / 2;
        self.entities.len() * size_of::<EntityState>() + self.flights.len() * flight
    }

    /// Takes in the next record.
    pub fn apply(&mut self, record: &Record) {
        let id = RecordId(self.cursor.0);
        self.cursor = Cursor(self.cursor.0 + 1);
        self.at = record.at;
        self.ledger.apply(&record.what);
        self.apply_to_flights(id, record);
        let Some(entity) = self.entities.get_mut(record.entity.index()) else {
            return;
        };
        match record.what {
            What::JourneyBegan => entity.tasks += 1,
            What::JourneyEnded { outcome, .. } => {
                entity.tasks = entity.tasks.saturating_sub(1);
                *(if outcome.is_ok() {
                    &mut entity.done
                } else {
                    &mut entity.failed
                }) += 1;
            }
            What::MessageRejected { .. } => entity.rejected += 1,
            What::TaskQueued { .. } | What::WorkQueued => entity.waiting += 1,
            What::TaskStarted { queued, worker } => {
                entity.tasks += 1;
                entity.busy += u32::from(worker);
                entity.waiting = entity.waiting.saturating_sub(u32::from(queued));
            }
            What::TaskFinished {
                outcome, worker, ..
            } => {
                entity.tasks = entity.tasks.saturating_sub(1);
                entity.busy = entity.busy.saturating_sub(u32::from(worker));
                *(if outcome.is_settled() {
                    &mut entity.done
                } else {
                    &mut entity.failed
                }) += 1;
            }
            What::TaskKilled {
                queued,
                worker,
                started,
                ..
            } => {
                entity.tasks = entity.tasks.saturating_sub(u32::from(started));
                entity.waiting = entity.waiting.saturating_sub(u32::from(queued));
                entity.busy = entity.busy.saturating_sub(u32::from(worker));
                entity.failed += u64::from(started);
            }
            What::WorkStarted { queued, worker, .. } => {
                entity.busy += u32::from(worker);
                entity.waiting = entity.waiting.saturating_sub(u32::from(queued));
            }
            What::WorkFinished { worker } => {
                entity.busy = entity.busy.saturating_sub(u32::from(worker));
            }
            What::Enqueued { .. } => entity.ready += 1,
            What::Dispatched { .. } => {
                entity.ready = entity.ready.saturating_sub(1);
                entity.unacked += 1;
            }
            What::Acknowledged { .. } => {
                entity.unacked = entity.unacked.saturating_sub(1);
                entity.done += 1;
            }
            What::Discarded { .. } => {
                entity.unacked = entity.unacked.saturating_sub(1);
                entity.failed += 1;
            }
            What::Expired { .. } => {
                entity.ready = entity.ready.saturating_sub(1);
                entity.failed += 1;
            }
            What::Requeued { .. } => {
                entity.unacked = entity.unacked.saturating_sub(1);
                entity.ready += 1;
            }
            What::ConsumerJoined { .. } => entity.consumers += 1,
            What::ConsumerLeft { .. } => entity.consumers = entity.consumers.saturating_sub(1),
            What::BreakerChanged {
                guard,
                from,
                to,
                why,
            } => {
                let gauge = BreakerGauge {
                    state: to,
                    before: from,
                    since: record.at,
                    why,
                    record: id,
                };
                self.breakers.insert(guard, gauge);
            }
            ref what => entity.apply_to_standing(what),
        }
    }

    fn apply_to_flights(&mut self, id: RecordId, record: &Record) {
        match record.what {
            What::MessageSent {
                edge,
                direction,
                kind,
                repeat,
                lost,
                arrives,
            } => {
                let departs = record.at;
                self.flights.insert(
                    id,
                    Flight {
                        edge,
                        direction,
                        kind,
                        repeat,
                        lost,
                        departs,
                        arrives,
                    },
                );
            }
            What::MessageDuplicated { of, arrives } => {
                if let Some(&original) = self.flights.get(&of) {
                    self.flights.insert(
                        id,
                        Flight {
                            repeat: true,
                            arrives,
                            ..original
                        },
                    );
                }
            }
            What::MessageDelivered { message }
            | What::MessageLate { message, .. }
            | What::MessageRejected { message, .. }
            | What::MessageLost { message, .. } => {
                self.flights.remove(&message);
            }
            _ => {}
        }
    }
}
