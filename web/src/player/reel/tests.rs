//! The reel, held against whole traces.

use super::*;
use sim_core::kernel::EntityId;
use sim_core::kernel::Observer;
use sim_core::observe::Trace;
use sim_core::world::{Cause, What};

/// A trace of `count` records, three at each whole millisecond.
fn trace(count: u32) -> Trace {
    let mut trace = Trace::new(1);
    for number in 0..count {
        let what = if number % 2 == 0 {
            What::JourneyBegan
        } else {
            What::WorkQueued
        };
        let at = millis(u64::from(number / 3));
        trace.record(Record {
            at,
            entity: EntityId(0),
            cause: Cause::NONE,
            what,
        });
    }
    trace
}

fn millis(count: u64) -> SimTime {
    SimTime::from_nanos(count * 1_000_000)
}

/// A reel that knows of the whole `trace` and holds the records between two cursors.
fn reel(trace: &Trace, from: u32, to: u32) -> Reel {
    let mut reel = Reel::new(1);
    let until = trace
        .records()
        .last()
        .map_or(SimTime::ZERO, |record| record.at);
    reel.progress(until, trace.end(), true);
    reel.seek_cursor(Cursor(from));
    reel.goal = Some(Goal::Cursor(Cursor(from)));
    reel.take(trace.window(Cursor(from), Cursor(to)));
    assert_eq!((reel.first(), reel.last()), (Cursor(from), Cursor(to)));
    reel
}

fn appetite() -> Appetite {
    Appetite {
        low: 10,
        portion: 20,
    }
}

#[test]
fn a_moment_shows_everything_that_happens_up_to_and_including_it() {
    let trace = trace(30);
    let mut reel = reel(&trace, 0, 30);
    reel.seek_time(millis(2));
    assert_eq!((reel.cursor(), reel.time()), (Cursor(9), millis(2)));
    assert_eq!(reel.picture(), &trace.picture(Cursor(9)));
}

#[test]
fn going_back_and_forth_gives_the_same_picture_at_the_same_cursor() {
    let trace = trace(60);
    let mut reel = reel(&trace, 0, 60);
    for cursor in [40, 7, 41, 40, 0, 60, 13] {
        reel.seek_cursor(Cursor(cursor));
        assert_eq!(reel.picture(), &trace.picture(Cursor(cursor)));
    }
}

#[test]
fn steps_at_one_moment_are_distinct_cursors_with_one_time() {
    let trace = trace(9);
    let mut reel = reel(&trace, 0, 9);
    reel.seek_cursor(Cursor(4));
    let first = reel.time();
    reel.seek_cursor(Cursor(5));
    assert_eq!((reel.time(), reel.cursor()), (first, Cursor(5)));
}

#[test]
fn time_waits_at_the_edge_of_what_is_here_and_goes_on_when_more_comes() {
    let trace = trace(60);
    let mut reel = reel(&trace, 0, 30);
    assert!(!reel.advance(millis(15)));
    assert!(reel.time() < millis(10), "{}", reel.time());
    assert_eq!(reel.cursor(), Cursor(30));
    reel.take(trace.window(Cursor(30), Cursor(60)));
    assert!(reel.advance(millis(15)));
    assert_eq!(reel.picture(), &trace.picture(Cursor(48)));
}

#[test]
fn more_is_asked_for_when_little_is_left_ahead_and_never_past_the_end() {
    let trace = trace(60);
    let mut reel = reel(&trace, 0, 30);
    let generation = Generation(1);
    assert_eq!(reel.question(generation, appetite()), None);
    reel.advance(millis(8));
    let question = Request::Window {
        generation,
        from: Cursor(30),
        to: Cursor(50),
    };
    assert_eq!(reel.question(generation, appetite()), Some(question));
    reel.take(trace.window(Cursor(30), Cursor(60)));
    reel.seek_cursor(Cursor(60));
    assert_eq!(reel.question(generation, appetite()), None);
}

