//! The trace: every record of a run, and the picture at any cursor.
//!
//! Pictures are kept at even distances, so that the one at any cursor is a short fold
//! away; when there are many, every second one goes and the distance doubles.

use serde::{Deserialize, Serialize};

use super::Picture;
use crate::kernel::{Observer, RecordId, SimTime};
use crate::world::Record;

/// A place in a trace: how many records lie before it. Time is only its label, so that
/// stepping is well defined when many things happen at once.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Cursor(pub u32);

/// A stretch of a trace with the picture at its beginning: all that is needed to draw any
/// cursor in it.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Window {
    /// The picture before the first record.
    pub base: Picture,
    /// The records, in order.
    pub records: Vec<Record>,
    /// When the record after the last one happens; nothing if there is none (yet).
    pub next_at: Option<SimTime>,
}

impl Window {
    /// The first cursor in it.
    pub fn first(&self) -> Cursor {
        self.base.cursor
    }

    /// The last cursor in it.
    pub fn last(&self) -> Cursor {
        Cursor(self.base.cursor.0 + self.records.len() as u32)
    }

    /// The record with this id, if it lies in the window.
    pub fn record(&self, id: RecordId) -> Option<&Record> {
        self.records
            .get(id.0.checked_sub(self.base.cursor.0)? as usize)
    }
}

/// Every record of a run.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    records: Vec<Record>,
    /// The picture at every `spacing`-th cursor, the first at zero.
    pictures: Vec<Picture>,
    spacing: u32,
    /// What the pictures occupy.
    bytes: usize,
    latest: Picture,
}

impl Trace {
    /// An empty trace of a run with `entities` entities.
    pub fn new(entities: usize) -> Self {
        let latest = Picture::new(entities);
        // Half a million records get by with some hundred pictures of course-sized scenes.
        Self {
            records: Vec::new(),
            pictures: vec![latest.clone()],
            spacing: 4_096,
            bytes: 0,
            latest,
        }
    }

    /// The same memory for another run, of `entities` entities: where records have stood
    /// before, keeping them again neither moves them nor asks for more.
    pub fn begin_again(self, entities: usize) -> Self {
        let mut records = self.records;
        records.clear();
        Self {
            records,
            ..Self::new(entities)
        }
    }

    /// All records so far.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The cursor after the last record.
    pub fn end(&self) -> Cursor {
        Cursor(self.records.len() as u32)
    }

    /// The picture after the last record.
    pub const fn latest(&self) -> &Picture {
        &self.latest
    }

    /// The cursor after everything that happens up to and including `at`.
    pub fn cursor_at(&self, at: SimTime) -> Cursor {
        Cursor(self.records.partition_point(|record| record.at <= at) as u32)
    }

    /// The picture at `cursor`, or at the end if it lies beyond.
    pub fn picture(&self, cursor: Cursor) -> Picture {
        let cursor = cursor.min(self.end());
        let place = ((cursor.0 / self.spacing) as usize).min(self.pictures.len() - 1);
        let mut picture = self.pictures[place].clone();
        for record in &self.records[picture.cursor.0 as usize..cursor.0 as usize] {
            picture.apply(record);
        }
        picture
    }

    /// The stretch from `from` up to, but not including, `to`; cut to what there is.
    pub fn window(&self, from: Cursor, to: Cursor) -> Window {
        let from = from.min(self.end());
        let to = to.clamp(from, self.end());
        Window {
            base: self.picture(from),
            records: self.records[from.0 as usize..to.0 as usize].to_vec(),
            next_at: self.records.get(to.0 as usize).map(|record| record.at),
        }
    }

    /// The record and what made it happen, back to the beginning, at most `limit` of them.
    pub fn causes(&self, id: RecordId, limit: usize) -> Vec<(RecordId, Record)> {
        let first = Some(id);
        std::iter::successors(first, |id| self.records.get(id.0 as usize)?.cause.record())
            .map_while(|id| self.records.get(id.0 as usize).map(|record| (id, *record)))
            .take(limit)
            .collect()
    }

    fn thin(&mut self) {
        let mut place = 0;
        self.pictures.retain(|_| {
            place += 1;
            place % 2 == 1
        });
        self.spacing = self.spacing.saturating_mul(2);
        self.bytes = self.pictures.iter().map(Picture::bytes).sum();
    }
}

/// Pictures kept before every second one goes.
const MOST_PICTURES: usize = 256;
/// What they may occupy before every second one goes.
const PICTURE_BYTES: usize = 64 << 20;

impl Observer<Record> for Trace {
    const LISTENS: bool = true;

    fn record(&mut self, record: Record) {
        self.latest.apply(&record);
        self.records.push(record);
        if self.latest.cursor.0.is_multiple_of(self.spacing) {
            self.bytes += self.latest.bytes();
            self.pictures.push(self.latest.clone());
            while self.pictures.len() > 2
                && (self.pictures.len() > MOST_PICTURES || self.bytes > PICTURE_BYTES)
            {
                self.thin();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::EntityId;
    use crate::world::{Cause, What};

    #[test]
    fn a_trace_that_begins_again_is_as_a_new_one_in_the_memory_of_the_old() {
        let mut trace = Trace::new(1);
        for nanos in 0..10_000 {
            trace.record(Record {
                at: SimTime::from_nanos(nanos),
                entity: EntityId(0),
                cause: Cause::NONE,
                what: What::JourneyBegan,
            });
        }
        let room = trace.records.capacity();
        let trace = trace.begin_again(2);
        assert_eq!(trace.records.capacity(), room);
        assert_eq!(trace.end(), Cursor(0));
        assert_eq!(trace.latest(), &Picture::new(2));
        assert_eq!(trace.picture(Cursor(7)), Picture::new(2));
    }
}
