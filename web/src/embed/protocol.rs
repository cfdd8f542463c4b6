//! What an embedded page and the page around it say to each other.
//!
//! Both send `{ v, type, id, payload }`. The one around begins with `PING` and hears `PONG`;
//! from then on it is told `state`, and may send commands, each answered by `ok` or `error`
//! with the same `id`. This module knows nothing of windows.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The version of the protocol. What has another one is answered with an error.
pub(crate) const VERSION: u32 = 1;
/// The longest message that is looked at, in characters: a document and some room.
pub(crate) const LONGEST: usize = 2 << 20;

/// A message, whoever sends it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Message {
    /// The version of the protocol.
    pub(crate) v: u32,
    /// What it is.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// What an answer carries to say which message it answers.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(crate) id: Value,
    /// What it says.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(crate) payload: Value,
}

/// What the page around can ask for.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Wish {
    /// Is anybody there?
    Ping,
    /// Say how things are, now.
    State,
    /// Open what the fragment of an address says: `scenario=…`, or a packed link.
    Open(String),
    /// Open this text.
    OpenText(String),
    /// Let time pass.
    Play,
    /// Stop it.
    Pause,
    /// Be at this moment, in seconds.
    Seek(f64),
    /// One record on.
    Step,
    /// One record back.
    StepBack,
    /// So many simulated seconds a second.
    Speed(f64),
    /// Change a setting by path; nothing takes the change back.
    Set(String, Option<String>),
    /// Select the node of this name, or nothing.
    Select(Option<String>),
    /// Speak this language.
    Language(String),
    /// Wear this theme.
    Theme(String),
}

/// Why a message is not followed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Refusal {
    /// It is of another version of the protocol.
    Version,
    /// Nobody knows this type.
    UnknownType,
    /// Its payload is not what its type needs.
    Payload,
    /// What it is about is not there.
    NotThere,
}

impl Message {
    /// A message from here.
    pub(crate) fn new(kind: &str, id: Value, payload: Value) -> Self {
        Self {
            v: VERSION,
            kind: kind.to_owned(),
            id,
            payload,
        }
    }

    /// The answer to one that is not followed.
    pub(crate) fn refusal(id: Value, refusal: Refusal) -> Self {
        let code = serde_json::to_value(refusal).unwrap_or_default();
        Self::new("error", id, serde_json::json!({ "code": code }))
    }

    /// Reads a message. What is no message at all, as pages send for reasons of their own, is
    /// nothing.
    pub(crate) fn read(text: &str) -> Option<Self> {
        (text.len() <= LONGEST)
            .then(|| serde_json::from_str(text).ok())
            .flatten()
    }

    /// What it asks for.
    pub(crate) fn wish(&self) -> Result<Wish, Refusal> {
        if self.v != VERSION {
            return Err(Refusal::Version);
        }
        let text = |key: &str| {
            let text = self.payload.get(key).and_then(Value::as_str);
            text.map(str::to_owned)
        };
        let number = |key: &str| {
            let number = self.payload.get(key).and_then(Value::as_f64);
            number.filter(|number| number.is_finite() && *number >= 0.0)
        };
        let needed = |wish: Option<Wish>| wish.ok_or(Refusal::Payload);
        match self.kind.as_str() {
            "PING" => Ok(Wish::Ping),
            "state" => Ok(Wish::State),
            "play" => Ok(Wish::Play),
            "pause" => Ok(Wish::Pause),
            "step" => Ok(Wish::Step),
            "step-back" => Ok(Wish::StepBack),
            "open" => {
                let named = text("scenario").map(|name| format!("scenario={name}"));
                let fragment = named.or_else(|| text("link")).map(Wish::Open);
                needed(fragment.or_else(|| text("text").map(Wish::OpenText)))
            }
            "seek" => needed(number("time").map(Wish::Seek)),
            "speed" => needed(
                number("speed")
                    .filter(|speed| *speed > 0.0)
                    .map(Wish::Speed),
            ),
            "set" => {
                let value = match self.payload.get("value") {
                    None | Some(Value::Null) => None,
                    Some(Value::String(text)) => Some(text.clone()),
                    Some(other @ (Value::Number(_) | Value::Bool(_))) => Some(other.to_string()),
                    Some(_) => return Err(Refusal::Payload),
                };
                needed(text("path").map(|path| Wish::Set(path, value)))
            }
            "select" => Ok(Wish::Select(text("node"))),
            "language" => needed(text("language").map(Wish::Language)),
            "theme" => needed(text("theme").map(Wish::Theme)),
            _ => Err(Refusal::UnknownType),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(text: &str) -> Option<Result<Wish, Refusal>> {
        Message::read(text).map(|message| message.wish())
    }

    #[test]
    fn every_type_is_read_and_what_it_needs_is_asked_for() {
        for (text, wished) in [
            (r#"{"v":1,"type":"PING","id":7}"#, Ok(Wish::Ping)),
            (
                r#"{"v":1,"type":"open","payload":{"scenario":"checkout"}}"#,
                Ok(Wish::Open("scenario=checkout".to_owned())),
            ),
            (
                r#"{"v":1,"type":"open","payload":{"text":"scenario: 1"}}"#,
                Ok(Wish::OpenText("scenario: 1".to_owned())),
            ),
            (r#"{"v":1,"type":"open"}"#, Err(Refusal::Payload)),
            (
                r#"{"v":1,"type":"seek","payload":{"time":1.5}}"#,
                Ok(Wish::Seek(1.5)),
            ),
            (
                r#"{"v":1,"type":"seek","payload":{"time":-1}}"#,
                Err(Refusal::Payload),
            ),
            (
                r#"{"v":1,"type":"speed","payload":{"speed":0}}"#,
                Err(Refusal::Payload),
            ),
            (
                r#"{"v":1,"type":"set","payload":{"path":"a.b","value":3}}"#,
                Ok(Wish::Set("a.b".to_owned(), Some("3".to_owned()))),
            ),
            (
                r#"{"v":1,"type":"set","payload":{"path":"a.b"}}"#,
                Ok(Wish::Set("a.b".to_owned(), None)),
            ),
            (r#"{"v":1,"type":"select"}"#, Ok(Wish::Select(None))),
            (r#"{"v":1,"type":"explode"}"#, Err(Refusal::UnknownType)),
            (r#"{"v":9,"type":"PING"}"#, Err(Refusal::Version)),
        ] {
            assert_eq!(wish(text), Some(wished), "{text}");
        }
    }

    #[test]
    fn what_is_no_message_is_nothing() {
        for text in [
            "",
            "7",
            "null",
            r#"{"type":"PING"}"#,
            r#"{"v":"1","type":"PING"}"#,
        ] {
            assert_eq!(wish(text), None, "{text}");
        }
        assert_eq!(wish(&" ".repeat(LONGEST + 1)), None);
    }

    #[test]
    fn an_answer_carries_the_id_and_a_reason() {
        let refusal = Message::refusal(7.into(), Refusal::UnknownType);
        let text = serde_json::to_string(&refusal).unwrap();
        assert_eq!(
            text,
            r#"{"v":1,"type":"error","id":7,"payload":{"code":"unknown-type"}}"#
        );
    }
}
