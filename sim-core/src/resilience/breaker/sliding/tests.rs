//! What the recordings leave out, each after resilience4j's documentation; the rest is
//! replayed in `tests/tests/resilience.rs`.

use super::*;
use crate::resilience::breaker::Permission;

const SETTINGS: Settings = Settings {
    window: WindowSize::Calls(4),
    minimum_calls: 2,
    slow_call: SimDuration::from_millis(100),
    permitted_in_half_open: 3,
    wait_in_open: Growth::Constant(SimDuration::from_secs(1)),
    ..Settings::DEFAULT
};
const QUICK: SimDuration = SimDuration::from_millis(10);

fn at(millis: u64) -> SimTime {
    SimTime::ZERO.after(SimDuration::from_millis(millis))
}

/// A breaker that opened at 0 s.
fn open(settings: &Settings) -> SlidingBreaker {
    let mut breaker = SlidingBreaker::new(settings, at(0));
    for _ in 0..2 {
        breaker.record(settings, at(0), Outcome::Failure, QUICK);
    }
    assert_eq!(breaker.state(), State::Open);
    breaker
}

#[test]
fn a_transition_carries_the_rate_that_made_it() {
    let mut breaker = SlidingBreaker::new(&SETTINGS, at(0));
    assert!(breaker.acquire(&SETTINGS, at(1)).permission.is_permitted());
    assert_eq!(
        breaker.record(&SETTINGS, at(2), Outcome::Success, QUICK),
        None
    );
    let opened = breaker.record(&SETTINGS, at(3), Outcome::Failure, QUICK);
    let expected = Transition {
        from: State::Closed,
        to: State::Open,
        at: at(3),
        why: Why::FailureRate(Tally {
            part: 1,
            of: 2,
            threshold: Rate::percent(50),
        }),
    };
    assert_eq!(opened, Some(expected));
    assert_eq!(breaker.since(), at(3));
    assert_eq!(breaker.waits_until(), Some(at(1_003)));
}

#[test]
fn slow_calls_open_it_although_they_succeed() {
    let mut breaker = SlidingBreaker::new(&SETTINGS, at(0));
    let slow = SimDuration::from_millis(101);
    breaker.record(&SETTINGS, at(0), Outcome::Success, slow);
    let opened = breaker.record(&SETTINGS, at(0), Outcome::Success, slow);
    assert!(matches!(
        opened.map(|opened| opened.why),
        Some(Why::SlowCallRate(Tally { part: 2, of: 2, .. }))
    ));
}

#[test]
fn refused_calls_are_told_when_the_wait_is_over() {
    let mut breaker = open(&SETTINGS);
    let Permission::Refused { retry_at } = breaker.acquire(&SETTINGS, at(500)).permission else {
        panic!("an open breaker lets nothing through");
    };
    let retry_at = retry_at.expect("it knows when it waits no longer");
    assert!(
        breaker
            .acquire(&SETTINGS, retry_at)
            .permission
            .is_permitted()
    );
}

#[test]
fn the_automatic_transition_half_opens_without_a_call() {
    let settings = Settings {
        automatic: true,
        ..SETTINGS
    };
    let mut breaker = open(&settings);
    assert_eq!(breaker.due(&settings), Some(at(1_000)));
    assert_eq!(breaker.tick(&settings, at(999)), None);
    let why = Why::WaitElapsed {
        waited: SimDuration::from_secs(1),
        wait: SimDuration::from_secs(1),
    };
    let half_open = breaker.tick(&settings, at(1_000)).map(|change| change.why);
    assert_eq!(half_open, Some(why));
    assert_eq!(breaker.state(), State::HalfOpen);
    assert_eq!(breaker.due(&settings), None);
}

