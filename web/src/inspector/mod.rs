//! The inspector: what is picked, as it is at the cursor, in numbers and in words.
//!
//! The picture at the cursor flows in a few times a second while time passes, and at once
//! when it stands still; wishes to be elsewhere flow out.

mod causes;
mod diagram;
mod edge;
mod entry;
mod instance;
mod links;
mod machines;
mod message;
mod node;
mod policy;
mod run;
mod settings;
pub(crate) mod subject;
pub(crate) mod words;

use leptos::prelude::*;
use sim_core::kernel::RecordId;
use sim_core::world::Record;

use crate::desk::Desk;
use crate::i18n::{moment, said};
use crate::views::flow::hit::Picked;

use causes::CausesOf;
use edge::EdgePanel;
use entry::EntryPanel;
use instance::InstancePanel;
use message::MessagePanel;
pub(crate) use message::flight;
use node::NodePanel;
use policy::PolicyPanel;
use run::RunPanel;

/// What is picked, or the run as a whole.
#[component]
pub(crate) fn Inspector() -> impl IntoView {
    let desk = Desk::of_here();
    view! {
        <div class="inspector">
            <CausesOf />
            {move || match desk.picked.get() {
                Some(Picked::Node(node)) => view! { <NodePanel id=node /> }.into_any(),
                Some(Picked::Instance(entity)) => view! { <InstancePanel id=entity /> }.into_any(),
                Some(Picked::Edge(edge)) => view! { <EdgePanel id=edge /> }.into_any(),
                Some(Picked::Entry(place)) => view! { <EntryPanel place=place /> }.into_any(),
                Some(Picked::Policy(place)) => view! { <PolicyPanel place=place /> }.into_any(),
                Some(Picked::Message(message)) => view! { <MessagePanel id=message /> }.into_any(),
                None => view! { <RunPanel /> }.into_any(),
            }}
        </div>
    }
}

/// The way back to the run, on top of whatever is picked.
#[component]
fn Back() -> impl IntoView {
    let desk = Desk::of_here();
    view! {
        <button class="link back" on:click=move |_| desk.pick(None)>
            "‹ "
            {said!(desk, inspector.back)}
        </button>
    }
}

/// A name and its value.
#[component]
fn Row(#[prop(into)] name: Signal<String>, #[prop(into)] value: Signal<String>) -> impl IntoView {
    view! {
        <dt>{name}</dt>
        <dd>{value}</dd>
    }
}

/// Records in words, each a way to be there, with the question why it happened.
#[component]
fn Records(#[prop(into)] records: Signal<Vec<(RecordId, Record)>>) -> impl IntoView {
    let desk = Desk::of_here();
    let lines = move || {
        let locale = desk.locale.get();
        let said = desk.stage.with(|stage| {
            let stage = stage.as_ref()?;
            let sentence = |record: &Record| words::sentence(locale, stage, record);
            Some(
                records
                    .get()
                    .into_iter()
                    .map(|(id, record)| (id, record.at, sentence(&record)))
                    .collect::<Vec<_>>(),
            )
        });
        said.unwrap_or_default()
    };
    view! {
        <ol class="records">
            <For each=lines key=|(id, _, said)| (*id, said.clone()) let:line>
                <li>
                    <button
                        class="link"
                        title=said!(desk, inspector.jump)
                        on:click=move |_| desk.jump(line.0)
                    >
                        <span class="at">{moment(desk.locale.get_untracked(), line.1, words::DECIMALS)}</span>
                        <span class="what">{line.2.clone()}</span>
                    </button>
                    <button
                        class="quiet small"
                        title=said!(desk, inspector.why)
                        aria-label=said!(desk, inspector.why)
                        on:click=move |_| desk.ask_why(line.0)
                    >
                        "?"
                    </button>
                </li>
            </For>
        </ol>
    }
}
