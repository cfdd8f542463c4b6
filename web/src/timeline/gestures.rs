//! Gestures on the lanes: a pointer scrubs, pans or marks a loop, two fingers zoom, a wheel
//! does both.
//!
//! Pointer and wheel events flow in; commands and stretches to look at flow out. While
//! somebody scrubs, time stands still.

use leptos::ev;
use leptos::prelude::*;
use sim_core::kernel::SimTime;
use sim_core::observe::Cursor;
use wasm_bindgen::JsCast;

use super::hover::{Target, target};
use super::{View, zoom};
use crate::player::{Command, Player, Stretch};
use crate::views::flow::hit::Picked;

/// A pointer that moves less than this between down and up has clicked.
const CLICK: f64 = 4.0;
/// How much a wheel zooms, for each of its pixels.
const WHEEL: f64 = 0.002;
/// The same for what a touchpad sends while it is pinched.
const PINCH: f64 = 0.01;

/// What a pointer is doing.
#[derive(Clone, PartialEq, Debug)]
enum Doing {
    Nothing,
    /// Moving the playhead.
    Scrubbing {
        /// Whether time is to pass again afterwards.
        resume: bool,
        /// Where it went down.
        down: (f64, f64),
        /// Whether it has moved since.
        moved: bool,
        /// What it went down on.
        on: Option<Target>,
    },
    /// Moving the view.
    Panning {
        from: f64,
        seen: Stretch,
    },
    /// Marking a loop.
    Looping {
        from: SimTime,
    },
    /// Zooming about two fingers.
    Pinching {
        about: SimTime,
        length: f64,
        distance: f64,
    },
}

/// The gestures of one track; copies are the same ones.
#[derive(Clone, Copy)]
pub(super) struct Gestures {
    view: View,
    doing: StoredValue<Doing>,
    /// The pointers that are down, and where.
    pointers: StoredValue<Vec<(i32, f64)>>,
}

impl Gestures {
    pub(super) fn new(view: View) -> Self {
        Self {
            view,
            doing: StoredValue::new(Doing::Nothing),
            pointers: StoredValue::new(Vec::new()),
        }
    }

    pub(super) fn down(self, event: &ev::PointerEvent) {
        let Some(scale) = self.view.scale() else {
            return;
        };
        let (x, y) = self.view.place(event);
        capture(event);
        self.pointers
            .update_value(|pointers| pointers.push((event.pointer_id(), x)));
        if self.pointers.with_value(Vec::len) == 2 {
            self.begin_pinch();
            return;
        }
        let desk = self.view.desk;
        let doing = match event.button() {
            1 => Doing::Panning {
                from: x,
                seen: scale.seen,
            },
            0 if event.shift_key() => Doing::Panning {
                from: x,
                seen: scale.seen,
            },
            0 if event.alt_key() => Doing::Looping {
                from: scale.time(x),
            },
            0 => {
                let on = self.target((x, y));
                let resume = desk.ask(Player::is_playing).unwrap_or_default();
                desk.command(Command::Pause);
                // A click on a mark or a check goes to its record, not to its pixel.
                if !matches!(on, Some(Target::Marks(_) | Target::Check(..))) {
                    desk.command(Command::SeekTime(scale.time(x)));
                }
                Doing::Scrubbing {
                    resume,
                    down: (x, y),
                    moved: false,
                    on,
                }
            }
            _ => return,
        };
        if event.button() == 1 {
            // The browser's own scrolling would begin.
            event.prevent_default();
        }
        self.doing.set_value(doing);
    }

    pub(super) fn moved(self, event: &ev::PointerEvent) {
        let Some(scale) = self.view.scale() else {
            return;
        };
        let (x, y) = self.view.place(event);
        self.pointers.update_value(|pointers| {
            let mine = pointers
                .iter_mut()
                .find(|(id, _)| *id == event.pointer_id());
            if let Some((_, place)) = mine {
                *place = x;
            }
        });
        let desk = self.view.desk;
        match self.doing.get_value() {
            Doing::Nothing => {}
            Doing::Scrubbing {
                resume,
                down,
                moved,
                on,
            } => {
                let moved = moved || (x - down.0).hypot(y - down.1) > CLICK;
                self.doing.set_value(Doing::Scrubbing {
                    resume,
                    down,
                    moved,
                    on: on.clone(),
                });
                if moved {
                    desk.command(Command::SeekTime(scale.time(x)));
                }
            }
            Doing::Panning { from, seen } => {
                let by = (from - x) / scale.width.max(1.0);
                self.view.look(zoom::moved(seen, by, scale.horizon));
            }
            Doing::Looping { from } => {
                let stretch = Stretch::between(from, scale.time(x), scale.horizon);
                desk.command(Command::Loop(Some(stretch)));
            }
            Doing::Pinching {
                about,
                length,
                distance,
            } => {
                if let Some((one, other)) = self.two() {
                    let apart = (one - other).abs().max(1.0);
                    let share = scale.share(f64::midpoint(one, other));
                    let length = length * distance / apart;
                    self.view
                        .look(zoom::holding(about, share, length, scale.horizon));
                }
            }
        }
    }

