//! Cards: the static layer. Lines, nodes and their gauges, painted again only on change.
//!
//! A scene, the faces of its nodes and words in the reader's language flow in; pixels of a
//! 2D canvas flow out. A card says with sign, shape and colour what it is, so that colour
//! alone never carries a meaning.

use std::f64::consts::{PI, TAU};

use sim_core::layout::{Point, Rect, Route};
use sim_core::world::{Condition, EdgeKind, Node, NodeKind};
use wasm_bindgen::JsValue;
use web_sys::CanvasRenderingContext2d;

use super::palette::Palette;
use interplay_flow::faces::Face;

/// Words on cards, in the reader's language.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Words {
    pub(crate) busy: String,
    pub(crate) waiting: String,
    pub(crate) ready: String,
    pub(crate) unacked: String,
    pub(crate) connections: String,
    pub(crate) rows: String,
    pub(crate) open: String,
    pub(crate) slow: String,
    pub(crate) failing: String,
    pub(crate) full: String,
    pub(crate) paused: String,
    pub(crate) draining: String,
    pub(crate) absent: String,
    pub(crate) down: String,
}

/// How much is seen of what the story is not about: enough to read it.
const STANDING_BACK: f64 = 0.34;
/// Room above a card that belongs to it: its badge stands out of its upper border.
pub(crate) const ABOVE: f64 = 12.0;
/// Room right of a card that belongs to it: more instances lie behind it.
pub(crate) const BESIDE: f64 = 10.0;
/// Room on its other sides: half its border.
pub(crate) const AROUND: f64 = 2.0;

/// How long and half how wide the head of a line is.
const HEAD: f64 = 7.5;
const HEAD_HALF: f64 = 3.3;
pub(super) const PADDING: f64 = 13.0;
const NAME_LINE: f64 = 25.0;

/// Paints cards and lines on a canvas whose pixels are those of the scene.
pub(crate) struct Cards<'a> {
    pub(crate) context: &'a CanvasRenderingContext2d,
    pub(crate) palette: &'a Palette,
    pub(crate) words: &'a Words,
    /// Whether lines come from above and leave downwards.
    pub(crate) tall: bool,
    /// How large the scene is seen.
    pub(crate) scale: f32,
}

