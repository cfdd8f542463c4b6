//! `policies`: what surrounds a call.

use indexmap::IndexSet;

use super::fields::{Decoder, Fields};
use super::steps::outcome;
use super::timeline::is_none;
use super::values;
use crate::kernel::SimDuration;
use crate::resilience::adaptive::Bounds;
use crate::resilience::breaker::{MOST_CALLS, MOST_SECONDS};
use crate::resilience::hedge::MOST_ATTEMPTS;
use crate::scenario::diagnostic::{Expected, Feature, Problem, RefKind};
use crate::scenario::document::{
    AdaptiveLimit, Breaker, BreakerMode, BreakerWindow, Bulkhead, BulkheadForm, Cache,
    DurationDistribution, Fallback, Hedge, HttpMethod, Instead, Jitter, LimitRule, Loader, Name,
    Named, OutcomeMatch, Policy, RateLimit, RateLimitForm, Retry, RetryBudget, RetryWait, Scope,
    Share, Timeout,
};
use crate::scenario::limits::{MAX_ATTEMPTS, MAX_COUNT, MAX_ROWS, MAX_WORKERS};
use crate::scenario::tree::Node;

/// All methods that are idempotent.
const IDEMPOTENT: &str = "idempotent";

const KINDS: [&str; 11] = [
    "timeout",
    "retry",
    "chain",
    "breaker",
    "bulkhead",
    "rate-limit",
    "adaptive-limit",
    "hedge",
    "fallback",
    "cache",
    "loader",
];

pub(super) fn policy(d: &mut Decoder<'_>, node: &Node) -> Option<Policy> {
    if is_none(node) {
        return Some(Policy::None);
    }
    let (kind, argument) = d.verb(node, &KINDS, &[], Expected::Policy)?;
    d.within(kind, |d| match kind {
        "timeout" => timeout(d, argument).map(Policy::Timeout),
        "retry" => retry(d, argument).map(Policy::Retry),
        "chain" => d
            .one_or_many(argument, |d, node| d.reference(node, RefKind::Policy))
            .map(Policy::Chain),
        "breaker" => breaker(d, argument).map(Policy::Breaker),
        "bulkhead" => bulkhead(d, argument).map(Policy::Bulkhead),
        "rate-limit" => rate_limit(d, argument).map(Policy::RateLimit),
        "adaptive-limit" => adaptive_limit(d, argument).map(Policy::AdaptiveLimit),
        "hedge" => hedge(d, argument).map(Policy::Hedge),
        "fallback" => fallback(d, argument).map(Policy::Fallback),
        "cache" => cache(d, argument).map(Policy::Cache),
        _ => loader(d, argument).map(Policy::Loader),
    })
}

fn timeout(d: &mut Decoder<'_>, node: &Node) -> Option<Timeout> {
    if node.as_map().is_none() {
        return Some(Timeout {
            after: d.positive_duration(node)?,
            propagates: false,
            cancels: false,
        });
    }
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let after = fields.required(d, "after", Decoder::positive_duration);
    let propagates = fields.optional(d, "propagate", Decoder::bool);
    let cancels = fields.optional(d, "cancel", Decoder::bool);
    fields.close(d);
    Some(Timeout {
        after: after?,
        propagates: propagates.unwrap_or_default(),
        cancels: cancels.unwrap_or_default(),
    })
}

fn retry(d: &mut Decoder<'_>, node: &Node) -> Option<Retry> {
    // resilience4j: maxAttempts 3, waitDuration 500 ms.
    const ATTEMPTS: u32 = 3;
    const WAIT: RetryWait = RetryWait::Drawn(DurationDistribution::Constant(
        SimDuration::from_millis(500),
    ));
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let attempts = fields
        .optional(d, "attempts", |d, node| d.small(node, 1, MAX_ATTEMPTS))
        .unwrap_or(ATTEMPTS);
    let wait = fields.optional(d, "wait", retry_wait).unwrap_or(WAIT);
    let jitter = fields
        .optional(d, "jitter", jitter)
        .unwrap_or(Jitter::Around(Share::NONE));
    let only = fields.optional(d, "only", |d, node| d.one_or_many(node, outcome));
    let wait_before_give_up = fields
        .optional(d, "wait-before-give-up", Decoder::bool)
        .unwrap_or_default();
    let budget = fields.optional(d, "budget", retry_budget);
    let methods = fields.optional(d, "methods", methods);
    let honours_retry_after = fields
        .optional(d, "honours-retry-after", Decoder::bool)
        .unwrap_or_default();
    fields.close(d);
    let only = only.unwrap_or_else(|| vec![OutcomeMatch::Error, OutcomeMatch::Timeout]);
    Some(Retry {
        attempts,
        wait,
        jitter,
        only,
        wait_before_give_up,
        budget,
        methods,
        honours_retry_after,
    })
}

