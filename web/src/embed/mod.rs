//! Embedding: what the page says to the page around it, or to the one that opened it, and
//! does for it.
//!
//! Messages flow in from the parent or the opener and from nobody else, are read by
//! [`protocol`], and become what a person could do as well; what happens flows back as
//! events. It is told of the run only once it has asked, and only under the address it asked
//! from.

mod protocol;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;
use serde_json::{Value, json};
use sim_core::kernel::{SimDuration, SimTime};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, Window};

use crate::desk::{Desk, Expected, Origin, Source};
use crate::i18n::{language, locale_of, tag};
use crate::library::own::Home;
use crate::player::{Command, Player};
use crate::share::address::Address;
use crate::ui::theme::Theme;
use crate::views::flow::hit::Picked;
use protocol::{Message, Refusal, VERSION, Wish};

/// How high a stage with metrics would like to be, in pixels: two rows of charts.
const METRICS_HEIGHT: f64 = 420.0;
/// How often the other page is told how things are, at most.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// The page that is spoken to.
#[derive(Clone)]
struct Other {
    window: Window,
    /// Its address as far as a message may name it.
    origin: String,
}

/// Listens to the page around for as long as this one lives, and tells it what happens.
pub(crate) fn listen(desk: Desk) {
    let others = trusted();
    if others.is_empty() {
        return;
    }
    for window in &others {
        // Says nothing but that the page is there, so that anybody may hear it.
        let ready = json!({ "version": env!("CARGO_PKG_VERSION"), "protocol": VERSION });
        post(window, "*", &Message::new("ready", Value::Null, ready));
    }
    let known = Rc::new(RefCell::new(Vec::<Other>::new()));
    let listener = {
        let known = Rc::clone(&known);
        window_event_listener(ev::message, move |event| {
            hear(desk, &others, &known, &event);
        })
    };
    on_cleanup(move || listener.remove());
    tell_changes(desk, known);
}

/// The pages that may speak to this one.
fn trusted() -> Vec<Window> {
    let Some(window) = web_sys::window() else {
        return Vec::new();
    };
    let parent = window.parent().ok().flatten();
    let opener = window.opener().ok();
    let opener = opener.and_then(|opener| opener.dyn_into::<Window>().ok());
    parent
        .into_iter()
        .chain(opener)
        // The parent of a page that nobody embeds is the page itself.
        .filter(|other| !js_sys::Object::is(other, &window))
        .collect()
}

fn hear(desk: Desk, others: &[Window], known: &RefCell<Vec<Other>>, event: &MessageEvent) {
    let Some(source) = event.source() else { return };
    let Some(window) = others
        .iter()
        .find(|other| js_sys::Object::is(other, &source))
    else {
        return;
    };
    let text = js_sys::JSON::stringify(&event.data()).ok();
    let Some(message) = text
        .and_then(|text| text.as_string())
        .and_then(|text| Message::read(&text))
    else {
        return;
    };
    let origin = event.origin();
    // What has no address (a file, a sandbox) cannot be named, only answered.
    let origin = if origin.is_empty() || origin == "null" {
        "*".to_owned()
    } else {
        origin
    };
    let other = Other {
        window: window.clone(),
        origin,
    };
    let answer = match message.wish() {
        Ok(Wish::Ping) => {
            let mut known = known.borrow_mut();
            known.retain(|before| !js_sys::Object::is(&before.window, window));
            known.push(other.clone());
            Message::new("PONG", message.id, state(desk))
        }
        Ok(Wish::State) => Message::new("ok", message.id, state(desk)),
        Ok(wish) => match follow(desk, wish) {
            Ok(()) => Message::new("ok", message.id, Value::Null),
            Err(refusal) => Message::refusal(message.id, refusal),
        },
        Err(refusal) => Message::refusal(message.id, refusal),
    };
    post(&other.window, &other.origin, &answer);
}

