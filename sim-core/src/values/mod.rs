//! Values: what messages carry, variables hold and rows are made of.
//!
//! A [`Datum`] is cheap to clone (texts, lists and maps are shared), totally ordered and
//! free of floats, so that keys, folds and conditions give the same answer on every target.
//! A [`Formula`] is an expression of a document whose names have become places; a
//! [`FieldKind`] says what a value must be. Nothing here knows the world.

mod arithmetic;
mod formula;
mod kinds;
mod resolve;
mod size;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use crate::kernel::{SimDuration, SimTime};
use crate::scenario::document::{Decimal, Name};

pub use formula::{Figures, Formula, LookupKey, Surroundings};
pub use kinds::FieldKind;

/// The most values in one value, itself included; one with more is null. Values are shared,
/// so without a bound a loop could build one that takes for ever to compare.
pub const MAX_PARTS: u32 = 10_001;

/// The longest text that an expression makes, in bytes; a longer one is null.
pub const MAX_TEXT: usize = 16_384;

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
    /// A long text that was made up: nobody reads it, but it has a size.
    Filler {
        /// How long it is, in bytes.
        bytes: u64,
        /// What tells it from others.
        mark: u64,
    },
    /// Values in order.
    List(Arc<Items>),
    /// Values by name.
    Map(Arc<Fields>),
}

/// The values of a list.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Items {
    parts: u32,
    items: Box<[Datum]>,
}

impl std::ops::Deref for Items {
    type Target = [Datum];

    fn deref(&self) -> &[Datum] {
        &self.items
    }
}

/// The values of a map by name, in the order in which they were written.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Fields {
    parts: u32,
    fields: Box<[(Name, Datum)]>,
}

impl std::ops::Deref for Fields {
    type Target = [(Name, Datum)];

    fn deref(&self) -> &[(Name, Datum)] {
        &self.fields
    }
}

impl Datum {
    /// A text.
    pub fn text(text: &str) -> Self {
        Self::Text(Arc::from(text))
    }

    /// A list; null if it would have more than [`MAX_PARTS`] parts.
    pub fn list(items: Vec<Self>) -> Self {
        match parts_of(items.iter()) {
            Some(parts) => Self::List(Arc::new(Items {
                parts,
                items: items.into(),
            })),
            None => Self::Null,
        }
    }

    /// A map; null if it would have more than [`MAX_PARTS`] parts.
    pub fn map(fields: Vec<(Name, Self)>) -> Self {
        match parts_of(fields.iter().map(|(_, value)| value)) {
            Some(parts) => Self::Map(Arc::new(Fields {
                parts,
                fields: fields.into(),
            })),
            None => Self::Null,
        }
    }

    /// How many values it is made of, itself included.
    fn parts(&self) -> u32 {
        match self {
            Self::List(items) => items.parts,
            Self::Map(fields) => fields.parts,
            _ => 1,
        }
    }

    /// How much room it takes, in values; what is shared is counted each time.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Text(text) => 1 + text.len() / size_of::<Self>(),
            _ => self.parts() as usize,
        }
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

fn parts_of<'a>(values: impl Iterator<Item = &'a Datum>) -> Option<u32> {
    let parts = values.fold(1_u32, |sum, value| sum.saturating_add(value.parts()));
    (parts <= MAX_PARTS).then_some(parts)
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
            Self::Filler { bytes, .. } => write!(f, "\"… {bytes} B …\""),
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
