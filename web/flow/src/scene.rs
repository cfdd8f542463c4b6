//! The scene: where everything that is drawn stands, in the pixels of the layout.
//!
//! A stage flows in once; places of nodes and of messages on their way flow out. While a person
//! drags a node, the scene shows where it would stand; the document learns of it at the end.

use std::ops::Range;
use std::rc::Rc;

use interplay_protocol::{GroupView, Stage};
use sim_core::kernel::EntityId;
use sim_core::layout::{Layout, Point, Rect, Route, with_places};
use sim_core::world::{Direction, EdgeId, EdgeKind, Node, NodeId};

use crate::camera::Camera;
use crate::tracks::Pair;

/// So many times as large is clearly larger.
const CLEARLY: f32 = 1.15;
/// The place of a node that is not shown.
const NOWHERE: u32 = u32::MAX;

/// Where everything stands.
#[derive(Clone, Debug)]
pub struct Scene {
    stage: Rc<Stage>,
    /// Whether the flow goes downwards.
    tall: bool,
    /// The layout while a node is being dragged.
    dragged: Option<Layout>,
    /// The tracks of each edge.
    tracks: Vec<Pair>,
    /// Where in the list of shown nodes each node is.
    places: Vec<u32>,
    /// The edges, as places in that list.
    ends: Vec<(usize, usize)>,
    /// The group of each shown node.
    group_of: Vec<Option<usize>>,
    /// Whether each edge is one of those that share a trunk.
    shared: Vec<bool>,
}

impl Scene {
    /// The scene of a stage.
    pub fn new(stage: Rc<Stage>) -> Self {
        let mut places = vec![NOWHERE; stage.topology.nodes.len()];
        for (place, node) in stage.shown.iter().enumerate() {
            if let Some(known) = places.get_mut(node.index()) {
                *known = place as u32;
            }
        }
        let place = |node: NodeId| places.get(node.index()).map_or(0, |place| *place as usize);
        let edges = &stage.topology.edges;
        let ends = edges
            .iter()
            .map(|edge| (place(edge.from), place(edge.to)))
            .collect();
        let mut group_of = vec![None; stage.shown.len()];
        for (group, described) in stage.groups.iter().enumerate() {
            for member in &described.members {
                if let Some(known) = group_of.get_mut(*member as usize) {
                    *known = Some(group);
                }
            }
        }
        let mut shared = vec![false; edges.len()];
        for edge in stage.layout.trunks.iter().flat_map(|trunk| &trunk.edges) {
            if let Some(known) = shared.get_mut(*edge) {
                *known = true;
            }
        }
        let mut scene = Self {
            stage,
            tall: false,
            dragged: None,
            tracks: Vec::new(),
            places,
            ends,
            group_of,
            shared,
        };
        scene.lay_tracks();
        scene
    }

    /// The stage it is of.
    pub const fn stage(&self) -> &Rc<Stage> {
        &self.stage
    }

    /// Has the flow go from left to right, as people read, or downwards if it is seen clearly
    /// larger so in a window of this width and height. Says whether that is a change.
    pub fn suit(&mut self, view: (f32, f32)) -> bool {
        let seen = |layout: &Layout| Camera::fit(layout.bounds(), view).scale;
        self.turn(seen(&self.stage.tall) > seen(&self.stage.layout) * CLEARLY)
    }

    /// Has the flow go downwards or not. Says whether that is a change.
    pub fn turn(&mut self, tall: bool) -> bool {
        let turned = std::mem::replace(&mut self.tall, tall) != tall;
        if turned {
            self.dragged = None;
            self.lay_tracks();
        }
        turned
    }

    /// Whether the flow goes downwards.
    pub const fn is_tall(&self) -> bool {
        self.tall
    }

    /// Where everything stands.
    pub fn layout(&self) -> &Layout {
        if let Some(dragged) = &self.dragged {
            return dragged;
        }
        if self.tall {
            &self.stage.tall
        } else {
            &self.stage.layout
        }
    }

    /// Shows a node with its middle at a place of the scene, as if the document said so.
    pub fn drag(&mut self, node: NodeId, middle: Point) {
        if let Some(place) = self.place_of(node) {
            self.dragged = Some(with_places(self.layout(), &self.ends, &[(place, middle)]));
            self.lay_tracks();
        }
    }

    /// What the document says of a node whose middle is at a place of the scene: places are
    /// written for the flow from left to right.
    pub fn written(&self, middle: Point) -> [i32; 2] {
        let whole = |length: f32| length.round() as i32;
        if self.tall {
            [whole(middle.y), whole(middle.x)]
        } else {
            [whole(middle.x), whole(middle.y)]
        }
    }

