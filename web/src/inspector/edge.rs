//! A line between two nodes: what goes along it, what is asked and under which policies, its
//! figures once the run has ended, and what the network is like there.

use interplay_protocol::Stage;
use leptos::prelude::*;
use sim_core::kernel::RecordId;
use sim_core::observe::CallSummary;
use sim_core::world::{Direction, Edge, EdgeId, EdgeKind, NodeId, NodeKind, Record, What};

use super::links::{NodeLink, PolicyLink};
use super::node::at;
use super::settings::SettingKnobs;
use super::{Back, Records, Row};
use crate::desk::Desk;
use crate::i18n::{Locale, count, duration, said, say, text};
use crate::player::Player;

/// Records of the line that are listed, and how many of all are looked at for them.
const LISTED: usize = 12;
const LOOKED_AT: usize = 5_000;

/// A line.
#[component]
pub(super) fn EdgePanel(id: EdgeId) -> impl IntoView {
    let desk = Desk::of_here();
    let edge = Memo::new(move |_| {
        desk.stage
            .with(|stage| stage.as_ref()?.topology.edges.get(id.index()).cloned())
    });
    let recent = Memo::new(move |_| {
        desk.moment.track();
        desk.ask(|player| recent(player, id)).unwrap_or_default()
    });
    let under_way = move || {
        desk.moment.track();
        let locale = desk.locale.get();
        let (there, back) = desk.ask(|player| under_way(player, id)).unwrap_or_default();
        view! {
            <dl class="facts">
                <Row name=text!(locale, edge.there) value=count(there) />
                <Row name=text!(locale, edge.back) value=count(back) />
            </dl>
        }
    };
    let below = Signal::derive(move || {
        desk.stage.with(|stage| {
            stage
                .as_ref()
                .map(|stage| below(stage, id))
                .unwrap_or_default()
        })
    });
    view! {
        <Back />
        {move || {
            edge.get()
                .map(|edge| {
                    view! {
                        <h2 class="ends">
                            <NodeLink id=edge.from />
                            <span aria-hidden="true">"→"</span>
                            <NodeLink id=edge.to />
                        </h2>
                        <p class="hush">{kind(desk.locale.get(), edge.kind)}</p>
                    }
                })
        }}
        <Asked id=id />
        <h3>{move || say!(desk, edge.under_way, at = at(desk))}</h3>
        {under_way}
        <Figures id=id />
        <h3>{said!(desk, inspector.recent)}</h3>
        <Show
            when=move || !recent.with(Vec::is_empty)
            fallback=move || view! { <p class="hush">{said!(desk, inspector.nothing_recent)}</p> }
        >
            <Records records=recent />
        </Show>
        <SettingKnobs below=below />
    }
}

/// What is asked over the line, each with its policies.
#[component]
fn Asked(id: EdgeId) -> impl IntoView {
    let desk = Desk::of_here();
    let asked = move || {
        desk.stage.with(|stage| {
            let stage = stage.as_ref()?;
            let edge = stage.topology.edges.get(id.index())?;
            let contacts = stage.contacts.iter().filter(|contact| {
                (contact.from, contact.to, contact.kind) == (edge.from, edge.to, edge.kind)
            });
            let rows = contacts.map(|contact| {
                let policies = contact.with.clone().into_iter();
                let policies = policies.map(|name| view! { <PolicyLink name=name /> });
                view! {
                    <li>
                        <code>{contact.what.clone()}</code>
                        <span class="policies">{policies.collect_view()}</span>
                    </li>
                }
            });
            Some(rows.collect_view())
        })
    };
    view! { <ul class="asked">{asked}</ul> }
}

