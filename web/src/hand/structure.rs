//! What the system is made of: adding, connecting, renaming and deleting, by hand.

use leptos::ev;
use leptos::html::Input;
use leptos::prelude::*;
use sim_core::scenario::editing::Edit;
use sim_core::world::{NodeId, NodeKind};
use wasm_bindgen::JsCast;

use super::act::path_of;
use super::node;
use crate::desk::Desk;
use crate::i18n::{said, say};
use crate::ui::icons::{Drawn, Icon};
use crate::views::flow::scene::title;

/// What a new service is called, before its number.
const NEW_SERVICE: &str = "service";

/// Ways to change what a node is called and what it leads to, and to delete it.
#[component]
pub(crate) fn Structure(id: NodeId) -> impl IntoView {
    let desk = Desk::of_here();
    let path = move || node(desk, id, path_of).flatten();
    let name = move || node(desk, id, |node| node.name.clone()).unwrap_or_default();
    let own = move || {
        let name = name();
        name.rsplit_once('.')
            .map_or(name.clone(), |(_, own)| own.to_owned())
    };
    let renamed = NodeRef::<Input>::new();
    let rename = move || {
        let to = renamed
            .get_untracked()
            .map(|input| input.value().trim().to_owned());
        if let (Some(from), Some(to)) = (path(), to)
            && !to.is_empty()
            && to != own()
        {
            // Nodes get other numbers; the menu is about one of them.
            desk.hand_menu.set(None);
            desk.edit(Edit::Rename { from, to });
        }
    };
    let remove = move |_| {
        if let Some(path) = path() {
            desk.hand_menu.set(None);
            desk.edit(Edit::Remove { path });
        }
    };
    view! {
        <Show when=move || path().is_some()>
            <details
                class="structure"
                prop:open=move || desk.structure_open.get()
                on:toggle=move |event| desk.structure_open.set(is_open(&event))
            >
                <summary>{said!(desk, hand.structure)}</summary>
                <form
                    class="hand-line"
                    on:submit=move |event: ev::SubmitEvent| {
                        event.prevent_default();
                        rename();
                    }
                >
                    <input
                        type="text"
                        maxlength="64"
                        spellcheck="false"
                        autocapitalize="off"
                        aria-label=said!(desk, hand.name)
                        data-hand="name"
                        prop:value=own
                        node_ref=renamed
                    />
                    <button data-action="rename">{said!(desk, hand.rename)}</button>
                </form>
                <Connect id=id />
                <button class="with-text danger" data-action="delete" title=said!(desk, hand.delete_means) on:click=remove>
                    <Drawn icon=Icon::Close />
                    {move || say!(desk, hand.delete, name = own())}
                </button>
            </details>
        </Show>
    }
}

fn is_open(event: &ev::Event) -> bool {
    let details = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    details.is_some_and(|details| details.has_attribute("open"))
}

/// A choice of what a node can lead to.
#[component]
fn Connect(id: NodeId) -> impl IntoView {
    let desk = Desk::of_here();
    let targets = Memo::new(move |_| {
        let locale = desk.locale.get();
        desk.stage.with(|stage| {
            let Some(stage) = stage else {
                return Vec::new();
            };
            let nodes = &stage.topology.nodes;
            let Some(from) = nodes.get(id.index()) else {
                return Vec::new();
            };
            let is_target = |kind: NodeKind| {
                matches!(
                    (from.kind, kind),
                    (
                        NodeKind::Client | NodeKind::Service { .. } | NodeKind::External { .. },
                        NodeKind::Service { .. } | NodeKind::External { .. } | NodeKind::Queue,
                    ) | (
                        NodeKind::Queue,
                        NodeKind::Service { .. } | NodeKind::External { .. }
                    )
                )
            };
            let target = |other: &NodeId| {
                let node = nodes.get(other.index())?;
                let is_other = *other != id && is_target(node.kind);
                is_other.then(|| (node.name.clone(), title(node, locale)))
            };
            stage.shown.iter().filter_map(target).collect()
        })
    });
    let chosen = RwSignal::new(None::<String>);
    let connect = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let first = || targets.with_untracked(|all| all.first().map(|(name, _)| name.clone()));
        let from = node(desk, id, |node| node.name.clone());
        if let (Some(from), Some(to)) = (from, chosen.get_untracked().or_else(first)) {
            desk.hand_menu.set(None);
            desk.edit(Edit::Connect { from, to });
        }
    };
    view! {
        <Show when=move || !targets.with(Vec::is_empty)>
            <form class="hand-line" on:submit=connect>
                <select
                    aria-label=said!(desk, hand.connect_to)
                    data-hand="connect"
                    on:change=move |event| chosen.set(Some(event_target_value(&event)))
                >
                    {move || {
                        targets
                            .get()
                            .into_iter()
                            .map(|(name, said)| view! { <option value=name>{said}</option> })
                            .collect_view()
                    }}
                </select>
                <button data-action="connect" title=said!(desk, hand.connect_means)>{said!(desk, hand.connect)}</button>
            </form>
        </Show>
    }
}

/// A field for the name of a new service.
#[component]
pub(crate) fn AddService() -> impl IntoView {
    let desk = Desk::of_here();
    let field = NodeRef::<Input>::new();
    let add = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let name = field
            .get_untracked()
            .map(|input| input.value().trim().to_owned());
        if let Some(name) = name {
            let name = if name.is_empty() {
                free_name(desk)
            } else {
                name
            };
            desk.edit(Edit::AddService { name });
            if let Some(input) = field.get_untracked() {
                input.set_value("");
            }
        }
    };
    view! {
        <form class="hand-line add-service" on:submit=add>
            <input
                type="text"
                maxlength="64"
                spellcheck="false"
                autocapitalize="off"
                placeholder=move || free_name(desk)
                aria-label=said!(desk, hand.new_service)
                data-hand="new-service"
                node_ref=field
            />
            <button data-action="add-service">{said!(desk, hand.add_service)}</button>
        </form>
    }
}

/// A name that no node has; a signal.
fn free_name(desk: Desk) -> String {
    desk.stage.with(|stage| {
        let taken = |name: &String| {
            let mut nodes = stage.iter().flat_map(|stage| &stage.topology.nodes);
            nodes.any(|node| node.name == *name)
        };
        (1..=u32::MAX)
            .map(|number| format!("{NEW_SERVICE}-{number}"))
            .find(|name| !taken(name))
            .unwrap_or_default()
    })
}
