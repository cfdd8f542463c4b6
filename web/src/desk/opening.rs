//! Opening scenarios: from the library, from a file, from a link, and again with a knob
//! turned.

use interplay_protocol::Request;
use leptos::prelude::*;
use leptos::task::spawn_local;
use sim_core::observe::Cursor;
use sim_core::scenario::share::{self, Link, LinkError};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use super::notice::{LARGEST_FILE_KIB, Notice, Refusal};
use super::{Busy, Desk, wants_less_motion};
use crate::player::{Goal, Player, Start};
use crate::share::fragment::{Fragment, Way};

/// What is open: a text, where it came from, and what was changed in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Source {
    /// Where it came from.
    pub(crate) origin: Origin,
    /// The text as its author wrote it.
    pub(crate) text: String,
    /// The settings changed since, as (path, value); one entry a path.
    pub(crate) changes: Vec<(String, String)>,
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
pub(super) struct Expected {
    pub(super) start: Option<Start>,
    pub(super) digest: Option<String>,
}

impl Source {
    /// Sets a setting, or takes the change back if `value` is nothing.
    pub(crate) fn change(&mut self, path: &str, value: Option<String>) {
        self.changes.retain(|(other, _)| other != path);
        if let Some(value) = value {
            self.changes.push((path.to_owned(), value));
        }
    }
}

impl Desk {
    /// Opens a scenario of the library.
    pub(crate) fn open_preset(self, name: &str) {
        if !self.embed.get_untracked() {
            crate::share::set_fragment(&Fragment::preset(name).to_string());
        }
        self.fetch_preset(name.to_owned(), Vec::new(), Expected::default());
    }

    /// Opens a text of the reader's own.
    pub(crate) fn open_file(self, file: web_sys::File) {
        let name = file.name();
        if file.size() > LARGEST_FILE_KIB as f64 * 1024.0 {
            self.tell(Notice::FileTooLarge(name));
            return;
        }
        spawn_local(async move {
            let read = JsFuture::from(file.unchecked_ref::<web_sys::Blob>().text()).await;
            match read.ok().and_then(|text| text.as_string()) {
                Some(text) => {
                    crate::share::set_fragment("");
                    self.open(
                        Source {
                            origin: Origin::File(name),
                            text,
                            changes: Vec::new(),
                        },
                        Expected::default(),
                    );
                }
                None => self.tell(Notice::FileUnreadable(name)),
            }
        });
    }

    /// Opens what the address says. Says whether it says anything.
    pub(crate) fn open_fragment(self, fragment: &str) -> bool {
        let Fragment {
            way,
            embed,
            locale,
            theme,
        } = Fragment::parse(fragment);
        self.embed.set(embed);
        if let Some(locale) = locale {
            self.locale.set(locale);
        }
        if let Some(theme) = theme {
            self.theme.set(theme);
        }
        match way {
            Way::Nothing => return false,
            Way::Preset(name) => self.fetch_preset(name, Vec::new(), Expected::default()),
            Way::Packed(packed) => match Link::decode(&packed) {
                Ok(link) => self.open_link(link),
                Err(error) => self.refuse_link(error),
            },
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
        self.reopen(source);
    }

    /// Takes all changes back.
    pub(crate) fn reset_knobs(self) {
        let Some(mut source) = self.source.get_untracked() else {
            return;
        };
        source.changes.clear();
        self.reopen(source);
    }

    /// Runs what is open again, where the reader is.
    pub(super) fn reopen(self, source: Source) {
        let start = self.ask(Player::resume);
        self.open(
            source,
            Expected {
                start,
                digest: None,
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
        let expected = Expected {
            start,
            digest: link.digest,
        };
        match link.source {
            share::Source::Preset(name) => self.fetch_preset(name, link.changes, expected),
            share::Source::Text(text) => {
                self.open(
                    Source {
                        origin: Origin::Link,
                        text,
                        changes: link.changes,
                    },
                    expected,
                );
            }
        }
    }

    fn refuse_link(self, error: LinkError) {
        self.tell(Notice::LinkBroken(error));
    }

    fn fetch_preset(self, name: String, changes: Vec<(String, String)>, expected: Expected) {
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
        spawn_local(async move {
            match crate::library::fetch(&format!("scenarios/{name}.yaml")).await {
                Ok(text) => self.open(
                    Source {
                        origin: Origin::Preset(name),
                        text,
                        changes,
                    },
                    expected,
                ),
                Err(why) => {
                    self.busy.set(Busy::No);
                    self.tell(Notice::ScenarioUnreachable(name, Refusal::Unreachable(why)));
                }
            }
        });
    }

    fn open(self, source: Source, expected: Expected) {
        let (text, changes) = (source.text.clone(), source.changes.clone());
        let again = self
            .source
            .with_untracked(|before| before.as_ref().is_some_and(|before| before.text == text));
        if !again {
            self.picked.set(None);
            self.sheet.set(None);
        }
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
        });
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
