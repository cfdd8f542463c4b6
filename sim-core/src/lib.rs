//! Interplay's deterministic simulator: a scenario document goes in, a trace, figures
//! and a digest come out, the same bytes on every target.
//!
//! ```text
//! text -> scenario -> world -> kernel (time, queue, draws) -> observe (trace, folds)
//! ```
//!
//! One direction: nothing on the left knows of anything to its right, except that the
//! kernel and the components (`messaging`, `data`) know of nobody at all.
#![forbid(unsafe_code)]

pub mod data;
pub mod kernel;
pub mod layout;
pub mod messaging;
pub mod observe;
pub mod resilience;
pub mod scenario;
pub mod sketch;
pub mod values;
pub mod world;
