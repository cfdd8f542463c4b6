//! The run as a whole: what it is, what has become of its messages so far, its figures once
//! it has ended, and its digest.

use interplay_protocol::{AlertView, JudgedView};
use leptos::prelude::*;
use sim_core::kernel::{RecordId, SimTime};
use sim_core::observe::{ClientSummary, Ledger};
use sim_core::world::NodeId;

use super::links::Copy;
use super::node::{condition_class, kind};
use super::{Records, Row};
use crate::desk::Desk;
use crate::hand::{AddService, Entries};
use crate::i18n::{Locale, count, duration, language, moment, number, said, say, text};
use crate::player::{Command, Player};
use crate::trial::Panel as Trials;
use crate::views::flow::faces::Face;
use crate::views::flow::hit::Picked;
use crate::views::flow::scene::title;

/// Records that are listed.
const LISTED: usize = 5;
/// So many records a second of the screen can be followed.
const READABLE: f64 = 12.0;

/// The run.
#[component]
pub(super) fn RunPanel() -> impl IntoView {
    let desk = Desk::of_here();
    let description = move || {
        let language = language(desk.locale.get());
        desk.stage.with(|stage| {
            stage
                .as_ref()
                .map(|stage| stage.description.get(language).to_owned())
        })
    };
    // Faster than that, records would be gone before they are read.
    let readable = Memo::new(move |_| {
        desk.moment.track();
        let rate = desk.ask(|player| player.reel().density() * player.speed());
        !desk.playing.get() || rate.is_some_and(|rate| rate < READABLE)
    });
    let latest = Memo::new(move |_| {
        desk.moment.track();
        let latest = |player: &Player| {
            let past = player.reel().past().take(LISTED);
            past.map(|(id, record)| (id, *record)).collect::<Vec<_>>()
        };
        desk.ask(latest).unwrap_or_default()
    });
    view! {
        <Show when=move || desk.stage.with(Option::is_some)>
            <p class="about">{description}</p>
            <Remarks />
            <Verdicts />
            <Trials />
            <h3>{said!(desk, inspector.now)}</h3>
            <div class="now-list">
                <Show
                    when=move || readable.get()
                    fallback=move || view! { <p class="hush">{said!(desk, inspector.pause_for_now)}</p> }
                >
                    <Records records=latest />
                </Show>
            </div>
            <Entries />
            <h3>{said!(desk, inspector.nodes)}</h3>
            <p class="hush">{said!(desk, inspector.pick)}</p>
            <Nodes />
            <AddService />
            <h3>{said!(desk, inspector.ledger)}</h3>
            <Messages />
            <Figures />
            <h3>{said!(desk, inspector.run)}</h3>
            <Facts />
        </Show>
    }
}

/// What is odd about the document, though it can be run.
#[component]
fn Remarks() -> impl IntoView {
    let desk = Desk::of_here();
    let remarks = move || {
        let language = language(desk.locale.get());
        desk.stage.with(|stage| {
            let warnings = stage.iter().flat_map(|stage| &stage.warnings);
            warnings
                .map(|warning| warning.get(language))
                .map(|shown| (shown.line, shown.column, shown.message.clone()))
                .collect::<Vec<_>>()
        })
    };
    let line = move |(line, column, message)| {
        view! {
            <li>
                <span class="hush">{say!(desk, trouble.line, line = line, column = column)}</span>
                " "
                {message}
            </li>
        }
    };
    view! {
        <Show when=move || !remarks().is_empty()>
            <details class="remarks">
                <summary>{move || say!(desk, trouble.warnings, count = remarks().len())}</summary>
                <ul>{move || remarks().into_iter().map(line).collect_view()}</ul>
            </details>
        </Show>
    }
}

