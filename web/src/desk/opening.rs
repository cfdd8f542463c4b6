//! Opening scenarios: from the library, from a file, from a link, and again with a knob
//! turned.

use std::sync::Arc;

use interplay_protocol::Request;
use leptos::prelude::*;
use leptos::task::spawn_local;
use sim_core::kernel::{RecordId, SimTime};
use sim_core::observe::Cursor;
use sim_core::scenario::share::{self, Link, LinkError, Selection};

use super::notice::{Notice, Refusal};
use super::{Busy, Desk, wants_less_motion};
use crate::draft::{Draft, Step};
use crate::inspector::subject;
use crate::library::own::Home;
use crate::library::own::kept::Place;
use crate::library::own::told::Told;
use crate::player::{Command, Goal, Player, Start};
use crate::share::address::{Address, Way};
use crate::views::flow::hit::Picked;

/// What is open: a text, where it came from, and what was changed in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Source {
    /// Where it came from.
    pub(crate) origin: Origin,
    /// The text as it is now.
    pub(crate) text: String,
    /// The settings changed since, as (path, value); one entry a path.
    pub(crate) changes: Vec<(String, String)>,
    /// The text as its author wrote it.
    pub(crate) author: Arc<str>,
}

/// Where a text came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Origin {
    /// From the library, by name.
    Preset(String),
    /// From a file, by name.
    File(String),
    /// From a link.
    Link,
}

/// How the next run that opens is to start, and what is expected of it.
#[derive(Clone, Default, Debug)]
pub(crate) struct Expected {
    pub(super) start: Option<Start>,
    pub(super) digest: Option<String>,
    /// Whether it is another version of what is open.
    pub(super) in_place: bool,
    /// What is to be selected once it is there.
    pub(super) selection: Option<Selection>,
}

impl Expected {
    /// What a link says.
    fn of(link: &Link) -> Self {
        // A cursor beyond what a trace can have is as good as its end.
        let goal = link
            .cursor
            .map(|cursor| Goal::Cursor(Cursor(u32::try_from(cursor).unwrap_or(u32::MAX))));
        // Who shares a moment wants it to be looked at before it passes.
        let start = goal.map(|goal| Start {
            goal: Some(goal),
            playing: false,
            speed: None,
        });
        Self {
            start,
            digest: link.digest.clone(),
            selection: link.selection.clone(),
            in_place: false,
        }
    }
}

impl Source {
    /// A text as its author wrote it, with some settings changed.
    pub(crate) fn new(origin: Origin, text: String, changes: Vec<(String, String)>) -> Self {
        Self {
            origin,
            author: text.as_str().into(),
            text,
            changes,
        }
    }

    /// Whether the text is still the author's, whatever settings are changed beside it.
    pub(crate) fn is_authors(&self) -> bool {
        self.text == *self.author
    }

    /// Sets a setting, or takes the change back if `value` is nothing.
    pub(crate) fn change(&mut self, path: &str, value: Option<String>) {
        self.changes.retain(|(other, _)| other != path);
        if let Some(value) = value {
            self.changes.push((path.to_owned(), value));
        }
    }
}

impl Desk {
    /// Opens a scenario of the library, with the reader's changes to it if there are any.
    pub(crate) fn open_preset(self, name: &str) {
        self.go();
        self.open_changed(name.to_owned(), Expected::default());
    }

    /// Opens what an address says: whatever was kept in `home`, where the page has been there
    /// before. Says whether the address says anything.
    pub(crate) fn open_address(self, address: &Address, home: Option<Place>) -> bool {
        self.embed.set(address.embed);
        self.metrics.open.set(address.metrics);
        if let Some(locale) = address.locale {
            self.locale.set(locale);
        }
        if let Some(theme) = address.theme {
            self.theme.set(theme);
        }
        let home = home.filter(|home| !address.embed && self.is_kept(home));
        match (&address.way, home) {
            (Way::Nothing, None) => return false,
            (Way::Packed(packed), home) => match Link::decode(packed) {
                Ok(link) => match home {
                    Some(home) => self.open_own(&home, Expected::of(&link)),
                    None => self.open_link(link),
                },
                Err(error) => self.refuse_link(error),
            },
            (_, Some(home)) => self.open_own(&home, Expected::default()),
            (Way::Preset(name), None) => {
                self.fetch_preset(name.clone(), Vec::new(), Expected::default());
            }
            (Way::Own(name), None) => {
                match Place::named(name).filter(|place| self.is_kept(place)) {
                    Some(place) => self.open_own(&place, Expected::default()),
                    None => self.tell(Notice::LinkElsewhere),
                }
            }
        }
        true
    }

