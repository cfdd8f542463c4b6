//! The flow view: who talks to whom, with every message on its way.
//!
//! The picture at the cursor flows in every frame, pixels flow out; clicks flow out as what
//! was picked. A list of the nodes lies over the canvas for the keyboard and for screen
//! readers, each entry exactly where its node is seen.
//!
//! ```text
//! stage -> scene ---+--> cards (lines, nodes, gauges: on change)
//!                   |
//! picture, time -> marks -> render -> brush (every frame)
//! ```

mod boxes;
mod brush;
mod bytes;
mod cards;
mod easel;
mod edits;
mod following;
mod gauges;
mod hover;
mod keys;
mod layer;
pub(crate) mod legend;
mod minimap;
mod outline;
mod palette;
mod pointer;
pub(crate) mod scene;

pub(crate) use hover::content;
#[cfg(test)]
pub(crate) use interplay_flow::testing;
pub(crate) use interplay_flow::{faces, hit};
pub(crate) use keys::{Wish, ZOOM, follow_picked};

use interplay_flow::detail::Detail;
use leptos::ev;
use leptos::html::{Canvas, Section};
use leptos::prelude::*;
use sim_core::layout::{Point, Rect};
use sim_core::world::NodeId;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::ResizeObserver;

use crate::desk::{Busy, Desk};
use crate::frames::Phase;
use crate::i18n::{Locale, said, say, text};
use crate::story;
use crate::ui::icons::{Drawn, Icon};
use cards::Words;
use easel::Easel;
use following::Following;
use hover::Hover;
use legend::Legend;
use minimap::Map;
use outline::Outline;
use pointer::Pointers;
use scene::Scene;

/// How often gauges follow the picture while time passes, in milliseconds: as fast as
/// numbers can be read, and a fraction of what painting them every frame costs.
const GAUGES_EVERY: f64 = 80.0;
/// The easel and the desk it stands beside; copies are the same ones.
#[derive(Clone, Copy)]
pub(crate) struct Stand {
    desk: Desk,
    easel: StoredValue<Option<Easel>, LocalStorage>,
}

impl Stand {
    /// Changes what is on the easel, and has it painted.
    fn with(self, act: impl FnOnce(&mut Easel)) {
        self.change(act);
        self.desk.wake();
    }

    fn change<T>(self, act: impl FnOnce(&mut Easel) -> T) -> Option<T> {
        self.easel
            .try_update_value(|easel| easel.as_mut().map(act))
            .flatten()
    }

    fn ask<T>(self, question: impl FnOnce(&Easel) -> T) -> Option<T> {
        self.easel
            .try_with_value(|easel| easel.as_ref().map(question))
            .flatten()
    }
}

