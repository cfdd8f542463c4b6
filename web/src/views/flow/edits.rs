//! What the stage changes in the document: where nodes stand, and who talks to whom.

use sim_core::scenario::editing::Edit;

use crate::desk::Desk;

/// A node stands with its middle here from now on.
pub(super) fn place(desk: Desk, node: String, at: [i32; 2]) {
    desk.edit(Edit::Place { node, at });
}

/// One node talks to another from now on.
pub(super) fn connect(desk: Desk, from: String, to: String) {
    desk.edit(Edit::Connect { from, to });
}