/// Methods of HTTP, or `idempotent`, which is all those that are.
fn methods(d: &mut Decoder<'_>, node: &Node) -> Option<Vec<HttpMethod>> {
    if node.as_text() == Some(IDEMPOTENT) {
        let methods = HttpMethod::ALL.into_iter().map(|(_, method)| method);
        return Some(methods.filter(|method| method.is_idempotent()).collect());
    }
    d.one_or_many(node, |d, node| d.word(node, &HttpMethod::ALL))
}

fn jitter(d: &mut Decoder<'_>, node: &Node) -> Option<Jitter> {
    const WORDS: [(&str, Jitter); 3] = [
        ("full", Jitter::Full),
        ("equal", Jitter::Equal),
        ("decorrelated", Jitter::Decorrelated),
    ];
    let word = node
        .as_text()
        .and_then(|text| WORDS.iter().find(|(word, _)| *word == text));
    match word {
        Some((_, jitter)) => Some(*jitter),
        None => d.share(node).map(Jitter::Around),
    }
}

fn retry_budget(d: &mut Decoder<'_>, node: &Node) -> Option<RetryBudget> {
    // gRPC: maxTokens at most 1000, tokenRatio above 0 with three decimals.
    const MOST_TOKENS: u64 = 1_000;
    const TOKENS: u32 = 10;
    const PER_SUCCESS: f64 = 0.1;
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let tokens = fields
        .optional(d, "tokens", |d, node| d.small(node, 1, MOST_TOKENS))
        .unwrap_or(TOKENS);
    let per_success = fields
        .optional(d, "per-success", |d, node| d.factor(node, 0.001))
        .unwrap_or(PER_SUCCESS);
    let scope = scope(d, &mut fields);
    fields.close(d);
    Some(RetryBudget {
        tokens,
        per_success_thousandths: (per_success.min(1_000.0) * 1_000.0) as u32,
        scope,
    })
}

/// `scope`: whose calls a policy counts together.
fn scope(d: &mut Decoder<'_>, fields: &mut Fields<'_>) -> Scope {
    let words = [("instance", Scope::Instance), ("shared", Scope::Shared)];
    fields
        .optional(d, "scope", |d, node| d.word(node, &words))
        .unwrap_or_default()
}

/// `exponential` with a `base` grows; with a mean alone it is drawn.
fn retry_wait(d: &mut Decoder<'_>, node: &Node) -> Option<RetryWait> {
    const FACTOR: f64 = 2.0;
    if let Some(argument) = node.get("linear") {
        return d.within("linear", |d| {
            let mut fields = Fields::open(d, argument, Expected::Map)?;
            let base = fields.required(d, "base", Decoder::duration);
            let step = fields.optional(d, "step", Decoder::duration);
            let cap = fields.optional(d, "cap", Decoder::duration);
            fields.close(d);
            Some(RetryWait::Linear {
                base: base?,
                step: step.or(base)?,
                cap,
            })
        });
    }
    let Some(argument) = node
        .get("exponential")
        .filter(|argument| argument.get("mean").is_none())
    else {
        return d.distribution(node).map(RetryWait::Drawn);
    };
    if argument.as_map().is_none() {
        return d.distribution(node).map(RetryWait::Drawn);
    }
    d.within("exponential", |d| {
        let mut fields = Fields::open(d, argument, Expected::Map)?;
        let base = fields.required(d, "base", Decoder::duration);
        let factor = fields
            .optional(d, "factor", |d, node| d.factor(node, 1.0))
            .unwrap_or(FACTOR);
        let cap = fields.optional(d, "cap", Decoder::duration);
        fields.close(d);
        Some(RetryWait::Exponential {
            base: base?,
            factor,
            cap,
        })
    })
}

