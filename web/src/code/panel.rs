//! The panel: head with buttons, the text, and what is wrong with it.

use leptos::ev;
use leptos::html::{Div, Textarea};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;

use super::edge::{Edge, initial_width};
use super::face::{Face, Mounted};
use super::remarks::{Remarks, shown};
use super::session::{Session, Stage, Wish};
use super::{copy, load, picked_path};
use crate::desk::Desk;
use crate::i18n::{said, say};
use crate::ui::icons::{Drawn, Icon};
use crate::ui::theme::media_matches;

/// The element that says how to leave the editor with the keyboard.
pub(super) const HINT: &str = "code-hint";

/// The code editor, while it is open.
#[component]
pub(crate) fn Code() -> impl IntoView {
    let desk = Desk::of_here();
    view! {
        <Show when=move || desk.code.is_open() && !desk.embed.get() && !desk.presenting.get()>
            <Panel />
        </Show>
    }
}

#[component]
fn Panel() -> impl IntoView {
    let desk = Desk::of_here();
    let session = Session::new(desk);
    let width = RwSignal::new(initial_width());
    let host = NodeRef::<Div>::new();
    let field = NodeRef::<Textarea>::new();
    let found = Memo::new(move |_| shown(desk));
    mount(desk, session, host);
    Effect::new(move || {
        if let Some(field) = field.get() {
            session.begin(Face::Plain(field), Stage::Plain);
            take_keys(session);
        }
    });
    follow(desk, session, found);
    view! {
        <section
            class="code"
            style=move || format!("--code: {}px", width.get())
            aria-label=said!(desk, code.title)
            data-editor=move || match session.stage.get() {
                Stage::Loading => "loading",
                Stage::Ready => "ready",
                Stage::Plain => "plain",
            }
        >
            <Edge width=width />
            <Head session=session />
            <Beside session=session />
            <p class="unseen" id=HINT>{said!(desk, code.hint)}</p>
            <Show when=move || session.stage.get() == Stage::Loading>
                <p class="code-note hush" role="status">{said!(desk, code.loading)}</p>
            </Show>
            <Show
                when=move || session.stage.get() == Stage::Plain
                fallback=move || {
                    view! {
                        <div
                            class="code-host"
                            node_ref=host
                            on:keydown=move |event| keep_keys(&event)
                            on:focusout=move |_| session.flush()
                        ></div>
                    }
                }
            >
                <p class="code-note" role="status">{said!(desk, code.plain)}</p>
                <textarea
                    class="code-plain"
                    node_ref=field
                    spellcheck="false"
                    aria-label=said!(desk, code.label)
                    on:input=move |_| session.touched()
                    on:focusout=move |_| session.flush()
                    on:keydown=move |event| keys_of_plain(&event, session)
                ></textarea>
            </Show>
            <Remarks found=found session=session />
        </section>
    }
}

#[component]
fn Head(session: Session) -> impl IntoView {
    let desk = Desk::of_here();
    let nothing = move || desk.source.with(Option::is_none);
    view! {
        <header class="code-head">
            <h2>{said!(desk, code.title)}</h2>
            <button
                class="quiet"
                disabled=nothing
                title=move || format!("{} (Shift+Alt+F)", said!(desk, code.format_hint).get())
                data-action="format"
                on:click=move |_| session.wish(Wish::Format)
            >
                {said!(desk, code.format)}
            </button>
            <button
                class="quiet"
                disabled=nothing
                title=said!(desk, code.copy)
                aria-label=said!(desk, code.copy)
                data-action="copy-code"
                on:click=move |_| { session.flush(); copy::copy(desk); }
            >
                <Drawn icon=Icon::Copy />
            </button>
            <button
                class="quiet"
                disabled=nothing
                title=said!(desk, code.download)
                aria-label=said!(desk, code.download)
                data-action="download-code"
                on:click=move |_| { session.flush(); desk.export_open(); }
            >
                <Drawn icon=Icon::Download />
            </button>
            <button
                class="quiet"
                title=said!(desk, app.close)
                aria-label=said!(desk, code.hide)
                on:click=move |_| desk.show_code(false)
            >
                <Drawn icon=Icon::Close />
            </button>
        </header>
    }
}

