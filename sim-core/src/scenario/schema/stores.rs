//! `stores`, `aggregates`, `projections`.

use serde_json::Value;

use super::scalars::whole;
use super::{
    Definitions, about, any, defined, list, named, needing, object, one_or_many, to, words,
};
use crate::scenario::limits::{MAX_COUNT, MAX_ROWS, MAX_WORKERS};

pub(super) fn definitions() -> Definitions {
    defined([
        ("store", store()),
        ("table", table()),
        (
            "isolation",
            words(&[
                "read-committed",
                "repeatable-read",
                "snapshot",
                "serializable",
            ]),
        ),
        ("aggregate", aggregate()),
        ("projection", projection()),
    ])
}

fn store() -> Value {
    object([
        ("title", to("text")),
        (
            "pool",
            about(
                whole(1, MAX_WORKERS),
                "How many connections each instance has.",
            ),
        ),
        (
            "isolation",
            about(to("isolation"), "What transactions see of each other."),
        ),
        (
            "inside",
            about(to("reference"), "The service whose memory it is."),
        ),
        ("tables", about(named(to("table")), "Its tables.")),
        (
            "streams",
            named(object([("of", one_or_many(to("type-name")))])),
        ),
    ])
}

fn table() -> Value {
    let polled = object([
        ("to", to("member")),
        (
            "tail",
            about(to("duration"), "How far it is behind the log."),
        ),
        ("poll", about(to("duration"), "How often it looks.")),
        ("batch", whole(1, MAX_COUNT)),
    ]);
    object([
        ("row", about(to("shape"), "What a row holds.")),
        ("key", to("reference")),
        (
            "unique",
            about(
                one_or_many(to("reference")),
                "Fields that no two rows share.",
            ),
        ),
        (
            "rows",
            about(whole(0, MAX_ROWS), "How many there are at the start."),
        ),
        (
            "marks",
            about(to("duration"), "Marks of what was done, kept so long."),
        ),
        (
            "relay",
            about(any([to("member"), polled]), "An outbox and where it leads."),
        ),
    ])
}

fn aggregate() -> Value {
    let past = needing(
        object([
            ("stream", to("string")),
            ("at", to("date")),
            ("event", to("type-name")),
            ("fields", to("values")),
        ]),
        &["stream", "at", "event"],
    );
    let every = whole(1, MAX_COUNT);
    object([
        ("stream", to("member")),
        ("state", to("shape")),
        (
            "commands",
            named(object([
                ("in", to("shape")),
                ("guard", to("expression")),
                ("emits", to("emissions")),
            ])),
        ),
        ("fold", to("fold")),
        ("upcast", to("fold")),
        ("snapshot", any([every.clone(), object([("every", every)])])),
        ("history", list(past)),
    ])
}

fn projection() -> Value {
    object([
        ("from", to("member")),
        ("into", to("member")),
        ("key", to("value")),
        (
            "batch",
            object([("events", whole(1, MAX_COUNT)), ("wait", to("duration"))]),
        ),
        (
            "checkpoint",
            words(&["with-rows", "after-batch", "after-each"]),
        ),
        ("fold", to("fold")),
    ])
}