/// Does what the other page wishes.
fn follow(desk: Desk, wish: Wish) -> Result<(), Refusal> {
    let moment = |secs: f64| SimTime::ZERO.after(SimDuration::from_secs_f64(secs));
    match wish {
        Wish::Ping | Wish::State => {}
        Wish::Open(fragment) => {
            let embed = desk.embed.get_untracked();
            let address = Address {
                embed,
                ..Address::parse("", &fragment)
            };
            if !desk.open_address(&address, None) {
                return Err(Refusal::Payload);
            }
        }
        Wish::OpenText(text) => {
            let source = Source::new(Origin::Link, text, Vec::new());
            desk.settle(Home::Unsettled, &source, None);
            desk.open(source, Expected::default());
        }
        Wish::Play => desk.command(Command::Play),
        Wish::Pause => desk.command(Command::Pause),
        Wish::Seek(secs) => desk.command(Command::SeekTime(moment(secs))),
        Wish::Step => desk.command(Command::Step),
        Wish::StepBack => desk.command(Command::StepBack),
        Wish::Speed(speed) => desk.command(Command::SetSpeed(speed)),
        Wish::Set(path, value) => desk.turn(&path, value),
        Wish::Select(None) => desk.pick(None),
        Wish::Select(Some(name)) => {
            let node = desk
                .stage
                .with_untracked(|stage| stage.as_ref()?.topology.node(&name));
            desk.pick(Some(Picked::Node(node.ok_or(Refusal::NotThere)?)));
        }
        Wish::Language(tag) => desk.locale.set(locale_of(&tag).ok_or(Refusal::NotThere)?),
        Wish::Theme(name) => desk
            .theme
            .set(Theme::named(&name).ok_or(Refusal::NotThere)?),
    }
    Ok(())
}

/// How things are.
fn state(desk: Desk) -> Value {
    let locale = desk.locale.get_untracked();
    let title = desk.stage.with_untracked(|stage| {
        let stage = stage.as_ref();
        stage.map(|stage| stage.title.get(language(locale)).to_owned())
    });
    let seen = desk.ask(|player: &Player| {
        json!({
            "playing": player.is_playing(),
            "time": player.time().as_nanos() as f64 / 1e9,
            "cursor": player.cursor().0,
            "end": player.stage().horizon.as_nanos() as f64 / 1e9,
            "digest": player.ending().map(|ending| ending.digest.clone()),
        })
    });
    let invalid = desk.invalid.with_untracked(|invalid| {
        invalid.as_ref().map(|invalid| {
            let shown = invalid.shown(language(locale));
            shown
                .into_iter()
                .map(|(shown, _)| shown.message)
                .collect::<Vec<_>>()
        })
    });
    json!({
        "title": title,
        "language": tag(locale),
        "run": seen,
        "invalid": invalid,
        "height": wanted_height(desk),
    })
}

/// Tells those who asked how things are, whenever that changes.
fn tell_changes(desk: Desk, known: Rc<RefCell<Vec<Other>>>) {
    let pending = StoredValue::new(false);
    let told = StoredValue::new(String::new());
    let known = StoredValue::new_local(known);
    let tell = move || {
        pending.set_value(false);
        let state = state(desk);
        // Nothing has changed that anybody could see.
        let text = state.to_string();
        if told.with_value(|told| *told == text) {
            return;
        }
        told.set_value(text);
        let kind = if state["invalid"].is_null() {
            "state"
        } else {
            "error"
        };
        known.with_value(|known| {
            for other in known.borrow().iter() {
                let message = Message::new(kind, Value::Null, state.clone());
                post(&other.window, &other.origin, &message);
            }
        });
    };
    Effect::new(move || {
        desk.moment.track();
        desk.progress.track();
        desk.stage.track();
        desk.invalid.track();
        desk.locale.track();
        desk.notice.track();
        if !pending.get_value() && known.with_value(|known| !known.borrow().is_empty()) {
            pending.set_value(true);
            set_timeout(tell, TELL_EVERY);
        }
    });
}

/// How high the figure would like to be at its present width, in pixels: so that the stage
/// fills it.
fn wanted_height(desk: Desk) -> Option<u32> {
    let document = web_sys::window()?.document()?;
    let stage = document.query_selector("#interplay .stage").ok()??;
    let (width, height) = (stage.client_width(), stage.client_height());
    let all = document.document_element()?.client_height();
    let around = f64::from((all - height).max(0));
    if desk.metrics.open.get_untracked() {
        return Some((METRICS_HEIGHT + around).round() as u32);
    }
    let aspect = desk.stage.with_untracked(|stage| {
        let size = stage.as_ref()?.layout.size;
        (size.width > 0.0).then(|| f64::from(size.height / size.width))
    })?;
    let stage = (f64::from(width) * aspect).clamp(200.0, 560.0);
    Some((stage + around).round() as u32)
}

fn post(window: &Window, origin: &str, message: &Message) {
    let Ok(text) = serde_json::to_string(message) else {
        return;
    };
    if let Ok(data) = js_sys::JSON::parse(&text) {
        // Fails for an origin that is none, or a window that is gone.
        let _: Result<(), JsValue> = window.post_message(&data, origin);
    }
}
