//! What is done around the instances of a service: balancing, outlier detection, health checks
//! and scaling.

use serde_json::Value;

use super::scalars::whole;
use super::{about, any, needing, object, to, words};
use crate::scenario::limits::{MAX_COUNT, MAX_INSTANCES, MAX_QUEUE};

pub(super) fn balance() -> Value {
    let hash = object([(
        "hash",
        about(
            to("expression"),
            "What the requests that one instance gets have in common.",
        ),
    )]);
    about(
        any([
            words(&["round-robin", "random", "least-requests", "two-choices"]),
            needing(hash, &["hash"]),
        ]),
        "Which instance gets a request.",
    )
}

pub(super) fn outliers() -> Value {
    about(
        object([
            (
                "failures",
                about(
                    whole(1, MAX_COUNT),
                    "How many failures in a row leave an instance out; 5 if left out.",
                ),
            ),
            (
                "every",
                about(
                    to("duration"),
                    "How often is looked who comes back; every 10s if left out.",
                ),
            ),
            (
                "out-for",
                about(
                    to("duration"),
                    "How long an instance is out, times how often it has been; 30s if left out.",
                ),
            ),
            (
                "longest",
                about(
                    to("duration"),
                    "How long it is out at the most; 300s if left out.",
                ),
            ),
            (
                "at-most",
                about(
                    to("share"),
                    "How many may be out at a time, but always one; 10% if left out.",
                ),
            ),
            (
                "panic",
                about(
                    to("share"),
                    "If fewer are in, nobody is left out; 50% if left out.",
                ),
            ),
        ]),
        "Leaves instances out whose answers fail, as Envoy does.",
    )
}

/// The fields of a probe, those of readiness with `successes`.
fn probe() -> [(&'static str, Value); 3] {
    [
        (
            "every",
            about(to("duration"), "How often is asked; every 10s if left out."),
        ),
        (
            "timeout",
            about(
                to("duration"),
                "How long an answer may take; 1s if left out.",
            ),
        ),
        (
            "failures",
            about(
                whole(1, MAX_COUNT),
                "How many failures in a row decide; 3 if left out.",
            ),
        ),
    ]
}

pub(super) fn health() -> Value {
    let [every, timeout, failures] = probe();
    about(
        object([
            every,
            timeout,
            failures,
            (
                "successes",
                about(
                    whole(1, MAX_COUNT),
                    "How many successes in a row decide; 1 if left out.",
                ),
            ),
            (
                "ready",
                about(
                    to("expression"),
                    "When an instance that answers is ready; always if left out.",
                ),
            ),
            (
                "live",
                about(
                    object(probe()),
                    "Whoever does not answer these is started anew; nobody is if left out.",
                ),
            ),
        ]),
        "Probes its instances, as Kubernetes does: who is not ready gets no requests.",
    )
}

pub(super) fn scale() -> Value {
    let fields = object([
        (
            "utilisation",
            about(
                to("share"),
                "How much of its workers an instance should have busy.",
            ),
        ),
        (
            "waiting",
            about(
                whole(1, MAX_QUEUE),
                "How many requests should wait for the workers of an instance.",
            ),
        ),
        (
            "queue",
            about(
                needing(
                    object([
                        ("of", about(to("member"), "The queue.")),
                        (
                            "each",
                            about(whole(1, MAX_QUEUE), "How many for each instance."),
                        ),
                    ]),
                    &["of", "each"],
                ),
                "How many messages should be ready in a queue.",
            ),
        ),
        (
            "min",
            about(
                whole(1, MAX_INSTANCES),
                "The least instances; 1 if left out.",
            ),
        ),
        ("max", about(whole(1, MAX_INSTANCES), "The most instances.")),
        (
            "every",
            about(
                to("duration"),
                "How often is looked; every 15s if left out.",
            ),
        ),
        (
            "delay",
            about(
                to("duration"),
                "How old what is measured is; 15s if left out.",
            ),
        ),
        (
            "tolerance",
            about(
                to("share"),
                "By how much it may differ without consequence; 10% if left out.",
            ),
        ),
        (
            "shrink-after",
            about(
                to("duration"),
                "How long fewer instances must have been enough; 5m if left out.",
            ),
        ),
    ]);
    about(
        needing(fields, &["max"]),
        "Grows and shrinks by itself, as Kubernetes' Horizontal Pod Autoscaler does.",
    )
}
