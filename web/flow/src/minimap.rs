//! The minimap: the whole scene, small, and the part of it that is seen.

use sim_core::layout::{Point, Rect};

use crate::camera::Camera;

/// A scene with more nodes than this has one.
const MANY: usize = 30;

/// Whether a scene with so many nodes has a minimap.
pub const fn is_wanted(nodes: usize) -> bool {
    nodes > MANY
}

/// A small picture of a scene.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Minimap {
    camera: Camera,
}

impl Minimap {
    /// A map of `size` pixels of a scene with these bounds.
    pub fn new(bounds: Rect, size: (f32, f32)) -> Self {
        let scale = (size.0 / bounds.width.max(1.0)).min(size.1 / bounds.height.max(1.0));
        let middle = bounds.center();
        let camera = Camera {
            scale,
            x: 0.0,
            y: 0.0,
        };
        Self {
            camera: camera.showing(middle, Point::new(size.0 / 2.0, size.1 / 2.0)),
        }
    }

    /// Where a part of the scene is on the map.
    pub fn on_map(&self, rect: Rect) -> Rect {
        let corner = self.camera.to_view(Point::new(rect.x, rect.y));
        Rect {
            x: corner.x,
            y: corner.y,
            width: rect.width * self.camera.scale,
            height: rect.height * self.camera.scale,
        }
    }

    /// What is at a place of the map.
    pub fn to_scene(&self, place: Point) -> Point {
        self.camera.to_scene(place)
    }

    /// The camera that sees what is at a place of the map in the middle of a view.
    pub fn look_at(&self, place: Point, camera: Camera, view: (f32, f32)) -> Camera {
        camera.showing(self.to_scene(place), Point::new(view.0 / 2.0, view.1 / 2.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds() -> Rect {
        Rect {
            x: -100.0,
            y: 0.0,
            width: 2_000.0,
            height: 500.0,
        }
    }

    #[test]
    fn only_a_scene_of_many_nodes_has_a_map() {
        assert!(!is_wanted(6) && !is_wanted(30));
        assert!(is_wanted(31) && is_wanted(300));
    }

    #[test]
    fn the_whole_scene_is_on_the_map() {
        let map = Minimap::new(bounds(), (200.0, 120.0));
        let whole = map.on_map(bounds());
        assert!(whole.x >= -0.01 && whole.y >= -0.01);
        assert!(whole.right() <= 200.01 && whole.bottom() <= 120.01);
        assert!(whole.width > 199.0, "as large as there is room");
    }

    #[test]
    fn what_the_map_is_pressed_at_is_seen_in_the_middle() {
        let map = Minimap::new(bounds(), (200.0, 120.0));
        let camera = Camera {
            scale: 1.5,
            x: 3.0,
            y: 4.0,
        };
        let at = Point::new(150.0, 70.0);
        let seen = map.look_at(at, camera, (800.0, 600.0)).sees((800.0, 600.0));
        let (middle, wanted) = (seen.center(), map.to_scene(at));
        assert!((middle.x - wanted.x).abs() < 0.1 && (middle.y - wanted.y).abs() < 0.1);
    }
}
