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
use sim_core::layout::{Point, Rect};
use sim_core::observe::{Flight, Picture};
use sim_core::world::{EdgeId, Loss, MessageKind, Record, What};

use crate::scene::Scene;

/// Seconds of the screen that a flight is seen for, at least.
pub const SHORTEST_FLIGHT: f64 = 0.16;
/// Seconds of the screen that a flash at a door is seen for.
const FLASH: f64 = 0.5;
/// How many records are looked back at for stretched flights and flashes.
const LOOK_BACK: usize = 6_000;
/// How far outside of what is seen a mark may be and still reach into it.
const AROUND: f32 = 16.0;
/// Where on its way a lost message is lost.
const LOST_AT: f32 = 0.55;

/// A message on its way.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Mark {
    /// The record that sent it.
    pub id: RecordId,
    /// Where it is.
    pub at: Point,
    /// What it carries.
    pub kind: MessageKind,
    /// Whether it says again what was said before.
    pub repeat: bool,
    /// How much of it is left, from 1 to 0; less than 1 for one that is being lost.
    pub left: f32,
    /// The edge it is on.
    pub edge: EdgeId,
    /// Whether it stands back behind what a story is about.
    pub behind: bool,
}

/// Something that just went wrong at the end of a message's way.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Flash {
    /// Where.
    pub at: Point,
    /// How old it is, from 0 to 1.
    pub age: f32,
}

/// A moment of a run, as it is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// The picture at the cursor.
    pub picture: &'a Picture,
    /// The records that the picture includes, the latest first, as far as they are here.
    pub past: &'a [Record],
    /// The time.
    pub time: SimTime,
    /// Simulated seconds a second of the screen; nothing while time stands still.
    pub speed: Option<f64>,
}

/// How long a flight is drawn for, at least.
fn shortest(moment: &Moment<'_>) -> SimDuration {
    span(moment, SHORTEST_FLIGHT)
}

/// So many seconds of the screen in the time of the run; nothing while time stands still.
fn span(moment: &Moment<'_>, seconds: f64) -> SimDuration {
    moment.speed.map_or(SimDuration::ZERO, |speed| {
        SimDuration::from_secs_f64(seconds * speed)
    })
}

/// The mark of one message on its way, wherever it is.
pub fn one(scene: &Scene, moment: &Moment<'_>, id: RecordId) -> Option<Mark> {
    let shortest = shortest(moment);
    if let Some(flight) = moment.picture.flights.get(&id) {
        return mark(scene, id, flight, moment.time, shortest);
    }
    let flight = sent(moment, id).filter(|flight| {
        flight.arrives <= moment.time && moment.time.since(flight.departs) < shortest
    })?;
    mark(scene, id, &flight, moment.time, shortest)
}

/// The marks and flashes of a moment, as far as they are in `view`, a part of the scene.
pub fn place(
    scene: &Scene,
    moment: Moment<'_>,
    view: Rect,
    marks: &mut Vec<Mark>,
    flashes: &mut Vec<Flash>,
) {
    marks.clear();
    flashes.clear();
    let (shortest, flash) = (shortest(&moment), span(&moment, FLASH));
    let (left, top) = (view.x - AROUND, view.y - AROUND);
    let (right, bottom) = (view.right() + AROUND, view.bottom() + AROUND);
    let seen = |mark: &Mark| {
        mark.at.x > left && mark.at.x < right && mark.at.y > top && mark.at.y < bottom
    };
    for (&id, flight) in &moment.picture.flights {
        marks.extend(mark(scene, id, flight, moment.time, shortest).filter(seen));
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
                    marks.extend(mark(scene, id, &flight, moment.time, shortest).filter(seen));
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
        edge: flight.edge,
        behind: false,
    })
}

/// Where the way of a message ends.
fn door(scene: &Scene, moment: &Moment<'_>, message: RecordId) -> Option<Point> {
    let flight = sent(moment, message)?;
    scene.on_edge(flight.edge, flight.direction, 1.0)
}

/// A message that the picture may have forgotten, if its record is here.
fn sent(moment: &Moment<'_>, message: RecordId) -> Option<Flight> {
    let back = moment
        .picture
        .cursor
        .0
        .checked_sub(1)?
        .checked_sub(message.0)? as usize;
    let record = moment.past.get(moment.past.len().checked_sub(back + 1)?)?;
    match record.what {
        What::MessageSent {
            edge,
            direction,
            kind,
            repeat,
            lost,
            arrives,
        } => Some(Flight {
            edge,
            direction,
            kind,
            repeat,
            lost,
            departs: record.at,
            arrives,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{millis, scene, sent};
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
        place(&scene(), moment, EVERYTHING, &mut marks, &mut flashes);
        for mark in &marks {
            assert_eq!(
                one(&scene(), &moment, mark.id),
                Some(*mark),
                "alone as among others"
            );
        }
        (marks, flashes)
    }

    const EVERYTHING: Rect = Rect {
        x: -1e4,
        y: -1e4,
        width: 2e4,
        height: 2e4,
    };

    #[test]
    fn messages_that_are_not_in_view_are_left_out() {
        let mut picture = Picture::new(2);
        let records = [sent(0, 100, false), sent(0, 1_000, false)];
        for record in &records {
            picture.apply(record);
        }
        let moment = Moment {
            picture: &picture,
            past: &records,
            time: millis(90),
            speed: None,
        };
        // The test scene's line runs from x = 100 to x = 300: one is near each end.
        let view = Rect {
            x: 90.0,
            y: 0.0,
            width: 100.0,
            height: 40.0,
        };
        let (mut marks, mut flashes) = (Vec::new(), Vec::new());
        place(&scene(), moment, view, &mut marks, &mut flashes);
        assert_eq!(marks.iter().map(|mark| mark.id.0).collect::<Vec<_>>(), [1]);
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
