//! Stores: a database's side of statements and transactions, around the component that
//! knows the rules.
//!
//! A statement arrives and waits for a connection, unless its transaction has one; the
//! [`Station`] is busy with it; then the component carries it out, or lets it wait for a
//! row. A commit is over once the [`Log`] is on the disk. What a statement asks of a row
//! is evaluated here, at that moment, with what its message brought.

mod answers;
mod log;
mod program;
mod tasks;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use self::log::Log;
pub(super) use self::program::{
    Act, Costs, StatementProgram, StoreProgram, TableProgram, TransactionProgram,
};
pub(super) use self::tasks::Open;
use super::arena::Arena;
use super::delivery::{Body, Message};
use super::program::{Program, SiteTarget};
use super::station::Station;
use super::variables::{Beside, Payload};
use super::{Cx, Event, Ticket, World, tell};
use crate::data::{
    Fields, Gauges, Input, Isolation, Output, Questions, Row, Rows, Session, Statement, Store,
    TableId,
};
use crate::kernel::{EntityId, Key, Observer, RecordId, SimDuration, SimTime};
use crate::values::{Datum, Surroundings};
use crate::world::{Outcome, Record, Rejection, What};

/// A message that asks a store for something.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct StatementBody {
    pub(super) site: u32,
    pub(super) session: Session,
    pub(super) ticket: Ticket,
    pub(super) how: How,
}

/// How a statement stands to transactions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum How {
    /// It is one of its own.
    Alone,
    /// One begins with it.
    Begins(Isolation),
    /// It belongs to one that has begun.
    Within,
}

/// What a store is asked and has not answered.
#[derive(Clone, Copy, Debug)]
struct Asked {
    /// The message.
    slot: u32,
    arrived: SimTime,
    stage: Stage,
}

/// How far a store is with what it is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// It has just come.
    Arriving,
    /// It waits for a connection.
    InLine,
    /// The store is busy with it.
    Busy,
    /// It waits for a row.
    Locked,
    /// What it has changed is being written to the disk.
    Committing,
}

/// The state of a store.
#[derive(Clone, Debug)]
pub(super) struct StoreState {
    store: Store<u32>,
    station: Station,
    log: Log,
    /// What its sessions have asked: one thing at a time.
    asked: BTreeMap<Session, Asked>,
    /// Sessions whose owner has left while the store was busy with a statement.
    left: BTreeSet<Session>,
    /// How many rows there were when last told.
    rows: usize,
}

impl StoreState {
    fn new(store: Store<u32>) -> Self {
        Self {
            store,
            station: Station::default(),
            log: Log::default(),
            asked: BTreeMap::new(),
            left: BTreeSet::new(),
            rows: 0,
        }
    }

    /// What was going on when it died is no more.
    fn forget_all(&mut self) {
        self.station = Station::default();
        self.log = Log::default();
        self.left.clear();
    }

    pub(super) fn gauges(&self) -> Gauges {
        self.store.gauges()
    }

    /// About how many bytes a clone occupies that the original does not: rows are shared.
    pub(super) fn bytes(&self) -> usize {
        const SHARED: usize = 16;
        self.store.bytes() / SHARED + self.asked.len() * 2 * size_of::<Asked>()
    }
}

/// Answers what the component asks of rows, with what messages brought.
struct Evaluation<'a> {
    program: &'a Program,
    messages: &'a Arena<Message>,
    payloads: &'a Beside<Payload>,
    tables: &'a [TableProgram],
    now: SimTime,
}

impl Evaluation<'_> {
    fn statement(&self, slot: u32) -> Option<(&StatementProgram, &[Datum])> {
        let Body::Statement(StatementBody { site, .. }) = self.messages.get(slot)?.body else {
            return None;
        };
        let SiteTarget::Statement { statement, .. } = self.program.sites[site as usize].target
        else {
            return None;
        };
        let known = self.payloads.get(slot).and_then(Option::as_deref);
        let statement = &self.program.statements[statement as usize];
        Some((statement, known.map_or(&[][..], Vec::as_slice)))
    }
}

impl Questions<u32> for Evaluation<'_> {
    fn fits(&self, asked: u32, row: Row<'_>) -> bool {
        let found = self.statement(asked);
        found.is_some_and(|(statement, known)| statement.fits(known, row, self.now))
    }

    fn changed(&self, asked: u32, row: Row<'_>) -> Option<Fields> {
        let (statement, known) = self.statement(asked)?;
        let kinds = &self.tables.get(statement.table as usize)?.kinds;
        statement.changed(known, row, kinds, self.now)
    }
}

