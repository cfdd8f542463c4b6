//! The Interplay page: watch a scenario run, go anywhere in it, change it, share it.
//!
//! ```text
//! person -> rooms (library, timeline, inspector, knobs, share) -> desk -> player -> worker
//!                 ^                                                |
//!                 +---- signals, a few times a second -------------+
//!                 +---- frames: views draw the picture at the cursor
//! ```
//!
//! The worker owns the run and its trace; the page holds the stretch it shows.

#![allow(
    unreachable_pub,
    reason = "components are made `pub` by their macro, whatever their own visibility"
)]

mod app;
mod desk;
mod draft;
mod embed;
mod frames;
mod hand;
mod i18n;
mod inspector;
mod knobs;
mod library;
mod player;
mod share;
mod story;
mod timeline;
mod ui;
mod views;

fn main() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(app::App);
}
