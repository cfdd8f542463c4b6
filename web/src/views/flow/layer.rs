//! A canvas and its context: one of the sheets that lie on top of each other.

use interplay_flow::camera::Camera;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// A canvas and its context.
pub(super) struct Layer {
    pub(super) canvas: HtmlCanvasElement,
    pub(super) context: CanvasRenderingContext2d,
}

impl Layer {
    pub(super) fn new(canvas: HtmlCanvasElement) -> Option<Self> {
        let context = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        Some(Self { canvas, context })
    }

    /// Makes it so many CSS pixels large, of `density` device pixels each.
    pub(super) fn resize(&self, size: (f32, f32), density: f64) {
        let device = |length: f32| (f64::from(length) * density).round() as u32;
        self.canvas.set_width(device(size.0));
        self.canvas.set_height(device(size.1));
    }

    /// Clears all of it.
    pub(super) fn clear(&self) {
        let (width, height) = (self.canvas.width(), self.canvas.height());
        self.wipe(0.0, 0.0, width.into(), height.into());
    }

    /// Clears a part of it, in device pixels.
    pub(super) fn wipe(&self, x: f64, y: f64, width: f64, height: f64) {
        // Fails only for numbers that are none.
        let _ = self.context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0);
        self.context.clear_rect(x, y, width, height);
    }

    /// From here on, pixels are those of the scene.
    pub(super) fn look_through(&self, Camera { scale, x, y }: Camera, density: f64) {
        let magnified = f64::from(scale) * density;
        let (x, y) = (f64::from(x) * density, f64::from(y) * density);
        // Fails only for numbers that are none.
        let _ = self
            .context
            .set_transform(magnified, 0.0, 0.0, magnified, x, y);
    }
}
