//! The legend: what colours, shapes and signs mean. Closed on small screens at first.

use leptos::prelude::*;
use sim_core::world::MessageKind;

use crate::desk::Desk;
use crate::i18n::{Locale, said, text};

/// The legend.
#[component]
pub(crate) fn Legend() -> impl IntoView {
    let desk = Desk::of_here();
    let kinds = [
        MessageKind::Command,
        MessageKind::Query,
        MessageKind::Event,
        MessageKind::Reply,
        MessageKind::Failure,
        MessageKind::Control,
    ];
    view! {
        <details class="legend">
            <summary>{said!(desk, legend.title)}</summary>
            <div class="columns">
            <ul>
                {kinds
                    .into_iter()
                    .map(|kind| {
                        view! {
                            <li>
                                <Sign kind=kind />
                                {move || name(desk.locale.get(), kind)}
                            </li>
                        }
                    })
                    .collect_view()}
                <li>
                    <svg class="sign command" viewBox="0 0 16 16" aria-hidden="true">
                        <rect x="4.5" y="4.5" width="7" height="7" />
                        <rect class="hollow" x="2" y="2" width="12" height="12" />
                    </svg>
                    {said!(desk, legend.repeat)}
                </li>
                <li>
                    <svg class="sign" viewBox="0 0 16 16" aria-hidden="true">
                        <rect class="command faint" x="4" y="4" width="8" height="8" />
                        <path class="failure hollow" d="M2.5 2.5l11 11M13.5 2.5l-11 11" />
                    </svg>
                    {said!(desk, legend.lost)}
                </li>
            </ul>
            <ul>
                <li>
                    <svg class="sign actor" viewBox="0 0 16 16" aria-hidden="true">
                        <path d="M8 2a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM2.5 14a5.5 5.5 0 0 1 11 0z" />
                    </svg>
                    {said!(desk, legend.client)}
                </li>
                <li>
                    <svg class="sign service" viewBox="0 0 16 16" aria-hidden="true">
                        <rect x="3" y="3" width="10" height="10" rx="2" />
                    </svg>
                    {said!(desk, legend.service)}
                </li>
                <li>
                    <svg class="sign external" viewBox="0 0 16 16" aria-hidden="true">
                        <path d="M2.5 7h6v6.5h-6zM7.5 2.5h6v6h-6z" />
                    </svg>
                    {said!(desk, legend.external)}
                </li>
                <li>
                    <svg class="sign queue" viewBox="0 0 16 16" aria-hidden="true">
                        <path d="M2 3h3v10H2zM6.5 3h3v10h-3zM11 3h3v10h-3z" />
                    </svg>
                    {said!(desk, legend.queue)}
                </li>
                <li>
                    <svg class="sign store" viewBox="0 0 16 16" aria-hidden="true">
                        <path d="M2.5 2.5h11v3h-11zM2.5 6.5h11v3h-11zM2.5 10.5h11v3h-11z" />
                    </svg>
                    {said!(desk, legend.store)}
                </li>
                <li><span class="badge slow">"◷ " {said!(desk, legend.slow)}</span></li>
                <li><span class="badge bad">"! " {said!(desk, legend.failing)}</span></li>
                <li><span class="badge bad">"✕ " {said!(desk, legend.down)}</span></li>
            </ul>
            </div>
        </details>
    }
}

/// The sign of a kind of message, as it is drawn on the stage.
#[component]
pub(crate) fn Sign(kind: MessageKind) -> impl IntoView {
    let class = match kind {
        MessageKind::Command => "sign command",
        MessageKind::Query => "sign query",
        MessageKind::Event => "sign event",
        MessageKind::Reply => "sign reply hollow",
        MessageKind::Failure => "sign failure hollow",
        MessageKind::Control => "sign control",
    };
    let path = match kind {
        MessageKind::Command => "M3.5 3.5h9v9h-9z",
        MessageKind::Reply => "M4 4h8v8H4z",
        MessageKind::Query => "M8 2.5 13.5 12h-11z",
        MessageKind::Event => "M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3z",
        MessageKind::Failure => "M4 4l8 8M12 4l-8 8",
        MessageKind::Control => "M8 5.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
    };
    view! {
        <svg class=class viewBox="0 0 16 16" aria-hidden="true">
            <path d=path />
        </svg>
    }
}

/// What a kind of message is called.
fn name(locale: Locale, kind: MessageKind) -> String {
    match kind {
        MessageKind::Command => text!(locale, legend.command),
        MessageKind::Query => text!(locale, legend.query),
        MessageKind::Event => text!(locale, legend.event),
        MessageKind::Reply => text!(locale, legend.reply),
        MessageKind::Failure => text!(locale, legend.failure),
        MessageKind::Control => text!(locale, legend.control),
    }
}
