//! Pixels of our own: how thousands of marks are drawn in one go.
//!
//! Marks flow in, a picture of device pixels flows out, to be put on a canvas in one call. A
//! mark of each look is cut into level spans once; drawing one copies its spans. Up to some
//! thousand marks paths are finer (see [`render`](crate::render)); beyond, nothing else keeps
//! within a frame.

use sim_core::layout::Point;
use sim_core::world::{EdgeId, MessageKind};

use crate::camera::Camera;
use crate::marks::Mark;
use crate::render::BEHIND;

/// From so many marks in view on they are drawn as pixels: measured, as docs/performance.md tells.
pub const FROM: usize = 2_500;
/// Half the size of a mark in the scene and, at least, on the screen.
const SIZE: f32 = 6.2;
const LEAST_SEEN: f32 = 2.6;

/// Colours as the bytes red, green, blue, opacity in memory, which is how canvases have them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Colours {
    /// Of each kind of message, in the order of the kinds.
    pub kinds: [u32; KINDS],
    /// Of what is lost.
    pub failure: u32,
    /// Of the stage: what hollow marks are filled with.
    pub stage: u32,
}

/// How many kinds of messages there are.
const KINDS: usize = 6;
/// How many looks a kind has: repeated or not, lost or not.
const LOOKS: usize = 4;

/// The number of a kind.
pub const fn number(kind: MessageKind) -> usize {
    match kind {
        MessageKind::Command => 0,
        MessageKind::Query => 1,
        MessageKind::Event => 2,
        MessageKind::Reply => 3,
        MessageKind::Failure => 4,
        MessageKind::Control => 5,
    }
}

/// A colour of a style sheet (`#rgb`, `#rrggbb`) as canvases have it.
pub fn colour(text: &str) -> Option<u32> {
    let digits = text.strip_prefix('#').filter(|rest| rest.is_ascii())?;
    let part =
        |from: usize, length: usize| u32::from_str_radix(digits.get(from..from + length)?, 16).ok();
    let [red, green, blue] = match digits.len() {
        3 => [part(0, 1)? * 17, part(1, 1)? * 17, part(2, 1)? * 17],
        6 => [part(0, 2)?, part(2, 2)?, part(4, 2)?],
        _ => return None,
    };
    Some(u32::from_le_bytes([
        red as u8,
        green as u8,
        blue as u8,
        u8::MAX,
    ]))
}

/// A pixel through which everything is seen.
const NOTHING: [u8; 4] = [0; 4];

/// A level piece of a mark, from its middle.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Span {
    down: i32,
    from: i32,
    to: i32,
    ink: Ink,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ink {
    Own,
    Stage,
    Failure,
}

/// A picture of marks.
#[derive(Clone, Debug, Default)]
pub struct Pixels {
    width: usize,
    height: usize,
    data: Vec<[u8; 4]>,
    /// What has been painted in each row, as first and last place; nothing if the first is not
    /// before the last.
    rows: Vec<(u32, u32)>,
    /// The stamps of each kind and look, for marks of this size.
    stamps: Vec<Vec<Span>>,
    half: i32,
    /// How far a stamp reaches from its middle.
    reach: i32,
}

/// The part of a picture in which something is painted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Painted {
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// From left to right.
    pub width: u32,
    /// From top to bottom.
    pub height: u32,
}

impl Pixels {
    /// Its width and height.
    pub const fn size(&self) -> (u32, u32) {
        (self.width as u32, self.height as u32)
    }

    /// Red, green, blue and opacity of every pixel, row by row.
    pub fn bytes(&self) -> &[u8] {
        self.data.as_flattened()
    }

    /// Paints `marks` as `camera` sees them on a canvas of `size` device pixels, `density` to
    /// each CSS pixel. Says where there is something now.
    pub fn paint(
        &mut self,
        marks: &[Mark],
        colours: &Colours,
        camera: Camera,
        density: f32,
        size: (u32, u32),
    ) -> Option<Painted> {
        self.begin(size);
        self.cut_stamps(camera, density);
        let (scale, x, y) = (
            camera.scale * density,
            camera.x * density,
            camera.y * density,
        );
        for mark in marks {
            let kind = number(mark.kind);
            let lost = mark.left < 1.0;
            let seen = if mark.behind {
                mark.left * BEHIND as f32
            } else {
                mark.left
            };
            let own = if lost || mark.behind {
                faded(colours.kinds[kind], seen)
            } else {
                colours.kinds[kind]
            };
            let stamp = kind * LOOKS + usize::from(mark.repeat) * 2 + usize::from(lost);
            // Half a pixel more, so that cutting off rounds.
            let at = (
                (mark.at.x * scale + x + 0.5) as i32,
                (mark.at.y * scale + y + 0.5) as i32,
            );
            self.stamp(stamp, at, [own, colours.stage, colours.failure]);
        }
        self.painted()
    }

