//! What is said to a store, and what it says.

use std::sync::Arc;

use crate::values::Datum;

/// A connection to a store, or the wish for one, by a number its owner chose. At most one
/// transaction is open on it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Session(pub u64);

/// A table of a store, by its place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TableId(pub u32);

/// How far a transaction is kept apart from others
/// (<https://www.postgresql.org/docs/current/transaction-iso.html>).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Isolation {
    /// Each statement sees what was committed before it; one that has waited for a row
    /// looks at it again. The default of `PostgreSQL`.
    #[default]
    ReadCommitted,
    /// All statements see what was committed before the first; writing a row that somebody
    /// else has written since fails. `PostgreSQL`'s repeatable read.
    Snapshot,
    /// As a snapshot, and a transaction that has written something fails at its end if
    /// anything it has read was written since.
    Serializable,
}

/// What happens to a store. `Q` is what its caller knows a statement by.
#[derive(Clone, PartialEq, Debug)]
pub enum Input<Q> {
    /// Somebody wants a connection.
    Connect(Session),
    /// A session ends, whatever it is doing: what is not committed is rolled back.
    Disconnect(Session),
    /// A transaction begins. Without it, each statement is one.
    Begin(Session, Isolation),
    /// A statement is to be carried out.
    Run(Session, Q, Statement),
    /// The transaction is to be committed.
    Commit(Session, Q),
    /// The transaction is to be rolled back.
    Rollback(Session, Q),
    /// There are so many connections from now on; any number if not said.
    Resize(Option<u32>),
    /// The store dies and comes back: what is not committed is gone, and if it only lives
    /// in memory, everything is.
    Crash,
}

/// Something to be done with the rows of a table.
#[derive(Clone, PartialEq, Debug)]
pub enum Statement {
    /// Finds rows that fit the question.
    Read(TableId, Rows),
    /// Adds a row.
    Insert(TableId, Fields),
    /// Changes rows that fit the question.
    Update(TableId, Rows),
    /// Takes away rows that fit the question.
    Delete(TableId, Rows),
}

impl Statement {
    /// Whether it changes nothing.
    pub const fn only_reads(&self) -> bool {
        matches!(self, Self::Read(..))
    }

    /// The table it is about.
    pub const fn table(&self) -> TableId {
        let (Self::Read(table, _)
        | Self::Insert(table, _)
        | Self::Update(table, _)
        | Self::Delete(table, _)) = self;
        *table
    }
}

/// Which rows are looked at.
#[derive(Clone, PartialEq, Debug)]
pub enum Rows {
    /// The one with this key.
    Key(Datum),
    /// All of them.
    All,
}

/// The values of a row, in the order of its table's fields.
pub type Fields = Arc<[Datum]>;

/// A row, as a question sees it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Row<'a> {
    /// Its values.
    pub fields: &'a Fields,
    /// How often it has been written; 1 after its insertion.
    pub rev: u64,
}

/// Answers what statements ask of rows. It must give the same answer for the same row.
pub trait Questions<Q> {
    /// Whether the row is one of those that are meant.
    fn fits(&self, asked: Q, row: Row<'_>) -> bool;
    /// What an update makes of the row; nothing if a value does not fit its field.
    fn changed(&self, asked: Q, row: Row<'_>) -> Option<Fields>;
}

/// What a store does.
#[derive(Clone, PartialEq, Debug)]
pub enum Output<Q> {
    /// A session has its connection.
    Connected(Session),
    /// A statement, commit or roll-back is done, well or badly.
    Answered(Session, Q, Result<Answer, Failure>),
    /// A statement waits until the transaction of the other session has ended.
    Waits(Session, Q, Session),
    /// A transaction is over, and its changes, so many rows, are there for everybody.
    Committed(Session, u32),
    /// A transaction is over, as if it had never been.
    RolledBack(Session),
    /// The store has died, and a connection, or the wish for one, with it.
    Closed(Session),
}

/// What became of a statement.
#[derive(Clone, PartialEq, Debug)]
pub enum Answer {
    /// The rows that were found, by key, each with the number of its writes.
    Found(Vec<(Fields, u64)>),
    /// The row stands under this key.
    Inserted(Datum),
    /// So many rows were changed or taken away.
    Changed(u32),
    /// The transaction is over.
    Ended,
}

/// Why a statement has failed. It has then changed nothing; all but the first four end its
/// transaction as well.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    /// There is no row with that key.
    NoRow,
    /// There are rows, but none that fits.
    Refused,
    /// There is a row with that key already, or with the same value of a unique field.
    Duplicate,
    /// A value does not fit its field, or the key is missing or would change.
    Invalid,
    /// Somebody else has written first (SQLSTATE 40001).
    Conflict,
    /// It would have waited for somebody who waits for it (SQLSTATE 40P01).
    Deadlock,
    /// Its transaction has ended already (SQLSTATE 25P02).
    Aborted,
    /// It has no connection, or is not the only one on it.
    NoConnection,
}

impl Failure {
    /// Whether the statement's transaction goes on without it.
    pub const fn leaves_transaction(self) -> bool {
        matches!(
            self,
            Self::NoRow | Self::Refused | Self::Duplicate | Self::Invalid
        )
    }
}
