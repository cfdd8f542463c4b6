//! Playback speed: simulated seconds a second of the screen, on a logarithmic scale.
//!
//! A course's networks answer in milliseconds, and eyes do not; so the scale reaches from
//! a thousandth of real time to a thousandfold, and a run opens at a speed at which its
//! messages can be seen to move.

use sim_core::world::{MessageKind, Record, What};

/// The slowest speed.
pub(crate) const SLOWEST: f64 = 0.001;
/// The fastest speed.
pub(crate) const FASTEST: f64 = 1_000.0;
/// Places on the slider: fifty a decade.
pub(crate) const PLACES: f64 = 300.0;
/// Round speeds catch the slider from so many places away.
const CATCH: f64 = 2.0;
/// How long a typical flight lasts on the screen at the speed a run opens with.
const FLIGHT_ON_SCREEN: f64 = 0.9;
/// A second of the screen shows at least this many messages at that speed, so that a scene
/// in which little happens is not dull.
const LEAST_SENT: f64 = 1.5;
/// How many messages of a run are looked at for its opening speed.
const SAMPLE: usize = 400;

/// The speed at a place of the slider.
pub(crate) fn at_place(place: f64) -> f64 {
    let speed = SLOWEST * (FASTEST / SLOWEST).powf((place / PLACES).clamp(0.0, 1.0));
    series()
        .find(|&step| (place_of(step) - place).abs() <= CATCH)
        .unwrap_or_else(|| rounded(speed))
}

/// The place of a speed on the slider.
pub(crate) fn place_of(speed: f64) -> f64 {
    let speed = speed.clamp(SLOWEST, FASTEST);
    ((speed / SLOWEST).ln() / (FASTEST / SLOWEST).ln() * PLACES).round()
}

/// The speed somebody typed: `0.25`, `0,25x`, `50×`.
pub(crate) fn typed(text: &str) -> Option<f64> {
    let text = text
        .trim()
        .trim_end_matches(['x', 'X', '×', 'х', 'Х'])
        .trim_end();
    let speed = text.replace(',', ".").parse::<f64>().ok()?;
    (speed.is_finite() && speed > 0.0).then(|| speed.clamp(SLOWEST, FASTEST))
}

/// The next speed of the series 1, 2, 5, 10 … above (or below) `speed`.
pub(crate) fn next(speed: f64, faster: bool) -> f64 {
    let (mut steps, tolerance) = (series(), 1.02);
    let found = if faster {
        steps.find(|&step| step > speed * tolerance)
    } else {
        steps.filter(|&step| step < speed / tolerance).last()
    };
    found.unwrap_or(if faster { FASTEST } else { SLOWEST })
}

/// The speed at which a run is opened: a typical message takes about a second on the screen.
pub(crate) fn opening(records: &[Record]) -> f64 {
    let mut flights = Vec::with_capacity(SAMPLE);
    let (mut first, mut last) = (None, None);
    for record in records {
        let What::MessageSent { kind, arrives, .. } = record.what else {
            continue;
        };
        if kind == MessageKind::Control {
            continue;
        }
        first = first.or(Some(record.at));
        last = Some(record.at);
        flights.push(arrives.since(record.at).as_secs_f64());
        if flights.len() == SAMPLE {
            break;
        }
    }
    flights.sort_unstable_by(f64::total_cmp);
    let Some(median) = flights.get(flights.len() / 2).copied() else {
        return 1.0;
    };
    let span = first
        .zip(last)
        .map_or(0.0, |(first, last)| last.since(first).as_secs_f64());
    let apart = span / flights.len() as f64;
    let wanted = (median / FLIGHT_ON_SCREEN).max(apart * LEAST_SENT);
    let mut nearest = 1.0;
    for step in series() {
        if (step / wanted).ln().abs() < (nearest / wanted).ln().abs() {
            nearest = step;
        }
    }
    nearest
}

/// 0.001, 0.002, 0.005 … 1000.
fn series() -> impl Iterator<Item = f64> {
    (-3..=3)
        .flat_map(|decade| [1.0, 2.0, 5.0].map(|digit| digit * 10_f64.powi(decade)))
        .filter(|&step| step <= FASTEST)
}

/// With two digits, as it is shown.
fn rounded(speed: f64) -> f64 {
    let unit = 10_f64.powf(speed.log10().floor() - 1.0);
    (speed / unit).round() * unit
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_core::kernel::{EntityId, SimTime};
    use sim_core::world::{Cause, Direction, EdgeId};

    fn sent(at_us: u64, takes_us: u64) -> Record {
        let at = SimTime::from_nanos(at_us * 1_000);
        let what = What::MessageSent {
            edge: EdgeId(0),
            direction: Direction::Forward,
            kind: MessageKind::Command,
            repeat: false,
            lost: false,
            arrives: SimTime::from_nanos((at_us + takes_us) * 1_000),
        };
        Record {
            at,
            entity: EntityId(0),
            cause: Cause::NONE,
            what,
        }
    }

    fn assert_near(found: f64, expected: f64) {
        assert!(
            (found / expected - 1.0).abs() < 0.05,
            "{found} is not {expected}"
        );
    }

    #[test]
    fn the_ends_of_the_slider_are_the_slowest_and_the_fastest_speed() {
        assert_near(at_place(0.0), SLOWEST);
        assert_near(at_place(PLACES), FASTEST);
        assert_near(at_place(150.0), 1.0);
    }

    #[test]
    fn a_speed_and_its_place_agree() {
        for place in [0.0, 1.0, 77.0, 150.0, 249.0, 300.0] {
            assert!(
                (place_of(at_place(place)) - place).abs() <= CATCH,
                "{place}"
            );
        }
    }

    #[test]
    fn round_speeds_catch_the_slider() {
        for speed in [0.01, 0.5, 1.0, 20.0, 1_000.0] {
            let place = place_of(speed);
            for near in [place - 1.0, place, place + 1.0] {
                assert_near(at_place(near), speed);
            }
        }
    }

    #[test]
    fn a_speed_can_be_typed_as_people_write_it() {
        assert_eq!(typed("0.25"), Some(0.25));
        assert_eq!(typed(" 0,25 × "), Some(0.25));
        assert_eq!(typed("1e9x"), Some(FASTEST));
        assert_eq!(typed("0.000001"), Some(SLOWEST));
        for text in ["", "x", "fast", "-1", "0", "NaN"] {
            assert_eq!(typed(text), None, "{text}");
        }
    }

    #[test]
    fn the_next_speed_goes_through_one_two_five() {
        assert_near(next(1.0, true), 2.0);
        assert_near(next(2.0, true), 5.0);
        assert_near(next(0.37, false), 0.2);
        assert_near(next(FASTEST, true), FASTEST);
        assert_near(next(SLOWEST, false), SLOWEST);
    }

    #[test]
    fn a_run_opens_so_that_a_typical_message_takes_about_a_second() {
        let busy: Vec<_> = (0..100)
            .map(|number| sent(number * 10_000, 45_000))
            .collect();
        assert_near(opening(&busy), 0.05);
    }

    #[test]
    fn a_quiet_run_opens_so_that_something_happens_soon() {
        let quiet: Vec<_> = (0..100)
            .map(|number| sent(number * 1_000_000, 1_000))
            .collect();
        assert!(opening(&quiet) >= 1.0, "{}", opening(&quiet));
    }

    #[test]
    fn a_run_without_messages_opens_in_real_time() {
        assert_near(opening(&[]), 1.0);
    }
}
