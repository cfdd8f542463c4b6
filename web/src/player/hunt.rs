//! The hunt: a jump to the next thing worth a look, while the worker searches for it.
//!
//! A wish and a place flow in, a question for the worker and the record to go to flow out.
//! Of a run that goes on, what was not found yet is searched for again when there is more.

use interplay_protocol::{Generation, Request};
use sim_core::kernel::RecordId;
use sim_core::observe::{Cursor, MarkKind};

/// A wish to be where something worth a look happens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Jump {
    /// Of one kind, or of any.
    pub(crate) kind: Option<MarkKind>,
    /// The next one, or the one before.
    pub(crate) forward: bool,
}

/// What came of a hunt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Found {
    /// This.
    Record(RecordId),
    /// Nothing, and nothing will come.
    Nothing,
    /// Nothing yet.
    Patience,
}

/// A search that goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Hunt {
    jump: Jump,
    from: Cursor,
    asked: bool,
}

impl Hunt {
    /// A search from a cursor on, or back.
    pub(crate) const fn begin(jump: Jump, from: Cursor) -> Self {
        Self {
            jump,
            from,
            asked: false,
        }
    }

    /// What to ask the worker, if there is anything to look at; taking it counts as asking.
    pub(crate) fn question(&mut self, generation: Generation, end: Cursor) -> Option<Request> {
        if self.asked || (self.jump.forward && self.from >= end && end != Cursor::default()) {
            return None;
        }
        self.asked = true;
        Some(Request::Find {
            generation,
            from: self.from,
            kind: self.jump.kind,
            forward: self.jump.forward,
        })
    }

    /// Takes in the answer: what was found up to `end` of a run that may be `complete`.
    pub(crate) fn hear(&mut self, record: Option<RecordId>, end: Cursor, complete: bool) -> Found {
        self.asked = false;
        match record {
            Some(record) => Found::Record(record),
            None if self.jump.forward && !complete => {
                self.from = self.from.max(end);
                Found::Patience
            }
            None => Found::Nothing,
        }
    }

    /// Whether there is nothing to look at and never will be.
    pub(crate) fn is_hopeless(self, end: Cursor, complete: bool) -> bool {
        complete && !self.asked && self.jump.forward && self.from >= end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hunt(forward: bool) -> Hunt {
        let kind = Some(MarkKind::TimedOut);
        Hunt::begin(Jump { kind, forward }, Cursor(10))
    }

    #[test]
    fn the_question_is_asked_once_and_the_answer_is_where_to_go() {
        let mut hunt = hunt(true);
        assert!(hunt.question(Generation(1), Cursor(90)).is_some());
        assert_eq!(hunt.question(Generation(1), Cursor(90)), None);
        let found = hunt.hear(Some(RecordId(40)), Cursor(90), true);
        assert_eq!(found, Found::Record(RecordId(40)));
    }

    #[test]
    fn of_a_run_that_goes_on_only_what_is_new_is_searched_again() {
        let mut hunt = hunt(true);
        let _ = hunt.question(Generation(1), Cursor(90));
        assert_eq!(hunt.hear(None, Cursor(90), false), Found::Patience);
        assert_eq!(hunt.question(Generation(1), Cursor(90)), None);
        let again = hunt.question(Generation(1), Cursor(120));
        assert!(matches!(
            again,
            Some(Request::Find {
                from: Cursor(90),
                ..
            })
        ));
        assert_eq!(hunt.hear(None, Cursor(120), true), Found::Nothing);
    }

    #[test]
    fn backwards_nothing_new_can_turn_up() {
        let mut hunt = hunt(false);
        let _ = hunt.question(Generation(1), Cursor(90));
        assert_eq!(hunt.hear(None, Cursor(90), false), Found::Nothing);
    }
}
