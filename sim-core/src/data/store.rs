//! A store: tables, the sessions on it, and their transactions.
//!
//! Sans-IO: an [`Input`] goes in, [`Output`]s come out; who sends them where, what that
//! costs and how long it takes is somebody else's business. The rules are those of
//! `PostgreSQL` (<https://www.postgresql.org/docs/current/transaction-iso.html>), as far as
//! keyed rows go:
//! - Readers never wait. A writer waits for the row that another open transaction has
//!   written, and goes on when that ends, in the order of arrival.
//! - *Read committed*: whoever has waited looks at the newest row again, and leaves it
//!   alone if it does not fit any more. *Snapshot*: whoever finds a row that was written
//!   since its first statement fails, so the first who writes wins.
//! - Whoever would close a circle of waiting fails at once. (`PostgreSQL` looks for circles
//!   after `deadlock_timeout`, 1 s.)
//! - A key or unique value that an open transaction is writing makes others wait for how
//!   that ends (<https://www.postgresql.org/docs/current/index-unique-checks.html>).
//!
//! Simpler than there:
//! - *Serializable* reads of what others have written since fail at the end, each of them;
//!   `PostgreSQL` tolerates those that no circle can come of. Both are serializable, this
//!   one fails more often.
//! - A statement that finds no row, a duplicate or an unfitting value is undone alone and
//!   its transaction goes on, as behind a savepoint.
//! - The key of a row stays as it is.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use self::running::Running;
use super::pool::Pool;
use super::statement::{
    Answer, Failure, Fields, Input, Isolation, Output, Questions, Session, TableId,
};
use super::table::{Commit, Content, Pending, Table, TableShape, View};
use crate::values::Datum;

mod running;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

/// What a transaction has done so far.
#[derive(Clone, Debug)]
struct Transaction {
    isolation: Isolation,
    /// Whether it was begun as such; otherwise it is one statement.
    is_begun: bool,
    /// What it sees, once it has looked, unless each statement looks anew.
    snapshot: Option<Commit>,
    /// Where it may have something pending.
    written: BTreeSet<(TableId, Datum)>,
    /// What must not have changed at its end: rows, or whole tables.
    read: BTreeSet<(TableId, Option<Datum>)>,
    /// Where its statement waits.
    waits: Option<Place>,
    /// It has failed; nothing of it is left but that its session does not know yet.
    is_broken: bool,
}

impl Transaction {
    const fn new(isolation: Isolation, is_begun: bool) -> Self {
        Self {
            isolation,
            is_begun,
            snapshot: None,
            written: BTreeSet::new(),
            read: BTreeSet::new(),
            waits: None,
            is_broken: false,
        }
    }
}

/// Whom a statement waits for, and when it came.
type Place = (Session, u64);

/// What goes on during one input.
struct Moment<'a, Q, A> {
    asks: &'a A,
    outputs: &'a mut Vec<Output<Q>>,
    /// Sessions whose transactions are over: somebody may have waited for them.
    ended: VecDeque<Session>,
}

/// The state of a store in numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Gauges {
    /// Connections in use.
    pub connections: usize,
    /// Sessions that wait for a connection.
    pub in_line: usize,
    /// Transactions that have neither been committed nor rolled back.
    pub transactions: usize,
    /// Statements that wait for somebody else's transaction.
    pub waiting: usize,
    /// Rows that everybody sees.
    pub rows: usize,
}

/// A store of tables, whose statements its caller knows by `Q`.
#[derive(Clone, Debug)]
pub struct Store<Q> {
    tables: Vec<Table>,
    is_durable: bool,
    /// Of statements that are transactions of their own.
    isolation: Isolation,
    /// The last commit.
    commit: Commit,
    pool: Pool,
    transactions: BTreeMap<Session, Transaction>,
    /// What transactions see, and how many of them.
    snapshots: BTreeMap<Commit, u32>,
    waiting: BTreeMap<Place, Running<Q>>,
    arrivals: u64,
    /// Rows of which something can be dropped once nobody looks from before the commit.
    outdated: VecDeque<(Commit, TableId, Datum)>,
}

impl<Q: Copy> Store<Q> {
    /// A store with empty tables.
    pub fn new(
        tables: impl IntoIterator<Item = TableShape>,
        isolation: Isolation,
        is_durable: bool,
        connections: Option<u32>,
    ) -> Self {
        Self {
            tables: tables.into_iter().map(Table::new).collect(),
            is_durable,
            isolation,
            commit: Commit::default(),
            pool: Pool::new(connections),
            transactions: BTreeMap::new(),
            snapshots: BTreeMap::new(),
            waiting: BTreeMap::new(),
            arrivals: 0,
            outdated: VecDeque::new(),
        }
    }

