//! Tracks: where a message is after a part of its way, looked up in constant time.
//!
//! Routes flow in when a scene is laid out; out of them come evenly spaced places on both sides
//! of each line. A message that is drawn costs a multiplication and two places of a table, no
//! search and no root: there may be twenty thousand of them in a frame.

use sim_core::layout::{Point, Route, Travel};

/// How far from the middle of the line messages keep, on the right-hand side of their way.
const SIDE: f32 = 5.5;
/// About how far apart the places of a table are, in pixels of the scene, and how many it has.
const STEP: f32 = 6.0;
const FEWEST: usize = 8;
const MOST: usize = 256;

/// Evenly spaced places along one direction of a line.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Track {
    places: Vec<Point>,
}

impl Track {
    /// The track of messages that travel `route` this way.
    pub fn new(route: &Route, travel: Travel) -> Self {
        let steps = ((route.length() / STEP) as usize).clamp(FEWEST, MOST);
        let place = |step: usize| route.message_at(step as f32 / steps as f32, travel, SIDE);
        Self {
            places: (0..=steps).map(place).collect(),
        }
    }

    /// Where a message is that has made `fraction` of its way.
    pub fn at(&self, fraction: f32) -> Point {
        let steps = self.places.len().saturating_sub(1);
        // What is no number is nowhere on its way yet.
        let fraction = if fraction > 0.0 {
            fraction.min(1.0)
        } else {
            0.0
        };
        let along = fraction * steps as f32;
        let before = (along as usize).min(steps.saturating_sub(1));
        match (self.places.get(before), self.places.get(before + 1)) {
            (Some(one), Some(other)) => {
                let part = along - before as f32;
                Point::new(
                    one.x + (other.x - one.x) * part,
                    one.y + (other.y - one.y) * part,
                )
            }
            (Some(only), None) => *only,
            _ => Point::default(),
        }
    }
}

/// The tracks of a line, there and back.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Pair {
    /// From the first node to the second.
    pub along: Track,
    /// From the second to the first.
    pub back: Track,
}

impl Pair {
    /// Both tracks of `route`.
    pub fn new(route: &Route) -> Self {
        Self {
            along: Track::new(route, Travel::Along),
            back: Track::new(route, Travel::Back),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_track_follows_its_route_within_a_pixel() {
        let corners = [(0.0, 0.0), (90.0, 10.0), (120.0, 80.0), (300.0, 90.0)];
        let route = Route::new(corners.iter().map(|&(x, y)| Point::new(x, y)).collect());
        for travel in [Travel::Along, Travel::Back] {
            let track = Track::new(&route, travel);
            for part in 0_u8..=100 {
                let fraction = f32::from(part) / 100.0;
                let (one, other) = (track.at(fraction), route.message_at(fraction, travel, SIDE));
                let apart = (one.x - other.x).hypot(one.y - other.y);
                assert!(apart < 1.5, "{apart} at {fraction}");
            }
        }
    }

    #[test]
    fn fractions_out_of_range_and_lines_of_nothing_have_a_place() {
        let level = Route::new(vec![Point::new(0.0, 0.0), Point::new(60.0, 0.0)]);
        let track = Track::new(&level, Travel::Along);
        assert_eq!(track.at(-1.0), track.at(0.0));
        assert_eq!(track.at(7.0), track.at(1.0));
        assert_eq!(track.at(f32::NAN), track.at(0.0));
        assert_eq!(Track::default().at(0.5), Point::default());
    }
}
