//! A table: rows by key, each with the versions that somebody may still see.
//!
//! A row has at most one pending version, which is also the lock on it: whoever wrote it
//! has the row until the end of their transaction.

use super::shared_map::SharedMap;
use super::statement::{Fields, Row, Session};
use crate::values::Datum;

/// The number of a commit: what a snapshot sees is all up to one of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(super) struct Commit(pub(super) u64);

/// What is fixed of a table.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct TableShape {
    /// The place of the field that names a row; without it, rows are numbered from 1 as they come.
    pub key: Option<usize>,
    /// The places of fields no two rows share. Null is no value: any number of rows may lack one.
    pub unique: Vec<usize>,
}

#[derive(Clone, PartialEq, Debug)]
struct Version {
    commit: Commit,
    content: Content,
}

/// What is written at a key.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Content {
    /// The fields; nothing if the row was taken away.
    pub(super) fields: Option<Fields>,
    /// How often the row has been written.
    pub(super) rev: u64,
}

impl Content {
    /// The row, if there is one.
    pub(super) fn row(&self) -> Option<Row<'_>> {
        let rev = self.rev;
        self.fields.as_ref().map(|fields| Row { fields, rev })
    }
}

/// A version that is not committed.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Pending {
    pub(super) by: Session,
    pub(super) content: Content,
}

/// All versions of one row.
#[derive(Clone, PartialEq, Debug, Default)]
struct Slot {
    /// The newest that is committed.
    committed: Option<Version>,
    /// Older ones that a snapshot still sees, the oldest first.
    older: Vec<Version>,
    pending: Option<Pending>,
}

impl Slot {
    fn committed_row(&self) -> Option<Row<'_>> {
        self.committed.as_ref()?.content.row()
    }

    fn pending_row(&self) -> Option<Row<'_>> {
        self.pending.as_ref()?.content.row()
    }
}

/// What a statement sees: what was committed up to a moment, and its own writes.
#[derive(Clone, Copy, Debug)]
pub(super) struct View {
    pub(super) session: Session,
    pub(super) upto: Commit,
}

/// A row as somebody who wants to write it finds it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found<'a> {
    /// Another session has written it and may yet take that back.
    Locked(Session),
    /// It may be written.
    Free {
        /// The newest row there is; nothing if there is none (any more).
        row: Option<Row<'a>>,
        /// When it was committed; nothing if it is one's own writing, or never was there.
        commit: Option<Commit>,
    },
}

/// Why a value of a unique field may not be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Taken {
    /// Another row has it.
    Yes,
    /// That depends on how this session's transaction ends.
    Perhaps(Session),
}

/// Which rows have a value of a field, committed or pending: by the value.
#[derive(Clone, Debug)]
struct Unique {
    place: usize,
    keys: SharedMap<Datum, Vec<Datum>>,
}

/// A table.
#[derive(Clone, Debug)]
pub(super) struct Table {
    key: Option<usize>,
    unique: Vec<Unique>,
    rows: SharedMap<Datum, Slot>,
    /// The last number given to a row without a key.
    serial: i64,
    /// The last commit that changed a row.
    changed: Commit,
    /// Rows that everybody sees.
    live: usize,
    /// About how many bytes all versions occupy.
    bytes: usize,
}

impl Table {
    pub(super) fn new(shape: TableShape) -> Self {
        let unique = shape.unique.into_iter().map(|place| Unique {
            place,
            keys: SharedMap::default(),
        });
        Self {
            key: shape.key,
            unique: unique.collect(),
            rows: SharedMap::default(),
            serial: 0,
            changed: Commit::default(),
            live: 0,
            bytes: 0,
        }
    }

    pub(super) fn shape(&self) -> TableShape {
        TableShape {
            key: self.key,
            unique: self.unique.iter().map(|unique| unique.place).collect(),
        }
    }

    pub(super) const fn live(&self) -> usize {
        self.live
    }

    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// The key a new row gets; nothing if it lacks one. Numbers are not given twice, even
    /// if the row is taken back.
    pub(super) fn key_for(&mut self, fields: &[Datum]) -> Option<Datum> {
        if self.key.is_some() {
            return self.key_of(fields);
        }
        self.serial += 1;
        Some(Datum::Int(self.serial))
    }