    /// Puts a row into a table that nobody uses yet.
    ///
    /// # Errors
    /// Its key is missing, or one of its values is taken.
    pub fn load(&mut self, table: TableId, fields: Fields) -> Result<(), Failure> {
        const LOADER: Session = Session(u64::MAX);
        let table = self.table_mut(table).ok_or(Failure::Invalid)?;
        let key = table.key_for(&fields).ok_or(Failure::Invalid)?;
        let is_there = table.seen(
            &key,
            View {
                session: LOADER,
                upto: Commit::default(),
            },
        );
        if is_there.is_some() || table.is_taken(&key, &fields, LOADER).is_some() {
            return Err(Failure::Duplicate);
        }
        let content = Content {
            fields: Some(fields),
            rev: 1,
        };
        table.write(
            &key,
            Some(Pending {
                by: LOADER,
                content,
            }),
        );
        table.commit(&key, Commit::default());
        Ok(())
    }

    /// The state of the store in numbers.
    pub fn gauges(&self) -> Gauges {
        Gauges {
            connections: self.pool.in_use(),
            in_line: self.pool.in_line(),
            transactions: self.transactions.len(),
            waiting: self.waiting.len(),
            rows: self.tables.iter().map(Table::live).sum(),
        }
    }

    /// Whether a session has a connection.
    pub fn is_connected(&self, session: Session) -> bool {
        self.pool.holds(session)
    }

    /// The sessions that have a connection.
    pub fn connected(&self) -> impl Iterator<Item = Session> {
        self.pool.holders()
    }

    /// Whether a transaction is open on a session, be it broken.
    pub fn has_transaction(&self, session: Session) -> bool {
        self.transactions.contains_key(&session)
    }

    /// How many rows a table has that everybody sees.
    pub fn count(&self, table: TableId) -> usize {
        self.tables.get(table.0 as usize).map_or(0, Table::live)
    }

    /// All rows of a table that are committed, by key, each with the number of its writes.
    pub fn rows(&self, table: TableId) -> impl Iterator<Item = (&Datum, &Fields, u64)> {
        let view = View {
            session: Session(u64::MAX),
            upto: self.commit,
        };
        let table = self.tables.get(table.0 as usize);
        let rows = table
            .into_iter()
            .flat_map(move |table| table.all_seen(view));
        rows.map(|(key, row)| (key, row.fields, row.rev))
    }

    /// About how many bytes the rows occupy, with all versions that are kept.
    pub fn bytes(&self) -> usize {
        self.tables.iter().map(Table::bytes).sum()
    }

    /// Lets `input` happen; what follows is appended to `outputs`, in order. What refers to
    /// a session without a connection is answered so, or ignored where nobody waits.
    pub fn step(
        &mut self,
        input: Input<Q>,
        asks: &impl Questions<Q>,
        outputs: &mut Vec<Output<Q>>,
    ) {
        let mut moment = Moment {
            asks,
            outputs,
            ended: VecDeque::new(),
        };
        match input {
            Input::Connect(session) => self.pool.join(session),
            Input::Disconnect(session) => {
                self.roll_back(session, &mut moment);
                self.pool.leave(session);
            }
            Input::Begin(session, isolation) => {
                if self.pool.holds(session) {
                    self.transactions
                        .entry(session)
                        .or_insert_with(|| Transaction::new(isolation, true));
                }
            }
            Input::Run(session, asked, statement) => {
                self.run(session, asked, statement, &mut moment);
            }
            Input::Commit(session, asked) => self.finish(session, asked, true, &mut moment),
            Input::Rollback(session, asked) => self.finish(session, asked, false, &mut moment),
            Input::Resize(limit) => self.pool.resize(limit),
            Input::Crash => return self.crash(outputs),
        }
        self.wake(&mut moment);
        while let Some(session) = self.pool.grant() {
            moment.outputs.push(Output::Connected(session));
        }
    }

    fn table_mut(&mut self, table: TableId) -> Option<&mut Table> {
        self.tables.get_mut(table.0 as usize)
    }

    fn is_begun(&self, session: Session) -> bool {
        let open = self.transactions.get(&session);
        open.is_some_and(|transaction| transaction.is_begun)
    }