    /// The nodes that are shown, with their boxes.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node, Rect)> {
        self.stage
            .shown
            .iter()
            .zip(&self.layout().nodes)
            .filter_map(|(&id, &rect)| {
                let node = self.stage.topology.nodes.get(id.index())?;
                Some((id, node, rect))
            })
    }

    /// The node at a place in the list of those shown.
    pub fn at(&self, place: usize) -> Option<(NodeId, &Node, Rect)> {
        let id = *self.stage.shown.get(place)?;
        let node = self.stage.topology.nodes.get(id.index())?;
        Some((id, node, *self.layout().nodes.get(place)?))
    }

    /// Whether an edge shares a part of its line with others.
    pub fn is_shared(&self, edge: usize) -> bool {
        self.shared.get(edge).copied().unwrap_or_default()
    }

    /// How many nodes are shown.
    pub fn len(&self) -> usize {
        self.stage.shown.len()
    }

    /// Whether nothing is shown.
    pub fn is_empty(&self) -> bool {
        self.stage.shown.is_empty()
    }

    /// Where in the list of shown nodes a node is.
    pub fn place_of(&self, node: NodeId) -> Option<usize> {
        let place = *self.places.get(node.index())?;
        (place != NOWHERE).then_some(place as usize)
    }

    /// The box of a node, if it is shown.
    pub fn rect(&self, node: NodeId) -> Option<Rect> {
        self.layout().nodes.get(self.place_of(node)?).copied()
    }

    /// The box of the node that an entity belongs to, if it is shown.
    pub fn rect_of(&self, entity: EntityId) -> Option<Rect> {
        self.rect(*self.stage.topology.node_of.get(entity.index())?)
    }

    /// The lines, with what they are for.
    pub fn lines(&self) -> impl Iterator<Item = (EdgeKind, &Route)> {
        let edges = &self.stage.topology.edges;
        edges.iter().map(|edge| edge.kind).zip(&self.layout().edges)
    }

    /// The edges, as places in the list of shown nodes.
    pub fn ends(&self) -> &[(usize, usize)] {
        &self.ends
    }

    /// The groups, with their boxes; none if there are few nodes.
    pub fn groups(&self) -> impl Iterator<Item = (&GroupView, Rect)> {
        self.stage
            .groups
            .iter()
            .zip(self.layout().groups.iter().copied())
    }

    /// The group of the node at a place in the list of those shown.
    pub fn group_at(&self, place: usize) -> Option<&GroupView> {
        let group = self.group_of.get(place).copied().flatten()?;
        self.stage.groups.get(group)
    }

    /// Whether an edge joins two members of one group.
    pub fn is_within_groups(&self, edge: usize) -> bool {
        let group = |place: usize| self.group_of.get(place).copied().flatten();
        self.ends
            .get(edge)
            .is_some_and(|&(from, to)| group(from).is_some() && group(from) == group(to))
    }

    /// Where a message is that has made `fraction` of its way along an edge.
    pub fn on_edge(&self, edge: EdgeId, direction: Direction, fraction: f32) -> Option<Point> {
        let tracks = self.tracks.get(edge.index())?;
        let track = match direction {
            Direction::Forward => &tracks.along,
            Direction::Back => &tracks.back,
        };
        Some(track.at(fraction))
    }

    fn lay_tracks(&mut self) {
        self.tracks = self.layout().edges.iter().map(Pair::new).collect();
    }
}

/// The numbers of a node's entities.
pub fn entities(node: &Node) -> Range<usize> {
    let first = node.first_entity.index();
    first..first + node.entities as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::scene;

    #[test]
    fn the_flow_goes_downwards_only_where_that_is_seen_clearly_larger() {
        let mut scene = scene();
        assert!(scene.suit((200.0, 900.0)), "a phone");
        assert!(scene.is_tall());
        assert!(scene.suit((900.0, 600.0)), "a wide screen shows both whole");
        assert!(!scene.is_tall());
        assert!(!scene.suit((900.0, 600.0)), "nothing changes");
    }

    #[test]
    fn a_node_that_is_dragged_takes_its_lines_and_their_messages_along() {
        let mut scene = scene();
        scene.drag(NodeId(1), Point::new(400.0, 320.0));
        let rect = scene.rect(NodeId(1)).unwrap();
        assert_eq!(rect.center(), Point::new(400.0, 320.0));
        let end = scene.on_edge(EdgeId(0), Direction::Forward, 1.0).unwrap();
        let apart = (rect.x - end.x).abs().min((rect.y - end.y).abs());
        // Messages keep a few pixels to the side of their line.
        assert!(apart < 6.0, "{end:?} is at the border of {rect:?}");
    }

    #[test]
    fn places_are_written_for_the_flow_from_left_to_right() {
        let mut scene = scene();
        assert_eq!(scene.written(Point::new(12.4, -7.6)), [12, -8]);
        scene.suit((200.0, 900.0));
        assert_eq!(scene.written(Point::new(12.4, -7.6)), [-8, 12]);
    }
}
