//! The outline: the nodes as a list of buttons, for the keyboard and for screen readers.
//!
//! It lies over the canvas with each button where its node is seen, so that the focus is
//! seen where it is; pointers go through it to the canvas.

use leptos::html::Ul;
use leptos::prelude::*;
use sim_core::layout::Rect;
use sim_core::world::NodeId;

use super::scene::title;
use super::{Stand, keys};
use crate::desk::Desk;
use crate::i18n::said;
use interplay_flow::faces::{Face, Gauges};
use interplay_flow::hit::Picked;

/// The list.
#[component]
pub(crate) fn Outline(
    node_ref: NodeRef<Ul>,
    #[prop(into)] boxes: Signal<Vec<(NodeId, Rect)>>,
    stand: Stand,
) -> impl IntoView {
    let desk = Desk::of_here();
    let ids = move || boxes.with(|boxes| boxes.iter().map(|(id, _)| *id).collect::<Vec<_>>());
    let style = move |id: NodeId| {
        boxes.with(|boxes| {
            let (_, rect) = boxes.iter().find(|(known, _)| *known == id)?;
            Some(format!(
                "left:{}px;top:{}px;width:{}px;height:{}px",
                rect.x, rect.y, rect.width, rect.height
            ))
        })
    };
    view! {
        <ul class="outline" node_ref=node_ref aria-label=said!(desk, view.node_list)>
            // By node, so that one that moves keeps the focus.
            <For each=ids key=|id| *id let:id>
                <li style=move || style(id)>
                    <button
                        data-node=move || name(desk, id)
                        aria-pressed=move || (desk.picked.get() == Some(Picked::Node(id))).to_string()
                        on:click=move |_| desk.pick(Some(Picked::Node(id)))
                        on:keydown=move |event| keys::nudge(stand, id, &event)
                    >
                        {move || describe(desk, id)}
                    </button>
                </li>
            </For>
        </ul>
    }
}

fn name(desk: Desk, id: NodeId) -> String {
    desk.stage.with(|stage| {
        let node = stage
            .as_ref()
            .and_then(|stage| stage.topology.nodes.get(id.index()));
        node.map(|node| node.name.clone()).unwrap_or_default()
    })
}

/// A node and its gauges in words. While time passes the numbers rest: a screen reader
/// would never finish reading them.
pub(super) fn describe(desk: Desk, id: NodeId) -> String {
    if !desk.playing.get() {
        desk.moment.track();
    }
    let locale = desk.locale.get();
    let described = desk.ask(|player| {
        let node = player.stage().topology.nodes.get(id.index())?;
        let face = Face::of(node, player.picture());
        let gauges = match face.gauges {
            Gauges::Client { open, done, failed } => {
                crate::i18n::text!(
                    locale,
                    node.summary_client,
                    open = open,
                    ok = done,
                    failed = failed
                )
            }
            Gauges::Service {
                busy,
                workers,
                waiting,
                queue,
            } => crate::i18n::text!(
                locale,
                node.summary_service,
                busy = busy,
                workers = workers,
                waiting = waiting,
                queue = queue
            ),
            Gauges::Queue { ready, unacked } => {
                crate::i18n::text!(locale, node.summary_queue, ready = ready, unacked = unacked)
            }
            Gauges::Store {
                busy,
                waiting,
                rows,
                ..
            } => crate::i18n::text!(
                locale,
                node.summary_store,
                busy = busy,
                waiting = waiting,
                rows = rows
            ),
        };
        let condition = crate::inspector::words::condition(locale, face.condition);
        Some(format!("{}: {gauges}, {condition}", title(node, locale)))
    });
    described.flatten().unwrap_or_default()
}
