//! The reel: the stretch of the trace that the page holds, and the place in it that is shown.
//!
//! Windows of the trace and wishes to be somewhere flow in; the picture at the cursor, and
//! the question to ask the worker next, flow out. The place is a cursor (how many records
//! are included) with a time as its label: while playing, time lies between two records,
//! and several cursors may share one time.

use interplay_protocol::{Generation, Request};
use sim_core::kernel::{RecordId, SimTime};
use sim_core::observe::{Cursor, Picture, Window};
use sim_core::world::Record;

/// Records kept behind the cursor, so that going back a little needs no question.
const KEEP_BEHIND: usize = 24_000;
/// How far behind grows before it is cut: seldom, for all that is kept is moved, but not so
/// seldom that folding what goes takes a good part of a frame.
const CUT_WHEN: usize = KEEP_BEHIND + 4_000;
/// Records a second of the screen that can be sent, decoded and folded without a frame being
/// late; what is faster does not pass every record, but hops (see [`Reel::hop`]).
pub(crate) const FASTEST_RATE: f64 = 40_000.0;
/// Records asked for around a cursor that lies outside.
const AROUND: u32 = 4_000;

/// Where somebody wants to be although the records for it are not here yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Goal {
    /// At a moment.
    Time(SimTime),
    /// At a cursor.
    Cursor(Cursor),
}

/// How much of the trace to hold ahead of the cursor, in records.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Appetite {
    /// Ask for more when fewer than this lie ahead.
    pub(crate) low: u32,
    /// Ask for this many.
    pub(crate) portion: u32,
}

impl Appetite {
    /// Enough for `rate` records a second of the screen: more is asked for when less than half
    /// a second is left, and lasts one. Bounded, since a window is decoded within a frame.
    pub(crate) fn for_rate(rate: f64) -> Self {
        let low = (rate / 2.0).clamp(2_000.0, FASTEST_RATE / 2.0) as u32;
        Self {
            low,
            portion: low.saturating_mul(2).max(8_000),
        }
    }
}

/// A stretch of the trace and a place in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reel {
    /// The picture before the first of `records`.
    base: Picture,
    records: Vec<Record>,
    next_at: Option<SimTime>,
    /// The picture at the cursor.
    picture: Picture,
    time: SimTime,
    goal: Option<Goal>,
    /// The goal is one of many on a fast way: what is shown follows as well as it can.
    hopping: bool,
    /// The end of the trace, as far as it was reported.
    end: Cursor,
    /// Everything up to here has been simulated.
    simulated: SimTime,
    complete: bool,
    /// The picture belongs to another run, and is shown only until the goal is met.
    stale: bool,
}

impl Reel {
    /// A reel at the start of a run with `entities` entities.
    pub(crate) fn new(entities: usize) -> Self {
        let base = Picture::new(entities);
        Self {
            picture: base.clone(),
            base,
            ..Self::default()
        }
    }

    /// A reel of a run that has just begun anew: it goes to `goal`, and shows where an older
    /// run was until it gets there.
    pub(crate) fn resumed(entities: usize, goal: Goal, shown: Picture) -> Self {
        let mut reel = Self::new(entities);
        reel.goal = Some(goal);
        if shown.entities.len() == entities {
            reel.picture = shown;
            reel.stale = true;
        }
        reel
    }

    /// The picture at the cursor.
    pub(crate) const fn picture(&self) -> &Picture {
        &self.picture
    }

    /// The cursor.
    pub(crate) const fn cursor(&self) -> Cursor {
        self.picture.cursor
    }

    /// The time shown; the goal's while it is waited for.
    pub(crate) fn time(&self) -> SimTime {
        match self.goal {
            Some(Goal::Time(time)) => time,
            _ => self.time,
        }
    }

    /// Whether somebody waits for records that are not here.
    pub(crate) const fn is_waiting(&self) -> bool {
        self.goal.is_some() && !self.hopping
    }

    /// Whether what is shown is where somebody wants to be.
    pub(crate) const fn is_there(&self) -> bool {
        self.goal.is_none()
    }

