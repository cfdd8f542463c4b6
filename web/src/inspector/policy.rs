//! A policy: where it stands around a call, what it did last, its settings.

use leptos::prelude::*;
use sim_core::kernel::RecordId;
use sim_core::world::{NodeId, Record, What};

use super::links::{Copy, NodeLink};
use super::machines::Machines;
use super::settings::SettingKnobs;
use super::{Back, Records};
use crate::desk::Desk;
use crate::i18n::said;
use crate::player::Player;
use crate::views::flow::hit::Picked;

/// Records that are listed, and how many of all are looked at for them.
const LISTED: usize = 12;
const LOOKED_AT: usize = 5_000;

/// A policy.
#[component]
pub(super) fn PolicyPanel(place: u32) -> impl IntoView {
    let desk = Desk::of_here();
    let name = Memo::new(move |_| {
        desk.stage.with(|stage| {
            let policies = stage.as_ref().map(|stage| &stage.policies);
            policies
                .and_then(|policies| policies.get(place as usize).cloned())
                .unwrap_or_default()
        })
    });
    let callers = Memo::new(move |_| {
        let name = name.get();
        desk.ask(|player| callers(player, &name))
            .unwrap_or_default()
    });
    let recent = Memo::new(move |_| {
        desk.moment.track();
        callers.with(|callers| {
            desk.ask(|player| recent(player, callers))
                .unwrap_or_default()
        })
    });
    let used = move || {
        let name = name.get();
        desk.stage.with(|stage| {
            let stage = stage.as_ref()?;
            let contacts = stage.contacts.iter();
            let rows = contacts
                .filter(|contact| contact.with.contains(&name))
                .map(|contact| {
                    let edge = stage
                        .topology
                        .edge(contact.from, contact.to, contact.kind)
                        .map(Picked::Edge);
                    view! {
                        <li>
                            <NodeLink id=contact.from />
                            " → "
                            <button class="link to" on:click=move |_| desk.pick(edge)>
                                <code>{contact.what.clone()}</code>
                            </button>
                        </li>
                    }
                });
            Some(rows.collect_view())
        })
    };
    let below = Signal::derive(move || vec![format!("policies.{}", name.get())]);
    view! {
        <Back />
        <h2>
            <code>{name}</code>
            <Copy text=name />
        </h2>
        <p class="hush">{said!(desk, policy.kind)}</p>
        <Machines policy=name />
        <SettingKnobs below=below />
        <h3>{said!(desk, policy.used)}</h3>
        <ul class="neighbours">{used}</ul>
        <h3>{said!(desk, policy.recent)}</h3>
        <Show
            when=move || !recent.with(Vec::is_empty)
            fallback=move || view! { <p class="hush">{said!(desk, inspector.nothing_recent)}</p> }
        >
            <Records records=recent />
        </Show>
    }
}

/// Who has the policy around a call.
fn callers(player: &Player, name: &str) -> Vec<NodeId> {
    let contacts = player.stage().contacts.iter();
    let mut callers: Vec<_> = contacts
        .filter(|contact| contact.with.iter().any(|policy| policy == name))
        .map(|contact| contact.from)
        .collect();
    callers.dedup();
    callers
}

/// What policies have done last at these nodes, the latest first.
fn recent(player: &Player, callers: &[NodeId]) -> Vec<(RecordId, Record)> {
    let topology = &player.stage().topology;
    let is_here = |record: &Record| {
        let node = topology.node_of.get(record.entity.index());
        let did = matches!(
            record.what,
            What::TimedOut { .. }
                | What::BackedOff { .. }
                | What::RetriesSpent { .. }
                | What::NotRetried { .. }
                | What::LimitChanged { .. }
                | What::CacheHit { .. }
                | What::Hedged { .. }
                | What::FellBack { .. }
                | What::NotPermitted { .. }
                | What::PermitAwaited { .. }
                | What::PermitGranted { .. }
                | What::BreakerChanged { .. }
        );
        did && node.is_some_and(|node| callers.contains(node))
    };
    let past = player.reel().past().take(LOOKED_AT);
    past.filter(|(_, record)| is_here(record))
        .take(LISTED)
        .map(|(id, record)| (id, *record))
        .collect()
}
