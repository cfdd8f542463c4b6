//! The easel: two canvases on top of each other, and what is painted on them.
//!
//! The lower one has lines and cards and is painted again where something has changed; the
//! upper one has what moves and is painted every frame that something moves.

use sim_core::layout::Point;
use sim_core::observe::Picture;
use sim_core::scenario::document::Language;
use sim_core::world::NodeId;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::brush::Brush;
use super::camera::Camera;
use super::cards::{Cards, OVERHANG, Words};
use super::faces::Face;
use super::hit::{self, Picked};
use super::marks::{self, Flash, Mark, Moment};
use super::palette::Palette;
use super::render;
use super::scene::{Scene, title};
use crate::player::Player;

/// More changed cards than this are painted by painting everything.
const MANY_CARDS: usize = 6;
/// How near a message the pointer has to be, in pixels of the screen.
const REACH: f32 = 11.0;
/// Room around a fitted scene, in pixels of the screen.
const MARGIN: f32 = 12.0;

/// Two canvases and what is painted on them.
pub(crate) struct Easel {
    still: HtmlCanvasElement,
    still_context: CanvasRenderingContext2d,
    moving: HtmlCanvasElement,
    moving_context: CanvasRenderingContext2d,
    /// The size of the canvases in CSS pixels, and device pixels for each of these.
    size: (f32, f32),
    density: f64,
    palette: Palette,
    words: Words,
    language: Language,
    scene: Option<Scene>,
    camera: Camera,
    /// The reader has moved the camera, so it is left alone when the window changes.
    moved: bool,
    picked: Option<Picked>,
    faces: Vec<Face>,
    repaint: bool,
    marks: Vec<Mark>,
    flashes: Vec<Flash>,
}

impl Easel {
    /// An easel with nothing on it; nothing if the browser has no 2D canvas.
    pub(crate) fn new(still: HtmlCanvasElement, moving: HtmlCanvasElement) -> Option<Self> {
        let still_context = context(&still)?;
        let moving_context = context(&moving)?;
        Some(Self {
            still,
            still_context,
            moving,
            moving_context,
            size: (0.0, 0.0),
            density: 1.0,
            palette: Palette::read()?,
            words: Words::default(),
            language: Language::En,
            scene: None,
            camera: Camera { scale: 1.0, x: 0.0, y: 0.0 },
            moved: false,
            picked: None,
            faces: Vec::new(),
            repaint: true,
            marks: Vec::new(),
            flashes: Vec::new(),
        })
    }

    /// Shows another scene; the camera stays if everything stands where it stood.
    pub(crate) fn set_scene(&mut self, scene: Option<Scene>) {
        let layout = |scene: &Option<Scene>| scene.as_ref().map(|scene| scene.stage().layout.clone());
        let same = layout(&self.scene) == layout(&scene);
        self.scene = scene;
        self.faces.clear();
        self.repaint = true;
        if !same {
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
    pub(crate) fn set_words(&mut self, language: Language, words: Words) {
        self.language = language;
        self.words = words;
        self.repaint = true;
    }

    /// Marks what is picked.
    pub(crate) fn set_picked(&mut self, picked: Option<Picked>) {
        self.picked = picked;
        self.repaint = true;
    }

    /// Fits the canvases to their place.
    pub(crate) fn resize(&mut self, size: (f32, f32), density: f64) {
        if self.size == size && (self.density - density).abs() < f64::EPSILON {
            return;
        }
        self.size = size;
        self.density = density;
        for canvas in [&self.still, &self.moving] {
            canvas.set_width((f64::from(size.0) * density).round() as u32);
            canvas.set_height((f64::from(size.1) * density).round() as u32);
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
        if let Some(scene) = &self.scene {
            let view = (self.size.0 - MARGIN * 2.0, self.size.1 - MARGIN * 2.0);
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
        hit::at(scene, &self.marks, self.camera.to_scene(at), REACH / self.camera.scale)
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
                clear(&self.still_context, &self.still);
            }
            clear(&self.moving_context, &self.moving);
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

    fn set_camera(&mut self, camera: Camera) {
        if camera != self.camera {
            self.camera = camera;
            self.moved = true;
            self.repaint = true;
        }
    }

    fn paint_all(&self) {
        clear(&self.still_context, &self.still);
        self.apply_camera(&self.still_context);
        self.paint_cards(|_| true);
    }

    fn paint_changed(&mut self, fresh: Vec<Face>) {
        let changed: Vec<usize> =
            (0..fresh.len()).filter(|&place| self.faces.get(place) != Some(&fresh[place])).collect();
        self.faces = fresh;
        if changed.len() > MANY_CARDS {
            self.paint_all();
            return;
        }
        self.apply_camera(&self.still_context);
        for place in changed {
            let Some((.., rect)) = self.scene.as_ref().and_then(|scene| scene.nodes().nth(place)) else { continue };
            let context = &self.still_context;
            let (x, y) = (f64::from(rect.x) - 2.0, f64::from(rect.y) - OVERHANG);
            let (width, height) = (f64::from(rect.width) + 4.0, f64::from(rect.height) + OVERHANG + 2.0);
            context.save();
            context.begin_path();
            context.rect(x, y, width, height);
            context.clip();
            context.clear_rect(x, y, width, height);
            self.paint_cards(|other| other == place);
            context.restore();
        }
    }

    /// Paints all lines, and the cards that `wanted` names by their place.
    fn paint_cards(&self, wanted: impl Fn(usize) -> bool) {
        let Some(scene) = &self.scene else { return };
        let cards = Cards { context: &self.still_context, palette: &self.palette, words: &self.words };
        for (kind, route) in scene.lines() {
            cards.line(kind, route);
        }
        for (place, (id, node, rect)) in scene.nodes().enumerate().filter(|(place, _)| wanted(*place)) {
            let Some(&face) = self.faces.get(place) else { continue };
            cards.card(node, title(node, self.language), rect, face, self.picks(id));
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
        clear(&self.moving_context, &self.moving);
        let context = &self.moving_context;
        self.apply_camera(context);
        let mut brush = Brush::new(&self.moving_context, &self.palette, self.camera);
        render::draw(&mut self.marks, &mut brush);
        brush.flashes(&self.flashes);
        if let Some(Picked::Message(id)) = self.picked
            && let Some(mark) = self.marks.iter().find(|mark| mark.id == id)
        {
            brush.ring(mark.at);
        }
    }

    fn picks(&self, node: NodeId) -> bool {
        self.picked == Some(Picked::Node(node))
    }

    fn apply_camera(&self, context: &CanvasRenderingContext2d) {
        let Camera { scale, x, y } = self.camera;
        let magnified = f64::from(scale) * self.density;
        let (x, y) = (f64::from(x) * self.density, f64::from(y) * self.density);
        // Fails only for numbers that are none.
        let _ = context.set_transform(magnified, 0.0, 0.0, magnified, x, y);
    }
}

fn faces(scene: &Scene, picture: &Picture) -> Vec<Face> {
    scene.nodes().map(|(_, node, _)| Face::of(node, picture)).collect()
}

fn clear(context: &CanvasRenderingContext2d, canvas: &HtmlCanvasElement) {
    // Fails only for numbers that are none.
    let _ = context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0);
    context.clear_rect(0.0, 0.0, f64::from(canvas.width()), f64::from(canvas.height()));
}

fn context(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok()??.dyn_into().ok()
}