/// The stage with the flow of messages on it.
#[component]
#[expect(clippy::too_many_lines, reason = "one view, with its gestures")]
pub(crate) fn Flow() -> impl IntoView {
    let desk = Desk::of_here();
    let host = NodeRef::<Section>::new();
    let [lines, cards, moving] = [(); 3].map(|()| NodeRef::<Canvas>::new());
    let overlay = NodeRef::<leptos::html::Ul>::new();
    let map = NodeRef::<Canvas>::new();
    let easel = StoredValue::new_local(None::<Easel>);
    let stand = Stand { desk, easel };
    let boxes = RwSignal::new(Vec::new());

    Effect::new(move || {
        let layers = (lines.get(), cards.get(), moving.get());
        let ((Some(lines), Some(cards), Some(moving)), Some(host)) = (layers, host.get()) else {
            return;
        };
        easel.set_value(Easel::new([lines, cards, moving]));
        let element: web_sys::Element = (*host).clone();
        observe_size(&host, move || {
            if let Some(host) = host_size(&element) {
                stand.with(|easel| easel.resize(host.0, host.1));
            }
        });
    });
    Effect::new(move || {
        let scene = desk.stage.get().map(Scene::new);
        moving.track();
        stand.with(|easel| easel.set_scene(scene));
    });
    Effect::new(move || {
        let locale = desk.locale.get();
        stand.with(|easel| easel.set_words(locale, words(locale)));
    });
    Effect::new(move || {
        let picked = desk.picked.get();
        stand.with(|easel| easel.set_picked(picked));
    });
    let told = story::told(desk);
    Effect::new(move || {
        let shown = story::of_told(desk, told.get(), |moment| moment.shown.clone());
        stand.with(|easel| easel.set_told(shown));
    });
    Effect::new(move || {
        let followed = desk.followed.get();
        stand.with(|easel| easel.follow(followed));
    });
    Effect::new(move || {
        desk.fit.track();
        stand.with(Easel::fit);
    });
    Effect::new(move || {
        if let Some(wish) = desk.wish.get() {
            keys::fulfil(stand, wish);
        }
    });
    Effect::new(move || {
        let canvas = map.get();
        stand.with(|easel| easel.set_map(canvas.as_ref()));
    });
    let colours_stale = StoredValue::new(false);
    Effect::new(move || {
        desk.theme.track();
        // The page puts the theme on its root in an effect of its own; by the next frame it has.
        colours_stale.set_value(true);
        desk.wake();
    });
    paint_every_frame(
        stand,
        Overlay {
            list: overlay,
            boxes,
        },
        colours_stale,
    );

    let pointers = Pointers::new(stand);
    keys::listen(stand);
    Effect::new(move || {
        desk.moment.track();
        pointers.look_again();
    });
    let has_map = Memo::new(move |_| {
        desk.stage.with(|stage| {
            let nodes = stage.as_ref().map_or(0, |stage| stage.shown.len());
            interplay_flow::minimap::is_wanted(nodes)
        })
    });
    let on_wheel = move |event: ev::WheelEvent| {
        // A page that embeds this one keeps its own scrolling.
        if desk.embed.get_untracked() && !event.ctrl_key() && !event.meta_key() {
            return;
        }
        event.prevent_default();
        let step = if event.ctrl_key() { 0.01 } else { 0.0015 };
        let factor = js_sys::Math::exp(-event.delta_y() * step) as f32;
        let at = Point::new(event.offset_x() as f32, event.offset_y() as f32);
        stand.with(|easel| easel.zoom(factor, Some(at)));
    };
    let zoom_by = move |factor: f32| stand.with(|easel| easel.zoom(factor, None));
    view! {
        <section class="flow" aria-label=said!(desk, view.label) node_ref=host>
            <canvas class="layer" aria-hidden="true" node_ref=lines />
            <canvas class="layer" aria-hidden="true" node_ref=cards />
            <canvas
                class="layer moving"
                aria-hidden="true"
                node_ref=moving
                on:pointerdown=move |event| pointers.down(&event)
                on:pointermove=move |event| pointers.moved(&event)
                on:pointerup=move |event| pointers.up(&event)
                on:pointercancel=move |event| pointers.cancel(&event)
                on:pointerleave=move |_| pointers.leave()
                on:wheel=on_wheel
                on:contextmenu=move |event| pointers.menu(&event)
            />
            <Outline node_ref=overlay boxes=boxes stand=stand />
            <Following stand=stand />
            <Show when=move || desk.stage.with(Option::is_some)>
                <Show when=move || has_map.get()>
                    <Map stand=stand node_ref=map />
                </Show>
                <div class="zoom">
                    <button class="quiet" title=said!(desk, view.zoom_in) aria-label=said!(desk, view.zoom_in) on:click=move |_| zoom_by(1.25)>
                        <Drawn icon=Icon::Plus />
                    </button>
                    <button class="quiet" title=said!(desk, view.zoom_out) aria-label=said!(desk, view.zoom_out) on:click=move |_| zoom_by(0.8)>
                        <Drawn icon=Icon::Minus />
                    </button>
                    <button class="quiet" title=said!(desk, view.fit) aria-label=said!(desk, view.fit) on:click=move |_| desk.fit.update(|count| *count += 1)>
                        <Drawn icon=Icon::Fit />
                    </button>
                </div>
                <Legend />
            </Show>
            <Hover stand=stand under=pointers.under />
            <p class="hush waiting" class:shown=move || desk.waiting.get() && desk.busy.get() == Busy::No role="status">
                {move || if desk.waiting.get() { say!(desk, busy.buffering) } else { String::new() }}
            </p>
        </section>
    }
}

