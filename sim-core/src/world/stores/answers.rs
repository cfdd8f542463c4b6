//! What a store says: answers, waits, and what is left when somebody is gone.

use std::sync::Arc;

use super::{Asked, How, Stage, StatementBody};
use crate::data::{Answer, Failure, Input, Session};
use crate::kernel::{Observer, RecordId};
use crate::values::Datum;
use crate::world::delivery::Message;
use crate::world::interpreter::Reply;
use crate::world::program::{SiteTarget, SizeId};
use crate::world::variables::Payload;
use crate::world::{Cx, Event, Loss, Outcome, Record, What, World, tell};

impl World {
    /// A statement waits for a row.
    pub(super) fn lock<O: Observer<Record>>(
        &mut self,
        state: usize,
        session: Session,
        cause: RecordId,
        cx: &mut Cx<'_, O>,
    ) {
        let Some(asked) = self.stores[state].asked.get_mut(&session) else {
            return;
        };
        if asked.stage == Stage::Locked {
            return;
        }
        asked.stage = Stage::Locked;
        if let Some(&Message { to, record, .. }) = self.messages.get(asked.slot) {
            tell(cx, to, Some(cause), What::RowAwaited { message: record });
        }
    }

    /// A store has carried something out; what it is to do next.
    pub(super) fn store_answers<O: Observer<Record>>(
        &mut self,
        state: usize,
        session: Session,
        answer: Result<Answer, Failure>,
        mut cause: RecordId,
        cx: &mut Cx<'_, O>,
    ) -> Option<Input<u32>> {
        let &Asked { slot, stage, .. } = self.stores[state].asked.get(&session)?;
        let (message, asks) = self.statement_in(slot)?;
        if stage == Stage::Locked {
            let granted = What::RowGranted {
                message: message.record,
            };
            cause = tell(cx, message.to, Some(cause), granted);
        }
        let outcome = answer
            .as_ref()
            .map_or_else(|failure| outcome_of(*failure), |_| Outcome::OK);
        let ends = self.stores[state].store.has_transaction(session);
        if stage == Stage::Committing {
            // What a statement on its own has found or done was put aside.
            let payload = self
                .payloads
                .take(slot)
                .filter(|_| asks.how == How::Alone && outcome.is_ok());
            self.finish_statement(state, session, (outcome, payload, Some(true)), cause, cx);
            return Some(Input::Disconnect(session));
        }
        let payload = answer.ok().and_then(|answer| self.found(asks, answer));
        match asks.how {
            How::Alone if ends && outcome.is_ok() => {
                self.payloads.put(slot, payload);
                let (store, _) = self.program.store_of(message.to)?;
                let cost = self.slowed(message.to, store.costs.commit);
                let done = self.stores[state].log.write(cx.now, cost);
                self.stores[state].asked.get_mut(&session)?.stage = Stage::Committing;
                cx.queue.schedule(done, message.to, Event::Served(slot));
                None
            }
            How::Alone => {
                self.finish_statement(state, session, (outcome, payload, Some(ends)), cause, cx);
                Some(Input::Disconnect(session))
            }
            How::Begins(_) | How::Within => {
                self.finish_statement(state, session, (outcome, payload, None), cause, cx);
                None
            }
        }
    }

    /// What an answer carries back: the row that was asked for, or the list of those that
    /// were found.
    fn found(&self, asks: StatementBody, answer: Answer) -> Payload {
        let SiteTarget::Statement { store, statement } =
            self.program.sites[asks.site as usize].target
        else {
            return None;
        };
        let statement = &self.program.statements[statement as usize];
        let table = &self.program.stores[store as usize].tables[statement.table as usize];
        let body = match answer {
            Answer::Found(rows) => {
                let mut rows = rows
                    .iter()
                    .map(|(fields, rev)| table.as_value(fields, *rev));
                if statement.key.is_some() {
                    rows.next()?
                } else {
                    Datum::list(rows.collect())
                }
            }
            Answer::Inserted(key) => key,
            Answer::Changed(_) | Answer::Ended => return None,
        };
        Some(Arc::new(vec![body, Datum::Null]))
    }

    /// Answers a statement that has got as far as the component. The last part of how it
    /// ended says whether its connection is given back, and if so, whether a transaction
    /// is over with that.
    fn finish_statement<O: Observer<Record>>(
        &mut self,
        state: usize,
        session: Session,
        (outcome, payload, gone): (Outcome, Payload, Option<bool>),
        cause: RecordId,
        cx: &mut Cx<'_, O>,
    ) {
        self.stores[state].left.remove(&session);
        let Some(Asked { slot, arrived, .. }) = self.stores[state].asked.remove(&session) else {
            return;
        };
        let Some((message, asks)) = self.statement_in(slot) else {
            return;
        };
        let what = What::StatementFinished {
            endpoint: self.program.sites[asks.site as usize].endpoint,
            outcome,
            took: cx.now.since(arrived),
            disconnects: gone.is_some(),
            ends: gone == Some(true),
        };
        let cause = tell(cx, message.to, Some(cause), what);
        self.answer_statement(slot, outcome, payload, cause, cx);
    }