    /// Whether the end of the run is shown, or will be as soon as its records are here.
    pub(crate) fn is_bound_for_end(&self) -> bool {
        self.complete
            && match self.goal {
                Some(Goal::Cursor(cursor)) => cursor >= self.end,
                _ => self.time() >= self.simulated,
            }
    }

    /// Everything up to here has been simulated.
    pub(crate) const fn simulated(&self) -> SimTime {
        self.simulated
    }

    /// The end of the trace so far.
    pub(crate) const fn end(&self) -> Cursor {
        self.end
    }

    /// The record with this id, if it is here.
    pub(crate) fn record(&self, id: RecordId) -> Option<&Record> {
        self.records.get(id.0.checked_sub(self.first().0)? as usize)
    }

    /// The last record that the picture includes.
    pub(crate) fn latest(&self) -> Option<(RecordId, &Record)> {
        let id = RecordId(self.cursor().0.checked_sub(1)?);
        self.record(id)
            .filter(|_| !self.stale)
            .map(|record| (id, record))
    }

    /// The records that the picture includes, the latest first.
    pub(crate) fn past(&self) -> impl Iterator<Item = (RecordId, &Record)> {
        let first = self.first().0;
        let numbered = self.shown().iter().enumerate();
        numbered
            .rev()
            .map(move |(place, record)| (RecordId(first + place as u32), record))
    }

    /// How many records there are a second of simulated time, near the cursor.
    pub(crate) fn density(&self) -> f64 {
        match (self.records.first(), self.records.last()) {
            (Some(first), Some(last)) if last.at > first.at => {
                self.records.len() as f64 / last.at.since(first.at).as_secs_f64()
            }
            _ => 0.0,
        }
    }

    /// The records that the picture includes, as far as they are here, the latest last.
    pub(crate) fn shown(&self) -> &[Record] {
        let shown = if self.stale {
            0
        } else {
            (self.cursor().0 - self.first().0) as usize
        };
        self.records.get(..shown).unwrap_or_default()
    }

    /// All records that are here.
    pub(crate) fn records(&self) -> &[Record] {
        &self.records
    }

    /// Takes note of how far the run has come.
    pub(crate) fn progress(&mut self, simulated: SimTime, end: Cursor, complete: bool) {
        self.simulated = simulated;
        self.end = self.end.max(end);
        self.complete = complete;
        self.settle();
    }

    /// Takes in a stretch of the trace.
    pub(crate) fn take(&mut self, window: Window) {
        self.end = self.end.max(window.last());
        let follows = window.first() >= self.first()
            && window.first() <= self.last()
            && window.last() > self.last();
        let known = (self.last().0.saturating_sub(window.first().0)) as usize;
        if follows {
            self.records.extend_from_slice(&window.records[known..]);
            self.next_at = window.next_at;
        } else if self.goal.is_some() {
            // The picture is folded anew from the new base, once the goal is met.
            self.stale = true;
            self.base = window.base;
            self.records = window.records;
            self.next_at = window.next_at;
        } else if window.first() == self.first() && window.last() == self.last() {
            self.next_at = window.next_at;
        }
        self.settle();
        self.follow();
    }

    /// Goes to a moment: everything that happens up to and including it is shown. What has
    /// not been simulated yet is waited for.
    pub(crate) fn seek_time(&mut self, time: SimTime) {
        self.hopping = false;
        self.go_to_time(time);
    }

    /// Goes to a moment on a way that is too fast for every record to be passed: what lies
    /// between is left out, and until the records for a moment are here, what is shown is the
    /// nearest before it.
    pub(crate) fn hop(&mut self, time: SimTime) {
        self.go_to_time(time.min(self.simulated));
        self.hopping = self.goal.is_some();
    }

    fn go_to_time(&mut self, time: SimTime) {
        let time = if self.complete {
            time.min(self.simulated)
        } else {
            time
        };
        if self.covers_time(time) {
            self.goal = None;
            self.fold_to(self.cursor_at(time));
            self.time = time;
        } else {
            self.goal = Some(Goal::Time(time));
        }
    }

