//! Observation: what is made of the records of a run.
//!
//! Records flow in, one after another; a kept trace, the picture at any cursor, figures
//! and overviews flow out. Nothing here changes a run.

mod bands;
mod figures;
mod histogram;
mod lanes;
mod ledger;
mod load;
mod marks;
pub mod numbers;
mod overview;
mod picture;
pub mod properties;
pub mod series;
mod summary;
mod told;
mod trace;

pub use bands::{Band, Bands, Machine, MachineState};
pub use figures::Figures;
pub use histogram::Latencies;
pub use lanes::Lanes;
pub use ledger::Ledger;
pub use marks::{Mark, MarkKind, Marks};
pub use overview::{Bucket, Overview, waiting_in};
pub use picture::{BreakerGauge, EntityState, Flight, Picture};
pub use properties::Properties;
pub use summary::{
    CallSummary, ClientSummary, EndpointSummary, NodeSummary, Outcomes, Spread, Summary,
};
pub use told::told;
pub use trace::{Cursor, Trace, Window};
