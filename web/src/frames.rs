//! The frame loop: one `requestAnimationFrame` for the whole page, outside the reactive graph.
//!
//! Whoever changes something that is drawn wakes the loop. Each frame first lets time pass,
//! then writes the few parts of the document that change with it, then paints canvases. When
//! nothing moves any more the loop stops.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

/// In which order the parts of a frame run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Phase {
    /// Time passes.
    Time,
    /// Elements are moved and labelled.
    Document,
    /// Canvases are painted.
    Paint,
}

/// A part of a frame: gets the milliseconds since the last one (0 after a pause) and says
/// whether it needs another one.
type Part = Rc<RefCell<dyn FnMut(f64) -> bool>>;

/// What the browser calls with the time of the frame.
type Callback = Closure<dyn FnMut(f64)>;

/// The loop. Clones are the same loop.
#[derive(Clone, Default)]
pub(crate) struct Frames(Rc<Inner>);

#[derive(Default)]
struct Inner {
    parts: RefCell<Vec<(Phase, u32, Part)>>,
    next_id: Cell<u32>,
    scheduled: Cell<bool>,
    last: Cell<Option<f64>>,
    callback: RefCell<Option<Callback>>,
}

impl Frames {
    /// Adds a part of every frame; it runs until [`Frames::remove`] is called with its number.
    pub(crate) fn add(&self, phase: Phase, part: impl FnMut(f64) -> bool + 'static) -> u32 {
        let id = self.0.next_id.get();
        self.0.next_id.set(id + 1);
        let mut parts = self.0.parts.borrow_mut();
        let place = parts.partition_point(|(other, ..)| *other <= phase);
        parts.insert(place, (phase, id, Rc::new(RefCell::new(part))));
        drop(parts);
        self.wake();
        id
    }

    /// Removes a part.
    pub(crate) fn remove(&self, id: u32) {
        self.0
            .parts
            .borrow_mut()
            .retain(|(_, other, _)| *other != id);
    }

    /// Sees to it that there is a next frame.
    pub(crate) fn wake(&self) {
        if self.0.scheduled.replace(true) {
            return;
        }
        let mut callback = self.0.callback.borrow_mut();
        let callback = callback.get_or_insert_with(|| {
            let frames = Rc::downgrade(&self.0);
            Closure::new(move |now: f64| {
                if let Some(inner) = frames.upgrade() {
                    Self(inner).run(now);
                }
            })
        });
        let window = web_sys::window();
        let asked = window.and_then(|window| {
            window
                .request_animation_frame(callback.as_ref().unchecked_ref())
                .ok()
        });
        self.0.scheduled.set(asked.is_some());
    }

    fn run(&self, now: f64) {
        self.0.scheduled.set(false);
        let millis = self
            .0
            .last
            .replace(Some(now))
            .map_or(0.0, |last| now - last);
        // A copy, since a part may add or remove parts.
        let parts = self.0.parts.borrow().clone();
        let mut go_on = false;
        for (_, _, part) in parts {
            go_on |= part.borrow_mut()(millis);
        }
        if go_on {
            self.wake();
        } else if !self.0.scheduled.get() {
            self.0.last.set(None);
        }
    }
}
