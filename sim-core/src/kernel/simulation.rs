//! The run loop: pops events and hands them to a model, in slices, within budgets.
//!
//! A [`Model`] is one plain value that can be cloned; a [`Simulation`] is the model, its
//! queue and the digest, so that a clone of it is a keyframe. An [`Observer`] hears of
//! records; [`Silent`] compiles to nothing.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Digest, EntityId, EventQueue, SimTime};

/// The number of a record: how many records there were before it. Ids advance whether or
/// not anybody listens, so that observing a run does not change it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecordId(pub u32);

/// Hears of every record of a run, in order.
pub trait Observer<R> {
    /// Whether records are wanted at all; if not, they are not even made.
    const LISTENS: bool;
    /// Takes the next record.
    fn record(&mut self, record: R);
}

/// Observes nothing, at no cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl<R> Observer<R> for Silent {
    const LISTENS: bool = false;
    fn record(&mut self, _: R) {}
}

/// Keeps all records.
impl<R> Observer<R> for Vec<R> {
    const LISTENS: bool = true;
    fn record(&mut self, record: R) {
        self.push(record);
    }
}

/// A world the kernel can run.
pub trait Model: Clone {
    /// What happens; small, since the queue is full of them.
    type Event: Copy + std::fmt::Debug;
    /// What an observer hears of.
    type Record;

    /// Kind and key of an event, for the digest: structural, so that what else is in the
    /// world does not show in it.
    fn fingerprint(&self, entity: EntityId, event: &Self::Event) -> u64;

    /// Lets `event` happen.
    fn handle<O: Observer<Self::Record>>(
        &mut self,
        event: Self::Event,
        cx: &mut Context<'_, Self::Event, O>,
    );

    /// Work beyond that of ordinary events, in events: what one event set off in its own
    /// moment counts as well, or a budget of events would bound no time.
    fn overtime(&self) -> u64 {
        0
    }

    /// How many things (tasks, messages) are alive, to be held against a budget.
    fn alive(&self) -> usize;

    /// About how many bytes a clone occupies.
    fn bytes(&self) -> usize;
}

/// What a model may use while it handles an event.
pub struct Context<'a, E, O> {
    /// The present moment.
    pub now: SimTime,
    /// Who the event happens to.
    pub entity: EntityId,
    /// What happens later.
    pub queue: &'a mut EventQueue<E>,
    records: &'a mut u32,
    observer: &'a mut O,
}

impl<E, O> Context<'_, E, O> {
    /// Emits a record; `make` is called only if somebody listens.
    #[inline]
    pub fn emit<R>(&mut self, make: impl FnOnce() -> R) -> RecordId
    where
        O: Observer<R>,
    {
        let id = RecordId(*self.records);
        // Budgets end a run long before; should they not, ids stick at the last one.
        *self.records = self.records.saturating_add(1);
        if O::LISTENS {
            self.observer.record(make());
        }
        id
    }
}

/// What a run may use before it is stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Budgets {
    /// Handled events, and what they set off in the same moment beyond the ordinary.
    pub events: u64,
    /// Tasks and messages alive at one time, or events pending.
    pub alive: usize,
}

impl Default for Budgets {
    /// 50 million events (tens of seconds natively) and a million things alive
    /// (some 200 MB): enough for any figure on a page, and never a frozen tab.
    fn default() -> Self {
        Self {
            events: 50_000_000,
            alive: 1_000_000,
        }
    }
}

/// The budget a run exhausted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exhausted {
    /// It handled this many events.
    Events(u64),
    /// This many things were alive at one time.
    Alive(u64),
}

impl fmt::Display for Exhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Events(limit) => write!(f, "event budget of {limit}"),
            Self::Alive(limit) => write!(f, "budget of {limit} tasks and messages alive at a time"),
        }
    }
}

/// Why a slice of a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pause {
    /// Everything up to the end has happened.
    Ended,
    /// The slice is spent; there is more.
    Sliced,
    /// A budget is spent.
    Stopped(Exhausted),
}

