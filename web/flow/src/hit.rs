//! What lies under the pointer.

use sim_core::kernel::{EntityId, RecordId};
use sim_core::layout::{Point, Rect, Route};
use sim_core::world::{EdgeId, NodeId};

use crate::marks::Mark;
use crate::scene::Scene;

/// What can be picked on the stage.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Picked {
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

/// The node around a place of the scene.
pub fn node_at(scene: &Scene, place: Point) -> Option<NodeId> {
    let inside = |rect: &Rect| {
        (rect.x..=rect.right()).contains(&place.x) && (rect.y..=rect.bottom()).contains(&place.y)
    };
    scene
        .nodes()
        .find(|(_, _, rect)| inside(rect))
        .map(|(node, ..)| node)
}

/// Where a node is taken hold of to connect it: in the middle of the side its lines leave from.
pub fn handle(rect: Rect, tall: bool) -> Point {
    if tall {
        Point::new(rect.center().x, rect.bottom())
    } else {
        Point::new(rect.right(), rect.center().y)
    }
}

/// Whether a place is on the handle of a node, or within `reach` of it.
pub fn is_on_handle(scene: &Scene, node: NodeId, place: Point, reach: f32) -> bool {
    scene.rect(node).is_some_and(|rect| {
        let handle = handle(rect, scene.is_tall());
        (handle.x - place.x).hypot(handle.y - place.y) <= reach
    })
}

/// The line nearest to a place, within `reach`.
fn line_at(scene: &Scene, place: Point, reach: f32) -> Option<EdgeId> {
    let nearest = scene
        .lines()
        .enumerate()
        .map(|(edge, (_, route))| (edge, distance_to(route, place)))
        .min_by(|(_, one), (_, other)| one.total_cmp(other))?;
    (nearest.1 <= reach).then_some(EdgeId(nearest.0 as u32))
}

fn distance_to(route: &Route, place: Point) -> f32 {
    let legs = route.points().windows(2);
    let to_leg = |leg: &[Point]| {
        let (start, end) = (leg[0], leg[1]);
        let (along, down) = (end.x - start.x, end.y - start.y);
        let whole = (along * along + down * down).max(f32::EPSILON);
        let part = ((place.x - start.x) * along + (place.y - start.y) * down) / whole;
        let part = part.clamp(0.0, 1.0);
        (start.x + along * part - place.x).hypot(start.y + down * part - place.y)
    };
    legs.map(to_leg).fold(f32::MAX, f32::min)
}

/// What lies at a place of the scene: the nearest message within `reach` pixels of it, else
/// the node around it, else the nearest line. Messages win, since they are small and pass in
/// front.
pub fn at(scene: &Scene, marks: &[Mark], place: Point, reach: f32) -> Option<Picked> {
    let distance = |mark: &Mark| (mark.at.x - place.x).hypot(mark.at.y - place.y);
    let nearest = marks
        .iter()
        .min_by(|a, b| distance(a).total_cmp(&distance(b)));
    if let Some(mark) = nearest.filter(|mark| distance(mark) <= reach) {
        return Some(Picked::Message(mark.id));
    }
    node_at(scene, place)
        .map(Picked::Node)
        .or_else(|| line_at(scene, place, reach).map(Picked::Edge))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::scene;
    use sim_core::world::{EdgeId, MessageKind};

    fn mark(id: u32, x: f32) -> Mark {
        Mark {
            id: RecordId(id),
            at: Point::new(x, 20.0),
            kind: MessageKind::Event,
            repeat: false,
            left: 1.0,
            edge: EdgeId(0),
            behind: false,
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
    fn a_line_is_hit_from_both_sides_within_reach() {
        let scene = scene();
        assert_eq!(
            line_at(&scene, Point::new(200.0, 26.0), 8.0),
            Some(EdgeId(0))
        );
        assert_eq!(
            line_at(&scene, Point::new(200.0, 13.0), 8.0),
            Some(EdgeId(0))
        );
        assert_eq!(line_at(&scene, Point::new(200.0, 40.0), 8.0), None);
        assert_eq!(
            line_at(&scene, Point::new(320.0, 20.0), 8.0),
            None,
            "its end"
        );
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
    fn a_handle_is_where_lines_leave() {
        let mut scene = scene();
        assert!(is_on_handle(
            &scene,
            NodeId(0),
            Point::new(104.0, 22.0),
            8.0
        ));
        assert!(!is_on_handle(
            &scene,
            NodeId(0),
            Point::new(50.0, 40.0),
            8.0
        ));
        scene.suit((200.0, 900.0));
        assert!(is_on_handle(&scene, NodeId(0), Point::new(50.0, 40.0), 8.0));
        assert!(!is_on_handle(
            &scene,
            NodeId(7),
            Point::new(50.0, 40.0),
            8.0
        ));
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
