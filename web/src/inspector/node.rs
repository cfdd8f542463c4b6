//! A node: its state at the cursor, instance by instance, its settings, what happened to it
//! last.

use std::rc::Rc;

use interplay_protocol::Stage;
use leptos::prelude::*;
use sim_core::kernel::{EntityId, RecordId};
use sim_core::observe::EntityState;
use sim_core::world::{Condition, Node, NodeId, NodeKind, Record};

use super::links::{Copy, Neighbours, PolicyLink};
use super::machines::Machines;
use super::settings::SettingKnobs;
use super::{Back, Records, Row, words};
use crate::code::{ShowInText, path_of};
use crate::desk::Desk;
use crate::hand::{Hand, Structure};
use crate::i18n::{Locale, count, moment, said, say, text};
use crate::player::Player;
use crate::views::flow::faces::{Face, Gauges};
use crate::views::flow::hit::Picked;
use crate::views::flow::scene::{entities, title};

/// Records of the node that are listed, and how many of all are looked at for them.
const LISTED: usize = 12;
const LOOKED_AT: usize = 5_000;

/// A node.
#[component]
pub(super) fn NodePanel(id: NodeId) -> impl IntoView {
    let desk = Desk::of_here();
    let recent = Memo::new(move |_| {
        desk.moment.track();
        desk.ask(|player| recent(player, id)).unwrap_or_default()
    });
    let head = move || {
        let locale = desk.locale.get();
        with_node(desk, id, |node| {
            (
                title(node, locale),
                kind(locale, node),
                node.name.clone(),
                path_of(node),
            )
        })
    };
    let face = move || {
        desk.moment.track();
        desk.ask(|player| {
            player
                .stage()
                .topology
                .nodes
                .get(id.index())
                .map(|node| Face::of(node, player.picture()))
        })
        .flatten()
    };
    let state = move || {
        let locale = desk.locale.get();
        face().map(|face| {
            let rows = gauges(locale, face.gauges)
                .into_iter()
                .chain(counters(locale, desk, id))
                .map(|(name, value)| view! { <Row name=name value=value /> });
            let class = condition_class(face.condition);
            view! {
                <dl class="facts">
                    <dt>{text!(locale, node.condition)}</dt>
                    <dd class=class>{words::condition(locale, face.condition)}</dd>
                    {rows.collect_view()}
                </dl>
            }
        })
    };
    let settings =
        move || with_node(desk, id, |node| settings(desk.locale.get(), node)).unwrap_or_default();
    // What leaves its instances out, and what scales it, bear its name.
    let name =
        Memo::new(move |_| with_node(desk, id, |node| node.name.clone()).unwrap_or_default());
    let below = Signal::derive(move || {
        with_node(desk, id, |node| {
            place_in_document(node).into_iter().collect()
        })
        .unwrap_or_default()
    });
    view! {
        <Back />
        {move || {
            head()
                .map(|(title, kind, name, path)| {
                    view! {
                        <h2>{title}</h2>
                        <p class="hush">
                            {kind}
                            " "
                            <code>{name.clone()}</code>
                            <Copy text=Signal::stored(name) />
                        </p>
                        {path.filter(|_| !desk.embed.get()).map(|path| view! { <ShowInText path=path /> })}
                    }
                })
        }}
        <h3>{move || say!(desk, inspector.state, at = at(desk))}</h3>
        {state}
        <Hand id=id />
        <Structure id=id />
        <Instances id=id />
        <Machines policy=name />
        <Neighbours id=id />
        <Policies id=id />
        <SettingKnobs below=below />
        <h3>{said!(desk, inspector.recent)}</h3>
        <Show
            when=move || !recent.with(Vec::is_empty)
            fallback=move || view! { <p class="hush">{said!(desk, inspector.nothing_recent)}</p> }
        >
            <Records records=recent />
        </Show>
        <Show when=move || !settings().is_empty()>
            <h3>{said!(desk, inspector.mode)}</h3>
            <dl class="facts">
                {move || settings().into_iter().map(|(name, value)| view! { <Row name=name value=value /> }).collect_view()}
            </dl>
        </Show>
    }
}

