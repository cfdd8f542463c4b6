//! What is told of whatever the pointer is over: a message's content and age, a line's traffic,
//! the name of a node that is seen too small to say it.

use interplay_flow::detail::Detail;
use interplay_flow::hit::Picked;
use leptos::prelude::*;
use sim_core::kernel::RecordId;
use sim_core::layout::Point;
use sim_core::world::EdgeId;

use super::Stand;
use super::legend::Sign;
use super::outline::describe;
use super::scene::title;
use crate::desk::Desk;
use crate::i18n::{duration, number, text};
use crate::inspector::{flight, words};

/// How far from the pointer it is told, and how much room it may need.
const APART: f32 = 14.0;
const ROOM: (f32, f32) = (270.0, 110.0);

/// The words beside the pointer.
#[component]
pub(super) fn Hover(stand: Stand, under: RwSignal<Option<(Picked, Point)>>) -> impl IntoView {
    let desk = Desk::of_here();
    let style = move || {
        let (_, at) = under.get()?;
        let size = stand.ask(super::easel::Easel::size)?;
        // On the other side of the pointer where there is no room.
        let beside = |at: f32, room: f32, whole: f32| {
            if at + APART + room > whole {
                (at - APART - room).max(4.0)
            } else {
                at + APART
            }
        };
        let (x, y) = (beside(at.x, ROOM.0, size.0), beside(at.y, ROOM.1, size.1));
        Some(format!("left:{x}px;top:{y}px"))
    };
    let thing = Memo::new(move |_| under.get().map(|(under, _)| under));
    view! {
        <Show when=move || thing.get().is_some()>
            <div class="hover" style=style aria-hidden="true">
                {move || match thing.get()? {
                    Picked::Message(id) => Some(view! { <Message id=id /> }.into_any()),
                    Picked::Node(node) => {
                        let small = stand.ask(super::easel::Easel::detail) != Some(Detail::Cards);
                        small.then(|| view! { <p>{move || describe(desk, node)}</p> }.into_any())
                    }
                    Picked::Edge(edge) => {
                        let rate = move || {
                            desk.moment.track();
                            line(desk, edge, stand.ask(|easel| easel.rate(edge)).unwrap_or_default())
                        };
                        Some(view! { <p>{rate}</p> }.into_any())
                    }
                    _ => None,
                }}
            </div>
        </Show>
    }
}

/// A message on its way.
#[component]
fn Message(id: RecordId) -> impl IntoView {
    let desk = Desk::of_here();
    desk.ask_content(id);
    let known = Memo::new(move |_| {
        desk.moment.track();
        desk.ask(|player| flight(player, id)).flatten()
    });
    let ends = move || {
        let flight = known.get()?;
        let locale = desk.locale.get();
        let (from, to) =
            desk.ask(|player| words::ends(locale, player.stage(), flight.edge, flight.direction))?;
        Some(format!("{from} → {to}"))
    };
    let age = move || {
        let flight = known.get()?;
        let locale = desk.locale.get();
        let now = desk.ask(crate::player::Player::time)?;
        let age = duration(locale, now.since(flight.departs));
        let whole = duration(locale, flight.arrives.since(flight.departs));
        Some(text!(locale, flow.age, age = age, whole = whole))
    };
    view! {
        <p class="strong">
            {move || known.get().map(|flight| view! {
                <Sign kind=flight.kind />
                {words::kind(desk.locale.get(), flight.kind)}
                {flight.repeat.then(|| format!(", {}", text!(desk.locale.get(), flow.repeat)))}
            })}
        </p>
        <p>{ends}</p>
        {move || content(desk, id).into_iter().map(|line| view! { <p>{line}</p> }).collect_view()}
        <p class="hush" data-age="">{age}</p>
    }
}

/// What is known of what a message says, line by line, if the worker has answered.
pub(crate) fn content(desk: Desk, id: RecordId) -> Vec<String> {
    let locale = desk.locale.get();
    let Some((_, Some(content))) = desk.content.get().filter(|(known, _)| *known == id) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    if let Some(what) = content.about {
        lines.push(what);
    }
    if let Some(outcome) = content.outcome {
        lines.push(words::outcome(locale, outcome));
    }
    if !content.data.is_empty() {
        lines.push(content.data);
    }
    if content.bytes > 0 {
        let bytes = number(locale, f64::from(content.bytes), 0);
        lines.push(text!(locale, flow.bytes, bytes = bytes));
    }
    lines
}

/// A line and its traffic.
fn line(desk: Desk, edge: EdgeId, rate: f64) -> Option<String> {
    let locale = desk.locale.get();
    desk.stage.with(|stage| {
        let topology = &stage.as_ref()?.topology;
        let edge = topology.edges.get(edge.index())?;
        let name = |node: sim_core::world::NodeId| {
            let node = topology.nodes.get(node.index())?;
            Some(title(node, locale))
        };
        let (from, to) = (name(edge.from)?, name(edge.to)?);
        let decimals = usize::from(rate < 10.0);
        let rate = number(locale, rate, decimals);
        Some(text!(
            locale,
            flow.traffic,
            from = from,
            to = to,
            rate = rate
        ))
    })
}
