//! The brush: draws marks and flashes on a 2D canvas.

use std::f64::consts::TAU;

use sim_core::layout::{Point, Rect};
use sim_core::world::MessageKind;
use web_sys::CanvasRenderingContext2d;

use super::palette::Palette;
use interplay_flow::camera::Camera;
use interplay_flow::marks::Flash;
use interplay_flow::render::{Look, Renderer};

/// Half the size of a mark in the scene.
const SIZE: f32 = 6.2;
/// Half the size of a mark on the screen, at least.
const LEAST_SEEN: f32 = 2.6;

/// Draws on a canvas whose pixels are those of the scene.
pub(crate) struct Brush<'a> {
    context: &'a CanvasRenderingContext2d,
    palette: &'a Palette,
    size: f64,
}

impl<'a> Brush<'a> {
    /// A brush for what `camera` sees.
    pub(crate) fn new(
        context: &'a CanvasRenderingContext2d,
        palette: &'a Palette,
        camera: Camera,
    ) -> Self {
        Self {
            context,
            palette,
            size: f64::from(SIZE.max(LEAST_SEEN / camera.scale)),
        }
    }

    /// Draws what just went wrong at doors: a ring that grows and fades, with a cross in it.
    pub(crate) fn flashes(&self, flashes: &[Flash]) {
        let context = self.context;
        context.set_stroke_style_str(&self.palette.failure);
        for flash in flashes {
            let age = f64::from(flash.age);
            context.set_global_alpha(1.0 - age);
            context.set_line_width(2.0);
            context.begin_path();
            self.cross(flash.at, self.size * 0.9);
            let radius = self.size * (1.6 + age);
            context.move_to(f64::from(flash.at.x) + radius, f64::from(flash.at.y));
            let _ = context.arc(
                f64::from(flash.at.x),
                f64::from(flash.at.y),
                radius,
                0.0,
                TAU,
            );
            context.stroke();
        }
        context.set_global_alpha(1.0);
    }

    /// Frames the node to which something has just happened.
    pub(crate) fn frame(&self, rect: Rect) {
        self.around(rect, self.size * 0.9, 1.5);
    }

    fn around(&self, rect: Rect, apart: f64, width: f64) {
        self.context.set_stroke_style_str(&self.palette.accent);
        self.context.set_line_width(width);
        self.context.begin_path();
        // Fails only for numbers that are none.
        let _ = self.context.round_rect_with_f64(
            f64::from(rect.x) - apart,
            f64::from(rect.y) - apart,
            f64::from(rect.width) + apart * 2.0,
            f64::from(rect.height) + apart * 2.0,
            apart * 2.0,
        );
        self.context.stroke();
    }

    /// Rings what is picked.
    pub(crate) fn ring(&self, at: Point) {
        self.context.set_stroke_style_str(&self.palette.accent);
        self.context.set_line_width(2.0);
        self.context.begin_path();
        let _ = self
            .context
            .arc(f64::from(at.x), f64::from(at.y), self.size * 2.1, 0.0, TAU);
        self.context.stroke();
    }

