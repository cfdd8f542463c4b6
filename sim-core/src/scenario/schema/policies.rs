//! `policies`: what surrounds a call.

use serde_json::Value;

use super::scalars::whole;
use super::{Definitions, about, any, at_most_one, defined, object, one_or_many, to, words};
use crate::resilience::breaker::MOST_CALLS;
use crate::resilience::hedge::MOST_ATTEMPTS;
use crate::scenario::document::HttpMethod;
use crate::scenario::limits::{MAX_ATTEMPTS, MAX_COUNT, MAX_ROWS, MAX_WORKERS};

pub(super) fn definitions() -> Definitions {
    defined([("policy", any([words(&["none"]), policy()]))])
}

fn policy() -> Value {
    at_most_one([
        ("timeout", about(timeout(), "Gives up after so long.")),
        ("retry", about(retry(), "Tries again what has failed.")),
        (
            "chain",
            about(one_or_many(to("reference")), "Others, outermost first."),
        ),
        (
            "breaker",
            about(
                breaker(),
                "Asks no more for a while once too much has failed.",
            ),
        ),
        (
            "bulkhead",
            about(bulkhead(), "Lets only so many through at the same time."),
        ),
        (
            "rate-limit",
            about(rate_limit(), "Lets only so many begin in a time."),
        ),
        (
            "adaptive-limit",
            about(
                adaptive_limit(),
                "Lets as many through at the same time as the callee can take, which it finds out.",
            ),
        ),
        (
            "hedge",
            about(
                hedge(),
                "Asks once more before there is an answer; the first one counts.",
            ),
        ),
        (
            "fallback",
            about(fallback(), "Has an answer of its own where there is none."),
        ),
        ("cache", about(cache(), "Keeps answers for a while.")),
        (
            "loader",
            about(
                object([
                    ("key", to("reference")),
                    ("batch", whole(1, MAX_COUNT)),
                    ("to", to("member")),
                ]),
                "Asks for many things in one request.",
            ),
        ),
    ])
}

fn timeout() -> Value {
    any([
        to("duration"),
        object([
            ("after", to("duration")),
            (
                "propagate",
                about(to("bool"), "Whether the deadline travels with the request."),
            ),
            (
                "cancel",
                about(to("bool"), "Whether the callee is told that nobody waits."),
            ),
        ]),
    ])
}

fn retry() -> Value {
    let grows = object([(
        "exponential",
        object([
            ("base", about(to("duration"), "The first wait.")),
            (
                "factor",
                about(to("factor"), "Each wait is so many times the one before."),
            ),
            ("cap", about(to("duration"), "The longest wait.")),
        ]),
    )]);
    let linear = object([(
        "linear",
        object([
            ("base", about(to("duration"), "The first wait.")),
            (
                "step",
                about(
                    to("duration"),
                    "Each wait is longer by this; by `base` if left out.",
                ),
            ),
            ("cap", about(to("duration"), "The longest wait.")),
        ]),
    )]);
    let budget = object([
        (
            "tokens",
            about(
                whole(1, 1_000),
                "A failure costs one; there are retries while more than half are there. 10 if left out.",
            ),
        ),
        (
            "per-success",
            about(to("factor"), "What a success gives back; 0.1 if left out."),
        ),
        ("scope", scope()),
    ]);
    object([
        (
            "attempts",
            about(whole(1, MAX_ATTEMPTS), "With the first; 3 if left out."),
        ),
        (
            "wait",
            about(
                any([to("distribution"), grows, linear]),
                "How long it waits before the next attempt.",
            ),
        ),
        (
            "jitter",
            about(
                any([to("share"), words(&["full", "equal", "decorrelated"])]),
                "By how much the waits differ.",
            ),
        ),
        (
            "budget",
            about(budget, "How many retries all calls together may afford."),
        ),
        (
            "only",
            about(
                one_or_many(to("outcome")),
                "The outcomes that are tried again.",
            ),
        ),
        (
            "methods",
            about(
                any([
                    words(&["idempotent"]),
                    one_or_many(words(&HttpMethod::ALL.map(|(word, _)| word))),
                ]),
                "Only requests with these methods are sent again.",
            ),
        ),
        (
            "honours-retry-after",
            about(
                to("bool"),
                "Whether it waits at least as long as the header retry-after of the answer says.",
            ),
        ),
        (
            "wait-before-give-up",
            about(
                to("bool"),
                "Whether it waits after the last attempt as well.",
            ),
        ),
    ])
}

fn breaker() -> Value {
    object([
        (
            "window",
            about(
                at_most_one([
                    (
                        "calls",
                        about(whole(1, u64::from(MOST_CALLS)), "The last so many calls."),
                    ),
                    (
                        "time",
                        about(
                            to("duration"),
                            "The calls of the last so many whole seconds.",
                        ),
                    ),
                    (
                        "consecutive",
                        about(whole(1, MAX_COUNT), "So many failures in a row."),
                    ),
                ]),
                "What it looks back on.",
            ),
        ),
        (
            "minimum",
            about(
                whole(1, MAX_COUNT),
                "It does not open on fewer calls than this.",
            ),
        ),
        (
            "failure-rate",
            about(to("share"), "It opens at this share of failures."),
        ),
        (
            "slow-after",
            about(to("duration"), "What takes longer is slow."),
        ),
        (
            "slow-rate",
            about(to("share"), "It opens at this share of slow calls."),
        ),
        ("open-for", about(to("duration"), "How long it stays open.")),
        (
            "half-open",
            about(whole(1, MAX_COUNT), "How many calls it then tries."),
        ),
        (
            "half-open-for",
            about(
                to("duration"),
                "How long it waits for them before it opens again; for ever if left out.",
            ),
        ),
        (
            "automatic",
            about(to("bool"), "Whether it tries without being asked."),
        ),
        (
            "failures",
            about(
                one_or_many(to("outcome")),
                "What is a failure; error, timeout and full if left out.",
            ),
        ),
        (
            "ignore",
            about(one_or_many(to("outcome")), "What does not count at all."),
        ),
        (
            "mode",
            about(
                words(&["normal", "forced-open", "disabled", "metrics-only"]),
                "What somebody has put it to.",
            ),
        ),
        ("scope", scope()),
    ])
}

