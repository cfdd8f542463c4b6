//! The player without a page: loops, jumps, playback at any speed, held against whole traces.

use super::*;
use crate::views::flow::testing::{millis, sent, stage};
use sim_core::kernel::Observer;
use sim_core::observe::{MarkKind, Trace};
use sim_core::world::Cause;

/// A run of a second with a message every millisecond, and a time-out every 100th.
fn trace(every_micros: u64) -> Trace {
    let mut trace = Trace::new(2);
    for number in 0..1_000_000 / every_micros {
        let mut record = sent(0, 0, false);
        record.at = SimTime::from_nanos(number * every_micros * 1_000);
        if number % 100 == 99 {
            record.cause = Cause::NONE;
            record.what = What::TimedOut {
                after: SimDuration::from_millis(1),
            };
        }
        trace.record(record);
    }
    trace
}

/// A player of a run that is over, paused at its beginning.
fn player(trace: &Trace) -> Player {
    let start = Start {
        goal: Some(Goal::Time(SimTime::ZERO)),
        playing: false,
        speed: Some(1.0),
    };
    let mut player = Player::open(Generation(1), stage(), start, None);
    let ending = Ending {
        digest: String::new(),
        events: 0,
        exhausted: None,
        judged: Vec::new(),
        alerts: Vec::new(),
        summary: sim_core::observe::Summary::default(),
    };
    let (end, glance) = (trace.end(), Glance::default());
    player.progress(millis(1_000), end, glance, Some(Box::new(ending)));
    answer(&mut player, trace);
    player
}

/// Answers what the player asks, as the worker would.
fn answer(player: &mut Player, trace: &Trace) {
    while let Some(question) = player.question() {
        match question {
            Request::Window { from, to, .. } => player.take(trace.window(from, to)),
            Request::WindowAt { at, .. } => {
                let Cursor(place) = trace.cursor_at(at);
                let from = Cursor(place.saturating_sub(4_000));
                player.take(trace.window(from, Cursor(place + 8_000)));
            }
            Request::Find {
                from,
                kind,
                forward,
                ..
            } => {
                let is_it = |place: &usize| {
                    let found = MarkKind::of(&trace.records()[*place].what);
                    found.is_some() && (kind.is_none() || kind == found)
                };
                let (from, end) = (from.0 as usize, trace.records().len());
                let found = if forward {
                    (from..end).find(is_it)
                } else {
                    (0..from).rev().find(is_it)
                };
                let found = found.map(|place| RecordId(place as u32));
                player.found(found, trace.end());
            }
            other => panic!("{other:?}"),
        }
    }
}

/// Frames of 16 ms for so many of them, and the times that were shown.
fn play(player: &mut Player, trace: &Trace, frames: u32) -> Vec<SimTime> {
    player.command(Command::Play);
    let mut times = Vec::new();
    for _ in 0..frames {
        player.frame(16.0);
        times.push(player.time());
        answer(player, trace);
    }
    times
}

fn stretch(from: u64, until: u64) -> Stretch {
    Stretch {
        from: millis(from),
        until: millis(until),
    }
}

#[test]
fn a_loop_is_played_over_and_over_and_never_left() {
    let trace = trace(1_000);
    let mut player = player(&trace);
    player.command(Command::Loop(Some(stretch(200, 300))));
    let times = play(&mut player, &trace, 60);
    assert!(times.iter().all(|time| stretch(200, 300).contains(*time)));
    let returns = times.windows(2).filter(|pair| pair[1] < pair[0]).count();
    // 60 frames of 16 ms are 960 ms: nine times round.
    assert_eq!(returns, 9);
    assert_eq!(player.picture(), &trace.picture(player.cursor()));
}

#[test]
fn a_loop_that_reaches_to_the_end_of_the_run_goes_on_at_its_beginning() {
    let trace = trace(1_000);
    let mut player = player(&trace);
    player.command(Command::SetSpeed(10.0));
    player.command(Command::SeekTime(millis(900)));
    player.command(Command::LoopFromHere);
    let times = play(&mut player, &trace, 40);
    assert!(player.is_playing());
    assert!(times.iter().all(|time| *time >= millis(900)));
}

#[test]
fn without_its_loop_the_run_plays_to_its_end() {
    let trace = trace(1_000);
    let mut player = player(&trace);
    player.command(Command::Loop(Some(stretch(200, 300))));
    play(&mut player, &trace, 10);
    player.command(Command::ToggleLoop);
    play(&mut player, &trace, 80);
    assert_eq!(player.time(), millis(1_000));
    assert!(!player.is_playing());
    player.command(Command::ToggleLoop);
    assert_eq!(player.looped(), Some(stretch(200, 300)));
}

#[test]
fn a_jump_lands_right_after_the_record_and_the_one_back_on_the_one_before() {
    let trace = trace(1_000);
    let mut player = player(&trace);
    let kind = Some(MarkKind::TimedOut);
    let jump = |player: &mut Player, forward: bool| {
        player.command(Command::Jump(Jump { kind, forward }));
        answer(player, &trace);
        player.cursor().0
    };
    assert_eq!(jump(&mut player, true), 100);
    assert_eq!(jump(&mut player, true), 200);
    assert_eq!(player.time(), millis(199));
    assert_eq!(jump(&mut player, false), 100);
    // Nothing lies before: the cursor stays.
    assert_eq!(jump(&mut player, false), 100);
    // After a click right behind a mark, that mark is the one before.
    player.command(Command::SeekTime(millis(250)));
    assert_eq!(jump(&mut player, false), 200);
}

#[test]
fn who_moves_meanwhile_is_not_torn_away_by_a_jump() {
    let trace = trace(1_000);
    let mut player = player(&trace);
    player.command(Command::Jump(Jump {
        kind: None,
        forward: true,
    }));
    let _ = player.question();
    player.command(Command::SeekTime(millis(500)));
    player.found(Some(RecordId(99)), trace.end());
    assert_eq!(player.time(), millis(500));
}

#[test]
fn a_thousandfold_and_more_records_than_can_be_sent_time_passes_evenly() {
    // Half a million records a second: a frame would have to pass thousands.
    let trace = trace(2);
    let mut player = player(&trace);
    player.command(Command::SetSpeed(0.5));
    let times = play(&mut player, &trace, 50);
    for pair in times.windows(2) {
        assert_eq!(pair[1].since(pair[0]), SimDuration::from_millis(8));
    }
    assert!(!player.reel().is_waiting());
    // What is shown is no older than a frame, and exact once time stands still.
    player.command(Command::Pause);
    answer(&mut player, &trace);
    assert_eq!(
        player.picture(),
        &trace.picture(trace.cursor_at(player.time()))
    );
    player.command(Command::SetSpeed(1_000.0));
    play(&mut player, &trace, 4);
    assert!(player.is_over() && !player.is_playing());
}

#[test]
fn the_view_goes_along_with_playback_and_with_jumps() {
    let trace = trace(1_000);
    let mut player = player(&trace);
    player.look(Some(stretch(0, 100)));
    assert_eq!(player.follow(), None);
    player.command(Command::SeekTime(millis(500)));
    let next = player.follow().unwrap();
    assert!(next.contains(millis(500)));
    player.look(Some(stretch(0, 100)));
    assert_eq!(player.follow(), None, "somebody looks elsewhere on purpose");
}
