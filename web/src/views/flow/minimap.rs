//! The minimap: a small picture of a large scene, whose window can be dragged.

use interplay_flow::faces::Glimpse;
use interplay_flow::minimap::Minimap;
use leptos::ev;
use leptos::html::Canvas;
use leptos::prelude::*;
use sim_core::layout::{Point, Rect};
use sim_core::world::Condition;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::Stand;
use super::palette::Palette;
use super::scene::Scene;
use crate::desk::Desk;
use crate::i18n::said;

/// How large it is, in CSS pixels.
pub(super) const SIZE: (f32, f32) = (184.0, 116.0);
/// The least a node is drawn.
const LEAST: f64 = 1.5;

/// The minimap on the stage.
#[component]
pub(super) fn Map(stand: Stand, node_ref: NodeRef<Canvas>) -> impl IntoView {
    let desk = Desk::of_here();
    let look = move |event: &ev::PointerEvent| {
        let at = Point::new(event.offset_x() as f32, event.offset_y() as f32);
        stand.with(|easel| easel.look_at_map(at));
    };
    view! {
        <div class="minimap" title=said!(desk, flow.minimap)>
            <canvas
                aria-hidden="true"
                node_ref=node_ref
                on:pointerdown=move |event: ev::PointerEvent| {
                    if let Some(target) = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) {
                        // Fails for a pointer that is gone already.
                        let _ = target.set_pointer_capture(event.pointer_id());
                    }
                    look(&event);
                }
                on:pointermove=move |event: ev::PointerEvent| {
                    if event.buttons() & 1 != 0 {
                        look(&event);
                    }
                }
            />
        </div>
    }
}

/// The context of the minimap's canvas, which is made as large as it is shown.
pub(super) fn prepare(
    canvas: &HtmlCanvasElement,
    density: f64,
) -> Option<CanvasRenderingContext2d> {
    canvas.set_width((f64::from(SIZE.0) * density).round() as u32);
    canvas.set_height((f64::from(SIZE.1) * density).round() as u32);
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    context
        .set_transform(density, 0.0, 0.0, density, 0.0, 0.0)
        .ok()?;
    Some(context)
}

/// Paints the map of a scene, and the part of it that is `seen`.
pub(super) fn paint(
    context: &CanvasRenderingContext2d,
    palette: &Palette,
    scene: &Scene,
    glimpses: &[Glimpse],
    seen: Rect,
) {
    let map = Minimap::new(scene.layout().bounds(), SIZE);
    let fill = |rect: Rect, colour: &str| {
        let on_map = map.on_map(rect);
        context.set_fill_style_str(colour);
        context.fill_rect(
            on_map.x.into(),
            on_map.y.into(),
            f64::from(on_map.width).max(LEAST),
            f64::from(on_map.height).max(LEAST),
        );
    };
    context.clear_rect(0.0, 0.0, SIZE.0.into(), SIZE.1.into());
    for (_, rect) in scene.groups() {
        fill(rect, &palette.track);
    }
    for (place, (_, _, rect)) in scene.nodes().enumerate() {
        let colour = match glimpses.get(place).map(|glimpse| glimpse.condition) {
            Some(Condition::Down | Condition::Failing | Condition::Full) => &palette.failure,
            Some(Condition::Slow | Condition::Paused | Condition::Draining) => &palette.slow,
            _ => &palette.gauge,
        };
        fill(rect, colour);
    }
    let window = map.on_map(seen);
    context.set_stroke_style_str(&palette.accent);
    context.set_line_width(1.5);
    // Its border is seen at the border of the map where it reaches beyond.
    let (left, top) = (window.x.max(1.0), window.y.max(1.0));
    let (right, bottom) = (
        window.right().min(SIZE.0 - 1.0),
        window.bottom().min(SIZE.1 - 1.0),
    );
    if right > left && bottom > top {
        context.stroke_rect(
            left.into(),
            top.into(),
            (right - left).into(),
            (bottom - top).into(),
        );
    }
}