    /// Changes a setting and runs again on the same seed, at the same moment; nothing takes
    /// the change back.
    pub(crate) fn turn(self, path: &str, value: Option<String>) {
        let Some(mut source) = self.source.get_untracked() else {
            return;
        };
        source.change(path, value);
        self.new_version(source, Step::Turned(path.to_owned()), None);
    }

    /// Runs what is open with another seed, and stands at a moment of that run.
    pub(crate) fn look_at_seed(self, seed: u64, at: SimTime) {
        let Some(mut source) = self.source.get_untracked() else {
            return;
        };
        source.change("seed", Some(seed.to_string()));
        if self.is_new_version(&source, Step::Did) {
            let start = Start {
                goal: Some(Goal::Time(at)),
                playing: false,
                speed: None,
            };
            self.run(
                source,
                Expected {
                    start: Some(start),
                    in_place: true,
                    ..Expected::default()
                },
            );
        } else {
            self.command(Command::SeekTime(at));
        }
    }

    /// Takes all changes back.
    pub(crate) fn reset_knobs(self) {
        let Some(mut source) = self.source.get_untracked() else {
            return;
        };
        source.changes.clear();
        self.new_version(source, Step::Did, None);
    }

    /// Runs what is open again, where the reader is.
    pub(super) fn reopen(self, source: Source) {
        self.reopen_at(source, None);
    }

    /// The same, but no earlier than a moment: time that stands still stands there then, and
    /// shows what was done to it.
    pub(super) fn reopen_at(self, source: Source, earliest: Option<SimTime>) {
        let mut start = self.ask(Player::resume);
        if let (Some(start), Some(earliest)) = (&mut start, earliest)
            && !start.playing
            && let Some(Goal::Time(now)) = start.goal
        {
            start.goal = Some(Goal::Time(now.max(earliest)));
        }
        self.run(
            source,
            Expected {
                start,
                in_place: true,
                ..Expected::default()
            },
        );
    }

    fn open_link(self, link: Link) {
        if link.embed {
            self.embed.set(true);
        }
        if let Some(language) = link.language {
            self.locale.set(crate::share::locale(language));
        }
        if let Some(theme) = link.theme {
            self.theme.set(crate::share::theme(theme));
        }
        let expected = Expected::of(&link);
        match link.source {
            share::Source::Preset(name) => self.fetch_preset(name, link.changes, expected),
            share::Source::Text(text) => {
                let source = Source::new(Origin::Link, text, link.changes);
                self.settle(Home::Unsettled, &source, None);
                self.open(source, expected);
            }
        }
    }

    fn refuse_link(self, error: LinkError) {
        self.tell(Notice::LinkBroken(error));
    }

    /// Opens a scenario of the library as a link says. Changes of the reader's own are not
    /// touched by it.
    fn fetch_preset(self, name: String, changes: Vec<(String, String)>, expected: Expected) {
        self.fetch_then(name, move |name, fetched| {
            let place = Place::of_preset(&name);
            let has_own = !self.embed.get_untracked() && self.is_kept(&place);
            let home = if changes.is_empty() && !has_own {
                Home::At(place.clone())
            } else {
                Home::Unsettled
            };
            self.open_fetched(name, fetched, changes, home, expected);
            if has_own {
                self.own.told.set(Some(Told::HasChanges(place)));
            }
        });
    }

    /// Opens a scenario of the library with the reader's changes to it, if there are any.
    pub(crate) fn open_changed(self, name: String, expected: Expected) {
        self.fetch_then(name, move |name, fetched| {
            let place = Place::of_preset(&name);
            let kept = (!self.embed.get_untracked())
                .then(|| self.kept_at(&place))
                .flatten();
            let Some(kept) = kept else {
                self.open_fetched(name, fetched, Vec::new(), Home::At(place), expected);
                return;
            };
            // The author's text may be newer than the copy of it, if only knobs were turned.
            let (author, text) = match fetched {
                Ok(author) if kept.edited => (author, kept.text),
                Ok(author) => (author.clone(), author),
                Err(_) => (kept.text.clone(), kept.text),
            };
            let source = Source {
                author: author.into(),
                ..Source::new(Origin::Preset(name), text, kept.changes)
            };
            self.settle(Home::At(place.clone()), &source, None);
            self.open(source, expected);
            self.own.told.set(Some(Told::Restored(place, kept.used)));
        });
    }

