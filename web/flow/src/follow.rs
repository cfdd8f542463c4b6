//! Following one message: what it leads to, hop by hop, and where that is now.
//!
//! Records flow in as time goes either way; out of them come the records that a message led to
//! (by their causes), and the place where its story is at the cursor: on its way, or at a node.

use sim_core::kernel::{EntityId, RecordId};
use sim_core::observe::Picture;
use sim_core::world::{Record, What};

/// How many records of a story are remembered; of a longer one the oldest are forgotten.
const MOST: usize = 20_000;
/// How far back in a story is looked for a message that is still on its way.
const LOOK_BACK: usize = 400;

/// The story of one message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Story {
    start: RecordId,
    /// The message and what it led to, in order.
    records: Vec<(RecordId, EntityId)>,
    /// Everything before this has been looked at.
    upto: u32,
}

/// Where a story is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Whereabouts {
    /// It has not begun at the cursor.
    NotYet,
    /// A message is on its way.
    OnItsWay(RecordId),
    /// Something happens at a node, or is waited for there.
    At(EntityId),
    /// A journey ended with it, at the node where it had begun.
    Over(EntityId),
}

impl Story {
    /// The story of the message that this record sent.
    pub const fn of(start: RecordId) -> Self {
        Self {
            start,
            records: Vec::new(),
            upto: start.0,
        }
    }

    /// The message it began with.
    pub const fn start(&self) -> RecordId {
        self.start
    }

    /// Takes in the records up to the cursor; the first of them has the number `first`. Says
    /// whether the story has gone on or back.
    pub fn read(&mut self, first: u32, shown: &[Record]) -> bool {
        let cursor = first.saturating_add(shown.len() as u32);
        let before = self.records.len();
        if cursor < self.upto {
            // Time went back: what is not yet at the cursor has not happened.
            let known = self.records.partition_point(|(id, _)| id.0 < cursor);
            self.records.truncate(known);
            self.upto = cursor.max(self.start.0);
        }
        let from = self.upto.max(first);
        if cursor > from {
            let fresh = shown.get((from - first) as usize..).unwrap_or_default();
            for (place, record) in fresh.iter().enumerate() {
                let id = RecordId(from + place as u32);
                if id == self.start || self.led_to(record) {
                    self.records.push((id, record.entity));
                }
            }
            self.upto = cursor;
        }
        if self.records.len() > MOST {
            self.records.drain(..self.records.len() - MOST);
        }
        before != self.records.len()
    }

    /// Where it is in `picture`; `last` looks a record up.
    pub fn whereabouts<'a>(
        &self,
        picture: &Picture,
        record: impl Fn(RecordId) -> Option<&'a Record>,
    ) -> Whereabouts {
        if picture.cursor.0 <= self.start.0 {
            return Whereabouts::NotYet;
        }
        let latest = self.records.iter().rev().take(LOOK_BACK);
        let flying = latest
            .map(|(id, _)| *id)
            .find(|id| picture.flights.contains_key(id));
        match (flying, self.records.last()) {
            (Some(message), _) => Whereabouts::OnItsWay(message),
            (None, Some(&(id, entity))) => match record(id).map(|record| record.what) {
                Some(What::JourneyEnded { .. }) => Whereabouts::Over(entity),
                _ => Whereabouts::At(entity),
            },
            (None, None) => Whereabouts::NotYet,
        }
    }

    fn led_to(&self, record: &Record) -> bool {
        record.cause.record().is_some_and(|cause| {
            self.records
                .binary_search_by_key(&cause, |(id, _)| *id)
                .is_ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{millis, sent};
    use sim_core::world::Cause;

    /// A message, somebody else's, its delivery, what it led to, a message of that.
    fn records() -> Vec<Record> {
        let caused = |record: Record, cause: u32| Record {
            cause: Cause::from(Some(RecordId(cause))),
            ..record
        };
        let at = |at: u64, what: What| Record {
            at: millis(at),
            entity: EntityId(1),
            cause: Cause::NONE,
            what,
        };
        let message = RecordId(0);
        vec![
            sent(0, 10, false),
            sent(1, 50, false),
            caused(at(10, What::MessageDelivered { message }), 0),
            caused(
                at(
                    10,
                    What::TaskStarted {
                        queued: false,
                        worker: true,
                    },
                ),
                2,
            ),
            at(12, What::JourneyBegan),
            caused(sent(20, 10, false), 3),
        ]
    }

    fn read(story: &mut Story, upto: usize) -> Whereabouts {
        let records = records();
        let shown = &records[..upto];
        let mut picture = Picture::new(2);
        for record in shown {
            picture.apply(record);
        }
        story.read(0, shown);
        story.whereabouts(&picture, |id| records.get(id.0 as usize))
    }

    #[test]
    fn a_story_goes_from_the_message_to_its_task_to_the_calls_of_that() {
        let mut story = Story::of(RecordId(0));
        assert_eq!(read(&mut story, 0), Whereabouts::NotYet);
        assert_eq!(read(&mut story, 2), Whereabouts::OnItsWay(RecordId(0)));
        assert_eq!(read(&mut story, 5), Whereabouts::At(EntityId(1)));
        assert_eq!(read(&mut story, 6), Whereabouts::OnItsWay(RecordId(5)));
    }

    #[test]
    fn time_that_goes_back_takes_the_story_back() {
        let mut story = Story::of(RecordId(0));
        read(&mut story, 6);
        assert_eq!(read(&mut story, 4), Whereabouts::At(EntityId(1)));
        assert_eq!(read(&mut story, 1), Whereabouts::OnItsWay(RecordId(0)));
        assert_eq!(read(&mut story, 0), Whereabouts::NotYet);
        assert_eq!(read(&mut story, 6), Whereabouts::OnItsWay(RecordId(5)));
    }

    #[test]
    fn what_others_do_is_not_part_of_it() {
        let mut story = Story::of(RecordId(1));
        assert_eq!(read(&mut story, 6), Whereabouts::OnItsWay(RecordId(1)));
    }
}
