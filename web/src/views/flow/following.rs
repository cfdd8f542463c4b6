//! Following a message: what is said of it on the stage, and the way to stop.

use interplay_flow::follow::Whereabouts;
use leptos::prelude::*;

use super::Stand;
use crate::desk::Desk;
use crate::i18n::{said, text};
use crate::inspector::{flight, words};
use crate::ui::icons::{Drawn, Icon};

/// The line that says what is followed.
#[component]
pub(super) fn Following(stand: Stand) -> impl IntoView {
    let desk = Desk::of_here();
    let where_it_is = move || {
        desk.moment.track();
        let locale = desk.locale.get();
        let place = desk
            .ask(|player| stand.ask(|easel| easel.whereabouts(player)))
            .flatten()
            .flatten()?;
        desk.ask(|player| match place {
            Whereabouts::NotYet => Some(text!(locale, flow.not_yet)),
            Whereabouts::OnItsWay(id) => {
                let flight = flight(player, id)?;
                let (from, to) = words::ends(locale, player.stage(), flight.edge, flight.direction);
                Some(format!(
                    "{}: {from} → {to}",
                    words::kind(locale, flight.kind)
                ))
            }
            Whereabouts::At(entity) => {
                let who = words::entity(locale, player.stage(), entity);
                Some(text!(locale, flow.at_node, who = who))
            }
            Whereabouts::Over(entity) => {
                let who = words::entity(locale, player.stage(), entity);
                Some(text!(locale, flow.over, who = who))
            }
        })
        .flatten()
    };
    view! {
        <Show when=move || desk.followed.get().is_some()>
            <div class="following" role="status">
                <span class="hush">{said!(desk, flow.following)}</span>
                <span class="where">{where_it_is}</span>
                <button class="quiet" on:click=move |_| desk.follow_message(None)>
                    <Drawn icon=Icon::Close />
                    {said!(desk, flow.stop)}
                </button>
            </div>
        </Show>
    }
}
