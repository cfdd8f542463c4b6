//! The machines of `sim-core/src/resilience`: against recorded answers of the real systems,
//! step by step, and the laws each must keep whatever happens.

use interplay_conformance::{Kind, Report, check};
use proptest::prelude::*;
use sim_core::kernel::{SimDuration, SimTime};
use sim_core::resilience::Rate;
use sim_core::resilience::backoff::Growth;
use sim_core::resilience::balancing::{OutlierDetection, OutlierSettings};
use sim_core::resilience::breaker::{Outcome, SlidingBreaker, SlidingSettings, State, WindowSize};
use sim_core::resilience::bulkhead::{
    Entry, PoolSettings, Semaphore, SemaphoreSettings, ThreadPool,
};
use sim_core::resilience::cache::{Cache, CacheSettings, Lookup};
use sim_core::resilience::rate_limiter::{
    BucketSettings, CycleLimiter, CycleSettings, Permit, TokenBucket,
};
use sim_core::resilience::retry::{BudgetSettings, RetryBudget};

/// Holds that the model agrees with all of a recording.
fn assert_agrees(text: &str, kind: Kind, cases: u64) {
    let expected = Report {
        kind,
        cases,
        agreeing: cases,
        disagreement: None,
    };
    assert_eq!(check(text).expect("the recording is whole"), expected);
}

#[test]
fn all_60_recorded_sequences_of_60_steps_of_resilience4js_breaker_are_replayed() {
    let text = include_str!("../oracles/resilience4j-breaker.json");
    assert_agrees(text, Kind::Resilience4jBreaker, 60);
}

#[test]
fn all_40_recorded_sequences_of_60_calls_of_the_courses_breaker_are_replayed() {
    let text = include_str!("../oracles/course-breaker.json");
    assert_agrees(text, Kind::CourseBreaker, 40);
}

#[test]
fn all_20_rows_of_the_published_backoff_and_jitter_experiment_are_reproduced() {
    let text = include_str!("../oracles/aws-backoff.json");
    assert_agrees(text, Kind::AwsBackoff, 20);
}

#[test]
fn the_closed_forms_of_queueing_theory_are_those_of_the_table() {
    let text = include_str!("../oracles/queueing-theory.json");
    assert_agrees(text, Kind::QueueingTheory, 20);
}

const fn ms(millis: u64) -> SimDuration {
    SimDuration::from_millis(millis)
}

/// Something that happens after a while, told apart by a small number.
fn happenings<T: std::fmt::Debug>(
    what: impl Strategy<Value = T>,
) -> impl Strategy<Value = Vec<(u64, T)>> {
    prop::collection::vec((0..400_u64, what), 1..400)
}

/// What happens to a breaker: a call asks, or the call that began so many calls ago ends.
#[derive(Clone, Debug)]
enum Call {
    Asks,
    Ends(usize, Outcome),
}

fn call() -> impl Strategy<Value = Call> {
    let outcome = prop_oneof![
        2 => Just(Outcome::Success),
        3 => Just(Outcome::Failure),
        1 => Just(Outcome::Ignored),
    ];
    prop_oneof![
        3 => Just(Call::Asks),
        2 => (any::<prop::sample::Index>(), outcome)
            .prop_map(|(place, outcome)| Call::Ends(place.index(1 << 16), outcome)),
    ]
}

