//! Why did this happen? A record and what led to it, each a way to be there.

use leptos::html::Section;
use leptos::prelude::*;

use super::words;
use crate::desk::Desk;
use crate::i18n::{moment, said, say};
use crate::ui::icons::{Drawn, Icon};

/// The chain of causes that was asked for, if one was.
#[component]
pub(super) fn CausesOf() -> impl IntoView {
    let desk = Desk::of_here();
    let chain = move || {
        let causes = desk.causes.get()?;
        let locale = desk.locale.get();
        let said = desk.stage.with(|stage| {
            let stage = stage.as_ref()?;
            let chain = causes.chain?;
            let line = |(id, record): &(_, sim_core::world::Record)| {
                (
                    *id,
                    moment(locale, record.at, words::DECIMALS),
                    words::sentence(locale, stage, record),
                )
            };
            Some(chain.iter().map(line).collect::<Vec<_>>())
        });
        Some(said)
    };
    let steps = move |lines: Vec<(sim_core::kernel::RecordId, String, String)>| {
        let step = |(id, at, said)| {
            view! {
                <li>
                    <button class="link" title=said!(desk, inspector.jump) on:click=move |_| desk.jump(id)>
                        <span class="at">{at}</span>
                        <span class="what">{said}</span>
                    </button>
                </li>
            }
        };
        lines.into_iter().map(step).collect_view()
    };
    let section = NodeRef::<Section>::new();
    // The question was asked further down; the answer is of no use where it is not seen.
    Effect::new(move || {
        if let (Some(section), Some(_)) = (section.get(), desk.causes.get()) {
            section.scroll_into_view();
        }
    });
    view! {
        {move || {
            chain()
                .map(|lines| {
                    view! {
                        <section class="causes" aria-live="polite" node_ref=section>
                            <header>
                                <h3>{say!(desk, inspector.causes)}</h3>
                                <button
                                    class="quiet small"
                                    aria-label=say!(desk, app.close)
                                    on:click=move |_| desk.causes.set(None)
                                >
                                    <Drawn icon=Icon::Close />
                                </button>
                            </header>
                            {match lines {
                                Some(lines) => view! { <ol class="chain">{steps(lines)}</ol> }.into_any(),
                                None => view! { <p class="hush">{say!(desk, inspector.asking)}</p> }.into_any(),
                            }}
                        </section>
                    }
                })
        }}
    }
}