/// Where a node stands in the document.
fn place_in_document(node: &Node) -> Option<String> {
    let name = &node.name;
    Some(match node.kind {
        NodeKind::Hand => return None,
        NodeKind::Client => format!("clients.{name}"),
        NodeKind::Service { .. } | NodeKind::External { .. } => format!("services.{name}"),
        NodeKind::Queue => {
            let (broker, queue) = name.split_once('.')?;
            format!("brokers.{broker}.rabbitmq.queues.{queue}")
        }
        NodeKind::Store { .. } => format!("stores.{name}"),
    })
}

/// The policies around what a node asks of others.
#[component]
fn Policies(id: NodeId) -> impl IntoView {
    let desk = Desk::of_here();
    let policies = Memo::new(move |_| {
        desk.stage.with(|stage| {
            let contacts = stage.iter().flat_map(|stage| &stage.contacts);
            let mut names: Vec<_> = contacts
                .filter(|contact| contact.from == id)
                .flat_map(|contact| contact.with.iter().cloned())
                .collect();
            names.sort_unstable();
            names.dedup();
            names
        })
    });
    view! {
        <Show when=move || !policies.with(Vec::is_empty)>
            <h3>{said!(desk, policy.around)}</h3>
            <p class="policies">
                {move || policies.get().into_iter().map(|name| view! { <PolicyLink name=name /> }).collect_view()}
            </p>
        </Show>
    }
}

/// The state of each instance, if there are several.
#[component]
fn Instances(id: NodeId) -> impl IntoView {
    let desk = Desk::of_here();
    let states = move || {
        desk.moment.track();
        desk.ask(|player| {
            let node = player.stage().topology.nodes.get(id.index())?;
            let states = player.picture().entities.get(entities(node))?.to_vec();
            (states.len() > 1).then_some((node.first_entity.0, states))
        })
        .flatten()
    };
    let row = move |first: u32, place: usize, state: EntityState| {
        let instance = Picked::Instance(EntityId(first + place as u32));
        let locale = desk.locale.get_untracked();
        view! {
            <tr class=condition_class(state.condition)>
                <td>
                    <button class="link to" on:click=move |_| desk.pick(Some(instance))>
                        {place + 1}
                    </button>
                </td>
                <td class="words">{words::standing(locale, &state)}</td>
                <td>{state.busy}</td>
                <td>{state.waiting}</td>
                <td>{count(state.done)}</td>
                <td>{count(state.failed)}</td>
            </tr>
        }
    };
    view! {
        {move || {
            states()
                .map(|(first, states)| {
                    view! {
                        <table>
                            <caption>{say!(desk, node.instance_list)}</caption>
                            <thead>
                                <tr>
                                    <th scope="col">"№"</th>
                                    <th scope="col" class="words">{say!(desk, node.condition)}</th>
                                    <th scope="col">{say!(desk, node.busy)}</th>
                                    <th scope="col">{say!(desk, node.waiting)}</th>
                                    <th scope="col">"✓"</th>
                                    <th scope="col">"✕"</th>
                                </tr>
                            </thead>
                            <tbody>{states.into_iter().enumerate().map(|(place, state)| row(first, place, state)).collect_view()}</tbody>
                        </table>
                    }
                })
        }}
    }
}

/// The moment at the cursor.
pub(super) fn at(desk: Desk) -> String {
    desk.moment.track();
    moment(
        desk.locale.get(),
        desk.ask(Player::time).unwrap_or_default(),
        3,
    )
}

/// What a node is.
pub(super) fn kind(locale: Locale, node: &Node) -> String {
    let name = match node.kind {
        NodeKind::Hand => text!(locale, node.hand),
        NodeKind::Client => text!(locale, node.client),
        NodeKind::Service { .. } => text!(locale, node.service),
        NodeKind::External { .. } => text!(locale, node.external),
        NodeKind::Queue => text!(locale, node.queue),
        NodeKind::Store { memory: false, .. } => text!(locale, node.store),
        NodeKind::Store { memory: true, .. } => text!(locale, node.memory),
    };
    if node.entities > 1 {
        format!(
            "{name}, {}",
            text!(locale, node.instances, count = node.entities)
        )
    } else {
        name
    }
}

