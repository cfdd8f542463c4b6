//! `policies`: what surrounds a call.

use indexmap::IndexSet;

use super::fields::{Decoder, Fields};
use super::steps::outcome;
use super::timeline::is_none;
use super::values;
use crate::kernel::SimDuration;
use crate::scenario::diagnostic::{Expected, Feature, Problem, RefKind};
use crate::scenario::document::{
    Breaker, BreakerWindow, Bulkhead, Cache, DurationDistribution, Loader, Name, Named,
    OutcomeMatch, Policy, Retry, RetryWait, Scope, Share, Timeout,
};
use crate::scenario::limits::{MAX_ATTEMPTS, MAX_COUNT, MAX_ROWS, MAX_WORKERS};
use crate::scenario::tree::Node;

const KINDS: [&str; 7] = [
    "timeout", "retry", "chain", "breaker", "bulkhead", "cache", "loader",
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
        .optional(d, "jitter", Decoder::share)
        .unwrap_or(Share::NONE);
    let only = fields.optional(d, "only", |d, node| d.one_or_many(node, outcome));
    let wait_before_give_up = fields
        .optional(d, "wait-before-give-up", Decoder::bool)
        .unwrap_or_default();
    fields.close(d);
    let only = only.unwrap_or_else(|| vec![OutcomeMatch::Error, OutcomeMatch::Timeout]);
    Some(Retry {
        attempts,
        wait,
        jitter,
        only,
        wait_before_give_up,
    })
}

/// `exponential` with a `base` grows; with a mean alone it is drawn.
fn retry_wait(d: &mut Decoder<'_>, node: &Node) -> Option<RetryWait> {
    const FACTOR: f64 = 2.0;
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
    d.need(node, Feature::Breaker);
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
    fields.close(d);
    let slow = slow_after.map(|after| (after, slow_rate.unwrap_or(Share::ALL)));
    Some(Breaker {
        window,
        minimum,
        failure_rate,
        slow,
        open_for,
        half_open,
    })
}

fn window(d: &mut Decoder<'_>, node: &Node) -> Option<BreakerWindow> {
    let (kind, argument) = d.verb(node, &["calls", "time", "consecutive"], &[], Expected::Map)?;
    d.within(kind, |d| match kind {
        "calls" => d.small(argument, 1, MAX_COUNT).map(BreakerWindow::Calls),
        "time" => d.positive_duration(argument).map(BreakerWindow::Time),
        _ => d
            .small(argument, 1, MAX_COUNT)
            .map(BreakerWindow::Consecutive),
    })
}

fn bulkhead(d: &mut Decoder<'_>, node: &Node) -> Option<Bulkhead> {
    // resilience4j: maxConcurrentCalls 25, maxWaitDuration 0.
    const AT_MOST: u32 = 25;
    d.need(node, Feature::Bulkhead);
    let at_most = |d: &mut Decoder<'_>, node: &Node| d.small(node, 1, MAX_WORKERS);
    if node.as_text().is_some() {
        let at_most = at_most(d, node)?;
        return Some(Bulkhead {
            at_most,
            wait: SimDuration::ZERO,
            scope: Scope::Instance,
        });
    }
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let at_most = fields.optional(d, "at-most", at_most).unwrap_or(AT_MOST);
    let wait = fields
        .optional(d, "wait", Decoder::duration)
        .unwrap_or_default();
    let words = [("instance", Scope::Instance), ("shared", Scope::Shared)];
    let scope = fields
        .optional(d, "scope", |d, node| d.word(node, &words))
        .unwrap_or_default();
    fields.close(d);
    Some(Bulkhead {
        at_most,
        wait,
        scope,
    })
}

fn cache(d: &mut Decoder<'_>, node: &Node) -> Option<Cache> {
    d.need(node, Feature::Cache);
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let ttl = fields.required(d, "ttl", Decoder::positive_duration);
    let entries = fields.optional(d, "entries", |d, node| d.count(node, 1, MAX_ROWS));
    let key = fields.optional(d, "key", values::value);
    fields.close(d);
    Some(Cache {
        ttl: ttl?,
        entries,
        key,
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
