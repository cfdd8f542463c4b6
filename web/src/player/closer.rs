//! A closer look: the stretch of the run that the timeline shows, when that is not all of it.
//!
//! The stretch somebody looks at flows in, the worker's answers flow in; questions and what
//! is to be drawn flow out. More is asked for than is seen, so that moving along a little
//! shows nothing coarse.

use interplay_protocol::{Generation, Glance, Request};
use sim_core::kernel::SimTime;

use super::looping::Stretch;

/// Asked for beyond each end, as a share of what is seen.
const MARGIN: f64 = 0.5;
/// About so many buckets an answer has.
const BUCKETS: f64 = 240.0;
/// While time passes the view turns over to the next stretch when the playhead is so far
/// along, and has it here then, as shares of the view.
const TURN_AT: f64 = 0.92;
const TURNED_TO: f64 = 0.06;
/// Buckets this much longer than an answer's would be are too coarse.
const TOO_COARSE: f64 = 3.5;

/// A stretch that is looked at more closely.
#[derive(Clone, Debug, Default)]
pub(crate) struct Closer {
    seen: Option<Stretch>,
    /// Somebody looks elsewhere on purpose: the view does not follow the playhead.
    strays: bool,
    asked: bool,
    glance: Option<Glance>,
}

impl Closer {
    /// Somebody looks at a stretch, or at the whole run again, while the playhead is at `now`.
    pub(crate) fn look(&mut self, seen: Option<Stretch>, now: SimTime) {
        self.seen = seen;
        self.strays = seen.is_some_and(|seen| !seen.contains(now));
        if seen.is_none() {
            self.glance = None;
        }
    }

    /// Somebody moved the playhead, and wants to see it.
    pub(crate) const fn attend(&mut self) {
        self.strays = false;
    }

    /// The stretch somebody looks at.
    pub(crate) const fn seen(&self) -> Option<Stretch> {
        self.seen
    }

    /// The stretch to look at instead so that the playhead at `now` stays in view, in a run
    /// that ends at `horizon`.
    pub(crate) fn following(
        &self,
        now: SimTime,
        playing: bool,
        horizon: SimTime,
    ) -> Option<Stretch> {
        let seen = self.seen.filter(|_| !self.strays)?;
        let length = seen.until.since(seen.from);
        let share = now.since(seen.from).as_nanos() as f64 / length.as_nanos() as f64;
        let lead = if !playing && !seen.contains(now) {
            0.5
        } else if now < seen.from || (playing && share > TURN_AT) || share > 1.0 {
            TURNED_TO
        } else {
            return None;
        };
        let before = length.scaled(lead).as_nanos();
        let latest = horizon.as_nanos().saturating_sub(length.as_nanos());
        let from = SimTime::from_nanos(now.as_nanos().saturating_sub(before).min(latest));
        let next = Stretch {
            from,
            until: from.after(length),
        };
        (next != seen).then_some(next)
    }

    /// What is known of it, if that reaches from one end to the other.
    pub(crate) fn glance(&self, simulated: SimTime) -> Option<&Glance> {
        let seen = self.seen?;
        let glance = self.glance.as_ref()?;
        (glance.from <= seen.from && glance.to >= seen.until.min(simulated)).then_some(glance)
    }

    /// What to ask the worker, if what is here is not enough; taking it counts as asking.
    pub(crate) fn question(
        &mut self,
        generation: Generation,
        simulated: SimTime,
    ) -> Option<Request> {
        let Stretch { from, until } = self.seen?;
        if self.asked || from > simulated {
            return None;
        }
        let span = until.since(from).as_nanos() as f64;
        let bucket = span * (1.0 + 2.0 * MARGIN) / BUCKETS;
        let is_fine = |glance: &Glance| glance.span.as_nanos() as f64 <= bucket * TOO_COARSE;
        if self.glance(simulated).is_some_and(is_fine) {
            return None;
        }
        let margin = (span * MARGIN) as u64;
        self.asked = true;
        Some(Request::Lanes {
            generation,
            from: SimTime::from_nanos(from.as_nanos().saturating_sub(margin)),
            to: SimTime::from_nanos(until.as_nanos().saturating_add(margin)),
        })
    }

