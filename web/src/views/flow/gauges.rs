//! Gauges: how much of a node is taken, in two lines on its card.
//!
//! A face flows in; numbers, and below them places taken and free, flow out to the canvas.

use super::cards::{Cards, Frame, PADDING};
use interplay_flow::faces::{Face, Gauges};

/// Where the two lines of text are; the gauge of each lies right below.
const TEXT_LINES: [f64; 2] = [46.0, 72.0];
const BELOW_TEXT: f64 = 5.0;
/// A caption leaves this much room for its number.
const NUMBER_ROOM: f64 = 56.0;
const SLOT_HEIGHT: f64 = 5.5;
/// Slots are drawn one by one up to this many; beyond, as a bar.
const MOST_SLOTS: u32 = 16;

impl Cards<'_> {
    /// Paints the gauges of a card.
    pub(super) fn gauges(&self, frame: Frame, face: Face) {
        let (said, palette) = (self.words, self.palette);
        self.context.set_font(&format!("13px {}", palette.font));
        match face.gauges {
            Gauges::Client { open, done, failed } => {
                self.line_of_text(frame, 0, &said.open, &open.to_string(), &palette.ink);
                self.counts(frame, done, failed);
            }
            Gauges::Service {
                busy,
                workers,
                waiting,
                queue,
            } => {
                self.line_of_text(
                    frame,
                    0,
                    &said.busy,
                    &format!("{busy}/{workers}"),
                    self.strength(busy, workers),
                );
                self.slots(frame, 0, busy, workers);
                self.line_of_text(
                    frame,
                    1,
                    &said.waiting,
                    &format!("{waiting}/{queue}"),
                    self.strength(waiting, queue),
                );
                self.slots(frame, 1, waiting, queue);
            }
            Gauges::Queue { ready, unacked } => {
                self.line_of_text(frame, 0, &said.ready, &ready.to_string(), &palette.ink);
                self.items(frame, 0, ready, true);
                self.line_of_text(frame, 1, &said.unacked, &unacked.to_string(), &palette.ink);
                self.items(frame, 1, unacked, false);
            }
            Gauges::Store {
                busy,
                connections,
                waiting,
                rows,
                ..
            } => {
                let taken = match connections {
                    Some(all) => format!("{busy}/{all}"),
                    None => busy.to_string(),
                };
                let all = connections.unwrap_or(0);
                let strength = self.strength(busy, all);
                self.line_of_text(frame, 0, &said.connections, &taken, strength);
                self.slots(frame, 0, busy, all);
                let (caption, count) = match waiting {
                    0 => (&said.rows, rows),
                    waiting => (&said.waiting, waiting),
                };
                let count = count.to_string();
                self.line_of_text(frame, 1, caption, &count, &palette.ink);
            }
        }
    }

    /// What a client has done: how much well, how much badly, with signs.
    fn counts(&self, frame: Frame, done: u64, failed: u64) {
        let context = self.context;
        let y = frame.y + TEXT_LINES[1];
        context.set_text_align("left");
        context.set_fill_style_str(&self.palette.ink_soft);
        let _ = context.fill_text(&format!("✓ {done}"), frame.x + PADDING, y);
        context.set_text_align("right");
        context.set_fill_style_str(if failed > 0 {
            &self.palette.failure
        } else {
            &self.palette.ink_faint
        });
        let _ = context.fill_text(&format!("✕ {failed}"), frame.right() - PADDING, y);
    }

    /// What is counted on the left, how much of it on the right.
    fn line_of_text(&self, frame: Frame, line: usize, caption: &str, number: &str, colour: &str) {
        let context = self.context;
        let y = frame.y + TEXT_LINES[line];
        context.set_text_align("left");
        context.set_fill_style_str(&self.palette.ink_soft);
        let shown = self.cut(caption, frame.width - PADDING * 2.0 - NUMBER_ROOM);
        let _ = context.fill_text(&shown, frame.x + PADDING, y);
        context.set_text_align("right");
        context.set_fill_style_str(colour);
        let _ = context.fill_text(number, frame.right() - PADDING, y);
    }

    /// The colour of a number: strong when nothing is free any more.
    fn strength(&self, taken: u32, all: u32) -> &str {
        if all > 0 && taken >= all {
            &self.palette.failure
        } else {
            &self.palette.ink
        }
    }

    /// Taken and free places: one by one if they are few, else as a bar.
    fn slots(&self, frame: Frame, line: usize, taken: u32, all: u32) {
        let context = self.context;
        let (x, y, width) = place(frame, line);
        let colour = if all > 0 && taken >= all {
            &self.palette.gauge_full
        } else {
            &self.palette.gauge
        };
        if all <= MOST_SLOTS {
            let pitch = width / f64::from(all.max(1));
            for (from, to, colour) in [
                (0, taken.min(all), colour),
                (taken.min(all), all, &self.palette.track),
            ] {
                context.set_fill_style_str(colour);
                for slot in from..to {
                    context.fill_rect(x + f64::from(slot) * pitch, y, pitch - 2.0, SLOT_HEIGHT);
                }
            }
            return;
        }
        context.set_fill_style_str(&self.palette.track);
        context.fill_rect(x, y, width, SLOT_HEIGHT);
        let share = if all == 0 {
            0.0
        } else {
            (f64::from(taken) / f64::from(all)).min(1.0)
        };
        let least = if taken > 0 { 1.5 } else { 0.0 };
        context.set_fill_style_str(colour);
        context.fill_rect(x, y, (width * share).max(least), SLOT_HEIGHT);
    }

    /// Messages one behind the other; as many as there is room for.
    fn items(&self, frame: Frame, line: usize, count: u32, filled: bool) {
        let context = self.context;
        let (x, y, width) = place(frame, line);
        context.set_fill_style_str(&self.palette.track);
        context.fill_rect(x, y + SLOT_HEIGHT - 1.0, width, 1.0);
        let room = (width / 6.0).floor();
        context.set_fill_style_str(&self.palette.event);
        context.set_stroke_style_str(&self.palette.event);
        context.set_line_width(1.0);
        for place in 0..f64::from(count).min(room) as u32 {
            let left = x + f64::from(place) * 6.0;
            if filled {
                context.fill_rect(left, y, 4.0, SLOT_HEIGHT);
            } else {
                context.stroke_rect(left + 0.5, y + 0.5, 3.0, SLOT_HEIGHT - 1.0);
            }
        }
    }
}

/// The left, the top and the width of a gauge.
fn place(frame: Frame, line: usize) -> (f64, f64, f64) {
    (
        frame.x + PADDING,
        frame.y + TEXT_LINES[line] + BELOW_TEXT,
        frame.width - PADDING * 2.0,
    )
}
