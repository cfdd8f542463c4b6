//! Policies: what surrounds a call.

use super::{DurationDistribution, HttpMethod, MemberRef, Name, Named, OutcomeMatch, Share, Value};
use crate::kernel::SimDuration;

/// A policy by its kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Policy {
    /// Does nothing: written `none`, it takes a policy away from everyone who names it.
    None,
    /// Gives up waiting.
    Timeout(Timeout),
    /// Tries again.
    Retry(Retry),
    /// Several policies under one name, outermost first.
    Chain(Vec<Name>),
    /// Lets nothing through while the callee fails.
    Breaker(Breaker),
    /// Lets only so many through at a time.
    Bulkhead(Bulkhead),
    /// Lets only so many begin in a time.
    RateLimit(RateLimit),
    /// Lets as many through at a time as the callee can take, which it finds out.
    AdaptiveLimit(AdaptiveLimit),
    /// Asks once more before an answer has come.
    Hedge(Hedge),
    /// Has an answer of its own where there is none.
    Fallback(Fallback),
    /// Remembers answers.
    Cache(Cache),
    /// Makes one call of many.
    Loader(Loader),
}

/// Gives up waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeout {
    /// After so long; more than zero.
    pub after: SimDuration,
    /// Whether the callee is told until when it is waited for.
    pub propagates: bool,
    /// Whether the callee is told when it is no longer waited for.
    pub cancels: bool,
}

/// Tries again.
#[derive(Clone, Debug, PartialEq)]
pub struct Retry {
    /// How often in all, the first included; at least 1. 3 if not written, as in
    /// resilience4j (<https://resilience4j.readme.io/docs/retry>).
    pub attempts: u32,
    /// How long between two attempts.
    pub wait: RetryWait,
    /// How chance changes each wait.
    pub jitter: Jitter,
    /// Which outcomes are tried again; error and timeout if not written.
    pub only: Vec<OutcomeMatch>,
    /// Whether one more wait passes after the last attempt.
    pub wait_before_give_up: bool,
    /// How many retries all calls together may afford; any number if not written.
    pub budget: Option<RetryBudget>,
    /// Only requests with one of these methods are sent again; any operation is if not written.
    pub methods: Option<Vec<HttpMethod>>,
    /// Whether it waits at least as long as `retry-after` in the headers of the answer says
    /// (RFC 9110, section 10.2.3).
    pub honours_retry_after: bool,
}

/// How chance changes a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jitter {
    /// By up to this share of it to either side.
    Around(Share),
    /// Anything from nothing to all of it.
    Full,
    /// Half of it and anything up to the other half.
    Equal,
    /// Anything from the first wait to three times the wait before
    /// (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>).
    Decorrelated,
}

/// A budget of retries: gRPC's retry throttling
/// (<https://github.com/grpc/proposal/blob/master/A6-client-retries.md>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryBudget {
    /// How many tokens there are at first and at the most; a failure costs one, and there are
    /// retries while more than half are there.
    pub tokens: u32,
    /// What a success gives back, in thousandths of a token.
    pub per_success_thousandths: u32,
    /// Whose calls share it.
    pub scope: Scope,
}

/// How long a retry waits before the next attempt.
#[derive(Clone, Debug, PartialEq)]
pub enum RetryWait {
    /// Drawn anew each time; constant 500 ms if not written, as in resilience4j.
    Drawn(DurationDistribution),
    /// `base`, then `factor` times longer each time, `cap` at the most.
    Exponential {
        /// The first wait.
        base: SimDuration,
        /// By how much each wait is longer than the one before; at least 1.
        factor: f64,
        /// The longest wait.
        cap: Option<SimDuration>,
    },
    /// `base`, then longer by `step` each time, `cap` at the most.
    Linear {
        /// The first wait.
        base: SimDuration,
        /// By how much each wait is longer than the one before.
        step: SimDuration,
        /// The longest wait.
        cap: Option<SimDuration>,
    },
}

/// A circuit breaker, with the names and defaults of resilience4j
/// (<https://resilience4j.readme.io/docs/circuitbreaker>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breaker {
    /// What it judges by.
    pub window: BreakerWindow,
    /// How many calls it needs to judge; 100 if not written.
    pub minimum: u32,
    /// At which share of failures it opens; 50 % if not written.
    pub failure_rate: Share,
    /// From when on a call is slow, and at which share of slow calls it opens.
    pub slow: Option<(SimDuration, Share)>,
    /// How long it stays open; 60 s if not written.
    pub open_for: SimDuration,
    /// How many calls it lets through to see whether the callee is back; 10 if not written.
    pub half_open: u32,
    /// How long it waits for those calls before it opens again; for ever if not written.
    pub half_open_for: Option<SimDuration>,
    /// Whether it half-opens without being asked.
    pub automatic: bool,
    /// What counts as a failure; error, timeout and full if not written.
    pub failures: Vec<OutcomeMatch>,
    /// What does not count at all.
    pub ignore: Vec<OutcomeMatch>,
    /// What somebody has put it to.
    pub mode: BreakerMode,
    /// Whose calls it judges together.
    pub scope: Scope,
}

/// What somebody has put a breaker to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum BreakerMode {
    /// It opens and closes by itself.
    #[default]
    Normal,
    /// It lets nothing through.
    ForcedOpen,
    /// It lets everything through and watches nothing.
    Disabled,
    /// It lets everything through and watches.
    MetricsOnly,
}

