//! Boxes: nodes, groups and lines as they are painted from afar.
//!
//! Glimpses of nodes and ribbons flow in, pixels of a 2D canvas flow out. A box fills from below
//! as more of its node is taken, has a bar beside it for what waits, and a sign if something is
//! wrong: level, sign and colour say it, words only where they can be read.

use interplay_flow::faces::{Glimpse, LEVELS};
use sim_core::layout::{Point, Rect, Route};
use sim_core::world::{Condition, NodeKind};

use super::cards::Cards;

/// How large words are seen, in pixels of the screen.
const NAME: f32 = 10.5;
const GROUP_NAME: f32 = 13.0;
/// In a box narrower than this on the screen a name stands whole or not at all.
const NARROWEST: f32 = 44.0;
/// How wide the bar of what waits is, as a share of the box.
const BAR: f64 = 0.07;

impl Cards<'_> {
    /// Paints a line as wide as its traffic; `width` is in pixels of the screen.
    pub(crate) fn ribbon(&self, route: &Route, width: f32) {
        let context = self.context;
        let points = route.points();
        let Some((first, rest)) = points.split_first() else {
            return;
        };
        context.set_stroke_style_str(&self.palette.edge);
        context.set_line_width(f64::from(width / self.scale));
        // Wide lines over each other must both be seen.
        context.set_global_alpha(if width > 1.5 { 0.55 } else { 0.8 });
        context.begin_path();
        context.move_to(first.x.into(), first.y.into());
        for point in rest {
            context.line_to(point.x.into(), point.y.into());
        }
        context.stroke();
        context.set_global_alpha(1.0);
        if let [.., before, end] = points {
            context.set_fill_style_str(&self.palette.edge);
            self.far_head(*before, *end, width);
        }
    }

    /// The head of a ribbon, as large as it can be seen.
    fn far_head(&self, before: Point, end: Point, width: f32) {
        let grown = f64::from((width + 5.0) / self.scale);
        let (along, across) = (
            f64::from(end.x) - f64::from(before.x),
            f64::from(end.y) - f64::from(before.y),
        );
        let length = along.hypot(across);
        if length == 0.0 {
            return;
        }
        let (along, across) = (along / length * grown, across / length * grown);
        let (x, y) = (f64::from(end.x), f64::from(end.y));
        self.context.begin_path();
        self.context.move_to(x, y);
        self.context
            .line_to(x - along + across * 0.5, y - across - along * 0.5);
        self.context
            .line_to(x - along - across * 0.5, y - across + along * 0.5);
        self.context.fill();
    }

    /// Paints a node from afar.
    pub(crate) fn small(
        &self,
        kind: NodeKind,
        title: &str,
        rect: Rect,
        seen: Glimpse,
        picked: bool,
    ) {
        self.filled(rect, self.radius(kind, rect), seen, picked);
        let size = f64::from(NAME / self.scale).min(f64::from(rect.height) * 0.6);
        self.words(title, rect, size, rect.width * self.scale >= NARROWEST);
        self.warning(rect, seen.condition, 11.0);
    }

    /// Paints the ground that the members of a group stand on.
    pub(crate) fn ground(&self, name: &str, rect: Rect) {
        let context = self.context;
        context.set_fill_style_str(&self.palette.track);
        context.set_global_alpha(0.4);
        self.rounded(rect, 14.0);
        context.fill();
        context.set_global_alpha(1.0);
        let size = f64::from(GROUP_NAME / self.scale).clamp(15.0, 34.0);
        context.set_font(&format!("600 {size}px {}", self.palette.font));
        context.set_text_align("left");
        context.set_fill_style_str(&self.palette.ink_soft);
        let shown = self.cut(name, f64::from(rect.width) - 24.0);
        let _ = context.fill_text(
            &shown,
            f64::from(rect.x) + 14.0,
            f64::from(rect.y) + size + 6.0,
        );
    }

    /// Paints a whole group as one box, its members no more than hinted at.
    pub(crate) fn group(&self, name: &str, members: &[Rect], rect: Rect, seen: Glimpse) {
        let (context, palette) = (self.context, self.palette);
        self.filled(rect, f64::from(8.0 / self.scale), seen, false);
        context.set_fill_style_str(&palette.track);
        for member in members {
            context.fill_rect(
                member.x.into(),
                member.y.into(),
                member.width.into(),
                member.height.into(),
            );
        }
        let size = f64::from(GROUP_NAME / self.scale).min(f64::from(rect.height) * 0.4);
        context.set_font(&format!("650 {size}px {}", palette.font));
        context.set_text_align("center");
        let shown = self.cut(&format!("{name} ×{}", members.len()), f64::from(rect.width));
        let middle = rect.center();
        let (x, y) = (f64::from(middle.x), f64::from(middle.y) + size * 0.35);
        // A rim of the card's colour keeps the name apart from what is behind it.
        context.set_stroke_style_str(&palette.card);
        context.set_line_width(size * 0.35);
        context.set_line_join("round");
        let _ = context.stroke_text(&shown, x, y);
        context.set_fill_style_str(&palette.ink);
        let _ = context.fill_text(&shown, x, y);
        self.warning(rect, seen.condition, 14.0);
    }

    /// A box that is filled from below as far as its node is taken.
    fn filled(&self, rect: Rect, radius: f64, seen: Glimpse, picked: bool) {
        let (context, palette) = (self.context, self.palette);
        let (x, y) = (f64::from(rect.x), f64::from(rect.y));
        let (width, height) = (f64::from(rect.width), f64::from(rect.height));
        context.set_fill_style_str(&palette.card);
        self.rounded(rect, radius);
        context.fill();
        let share = |steps: u8| f64::from(steps) / f64::from(LEVELS);
        let colour = |steps: u8| {
            if steps >= LEVELS {
                &palette.gauge_full
            } else {
                &palette.gauge
            }
        };
        if seen.taken > 0 {
            let inset = radius.min(height / 3.0) * 0.4;
            let full = height - inset * 2.0;
            let high = full * share(seen.taken);
            context.set_fill_style_str(colour(seen.taken));
            context.set_global_alpha(0.35);
            context.fill_rect(
                x + inset,
                y + inset + full - high,
                width - inset * 2.0,
                high,
            );
            context.set_global_alpha(1.0);
        }
        if seen.waiting > 0 {
            let high = height * share(seen.waiting);
            context.set_fill_style_str(colour(seen.waiting));
            let bar = (width * BAR).max(f64::from(2.0 / self.scale));
            context.fill_rect(x + width - bar, y + height - high, bar, high);
        }
        context.set_stroke_style_str(if picked {
            &palette.accent
        } else {
            match seen.condition {
                Condition::Up => &palette.line,
                Condition::Slow | Condition::Paused | Condition::Draining => &palette.slow,
                Condition::Absent => &palette.ink_faint,
                _ => &palette.failure,
            }
        });
        let plain = seen.condition == Condition::Up && !picked;
        context.set_line_width(f64::from(if plain { 1.0 } else { 2.0 } / self.scale));
        self.rounded(rect, radius);
        context.stroke();
    }

    /// What is wrong with a node, as a sign in its corner.
    fn warning(&self, rect: Rect, condition: Condition, size: f32) {
        let palette = self.palette;
        let (sign, fill, ink) = match condition {
            Condition::Up => return,
            Condition::Slow => ("◷", &palette.slow, &palette.on_slow),
            Condition::Failing => ("!", &palette.failure, &palette.on_failure),
            Condition::Full => ("▤", &palette.failure, &palette.on_failure),
            Condition::Absent => ("∅", &palette.slow, &palette.on_slow),
            Condition::Draining => ("⇥", &palette.slow, &palette.on_slow),
            Condition::Paused => ("‖", &palette.slow, &palette.on_slow),
            Condition::Down => ("✕", &palette.failure, &palette.on_failure),
        };
        let context = self.context;
        let size = f64::from(size / self.scale);
        let radius = size * 0.68;
        let (x, y) = (
            f64::from(rect.right()) - radius * 1.1,
            f64::from(rect.y) + radius * 1.1,
        );
        context.set_fill_style_str(fill);
        context.begin_path();
        let _ = context.arc(x, y, radius, 0.0, std::f64::consts::TAU);
        context.fill();
        context.set_font(&format!("700 {size}px {}", palette.font));
        context.set_text_align("center");
        context.set_fill_style_str(ink);
        let _ = context.fill_text(sign, x, y + size * 0.36);
    }

    fn words(&self, text: &str, rect: Rect, size: f64, may_cut: bool) {
        let context = self.context;
        context.set_font(&format!("550 {size}px {}", self.palette.font));
        context.set_text_align("left");
        context.set_fill_style_str(&self.palette.ink);
        let inset = size * 0.35;
        let shown = self.cut(text, f64::from(rect.width) - inset * 2.0);
        if !may_cut && shown != text {
            return;
        }
        let middle = f64::from(rect.y) + f64::from(rect.height) / 2.0;
        let _ = context.fill_text(&shown, f64::from(rect.x) + inset, middle + size * 0.35);
    }

    fn radius(&self, kind: NodeKind, rect: Rect) -> f64 {
        match kind {
            NodeKind::Client | NodeKind::Hand => f64::from(rect.height) / 3.4,
            _ => f64::from(5.0 / self.scale).min(f64::from(rect.height) / 4.0),
        }
    }

    fn rounded(&self, rect: Rect, radius: f64) {
        self.context.begin_path();
        let _ = self.context.round_rect_with_f64(
            rect.x.into(),
            rect.y.into(),
            rect.width.into(),
            rect.height.into(),
            radius,
        );
    }
}
