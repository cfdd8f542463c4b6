//! How spans of time, numbers and arrivals are drawn.

use serde_json::{Value, json};

use super::scalars::whole;
use super::{Definitions, about, any, at_most_one, defined, needing, object, to};
use crate::scenario::limits::{MAX_COUNT, MAX_RECORDED, MAX_STAGES};

/// Some values, at least one.
fn recorded(item: Value) -> Value {
    json!({"type": "array", "items": item, "minItems": 1, "maxItems": MAX_RECORDED})
}

/// A mean that may stand bare.
fn mean(of: Value) -> Value {
    any([of.clone(), object([("mean", of)])])
}

fn two(one: &str, other: &str, of: &str) -> Value {
    object([(one, to(of)), (other, to(of))])
}

pub(super) fn definitions() -> Definitions {
    defined([
        (
            "distribution",
            about(
                any([to("duration"), drawn()]),
                "A span of time, or how it is drawn.",
            ),
        ),
        (
            "number-distribution",
            about(
                any([to("number"), drawn_number()]),
                "A number, or how it is drawn.",
            ),
        ),
        (
            "arrivals",
            about(
                any([
                    json!({
                        "type": "string",
                        "pattern": r"^(poisson|constant) [0-9]{1,20}(\.[0-9]{1,30})?/(s|m|h)$",
                    }),
                    arrivals(),
                ]),
                "When they come, however long the others take: poisson 40/s.",
            ),
        ),
    ])
}

fn drawn() -> Value {
    at_most_one([
        ("constant", to("duration")),
        (
            "uniform",
            about(two("from", "to", "duration"), "Evenly between two bounds."),
        ),
        (
            "exponential",
            about(mean(to("duration")), "Memoryless, with this mean."),
        ),
        (
            "normal",
            about(
                two("mean", "sd", "duration"),
                "The bell curve without what lies below zero.",
            ),
        ),
        (
            "lognormal",
            about(
                any([two("p50", "p99", "duration"), two("mean", "sd", "duration")]),
                "Long-tailed, as most latencies are.",
            ),
        ),
        (
            "pareto",
            about(
                object([("least", to("duration")), ("shape", to("factor"))]),
                "A power law: a few take very long.",
            ),
        ),
        (
            "erlang",
            about(
                object([("stages", whole(1, MAX_STAGES)), ("mean", to("duration"))]),
                "The sum of equal memoryless stages: more even than one.",
            ),
        ),
        (
            "hyperexponential",
            recorded(needing(
                object([("chance", to("share")), ("mean", to("duration"))]),
                &["chance", "mean"],
            )),
        ),
        (
            "empirical",
            about(recorded(to("duration")), "One of these, each as likely."),
        ),
    ])
}

fn drawn_number() -> Value {
    at_most_one([
        ("constant", to("number")),
        ("uniform", two("from", "to", "number")),
        ("exponential", mean(to("number"))),
        ("normal", two("mean", "sd", "number")),
        ("lognormal", two("p50", "p99", "number")),
        ("poisson", mean(to("number"))),
        (
            "zipf",
            object([("n", whole(1, MAX_COUNT)), ("s", to("number"))]),
        ),
    ])
}

fn arrivals() -> Value {
    at_most_one([
        (
            "poisson",
            about(to("rate"), "At random, so many a second on average."),
        ),
        ("constant", about(to("rate"), "Evenly.")),
        (
            "ramp",
            about(
                object([
                    ("from", to("rate")),
                    ("to", to("rate")),
                    ("over", to("duration")),
                ]),
                "At random, ever more or ever less.",
            ),
        ),
        (
            "diurnal",
            about(
                object([
                    ("low", to("rate")),
                    ("high", to("rate")),
                    ("period", to("duration")),
                ]),
                "At random, the rate swings as between day and night.",
            ),
        ),
        (
            "burst",
            about(
                object([("size", whole(1, MAX_COUNT)), ("every", to("duration"))]),
                "So many at once, every so often.",
            ),
        ),
        (
            "replay",
            about(recorded(to("duration")), "At these moments."),
        ),
    ])
}
