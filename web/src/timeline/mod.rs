//! The timeline: the whole run at a glance, and where in it the reader is.
//!
//! The overview of the run flows in a few times a second, the time every frame; commands
//! flow out: a click or a drag is a wish to be there.

mod controls;
mod lanes;
mod scale;

use leptos::ev;
use leptos::html::{Canvas, Div};
use leptos::prelude::*;
use sim_core::kernel::SimTime;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::desk::Desk;
use crate::frames::Phase;
use crate::i18n::{Locale, count, duration, moment, number, said, text};
use crate::player::{Command, Player};
use crate::ui::theme::media_matches;
use crate::views::flow::observe_size;
use controls::Controls;
use lanes::{Colours, Density, Lanes, RIGHT};
use scale::{Scale, bucket_of};

/// The timeline with its controls.
#[component]
pub(crate) fn Timeline() -> impl IntoView {
    let desk = Desk::of_here();
    let (track, canvas, head) = (
        NodeRef::<Div>::new(),
        NodeRef::<Canvas>::new(),
        NodeRef::<Div>::new(),
    );
    let room = RwSignal::new((0.0, Density::Full));
    // The words, the colours or the run have changed, and the lanes are out of date.
    let outdated = StoredValue::new(true);
    Effect::new(move || {
        let Some(track) = track.get() else { return };
        let element: web_sys::Element = (*track).clone().into();
        observe_size(&track, move || {
            let narrow = media_matches("(max-width: 720px)") || desk.embed.get_untracked();
            let density = if narrow {
                Density::Compact
            } else {
                Density::Full
            };
            room.set((f64::from(element.client_width()), density));
        });
    });
    Effect::new(move || {
        room.track();
        desk.progress.track();
        desk.stage.track();
        desk.locale.track();
        desk.theme.track();
        outdated.set_value(true);
        desk.wake();
    });
    desk.every_frame(Phase::Paint, move |_| {
        if outdated.get_value()
            && let Some(canvas) = canvas.get_untracked()
        {
            outdated.set_value(false);
            paint(desk, &canvas, room.get_untracked());
        }
        false
    });
    let scale = move || {
        let (width, density) = room.get_untracked();
        scale_of(desk, width, density)
    };
    move_head(desk, head, scale);

    let readout = RwSignal::new(None::<(f64, String)>);
    let seek = Seek {
        desk,
        resume: StoredValue::new(None),
    };
    let place = move |event: &ev::PointerEvent| {
        track.get_untracked().map_or(0.0, |track| {
            f64::from(event.client_x()) - track.get_bounding_client_rect().left()
        })
    };
    let on_move = move |event: ev::PointerEvent| {
        let Some(scale) = scale() else { return };
        let at = scale.time(place(&event));
        readout.set(describe(desk, at).map(|text| (scale.x(at), text)));
        seek.drag(at);
    };
    view! {
        <footer class="timeline">
            <Controls />
            <div
                class="track"
                role="slider"
                tabindex="0"
                aria-label=said!(desk, player.timeline)
                aria-valuemin="0"
                aria-valuemax=move || horizon(desk).as_secs_f64().to_string()
                aria-valuenow=move || now(desk).as_secs_f64().to_string()
                aria-valuetext=move || moment(desk.locale.get(), now(desk), 3)
                node_ref=track
                style:height=move || format!("{}px", room.get().1.height())
                on:pointerdown=move |event: ev::PointerEvent| {
                    if let (Some(scale), 0) = (scale(), event.button()) {
                        if let Some(track) = track.get_untracked() {
                            let _ = track.set_pointer_capture(event.pointer_id());
                        }
                        seek.begin(scale.time(place(&event)));
                    }
                }
                on:pointermove=on_move
                on:pointerup=move |_| seek.end()
                on:pointercancel=move |_| seek.end()
                on:pointerleave=move |_| readout.set(None)
            >
                <canvas aria-hidden="true" node_ref=canvas />
                <div class="head" class:shown=move || desk.stage.with(Option::is_some) aria-hidden="true" node_ref=head />
                {move || {
                    readout
                        .get()
                        .map(|(x, text)| {
                            let towards = if x > room.get_untracked().0 / 2.0 { "left" } else { "right" };
                            view! { <p class=format!("readout {towards}") style:left=format!("{x}px") aria-hidden="true">{text}</p> }
                        })
                }}
            </div>
        </footer>
    }
}

/// Dragging the playhead: time stands still meanwhile.
#[derive(Clone, Copy)]
struct Seek {
    desk: Desk,
    /// Whether time is to pass again afterwards; nothing if nobody drags.
    resume: StoredValue<Option<bool>>,
}

