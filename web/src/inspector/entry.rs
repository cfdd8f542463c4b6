//! An entry of the timeline: what it does, when, to whom, with its settings.

use leptos::prelude::*;
use sim_core::kernel::SimTime;

use super::links::NodeLink;
use super::settings::SettingKnobs;
use super::{Back, words};
use crate::desk::Desk;
use crate::hand::RemoveEntry;
use crate::i18n::{moment, said, text};
use crate::player::{Command, Player};
use crate::ui::icons::{Drawn, Icon};

/// An entry of the timeline.
#[component]
pub(super) fn EntryPanel(place: u32) -> impl IntoView {
    let desk = Desk::of_here();
    let entry = move || {
        desk.stage
            .with(|stage| stage.as_ref()?.entries.get(place as usize).cloned())
    };
    let sentence = move || {
        let locale = desk.locale.get();
        desk.stage.with(|stage| {
            let stage = stage.as_ref()?;
            let entry = stage.entries.get(place as usize)?;
            Some(words::entry(locale, stage, entry))
        })
    };
    let when = move || {
        let locale = desk.locale.get();
        entry().map(|entry| {
            let from = moment(locale, entry.at, 3);
            match entry.until {
                Some(until) => {
                    text!(
                        locale,
                        entry_panel.lasts,
                        from = from,
                        to = moment(locale, until, 3)
                    )
                }
                None => text!(locale, entry_panel.at, at = from),
            }
        })
    };
    let progress = move || {
        desk.moment.track();
        let locale = desk.locale.get();
        let now = desk.ask(Player::time).unwrap_or_default();
        entry().map(|entry| match entry.until {
            _ if now < entry.at => text!(locale, entry_panel.to_come),
            Some(until) if now < until => text!(locale, entry_panel.on),
            _ => text!(locale, entry_panel.over),
        })
    };
    // The nodes it names.
    let about = move || {
        desk.stage.with(|stage| {
            let stage = stage.as_ref()?;
            let what = &stage.entries.get(place as usize)?.what;
            let names = what.split([',', '|', ' ']).map(|name| {
                let node = stage.topology.node(name);
                node.or_else(|| stage.topology.node(name.rsplit_once('.')?.0))
            });
            let mut nodes: Vec<_> = names.flatten().collect();
            nodes.dedup();
            Some(
                nodes
                    .into_iter()
                    .map(|node| view! { <li><NodeLink id=node /></li> })
                    .collect_view(),
            )
        })
    };
    let go = move |to: Option<SimTime>| {
        if let Some(to) = to {
            desk.command(Command::SeekTime(to));
        }
    };
    view! {
        <Back />
        <h2>{sentence}</h2>
        <p>{when}</p>
        <p class="hush">{progress}</p>
        <p class="go">
            <button class="wide" on:click=move |_| go(entry().map(|entry| entry.at))>
                <Drawn icon=Icon::Next />
                {said!(desk, entry_panel.go)}
            </button>
        </p>
        <RemoveEntry place=place />
        <ul class="neighbours">{about}</ul>
        <SettingKnobs below=Signal::derive(move || vec![format!("timeline.{place}")]) />
    }
}
