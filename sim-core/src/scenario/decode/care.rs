//! What is done around the instances of a service: balancing, outlier detection, health checks
//! and scaling.

use super::fields::{Decoder, Fields};
use crate::kernel::SimDuration;
use crate::scenario::diagnostic::{Expected, Problem, RefKind};
use crate::scenario::document::{Balance, Health, Outliers, Probe, Scale, ScaleTarget, Share};
use crate::scenario::limits::{MAX_COUNT, MAX_INSTANCES, MAX_QUEUE};
use crate::scenario::tree::Node;

pub(super) fn balance(d: &mut Decoder<'_>, node: &Node) -> Option<Balance> {
    let words = [
        ("round-robin", Balance::RoundRobin),
        ("random", Balance::Random),
        ("least-requests", Balance::LeastRequests),
        ("two-choices", Balance::TwoChoices),
    ];
    if node.as_map().is_none() {
        return d.word(node, &words);
    }
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let hash = fields.required(d, "hash", Decoder::expression);
    fields.close(d);
    hash.map(Balance::Hash)
}

pub(super) fn outliers(d: &mut Decoder<'_>, node: &Node) -> Option<Outliers> {
    // Envoy: consecutive_5xx 5, interval 10 s, base_ejection_time 30 s, max_ejection_time 300 s,
    // max_ejection_percent 10, healthy_panic_threshold 50 %.
    const FAILURES: u32 = 5;
    const EVERY: SimDuration = SimDuration::from_secs(10);
    const OUT_FOR: SimDuration = SimDuration::from_secs(30);
    const LONGEST: SimDuration = SimDuration::from_secs(300);
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let failures = fields.optional(d, "failures", |d, node| d.small(node, 1, MAX_COUNT));
    let every = fields.optional(d, "every", Decoder::positive_duration);
    let out_for = fields.optional(d, "out-for", Decoder::positive_duration);
    let longest = fields.optional(d, "longest", Decoder::positive_duration);
    let at_most = fields.optional(d, "at-most", Decoder::share);
    let panic = fields.optional(d, "panic", Decoder::share);
    fields.close(d);
    let out_for = out_for.unwrap_or(OUT_FOR);
    if longest.is_some_and(|longest| longest < out_for) {
        let problem = Problem::NotOrdered {
            lower: "out-for".to_owned(),
            upper: "longest".to_owned(),
        };
        return d.error(node, problem);
    }
    Some(Outliers {
        failures: failures.unwrap_or(FAILURES),
        every: every.unwrap_or(EVERY),
        out_for,
        longest: longest.unwrap_or(LONGEST.max(out_for)),
        at_most: at_most.unwrap_or(Share::percent(10)),
        panic: panic.unwrap_or(Share::percent(50)),
    })
}

pub(super) fn health(d: &mut Decoder<'_>, node: &Node) -> Option<Health> {
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let readiness = probe(d, &mut fields, true);
    let ready = fields.optional(d, "ready", Decoder::expression);
    let liveness = fields.optional(d, "live", |d, node| {
        let mut fields = Fields::open(d, node, Expected::Map)?;
        let probe = probe(d, &mut fields, false);
        fields.close(d);
        Some(probe)
    });
    fields.close(d);
    Some(Health {
        readiness,
        ready,
        liveness,
    })
}

/// Kubernetes: periodSeconds 10, timeoutSeconds 1, failureThreshold 3, successThreshold 1, which
/// a liveness probe cannot change.
fn probe(d: &mut Decoder<'_>, fields: &mut Fields<'_>, is_readiness: bool) -> Probe {
    const EVERY: SimDuration = SimDuration::from_secs(10);
    const TIMEOUT: SimDuration = SimDuration::from_secs(1);
    const FAILURES: u32 = 3;
    const SUCCESSES: u32 = 1;
    let count = |d: &mut Decoder<'_>, node: &Node| d.small(node, 1, MAX_COUNT);
    let every = fields.optional(d, "every", Decoder::positive_duration);
    let timeout = fields.optional(d, "timeout", Decoder::positive_duration);
    let failures = fields.optional(d, "failures", count);
    let successes = if is_readiness {
        fields.optional(d, "successes", count)
    } else {
        None
    };
    Probe {
        every: every.unwrap_or(EVERY),
        timeout: timeout.unwrap_or(TIMEOUT),
        failures: failures.unwrap_or(FAILURES),
        successes: successes.unwrap_or(SUCCESSES),
    }
}

