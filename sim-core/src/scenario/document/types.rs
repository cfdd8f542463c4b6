//! Types: the data in messages, tables and streams, and how to draw it.

use super::{Name, Named};
use crate::kernel::SimDuration;
use crate::scenario::expr::Expression;

/// A number as exact millionths, so that no decimal passes through a float.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Decimal(i128);

impl Decimal {
    /// Millionths in one.
    pub const ONE: i128 = 1_000_000;

    /// So many millionths.
    pub const fn from_millionths(millionths: i128) -> Self {
        Self(millionths)
    }

    /// The number in millionths.
    pub const fn millionths(self) -> i128 {
        self.0
    }

    /// The nearest real number, for draws and display only.
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / Self::ONE as f64
    }
}

/// As people write it, without zeros at the end.
impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, part) = (
            self.0.unsigned_abs() / Self::ONE.unsigned_abs(),
            self.0.unsigned_abs() % Self::ONE.unsigned_abs(),
        );
        if part == 0 {
            write!(f, "{sign}{whole}")
        } else {
            let digits = format!("{part:06}");
            write!(f, "{sign}{whole}.{}", digits.trim_end_matches('0'))
        }
    }
}

/// The name of a type, with its version if it has one (`Deposited@2`).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TypeName {
    /// The name.
    pub name: Name,
    /// The version.
    pub version: Option<u32>,
}

/// What a name in `types` stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeDeclaration {
    /// Fields.
    Fields(Named<FieldType>),
    /// The same fields as another type.
    Same(TypeName),
}

/// The shape of a message, row or state: a type by name, or fields written on the spot.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A type by name.
    Type(TypeName),
    /// Fields.
    Fields(Named<FieldType>),
}

/// The type of a field, and how a client draws one that nobody set.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldType {
    /// An identity: unique, structural.
    Id,
    /// A 64-bit integer.
    Int(Option<NumberDistribution>),
    /// A decimal number.
    Decimal(Option<NumberDistribution>),
    /// A text of about so many bytes.
    String(Option<u64>),
    /// Yes or no.
    Bool,
    /// A moment of the run.
    Instant,
    /// A reference to an endpoint with its parameters, as in hypermedia.
    Link,
    /// One of some words.
    Enum(Vec<String>),
    /// A thing or nothing.
    Maybe(Box<FieldType>),
    /// A list.
    List(Box<FieldType>),
    /// The fields of another type.
    Type(TypeName),
    /// The identity of one thing of another type.
    One(TypeName),
    /// The identities of several things of another type.
    Many {
        /// The other type.
        of: TypeName,
        /// How many.
        count: NumberDistribution,
    },
}

/// How a number is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberDistribution {
    /// Always the same.
    Constant(Decimal),
    /// Evenly between two bounds, both included; `from <= to`.
    Uniform {
        /// The least.
        from: Decimal,
        /// The most.
        to: Decimal,
    },
    /// Memoryless, with this mean.
    Exponential {
        /// The mean; more than 0.
        mean: Decimal,
    },
    /// The bell curve.
    Normal {
        /// The mean.
        mean: Decimal,
        /// The standard deviation; not negative.
        sd: Decimal,
    },
    /// Long-tailed, given by its median and its 99th percentile; `p50 < p99`.
    Lognormal {
        /// The median.
        p50: Decimal,
        /// The 99th percentile.
        p99: Decimal,
    },
    /// A count of independent rare things, with this mean.
    Poisson {
        /// The mean; not negative.
        mean: Decimal,
    },
    /// From 1 to `n`, the k-th as likely as `1 / k^s`: a few are popular, most are not.
    Zipf {
        /// How many there are.
        n: u64,
        /// How uneven they are.
        s: Decimal,
    },
}

/// A value in a message, row or header: an expression, or what was written.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `=` and an expression.
    Expression(Expression),
    /// A scalar as written; what it means depends on the field's type.
    Scalar(String),
    /// A list of values.
    List(Vec<Value>),
    /// Values by name.
    Map(Named<Value>),
}

/// A type of event or message with the fields that are set on the spot.
#[derive(Clone, Debug, PartialEq)]
pub struct Emission {
    /// The type.
    pub message: TypeName,
    /// Its fields; a field left out takes the value in scope.
    pub fields: Named<Value>,
}

/// A date in UTC: seconds since 1970-01-01 00:00.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Date(pub i64);

/// What a piece of work costs a station.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cost {
    /// So long each time.
    Fixed(SimDuration),
    /// So many millionths of a nanosecond a byte.
    PerByte(Decimal),
}
