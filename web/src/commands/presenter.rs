//! The page in front of an audience: stage, story and timeline, large, on the whole screen where
//! the browser lets it.

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::desk::Desk;
use crate::i18n::said;
use crate::ui::icons::{Drawn, Icon};

/// Begins to present, or ends it.
pub(crate) fn toggle(desk: Desk) {
    if !leave(desk) && !desk.embed.get_untracked() {
        desk.presenting.set(true);
        let root = document().and_then(|document| document.document_element());
        if let Some(root) = root {
            ask(&root, "requestFullscreen");
        }
    }
}

/// Ends presenting. Says whether there was anything to end.
pub(crate) fn leave(desk: Desk) -> bool {
    let was = desk.presenting.get_untracked();
    if was {
        desk.presenting.set(false);
        if let Some(document) = document().filter(is_full) {
            ask(&document, "exitFullscreen");
        }
    }
    was
}

/// Who leaves the whole screen by the browser's own way leaves presenting too.
pub(crate) fn follow(desk: Desk) {
    let listener = window_event_listener(
        ev::Custom::<ev::Event>::new("fullscreenchange"),
        move |_| {
            if !document().is_some_and(|document| is_full(&document)) {
                desk.presenting.set(false);
            }
        },
    );
    on_cleanup(move || listener.remove());
}

/// The way out for those without a keyboard.
#[component]
pub(crate) fn LeaveButton() -> impl IntoView {
    let desk = Desk::of_here();
    view! {
        <Show when=move || desk.presenting.get()>
            <button
                class="leave-presenting"
                aria-label=said!(desk, commands.present_end)
                title=said!(desk, commands.present_end)
                data-action="leave-presenting"
                on:click=move |_| { leave(desk); }
            >
                <Drawn icon=Icon::Close />
            </button>
        </Show>
    }
}

fn document() -> Option<web_sys::Document> {
    web_sys::window()?.document()
}

fn is_full(document: &web_sys::Document) -> bool {
    js_sys::Reflect::get(document, &JsValue::from_str("fullscreenElement"))
        .is_ok_and(|element| element.is_object())
}

/// Asks the browser for something it may lack or refuse; presenting works without.
fn ask(whom: &JsValue, what: &str) {
    let asked = js_sys::Reflect::get(whom, &JsValue::from_str(what))
        .and_then(JsCast::dyn_into::<js_sys::Function>)
        .and_then(|method| method.call0(whom))
        .and_then(JsCast::dyn_into::<js_sys::Promise>);
    if let Ok(asked) = asked {
        spawn_local(async move {
            let _ = JsFuture::from(asked).await;
        });
    }
}
