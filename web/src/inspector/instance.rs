//! One instance of a service: its own state, counters and records.

use leptos::prelude::*;
use sim_core::kernel::{EntityId, RecordId};
use sim_core::world::{NodeKind, Record};

use super::links::NodeLink;
use super::node::{at, condition_class};
use super::{Back, Records, Row, words};
use crate::desk::Desk;
use crate::i18n::{count, said, say, text};
use crate::player::Player;

/// Records of the instance that are listed, and how many of all are looked at for them.
const LISTED: usize = 12;
const LOOKED_AT: usize = 5_000;

/// An instance.
#[component]
pub(super) fn InstancePanel(id: EntityId) -> impl IntoView {
    let desk = Desk::of_here();
    let recent = Memo::new(move |_| {
        desk.moment.track();
        desk.ask(|player| recent(player, id)).unwrap_or_default()
    });
    let head = move || {
        let locale = desk.locale.get();
        desk.stage.with(|stage| {
            let stage = stage.as_ref()?;
            let name = stage.topology.entities.get(id.index())?.clone();
            let node = *stage.topology.node_of.get(id.index())?;
            Some((words::entity(locale, stage, id), name, node))
        })
    };
    let state = move || {
        desk.moment.track();
        let locale = desk.locale.get();
        let found = desk.ask(|player| {
            let state = *player.picture().entities.get(id.index())?;
            let topology = &player.stage().topology;
            let node = topology.node_of.get(id.index())?;
            Some((state, topology.nodes.get(node.index())?.kind))
        });
        found.flatten().map(|(state, kind)| {
            let of = |now: u32, all: Option<u32>| match all {
                Some(all) => format!("{now} / {all}"),
                None => count(now.into()),
            };
            let (workers, queue) = match kind {
                NodeKind::Service { workers, queue, .. }
                | NodeKind::External { workers, queue, .. } => (Some(workers), Some(queue)),
                _ => (None, None),
            };
            view! {
                <dl class="facts">
                    <dt>{text!(locale, node.condition)}</dt>
                    <dd class=condition_class(state.condition)>{words::standing(locale, &state)}</dd>
                    <Row name=text!(locale, node.workers) value=of(state.busy, workers) />
                    <Row name=text!(locale, node.queue_fill) value=of(state.waiting, queue) />
                    <Row name=text!(locale, node.tasks) value=count(state.tasks.into()) />
                    <Row name=text!(locale, node.done) value=count(state.done) />
                    <Row name=text!(locale, node.failed) value=count(state.failed) />
                    <Row name=text!(locale, node.rejected) value=count(state.rejected) />
                </dl>
            }
        })
    };
    view! {
        <Back />
        {move || {
            head()
                .map(|(title, name, node)| {
                    view! {
                        <h2>{title}</h2>
                        <p class="hush">
                            {say!(desk, inspector.instance_of)}
                            " "
                            <NodeLink id=node />
                            " "
                            <code>{name}</code>
                        </p>
                    }
                })
        }}
        <h3>{move || say!(desk, inspector.state, at = at(desk))}</h3>
        {state}
        <h3>{said!(desk, inspector.recent)}</h3>
        <Show
            when=move || !recent.with(Vec::is_empty)
            fallback=move || view! { <p class="hush">{said!(desk, inspector.nothing_recent)}</p> }
        >
            <Records records=recent />
        </Show>
    }
}

/// The latest records of an instance, the latest first.
fn recent(player: &Player, id: EntityId) -> Vec<(RecordId, Record)> {
    let past = player.reel().past().take(LOOKED_AT);
    past.filter(|(_, record)| record.entity == id)
        .take(LISTED)
        .map(|(id, record)| (id, *record))
        .collect()
}