fn breaker(d: &mut Decoder<'_>, node: &Node) -> Option<Breaker> {
    // The defaults of resilience4j (CircuitBreakerConfig).
    const WINDOW: u32 = 100;
    const HALF: u32 = Share::ALL.millionths() / 2;
    const OPEN_FOR: SimDuration = SimDuration::from_secs(60);
    const HALF_OPEN: u32 = 10;
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let window = fields
        .optional(d, "window", window)
        .unwrap_or(BreakerWindow::Calls(WINDOW));
    let count = |d: &mut Decoder<'_>, node: &Node| d.small(node, 1, MAX_COUNT);
    let minimum = fields.optional(d, "minimum", count).unwrap_or(WINDOW);
    let failure_rate = fields.optional(d, "failure-rate", Decoder::share);
    let failure_rate = failure_rate
        .or_else(|| Share::from_millionths(HALF))
        .unwrap_or(Share::ALL);
    let slow_after = fields.optional(d, "slow-after", Decoder::duration);
    let slow_rate = fields.optional(d, "slow-rate", Decoder::share);
    let open_for = fields
        .optional(d, "open-for", Decoder::duration)
        .unwrap_or(OPEN_FOR);
    let half_open = fields.optional(d, "half-open", count).unwrap_or(HALF_OPEN);
    let half_open_for = fields.optional(d, "half-open-for", Decoder::positive_duration);
    let automatic = fields.optional(d, "automatic", Decoder::bool);
    let outcomes = |d: &mut Decoder<'_>, node: &Node| d.one_or_many(node, outcome);
    let failures = fields.optional(d, "failures", outcomes);
    let ignore = fields.optional(d, "ignore", outcomes);
    let modes = [
        ("normal", BreakerMode::Normal),
        ("forced-open", BreakerMode::ForcedOpen),
        ("disabled", BreakerMode::Disabled),
        ("metrics-only", BreakerMode::MetricsOnly),
    ];
    let mode = fields
        .optional(d, "mode", |d, node| d.word(node, &modes))
        .unwrap_or_default();
    let scope = scope(d, &mut fields);
    fields.close(d);
    let slow = slow_after.map(|after| (after, slow_rate.unwrap_or(Share::ALL)));
    Some(Breaker {
        window,
        minimum,
        failure_rate,
        slow,
        open_for,
        half_open,
        half_open_for,
        automatic: automatic.unwrap_or_default(),
        failures: failures.unwrap_or_else(|| {
            vec![
                OutcomeMatch::Error,
                OutcomeMatch::Timeout,
                OutcomeMatch::Full,
            ]
        }),
        ignore: ignore.unwrap_or_default(),
        mode,
        scope,
    })
}

fn window(d: &mut Decoder<'_>, node: &Node) -> Option<BreakerWindow> {
    let (kind, argument) = d.verb(node, &["calls", "time", "consecutive"], &[], Expected::Map)?;
    d.within(kind, |d| match kind {
        "calls" => d
            .small(argument, 1, u64::from(MOST_CALLS))
            .map(BreakerWindow::Calls),
        "time" => seconds(d, argument).map(BreakerWindow::Seconds),
        _ => d
            .small(argument, 1, MAX_COUNT)
            .map(BreakerWindow::Consecutive),
    })
}

/// A length in whole seconds, as the buckets of a window by time are.
fn seconds(d: &mut Decoder<'_>, node: &Node) -> Option<u32> {
    const SECOND: u64 = 1_000_000_000;
    let length = d.positive_duration(node)?;
    let seconds = u32::try_from(length.as_nanos() / SECOND).ok();
    let whole = seconds
        .filter(|seconds| length.as_nanos() % SECOND == 0 && (1..=MOST_SECONDS).contains(seconds));
    if whole.is_none() {
        return d.unexpected(node, Expected::WindowSeconds);
    }
    whole
}

