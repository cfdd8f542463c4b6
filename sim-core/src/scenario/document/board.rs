//! The event-storming board.

use super::{Name, Named, Text};

/// The board: notes and how they follow each other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Board {
    /// Its notes.
    pub notes: Named<Note>,
    /// Chains of notes.
    pub flows: Vec<Vec<Name>>,
}

/// A note on the board.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// Its kind, which is its colour.
    pub kind: NoteKind,
    /// What it says.
    pub text: Text,
    /// Where it hangs.
    pub at: [i32; 2],
    /// What of the scenario it stands for.
    pub is: Option<String>,
}

/// The kinds of notes of event storming.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the field's own")]
pub enum NoteKind {
    Event,
    Command,
    Actor,
    Aggregate,
    Policy,
    ReadModel,
    External,
    Hotspot,
}
