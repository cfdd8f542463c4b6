//! Rate limiters: how many calls may begin in a time.
//!
//! A call that wants to begin flows in with the time; whether it may, now or later, flows
//! out. Two forms that differ in what they let through at once:
//! - a token bucket, whose tokens come back evenly and which lets a burst through,
//! - resilience4j's `AtomicRateLimiter`, which hands out its permissions at the beginning of
//!   each cycle of its clock and reserves those of cycles to come
//!   (<https://resilience4j.readme.io/docs/ratelimiter>).
//!
//! Both count in whole numbers, so that a limit is met exactly.

use crate::kernel::{SimDuration, SimTime};

/// What asking to begin comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Permit {
    /// It may begin.
    Granted,
    /// It may begin at a later moment, which is reserved for it.
    Reserved {
        /// Then.
        at: SimTime,
    },
    /// It may not begin.
    Refused {
        /// The first moment at which it might have; the end of time if there is none.
        retry_at: SimTime,
    },
}

/// The settings of a token bucket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BucketSettings {
    /// How many tokens come back ...
    pub tokens: u32,
    /// ... in this time, evenly; more than none.
    pub per: SimDuration,
    /// How many there are at the most; at least 1.
    pub burst: u32,
}

/// A bucket of tokens, one for each call
/// (<https://en.wikipedia.org/wiki/Token_bucket>).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TokenBucket {
    /// In tokens times the nanoseconds of `per`: what comes back in a nanosecond is then a
    /// whole number.
    level: u128,
    as_of: SimTime,
}

impl TokenBucket {
    /// A full bucket.
    pub fn new(settings: &BucketSettings, now: SimTime) -> Self {
        Self {
            level: settings.full(),
            as_of: now,
        }
    }

    /// A call wants to begin.
    pub fn acquire(&mut self, settings: &BucketSettings, now: SimTime) -> Permit {
        self.level = self.level(settings, now);
        self.as_of = now;
        let token = settings.token();
        if let Some(left) = self.level.checked_sub(token) {
            self.level = left;
            return Permit::Granted;
        }
        let nanos = (token - self.level).div_ceil(u128::from(settings.tokens.max(1)));
        let retry_at = if settings.tokens == 0 {
            SimTime::MAX
        } else {
            now.after(SimDuration::from_nanos(nanos as u64))
        };
        Permit::Refused { retry_at }
    }

    /// How many tokens there are at `now`.
    pub fn tokens(&self, settings: &BucketSettings, now: SimTime) -> f64 {
        self.level(settings, now) as f64 / settings.token() as f64
    }

    fn level(&self, settings: &BucketSettings, now: SimTime) -> u128 {
        let come_back = u128::from(now.since(self.as_of).as_nanos()) * u128::from(settings.tokens);
        (self.level + come_back).min(settings.full())
    }
}

impl BucketSettings {
    fn token(&self) -> u128 {
        u128::from(self.per.as_nanos().max(1))
    }

    fn full(&self) -> u128 {
        self.token() * u128::from(self.burst.max(1))
    }
}

/// The settings of a limiter with cycles.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CycleSettings {
    /// `limitForPeriod`: how many calls may begin in a cycle; at least 1.
    pub limit_for_period: u32,
    /// `limitRefreshPeriod`: how long a cycle is; more than none.
    pub limit_refresh_period: SimDuration,
    /// `timeoutDuration`: how long a call waits for a permission. One that cannot get any in
    /// that time is told so at once; in resilience4j it waits nevertheless.
    pub timeout: SimDuration,
}

impl CycleSettings {
    /// resilience4j's: 50 calls every 500 ns, and 5 s of waiting.
    pub const DEFAULT: Self = Self {
        limit_for_period: 50,
        limit_refresh_period: SimDuration::from_nanos(500),
        timeout: SimDuration::from_secs(5),
    };
}

impl Default for CycleSettings {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// A limiter whose permissions come back all at once, when its clock begins a cycle. The
/// cycles are aligned with the start of the clock, not with the first call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CycleLimiter {
    cycle: u64,
    /// What is left of this cycle's permissions; below zero if those of later ones are
    /// reserved.
    permissions: i64,
}

impl CycleLimiter {
    /// A limiter in its first cycle.
    pub fn new(settings: &CycleSettings) -> Self {
        Self {
            cycle: 0,
            permissions: i64::from(settings.limit_for_period),
        }
    }

    /// How many permissions are left at `now`; below zero if some of later cycles are
    /// reserved.
    pub fn permissions(&self, settings: &CycleSettings, now: SimTime) -> i64 {
        let limit = i64::from(settings.limit_for_period.max(1));
        let elapsed = i64::try_from(settings.cycle(now).saturating_sub(self.cycle));
        let come_back = elapsed.unwrap_or(i64::MAX).saturating_mul(limit);
        if come_back == 0 {
            return self.permissions;
        }
        self.permissions.saturating_add(come_back).min(limit)
    }

