//! The camera: which part of the scene is seen, and how large.

use sim_core::layout::{Point, Rect};

/// The least and the greatest magnification.
const LEAST: f32 = 0.05;
const MOST: f32 = 4.0;
/// A scene that is smaller than the window is magnified by at most this much to fit.
const MOST_TO_FIT: f32 = 1.1;

/// Scene pixels to CSS pixels: first magnified, then moved.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Camera {
    /// Magnification.
    pub scale: f32,
    /// Where the scene's origin is seen.
    pub x: f32,
    /// Where the scene's origin is seen.
    pub y: f32,
}

impl Camera {
    /// Sees `bounds` of a scene whole and centred in a `view` of this width and height.
    pub fn fit(bounds: Rect, view: (f32, f32)) -> Self {
        let scale = (view.0 / bounds.width.max(1.0))
            .min(view.1 / bounds.height.max(1.0))
            .clamp(LEAST, MOST_TO_FIT);
        Self {
            scale,
            x: (view.0 - bounds.width * scale) / 2.0 - bounds.x * scale,
            y: (view.1 - bounds.height * scale) / 2.0 - bounds.y * scale,
        }
    }

    /// Magnified by `factor` around a place in the view, which stays where it is.
    pub fn zoomed(self, factor: f32, around: Point) -> Self {
        let scale = (self.scale * factor).clamp(LEAST, MOST);
        let ratio = scale / self.scale;
        Self {
            scale,
            x: around.x - (around.x - self.x) * ratio,
            y: around.y - (around.y - self.y) * ratio,
        }
    }

    /// Moved by so many pixels of the view.
    pub fn moved(self, x: f32, y: f32) -> Self {
        Self {
            x: self.x + x,
            y: self.y + y,
            ..self
        }
    }

    /// Moved and magnified so that what two fingers held before they hold after.
    pub fn pinched(self, before: [Point; 2], after: [Point; 2]) -> Self {
        let apart = |fingers: [Point; 2]| {
            let [one, other] = fingers;
            (one.x - other.x).hypot(one.y - other.y).max(1.0)
        };
        let between = |[one, other]: [Point; 2]| {
            Point::new(f32::midpoint(one.x, other.x), f32::midpoint(one.y, other.y))
        };
        let (from, to) = (between(before), between(after));
        self.zoomed(apart(after) / apart(before), from)
            .moved(to.x - from.x, to.y - from.y)
    }

    /// Moved so that a place of the scene is seen at a place of the view.
    pub fn showing(self, place: Point, at: Point) -> Self {
        Self {
            x: at.x - place.x * self.scale,
            y: at.y - place.y * self.scale,
            ..self
        }
    }

    /// The part of the scene that is seen in a view of this width and height.
    pub fn sees(self, view: (f32, f32)) -> Rect {
        let corner = self.to_scene(Point::default());
        Rect {
            x: corner.x,
            y: corner.y,
            width: view.0 / self.scale,
            height: view.1 / self.scale,
        }
    }

    /// Where a place of the scene is seen.
    pub fn to_view(self, place: Point) -> Point {
        Point::new(place.x * self.scale + self.x, place.y * self.scale + self.y)
    }

    /// The place in the scene that is seen at a place of the view.
    pub fn to_scene(self, seen: Point) -> Point {
        Point::new(
            (seen.x - self.x) / self.scale,
            (seen.y - self.y) / self.scale,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(width: f32, height: f32) -> Rect {
        Rect {
            width,
            height,
            ..Rect::default()
        }
    }

    fn near(one: Point, other: Point) -> bool {
        (one.x - other.x).hypot(one.y - other.y) < 0.01
    }

    #[test]
    fn a_scene_with_places_left_of_its_origin_is_fitted_too() {
        let scene = Rect {
            x: -300.0,
            y: -40.0,
            width: 400.0,
            height: 100.0,
        };
        let camera = Camera::fit(scene, (200.0, 200.0));
        assert!(near(
            camera.to_view(Point::new(-300.0, 10.0)),
            Point::new(0.0, 100.0)
        ));
    }

    #[test]
    fn what_two_fingers_hold_stays_under_them() {
        let camera = Camera {
            scale: 0.7,
            x: 40.0,
            y: -12.0,
        };
        let before = [Point::new(100.0, 100.0), Point::new(200.0, 100.0)];
        let after = [Point::new(80.0, 150.0), Point::new(280.0, 150.0)];
        let held = before.map(|finger| camera.to_scene(finger));
        let pinched = camera.pinched(before, after);
        for (place, finger) in held.into_iter().zip(after) {
            assert!(near(pinched.to_view(place), finger));
        }
    }

    #[test]
    fn what_is_seen_ends_where_the_window_does() {
        let camera = Camera {
            scale: 2.0,
            x: -20.0,
            y: 10.0,
        };
        let seen = camera.sees((400.0, 200.0));
        assert!(near(Point::new(seen.x, seen.y), Point::new(10.0, -5.0)));
        assert!(near(
            camera.to_view(Point::new(seen.right(), seen.bottom())),
            Point::new(400.0, 200.0)
        ));
    }

    #[test]
    fn a_scene_is_fitted_whole_and_centred() {
        let camera = Camera::fit(bounds(400.0, 100.0), (200.0, 200.0));
        assert!((camera.scale - 0.5).abs() < f32::EPSILON);
        assert!((camera.x).abs() < 0.01 && (camera.y - 75.0).abs() < 0.01);
    }

    #[test]
    fn a_small_scene_is_not_blown_up() {
        assert!(Camera::fit(bounds(10.0, 10.0), (2_000.0, 2_000.0)).scale <= MOST_TO_FIT);
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