/// What the callers' side of the line measured, once the run has ended.
#[component]
fn Figures(id: EdgeId) -> impl IntoView {
    let desk = Desk::of_here();
    let figures = move || {
        desk.progress.track();
        let found = desk.ask(|player| {
            let stage = player.stage();
            let edge = stage.topology.edges.get(id.index())?;
            let calls = &player.ending()?.summary.calls;
            let of_edge = |call: &&CallSummary| is_over(stage, edge, call);
            Some(calls.iter().filter(of_edge).cloned().collect::<Vec<_>>())
        });
        found.flatten().unwrap_or_default()
    };
    let table = move |call: CallSummary| {
        let locale = desk.locale.get();
        let outcomes = call.outcomes;
        view! {
            <h4><code>{call.to}</code></h4>
            <dl class="facts two">
                <Row name=text!(locale, edge.calls) value=count(call.calls) />
                <Row name=text!(locale, edge.attempts) value=count(call.attempts) />
                <Row name=text!(locale, inspector.ok) value=count(outcomes.ok) />
                <Row name=text!(locale, inspector.declined) value=count(outcomes.declined) />
                <Row name=text!(locale, inspector.errors) value=count(outcomes.total() - outcomes.ok - outcomes.declined - outcomes.timeout) />
                <Row name=text!(locale, inspector.timeouts) value=count(outcomes.timeout) />
                <Row name=text!(locale, inspector.p50) value=duration(locale, call.took.p50) />
                <Row name=text!(locale, inspector.p99) value=duration(locale, call.took.p99) />
                <Row name=text!(locale, inspector.late) value=count(call.late) />
            </dl>
        }
    };
    view! {
        <Show when=move || !figures().is_empty()>
            <h3>{said!(desk, edge.figures)}</h3>
            {move || figures().into_iter().map(table).collect_view()}
        </Show>
    }
}

fn is_over(stage: &Stage, edge: &Edge, call: &CallSummary) -> bool {
    let name = |node: NodeId| {
        let node = stage.topology.nodes.get(node.index());
        node.map_or("", |node| node.name.as_str())
    };
    let to = name(edge.to);
    let owner = call.to.strip_prefix(to);
    call.kind == edge.kind
        && call.from == name(edge.from)
        && owner.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// What a line is for.
fn kind(locale: Locale, kind: EdgeKind) -> String {
    match kind {
        EdgeKind::Call => text!(locale, edge.call),
        EdgeKind::Publish => text!(locale, edge.publish),
        EdgeKind::Deliver => text!(locale, edge.deliver),
        EdgeKind::Statement => text!(locale, edge.statement),
    }
}

/// How many messages are on their way, there and back.
fn under_way(player: &Player, id: EdgeId) -> (u64, u64) {
    let flights = player.picture().flights.values();
    flights
        .filter(|flight| flight.edge == id)
        .fold((0, 0), |(there, back), flight| match flight.direction {
            Direction::Forward => (there + 1, back),
            Direction::Back => (there, back + 1),
        })
}

/// The latest messages that were sent over the line, the latest first.
fn recent(player: &Player, id: EdgeId) -> Vec<(RecordId, Record)> {
    let is_here =
        |record: &Record| matches!(record.what, What::MessageSent { edge, .. } if edge == id);
    let past = player.reel().past().take(LOOKED_AT);
    past.filter(|(_, record)| is_here(record))
        .take(LISTED)
        .map(|(id, record)| (id, *record))
        .collect()
}

/// Where the settings of a line stand in the document: those of its link, and of the policies
/// around what is asked over it.
fn below(stage: &Stage, id: EdgeId) -> Vec<String> {
    let Some(edge) = stage.topology.edges.get(id.index()) else {
        return Vec::new();
    };
    let owner = |node: NodeId| {
        let node = stage.topology.nodes.get(node.index());
        node.map_or("", |node| match node.kind {
            NodeKind::Queue => node.name.split('.').next().unwrap_or_default(),
            _ => &node.name,
        })
    };
    let ends = [owner(edge.from), owner(edge.to)];
    let link = stage.links.iter().find(|link| {
        let named = [link.from.as_str(), link.to.as_str()];
        named == ends || named == [ends[1], ends[0]]
    });
    let mut below = Vec::new();
    for contact in &stage.contacts {
        if (contact.from, contact.to, contact.kind) == (edge.from, edge.to, edge.kind) {
            for policy in &contact.with {
                let path = format!("policies.{policy}");
                if !below.contains(&path) {
                    below.push(path);
                }
            }
        }
    }
    below.extend(link.map(|link| format!("links.{}", link.name)));
    below.push("links.default".to_owned());
    below
}