    /// Marks the message that is followed: a ring with four strokes towards it.
    pub(crate) fn target(&self, at: Point) {
        self.ring(at);
        let (x, y) = (f64::from(at.x), f64::from(at.y));
        let (near, far) = (self.size * 2.1, self.size * 3.6);
        self.context.set_line_width(2.5);
        self.context.begin_path();
        for (across, down) in [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)] {
            self.context.move_to(x + across * near, y + down * near);
            self.context.line_to(x + across * far, y + down * far);
        }
        self.context.stroke();
    }

    /// Marks the node at which what is followed is.
    pub(crate) fn spotlight(&self, rect: Rect) {
        self.context.set_global_alpha(0.4);
        self.around(rect, self.size * 1.6, self.size);
        self.context.set_global_alpha(1.0);
        self.around(rect, self.size * 0.9, 2.0);
    }

    /// Where a node can be taken hold of to connect it.
    pub(crate) fn handle(&self, at: Point) {
        let (x, y, radius) = (f64::from(at.x), f64::from(at.y), self.size);
        self.context.set_fill_style_str(&self.palette.card);
        self.context.set_stroke_style_str(&self.palette.accent);
        self.context.set_line_width(1.75);
        self.context.begin_path();
        let _ = self.context.arc(x, y, radius, 0.0, TAU);
        self.context.fill();
        self.context.move_to(x - radius * 0.5, y);
        self.context.line_to(x + radius * 0.5, y);
        self.context.move_to(x, y - radius * 0.5);
        self.context.line_to(x, y + radius * 0.5);
        self.context.stroke();
        self.context.begin_path();
        let _ = self.context.arc(x, y, radius, 0.0, TAU);
        self.context.stroke();
    }

    /// A line that is being drawn from one node to another.
    pub(crate) fn link(&self, from: Point, to: Point) {
        self.context.set_stroke_style_str(&self.palette.accent);
        self.context.set_line_width(2.0);
        self.context.begin_path();
        self.context.move_to(from.x.into(), from.y.into());
        self.context.line_to(to.x.into(), to.y.into());
        self.context.stroke();
        self.handle(to);
    }

    /// Adds the outline of one mark to the path, `grown` times as large.
    fn outline(&self, kind: MessageKind, at: Point, grown: f64) {
        let (x, y, size) = (f64::from(at.x), f64::from(at.y), self.size * grown);
        let context = self.context;
        match kind {
            MessageKind::Command | MessageKind::Reply => {
                let half = size * 0.88;
                context.rect(x - half, y - half, half * 2.0, half * 2.0);
            }
            MessageKind::Event => {
                context.move_to(x + size, y);
                let _ = context.arc(x, y, size, 0.0, TAU);
            }
            MessageKind::Query => {
                let (tall, wide) = (size * 1.15, size * 1.1);
                context.move_to(x, y - tall);
                context.line_to(x + wide, y + tall * 0.75);
                context.line_to(x - wide, y + tall * 0.75);
                context.close_path();
            }
            MessageKind::Failure => self.cross(at, size * 0.85),
            MessageKind::Control => {
                let radius = size * 0.5;
                context.move_to(x + radius, y);
                let _ = context.arc(x, y, radius, 0.0, TAU);
            }
        }
    }

    fn cross(&self, at: Point, half: f64) {
        let (x, y) = (f64::from(at.x), f64::from(at.y));
        self.context.move_to(x - half, y - half);
        self.context.line_to(x + half, y + half);
        self.context.move_to(x + half, y - half);
        self.context.line_to(x - half, y + half);
    }
}

impl Renderer for Brush<'_> {
    fn batch(&mut self, look: Look, places: &[Point]) {
        let context = self.context;
        let colour = self.palette.message(look.kind);
        context.set_global_alpha(look.alpha());
        context.begin_path();
        for &place in places {
            self.outline(look.kind, place, 1.0);
        }
        match look.kind {
            MessageKind::Failure => {
                context.set_stroke_style_str(colour);
                context.set_line_width(self.size * 0.55);
                context.stroke();
            }
            MessageKind::Reply => {
                // Hollow, but opaque: the line it travels on must not shine through.
                context.set_fill_style_str(&self.palette.stage);
                context.fill();
                context.set_stroke_style_str(colour);
                context.set_line_width(self.size * 0.36);
                context.stroke();
            }
            _ => {
                context.set_fill_style_str(colour);
                context.fill();
            }
        }
        if look.repeat {
            context.begin_path();
            for &place in places {
                self.outline(look.kind, place, 1.65);
            }
            context.set_stroke_style_str(colour);
            context.set_line_width(self.size * 0.24);
            context.stroke();
        }
        if look.is_lost() {
            context.begin_path();
            for &place in places {
                self.cross(place, self.size * 1.5);
            }
            context.set_stroke_style_str(&self.palette.failure);
            context.set_line_width(self.size * 0.36);
            context.stroke();
        }
        context.set_global_alpha(1.0);
    }
}
