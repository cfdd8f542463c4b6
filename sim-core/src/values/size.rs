//! How many bytes a value takes on the wire, as JSON writes it (RFC 8259) without blanks.

use super::Datum;

impl Datum {
    /// Its length as JSON, in bytes. Text counts as UTF-8 without escapes, spans and moments
    /// as their nanoseconds.
    pub fn json_bytes(&self) -> u64 {
        match self {
            Self::Null | Self::Bool(true) => 4,
            Self::Bool(false) => 5,
            Self::Int(number) => digits(number.unsigned_abs()) + u64::from(*number < 0),
            Self::Decimal(number) => number.to_string().len() as u64,
            Self::Span(span) => digits(span.as_nanos()),
            Self::Instant(at) => digits(at.as_nanos()),
            Self::Text(text) => text.len() as u64 + 2,
            Self::Filler { bytes, .. } => bytes + 2,
            Self::List(items) => {
                2 + items.len().saturating_sub(1) as u64
                    + items.iter().map(Self::json_bytes).sum::<u64>()
            }
            Self::Map(fields) => {
                let field = |(name, value): &(_, Self)| name_bytes(name) + 1 + value.json_bytes();
                2 + fields.len().saturating_sub(1) as u64 + fields.iter().map(field).sum::<u64>()
            }
        }
    }
}

/// A name in quotes.
fn name_bytes(name: &crate::scenario::document::Name) -> u64 {
    name.as_str().len() as u64 + 2
}

const fn digits(number: u64) -> u64 {
    match number.checked_ilog10() {
        Some(log) => log as u64 + 1,
        None => 1,
    }
}
