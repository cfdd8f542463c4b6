//! The library: scenarios to open, by chapter of the course, and the reader's own.
//!
//! The index of published scenarios flows in from `scenarios/index.json`, with what is known
//! of them from `scenarios/catalogue.json`; what a person picks flows out to the desk. What
//! belongs to the reader is kept in [`own`].

pub(crate) mod index;
pub(crate) mod own;
pub(crate) mod search;
mod thumbnail;

use leptos::ev;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::desk::{Desk, Origin};
use crate::i18n::{language, said, say};
use crate::ui::icons::{Drawn, Icon};
use index::{Card, Catalogue, Chapter, Entry, Index, read_catalogue};
use own::kept::Place;
use own::rows::OwnList;
use search::Question;
use thumbnail::Thumbnail;

/// Where the index is, and what is known of the scenarios in it.
pub(crate) const INDEX: &str = "scenarios/index.json";
const CATALOGUE: &str = "scenarios/catalogue.json";

/// What the field of the search is called in the document.
const SEARCH: &str = "library-search";

/// The state of the index.
#[derive(Clone, PartialEq)]
enum Published {
    Loading,
    Here(Index),
    Unreachable(String),
}

/// The list of scenarios.
#[component]
pub(crate) fn Library() -> impl IntoView {
    let desk = Desk::of_here();
    let published = RwSignal::new(Published::Loading);
    let catalogue = RwSignal::new(Catalogue::new());
    spawn_local(async move {
        let read = fetch(INDEX).await.and_then(|text| Index::read(&text));
        published.set(read.map_or_else(Published::Unreachable, Published::Here));
    });
    spawn_local(async move {
        if let Ok(text) = fetch(CATALOGUE).await {
            catalogue.set(read_catalogue(&text));
        }
    });
    let asked = RwSignal::new(String::new());
    let question = Memo::new(move |_| asked.with(|asked| Question::of(asked)));
    let chapters = Memo::new(move |_| {
        let Published::Here(index) = published.get() else {
            return Vec::new();
        };
        catalogue.with(|cards| question.with(|question| answers(index, cards, question)))
    });
    show_what_is_open(desk, published);
    let finds_nothing = move || {
        let own = question.with(|question| own::rows::found(desk, question).is_empty());
        question.with(|question| !question.is_empty()) && chapters.with(Vec::is_empty) && own
    };
    view! {
        <div class="library">
            <SearchField asked=asked />
            <OwnList question=question />
            {move || match published.get() {
                Published::Loading => view! { <p class="hush aside">{say!(desk, library.loading)}</p> }.into_any(),
                Published::Unreachable(why) => {
                    view! { <p class="hush aside" role="status">{say!(desk, library.unreachable, why = why.clone())}</p> }
                        .into_any()
                }
                Published::Here(index) if index.is_empty() => {
                    view! { <p class="hush aside">{say!(desk, library.empty)}</p> }.into_any()
                }
                Published::Here(_) => {
                    view! {
                        <For each=move || chapters.get() key=Chapter::key let:chapter>
                            <Scenarios chapter=chapter catalogue=catalogue />
                        </For>
                    }
                        .into_any()
                }
            }}
            <p class="hush aside" role="status">
                {move || finds_nothing().then(|| say!(desk, library.nothing_found, what = asked.get().trim().to_owned()))}
            </p>
            <OpenFile />
        </div>
    }
}

/// Scrolls to the scenario that is open, whenever that is another one.
fn show_what_is_open(desk: Desk, published: RwSignal<Published>) {
    let open = Memo::new(move |_| {
        desk.source.with(|source| match &source.as_ref()?.origin {
            Origin::Preset(name) => Some(name.clone()),
            _ => None,
        })
    });
    Effect::new(move || {
        if !published.with(|published| matches!(published, Published::Here(_))) {
            return;
        }
        let Some(name) = open.get() else { return };
        // The list is drawn after this.
        request_animation_frame(move || {
            let document = web_sys::window().and_then(|window| window.document());
            let row = document.and_then(|document| {
                // A name that is no selector leads nowhere.
                let row = document.query_selector(&format!("[data-scenario=\"{name}\"]"));
                row.ok().flatten()
            });
            let is_seen = |row: &web_sys::Element| {
                let side = row.closest(".side").ok().flatten()?;
                let (row, side) = (
                    row.get_bounding_client_rect(),
                    side.get_bounding_client_rect(),
                );
                Some(row.top() >= side.top() && row.bottom() <= side.bottom())
            };
            if let Some(row) = row.filter(|row| is_seen(row) != Some(true)) {
                let options = web_sys::ScrollIntoViewOptions::new();
                options.set_block(web_sys::ScrollLogicalPosition::Center);
                row.scroll_into_view_with_scroll_into_view_options(&options);
            }
        });
    });
}

