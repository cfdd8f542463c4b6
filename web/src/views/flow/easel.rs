//! The easel: three canvases on top of each other, and what is painted on them.
//!
//! The lowest one has the lines, the middle one the cards, of which those are painted again
//! that have changed; the upper one has what moves and is painted every frame that something
//! moves.

use interplay_protocol::Emphasis;
use sim_core::layout::{Point, Rect};
use sim_core::observe::Picture;
use sim_core::world::{EdgeId, Node, NodeId, Record};
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::brush::Brush;
use super::camera::Camera;
use super::cards::{ABOVE, AROUND, BESIDE, Cards, Words};
use super::faces::Face;
use super::hit::{self, Picked};
use super::marks::{self, Flash, Mark, Moment};
use super::palette::Palette;
use super::render;
use super::scene::{Scene, entities, title};
use crate::i18n::Locale;
use crate::player::Player;

/// How near a message the pointer has to be, in pixels of the screen.
const REACH: f32 = 11.0;
/// Room around a fitted scene, in pixels of the screen.
const MARGIN: f32 = 12.0;
/// Room below it, where the magnifier's buttons stand.
const FOOT: f32 = 40.0;

/// A canvas and its context.
struct Layer {
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
}

/// The canvases and what is painted on them.
pub(crate) struct Easel {
    lines: Layer,
    cards: Layer,
    moving: Layer,
    /// The size of the canvases in CSS pixels, and device pixels for each of these.
    size: (f32, f32),
    density: f64,
    palette: Palette,
    words: Words,
    locale: Locale,
    scene: Option<Scene>,
    camera: Camera,
    /// The reader has moved the camera, so it is left alone when the window changes.
    moved: bool,
    picked: Option<Picked>,
    /// What the story is about now; everything else stands back.
    told: Option<Emphasis>,
    faces: Vec<Face>,
    repaint: bool,
    marks: Vec<Mark>,
    flashes: Vec<Flash>,
}

impl Easel {
    /// An easel with nothing on it; nothing if the browser has no 2D canvas.
    pub(crate) fn new([lines, cards, moving]: [HtmlCanvasElement; 3]) -> Option<Self> {
        Some(Self {
            lines: Layer::new(lines)?,
            cards: Layer::new(cards)?,
            moving: Layer::new(moving)?,
            size: (0.0, 0.0),
            density: 1.0,
            palette: Palette::read()?,
            words: Words::default(),
            locale: Locale::en,
            scene: None,
            camera: Camera {
                scale: 1.0,
                x: 0.0,
                y: 0.0,
            },
            moved: false,
            picked: None,
            told: None,
            faces: Vec::new(),
            repaint: true,
            marks: Vec::new(),
            flashes: Vec::new(),
        })
    }

    /// Shows another scene; the camera stays if everything stands where it stood.
    pub(crate) fn set_scene(&mut self, scene: Option<Scene>) {
        let layout = |scene: &Option<Scene>| scene.as_ref().map(|scene| scene.layout().clone());
        let before = layout(&self.scene);
        self.scene = scene;
        self.suit();
        self.faces.clear();
        self.repaint = true;
        if layout(&self.scene) != before {
            self.fit();
        }
    }