    /// Opens a scenario of the library as its author made it.
    pub(crate) fn open_author(self, name: &str) {
        self.fetch_then(name.to_owned(), move |name, fetched| {
            let start = self.ask(Player::resume);
            let expected = Expected {
                start,
                ..Expected::default()
            };
            let home = Home::At(Place::of_preset(&name));
            self.open_fetched(name, fetched, Vec::new(), home, expected);
        });
    }

    fn open_fetched(
        self,
        name: String,
        fetched: Result<String, String>,
        changes: Vec<(String, String)>,
        home: Home,
        expected: Expected,
    ) {
        match fetched {
            Ok(text) => {
                let source = Source::new(Origin::Preset(name), text, changes);
                self.settle(home, &source, None);
                self.open(source, expected);
            }
            Err(why) => {
                self.busy.set(Busy::No);
                self.tell(Notice::ScenarioUnreachable(name, Refusal::Unreachable(why)));
            }
        }
    }

    /// Fetches a scenario of the library; only the latest that was asked for is opened.
    fn fetch_then(self, name: String, then: impl FnOnce(String, Result<String, String>) + 'static) {
        // The name may come from a link; only what could be the name of a file is asked for.
        if name.is_empty()
            || !name
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
        {
            self.tell(Notice::LinkUnknown);
            return;
        }
        self.busy.set(Busy::Opening);
        let opening = self.opens();
        spawn_local(async move {
            let fetched = crate::library::fetch(&format!("scenarios/{name}.yaml")).await;
            if self.openings.get_value() == opening {
                then(name, fetched);
            }
        });
    }

    /// Opens a document, which begins a new draft.
    pub(crate) fn open(self, source: Source, expected: Expected) {
        self.opens();
        let again = self.source.with_untracked(|before| {
            before
                .as_ref()
                .is_some_and(|before| before.text == source.text)
        });
        if !again {
            self.picked.set(None);
            self.sheet.set(None);
        }
        self.forget_edits();
        self.draft
            .set(Some(Draft::new(&source.text, source.changes.clone())));
        self.run(source, expected);
    }

    fn run(self, source: Source, expected: Expected) {
        let (text, changes) = (source.text.clone(), source.changes.clone());
        let author = (!source.is_authors()).then(|| source.author.to_string());
        self.causes.set(None);
        self.busy.set(Busy::Opening);
        self.source.set(Some(source));
        self.expected.set_value(expected);
        self.generation
            .update_value(|generation| *generation = generation.wrapping_add(1));
        self.send(Request::Open {
            generation: self.generation(),
            text,
            changes,
            author,
        });
    }

    /// Takes note that something is being opened: what is still being fetched is not wanted any
    /// more.
    fn opens(self) -> u32 {
        self.openings
            .update_value(|openings| *openings = openings.wrapping_add(1));
        self.openings.get_value()
    }

    /// Selects what is to be selected in the run that has just opened.
    pub(super) fn select_expected(self) {
        let selection = self
            .expected
            .try_update_value(|expected| expected.selection.take())
            .flatten();
        let picked = selection.and_then(|selection| {
            self.stage.with_untracked(|stage| {
                let stage = stage.as_ref()?;
                match selection {
                    Selection::Node(name) => subject::named(stage, &name),
                    Selection::Message(record) => u32::try_from(record)
                        .ok()
                        .map(|record| Picked::Message(RecordId(record))),
                }
            })
        });
        if picked.is_some() {
            self.pick(picked);
        }
    }

    /// How the run that opens now is to start.
    pub(super) fn next_start(self) -> Start {
        let playing = !wants_less_motion() && !self.embed.get_untracked();
        let start = self.expected.with_value(|expected| expected.start);
        start.unwrap_or(Start {
            goal: None,
            playing,
            speed: None,
        })
    }
}
