//! Marks: what in a run is worth a look, where it is, and how much of it there is.
//!
//! Records flow in, one after another; marks flow out, those of one kind within one short
//! stretch of time together as one that knows how many it stands for. So a run of any length
//! has a bounded number of them.

use serde::{Deserialize, Serialize};

use crate::kernel::{RecordId, SimDuration, SimTime};
use crate::world::{Record, What};

/// What kind of thing a mark stands for; the gravest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MarkKind {
    /// What a step expects was not so.
    Unexpected,
    /// A journey ended badly.
    GivenUp,
    /// A time-out expired.
    TimedOut,
    /// A message was lost, or lived too long in a queue.
    Lost,
    /// A request was turned away, or a message refused for good.
    Refused,
    /// A queue handed out again what it had handed out before.
    Redelivered,
    /// An answer came when nobody waited for it any more.
    Late,
    /// An instance changed its condition, a breaker its state, or a balancer its mind.
    State,
    /// An entry of the document's timeline began or was over.
    Entry,
}

impl MarkKind {
    /// All of them, in their order.
    pub const ALL: [Self; 9] = [
        Self::Unexpected,
        Self::GivenUp,
        Self::TimedOut,
        Self::Lost,
        Self::Refused,
        Self::Redelivered,
        Self::Late,
        Self::State,
        Self::Entry,
    ];

    /// What kind of mark something that happened is, if it is one.
    pub const fn of(what: &What) -> Option<Self> {
        Some(match what {
            What::ExpectationFailed => Self::Unexpected,
            What::JourneyEnded { outcome, .. } if !outcome.is_ok() => Self::GivenUp,
            What::TimedOut { .. } => Self::TimedOut,
            What::MessageLost { .. } | What::Expired { .. } => Self::Lost,
            What::MessageRejected { .. } | What::Discarded { .. } => Self::Refused,
            What::Dispatched {
                redelivered: true, ..
            } => Self::Redelivered,
            What::MessageLate { .. } => Self::Late,
            What::ConditionChanged { .. }
            | What::BreakerChanged { .. }
            | What::Ejected { .. }
            | What::EjectionOver
            | What::ReadinessChanged { .. }
            | What::Restarted { .. }
            | What::Scaled { .. } => Self::State,
            What::EntryBegan { .. } | What::EntryEnded { .. } => Self::Entry,
            _ => return None,
        })
    }
}

/// One or more things of a kind that happened close together.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Mark {
    /// What kind.
    pub kind: MarkKind,
    /// When the first of them happened.
    pub first: SimTime,
    /// When the last of them happened.
    pub last: SimTime,
    /// How many there are.
    pub count: u32,
    /// The record of the first.
    pub record: RecordId,
}

/// The marks of a stretch of a run.
#[derive(Clone, Debug)]
pub struct Marks {
    from: SimTime,
    /// How long those that become one mark lie apart, at most.
    slot: SimDuration,
    found: Vec<Mark>,
    /// By kind: the place of its latest mark, and in which slot that is.
    open: [Option<(usize, u64)>; MarkKind::ALL.len()],
}

impl Marks {
    /// No marks yet; time from `from` on is cut into slots.
    pub fn new(from: SimTime, slot: SimDuration) -> Self {
        Self {
            from,
            slot: slot.max(SimDuration::from_nanos(1)),
            found: Vec::new(),
            open: Default::default(),
        }
    }

    /// The marks so far, in the order of their first records.
    pub fn marks(&self) -> &[Mark] {
        &self.found
    }

    /// Takes in a record.
    pub fn apply(&mut self, id: RecordId, record: &Record) {
        let Some(kind) = MarkKind::of(&record.what) else {
            return;
        };
        let slot = record.at.since(self.from).as_nanos() / self.slot.as_nanos();
        let open = &mut self.open[kind as usize];
        if let Some(mark) = open
            .filter(|(_, other)| *other == slot)
            .and_then(|(place, _)| self.found.get_mut(place))
        {
            mark.last = record.at;
            mark.count = mark.count.saturating_add(1);
            return;
        }
        *open = Some((self.found.len(), slot));
        self.found.push(Mark {
            kind,
            first: record.at,
            last: record.at,
            count: 1,
            record: id,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::EntityId;
    use crate::world::Cause;

    fn timed_out(at: u64) -> Record {
        Record {
            at: SimTime::from_nanos(at),
            entity: EntityId(0),
            cause: Cause::NONE,
            what: What::TimedOut {
                after: SimDuration::ZERO,
            },
        }
    }

    #[test]
    fn the_kinds_are_numbered_in_their_order() {
        for (place, kind) in MarkKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, place);
        }
    }

    #[test]
    fn what_lies_in_one_slot_is_one_mark_that_knows_how_many() {
        let mut marks = Marks::new(SimTime::from_nanos(100), SimDuration::from_nanos(10));
        for (id, at) in [101, 103, 109, 110, 155].into_iter().enumerate() {
            marks.apply(RecordId(id as u32), &timed_out(at));
        }
        let found: Vec<_> = marks
            .marks()
            .iter()
            .map(|mark| {
                (
                    mark.first.as_nanos(),
                    mark.last.as_nanos(),
                    mark.count,
                    mark.record.0,
                )
            })
            .collect();
        assert_eq!(
            found,
            [(101, 109, 3, 0), (110, 110, 1, 3), (155, 155, 1, 4)]
        );
    }
}
