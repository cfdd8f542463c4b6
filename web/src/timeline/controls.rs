//! The controls: play and pause, steps, the clock, jumps, the loop, zoom, the speed.

use leptos::ev;
use leptos::html::{Button, Input};
use leptos::prelude::*;

use super::finder::Finder;
use super::{typed, zoom, zoom_by};
use crate::desk::Desk;
use crate::frames::Phase;
use crate::i18n::{moment, said, say, speed};
use crate::player::{Command, speed as scale};
use crate::ui::icons::{Drawn, Icon};

/// All of them.
#[component]
pub(super) fn Controls() -> impl IntoView {
    let desk = Desk::of_here();
    let more = RwSignal::new(false);
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
        <div class="controls" class:more=more role="group" aria-label=said!(desk, player.label)>
            <button
                class="quiet"
                disabled=move || closed(desk)
                title=move || format!("{} (,)", say!(desk, player.step_back))
                aria-label=said!(desk, player.step_back)
                data-action="step-back"
                on:click=move |_| desk.command(Command::StepBack)
            >
                <Drawn icon=Icon::StepBack />
            </button>
            <button
                class="primary"
                disabled=move || closed(desk)
                title=move || format!("{} ({})", play_label(), say!(desk, help.space))
                aria-label=play_label
                data-action="play"
                on:click=move |_| desk.toggle()
            >
                <Drawn icon=play_icon />
            </button>
            <button
                class="quiet"
                disabled=move || closed(desk)
                title=move || format!("{} (.)", say!(desk, player.step))
                aria-label=said!(desk, player.step)
                data-action="step"
                on:click=move |_| desk.command(Command::Step)
            >
                <Drawn icon=Icon::Step />
            </button>
            <Clock />
            <div class="extras">
                <Finder />
                <LoopButton />
                <Zoom />
            </div>
            <Speed />
            <button
                class="quiet narrow-only"
                aria-expanded=move || more.get().to_string()
                aria-label=said!(desk, timeline.more)
                title=said!(desk, timeline.more)
                on:click=move |_| more.update(|more| *more = !*more)
            >
                <Drawn icon=Icon::More />
            </button>
        </div>
    }
}

/// Whether no run is open.
pub(super) fn closed(desk: Desk) -> bool {
    desk.stage.with(Option::is_none)
}

/// The clock: its text is written in the frame loop, not by a signal. Whoever presses it can
/// type where to be.
#[component]
fn Clock() -> impl IntoView {
    let desk = Desk::of_here();
    let (shown, field) = (NodeRef::<Button>::new(), NodeRef::<Input>::new());
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
    Effect::new(move || {
        if let Some(field) = field.get()
            && desk.typing.get()
        {
            field.set_value(&written_now(desk));
            // Fails only for an element that cannot have the focus.
            let _ = field.focus();
            field.select();
        }
    });
    let wrong = RwSignal::new(false);
    let leave = move || {
        wrong.set(false);
        desk.typing.set(false);
    };
    let key = move |event: ev::KeyboardEvent| {
        match event.key().as_str() {
            "Enter" => match typed::moment(&event_target_value(&event)) {
                Some(at) => {
                    desk.command(Command::SeekTime(at));
                    leave();
                }
                None => wrong.set(true),
            },
            "Escape" => leave(),
            _ => return,
        }
        event.prevent_default();
    };
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
    let hint = move || format!("{} (G)", say!(desk, timeline.go_to));
    view! {
        <span class="clock">
            <span class="unseen">{said!(desk, player.time)}</span>
            <button
                class="now"
                disabled=move || closed(desk)
                hidden=desk.typing
                title=hint
                data-action="go-to"
                node_ref=shown
                on:click=move |_| desk.typing.set(true)
            >
                "–"
            </button>
            <Show when=move || desk.typing.get()>
                <input
                    class="go-to"
                    type="text"
                    inputmode="decimal"
                    autocomplete="off"
                    spellcheck="false"
                    aria-label=said!(desk, timeline.go_to)
                    aria-invalid=move || wrong.get().to_string()
                    node_ref=field
                    on:keydown=key
                    on:input=move |_| wrong.set(false)
                    on:blur=move |_| leave()
                />
            </Show>
            <span class="hush horizon">{horizon}</span>
        </span>
    }
}

/// The time as it stands in the field somebody types into, without its unit.
fn written_now(desk: Desk) -> String {
    let locale = desk.locale.get_untracked();
    let now = desk.ask(|player| moment(locale, player.time(), 3));
    let now = now.unwrap_or_default();
    now.split('\u{a0}').next().unwrap_or_default().to_owned()
}

