//! Sagas: transactions over services, by orders or by events.

use super::{MemberRef, Name, TypeName, Value};

/// A saga.
#[derive(Clone, Debug, PartialEq)]
pub struct Saga {
    /// Who leads it.
    pub style: SagaStyle,
    /// Its steps in order.
    pub steps: Vec<SagaStep>,
}

/// Who leads a saga.
#[derive(Clone, Debug, PartialEq)]
pub enum SagaStyle {
    /// A service tells each participant what to do.
    Orchestrated {
        /// The service.
        manager: Name,
    },
    /// Each participant listens to the events of the others.
    Choreographed {
        /// The topic or exchange they all use.
        over: MemberRef,
        /// What the events of one saga have in common.
        key: Option<Value>,
        /// The event that starts it.
        starts: TypeName,
    },
}

/// A step of a saga.
#[derive(Clone, Debug, PartialEq)]
pub struct SagaStep {
    /// Its name.
    pub name: Name,
    /// Whether it can be undone.
    pub kind: SagaStepKind,
    /// What it does.
    pub action: MemberRef,
    /// The event that says it is done.
    pub done: Option<TypeName>,
    /// The event that says it failed.
    pub failed: Option<TypeName>,
    /// What undoes it.
    pub undo: Option<MemberRef>,
    /// The event that says it is undone.
    pub undone: Option<TypeName>,
}

/// Whether a step of a saga can be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SagaStepKind {
    /// It can.
    Compensable,
    /// The point of no return.
    Pivot,
    /// After the pivot: it is tried until it succeeds.
    Retriable,
}
