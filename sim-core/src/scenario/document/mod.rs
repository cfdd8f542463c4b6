//! The document: what people write, as types.
//!
//! One file a section. Names are still names here and nothing has been checked
//! against anything else: `scenario::validate` does that, and `world::compile`
//! turns names into indices. Every section the grammar knows is here, runnable or
//! not; what the world cannot run yet is reported by `scenario::runnable`.

mod board;
mod brokers;
mod checks;
mod clients;
mod links;
mod policies;
mod sagas;
mod services;
mod steps;
mod stores;
mod text;
mod timeline;
mod types;
mod values;

pub use board::*;
pub use brokers::*;
pub use checks::*;
pub use clients::*;
pub use links::*;
pub use policies::*;
pub use sagas::*;
pub use services::*;
pub use steps::*;
pub use stores::*;
pub use text::*;
pub use timeline::*;
pub use types::*;
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
    /// The date at which the run begins.
    pub epoch: Option<Date>,
    /// What messages, rows and events look like.
    pub types: IndexMap<TypeName, TypeDeclaration>,
    /// Where requests come from.
    pub clients: Named<Client>,
    /// Who answers them.
    pub services: Named<Service>,
    /// Queues and topics between services.
    pub brokers: Named<Broker>,
    /// Databases, event stores and memories.
    pub stores: Named<Store>,
    /// Aggregates.
    pub aggregates: Named<Aggregate>,
    /// Read models.
    pub projections: Named<Projection>,
    /// Sagas.
    pub sagas: Named<Saga>,
    /// Time-outs, retries and the rest, by name.
    pub policies: Named<Policy>,
    /// What the network between them is like.
    pub links: Links,
    /// What work costs, where it differs from the stated model.
    pub costs: Named<Cost>,
    /// The event-storming board.
    pub board: Board,
    /// What happens to the system while it runs.
    pub timeline: Vec<TimelineEntry>,
    /// Settings the author exposes to the reader.
    pub knobs: Named<Knob>,
    /// What must hold.
    pub properties: Named<Property>,
    /// What to be told about.
    pub alerts: Named<Alert>,
    /// What is said to the reader, and when.
    pub story: Vec<StoryEntry>,
    /// What the reader is asked to do.
    pub tasks: Named<Task>,
    /// The document with changes.
    pub variants: Variants,
    /// What the page opens with.
    pub views: Vec<View>,
    /// Where nodes of the flow view stand that were put there by hand, by the name others use
    /// for them: the middle of each, in pixels.
    pub layout: IndexMap<String, [i32; 2]>,
}
