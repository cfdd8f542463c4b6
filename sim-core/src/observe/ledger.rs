//! The ledger: what became of the messages, counted.

use serde::{Deserialize, Serialize};

use crate::world::What;

/// What became of the messages so far.
///
/// At any cursor `sent + duplicated = delivered + late + rejected + lost + in flight`, and
/// for the messages of queues `enqueued = acknowledged + discarded + expired + ready +
/// unacknowledged`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Ledger {
    /// Messages that left.
    pub sent: u64,
    /// Copies the network made.
    pub duplicated: u64,
    /// Messages that arrived and were taken in.
    pub delivered: u64,
    /// Messages that arrived when nobody waited for them any more.
    pub late: u64,
    /// Messages that were turned away.
    pub rejected: u64,
    /// Messages that did not arrive.
    pub lost: u64,
    /// Messages that queues took in.
    pub enqueued: u64,
    /// Messages of queues that consumers acknowledged.
    pub acknowledged: u64,
    /// Messages of queues that consumers refused for good.
    pub discarded: u64,
    /// Messages of queues that lived too long.
    pub expired: u64,
}

impl Ledger {
    /// Takes in what happened next.
    pub fn apply(&mut self, what: &What) {
        let entry = match what {
            What::MessageSent { .. } => &mut self.sent,
            What::MessageDuplicated { .. } => &mut self.duplicated,
            What::MessageDelivered { .. } => &mut self.delivered,
            What::MessageLate { .. } => &mut self.late,
            What::MessageRejected { .. } => &mut self.rejected,
            What::MessageLost { .. } => &mut self.lost,
            What::Enqueued { .. } => &mut self.enqueued,
            What::Acknowledged { .. } => &mut self.acknowledged,
            What::Discarded { .. } => &mut self.discarded,
            What::Expired { .. } => &mut self.expired,
            _ => return,
        };
        *entry += 1;
    }

    /// Messages on their way.
    pub const fn in_flight(&self) -> u64 {
        (self.sent + self.duplicated)
            .saturating_sub(self.delivered + self.late + self.rejected + self.lost)
    }
}
