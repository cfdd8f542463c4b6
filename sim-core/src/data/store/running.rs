//! Statements on their way: what they look at, write, and wait for.

use std::collections::VecDeque;

use super::{Moment, Place, Store, Transaction};
use crate::data::statement::{
    Answer, Failure, Isolation, Output, Questions, Row, Rows, Session, Statement, TableId,
};
use crate::data::table::{Commit, Content, Found, Pending, Taken, View};
use crate::values::Datum;

/// A statement that is being carried out.
#[derive(Clone, Debug)]
pub(super) struct Running<Q> {
    pub(super) session: Session,
    asked: Q,
    statement: Statement,
    /// What it sees.
    upto: Commit,
    /// When it came.
    arrival: u64,
    /// The keys at which it has still to look.
    todo: VecDeque<Datum>,
    changed: u32,
    /// Whether a row was there and did not fit.
    refused: bool,
    /// What was pending where it has written.
    undo: Vec<(Datum, Option<Pending>)>,
}

/// What is to be done about one row.
enum Step {
    /// This is to be written.
    Write(Content),
    /// Nothing; there is a row, or not.
    Skip { is_there: bool },
    /// It depends on how the transaction of this session ends.
    Wait(Session),
    /// The statement fails.
    Fail(Failure),
}

impl<Q: Copy> Store<Q> {
    /// Carries out a statement, as far as it gets.
    pub(super) fn run<A: Questions<Q>>(
        &mut self,
        session: Session,
        asked: Q,
        statement: Statement,
        moment: &mut Moment<'_, Q, A>,
    ) {
        let own = self.isolation;
        let transaction = self.pool.holds(session).then(|| {
            let begin = || Transaction::new(own, false);
            self.transactions.entry(session).or_insert_with(begin)
        });
        let refused = match &transaction {
            Some(transaction) if transaction.waits.is_none() => {
                transaction.is_broken.then_some(Failure::Aborted)
            }
            _ => Some(Failure::NoConnection),
        };
        let (Some(transaction), None) = (transaction, refused) else {
            let failure = refused.unwrap_or(Failure::NoConnection);
            moment
                .outputs
                .push(Output::Answered(session, asked, Err(failure)));
            return;
        };
        let upto = if transaction.isolation == Isolation::ReadCommitted {
            self.commit
        } else {
            *transaction.snapshot.get_or_insert_with(|| {
                *self.snapshots.entry(self.commit).or_default() += 1;
                self.commit
            })
        };
        self.arrivals += 1;
        let running = Running {
            session,
            asked,
            statement,
            upto,
            arrival: self.arrivals,
            todo: VecDeque::new(),
            changed: 0,
            refused: false,
            undo: Vec::new(),
        };
        self.look(running, moment);
    }

