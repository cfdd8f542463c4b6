//! What stands still: cards, boxes and groups, of which those are painted again that have changed.

use interplay_flow::camera::Camera;
use interplay_flow::detail::Detail;
use interplay_flow::faces::{Face, Glimpse};
use interplay_flow::hit::Picked;
use interplay_protocol::Emphasis;
use sim_core::layout::Rect;
use sim_core::observe::Picture;
use sim_core::world::{Node, NodeId};

use super::{Easel, Item, Seen};
use crate::views::flow::cards::{ABOVE, AROUND, BESIDE, Cards};
use crate::views::flow::scene::{Scene, entities, title};

impl Easel {
    /// Looks at every item anew, and at which items there are.
    pub(super) fn look(&mut self, picture: &Picture) {
        let Some(scene) = &self.scene else { return };
        let nodes = 0..scene.len();
        self.items = if self.detail() == Detail::Groups {
            let groups = scene.groups().enumerate();
            let members: Vec<u32> = scene
                .groups()
                .flat_map(|(group, _)| group.members.iter().copied())
                .collect();
            let alone = nodes.filter(|place| !members.contains(&(*place as u32)));
            let groups = groups.map(|(group, _)| Item::Group(group));
            groups.chain(alone.map(Item::Node)).collect()
        } else {
            nodes.map(Item::Node).collect()
        };
        self.seen = self.fresh(picture);
    }

    /// What every item looks like now.
    fn fresh(&mut self, picture: &Picture) -> Vec<Seen> {
        let Some(scene) = &self.scene else {
            return Vec::new();
        };
        let faces: Vec<Face> = scene
            .nodes()
            .map(|(_, node, _)| Face::of(node, picture))
            .collect();
        let glimpses: Vec<Glimpse> = faces.iter().map(Glimpse::of).collect();
        if glimpses != self.glimpses {
            let worse = |(one, other): (&Glimpse, &Glimpse)| one.condition != other.condition;
            self.repaint_map |= glimpses.len() != self.glimpses.len()
                || glimpses.iter().zip(&self.glimpses).any(worse);
            self.glimpses = glimpses;
        }
        let cards = self.detail() == Detail::Cards;
        let seen = |item: &Item| match *item {
            Item::Node(place) if cards => Seen::Card {
                face: faces[place],
                errors: self.lately.ends_at(scene.stage().shown[place]).percent(),
            },
            Item::Node(place) => Seen::Small(self.glimpses[place]),
            Item::Group(group) => {
                let members = scene.groups().nth(group).map(|(group, _)| &group.members);
                let glimpses = members.into_iter().flatten();
                let glimpses =
                    glimpses.filter_map(|place| self.glimpses.get(*place as usize).copied());
                Seen::Small(glimpses.fold(Glimpse::IDLE, Glimpse::worst))
            }
        };
        self.items.iter().map(seen).collect()
    }

    /// Notes which items no longer look as they were painted.
    pub(super) fn compare(&mut self, picture: &Picture) {
        let fresh = self.fresh(picture);
        for (place, seen) in fresh.iter().enumerate() {
            if self.seen.get(place) != Some(seen) && !self.stale.contains(&place) {
                self.stale.push(place);
            }
        }
        self.seen = fresh;
    }

    /// Paints items that have changed, so many of them at most.
    pub(super) fn paint_stale(&mut self, most: usize) {
        if self.stale.is_empty() {
            return;
        }
        let now: Vec<usize> = self.stale.drain(..self.stale.len().min(most)).collect();
        for place in &now {
            if let Some(rect) = self.rect_of_item(*place) {
                self.wipe(rect);
            }
        }
        let Some(scene) = &self.scene else { return };
        self.cards.look_through(self.camera, self.density);
        let view = self.camera.sees(self.size);
        let painter = self.painter(&self.cards, scene);
        for place in now {
            let shown = self.rect_of_item(place).filter(|rect| touch(rect, &view));
            if let (Some(rect), Some(seen)) = (shown, self.seen.get(place)) {
                self.paint_item(&painter, scene, self.items[place], rect, *seen);
            }
        }
    }

    fn paint_item(&self, painter: &Cards<'_>, scene: &Scene, item: Item, rect: Rect, seen: Seen) {
        match (item, seen) {
            (Item::Node(place), seen) => {
                let Some((id, node, _)) = scene.at(place) else {
                    return;
                };
                let picked = self.picks(id, node);
                painter.stand_back(self.stands_back(|told| told.nodes.contains(&id)));
                let title = title(node, self.locale);
                match seen {
                    Seen::Card { face, errors } => {
                        painter.card(node, &title, rect, face, errors, picked);
                    }
                    Seen::Small(glimpse) => {
                        // Its group is told beside it: what is its own is what has to fit.
                        let own = scene.group_at(place).and_then(|group| {
                            title.strip_prefix(group.name.as_str())?.strip_prefix('-')
                        });
                        painter.small(node.kind, own.unwrap_or(&title), rect, glimpse, picked);
                    }
                }
            }
            (Item::Group(group), Seen::Small(glimpse)) => {
                if let Some((group, _)) = scene.groups().nth(group) {
                    let nodes = &scene.layout().nodes;
                    let members = group.members.iter();
                    let members: Vec<Rect> = members
                        .filter_map(|place| nodes.get(*place as usize).copied())
                        .collect();
                    painter.group(&group.name, &members, rect, glimpse);
                }
            }
            (Item::Group(_), Seen::Card { .. }) => {}
        }
    }

    /// Whether a node is picked, or one of its instances.
    fn picks(&self, id: NodeId, node: &Node) -> bool {
        match self.picked {
            Some(Picked::Node(picked)) => picked == id,
            Some(Picked::Instance(entity)) => entities(node).contains(&entity.index()),
            _ => false,
        }
    }

    /// Whether the story is about something else.
    pub(super) fn stands_back(&self, is_told: impl FnOnce(&Emphasis) -> bool) -> bool {
        self.told.as_ref().is_some_and(|told| !is_told(told))
    }

    fn rect_of_item(&self, place: usize) -> Option<Rect> {
        let layout = self.scene.as_ref()?.layout();
        match *self.items.get(place)? {
            Item::Node(place) => layout.nodes.get(place).copied(),
            Item::Group(group) => layout.groups.get(group).copied(),
        }
    }

    /// Clears the place of an item, in whole pixels: half a pixel would leave a shade behind.
    fn wipe(&self, rect: Rect) {
        let Camera { scale, x, y } = self.camera;
        let device =
            |scene: f64, origin: f32| (scene * f64::from(scale) + f64::from(origin)) * self.density;
        let (above, beside) = if self.detail() == Detail::Cards {
            (ABOVE, BESIDE)
        } else {
            (AROUND, AROUND)
        };
        let around = AROUND.max(f64::from(1.5 / scale));
        let (left, top) = (
            f64::from(rect.x) - around,
            f64::from(rect.y) - above.max(around),
        );
        let (right, bottom) = (
            f64::from(rect.right()) + beside.max(around),
            f64::from(rect.bottom()) + around,
        );
        let (left, top) = (device(left, x).floor(), device(top, y).floor());
        let (width, height) = (
            device(right, x).ceil() - left,
            device(bottom, y).ceil() - top,
        );
        self.cards.wipe(left, top, width, height);
    }
}

fn touch(one: &Rect, other: &Rect) -> bool {
    one.x < other.right() + 40.0
        && other.x < one.right() + 40.0
        && one.y < other.bottom() + 40.0
        && other.y < one.bottom() + 40.0
}
