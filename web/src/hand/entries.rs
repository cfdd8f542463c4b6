//! What happens in the run: the entries of the timeline, those of the reader marked, each with
//! a way to take it out; picking one shows it.

use interplay_protocol::EntryView;
use leptos::prelude::*;
use sim_core::scenario::editing::Edit;

use crate::desk::Desk;
use crate::i18n::{moment, said, say};
use crate::inspector::words;
use crate::ui::icons::{Drawn, Icon};
use crate::views::flow::hit::Picked;

/// Decimals of a moment in the list.
const DECIMALS: usize = 3;

/// The entries.
#[component]
pub(crate) fn Entries() -> impl IntoView {
    let desk = Desk::of_here();
    let entries = Memo::new(move |_| {
        desk.stage.with(|stage| {
            let entries = stage.as_ref().map(|stage| stage.entries.clone());
            entries.unwrap_or_default()
        })
    });
    let line = move |(place, entry): (usize, EntryView)| {
        let locale = desk.locale.get();
        let at = entry.at;
        let picked = Picked::Entry(place as u32);
        let what = desk.stage.with_untracked(|stage| {
            let stage = stage.as_ref()?;
            Some(words::entry(locale, stage, &entry))
        });
        let what = what.unwrap_or_default();
        let label = say!(desk, hand.remove_entry, what = what.clone());
        view! {
            <li class:yours=entry.yours>
                <button class="link" data-entry=place.to_string() on:click=move |_| desk.pick(Some(picked))>
                    <span class="at">{moment(locale, at, DECIMALS)}</span>
                    <span class="what">
                        {what}
                        {entry.yours.then(|| view! { <span class="by-hand">{say!(desk, hand.yours)}</span> })}
                    </span>
                </button>
                <button
                    class="quiet small"
                    title=label.clone()
                    aria-label=label
                    data-action="remove-entry"
                    on:click=move |_| remove(desk, place)
                >
                    <Drawn icon=Icon::Close />
                </button>
            </li>
        }
    };
    view! {
        <Show when=move || !entries.with(Vec::is_empty)>
            <section class="hand-entries" aria-label=said!(desk, inspector.entries)>
                <h3>{said!(desk, inspector.entries)}</h3>
                <ol class="records">{move || entries.get().into_iter().enumerate().map(line).collect_view()}</ol>
            </section>
        </Show>
    }
}

/// Takes an entry out of the timeline.
fn remove(desk: Desk, place: usize) {
    let path = format!("timeline.{place}");
    desk.edit(Edit::Remove { path });
}

/// The way to take out the entry that is picked.
#[component]
pub(crate) fn RemoveEntry(place: u32) -> impl IntoView {
    let desk = Desk::of_here();
    let out = move |_| {
        desk.pick(None);
        remove(desk, place as usize);
    };
    view! {
        <button class="with-text danger" data-action="remove-entry" on:click=out>
            <Drawn icon=Icon::Close />
            {said!(desk, hand.remove)}
        </button>
    }
}
