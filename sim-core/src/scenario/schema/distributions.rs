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
        ("uniform", two("from", "to", "duration")),
        ("exponential", mean(to("duration"))),
        ("normal", two("mean", "sd", "duration")),
        (
            "lognormal",
            any([two("p50", "p99", "duration"), two("mean", "sd", "duration")]),
        ),
        (
            "pareto",
            object([("least", to("duration")), ("shape", to("factor"))]),
        ),
        (
            "erlang",
            object([("stages", whole(1, MAX_STAGES)), ("mean", to("duration"))]),
        ),
        (
            "hyperexponential",
            recorded(needing(
                object([("chance", to("share")), ("mean", to("duration"))]),
                &["chance", "mean"],
            )),
        ),
        ("empirical", recorded(to("duration"))),
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
        ("poisson", to("rate")),
        ("constant", to("rate")),
        (
            "ramp",
            object([
                ("from", to("rate")),
                ("to", to("rate")),
                ("over", to("duration")),
            ]),
        ),
        (
            "diurnal",
            object([
                ("low", to("rate")),
                ("high", to("rate")),
                ("period", to("duration")),
            ]),
        ),
        (
            "burst",
            object([("size", whole(1, MAX_COUNT)), ("every", to("duration"))]),
        ),
        ("replay", recorded(to("duration"))),
    ])
}