    /// Reads the colours again.
    pub(crate) fn refresh_palette(&mut self) {
        if let Some(palette) = Palette::read() {
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

    /// Fits the canvases to their place.
    pub(crate) fn resize(&mut self, size: (f32, f32), density: f64) {
        if self.size == size && (self.density - density).abs() < f64::EPSILON {
            return;
        }
        self.size = size;
        self.density = density;
        for layer in [&self.lines, &self.cards, &self.moving] {
            layer
                .canvas
                .set_width((f64::from(size.0) * density).round() as u32);
            layer
                .canvas
                .set_height((f64::from(size.1) * density).round() as u32);
        }
        self.repaint = true;
        if self.suit() || !self.moved {
            self.fit();
        }
    }

    /// Sees everything.
    pub(crate) fn fit(&mut self) {
        self.moved = false;
        self.repaint = true;
        if let Some(scene) = &self.scene {
            let view = (self.size.0 - MARGIN * 2.0, self.size.1 - MARGIN - FOOT);
            self.camera = Camera::fit(scene.size(), view).moved(MARGIN, MARGIN);
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

    /// What is seen at a place of the canvas.
    pub(crate) fn pick(&self, at: Point) -> Option<Picked> {
        let scene = self.scene.as_ref()?;
        hit::at(
            scene,
            &self.marks,
            self.camera.to_scene(at),
            REACH / self.camera.scale,
        )
    }

    /// The boxes of the nodes that are shown.
    pub(crate) fn boxes(&self) -> Vec<(NodeId, Rect)> {
        self.scene
            .iter()
            .flat_map(|scene| scene.nodes().map(|(id, _, rect)| (id, rect)))
            .collect()
    }

    /// How the scene lies on the canvas, as a style sheet says it.
    pub(crate) fn transform(&self) -> String {
        let Camera { scale, x, y } = self.camera;
        format!("translate({x}px, {y}px) scale({scale})")
    }

    /// Paints what has changed. With `cards`, the gauges of nodes may change too.
    pub(crate) fn paint(&mut self, player: Option<&Player>, cards: bool) {
        let (Some(player), Some(scene)) = (player, &self.scene) else {
            if std::mem::take(&mut self.repaint) {
                self.lines.clear();
                self.cards.clear();
            }
            self.moving.clear();
            return;
        };
        let picture = player.picture();
        if self.repaint {
            self.faces = faces(scene, picture);
            self.paint_all();
            self.repaint = false;
        } else if cards {
            let fresh = faces(scene, picture);
            self.paint_changed(fresh);
        }
        self.paint_moving(player);
    }

    /// Turns the scene the way that suits the window. Says whether it was turned.
    fn suit(&mut self) -> bool {
        let size = self.size;
        size.0 > 0.0 && self.scene.as_mut().is_some_and(|scene| scene.suit(size))
    }

    fn set_camera(&mut self, camera: Camera) {
        if camera != self.camera {
            self.camera = camera;
            self.moved = true;
            self.repaint = true;
        }
    }

    fn paint_all(&self) {
        let Some(scene) = &self.scene else { return };
        self.lines.clear();
        self.lines.look_through(self.camera, self.density);
        let painter = self.painter(&self.lines, scene);
        for (place, (kind, route)) in scene.lines().enumerate() {
            let edge = EdgeId(place as u32);
            painter.stand_back(self.stands_back(|told| told.edges.contains(&edge)));
            painter.line(kind, route, self.picked == Some(Picked::Edge(edge)));
        }
        painter.stand_back(false);
        self.cards.clear();
        self.paint_cards(|_| true);
    }

    fn paint_changed(&mut self, fresh: Vec<Face>) {
        let changed: Vec<bool> = fresh
            .iter()
            .enumerate()
            .map(|(place, face)| self.faces.get(place) != Some(face))
            .collect();
        self.faces = fresh;
        let boxes = self
            .scene
            .iter()
            .flat_map(Scene::nodes)
            .map(|(.., rect)| rect);
        for (rect, _) in boxes.zip(&changed).filter(|(_, changed)| **changed) {
            self.wipe(rect);
        }
        self.paint_cards(|place| changed[place]);
    }

    /// Clears the place of a card, in whole pixels: half a pixel would leave a shade behind.
    fn wipe(&self, rect: Rect) {
        let Camera { scale, x, y } = self.camera;
        let device =
            |scene: f64, origin: f32| (scene * f64::from(scale) + f64::from(origin)) * self.density;
        let (left, top) = (f64::from(rect.x) - AROUND, f64::from(rect.y) - ABOVE);
        let (right, bottom) = (
            f64::from(rect.right()) + BESIDE,
            f64::from(rect.bottom()) + AROUND,
        );
        let (left, top) = (device(left, x).floor(), device(top, y).floor());
        let (width, height) = (
            device(right, x).ceil() - left,
            device(bottom, y).ceil() - top,
        );
        // Fails only for numbers that are none.
        let _ = self
            .cards
            .context
            .set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0);
        self.cards.context.clear_rect(left, top, width, height);
    }

    /// Paints the cards that `wanted` names by their place.
    fn paint_cards(&self, wanted: impl Fn(usize) -> bool) {
        let Some(scene) = &self.scene else { return };
        self.cards.look_through(self.camera, self.density);
        let painter = self.painter(&self.cards, scene);
        for (place, (id, node, rect)) in scene
            .nodes()
            .enumerate()
            .filter(|(place, _)| wanted(*place))
        {
            if let Some(&face) = self.faces.get(place) {
                painter.stand_back(self.stands_back(|told| told.nodes.contains(&id)));
                painter.card(
                    node,
                    &title(node, self.locale),
                    rect,
                    face,
                    self.picks(id, node),
                );
            }
        }
    }

    /// Whether the story is about something else.
    fn stands_back(&self, is_told: impl FnOnce(&Emphasis) -> bool) -> bool {
        self.told.as_ref().is_some_and(|told| !is_told(told))
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
        let reel = player.reel();
        let moment = Moment {
            picture: reel.picture(),
            past: reel.shown(),
            time: player.time(),
            speed: player.is_playing().then(|| player.speed()),
        };
        marks::place(scene, moment, &mut self.marks, &mut self.flashes);
        self.moving.clear();
        self.moving.look_through(self.camera, self.density);
        let mut brush = Brush::new(&self.moving.context, &self.palette, self.camera);
        render::draw(&mut self.marks, &mut brush);
        brush.flashes(&self.flashes);
        // While time stands still, what has just happened is shown where it happened, unless the
        // story is about something else.
        let nodes = &player.stage().topology.node_of;
        let is_told = |record: &Record| {
            let node = nodes.get(record.entity.index());
            node.is_some_and(|node| !self.stands_back(|told| told.nodes.contains(node)))
        };
        if let Some((_, record)) = reel.latest().filter(|_| !player.is_playing())
            && is_told(record)
            && let Some(rect) = scene.rect_of(record.entity)
        {
            brush.frame(rect);
        }
        if let Some(Picked::Message(id)) = self.picked
            && let Some(mark) = self.marks.iter().find(|mark| mark.id == id)
        {
            brush.ring(mark.at);
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
}

impl Layer {
    fn new(canvas: HtmlCanvasElement) -> Option<Self> {
        let context = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        Some(Self { canvas, context })
    }

    fn clear(&self) {
        // Fails only for numbers that are none.
        let _ = self.context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0);
        self.context.clear_rect(
            0.0,
            0.0,
            f64::from(self.canvas.width()),
            f64::from(self.canvas.height()),
        );
    }

    /// From here on, pixels are those of the scene.
    fn look_through(&self, Camera { scale, x, y }: Camera, density: f64) {
        let magnified = f64::from(scale) * density;
        let (x, y) = (f64::from(x) * density, f64::from(y) * density);
        // Fails only for numbers that are none.
        let _ = self
            .context
            .set_transform(magnified, 0.0, 0.0, magnified, x, y);
    }
}

fn faces(scene: &Scene, picture: &Picture) -> Vec<Face> {
    scene
        .nodes()
        .map(|(_, node, _)| Face::of(node, picture))
        .collect()
}
