//! Keeping what is on the desk: at every change, a moment after it, and at once when the page
//! is left.

use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;

use super::kept::{Kept, Place};
use super::shelf::{Done, NotKept};
use super::store::{PREFIX, Refused};
use super::told::Told;
use super::{Home, now};
use crate::desk::{Busy, Desk, Expected, Origin, Source};

/// How long a change rests before it is kept: a dragged knob is one change.
const REST: Duration = Duration::from_millis(400);

/// What is kept of the desk, to know whether it has changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct State {
    text: String,
    changes: Vec<(String, String)>,
}

impl State {
    fn of(source: &Source) -> Self {
        Self {
            text: source.text.clone(),
            changes: source.changes.clone(),
        }
    }
}

/// Reads the shelf, and keeps what is on the desk for as long as the page lives.
pub(crate) fn watch(desk: Desk) {
    desk.list_own();
    let pending = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move || {
        desk.source.track();
        desk.stage.track();
        let before = pending.try_update_value(Option::take).flatten();
        if let Some(before) = before {
            before.clear();
        }
        let later = set_timeout_with_handle(move || desk.keep(), REST).ok();
        pending.set_value(later);
    });
    // Closed, reloaded, or put away on a telephone, from where it may never come back.
    let left = window_event_listener(ev::pagehide, move |_| desk.keep());
    let hidden = window_event_listener(ev::visibilitychange, move |_| desk.keep());
    let elsewhere = window_event_listener(ev::storage, move |event| {
        // No key: everything is gone.
        if event.key().is_none_or(|key| key.starts_with(PREFIX)) {
            desk.written_elsewhere();
        }
    });
    on_cleanup(move || {
        left.remove();
        hidden.remove();
        elsewhere.remove();
    });
}

impl Desk {
    /// Takes note of what is being opened: where its changes go, and what to call it if its
    /// text does not say.
    pub(crate) fn settle(self, home: Home, source: &Source, name: Option<String>) {
        // What was open until now may have changed a moment ago.
        self.keep();
        self.own.before.set_value(Some(State::of(source)));
        self.own.name.set_value(name);
        self.own.home.set(home);
    }

    /// Shows what is on the shelf now.
    pub(crate) fn list_own(self) {
        match self.own.with_shelf(|shelf| shelf.list()) {
            Some(Ok(listed)) => {
                self.own.list.set(listed.kept);
                self.own.unreadable.set(listed.unreadable);
            }
            // Said when there is something to keep.
            _ => self.own.list.set(Vec::new()),
        }
    }

    /// What is kept in a place; whoever takes it from there may write there.
    pub(crate) fn kept_at(self, place: &Place) -> Option<Kept> {
        self.own.with_shelf(|shelf| shelf.open(place)).flatten()
    }

    /// Whether something is kept in a place.
    pub(crate) fn is_kept(self, place: &Place) -> bool {
        self.own
            .with_shelf(|shelf| shelf.has(place))
            .unwrap_or_default()
    }

    /// Keeps what is open if it has changed.
    pub(crate) fn keep(self) {
        let Some(source) = self.source.get_untracked() else {
            return;
        };
        if self.embed.get_untracked() {
            return;
        }
        let state = State::of(&source);
        let has_changed = self
            .own
            .before
            .with_value(|before| before.as_ref() != Some(&state));
        let place = match self.own.home.get_untracked() {
            Home::At(place) => Some(place),
            // Who only looks at a link leaves nothing behind.
            Home::Unsettled if has_changed => self.own.with_shelf(|shelf| shelf.vacant()),
            Home::Unsettled => None,
        };
        let Some(place) = place else { return };
        let before = self
            .own
            .list
            .with_untracked(|list| list.iter().find(|kept| kept.place == place).cloned());
        let edited = !source.is_authors();
        if place.preset().is_some() && !edited && source.changes.is_empty() {
            // Back at the author's version: there are no changes to keep.
            if has_changed && before.is_some() {
                self.forget(&place);
            }
            self.own.before.set_value(Some(state));
            return;
        }
        // Without a change there is only something to add to what is kept: how it looks.
        if !has_changed && before.is_none() {
            return;
        }
        let kept = self.as_kept(&source, place, before.clone(), edited);
        if !before.is_some_and(|before| before.holds_the_same_as(&kept)) {
            self.put(kept, state);
        }
    }

    /// What is open, as it is kept.
    fn as_kept(self, source: &Source, place: Place, before: Option<Kept>, edited: bool) -> Kept {
        // While the worker reads a document, the stage still shows the one before.
        let seen = (self.busy.get_untracked() == Busy::No)
            .then(|| self.stage.get_untracked())
            .flatten();
        let mut kept = before.unwrap_or_else(|| Kept {
            name: self.own.name.get_value(),
            ..Kept::new(place, String::new())
        });
        kept.text.clone_from(&source.text);
        kept.changes.clone_from(&source.changes);
        kept.edited = edited;
        kept.used = now();
        if let Some(stage) = seen {
            kept.title = stage.title.clone();
            kept.sketch = Some(stage.sketch.clone());
        }
        kept
    }

    fn put(self, kept: Kept, state: State) {
        let place = kept.place.clone();
        match self.own.with_shelf(|shelf| shelf.keep(kept)) {
            Some(Ok(Done::There)) => {
                self.own.before.set_value(Some(state));
                self.settle_at(place);
            }
            Some(Ok(Done::Apart(place))) => {
                self.own.before.set_value(Some(state));
                self.own.told.set(Some(Told::Apart));
                self.settle_at(place);
            }
            Some(Err(why)) => {
                self.warn(why);
                // The address is all that is left to bring it back.
                self.write_address();
            }
            None => {}
        }
        self.list_own();
    }

