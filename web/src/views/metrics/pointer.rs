//! The pointer on a chart: moving it reads values, a click is there in time, a drag looks closer.

use leptos::ev;
use leptos::prelude::*;
use sim_core::kernel::SimTime;
use wasm_bindgen::JsCast;

use super::charts::Chart;
use super::{Hover, View};
use crate::player::{Command, Stretch};
use crate::timeline::{self, scale::Scale, zoom};

/// A pointer that moves less than this between down and up has clicked.
const CLICK: f64 = 4.0;
/// How much a wheel zooms, for each of its pixels, and what a pinched touchpad sends.
const WHEEL: f64 = 0.002;
const PINCH: f64 = 0.01;

/// The gestures on one chart; copies are the same ones.
#[derive(Clone, Copy)]
pub(super) struct Gestures {
    view: View,
    chart: Chart,
    /// Where a pointer went down, and at which moment that is.
    down: StoredValue<Option<(f64, SimTime)>>,
}

impl Gestures {
    pub(super) fn new(view: View, chart: Chart) -> Self {
        Self {
            view,
            chart,
            down: StoredValue::new(None),
        }
    }

    pub(super) fn down(self, event: &ev::PointerEvent) {
        let Some(((x, _), scale)) = self.place(event).filter(|_| event.button() == 0) else {
            return;
        };
        if let Some(element) = element(event) {
            // Fails only for a pointer that is up already.
            let _ = element.set_pointer_capture(event.pointer_id());
        }
        self.down.set_value(Some((x, scale.time(x))));
    }

    pub(super) fn moved(self, event: &ev::PointerEvent) {
        let Some(((x, y), scale)) = self.place(event) else {
            return;
        };
        let at = scale.time(x);
        self.view.hover.set(Some(Hover {
            at,
            chart: self.chart,
            y,
        }));
        let dragged = &self.view.desk.metrics.dragged;
        if let Some((from, since)) = self.down.get_value()
            && (dragged.get_untracked().is_some() || (x - from).abs() > CLICK)
        {
            dragged.set(Some(Stretch::between(since, at, scale.horizon)));
        }
    }

    pub(super) fn up(self, event: &ev::PointerEvent) {
        let desk = self.view.desk;
        let down = self.down.get_value();
        self.down.set_value(None);
        let chosen = desk.metrics.dragged.get_untracked();
        desk.metrics.dragged.set(None);
        if event.pointer_type() != "mouse" {
            self.view.hover.set(None);
        }
        let (Some((from, at)), Some(((x, _), scale))) = (down, self.place(event)) else {
            return;
        };
        match chosen {
            Some(chosen) => {
                let length = chosen.until.since(chosen.from).as_nanos() as f64;
                let stretch = zoom::holding(chosen.from, 0.0, length, scale.horizon);
                timeline::look(desk, stretch);
            }
            // A drag that was given up with Escape is no click.
            None if (x - from).abs() <= CLICK => desk.command(Command::SeekTime(at)),
            None => {}
        }
    }

    pub(super) fn cancel(self) {
        self.down.set_value(None);
        self.view.desk.metrics.dragged.set(None);
        self.view.hover.set(None);
    }

    pub(super) fn leave(self) {
        if self.down.with_value(Option::is_none) {
            self.view.hover.set(None);
        }
    }

    /// With Ctrl or Cmd the wheel looks closer; across, it moves along; else the page scrolls.
    pub(super) fn wheel(self, event: &ev::WheelEvent) {
        let Some(scale) = self.view.scale() else {
            return;
        };
        let (across, along) = (event.delta_x(), event.delta_y());
        let stretch = if event.ctrl_key() || event.meta_key() {
            let step = if along.abs() < 40.0 { PINCH } else { WHEEL };
            let share = scale.share(f64::from(event.offset_x()));
            zoom::zoomed(scale.seen, share, (along * step).exp(), scale.horizon)
        } else if across.abs() > along.abs() {
            zoom::moved(scale.seen, across / scale.width.max(1.0), scale.horizon)
        } else {
            return;
        };
        event.prevent_default();
        timeline::look(self.view.desk, stretch);
    }

    /// Where on the chart a pointer is.
    fn place(self, event: &ev::PointerEvent) -> Option<((f64, f64), Scale)> {
        let rect = element(event)?.get_bounding_client_rect();
        let x = f64::from(event.client_x()) - rect.left();
        let y = f64::from(event.client_y()) - rect.top();
        Some(((x, y), self.view.scale()?))
    }
}

fn element(event: &ev::PointerEvent) -> Option<web_sys::Element> {
    event.current_target()?.dyn_into().ok()
}