    /// Ends the transaction of a session as it wishes.
    fn finish<A>(
        &mut self,
        session: Session,
        asked: Q,
        commits: bool,
        moment: &mut Moment<'_, Q, A>,
    ) {
        let open = self.transactions.get(&session);
        let answer = match open {
            _ if !self.pool.holds(session) => Err(Failure::NoConnection),
            Some(open) if open.waits.is_some() => Err(Failure::NoConnection),
            Some(open) if open.is_broken && commits => {
                self.roll_back(session, moment);
                Err(Failure::Aborted)
            }
            Some(_) if commits => self.commit(session, moment),
            _ => {
                self.roll_back(session, moment);
                Ok(())
            }
        };
        let answer = answer.map(|()| Answer::Ended);
        moment
            .outputs
            .push(Output::Answered(session, asked, answer));
    }

    /// Makes the changes of a session's transaction visible, unless they cannot stand.
    fn commit<A>(
        &mut self,
        session: Session,
        moment: &mut Moment<'_, Q, A>,
    ) -> Result<(), Failure> {
        let Some(open) = self.transactions.get(&session) else {
            return Ok(());
        };
        if let Some(since) = open.snapshot.filter(|_| !open.written.is_empty()) {
            let has_changed = |(table, key): &(TableId, Option<Datum>)| {
                let table = self.tables.get(table.0 as usize);
                table.is_some_and(|table| table.has_changed(key.as_ref(), since))
            };
            if open.read.iter().any(has_changed) {
                self.roll_back(session, moment);
                return Err(Failure::Conflict);
            }
        }
        let Some(open) = self.close(session) else {
            return Ok(());
        };
        let mut rows = 0;
        let commit = Commit(self.commit.0 + 1);
        for (id, key) in open.written {
            let table = &mut self.tables[id.0 as usize];
            if let Some(outdates) = table.commit(&key, commit) {
                rows += 1;
                if outdates {
                    self.outdated.push_back((commit, id, key));
                }
            }
        }
        if rows > 0 {
            self.commit = commit;
        }
        if open.is_begun {
            moment.outputs.push(Output::Committed(session, rows));
        }
        moment.ended.push_back(session);
        Ok(())
    }

    /// Ends a session's transaction, if there is one, as if it had never been.
    fn roll_back<A>(&mut self, session: Session, moment: &mut Moment<'_, Q, A>) {
        self.undo_all(session);
        if let Some(open) = self.close(session) {
            if open.is_begun && !open.is_broken {
                moment.outputs.push(Output::RolledBack(session));
            }
            moment.ended.push_back(session);
        }
    }

    /// Undoes a transaction that has failed; its session has still to end it.
    fn break_off<A>(&mut self, session: Session, moment: &mut Moment<'_, Q, A>) {
        self.undo_all(session);
        if let Some(open) = self.close(session) {
            let broken = Transaction {
                is_broken: true,
                ..Transaction::new(open.isolation, true)
            };
            self.transactions.insert(session, broken);
            moment.outputs.push(Output::RolledBack(session));
            moment.ended.push_back(session);
        }
    }

    /// Takes back whatever a session has pending.
    fn undo_all(&mut self, session: Session) {
        let Some(open) = self.transactions.get_mut(&session) else {
            return;
        };
        for (id, key) in std::mem::take(&mut open.written) {
            let table = &mut self.tables[id.0 as usize];
            if table.is_pending(&key, session) {
                table.write(&key, None);
            }
        }
    }

    /// Takes a transaction out of everything but the tables.
    fn close(&mut self, session: Session) -> Option<Transaction> {
        let open = self.transactions.remove(&session)?;
        if let Some(place) = open.waits {
            self.waiting.remove(&place);
        }
        if let Some(snapshot) = open.snapshot
            && let Some(count) = self.snapshots.get_mut(&snapshot)
        {
            *count -= 1;
            if *count == 0 {
                self.snapshots.remove(&snapshot);
            }
        }
        Some(open)
    }

    /// Drops versions that nobody can see any more.
    fn sweep(&mut self) {
        let oldest = self.snapshots.first_key_value();
        let horizon = oldest.map_or(self.commit, |(commit, _)| *commit);
        while let Some((commit, id, key)) = self.outdated.pop_front() {
            if commit > horizon {
                self.outdated.push_front((commit, id, key));
                return;
            }
            self.tables[id.0 as usize].sweep(&key, horizon);
        }
    }

    fn crash(&mut self, outputs: &mut Vec<Output<Q>>) {
        let sessions: Vec<Session> = self.transactions.keys().copied().collect();
        for session in sessions {
            self.undo_all(session);
            if let Some(open) = self.close(session)
                && open.is_begun
                && !open.is_broken
            {
                outputs.push(Output::RolledBack(session));
            }
        }
        outputs.extend(self.pool.reset().into_iter().map(Output::Closed));
        self.sweep();
        if !self.is_durable {
            let shapes = self.tables.iter().map(Table::shape);
            self.tables = shapes.map(Table::new).collect();
        }
    }
}
