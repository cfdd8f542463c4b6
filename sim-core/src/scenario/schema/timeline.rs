//! `timeline`, `knobs`, `links`, and changes by path.

use serde_json::{Value, json};

use super::scalars::whole;
use super::{
    Definitions, about, any, defined, named, needing, object, one_or_many, to, verb, words,
};
use crate::scenario::limits::MAX_INSTANCES;

pub(super) fn definitions() -> Definitions {
    defined([
        (
            "changes",
            about(
                json!({"type": ["object", "null"]}),
                "Settings by path, each with its new value; `none` takes a thing away.",
            ),
        ),
        ("timeline-entry", needing_at(entry())),
        ("fault", fault()),
        (
            "knob",
            needing(
                object([
                    ("set", to("path")),
                    ("label", to("text")),
                    ("from", to("quantity")),
                    ("to", to("quantity")),
                    ("step", to("quantity")),
                ]),
                &["set", "from", "to"],
            ),
        ),
    ])
}

fn needing_at(mut entry: Value) -> Value {
    entry["required"] = json!(["at"]);
    entry
}

fn entry() -> Value {
    let as_soon_as = needing(object([("when", to("expression"))]), &["when"]);
    let deploy = needing(
        object([
            ("service", to("reference")),
            ("version", about(to("reference"), "`base` is as written.")),
            (
                "each",
                about(to("duration"), "Instances one by one, so far apart."),
            ),
            ("canary", about(to("share"), "Only this share of them.")),
        ]),
        &["service", "version"],
    );
    verb(
        [
            ("fault", about(to("fault"), "Something goes wrong.")),
            ("set", about(to("changes"), "Settings change.")),
            (
                "send",
                about(
                    verb([("call", to("call"))], []),
                    "One request is sent by hand.",
                ),
            ),
            (
                "deploy",
                about(deploy, "A version of a service replaces the one that runs."),
            ),
            (
                "scale",
                about(
                    named(whole(0, MAX_INSTANCES)),
                    "How many instances services have from now on.",
                ),
            ),
            (
                "seek",
                about(
                    needing(
                        object([("group", to("member")), ("to", to("moment"))]),
                        &["group", "to"],
                    ),
                    "A consumer group goes elsewhere in its log.",
                ),
            ),
            ("rebuild", about(to("reference"), "A projection.")),
        ],
        [
            (
                "at",
                about(
                    any([to("moment"), as_soon_as]),
                    "When: a time since the start, or `{when: question}`.",
                ),
            ),
            ("for", about(to("duration"), "How long it lasts.")),
        ],
    )
}

fn fault() -> Value {
    const GRPC: [&str; 16] = [
        "cancelled",
        "unknown",
        "invalid-argument",
        "deadline-exceeded",
        "not-found",
        "already-exists",
        "permission-denied",
        "resource-exhausted",
        "failed-precondition",
        "aborted",
        "out-of-range",
        "unimplemented",
        "internal",
        "unavailable",
        "data-loss",
        "unauthenticated",
    ];
    let side = one_or_many(to("target"));
    let sides = json!({"type": "array", "items": side, "minItems": 2, "maxItems": 2});
    let one_way = needing(
        object([("from", side.clone()), ("to", side)]),
        &["from", "to"],
    );
    verb(
        [
            (
                "crash",
                about(to("thing"), "It is down: nothing is answered."),
            ),
            (
                "slow",
                about(
                    needing(
                        object([
                            ("what", to("target")),
                            ("times", about(to("factor"), "So many times slower.")),
                        ]),
                        &["what", "times"],
                    ),
                    "It works slower.",
                ),
            ),
            (
                "errors",
                about(
                    needing(
                        object([
                            ("what", to("target")),
                            ("rate", to("share")),
                            ("status", any([words(&GRPC), whole(400, 599)])),
                        ]),
                        &["what", "rate"],
                    ),
                    "It answers a share of requests with an error.",
                ),
            ),
            ("pause", about(to("target"), "It stands still.")),
            (
                "partition",
                about(any([sides, one_way]), "Two sides do not reach each other."),
            ),
            (
                "lossy",
                about(
                    needing(
                        object([
                            ("link", to("reference")),
                            (
                                "loss",
                                about(to("share"), "The share of messages that get lost."),
                            ),
                        ]),
                        &["link", "loss"],
                    ),
                    "A link loses a share of messages.",
                ),
            ),
            ("full", about(to("thing"), "It takes nothing more.")),
        ],
        [],
    )
}

/// The section.
pub(super) fn links() -> Value {
    let settings = || {
        object([
            (
                "latency",
                about(to("distribution"), "How long a message is on its way."),
            ),
            (
                "loss",
                about(to("share"), "The share of messages that get lost."),
            ),
            (
                "duplicate",
                about(to("share"), "The share that arrives twice."),
            ),
            (
                "reordering",
                about(to("share"), "The share that overtakes others."),
            ),
            ("bandwidth", to("bandwidth")),
        ])
    };
    let mut link = needing(settings(), &["from", "to"]);
    link["properties"]["from"] = to("reference");
    link["properties"]["to"] = to("reference");
    let mut links = named(link);
    links["properties"] = json!({"default": settings()});
    links
}
