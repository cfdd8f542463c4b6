//! Values: what messages carry, variables hold and rows are made of.
//!
//! A [`Datum`] is cheap to clone (texts, lists and maps are shared), totally ordered and
//! free of floats, so that keys, folds and conditions give the same answer on every target.

use std::fmt;
use std::sync::Arc;

use crate::kernel::{SimDuration, SimTime};
use crate::scenario::document::{Decimal, Name};

/// One value.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Datum {
    /// The absent.
    #[default]
    Null,
    /// Yes or no.
    Bool(bool),
    /// A 64-bit integer.
    Int(i64),
    /// A number in exact millionths.
    Decimal(Decimal),
    /// A length of time.
    Span(SimDuration),
    /// A moment of the run.
    Instant(SimTime),
    /// A text.
    Text(Arc<str>),
    /// Values in order.
    List(Arc<[Datum]>),
    /// Values by name, in the order in which they were written.
    Map(Arc<[(Name, Datum)]>),
}

impl Datum {
    /// A text.
    pub fn text(text: &str) -> Self {
        Self::Text(Arc::from(text))
    }

    /// The field called `name` of a map; nothing for anything else.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Map(fields) => fields
                .iter()
                .find(|(field, _)| field.as_str() == name)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// Whether it is absent.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether it answers yes: only `true` does.
    pub const fn is_true(&self) -> bool {
        matches!(self, Self::Bool(true))
    }

    /// The number in millionths, whether it is an integer or a decimal.
    pub fn millionths(&self) -> Option<i128> {
        match self {
            Self::Int(number) => Some(i128::from(*number) * Decimal::ONE),
            Self::Decimal(number) => Some(number.millionths()),
            _ => None,
        }
    }
}

/// As JSON writes it, but for times, which are written as in a scenario.
impl fmt::Display for Datum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(answer) => answer.fmt(f),
            Self::Int(number) => number.fmt(f),
            Self::Decimal(number) => number.fmt(f),
            Self::Span(span) => span.fmt(f),
            Self::Instant(at) => at.fmt(f),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::List(items) => {
                f.write_str("[")?;
                for (place, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if place > 0 { ", " } else { "" })?;
                }
                f.write_str("]")
            }
            Self::Map(fields) => {
                f.write_str("{")?;
                for (place, (name, value)) in fields.iter().enumerate() {
                    write!(f, "{}{name}: {value}", if place > 0 { ", " } else { "" })?;
                }
                f.write_str("}")
            }
        }
    }
}
