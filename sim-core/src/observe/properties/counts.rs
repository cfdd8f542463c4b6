//! Counts and orders: `at-most` and `in-order`, for each of those that something is done for.

use std::collections::{BTreeMap, VecDeque};

use super::origins::Origin;
use super::places::{Passage, Place};
use super::verdict::{Doubt, End, Found, Verdict, Why};
use crate::kernel::RecordId;
use crate::world::Record;

/// Values by key, of which the oldest go when there are too many.
#[derive(Clone, Debug)]
struct Kept<T> {
    by_key: BTreeMap<u32, T>,
    order: VecDeque<u32>,
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

    fn of(&mut self, key: u32) -> &mut T {
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
    times: u32,
    counts: Kept<u32>,
    unknown: bool,
    found: Found,
}

impl AtMost {
    pub(super) const fn new(of: Place, times: u32, room: usize) -> Self {
        Self {
            of,
            times,
            counts: Kept::new(room),
            unknown: false,
            found: Found::none(),
        }
    }

    pub(super) fn see(&mut self, id: RecordId, record: &Record, origin: Option<Origin>) {
        let command = origin.is_none_or(|origin| origin.command);
        if !self.of.is_done(record, command) {
            return;
        }
        let Some(origin) = origin else {
            self.unknown = true;
            return;
        };
        let count = self.counts.of(origin.began.0);
        *count += 1;
        if *count > self.times {
            let (times, bound) = (*count, self.times);
            self.found
                .add(record.at, Some(id), || Why::TooOften { times, bound });
        }
    }

    pub(super) fn verdict(self, end: End) -> Verdict {
        let seen = !self.counts.order.is_empty();
        verdict(self.found, end, seen, self.unknown || self.counts.forgot)
    }
}

/// `in-order`: a message is dealt with when a consumer has acknowledged it, and was sent when
/// its publisher sent it, wherever it was overtaken.
#[derive(Clone, Debug)]
pub(super) struct InOrder {
    of: Place,
    /// The latest message that was dealt with, by when it was sent.
    latest: Kept<Option<RecordId>>,
    unknown: bool,
    seen: bool,
    found: Found,
}

impl InOrder {
    pub(super) const fn new(of: Place, room: usize) -> Self {
        Self {
            of,
            latest: Kept::new(room),
            unknown: false,
            seen: false,
            found: Found::none(),
        }
    }

    pub(super) fn see(&mut self, id: RecordId, record: &Record, origin: Option<Origin>) {
        let Some(Passage::Leaves(message)) = self.of.passage(record) else {
            return;
        };
        let Some(origin) = origin else {
            self.unknown = true;
            return;
        };
        self.seen = true;
        let latest = self.latest.of(origin.began.0);
        match *latest {
            Some(by) if by > message => {
                self.found
                    .add(record.at, Some(id), || Why::Overtaken { by });
            }
            _ => *latest = Some(message),
        }
    }

    pub(super) fn verdict(self, end: End) -> Verdict {
        verdict(
            self.found,
            end,
            self.seen,
            self.unknown || self.latest.forgot,
        )
    }
}
