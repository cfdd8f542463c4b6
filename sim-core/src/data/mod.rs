//! Data: the components that keep what must not be forgotten, as state machines without
//! clock or network of their own.
//!
//! [`Store`] is a database of tables: sessions, statements and transactions go in, answers
//! come out, at once or when somebody else's transaction has ended. What a statement asks
//! of a row is answered by its caller ([`Questions`]), at the moment the row is held.

mod pool;
mod shared_map;
mod statement;
mod store;
mod table;

pub use statement::{
    Answer, Failure, Fields, Input, Isolation, Output, Questions, Row, Rows, Session, Statement,
    TableId,
};
pub use store::{Gauges, Store};
pub use table::TableShape;
