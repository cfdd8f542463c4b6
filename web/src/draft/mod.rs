//! The draft: what the reader has made of a scenario so far, with a way back.
//!
//! Versions of the document flow in, one for each thing the reader did; undoing and redoing
//! move among them. It knows nothing of the page, so that all of it is tested without one.

mod buttons;

use std::sync::Arc;

pub(crate) use buttons::HistoryButtons;

/// The most versions that are kept; the oldest is forgotten first.
const MOST_VERSIONS: usize = 200;
/// Changes of one kind that follow each other within so many milliseconds are one step.
const ONE_STEP_MS: f64 = 1_000.0;

/// A document at one time: its text, and the settings changed beside it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Version {
    /// The text.
    pub(crate) text: Arc<str>,
    /// The settings, as (path, value).
    pub(crate) changes: Vec<(String, String)>,
}

/// What somebody did to a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Step {
    /// Turned the knob of this setting.
    Turned(String),
    /// Wrote in the text.
    Wrote,
    /// Dragged this node.
    Dragged(String),
    /// Anything else; always a step of its own.
    Did,
}

/// The versions of a document, and which of them is open.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    versions: Vec<Version>,
    place: usize,
    /// What made the version that is open, and when, if the next change may belong to it.
    latest: Option<(Step, f64)>,
}

impl Draft {
    /// A document that has just been opened.
    pub(crate) fn new(text: &str, changes: Vec<(String, String)>) -> Self {
        Self {
            versions: vec![Version {
                text: text.into(),
                changes,
            }],
            place: 0,
            latest: None,
        }
    }

    /// Takes a new version in, at a moment in milliseconds; what was undone is forgotten. Says
    /// whether it differs from the version that is open.
    pub(crate) fn push(&mut self, version: Version, step: Step, now: f64) -> bool {
        if *self.open() == version {
            return false;
        }
        let belongs = step != Step::Did
            && self
                .latest
                .as_ref()
                .is_some_and(|(latest, at)| *latest == step && now - at < ONE_STEP_MS);
        self.versions.truncate(self.place + 1);
        if belongs {
            self.versions.pop();
        } else if self.versions.len() == MOST_VERSIONS {
            self.versions.remove(0);
        }
        self.versions.push(version);
        self.place = self.versions.len() - 1;
        self.latest = Some((step, now));
        true
    }

    /// The version that is open.
    pub(crate) fn open(&self) -> &Version {
        // There always is one: the first is put in at the beginning, and one is put in for
        // each that is taken out.
        &self.versions[self.place]
    }

    /// Whether there is something to undo.
    pub(crate) const fn can_undo(&self) -> bool {
        self.place > 0
    }

    /// Whether there is something to redo.
    pub(crate) const fn can_redo(&self) -> bool {
        self.place + 1 < self.versions.len()
    }

    /// The version before, which is open from now on.
    pub(crate) fn undo(&mut self) -> Option<&Version> {
        self.place = self.place.checked_sub(1)?;
        self.latest = None;
        Some(self.open())
    }

    /// The version after, which is open from now on.
    pub(crate) fn redo(&mut self) -> Option<&Version> {
        if !self.can_redo() {
            return None;
        }
        self.place += 1;
        self.latest = None;
        Some(self.open())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version {
            text: text.into(),
            changes: Vec::new(),
        }
    }

    fn turned(value: &str) -> Version {
        Version {
            text: "text".into(),
            changes: vec![("a.b".to_owned(), value.to_owned())],
        }
    }

    #[test]
    fn what_was_done_can_be_undone_and_redone() {
        let mut draft = Draft::new("one", Vec::new());
        assert!(!draft.can_undo() && !draft.can_redo());
        assert!(draft.push(version("two"), Step::Did, 0.0));
        assert!(draft.push(version("three"), Step::Did, 0.0));
        assert_eq!(draft.undo(), Some(&version("two")));
        assert_eq!(draft.undo(), Some(&version("one")));
        assert_eq!(draft.undo(), None);
        assert_eq!(draft.redo(), Some(&version("two")));
        assert_eq!(draft.redo(), Some(&version("three")));
        assert_eq!(draft.redo(), None);
        assert_eq!(draft.open(), &version("three"));
    }

    #[test]
    fn doing_something_else_forgets_what_was_undone() {
        let mut draft = Draft::new("one", Vec::new());
        draft.push(version("two"), Step::Did, 0.0);
        draft.undo();
        draft.push(version("three"), Step::Did, 0.0);
        assert!(!draft.can_redo());
        assert_eq!(draft.undo(), Some(&version("one")));
    }

    #[test]
    fn a_change_that_changes_nothing_is_no_step() {
        let mut draft = Draft::new("one", Vec::new());
        assert!(!draft.push(version("one"), Step::Did, 0.0));
        assert!(!draft.can_undo());
    }

    #[test]
    fn turning_a_knob_is_one_step_until_it_rests() {
        let mut draft = Draft::new("text", Vec::new());
        let turn = || Step::Turned("a.b".to_owned());
        for (now, value) in [(0.0, "1"), (100.0, "2"), (200.0, "3")] {
            draft.push(turned(value), turn(), now);
        }
        draft.push(turned("4"), turn(), 5_000.0);
        assert_eq!(draft.undo(), Some(&turned("3")));
        assert_eq!(draft.undo(), Some(&version("text")));
        assert!(!draft.can_undo());
    }

    #[test]
    fn a_knob_that_is_turned_after_undoing_begins_a_new_step() {
        let mut draft = Draft::new("text", Vec::new());
        let turn = || Step::Turned("a.b".to_owned());
        draft.push(turned("1"), turn(), 0.0);
        draft.push(turned("2"), Step::Did, 1.0);
        draft.undo();
        draft.push(turned("3"), turn(), 2.0);
        assert_eq!(draft.undo(), Some(&turned("1")));
    }

    #[test]
    fn the_oldest_versions_are_forgotten_first() {
        let mut draft = Draft::new("0", Vec::new());
        for number in 1..=MOST_VERSIONS + 10 {
            draft.push(version(&number.to_string()), Step::Did, 0.0);
        }
        while draft.undo().is_some() {}
        assert_eq!(draft.open(), &version("11"));
    }
}
