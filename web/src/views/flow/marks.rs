//! Marks: the messages on their way, and what just happened at a door, at one moment.
//!
//! A place in a run flows in, marks with places flow out: a function of the trace, the
//! cursor and the speed, so that playing, stepping and scrubbing agree.
//!
//! **Short flights are stretched.** At real time a flight of a millisecond would be over
//! before the screen is drawn once. While time passes, a flight is drawn as if it took at
//! least [`SHORTEST_FLIGHT`] of the screen: it leaves when it leaves and arrives late.
//! While time stands still nothing is stretched.

use sim_core::kernel::{RecordId, SimDuration, SimTime};
use sim_core::layout::Point;
use sim_core::observe::{Flight, Picture};
use sim_core::world::{Loss, MessageKind, Record, What};

use super::scene::Scene;

/// Seconds of the screen that a flight is seen for, at least.
pub(crate) const SHORTEST_FLIGHT: f64 = 0.16;
/// Seconds of the screen that a flash at a door is seen for.
const FLASH: f64 = 0.5;
/// How many records are looked back at for stretched flights and flashes.
const LOOK_BACK: usize = 6_000;
/// Where on its way a lost message is lost.
const LOST_AT: f32 = 0.55;

/// A message on its way.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Mark {
    /// The record that sent it.
    pub(crate) id: RecordId,
    /// Where it is.
    pub(crate) at: Point,
    /// What it carries.
    pub(crate) kind: MessageKind,
    /// Whether it says again what was said before.
    pub(crate) repeat: bool,
    /// How much of it is left, from 1 to 0; less than 1 for one that is being lost.
    pub(crate) left: f32,
}

/// Something that just went wrong at the end of a message's way.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Flash {
    /// Where.
    pub(crate) at: Point,
    /// How old it is, from 0 to 1.
    pub(crate) age: f32,
}

/// A moment of a run, as it is drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment<'a> {
    /// The picture at the cursor.
    pub(crate) picture: &'a Picture,
    /// The records that the picture includes, the latest first, as far as they are here.
    pub(crate) past: &'a [Record],
    /// The time.
    pub(crate) time: SimTime,
    /// Simulated seconds a second of the screen; nothing while time stands still.
    pub(crate) speed: Option<f64>,
}

/// The marks and flashes of a moment.
pub(crate) fn place(
    scene: &Scene,
    moment: Moment<'_>,
    marks: &mut Vec<Mark>,
    flashes: &mut Vec<Flash>,
) {
    marks.clear();
    flashes.clear();
    let span = |seconds: f64| {
        moment.speed.map_or(SimDuration::ZERO, |speed| {
            SimDuration::from_secs_f64(seconds * speed)
        })
    };
    let (shortest, flash) = (span(SHORTEST_FLIGHT), span(FLASH));
    for (&id, flight) in &moment.picture.flights {
        marks.extend(mark(scene, id, flight, moment.time, shortest));
    }
    // The picture has forgotten what arrived; the records have not.
    let end = moment.picture.cursor.0;
    let longest = if flash > shortest { flash } else { shortest };
    let recent = moment.past.iter().rev().take(LOOK_BACK).enumerate();
    for (back, record) in recent {
        let age = moment.time.since(record.at);
        let is_latest = back == 0;
        if age > longest && !is_latest {
            break;
        }
        match record.what {
            What::MessageSent {
                edge,
                direction,
                kind,
                repeat,
                lost,
                arrives,
            } => {
                let id = RecordId(end - 1 - back as u32);
                let flight = Flight {
                    edge,
                    direction,
                    kind,
                    repeat,
                    lost,
                    departs: record.at,
                    arrives,
                };
                if age < shortest
                    && arrives <= moment.time
                    && !moment.picture.flights.contains_key(&id)
                {
                    marks.extend(mark(scene, id, &flight, moment.time, shortest));
                }
            }
            What::MessageRejected { message, .. }
            | What::MessageLost {
                message,
                why: Loss::ReceiverCrashed,
            } if age <= flash || is_latest => {
                let age = if flash.is_zero() {
                    0.0
                } else {
                    (age.as_secs_f64() / flash.as_secs_f64()) as f32
                };
                flashes.extend(door(scene, &moment, message).map(|at| Flash {
                    at,
                    age: age.min(1.0),
                }));
            }
            _ => {}
        }
    }
}