impl World {
    /// At the start, the rows that the document wants are there.
    pub(super) fn open_stores<O: Observer<Record>>(&mut self, cx: &mut Cx<'_, O>) {
        for state in 0..self.stores.len() {
            if let Some(store) = self.program.store_at(state) {
                store.fill(&mut self.stores[state].store);
            }
            self.count_rows(state, None, cx);
        }
    }

    /// The committed rows of the table called `table` (`store.table`) at the store that
    /// `entity` is, by key, each a map with the number of its writes as `rev`.
    pub fn rows(&self, entity: EntityId, table: &str) -> Vec<Datum> {
        let Some((store, state)) = self.program.store_of(entity) else {
            return Vec::new();
        };
        let name = Key::of(table);
        let mut tables = (0..).zip(&store.tables);
        let found = tables.find(|(_, table)| table.name == name);
        let rows = found.into_iter().flat_map(|(place, table)| {
            let rows = self.stores[state].store.rows(TableId(place));
            rows.map(|(_, fields, rev)| table.as_value(fields, rev))
        });
        rows.collect()
    }

    /// A statement arrives at its store.
    pub(super) fn statement_arrives<O: Observer<Record>>(
        &mut self,
        slot: u32,
        asks: StatementBody,
        cx: &mut Cx<'_, O>,
    ) {
        let Some(message) = self.messages.get_mut(slot) else {
            return;
        };
        let (to, record) = (message.to, message.record);
        let StatementBody {
            site, session, how, ..
        } = asks;
        let Some((_, state)) = self.program.store_of(to) else {
            return;
        };
        if self.instances[to.index()].condition().is_gone() {
            let why = Rejection::Down;
            let endpoint = self.program.sites[site as usize].endpoint;
            let what = What::MessageRejected {
                message: record,
                why,
                endpoint,
            };
            let cause = tell(cx, to, Some(record), what);
            return self.answer_statement(slot, why.outcome(), None, cause, cx);
        }
        message.served = true;
        let delivered = tell(
            cx,
            to,
            Some(record),
            What::MessageDelivered { message: record },
        );
        let asked = Asked {
            slot,
            arrived: cx.now,
            stage: Stage::Arriving,
        };
        self.stores[state].asked.insert(session, asked);
        if how != How::Within {
            self.drive_store(state, Input::Connect(session), delivered, cx);
            if let Some(asked) = self.stores[state].asked.get_mut(&session)
                && asked.stage == Stage::Arriving
            {
                asked.stage = Stage::InLine;
                let awaited = What::ConnectionAwaited { message: record };
                tell(cx, to, Some(delivered), awaited);
            }
        } else if self.stores[state].store.is_connected(session) {
            self.take_statement(state, session, delivered, cx);
        } else {
            // The store has died since the transaction began.
            self.stores[state].asked.remove(&session);
            self.answer_statement(slot, Outcome::Reset, None, delivered, cx);
        }
    }

    fn stage_of(&self, state: usize, session: Session) -> Option<Stage> {
        self.stores[state]
            .asked
            .get(&session)
            .map(|asked| asked.stage)
    }

    /// A statement has a connection: the store takes it up in its turn.
    fn take_statement<O: Observer<Record>>(
        &mut self,
        state: usize,
        session: Session,
        cause: RecordId,
        cx: &mut Cx<'_, O>,
    ) {
        let Some(asked) = self.stores[state].asked.get_mut(&session) else {
            return;
        };
        let (slot, queued) = (asked.slot, asked.stage == Stage::InLine);
        let Some((message, asks)) = self.statement_in(slot) else {
            return;
        };
        let (to, record) = (message.to, message.record);
        let Some((store, _)) = self.program.store_of(to) else {
            return;
        };
        let (act, cost) = match self.program.sites[asks.site as usize].target {
            SiteTarget::Statement { statement, .. } => {
                let statement = &self.program.statements[statement as usize];
                let cost = self.cost_of(state, statement, &store.costs);
                (Some(statement.act), cost)
            }
            _ => (None, store.costs.commit),
        };
        let begins = match (asks.how, act) {
            (How::Begins(isolation), _) => Some(isolation),
            (How::Alone, Some(act)) if !act.only_reads() => Some(store.isolation),
            _ => None,
        };
        let cost = self.slowed(to, cost);
        let at = &mut self.stores[state];
        let (step, done) = if act.is_some() {
            (Stage::Busy, at.station.serve(cx.now, cost))
        } else {
            (Stage::Committing, at.log.write(cx.now, cost))
        };
        if let Some(asked) = at.asked.get_mut(&session) {
            asked.stage = step;
        }
        if let Some(isolation) = begins {
            let nothing = &Nothing;
            at.store
                .step(Input::Begin(session, isolation), nothing, &mut Vec::new());
        }
        let taken = What::StatementTaken {
            message: record,
            queued,
            connects: asks.how != How::Within,
            begins: begins.is_some(),
        };
        tell(cx, to, Some(cause), taken);
        cx.queue.schedule(done, to, Event::Served(slot));
    }

