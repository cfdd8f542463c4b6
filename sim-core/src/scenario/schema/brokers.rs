//! `brokers`: RabbitMQ and Kafka.

use serde_json::{Value, json};

use super::scalars::whole;
use super::{
    Definitions, about, any, at_most_one, defined, list, named, needing, object, one_or_many, to,
    words,
};
use crate::scenario::limits::{
    MAX_ATTEMPTS, MAX_BROKER_NODES, MAX_COUNT, MAX_PARTITIONS, MAX_QUEUE,
};

pub(super) fn definitions() -> Definitions {
    defined([
        (
            "broker",
            object([
                ("title", to("text")),
                ("rabbitmq", rabbitmq()),
                ("kafka", kafka()),
            ]),
        ),
        ("queue", queue()),
        ("exchange", exchange()),
        ("topic", topic()),
        ("group", group()),
    ])
}

fn rabbitmq() -> Value {
    let binding = needing(
        object([
            ("from", to("member")),
            ("to", to("member")),
            ("key", to("string")),
            ("headers", to("values")),
        ]),
        &["from", "to"],
    );
    object([
        ("queues", named(to("queue"))),
        ("exchanges", named(to("exchange"))),
        ("bindings", list(binding)),
    ])
}

fn queue() -> Value {
    let options = |own: (&str, Value)| {
        object([
            (
                "ttl",
                about(to("duration"), "How long a message waits at most."),
            ),
            ("max-length", whole(1, MAX_QUEUE)),
            (
                "overflow",
                words(&["drop-head", "reject-publish", "reject-publish-dlx"]),
            ),
            ("dead-letter", to("member")),
            ("single-active-consumer", to("bool")),
            own,
        ])
    };
    any([
        words(&["classic", "quorum"]),
        object([
            ("title", to("text")),
            ("classic", options(("max-priority", whole(1, 255)))),
            ("quorum", options(("delivery-limit", whole(0, MAX_COUNT)))),
        ]),
    ])
}

fn exchange() -> Value {
    let options = || object([("alternate", to("member"))]);
    any([
        words(&["direct", "fanout", "topic", "headers"]),
        at_most_one([
            ("direct", options()),
            ("fanout", options()),
            ("topic", options()),
            ("headers", options()),
        ]),
    ])
}

fn kafka() -> Value {
    object([
        ("nodes", whole(1, MAX_BROKER_NODES)),
        ("topics", named(to("topic"))),
        ("groups", named(to("group"))),
    ])
}

fn topic() -> Value {
    let rules = words(&[
        "none",
        "backward",
        "backward-transitive",
        "forward",
        "forward-transitive",
        "full",
        "full-transitive",
    ]);
    object([
        ("partitions", whole(1, MAX_PARTITIONS)),
        ("replicas", whole(1, MAX_BROKER_NODES)),
        ("min-insync-replicas", whole(1, MAX_BROKER_NODES)),
        ("acks", json!({"enum": ["all", 1, 0, "1", "0"]})),
        ("key", to("value")),
        (
            "schema",
            object([("of", one_or_many(to("type-name"))), ("rule", rules)]),
        ),
    ])
}

fn group() -> Value {
    let retry = object([
        ("to", to("member")),
        ("wait", to("duration")),
        ("attempts", whole(1, MAX_ATTEMPTS)),
    ]);
    object([
        (
            "commit",
            any([
                words(&["auto", "after-each", "after-batch", "before"]),
                object([("auto", to("duration"))]),
            ]),
        ),
        ("session", to("duration")),
        ("retry", retry),
        ("dead-letter", to("member")),
    ])
}