/// The settings that are changed beside the text, as knobs do, until they are written into it.
#[component]
fn Beside(session: Session) -> impl IntoView {
    let desk = Desk::of_here();
    let changes = Memo::new(move |_| {
        desk.source.with(|source| {
            source
                .as_ref()
                .map(|source| source.changes.clone())
                .unwrap_or_default()
        })
    });
    let row = move |(path, value): (String, String)| {
        let words = format!("{path}: {value}");
        view! {
            <li>
                <button class="link" on:click=move |_| session.with(|face| face.reveal(&path))>
                    {words}
                </button>
            </li>
        }
    };
    view! {
        <Show when=move || !changes.with(Vec::is_empty)>
            <div class="code-beside" data-said="beside">
                <p>{move || say!(desk, code.beside, count = changes.with(Vec::len))}</p>
                <ul>{move || changes.get().into_iter().map(row).collect_view()}</ul>
                <button class="small" data-action="write-changes" on:click=move |_| session.wish(Wish::WriteChanges)>
                    {said!(desk, code.write_changes)}
                </button>
            </div>
        </Show>
    }
}

/// Loads the editor and opens it, or has a plain field in its place.
fn mount(desk: Desk, session: Session, host: NodeRef<Div>) {
    Effect::new(move || {
        let Some(host) = host.get() else { return };
        spawn_local(async move {
            let maker = load::maker().await;
            if session.stage.is_disposed() {
                // It was closed while it was loading.
                return;
            }
            let text = current(desk);
            let locale = desk.locale.get_untracked();
            let mounted = maker.and_then(|maker| {
                Mounted::open(&maker, host.unchecked_ref(), session, &text, locale)
            });
            match mounted {
                Some(mounted) => {
                    session.begin(Face::Editor(mounted), Stage::Ready);
                    take_keys(session);
                }
                None => session.stage.set(Stage::Plain),
            }
        });
    });
}

/// Types into the editor from now on; not on a touch screen, whose keyboard would cover half of
/// it unasked.
fn take_keys(session: Session) {
    if !media_matches("(pointer: coarse)") {
        session.with(Face::focus);
    }
}

/// Has the editor follow the desk.
fn follow(desk: Desk, session: Session, found: Memo<Vec<sim_core::scenario::diagnostic::Shown>>) {
    let text = Memo::new(move |_| {
        desk.source
            .with(|source| source.as_ref().map(|source| source.text.clone()))
    });
    let is_there = move || session.stage.get() != Stage::Loading;
    Effect::new(move || {
        if let (true, Some(text)) = (is_there(), text.get()) {
            session.with(|face| face.arrive(&text));
        }
    });
    Effect::new(move || {
        let locale = desk.locale.get();
        if is_there() {
            session.with(|face| face.speak(locale));
        }
    });
    // After the text, whose lines they count.
    Effect::new(move || {
        let found = found.get();
        if is_there() {
            session.with(|face| face.remark(&found));
        }
    });
    let picked = Memo::new(move |_| picked_path(desk));
    Effect::new(move || {
        let picked = picked.get();
        if is_there() {
            session.with(|face| face.mark(picked.as_deref()));
        }
    });
    Effect::new(move || {
        if let (true, Some(path)) = (is_there(), desk.code.wanted.get()) {
            desk.code.wanted.set(None);
            session.with(|face| face.reveal(&path));
        }
    });
}

fn current(desk: Desk) -> String {
    desk.source.with_untracked(|source| {
        source
            .as_ref()
            .map(|source| source.text.clone())
            .unwrap_or_default()
    })
}

/// Keys that are typed are for the text, not for the player.
fn keep_keys(event: &ev::KeyboardEvent) {
    if !event.ctrl_key() && !event.meta_key() {
        event.stop_propagation();
    }
}

/// The keys of the editor that a plain field has as well.
fn keys_of_plain(event: &ev::KeyboardEvent, session: Session) {
    let command = event.ctrl_key() || event.meta_key();
    let wish = match (
        event.code().as_str(),
        command,
        event.shift_key(),
        event.alt_key(),
    ) {
        ("KeyZ", true, false, false) => Wish::Undo,
        ("KeyZ", true, true, false) | ("KeyY", true, false, false) => Wish::Redo,
        ("KeyF", false, true, true) => Wish::Format,
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    session.wish(wish);
}