    /// How long the store is busy with a statement.
    fn cost_of(&self, state: usize, statement: &StatementProgram, costs: &Costs) -> SimDuration {
        let cost = if statement.act.only_reads() {
            costs.read
        } else {
            costs.write
        };
        if statement.key.is_some() || statement.act == Act::Insert {
            return cost;
        }
        let rows = self.stores[state].store.count(TableId(statement.table));
        cost.plus(costs.scan.times(rows as u64))
    }

    fn slowed(&self, entity: EntityId, cost: SimDuration) -> SimDuration {
        let slowness = self.instances[entity.index()].slowness();
        if slowness.to_bits() == 1.0_f64.to_bits() {
            cost
        } else {
            cost.scaled(slowness)
        }
    }

    fn statement_in(&self, slot: u32) -> Option<(Message, StatementBody)> {
        let message = *self.messages.get(slot)?;
        match message.body {
            Body::Statement(asks) => Some((message, asks)),
            _ => None,
        }
    }

    /// A store has been busy long enough with what it was asked.
    pub(super) fn statement_served<O: Observer<Record>>(&mut self, slot: u32, cx: &mut Cx<'_, O>) {
        let Some((message, asks)) = self.statement_in(slot) else {
            return;
        };
        let Some((_, state)) = self.program.store_of(message.to) else {
            return;
        };
        let session = asks.session;
        let asked = self.stores[state].asked.get(&session);
        let Some(&asked) = asked.filter(|asked| asked.slot == slot) else {
            // The store has died meanwhile.
            self.forget_message(slot);
            return;
        };
        if asked.stage == Stage::Committing {
            return self.drive_store(state, Input::Commit(session, slot), message.record, cx);
        }
        if self.stores[state].left.contains(&session) {
            return self.hang_up(state, session, message.record, cx);
        }
        if let Some(statement) = self.statement_of(slot, asks.site, cx.now) {
            let input = Input::Run(session, slot, statement);
            self.drive_store(state, input, message.record, cx);
        }
    }

    /// What the message in `slot` asks for.
    fn statement_of(&self, slot: u32, site: u32, now: SimTime) -> Option<Statement> {
        let SiteTarget::Statement { store, statement } = self.program.sites[site as usize].target
        else {
            return None;
        };
        let statement = &self.program.statements[statement as usize];
        let table = &self.program.stores[store as usize].tables[statement.table as usize];
        let known = self.payloads.get(slot).and_then(Option::as_deref);
        let known = known.map_or(&[][..], Vec::as_slice);
        let id = TableId(statement.table);
        let rows = match &statement.key {
            None => Rows::All,
            Some(key) => {
                let key = key.evaluate(&Surroundings::of(now, known));
                let kind = table.shape.key.and_then(|place| table.kinds.get(place));
                Rows::Key(
                    kind.map_or(Some(key.clone()), |kind| kind.fit(key))
                        .unwrap_or_default(),
                )
            }
        };
        Some(match statement.act {
            Act::Read => Statement::Read(id, rows),
            Act::Update => Statement::Update(id, rows),
            Act::Delete => Statement::Delete(id, rows),
            Act::Insert => {
                let fields = known.get(..table.names.len()).unwrap_or_default();
                Statement::Insert(id, fields.into())
            }
        })
    }

    /// Lets `input` happen to a store and does what follows.
    fn drive_store<O: Observer<Record>>(
        &mut self,
        state: usize,
        input: Input<u32>,
        cause: RecordId,
        cx: &mut Cx<'_, O>,
    ) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let mut outputs = Vec::new();
            let tables = self
                .program
                .store_at(state)
                .map(|store| store.tables.as_slice());
            let asks = Evaluation {
                program: &self.program,
                messages: &self.messages,
                payloads: &self.payloads,
                tables: tables.unwrap_or_default(),
                now: cx.now,
            };
            self.stores[state].store.step(input, &asks, &mut outputs);
            for output in outputs {
                match output {
                    Output::Connected(session) => self.take_statement(state, session, cause, cx),
                    Output::Waits(session, ..) => self.lock(state, session, cause, cx),
                    Output::Answered(session, _, answer) => {
                        inputs.extend(self.store_answers(state, session, answer, cause, cx));
                    }
                    Output::Committed(..) | Output::RolledBack(_) | Output::Closed(_) => {}
                }
            }
        }
        self.count_rows(state, Some(cause), cx);
    }
}

/// Answers no question: for what asks none.
struct Nothing;

impl Questions<u32> for Nothing {
    fn fits(&self, _: u32, _: Row<'_>) -> bool {
        false
    }

    fn changed(&self, _: u32, _: Row<'_>) -> Option<Fields> {
        None
    }
}
