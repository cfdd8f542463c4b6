//! Scalars with a meaning. YAML may read a scalar as a number or a truth value, which is
//! the same to us as its text.

use serde_json::{Value, json};

use super::{Definitions, about, any, defined, object};
use crate::scenario::limits::{MAX_FACTOR, MAX_NAME_CHARS};
use crate::scenario::units::{BANDWIDTH_UNITS, SIZE_UNITS, TIME_UNITS};

const NUMBER: &str = r"[0-9]{1,20}(\.[0-9]{1,30})?";

fn units() -> (String, String, String) {
    let of = |units: &[(&'static str, u64)]| -> Vec<&'static str> {
        units.iter().map(|(name, _)| *name).collect()
    };
    let (time, size) = (of(&TIME_UNITS), of(&SIZE_UNITS));
    let bandwidth = [of(&BANDWIDTH_UNITS), size.clone()].concat();
    (time.join("|"), size.join("|"), bandwidth.join("|"))
}

pub(super) fn definitions() -> Definitions {
    let mut all = words();
    all.extend(quantities());
    all
}

/// Names, texts and values.
fn words() -> Definitions {
    let name = format!(r"\p{{L}}[\p{{L}}\p{{N}}_-]{{0,{}}}", MAX_NAME_CHARS - 1);
    let scalar = json!({"type": ["string", "number", "boolean"]});
    let in_a_language = json!({"type": ["string", "number", "boolean", "null"]});
    defined([
        (
            "text",
            about(
                any([
                    in_a_language.clone(),
                    object([("en", in_a_language.clone()), ("ru", in_a_language.clone())]),
                ]),
                "Text for people: one for all, or by language.",
            ),
        ),
        ("string", in_a_language),
        (
            "name",
            json!({
                "type": "string",
                "pattern": format!("^{name}$"),
                "not": {"enum": ["else", "none"]},
            }),
        ),
        (
            "reference",
            pattern(&format!("^{name}$"), "The name of a thing."),
        ),
        (
            "member",
            pattern(&format!(r"^{name}\.{name}$"), "A thing as `owner.member`."),
        ),
        (
            "type-name",
            pattern(
                &format!("^{name}(@[0-9]+)?$"),
                "The name of a type; `@2` is its version.",
            ),
        ),
        (
            "thing",
            pattern(".", "Anything of this scenario by its name."),
        ),
        (
            "target",
            pattern(
                &format!(r"^{name}(\.[0-9]+)?$"),
                "A service or another thing; `.2` is one of its instances.",
            ),
        ),
        ("path", pattern(".", "The path of a setting, with dots.")),
        ("bool", json!({"enum": [true, false, "true", "false"]})),
        (
            "quantity",
            about(
                scalar.clone(),
                "A number, perhaps with words and a unit around it.",
            ),
        ),
        (
            "expression",
            about(scalar, "A question: total > 100. It needs no `=`."),
        ),
        (
            "value",
            json!({"description": "A value as it stands, or `=` and an expression."}),
        ),
        (
            "values",
            about(super::named(super::to("value")), "Values by name."),
        ),
    ])
}

/// Numbers with their units.
fn quantities() -> Definitions {
    let (time, size, bandwidth) = units();
    defined([
        (
            "duration",
            pattern(
                &format!("^{NUMBER}({time})$"),
                "A span of time: 200us, 300ms, 1.5s, 5m, 1h.",
            ),
        ),
        (
            "share",
            about(
                any([
                    json!({"type": "number", "minimum": 0, "maximum": 1}),
                    json!({"type": "string", "pattern": format!("^{NUMBER}%?$")}),
                ]),
                "A share: 50% or 0.5.",
            ),
        ),
        (
            "rate",
            pattern(
                &format!("^{NUMBER}/(s|m|h)$"),
                "A rate: 40/s, 90/m, 1000/h.",
            ),
        ),
        (
            "size",
            pattern(
                &format!("^{NUMBER}({size})$"),
                "A size: 200B, 1.5kB, 16MiB.",
            ),
        ),
        (
            "bandwidth",
            pattern(
                &format!("^{NUMBER}({bandwidth})/s$"),
                "A bandwidth: 10MiB/s, 100Mbit/s.",
            ),
        ),
        (
            "cost",
            pattern(
                &format!("^{NUMBER}({time})(/B)?$"),
                "A duration, or one a byte: 30us, 9ns/B.",
            ),
        ),
        (
            "date",
            pattern(
                "^[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2}(:[0-9]{2})?)?$",
                "A date in UTC: 2024-03-01 or 2024-03-01 09:00.",
            ),
        ),
        (
            "moment",
            about(
                any([super::to("duration"), super::to("date")]),
                "A time since the start, or a date.",
            ),
        ),
        (
            "number",
            any([
                json!({"type": "number"}),
                json!({"type": "string", "pattern": format!("^-?{NUMBER}$")}),
            ]),
        ),
        ("factor", real_within(0.0, MAX_FACTOR)),
    ])
}

/// A real number within bounds.
pub(super) fn real_within(from: f64, to: f64) -> Value {
    any([
        json!({"type": "number", "minimum": from, "maximum": to}),
        json!({"type": "string", "pattern": format!("^{NUMBER}$")}),
    ])
}

fn pattern(pattern: &str, description: &str) -> Value {
    json!({"type": "string", "pattern": pattern, "description": description})
}

/// A whole number within bounds.
pub(super) fn whole(from: u64, to: u64) -> Value {
    any([
        json!({"type": "integer", "minimum": from, "maximum": to}),
        json!({"type": "string", "pattern": "^[0-9]{1,20}$"}),
    ])
}