    /// Takes in an answer.
    pub(crate) fn take(&mut self, glance: Glance) {
        self.asked = false;
        if self.seen.is_some() {
            self.glance = Some(glance);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_core::kernel::SimDuration;

    const END: SimTime = at(60);

    const fn at(secs: u64) -> SimTime {
        SimTime::from_nanos(secs * 1_000_000_000)
    }

    const fn seen(from: SimTime, until: SimTime) -> Stretch {
        Stretch { from, until }
    }

    fn answer(question: &Request) -> Glance {
        let &Request::Lanes { from, to, .. } = question else {
            panic!("{question:?}");
        };
        Glance {
            from,
            to,
            span: SimDuration::from_nanos(to.since(from).as_nanos() / 240),
            ..Glance::default()
        }
    }

    #[test]
    fn the_whole_run_needs_no_closer_look() {
        let mut closer = Closer::default();
        assert_eq!(closer.question(Generation(1), END), None);
    }

    #[test]
    fn a_stretch_is_asked_for_once_and_moving_along_a_little_asks_nothing() {
        let mut closer = Closer::default();
        closer.look(Some(seen(at(20), at(30))), END);
        let question = closer.question(Generation(1), END).unwrap();
        assert_eq!(closer.question(Generation(1), END), None);
        assert!(closer.glance(END).is_none());
        closer.take(answer(&question));
        assert!(closer.glance(END).is_some());
        closer.look(Some(seen(at(22), at(32))), END);
        assert!(closer.glance(END).is_some());
        assert_eq!(closer.question(Generation(1), END), None);
        closer.look(Some(seen(at(40), at(50))), END);
        assert!(closer.glance(END).is_none());
        assert!(closer.question(Generation(1), END).is_some());
    }

    #[test]
    fn a_closer_look_still_is_asked_for_while_the_coarse_one_is_shown() {
        let mut closer = Closer::default();
        closer.look(Some(seen(at(20), at(40))), END);
        let question = closer.question(Generation(1), END).unwrap();
        closer.take(answer(&question));
        closer.look(Some(seen(at(29), at(31))), END);
        assert!(closer.glance(END).is_some());
        assert!(closer.question(Generation(1), END).is_some());
    }

    #[test]
    fn what_the_run_has_not_come_to_is_not_missed() {
        let mut closer = Closer::default();
        closer.look(Some(seen(at(20), at(30))), END);
        let question = closer.question(Generation(1), at(25)).unwrap();
        let mut glance = answer(&question);
        glance.to = at(25);
        closer.take(glance);
        assert_eq!(closer.question(Generation(1), at(25)), None);
        assert!(closer.question(Generation(1), at(28)).is_some());
    }

    #[test]
    fn the_view_turns_over_with_the_playhead_and_stays_when_somebody_looks_elsewhere() {
        let mut closer = Closer::default();
        closer.look(Some(seen(at(10), at(20))), at(12));
        assert_eq!(closer.following(at(15), true, END), None);
        let next = closer.following(at(20), true, END).unwrap();
        assert!(next.contains(at(20)) && next.from > at(19), "{next:?}");
        assert_eq!(next.until.since(next.from), SimDuration::from_secs(10));
        closer.look(Some(seen(at(30), at(40))), at(12));
        assert_eq!(closer.following(at(20), true, END), None);
        closer.attend();
        assert_eq!(
            closer.following(at(20), false, END),
            Some(seen(at(15), at(25)))
        );
    }

    #[test]
    fn at_the_end_of_the_run_the_view_stands_still() {
        let mut closer = Closer::default();
        closer.look(Some(seen(at(50), at(60))), at(55));
        assert_eq!(closer.following(at(60), true, END), None);
        assert_eq!(closer.following(at(60), false, END), None);
    }
}