fn mark(
    scene: &Scene,
    id: RecordId,
    flight: &Flight,
    now: SimTime,
    shortest: SimDuration,
) -> Option<Mark> {
    let stretched = flight.departs.after(shortest);
    let arrives = flight.arrives.max(stretched);
    let progress = Flight { arrives, ..*flight }.progress(now) as f32;
    let (progress, left) = if flight.lost {
        (
            progress.min(LOST_AT),
            1.0 - ((progress - LOST_AT) / (1.0 - LOST_AT)).clamp(0.0, 1.0),
        )
    } else {
        (progress, 1.0)
    };
    let at = scene.on_edge(flight.edge, flight.direction, progress)?;
    // A mark that is about to be lost has all of itself left until it is.
    Some(Mark {
        id,
        at,
        kind: flight.kind,
        repeat: flight.repeat,
        left,
    })
}

/// Where the way of a message ends.
fn door(scene: &Scene, moment: &Moment<'_>, message: RecordId) -> Option<Point> {
    let back = moment
        .picture
        .cursor
        .0
        .checked_sub(1)?
        .checked_sub(message.0)? as usize;
    let sent = moment.past.get(moment.past.len().checked_sub(back + 1)?)?;
    match sent.what {
        What::MessageSent {
            edge, direction, ..
        } => scene.on_edge(edge, direction, 1.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::flow::testing::{millis, scene, sent};
    use sim_core::kernel::EntityId;
    use sim_core::observe::Cursor;
    use sim_core::world::{Cause, EndpointId, Rejection};

    fn marks_at(records: &[Record], time: SimTime, speed: Option<f64>) -> (Vec<Mark>, Vec<Flash>) {
        let mut picture = Picture::new(2);
        let past: Vec<_> = records
            .iter()
            .copied()
            .filter(|record| record.at <= time)
            .collect();
        for record in &past {
            picture.apply(record);
        }
        assert_eq!(picture.cursor, Cursor(past.len() as u32));
        let (mut marks, mut flashes) = (Vec::new(), Vec::new());
        let moment = Moment {
            picture: &picture,
            past: &past,
            time,
            speed,
        };
        place(&scene(), moment, &mut marks, &mut flashes);
        (marks, flashes)
    }

    fn delivered(at: u64, message: u32) -> Record {
        let what = What::MessageDelivered {
            message: RecordId(message),
        };
        Record {
            at: millis(at),
            entity: EntityId(1),
            cause: Cause::NONE,
            what,
        }
    }

    #[test]
    fn a_message_is_as_far_along_its_line_as_its_flight_in_time() {
        let (marks, _) = marks_at(&[sent(0, 100, false)], millis(25), None);
        // The test scene's line runs from x = 100 to x = 300.
        assert!((marks[0].at.x - 150.0).abs() < 0.01, "{:?}", marks[0]);
    }

    #[test]
    fn while_time_stands_still_a_message_that_arrived_is_gone() {
        let records = [sent(0, 1, false), delivered(1, 0)];
        assert_eq!(marks_at(&records, millis(1), None).0, []);
    }

    #[test]
    fn while_time_passes_a_short_flight_is_seen_for_a_while_and_then_no_more() {
        let records = [sent(0, 1, false), delivered(1, 0)];
        let (marks, _) = marks_at(&records, millis(80), Some(1.0));
        assert!(
            (marks[0].at.x - 200.0).abs() < 1.0,
            "half of 160 ms: {:?}",
            marks[0]
        );
        assert_eq!(marks_at(&records, millis(161), Some(1.0)).0, []);
    }

    #[test]
    fn a_long_flight_is_not_stretched() {
        let (marks, _) = marks_at(&[sent(0, 1_000, false)], millis(500), Some(1.0));
        assert_eq!(marks.len(), 1);
        assert!((marks[0].at.x - 200.0).abs() < 0.01, "{:?}", marks[0]);
    }

    #[test]
    fn a_lost_message_stops_midway_and_fades() {
        let (early, _) = marks_at(&[sent(0, 100, true)], millis(50), None);
        let (late, _) = marks_at(&[sent(0, 100, true)], millis(90), None);
        assert!((early[0].left - 1.0).abs() < f32::EPSILON);
        assert!(late[0].left < 0.3 && late[0].at.x < 212.0, "{:?}", late[0]);
    }

    #[test]
    fn a_rejected_message_flashes_at_the_door_and_the_flash_ages() {
        let what = What::MessageRejected {
            message: RecordId(0),
            why: Rejection::Full,
            endpoint: EndpointId(0),
        };
        let rejected = Record {
            at: millis(10),
            entity: EntityId(1),
            cause: Cause::NONE,
            what,
        };
        let records = [sent(0, 10, false), rejected];
        let (_, fresh) = marks_at(&records, millis(10), None);
        assert!(
            (fresh[0].at.x - 300.0).abs() < 0.01 && fresh[0].age < 0.01,
            "{fresh:?}"
        );
        let (_, older) = marks_at(&records, millis(260), Some(1.0));
        assert!((older[0].age - 0.5).abs() < 0.01, "{older:?}");
    }
}
