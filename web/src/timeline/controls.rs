//! The controls: play and pause, steps, the clock, the speed.

use leptos::html::Span;
use leptos::prelude::*;

use crate::desk::Desk;
use crate::frames::Phase;
use crate::i18n::{moment, said, say, speed};
use crate::player::{Command, speed as scale};
use crate::ui::icons::{Drawn, Icon};

/// Play, pause, steps, clock, speed.
#[component]
pub(crate) fn Controls() -> impl IntoView {
    let desk = Desk::of_here();
    let closed = move || desk.stage.with(Option::is_none);
    let play_label = move || {
        if desk.playing.get() {
            say!(desk, player.pause)
        } else {
            say!(desk, player.play)
        }
    };
    let play_icon = Signal::derive(move || {
        if desk.playing.get() {
            Icon::Pause
        } else {
            Icon::Play
        }
    });
    view! {
        <div class="controls" role="group" aria-label=said!(desk, player.label)>
            <button
                class="quiet"
                disabled=closed
                title=move || format!("{} (,)", say!(desk, player.step_back))
                aria-label=said!(desk, player.step_back)
                data-action="step-back"
                on:click=move |_| desk.command(Command::StepBack)
            >
                <Drawn icon=Icon::StepBack />
            </button>
            <button
                class="primary"
                disabled=closed
                title=move || format!("{} ({})", play_label(), say!(desk, help.space))
                aria-label=play_label
                data-action="play"
                on:click=move |_| desk.toggle()
            >
                <Drawn icon=play_icon />
            </button>
            <button
                class="quiet"
                disabled=closed
                title=move || format!("{} (.)", say!(desk, player.step))
                aria-label=said!(desk, player.step)
                data-action="step"
                on:click=move |_| desk.command(Command::Step)
            >
                <Drawn icon=Icon::Step />
            </button>
            <Clock />
            <Speed />
        </div>
    }
}

/// The clock. Its text is written in the frame loop, not by a signal.
#[component]
fn Clock() -> impl IntoView {
    let desk = Desk::of_here();
    let shown = NodeRef::<Span>::new();
    let mut written = String::new();
    desk.every_frame(Phase::Document, move |_| {
        let locale = desk.locale.get_untracked();
        let now = desk.ask(|player| moment(locale, player.time(), decimals(player.speed())));
        let now = now.unwrap_or_else(|| "–".to_owned());
        if now != written
            && let Some(shown) = shown.get_untracked()
        {
            shown.set_text_content(Some(&now));
            written = now;
        }
        false
    });
    Effect::new(move || {
        desk.locale.track();
        desk.wake();
    });
    let horizon = move || {
        let horizon = desk
            .stage
            .with(|stage| stage.as_ref().map(|stage| stage.horizon));
        horizon
            .map(|at| {
                format!(
                    "{} {}",
                    say!(desk, player.of),
                    moment(desk.locale.get(), at, 0)
                )
            })
            .unwrap_or_default()
    };
    view! {
        <span class="clock">
            <span class="unseen">{said!(desk, player.time)}</span>
            <span class="now" node_ref=shown>"–"</span>
            <span class="hush horizon">{horizon}</span>
        </span>
    }
}

/// Decimals that can be read at a speed: a digit that changes every frame says nothing, and
/// one that never changes is missing.
fn decimals(speed: f64) -> usize {
    (3.0 - speed.log10().floor()).clamp(2.0, 6.0) as usize
}

#[component]
fn Speed() -> impl IntoView {
    let desk = Desk::of_here();
    let place = move || scale::place_of(desk.speed.get()).to_string();
    let shown = move || speed(desk.locale.get(), desk.speed.get());
    let moved = move |event: leptos::ev::Event| {
        if let Ok(place) = event_target_value(&event).parse::<f64>() {
            desk.command(Command::SetSpeed(scale::at_place(place)));
        }
    };
    view! {
        <label class="speed">
            <span class="hush">{said!(desk, player.speed)}</span>
            <input
                type="range"
                min="0"
                max=scale::PLACES.to_string()
                step="1"
                prop:value=place
                disabled=move || desk.stage.with(Option::is_none)
                aria-valuetext=move || say!(desk, player.speed_value, speed = shown())
                data-action="speed"
                on:input=moved
            />
            <output class="value">{shown}</output>
        </label>
    }
}

#[cfg(test)]
mod tests {
    use super::decimals;

    #[test]
    fn the_slower_time_passes_the_more_decimals_are_shown() {
        assert_eq!(decimals(1.0), 3);
        assert_eq!(decimals(0.001), 6);
        assert_eq!(decimals(100.0), 2);
    }
}
