//! The flow view as far as it knows of no canvas: what is seen where, and what a pointer hits.
//!
//! ```text
//! stage -> scene -> tracks          where nodes stand and messages go
//! picture, time -> marks            messages on their way, at one moment
//!      marks -> render | pixels     few as paths, many as pixels of our own
//! records -> lately -> ribbons      who talks how much around the cursor
//! camera -> detail, minimap         how much of it all can be told
//! pointer -> hit                    records -> follow
//! ```
//!
//! A crate of its own for two reasons: it is compiled for speed while the page is compiled for
//! size, and its tests need neither a browser nor the page.

pub mod camera;
pub mod detail;
pub mod faces;
pub mod follow;
pub mod hit;
pub mod lately;
pub mod marks;
pub mod minimap;
pub mod pixels;
pub mod render;
pub mod ribbons;
pub mod scene;
pub mod tracks;

pub mod testing;
