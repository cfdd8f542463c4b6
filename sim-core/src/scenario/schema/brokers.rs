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
                (
                    "rabbitmq",
                    about(rabbitmq(), "Queues, exchanges and bindings."),
                ),
                (
                    "kafka",
                    about(kafka(), "Topics with partitions, and consumer groups."),
                ),
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
        ("queues", about(named(to("queue")), "Where messages wait.")),
        (
            "exchanges",
            about(
                named(to("exchange")),
                "Who decides which queues get a message.",
            ),
        ),
        (
            "bindings",
            about(list(binding), "Which exchange leads to which queue."),
        ),
    ])
}

fn queue() -> Value {
    let options = |own: (&str, Value)| {
        object([
            (
                "ttl",
                about(to("duration"), "How long a message waits at most."),
            ),
            (
                "max-length",
                about(whole(1, MAX_QUEUE), "How many messages it holds."),
            ),
            (
                "overflow",
                about(
                    words(&["drop-head", "reject-publish", "reject-publish-dlx"]),
                    "What happens when it is full.",
                ),
            ),
            (
                "dead-letter",
                about(to("member"), "Where messages go that nobody takes."),
            ),
            (
                "single-active-consumer",
                about(to("bool"), "Whether only one consumer gets messages."),
            ),
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
        (
            "partitions",
            about(whole(1, MAX_PARTITIONS), "Into how many logs it is split."),
        ),
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