#[test]
fn without_the_automatic_transition_time_alone_changes_nothing() {
    let mut breaker = open(&SETTINGS);
    assert_eq!(breaker.due(&SETTINGS), None);
    assert_eq!(breaker.tick(&SETTINGS, at(90_000)), None);
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn trial_calls_that_do_not_end_in_time_open_it_again_or_close_it() {
    for (then_closes, state) in [(false, State::Open), (true, State::Closed)] {
        let limit = HalfOpenLimit {
            wait: SimDuration::from_secs(5),
            then_closes,
        };
        let settings = Settings {
            half_open_limit: Some(limit),
            ..SETTINGS
        };
        let mut breaker = open(&settings);
        assert!(
            breaker
                .acquire(&settings, at(2_000))
                .permission
                .is_permitted()
        );
        breaker.record(&settings, at(2_500), Outcome::Success, QUICK);
        assert_eq!(breaker.due(&settings), Some(at(7_000)));
        let why = Why::HalfOpenTooLong {
            waited: SimDuration::from_secs(5),
            ended: 1,
            needed: 2,
        };
        let change = breaker.tick(&settings, at(7_000)).expect("it is due");
        assert_eq!((change.to, change.why), (state, why));
    }
}

#[test]
fn an_ignored_call_makes_room_for_another_trial() {
    let mut breaker = open(&SETTINGS);
    for _ in 0..3 {
        assert!(
            breaker
                .acquire(&SETTINGS, at(2_000))
                .permission
                .is_permitted()
        );
    }
    assert!(
        !breaker
            .acquire(&SETTINGS, at(2_000))
            .permission
            .is_permitted()
    );
    assert_eq!(
        breaker.record(&SETTINGS, at(2_001), Outcome::Ignored, QUICK),
        None
    );
    assert_eq!(breaker.window().counts(at(2_001)).calls, 0);
    assert!(
        breaker
            .acquire(&SETTINGS, at(2_001))
            .permission
            .is_permitted()
    );
}

#[test]
fn forced_open_it_refuses_disabled_it_watches_nothing_and_metrics_only_it_never_opens() {
    let mut breaker = SlidingBreaker::new(&SETTINGS, at(0));
    assert!(breaker.force(&SETTINGS, at(0), State::ForcedOpen).is_some());
    let refused = breaker.acquire(&SETTINGS, at(90_000));
    assert_eq!(refused, Acquired::refused(None));
    assert_eq!(breaker.not_permitted(), 1);
    for (state, seen) in [(State::Disabled, 0), (State::MetricsOnly, 4)] {
        assert!(breaker.force(&SETTINGS, at(0), state).is_some());
        for _ in 0..10 {
            assert!(breaker.acquire(&SETTINGS, at(0)).permission.is_permitted());
            assert_eq!(
                breaker.record(&SETTINGS, at(0), Outcome::Failure, QUICK),
                None
            );
        }
        assert_eq!(breaker.window().counts(at(0)).failed, seen);
    }
    let closed = breaker.force(&SETTINGS, at(5), State::Closed);
    assert_eq!(closed.map(|closed| closed.why), Some(Why::Forced));
    assert_eq!(breaker.window().counts(at(5)).calls, 0);
}

#[test]
fn each_time_it_opens_again_it_may_wait_longer() {
    let settings = Settings {
        wait_in_open: Growth::Exponential {
            base: SimDuration::from_secs(1),
            factor: 2.0,
            cap: SimDuration::MAX,
        },
        ..SETTINGS
    };
    let mut breaker = open(&settings);
    for (asks, until) in [(1_001, 3_001), (3_002, 7_002)] {
        assert!(
            breaker
                .acquire(&settings, at(asks))
                .permission
                .is_permitted()
        );
        for _ in 0..2 {
            breaker.record(&settings, at(asks), Outcome::Failure, QUICK);
        }
        assert_eq!(breaker.waits_until(), Some(at(until)));
    }
}

#[test]
fn another_threshold_takes_effect_at_once_and_another_window_with_the_next_one() {
    let mut breaker = SlidingBreaker::new(&SETTINGS, at(0));
    breaker.record(&SETTINGS, at(0), Outcome::Failure, QUICK);
    let stricter = Settings {
        minimum_calls: 3,
        window: WindowSize::Calls(8),
        ..SETTINGS
    };
    assert_eq!(
        breaker.record(&stricter, at(1), Outcome::Failure, QUICK),
        None
    );
    let opened = breaker.record(&stricter, at(2), Outcome::Failure, QUICK);
    assert!(opened.is_some());
    breaker.force(&stricter, at(3), State::Closed);
    let Window::Calls(window) = breaker.window() else {
        panic!("it counts calls");
    };
    assert_eq!(window.size(), 8);
}