    /// Goes to a cursor.
    pub(crate) fn seek_cursor(&mut self, cursor: Cursor) {
        self.hopping = false;
        let cursor = if self.complete {
            cursor.min(self.end)
        } else {
            cursor
        };
        if self.first() <= cursor && cursor <= self.last() {
            self.goal = None;
            self.fold_to(cursor);
            self.time = self.picture.at;
        } else {
            self.goal = Some(Goal::Cursor(cursor));
        }
    }

    /// Lets time pass up to `time`, as far as the records here reach. Says whether it got there.
    pub(crate) fn advance(&mut self, time: SimTime) -> bool {
        if self.goal.is_some() {
            return false;
        }
        let reached = time.min(self.known_until());
        if reached > self.time {
            self.fold_to(self.cursor_at(reached).max(self.cursor()));
            self.time = reached;
            self.cut();
        }
        reached == time
    }

    /// What to ask the worker for, if anything.
    pub(crate) fn question(&self, generation: Generation, appetite: Appetite) -> Option<Request> {
        match self.goal {
            Some(Goal::Time(at)) => {
                (at <= self.simulated).then_some(Request::WindowAt { generation, at })
            }
            Some(Goal::Cursor(cursor)) => (cursor <= self.end).then_some(Request::Window {
                generation,
                from: Cursor(cursor.0.saturating_sub(AROUND)),
                to: Cursor(cursor.0.saturating_add(AROUND)),
            }),
            None if self.last() < self.end && self.last().0 - self.cursor().0 < appetite.low => {
                Some(Request::Window {
                    generation,
                    from: self.last(),
                    to: Cursor(self.last().0.saturating_add(appetite.portion)),
                })
            }
            None => None,
        }
    }

    fn first(&self) -> Cursor {
        self.base.cursor
    }

    fn last(&self) -> Cursor {
        Cursor(self.base.cursor.0 + self.records.len() as u32)
    }

    /// The latest moment of which everything is known here.
    fn known_until(&self) -> SimTime {
        if self.last() >= self.end {
            return self
                .simulated
                .max(self.records.last().map_or(self.base.at, |record| record.at));
        }
        match self.next_at {
            Some(next) => SimTime::from_nanos(next.as_nanos().saturating_sub(1)),
            None => self.records.last().map_or(self.base.at, |record| record.at),
        }
    }

    fn covers_time(&self, time: SimTime) -> bool {
        time >= self.base.at && time <= self.known_until()
    }

    /// The cursor after everything here that happens up to and including `time`.
    fn cursor_at(&self, time: SimTime) -> Cursor {
        Cursor(self.first().0 + self.records.partition_point(|record| record.at <= time) as u32)
    }

    fn fold_to(&mut self, cursor: Cursor) {
        if self.stale || cursor < self.cursor() {
            self.picture.clone_from(&self.base);
            self.stale = false;
        }
        let first = self.first().0;
        let (from, to) = (
            (self.cursor().0 - first) as usize,
            (cursor.0 - first) as usize,
        );
        for record in self.records.get(from..to).unwrap_or_default() {
            self.picture.apply(record);
        }
    }

    /// Goes where somebody waits to be, if that has become possible.
    fn settle(&mut self) {
        match self.goal {
            Some(Goal::Time(time)) => {
                self.go_to_time(time);
                self.hopping &= self.goal.is_some();
            }
            Some(Goal::Cursor(cursor)) => self.seek_cursor(cursor),
            None => {}
        }
    }

    /// On a fast way, shows what is nearest before the goal of what is here.
    fn follow(&mut self) {
        let Some(Goal::Time(goal)) = self.goal.filter(|_| self.hopping) else {
            return;
        };
        if self.base.at <= goal {
            let nearest = goal.min(self.known_until());
            self.fold_to(self.cursor_at(nearest));
        }
    }

    /// Forgets records far behind the cursor.
    fn cut(&mut self) {
        let behind = (self.cursor().0 - self.first().0) as usize;
        if behind > CUT_WHEN {
            for record in self.records.drain(..behind - KEEP_BEHIND) {
                self.base.apply(&record);
            }
        }
    }
}

#[cfg(test)]
mod tests;