proptest! {
    #[test]
    fn no_more_trial_calls_are_under_way_than_are_permitted(
        permitted in 1..6_u32,
        seconds in any::<bool>(),
        automatic in any::<bool>(),
        happens in happenings(call()),
    ) {
        let settings = SlidingSettings {
            window: if seconds { WindowSize::Seconds(3) } else { WindowSize::Calls(6) },
            minimum_calls: 3,
            permitted_in_half_open: permitted,
            wait_in_open: Growth::Constant(ms(500)),
            automatic,
            ..SlidingSettings::DEFAULT
        };
        let mut now = SimTime::ZERO;
        let mut breaker = SlidingBreaker::new(&settings, now);
        // The calls under way, each with which trial let it through, if one did.
        let mut under_way: Vec<Option<u32>> = Vec::new();
        let (mut trial, mut given_back_by_others) = (0, 0);
        for (later, happens) in happens {
            now = now.after(ms(later));
            if breaker.tick(&settings, now).is_some() {
                (trial, given_back_by_others) = (trial + 1, 0);
            }
            let (mut change, mut permitted_now) = (None, false);
            match happens {
                Call::Asks => {
                    let acquired = breaker.acquire(&settings, now);
                    change = acquired.transition;
                    permitted_now = acquired.permission.is_permitted();
                }
                Call::Ends(place, outcome) if !under_way.is_empty() => {
                    let call = under_way.swap_remove(place % under_way.len());
                    // A quirk of the real one: whoever is ignored gives a permission back,
                    // whether it had one of this trial's or not.
                    if outcome == Outcome::Ignored && call != Some(trial) {
                        given_back_by_others += 1;
                    }
                    change = breaker.record(&settings, now, outcome, ms(1));
                }
                Call::Ends(..) => {}
            }
            if let Some(change) = change {
                prop_assert!(State::CHANGES.contains(&(change.from, change.to)));
                if change.to == State::HalfOpen {
                    (trial, given_back_by_others) = (trial + 1, 0);
                }
            }
            if permitted_now {
                let is_trial = breaker.state() == State::HalfOpen;
                under_way.push(is_trial.then_some(trial));
            }
            let trials = under_way.iter().filter(|call| **call == Some(trial)).count();
            prop_assert!(trials as u32 <= permitted + given_back_by_others);
        }
    }

    #[test]
    fn grpcs_retries_are_paid_for_with_tokens(
        max_tokens in 1..20_u32,
        token_ratio_thousandths in 1..2_000_u32,
        succeeds in prop::collection::vec(prop::bool::weighted(0.3), 1..500),
    ) {
        let settings = BudgetSettings::Tokens { max_tokens, token_ratio_thousandths };
        let mut budget = RetryBudget::new(&settings);
        let (mut retries, mut successes) = (0_u64, 0_u64);
        for succeeded in succeeds {
            budget.end(&settings, false, succeeded);
            successes += u64::from(succeeded);
            if !succeeded && budget.allows(&settings) {
                retries += 1;
            }
            // Every retry follows a failure that cost a token, of the upper half.
            let paid = u64::from(max_tokens) * 500 + successes * u64::from(token_ratio_thousandths);
            prop_assert!(retries * 1_000 <= paid, "{retries} retries, {successes} successes");
        }
    }

    #[test]
    fn envoys_retries_never_begin_beyond_their_share(
        percent in 0..100_u32,
        at_least in 0..5_u32,
        attempts in prop::collection::vec((any::<bool>(), any::<bool>()), 1..300),
    ) {
        let settings = BudgetSettings::ActiveShare { share: Rate::percent(percent), at_least };
        let mut budget = RetryBudget::new(&settings);
        let (mut calls, mut retries) = (0_u32, 0_u32);
        for (begins, is_retry) in attempts {
            if begins && (!is_retry || budget.allows(&settings)) {
                if is_retry {
                    let most = (calls * percent / 100).max(at_least);
                    prop_assert!(retries < most, "{retries} of {calls}");
                }
                budget.begin(is_retry);
                calls += 1;
                retries += u32::from(is_retry);
            } else if !begins && if is_retry { retries > 0 } else { calls > retries } {
                budget.end(&settings, is_retry, true);
                calls -= 1;
                retries -= u32::from(is_retry);
            }
        }
    }

    #[test]
    fn a_bulkhead_of_20_never_runs_21_and_nobody_who_waits_is_forgotten(
        happens in happenings(0..5_u8),
    ) {
        let settings = SemaphoreSettings {
            max_concurrent: 20,
            max_wait: ms(2_000),
            max_waiting: 50,
        };
        let mut semaphore = Semaphore::new();
        let (mut now, mut running) = (SimTime::ZERO, 0);
        let mut waiting: Vec<usize> = Vec::new();
        for (caller, (later, happens)) in happens.into_iter().enumerate() {
            now = now.after(ms(later / 4));
            while let Some(expired) = semaphore.expire(now) {
                prop_assert_eq!(waiting.remove(0), expired);
            }
            if happens == 0 && running > 0 {
                semaphore.leave();
                running -= 1;
                while let Some(admitted) = semaphore.admit(&settings, now) {
                    prop_assert_eq!(waiting.remove(0), admitted);
                    running += 1;
                }
            } else {
                match semaphore.enter(&settings, now, caller) {
                    Entry::Admitted => running += 1,
                    Entry::Queued { .. } => waiting.push(caller),
                    Entry::Refused => prop_assert_eq!(waiting.len(), 50),
                }
            }
            prop_assert!(running <= 20);
            prop_assert_eq!(running, semaphore.running());
            prop_assert_eq!(waiting.len(), semaphore.waiting());
            prop_assert!(waiting.is_empty() || running == 20);
        }
    }

    #[test]
    fn a_pool_runs_no_more_than_its_threads_and_queues_no_more_than_its_queue(
        core in 1..4_u32,
        more in 0..4_u32,
        queue_capacity in 0..6_u32,
        happens in happenings(any::<bool>()),
    ) {
        let settings = PoolSettings {
            core_threads: core,
            max_threads: core + more,
            queue_capacity,
            keep_alive: ms(20),
        };
        let mut pool = ThreadPool::new();
        let (mut now, mut inside, mut served) = (SimTime::ZERO, 0, 0);
        for (caller, (later, ends)) in happens.into_iter().enumerate() {
            now = now.after(ms(later / 8));
            if ends && pool.running() > 0 {
                pool.finish(&settings, now);
                served += 1;
            } else if !ends && pool.submit(&settings, now, caller) != Entry::Refused {
                inside += 1;
            }
            prop_assert!(pool.running() <= core + more);
            prop_assert!(pool.waiting() <= queue_capacity as usize);
            prop_assert!(pool.threads(&settings, now) <= core + more);
            prop_assert_eq!(inside - served, pool.running() as usize + pool.waiting());
        }
    }

    #[test]
    fn a_bucket_never_grants_more_than_its_burst_and_its_rate(
        tokens in 1..50_u32,
        per in 1..2_000_u64,
        burst in 1..20_u32,
        asks in prop::collection::vec(0..200_u64, 1..300),
    ) {
        let settings = BucketSettings { tokens, per: ms(per), burst };
        let mut bucket = TokenBucket::new(&settings, SimTime::ZERO);
        let mut now = SimTime::ZERO;
        let mut granted: Vec<SimTime> = Vec::new();
        for later in asks {
            now = now.after(ms(later));
            match bucket.acquire(&settings, now) {
                Permit::Granted => granted.push(now),
                Permit::Refused { retry_at } => {
                    prop_assert!(retry_at > now);
                    let mut then = bucket;
                    prop_assert_eq!(then.acquire(&settings, retry_at), Permit::Granted);
                }
                Permit::Reserved { .. } => prop_assert!(false, "a bucket reserves nothing"),
            }
        }
        // In any stretch of time, not only from the start.
        for (first, from) in granted.iter().enumerate() {
            for (last, to) in granted.iter().enumerate().skip(first) {
                let count = (last - first + 1) as u64;
                let come_back = to.since(*from).as_nanos() * u64::from(tokens) / ms(per).as_nanos();
                prop_assert!(count <= u64::from(burst) + come_back);
            }
        }
    }

    #[test]
    fn a_limiter_lets_no_more_than_its_limit_begin_in_a_cycle(
        limit in 1..8_u32,
        period in 1..500_u64,
        timeout in 0..2_000_u64,
        asks in prop::collection::vec(0..100_u64, 1..300),
    ) {
        let settings = CycleSettings {
            limit_for_period: limit,
            limit_refresh_period: ms(period),
            timeout: ms(timeout),
        };
        let mut limiter = CycleLimiter::new(&settings);
        let mut now = SimTime::ZERO;
        let mut begun = std::collections::BTreeMap::new();
        for later in asks {
            now = now.after(ms(later));
            let begins = match limiter.acquire(&settings, now) {
                Permit::Granted => now,
                Permit::Reserved { at } => {
                    prop_assert!(at > now && at.since(now) <= ms(timeout));
                    at
                }
                Permit::Refused { retry_at } => {
                    prop_assert!(retry_at.since(now) > ms(timeout));
                    continue;
                }
            };
            let count = begun.entry(begins.as_nanos() / ms(period).as_nanos()).or_insert(0);
            *count += 1;
            prop_assert!(*count <= limit);
        }
    }

    #[test]
    fn a_cache_never_holds_more_than_it_may_and_forgets_what_was_not_used_for_longest(
        entries in 0..6_u32,
        uses in happenings((0..10_u64, any::<bool>(), prop::bool::weighted(0.05))),
    ) {
        let settings = CacheSettings { ttl: ms(5_000), stale_if_error: ms(5_000), entries };
        let mut cache = Cache::new();
        // The oracle: keys in the order of use, with when each was stored.
        let mut used: Vec<(u64, SimTime)> = Vec::new();
        let mut now = SimTime::ZERO;
        for (later, (key, reads, forgets)) in uses {
            now = now.after(ms(later));
            let known = used.iter().position(|(other, _)| *other == key);
            if forgets {
                prop_assert_eq!(cache.invalidate(&key), known.is_some());
                known.map(|place| used.remove(place));
            } else if reads {
                let found = cache.get(&settings, now, &key);
                let age = known.map(|place| now.since(used[place].1));
                let expected = match age {
                    Some(age) if age < ms(5_000) => Lookup::Fresh(key),
                    Some(age) if age < ms(10_000) => Lookup::Stale(key),
                    _ => Lookup::Miss,
                };
                prop_assert_eq!(found, expected);
                if let (Some(place), Lookup::Fresh(_) | Lookup::Stale(_)) = (known, found) {
                    let entry = used.remove(place);
                    used.push(entry);
                }
            } else {
                let evicted = cache.put(&settings, now, key, key);
                known.map(|place| used.remove(place));
                let is_full = entries > 0 && known.is_none() && used.len() == entries as usize;
                let oldest = is_full.then(|| used.remove(0).0);
                prop_assert_eq!(evicted.map(|evicted| evicted.key), oldest);
                if entries > 0 {
                    used.push((key, now));
                }
            }
            prop_assert!(cache.len() <= entries as usize);
            prop_assert_eq!(cache.len(), used.len());
        }
    }

    #[test]
    fn no_more_hosts_are_ejected_than_the_share_and_all_come_back(
        hosts in 1..40_u32,
        percent in 0..100_u32,
        answers in happenings((any::<prop::sample::Index>(), prop::bool::weighted(0.8))),
    ) {
        let settings = OutlierSettings {
            max_ejected: Rate::percent(percent),
            consecutive_failures: 2,
            ..OutlierSettings::DEFAULT
        };
        let mut now = SimTime::ZERO;
        let mut detection = OutlierDetection::new(&settings, hosts, now);
        for (later, (host, failed)) in answers {
            now = now.after(ms(later));
            detection.sweep(&settings, now, |_| {});
            detection.record(&settings, now, (host.index(hosts as usize), hosts), failed);
            let out = (0..hosts).filter(|host| detection.is_ejected(*host as usize)).count();
            prop_assert_eq!(out as u32, detection.ejected());
            prop_assert!(detection.ejected() <= (hosts * percent / 100).max(1));
        }
        let much_later = now.after(settings.max_ejection.plus(settings.interval));
        detection.sweep(&settings, much_later, |_| {});
        prop_assert_eq!(detection.ejected(), 0);
    }
}