/// Decimals that can be read at a speed: a digit that changes every frame says nothing, and
/// one that never changes is missing.
fn decimals(speed: f64) -> usize {
    (3.0 - speed.log10().floor()).clamp(2.0, 6.0) as usize
}

/// Plays a stretch over and over, or no longer.
#[component]
fn LoopButton() -> impl IntoView {
    let desk = Desk::of_here();
    let looped = move || desk.looped.with(Option::is_some);
    view! {
        <button
            class="quiet toggle"
            disabled=move || closed(desk)
            aria-pressed=move || looped().to_string()
            aria-label=said!(desk, timeline.loop_label)
            title=move || format!("{} (L; I, O)", say!(desk, timeline.loop_label))
            data-action="loop"
            on:click=move |_| desk.command(Command::ToggleLoop)
        >
            <Drawn icon=Icon::Loop />
        </button>
    }
}

/// Looks closer, or at the whole run again.
#[component]
fn Zoom() -> impl IntoView {
    let desk = Desk::of_here();
    let whole = move || desk.seen.with(Option::is_none);
    view! {
        <span class="zooms" role="group" aria-label=said!(desk, timeline.zoom)>
            <button
                class="quiet"
                disabled=move || closed(desk) || whole()
                aria-label=said!(desk, timeline.zoom_out)
                title=move || format!("{} (Q)", say!(desk, timeline.zoom_out))
                data-action="time-zoom-out"
                on:click=move |_| zoom_by(desk, 1.0 / zoom::STEP)
            >
                <Drawn icon=Icon::Minus />
            </button>
            <button
                class="quiet"
                disabled=move || closed(desk) || whole()
                aria-label=said!(desk, timeline.zoom_whole)
                title=move || format!("{} (Z)", say!(desk, timeline.zoom_whole))
                data-action="time-zoom-whole"
                on:click=move |_| desk.look(None)
            >
                <Drawn icon=Icon::Across />
            </button>
            <button
                class="quiet"
                disabled=move || closed(desk)
                aria-label=said!(desk, timeline.zoom_in)
                title=move || format!("{} (W)", say!(desk, timeline.zoom_in))
                data-action="time-zoom-in"
                on:click=move |_| zoom_by(desk, zoom::STEP)
            >
                <Drawn icon=Icon::Plus />
            </button>
        </span>
    }
}

/// The speed: a slider, and a value that can be typed.
#[component]
fn Speed() -> impl IntoView {
    let desk = Desk::of_here();
    let place = move || scale::place_of(desk.speed.get()).to_string();
    let shown = move || speed(desk.locale.get(), desk.speed.get());
    let moved = move |event: ev::Event| {
        if let Ok(place) = event_target_value(&event).parse::<f64>() {
            desk.command(Command::SetSpeed(scale::at_place(place)));
        }
    };
    let typed = move |event: ev::Event| {
        let field = event_target::<web_sys::HtmlInputElement>(&event);
        if let Some(speed) = scale::typed(&field.value()) {
            desk.command(Command::SetSpeed(speed));
        }
        // What was no speed is taken back, and what was one is written as the others are.
        field.set_value(&shown());
    };
    let key = move |event: ev::KeyboardEvent| {
        let field = event_target::<web_sys::HtmlInputElement>(&event);
        match event.key().as_str() {
            "Escape" => field.set_value(&shown()),
            "Enter" => {}
            _ => return,
        }
        event.prevent_default();
        // Whoever leaves the field has typed: the browser says that it changed.
        let _ = field.blur();
    };
    let select = |event: ev::FocusEvent| event_target::<web_sys::HtmlInputElement>(&event).select();
    view! {
        <div class="speed">
            <span class="hush" aria-hidden="true">{said!(desk, player.speed)}</span>
            <input
                type="range"
                min="0"
                max=scale::PLACES.to_string()
                step="1"
                prop:value=place
                disabled=move || closed(desk)
                aria-label=said!(desk, player.speed)
                aria-valuetext=move || say!(desk, player.speed_value, speed = shown())
                title=move || format!("{} (- +)", say!(desk, player.speed))
                data-action="speed"
                on:input=moved
            />
            <input
                class="value"
                type="text"
                inputmode="decimal"
                autocomplete="off"
                spellcheck="false"
                disabled=move || closed(desk)
                prop:value=shown
                aria-label=said!(desk, timeline.type_speed)
                title=said!(desk, timeline.type_speed)
                data-action="speed-value"
                on:focus=select
                on:keydown=key
                on:change=typed
            />
        </div>
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