fn bulkhead(d: &mut Decoder<'_>, node: &Node) -> Option<Bulkhead> {
    // resilience4j: maxConcurrentCalls 25, maxWaitDuration 0; queueCapacity 100.
    const AT_MOST: u32 = 25;
    const PLACES: u32 = 100;
    let at_most = |d: &mut Decoder<'_>, node: &Node| d.small(node, 1, MAX_WORKERS);
    if node.as_text().is_some() {
        let at_most = at_most(d, node)?;
        return Some(Bulkhead {
            form: BulkheadForm::Semaphore { at_most },
            wait: SimDuration::ZERO,
            queue: u32::MAX,
            scope: Scope::Instance,
        });
    }
    let mut fields = Fields::open(d, node, Expected::Map)?;
    if fields.has("at-most") && fields.has("threads") {
        let found = vec!["at-most".to_owned(), "threads".to_owned()];
        return d.error(node, Problem::SeveralVerbs { found });
    }
    let at_most = fields.optional(d, "at-most", at_most).unwrap_or(AT_MOST);
    let threads = fields.optional(d, "threads", threads);
    let wait = fields.optional(d, "wait", Decoder::duration);
    let queue = fields.optional(d, "queue", |d, node| d.small(node, 0, MAX_COUNT));
    let scope = scope(d, &mut fields);
    fields.close(d);
    let unlimited = if queue.is_some() || threads.is_some() {
        SimDuration::MAX
    } else {
        SimDuration::ZERO
    };
    let places = threads.map_or(u32::MAX, |_| PLACES);
    Some(Bulkhead {
        form: threads.unwrap_or(BulkheadForm::Semaphore { at_most }),
        wait: wait.unwrap_or(unlimited),
        queue: queue.unwrap_or(places),
        scope,
    })
}

/// So many threads, or how many are kept and how many there are at the most.
fn threads(d: &mut Decoder<'_>, node: &Node) -> Option<BulkheadForm> {
    // resilience4j: keepAliveDuration 20 ms.
    const KEEP_ALIVE: SimDuration = SimDuration::from_millis(20);
    let count = |d: &mut Decoder<'_>, node: &Node| d.small(node, 1, MAX_WORKERS);
    if node.as_text().is_some() {
        let threads = count(d, node)?;
        return Some(BulkheadForm::Threads {
            core: threads,
            most: threads,
            keep_alive: KEEP_ALIVE,
        });
    }
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let core = fields.required(d, "core", count);
    let most = fields.required(d, "most", count);
    let keep_alive = fields.optional(d, "keep-alive", Decoder::duration);
    fields.close(d);
    let (core, most) = (core?, most?);
    if core > most {
        let (lower, upper) = ("core".to_owned(), "most".to_owned());
        return d.error(node, Problem::NotOrdered { lower, upper });
    }
    Some(BulkheadForm::Threads {
        core,
        most,
        keep_alive: keep_alive.unwrap_or(KEEP_ALIVE),
    })
}

fn adaptive_limit(d: &mut Decoder<'_>, node: &Node) -> Option<AdaptiveLimit> {
    // concurrency-limits: from 20 to 200, at first 20.
    const USUAL: Bounds = Bounds::DEFAULT;
    let count = |d: &mut Decoder<'_>, node: &Node| d.small(node, 1, MAX_WORKERS);
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let initial = fields.optional(d, "initial", count);
    let least = fields.optional(d, "least", count);
    let most = fields.optional(d, "most", count);
    if fields.has("aimd") && fields.has("gradient2") {
        let found = vec!["aimd".to_owned(), "gradient2".to_owned()];
        return d.error(node, Problem::SeveralVerbs { found });
    }
    let aimd = fields.optional(d, "aimd", aimd);
    let gradient2 = fields.optional(d, "gradient2", gradient2);
    let scope = scope(d, &mut fields);
    fields.close(d);
    let known = [initial, most].into_iter().flatten();
    let least = least.unwrap_or(known.fold(USUAL.least, u32::min));
    let initial = initial.unwrap_or(
        most.map_or(USUAL.initial, |most| most.min(USUAL.initial))
            .max(least),
    );
    let most = most.unwrap_or(USUAL.most.max(initial).max(least));
    if least > initial || initial > most {
        let (lower, upper) = if least > initial {
            ("least".to_owned(), "initial".to_owned())
        } else {
            ("initial".to_owned(), "most".to_owned())
        };
        return d.error(node, Problem::NotOrdered { lower, upper });
    }
    Some(AdaptiveLimit {
        initial,
        least,
        most,
        rule: aimd.or(gradient2).unwrap_or(GRADIENT2),
        scope,
    })
}

// The defaults of concurrency-limits (`Gradient2Limit`).
const QUEUE: u32 = 4;
const SMOOTHING: Share = Share::percent(20);
const WINDOW: u32 = 600;
const TOLERANCE: f64 = 1.5;
const GRADIENT2: LimitRule = LimitRule::Gradient2 {
    queue: QUEUE,
    smoothing: SMOOTHING,
    window: WINDOW,
    tolerance: TOLERANCE,
};

