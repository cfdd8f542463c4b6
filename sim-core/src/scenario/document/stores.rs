//! Stores: tables, marks, outboxes and event streams.

use super::{Emission, MemberRef, Name, Named, Shape, Text, TypeName};
use crate::kernel::SimDuration;

/// A database, or memory inside a service.
#[derive(Clone, Debug, PartialEq)]
pub struct Store {
    /// What it is called for people, if not by its name.
    pub title: Text,
    /// How many connections it has; no limit if not written.
    pub pool: Option<u32>,
    /// How far its transactions are kept apart.
    pub isolation: Isolation,
    /// The service in whose instances it lives: each its own, lost in a crash.
    pub inside: Option<Name>,
    /// Its tables.
    pub tables: Named<Table>,
    /// Its event streams.
    pub streams: Named<Stream>,
}

/// How far transactions are kept apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Isolation {
    /// Each statement sees what was committed before it. The default of `PostgreSQL`.
    #[default]
    ReadCommitted,
    /// Each transaction sees one state throughout.
    RepeatableRead,
    /// Each transaction sees the state at its start and fails on conflicting writes.
    Snapshot,
    /// As if one after the other.
    Serializable,
}

/// A table by what it is for.
#[derive(Clone, Debug, PartialEq)]
pub enum Table {
    /// Rows.
    Rows {
        /// What a row looks like.
        row: Shape,
        /// The field that names a row.
        key: Option<Name>,
        /// Fields no two rows share.
        unique: Vec<Name>,
        /// How many rows there are at the start, drawn from the shape.
        rows: u64,
    },
    /// Marks of what was handled, for `once`.
    Marks {
        /// How long a mark is kept.
        keep: SimDuration,
    },
    /// An outbox with its relay.
    Relay(Relay),
}

/// What carries messages from an outbox to a broker.
#[derive(Clone, Debug, PartialEq)]
pub struct Relay {
    /// The topic, queue or exchange.
    pub to: MemberRef,
    /// How it learns of new messages.
    pub mode: RelayMode,
}

/// How a relay learns of new messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelayMode {
    /// It asks every so often for so many. 100 ms and 100 if not written.
    Poll {
        /// How often.
        every: SimDuration,
        /// How many at most.
        batch: u32,
    },
    /// It reads the database's log, this long after the commit.
    Tail {
        /// How long after.
        delay: SimDuration,
    },
}

/// A family of event streams, one for each aggregate.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream {
    /// The types of its events.
    pub of: Vec<TypeName>,
}

/// An aggregate: commands in, events out, state by folding.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// Its event streams.
    pub stream: MemberRef,
    /// Its state; a fold starts from zeros.
    pub state: Shape,
    /// What it can be told.
    pub commands: Named<Command>,
    /// What each event does to the state.
    pub fold: Fold,
    /// What older versions of events lack.
    pub upcast: Fold,
    /// After how many events its state is kept.
    pub snapshot_every: Option<u32>,
    /// What happened before the run.
    pub history: Vec<PastEvent>,
}

/// What events do to a state or row, by type: the fields they set.
pub type Fold = Vec<Emission>;

/// Something an aggregate can be told.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// What comes with it.
    pub input: Option<Shape>,
    /// When it is accepted; otherwise it is declined.
    pub guard: Option<crate::scenario::expr::Expression>,
    /// The events it makes.
    pub emits: Vec<Emission>,
}

/// An event from before the run.
#[derive(Clone, Debug, PartialEq)]
pub struct PastEvent {
    /// Which stream of the family.
    pub stream: String,
    /// When it happened.
    pub at: super::Date,
    /// What it was.
    pub event: Emission,
}

/// A read model: events in, rows out.
#[derive(Clone, Debug, PartialEq)]
pub struct Projection {
    /// The streams or topic it follows.
    pub from: MemberRef,
    /// The table it writes.
    pub into: MemberRef,
    /// Which row an event is about.
    pub key: super::Value,
    /// How many events it takes at a time, and how long it waits for them.
    pub batch: Option<(u32, SimDuration)>,
    /// When it notes how far it is.
    pub checkpoint: Checkpoint,
    /// What each event does to the row.
    pub fold: Fold,
}

/// When a projection notes how far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Checkpoint {
    /// In the transaction of the rows: nothing is projected twice.
    #[default]
    WithRows,
    /// After each batch: a crash in between projects it again.
    AfterBatch,
    /// After each event.
    AfterEach,
}
