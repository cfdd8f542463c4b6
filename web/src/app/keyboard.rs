//! The keyboard: everything the player can do has a key.

use leptos::ev;
use leptos::prelude::*;
use sim_core::kernel::SimTime;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::commands::presenter;
use crate::desk::Desk;
use crate::library::focus_search;
use crate::player::{Command, speed};
use crate::story;
use crate::timeline::finder::jump;
use crate::timeline::{self, zoom};
use crate::views::metrics;

/// Seconds of the screen that an arrow moves by.
const ARROW: f64 = 1.0;
/// The same with Shift.
const FAR_ARROW: f64 = 10.0;

/// Listens to keys for as long as the page lives.
pub(super) fn listen(desk: Desk) {
    let listener = window_event_listener(ev::keydown, move |event| {
        if event.default_prevented() {
            return;
        }
        if (event.ctrl_key() || event.meta_key()) && !event.alt_key() {
            if command(desk, &event) {
                event.prevent_default();
            }
            return;
        }
        if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
            return;
        }
        if press(desk, &key_of(&event), event.shift_key(), Focus::of(&event)) {
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

/// What a key is called; a letter by its place on the keyboard where the layout is not Latin.
fn key_of(event: &ev::KeyboardEvent) -> String {
    let (key, code) = (event.key(), event.code());
    match code.strip_prefix("Key") {
        Some(letter) if !key.is_ascii() => letter.to_ascii_lowercase(),
        _ if key.len() == 1 => key.to_ascii_lowercase(),
        _ => key,
    }
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
        if element
            .as_ref()
            .is_some_and(HtmlElement::is_content_editable)
        {
            return Self::Field;
        }
        match element.map(|element| element.tag_name()).as_deref() {
            Some("INPUT" | "TEXTAREA" | "SELECT") => Self::Field,
            Some("BUTTON" | "A" | "SUMMARY") => Self::Button,
            _ => Self::Free,
        }
    }
}

/// Does what a key with Ctrl or Cmd is for. Says whether it is for anything. Who writes text
/// undoes what they wrote, not what they did to the document.
fn command(desk: Desk, event: &ev::KeyboardEvent) -> bool {
    // A list to choose from has the focus after the choice, and nothing of its own to undo.
    let chooses = event
        .target()
        .is_some_and(|target| target.dyn_ref::<web_sys::HtmlSelectElement>().is_some());
    if Focus::of(event) == Focus::Field && !chooses {
        return false;
    }
    match (event.code().as_str(), event.shift_key()) {
        ("KeyZ", false) => desk.undo(),
        ("KeyZ", true) | ("KeyY", false) => desk.redo(),
        _ => return false,
    }
    true
}

/// Does what a key is for. Says whether it is for anything.
fn press(desk: Desk, key: &str, shift: bool, focus: Focus) -> bool {
    if desk.help.get_untracked()
        || desk.hand_menu.with_untracked(Option::is_some)
        || desk.palette.get_untracked()
        || desk.sharing.open.get_untracked()
    {
        // The dialog closes itself with Escape.
        return false;
    }
    if focus == Focus::Field && key != "Escape" {
        return false;
    }
    let far = if shift { FAR_ARROW } else { ARROW };
    match (key, focus) {
        ("Escape", _) => let_go(desk),
        (" ", Focus::Free | Focus::Slider) | ("k", _) => desk.toggle(),
        ("." | ">", _) => desk.command(Command::Step),
        ("," | "<", _) => desk.command(Command::StepBack),
        ("ArrowRight", Focus::Free | Focus::Button) => desk.skip(far),
        ("ArrowLeft", Focus::Free | Focus::Button) => desk.skip(-far),
        ("Home", Focus::Free | Focus::Button) => desk.command(Command::SeekTime(SimTime::ZERO)),
        ("End", Focus::Free | Focus::Button) => desk.command(Command::SeekTime(SimTime::MAX)),
        ("+" | "=", _) => change_speed(desk, true),
        ("-" | "_", _) => change_speed(desk, false),
        ("n" | "]", _) => jump(desk, true),
        ("p" | "[", _) => jump(desk, false),
        ("l", _) => desk.command(Command::ToggleLoop),
        ("i", _) => desk.command(Command::LoopFromHere),
        ("o", _) => desk.command(Command::LoopUntilHere),
        ("g", _) => desk.typing.set(desk.stage.with_untracked(Option::is_some)),
        ("w", _) if !shift => timeline::zoom_by(desk, zoom::STEP),
        ("q", _) if !shift => timeline::zoom_by(desk, 1.0 / zoom::STEP),
        ("a", _) => timeline::move_by(desk, -zoom::MOVE),
        ("d", _) => timeline::move_by(desk, zoom::MOVE),
        ("z", _) => desk.look(None),
        ("0", _) => desk.fit.update(|count| *count += 1),
        ("PageDown", Focus::Free | Focus::Button) => return story::turn(desk, true),
        ("PageUp", Focus::Free | Focus::Button) => return story::turn(desk, false),
        ("s", _) => return story::follow(desk, None),
        ("m", _) => metrics::toggle(desk),
        ("t", _) => presenter::toggle(desk),
        ("e", _) if !desk.embed.get_untracked() => desk.toggle_code(),
        ("?", _) => desk.help.set(true),
        ("/", _) if !desk.embed.get_untracked() => focus_search(desk),
        _ => return false,
    }
    true
}

/// Closes what is open, lets go of what is picked, and if there is nothing of that kind takes
/// the loop away.
fn let_go(desk: Desk) {
    if desk.metrics.let_go() || presenter::leave(desk) {
        return;
    }
    let holds = desk.sheet.get_untracked().is_some()
        || desk.causes.with_untracked(Option::is_some)
        || desk.picked.get_untracked().is_some()
        || desk.followed.get_untracked().is_some();
    desk.sheet.set(None);
    desk.causes.set(None);
    desk.pick(None);
    desk.follow_message(None);
    if !holds && !metrics::see_all(desk) {
        desk.command(Command::Loop(None));
    }
}

fn change_speed(desk: Desk, faster: bool) {
    desk.command(Command::SetSpeed(speed::next(
        desk.speed.get_untracked(),
        faster,
    )));
}