/// What was to hold and whether it did, and when alerts were firing, once the run has ended.
#[component]
fn Verdicts() -> impl IntoView {
    let desk = Desk::of_here();
    let found = Memo::new(move |_| {
        desk.progress.track();
        let told = desk.ask(|player| {
            let ending = player.ending()?;
            Some((ending.judged.clone(), ending.alerts.clone()))
        });
        told.flatten().unwrap_or_default()
    });
    let verdict = move |judged: JudgedView| {
        let locale = desk.locale.get();
        let [english, russian] = judged.words;
        let words = if locale == Locale::ru {
            russian
        } else {
            english
        };
        let (class, sign) = match judged.held {
            Some(true) => ("held", "✓"),
            Some(false) => ("violated", "✕"),
            None => ("inconclusive", "?"),
        };
        let jump = judged.at.map(|(at, record)| instant(desk, at, record));
        let name = judged.name.clone();
        view! {
            <li class=class data-property=name>
                <span aria-hidden="true">{sign}</span>
                <span>
                    <code>{judged.name}</code>
                    " "
                    {words}
                    " "
                    {jump}
                </span>
            </li>
        }
    };
    let alert = move |alert: AlertView| {
        let locale = desk.locale.get();
        let (class, sign) = if alert.firings.is_empty() {
            ("held", "○")
        } else {
            ("violated", "●")
        };
        let times = text!(locale, verdicts.fired, count = alert.firings.len());
        let firings = alert
            .firings
            .into_iter()
            .take(LISTED)
            .map(|(at, ..)| view! { " " {instant(desk, at, None)} })
            .collect_view();
        let name = alert.name.clone();
        view! {
            <li class=class data-alert=name>
                <span aria-hidden="true">{sign}</span>
                <span>
                    <code>{alert.name}</code>
                    " "
                    {times}
                    {firings}
                </span>
            </li>
        }
    };
    let any = move || found.with(|(judged, alerts)| !judged.is_empty() || !alerts.is_empty());
    view! {
        <Show when=any>
            <h3>{said!(desk, verdicts.title)}</h3>
            <ul class="verdicts">
                {move || found.get().0.into_iter().map(verdict).collect_view()}
                {move || found.get().1.into_iter().map(alert).collect_view()}
            </ul>
        </Show>
    }
}

/// A moment that can be gone to: to the record that something is put down to, if there is one.
fn instant(desk: Desk, at: SimTime, record: Option<RecordId>) -> impl IntoView {
    let go = move |_| match record {
        Some(record) => desk.jump(record),
        None => desk.command(Command::SeekTime(at)),
    };
    view! {
        <button class="link" title=said!(desk, inspector.jump) on:click=go>
            {moment(desk.locale.get(), at, 2)}
        </button>
    }
}

/// The nodes; picking one shows its state.
#[component]
fn Nodes() -> impl IntoView {
    let desk = Desk::of_here();
    let nodes = move || {
        let locale = desk.locale.get();
        desk.stage.with(|stage| {
            let Some(stage) = stage else {
                return Vec::new();
            };
            let entry = |id: &NodeId| {
                let node = stage.topology.nodes.get(id.index())?;
                Some((*id, title(node, locale), kind(locale, node)))
            };
            stage.shown.iter().filter_map(entry).collect::<Vec<_>>()
        })
    };
    let condition = move |id: NodeId| {
        desk.moment.track();
        let face = desk.ask(|player| {
            player
                .stage()
                .topology
                .nodes
                .get(id.index())
                .map(|node| Face::of(node, player.picture()))
        });
        face.flatten()
            .map_or("", |face| condition_class(face.condition))
    };
    view! {
        <ul class="nodes">
            {move || {
                nodes()
                    .into_iter()
                    .map(|(id, title, kind)| {
                        view! {
                            <li>
                                <button class=move || format!("link {}", condition(id)) on:click=move |_| desk.pick(Some(Picked::Node(id)))>
                                    <span>{title}</span>
                                    <span class="hush">{kind}</span>
                                </button>
                            </li>
                        }
                    })
                    .collect_view()
            }}
        </ul>
    }
}

/// What has become of the messages up to the cursor.
#[component]
fn Messages() -> impl IntoView {
    let desk = Desk::of_here();
    let rows = move || {
        desk.moment.track();
        let locale = desk.locale.get();
        let (ledger, in_flight) = desk
            .ask(|player| (player.picture().ledger, player.picture().flights.len()))
            .unwrap_or_default();
        let Ledger {
            sent,
            duplicated,
            delivered,
            late,
            rejected,
            lost,
            ..
        } = ledger;
        [
            (text!(locale, inspector.sent), sent, true),
            (text!(locale, inspector.delivered), delivered, true),
            (text!(locale, inspector.in_flight), in_flight as u64, true),
            (text!(locale, inspector.turned_away), rejected, true),
            (text!(locale, inspector.messages_lost), lost, true),
            (text!(locale, inspector.late), late, true),
            (
                text!(locale, inspector.duplicated),
                duplicated,
                duplicated > 0,
            ),
        ]
    };
    view! {
        <dl class="facts two">
            {move || {
                let shown = rows().into_iter().filter(|(.., shown)| *shown);
                shown.map(|(name, value, _)| view! { <Row name=name value=count(value) /> }).collect_view()
            }}
        </dl>
    }
}

