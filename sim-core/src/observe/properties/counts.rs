//! Counts and orders: `at-most` and `in-order`, for each of those that something is done for.

use std::collections::{BTreeMap, VecDeque};

use super::origins::{Keys, Origin};
use super::places::{Passage, Place};
use super::verdict::{Doubt, End, Found, Verdict, Why};
use crate::kernel::RecordId;
use crate::scenario::document::{Name, REQUEST};
use crate::world::Record;

/// Values by key, of which the oldest go when there are too many.
#[derive(Clone, Debug)]
struct Kept<T> {
    by_key: BTreeMap<u64, T>,
    order: VecDeque<u64>,
    /// How many there may be.
    room: usize,
    forgot: bool,
}

impl<T: Default> Kept<T> {
    const fn new(room: usize) -> Self {
        Self {
            by_key: BTreeMap::new(),
            order: VecDeque::new(),
            room,
            forgot: false,
        }
    }

    fn of(&mut self, key: u64) -> &mut T {
        if !self.by_key.contains_key(&key) {
            if self.order.len() >= self.room
                && let Some(oldest) = self.order.pop_front()
            {
                self.by_key.remove(&oldest);
                self.forgot = true;
            }
            self.order.push_back(key);
        }
        self.by_key.entry(key).or_default()
    }
}

/// What tells those apart that something is done for.
#[derive(Clone, Debug)]
pub(super) enum Per {
    /// The request that it belongs to.
    Request,
    /// What a message says.
    Key(Keys),
}

impl Per {
    /// What the property in this place of the document tells them apart by.
    pub(super) fn new(per: &Name, property: u16) -> Self {
        if per.as_str() == REQUEST {
            Self::Request
        } else {
            Self::Key(Keys::of(property))
        }
    }

    /// For whom `record` is, if anybody can say. Has to see every record.
    fn key(&mut self, record: &Record, origin: Option<Origin>) -> Option<u64> {
        match self {
            Self::Request => origin.map(|origin| u64::from(origin.began.0)),
            Self::Key(keys) => keys.note(record),
        }
    }

    /// Whether what cannot be said is a doubt, rather than about nothing in particular.
    const fn doubts(&self, unknown: bool) -> bool {
        match self {
            Self::Request => unknown,
            Self::Key(keys) => keys.forgot(),
        }
    }
}

/// What is said where none was violated and so much was seen.
fn verdict(found: Found, end: End, seen: bool, unsure: bool) -> Verdict {
    found.verdict(|| match end.held(seen) {
        Verdict::Held if unsure => Verdict::Inconclusive(Doubt::TooMuch),
        verdict => verdict,
    })
}

/// `at-most`.
#[derive(Clone, Debug)]
pub(super) struct AtMost {
    of: Place,
    per: Per,
    times: u32,
    counts: Kept<u32>,
    unknown: bool,
    found: Found,
}

impl AtMost {
    pub(super) const fn new(of: Place, times: u32, per: Per, room: usize) -> Self {
        Self {
            of,
            per,
            times,
            counts: Kept::new(room),
            unknown: false,
            found: Found::none(),
        }
    }

    pub(super) fn see(&mut self, id: RecordId, record: &Record, origin: Option<Origin>) {
        let command = origin.is_none_or(|origin| origin.command);
        let key = self.per.key(record, origin);
        if !self.of.is_done(record, command) {
            return;
        }
        let Some(key) = key else {
            self.unknown = true;
            return;
        };
        let count = self.counts.of(key);
        *count += 1;
        if *count > self.times {
            let (times, bound) = (*count, self.times);
            self.found
                .add(record.at, Some(id), || Why::TooOften { times, bound });
        }
    }

    pub(super) fn verdict(self, end: End) -> Verdict {
        let seen = !self.counts.order.is_empty();
        let unsure = self.per.doubts(self.unknown) || self.counts.forgot;
        verdict(self.found, end, seen, unsure)
    }
}

/// `in-order`: a message is dealt with when a consumer has acknowledged it, and was sent when
/// its publisher sent it, wherever it was overtaken.
#[derive(Clone, Debug)]
pub(super) struct InOrder {
    of: Place,
    per: Per,
    /// The latest message that was dealt with, by when it was sent.
    latest: Kept<Option<RecordId>>,
    unknown: bool,
    seen: bool,
    found: Found,
}

impl InOrder {
    pub(super) const fn new(of: Place, per: Per, room: usize) -> Self {
        Self {
            of,
            per,
            latest: Kept::new(room),
            unknown: false,
            seen: false,
            found: Found::none(),
        }
    }

    pub(super) fn see(&mut self, id: RecordId, record: &Record, origin: Option<Origin>) {
        let key = self.per.key(record, origin);
        let Some(Passage::Leaves(message)) = self.of.passage(record) else {
            return;
        };
        let Some(key) = key else {
            self.unknown = true;
            return;
        };
        self.seen = true;
        let latest = self.latest.of(key);
        match *latest {
            Some(by) if by > message => {
                self.found
                    .add(record.at, Some(id), || Why::Overtaken { by });
            }
            _ => *latest = Some(message),
        }
    }

    pub(super) fn verdict(self, end: End) -> Verdict {
        let unsure = self.per.doubts(self.unknown) || self.latest.forgot;
        verdict(self.found, end, self.seen, unsure)
    }
}
