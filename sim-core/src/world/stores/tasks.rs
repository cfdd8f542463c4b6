//! Transactions of tasks: which session a task's statements go to, and its end.

use super::program::Act;
use super::{How, StatementBody};
use crate::data::Session;
use crate::kernel::{EntityId, Key, Observer};
use crate::world::delivery::{Body, Outgoing};
use crate::world::interpreter::Source;
use crate::world::program::SiteTarget;
use crate::world::{Cx, Direction, MessageKind, Record, Ticket, World};

/// A transaction that a task is in.
#[derive(Clone, Copy, Debug)]
pub(in crate::world) struct Open {
    session: Session,
    transaction: u32,
    /// Whether its store knows of it: a statement was sent.
    has_begun: bool,
}

impl World {
    /// A task enters a transaction. Its store learns of it with the first statement, as
    /// drivers have it.
    pub(in crate::world) fn enter_transaction(&mut self, slot: u32, transaction: u32) {
        let open = Open {
            session: self.next_session(),
            transaction,
            has_begun: false,
        };
        self.transactions.insert(slot, open);
    }

    fn next_session(&mut self) -> Session {
        self.sessions += 1;
        Session(self.sessions)
    }

    /// The task whose transaction the statements of `slot` belong to: itself, or the one
    /// it is a branch of.
    fn transaction_around(&self, mut slot: u32) -> Option<u32> {
        while !self.transactions.is_empty() {
            if self.transactions.contains_key(&slot) {
                return Some(slot);
            }
            match self.tasks.get(slot)?.source {
                Source::Branch(ticket) if self.is_valid(ticket) => slot = ticket.task,
                _ => return None,
            }
        }
        None
    }

    /// Whether a task has nothing to commit: its transaction is over then.
    pub(in crate::world) fn has_nothing_to_commit(&mut self, slot: u32) -> bool {
        let has_begun = self
            .transactions
            .get(&slot)
            .is_some_and(|open| open.has_begun);
        if !has_begun {
            self.transactions.remove(&slot);
        }
        !has_begun
    }

    /// A task knows how its transaction ended.
    pub(in crate::world) fn transaction_is_over(&mut self, slot: u32) {
        self.transactions.remove(&slot);
    }

    /// The message by which a task asks a store, and whom.
    pub(in crate::world) fn statement(
        &mut self,
        slot: u32,
        site: u32,
        ticket: Ticket,
    ) -> Option<(EntityId, MessageKind, Body)> {
        let owner = self.tasks.get(slot)?.owner;
        let (store, kind) = match self.program.sites[site as usize].target {
            SiteTarget::Statement { store, statement } => {
                match self.program.statements[statement as usize].act {
                    Act::Read => (store, MessageKind::Query),
                    _ => (store, MessageKind::Command),
                }
            }
            SiteTarget::Commit { store } => (store, MessageKind::Control),
            _ => return None,
        };
        let around = self.transaction_around(slot);
        let (session, how) = match around.and_then(|slot| self.transactions.get_mut(&slot)) {
            Some(open) if open.has_begun => (open.session, How::Within),
            Some(open) => {
                open.has_begun = true;
                let transaction = &self.program.transactions[open.transaction as usize];
                (open.session, How::Begins(transaction.isolation))
            }
            None => (self.next_session(), How::Alone),
        };
        let to = self.program.stores[store as usize].entity_for(owner, &self.program);
        let body = Body::Statement(StatementBody {
            site,
            session,
            ticket,
            how,
        });
        Some((to, kind, body))
    }

    /// A task ends in the middle of a transaction: its connection is given back, and what
    /// it has written is rolled back. Nobody waits for that.
    pub(in crate::world) fn leave_transaction<O: Observer<Record>>(
        &mut self,
        slot: u32,
        cx: &mut Cx<'_, O>,
    ) {
        let Some(open) = self
            .transactions
            .remove(&slot)
            .filter(|open| open.has_begun)
        else {
            return;
        };
        let Some(&task) = self.tasks.get(slot) else {
            return;
        };
        let transaction = &self.program.transactions[open.transaction as usize];
        let store = &self.program.stores[transaction.store as usize];
        let outgoing = Outgoing {
            identity: task.identity.child(Key::of("leave"), u64::from(task.turn)),
            from: task.owner,
            to: store.entity_for(task.owner, &self.program),
            edge: transaction.edge,
            direction: Direction::Forward,
            kind: MessageKind::Control,
            repeat: false,
            body: Body::Leave {
                session: open.session,
            },
            cause: task.cause,
        };
        self.send(outgoing, cx);
    }
}