pub(super) fn scale(d: &mut Decoder<'_>, node: &Node) -> Option<Scale> {
    // Kubernetes: minReplicas 1, a sync period of 15 s, a tolerance of 10 %, a stabilization
    // window of 300 s for scaling down; Metrics Server: a resolution of 15 s.
    const EVERY: SimDuration = SimDuration::from_secs(15);
    const DELAY: SimDuration = SimDuration::from_secs(15);
    const SHRINK_AFTER: SimDuration = SimDuration::from_secs(300);
    // What is measured is kept until it is old enough, so it cannot be very old.
    const MOST_PERIODS: u64 = 100;
    let instances = |d: &mut Decoder<'_>, node: &Node| d.small(node, 1, MAX_INSTANCES);
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let target = target(d, node, &mut fields);
    let min = fields.optional(d, "min", instances).unwrap_or(1);
    let max = fields.required(d, "max", instances);
    let every = fields.optional(d, "every", Decoder::positive_duration);
    let every = every.unwrap_or(EVERY);
    let oldest = every.times(MOST_PERIODS);
    let delay = fields
        .optional(d, "delay", |d, node| {
            d.duration_within(node, SimDuration::ZERO, oldest)
        })
        .unwrap_or(DELAY.min(oldest));
    let tolerance = fields.optional(d, "tolerance", Decoder::share);
    let shrink_after = fields.optional(d, "shrink-after", Decoder::duration);
    fields.close(d);
    let max = max?;
    if max < min {
        let problem = Problem::NotOrdered {
            lower: "min".to_owned(),
            upper: "max".to_owned(),
        };
        return d.error(node, problem);
    }
    Some(Scale {
        target: target?,
        min,
        max,
        every,
        delay,
        tolerance: tolerance.unwrap_or(Share::percent(10)),
        shrink_after: shrink_after.unwrap_or(SHRINK_AFTER),
    })
}

/// One of `utilisation`, `waiting` and `queue`.
fn target(d: &mut Decoder<'_>, node: &Node, fields: &mut Fields<'_>) -> Option<ScaleTarget> {
    const KINDS: [&str; 3] = ["utilisation", "waiting", "queue"];
    let written: Vec<&str> = KINDS.into_iter().filter(|kind| fields.has(kind)).collect();
    let count = |d: &mut Decoder<'_>, node: &Node| d.small(node, 1, MAX_QUEUE);
    let utilisation = fields.optional(d, "utilisation", |d, node| {
        let share = d.share(node)?;
        if share == Share::NONE {
            return d.error(
                node,
                Problem::OutOfRange {
                    found: "0%".to_owned(),
                    from: "0.0001%".to_owned(),
                    to: "100%".to_owned(),
                },
            );
        }
        Some(share)
    });
    let waiting = fields.optional(d, "waiting", count);
    let queue = fields.optional(d, "queue", |d, node| {
        let mut fields = Fields::open(d, node, Expected::Map)?;
        let of = fields.required(d, "of", |d, node| d.member(node, RefKind::Queue));
        let each = fields.required(d, "each", count);
        fields.close(d);
        Some(ScaleTarget::Queue(of?, each?))
    });
    match written.as_slice() {
        [] => {
            let field = KINDS[0].to_owned();
            d.error(node, Problem::Missing { field })
        }
        [_] => utilisation
            .map(ScaleTarget::Utilisation)
            .or(waiting.map(ScaleTarget::Waiting))
            .or(queue),
        several => {
            let found = several.iter().map(|kind| (*kind).to_owned()).collect();
            d.error(node, Problem::SeveralVerbs { found })
        }
    }
}
