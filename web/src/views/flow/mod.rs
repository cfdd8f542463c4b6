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

mod brush;
mod camera;
mod cards;
mod easel;
pub(crate) mod faces;
mod gauges;
pub(crate) mod hit;
pub(crate) mod legend;
mod marks;
mod outline;
mod palette;
mod render;
pub(crate) mod scene;
#[cfg(test)]
pub(crate) mod testing;

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
use legend::Legend;
use outline::Outline;
use scene::Scene;

/// How often gauges follow the picture while time passes, in milliseconds: as fast as
/// numbers can be read, and a fraction of what painting them every frame costs.
const GAUGES_EVERY: f64 = 80.0;
/// A pointer that moves less than this between down and up has clicked.
const CLICK: f64 = 4.0;

/// The stage with the flow of messages on it.
#[component]
pub(crate) fn Flow() -> impl IntoView {
    let desk = Desk::of_here();
    let host = NodeRef::<Section>::new();
    let [lines, cards, moving] = [(); 3].map(|()| NodeRef::<Canvas>::new());
    let overlay = NodeRef::<leptos::html::Ul>::new();
    let easel = StoredValue::new_local(None::<Easel>);
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
                easel.try_update_value(|easel| {
                    if let Some(easel) = easel {
                        easel.resize(host.0, host.1);
                    }
                });
                desk.wake();
            }
        });
    });
    let with = move |act: &dyn Fn(&mut Easel)| {
        easel.try_update_value(|easel| {
            if let Some(easel) = easel {
                act(easel);
            }
        });
        desk.wake();
    };
    Effect::new(move || {
        let scene = desk.stage.get().map(Scene::new);
        moving.track();
        with(&|easel| easel.set_scene(scene.clone()));
    });
    Effect::new(move || {
        let locale = desk.locale.get();
        with(&|easel| easel.set_words(locale, words(locale)));
    });
    Effect::new(move || {
        let picked = desk.picked.get();
        with(&|easel| easel.set_picked(picked));
    });
    let told = story::told(desk);
    Effect::new(move || {
        let shown = story::of_told(desk, told.get(), |moment| moment.shown.clone());
        with(&|easel| easel.set_told(shown.clone()));
    });
    Effect::new(move || {
        desk.fit.track();
        with(&Easel::fit);
    });
    let colours_stale = StoredValue::new(false);
    Effect::new(move || {
        desk.theme.track();
        // The page puts the theme on its root in an effect of its own; by the next frame it has.
        colours_stale.set_value(true);
        desk.wake();
    });
    paint_every_frame(
        desk,
        easel,
        Overlay {
            list: overlay,
            boxes,
        },
        colours_stale,
    );

    let drag = Drag::new(desk, easel);
    let on_wheel = move |event: ev::WheelEvent| {
        // A page that embeds this one keeps its own scrolling.
        if desk.embed.get_untracked() && !event.ctrl_key() && !event.meta_key() {
            return;
        }
        event.prevent_default();
        let step = if event.ctrl_key() { 0.01 } else { 0.0015 };
        let factor = js_sys::Math::exp(-event.delta_y() * step) as f32;
        let at = Point::new(event.offset_x() as f32, event.offset_y() as f32);
        with(&|easel| easel.zoom(factor, Some(at)));
    };
    let zoom_by = move |factor: f32| with(&|easel| easel.zoom(factor, None));
    view! {
        <section class="flow" aria-label=said!(desk, view.label) node_ref=host>
            <canvas class="layer" aria-hidden="true" node_ref=lines />
            <canvas class="layer" aria-hidden="true" node_ref=cards />
            <canvas
                class="layer moving"
                aria-hidden="true"
                node_ref=moving
                on:pointerdown=move |event| drag.down(&event)
                on:pointermove=move |event| drag.moved(&event)
                on:pointerup=move |event| drag.up(&event)
                on:pointercancel=move |_| drag.cancel()
                on:wheel=on_wheel
            />
            <Outline node_ref=overlay boxes=boxes />
            <Show when=move || desk.stage.with(Option::is_some)>
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

fn paint_every_frame(
    desk: Desk,
    easel: StoredValue<Option<Easel>, LocalStorage>,
    overlay: Overlay,
    colours_stale: StoredValue<bool>,
) {
    let mut since_gauges = 0.0;
    let mut transform = String::new();
    desk.every_frame(Phase::Paint, move |millis| {
        since_gauges += millis;
        let playing = desk.playing.get_untracked();
        let gauges = !playing || since_gauges >= GAUGES_EVERY;
        if gauges {
            since_gauges = 0.0;
        }
        easel.try_update_value(|easel| {
            let Some(easel) = easel else { return };
            if colours_stale.get_value() {
                colours_stale.set_value(false);
                easel.refresh_palette();
            }
            let seen = easel.transform();
            if seen != transform
                && let Some(list) = overlay.list.get_untracked()
            {
                // Fails only for names that are none.
                let _ = web_sys::HtmlElement::style(&list).set_property("transform", &seen);
                transform = seen;
                // Whatever moves a box moves the camera as well, since a new scene is fitted.
                let boxes = easel.boxes();
                if overlay.boxes.with_untracked(|before| *before != boxes) {
                    overlay.boxes.set(boxes);
                }
            }
            desk.ask(|player| easel.paint(Some(player), gauges))
                .unwrap_or_else(|| easel.paint(None, gauges));
        });
        false
    });
}

/// What the pointer is doing.
#[derive(Clone, Copy)]
struct Drag {
    desk: Desk,
    easel: StoredValue<Option<Easel>, LocalStorage>,
    /// Where it went down, where it was last, and whether it has moved since.
    held: StoredValue<Option<Held>>,
}

#[derive(Clone, Copy)]
struct Held {
    from: (f64, f64),
    last: (f64, f64),
    moved: bool,
}

impl Drag {
    fn new(desk: Desk, easel: StoredValue<Option<Easel>, LocalStorage>) -> Self {
        Self {
            desk,
            easel,
            held: StoredValue::new(None),
        }
    }

    fn down(self, event: &ev::PointerEvent) {
        if event.button() != 0 || !event.is_primary() {
            return;
        }
        let at = (event.client_x().into(), event.client_y().into());
        self.held.set_value(Some(Held {
            from: at,
            last: at,
            moved: false,
        }));
        if let Some(target) = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        {
            // Fails for a pointer that is gone already.
            let _ = target.set_pointer_capture(event.pointer_id());
        }
    }

    fn moved(self, event: &ev::PointerEvent) {
        if !event.is_primary() {
            return;
        }
        let Some(mut held) = self.held.get_value() else {
            return;
        };
        let at: (f64, f64) = (event.client_x().into(), event.client_y().into());
        held.moved |= (at.0 - held.from.0).hypot(at.1 - held.from.1) > CLICK;
        if held.moved {
            let by = (at.0 - held.last.0, at.1 - held.last.1);
            self.easel.update_value(|easel| {
                if let Some(easel) = easel {
                    easel.pan(by.0 as f32, by.1 as f32);
                }
            });
            self.desk.wake();
        }
        held.last = at;
        self.held.set_value(Some(held));
    }

    fn up(self, event: &ev::PointerEvent) {
        let Some(held) = self.held.get_value() else {
            return;
        };
        self.held.set_value(None);
        if !held.moved {
            let at = Point::new(event.offset_x() as f32, event.offset_y() as f32);
            let picked = self
                .easel
                .with_value(|easel| easel.as_ref().and_then(|easel| easel.pick(at)));
            self.desk.pick(picked);
        }
    }

    fn cancel(self) {
        self.held.set_value(None);
    }
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
