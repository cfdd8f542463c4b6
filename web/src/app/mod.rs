//! The page as a whole: which rooms there are and where they stand, wide, narrow or
//! embedded.

mod banner;
mod help;
mod keyboard;
mod palette;
mod trouble;

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::code::Code;
use crate::commands::presenter;
use crate::desk::{Busy, Desk, Sheet};
use crate::embed;
use crate::hand::HandMenu;
use crate::i18n::{language, said, tag};
use crate::inspector::{Inspector, subject, words};
use crate::knobs::Knobs;
use crate::library::{Library, dropped, own};
use crate::player::Player;
use crate::share::{self, panel::SharePanel};
use crate::story::Story;
use crate::timeline::Timeline;
use crate::ui::icons::{Drawn, Icon};
use crate::views::flow::Flow;
use crate::views::metrics::Metrics;
use banner::Banner;
use help::Help;
use palette::Palette;
use trouble::{Invalidity, Notices};

/// The page.
#[component]
pub(crate) fn App() -> impl IntoView {
    let desk = Desk::new();
    provide_context(desk);
    dress_root(desk);
    keyboard::listen(desk);
    palette::listen(desk);
    presenter::follow(desk);
    trouble::leave_text(desk);
    own::watch(desk);
    share::bar::follow(desk);
    embed::listen(desk);

    let dragged = RwSignal::new(false);
    let on_drop = move |event: ev::DragEvent| {
        event.prevent_default();
        dragged.set(false);
        desk.import(dropped(&event));
    };
    view! {
        <div
            id="interplay"
            class:embedded=desk.embed
            class:code-open=move || desk.code.is_open() && !desk.embed.get()
            class:metrics-open=desk.metrics.open
            class:library-closed=move || !desk.library_open.get()
            class:dragged=dragged
            class:presenting=desk.presenting
            data-state=move || state(desk)
            data-speed=move || desk.speed.get().to_string()
            data-cursor=move || exposed(desk, |player| player.cursor().0.to_string())
            data-time=move || exposed(desk, |player| player.time().as_nanos().to_string())
            data-simulated=move || { desk.progress.track(); exposed(desk, |player| player.reel().simulated().as_nanos().to_string()) }
            data-picked=move || picked(desk)
            data-digest=move || { desk.progress.track(); digest(desk) }
            on:dragover=move |event: ev::DragEvent| { event.prevent_default(); dragged.set(true); }
            on:dragleave=move |event: ev::DragEvent| if event.related_target().is_none() { dragged.set(false) }
            on:drop=on_drop
        >
            <Banner />
            <Show when=move || !desk.embed.get()>
                <nav class="side library-side" class:raised=move || desk.sheet.get() == Some(Sheet::Library) aria-label=said!(desk, library.title)>
                    <SheetHead title=said!(desk, library.title) />
                    <Library />
                </nav>
            </Show>
            <main class="stage" aria-label=said!(desk, app.stage)>
                <Flow />
                <Metrics />
                <Story />
                <Empty />
                <Invalidity />
                <Notices />
                <presenter::LeaveButton />
            </main>
            <Code />
            <Show when=move || !desk.embed.get() fallback=move || view! { <div class="embed-knobs"><Knobs /></div> }>
                <aside class="side inspector-side" class:raised=move || desk.sheet.get() == Some(Sheet::Inspector) aria-label=said!(desk, inspector.title)>
                    <SheetHead title=said!(desk, inspector.title) />
                    <Knobs />
                    <Inspector />
                </aside>
            </Show>
            <Timeline />
            <p class="unseen" role="status" aria-live="polite" data-said="step">{move || step_in_words(desk)}</p>
            <div class="drop-here" aria-hidden="true"><p>{said!(desk, library.drop_now)}</p></div>
            <HandMenu />
            <Help />
            <Palette />
            <SharePanel />
        </div>
    }
}

/// The name of what is picked.
fn picked(desk: Desk) -> Option<String> {
    let picked = desk.picked.get()?;
    desk.stage
        .with(|stage| subject::name(stage.as_ref()?, picked))
}

