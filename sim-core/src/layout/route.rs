//! The line of an edge, and where on it a message is.
//!
//! In: the corners of a line. Out: the place at any part of its length, by binary search over
//! sums of lengths: a message that moves evenly in time moves evenly along the line. A route
//! has no more state than its corners, and is written as them alone.

use serde::{Deserialize, Serialize};

use super::geometry::Point;

/// Which way a message takes a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Travel {
    /// From the edge's first node to its second: a request.
    Along,
    /// From the second to the first: its reply.
    Back,
}

/// A line from the border of one node to the border of another.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<Point>", into = "Vec<Point>")]
pub struct Route {
    points: Vec<Point>,
    /// How far each point is from the first, along the line.
    lengths: Vec<f32>,
}

impl Route {
    /// The line through `points`; corners that do not turn are left out.
    pub fn new(points: Vec<Point>) -> Self {
        let points = without_idle_corners(points);
        let mut length = 0.0;
        let mut lengths = Vec::with_capacity(points.len());
        for (index, &point) in points.iter().enumerate() {
            if index > 0 {
                length += points[index - 1].distance(point);
            }
            lengths.push(length);
        }
        Self { points, lengths }
    }

    /// The corners, close enough together where the line bends to draw it straight between them.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// How long the line is.
    pub fn length(&self) -> f32 {
        self.lengths.last().copied().unwrap_or(0.0)
    }

    /// The place after `fraction` (0 to 1) of the length. Logarithmic in the number of corners.
    pub fn point_at(&self, fraction: f32) -> Point {
        let (corner, part) = self.locate(fraction);
        match (self.points.get(corner), self.points.get(corner + 1)) {
            (Some(start), Some(end)) => start.towards(*end, part),
            (Some(only), None) => *only,
            _ => Point::default(),
        }
    }

    /// The direction there, one pixel long; at corners it turns smoothly.
    pub fn heading_at(&self, fraction: f32) -> Point {
        let (corner, part) = self.locate(fraction);
        let heading = self
            .heading_of(corner)
            .towards(self.heading_of(corner + 1), part);
        unit(heading).unwrap_or(EASTWARD)
    }

    /// Where a message is that has made `fraction` of its way and keeps `side` pixels to the
    /// right-hand side of its own direction, so that requests and replies do not meet.
    pub fn message_at(&self, fraction: f32, travel: Travel, side: f32) -> Point {
        let (fraction, side) = match travel {
            Travel::Along => (fraction, side),
            Travel::Back => (1.0 - fraction, -side),
        };
        let Point { x, y } = self.point_at(fraction);
        let heading = self.heading_at(fraction);
        Point::new(x - heading.y * side, y + heading.x * side)
    }

    /// The corner before the place, and how much of the way to the next corner is made.
    fn locate(&self, fraction: f32) -> (usize, f32) {
        let fraction = if fraction.is_nan() { 0.0 } else { fraction };
        let target = fraction.clamp(0.0, 1.0) * self.length();
        let next = self.lengths.partition_point(|&length| length < target);
        let corner = next.saturating_sub(1);
        let (Some(start), Some(end)) = (self.lengths.get(corner), self.lengths.get(corner + 1))
        else {
            return (corner, 0.0);
        };
        (corner, ((target - start) / (end - start)).clamp(0.0, 1.0))
    }

    /// The direction at a corner: half-way between those before and after it.
    fn heading_of(&self, corner: usize) -> Point {
        let leg = |from: usize| {
            let (start, end) = (self.points.get(from)?, self.points.get(from + 1)?);
            unit(Point::new(end.x - start.x, end.y - start.y))
        };
        let before = corner.checked_sub(1).and_then(leg);
        match (before, leg(corner)) {
            (Some(one), Some(other)) => {
                unit(Point::new(one.x + other.x, one.y + other.y)).unwrap_or(other)
            }
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => EASTWARD,
        }
    }
}

impl From<Vec<Point>> for Route {
    fn from(points: Vec<Point>) -> Self {
        Self::new(points)
    }
}

impl From<Route> for Vec<Point> {
    fn from(route: Route) -> Self {
        route.points
    }
}

/// The direction of the flow, for lines that have none of their own.
const EASTWARD: Point = Point::new(1.0, 0.0);

/// The direction of a vector, if it has one.
fn unit(vector: Point) -> Option<Point> {
    let length = Point::default().distance(vector);
    (length > 0.0).then(|| Point::new(vector.x / length, vector.y / length))
}

