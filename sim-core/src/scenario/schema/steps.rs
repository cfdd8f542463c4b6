//! Steps: the one behaviour language.

use serde_json::{Value, json};

use super::scalars::whole;
use super::{
    Definitions, about, any, defined, list, named, needing, object, one_or_many, to, verb, words,
};
use crate::scenario::limits::{MAX_COUNT, MAX_ITEMS};

const OUTCOMES: [&str; 12] = [
    "ok",
    "declined",
    "error",
    "timeout",
    "open",
    "full",
    "limited",
    "else",
    "refused",
    "duplicate",
    "conflict",
    "invalid",
];

pub(super) fn definitions() -> Definitions {
    let branches = OUTCOMES.map(|word| (word, to("steps")));
    let mut then = object(branches);
    then["patternProperties"] = json!({"^[2-5][0-9][0-9]$": to("steps")});
    defined([
        (
            "steps",
            about(
                any([to("step"), json!({"type": "array", "items": to("step")})]),
                "One step, or several in order.",
            ),
        ),
        ("step", any([words(&["ack", "nack"]), step()])),
        (
            "handler",
            about(
                any([to("member"), to("steps")]),
                "What is done for a message: steps, or an endpoint by name.",
            ),
        ),
        (
            "then",
            about(
                then,
                "What is done for each outcome; what is not met becomes the handler's own.",
            ),
        ),
        ("outcome", any([words(&OUTCOMES), whole(200, 599)])),
        (
            "answer",
            about(
                any([words(&["declined", "error"]), whole(200, 599)]),
                "An HTTP status, `declined` or `error`.",
            ),
        ),
        (
            "with",
            about(
                one_or_many(to("reference")),
                "Policies around it, outermost first.",
            ),
        ),
        ("call", about(call(), "A request to an endpoint.")),
        (
            "emissions",
            about(
                one_or_many(any([to("type-name"), to("fold")])),
                "Events with their fields.",
            ),
        ),
        (
            "fold",
            about(
                super::map_of("type-name", to("values")),
                "Fields by type of event.",
            ),
        ),
    ])
}

fn step() -> Value {
    verb(
        [
            (
                "work",
                about(to("distribution"), "Keeps a worker busy so long."),
            ),
            ("wait", about(to("distribution"), "Lets so much time pass.")),
            ("call", to("call")),
            ("publish", about(publish(), "Hands a message to a broker.")),
            (
                "parallel",
                about(parallel(), "Does several things at the same time."),
            ),
            (
                "choose",
                about(
                    one_or_many(choice()),
                    "Does one of several things, by chance or by a question.",
                ),
            ),
            ("reply", about(reply(), "Ends the handler with an answer.")),
            (
                "fail",
                about(to("answer"), "Ends the handler with a failure."),
            ),
            (
                "ack",
                about(json!({}), "Tells the broker that the message is done."),
            ),
            (
                "nack",
                about(
                    object([("requeue", about(to("bool"), "Whether it is queued again."))]),
                    "Gives the message back to the broker.",
                ),
            ),
            ("set", about(to("values"), "Sets variables.")),
            (
                "for-each",
                about(for_each(), "Does something for each item of a list."),
            ),
            ("read", about(read(), "Reads rows of a table.")),
            (
                "insert",
                write("to", [("row", to("values")), ("then", to("then"))]),
            ),
            (
                "update",
                write(
                    "to",
                    [
                        ("key", to("value")),
                        ("where", to("expression")),
                        ("set", to("values")),
                        ("then", to("then")),
                    ],
                ),
            ),
            (
                "delete",
                write(
                    "from",
                    [
                        ("key", to("value")),
                        ("where", to("expression")),
                        ("then", to("then")),
                    ],
                ),
            ),
            (
                "transaction",
                about(
                    transaction(),
                    "Statements that happen together, or not at all.",
                ),
            ),
            ("append", about(append(), "Adds events to a stream.")),
            ("start", about(to("reference"), "Starts a saga.")),
            (
                "expect",
                about(to("expression"), "Something that must be true here."),
            ),
        ],
        [(
            "label",
            about(to("reference"), "Names the step, for pictures and paths."),
        )],
    )
}

