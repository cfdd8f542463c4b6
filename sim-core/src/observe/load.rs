//! How a record changes what an entity is loaded with.

use crate::world::What;

/// By how much a record changes the load of its entity.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Change {
    /// Workers or connections that are taken.
    pub(super) busy: i32,
    /// Tasks or statements that wait for one, or messages of a queue that wait to be delivered.
    pub(super) waiting: i32,
}

impl Change {
    /// The change that `what` makes.
    pub(super) fn of(what: &What) -> Self {
        let (busy, waiting) = match *what {
            What::TaskQueued { .. }
            | What::WorkQueued
            | What::Enqueued { .. }
            | What::ConnectionAwaited { .. }
            | What::Requeued { .. } => (0, 1),
            What::StatementTaken {
                queued, connects, ..
            } => (i32::from(connects), -i32::from(queued)),
            What::StatementFinished { disconnects, .. } => (-i32::from(disconnects), 0),
            What::ConnectionClosed { queued, .. } => (-i32::from(!queued), -i32::from(queued)),
            What::TaskStarted { queued, worker, .. } | What::WorkStarted { queued, worker, .. } => {
                (i32::from(worker), -i32::from(queued))
            }
            What::TaskKilled { queued, worker, .. } => (-i32::from(worker), -i32::from(queued)),
            What::TaskFinished { worker, .. } | What::WorkFinished { worker } => {
                (-i32::from(worker), 0)
            }
            What::Dispatched { .. } | What::Expired { .. } => (0, -1),
            _ => (0, 0),
        };
        Self { busy, waiting }
    }

    /// Whether nothing changes.
    pub(super) const fn is_none(self) -> bool {
        self.busy == 0 && self.waiting == 0
    }
}
