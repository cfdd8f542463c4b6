//! The easel: three canvases on top of each other, and what is painted on them.
//!
//! The lowest one has the lines, the middle one the cards, of which those are painted again
//! that have changed; the upper one has what moves and is painted every frame that something
//! moves.

mod hands;
mod still;
mod story;

use interplay_flow::camera::Camera;
use interplay_flow::detail::Detail;
use interplay_flow::faces::{Face, Glimpse};
use interplay_flow::follow::{Story, Whereabouts};
use interplay_flow::hit::{self, Picked};
use interplay_flow::lately::Lately;
use interplay_flow::marks::{self, Flash, Mark, Moment};
use interplay_flow::minimap::Minimap;
use interplay_flow::pixels::{Colours, Pixels};
use interplay_flow::ribbons::{self, Line, Ribbon};
use interplay_flow::{pixels, render};
use interplay_protocol::Emphasis;
use sim_core::layout::{Point, Rect};
use sim_core::world::{EdgeId, NodeId, Record};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::i18n::Locale;
use crate::player::Player;
use crate::views::flow::brush::Brush;
use crate::views::flow::bytes;
use crate::views::flow::cards::{Cards, Words};
use crate::views::flow::layer::Layer;
use crate::views::flow::minimap;
use crate::views::flow::palette::Palette;
use crate::views::flow::scene::Scene;

/// How near a message the pointer has to be, in pixels of the screen.
const REACH: f32 = 11.0;
/// Room around a fitted scene, in pixels of the screen.
const MARGIN: f32 = 12.0;
/// Room below it, where the magnifier's buttons stand.
const FOOT: f32 = 40.0;
/// So many nodes are painted again in one frame, at most; cards have far more on them.
const MOST_CARDS: usize = 8;
const MOST_BOXES: usize = 24;
/// How often it is looked who talks how much, while time passes, in milliseconds.
const LATELY_EVERY: f64 = 500.0;
/// What is painted as one thing on the middle canvas.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Item {
    /// A node, by its place in the scene.
    Node(usize),
    /// A group, by its number.
    Group(usize),
}

/// What an item looked like when it was painted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Seen {
    Card { face: Face, errors: u32 },
    Small(Glimpse),
}

/// What a pointer takes hold of.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Grip {
    /// The stage.
    Stage,
    /// A node, so far from its middle.
    Node(NodeId, Point),
    /// A new line from a node.
    Handle(NodeId),
}

/// The canvases and what is painted on them.
#[expect(
    clippy::struct_excessive_bools,
    reason = "what is out of date is told layer by layer"
)]
pub(crate) struct Easel {
    lines: Layer,
    cards: Layer,
    moving: Layer,
    map: Option<CanvasRenderingContext2d>,
    /// The size of the canvases in CSS pixels, and device pixels for each of these.
    size: (f32, f32),
    density: f64,
    palette: Palette,
    colours: Colours,
    words: Words,
    locale: Locale,
    scene: Option<Scene>,
    /// Counts the changes of where nodes stand.
    shape: u32,
    camera: Camera,
    /// The reader has moved the camera, so it is left alone when the window changes.
    moved: bool,
    picked: Option<Picked>,
    /// What the story is about now; everything else stands back.
    told: Option<Emphasis>,
    /// The node under the pointer, which shows its handle.
    hovered: Option<NodeId>,
    /// A line that is being drawn from a node to a place of the scene.
    link: Option<(NodeId, Point)>,
    story: Option<Story>,
    gliding: bool,
    items: Vec<Item>,
    seen: Vec<Seen>,
    stale: Vec<usize>,
    glimpses: Vec<Glimpse>,
    lately: Lately,
    since_lately: f64,
    ribbons: Vec<Ribbon>,
    repaint: bool,
    repaint_lines: bool,
    repaint_map: bool,
    marks: Vec<Mark>,
    flashes: Vec<Flash>,
    pixels: Pixels,
}

impl Easel {
    /// An easel with nothing on it; nothing if the browser has no 2D canvas.
    pub(crate) fn new([lines, cards, moving]: [HtmlCanvasElement; 3]) -> Option<Self> {
        let palette = Palette::read()?;
        Some(Self {
            lines: Layer::new(lines)?,
            cards: Layer::new(cards)?,
            moving: Layer::new(moving)?,
            map: None,
            size: (0.0, 0.0),
            density: 1.0,
            colours: palette.colours(),
            palette,
            words: Words::default(),
            locale: Locale::en,
            scene: None,
            shape: 0,
            camera: Camera {
                scale: 1.0,
                x: 0.0,
                y: 0.0,
            },
            moved: false,
            picked: None,
            told: None,
            hovered: None,
            link: None,
            story: None,
            gliding: false,
            items: Vec::new(),
            seen: Vec::new(),
            stale: Vec::new(),
            glimpses: Vec::new(),
            lately: Lately::default(),
            since_lately: 0.0,
            ribbons: Vec::new(),
            repaint: true,
            repaint_lines: false,
            repaint_map: true,
            marks: Vec::new(),
            flashes: Vec::new(),
            pixels: Pixels::default(),
        })
    }