/// What of the index answers a question: chapters without an answer are left out.
fn answers(index: Index, cards: &Catalogue, question: &Question) -> Vec<Chapter> {
    let chapters = index.chapters.into_iter().map(|mut chapter| {
        let title = chapter.title.clone();
        chapter.scenarios.retain(|entry| {
            let names = cards.get(&entry.name).map(|card| card.names.iter());
            let texts = [&title, &entry.title, &entry.about];
            let said = texts
                .into_iter()
                .flat_map(|text| [text.en.as_deref(), text.ru.as_deref()])
                .flatten();
            let words = entry.tags.iter().chain(names.into_iter().flatten());
            question.is_about(
                said.chain(words.map(String::as_str))
                    .chain([entry.name.as_str()]),
            )
        });
        chapter
    });
    chapters
        .filter(|chapter| !chapter.scenarios.is_empty())
        .collect()
}

#[component]
fn SearchField(asked: RwSignal<String>) -> impl IntoView {
    let desk = Desk::of_here();
    let pressed = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" && !asked.with_untracked(String::is_empty) {
            event.stop_propagation();
            asked.set(String::new());
        }
    };
    view! {
        <div class="search" role="search">
            <Drawn icon=Icon::Search />
            <input
                class="field"
                type="search"
                id=SEARCH
                autocomplete="off"
                spellcheck="false"
                maxlength="100"
                placeholder=said!(desk, library.search)
                aria-label=said!(desk, library.search)
                aria-keyshortcuts="/"
                prop:value=asked
                on:input=move |event| asked.set(event_target_value(&event))
                on:keydown=pressed
            />
        </div>
    }
}

/// Shows the library and puts the cursor into its search.
pub(crate) fn focus_search(desk: Desk) {
    if !desk.library_open.get_untracked() {
        desk.show_library(true);
    }
    desk.sheet.set(Some(crate::desk::Sheet::Library));
    // When the library is there.
    request_animation_frame(|| {
        let document = web_sys::window().and_then(|window| window.document());
        let field = document.and_then(|document| document.get_element_by_id(SEARCH));
        if let Some(field) =
            field.and_then(|field| field.dyn_into::<web_sys::HtmlInputElement>().ok())
        {
            // Fails only for an element that is gone already.
            let _ = field.focus();
            field.select();
        }
    });
}

/// A chapter with its scenarios.
#[component]
fn Scenarios(chapter: Chapter, catalogue: RwSignal<Catalogue>) -> impl IntoView {
    let desk = Desk::of_here();
    let title = chapter.title;
    let entries = chapter
        .scenarios
        .into_iter()
        .map(|entry| view! { <Scenario entry=entry catalogue=catalogue /> });
    view! {
        <h3 data-chapter=chapter.id>{move || title.get(language(desk.locale.get())).to_owned()}</h3>
        <ul>{entries.collect_view()}</ul>
    }
}