/// So many pixels downwards a head is drawn to close its sheet.
const SWIPE: i32 = 48;

/// The head of a sheet, seen on narrow screens only; drawn downwards, it closes the sheet.
#[component]
fn SheetHead(title: Signal<String>) -> impl IntoView {
    let desk = Desk::of_here();
    let from = StoredValue::new(None::<i32>);
    let grip = move |event: ev::PointerEvent| {
        let target = event.current_target();
        if let Some(head) = target.and_then(|target| target.dyn_into::<web_sys::Element>().ok()) {
            // Fails only for a pointer that has gone already.
            let _ = head.set_pointer_capture(event.pointer_id());
        }
        from.set_value(Some(event.client_y()));
    };
    let drop = move |event: ev::PointerEvent| {
        let from = from.try_update_value(Option::take).flatten();
        if from.is_some_and(|from| event.client_y() - from > SWIPE) {
            desk.sheet.set(None);
        }
    };
    view! {
        <header
            class="sheet-head"
            on:pointerdown=grip
            on:pointerup=drop
            on:pointercancel=move |_| from.set_value(None)
        >
            <h2>{title}</h2>
            <button
                class="quiet"
                aria-label=said!(desk, app.close)
                on:pointerdown=move |event: ev::PointerEvent| event.stop_propagation()
                on:click=move |_| desk.sheet.set(None)
            >
                <Drawn icon=Icon::Close />
            </button>
        </header>
    }
}

/// What stands on the stage when nothing runs.
#[component]
fn Empty() -> impl IntoView {
    let desk = Desk::of_here();
    let is_empty = move || desk.stage.with(Option::is_none) && desk.invalid.with(Option::is_none);
    view! {
        <Show when=is_empty>
            <div class="empty" role="status">
                <Show
                    when=move || desk.busy.get() == Busy::Opening
                    fallback=move || {
                        view! {
                            <h2>{said!(desk, empty.title)}</h2>
                            <p class="hush">{said!(desk, empty.text)}</p>
                        }
                    }
                >
                    <p class="hush">{said!(desk, busy.opening)}</p>
                </Show>
            </div>
        </Show>
    }
}

/// Puts language, theme and title on the document itself.
fn dress_root(desk: Desk) {
    Effect::new(move || {
        let (locale, theme) = (desk.locale.get(), desk.theme.get());
        let title = desk.stage.with(|stage| {
            stage
                .as_ref()
                .map(|stage| stage.title.get(language(locale)).to_owned())
        });
        let Some(document) = web_sys::window().and_then(|window| window.document()) else {
            return;
        };
        document.set_title(&title.map_or_else(
            || "Interplay".to_owned(),
            |title| format!("{title} · Interplay"),
        ));
        if let Some(root) = document.document_element() {
            // Fails only for names that are none.
            let _ = root.set_attribute("lang", tag(locale));
            let _ = root.set_attribute("data-theme", theme.name());
        }
    });
}

fn state(desk: Desk) -> &'static str {
    if desk.invalid.with(Option::is_some) {
        "invalid"
    } else if desk.stage.with(Option::is_none) {
        "empty"
    } else if desk.playing.get() {
        "playing"
    } else {
        "paused"
    }
}

fn exposed(desk: Desk, value: impl FnOnce(&Player) -> String) -> Option<String> {
    desk.moment.track();
    desk.ask(value)
}

fn digest(desk: Desk) -> Option<String> {
    desk.ask(|player| player.ending().map(|ending| ending.digest.clone()))
        .flatten()
}

/// What has just happened, for a screen reader, while time stands still.
fn step_in_words(desk: Desk) -> String {
    desk.moment.track();
    if desk.playing.get() {
        return String::new();
    }
    let locale = desk.locale.get();
    let said = desk.ask(|player| {
        let (_, record) = player.reel().latest()?;
        Some(words::sentence(locale, player.stage(), record))
    });
    said.flatten().unwrap_or_default()
}
