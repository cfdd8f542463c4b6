//! The keyboard: everything the player can do has a key.

use leptos::ev;
use leptos::prelude::*;
use sim_core::kernel::SimTime;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::desk::Desk;
use crate::library::focus_search;
use crate::player::{Command, speed};
use crate::story;

/// Seconds of the screen that an arrow moves by.
const ARROW: f64 = 1.0;
/// The same with Shift.
const FAR_ARROW: f64 = 10.0;

/// Listens to keys for as long as the page lives.
pub(super) fn listen(desk: Desk) {
    let listener = window_event_listener(ev::keydown, move |event| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
            return;
        }
        if press(desk, &event.key(), event.shift_key(), Focus::of(&event)) {
            event.prevent_default();
        }
    });
    // Who clicks with a pointer does not want the next Space to press the same button again.
    let release = window_event_listener(ev::click, |event| {
        let document = web_sys::window().and_then(|window| window.document());
        let focused = document.and_then(|document| document.active_element());
        let focused = focused.and_then(|element| element.dyn_into::<HtmlElement>().ok());
        if let Some(button) =
            focused.filter(|element| event.detail() > 0 && element.tag_name() == "BUTTON")
        {
            // Fails only for an element that is gone already.
            let _ = button.blur();
        }
    });
    on_cleanup(move || {
        listener.remove();
        release.remove();
    });
}

/// What has the focus, as far as it wants keys of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Focus {
    /// Something that moves with arrows.
    Slider,
    /// Something that takes text.
    Field,
    /// Something that Space presses.
    Button,
    /// Nothing that wants keys.
    Free,
}

impl Focus {
    fn of(event: &ev::KeyboardEvent) -> Self {
        let element = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlElement>().ok());
        let is_slider = |element: &HtmlElement| {
            element
                .get_attribute("type")
                .is_some_and(|kind| kind == "range")
        };
        if element.as_ref().is_some_and(is_slider) {
            return Self::Slider;
        }
        match element.map(|element| element.tag_name()).as_deref() {
            Some("INPUT" | "TEXTAREA" | "SELECT") => Self::Field,
            Some("BUTTON" | "A" | "SUMMARY") => Self::Button,
            _ => Self::Free,
        }
    }
}

/// Does what a key is for. Says whether it is for anything.
fn press(desk: Desk, key: &str, shift: bool, focus: Focus) -> bool {
    if desk.help.get_untracked() || desk.sharing.open.get_untracked() {
        // The dialog closes itself with Escape.
        return false;
    }
    if focus == Focus::Field && key != "Escape" {
        return false;
    }
    let far = if shift { FAR_ARROW } else { ARROW };
    match (key, focus) {
        ("Escape", _) => {
            desk.sheet.set(None);
            desk.causes.set(None);
            desk.pick(None);
        }
        (" ", Focus::Free | Focus::Slider) | ("k", _) => desk.toggle(),
        ("." | ">", _) => desk.command(Command::Step),
        ("," | "<", _) => desk.command(Command::StepBack),
        ("ArrowRight", Focus::Free | Focus::Button) => desk.skip(far),
        ("ArrowLeft", Focus::Free | Focus::Button) => desk.skip(-far),
        ("Home", Focus::Free | Focus::Button) => desk.command(Command::SeekTime(SimTime::ZERO)),
        ("End", Focus::Free | Focus::Button) => desk.command(Command::SeekTime(SimTime::MAX)),
        ("+" | "=", _) => change_speed(desk, true),
        ("-" | "_", _) => change_speed(desk, false),
        ("0", _) => desk.fit.update(|count| *count += 1),
        ("PageDown", Focus::Free | Focus::Button) => return story::turn(desk, true),
        ("PageUp", Focus::Free | Focus::Button) => return story::turn(desk, false),
        ("s", _) => return story::follow(desk, None),
        ("?", _) => desk.help.set(true),
        ("/", _) if !desk.embed.get_untracked() => focus_search(desk),
        _ => return false,
    }
    true
}

fn change_speed(desk: Desk, faster: bool) {
    desk.command(Command::SetSpeed(speed::next(
        desk.speed.get_untracked(),
        faster,
    )));
}
