//! Observation: what is made of the records of a run.
//!
//! Records flow in, one after another; a kept trace, the picture at any cursor, figures
//! and overviews flow out. Nothing here changes a run.

mod histogram;
mod overview;
mod picture;
mod summary;
mod trace;

pub use histogram::Latencies;
pub use overview::{Bucket, Overview, waiting_in};
pub use picture::{EntityState, Flight, Ledger, Picture};
pub use summary::{ClientSummary, Figures, NodeSummary, Summary};
pub use trace::{Cursor, Trace, Window};
