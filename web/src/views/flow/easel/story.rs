//! Following a message: reading on in its story, and keeping it in view.

use interplay_flow::follow::{Story, Whereabouts};
use interplay_flow::marks;
use sim_core::kernel::RecordId;
use sim_core::layout::Point;

use super::{Easel, moment};
use crate::player::Player;

/// The part of the window that what is followed may move about in.
const QUIET: f32 = 0.62;
/// In so many milliseconds the camera makes two thirds of its way.
const GLIDE_MS: f64 = 140.0;
/// So large a scene is seen, at least, when following begins.
const FOLLOW_SCALE: f32 = 0.75;

impl Easel {
    /// Follows the message that a record sent, or none.
    pub(crate) fn follow(&mut self, message: Option<RecordId>) {
        if self.story.as_ref().map(Story::start) == message {
            return;
        }
        self.story = message.map(Story::of);
        if self.story.is_some() && self.camera.scale < FOLLOW_SCALE {
            self.zoom(FOLLOW_SCALE / self.camera.scale, None);
        }
    }

    /// Where what is followed is now.
    pub(crate) fn whereabouts(&self, player: &Player) -> Option<Whereabouts> {
        let story = self.story.as_ref()?;
        Some(story.whereabouts(player.picture(), |id| player.reel().record(id)))
    }

    /// Reads on in the story that is followed, and keeps it in view.
    pub(super) fn keep_up(&mut self, player: &Player, millis: f64) {
        self.gliding = false;
        let shown = player.reel().shown();
        let Some(story) = self.story.as_mut() else {
            return;
        };
        if !shown.is_empty() {
            let first = player.cursor().0.saturating_sub(shown.len() as u32);
            story.read(first, shown);
        }
        let Some(place) = self.marker(player) else {
            return;
        };
        let seen = self.camera.to_view(place);
        let middle = Point::new(self.size.0 / 2.0, self.size.1 / 2.0);
        let (across, down) = (middle.x - seen.x, middle.y - seen.y);
        let quiet = QUIET / 2.0;
        if across.abs() <= self.size.0 * quiet && down.abs() <= self.size.1 * quiet {
            return;
        }
        let still = crate::desk::wants_less_motion();
        let part = if still {
            1.0
        } else {
            1.0 - (-millis.clamp(8.0, 100.0) / GLIDE_MS).exp()
        };
        self.gliding = !still;
        self.pan(across * part as f32, down * part as f32);
    }

    /// Where what is followed is seen in the scene.
    pub(super) fn marker(&self, player: &Player) -> Option<Point> {
        let scene = self.scene.as_ref()?;
        match self.whereabouts(player)? {
            Whereabouts::NotYet => None,
            Whereabouts::OnItsWay(id) => marks::one(scene, &moment(player), id).map(|mark| mark.at),
            Whereabouts::At(entity) | Whereabouts::Over(entity) => {
                scene.rect_of(entity).map(|rect| rect.center())
            }
        }
    }
}