    /// Shows another scene. The camera stays where somebody has put it, unless the scene has
    /// nothing in common with the last one.
    pub(crate) fn set_scene(&mut self, scene: Option<Scene>) {
        let known = |scene: &Scene, before: &Scene| {
            let same = |node: &str| before.stage().topology.node(node).is_some();
            scene.nodes().any(|(_, node, _)| same(&node.name))
        };
        let before = std::mem::replace(&mut self.scene, scene);
        self.link = None;
        self.repaint = true;
        self.shape = self.shape.wrapping_add(1);
        if let (Some(scene), Some(before), true) = (&mut self.scene, &before, self.moved)
            && known(scene, before)
        {
            // Whoever has arranged it knows it this way.
            scene.turn(before.is_tall());
            return;
        }
        self.suit();
        let layout = |scene: &Option<Scene>| scene.as_ref().map(|scene| scene.layout().clone());
        if layout(&self.scene) != layout(&before) {
            self.fit();
        }
    }

    /// Reads the colours again.
    pub(crate) fn refresh_palette(&mut self) {
        if let Some(palette) = Palette::read() {
            self.colours = palette.colours();
            self.palette = palette;
            self.repaint = true;
        }
    }

    /// Writes in another language.
    pub(crate) fn set_words(&mut self, locale: Locale, words: Words) {
        self.locale = locale;
        self.words = words;
        self.repaint = true;
    }

    /// Marks what is picked.
    pub(crate) fn set_picked(&mut self, picked: Option<Picked>) {
        self.picked = picked;
        self.repaint = true;
    }

    /// Marks what the story is about.
    pub(crate) fn set_told(&mut self, told: Option<Emphasis>) {
        self.told = told.filter(|shown| !shown.leaves_the_stage());
        self.repaint = true;
    }

    /// How many messages a second an edge carries.
    pub(crate) fn rate(&self, edge: EdgeId) -> f64 {
        self.lately.rates.get(edge.index()).copied().unwrap_or(0.0)
    }

    /// Paints the minimap on this canvas, or on none.
    pub(crate) fn set_map(&mut self, canvas: Option<&HtmlCanvasElement>) {
        self.map = canvas.and_then(|canvas| minimap::prepare(canvas, self.density));
        self.repaint_map = true;
    }

    /// Fits the canvases to their place.
    pub(crate) fn resize(&mut self, size: (f32, f32), density: f64) {
        if self.size == size && (self.density - density).abs() < f64::EPSILON {
            return;
        }
        self.size = size;
        self.density = density;
        for layer in [&self.lines, &self.cards, &self.moving] {
            layer.resize(size, density);
        }
        self.repaint = true;
        if !self.moved {
            self.fit();
        }
    }

    /// Sees everything.
    pub(crate) fn fit(&mut self) {
        self.moved = false;
        self.repaint = true;
        self.suit();
        if let Some(scene) = &self.scene {
            let view = (self.size.0 - MARGIN * 2.0, self.size.1 - MARGIN - FOOT);
            let fitted = Camera::fit(scene.layout().bounds(), view);
            self.camera = fitted.moved(MARGIN, MARGIN);
        }
    }

    /// Magnifies around a place of the canvas, or around its middle.
    pub(crate) fn zoom(&mut self, factor: f32, around: Option<Point>) {
        let middle = Point::new(self.size.0 / 2.0, self.size.1 / 2.0);
        self.set_camera(self.camera.zoomed(factor, around.unwrap_or(middle)));
    }

    /// Moves what is seen.
    pub(crate) fn pan(&mut self, x: f32, y: f32) {
        self.set_camera(self.camera.moved(x, y));
    }

    /// Moves and magnifies as two fingers do.
    pub(crate) fn pinch(&mut self, before: [Point; 2], after: [Point; 2]) {
        self.set_camera(self.camera.pinched(before, after));
    }

    /// Sees what is at a place of the minimap.
    pub(crate) fn look_at_map(&mut self, at: Point) {
        if let Some(scene) = &self.scene {
            let map = Minimap::new(scene.layout().bounds(), minimap::SIZE);
            self.set_camera(map.look_at(at, self.camera, self.size));
        }
    }