impl Seek {
    fn begin(self, at: SimTime) {
        let playing = self.desk.ask(Player::is_playing).unwrap_or_default();
        self.resume.set_value(Some(playing));
        self.desk.command(Command::Pause);
        self.desk.command(Command::SeekTime(at));
    }

    fn drag(self, at: SimTime) {
        if self.resume.get_value().is_some() {
            self.desk.command(Command::SeekTime(at));
        }
    }

    fn end(self) {
        if self.resume.get_value() == Some(true) {
            self.desk.command(Command::Play);
        }
        self.resume.set_value(None);
    }
}

/// Moves the playhead in the frame loop.
fn move_head(desk: Desk, head: NodeRef<Div>, scale: impl Fn() -> Option<Scale> + 'static) {
    let mut written = None;
    desk.every_frame(Phase::Document, move |_| {
        let x = scale()
            .zip(desk.ask(Player::time))
            .map(|(scale, time)| (scale.x(time) * 4.0).round() / 4.0);
        if x != written
            && let (Some(head), Some(place)) = (head.get_untracked(), x)
        {
            let _ = web_sys::HtmlElement::style(&head)
                .set_property("transform", &format!("translateX({place}px)"));
            written = x;
        }
        false
    });
}

fn scale_of(desk: Desk, width: f64, density: Density) -> Option<Scale> {
    let horizon = desk.ask(|player| player.stage().horizon)?;
    let left = density.gutter();
    Some(Scale {
        left,
        width: (width - left - RIGHT).max(1.0),
        horizon,
    })
}

fn horizon(desk: Desk) -> SimTime {
    desk.stage.with(|stage| {
        stage
            .as_ref()
            .map(|stage| stage.horizon)
            .unwrap_or_default()
    })
}

fn now(desk: Desk) -> SimTime {
    desk.moment.track();
    desk.ask(Player::time).unwrap_or_default()
}

/// The figures around a moment, in words.
fn describe(desk: Desk, at: SimTime) -> Option<String> {
    let locale: Locale = desk.locale.get_untracked();
    desk.ask(|player| {
        let glance = player.glance();
        let bucket = glance.buckets.get(bucket_of(at, glance.span))?;
        let secs = glance.span.as_secs_f64().max(f64::MIN_POSITIVE);
        let rate = |journeys: u32| number(locale, f64::from(journeys) / secs, 1);
        let mut parts = vec![moment(locale, at, 2)];
        parts.push(text!(locale, player.per_second, value = rate(bucket.done)));
        if bucket.failed > 0 {
            parts.push(format!(
                "✕ {}",
                text!(locale, player.per_second, value = rate(bucket.failed))
            ));
        }
        if bucket.done + bucket.failed > 0 {
            parts.push(format!(
                "{} {}",
                text!(locale, player.latency),
                duration(locale, bucket.p95)
            ));
        }
        parts.push(format!(
            "{} {}",
            text!(locale, player.waiting),
            count(bucket.waiting.into())
        ));
        Some(parts.join(" · "))
    })?
}

fn paint(desk: Desk, canvas: &HtmlCanvasElement, (width, density): (f64, Density)) {
    let ratio = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio());
    canvas.set_width((width * ratio).round() as u32);
    canvas.set_height((density.height() * ratio).round() as u32);
    let context = canvas.get_context("2d").ok().flatten();
    let Some(context) =
        context.and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok())
    else {
        return;
    };
    // Fails only for numbers that are none.
    let _ = context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
    let (Some(scale), Some(colours)) = (scale_of(desk, width, density), colours()) else {
        return;
    };
    desk.ask(|player| {
        let lanes = Lanes {
            context: &context,
            colours: &colours,
            locale: desk.locale.get_untracked(),
            scale,
            density,
            glance: player.glance(),
            stage: player.stage(),
            simulated: player.reel().simulated(),
        };
        lanes.paint();
    });
}

fn colours() -> Option<Colours> {
    let window = web_sys::window()?;
    let style = window
        .get_computed_style(&window.document()?.document_element()?)
        .ok()??;
    let value = |name: &str| {
        style
            .get_property_value(name)
            .map(|value| value.trim().to_owned())
            .unwrap_or_default()
    };
    Some(Colours {
        ink: value("--ink"),
        soft: value("--ink-soft"),
        faint: value("--ink-faint"),
        line: value("--line"),
        track: value("--track"),
        done: value("--lane-done"),
        failure: value("--failure"),
        latency: value("--lane-latency"),
        waiting: value("--lane-waiting"),
        slow: value("--slow"),
        set: value("--lane-set"),
        font: value("--font"),
    })
}
