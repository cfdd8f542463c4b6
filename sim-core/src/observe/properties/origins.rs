//! Origins: which request a record belongs to, told from its causes while a run goes on.
//!
//! The origin of a record is where its causes lead: the beginning of a journey, or an entry of
//! the timeline. The latest [`REMEMBERED`] records are kept in mind, four bytes each; of what
//! goes back to an older one nobody can say where it came from.

use crate::kernel::RecordId;
use crate::world::{MessageKind, Record, What};

/// Records that are kept in mind: a power of two, 16 MB.
const REMEMBERED: usize = 1 << 22;
/// Whether the latest message on the way here was a command rather than a question.
const COMMAND: u32 = 1 << 31;
/// Nobody can say.
const UNKNOWN: u32 = COMMAND - 1;

/// The origins of the latest records.
#[derive(Clone, Debug, Default)]
pub(super) struct Origins {
    latest: Vec<u32>,
    next: u32,
}

/// Where a record comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Origin {
    /// The record that began it all.
    pub(super) began: RecordId,
    /// Whether it is part of something that may change things.
    pub(super) command: bool,
}

impl Origins {
    /// Takes in the next record; where it comes from, if that can be said.
    pub(super) fn note(&mut self, record: &Record) -> Option<Origin> {
        let id = self.next;
        let inherited = match record.cause.record() {
            None => id,
            Some(RecordId(cause)) if id - cause <= self.latest.len() as u32 => {
                self.latest[cause as usize % REMEMBERED]
            }
            Some(_) => UNKNOWN,
        };
        let origin = match record.what {
            What::MessageSent { kind, .. } => {
                let began = inherited & !COMMAND;
                // Answers and what brokers are told leave the purpose as it was.
                match kind {
                    MessageKind::Command | MessageKind::Event => began | COMMAND,
                    MessageKind::Query => began,
                    MessageKind::Reply | MessageKind::Failure | MessageKind::Control => inherited,
                }
            }
            _ => inherited,
        };
        if self.latest.len() < REMEMBERED {
            self.latest.push(origin);
        } else {
            self.latest[id as usize % REMEMBERED] = origin;
        }
        self.next += 1;
        let began = origin & !COMMAND;
        (began != UNKNOWN).then_some(Origin {
            began: RecordId(began),
            command: origin & COMMAND != 0,
        })
    }
}

/// Records whose key is kept in mind, for each property: a power of two, 8 MB.
const KEYS: usize = 1 << 20;
/// It is about nothing in particular.
const NOTHING: u64 = 0;

/// What the latest records are about, as one property asks: the key of the latest message on the
/// way there that has one.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    property: u16,
    latest: Vec<u64>,
    next: u32,
    /// Whether something went back further than is kept in mind.
    forgot: bool,
}

impl Keys {
    pub(super) const fn of(property: u16) -> Self {
        Self {
            property,
            latest: Vec::new(),
            next: 0,
            forgot: false,
        }
    }

    /// Whether something went back further than is kept in mind.
    pub(super) const fn forgot(&self) -> bool {
        self.forgot
    }

    /// Takes in the next record; what it is about, if it is about anything.
    pub(super) fn note(&mut self, record: &Record) -> Option<u64> {
        let id = self.next;
        let cause = record.cause.record();
        let cause = cause.map(|RecordId(cause)| cause);
        let is_kept = |cause: &u32| id - cause <= self.latest.len() as u32;
        let known = cause.filter(is_kept);
        self.forgot |= cause.is_some() && known.is_none();
        let mut about = known.map_or(NOTHING, |cause| self.latest[cause as usize % KEYS]);
        if let (What::Keyed { property, key }, Some(sent)) = (record.what, known)
            && property == self.property
        {
            about = key.max(1);
            // What follows is caused by the message, not by what is told of it.
            self.latest[sent as usize % KEYS] = about;
        }
        if self.latest.len() < KEYS {
            self.latest.push(about);
        } else {
            self.latest[id as usize % KEYS] = about;
        }
        self.next += 1;
        (about != NOTHING).then_some(about)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{EntityId, SimTime};
    use crate::world::Cause;

    fn record(cause: Option<u32>) -> Record {
        Record {
            at: SimTime::ZERO,
            entity: EntityId(0),
            cause: Cause::from(cause.map(RecordId)),
            what: What::JourneyBegan,
        }
    }

    #[test]
    fn a_record_comes_from_where_its_causes_lead() {
        let mut origins = Origins::default();
        let began = |origin: Option<Origin>| origin.map(|origin| origin.began.0);
        assert_eq!(began(origins.note(&record(None))), Some(0));
        assert_eq!(began(origins.note(&record(None))), Some(1));
        assert_eq!(began(origins.note(&record(Some(0)))), Some(0));
        assert_eq!(began(origins.note(&record(Some(2)))), Some(0));
        assert_eq!(began(origins.note(&record(Some(1)))), Some(1));
    }

    #[test]
    fn a_record_is_about_what_the_latest_message_on_the_way_there_is_about() {
        let keyed = |sent, property, key| Record {
            what: What::Keyed { property, key },
            ..record(Some(sent))
        };
        let mut keys = Keys::of(2);
        assert_eq!(keys.note(&record(None)), None);
        assert_eq!(keys.note(&keyed(0, 2, 77)), Some(77));
        assert_eq!(keys.note(&keyed(0, 3, 99)), Some(77), "another property's");
        assert_eq!(keys.note(&record(Some(0))), Some(77));
        assert_eq!(keys.note(&record(None)), None);
        assert_eq!(keys.note(&record(Some(3))), Some(77));
    }

    #[test]
    fn what_goes_back_too_far_comes_from_nobody_knows_where() {
        let mut origins = Origins::default();
        origins.note(&record(None));
        for _ in 0..REMEMBERED {
            origins.note(&record(None));
        }
        assert_eq!(origins.latest.len(), REMEMBERED);
        assert_eq!(origins.note(&record(Some(0))), None);
        // And what follows from that.
        let unknown = RecordId(origins.next - 1);
        assert_eq!(origins.note(&record(Some(unknown.0))), None);
    }
}
