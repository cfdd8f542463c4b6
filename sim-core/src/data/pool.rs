//! The connections of a store: so many at a time, the others wait in line.

use std::collections::{BTreeMap, BTreeSet};

use super::Session;

/// Who has a connection, and who waits for one.
#[derive(Clone, Debug, Default)]
pub(super) struct Pool {
    /// How many there are; without limit if not said.
    limit: Option<u32>,
    held: BTreeSet<Session>,
    /// By when they came.
    line: BTreeMap<u64, Session>,
    places: BTreeMap<Session, u64>,
    next_place: u64,
}

impl Pool {
    pub(super) fn new(limit: Option<u32>) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    /// From now on there are so many; who has one keeps it even if that is too many.
    pub(super) const fn resize(&mut self, limit: Option<u32>) {
        self.limit = limit;
    }

    pub(super) fn holds(&self, session: Session) -> bool {
        self.held.contains(&session)
    }

    pub(super) fn holders(&self) -> impl Iterator<Item = Session> {
        self.held.iter().copied()
    }

    pub(super) fn in_use(&self) -> usize {
        self.held.len()
    }

    pub(super) fn in_line(&self) -> usize {
        self.line.len()
    }

    /// Puts a session at the end of the line, unless it has a connection or stands there.
    pub(super) fn join(&mut self, session: Session) {
        if !self.holds(session) && !self.places.contains_key(&session) {
            self.line.insert(self.next_place, session);
            self.places.insert(session, self.next_place);
            self.next_place += 1;
        }
    }

    /// The next one in line gets a connection, if there is a free one.
    pub(super) fn grant(&mut self) -> Option<Session> {
        let has_room = self
            .limit
            .is_none_or(|limit| self.held.len() < limit as usize);
        let (_, session) = has_room.then(|| self.line.pop_first()).flatten()?;
        self.places.remove(&session);
        self.held.insert(session);
        Some(session)
    }

    /// A session gives its connection back, or its place in line up.
    pub(super) fn leave(&mut self, session: Session) {
        if !self.held.remove(&session)
            && let Some(place) = self.places.remove(&session)
        {
            self.line.remove(&place);
        }
    }

    /// Everybody is gone: those who had a connection, then those in line.
    pub(super) fn reset(&mut self) -> Vec<Session> {
        self.places.clear();
        let (held, line) = (
            std::mem::take(&mut self.held),
            std::mem::take(&mut self.line),
        );
        held.into_iter().chain(line.into_values()).collect()
    }
}
