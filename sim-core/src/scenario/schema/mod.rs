//! The JSON Schema (draft 2020-12) of the document, for editors.
//!
//! Nothing flows in but the bounds and units the reader knows; a schema as JSON flows out.
//! The reader (`decode`) is the truth: tests hold that each field and word it asks for is
//! here, and that what it refuses as unknown is refused here. What a thing must have is
//! told only where no `default` can provide it; references, order and everything else
//! that takes the whole document are left to the reader.
#![expect(
    clippy::needless_pass_by_value,
    reason = "schemas are made of schemas; none of them is used again"
)]

mod brokers;
mod care;
mod checks;
mod distributions;
mod policies;
mod scalars;
mod services;
mod steps;
mod stores;
mod timeline;
mod types;

use serde_json::{Map, Value, json};

/// The schema of a whole document.
pub fn schema() -> Value {
    let mut definitions = Map::new();
    for section in [
        scalars::definitions(),
        distributions::definitions(),
        types::definitions(),
        steps::definitions(),
        services::definitions(),
        stores::definitions(),
        brokers::definitions(),
        policies::definitions(),
        checks::definitions(),
        timeline::definitions(),
    ] {
        definitions.extend(section);
    }
    let fields = [heading(), what_exists(), what_happens()];
    let mut root = needing(
        closed(fields.into_iter().flatten().collect()),
        &["scenario"],
    );
    root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    root["title"] = json!("A scenario of Interplay");
    root["type"] = json!("object");
    root["$defs"] = Value::Object(definitions);
    root
}

/// What a scenario is called and how long it lasts.
fn heading() -> Definitions {
    defined([
        (
            "scenario",
            about(
                json!({"enum": [1, "1"]}),
                "The version of the format: always 1.",
            ),
        ),
        ("title", about(to("text"), "What the scenario is called.")),
        ("description", about(to("text"), "What it shows.")),
        (
            "seed",
            about(
                scalars::whole(0, u64::MAX),
                "Where all chance comes from: the same seed, the same run.",
            ),
        ),
        (
            "horizon",
            about(to("duration"), "How long the run lasts; 60s if left out."),
        ),
        (
            "warm-up",
            about(
                to("duration"),
                "How long nothing is measured at the beginning.",
            ),
        ),
        (
            "epoch",
            about(to("date"), "The date at which the run begins, in UTC."),
        ),
    ])
}

/// What there is.
fn what_exists() -> Definitions {
    defined([
        (
            "types",
            about(
                types::section(),
                "What messages, requests and rows are made of.",
            ),
        ),
        (
            "services",
            about(
                named(to("service")),
                "Who answers requests and handles messages.",
            ),
        ),
        (
            "clients",
            about(
                named(to("client")),
                "Who comes, how often, and what each of them does.",
            ),
        ),
        (
            "stores",
            about(named(to("store")), "Tables and streams of events."),
        ),
        (
            "aggregates",
            about(
                named(to("aggregate")),
                "Things whose state is what happened to them.",
            ),
        ),
        (
            "projections",
            about(
                named(to("projection")),
                "Tables kept up to date from events.",
            ),
        ),
        ("brokers", about(named(to("broker")), "RabbitMQ and Kafka.")),
        (
            "sagas",
            about(
                named(to("saga")),
                "Work over several services that is undone if it fails.",
            ),
        ),
        (
            "policies",
            about(
                named(to("policy")),
                "What surrounds a call, named by its `with`.",
            ),
        ),
        (
            "links",
            about(
                timeline::links(),
                "What the network is like; `default` is for all others.",
            ),
        ),
        (
            "costs",
            about(
                named(to("cost")),
                "What operations cost: a duration, or one a byte (9ns/B).",
            ),
        ),
        ("board", about(checks::board(), "Notes of an event storm.")),
    ])
}

/// What happens, what must hold and what is shown.
fn what_happens() -> Definitions {
    defined([
        (
            "timeline",
            about(list(to("timeline-entry")), "What happens when."),
        ),
        (
            "properties",
            about(named(to("property")), "What must hold."),
        ),
        (
            "alerts",
            about(named(to("alert")), "When somebody would be called."),
        ),
        (
            "knobs",
            about(
                named(to("knob")),
                "Settings to turn while the scenario runs.",
            ),
        ),
        (
            "story",
            about(list(to("story-entry")), "What the page tells, and when."),
        ),
        ("tasks", about(named(to("task")), "What there is to solve.")),
        (
            "variants",
            about(
                named(to("changes")),
                "The same scenario with settings changed.",
            ),
        ),
        (
            "views",
            about(
                one_or_many(to("view")),
                "What the page shows beside the picture.",
            ),
        ),
        (
            "layout",
            about(
                map_of("thing", checks::position()),
                "Where nodes of the picture stand that were put there by hand: [x, y].",
            ),
        ),
    ])
}

/// Definitions by name.
type Definitions = Map<String, Value>;

fn defined<const N: usize>(of: [(&str, Value); N]) -> Definitions {
    of.map(|(name, schema)| (name.to_owned(), schema))
        .into_iter()
        .collect()
}

/// A reference to a definition.
fn to(name: &str) -> Value {
    json!({"$ref": format!("#/$defs/{name}")})
}

/// The same schema with what it is for.
fn about(mut schema: Value, description: &str) -> Value {
    schema["description"] = json!(description);
    schema
}

/// A map with these fields and no others, or nothing written.
fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    closed(defined(fields))
}

fn closed(properties: Definitions) -> Value {
    json!({
        "type": ["object", "null"],
        "properties": properties,
        "additionalProperties": false,
    })
}

/// The same where these fields must be written.
fn needing(mut object: Value, fields: &[&str]) -> Value {
    object["type"] = json!("object");
    object["required"] = json!(fields);
    object
}

/// A map of things by name, or nothing written.
fn named(thing: Value) -> Value {
    map_of("name", thing)
}

/// A map whose keys are as defined, or nothing written.
fn map_of(key: &str, thing: Value) -> Value {
    json!({
        "type": ["object", "null"],
        "propertyNames": to(key),
        "additionalProperties": thing,
    })
}

/// A list, or nothing written.
fn list(item: Value) -> Value {
    json!({"type": ["array", "null"], "items": item})
}

fn any<const N: usize>(of: [Value; N]) -> Value {
    json!({"anyOf": of.to_vec()})
}

fn one_or_many(item: Value) -> Value {
    any([item.clone(), list(item)])
}

/// At most one of these verbs; what is missing may be that of a `default`.
fn at_most_one<const N: usize>(verbs: [(&str, Value); N]) -> Value {
    let mut schema = object(verbs);
    schema["maxProperties"] = json!(1);
    schema
}

/// Exactly one of `verbs`, and perhaps fields beside it.
fn verb<const N: usize, const M: usize>(
    verbs: [(&str, Value); N],
    beside: [(&str, Value); M],
) -> Value {
    let choices: Vec<Value> = verbs
        .iter()
        .map(|(verb, _)| json!({"required": [verb]}))
        .collect();
    let mut properties = defined(verbs);
    properties.extend(defined(beside));
    json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "oneOf": choices,
    })
}

fn words(words: &[&str]) -> Value {
    json!({"enum": words})
}