fn with_node<T>(desk: Desk, id: NodeId, act: impl FnOnce(&Node) -> T) -> Option<T> {
    desk.stage
        .with(|stage: &Option<Rc<Stage>>| stage.as_ref()?.topology.nodes.get(id.index()).map(act))
}

fn gauges(locale: Locale, gauges: Gauges) -> Vec<(String, String)> {
    match gauges {
        Gauges::Client { open, done, failed } => vec![
            (text!(locale, node.tasks), count(open.into())),
            (text!(locale, node.ok), count(done)),
            (text!(locale, node.failed), count(failed)),
        ],
        Gauges::Service {
            busy,
            workers,
            waiting,
            queue,
        } => vec![
            (text!(locale, node.workers), format!("{busy} / {workers}")),
            (
                text!(locale, node.queue_fill),
                format!("{waiting} / {queue}"),
            ),
        ],
        Gauges::Queue { ready, unacked } => vec![
            (text!(locale, node.ready), count(ready.into())),
            (text!(locale, node.unacked), count(unacked.into())),
        ],
        Gauges::Store {
            busy,
            connections,
            waiting,
            locked,
            transactions,
            rows,
        } => {
            let taken = match connections {
                Some(all) => format!("{busy} / {all}"),
                None => count(busy.into()),
            };
            vec![
                (text!(locale, node.connections), taken),
                (text!(locale, node.in_line), count(waiting.into())),
                (text!(locale, node.transactions), count(transactions.into())),
                (text!(locale, node.locked), count(locked.into())),
                (text!(locale, node.rows), count(rows.into())),
            ]
        }
    }
}

/// What has been counted since the beginning, of all instances together.
fn counters(locale: Locale, desk: Desk, id: NodeId) -> Vec<(String, String)> {
    let sums = desk.ask(|player| {
        let node = player.stage().topology.nodes.get(id.index())?;
        let states = player.picture().entities.get(entities(node))?;
        let sum = |of: fn(&EntityState) -> u64| count(states.iter().map(of).sum());
        Some(match node.kind {
            // A client shows these among its gauges.
            NodeKind::Hand | NodeKind::Client => Vec::new(),
            NodeKind::Service { .. } | NodeKind::External { .. } | NodeKind::Store { .. } => vec![
                (text!(locale, node.done), sum(|state| state.done)),
                (text!(locale, node.failed), sum(|state| state.failed)),
                (text!(locale, node.rejected), sum(|state| state.rejected)),
            ],
            NodeKind::Queue => vec![
                (
                    text!(locale, node.consumers),
                    sum(|state| state.consumers.into()),
                ),
                (text!(locale, node.acknowledged), sum(|state| state.done)),
            ],
        })
    });
    sums.flatten().unwrap_or_default()
}

fn settings(locale: Locale, node: &Node) -> Vec<(String, String)> {
    match node.kind {
        NodeKind::Service {
            workers,
            queue,
            blocking,
        }
        | NodeKind::External {
            workers,
            queue,
            blocking,
        } => {
            let mode = if blocking {
                text!(locale, node.blocking)
            } else {
                text!(locale, node.non_blocking)
            };
            vec![
                (
                    text!(locale, node.workers_each),
                    format!("{workers}, {mode}"),
                ),
                (text!(locale, node.queue_each), count(queue.into())),
            ]
        }
        NodeKind::Hand | NodeKind::Client | NodeKind::Queue | NodeKind::Store { .. } => Vec::new(),
    }
}

/// The condition as the style sheet knows it.
pub(super) const fn condition_class(condition: Condition) -> &'static str {
    match condition {
        Condition::Up => "up",
        Condition::Absent | Condition::Slow | Condition::Draining | Condition::Paused => "slow",
        Condition::Failing | Condition::Full | Condition::Down => "bad",
    }
}

/// The latest records of a node, the latest first.
fn recent(player: &Player, id: NodeId) -> Vec<(RecordId, Record)> {
    let topology = &player.stage().topology;
    let is_here = |record: &Record| topology.node_of.get(record.entity.index()) == Some(&id);
    let past = player.reel().past().take(LOOKED_AT);
    past.filter(|(_, record)| is_here(record))
        .take(LISTED)
        .map(|(id, record)| (id, *record))
        .collect()
}
