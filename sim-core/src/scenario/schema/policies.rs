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
        ("timeout", timeout()),
        ("retry", retry()),
        (
            "chain",
            about(one_or_many(to("reference")), "Others, outermost first."),
        ),
        ("breaker", breaker()),
        ("bulkhead", bulkhead()),
        (
            "cache",
            object([
                ("ttl", to("duration")),
                ("entries", whole(1, MAX_ROWS)),
                ("key", to("value")),
            ]),
        ),
        (
            "loader",
            object([
                ("key", to("reference")),
                ("batch", whole(1, MAX_COUNT)),
                ("to", to("member")),
            ]),
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
            ("base", to("duration")),
            ("factor", to("factor")),
            ("cap", to("duration")),
        ]),
    )]);
    object([
        (
            "attempts",
            about(whole(1, MAX_ATTEMPTS), "With the first; 3 if left out."),
        ),
        ("wait", any([to("distribution"), grows])),
        ("jitter", to("share")),
        (
            "only",
            about(
                one_or_many(to("outcome")),
                "The outcomes that are tried again.",
            ),
        ),
        ("wait-before-give-up", to("bool")),
    ])
}

fn breaker() -> Value {
    object([
        (
            "window",
            at_most_one([
                ("calls", whole(1, MAX_COUNT)),
                ("time", to("duration")),
                ("consecutive", whole(1, MAX_COUNT)),
            ]),
        ),
        ("minimum", whole(1, MAX_COUNT)),
        ("failure-rate", to("share")),
        ("slow-after", to("duration")),
        ("slow-rate", to("share")),
        ("open-for", to("duration")),
        ("half-open", whole(1, MAX_COUNT)),
    ])
}

fn bulkhead() -> Value {
    any([
        whole(1, MAX_WORKERS),
        object([
            ("at-most", whole(1, MAX_WORKERS)),
            ("wait", to("duration")),
            ("scope", words(&["instance", "shared"])),
        ]),
    ])
}
