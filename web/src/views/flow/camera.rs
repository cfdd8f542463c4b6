//! The camera: which part of the scene is seen, and how large.

use sim_core::layout::Point;

/// The least and the greatest magnification.
const LEAST: f32 = 0.15;
const MOST: f32 = 4.0;
/// A scene that is smaller than the window is magnified by at most this much to fit.
const MOST_TO_FIT: f32 = 1.1;

/// Scene pixels to CSS pixels: first magnified, then moved.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Camera {
    /// Magnification.
    pub(crate) scale: f32,
    /// Where the scene's origin is seen.
    pub(crate) x: f32,
    /// Where the scene's origin is seen.
    pub(crate) y: f32,
}

impl Camera {
    /// Sees a scene of `size` whole and centred in a `view`, both as width and height.
    pub(crate) fn fit(size: (f32, f32), view: (f32, f32)) -> Self {
        let scale = (view.0 / size.0.max(1.0))
            .min(view.1 / size.1.max(1.0))
            .clamp(LEAST, MOST_TO_FIT);
        Self {
            scale,
            x: (view.0 - size.0 * scale) / 2.0,
            y: (view.1 - size.1 * scale) / 2.0,
        }
    }

    /// Magnified by `factor` around a place in the view, which stays where it is.
    pub(crate) fn zoomed(self, factor: f32, around: Point) -> Self {
        let scale = (self.scale * factor).clamp(LEAST, MOST);
        let ratio = scale / self.scale;
        Self {
            scale,
            x: around.x - (around.x - self.x) * ratio,
            y: around.y - (around.y - self.y) * ratio,
        }
    }

    /// Moved by so many pixels of the view.
    pub(crate) fn moved(self, x: f32, y: f32) -> Self {
        Self {
            x: self.x + x,
            y: self.y + y,
            ..self
        }
    }

    /// The place in the scene that is seen at a place of the view.
    pub(crate) fn to_scene(self, seen: Point) -> Point {
        Point::new(
            (seen.x - self.x) / self.scale,
            (seen.y - self.y) / self.scale,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scene_is_fitted_whole_and_centred() {
        let camera = Camera::fit((400.0, 100.0), (200.0, 200.0));
        assert!((camera.scale - 0.5).abs() < f32::EPSILON);
        assert!((camera.x).abs() < 0.01 && (camera.y - 75.0).abs() < 0.01);
    }

    #[test]
    fn a_small_scene_is_not_blown_up() {
        assert!(Camera::fit((10.0, 10.0), (2_000.0, 2_000.0)).scale <= MOST_TO_FIT);
    }

    #[test]
    fn the_place_under_the_pointer_stays_there_when_zooming() {
        let pointer = Point::new(120.0, 80.0);
        let camera = Camera {
            scale: 0.8,
            x: 13.0,
            y: -7.0,
        };
        let (before, after) = (
            camera.to_scene(pointer),
            camera.zoomed(1.7, pointer).to_scene(pointer),
        );
        assert!((before.x - after.x).abs() < 0.01 && (before.y - after.y).abs() < 0.01);
    }

    #[test]
    fn magnification_has_bounds() {
        let camera = Camera {
            scale: 1.0,
            x: 0.0,
            y: 0.0,
        };
        assert!(camera.zoomed(1e6, Point::default()).scale <= MOST);
        assert!(camera.zoomed(0.0, Point::default()).scale >= LEAST);
    }
}