fn call() -> Value {
    let target = any([
        to("member"),
        json!({"type": "string", "pattern": "^=", "description": "A link to follow."}),
    ]);
    any([
        target.clone(),
        needing(
            object([
                ("to", about(target, "The endpoint.")),
                ("with", to("with")),
                ("then", to("then")),
                ("args", about(to("values"), "What the request carries.")),
                ("headers", about(to("values"), "Headers of the request.")),
                ("query", about(to("string"), "A query in GraphQL.")),
                (
                    "as",
                    about(to("reference"), "The variable that gets the answer."),
                ),
                ("size", to("size")),
            ]),
            &["to"],
        ),
    ])
}

fn publish() -> Value {
    any([
        to("type-name"),
        needing(
            object([
                (
                    "to",
                    about(to("member"), "A queue, exchange, topic or outbox."),
                ),
                ("type", to("type-name")),
                (
                    "confirm",
                    about(to("bool"), "Whether it waits for the broker."),
                ),
                ("with", to("with")),
                ("then", to("then")),
                ("key", to("value")),
                ("fields", to("values")),
                ("headers", to("values")),
                ("size", to("size")),
            ]),
            &["type"],
        ),
    ])
}

fn parallel() -> Value {
    let branches = list(to("steps"));
    let join = any([words(&["all", "any", "none"]), whole(1, MAX_COUNT)]);
    any([
        json!({"type": "array", "items": to("steps")}),
        needing(
            object([
                ("join", about(join, "How many branches are waited for.")),
                (
                    "do",
                    about(branches, "The branches, each a step or several."),
                ),
            ]),
            &["do"],
        ),
    ])
}

fn choice() -> Value {
    needing(
        object([
            (
                "chance",
                about(to("share"), "How likely it is; the last may leave it out."),
            ),
            ("when", to("expression")),
            ("do", to("steps")),
        ]),
        &["do"],
    )
}

fn reply() -> Value {
    any([
        to("answer"),
        object([
            ("status", to("answer")),
            ("body", to("value")),
            ("headers", to("values")),
            (
                "links",
                about(named(to("member")), "Links that the answer carries."),
            ),
            ("size", to("size")),
        ]),
    ])
}

fn for_each() -> Value {
    needing(
        object([
            (
                "item",
                about(to("reference"), "The variable that is each item in turn."),
            ),
            ("in", to("value")),
            (
                "at-most",
                about(whole(1, MAX_ITEMS), "How many items at most."),
            ),
            ("do", to("steps")),
        ]),
        &["item", "in", "do"],
    )
}

fn read() -> Value {
    any([
        to("member"),
        needing(
            object([
                ("from", to("member")),
                ("key", to("value")),
                ("where", to("expression")),
                ("until", to("expression")),
                ("as", to("reference")),
                ("then", to("then")),
            ]),
            &["from"],
        ),
    ])
}

/// A statement that changes rows of `table`.
fn write<const N: usize>(table: &str, fields: [(&str, Value); N]) -> Value {
    let mut schema = object(fields);
    schema["properties"][table] = to("member");
    any([to("member"), needing(schema, &[table])])
}

fn transaction() -> Value {
    any([
        to("steps"),
        needing(
            object([
                ("isolation", to("isolation")),
                (
                    "two-phase",
                    about(to("bool"), "Whether it commits in two phases."),
                ),
                ("do", to("steps")),
            ]),
            &["do"],
        ),
    ])
}

fn append() -> Value {
    needing(
        object([
            ("to", to("member")),
            ("stream", to("value")),
            (
                "expected",
                about(to("value"), "`any`, `none`, `exists` or a version."),
            ),
            ("events", to("emissions")),
            ("then", to("then")),
        ]),
        &["to", "stream", "events"],
    )
}
