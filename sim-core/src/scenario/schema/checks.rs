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
                ("pass", to("share")),
            ]),
        ),
        ("view", view()),
    ])
}

fn property() -> Value {
    let occasion = |about_it| about(to("string"), about_it);
    at_most_one([
        ("slo", about(slo(), "Answers are fast, right and enough.")),
        (
            "always",
            about(to("expression"), "A question that is never answered no."),
        ),
        (
            "never",
            about(to("expression"), "A question that is never answered yes."),
        ),
        (
            "eventually",
            about(
                object([("expect", to("expression")), ("within", to("duration"))]),
                "Whenever it is not so, it is so again within a time.",
            ),
        ),
        (
            "leads-to",
            about(
                object([
                    ("from", occasion("What comes first: a thing or a question.")),
                    ("to", occasion("What follows: a thing or a question.")),
                    ("within", to("duration")),
                ]),
                "One thing is followed by another within a time.",
            ),
        ),
        (
            "at",
            about(
                object([("moment", to("moment")), ("expect", to("expression"))]),
                "It is so at a moment.",
            ),
        ),
        (
            "expectations",
            about(to("reference"), "The client whose `expect`s must hold."),
        ),
        (
            "no-loss",
            about(
                object([
                    ("from", to("thing")),
                    ("to", to("thing")),
                    (
                        "within",
                        about(
                            to("duration"),
                            "How long it may take; any time if left out.",
                        ),
                    ),
                ]),
                "What enters at one place comes out at the other.",
            ),
        ),
        (
            "at-most",
            about(
                object([
                    ("times", whole(0, MAX_COUNT)),
                    ("of", to("thing")),
                    ("per", to("reference")),
                ]),
                "Something is done no more than so often for each.",
            ),
        ),
        (
            "in-order",
            about(
                object([("of", to("member")), ("per", to("reference"))]),
                "Messages are dealt with in the order they were sent.",
            ),
        ),
        (
            "conserved",
            about(
                to("string"),
                "`messages` or a queue: nothing comes from nowhere and nothing vanishes.",
            ),
        ),
        (
            "ends",
            object([("saga", to("reference")), ("within", to("duration"))]),
        ),
    ])
}

fn slo() -> Value {
    let bounds = object([
        ("of", to("thing")),
        ("p50", to("duration")),
        ("p90", to("duration")),
        ("p95", to("duration")),
        ("p99", to("duration")),
        ("p999", to("duration")),
        ("error-rate", to("share")),
        (
            "availability",
            about(to("share"), "The least share that does not fail."),
        ),
        (
            "throughput",
            about(to("rate"), "The fewest answers a second."),
        ),
        (
            "over",
            about(
                to("duration"),
                "Over each stretch of this length; the whole run if left out.",
            ),
        ),
    ]);
    needing(bounds, &["of"])
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