    /// Finds the rows a statement is about.
    fn look<A: Questions<Q>>(&mut self, mut running: Running<Q>, moment: &mut Moment<'_, Q, A>) {
        let id = running.statement.table();
        let Some(table) = self.tables.get_mut(id.0 as usize) else {
            return self.fail(running, Failure::Invalid, moment);
        };
        let rows = match &running.statement {
            Statement::Insert(_, fields) => {
                let Some(key) = table.key_for(fields) else {
                    return self.fail(running, Failure::Invalid, moment);
                };
                running.todo.push_back(key);
                return self.advance(running, moment);
            }
            Statement::Read(_, rows) | Statement::Update(_, rows) | Statement::Delete(_, rows) => {
                rows.clone()
            }
        };
        let Running {
            session,
            asked,
            upto,
            ..
        } = running;
        let view = View { session, upto };
        let only_reads = running.statement.only_reads();
        let mut found = Vec::new();
        let mut take = |key: &Datum, row: Row<'_>| {
            if only_reads {
                found.push((row.fields.clone(), row.rev));
            } else {
                running.todo.push_back(key.clone());
            }
        };
        let (read, is_missing) = match rows {
            Rows::Key(key) => {
                let row = table.seen(&key, view);
                // Whether it fits is asked once the row is held.
                let row = row.filter(|row| !only_reads || moment.asks.fits(asked, *row));
                if let Some(row) = row {
                    take(&key, row);
                }
                (Some(key), row.is_none())
            }
            Rows::All => {
                let fitting = table.all_seen(view);
                let fitting = fitting.filter(|(_, row)| moment.asks.fits(asked, *row));
                fitting.for_each(|(key, row)| take(key, row));
                (None, false)
            }
        };
        if let Some(open) = self.transactions.get_mut(&session)
            && open.isolation == Isolation::Serializable
        {
            open.read.insert((id, read));
        }
        if is_missing {
            self.fail(running, Failure::NoRow, moment);
        } else if only_reads {
            self.succeed(&running, Answer::Found(found), moment);
        } else {
            self.advance(running, moment);
        }
    }

    /// Carries a statement on until it is done, fails or has to wait.
    fn advance<A: Questions<Q>>(&mut self, mut running: Running<Q>, moment: &mut Moment<'_, Q, A>) {
        let id = running.statement.table();
        while let Some(key) = running.todo.pop_front() {
            match self.consider(id, &key, &running, moment.asks) {
                Step::Write(content) => {
                    let by = running.session;
                    let table = &mut self.tables[id.0 as usize];
                    let before = table.write(&key, Some(Pending { by, content }));
                    if let Some(transaction) = self.transactions.get_mut(&by) {
                        transaction.written.insert((id, key.clone()));
                    }
                    running.undo.push((key, before));
                    running.changed += 1;
                }
                Step::Skip { is_there } => running.refused |= is_there,
                Step::Fail(failure) => return self.fail(running, failure, moment),
                Step::Wait(holder) => {
                    if self.would_wait_for_itself(running.session, holder) {
                        return self.fail(running, Failure::Deadlock, moment);
                    }
                    running.todo.push_front(key);
                    return self.wait(running, holder, moment);
                }
            }
        }
        let names_row = matches!(
            running.statement,
            Statement::Update(_, Rows::Key(_)) | Statement::Delete(_, Rows::Key(_))
        );
        match &running.statement {
            Statement::Insert(..) => {
                let key = running.undo.last().map(|(key, _)| key.clone());
                self.succeed(&running, Answer::Inserted(key.unwrap_or_default()), moment);
            }
            // What nobody has named need not be there to be taken away.
            Statement::Delete(_, Rows::All) => {
                self.succeed(&running, Answer::Changed(running.changed), moment);
            }
            _ if running.changed > 0 => {
                self.succeed(&running, Answer::Changed(running.changed), moment);
            }
            _ if names_row && !running.refused => self.fail(running, Failure::NoRow, moment),
            _ => self.fail(running, Failure::Refused, moment),
        }
    }

    /// What a statement does about the row with this key.
    fn consider(
        &self,
        id: TableId,
        key: &Datum,
        running: &Running<Q>,
        asks: &impl Questions<Q>,
    ) -> Step {
        let table = &self.tables[id.0 as usize];
        let session = running.session;
        let (row, commit) = match table.to_write(key, session) {
            Found::Locked(holder) => return Step::Wait(holder),
            Found::Free { row, commit } => (row, commit),
        };
        let content = if let Statement::Insert(_, fields) = &running.statement {
            if row.is_some() {
                return Step::Fail(Failure::Duplicate);
            }
            Content {
                fields: Some(fields.clone()),
                rev: 1,
            }
        } else {
            let isolation = self.transactions.get(&session).map(|open| open.isolation);
            let keeps_snapshot = isolation != Some(Isolation::ReadCommitted);
            if keeps_snapshot && commit.is_some_and(|commit| commit > running.upto) {
                return Step::Fail(Failure::Conflict);
            }
            let Some(row) = row else {
                return Step::Skip { is_there: false };
            };
            if !asks.fits(running.asked, row) {
                return Step::Skip { is_there: true };
            }
            let fields = if matches!(running.statement, Statement::Delete(..)) {
                None
            } else {
                match asks.changed(running.asked, row) {
                    Some(fields) if table.keeps_key(key, &fields) => Some(fields),
                    _ => return Step::Fail(Failure::Invalid),
                }
            };
            let rev = row.rev + 1;
            Content { fields, rev }
        };
        let taken = content.fields.as_ref();
        match taken.and_then(|fields| table.is_taken(key, fields, session)) {
            Some(Taken::Yes) => Step::Fail(Failure::Duplicate),
            Some(Taken::Perhaps(holder)) => Step::Wait(holder),
            None => Step::Write(content),
        }
    }

    /// Whether `holder` waits for `session`, directly or through others.
    pub(super) fn would_wait_for_itself(&self, session: Session, holder: Session) -> bool {
        let mut next = Some(holder);
        // Nobody has closed a circle before, so this comes to an end.
        while let Some(holder) = next {
            if holder == session {
                return true;
            }
            let open = self.transactions.get(&holder);
            next = open.and_then(|open| open.waits).map(|(next, _)| next);
        }
        false
    }

    fn wait<A>(&mut self, running: Running<Q>, holder: Session, moment: &mut Moment<'_, Q, A>) {
        let place = (holder, running.arrival);
        let (session, asked) = (running.session, running.asked);
        if let Some(transaction) = self.transactions.get_mut(&session) {
            transaction.waits = Some(place);
        }
        self.waiting.insert(place, running);
        moment.outputs.push(Output::Waits(session, asked, holder));
    }

    /// Lets those go on who waited for a transaction that is over, in the order in which
    /// they came; what they do may end further ones.
    pub(super) fn wake<A: Questions<Q>>(&mut self, moment: &mut Moment<'_, Q, A>) {
        while let Some(holder) = moment.ended.pop_front() {
            let places = self.waiting.range((holder, 0)..=(holder, u64::MAX));
            let places: Vec<Place> = places.map(|(place, _)| *place).collect();
            for place in places {
                let Some(running) = self.waiting.remove(&place) else {
                    continue;
                };
                if let Some(transaction) = self.transactions.get_mut(&running.session) {
                    transaction.waits = None;
                }
                self.advance(running, moment);
            }
        }
        self.sweep();
    }

    fn succeed<A>(&mut self, running: &Running<Q>, answer: Answer, moment: &mut Moment<'_, Q, A>) {
        let session = running.session;
        let answer = if self.is_begun(session) {
            Ok(answer)
        } else {
            self.commit(session, moment).map(|()| answer)
        };
        moment
            .outputs
            .push(Output::Answered(session, running.asked, answer));
    }

    fn fail<A>(&mut self, running: Running<Q>, failure: Failure, moment: &mut Moment<'_, Q, A>) {
        let Running { session, asked, .. } = running;
        moment
            .outputs
            .push(Output::Answered(session, asked, Err(failure)));
        if !self.is_begun(session) {
            self.roll_back(session, moment);
        } else if failure.leaves_transaction() {
            let id = running.statement.table();
            for (key, before) in running.undo.into_iter().rev() {
                self.tables[id.0 as usize].write(&key, before);
            }
        } else {
            self.break_off(session, moment);
        }
    }
}