fn bulkhead() -> Value {
    any([
        whole(1, MAX_WORKERS),
        object([
            (
                "at-most",
                about(whole(1, MAX_WORKERS), "How many at the same time."),
            ),
            (
                "wait",
                about(to("duration"), "How long one more waits for its turn."),
            ),
            ("queue", about(whole(0, MAX_COUNT), "How many may wait.")),
            ("threads", about(threads(), "A pool of so many threads.")),
            ("scope", scope()),
        ]),
    ])
}

fn threads() -> Value {
    any([
        whole(1, MAX_WORKERS),
        object([
            ("core", about(whole(1, MAX_WORKERS), "How many are kept.")),
            (
                "most",
                about(
                    whole(1, MAX_WORKERS),
                    "How many there are when the queue is full.",
                ),
            ),
            (
                "keep-alive",
                about(
                    to("duration"),
                    "How long one beyond the core idles before it ends; 20ms if left out.",
                ),
            ),
        ]),
    ])
}

fn adaptive_limit() -> Value {
    let aimd = object([
        (
            "backoff",
            about(
                to("share"),
                "What is left of the limit after a drop; 90% if left out.",
            ),
        ),
        (
            "timeout",
            about(
                to("duration"),
                "What takes longer counts as dropped; 5s if left out.",
            ),
        ),
    ]);
    let gradient2 = object([
        (
            "queue",
            about(
                whole(1, MAX_WORKERS),
                "How many calls may queue; 4 if left out.",
            ),
        ),
        (
            "smoothing",
            about(
                to("share"),
                "How much of each new estimate is taken; 20% if left out.",
            ),
        ),
        (
            "window",
            about(
                whole(1, MAX_WORKERS),
                "Over how many calls the usual latency is taken; 600 if left out.",
            ),
        ),
        (
            "tolerance",
            about(
                to("factor"),
                "How many times longer than usual a call may take; 1.5 if left out.",
            ),
        ),
    ]);
    object([
        (
            "initial",
            about(whole(1, MAX_WORKERS), "At first; 20 if left out."),
        ),
        (
            "least",
            about(whole(1, MAX_WORKERS), "At least; 20 if left out."),
        ),
        (
            "most",
            about(whole(1, MAX_WORKERS), "At the most; 200 if left out."),
        ),
        (
            "aimd",
            about(
                aimd,
                "One more while all goes well, a share of it after a drop.",
            ),
        ),
        (
            "gradient2",
            about(
                gradient2,
                "By how long calls take, compared with the usual.",
            ),
        ),
        ("scope", scope()),
    ])
}

fn scope() -> Value {
    about(
        words(&["instance", "shared"]),
        "Whether each instance of the caller has its own, or all callers share one.",
    )
}

fn rate_limit() -> Value {
    object([
        (
            "tokens",
            about(whole(1, MAX_COUNT), "So many calls may begin ..."),
        ),
        (
            "per",
            about(to("duration"), "... in this time; 1s if left out."),
        ),
        (
            "burst",
            about(
                whole(1, MAX_COUNT),
                "How many at once; as many as `tokens` if left out.",
            ),
        ),
        (
            "cycle",
            about(
                to("duration"),
                "All tokens come back at the beginning of each such cycle.",
            ),
        ),
        (
            "wait",
            about(
                to("duration"),
                "How long a call waits for a later cycle; 5s if left out.",
            ),
        ),
        ("scope", scope()),
    ])
}

fn hedge() -> Value {
    any([
        to("duration"),
        object([
            (
                "after",
                about(to("duration"), "When another attempt begins."),
            ),
            (
                "attempts",
                about(
                    whole(2, u64::from(MOST_ATTEMPTS)),
                    "With the first; 2 if left out.",
                ),
            ),
            (
                "only",
                about(
                    one_or_many(to("outcome")),
                    "The failures after which another attempt may still be good.",
                ),
            ),
        ]),
    ])
}

fn fallback() -> Value {
    object([
        (
            "on",
            about(
                one_or_many(to("outcome")),
                "The outcomes it answers instead of.",
            ),
        ),
        ("value", about(to("value"), "The answer.")),
        (
            "stale",
            about(
                to("reference"),
                "The cache inside of it whose answer is given though it is no longer fresh.",
            ),
        ),
        (
            "to",
            about(to("member"), "The endpoint that is asked instead."),
        ),
        (
            "args",
            about(
                to("values"),
                "What it is asked with; what is left out comes from the call.",
            ),
        ),
    ])
}

fn cache() -> Value {
    object([
        ("ttl", about(to("duration"), "How long an answer is fresh.")),
        (
            "entries",
            about(
                whole(1, MAX_ROWS),
                "How many answers it keeps; the one that was not used for the longest time goes.",
            ),
        ),
        (
            "key",
            about(
                to("value"),
                "What two equal questions have in common; all arguments if left out.",
            ),
        ),
        (
            "stale-if-error",
            about(
                to("duration"),
                "How long after that a fallback may give it; as long as it is kept if left out.",
            ),
        ),
        ("scope", scope()),
    ])
}
