//! The kernel: time, the event queue, keyed draws, the run loop, the digest, keyframes.
//!
//! A [`Model`] flows in; handled events, an observer's records and a digest flow out.
//! The kernel knows nothing of services, messages or documents.

mod digest;
mod draw;
mod heap;
mod keyframes;
mod queue;
mod simulation;
mod time;
mod ziggurat;

pub use digest::Digest;
pub use draw::{Draw, Identity, Key, Purpose, StreamKey};
pub use keyframes::Keyframes;
pub use queue::{EntityId, EventQueue, TimerHandle};
pub use simulation::{
    Budgets, Context, Exhausted, Model, Observer, Pause, RecordId, Silent, Simulation,
};
pub use time::{SimDuration, SimTime};