/// Leaves out repeated points and those in the middle of a level or upright line.
fn without_idle_corners(points: Vec<Point>) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::with_capacity(points.len());
    for point in points {
        if kept.last() == Some(&point) {
            continue;
        }
        if let [.., before, last] = kept[..]
            && is_idle(before, last, point)
        {
            kept.pop();
        }
        kept.push(point);
    }
    kept
}

/// Whether the way over `corner` is level or upright all along and never turns back.
#[expect(
    clippy::float_cmp,
    reason = "exactly level: a corner that turns ever so little stays"
)]
fn is_idle(before: Point, corner: Point, after: Point) -> bool {
    let between = |low: f32, middle: f32, high: f32| (middle - low) * (high - middle) >= 0.0;
    let level = before.y == corner.y && corner.y == after.y;
    let upright = before.x == corner.x && corner.x == after.x;
    (level && between(before.x, corner.x, after.x))
        || (upright && between(before.y, corner.y, after.y))
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "places are exact, not measured")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(points: &[(f32, f32)]) -> Route {
        Route::new(points.iter().map(|&(x, y)| Point::new(x, y)).collect())
    }

    #[test]
    fn half_of_the_length_is_half_of_the_way() {
        let corner = line(&[(0.0, 0.0), (30.0, 0.0), (30.0, 10.0)]);
        assert_eq!(corner.length(), 40.0);
        assert_eq!(corner.point_at(0.5), Point::new(20.0, 0.0));
        assert_eq!(corner.point_at(0.875), Point::new(30.0, 5.0));
    }

    #[test]
    fn fractions_out_of_range_stay_at_the_ends() {
        let level = line(&[(0.0, 5.0), (10.0, 5.0)]);
        assert_eq!(level.point_at(-1.0), Point::new(0.0, 5.0));
        assert_eq!(level.point_at(2.0), Point::new(10.0, 5.0));
        assert_eq!(level.point_at(f32::NAN), Point::new(0.0, 5.0));
    }

    #[test]
    fn a_reply_passes_its_request_on_the_other_side() {
        let level = line(&[(0.0, 0.0), (10.0, 0.0)]);
        let request = level.message_at(0.25, Travel::Along, 3.0);
        let reply = level.message_at(0.75, Travel::Back, 3.0);
        assert_eq!(request, Point::new(2.5, 3.0));
        assert_eq!(reply, Point::new(2.5, -3.0));
    }

    #[test]
    fn a_line_of_one_point_or_none_has_a_place_and_a_heading() {
        assert_eq!(line(&[(4.0, 2.0)]).point_at(0.7), Point::new(4.0, 2.0));
        assert_eq!(line(&[]).point_at(0.7), Point::default());
        assert_eq!(line(&[]).heading_at(0.7), EASTWARD);
    }

    #[test]
    fn corners_that_do_not_turn_are_left_out() {
        let level = line(&[(0.0, 1.0), (4.0, 1.0), (4.0, 1.0), (9.0, 1.0)]);
        assert_eq!(level.points().len(), 2);
        let back = line(&[(0.0, 1.0), (9.0, 1.0), (4.0, 1.0)]);
        assert_eq!(back.points().len(), 3);
    }

    #[test]
    fn a_route_survives_being_written_and_read() {
        let corner = line(&[(0.0, 0.0), (30.0, 0.0), (30.0, 10.0)]);
        let text = serde_json::to_string(&corner).unwrap();
        assert_eq!(serde_json::from_str::<Route>(&text).unwrap(), corner);
    }

    proptest! {
        #[test]
        fn equal_fractions_are_equal_lengths(
            points in prop::collection::vec((0.0_f32..500.0, 0.0_f32..500.0), 2..12),
            steps in 1_u8..50,
        ) {
            let route = line(&points);
            let step = route.length() / f32::from(steps);
            for index in 0..steps {
                let at = |index: u8| route.point_at(f32::from(index) / f32::from(steps));
                // A straight line between two places is no longer than the way between them.
                prop_assert!(at(index).distance(at(index + 1)) <= step + 0.05);
            }
        }

        #[test]
        fn headings_are_one_pixel_long(
            points in prop::collection::vec((0.0_f32..500.0, 0.0_f32..500.0), 0..12),
            fraction in 0.0_f32..=1.0,
        ) {
            let heading = line(&points).heading_at(fraction);
            prop_assert!((Point::default().distance(heading) - 1.0).abs() < 0.001);
        }
    }
}