impl Cards<'_> {
    /// What is painted from here on stands back, or no longer does.
    pub(crate) fn stand_back(&self, back: bool) {
        self.context
            .set_global_alpha(if back { STANDING_BACK } else { 1.0 });
    }

    /// Paints the line of an edge, with a head where it ends.
    pub(crate) fn line(&self, kind: EdgeKind, route: &Route, picked: bool) {
        let context = self.context;
        let points = route.points();
        let [.., before, end] = points else { return };
        let (colour, width) = if picked {
            (&self.palette.accent, 3.0)
        } else {
            (&self.palette.edge, 1.5)
        };
        context.set_stroke_style_str(colour);
        context.set_fill_style_str(colour);
        context.set_line_width(width);
        self.dashes(if kind == EdgeKind::Call {
            &[]
        } else {
            &[6.0, 4.0]
        });
        context.begin_path();
        for (place, point) in points.iter().enumerate() {
            let (x, y) = (f64::from(point.x), f64::from(point.y));
            if place == 0 {
                context.move_to(x, y);
            } else {
                context.line_to(x, y);
            }
        }
        context.stroke();
        self.dashes(&[]);
        self.head(*before, *end);
    }

    fn head(&self, before: Point, end: Point) {
        let (x, y) = (f64::from(end.x), f64::from(end.y));
        let (along, across) = (x - f64::from(before.x), y - f64::from(before.y));
        let length = along.hypot(across);
        if length == 0.0 {
            return;
        }
        let (along, across) = (along / length, across / length);
        self.context.begin_path();
        self.context.move_to(x, y);
        for side in [-HEAD_HALF, HEAD_HALF] {
            self.context.line_to(
                x - along * HEAD - across * side,
                y - across * HEAD + along * side,
            );
        }
        self.context.fill();
    }

    /// Paints a node, of which so many of a hundred requests ended badly lately.
    pub(crate) fn card(
        &self,
        node: &Node,
        title: &str,
        rect: Rect,
        face: Face,
        errors: u32,
        picked: bool,
    ) {
        let frame = Frame::of(rect);
        self.body(node.kind, frame, face, picked);
        self.name(title, frame, face.instances);
        self.sign(node.kind, frame);
        self.gauges(frame, face);
        self.badge(frame, face);
        self.errors(frame, errors);
    }

    /// How much went wrong lately, as a sign with a number, on the left of its upper border.
    fn errors(&self, frame: Frame, percent: u32) {
        if percent == 0 {
            return;
        }
        let (context, palette) = (self.context, self.palette);
        let text = format!("✕ {percent} %");
        context.set_font(&format!("600 12.5px {}", palette.font));
        let width = self.width_of(&text) + 14.0;
        let (x, y) = (frame.x + PADDING, frame.y - 10.5);
        context.set_fill_style_str(&palette.card);
        context.set_stroke_style_str(&palette.failure);
        context.set_line_width(1.25);
        context.begin_path();
        let _ = context.round_rect_with_f64(x, y + 0.5, width, 18.0, 9.0);
        context.fill();
        context.stroke();
        context.set_fill_style_str(&palette.failure);
        context.set_text_align("center");
        let _ = context.fill_text(&text, x + width / 2.0, y + 13.8);
    }

    fn body(&self, kind: NodeKind, frame: Frame, face: Face, picked: bool) {
        let context = self.context;
        let Frame {
            x,
            y,
            width,
            height,
        } = frame;
        context.set_line_width(1.0);
        context.set_fill_style_str(&self.palette.card);
        context.set_stroke_style_str(if picked {
            &self.palette.accent
        } else {
            &self.palette.line
        });
        // More instances lie behind the first one, like cards in a box: where no lines end.
        for behind in (1..face.instances.min(3)).rev() {
            let shift = f64::from(behind) * 4.0;
            let sheet = if self.tall {
                Frame {
                    x: x + shift,
                    y: y + shift,
                    width,
                    height: height - shift * 2.0,
                }
            } else {
                Frame {
                    x: x + shift,
                    y: y - shift,
                    width: width - shift * 2.0,
                    height,
                }
            };
            self.outline(kind, sheet);
            context.fill();
            context.stroke();
        }
        self.outline(kind, frame);
        context.fill();
        if face.condition == Condition::Down {
            self.hatch(kind, frame);
        }
        if matches!(kind, NodeKind::External { .. }) {
            self.dashes(&[5.0, 3.0]);
            if !picked {
                context.set_stroke_style_str(&self.palette.external);
            }
        }
        context.set_line_width(if picked { 2.0 } else { 1.25 });
        self.outline(kind, frame);
        context.stroke();
        self.dashes(&[]);
    }

    /// The outline of a card: round for those who send, an open pipe for queues, else square.
    fn outline(&self, kind: NodeKind, frame: Frame) {
        let radius = match kind {
            NodeKind::Client | NodeKind::Hand => frame.height / 3.4,
            NodeKind::Queue | NodeKind::Store { .. } => 3.0,
            NodeKind::Service { .. } | NodeKind::External { .. } => 7.0,
        };
        self.context.begin_path();
        let Frame {
            x,
            y,
            width,
            height,
        } = frame;
        let _ = self
            .context
            .round_rect_with_f64(x, y, width, height, radius);
    }

    /// Slanted lines over a card whose node is gone.
    fn hatch(&self, kind: NodeKind, frame: Frame) {
        let context = self.context;
        context.save();
        self.outline(kind, frame);
        context.clip();
        context.set_global_alpha(context.global_alpha() * 0.22);
        context.set_stroke_style_str(&self.palette.failure);
        context.set_line_width(1.5);
        context.begin_path();
        let mut start = frame.x - frame.height;
        while start < frame.x + frame.width {
            context.move_to(start, frame.y + frame.height);
            context.line_to(start + frame.height, frame.y);
            start += 9.0;
        }
        context.stroke();
        context.restore();
    }

    /// The sign of the kind, in its colour, left of the name.
    fn sign(&self, kind: NodeKind, frame: Frame) {
        let context = self.context;
        let (x, y) = (frame.x + PADDING + 6.0, frame.y + NAME_LINE - 5.5);
        let colour = match kind {
            NodeKind::Client | NodeKind::Hand => &self.palette.actor,
            NodeKind::Service { .. } => &self.palette.service,
            NodeKind::External { .. } => &self.palette.external,
            NodeKind::Queue => &self.palette.queue,
            NodeKind::Store { .. } => &self.palette.store,
        };
        context.set_fill_style_str(colour);
        context.begin_path();
        match kind {
            NodeKind::Client | NodeKind::Hand => {
                let _ = context.arc(x, y - 3.2, 3.4, 0.0, TAU);
                context.move_to(x - 6.2, y + 6.6);
                let _ = context.arc(x, y + 6.6, 6.2, PI, TAU);
            }
            NodeKind::Service { .. } => {
                let _ = context.round_rect_with_f64(x - 5.5, y - 5.5, 11.0, 11.0, 2.5);
            }
            NodeKind::External { .. } => {
                let _ = context.round_rect_with_f64(x - 5.5, y - 1.5, 7.0, 7.0, 1.5);
                let _ = context.round_rect_with_f64(x - 0.5, y - 6.0, 6.0, 6.0, 1.5);
            }
            NodeKind::Queue => {
                for place in 0..3 {
                    context.rect(x - 6.0 + f64::from(place) * 4.5, y - 5.0, 3.0, 10.0);
                }
            }
            NodeKind::Store { .. } => {
                // A disk upon another.
                for place in 0..3 {
                    let top = y - 5.5 + f64::from(place) * 4.0;
                    let _ = context.round_rect_with_f64(x - 5.5, top, 11.0, 3.0, 1.5);
                }
            }
        }
        context.fill();
    }

    /// The name, cut if it is too long, and the number of instances.
    fn name(&self, title: &str, frame: Frame, instances: u32) {
        let context = self.context;
        let number = if instances > 1 {
            format!("×{instances}")
        } else {
            String::new()
        };
        context.set_font(&format!("600 15.5px {}", self.palette.font));
        context.set_text_align("right");
        context.set_fill_style_str(&self.palette.ink_soft);
        let _ = context.fill_text(&number, frame.right() - PADDING, frame.y + NAME_LINE);
        let beside = if number.is_empty() {
            0.0
        } else {
            self.width_of(&number) + 6.0
        };
        let room = frame.width - PADDING * 2.0 - 18.0 - beside;
        let shown = self.cut(title, room);
        context.set_text_align("left");
        context.set_fill_style_str(&self.palette.ink);
        let _ = context.fill_text(&shown, frame.x + PADDING + 18.0, frame.y + NAME_LINE);
    }

    /// What is wrong with a node, as a sign with a word, on its upper border.
    fn badge(&self, frame: Frame, face: Face) {
        let context = self.context;
        let palette = self.palette;
        let (sign, word, fill, ink) = match face.condition {
            Condition::Up => return,
            Condition::Slow => ("◷", &self.words.slow, &palette.slow, &palette.on_slow),
            Condition::Failing => (
                "!",
                &self.words.failing,
                &palette.failure,
                &palette.on_failure,
            ),
            Condition::Full => ("▤", &self.words.full, &palette.failure, &palette.on_failure),
            Condition::Absent => ("∅", &self.words.absent, &palette.slow, &palette.on_slow),
            Condition::Draining => ("⇥", &self.words.draining, &palette.slow, &palette.on_slow),
            Condition::Paused => ("‖", &self.words.paused, &palette.slow, &palette.on_slow),
            Condition::Down => ("✕", &self.words.down, &palette.failure, &palette.on_failure),
        };
        let share = if face.affected < face.instances {
            format!(" {}/{}", face.affected, face.instances)
        } else {
            String::new()
        };
        let text = format!("{sign} {word}{share}");
        context.set_font(&format!("600 12.5px {}", palette.font));
        let width = self.width_of(&text) + 14.0;
        let (x, y) = (frame.right() - PADDING - width, frame.y - 10.5);
        context.set_fill_style_str(fill);
        context.begin_path();
        let _ = context.round_rect_with_f64(x, y, width, 19.0, 9.5);
        context.fill();
        context.set_fill_style_str(ink);
        context.set_text_align("center");
        let _ = context.fill_text(&text, x + width / 2.0, y + 13.8);
    }

    /// The text, cut with an ellipsis if it is wider than there is room.
    pub(super) fn cut(&self, text: &str, room: f64) -> String {
        if self.width_of(text) <= room {
            return text.to_owned();
        }
        let letters: Vec<char> = text.chars().collect();
        let fits = |count: &usize| {
            let shown: String = letters[..*count].iter().collect();
            self.width_of(&format!("{shown}…")) <= room
        };
        let count = (0..letters.len()).rev().find(fits).unwrap_or(0);
        format!("{}…", letters[..count].iter().collect::<String>())
    }

    pub(super) fn width_of(&self, text: &str) -> f64 {
        self.context
            .measure_text(text)
            .map_or(0.0, |metrics| metrics.width())
    }

    fn dashes(&self, lengths: &[f64]) {
        let list: js_sys::Array = lengths
            .iter()
            .map(|length| JsValue::from_f64(*length))
            .collect();
        // Fails only for lengths that are no numbers.
        let _ = self.context.set_line_dash(&list);
    }
}

/// The place of a card, in the numbers a canvas wants.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Frame {
    fn of(rect: Rect) -> Self {
        Self {
            x: f64::from(rect.x),
            y: f64::from(rect.y),
            width: f64::from(rect.width),
            height: f64::from(rect.height),
        }
    }

    pub(super) fn right(self) -> f64 {
        self.x + self.width
    }
}
