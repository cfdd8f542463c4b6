//! From expression to formula: what is written becomes what is evaluated. What the names stand
//! for is known by whoever asks, part by part.

use super::{Datum, Formula, LookupKey};
use crate::kernel::SimDuration;
use crate::scenario::document::Decimal;
use crate::scenario::expr::{Expr, ExprKind, Key, Unit};

impl Formula {
    /// The formula of `part`. `known` says what a part stands for that means something here;
    /// a name or figure of the run of which it says nothing is null.
    pub fn of(part: &Expr, known: &mut dyn FnMut(&Expr) -> Option<Self>) -> Self {
        if let Some(formula) = known(part) {
            return formula;
        }
        match &part.kind {
            ExprKind::Integer(number) => Self::Constant(Datum::Int(*number)),
            ExprKind::Decimal(number) => Self::Constant(Datum::Decimal(*number)),
            ExprKind::Quantity(number, unit) => Self::Constant(quantity(*number, *unit)),
            ExprKind::Text(text) => Self::Constant(Datum::text(text)),
            ExprKind::Bool(answer) => Self::Constant(Datum::Bool(*answer)),
            ExprKind::Null | ExprKind::Name(_) => Self::Constant(Datum::Null),
            ExprKind::Lookup(of, key) => {
                let key = match key {
                    Key::Name(name) => LookupKey::Name(name.clone()),
                    Key::Place(place) => LookupKey::Place(*place),
                    Key::Computed(key) => LookupKey::Computed(Box::new(Self::of(key, known))),
                };
                Self::Lookup(Box::new(Self::of(of, known)), key)
            }
            ExprKind::Function { function, args, .. } => {
                let args = args.iter().map(|arg| Self::of(arg, known)).collect();
                Self::Function(*function, args)
            }
            ExprKind::Negative(of) => Self::Negative(Box::new(Self::of(of, known))),
            ExprKind::Not(of) => Self::Not(Box::new(Self::of(of, known))),
            ExprKind::Binary(operator, a, b) => Self::Binary(
                *operator,
                Box::new([Self::of(a, known), Self::of(b, known)]),
            ),
            ExprKind::If(parts) => {
                let [condition, then, otherwise] = &**parts;
                Self::If(Box::new([
                    Self::of(condition, known),
                    Self::of(then, known),
                    Self::of(otherwise, known),
                ]))
            }
        }
    }
}

/// A quantity as a value: a span, a number of bytes, a share, a number a second.
fn quantity(number: Decimal, unit: Unit) -> Datum {
    let millionths = number.millionths();
    match unit {
        Unit::Time(nanos) => {
            let nanos = millionths.checked_mul(i128::from(nanos));
            let nanos = nanos.and_then(|nanos| u64::try_from(nanos / Decimal::ONE).ok());
            nanos.map_or(Datum::Null, |nanos| {
                Datum::Span(SimDuration::from_nanos(nanos))
            })
        }
        Unit::Bytes(bytes) => {
            let bytes = millionths.checked_mul(i128::from(bytes));
            let bytes = bytes.and_then(|bytes| i64::try_from(bytes / Decimal::ONE).ok());
            bytes.map_or(Datum::Null, Datum::Int)
        }
        Unit::Percent => Datum::Decimal(Decimal::from_millionths(millionths / 100)),
        Unit::Rate(nanos) => {
            let a_second = millionths.checked_mul(1_000_000_000);
            a_second.map_or(Datum::Null, |a_second| {
                Datum::Decimal(Decimal::from_millionths(
                    a_second / i128::from(nanos.max(1)),
                ))
            })
        }
    }
}
