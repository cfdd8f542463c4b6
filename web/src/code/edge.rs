//! The edge between stage and code, which can be dragged, or moved with arrows.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::desk::Desk;
use crate::i18n::said;
use crate::ui::storage::{recall, remember};

/// The width of the code, in pixels: what it is at first, and its bounds. The stage keeps
/// room by the style sheet, whatever is asked for here.
const WIDTH: f64 = 430.0;
const LEAST: f64 = 260.0;
const MOST: f64 = 1_200.0;
/// What an arrow moves the edge by.
const ARROW: f64 = 24.0;
const REMEMBERED_AS: &str = "code-width";

/// The width as it was left, else as it is at first.
pub(super) fn initial_width() -> f64 {
    let left = recall(REMEMBERED_AS).and_then(|width| width.parse::<f64>().ok());
    bounded(left.unwrap_or(WIDTH))
}

fn bounded(width: f64) -> f64 {
    if width.is_finite() {
        width.clamp(LEAST, MOST).round()
    } else {
        WIDTH
    }
}

/// The edge.
#[component]
pub(super) fn Edge(width: RwSignal<f64>) -> impl IntoView {
    let desk = Desk::of_here();
    // Where a drag began, and the width then.
    let held = StoredValue::new(None::<(f64, f64)>);
    let change = move |to: f64| {
        let to = bounded(to);
        remember(REMEMBERED_AS, &to.to_string());
        width.set(to);
    };
    let down = move |event: ev::PointerEvent| {
        event.prevent_default();
        if let Some(edge) = event
            .target()
            .and_then(|edge| edge.dyn_into::<Element>().ok())
        {
            // Fails only for a pointer that is gone.
            let _ = edge.set_pointer_capture(event.pointer_id());
        }
        held.set_value(Some((f64::from(event.client_x()), width.get_untracked())));
    };
    let drag = move |event: ev::PointerEvent| {
        if let Some((from, before)) = held.get_value() {
            change(before + from - f64::from(event.client_x()));
        }
    };
    let press = move |event: ev::KeyboardEvent| {
        let by = match event.key().as_str() {
            "ArrowLeft" => ARROW,
            "ArrowRight" => -ARROW,
            "Home" => MOST,
            "End" => -MOST,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        change(width.get_untracked() + by);
    };
    view! {
        <div
            class="code-edge"
            role="separator"
            tabindex="0"
            aria-orientation="vertical"
            aria-label=said!(desk, code.edge)
            aria-valuemin=LEAST
            aria-valuemax=MOST
            aria-valuenow=width
            on:pointerdown=down
            on:pointermove=drag
            on:pointerup=move |_| held.set_value(None)
            on:pointercancel=move |_| held.set_value(None)
            on:keydown=press
        ></div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_width_stays_within_its_bounds() {
        assert_eq!(bounded(10.0).to_bits(), LEAST.to_bits());
        assert_eq!(bounded(9e9).to_bits(), MOST.to_bits());
        assert_eq!(bounded(f64::NAN).to_bits(), WIDTH.to_bits());
        assert_eq!(bounded(400.4).to_bits(), 400.0_f64.to_bits());
    }
}