    /// Sends the answer to the message in `slot`, which is dealt with.
    pub(super) fn answer_statement<O: Observer<Record>>(
        &mut self,
        slot: u32,
        outcome: Outcome,
        payload: Payload,
        cause: RecordId,
        cx: &mut Cx<'_, O>,
    ) {
        let Some((message, asks)) = self.statement_in(slot) else {
            return;
        };
        self.forget_message(slot);
        let reply = self.reply_to(&message, asks);
        self.reply(message.to, reply, outcome, payload, cause, cx);
    }

    fn reply_to(&self, message: &Message, asks: StatementBody) -> Reply {
        Reply {
            endpoint: self.program.sites[asks.site as usize].endpoint,
            ticket: asks.ticket,
            caller: message.from,
            edge: message.edge,
            identity: message.identity,
            repeat: false,
            size: SizeId::default(),
        }
    }

    pub(super) fn forget_message(&mut self, slot: u32) {
        self.messages.remove(slot);
        self.payloads.take(slot);
    }

    /// Whoever had a session has left it in the middle of a transaction.
    pub(in crate::world) fn leave_arrives<O: Observer<Record>>(
        &mut self,
        message: &Message,
        session: Session,
        cx: &mut Cx<'_, O>,
    ) {
        let Message { to, record, .. } = *message;
        if self.instances[to.index()].condition().is_gone() {
            let what = What::MessageLost {
                message: record,
                why: Loss::ReceiverCrashed,
            };
            tell(cx, to, Some(record), what);
            return;
        }
        let cause = tell(
            cx,
            to,
            Some(record),
            What::MessageDelivered { message: record },
        );
        let Some((_, state)) = self.program.store_of(to) else {
            return;
        };
        match self.stage_of(state, session) {
            // A store notices once it has done what it is at.
            Some(Stage::Busy | Stage::Committing) => {
                self.stores[state].left.insert(session);
            }
            None if !self.stores[state].store.is_connected(session) => {}
            _ => self.hang_up(state, session, cause, cx),
        }
    }

    /// Closes a session without an answer.
    pub(super) fn hang_up<O: Observer<Record>>(
        &mut self,
        state: usize,
        session: Session,
        cause: RecordId,
        cx: &mut Cx<'_, O>,
    ) {
        self.stores[state].left.remove(&session);
        let asked = self.stores[state].asked.remove(&session);
        if let Some(asked) = asked {
            self.forget_message(asked.slot);
        }
        let cause = self.connection_closed(state, session, asked, cause, cx);
        self.drive_store(state, Input::Disconnect(session), cause, cx);
    }

    fn connection_closed<O: Observer<Record>>(
        &mut self,
        state: usize,
        session: Session,
        asked: Option<Asked>,
        cause: RecordId,
        cx: &mut Cx<'_, O>,
    ) -> RecordId {
        let is_in = |stage| asked.is_some_and(|asked| asked.stage == stage);
        let what = What::ConnectionClosed {
            queued: is_in(Stage::InLine),
            locked: is_in(Stage::Locked),
            ends: self.stores[state].store.has_transaction(session),
        };
        let entity = self.program.entity_of_store(state);
        tell(cx, entity, Some(cause), what)
    }

    /// A store dies: whoever waits for it learns that the connection was reset.
    pub(in crate::world) fn crash_store<O: Observer<Record>>(
        &mut self,
        state: usize,
        cause: RecordId,
        cx: &mut Cx<'_, O>,
    ) {
        let entity = self.program.entity_of_store(state);
        let asked = std::mem::take(&mut self.stores[state].asked);
        let mut sessions: Vec<(Session, Option<Asked>)> = asked
            .iter()
            .map(|(session, asked)| (*session, Some(*asked)))
            .collect();
        let connected = self.stores[state].store.connected();
        let idle = connected.filter(|session| !asked.contains_key(session));
        sessions.extend(idle.map(|session| (session, None)));
        for (session, asked) in sessions {
            let cause = self.connection_closed(state, session, asked, cause, cx);
            let Some(Asked { slot, stage, .. }) = asked else {
                continue;
            };
            let Some((message, asks)) = self.statement_in(slot) else {
                continue;
            };
            if !matches!(stage, Stage::Busy | Stage::Committing) {
                self.forget_message(slot);
            }
            let reply = self.reply_to(&message, asks);
            self.reply(entity, reply, Outcome::Reset, None, cause, cx);
        }
        self.stores[state].forget_all();
        self.drive_store(state, Input::Crash, cause, cx);
    }

    /// Tells how many rows a store has, if that has changed.
    pub(super) fn count_rows<O: Observer<Record>>(
        &mut self,
        state: usize,
        cause: Option<RecordId>,
        cx: &mut Cx<'_, O>,
    ) {
        let rows = self.stores[state].gauges().rows;
        if self.stores[state].rows != rows {
            self.stores[state].rows = rows;
            let entity = self.program.entity_of_store(state);
            let rows = u32::try_from(rows).unwrap_or(u32::MAX);
            tell(cx, entity, cause, What::RowsCounted { rows });
        }
    }
}

/// What a failure is to whoever asked.
const fn outcome_of(failure: Failure) -> Outcome {
    match failure {
        // 404 Not Found (RFC 9110, section 15.5.5).
        Failure::NoRow => Outcome::Declined(404),
        Failure::Refused => Outcome::Unmet,
        Failure::Duplicate => Outcome::Duplicate,
        Failure::Invalid => Outcome::Invalid,
        Failure::Conflict | Failure::Deadlock | Failure::Aborted => Outcome::Conflict,
        Failure::NoConnection => Outcome::Reset,
    }
}
