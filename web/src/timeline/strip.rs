//! The overview strip: the whole run, small, with the stretch that is seen in it, which can
//! be dragged and drawn wider or narrower.

use leptos::ev;
use leptos::html::{Canvas, Div};
use leptos::prelude::*;

use super::{View, zoom};
use crate::i18n::said;

/// How near an edge of the window has to be, in pixels.
const EDGE: f64 = 7.0;

/// Which part of the window in the strip is held.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Held {
    /// Its beginning, while its end stays.
    Left(f64),
    /// Its end, while its beginning stays.
    Right(f64),
    /// All of it, so far from its beginning.
    Middle(f64),
}

/// The overview strip: the whole run, small, with the stretch that is seen in it.
#[component]
pub(super) fn Strip(view: View, canvas: NodeRef<Canvas>) -> impl IntoView {
    let desk = view.desk;
    let host = NodeRef::<Div>::new();
    // Which part is held, and where in it, as a share of the whole.
    let held = StoredValue::new(None::<Held>);
    let share = move |event: &ev::PointerEvent| {
        host.get_untracked().map_or(0.0, |host| {
            let rect = host.get_bounding_client_rect();
            (f64::from(event.client_x()) - rect.left()) / rect.width().max(1.0)
        })
    };
    let edges = move || {
        let scale = view.scale()?;
        let all = zoom::whole(scale.horizon);
        let (from, to) = (
            zoom::share(all, scale.seen.from),
            zoom::share(all, scale.seen.until),
        );
        Some((scale, all, from, to))
    };
    let down = move |event: ev::PointerEvent| {
        let Some((scale, all, from, to)) = edges() else {
            return;
        };
        if event.button() != 0 {
            return;
        }
        let at = share(&event);
        let near = EDGE
            / host
                .get_untracked()
                .map_or(1.0, |host| f64::from(host.client_width()));
        let zoomed = desk.seen.get_untracked().is_some();
        let grip = if zoomed && (at - from).abs() < near {
            Held::Left(to)
        } else if zoomed && (at - to).abs() < near {
            Held::Right(from)
        } else if zoomed && from < at && at < to {
            Held::Middle(at - from)
        } else if zoomed {
            let seen = zoom::holding(
                zoom::moment(all, at),
                0.5,
                scale.seen.until.since(scale.seen.from).as_nanos() as f64,
                scale.horizon,
            );
            view.look(seen);
            Held::Middle((to - from) / 2.0)
        } else {
            Held::Right(at)
        };
        held.set_value(Some(grip));
        if let Some(host) = host.get_untracked() {
            let _ = host.set_pointer_capture(event.pointer_id());
        }
    };
    let moved = move |event: ev::PointerEvent| {
        let (Some(grip), Some((_, all, from, to))) = (held.get_value(), edges()) else {
            return;
        };
        let at = share(&event).clamp(0.0, 1.0);
        let horizon = all.until;
        let between = |one: f64, other: f64| {
            let (one, other) = (one.min(other), one.max(other));
            let length = (other - one) * horizon.as_nanos() as f64;
            zoom::holding(zoom::moment(all, one), 0.0, length, horizon)
        };
        match grip {
            Held::Left(other) | Held::Right(other) => {
                if (at - other).abs() > 0.002 {
                    view.look(between(at, other));
                }
            }
            Held::Middle(into) => view.look(between(at - into, at - into + (to - from))),
        }
    };
    let key = move |event: ev::KeyboardEvent| {
        let Some(scale) = view.scale() else { return };
        let next = match event.key().as_str() {
            "ArrowLeft" => zoom::moved(scale.seen, -zoom::MOVE, scale.horizon),
            "ArrowRight" => zoom::moved(scale.seen, zoom::MOVE, scale.horizon),
            "ArrowUp" => zoom::zoomed(scale.seen, 0.5, zoom::STEP, scale.horizon),
            "ArrowDown" => zoom::zoomed(scale.seen, 0.5, 1.0 / zoom::STEP, scale.horizon),
            "Home" => zoom::moved(scale.seen, -1e9, scale.horizon),
            "End" => zoom::moved(scale.seen, 1e9, scale.horizon),
            _ => return,
        };
        event.prevent_default();
        view.look(next);
    };
    let window = Memo::new(move |_| {
        desk.seen.track();
        desk.stage.track();
        let (_, _, from, to) = edges()?;
        desk.seen.get().map(|_| (from, to))
    });
    let percent = move |value: f64| format!("{:.3}%", value * 100.0);
    view! {
        <div
            class="strip"
            class:zoomed=move || window.get().is_some()
            role="scrollbar"
            tabindex="0"
            aria-orientation="horizontal"
            aria-controls="lanes"
            aria-label=said!(desk, timeline.strip)
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=move || {
                let (from, to) = window.get().unwrap_or((0.0, 1.0));
                format!("{:.0}", f64::midpoint(from, to) * 100.0)
            }
            node_ref=host
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=move |_| held.set_value(None)
            on:pointercancel=move |_| held.set_value(None)
            on:dblclick=move |_| desk.look(None)
            on:keydown=key
        >
            <canvas aria-hidden="true" node_ref=canvas />
            <Show when=move || window.get().is_some()>
                <span
                    class="pane"
                    style:left=move || percent(window.get().unwrap_or_default().0)
                    style:right=move || percent(1.0 - window.get().unwrap_or((0.0, 1.0)).1)
                />
            </Show>
        </div>
    }
}
