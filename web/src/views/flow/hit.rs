//! What lies under the pointer.

use sim_core::kernel::RecordId;
use sim_core::layout::Point;
use sim_core::world::NodeId;

use super::marks::Mark;
use super::scene::Scene;

/// What can be picked on the stage.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Picked {
    /// A node.
    Node(NodeId),
    /// A message, by the record that sent it.
    Message(RecordId),
}

/// What lies at a place of the scene: the nearest message within `reach` pixels of it, else
/// the node around it. Messages win, since they are small and pass in front.
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
    scene
        .nodes()
        .find(|(_, _, rect)| inside(rect))
        .map(|(node, ..)| Picked::Node(node))
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
        assert_eq!(at(&scene, &[], Point::new(200.0, 20.0), 8.0), None);
    }

    #[test]
    fn the_nearest_message_is_picked_within_reach_and_before_the_node_behind_it() {
        let (scene, marks) = (scene(), [mark(3, 210.0), mark(4, 204.0), mark(5, 98.0)]);
        assert_eq!(
            at(&scene, &marks, Point::new(205.0, 20.0), 8.0),
            Some(Picked::Message(RecordId(4)))
        );
        assert_eq!(at(&scene, &marks, Point::new(225.0, 20.0), 8.0), None);
        assert_eq!(
            at(&scene, &marks, Point::new(95.0, 20.0), 8.0),
            Some(Picked::Message(RecordId(5)))
        );
    }
}
