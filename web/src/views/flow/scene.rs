//! The scene: where everything that is drawn stands, in the pixels of the layout.
//!
//! A stage flows in once; places of nodes and of messages on their way flow out. Nothing
//! here knows of a canvas.

use std::ops::Range;
use std::rc::Rc;

use interplay_protocol::Stage;
use sim_core::layout::{Point, Rect, Route, Travel};
use sim_core::scenario::document::Language;
use sim_core::world::{Direction, EdgeId, EdgeKind, Node, NodeId};

/// How far from the middle of the line messages keep, on the right-hand side of their way.
const SIDE: f32 = 5.0;

/// Where everything stands.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    stage: Rc<Stage>,
    /// The place of each node in the layout, if it is shown.
    places: Vec<Option<usize>>,
}

impl Scene {
    /// The scene of a stage.
    pub(crate) fn new(stage: Rc<Stage>) -> Self {
        let mut places = vec![None; stage.topology.nodes.len()];
        for (place, node) in stage.shown.iter().enumerate() {
            if let Some(slot) = places.get_mut(node.index()) {
                *slot = Some(place);
            }
        }
        Self { stage, places }
    }

    /// The stage it was made from.
    pub(crate) fn stage(&self) -> &Rc<Stage> {
        &self.stage
    }

    /// How much room everything takes, as width and height.
    pub(crate) fn size(&self) -> (f32, f32) {
        (self.stage.layout.size.width, self.stage.layout.size.height)
    }

    /// The nodes that are shown, with their boxes.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node, Rect)> {
        let layout = &self.stage.layout;
        self.stage.shown.iter().zip(&layout.nodes).filter_map(|(&id, &rect)| {
            let node = self.stage.topology.nodes.get(id.index())?;
            Some((id, node, rect))
        })
    }

    /// The box of a node, if it is shown.
    pub(crate) fn rect(&self, node: NodeId) -> Option<Rect> {
        let place = (*self.places.get(node.index())?)?;
        self.stage.layout.nodes.get(place).copied()
    }

    /// The lines, with what they are for.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (EdgeKind, &Route)> {
        let edges = &self.stage.topology.edges;
        edges.iter().map(|edge| edge.kind).zip(&self.stage.layout.edges)
    }

    /// Where a message is that has made `fraction` of its way along an edge.
    pub(crate) fn on_edge(&self, edge: EdgeId, direction: Direction, fraction: f32) -> Option<Point> {
        let route = self.stage.layout.edges.get(edge.index())?;
        let travel = match direction {
            Direction::Forward => Travel::Along,
            Direction::Back => Travel::Back,
        };
        Some(route.message_at(fraction, travel, SIDE))
    }
}

/// What a node is called for people.
pub(crate) fn title(node: &Node, language: Language) -> &str {
    match node.title.get(language) {
        "" => &node.name,
        title => title,
    }
}

/// The numbers of a node's entities.
pub(crate) fn entities(node: &Node) -> Range<usize> {
    let first = node.first_entity.index();
    first..first + node.entities as usize
}
