//! Hands: what a pointer is over, what it takes hold of, and what becomes of that.

use interplay_flow::detail::Detail;
use interplay_flow::hit::{self, Picked};
use sim_core::layout::Point;
use sim_core::world::NodeId;

use super::{Easel, Grip, REACH};

impl Easel {
    /// What is seen at a place of the canvas.
    pub(crate) fn pick(&self, at: Point) -> Option<Picked> {
        let (place, reach) = (self.camera.to_scene(at), REACH / self.camera.scale);
        hit::at(self.scene.as_ref()?, &self.marks, place, reach)
    }

    /// What is under the pointer; a node that it is over shows its handle.
    pub(crate) fn hover(&mut self, at: Option<Point>) -> Option<Picked> {
        let place = at.map(|at| self.camera.to_scene(at));
        let scene = self.scene.as_ref()?;
        let reach = REACH / self.camera.scale;
        self.hovered = place.and_then(|place| {
            let on_handle = |node: &NodeId| hit::is_on_handle(scene, *node, place, reach);
            let still = self.hovered.filter(on_handle);
            still.or_else(|| hit::node_at(scene, place))
        });
        hit::at(scene, &self.marks, place?, reach)
    }

    /// What a pointer that goes down here takes hold of.
    pub(crate) fn grip(&self, at: Point) -> Grip {
        let place = self.camera.to_scene(at);
        let Some(scene) = &self.scene else {
            return Grip::Stage;
        };
        let detail = self.detail();
        if let Some(node) = self.hovered.or(self.picked_node())
            && detail == Detail::Cards
            && hit::is_on_handle(scene, node, place, REACH / self.camera.scale)
        {
            return Grip::Handle(node);
        }
        let node = hit::node_at(scene, place).filter(|_| detail != Detail::Groups);
        match node.and_then(|node| Some((node, scene.rect(node)?.center()))) {
            Some((node, middle)) => {
                Grip::Node(node, Point::new(middle.x - place.x, middle.y - place.y))
            }
            None => Grip::Stage,
        }
    }

    /// Shows a node with its middle so far from a place of the canvas.
    pub(crate) fn drag(&mut self, node: NodeId, at: Point, apart: Point) {
        let place = self.camera.to_scene(at);
        self.put(node, Point::new(place.x + apart.x, place.y + apart.y));
    }

    /// Shows a node moved by so much.
    pub(crate) fn nudge(&mut self, node: NodeId, across: f32, down: f32) {
        let rect = self.scene.as_ref().and_then(|scene| scene.rect(node));
        if let Some(middle) = rect.map(|rect| rect.center()) {
            self.put(node, Point::new(middle.x + across, middle.y + down));
        }
    }

    fn put(&mut self, node: NodeId, middle: Point) {
        if let Some(scene) = &mut self.scene {
            scene.drag(node, middle);
            self.shape = self.shape.wrapping_add(1);
            // A picture that somebody arranges is not fitted anew under their hands.
            self.moved = true;
            self.repaint = true;
        }
    }

    /// The name of a node, and where the document has to say that it stands.
    pub(crate) fn place_of(&self, node: NodeId) -> Option<(String, [i32; 2])> {
        let scene = self.scene.as_ref()?;
        let middle = scene.rect(node)?.center();
        let name = scene.stage().topology.nodes.get(node.index())?.name.clone();
        Some((name, scene.written(middle)))
    }

    /// Shows a line from a node to a place of the canvas.
    pub(crate) fn stretch(&mut self, from: NodeId, at: Point) {
        self.link = Some((from, self.camera.to_scene(at)));
    }

    /// Lets go of that line. Gives the names of the nodes it joins, if it does.
    pub(crate) fn let_go(&mut self) -> Option<(String, String)> {
        let (from, place) = self.link.take()?;
        let scene = self.scene.as_ref()?;
        let to = hit::node_at(scene, place).filter(|to| *to != from)?;
        let name = |node: NodeId| {
            let node = scene.stage().topology.nodes.get(node.index())?;
            Some(node.name.clone())
        };
        Some((name(from)?, name(to)?))
    }
}
