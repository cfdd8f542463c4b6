//! Trouble: what is wrong with a document, and what else the reader has to know.

use leptos::prelude::*;
use sim_core::scenario::diagnostic::{Severity, Shown};
use wasm_bindgen::JsValue;

use crate::desk::{Desk, budget};
use crate::i18n::{language, moment, said, say, text};
use crate::library::own::told::OwnNotice;
use crate::ui::icons::{Drawn, Icon};

/// Why the document cannot be run: everything at once, each with its line.
#[component]
pub(super) fn Invalidity() -> impl IntoView {
    let desk = Desk::of_here();
    let found = move || {
        // The code editor lists the same, and the last run is still on the stage.
        if desk.code.is_open() && desk.stage.with(Option::is_some) {
            return None;
        }
        let language = language(desk.locale.get());
        desk.invalid
            .with(|invalid| invalid.as_ref().map(|invalid| invalid.shown(language)))
    };
    let was_changed = move || desk.is_changed();
    let one = move |(shown, line): (Shown, String)| {
        let class = if shown.severity == Severity::Error {
            "diagnostic"
        } else {
            "diagnostic mild"
        };
        let place = (shown.line, shown.column);
        view! {
            <li class=class>
                <p class="place">
                    {move || say!(desk, trouble.line, line = place.0, column = place.1)}
                    " "
                    <code>{shown.path}</code>
                </p>
                <p>{shown.message}</p>
                <Excerpt line=line column=shown.column />
                {shown.help.map(|help| view! { <p class="hush">{help}</p> })}
            </li>
        }
    };
    view! {
        {move || {
            found()
                .map(|found| {
                    let errors = found.iter().filter(|(shown, _)| shown.severity == Severity::Error).count();
                    view! {
                        <section class="invalid" class:over-a-run=move || desk.stage.with(Option::is_some) role="alert">
                            <h2>
                                <Drawn icon=Icon::Warning />
                                {say!(desk, trouble.invalid, count = errors)}
                            </h2>
                            <Show when=move || desk.can_undo()>
                                <button on:click=move |_| desk.undo()>{said!(desk, draft.undo)}</button>
                            </Show>
                            <Show when=was_changed>
                                <button on:click=move |_| desk.reset()>{said!(desk, draft.reset)}</button>
                            </Show>
                            <ol>{found.into_iter().map(one).collect_view()}</ol>
                        </section>
                    }
                })
        }}
    }
}

/// The line something is about, with a sign under the column.
#[component]
fn Excerpt(line: String, column: u32) -> impl IntoView {
    // Long lines are cut around the place, so that it is seen without scrolling.
    let place = (column as usize).saturating_sub(1);
    let from = place.saturating_sub(40);
    let shown: String = line.chars().skip(from).take(100).collect();
    let sign = format!("{}^", " ".repeat(place - from));
    (!shown.trim().is_empty())
        .then(|| view! { <pre>{shown} "\n" <span class="caret">{sign}</span></pre> })
}

/// Notices over the stage: what went wrong, what a link did not keep, how the run ended.
#[component]
pub(super) fn Notices() -> impl IntoView {
    let desk = Desk::of_here();
    let reload = |_| {
        if let Some(window) = web_sys::window() {
            // Fails where a frame may not navigate; the reader's own reload remains.
            let _ = window.location().reload();
        }
    };
    let stopped = move || {
        desk.progress.track();
        let locale = desk.locale.get();
        let ended = desk.ask(|player| {
            let exhausted = player.ending()?.exhausted?;
            Some((exhausted, player.reel().simulated()))
        });
        ended.flatten().map(|(exhausted, at)| {
            text!(
                locale,
                trouble.stopped,
                at = moment(locale, at, 3),
                why = budget(locale, exhausted)
            )
        })
    };
    view! {
        <div class="notices" aria-live="polite">
            {move || {
                desk.notice
                    .get()
                    .map(|notice| {
                        let class = if notice.is_good() { "notice good" } else { "notice" };
                        view! {
                            <p class=class data-notice="">
                                <span>{notice.say(desk.locale.get())}</span>
                                <Show when=move || notice.asks_to_reload()>
                                    <button class="link" on:click=reload>{said!(desk, trouble.reload)}</button>
                                </Show>
                                <button
                                    class="quiet small"
                                    aria-label=said!(desk, trouble.dismiss)
                                    on:click=move |_| desk.notice.set(None)
                                >
                                    <Drawn icon=Icon::Close />
                                </button>
                            </p>
                        }
                    })
            }}
            <OwnNotice />
            {move || stopped().map(|said| view! { <p class="notice" data-notice="stopped">{said}</p> })}
        </div>
    }
}

/// Leaves the text of what is open where the script at the door finds it: should the program
/// itself fail, the reader is offered it (`static/loader.js`).
pub(super) fn leave_text(desk: Desk) {
    Effect::new(move || {
        let text = desk.source.with(|source| {
            source
                .as_ref()
                .map_or(JsValue::NULL, |source| JsValue::from_str(&source.text))
        });
        if let Some(window) = web_sys::window() {
            // Fails only for objects that are frozen, and the window is not.
            let _ = js_sys::Reflect::set(&window, &JsValue::from_str("interplayText"), &text);
        }
    });
}