    fn settle_at(self, place: Place) {
        let home = Home::At(place);
        if self.own.home.get_untracked() != home {
            self.own.home.set(home);
        }
    }

    /// Says, once, that nothing can be kept.
    pub(super) fn warn(self, why: NotKept) {
        let warned = self.own.warned.get_value();
        if !warned || why != NotKept::Refused(Refused::Forbidden) {
            self.own.warned.set_value(true);
            self.own.told.set(Some(Told::NotKept(why)));
        }
    }

    /// Takes something off the shelf without asking.
    fn forget(self, place: &Place) -> Option<Kept> {
        let gone = self.own.with_shelf(|shelf| shelf.remove(place));
        self.list_own();
        gone.and_then(Result::ok).flatten()
    }

    fn written_elsewhere(self) {
        self.list_own();
        let Home::At(place) = self.own.home.get_untracked() else {
            return;
        };
        let is_foreign = self.own.with_shelf(|shelf| shelf.is_foreign(&place));
        if is_foreign == Some(true) {
            self.own.told.set(Some(Told::Elsewhere(place)));
        }
    }

    /// Deletes a document of the reader's own, or their changes; can be taken back.
    pub(crate) fn delete_own(self, place: &Place) {
        let was_open = self.own.home.get_untracked() == Home::At(place.clone());
        if was_open {
            self.keep();
        }
        let Some(gone) = self.forget(place) else {
            return;
        };
        self.own.told.set(Some(match place.preset() {
            Some(_) => Told::Discarded(Box::new(gone)),
            None => Told::Deleted(Box::new(gone)),
        }));
        if !was_open {
            return;
        }
        // What was open stays open; only from the next change on is it kept again.
        self.own.home.set(Home::Unsettled);
        self.own.before.set_value(
            self.source
                .with_untracked(|source| source.as_ref().map(State::of)),
        );
        if let Some(name) = place.preset() {
            self.open_author(name);
        }
    }

    /// Puts back what was deleted, and goes on with it if it is still open.
    pub(crate) fn put_back(self, kept: Kept) {
        let is_open = self.own.home.get_untracked() == Home::Unsettled
            && self.source.with_untracked(|source| {
                source
                    .as_ref()
                    .is_some_and(|source| source.text == kept.text)
            });
        let is_preset = kept.place.preset().is_some();
        let place = match self.own.with_shelf(|shelf| {
            let place = kept.place.clone();
            shelf.keep(kept).map(|done| match done {
                Done::There => place,
                Done::Apart(place) => place,
            })
        }) {
            Some(Ok(place)) => place,
            Some(Err(why)) => {
                self.warn(why);
                return;
            }
            None => return,
        };
        self.list_own();
        if is_preset {
            self.open_own(&place, Expected::default());
        } else if is_open {
            self.settle_at(place);
        }
    }

    /// Calls something by another name; by the title in its text if the name is empty.
    pub(crate) fn rename_own(self, place: &Place, name: &str) {
        let name: String = name.trim().chars().take(LONGEST_NAME).collect();
        self.keep();
        self.learn(place, |kept| {
            kept.name = Some(name).filter(|name| !name.is_empty());
        });
    }

    /// A copy of something, as a document of the reader's own.
    pub(crate) fn duplicate_own(self, place: &Place, called: String) {
        self.keep();
        let copied = self.own.with_shelf(|shelf| {
            let mut copy = shelf.open(place)?;
            copy.place = shelf.vacant();
            copy.name = Some(called);
            copy.used = now();
            let place = copy.place.clone();
            Some(shelf.keep(copy).map(|_| place))
        });
        match copied.flatten() {
            Some(Ok(place)) => self.open_own(&place, Expected::default()),
            Some(Err(why)) => self.warn(why),
            None => {}
        }
        self.list_own();
    }

    /// Changes something on the shelf, if it is still there.
    pub(super) fn learn(self, place: &Place, change: impl FnOnce(&mut Kept)) {
        let changed = self.own.with_shelf(|shelf| {
            let mut kept = shelf.open(place)?;
            change(&mut kept);
            Some(shelf.keep(kept))
        });
        if let Some(Some(Err(why))) = changed {
            self.warn(why);
        }
        self.list_own();
    }

    /// Opens something from the shelf, at a moment if one is given.
    pub(crate) fn open_own(self, place: &Place, expected: Expected) {
        if let Some(name) = place.preset() {
            self.open_changed(name.to_owned(), expected);
            return;
        }
        self.keep();
        let Some(mut kept) = self.kept_at(place) else {
            self.list_own();
            return;
        };
        kept.used = now();
        let origin = Origin::File(kept.name.clone().unwrap_or_default());
        let source = Source::new(origin, kept.text.clone(), kept.changes.clone());
        let (home, name) = (Home::At(place.clone()), kept.name.clone());
        // Only when it was used; a store that takes nothing more still gives.
        let _ = self.own.with_shelf(|shelf| shelf.keep(kept));
        self.list_own();
        self.settle(home, &source, name);
        self.open(source, expected);
    }
}

/// Longer names than this are no names.
const LONGEST_NAME: usize = 120;
