//! A message: what it carries, from whom to whom, and where it is at the cursor.

use leptos::prelude::*;
use sim_core::kernel::RecordId;
use sim_core::observe::Flight;
use sim_core::world::What;

use super::{Back, words};
use crate::desk::Desk;
use crate::i18n::{moment, said, say, text};
use crate::player::Player;
use crate::ui::icons::{Drawn, Icon};
use crate::views::flow::content;
use crate::views::flow::legend::Sign;

/// A message.
#[component]
pub(super) fn MessagePanel(id: RecordId) -> impl IntoView {
    let desk = Desk::of_here();
    let flight = Memo::new(move |_| {
        desk.moment.track();
        desk.ask(|player| flight(player, id)).flatten()
    });
    let ends = move || {
        let locale = desk.locale.get();
        let flight = flight.get()?;
        let (from, to) =
            desk.ask(|player| words::ends(locale, player.stage(), flight.edge, flight.direction))?;
        Some(format!("{from} → {to}"))
    };
    let state = move || {
        let locale = desk.locale.get();
        desk.moment.track();
        let on_its_way = desk
            .ask(|player| player.picture().flights.contains_key(&id))
            .unwrap_or_default();
        let mut said = Vec::new();
        if let Some(flight) = flight.get() {
            if flight.repeat {
                said.push(text!(locale, inspector.repeat));
            }
            if on_its_way {
                let at = moment(locale, flight.arrives, words::DECIMALS);
                said.push(if flight.lost {
                    text!(locale, inspector.lost)
                } else {
                    text!(locale, inspector.on_its_way, at = at)
                });
            }
        }
        if !on_its_way {
            said.push(text!(locale, inspector.arrived));
        }
        said
    };
    desk.ask_content(id);
    let is_followed = move || desk.followed.get() == Some(id);
    view! {
        <Back />
        <h2>
            {move || {
                flight
                    .get()
                    .map(|flight| {
                        view! {
                            <Sign kind=flight.kind />
                            {words::kind(desk.locale.get(), flight.kind)}
                        }
                    })
            }}
        </h2>
        <p>{ends}</p>
        {move || state().into_iter().map(|line| view! { <p class="hush">{line}</p> }).collect_view()}
        {move || content(desk, id).into_iter().map(|line| view! { <p>{line}</p> }).collect_view()}
        <p>
            <button class="wide" on:click=move |_| desk.follow_message(if is_followed() { None } else { Some(id) })>
                <Drawn icon=Icon::Step />
                {move || if is_followed() { say!(desk, flow.stop) } else { say!(desk, flow.follow) }}
            </button>
        </p>
        <p>
            <button class="wide" on:click=move |_| desk.ask_why(id)>
                <Drawn icon=Icon::Help />
                {said!(desk, inspector.why)}
            </button>
        </p>
    }
}

/// What is known of a message: from the picture, or from the record that sent it.
pub(crate) fn flight(player: &Player, id: RecordId) -> Option<Flight> {
    if let Some(flight) = player.picture().flights.get(&id) {
        return Some(*flight);
    }
    let record = player.reel().record(id)?;
    match record.what {
        What::MessageSent {
            edge,
            direction,
            kind,
            repeat,
            lost,
            arrives,
        } => Some(Flight {
            edge,
            direction,
            kind,
            repeat,
            lost,
            departs: record.at,
            arrives,
        }),
        _ => None,
    }
}
