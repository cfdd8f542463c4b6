//! The finder: jumps to the next thing worth a look, or the one before, and lists them.

use leptos::ev;
use leptos::prelude::*;
use sim_core::observe::{Cursor, Mark, MarkKind};

use super::controls::closed;
use super::hover::mark_name;
use crate::desk::Desk;
use crate::i18n::{count, moment, said, say};
use crate::player::{Command, Jump};
use crate::ui::icons::{Drawn, Icon};

/// Marks listed at most: more are found by jumping.
const LISTED: usize = 200;
/// Decimals of the moments in the list.
const DECIMALS: usize = 3;

/// Goes to the next thing of the kind that is chosen, or to the one before.
pub(crate) fn jump(desk: Desk, forward: bool) {
    let kind = desk.quarry.get_untracked();
    desk.command(Command::Jump(Jump { kind, forward }));
}

/// What to look for, and the buttons that go there.
#[component]
pub(super) fn Finder() -> impl IntoView {
    let desk = Desk::of_here();
    let listed = RwSignal::new(false);
    let totals = Memo::new(move |_| {
        desk.progress.track();
        desk.stage.track();
        let mut totals = [0_u64; MarkKind::ALL.len()];
        desk.ask(|player| {
            for mark in &player.glance().marks {
                if let Some(total) = totals.get_mut(mark.kind as usize) {
                    *total += u64::from(mark.count);
                }
            }
        });
        totals
    });
    let choose = move |event: ev::Event| {
        let chosen = event_target_value(&event).parse::<usize>().ok();
        desk.quarry
            .set(chosen.and_then(|place| MarkKind::ALL.get(place).copied()));
    };
    let option = move |place: usize, kind: MarkKind| {
        let total = move || totals.get().get(place).copied().unwrap_or_default();
        view! {
            <option value=place.to_string() disabled=move || total() == 0 selected=move || desk.quarry.get() == Some(kind)>
                {move || format!("{} · {}", mark_name(desk.locale.get(), kind), count(total()))}
            </option>
        }
    };
    let nothing = move || closed(desk) || totals.get().iter().all(|total| *total == 0);
    view! {
        <span class="finder" role="group" aria-label=said!(desk, timeline.jump)>
            <button
                class="quiet"
                disabled=nothing
                aria-label=said!(desk, timeline.previous)
                title=move || format!("{} (P)", say!(desk, timeline.previous))
                data-action="previous-mark"
                on:click=move |_| jump(desk, false)
            >
                <Drawn icon=Icon::PreviousMark />
            </button>
            <select aria-label=said!(desk, timeline.kind) title=said!(desk, timeline.kind) disabled=move || closed(desk) data-action="mark-kind" on:change=choose>
                <option value="" selected=move || desk.quarry.get().is_none()>{said!(desk, timeline.any)}</option>
                {MarkKind::ALL.into_iter().enumerate().map(|(place, kind)| option(place, kind)).collect_view()}
            </select>
            <button
                class="quiet"
                disabled=nothing
                aria-label=said!(desk, timeline.next)
                title=move || format!("{} (N)", say!(desk, timeline.next))
                data-action="next-mark"
                on:click=move |_| jump(desk, true)
            >
                <Drawn icon=Icon::NextMark />
            </button>
            <button
                class="quiet toggle"
                disabled=nothing
                aria-expanded=move || listed.get().to_string()
                aria-label=said!(desk, timeline.list)
                title=said!(desk, timeline.list)
                data-action="list-marks"
                on:click=move |_| listed.update(|listed| *listed = !*listed)
            >
                <Drawn icon=Icon::List />
            </button>
            <Show when=move || listed.get()>
                <Listed listed=listed />
            </Show>
        </span>
    }
}

/// The marks one by one, each a button that goes there.
#[component]
fn Listed(listed: RwSignal<bool>) -> impl IntoView {
    let desk = Desk::of_here();
    let marks = Memo::new(move |_| -> (Vec<(MarkKind, u64, u32, u32)>, usize) {
        desk.progress.track();
        let kind = desk.quarry.get();
        let found = desk.ask(|player| {
            let wanted = |mark: &&Mark| kind.is_none() || kind == Some(mark.kind);
            let marks = player.glance().marks.iter().filter(wanted);
            let listed = marks
                .clone()
                .take(LISTED)
                .map(|mark| (mark.kind, mark.first.as_nanos(), mark.count, mark.record.0));
            (listed.collect(), marks.count().saturating_sub(LISTED))
        });
        found.unwrap_or_default()
    });
    let one = move |(kind, at, number, record): (MarkKind, u64, u32, u32)| {
        let at = sim_core::kernel::SimTime::from_nanos(at);
        let words = move || {
            let said = mark_name(desk.locale.get(), kind);
            if number > 1 {
                format!("{said} × {}", count(number.into()))
            } else {
                said
            }
        };
        let go = move |_| {
            desk.command(Command::SeekCursor(Cursor(record.saturating_add(1))));
        };
        view! {
            <li>
                <button class="link wide" on:click=go>
                    <span class="hush">{move || moment(desk.locale.get(), at, DECIMALS)}</span>
                    <span>{words}</span>
                </button>
            </li>
        }
    };
    let key = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
            listed.set(false);
        }
    };
    view! {
        <section class="marks-list" aria-label=said!(desk, timeline.list) on:keydown=key>
            <ol>{move || marks.get().0.into_iter().map(one).collect_view()}</ol>
            {move || {
                let more = marks.get().1;
                (more > 0).then(|| view! { <p class="hush">{say!(desk, timeline.more_marks, count = count(more as u64))}</p> })
            }}
        </section>
    }
}
