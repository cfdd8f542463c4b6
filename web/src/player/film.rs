//! The film: how a story has time pass. At each of its moments playback may slow down, and
//! wait for the reader.
//!
//! A stage's story flows in; where a frame has to end, and the speed from there on, flow out.
//! Only playing reaches a moment: whoever goes somewhere by hand is not held up.

use interplay_protocol::{MomentView, Stage};
use sim_core::kernel::SimTime;
use sim_core::scenario::document::Language;

/// How fast people read a caption while something moves beside it, in letters a second.
const LETTERS_A_SECOND: f64 = 15.0;
/// How long it takes to notice a caption and to look at what it is about, in seconds.
const NOTICED_AFTER: f64 = 1.6;

/// A moment, as far as time is concerned.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Cue {
    at: SimTime,
    pause: bool,
    /// The author's speed from here on.
    speed: Option<f64>,
    /// How long its caption takes to read, in seconds of the screen.
    reading: f64,
}

/// The moments of a story, and whether it has a say.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Film {
    cues: Vec<Cue>,
    /// When nothing more is told.
    end: SimTime,
    on: bool,
    /// The reader has chosen a speed, which is not taken away from them.
    own_speed: bool,
    /// The speed where no author says otherwise and captions have time enough.
    pace: f64,
}

/// A moment that a frame reaches.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Reached {
    pub(super) at: SimTime,
    pub(super) pause: bool,
    pub(super) speed: Option<f64>,
}

impl Film {
    /// The film of a stage's story.
    pub(super) fn new(stage: &Stage) -> Self {
        Self {
            cues: stage.story.iter().map(cue).collect(),
            end: stage.horizon,
            on: true,
            own_speed: false,
            pace: 1.0,
        }
    }

    /// The same film when its scenario runs again: with the reader's wishes.
    pub(super) fn resumed(self, before: &Self) -> Self {
        if before.cues.is_empty() {
            return self;
        }
        let (on, own_speed, pace) = (before.on, before.own_speed, before.pace);
        Self {
            on,
            own_speed,
            pace,
            ..self
        }
    }

    /// Whether the story has a say.
    pub(crate) const fn is_on(&self) -> bool {
        self.on && !self.cues.is_empty()
    }

    /// Follows the story, or lets it be.
    pub(super) fn follow(&mut self, on: bool) {
        self.on = on;
        self.own_speed = false;
    }

    /// The reader has chosen a speed.
    pub(super) fn chosen(&mut self, speed: f64) {
        self.own_speed = true;
        self.pace = speed;
    }

    /// The speed of a run that opens at `at` and would be played at `speed` if there were no
    /// story.
    pub(super) fn opening(&mut self, at: SimTime, speed: f64) -> f64 {
        self.pace = speed;
        self.speed_at(at).unwrap_or(speed)
    }

    /// Whether playback is to wait at `at` if a run opens there.
    pub(super) fn waits_at(&self, at: SimTime) -> bool {
        self.is_on() && self.cues.iter().any(|cue| cue.at == at && cue.pause)
    }

    /// The moment at or before `at`, by its place.
    pub(crate) fn moment(&self, at: SimTime) -> Option<usize> {
        self.cues.partition_point(|cue| cue.at <= at).checked_sub(1)
    }

    /// The first moment after `from` that is not after `to`.
    pub(super) fn reached(&mut self, from: SimTime, to: SimTime) -> Option<Reached> {
        if !self.is_on() {
            return None;
        }
        let place = self.cues.partition_point(|cue| cue.at <= from);
        let cue = *self.cues.get(place).filter(|cue| cue.at <= to)?;
        Some(Reached {
            at: cue.at,
            pause: cue.pause,
            speed: self.speed_at(cue.at),
        })
    }

    /// A moment by its place, as if it had been reached by playing.
    pub(super) fn at_place(&mut self, place: usize) -> Option<Reached> {
        let cue = *self.cues.get(place)?;
        self.on = true;
        self.own_speed = false;
        Some(Reached {
            at: cue.at,
            pause: cue.pause,
            speed: self.speed_at(cue.at),
        })
    }

    /// The speed from `at` on: the author's, but no faster than captions can be read.
    fn speed_at(&mut self, at: SimTime) -> Option<f64> {
        if !self.on || self.own_speed {
            return None;
        }
        // Of several moments at one time only the last is seen.
        let place = self.moment(at)?;
        let written = self.cues[..=place].iter().rev().find_map(|cue| cue.speed);
        if let Some(speed) = written {
            self.pace = speed;
        }
        let cue = self.cues[place];
        let next = self.cues.get(place + 1).map_or(self.end, |next| next.at);
        let readable = next.since(cue.at).as_secs_f64() / cue.reading;
        // Where playback pauses, there is time.
        let slow_enough = if cue.pause || readable <= 0.0 {
            self.pace
        } else {
            self.pace.min(two_digits(readable))
        };
        Some(slow_enough)
    }

