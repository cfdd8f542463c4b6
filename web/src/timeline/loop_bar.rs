//! The loop on the lanes: the stretch that is played over and over, with a handle at each end.

use leptos::ev;
use leptos::prelude::*;
use sim_core::kernel::SimTime;
use wasm_bindgen::JsCast;

use super::View;
use crate::i18n::{moment, say};
use crate::player::{Command, Stretch};

/// How far an arrow moves an end, as a share of the view.
const ARROW: f64 = 0.01;

/// Which end of the loop.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    In,
    Out,
}

/// The loop, if there is one.
#[component]
pub(super) fn LoopBar(view: View) -> impl IntoView {
    let desk = view.desk;
    // Where it begins and how wide it is, as far as it is seen.
    let place = Memo::new(move |_| {
        let stretch = desk.looped.get()?;
        view.room.track();
        desk.seen.track();
        desk.stage.track();
        let scale = view.scale()?;
        let (from, until) = (scale.x(stretch.from), scale.x(stretch.until));
        let left = from.clamp(scale.left, scale.right());
        let right = until.clamp(scale.left, scale.right());
        let seen = stretch.from <= scale.seen.until && stretch.until >= scale.seen.from;
        seen.then_some((left, right - left))
    });
    view! {
        <Show when=move || place.get().is_some()>
            <div
                class="loop"
                style:left=move || format!("{}px", place.get().unwrap_or_default().0)
                style:width=move || format!("{}px", place.get().unwrap_or_default().1)
            >
                <Handle view=view end=End::In />
                <Handle view=view end=End::Out />
            </div>
        </Show>
    }
}

#[component]
fn Handle(view: View, end: End) -> impl IntoView {
    let desk = view.desk;
    let held = StoredValue::new(false);
    let at = move || {
        let stretch = desk.looped.get();
        stretch.map_or(SimTime::ZERO, |stretch| match end {
            End::In => stretch.from,
            End::Out => stretch.until,
        })
    };
    let move_to = move |to: SimTime| {
        let Some((stretch, scale)) = desk.looped.get_untracked().zip(view.scale()) else {
            return;
        };
        let stretch: Stretch = match end {
            End::In => stretch.starting(to.min(before(stretch.until)), scale.horizon),
            End::Out => stretch.ending(to.max(after(stretch.from)), scale.horizon),
        };
        desk.command(Command::Loop(Some(stretch)));
    };
    let down = move |event: ev::PointerEvent| {
        event.stop_propagation();
        held.set_value(true);
        let target = event.current_target();
        if let Some(element) = target.and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        {
            // Fails only for a pointer that is up already.
            let _ = element.set_pointer_capture(event.pointer_id());
        }
    };
    let moved = move |event: ev::PointerEvent| {
        event.stop_propagation();
        if let (true, Some(scale)) = (held.get_value(), view.scale()) {
            move_to(scale.time(view.place(&event).0));
        }
    };
    let key = move |event: ev::KeyboardEvent| {
        let by = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => -ARROW,
            "ArrowRight" | "ArrowUp" => ARROW,
            _ => return,
        };
        let Some(scale) = view.scale() else { return };
        event.prevent_default();
        let now = at();
        let span = scale.seen.until.since(scale.seen.from).scaled(by.abs());
        move_to(if by < 0.0 {
            SimTime::from_nanos(now.as_nanos().saturating_sub(span.as_nanos()))
        } else {
            now.after(span)
        });
    };
    let label = move || match end {
        End::In => say!(desk, timeline.loop_in),
        End::Out => say!(desk, timeline.loop_out),
    };
    let horizon = move || {
        desk.stage
            .with(|stage| stage.as_ref().map(|stage| stage.horizon))
    };
    view! {
        <span
            class=if end == End::In { "handle in" } else { "handle out" }
            role="slider"
            tabindex="0"
            aria-label=label
            title=label
            aria-valuemin="0"
            aria-valuemax=move || horizon().unwrap_or_default().as_secs_f64().to_string()
            aria-valuenow=move || at().as_secs_f64().to_string()
            aria-valuetext=move || moment(desk.locale.get(), at(), 3)
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=move |event: ev::PointerEvent| {
                event.stop_propagation();
                held.set_value(false);
            }
            on:pointercancel=move |_| held.set_value(false)
            on:keydown=key
        />
    }
}

fn before(at: SimTime) -> SimTime {
    SimTime::from_nanos(at.as_nanos().saturating_sub(1))
}

fn after(at: SimTime) -> SimTime {
    SimTime::from_nanos(at.as_nanos().saturating_add(1))
}
