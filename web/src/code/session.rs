//! A session at the editor: between what is typed and the desk.
//!
//! What is typed rests for a moment before the document changes, so that half a word is not
//! a run; whatever else is asked for brings it to the desk first.

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use sim_core::scenario::editing::Edit;

use super::face::Face;
use crate::desk::Desk;

/// How long the keys rest before the document changes.
const REST_MS: u32 = 300;

/// What the reader asks for in the editor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Wish {
    Undo,
    Redo,
    Format,
    WriteChanges,
}

/// How far the editor has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stage {
    /// It is being loaded.
    Loading,
    /// It is there.
    Ready,
    /// It could not be loaded; a plain field takes its place.
    Plain,
}

/// A session; copies are the same one.
#[derive(Clone, Copy)]
pub(super) struct Session {
    desk: Desk,
    /// How far the editor has come.
    pub(super) stage: RwSignal<Stage>,
    face: StoredValue<Option<Face>, LocalStorage>,
    /// The rest after the latest key.
    rest: StoredValue<Option<Timeout>, LocalStorage>,
}

impl Session {
    /// A session for as long as the component lives; what was typed last reaches the desk.
    pub(super) fn new(desk: Desk) -> Self {
        let session = Self {
            desk,
            stage: RwSignal::new(Stage::Loading),
            face: StoredValue::new_local(None),
            rest: StoredValue::new_local(None),
        };
        on_cleanup(move || session.flush());
        session
    }

    /// The text is written in this from now on.
    pub(super) fn begin(self, face: Face, stage: Stage) {
        self.face.set_value(Some(face));
        self.stage.set(stage);
    }

    /// Does something with what the text is written in, if that is there.
    pub(super) fn with(self, act: impl FnOnce(&Face)) {
        self.face.try_with_value(|face| {
            if let Some(face) = face {
                act(face);
            }
        });
    }

    /// Something was typed.
    pub(super) fn touched(self) {
        let rest = Timeout::new(REST_MS, move || self.flush());
        // The one before it is cancelled by being dropped.
        self.rest.try_update_value(|resting| *resting = Some(rest));
    }

    /// Brings what was typed to the desk.
    pub(super) fn flush(self) {
        let resting = self.rest.try_update_value(Option::take).flatten();
        if resting.is_none() {
            return;
        }
        let mut typed = None;
        self.with(|face| typed = face.take());
        if let Some(typed) = typed {
            self.desk.replace_text(typed);
        }
    }

    /// Does what the reader asks for.
    pub(super) fn wish(self, wish: Wish) {
        self.flush();
        match wish {
            Wish::Undo => self.desk.undo(),
            Wish::Redo => self.desk.redo(),
            Wish::Format => self.desk.edit(Edit::Format),
            Wish::WriteChanges => self.desk.edit(Edit::WriteChanges),
        }
    }

    /// The caret is in another thing of the document, which is picked on the stage.
    pub(super) fn caret(self, path: &str) {
        super::pick_at(self.desk, path);
    }
}