/// What a breaker judges by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerWindow {
    /// The last so many calls; 100 if not written.
    Calls(u32),
    /// The calls of the last so many seconds.
    Seconds(u32),
    /// So many failures in a row.
    Consecutive(u32),
}

/// A bulkhead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bulkhead {
    /// How many calls may be under way.
    pub form: BulkheadForm,
    /// How long one more waits for its turn; not at all if neither this nor `queue` is
    /// written, as long as it takes if only `queue` is, or if there are threads.
    pub wait: SimDuration,
    /// How many may wait; any number if not written, 100 if there are threads.
    pub queue: u32,
    /// Whose calls are counted together.
    pub scope: Scope,
}

/// How many calls a bulkhead lets be under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BulkheadForm {
    /// A semaphore.
    Semaphore {
        /// So many; 25 if not written, as in resilience4j.
        at_most: u32,
    },
    /// A pool of threads, as resilience4j's `ThreadPoolBulkhead`
    /// (<https://resilience4j.readme.io/docs/bulkhead>).
    Threads {
        /// How many are kept.
        core: u32,
        /// How many there are when the queue is full.
        most: u32,
        /// How long one beyond the core idles before it ends; 20 ms if not written.
        keep_alive: SimDuration,
    },
}

/// A concurrency limit that adapts, with the names and defaults of Netflix's concurrency-limits
/// (<https://github.com/Netflix/concurrency-limits>).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdaptiveLimit {
    /// At first; 20 if not written.
    pub initial: u32,
    /// At least; 20 if not written, or as many as at first or at the most if that is less.
    pub least: u32,
    /// At the most; 200 if not written, or as many as at first or at least if that is more.
    pub most: u32,
    /// How it follows what is measured; `gradient2` if not written.
    pub rule: LimitRule,
    /// Whose calls are counted together.
    pub scope: Scope,
}

/// How a concurrency limit follows what is measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LimitRule {
    /// One more while it is in use, a share of it after a drop.
    Aimd {
        /// What is left after a drop, 50 % to 99 %; 90 % if not written.
        backoff: Share,
        /// What takes longer counts as dropped; 5 s if not written.
        timeout: SimDuration,
    },
    /// By the mean latency over the latest.
    Gradient2 {
        /// How many calls may queue; 4 if not written.
        queue: u32,
        /// How much of each new estimate is taken; 20 % if not written.
        smoothing: Share,
        /// Over how many calls the mean reaches; 600 if not written.
        window: u32,
        /// How many times longer than usual a call may take; 1.5 if not written.
        tolerance: f64,
    },
}

/// A rate limiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// How it gives permissions back.
    pub form: RateLimitForm,
    /// Whose calls are counted together.
    pub scope: Scope,
}

/// How a rate limiter gives permissions back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateLimitForm {
    /// Evenly: a token bucket.
    Bucket {
        /// So many permissions ...
        tokens: u32,
        /// ... in this time.
        per: SimDuration,
        /// How many there are at the most; as many as `tokens` if not written.
        burst: u32,
    },
    /// All at once at the beginning of each cycle, as resilience4j
    /// (<https://resilience4j.readme.io/docs/ratelimiter>).
    Cycle {
        /// So many permissions ...
        limit: u32,
        /// ... in each cycle.
        cycle: SimDuration,
        /// How long a call waits for one; 5 s if not written.
        wait: SimDuration,
    },
}

/// One more attempt before the first has an answer: the first answer counts, as in gRPC
/// (<https://github.com/grpc/proposal/blob/master/A6-client-retries.md#hedging-policy>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hedge {
    /// How long after the attempt before the next one begins.
    pub after: SimDuration,
    /// How many attempts there are in all, 2 to 5; 2 if not written.
    pub attempts: u32,
    /// After which failures another attempt may still be good; error, refused and full if not
    /// written.
    pub only: Vec<OutcomeMatch>,
}

/// An answer of one's own where there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct Fallback {
    /// Instead of which outcomes; error, timeout, open, full and limited if not written.
    pub on: Vec<OutcomeMatch>,
    /// What is answered.
    pub instead: Instead,
}

/// What a fallback answers with.
#[derive(Clone, Debug, PartialEq)]
pub enum Instead {
    /// A value; nothing in particular if not written.
    Value(Option<Value>),
    /// What this cache has, which stands around the same call, fresh or not.
    Stale(Name),
    /// What another endpoint answers.
    Endpoint {
        /// The endpoint.
        to: MemberRef,
        /// Its arguments by name; one left out takes that of the call, or the value in scope.
        args: Named<Value>,
    },
}

/// Whose calls a policy counts together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Scope {
    /// Those of one instance of the caller: each has its own.
    #[default]
    Instance,
    /// Everybody's.
    Shared,
}

/// A cache of answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Cache {
    /// How long an answer is good.
    pub ttl: SimDuration,
    /// How many it keeps; no limit if not written.
    pub entries: Option<u32>,
    /// What two equal questions have in common; all arguments if not written.
    pub key: Option<Value>,
    /// How long after that an answer may be given by a fallback; as long as it is kept if not
    /// written (the `stale-if-error` of RFC 5861).
    pub stale_if_error: Option<SimDuration>,
    /// Whose calls share it.
    pub scope: Scope,
}

/// A batching loader: the calls of one tick become one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loader {
    /// The argument that becomes a list.
    pub key: Name,
    /// How many at most.
    pub batch: u32,
    /// The endpoint that answers for many; the same one if not written.
    pub to: Option<MemberRef>,
}