/// The figures of clients, once the run has ended.
#[component]
fn Figures() -> impl IntoView {
    let desk = Desk::of_here();
    let ending = move || {
        desk.progress.track();
        desk.ask(|player| player.ending().cloned()).flatten()
    };
    let row = move |client: &ClientSummary| {
        let locale = desk.locale.get();
        let title = desk.stage.with(|stage| {
            let nodes = &stage.as_ref()?.topology.nodes;
            let node = nodes.iter().find(|node| node.name == client.name)?;
            Some(title(node, locale))
        });
        view! {
            <h4>{title.unwrap_or_else(|| client.name.clone())}</h4>
            <dl class="facts two">
                <Row name=text!(locale, inspector.journeys) value=count(client.journeys) />
                <Row name=text!(locale, inspector.throughput) value=text!(locale, player.per_second, value = number(locale, client.throughput, 1)) />
                <Row name=text!(locale, inspector.ok) value=count(client.ok) />
                <Row name=text!(locale, inspector.declined) value=count(client.declined) />
                <Row name=text!(locale, inspector.errors) value=count(client.errors) />
                <Row name=text!(locale, inspector.timeouts) value=count(client.timeouts) />
                <Row name=text!(locale, inspector.p50) value=duration(locale, client.p50) />
                <Row name=text!(locale, inspector.p90) value=duration(locale, client.p90) />
                <Row name=text!(locale, inspector.p99) value=duration(locale, client.p99) />
            </dl>
        }
    };
    view! {
        {move || {
            ending()
                .map(|ending| {
                    let locale = desk.locale.get();
                    let summary = &ending.summary;
                    let (from, to) = (moment(locale, summary.from, 0), moment(locale, summary.to, 0));
                    view! {
                        <h3>{text!(locale, inspector.figures)}</h3>
                        <p class="hush">{text!(locale, inspector.figures_from, from = from, to = to)}</p>
                        <div data-figures="clients">{summary.clients.iter().map(row).collect_view()}</div>
                    }
                })
        }}
    }
}

/// Seed, horizon, events, digest.
#[component]
fn Facts() -> impl IntoView {
    let desk = Desk::of_here();
    let rows = move || {
        desk.progress.track();
        let locale = desk.locale.get();
        let facts = desk.ask(|player| {
            let stage = player.stage();
            let mut rows = vec![
                (text!(locale, inspector.seed), stage.seed.to_string()),
                (
                    text!(locale, inspector.horizon),
                    duration(locale, stage.horizon.since(SimTime::ZERO)),
                ),
            ];
            if let Some(ending) = player.ending() {
                rows.push((text!(locale, inspector.events), count(ending.events)));
                rows.push((text!(locale, inspector.digest), ending.digest.clone()));
            } else {
                let at = duration(locale, player.reel().simulated().since(SimTime::ZERO));
                rows.push((text!(locale, inspector.simulated), at));
            }
            rows
        });
        facts.unwrap_or_default()
    };
    let digest = Signal::derive(move || {
        desk.progress.track();
        let ending = desk.ask(|player| player.ending().map(|ending| ending.digest.clone()));
        ending.flatten().unwrap_or_default()
    });
    view! {
        <dl class="facts" title=said!(desk, inspector.digest_hint)>
            {move || rows().into_iter().map(|(name, value)| view! { <Row name=name value=value /> }).collect_view()}
        </dl>
        <Show when=move || !digest.with(String::is_empty)>
            <p class="copy-digest">
                <span class="hush">{said!(desk, inspector.copy_digest)}</span>
                <Copy text=digest />
            </p>
        </Show>
    }
}