/// A model in motion. Its clone is a keyframe.
#[derive(Clone, Debug)]
pub struct Simulation<M: Model> {
    /// The world.
    pub model: M,
    queue: EventQueue<M::Event>,
    keys: std::sync::Arc<[u64]>,
    now: SimTime,
    handled: u64,
    records: u32,
    digest: Digest,
    exhausted: Option<Exhausted>,
}

impl<M: Model> Simulation<M> {
    /// A simulation of `model` at time zero. `keys` are the stable keys of the entities,
    /// by number; `start` schedules the first events.
    pub fn new(
        model: M,
        keys: Vec<u64>,
        start: impl FnOnce(&mut M, &mut EventQueue<M::Event>),
    ) -> Self {
        let mut simulation = Self {
            model,
            queue: EventQueue::new(keys.len()),
            keys: keys.into(),
            now: SimTime::ZERO,
            handled: 0,
            records: 0,
            digest: Digest::default(),
            exhausted: None,
        };
        start(&mut simulation.model, &mut simulation.queue);
        simulation
    }

    /// The present moment: the time of the event handled last.
    pub const fn now(&self) -> SimTime {
        self.now
    }

    /// How many events were handled.
    pub const fn handled(&self) -> u64 {
        self.handled
    }

    /// How many records were emitted: the id of the next one.
    pub const fn records(&self) -> u32 {
        self.records
    }

    /// The digest of everything handled so far.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The budget that ended the run, if one did.
    pub const fn exhausted(&self) -> Option<Exhausted> {
        self.exhausted
    }

    /// How many events are pending.
    pub const fn pending(&self) -> usize {
        self.queue.len()
    }

    /// About how many bytes a clone occupies.
    pub fn bytes(&self) -> usize {
        self.model.bytes() + self.queue.bytes()
    }

    /// Handles at most `slice` events up to and including `end`.
    pub fn run<O: Observer<M::Record>>(
        &mut self,
        end: SimTime,
        slice: u64,
        budgets: Budgets,
        observer: &mut O,
    ) -> Pause {
        if let Some(budget) = self.exhausted {
            return Pause::Stopped(budget);
        }
        let last = self.handled.saturating_add(slice).min(budgets.events);
        while self.handled < last {
            if !self.step(end, observer) {
                return Pause::Ended;
            }
            // No more than the budget was handled: `last` is part of it.
            if self.model.overtime() > budgets.events - self.handled {
                return self.stop(Exhausted::Events(budgets.events));
            }
            if self.model.alive().max(self.queue.len()) > budgets.alive {
                return self.stop(Exhausted::Alive(budgets.alive as u64));
            }
        }
        if self.handled >= budgets.events {
            return self.stop(Exhausted::Events(budgets.events));
        }
        Pause::Sliced
    }

    /// Handles the next event if it happens up to `end`; whether there was one.
    #[inline]
    pub fn step<O: Observer<M::Record>>(&mut self, end: SimTime, observer: &mut O) -> bool {
        let Some((at, entity, event)) = self.queue.pop_until(end) else {
            return false;
        };
        self.now = at;
        self.handled += 1;
        self.digest.absorb(at.as_nanos());
        self.digest
            .absorb(self.keys[entity.index()] ^ self.model.fingerprint(entity, &event));
        let mut cx = Context {
            now: at,
            entity,
            queue: &mut self.queue,
            records: &mut self.records,
            observer,
        };
        self.model.handle(event, &mut cx);
        true
    }

    /// Changes the model between two events.
    pub fn change(&mut self, change: impl FnOnce(&mut M, SimTime, &mut EventQueue<M::Event>)) {
        change(&mut self.model, self.now, &mut self.queue);
    }

    fn stop(&mut self, budget: Exhausted) -> Pause {
        self.exhausted = Some(budget);
        Pause::Stopped(budget)
    }
}
