//! The kernel.
mod time;
pub use time::{SimDuration, SimTime};
