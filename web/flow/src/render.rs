//! Rendering of marks: grouped by look, in small batches, behind a trait.
//!
//! Marks flow in in any order; batches of one look flow out to a [`Renderer`]. A batch is
//! small because a canvas path grows dearer than linearly with its length.

use sim_core::layout::Point;
use sim_core::world::MessageKind;

use crate::marks::Mark;

/// The most marks in one batch.
const BATCH: usize = 32;
/// Steps of fading.
const FADES: f32 = 4.0;

/// How much of a mark is seen that stands back behind what a story is about.
pub const BEHIND: f64 = 0.3;

/// How a mark looks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Look {
    /// Whether it is in front of what stands back: what stands back is drawn first.
    pub before: bool,
    /// What it carries: its colour and its shape.
    pub kind: MessageKind,
    /// Whether it has a second outline.
    pub repeat: bool,
    /// How much of it is left, from 0 to 4; with less than 4 it is crossed out.
    pub left: u8,
}

/// Draws batches of marks.
pub trait Renderer {
    /// Draws marks of one look.
    fn batch(&mut self, look: Look, places: &[Point]);
}

/// Draws `marks`, which are put in order for it.
pub fn draw(marks: &mut [Mark], renderer: &mut impl Renderer) {
    // By id within a look, so that what lies in front does not flicker.
    marks.sort_unstable_by_key(|mark| (look(mark), mark.id));
    let mut places = [Point::default(); BATCH];
    for alike in marks.chunk_by(|a, b| look(a) == look(b)) {
        for batch in alike.chunks(BATCH) {
            for (place, mark) in places.iter_mut().zip(batch) {
                *place = mark.at;
            }
            renderer.batch(look(&batch[0]), &places[..batch.len()]);
        }
    }
}

fn look(mark: &Mark) -> Look {
    Look {
        before: !mark.behind,
        kind: mark.kind,
        repeat: mark.repeat,
        left: (mark.left.clamp(0.0, 1.0) * FADES).ceil() as u8,
    }
}

impl Look {
    /// How opaque it is.
    pub fn alpha(self) -> f64 {
        let left = f64::from(self.left) / f64::from(FADES);
        if self.before { left } else { left * BEHIND }
    }

    /// Whether it is being lost.
    pub fn is_lost(self) -> bool {
        f32::from(self.left) < FADES
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_core::kernel::RecordId;
    use sim_core::world::EdgeId;

    #[derive(Default)]
    struct Noted(Vec<(Look, usize)>);

    impl Renderer for Noted {
        fn batch(&mut self, look: Look, places: &[Point]) {
            self.0.push((look, places.len()));
        }
    }

    fn mark(id: u32, kind: MessageKind, left: f32) -> Mark {
        Mark {
            id: RecordId(id),
            at: Point::default(),
            kind,
            repeat: false,
            left,
            edge: EdgeId(0),
            behind: false,
        }
    }

    #[test]
    fn every_mark_is_drawn_once_in_small_batches_of_one_look() {
        let kinds = [MessageKind::Event, MessageKind::Command, MessageKind::Reply];
        let mut marks: Vec<_> = (0..200)
            .map(|id| mark(id, kinds[id as usize % 3], 1.0))
            .collect();
        let mut noted = Noted::default();
        draw(&mut marks, &mut noted);
        assert_eq!(noted.0.iter().map(|(_, count)| count).sum::<usize>(), 200);
        assert!(noted.0.iter().all(|(_, count)| *count <= BATCH));
        assert!(noted.0.is_sorted_by_key(|(look, _)| *look));
    }

    #[test]
    fn a_mark_that_is_being_lost_looks_different_from_a_whole_one() {
        assert!(!look(&mark(0, MessageKind::Event, 1.0)).is_lost());
        assert!(look(&mark(0, MessageKind::Event, 0.7)).is_lost());
        assert!(look(&mark(0, MessageKind::Event, 0.01)).alpha() > 0.0);
    }

    #[test]
    fn what_stands_back_is_drawn_first_and_faint() {
        let mut marks = [
            mark(0, MessageKind::Command, 1.0),
            mark(1, MessageKind::Reply, 1.0),
        ];
        marks[1].behind = true;
        let mut noted = Noted::default();
        draw(&mut marks, &mut noted);
        let [(first, _), (second, _)] = noted.0[..] else {
            panic!("two looks: {:?}", noted.0);
        };
        assert_eq!(
            (first.kind, second.kind),
            (MessageKind::Reply, MessageKind::Command)
        );
        assert!(first.alpha() < second.alpha());
    }
}
