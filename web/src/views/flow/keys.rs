//! Keys of the stage: everything a pointer can do there has one.
//!
//! Shift with `w` and `q`, which zoom the timeline without it, magnify; Alt with an arrow moves the node that has the focus, by large steps
//! with Shift, and the stage if none has; `f` follows the message that is picked, or stops.

use std::time::Duration;

use interplay_flow::hit::Picked;
use leptos::ev;
use leptos::prelude::*;
use sim_core::world::NodeId;
use wasm_bindgen::JsCast;

use super::easel::Easel;
use super::{Stand, edits};
use crate::desk::Desk;

/// Something to be done with the stage.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Wish {
    /// Magnify around its middle.
    Zoom(f32),
    /// Look so many steps to the right and down.
    Pan(f32, f32),
}

/// By how much a key magnifies.
pub(crate) const ZOOM: f32 = 1.25;
/// How far an arrow moves a node, in pixels of the scene, and with Shift.
const STEP: f32 = 8.0;
const FAR_STEP: f32 = 64.0;
/// How far an arrow moves the stage, in pixels of the screen.
const PAN: f32 = 60.0;
/// A node that no more arrows move for so long stays where it is.
const SETTLED_AFTER: Duration = Duration::from_millis(450);

/// Listens to keys for as long as the stage is shown.
pub(super) fn listen(stand: Stand) {
    let listener = window_event_listener(ev::keydown, move |event| {
        if event.default_prevented() || event.ctrl_key() || event.meta_key() || writes(&event) {
            return;
        }
        if press(stand, &event) {
            event.prevent_default();
        }
    });
    on_cleanup(move || listener.remove());
}

fn press(stand: Stand, event: &ev::KeyboardEvent) -> bool {
    let desk = stand.desk;
    if desk.help.get_untracked() {
        return false;
    }
    if event.alt_key() {
        let Some((across, down)) = arrow(&event.key()) else {
            return false;
        };
        fulfil(stand, Wish::Pan(across, down));
        return true;
    }
    // By the key's place: a keyboard may write another alphabet.
    match (event.code().as_str(), event.shift_key()) {
        ("KeyW", true) => fulfil(stand, Wish::Zoom(ZOOM)),
        ("KeyQ", true) => fulfil(stand, Wish::Zoom(1.0 / ZOOM)),
        ("KeyF", false) => return follow_picked(desk),
        _ => return false,
    }
    true
}

/// Does what somebody wants of the stage.
pub(super) fn fulfil(stand: Stand, wish: Wish) {
    stand.with(|easel| match wish {
        Wish::Zoom(factor) => easel.zoom(factor, None),
        // The stage goes the other way: an arrow looks to where it points.
        Wish::Pan(across, down) => easel.pan(-across * PAN, -down * PAN),
    });
}

/// Follows the message that is picked, or stops following. Says whether there is one.
pub(crate) fn follow_picked(desk: Desk) -> bool {
    match (desk.followed.get_untracked(), desk.picked.get_untracked()) {
        (Some(_), _) => desk.follow_message(None),
        (None, Some(Picked::Message(id))) => desk.follow_message(Some(id)),
        _ => return false,
    }
    true
}

/// Moves the node that has the focus. Many steps are one change of the document: it is written
/// down once no more follow.
pub(super) fn nudge(stand: Stand, node: NodeId, event: &ev::KeyboardEvent) {
    if !event.alt_key() || stand.desk.embed.get_untracked() {
        return;
    }
    let Some((across, down)) = arrow(&event.key()) else {
        return;
    };
    event.prevent_default();
    let step = if event.shift_key() { FAR_STEP } else { STEP };
    stand.with(|easel| easel.nudge(node, across * step, down * step));
    let shape = stand.ask(Easel::shape);
    let settle = move || {
        let moved = stand
            .ask(|easel| (Some(easel.shape()) == shape).then(|| easel.place_of(node)))
            .flatten();
        if let Some((node, at)) = moved.flatten() {
            edits::place(stand.desk, node, at);
        }
    };
    set_timeout(settle, SETTLED_AFTER);
}

fn arrow(key: &str) -> Option<(f32, f32)> {
    match key {
        "ArrowLeft" => Some((-1.0, 0.0)),
        "ArrowRight" => Some((1.0, 0.0)),
        "ArrowUp" => Some((0.0, -1.0)),
        "ArrowDown" => Some((0.0, 1.0)),
        _ => None,
    }
}

/// Whether whatever has the focus takes text.
fn writes(event: &ev::KeyboardEvent) -> bool {
    let element = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::HtmlElement>().ok());
    element.is_some_and(|element| {
        element.is_content_editable()
            || matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
    })
}
