//! Arithmetic on values: total, exact, and the same on every target.
//!
//! What has no answer (overflow, division by zero, a text times a text) is null; null
//! spreads. Integers stay integers under `+ - * mod`; `/` of two integers is an integer if
//! it comes out even and a decimal otherwise. Decimals are rounded half to even
//! (IEEE 754-2019, 4.3.1) to six places.

use std::cmp::Ordering;

use super::{Datum, MAX_TEXT};
use crate::kernel::{SimDuration, SimTime};
use crate::scenario::document::Decimal;

/// `a / b` rounded half to even; nothing for `b == 0` or overflow.
fn divide_half_even(a: i128, b: i128) -> Option<i128> {
    let quotient = a.checked_div(b)?;
    let rest = a.checked_rem(b)?;
    let doubled = rest.unsigned_abs().checked_mul(2)?;
    let away = match doubled.cmp(&b.unsigned_abs()) {
        Ordering::Less => false,
        Ordering::Greater => true,
        Ordering::Equal => quotient % 2 != 0,
    };
    if !away {
        return Some(quotient);
    }
    quotient.checked_add(if (a < 0) == (b < 0) { 1 } else { -1 })
}

fn decimal(millionths: Option<i128>) -> Datum {
    millionths.map_or(Datum::Null, |millionths| {
        Datum::Decimal(Decimal::from_millionths(millionths))
    })
}

fn int(number: Option<i64>) -> Datum {
    number.map_or(Datum::Null, Datum::Int)
}

fn span(nanos: Option<u64>) -> Datum {
    nanos.map_or(Datum::Null, |nanos| {
        Datum::Span(SimDuration::from_nanos(nanos))
    })
}

fn instant(nanos: Option<u64>) -> Datum {
    nanos.map_or(Datum::Null, |nanos| {
        Datum::Instant(SimTime::from_nanos(nanos))
    })
}

/// A span times `millionths` millionths.
fn scaled(by: SimDuration, millionths: i128) -> Datum {
    let product = i128::from(by.as_nanos()).checked_mul(millionths);
    let nanos = product.and_then(|product| divide_half_even(product, Decimal::ONE));
    span(nanos.and_then(|nanos| u64::try_from(nanos).ok()))
}

pub(super) fn plus(a: &Datum, b: &Datum) -> Datum {
    match (a, b) {
        (Datum::Int(a), Datum::Int(b)) => int(a.checked_add(*b)),
        (Datum::Span(a), Datum::Span(b)) => span(a.as_nanos().checked_add(b.as_nanos())),
        (Datum::Instant(at), Datum::Span(by)) | (Datum::Span(by), Datum::Instant(at)) => {
            instant(at.as_nanos().checked_add(by.as_nanos()))
        }
        (Datum::Text(a), Datum::Text(b)) if a.len() + b.len() <= MAX_TEXT => {
            Datum::text(&format!("{a}{b}"))
        }
        _ => with_millionths(a, b, i128::checked_add),
    }
}

pub(super) fn minus(a: &Datum, b: &Datum) -> Datum {
    match (a, b) {
        (Datum::Int(a), Datum::Int(b)) => int(a.checked_sub(*b)),
        (Datum::Span(a), Datum::Span(b)) => span(a.as_nanos().checked_sub(b.as_nanos())),
        (Datum::Instant(a), Datum::Instant(b)) => span(a.as_nanos().checked_sub(b.as_nanos())),
        (Datum::Instant(at), Datum::Span(by)) => instant(at.as_nanos().checked_sub(by.as_nanos())),
        _ => with_millionths(a, b, i128::checked_sub),
    }
}

pub(super) fn times(a: &Datum, b: &Datum) -> Datum {
    match (a, b) {
        (Datum::Int(a), Datum::Int(b)) => int(a.checked_mul(*b)),
        (Datum::Span(by), number) | (number, Datum::Span(by)) => number
            .millionths()
            .map_or(Datum::Null, |millionths| scaled(*by, millionths)),
        _ => with_millionths(a, b, |a, b| {
            divide_half_even(a.checked_mul(b)?, Decimal::ONE)
        }),
    }
}

pub(super) fn over(a: &Datum, b: &Datum) -> Datum {
    match (a, b) {
        (Datum::Int(a), Datum::Int(b)) if *b != 0 && a.checked_rem(*b) == Some(0) => {
            int(a.checked_div(*b))
        }
        (Datum::Span(a), Datum::Span(b)) => decimal(divide_half_even(
            i128::from(a.as_nanos()) * Decimal::ONE,
            i128::from(b.as_nanos()),
        )),
        (Datum::Span(by), number) => number.millionths().map_or(Datum::Null, |divisor| {
            let nanos = divide_half_even(i128::from(by.as_nanos()) * Decimal::ONE, divisor);
            span(nanos.and_then(|nanos| u64::try_from(nanos).ok()))
        }),
        _ => with_millionths(a, b, |a, b| {
            divide_half_even(a.checked_mul(Decimal::ONE)?, b)
        }),
    }
}

/// What is left after dividing, never negative for a positive divisor (Euclid).
pub(super) fn modulo(a: &Datum, b: &Datum) -> Datum {
    match (a, b) {
        (Datum::Int(a), Datum::Int(b)) => int(a.checked_rem_euclid(*b)),
        (Datum::Span(a), Datum::Span(b)) => span(a.as_nanos().checked_rem(b.as_nanos())),
        _ => with_millionths(a, b, i128::checked_rem_euclid),
    }
}

pub(super) fn negative(a: &Datum) -> Datum {
    match a {
        Datum::Int(a) => int(a.checked_neg()),
        Datum::Decimal(a) => decimal(a.millionths().checked_neg()),
        _ => Datum::Null,
    }
}

fn with_millionths(a: &Datum, b: &Datum, f: impl Fn(i128, i128) -> Option<i128>) -> Datum {
    match (a.millionths(), b.millionths()) {
        (Some(a), Some(b)) => decimal(f(a, b)),
        _ => Datum::Null,
    }
}

/// Which of two values comes first, if they are of one sort: numbers, texts, answers, spans
/// or moments.
pub(super) fn order(a: &Datum, b: &Datum) -> Option<Ordering> {
    match (a, b) {
        (Datum::Text(a), Datum::Text(b)) => Some(a.cmp(b)),
        (Datum::Bool(a), Datum::Bool(b)) => Some(a.cmp(b)),
        (Datum::Span(a), Datum::Span(b)) => Some(a.cmp(b)),
        (Datum::Instant(a), Datum::Instant(b)) => Some(a.cmp(b)),
        _ => Some(a.millionths()?.cmp(&b.millionths()?)),
    }
}

/// Whether two values are the same; `2` and `2.0` are.
pub(super) fn same(a: &Datum, b: &Datum) -> bool {
    order(a, b).map_or_else(|| a == b, Ordering::is_eq)
}
