//! The document: what people write, as types.
//!
//! One file a section. Names are still names here and nothing has been checked
//! against anything else: `scenario::validate` does that, and `world::compile`
//! turns names into indices. Every section the grammar knows is here, runnable or
//! not; what the world cannot run yet is reported by `scenario::runnable`.

mod brokers;
mod clients;
mod links;
mod policies;
mod services;
mod steps;
mod text;
mod timeline;
mod values;

pub use brokers::*;
pub use clients::*;
pub use links::*;
pub use policies::*;
pub use services::*;
pub use steps::*;
pub use text::*;
pub use timeline::*;
pub use values::*;

use indexmap::IndexMap;

use crate::kernel::SimDuration;

/// Things by name, in the order they were written (which no result depends on).
pub type Named<T> = IndexMap<Name, T>;

/// A whole scenario as its author wrote it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// What the scenario is called.
    pub title: Text,
    /// What it shows, in a sentence or two.
    pub description: Text,
    /// The seed of every draw; 0 if not written.
    pub seed: u64,
    /// When the run ends; 60 s if not written.
    pub horizon: SimDuration,
    /// Figures are measured from here on; 0 s if not written.
    pub warm_up: SimDuration,
    /// Where requests come from.
    pub clients: Named<Client>,
    /// Who answers them.
    pub services: Named<Service>,
    /// Queues and topics between services.
    pub brokers: Named<Broker>,
    /// Time-outs, retries and the rest, by name.
    pub policies: Named<Policy>,
    /// What the network between them is like.
    pub links: Links,
    /// What happens to the system while it runs.
    pub timeline: Vec<TimelineEntry>,
    /// Settings the author exposes to the reader.
    pub knobs: Named<Knob>,
}