    /// Wipes what was painted before; all of it if the size is another.
    fn begin(&mut self, (width, height): (u32, u32)) {
        let (width, height) = (width as usize, height as usize);
        if (self.width, self.height) != (width, height) {
            (self.width, self.height) = (width, height);
            self.data.clear();
            self.data.resize(width * height, NOTHING);
            self.rows.clear();
            self.rows.resize(height, (u32::MAX, 0));
            return;
        }
        for (line, row) in self.data.chunks_exact_mut(width.max(1)).zip(&mut self.rows) {
            if row.0 < row.1 {
                line[row.0 as usize..row.1 as usize].fill(NOTHING);
                *row = (u32::MAX, 0);
            }
        }
    }

    fn cut_stamps(&mut self, camera: Camera, density: f32) {
        let half = (SIZE * camera.scale).max(LEAST_SEEN) * density;
        let half = (half.round() as i32).max(1);
        if self.half == half && !self.stamps.is_empty() {
            return;
        }
        self.half = half;
        self.stamps = (0..KINDS * LOOKS)
            .map(|look| stamp(look / LOOKS, look & 2 != 0, look & 1 != 0, half))
            .collect();
        let spans = self.stamps.iter().flatten();
        self.reach = spans
            .map(|span| span.down.abs().max(span.from.abs()).max(span.to.abs()))
            .max()
            .unwrap_or(0);
    }

    fn stamp(&mut self, stamp: usize, (x, y): (i32, i32), inks: [u32; 3]) {
        let (width, height) = (self.width as i32, self.height as i32);
        if x < -self.reach || y < -self.reach || x > width + self.reach || y > height + self.reach {
            return;
        }
        for span in &self.stamps[stamp] {
            let row = y + span.down;
            let (from, to) = ((x + span.from).max(0), (x + span.to).min(width));
            if row < 0 || row >= height || from >= to {
                continue;
            }
            let start = row as usize * self.width;
            let ink = inks[span.ink as usize].to_le_bytes();
            for pixel in &mut self.data[start + from as usize..start + to as usize] {
                *pixel = ink;
            }
            let painted = &mut self.rows[row as usize];
            painted.0 = painted.0.min(from as u32);
            painted.1 = painted.1.max(to as u32);
        }
    }

    fn painted(&self) -> Option<Painted> {
        let mut found: Option<(u32, u32, u32, u32)> = None;
        for (y, row) in self
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| row.0 < row.1)
        {
            let y = y as u32;
            found = Some(match found {
                None => (row.0, y, row.1, y),
                Some((left, top, right, _)) => (left.min(row.0), top, right.max(row.1), y),
            });
        }
        found.map(|(left, top, right, bottom)| Painted {
            x: left,
            y: top,
            width: right - left,
            height: bottom - top + 1,
        })
    }
}

/// A colour with less of it left.
fn faded(colour: u32, left: f32) -> u32 {
    let [red, green, blue, _] = colour.to_le_bytes();
    let opacity = (left.clamp(0.15, 1.0) * 255.0) as u8;
    u32::from_le_bytes([red, green, blue, opacity])
}

/// The spans of a mark with half this size, in device pixels.
fn stamp(kind: usize, repeat: bool, lost: bool, half: i32) -> Vec<Span> {
    const SQUARE: usize = number(MessageKind::Command);
    const TRIANGLE: usize = number(MessageKind::Query);
    const DISC: usize = number(MessageKind::Event);
    const HOLLOW: usize = number(MessageKind::Reply);
    const CROSS: usize = number(MessageKind::Failure);
    let mut spans = Vec::new();
    let mut level = |down: i32, from: i32, to: i32, ink: Ink| {
        if from < to {
            spans.push(Span {
                down,
                from,
                to,
                ink,
            });
        }
    };
    if repeat {
        // A frame around it: a second outline.
        let out = half + half / 2 + 1;
        for down in -out..=out {
            if down.abs() == out {
                level(down, -out, out + 1, Ink::Own);
            } else {
                level(down, -out, 1 - out, Ink::Own);
                level(down, out, out + 1, Ink::Own);
            }
        }
    }
    for down in -half..=half {
        match kind {
            SQUARE => level(down, -half, half + 1, Ink::Own),
            TRIANGLE => {
                let wide = (down + half + 1) / 2;
                level(down, -wide, wide + 1, Ink::Own);
            }
            HOLLOW => {
                level(down, -half, half + 1, Ink::Own);
                let inner = half - 1 - half / 6;
                if down.abs() <= inner {
                    level(down, -inner, inner + 1, Ink::Stage);
                }
            }
            CROSS => crossed(down, half, Ink::Own, &mut level),
            DISC => disc(down, half, &mut level),
            _ => disc(down, (half * 2).div_euclid(3).max(1), &mut level),
        }
    }
    if lost {
        let out = half + half / 2;
        for down in -out..=out {
            crossed(down, out, Ink::Failure, &mut level);
        }
    }
    spans
}

fn disc(down: i32, half: i32, level: &mut impl FnMut(i32, i32, i32, Ink)) {
    // A circle through the borders of the pixels rather than their middles looks round.
    let radius = half as f32 + 0.5;
    let rest = radius * radius - (down * down) as f32;
    if rest > 0.0 {
        let wide = rest.sqrt() as i32;
        level(down, -wide, wide + 1, Ink::Own);
    }
}