    /// Whether a row may stay under its key with these fields.
    pub(super) fn keeps_key(&self, key: &Datum, fields: &[Datum]) -> bool {
        self.key.is_none() || self.key_of(fields).as_ref() == Some(key)
    }

    fn key_of(&self, fields: &[Datum]) -> Option<Datum> {
        let key = fields.get(self.key?)?;
        (!key.is_null()).then(|| key.clone())
    }

    /// The row with this key, as `view` sees it.
    pub(super) fn seen(&self, key: &Datum, view: View) -> Option<Row<'_>> {
        self.rows.get(key).and_then(|slot| view.of(slot))
    }

    /// All rows that `view` sees, by key.
    pub(super) fn all_seen(&self, view: View) -> impl Iterator<Item = (&Datum, Row<'_>)> {
        let rows = self.rows.iter();
        rows.filter_map(move |(key, slot)| Some((key, view.of(slot)?)))
    }

    /// What `session` finds if it wants to write at this key.
    pub(super) fn to_write(&self, key: &Datum, session: Session) -> Found<'_> {
        let Some(slot) = self.rows.get(key) else {
            return Found::Free {
                row: None,
                commit: None,
            };
        };
        match &slot.pending {
            Some(pending) if pending.by != session => Found::Locked(pending.by),
            Some(_) => Found::Free {
                row: slot.pending_row(),
                commit: None,
            },
            None => Found::Free {
                row: slot.committed_row(),
                commit: slot.committed.as_ref().map(|version| version.commit),
            },
        }
    }

    /// Whether `session` may write these fields at this key beside all other rows.
    pub(super) fn is_taken(
        &self,
        key: &Datum,
        fields: &[Datum],
        session: Session,
    ) -> Option<Taken> {
        self.unique.iter().find_map(|unique| {
            let value = unique.value(fields)?;
            let others = unique.keys.get(value)?.iter().filter(|other| *other != key);
            others.into_iter().find_map(|other| {
                let slot = self.rows.get(other)?;
                let has = |row: Option<Row<'_>>| {
                    row.is_some_and(|row| unique.value(row.fields) == Some(value))
                };
                match &slot.pending {
                    Some(pending) if pending.by != session => Some(Taken::Perhaps(pending.by)),
                    Some(_) => has(slot.pending_row()).then_some(Taken::Yes),
                    None => has(slot.committed_row()).then_some(Taken::Yes),
                }
            })
        })
    }

    /// Puts a version at a key that may yet be taken back; what was pending there before.
    pub(super) fn write(&mut self, key: &Datum, pending: Option<Pending>) -> Option<Pending> {
        self.bytes += pending.as_ref().map_or(0, |new| weight_of(&new.content));
        let slot = self.rows.entry(key);
        let before = std::mem::replace(&mut slot.pending, pending);
        let new = fields_of(slot.pending.as_ref());
        let is_bare = slot.pending.is_none() && slot.committed.is_none();
        self.bytes -= before.as_ref().map_or(0, |old| weight_of(&old.content));
        if let Some(new) = new {
            self.note(key, &new);
        }
        if let Some(old) = fields_of(before.as_ref()) {
            self.forget(key, &old);
        }
        if is_bare {
            self.rows.remove(key);
        }
        before
    }

    /// Whether `session` has something pending at this key.
    pub(super) fn is_pending(&self, key: &Datum, session: Session) -> bool {
        let pending = self.rows.get(key).and_then(|slot| slot.pending.as_ref());
        pending.is_some_and(|pending| pending.by == session)
    }

    /// Makes what is pending at a key the newest version; nothing if nothing is. Whether
    /// the row must be swept later: there is an older version, or it is gone.
    pub(super) fn commit(&mut self, key: &Datum, commit: Commit) -> Option<bool> {
        let slot = self.rows.get_mut(key)?;
        let pending = slot.pending.take()?;
        let (was, is) = (
            slot.committed_row().is_some(),
            pending.content.fields.is_some(),
        );
        let version = Version {
            commit,
            content: pending.content,
        };
        let before = slot.committed.replace(version);
        let must_be_swept = before.is_some() || !is;
        let old = before.as_ref().and_then(|old| old.content.fields.clone());
        slot.older.extend(before);
        self.live = self.live + usize::from(is) - usize::from(was);
        self.changed = commit;
        if let Some(old) = old {
            self.forget(key, &old);
        }
        Some(must_be_swept)
    }

    /// Drops the versions of a row that nobody sees who looks from `horizon` or later.
    pub(super) fn sweep(&mut self, key: &Datum, horizon: Commit) {
        let Some(slot) = self.rows.get_mut(key) else {
            return;
        };
        let newest = slot.committed.as_ref();
        let is_seen = |version: &Version| version.commit <= horizon;
        let gone = if newest.is_some_and(is_seen) {
            slot.older.len()
        } else {
            // Of those that are old enough, the last is still seen.
            slot.older.partition_point(is_seen).saturating_sub(1)
        };
        let mut freed: usize = (slot.older.drain(..gone))
            .map(|version| weight_of(&version.content))
            .sum();
        let is_gone = newest_is_gone(slot, horizon);
        if is_gone && let Some(version) = slot.committed.take() {
            freed += weight_of(&version.content);
        }
        let is_bare = is_gone && slot.pending.is_none();
        self.bytes -= freed;
        if is_bare {
            self.rows.remove(key);
        }
    }

    /// Whether the row with this key was committed after `since`, or any row without a key.
    pub(super) fn has_changed(&self, key: Option<&Datum>, since: Commit) -> bool {
        let Some(key) = key else {
            return self.changed > since;
        };
        let slot = self.rows.get(key);
        slot.and_then(|slot| slot.committed.as_ref())
            .is_some_and(|version| version.commit > since)
    }

    /// Notes the values of unique fields that a version has.
    fn note(&mut self, key: &Datum, fields: &[Datum]) {
        for unique in &mut self.unique {
            if let Some(value) = unique.value(fields) {
                let value = value.clone();
                let keys = unique.keys.entry(&value);
                if !keys.contains(key) {
                    keys.push(key.clone());
                }
            }
        }
    }

    /// Forgets them, unless another version of the row that counts has the same.
    fn forget(&mut self, key: &Datum, fields: &[Datum]) {
        let slot = self.rows.get(key);
        for unique in &mut self.unique {
            let Some(value) = unique.value(fields).cloned() else {
                continue;
            };
            let still = slot.is_some_and(|slot| {
                let rows = [slot.committed_row(), slot.pending_row()];
                let mut values = rows.iter().flatten();
                values.any(|row| unique.value(row.fields) == Some(&value))
            });
            if still {
                continue;
            }
            let Some(keys) = unique.keys.get_mut(&value) else {
                continue;
            };
            keys.retain(|other| other != key);
            if keys.is_empty() {
                unique.keys.remove(&value);
            }
        }
    }
}

