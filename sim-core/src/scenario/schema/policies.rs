//! `policies`: what surrounds a call.

use serde_json::Value;

use super::scalars::whole;
use super::{Definitions, about, any, at_most_one, defined, object, one_or_many, to, words};
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
            "cache",
            about(
                object([
                    ("ttl", to("duration")),
                    ("entries", whole(1, MAX_ROWS)),
                    ("key", to("value")),
                ]),
                "Keeps answers for a while.",
            ),
        ),
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
    object([
        (
            "attempts",
            about(whole(1, MAX_ATTEMPTS), "With the first; 3 if left out."),
        ),
        (
            "wait",
            about(
                any([to("distribution"), grows]),
                "How long it waits before the next attempt.",
            ),
        ),
        (
            "jitter",
            about(to("share"), "By how much the waits differ."),
        ),
        (
            "only",
            about(
                one_or_many(to("outcome")),
                "The outcomes that are tried again.",
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
                        about(whole(1, MAX_COUNT), "The last so many calls."),
                    ),
                    ("time", to("duration")),
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
            ("wait", to("duration")),
            (
                "scope",
                about(
                    words(&["instance", "shared"]),
                    "Whether each instance has its own.",
                ),
            ),
        ]),
    ])
}