fn aimd(d: &mut Decoder<'_>, node: &Node) -> Option<LimitRule> {
    // concurrency-limits: backoffRatio 0.9, from 0.5 and less than 1; timeout 5 s.
    const TIMEOUT: SimDuration = SimDuration::from_secs(5);
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let backoff = fields.optional(d, "backoff", |d, node| {
        let backoff = d.share(node)?;
        if backoff < Share::percent(50) || backoff == Share::ALL {
            return d.out_of_range(node, "50%".to_owned(), "99%".to_owned());
        }
        Some(backoff)
    });
    let timeout = fields.optional(d, "timeout", Decoder::positive_duration);
    fields.close(d);
    Some(LimitRule::Aimd {
        backoff: backoff.unwrap_or(Share::percent(90)),
        timeout: timeout.unwrap_or(TIMEOUT),
    })
}

fn gradient2(d: &mut Decoder<'_>, node: &Node) -> Option<LimitRule> {
    let count = |d: &mut Decoder<'_>, node: &Node| d.small(node, 1, MAX_WORKERS);
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let queue = fields.optional(d, "queue", count);
    let smoothing = fields.optional(d, "smoothing", Decoder::share);
    let window = fields.optional(d, "window", count);
    let tolerance = fields.optional(d, "tolerance", |d, node| d.factor(node, 1.0));
    fields.close(d);
    Some(LimitRule::Gradient2 {
        queue: queue.unwrap_or(QUEUE),
        smoothing: smoothing.unwrap_or(SMOOTHING),
        window: window.unwrap_or(WINDOW),
        tolerance: tolerance.unwrap_or(TOLERANCE),
    })
}

fn rate_limit(d: &mut Decoder<'_>, node: &Node) -> Option<RateLimit> {
    // resilience4j: timeoutDuration 5 s.
    const WAIT: SimDuration = SimDuration::from_secs(5);
    const SECOND: SimDuration = SimDuration::from_secs(1);
    let count = |d: &mut Decoder<'_>, node: &Node| d.small(node, 1, MAX_COUNT);
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let tokens = fields.required(d, "tokens", count);
    let per = fields.optional(d, "per", Decoder::positive_duration);
    let burst = fields.optional(d, "burst", count);
    let cycle = fields.optional(d, "cycle", Decoder::positive_duration);
    let wait = fields.optional(d, "wait", Decoder::duration);
    let scope = scope(d, &mut fields);
    fields.close(d);
    let tokens = tokens?;
    let form = match cycle {
        Some(cycle) => RateLimitForm::Cycle {
            limit: tokens,
            cycle,
            wait: wait.unwrap_or(WAIT),
        },
        None => RateLimitForm::Bucket {
            tokens,
            per: per.unwrap_or(SECOND),
            burst: burst.unwrap_or(tokens),
        },
    };
    Some(RateLimit { form, scope })
}

fn hedge(d: &mut Decoder<'_>, node: &Node) -> Option<Hedge> {
    const ATTEMPTS: u32 = 2;
    let only = || {
        vec![
            OutcomeMatch::Error,
            OutcomeMatch::Refused,
            OutcomeMatch::Full,
        ]
    };
    if node.as_text().is_some() {
        return Some(Hedge {
            after: d.duration(node)?,
            attempts: ATTEMPTS,
            only: only(),
        });
    }
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let after = fields.required(d, "after", Decoder::duration);
    let attempts = fields.optional(d, "attempts", |d, node| {
        d.small(node, 2, u64::from(MOST_ATTEMPTS))
    });
    let written = fields.optional(d, "only", |d, node| d.one_or_many(node, outcome));
    fields.close(d);
    Some(Hedge {
        after: after?,
        attempts: attempts.unwrap_or(ATTEMPTS),
        only: written.unwrap_or_else(only),
    })
}

