//! The list of what belongs to the reader, with what can be done to each.

use leptos::ev;
use leptos::html::Input;
use leptos::prelude::*;

use super::kept::{Kept, Place};
use crate::desk::{Desk, Expected};
use crate::i18n::{ago, language, said, say, text};
use crate::library::search::Question;
use crate::library::thumbnail::Thumbnail;
use crate::ui::icons::{Drawn, Icon};

/// What of the reader's own answers a question.
pub(crate) fn found(desk: Desk, question: &Question) -> Vec<Kept> {
    desk.own.list.with(|list| {
        let is_meant = |kept: &&Kept| {
            let titles = [kept.title.en.as_deref(), kept.title.ru.as_deref()];
            let texts = [kept.name.as_deref()].into_iter().chain(titles);
            kept.place.preset().is_none() && question.is_about(texts.flatten())
        };
        list.iter().filter(is_meant).cloned().collect()
    })
}

/// The list.
#[component]
pub(crate) fn OwnList(question: Memo<Question>) -> impl IntoView {
    let desk = Desk::of_here();
    let rows = Memo::new(move |_| question.with(|question| found(desk, question)));
    let renamed = RwSignal::new(None::<Place>);
    let opened = RwSignal::new(None::<Place>);
    view! {
        <Show when=move || !rows.with(Vec::is_empty)>
            <h3>{said!(desk, library.own)}</h3>
            <ul class="own-list">
                {move || {
                    rows.get()
                        .into_iter()
                        .map(|kept| view! { <Row kept=kept renamed=renamed opened=opened /> })
                        .collect_view()
                }}
            </ul>
        </Show>
        <Show when=move || { desk.own.unreadable.get() > 0 }>
            <p class="hush aside" role="status">
                {move || say!(desk, own.unreadable, count = desk.own.unreadable.get() as u32)}
            </p>
        </Show>
    }
}

#[component]
fn Row(
    kept: Kept,
    /// Which one is getting another name.
    renamed: RwSignal<Option<Place>>,
    /// Which one shows what can be done to it.
    opened: RwSignal<Option<Place>>,
) -> impl IntoView {
    let desk = Desk::of_here();
    let place = StoredValue::new(kept.place.clone());
    let called = {
        let kept = kept.clone();
        move || {
            let called = kept.called(language(desk.locale.get())).map(str::to_owned);
            called.unwrap_or_else(|| say!(desk, own.untitled))
        }
    };
    let is_current = Signal::derive(move || place.with_value(|place| desk.own.is_home(place)));
    let is_renamed =
        move || place.with_value(|place| renamed.with(|other| other.as_ref() == Some(place)));
    let is_opened = Signal::derive(move || {
        place.with_value(|place| opened.with(|other| other.as_ref() == Some(place)))
    });
    let open = move |_| {
        desk.go();
        desk.open_own(&place.get_value(), Expected::default());
    };
    let used = kept.used;
    let when = move || ago(desk.locale.get(), js_sys::Date::now() - used);
    let copy = {
        let called = called.clone();
        move |_| {
            let locale = desk.locale.get_untracked();
            let name = text!(locale, own.copy_of, name = untrack(&called));
            desk.go();
            desk.duplicate_own(&place.get_value(), name);
        }
    };
    let (sketch, title, first) = (kept.sketch.clone(), called.clone(), called.clone());
    let more = called.clone();
    view! {
        <li class="own-row" data-own=kept.place.name().to_owned()>
            <Show
                when=is_renamed
                fallback={
                    let (sketch, title) = (sketch.clone(), title.clone());
                    move || {
                        let (sketch, title) = (sketch.clone(), title.clone());
                        view! {
                            <button
                                class="scenario"
                                class:current=is_current
                                aria-current=move || is_current.get().then_some("true")
                                on:click=open
                            >
                                <Thumbnail sketch=sketch />
                                <span class="words">
                                    <span class="title">{title}</span>
                                    <span class="about">{when}</span>
                                </span>
                            </button>
                        }
                    }
                }
            >
                <Name place=place.get_value() first=first.clone() renamed=renamed />
            </Show>
            <button
                class="quiet small more"
                aria-expanded=move || is_opened.get().to_string()
                aria-label=move || say!(desk, own.more, name = more())
                data-action="more"
                on:click=move |_| opened.set((!is_opened.get_untracked()).then(|| place.get_value()))
            >
                <Drawn icon=Icon::More />
            </button>
            <Show when=move || is_opened.get()>
                <div class="deeds">
                    <button class="quiet" data-action="rename" on:click=move |_| {
                        opened.set(None);
                        renamed.set(Some(place.get_value()));
                    }>{said!(desk, own.rename)}</button>
                    <button class="quiet" data-action="duplicate" on:click=copy.clone()>{said!(desk, own.duplicate)}</button>
                    <button class="quiet" data-action="export" on:click=move |_| desk.export(&place.get_value())>
                        {said!(desk, own.export)}
                    </button>
                    <button class="quiet" data-action="delete" on:click=move |_| desk.delete_own(&place.get_value())>
                        {said!(desk, own.delete)}
                    </button>
                </div>
            </Show>
        </li>
    }
}

/// The field for another name.
#[component]
fn Name(
    place: Place,
    first: impl Fn() -> String + Send + Sync + 'static,
    renamed: RwSignal<Option<Place>>,
) -> impl IntoView {
    let desk = Desk::of_here();
    let input = NodeRef::<Input>::new();
    Effect::new(move || {
        if let Some(input) = input.get() {
            // Fails only for an element that is gone already.
            let _ = input.focus();
            input.select();
        }
    });
    let place = StoredValue::new(place);
    let done = move || {
        // Enter ends it, and the field loses the focus as it goes: that must not end it twice.
        if renamed.get_untracked().is_none() {
            return;
        }
        renamed.set(None);
        if let Some(input) = input.get_untracked() {
            desk.rename_own(&place.get_value(), &input.value());
        }
    };
    let pressed = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "Enter" => done(),
        "Escape" => {
            event.stop_propagation();
            renamed.set(None);
        }
        _ => {}
    };
    view! {
        <input
            class="field"
            type="text"
            maxlength="120"
            aria-label=said!(desk, own.new_name)
            value=untrack(first)
            node_ref=input
            on:keydown=pressed
            on:blur=move |_| done()
        />
    }
}
