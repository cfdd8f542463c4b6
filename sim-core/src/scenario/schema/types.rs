//! `types`, and shapes written on the spot.

use serde_json::{Value, json};

use super::{
    Definitions, about, any, defined, list, map_of, named, needing, object, to, verb, words,
};

/// The section.
pub(super) fn section() -> Value {
    map_of("type-name", any([to("type-name"), named(to("field-type"))]))
}

pub(super) fn definitions() -> Definitions {
    defined([
        (
            "shape",
            about(
                any([to("type-name"), named(to("field-type"))]),
                "A type by its name, or fields.",
            ),
        ),
        (
            "field-type",
            about(
                any([
                    words(&["id", "int", "decimal", "string", "bool", "instant", "link"]),
                    to("type-name"),
                    json!({
                        "type": "array",
                        "items": to("field-type"),
                        "minItems": 1,
                        "maxItems": 1,
                    }),
                    generated(),
                ]),
                "What a field holds, and perhaps how it is drawn.",
            ),
        ),
    ])
}

fn generated() -> Value {
    verb(
        [
            ("int", to("number-distribution")),
            ("decimal", to("number-distribution")),
            ("string", to("size")),
            ("enum", list(to("string"))),
            ("maybe", to("field-type")),
            ("one", to("type-name")),
            (
                "many",
                needing(
                    object([
                        ("of", to("type-name")),
                        ("count", to("number-distribution")),
                    ]),
                    &["of", "count"],
                ),
            ),
        ],
        [],
    )
}