    /// A call wants to begin.
    pub fn acquire(&mut self, settings: &CycleSettings, now: SimTime) -> Permit {
        self.permissions = self.permissions(settings, now);
        self.cycle = settings.cycle(now);
        let waits = self.wait(settings, now);
        let at = now.after(waits);
        if waits > settings.timeout {
            return Permit::Refused { retry_at: at };
        }
        self.permissions -= 1;
        if waits.is_zero() {
            Permit::Granted
        } else {
            Permit::Reserved { at }
        }
    }

    /// How long until the first permission that nobody has.
    fn wait(&self, settings: &CycleSettings, now: SimTime) -> SimDuration {
        if self.permissions >= 1 {
            return SimDuration::ZERO;
        }
        let (period, limit) = (
            settings.period(),
            i64::from(settings.limit_for_period.max(1)),
        );
        // How many cycles after the next one that is.
        let short = 1 - (self.permissions + limit);
        let cycles = if short <= 0 {
            0
        } else {
            (short as u64).div_ceil(limit as u64)
        };
        let next = self.cycle.saturating_add(1).saturating_mul(period);
        SimTime::from_nanos(next)
            .since(now)
            .plus(SimDuration::from_nanos(cycles.saturating_mul(period)))
    }
}

impl CycleSettings {
    fn period(&self) -> u64 {
        self.limit_refresh_period.as_nanos().max(1)
    }

    fn cycle(&self, now: SimTime) -> u64 {
        now.as_nanos() / self.period()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> SimTime {
        SimTime::ZERO.after(SimDuration::from_millis(millis))
    }

    #[test]
    fn a_bucket_lets_a_burst_through_and_then_its_rate() {
        let settings = BucketSettings {
            tokens: 10,
            per: SimDuration::from_secs(1),
            burst: 3,
        };
        let mut bucket = TokenBucket::new(&settings, at(0));
        for _ in 0..3 {
            assert_eq!(bucket.acquire(&settings, at(0)), Permit::Granted);
        }
        let retry_at = at(100);
        let refused = Permit::Refused { retry_at };
        assert_eq!(bucket.acquire(&settings, at(0)), refused);
        assert_eq!(bucket.acquire(&settings, at(99)), refused);
        assert_eq!(bucket.acquire(&settings, at(100)), Permit::Granted);
        assert!((bucket.tokens(&settings, at(60_000)) - 3.0).abs() < 1e-9);
    }

    #[test]
    fn a_rate_that_is_no_whole_number_of_nanoseconds_is_met_exactly() {
        let settings = BucketSettings {
            tokens: 3,
            per: SimDuration::from_secs(1),
            burst: 1,
        };
        let mut bucket = TokenBucket::new(&settings, at(0));
        let mut granted = 0;
        let mut now = at(0);
        while now <= at(10_000) {
            match bucket.acquire(&settings, now) {
                Permit::Granted => granted += 1,
                Permit::Refused { retry_at } => now = retry_at,
                Permit::Reserved { .. } => panic!("a bucket reserves nothing"),
            }
        }
        // The first at once, then three a second; thirds of a second are rounded up.
        assert_eq!(granted, 30);
    }

    const TWO_A_SECOND: CycleSettings = CycleSettings {
        limit_for_period: 2,
        limit_refresh_period: SimDuration::from_secs(1),
        timeout: SimDuration::from_millis(1_500),
    };

    #[test]
    fn permissions_come_back_when_the_clock_begins_a_cycle_whenever_they_were_used() {
        let mut limiter = CycleLimiter::new(&TWO_A_SECOND);
        let settings = CycleSettings {
            timeout: SimDuration::ZERO,
            ..TWO_A_SECOND
        };
        assert_eq!(limiter.acquire(&settings, at(900)), Permit::Granted);
        assert_eq!(limiter.acquire(&settings, at(990)), Permit::Granted);
        let retry_at = at(1_000);
        let refused = Permit::Refused { retry_at };
        assert_eq!(limiter.acquire(&settings, at(999)), refused);
        assert_eq!(limiter.acquire(&settings, at(1_000)), Permit::Granted);
        // A burst of twice the limit around the beginning of a cycle, which a bucket forbids.
        assert_eq!(limiter.acquire(&settings, at(1_001)), Permit::Granted);
    }

    #[test]
    fn permissions_of_later_cycles_are_reserved_for_as_long_as_a_call_may_wait() {
        let mut limiter = CycleLimiter::new(&TWO_A_SECOND);
        let permits: Vec<Permit> = (0..7)
            .map(|_| limiter.acquire(&TWO_A_SECOND, at(600)))
            .collect();
        let reserved = |millis| Permit::Reserved { at: at(millis) };
        let refused = Permit::Refused {
            retry_at: at(3_000),
        };
        assert_eq!(
            permits,
            [
                Permit::Granted,
                Permit::Granted,
                reserved(1_000),
                reserved(1_000),
                reserved(2_000),
                reserved(2_000),
                refused
            ]
        );
        assert_eq!(limiter.permissions(&TWO_A_SECOND, at(600)), -4);
        assert_eq!(limiter.permissions(&TWO_A_SECOND, at(2_100)), 0);
    }

    #[test]
    fn permissions_that_were_not_used_do_not_add_up() {
        let limiter = CycleLimiter::new(&TWO_A_SECOND);
        assert_eq!(limiter.permissions(&TWO_A_SECOND, at(60_000)), 2);
    }
}