    /// How long the caption at a place takes to read.
    #[cfg(test)]
    fn reading(&self, place: usize) -> f64 {
        self.cues[place].reading
    }
}

fn cue(moment: &MomentView) -> Cue {
    let letters = [Language::En, Language::Ru]
        .map(|language| moment.say.get(language).chars().count())
        .into_iter()
        .max()
        .unwrap_or_default();
    Cue {
        at: moment.at,
        pause: moment.pause,
        speed: moment.speed,
        reading: NOTICED_AFTER + letters as f64 / LETTERS_A_SECOND,
    }
}

/// With two digits, rounded down, as it is shown.
fn two_digits(speed: f64) -> f64 {
    let unit = 10_f64.powf(speed.log10().floor() - 1.0);
    (speed / unit + 1e-9).floor() * unit
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_core::scenario::document::Text;

    fn secs(count: u64) -> SimTime {
        SimTime::from_nanos(count * 1_000_000_000)
    }

    /// A film of moments (second, pause, speed) to the twentieth second.
    fn film(moments: &[(u64, bool, Option<f64>)]) -> Film {
        let cues = moments.iter().map(|(at, pause, speed)| {
            cue(&MomentView {
                at: secs(*at),
                say: Text {
                    en: Some("Thirty letters are two seconds".to_owned()),
                    ru: None,
                },
                pause: *pause,
                speed: *speed,
                shown: interplay_protocol::Emphasis::default(),
            })
        });
        Film {
            cues: cues.collect(),
            end: secs(20),
            on: true,
            own_speed: false,
            pace: 1.0,
        }
    }

    #[test]
    fn a_moment_is_reached_once_and_not_by_whoever_stands_on_it() {
        let mut film = film(&[(0, false, None), (5, true, None)]);
        assert_eq!(film.reached(secs(0), secs(4)), None);
        let reached = film.reached(secs(4), secs(9)).unwrap();
        assert_eq!((reached.at, reached.pause), (secs(5), true));
        assert_eq!(film.reached(secs(5), secs(9)), None);
    }

    #[test]
    fn a_frame_that_passes_two_moments_ends_at_the_first() {
        let mut film = film(&[(3, false, None), (4, true, None)]);
        let first = film.reached(secs(0), secs(10)).unwrap();
        assert_eq!(first.at, secs(3));
        assert_eq!(film.reached(first.at, secs(10)).unwrap().at, secs(4));
    }

    #[test]
    fn a_story_that_is_let_be_holds_nobody_up() {
        let mut film = film(&[(3, true, Some(0.1))]);
        film.follow(false);
        assert_eq!(film.reached(secs(0), secs(10)), None);
        assert!(!film.is_on());
    }

    #[test]
    fn a_caption_stays_long_enough_to_be_read() {
        let mut film = film(&[(0, false, Some(10.0)), (6, false, None), (7, true, None)]);
        for (place, span) in [(0, 6.0), (1, 1.0)] {
            let at = film.cues[place].at;
            let speed = film.speed_at(at).unwrap();
            let seen = span / speed;
            assert!(seen >= film.reading(place), "{place}: {seen}");
            assert!(speed < 10.0);
        }
        // Where playback pauses, it need not slow down.
        assert_eq!(film.speed_at(secs(7)), Some(10.0));
    }

    #[test]
    fn the_authors_speed_holds_until_the_next_one() {
        let mut film = film(&[(0, true, Some(0.05)), (1, true, None), (2, true, Some(2.0))]);
        let speeds = [0, 1, 2].map(|at| film.speed_at(secs(at)));
        assert_eq!(speeds, [Some(0.05), Some(0.05), Some(2.0)]);
    }

    #[test]
    fn a_reader_who_chose_a_speed_keeps_it_until_they_turn_to_the_story_again() {
        let mut film = film(&[(0, true, Some(0.05)), (5, true, Some(2.0))]);
        film.chosen(7.0);
        assert_eq!(film.reached(secs(1), secs(6)).unwrap().speed, None);
        assert_eq!(film.at_place(0).unwrap().speed, Some(0.05));
        assert_eq!(film.reached(secs(1), secs(6)).unwrap().speed, Some(2.0));
    }

    #[test]
    fn the_moment_is_the_latest_that_has_come() {
        let film = film(&[(1, false, None), (5, false, None)]);
        assert_eq!(film.moment(secs(0)), None);
        assert_eq!(film.moment(secs(1)), Some(0));
        assert_eq!(film.moment(secs(19)), Some(1));
    }
}
