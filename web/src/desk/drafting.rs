//! Drafting: every change of the document, whoever makes it, becomes a version of the draft
//! and a run that goes on where the reader is.
//!
//! The worker makes the edits, one at a time and in order, since each is an edit of what the
//! one before it came to.

use std::collections::VecDeque;

use interplay_protocol::{Remark, Request};
use leptos::prelude::*;
use sim_core::kernel::SimTime;
use sim_core::scenario::editing::{Edit, Edited};

use super::notice::Notice;
use super::{Desk, Source};
use crate::draft::{Draft, Step, Version};

/// The edits that are to be made, and the one that is being made.
#[derive(Default)]
pub(super) struct Desktop {
    /// The question the worker has not answered yet.
    asked: Option<(u32, Step, Option<SimTime>)>,
    /// What comes after it.
    waiting: VecDeque<(Edit, Step, Option<SimTime>)>,
    /// The ticket of the latest question.
    ticket: u32,
}

impl Desk {
    /// Edits the document and runs it again, where the reader is.
    pub(crate) fn edit(self, edit: Edit) {
        self.edit_at(edit, None);
    }

    /// The same with something that happens at a moment: time that stands still goes on to it.
    pub(crate) fn edit_at(self, edit: Edit, at: Option<SimTime>) {
        let step = match &edit {
            Edit::Place { node, .. } => Step::Dragged(node.clone()),
            Edit::SetFrom { path, .. } => Step::Turned(path.clone()),
            _ => Step::Did,
        };
        self.edits
            .update_value(|edits| edits.waiting.push_back((edit, step, at)));
        self.next_edit();
    }

    /// Has another text as the document. What is wrong with it is told as soon as it is read.
    pub(crate) fn replace_text(self, text: String) {
        let Some(mut source) = self.source.get_untracked() else {
            return;
        };
        source.text = text;
        self.new_version(source, Step::Wrote, None);
    }

    /// Goes back to the version before.
    pub(crate) fn undo(self) {
        self.show_version(|draft| draft.undo().cloned());
    }

    /// Goes to the version after.
    pub(crate) fn redo(self) {
        self.show_version(|draft| draft.redo().cloned());
    }

    /// Whether there is a version before; a signal.
    pub(crate) fn can_undo(self) -> bool {
        self.draft
            .with(|draft| draft.as_ref().is_some_and(Draft::can_undo))
    }

    /// Whether there is a version after; a signal.
    pub(crate) fn can_redo(self) -> bool {
        self.draft
            .with(|draft| draft.as_ref().is_some_and(Draft::can_redo))
    }

    /// Goes back to the author's version, which can be undone.
    pub(crate) fn reset(self) {
        let Some(mut source) = self.source.get_untracked() else {
            return;
        };
        source.author.as_ref().clone_into(&mut source.text);
        source.changes.clear();
        self.new_version(source, Step::Did, None);
    }

    /// Whether the document differs from the author's; a signal.
    pub(crate) fn is_changed(self) -> bool {
        self.source.with(|source| {
            source
                .as_ref()
                .is_some_and(|source| !source.changes.is_empty() || !source.is_authors())
        })
    }

    /// Has a new version of the document, and runs it where the reader is, or at the moment
    /// from which on it is new.
    pub(super) fn new_version(self, source: Source, step: Step, at: Option<SimTime>) {
        if self.is_new_version(&source, step) {
            self.reopen_at(source, at);
        }
    }

    /// Puts a version of the document into the draft; whether it is not there already.
    pub(super) fn is_new_version(self, source: &Source, step: Step) -> bool {
        let version = Version {
            text: source.text.as_str().into(),
            changes: source.changes.clone(),
        };
        let mut is_new = false;
        self.draft.update(|draft| {
            if let Some(draft) = draft {
                is_new = draft.push(version, step, now());
            }
        });
        if is_new {
            self.forget_edits();
        }
        is_new
    }

    fn show_version(self, choose: impl FnOnce(&mut Draft) -> Option<Version>) {
        let Some(mut source) = self.source.get_untracked() else {
            return;
        };
        let chosen = self
            .draft
            .try_update(|draft| draft.as_mut().and_then(choose))
            .flatten();
        if let Some(version) = chosen {
            self.forget_edits();
            version.text.as_ref().clone_into(&mut source.text);
            source.changes = version.changes;
            self.reopen(source);
        }
    }

    /// The document is another one now: what was to be done to the one before is not done.
    pub(super) fn forget_edits(self) {
        self.edits.update_value(|edits| {
            edits.asked = None;
            edits.waiting.clear();
        });
    }

    /// Asks for the next edit, unless the worker is at one.
    fn next_edit(self) {
        let Some(Source { text, changes, .. }) = self.source.get_untracked() else {
            return;
        };
        let next = self.edits.try_update_value(|edits| {
            if edits.asked.is_some() {
                return None;
            }
            let (edit, step, at) = edits.waiting.pop_front()?;
            edits.ticket = edits.ticket.wrapping_add(1);
            edits.asked = Some((edits.ticket, step, at));
            Some((edits.ticket, edit))
        });
        if let Some((ticket, edit)) = next.flatten() {
            self.send(Request::Edit {
                ticket,
                text,
                changes,
                edit,
            });
        }
    }

    /// The worker has made an edit, or says why not.
    pub(super) fn edited(self, ticket: u32, outcome: Result<Edited, Vec<Remark>>) {
        let asked = self.edits.try_update_value(|edits| {
            let asked = edits.asked.take_if(|(asked, ..)| *asked == ticket)?;
            // What follows is kept over the change that this edit is.
            Some((asked.1, asked.2, std::mem::take(&mut edits.waiting)))
        });
        let Some((step, at, waiting)) = asked.flatten() else {
            return;
        };
        match outcome {
            Ok(Edited { text, changes }) => {
                if let Some(mut source) = self.source.get_untracked() {
                    source.text = text;
                    source.changes = changes;
                    self.new_version(source, step, at);
                }
            }
            Err(remarks) => self.tell(Notice::EditRefused(remarks)),
        }
        self.edits.update_value(|edits| edits.waiting = waiting);
        self.next_edit();
    }
}

/// Milliseconds of the page.
fn now() -> f64 {
    web_sys::window()
        .and_then(|window| window.performance())
        .map_or(0.0, |clock| clock.now())
}
