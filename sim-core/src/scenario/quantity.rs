//! A scalar a slider can move: what stands before the number, the number, its unit.
//!
//! `poisson 40/s` is `poisson `, 40, `/s`. The number is a real one, for a control on a
//! page; what is written into the document is its shortest decimal form.

use super::tree::Node;
use super::units::{TIME_UNITS, real, split_number};

/// A number with what stands around it.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// What stands before the number, with its blank (`poisson `); mostly nothing.
    pub prefix: String,
    /// The number.
    pub number: f64,
    /// What stands after it (`ms`, `/s`, `%`); for a count nothing.
    pub unit: String,
}

impl Quantity {
    /// Reads `50ms`, `40/s`, `poisson 40/s`, `5%`, `12`.
    pub fn parse(text: &str) -> Option<Self> {
        let (prefix, rest) = match text.rfind(' ') {
            Some(blank) => text.split_at(blank + 1),
            None => ("", text),
        };
        let (number, unit) = split_number(rest)?;
        let prefix_fits = prefix.trim_end().chars().all(char::is_alphanumeric);
        let unit_fits = unit
            .chars()
            .all(|c| c.is_alphabetic() || matches!(c, '/' | '%'));
        (prefix_fits && unit_fits).then_some(())?;
        Some(Self {
            prefix: prefix.to_owned(),
            number: real(number)?,
            unit: unit.to_owned(),
        })
    }

    /// Reads a node of the tree.
    pub fn of(node: &Node) -> Option<Self> {
        Self::parse(node.as_text()?)
    }

    /// The same with another number, rounded to nine decimals.
    pub fn with_number(&self, number: f64) -> Self {
        Self {
            number,
            ..self.clone()
        }
    }

    /// The same length in another unit of time; nothing if one of them is none.
    pub fn in_unit(&self, unit: &str) -> Option<Self> {
        let number = self.number * (nanos(&self.unit)? / nanos(unit)?);
        Some(Self {
            prefix: self.prefix.clone(),
            number,
            unit: unit.to_owned(),
        })
    }

    /// The number in nanoseconds if it is a time, as a share if it is in percent, else
    /// as it is: what two quantities are compared by.
    pub fn in_base_units(&self) -> f64 {
        match self.unit.as_str() {
            "%" => self.number / 100.0,
            "/m" => self.number / 60.0,
            "/h" => self.number / 3_600.0,
            unit => self.number * nanos(unit).unwrap_or(1.0),
        }
    }

    /// Whether it can stand where `other` stands.
    pub fn is_like(&self, other: &Self) -> bool {
        let kind = |unit: &str| match unit {
            unit if nanos(unit).is_some() => "time",
            "/s" | "/m" | "/h" => "rate",
            "%" | "" => "number",
            _ => "other",
        };
        let same = kind(&self.unit) == kind(&other.unit)
            && (kind(&self.unit) != "other" || self.unit == other.unit);
        same && (self.prefix == other.prefix || self.prefix.is_empty() || other.prefix.is_empty())
    }

    /// The scalar for the document.
    pub fn to_node(&self) -> Node {
        Node::scalar(self.to_string())
    }
}

impl std::fmt::Display for Quantity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Nine decimals: the finest a document knows is a nanosecond of a second.
        let digits = format!(
            "{:.9}",
            if self.number.is_finite() {
                self.number
            } else {
                0.0
            }
        );
        let digits = digits.trim_end_matches('0').trim_end_matches('.');
        let digits = if digits == "-0" { "0" } else { digits };
        write!(f, "{}{digits}{}", self.prefix, self.unit)
    }
}

fn nanos(unit: &str) -> Option<f64> {
    TIME_UNITS
        .iter()
        .find(|(name, _)| *name == unit)
        .map(|(_, size)| *size as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_prints_in_the_form_it_was_read_in() {
        for text in [
            "50ms",
            "40/s",
            "poisson 40/s",
            "5%",
            "12",
            "0.5",
            "1.5s",
            "-3",
            "0",
        ] {
            assert_eq!(Quantity::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "ms", "declined", "a b", "{", "50 ms", "1e3", "5ms x"] {
            assert_eq!(Quantity::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_slider_moves_the_number_and_nothing_else() {
        let load = Quantity::parse("poisson 40/s").unwrap();
        assert_eq!(load.with_number(62.5).to_string(), "poisson 62.5/s");
        assert_eq!(load.with_number(0.1 + 0.2).to_string(), "poisson 0.3/s");
        assert_eq!(load.with_number(f64::NAN).to_string(), "poisson 0/s");
    }

    #[test]
    fn durations_change_units_and_are_compared_across_them() {
        let patience = Quantity::parse("1.5s").unwrap();
        assert_eq!(patience.in_unit("ms").unwrap().to_string(), "1500ms");
        assert_eq!(patience.in_unit("%"), None);
        assert!(Quantity::parse("50ms").unwrap().in_base_units() < patience.in_base_units());
        assert!(Quantity::parse("50ms").unwrap().is_like(&patience));
        assert!(!Quantity::parse("50/s").unwrap().is_like(&patience));
    }
}
