//! `conserved`: nothing comes from nowhere and nothing vanishes. What was sent is delivered,
//! turned away, lost or on its way, each once; what a queue took in is acknowledged, given up
//! or still there.

use std::collections::BTreeMap;

use super::places::{Passage, Place};
use super::verdict::{Doubt, End, Found, Verdict, Why};
use crate::kernel::{RecordId, SimTime};
use crate::world::{Condition, Record, What};

#[derive(Clone, Debug)]
pub(super) struct Conserved {
    /// The queue; everything that is sent if there is none.
    queue: Option<Place>,
    /// What is on its way or in the queue, and until when it may be.
    open: BTreeMap<RecordId, SimTime>,
    /// How many of these are kept in mind, and whether there were more.
    room: usize,
    too_many: bool,
    /// How many instances stand still: what is for them arrives when they go on.
    paused: u32,
    seen: bool,
    found: Found,
}

impl Conserved {
    pub(super) const fn new(queue: Option<Place>, room: usize) -> Self {
        Self {
            queue,
            open: BTreeMap::new(),
            room,
            too_many: false,
            paused: 0,
            seen: false,
            found: Found::none(),
        }
    }

    pub(super) fn see(&mut self, id: RecordId, record: &Record) {
        if let What::ConditionChanged { from, to } = record.what {
            self.paused += u32::from(to == Condition::Paused);
            let goes_on = from == Condition::Paused;
            self.paused = self.paused.saturating_sub(u32::from(goes_on));
        }
        let (begins, ends) = match &self.queue {
            Some(queue) => match queue.passage(record) {
                Some(Passage::Enters(message)) => (Some((message, SimTime::MAX)), None),
                Some(Passage::Leaves(message) | Passage::IsGivenUp(message)) => {
                    (None, Some(message))
                }
                None => (None, None),
            },
            None => match record.what {
                What::MessageSent { arrives, .. } | What::MessageDuplicated { arrives, .. } => {
                    (Some((id, arrives)), None)
                }
                What::MessageDelivered { message }
                | What::MessageLate { message, .. }
                | What::MessageRejected { message, .. }
                | What::MessageLost { message, .. } => (None, Some(message)),
                _ => (None, None),
            },
        };
        if let Some((message, until)) = begins {
            self.seen = true;
            self.too_many |= self.open.len() >= self.room;
            // From then on nobody can tell what was sent.
            if !self.too_many {
                self.open.insert(message, until);
            }
        }
        if let Some(message) = ends
            && self.open.remove(&message).is_none()
            && !self.too_many
        {
            self.found
                .add(record.at, Some(id), || Why::FromNowhere { message });
        }
    }

    pub(super) fn verdict(mut self, end: End) -> Verdict {
        for (message, until) in std::mem::take(&mut self.open) {
            if until < end.at && self.paused == 0 {
                self.found
                    .add(until, Some(message), || Why::Vanished { message });
            }
        }
        let too_many = self.too_many;
        self.found.verdict(|| match end.held(self.seen) {
            Verdict::Held if too_many => Verdict::Inconclusive(Doubt::TooMuch),
            verdict => verdict,
        })
    }
}