#[test]
fn a_place_outside_is_asked_for_and_reached_when_its_window_comes() {
    let trace = trace(60);
    let mut reel = reel(&trace, 30, 45);
    let before = reel.picture().clone();
    reel.seek_time(millis(1));
    assert!(reel.is_waiting());
    assert_eq!(
        (reel.picture(), reel.time()),
        (&before, millis(1)),
        "the old picture, the new label"
    );
    let question = Request::WindowAt {
        generation: Generation(1),
        at: millis(1),
    };
    assert_eq!(reel.question(Generation(1), appetite()), Some(question));
    reel.take(trace.window(Cursor(0), Cursor(20)));
    assert!(!reel.is_waiting());
    assert_eq!(reel.picture(), &trace.picture(Cursor(6)));
}

#[test]
fn what_is_not_simulated_yet_is_waited_for_and_not_asked_for() {
    let trace = trace(30);
    let mut reel = Reel::new(1);
    reel.seek_time(millis(5));
    assert_eq!(reel.question(Generation(1), appetite()), None);
    reel.progress(millis(20), Cursor(30), false);
    let question = Request::WindowAt {
        generation: Generation(1),
        at: millis(5),
    };
    assert_eq!(reel.question(Generation(1), appetite()), Some(question));
    reel.take(trace.window(Cursor(0), Cursor(30)));
    assert_eq!((reel.cursor(), reel.is_waiting()), (Cursor(18), false));
}

#[test]
fn a_run_that_begins_anew_shows_the_old_picture_until_it_is_where_that_was() {
    let trace = trace(30);
    let old = trace.picture(Cursor(20));
    let mut reel = Reel::resumed(1, Goal::Time(millis(2)), old.clone());
    assert_eq!(reel.picture(), &old);
    reel.progress(millis(20), Cursor(30), true);
    reel.take(trace.window(Cursor(0), Cursor(30)));
    assert_eq!(reel.picture(), &trace.picture(Cursor(9)));
}

#[test]
fn who_asked_for_the_end_is_bound_for_it_before_its_records_are_here() {
    let trace = trace(60);
    let mut reel = reel(&trace, 0, 10);
    assert!(!reel.is_bound_for_end());
    reel.seek_time(millis(19));
    assert!(reel.is_bound_for_end() && reel.is_waiting());
    reel.seek_cursor(Cursor(60));
    assert!(reel.is_bound_for_end() && reel.is_waiting());
    reel.seek_time(SimTime::ZERO);
    assert!(!reel.is_bound_for_end());
}

#[test]
fn a_late_answer_to_an_older_question_is_ignored() {
    let trace = trace(60);
    let mut reel = reel(&trace, 30, 45);
    reel.take(trace.window(Cursor(0), Cursor(10)));
    assert_eq!((reel.first(), reel.last()), (Cursor(30), Cursor(45)));
}

#[test]
fn an_overlapping_window_adds_only_what_is_new() {
    let trace = trace(60);
    let mut reel = reel(&trace, 0, 30);
    reel.take(trace.window(Cursor(20), Cursor(40)));
    reel.seek_cursor(Cursor(40));
    assert_eq!(reel.picture(), &trace.picture(Cursor(40)));
}

#[test]
fn what_lies_far_behind_is_forgotten_without_changing_the_picture() {
    let count = CUT_WHEN as u32 + 9_000;
    let trace = trace(count);
    let mut reel = reel(&trace, 0, count);
    reel.advance(millis(u64::from(count)));
    reel.advance(millis(u64::from(count)));
    assert_eq!(reel.cursor(), Cursor(count));
    assert!(reel.records().len() <= KEEP_BEHIND + 9_000);
    assert_eq!(reel.picture(), &trace.picture(Cursor(count)));
    reel.seek_cursor(Cursor(count - 10));
    assert_eq!(reel.picture(), &trace.picture(Cursor(count - 10)));
}

#[test]
fn while_the_run_goes_on_time_stops_where_the_simulation_has_come() {
    let trace = trace(30);
    let mut reel = Reel::new(1);
    reel.progress(millis(20), Cursor(30), false);
    reel.take(trace.window(Cursor(0), Cursor(30)));
    assert!(
        reel.advance(millis(19)),
        "nothing happens between 9 and 20 ms"
    );
    assert!(!reel.advance(millis(25)));
    assert_eq!(reel.time(), millis(20));
}
