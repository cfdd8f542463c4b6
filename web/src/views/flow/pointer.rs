//! Pointers on the stage: mouse, pen and fingers.
//!
//! Events of the browser flow in; moves of the camera, picks, places of nodes and new lines flow
//! out. One pointer moves what it went down on: a node, a new line from a node's handle, else the
//! stage. Two fingers move and magnify the stage. A pointer that hardly moves has clicked.

use interplay_flow::hit::Picked;
use leptos::ev;
use leptos::prelude::*;
use sim_core::layout::Point;
use wasm_bindgen::JsCast;

use super::easel::Grip;
use super::{Stand, edits};
use crate::hand::MenuAt;

/// A pointer that moves less than this between down and up has clicked.
const CLICK: f32 = 4.0;

/// A pointer that is down.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Held {
    id: i32,
    from: Point,
    last: Point,
}

/// What the pointers on the stage are doing.
#[derive(Clone, Copy)]
pub(super) struct Pointers {
    stand: Stand,
    held: StoredValue<Vec<Held>>,
    grip: StoredValue<Grip>,
    moved: StoredValue<bool>,
    /// What the pointer is over, and where on the canvas.
    pub(super) under: RwSignal<Option<(Picked, Point)>>,
}

impl Pointers {
    pub(super) fn new(stand: Stand) -> Self {
        Self {
            stand,
            held: StoredValue::new(Vec::new()),
            grip: StoredValue::new(Grip::Stage),
            moved: StoredValue::new(false),
            under: RwSignal::new(None),
        }
    }

    pub(super) fn down(self, event: &ev::PointerEvent) {
        if event.button() != 0 {
            return;
        }
        let at = place(event);
        let count = self.held.try_update_value(|held| {
            held.retain(|known| known.id != event.pointer_id());
            held.push(Held {
                id: event.pointer_id(),
                from: at,
                last: at,
            });
            held.len()
        });
        if count == Some(1) {
            self.moved.set_value(false);
            self.grip.set_value(self.gripped(event, at));
        } else {
            // The second finger: whatever the first one was about, both pinch now.
            self.moved.set_value(true);
            self.grip.set_value(Grip::Stage);
        }
        self.hover(None);
        if let Some(target) = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        {
            // Fails for a pointer that is gone already.
            let _ = target.set_pointer_capture(event.pointer_id());
        }
    }

    pub(super) fn moved(self, event: &ev::PointerEvent) {
        let at = place(event);
        let before = self.held.get_value();
        let Some(index) = before.iter().position(|held| held.id == event.pointer_id()) else {
            if event.pointer_type() == "mouse" && event.buttons() == 0 {
                self.hover(Some(at));
            }
            return;
        };
        let (from, last) = (before[index].from, before[index].last);
        self.held.update_value(|held| held[index].last = at);
        if (at.x - from.x).hypot(at.y - from.y) > CLICK {
            self.moved.set_value(true);
        }
        if !self.moved.get_value() {
            return;
        }
        if let [one, other] = before[..] {
            let old = [one.last, other.last];
            let mut new = old;
            new[index.min(1)] = at;
            self.stand.with(|easel| easel.pinch(old, new));
            return;
        }
        match self.grip.get_value() {
            Grip::Stage => self
                .stand
                .with(|easel| easel.pan(at.x - last.x, at.y - last.y)),
            Grip::Node(node, apart) => self.stand.with(|easel| easel.drag(node, at, apart)),
            Grip::Handle(node) => self.stand.with(|easel| easel.stretch(node, at)),
        }
    }

    pub(super) fn up(self, event: &ev::PointerEvent) {
        let known = self.held.with_value(Vec::len);
        self.held
            .update_value(|held| held.retain(|held| held.id != event.pointer_id()));
        if known != 1 {
            return;
        }
        let (at, desk) = (place(event), self.stand.desk);
        if !self.moved.get_value() {
            let picked = self.stand.ask(|easel| easel.pick(at)).flatten();
            desk.pick(picked);
            return;
        }
        match self.grip.get_value() {
            Grip::Stage => {}
            Grip::Node(node, _) => {
                if let Some((node, at)) = self.stand.ask(|easel| easel.place_of(node)).flatten() {
                    edits::place(desk, node, at);
                }
            }
            Grip::Handle(_) => {
                let mut joined = None;
                self.stand.with(|easel| joined = easel.let_go());
                if let Some((from, to)) = joined {
                    edits::connect(desk, from, to);
                }
            }
        }
    }

    pub(super) fn cancel(self, event: &ev::PointerEvent) {
        self.held
            .update_value(|held| held.retain(|held| held.id != event.pointer_id()));
        self.stand.with(|easel| {
            easel.let_go();
        });
    }

    pub(super) fn leave(self) {
        self.hover(None);
    }

    /// Opens the menu of the node under the pointer, if there is one.
    pub(super) fn menu(self, event: &ev::MouseEvent) {
        let desk = self.stand.desk;
        let at = Point::new(event.offset_x() as f32, event.offset_y() as f32);
        let picked = self.stand.ask(|easel| easel.pick(at)).flatten();
        let Some(Picked::Node(node)) = picked.filter(|_| !desk.embed.get_untracked()) else {
            return;
        };
        event.prevent_default();
        let at = (f64::from(event.client_x()), f64::from(event.client_y()));
        desk.pick(picked);
        desk.hand_menu.set(Some(MenuAt { node, at: Some(at) }));
    }

    /// Looks what is under the pointer, wherever it last was: things move under it.
    pub(super) fn look_again(self) {
        if let Some((_, at)) = self.under.get_untracked() {
            self.hover(Some(at));
        }
    }

    fn hover(self, at: Option<Point>) {
        let under = self.stand.change(|easel| easel.hover(at)).flatten().zip(at);
        if self.under.get_untracked() != under {
            self.under.set(under);
        }
        self.stand.desk.wake();
    }

    /// What a pointer takes hold of. A finger moves a node only once it is picked: on a small
    /// screen nodes are everywhere, and whoever wants to move the stage must be able to.
    fn gripped(self, event: &ev::PointerEvent, at: Point) -> Grip {
        let desk = self.stand.desk;
        if desk.embed.get_untracked() {
            return Grip::Stage;
        }
        let grip = self.stand.ask(|easel| easel.grip(at));
        let by_touch = event.pointer_type() == "touch";
        match grip.unwrap_or(Grip::Stage) {
            Grip::Node(node, _)
                if by_touch && desk.picked.get_untracked() != Some(Picked::Node(node)) =>
            {
                Grip::Stage
            }
            grip => grip,
        }
    }
}

fn place(event: &ev::PointerEvent) -> Point {
    Point::new(event.offset_x() as f32, event.offset_y() as f32)
}