    /// The boxes of the nodes that are shown.
    pub(crate) fn boxes(&self) -> Vec<(NodeId, Rect)> {
        self.scene
            .iter()
            .flat_map(|scene| scene.nodes().map(|(id, _, rect)| (id, rect)))
            .collect()
    }

    /// How large the canvases are, in CSS pixels.
    pub(crate) const fn size(&self) -> (f32, f32) {
        self.size
    }

    /// Another number whenever nodes stand elsewhere.
    pub(crate) const fn shape(&self) -> u32 {
        self.shape
    }

    /// How the scene lies on the canvas, as a style sheet says it.
    pub(crate) fn transform(&self) -> String {
        let Camera { scale, x, y } = self.camera;
        format!("translate({x}px, {y}px) scale({scale})")
    }

    /// What is seen, where, to compare without writing it down.
    pub(crate) const fn camera(&self) -> Camera {
        self.camera
    }

    /// How much is told of each node.
    pub(crate) fn detail(&self) -> Detail {
        let groups = self.scene.as_ref().map(|scene| scene.groups().count());
        Detail::of(self.camera.scale, groups.unwrap_or(0) > 0)
    }

    /// Paints what has changed, after so many milliseconds. With `cards`, the gauges of nodes
    /// may change too. Says whether another frame is needed.
    pub(crate) fn paint(&mut self, player: Option<&Player>, cards: bool, millis: f64) -> bool {
        let (Some(player), true) = (player, self.scene.is_some()) else {
            if std::mem::take(&mut self.repaint) {
                self.lines.clear();
                self.cards.clear();
            }
            self.moving.clear();
            return false;
        };
        self.keep_up(player, millis);
        self.look_lately(player, millis);
        if std::mem::take(&mut self.repaint) {
            self.repaint_lines = false;
            self.repaint_map = true;
            self.look(player.picture());
            self.paint_lines();
            self.cards.clear();
            self.stale = (0..self.items.len()).collect();
            self.paint_stale(usize::MAX);
        } else {
            if std::mem::take(&mut self.repaint_lines) {
                self.paint_lines();
            }
            if cards {
                self.compare(player.picture());
            }
            let most = match self.detail() {
                _ if !player.is_playing() => usize::MAX,
                Detail::Cards => MOST_CARDS,
                Detail::Boxes | Detail::Groups => MOST_BOXES,
            };
            self.paint_stale(most);
        }
        self.paint_map();
        self.paint_moving(player);
        self.gliding
    }

    /// Turns the scene the way that suits the window.
    fn suit(&mut self) {
        let size = self.size;
        if let Some(scene) = self.scene.as_mut().filter(|_| size.0 > 0.0)
            && scene.suit(size)
        {
            self.shape = self.shape.wrapping_add(1);
        }
    }

    fn set_camera(&mut self, camera: Camera) {
        if camera != self.camera {
            self.camera = camera;
            self.moved = true;
            self.repaint = true;
        }
    }

    fn picked_node(&self) -> Option<NodeId> {
        match self.picked {
            Some(Picked::Node(node)) => Some(node),
            _ => None,
        }
    }

    /// Looks a few times a second who talks how much, and how much goes wrong.
    fn look_lately(&mut self, player: &Player, millis: f64) {
        self.since_lately += millis;
        if player.is_playing() && self.since_lately < LATELY_EVERY && !self.repaint {
            return;
        }
        self.since_lately = 0.0;
        let Some(scene) = &self.scene else { return };
        let reel = player.reel();
        let topology = &scene.stage().topology;
        self.lately = Lately::around(topology, reel.records(), reel.shown().len(), player.time());
        let detail = self.detail();
        if detail != Detail::Cards {
            let mut fresh = ribbons::ribbons(scene, detail, &self.lately);
            self.repaint_lines |= ribbons::settle(&self.ribbons, &mut fresh);
            self.ribbons = fresh;
        }
    }

