//! What lies under the pointer.

use sim_core::kernel::{EntityId, RecordId};
use sim_core::layout::Point;
use sim_core::world::{EdgeId, NodeId};

use super::marks::Mark;
use super::scene::Scene;

/// What can be picked on the stage.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Picked {
    /// A node.
    Node(NodeId),
    /// One instance of a service, or of its memory.
    Instance(EntityId),
    /// A line between two nodes, with all that goes along it.
    Edge(EdgeId),
    /// A message, by the record that sent it.
    Message(RecordId),
    /// An entry of the timeline, by its place in the document.
    Entry(u32),
    /// A policy, by its place among the stage's.
    Policy(u32),
}

/// What lies at a place of the scene: the nearest message within `reach` pixels of it, else
/// the node around it, else the nearest line. Messages win, since they are small and pass in
/// front.
pub(crate) fn at(scene: &Scene, marks: &[Mark], place: Point, reach: f32) -> Option<Picked> {
    let distance = |mark: &Mark| (mark.at.x - place.x).hypot(mark.at.y - place.y);
    let nearest = marks
        .iter()
        .min_by(|a, b| distance(a).total_cmp(&distance(b)));
    if let Some(mark) = nearest.filter(|mark| distance(mark) <= reach) {
        return Some(Picked::Message(mark.id));
    }
    let inside = |rect: &sim_core::layout::Rect| {
        (rect.x..=rect.right()).contains(&place.x) && (rect.y..=rect.bottom()).contains(&place.y)
    };
    let node = scene.nodes().find(|(_, _, rect)| inside(rect));
    node.map(|(node, ..)| Picked::Node(node))
        .or_else(|| line(scene, place, reach).map(Picked::Edge))
}

/// The line nearest to a place, within `reach`.
fn line(scene: &Scene, place: Point, reach: f32) -> Option<EdgeId> {
    let routes = scene.lines().map(|(_, route)| route);
    let distances = routes.map(|route| {
        let pieces = route.points().windows(2);
        let distances = pieces.map(|ends| distance_to_piece(place, ends[0], ends[1]));
        distances.fold(f32::INFINITY, f32::min)
    });
    let (nearest, distance) = distances
        .enumerate()
        .min_by(|(_, one), (_, other)| one.total_cmp(other))?;
    (distance <= reach).then_some(EdgeId(nearest as u32))
}

/// How far a place is from a straight piece of a line.
fn distance_to_piece(place: Point, from: Point, to: Point) -> f32 {
    let (along, across) = (to.x - from.x, to.y - from.y);
    let length = along * along + across * across;
    let share = if length > 0.0 {
        (((place.x - from.x) * along + (place.y - from.y) * across) / length).clamp(0.0, 1.0)
    } else {
        0.0
    };
    let nearest = Point::new(from.x + along * share, from.y + across * share);
    (place.x - nearest.x).hypot(place.y - nearest.y)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::flow::testing::scene;
    use sim_core::world::MessageKind;

    fn mark(id: u32, x: f32) -> Mark {
        Mark {
            id: RecordId(id),
            at: Point::new(x, 20.0),
            kind: MessageKind::Event,
            repeat: false,
            left: 1.0,
        }
    }

    #[test]
    fn a_node_is_picked_inside_its_box_and_nothing_beside_it() {
        let scene = scene();
        assert_eq!(
            at(&scene, &[], Point::new(50.0, 20.0), 8.0),
            Some(Picked::Node(NodeId(0)))
        );
        assert_eq!(
            at(&scene, &[], Point::new(350.0, 20.0), 8.0),
            Some(Picked::Node(NodeId(1)))
        );
        assert_eq!(at(&scene, &[], Point::new(200.0, 60.0), 8.0), None);
    }

    #[test]
    fn a_line_is_picked_where_no_node_and_no_message_is_nearer() {
        let scene = scene();
        let picked = |x, y| at(&scene, &[mark(3, 210.0)], Point::new(x, y), 8.0);
        assert_eq!(picked(150.0, 24.0), Some(Picked::Edge(EdgeId(0))));
        assert_eq!(picked(150.0, 30.0), None, "too far away");
        assert_eq!(picked(206.0, 24.0), Some(Picked::Message(RecordId(3))));
        assert_eq!(picked(95.0, 20.0), Some(Picked::Node(NodeId(0))));
    }

    #[test]
    fn the_nearest_message_is_picked_within_reach_and_before_the_node_behind_it() {
        let (scene, marks) = (scene(), [mark(3, 210.0), mark(4, 204.0), mark(5, 98.0)]);
        assert_eq!(
            at(&scene, &marks, Point::new(205.0, 20.0), 8.0),
            Some(Picked::Message(RecordId(4)))
        );
        assert_eq!(at(&scene, &marks, Point::new(225.0, 40.0), 8.0), None);
        assert_eq!(
            at(&scene, &marks, Point::new(95.0, 20.0), 8.0),
            Some(Picked::Message(RecordId(5)))
        );
    }
}
