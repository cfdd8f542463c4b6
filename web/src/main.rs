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
mod code;
mod commands;
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
mod trial;
mod ui;
mod views;

use wasm_bindgen::JsValue;

fn main() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        // For the script at the door, which tells the reader (`static/loader.js`).
        if let Some(window) = web_sys::window() {
            let why = JsValue::from_str(&info.to_string());
            // Fails only for objects that are frozen, and the window is not.
            let _ = js_sys::Reflect::set(&window, &JsValue::from_str("interplayPanic"), &why);
        }
    }));
    leptos::mount::mount_to_body(app::App);
}