    fn paint_lines(&self) {
        let Some(scene) = &self.scene else { return };
        self.lines.clear();
        self.lines.look_through(self.camera, self.density);
        let painter = self.painter(&self.lines, scene);
        let detail = self.detail();
        if detail != Detail::Groups {
            for (group, rect) in scene.groups() {
                painter.ground(&group.name, rect);
            }
        }
        if detail == Detail::Cards {
            for (place, (kind, route)) in scene.lines().enumerate() {
                let edge = EdgeId(place as u32);
                painter.stand_back(self.stands_back(|told| told.edges.contains(&edge)));
                painter.line(kind, route, self.picked == Some(Picked::Edge(edge)));
            }
            painter.stand_back(false);
            return;
        }
        let layout = scene.layout();
        for ribbon in &self.ribbons {
            let (route, width) = match ribbon.line {
                Line::Trunk(trunk) => (
                    layout.trunks.get(trunk).map(|trunk| &trunk.route),
                    ribbon.width(),
                ),
                Line::Edge(edge) if scene.is_shared(edge) => {
                    // Its own part is thin: what it shares is drawn as its trunk.
                    let thin = (detail == Detail::Boxes).then(|| layout.edges.get(edge));
                    (thin.flatten(), 1.0)
                }
                Line::Edge(edge) => (layout.edges.get(edge), ribbon.width()),
            };
            if let Some(route) = route {
                painter.ribbon(route, width);
            }
        }
    }

    fn paint_map(&mut self) {
        if let (Some(context), Some(scene), true) = (&self.map, &self.scene, self.repaint_map) {
            let seen = self.camera.sees(self.size);
            minimap::paint(context, &self.palette, scene, &self.glimpses, seen);
            self.repaint_map = false;
        }
    }

    fn painter<'a>(&'a self, layer: &'a Layer, scene: &Scene) -> Cards<'a> {
        Cards {
            context: &layer.context,
            palette: &self.palette,
            words: &self.words,
            tall: scene.is_tall(),
            scale: self.camera.scale,
        }
    }

    fn paint_moving(&mut self, player: &Player) {
        let Some(scene) = &self.scene else { return };
        let view = self.camera.sees(self.size);
        marks::place(
            scene,
            moment(player),
            view,
            &mut self.marks,
            &mut self.flashes,
        );
        if let Some(told) = &self.told {
            for mark in &mut self.marks {
                mark.behind = !told.edges.contains(&mark.edge);
            }
        }
        self.moving.clear();
        if self.marks.len() >= pixels::FROM {
            let (canvas, density) = (&self.moving.canvas, self.density as f32);
            let (size, camera) = ((canvas.width(), canvas.height()), self.camera);
            let painted = self
                .pixels
                .paint(&self.marks, &self.colours, camera, density, size);
            if let Some(painted) = painted {
                bytes::put(&self.moving.context, self.pixels.bytes(), size, painted);
            }
        }
        self.moving.look_through(self.camera, self.density);
        let mut brush = Brush::new(&self.moving.context, &self.palette, self.camera);
        if self.marks.len() < pixels::FROM {
            render::draw(&mut self.marks, &mut brush);
        }
        brush.flashes(&self.flashes);
        self.paint_hands(scene, &brush);
        // While time stands still, what has just happened is shown where it happened, unless the
        // story is about something else.
        let nodes = &player.stage().topology.node_of;
        let is_told = |record: &Record| {
            let node = nodes.get(record.entity.index());
            node.is_some_and(|node| !self.stands_back(|told| told.nodes.contains(node)))
        };
        if let Some((_, record)) = player.reel().latest().filter(|_| !player.is_playing())
            && is_told(record)
            && let Some(rect) = scene.rect_of(record.entity)
        {
            brush.frame(rect);
        }
        if let Some(Picked::Message(id)) = self.picked
            && let Some(mark) = marks::one(scene, &moment(player), id)
        {
            brush.ring(mark.at);
        }
        if let Some(place) = self.marker(player) {
            match self.whereabouts(player) {
                Some(Whereabouts::At(entity) | Whereabouts::Over(entity)) => {
                    if let Some(rect) = scene.rect_of(entity) {
                        brush.spotlight(rect);
                    }
                }
                _ => brush.target(place),
            }
        }
    }

    /// What a person is about to connect.
    fn paint_hands(&self, scene: &Scene, brush: &Brush<'_>) {
        let handle = |node: NodeId| Some(hit::handle(scene.rect(node)?, scene.is_tall()));
        if let Some((from, to)) = self.link {
            if let Some(start) = handle(from) {
                brush.link(start, to);
            }
            if let Some(rect) = hit::node_at(scene, to)
                .filter(|node| *node != from)
                .and_then(|node| scene.rect(node))
            {
                brush.frame(rect);
            }
        } else if self.detail() == Detail::Cards {
            let nodes = [self.hovered, self.picked_node()];
            for at in nodes.into_iter().flatten().filter_map(handle) {
                brush.handle(at);
            }
        }
    }
}

fn moment(player: &Player) -> Moment<'_> {
    let reel = player.reel();
    Moment {
        picture: reel.picture(),
        past: reel.shown(),
        time: player.time(),
        speed: player.is_playing().then(|| player.speed()),
    }
}