impl View {
    fn of<'a>(&self, slot: &'a Slot) -> Option<Row<'a>> {
        if let Some(pending) = slot
            .pending
            .as_ref()
            .filter(|pending| pending.by == self.session)
        {
            return pending.content.row();
        }
        let mut versions = slot.committed.iter().chain(slot.older.iter().rev());
        let seen = versions.find(|version| version.commit <= self.upto)?;
        seen.content.row()
    }
}

impl Unique {
    /// The value of the field, if there is one.
    fn value<'a>(&self, fields: &'a [Datum]) -> Option<&'a Datum> {
        fields.get(self.place).filter(|value| !value.is_null())
    }
}

fn fields_of(pending: Option<&Pending>) -> Option<Fields> {
    pending?.content.fields.clone()
}

/// Whether all that is left of a row is that it was taken away, and everybody knows.
fn newest_is_gone(slot: &Slot, horizon: Commit) -> bool {
    let newest = slot.committed.as_ref();
    slot.older.is_empty()
        && newest
            .is_some_and(|version| version.commit <= horizon && version.content.fields.is_none())
}

/// About how many bytes a version occupies, with its part of the map.
fn weight_of(content: &Content) -> usize {
    let fields = content.fields.iter().flat_map(|fields| fields.iter());
    size_of::<Slot>() + fields.map(weight).sum::<usize>()
}

fn weight(datum: &Datum) -> usize {
    let inside: usize = match datum {
        Datum::Text(text) => text.len(),
        Datum::List(items) => items.iter().map(weight).sum(),
        Datum::Map(fields) => fields.iter().map(|(_, value)| 16 + weight(value)).sum(),
        _ => 0,
    };
    size_of::<Datum>() + inside
}
