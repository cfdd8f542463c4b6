//! Points, rectangles and distances.
//!
//! In: the distances a caller asks for, as real numbers. Out: the same as whole pixels
//! ([`Spacing`]), and the plain shapes of the result. `y` grows downwards, as on a canvas.

use serde::{Deserialize, Serialize};

use super::graph::Options;

/// Whole pixels. All places are chosen in them, so that sums are exact and two boxes that
/// should just touch never overlap by a rounding.
pub(super) type Px = i64;

/// The longest side a box may have and the widest gap, in pixels: far beyond any screen, and
/// thousands of such boxes still have exact `f32` places.
const LONGEST: f32 = 4096.0;

/// A place on the canvas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// To the right.
    pub x: f32,
    /// Downwards.
    pub y: f32,
}

impl Point {
    /// The point at `x`, `y`.
    pub const fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    /// The point `part` of the way from here to `end`.
    pub(super) fn towards(self, end: Self, part: f32) -> Self {
        Self::new(
            self.x + (end.x - self.x) * part,
            self.y + (end.y - self.y) * part,
        )
    }

    /// How far `other` is.
    pub(super) fn distance(self, other: Self) -> f32 {
        let (dx, dy) = (other.x - self.x, other.y - self.y);
        libm::sqrtf(dx * dx + dy * dy)
    }
}

/// A box that stands on the canvas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rect {
    /// Its left border.
    pub x: f32,
    /// Its upper border.
    pub y: f32,
    /// From left to right.
    pub width: f32,
    /// From top to bottom.
    pub height: f32,
}

impl Rect {
    /// The right border.
    pub fn right(&self) -> f32 {
        self.x + self.width
    }

    /// The lower border.
    pub fn bottom(&self) -> f32 {
        self.y + self.height
    }

    /// The middle.
    pub fn center(&self) -> Point {
        Point::new(self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    /// The same box, moved.
    pub(super) fn moved(self, by: Point) -> Self {
        Self {
            x: self.x + by.x,
            y: self.y + by.y,
            ..self
        }
    }
}

/// How much room something takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Size {
    /// From left to right.
    pub width: f32,
    /// From top to bottom.
    pub height: f32,
}

/// [`Options`] in whole pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spacing {
    pub(super) layer_gap: Px,
    pub(super) node_gap: Px,
    pub(super) edge_gap: Px,
    pub(super) lane_gap: Px,
    pub(super) part_gap: Px,
    pub(super) margin: Px,
}

impl From<&Options> for Spacing {
    fn from(options: &Options) -> Self {
        Self {
            layer_gap: whole(options.layer_gap),
            node_gap: whole(options.node_gap),
            edge_gap: whole(options.edge_gap),
            lane_gap: whole(options.lane_gap),
            part_gap: whole(options.part_gap),
            margin: whole(options.margin),
        }
    }
}

/// A length that can be drawn: not negative, not endless, a number.
pub(super) fn drawable(length: f32) -> f32 {
    if length.is_nan() {
        0.0
    } else {
        length.clamp(0.0, LONGEST)
    }
}

/// The least whole number of pixels that holds `length`.
pub(super) fn whole(length: f32) -> Px {
    libm::ceilf(drawable(length)) as Px
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_that_cannot_be_drawn_become_lengths_that_can() {
        assert_eq!(whole(f32::NAN), 0);
        assert_eq!(whole(-3.0), 0);
        assert_eq!(whole(f32::INFINITY), 4096);
        assert_eq!(whole(7.2), 8);
    }
}
