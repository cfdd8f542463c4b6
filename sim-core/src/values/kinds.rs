//! Kinds: what a field must be, and reading what was written as that.

use std::fmt;

use super::Datum;
use crate::kernel::SimDuration;
use crate::scenario::document::{Decimal, Name};
use crate::scenario::units;

/// What a field must be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FieldKind {
    /// Anything.
    Any,
    /// An integer or a text that names one thing.
    Id,
    /// An integer.
    Int,
    /// A number.
    Decimal,
    /// A text.
    Text,
    /// Yes or no.
    Bool,
    /// A moment.
    Instant,
    /// One of these words.
    Word(Vec<Name>),
    /// That, or nothing.
    Maybe(Box<FieldKind>),
    /// A list of that.
    List(Box<FieldKind>),
    /// Fields.
    Map(Vec<(Name, FieldKind)>),
}

impl FieldKind {
    /// `value` as a value of this kind; nothing if it is none. An integer is a decimal, a
    /// whole decimal an integer; nothing else turns into something else.
    pub fn fit(&self, value: Datum) -> Option<Datum> {
        match (self, value) {
            (Self::Maybe(_), Datum::Null) => Some(Datum::Null),
            (Self::Maybe(kind), value) => kind.fit(value),
            (Self::Any, value)
            | (Self::Id, value @ (Datum::Int(_) | Datum::Text(_)))
            | (Self::Int, value @ Datum::Int(_))
            | (Self::Decimal, value @ Datum::Decimal(_))
            | (Self::Text, value @ (Datum::Text(_) | Datum::Filler { .. }))
            | (Self::Bool, value @ Datum::Bool(_))
            | (Self::Instant, value @ Datum::Instant(_)) => Some(value),
            (Self::Decimal, Datum::Int(number)) => Some(Datum::Decimal(Decimal::from_millionths(
                i128::from(number) * Decimal::ONE,
            ))),
            (Self::Int, Datum::Decimal(number)) if number.millionths() % Decimal::ONE == 0 => {
                i64::try_from(number.millionths() / Decimal::ONE)
                    .ok()
                    .map(Datum::Int)
            }
            (Self::Word(words), Datum::Text(text)) => words
                .iter()
                .any(|word| word.as_str() == &*text)
                .then_some(Datum::Text(text)),
            (Self::List(kind), Datum::List(items)) => {
                if items.iter().all(|item| kind.is(item)) {
                    return Some(Datum::List(items));
                }
                let fitted: Option<Vec<_>> =
                    items.iter().map(|item| kind.fit(item.clone())).collect();
                fitted.map(Datum::list)
            }
            (Self::Map(kinds), value @ Datum::Map(_)) => {
                let fitted: Option<Vec<_>> = kinds
                    .iter()
                    .map(|(name, kind)| {
                        let field = value.get(name.as_str()).cloned().unwrap_or_default();
                        kind.fit(field).map(|field| (name.clone(), field))
                    })
                    .collect();
                fitted.map(Datum::map)
            }
            _ => None,
        }
    }

    /// Whether `value` is of this kind as it stands.
    fn is(&self, value: &Datum) -> bool {
        matches!(
            (self, value),
            (Self::Any, _)
                | (Self::Id, Datum::Int(_) | Datum::Text(_))
                | (Self::Int, Datum::Int(_))
                | (Self::Decimal, Datum::Decimal(_))
                | (Self::Text, Datum::Text(_) | Datum::Filler { .. })
                | (Self::Bool, Datum::Bool(_))
                | (Self::Instant, Datum::Instant(_))
        )
    }

    /// What a fold starts from: the zero of this kind.
    pub fn zero(&self) -> Datum {
        match self {
            Self::Int => Datum::Int(0),
            Self::Decimal => Datum::Decimal(Decimal::from_millionths(0)),
            Self::Bool => Datum::Bool(false),
            Self::Text => Datum::text(""),
            Self::List(_) => Datum::list(Vec::new()),
            Self::Any
            | Self::Id
            | Self::Instant
            | Self::Word(_)
            | Self::Maybe(_)
            | Self::Map(_) => Datum::Null,
        }
    }

    /// What was written, read as this kind; nothing if it cannot be.
    pub fn read(&self, text: &str) -> Option<Datum> {
        match self {
            Self::Any => Some(natural(text)),
            Self::Maybe(_) if text == "null" => Some(Datum::Null),
            Self::Maybe(kind) => kind.read(text),
            Self::Text => Some(Datum::text(text)),
            Self::Id => Some(match natural(text) {
                number @ Datum::Int(_) => number,
                _ => Datum::text(text),
            }),
            Self::Word(_) => self.fit(Datum::text(text)),
            _ => self.fit(natural(text)),
        }
    }
}

/// As a scenario writes it.
impl fmt::Display for FieldKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any"),
            Self::Id => f.write_str("id"),
            Self::Int => f.write_str("int"),
            Self::Decimal => f.write_str("decimal"),
            Self::Text => f.write_str("string"),
            Self::Bool => f.write_str("bool"),
            Self::Instant => f.write_str("instant"),
            Self::Word(words) => {
                let words: Vec<&str> = words.iter().map(Name::as_str).collect();
                write!(f, "enum [{}]", words.join(", "))
            }
            Self::Maybe(kind) => write!(f, "maybe {kind}"),
            Self::List(kind) => write!(f, "[{kind}]"),
            Self::Map(fields) => {
                f.write_str("{")?;
                for (place, (name, kind)) in fields.iter().enumerate() {
                    write!(f, "{}{name}: {kind}", if place > 0 { ", " } else { "" })?;
                }
                f.write_str("}")
            }
        }
    }
}

/// What was written, read as what it looks like: an answer, null, a number, a quantity, and
/// otherwise a text.
fn natural(text: &str) -> Datum {
    match text {
        "true" => return Datum::Bool(true),
        "false" => return Datum::Bool(false),
        "null" | "~" | "" => return Datum::Null,
        _ => {}
    }
    if let Ok(number) = text.parse::<i64>() {
        return Datum::Int(number);
    }
    if let Some(number) = units::decimal(text) {
        return Datum::Decimal(number);
    }
    match units::nanos(text).map(u64::try_from) {
        Some(Ok(nanos)) => Datum::Span(SimDuration::from_nanos(nanos)),
        _ => Datum::text(text),
    }
}
