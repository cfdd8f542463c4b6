//! The scene: where everything that is drawn stands, in the pixels of the layout.
//!
//! A stage flows in once; places of nodes and of messages on their way flow out. Nothing
//! here knows of a canvas.

use std::ops::Range;
use std::rc::Rc;

use interplay_protocol::Stage;
use sim_core::kernel::EntityId;
use sim_core::layout::{Layout, Point, Rect, Route, Travel};
use sim_core::world::{Direction, EdgeId, EdgeKind, Node, NodeId, NodeKind};

use super::camera::Camera;
use crate::i18n::{Locale, language, text};

/// How far from the middle of the line messages keep, on the right-hand side of their way.
const SIDE: f32 = 5.5;

/// So many times as large is clearly larger.
const CLEARLY: f32 = 1.15;

/// Where everything stands.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    stage: Rc<Stage>,
    /// Whether the flow goes downwards.
    tall: bool,
}

impl Scene {
    /// The scene of a stage.
    pub(crate) const fn new(stage: Rc<Stage>) -> Self {
        Self { stage, tall: false }
    }

    /// What it is the scene of.
    #[cfg(test)]
    pub(crate) const fn stage(&self) -> &Rc<Stage> {
        &self.stage
    }

    /// Has the flow go from left to right, as people read, or downwards if it is seen clearly
    /// larger so in a window of this width and height. Says whether that is a change.
    pub(crate) fn suit(&mut self, view: (f32, f32)) -> bool {
        let seen =
            |layout: &Layout| Camera::fit((layout.size.width, layout.size.height), view).scale;
        let tall = seen(&self.stage.tall) > seen(&self.stage.layout) * CLEARLY;
        std::mem::replace(&mut self.tall, tall) != tall
    }

    /// Whether the flow goes downwards.
    pub(crate) const fn is_tall(&self) -> bool {
        self.tall
    }

    /// Where everything stands.
    pub(crate) fn layout(&self) -> &Layout {
        if self.tall {
            &self.stage.tall
        } else {
            &self.stage.layout
        }
    }

    /// How much room everything takes, as width and height.
    pub(crate) fn size(&self) -> (f32, f32) {
        (self.layout().size.width, self.layout().size.height)
    }

    /// The nodes that are shown, with their boxes.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node, Rect)> {
        self.stage
            .shown
            .iter()
            .zip(&self.layout().nodes)
            .filter_map(|(&id, &rect)| {
                let node = self.stage.topology.nodes.get(id.index())?;
                Some((id, node, rect))
            })
    }

    /// The box of the node that an entity belongs to, if it is shown.
    pub(crate) fn rect_of(&self, entity: EntityId) -> Option<Rect> {
        let id = self.stage.topology.node_of.get(entity.index())?;
        self.nodes()
            .find(|(other, ..)| other == id)
            .map(|(.., rect)| rect)
    }

    /// The lines, with what they are for.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (EdgeKind, &Route)> {
        let edges = &self.stage.topology.edges;
        edges.iter().map(|edge| edge.kind).zip(&self.layout().edges)
    }

    /// Where a message is that has made `fraction` of its way along an edge.
    pub(crate) fn on_edge(
        &self,
        edge: EdgeId,
        direction: Direction,
        fraction: f32,
    ) -> Option<Point> {
        let route = self.layout().edges.get(edge.index())?;
        let travel = match direction {
            Direction::Forward => Travel::Along,
            Direction::Back => Travel::Back,
        };
        Some(route.message_at(fraction, travel, SIDE))
    }
}

/// What a node is called for people. A queue goes by its own name, without its broker's.
pub(crate) fn title(node: &Node, locale: Locale) -> String {
    match (node.title.get(language(locale)), node.kind) {
        ("", NodeKind::Hand) => text!(locale, node.hand_title),
        ("", NodeKind::Queue) => node
            .name
            .rsplit_once('.')
            .map_or(node.name.as_str(), |(_, queue)| queue)
            .to_owned(),
        ("", _) => node.name.clone(),
        (title, _) => title.to_owned(),
    }
}

/// The numbers of a node's entities.
pub(crate) fn entities(node: &Node) -> Range<usize> {
    let first = node.first_entity.index();
    first..first + node.entities as usize
}

#[cfg(test)]
mod tests {
    use crate::views::flow::testing::scene;

    #[test]
    fn the_flow_goes_downwards_only_where_that_is_seen_clearly_larger() {
        let mut scene = scene();
        assert!(scene.suit((200.0, 900.0)), "a phone");
        assert!(scene.is_tall());
        assert!(scene.suit((900.0, 600.0)), "a wide screen shows both whole");
        assert!(!scene.is_tall());
        assert!(!scene.suit((900.0, 600.0)), "nothing changes");
    }
}
