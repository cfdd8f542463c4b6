//! What must hold and what is shown: `properties`, `alerts`, `board`, `story`, `tasks`,
//! `views`.

use serde_json::{Value, json};

use super::scalars::{real_within, whole};
use super::{
    Definitions, about, any, at_most_one, defined, list, named, needing, object, one_or_many, to,
    verb, words,
};
use crate::scenario::limits::{FASTEST_PLAYBACK, MAX_COUNT, MAX_SEEDS, SLOWEST_PLAYBACK};

pub(super) fn definitions() -> Definitions {
    let story = needing(
        object([
            ("at", to("moment")),
            ("say", about(to("text"), "What is told.")),
            (
                "show",
                about(
                    one_or_many(to("thing")),
                    "What it is about: things, instances (`shop.2`), knobs (`knobs.rate`).",
                ),
            ),
            (
                "pause",
                about(to("bool"), "Whether playback waits there for the reader."),
            ),
            (
                "speed",
                about(
                    real_within(SLOWEST_PLAYBACK, FASTEST_PLAYBACK),
                    "Simulated seconds a second of the screen, from there on.",
                ),
            ),
        ]),
        &["at", "say"],
    );
    defined([
        ("property", property()),
        (
            "alert",
            object([("when", to("expression")), ("for", to("duration"))]),
        ),
        ("story-entry", story),
        (
            "task",
            object([
                ("goal", to("text")),
                ("editable", one_or_many(to("path"))),
                ("holds", one_or_many(to("reference"))),
                ("seeds", whole(1, MAX_SEEDS)),
            ]),
        ),
        ("view", view()),
    ])
}

fn property() -> Value {
    let expected_within = object([("expect", to("expression")), ("within", to("duration"))]);
    at_most_one([
        (
            "slo",
            object([
                ("of", to("thing")),
                ("p50", to("duration")),
                ("p90", to("duration")),
                ("p95", to("duration")),
                ("p99", to("duration")),
                ("p999", to("duration")),
                ("error-rate", to("share")),
            ]),
        ),
        (
            "in-order",
            object([("of", to("member")), ("per", to("reference"))]),
        ),
        (
            "no-loss",
            object([("from", to("member")), ("to", to("member"))]),
        ),
        (
            "at-most",
            object([
                ("times", whole(0, MAX_COUNT)),
                ("of", to("thing")),
                ("per", to("reference")),
            ]),
        ),
        (
            "ends",
            object([("saga", to("reference")), ("within", to("duration"))]),
        ),
        (
            "at",
            object([("moment", to("moment")), ("expect", to("expression"))]),
        ),
        (
            "expectations",
            about(to("reference"), "The client whose `expect`s must hold."),
        ),
        ("eventually", expected_within),
        ("always", to("expression")),
    ])
}

/// A place on a plane.
pub(super) fn position() -> Value {
    json!({
        "type": "array",
        "items": {"type": ["integer", "string"]},
        "minItems": 2,
        "maxItems": 2,
    })
}

/// The section.
pub(super) fn board() -> Value {
    let note = verb(
        [
            ("event", to("text")),
            ("command", to("text")),
            ("actor", to("text")),
            ("aggregate", to("text")),
            ("policy", to("text")),
            ("read-model", to("text")),
            ("external", to("text")),
            ("hotspot", to("text")),
        ],
        [
            ("at", about(position(), "Where it hangs: [x, y].")),
            ("is", about(to("thing"), "What it became.")),
        ],
    );
    object([
        ("notes", named(note)),
        ("flows", list(list(to("reference")))),
    ])
}

fn view() -> Value {
    const KINDS: [&str; 13] = [
        "flow",
        "sequence",
        "states",
        "partitions",
        "exchanges",
        "saga",
        "events",
        "read-models",
        "board",
        "requests",
        "metrics",
        "log",
        "compare",
    ];
    let of = KINDS.map(|kind| (kind, one_or_many(to("string"))));
    any([words(&KINDS), verb(of, [])])
}