#[component]
fn Scenario(entry: Entry, catalogue: RwSignal<Catalogue>) -> impl IntoView {
    let desk = Desk::of_here();
    let (name, title, about) = (entry.name, entry.title, entry.about);
    let opened = name.clone();
    let place = StoredValue::new(Place::of_preset(&name));
    let current = {
        let name = name.clone();
        Signal::derive(move || {
            desk.source.with(|source| {
                source.as_ref().is_some_and(
                    |source| matches!(&source.origin, Origin::Preset(open) if *open == name),
                )
            })
        })
    };
    let changed = Signal::derive(move || {
        place.with_value(|place| {
            desk.own
                .list
                .with(|list| list.iter().any(|kept| kept.place == *place))
        })
    });
    let sketch = {
        let name = name.clone();
        move || catalogue.with(|cards| cards.get(&name).map(|card: &Card| card.sketch.clone()))
    };
    view! {
        <li>
            <button
                class="scenario"
                class:current=current
                aria-current=move || current.get().then_some("true")
                data-scenario=name
                on:click=move |_| desk.open_preset(&opened)
            >
                {move || view! { <Thumbnail sketch=sketch() /> }}
                <span class="words">
                    <span class="title">{move || title.get(language(desk.locale.get())).to_owned()}</span>
                    <span class="about">{move || about.get(language(desk.locale.get())).to_owned()}</span>
                    <Show when=move || changed.get()>
                        <span class="changed-by-you">{said!(desk, own.changed_by_you)}</span>
                    </Show>
                </span>
            </button>
            <Show when=move || changed.get() && current.get()>
                <div class="deeds">
                    <button class="quiet" data-action="own-copy" on:click=move |_| {
                        let locale = desk.locale.get_untracked();
                        let title = desk.stage.with_untracked(|stage| {
                            stage.as_ref().map(|stage| stage.title.get(language(locale)).to_owned())
                        });
                        let name = crate::i18n::text!(locale, own.copy_of, name = title.unwrap_or_default());
                        desk.go();
                        desk.duplicate_own(&place.get_value(), name);
                    }>{said!(desk, own.keep_as_own)}</button>
                    <button class="quiet" data-action="discard" on:click=move |_| desk.delete_own(&place.get_value())>
                        {said!(desk, own.discard)}
                    </button>
                </div>
            </Show>
        </li>
    }
}

#[component]
fn OpenFile() -> impl IntoView {
    let desk = Desk::of_here();
    let input = NodeRef::<Input>::new();
    let chosen = move |_| {
        let Some(input) = input.get_untracked() else {
            return;
        };
        desk.import(listed(input.files()));
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
                multiple
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

/// The files that were dropped.
pub(crate) fn dropped(event: &ev::DragEvent) -> Vec<web_sys::File> {
    listed(event.data_transfer().and_then(|transfer| transfer.files()))
}

fn listed(files: Option<web_sys::FileList>) -> Vec<web_sys::File> {
    let Some(files) = files else {
        return Vec::new();
    };
    (0..files.length())
        .filter_map(|place| files.get(place))
        .collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use sim_core::scenario::document::Text;

    fn text(en: &str, ru: &str) -> Text {
        Text {
            en: Some(en.to_owned()),
            ru: Some(ru.to_owned()),
        }
    }

    fn index() -> Index {
        let entry = |name: &str, title: Text, tag: &str| Entry {
            name: name.to_owned(),
            title,
            about: Text::default(),
            tags: vec![tag.to_owned()],
        };
        let chapter = |id: &str, scenarios| Chapter {
            id: id.to_owned(),
            title: text(id, "глава"),
            scenarios,
        };
        Index {
            chapters: vec![
                chapter(
                    "calls",
                    vec![entry("checkout", text("Checkout", "Заказ"), "rest")],
                ),
                chapter("events", Vec::new()),
                chapter(
                    "queues",
                    vec![entry("work", text("Work queue", "Очередь"), "ack")],
                ),
            ],
        }
    }

    fn found(question: &str) -> Vec<String> {
        let card = Card {
            names: vec!["Платежи".to_owned()],
            ..Card::default()
        };
        let cards = Catalogue::from([("checkout".to_owned(), card)]);
        let chapters = answers(index(), &cards, &Question::of(question));
        let entries = chapters.into_iter().flat_map(|chapter| chapter.scenarios);
        entries.map(|entry| entry.name).collect()
    }

    #[test]
    fn scenarios_are_found_by_title_tag_chapter_name_and_who_is_in_them() {
        assert_eq!(found(""), ["checkout", "work"]);
        assert_eq!(found("заказ"), ["checkout"]);
        assert_eq!(found("ack"), ["work"]);
        assert_eq!(found("queues"), ["work"]);
        assert_eq!(found("плат"), ["checkout"]);
        assert_eq!(found("saga"), [""; 0]);
    }

    #[test]
    fn a_chapter_without_scenarios_is_not_shown() {
        let chapters = answers(index(), &Catalogue::new(), &Question::default());
        let shown: Vec<_> = chapters.iter().map(|chapter| chapter.id.as_str()).collect();
        assert_eq!(shown, ["calls", "queues"]);
    }
}