    pub(super) fn up(self, event: &ev::PointerEvent) {
        self.forget(event);
        let desk = self.view.desk;
        let doing = self.doing.get_value();
        self.doing.set_value(Doing::Nothing);
        let Doing::Scrubbing {
            resume, moved, on, ..
        } = doing
        else {
            return;
        };
        match on.filter(|_| !moved) {
            Some(Target::Marks(cluster)) => {
                let after = Cursor(cluster.record.0.saturating_add(1));
                desk.command(Command::SeekCursor(after));
                return;
            }
            Some(Target::Check(_, (at, _, record))) => {
                match record {
                    Some(record) => desk.jump(record),
                    None => desk.command(Command::SeekTime(at)),
                }
                return;
            }
            Some(target) => {
                if let Some(node) = desk.ask(|player| target.node(player)).flatten() {
                    desk.pick(Some(Picked::Node(node)));
                }
            }
            None => {}
        }
        if resume {
            desk.command(Command::Play);
        }
    }

    pub(super) fn cancel(self, event: &ev::PointerEvent) {
        self.forget(event);
        if let Doing::Scrubbing { resume: true, .. } = self.doing.get_value() {
            self.view.desk.command(Command::Play);
        }
        self.doing.set_value(Doing::Nothing);
    }

    pub(super) fn wheel(self, event: &ev::WheelEvent) {
        let Some(scale) = self.view.scale() else {
            return;
        };
        let zooms = event.ctrl_key() || event.meta_key();
        let (across, along) = (event.delta_x(), event.delta_y());
        // A wheel has one axis, which Shift turns.
        let sideways = if event.shift_key() && across == 0.0 {
            Some(along)
        } else {
            Some(across).filter(|across| across.abs() > along.abs())
        };
        if zooms {
            let x = f64::from(event.client_x()) - self.view.left();
            // A touchpad that is pinched sends small steps, a wheel great ones.
            let step = if along.abs() < 40.0 { PINCH } else { WHEEL };
            let factor = (along * step).exp();
            let share = scale.share(x);
            self.view
                .look(zoom::zoomed(scale.seen, share, factor, scale.horizon));
        } else if let Some(sideways) = sideways.filter(|by| *by != 0.0) {
            let by = sideways / scale.width.max(1.0);
            self.view.look(zoom::moved(scale.seen, by, scale.horizon));
        } else {
            return;
        }
        event.prevent_default();
    }

    /// What lies at a place.
    pub(super) fn target(self, place: (f64, f64)) -> Option<Target> {
        let scale = self.view.scale()?;
        let (_, density) = self.view.room.get_untracked();
        self.view.rows.with_untracked(|rows| {
            let found = |player: &Player| target(player, rows, &scale, density, place);
            self.view.desk.ask(found).flatten()
        })
    }

    /// Whether a pointer is doing something.
    pub(super) fn is_busy(self) -> bool {
        self.doing.with_value(|doing| *doing != Doing::Nothing)
    }

    fn begin_pinch(self) {
        if let Doing::Scrubbing { resume: true, .. } = self.doing.get_value() {
            self.view.desk.command(Command::Play);
        }
        let (Some(scale), Some((one, other))) = (self.view.scale(), self.two()) else {
            return;
        };
        let length = scale.seen.until.since(scale.seen.from).as_nanos() as f64;
        self.doing.set_value(Doing::Pinching {
            about: scale.time(f64::midpoint(one, other)),
            length,
            distance: (one - other).abs().max(1.0),
        });
    }

    fn two(self) -> Option<(f64, f64)> {
        self.pointers.with_value(|pointers| match pointers[..] {
            [(_, one), (_, other), ..] => Some((one, other)),
            _ => None,
        })
    }

    fn forget(self, event: &ev::PointerEvent) {
        self.pointers
            .update_value(|pointers| pointers.retain(|(id, _)| *id != event.pointer_id()));
    }
}

fn capture(event: &ev::PointerEvent) {
    let target = event.current_target();
    if let Some(element) = target.and_then(|target| target.dyn_into::<web_sys::Element>().ok()) {
        // Fails only for a pointer that is up already.
        let _ = element.set_pointer_capture(event.pointer_id());
    }
}
