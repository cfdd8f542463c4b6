//! Ways from one thing in the inspector to another: whatever is named can be picked.

use leptos::prelude::*;
use sim_core::world::{EdgeId, NodeId};

use super::subject;
use crate::desk::Desk;
use crate::i18n::said;
use crate::ui::clipboard;
use crate::ui::icons::{Drawn, Icon};
use crate::views::flow::hit::Picked;
use crate::views::flow::scene::title;

/// A node by its title.
#[component]
pub(super) fn NodeLink(id: NodeId) -> impl IntoView {
    let desk = Desk::of_here();
    let called = move || node_title(desk, id);
    view! {
        <button class="link to" on:click=move |_| desk.pick(Some(Picked::Node(id)))>
            {called}
        </button>
    }
}

/// A policy by its name.
#[component]
pub(super) fn PolicyLink(name: String) -> impl IntoView {
    let desk = Desk::of_here();
    let called = name.clone();
    let pick = move |_| {
        let found = desk
            .stage
            .with_untracked(|stage| subject::policy(stage.as_ref()?, &called));
        if found.is_some() {
            desk.pick(found);
        }
    };
    view! {
        <button class="link to" on:click=pick>
            <code>{name}</code>
        </button>
    }
}

/// The lines that begin or end at a node, each with what is at its other end.
#[component]
pub(super) fn Neighbours(id: NodeId) -> impl IntoView {
    let desk = Desk::of_here();
    let edges = move || {
        desk.stage.with(|stage| {
            let edges = stage.iter().flat_map(|stage| &stage.topology.edges);
            edges
                .enumerate()
                .filter(|(_, edge)| edge.from == id || edge.to == id)
                .map(|(place, edge)| {
                    let from_here = edge.from == id;
                    let other = if from_here { edge.to } else { edge.from };
                    (EdgeId(place as u32), from_here, other)
                })
                .collect::<Vec<_>>()
        })
    };
    let row = move |(edge, from_here, other): (EdgeId, bool, NodeId)| {
        let arrow = if from_here { "→" } else { "←" };
        view! {
            <li>
                <button class="link" on:click=move |_| desk.pick(Some(Picked::Edge(edge)))>
                    <span class="hush">{arrow}</span>
                    " "
                    {node_title(desk, other)}
                </button>
            </li>
        }
    };
    view! {
        <Show when=move || !edges().is_empty()>
            <h3>{said!(desk, inspector.neighbours)}</h3>
            <ul class="neighbours">{move || edges().into_iter().map(row).collect_view()}</ul>
        </Show>
    }
}

/// A button that copies a text.
#[component]
pub(super) fn Copy(#[prop(into)] text: Signal<String>) -> impl IntoView {
    let desk = Desk::of_here();
    let copied = RwSignal::new(false);
    let copy = move |_| {
        clipboard::copy(&text.get_untracked(), move || copied.set(true));
    };
    view! {
        <button
            class="quiet small copy"
            title=said!(desk, inspector.copy)
            aria-label=said!(desk, inspector.copy)
            on:click=copy
            on:pointerleave=move |_| copied.set(false)
        >
            <Show when=move || copied.get() fallback=|| view! { <Drawn icon=Icon::Copy /> }>
                <span role="status">"✓"</span>
            </Show>
        </button>
    }
}

fn node_title(desk: Desk, id: NodeId) -> String {
    let locale = desk.locale.get();
    desk.stage.with(|stage| {
        let node = stage
            .as_ref()
            .and_then(|stage| stage.topology.nodes.get(id.index()));
        node.map(|node| title(node, locale)).unwrap_or_default()
    })
}
