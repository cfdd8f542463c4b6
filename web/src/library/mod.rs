//! The library: scenarios to open, by chapter, and the reader's own files.
//!
//! The index of published scenarios flows in from `scenarios/index.json`; what a person
//! picks flows out to the desk.

pub(crate) mod index;

use leptos::ev;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::desk::{Desk, Origin};
use crate::i18n::{language, said, say};
use crate::ui::icons::{Drawn, Icon};
use index::Index;

/// Where the index is.
const INDEX: &str = "scenarios/index.json";

/// The state of the index.
#[derive(Clone)]
enum Shelf {
    Loading,
    Here(Index),
    Unreachable(String),
}

/// The list of scenarios.
#[component]
pub(crate) fn Library() -> impl IntoView {
    let desk = Desk::of_here();
    let shelf = RwSignal::new(Shelf::Loading);
    spawn_local(async move {
        let read = fetch(INDEX).await.and_then(|text| Index::read(&text));
        shelf.set(read.map_or_else(Shelf::Unreachable, Shelf::Here));
    });
    let own = move || match desk.source.get().map(|source| source.origin) {
        Some(Origin::File(name)) => Some(name),
        Some(Origin::Link) => Some(say!(desk, library.from_link)),
        _ => None,
    };
    view! {
        <div class="library">
            {move || match shelf.get() {
                Shelf::Loading => view! { <p class="hush">{say!(desk, library.loading)}</p> }.into_any(),
                Shelf::Unreachable(why) => {
                    view! { <p class="hush" role="status">{say!(desk, library.unreachable, why = why.clone())}</p> }.into_any()
                }
                Shelf::Here(index) if index.is_empty() => view! { <p class="hush">{say!(desk, library.empty)}</p> }.into_any(),
                Shelf::Here(index) => view! { <Chapters index=index /> }.into_any(),
            }}
            <Show when=move || own().is_some()>
                <h3>{said!(desk, library.own)}</h3>
                <p class="own current"><Drawn icon=Icon::File />{own}</p>
            </Show>
            <OpenFile />
        </div>
    }
}

#[component]
fn Chapters(index: Index) -> impl IntoView {
    let desk = Desk::of_here();
    let is_open = move |name: &str| {
        desk.source.with(|source| {
            source.as_ref().is_some_and(
                |source| matches!(&source.origin, Origin::Preset(open) if open == name),
            )
        })
    };
    let chapters = index.chapters.into_iter().map(|chapter| {
        let title = chapter.title;
        let entries = chapter.scenarios.into_iter().map(|entry| {
            let (name, title, about) = (entry.name, entry.title, entry.about);
            let (opened, current) = (name.clone(), name.clone());
            let current = Signal::derive(move || is_open(&current));
            view! {
                <li>
                    <button
                        class="scenario"
                        class:current=current
                        aria-current=move || current.get().then_some("true")
                        data-scenario=name
                        on:click=move |_| desk.open_preset(&opened)
                    >
                        <span class="title">{move || title.get(language(desk.locale.get())).to_owned()}</span>
                        <span class="about">{move || about.get(language(desk.locale.get())).to_owned()}</span>
                    </button>
                </li>
            }
        });
        view! {
            <h3>{move || title.get(language(desk.locale.get())).to_owned()}</h3>
            <ul>{entries.collect_view()}</ul>
        }
    });
    chapters.collect_view()
}

#[component]
fn OpenFile() -> impl IntoView {
    let desk = Desk::of_here();
    let input = NodeRef::<Input>::new();
    let chosen = move |_| {
        let Some(input) = input.get_untracked() else {
            return;
        };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            desk.open_file(file);
        }
        // So that choosing the same file again, after an edit, is a change again.
        input.set_value("");
    };
    view! {
        <div class="open-file">
            <input
                type="file"
                class="unseen"
                id="own-file"
                accept=".yaml,.yml,.json"
                tabindex="-1"
                aria-hidden="true"
                node_ref=input
                on:change=chosen
            />
            <button class="wide" on:click=move |_| {
                if let Some(input) = input.get_untracked() {
                    input.click();
                }
            }>
                <Drawn icon=Icon::File />
                {said!(desk, library.open_own)}
            </button>
            <p class="hush fine-pointer">{said!(desk, library.drop)}</p>
        </div>
    }
}

/// The file that was dropped, if one was.
pub(crate) fn dropped(event: &ev::DragEvent) -> Option<web_sys::File> {
    event.data_transfer()?.files()?.get(0)
}

/// The text at an address; else what the browser or the server said.
pub(crate) async fn fetch(address: &str) -> Result<String, String> {
    let window = web_sys::window().ok_or_else(String::new)?;
    let response = JsFuture::from(window.fetch_with_str(address))
        .await
        .map_err(|error| said(&error))?;
    let response: web_sys::Response = response.dyn_into().map_err(|error| said(&error))?;
    if !response.ok() {
        return Err(format!("HTTP {}", response.status()));
    }
    let text = JsFuture::from(response.text().map_err(|error| said(&error))?)
        .await
        .map_err(|error| said(&error))?;
    text.as_string().ok_or_else(String::new)
}

fn said(error: &JsValue) -> String {
    error
        .dyn_ref::<js_sys::Error>()
        .map_or_else(|| "?".to_owned(), |error| error.message().into())
}
