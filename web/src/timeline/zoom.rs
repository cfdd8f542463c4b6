//! Zooming and moving along the run: from the stretch that is seen to the next one.
//!
//! Nothing here knows of pixels: places in the view are shares, from 0 at its left end to 1.

use sim_core::kernel::{SimDuration, SimTime};

use crate::player::Stretch;

/// The shortest stretch that can be looked at.
const SHORTEST: u64 = 10_000;
/// How much one press of a key or a button zooms.
pub(crate) const STEP: f64 = 0.5;
/// How far one press of a key moves, as a share of the view.
pub(crate) const MOVE: f64 = 0.25;

/// The whole run.
pub(crate) fn whole(horizon: SimTime) -> Stretch {
    let until = SimTime::from_nanos(horizon.as_nanos().max(1));
    Stretch {
        from: SimTime::ZERO,
        until,
    }
}

/// What is seen: a stretch, or else the whole run.
pub(crate) fn seen_of(seen: Option<Stretch>, horizon: SimTime) -> Stretch {
    seen.unwrap_or_else(|| whole(horizon))
}

/// Nothing if a stretch is the whole run.
pub(crate) fn or_whole(stretch: Stretch, horizon: SimTime) -> Option<Stretch> {
    (stretch != whole(horizon)).then_some(stretch)
}

/// A stretch `factor` times as long, in which the moment at `share` of the view stays there,
/// as far as the ends of the run let it.
pub(crate) fn zoomed(seen: Stretch, share: f64, factor: f64, horizon: SimTime) -> Stretch {
    let about = moment(seen, share);
    holding(about, share, length(seen) as f64 * factor, horizon)
}

/// A stretch of `length` nanoseconds in which `about` is at `share` of the view.
pub(crate) fn holding(about: SimTime, share: f64, length: f64, horizon: SimTime) -> Stretch {
    let all = horizon.as_nanos().max(1);
    let length = (length.max(0.0) as u64).clamp(SHORTEST.min(all), all);
    let from = about.as_nanos() as f64 - share * length as f64;
    starting(from, length, horizon)
}

/// A stretch that lies `by` of its length further on, or back.
pub(crate) fn moved(seen: Stretch, by: f64, horizon: SimTime) -> Stretch {
    let length = length(seen);
    starting(
        seen.from.as_nanos() as f64 + by * length as f64,
        length,
        horizon,
    )
}

/// The moment at a share of the view.
pub(crate) fn moment(seen: Stretch, share: f64) -> SimTime {
    let into = (length(seen) as f64 * share.clamp(0.0, 1.0)).round();
    seen.from.after(SimDuration::from_nanos(into as u64))
}

/// Where a moment is, as a share of the view; beside it if it is less than 0 or more than 1.
pub(crate) fn share(seen: Stretch, at: SimTime) -> f64 {
    let (at, from) = (at.as_nanos() as f64, seen.from.as_nanos() as f64);
    (at - from) / length(seen) as f64
}

fn length(seen: Stretch) -> u64 {
    seen.until.since(seen.from).as_nanos().max(1)
}

fn starting(from: f64, length: u64, horizon: SimTime) -> Stretch {
    let latest = horizon.as_nanos().max(1).saturating_sub(length);
    let from = SimTime::from_nanos((from.max(0.0).round() as u64).min(latest));
    Stretch {
        from,
        until: from.after(SimDuration::from_nanos(length)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: SimTime = at(60);

    const fn at(secs: u64) -> SimTime {
        SimTime::from_nanos(secs * 1_000_000_000)
    }

    #[test]
    fn zooming_keeps_the_moment_under_the_pointer() {
        let mut seen = whole(END);
        let about = moment(seen, 0.4);
        for _ in 0..20 {
            seen = zoomed(seen, 0.4, 0.7, END);
            let now = moment(seen, 0.4);
            assert!(now.as_nanos().abs_diff(about.as_nanos()) < 30, "{seen:?}");
        }
        for _ in 0..30 {
            seen = zoomed(seen, 0.4, 1.0 / 0.7, END);
        }
        assert_eq!(or_whole(seen, END), None);
    }

    #[test]
    fn nobody_looks_closer_than_there_is_anything_to_see_nor_beyond_the_run() {
        let mut seen = whole(END);
        for _ in 0..200 {
            seen = zoomed(seen, 1.0, 0.5, END);
        }
        assert_eq!(seen.until, END);
        assert_eq!(length(seen), SHORTEST);
        assert_eq!(zoomed(seen, 0.0, 1e300, END), whole(END));
        let short = SimTime::from_nanos(40);
        assert_eq!(zoomed(whole(short), 0.5, 0.1, short), whole(short));
    }

    #[test]
    fn moving_stops_at_both_ends_and_keeps_the_length() {
        let seen = Stretch {
            from: at(10),
            until: at(20),
        };
        let on = moved(seen, 0.5, END);
        assert_eq!((on.from, on.until), (at(15), at(25)));
        assert_eq!(moved(seen, -4.0, END).from, at(0));
        let end = moved(seen, 40.0, END);
        assert_eq!((end.from, end.until), (at(50), at(60)));
    }

    #[test]
    fn a_share_and_its_moment_agree() {
        let seen = Stretch {
            from: at(10),
            until: at(20),
        };
        assert!((share(seen, moment(seen, 0.3)) - 0.3).abs() < 1e-9);
        assert!(share(seen, at(5)) < 0.0 && share(seen, at(25)) > 1.0);
    }
}