fn fallback(d: &mut Decoder<'_>, node: &Node) -> Option<Fallback> {
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let on = fields.optional(d, "on", |d, node| d.one_or_many(node, outcome));
    let several: Vec<_> = ["value", "stale", "to"]
        .into_iter()
        .filter(|field| fields.has(field))
        .map(str::to_owned)
        .collect();
    let value = fields.optional(d, "value", values::value);
    let stale = fields.optional(d, "stale", |d, node| d.reference(node, RefKind::Policy));
    let to = fields.optional(d, "to", |d, node| d.member(node, RefKind::Endpoint));
    let args = fields.optional(d, "args", values::fields);
    fields.close(d);
    if several.len() > 1 {
        return d.error(node, Problem::SeveralVerbs { found: several });
    }
    let instead = match (stale, to) {
        (Some(cache), _) => Instead::Stale(cache),
        (None, Some(to)) => Instead::Endpoint {
            to,
            args: args.unwrap_or_default(),
        },
        (None, None) if several.iter().any(|field| field != "value") => return None,
        (None, None) => Instead::Value(value),
    };
    Some(Fallback {
        on: on.unwrap_or_else(|| {
            vec![
                OutcomeMatch::Error,
                OutcomeMatch::Timeout,
                OutcomeMatch::Open,
                OutcomeMatch::Full,
                OutcomeMatch::Limited,
            ]
        }),
        instead,
    })
}

fn cache(d: &mut Decoder<'_>, node: &Node) -> Option<Cache> {
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let ttl = fields.required(d, "ttl", Decoder::positive_duration);
    let entries = fields.optional(d, "entries", |d, node| d.small(node, 1, MAX_ROWS));
    let key = fields.optional(d, "key", values::value);
    let stale_if_error = fields.optional(d, "stale-if-error", Decoder::duration);
    let scope = scope(d, &mut fields);
    fields.close(d);
    Some(Cache {
        ttl: ttl?,
        entries,
        key,
        stale_if_error,
        scope,
    })
}

fn loader(d: &mut Decoder<'_>, node: &Node) -> Option<Loader> {
    d.need(node, Feature::Loader);
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let key = fields.required(d, "key", Decoder::name);
    let batch = fields.optional(d, "batch", |d, node| d.small(node, 1, MAX_COUNT));
    let to = fields.optional(d, "to", |d, node| d.member(node, RefKind::Endpoint));
    fields.close(d);
    // DataLoader: maxBatchSize is infinite unless it is set.
    Some(Loader {
        key: key?,
        batch: batch.unwrap_or(MAX_COUNT as u32),
        to,
    })
}

/// How many names of a circle a message tells.
const LONGEST_CIRCLE: usize = 16;

/// Tells every chain that contains itself. Each policy is visited once.
pub(super) fn chains_end(d: &mut Decoder<'_>, section: Option<&Node>, policies: &Named<Policy>) {
    let members = |name: &Name| match policies.get(name) {
        Some(Policy::Chain(members)) => members.as_slice(),
        _ => &[],
    };
    let mut seen: IndexSet<&Name> = IndexSet::new();
    for start in policies.keys() {
        if !seen.insert(start) {
            continue;
        }
        // The way from `start`, each name with its members that are left to visit.
        let mut way: Vec<(&Name, std::slice::Iter<'_, Name>)> =
            vec![(start, members(start).iter())];
        let mut on_the_way: IndexSet<&Name> = IndexSet::from([start]);
        while let Some((name, left)) = way.last_mut() {
            let Some(next) = left.next() else {
                on_the_way.swap_remove(*name);
                way.pop();
                continue;
            };
            if on_the_way.contains(next) {
                let circle = way
                    .iter()
                    .map(|(name, _)| *name)
                    .skip_while(|name| *name != next);
                // Both ends of a long circle say enough.
                let mut names: Vec<String> =
                    circle.chain([next]).map(ToString::to_string).collect();
                if names.len() > LONGEST_CIRCLE {
                    names.drain(LONGEST_CIRCLE - 2..names.len() - 2);
                    names.insert(LONGEST_CIRCLE - 2, "…".to_owned());
                }
                circle_at(d, section, next, names);
            } else if seen.insert(next) {
                on_the_way.insert(next);
                way.push((next, members(next).iter()));
            }
        }
    }
}

fn circle_at(d: &mut Decoder<'_>, section: Option<&Node>, name: &Name, names: Vec<String>) {
    let Some(node) = section.and_then(|section| section.get(name.as_str())) else {
        return;
    };
    d.within("policies", |d| {
        d.within(name.as_str(), |d| {
            d.error::<()>(node, Problem::ChainCycle { names })
        });
    });
}