/// The list of nodes over the canvas.
#[derive(Clone, Copy)]
struct Overlay {
    list: NodeRef<leptos::html::Ul>,
    /// Where the nodes are in the scene.
    boxes: RwSignal<Vec<(NodeId, Rect)>>,
}

fn paint_every_frame(stand: Stand, overlay: Overlay, colours_stale: StoredValue<bool>) {
    let desk = stand.desk;
    let mut since_gauges = 0.0;
    let mut seen = None;
    let mut shape = None;
    let mut told = "";
    desk.every_frame(Phase::Paint, move |millis| {
        if desk.metrics.open.get_untracked() {
            // Nobody sees it; the first frame afterwards paints what is there then.
            return false;
        }
        since_gauges += millis;
        let playing = desk.playing.get_untracked();
        let gauges = !playing || since_gauges >= GAUGES_EVERY;
        if gauges {
            since_gauges = 0.0;
        }
        let more = stand.change(|easel| {
            if colours_stale.get_value() {
                colours_stale.set_value(false);
                easel.refresh_palette();
            }
            let more = desk
                .ask(|player| easel.paint(Some(player), gauges, millis))
                .unwrap_or_else(|| easel.paint(None, gauges, millis));
            if seen != Some(easel.camera())
                && let Some(list) = overlay.list.get_untracked()
            {
                // Fails only for names that are none.
                let _ = web_sys::HtmlElement::style(&list)
                    .set_property("transform", &easel.transform());
                seen = Some(easel.camera());
            }
            let detail = match easel.detail() {
                Detail::Cards => "cards",
                Detail::Boxes => "boxes",
                Detail::Groups => "groups",
            };
            if told != detail
                && let Some(list) = overlay.list.get_untracked()
            {
                // Fails only for names that are none.
                let _ = list.set_attribute("data-detail", detail);
                told = detail;
            }
            if shape.replace(easel.shape()) != Some(easel.shape()) {
                let boxes = easel.boxes();
                if overlay.boxes.with_untracked(|before| *before != boxes) {
                    overlay.boxes.set(boxes);
                }
            }
            more
        });
        more.unwrap_or_default()
    });
}

fn words(locale: Locale) -> Words {
    Words {
        busy: text!(locale, node.busy),
        waiting: text!(locale, node.waiting),
        ready: text!(locale, node.ready_short),
        unacked: text!(locale, node.unacked_short),
        connections: text!(locale, node.connections),
        rows: text!(locale, node.rows),
        open: text!(locale, node.open),
        slow: text!(locale, node.slow),
        failing: text!(locale, node.failing),
        full: text!(locale, node.full),
        paused: text!(locale, node.paused),
        draining: text!(locale, node.draining),
        absent: text!(locale, node.absent),
        down: text!(locale, node.down),
    }
}

/// Calls `changed` whenever the size of `element` has changed, for as long as the component
/// lives.
pub(crate) fn observe_size(element: &web_sys::Element, changed: impl Fn() + 'static) {
    let callback = Closure::<dyn FnMut()>::new(changed);
    if let Ok(observer) = ResizeObserver::new(callback.as_ref().unchecked_ref()) {
        observer.observe(element);
        // Both live as long as the observer does, which is as long as the page shows a stage.
        let kept = StoredValue::new_local((observer, callback));
        on_cleanup(move || {
            kept.try_with_value(|(observer, _)| observer.disconnect());
        });
    }
}

/// The size of an element in CSS pixels, and device pixels for each of these.
fn host_size(element: &web_sys::Element) -> Option<((f32, f32), f64)> {
    let window = web_sys::window()?;
    let (width, height) = (element.client_width(), element.client_height());
    (width > 0 && height > 0).then(|| ((width as f32, height as f32), window.device_pixel_ratio()))
}