fn crossed(down: i32, half: i32, ink: Ink, level: &mut impl FnMut(i32, i32, i32, Ink)) {
    let thick = (half / 3).max(1);
    for middle in [down, -down] {
        level(down, middle - thick / 2, middle - thick / 2 + thick, ink);
    }
}

/// A mark of a kind at a place, for whoever needs only that.
pub const fn plain(id: sim_core::kernel::RecordId, at: Point, kind: MessageKind) -> Mark {
    Mark {
        id,
        at,
        kind,
        repeat: false,
        left: 1.0,
        edge: EdgeId(0),
        behind: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_core::kernel::RecordId;

    const CAMERA: Camera = Camera {
        scale: 0.5,
        x: 0.0,
        y: 0.0,
    };

    fn colours() -> Colours {
        Colours {
            kinds: [11, 12, 13, 14, 15, 16],
            failure: 17,
            stage: 18,
        }
    }

    fn painted(marks: &[Mark]) -> (Pixels, Option<Painted>) {
        let mut pixels = Pixels::default();
        let painted = pixels.paint(marks, &colours(), CAMERA, 1.0, (100, 60));
        (pixels, painted)
    }

    fn mark(x: f32, y: f32, kind: MessageKind) -> Mark {
        plain(RecordId(0), Point::new(x, y), kind)
    }

    #[test]
    fn a_mark_is_painted_around_its_place_in_its_colour() {
        let (pixels, painted) = painted(&[mark(60.0, 40.0, MessageKind::Command)]);
        let painted = painted.unwrap();
        assert_eq!((painted.x, painted.y), (27, 17));
        assert_eq!((painted.width, painted.height), (7, 7));
        assert_eq!(pixels.data[20 * 100 + 30], 11_u32.to_le_bytes());
        assert_eq!(
            pixels
                .data
                .iter()
                .filter(|pixel| **pixel != NOTHING)
                .count(),
            49
        );
    }

    #[test]
    fn kinds_differ_in_shape_and_not_in_colour_alone() {
        let kinds = [
            MessageKind::Command,
            MessageKind::Query,
            MessageKind::Event,
            MessageKind::Reply,
            MessageKind::Failure,
            MessageKind::Control,
        ];
        let shapes: Vec<Vec<bool>> = kinds
            .into_iter()
            .map(|kind| {
                let (pixels, _) = painted(&[mark(60.0, 40.0, kind)]);
                let own = colours().kinds[number(kind)].to_le_bytes();
                pixels.data.iter().map(|pixel| *pixel == own).collect()
            })
            .collect();
        for (place, shape) in shapes.iter().enumerate() {
            assert!(shape.contains(&true));
            assert!(!shapes[..place].contains(shape), "kind {place}");
        }
    }

    #[test]
    fn marks_at_the_borders_are_cut_and_those_outside_are_not_painted() {
        let kind = MessageKind::Event;
        let (_, inside) = painted(&[mark(0.0, 0.0, kind), mark(200.0, 120.0, kind)]);
        let inside = inside.unwrap();
        assert_eq!((inside.x, inside.y), (0, 0));
        assert!(inside.width <= 100 && inside.height <= 60);
        let (_, outside) = painted(&[mark(-90.0, 40.0, kind), mark(4e9, f32::NAN, kind)]);
        assert!(outside.is_none_or(|painted| painted.width <= 100));
    }

    #[test]
    fn the_next_picture_has_nothing_of_the_last_one() {
        let (mut pixels, _) = painted(&[mark(60.0, 40.0, MessageKind::Command)]);
        let painted = pixels.paint(&[], &colours(), CAMERA, 1.0, (100, 60));
        assert_eq!(painted, None);
        assert!(pixels.bytes().iter().all(|byte| *byte == 0));
        assert_eq!(pixels.bytes().len(), 100 * 60 * 4);
    }

    #[test]
    fn repeated_and_lost_marks_look_different() {
        let plain = mark(60.0, 40.0, MessageKind::Command);
        let repeat = Mark {
            repeat: true,
            ..plain
        };
        let lost = Mark { left: 0.5, ..plain };
        let count = |mark: Mark| {
            let (pixels, _) = painted(&[mark]);
            pixels
                .data
                .iter()
                .filter(|pixel| **pixel != NOTHING)
                .count()
        };
        assert!(count(repeat) > count(plain));
        let (pixels, _) = painted(&[lost]);
        assert!(pixels.data.contains(&colours().failure.to_le_bytes()));
    }

    #[test]
    fn colours_of_a_style_sheet_are_read() {
        assert_eq!(
            colour("#c9302c").map(u32::to_le_bytes),
            Some([0xc9, 0x30, 0x2c, 255])
        );
        assert_eq!(colour("#fff"), Some(u32::MAX));
        assert_eq!(colour("red"), None);
        assert_eq!(colour("#1é34"), None);
    }
}
