//! `services`, `clients` and `sagas`.

use serde_json::{Value, json};

use super::scalars::whole;
use super::{
    Definitions, about, any, care, defined, list, map_of, named, needing, object, to, words,
};
use crate::scenario::limits::{MAX_INSTANCES, MAX_QUEUE, MAX_USERS, MAX_WORKERS};

pub(super) fn definitions() -> Definitions {
    defined([
        ("service", service()),
        ("endpoint", endpoint()),
        ("subscription", subscription()),
        (
            "job",
            object([("every", to("duration")), ("do", to("steps"))]),
        ),
        ("client", client()),
        ("saga", saga()),
    ])
}

fn service() -> Value {
    object([
        ("title", about(to("text"), "What people call it.")),
        (
            "external",
            about(to("bool"), "Whether it belongs to somebody else."),
        ),
        (
            "instances",
            about(
                whole(1, MAX_INSTANCES),
                "How many there are; 1 if left out.",
            ),
        ),
        ("balance", care::balance()),
        (
            "workers",
            about(
                object([
                    (
                        "blocking",
                        about(
                            whole(1, MAX_WORKERS),
                            "Threads: each is held while it waits.",
                        ),
                    ),
                    (
                        "async",
                        about(whole(1, MAX_WORKERS), "Cores: none is held while it waits."),
                    ),
                    (
                        "queue",
                        about(
                            whole(0, MAX_QUEUE),
                            "How many requests wait in front of them.",
                        ),
                    ),
                    (
                        "shed",
                        about(
                            shed(),
                            "Who has waited for too long is answered 503 when a worker comes to it.",
                        ),
                    ),
                ]),
                "What each instance works with.",
            ),
        ),
        (
            "speaks",
            about(
                words(&["http/1.1", "http/2", "grpc"]),
                "The protocol it is spoken to in.",
            ),
        ),
        ("health", care::health()),
        ("outliers", care::outliers()),
        ("scale", care::scale()),
        (
            "start-up",
            about(
                to("duration"),
                "How long an instance takes to start; no time if left out.",
            ),
        ),
        (
            "publishes-to",
            about(to("member"), "Where `publish` goes that does not say."),
        ),
        (
            "endpoints",
            about(named(to("endpoint")), "What can be asked of it."),
        ),
        (
            "subscriptions",
            about(named(to("subscription")), "What it takes from brokers."),
        ),
        (
            "jobs",
            about(named(to("job")), "What it does by itself, every so often."),
        ),
        (
            "versions",
            about(named(to("changes")), "What other versions do differently."),
        ),
    ])
}

fn endpoint() -> Value {
    object([
        (
            "http",
            json!({
                "type": "string",
                "pattern": r"^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) /[^ ?#]*$",
                "description": "Method and path: POST /orders/:id.",
            }),
        ),
        (
            "grpc",
            json!({
                "type": "string",
                "pattern": "^[^/]+/[^/]+$",
                "description": "Service and method: Bank/Charge.",
            }),
        ),
        ("in", about(to("shape"), "What a request carries.")),
        (
            "once",
            about(
                any([
                    to("member"),
                    object([("in", to("member")), ("by", to("value"))]),
                ]),
                "Where it is marked that a request was done.",
            ),
        ),
        (
            "graphql",
            about(
                map_of("type-name", named(to("steps"))),
                "Resolvers by type and field.",
            ),
        ),
        ("do", about(to("steps"), "What is done for a request.")),
    ])
}

fn subscription() -> Value {
    let mut handles = map_of("type-name", to("handler"));
    handles["properties"] = json!({"else": about(to("handler"), "For all other types.")});
    object([
        ("from", about(to("member"), "The queue or topic.")),
        ("group", about(to("member"), "The consumer group.")),
        (
            "prefetch",
            about(
                whole(0, u64::from(u16::MAX)),
                "How many messages come before the first is answered; 0 is no limit.",
            ),
        ),
        (
            "handles",
            about(handles, "What is done, by type of message."),
        ),
    ])
}

fn client() -> Value {
    object([
        ("title", about(to("text"), "What people call it.")),
        ("arrivals", to("arrivals")),
        (
            "users",
            about(
                whole(1, MAX_USERS),
                "How many there are, each beginning again when it is done.",
            ),
        ),
        (
            "think",
            about(to("distribution"), "How long a user waits in between."),
        ),
        ("do", about(to("steps"), "The journey of each of them.")),
    ])
}

fn saga() -> Value {
    let step = needing(
        object([
            ("name", to("reference")),
            (
                "kind",
                about(
                    words(&["compensable", "pivot", "retriable"]),
                    "Whether it can be undone, decides, or is tried until it is done.",
                ),
            ),
            ("action", to("member")),
            ("done", to("type-name")),
            ("failed", to("type-name")),
            ("undo", to("member")),
            ("undone", to("type-name")),
        ]),
        &["name", "kind", "action"],
    );
    object([
        (
            "style",
            about(
                words(&["orchestrated", "choreographed"]),
                "Whether somebody leads.",
            ),
        ),
        (
            "manager",
            about(to("reference"), "Who leads, if orchestrated."),
        ),
        (
            "over",
            about(to("member"), "Where events go, if choreographed."),
        ),
        ("key", to("value")),
        ("starts", to("type-name")),
        ("steps", about(list(step), "What is done, in order.")),
    ])
}

fn shed() -> Value {
    let controlled = object([
        (
            "target",
            about(
                to("duration"),
                "How long one may wait in a queue that is never empty; 5ms if left out.",
            ),
        ),
        (
            "interval",
            about(
                to("duration"),
                "For how long it must not have been empty, and how long one may wait otherwise; 100ms if left out.",
            ),
        ),
    ]);
    any([
        to("duration"),
        object([(
            "controlled-delay",
            about(controlled, "By how long the queue has been standing."),
        )]),
    ])
}
