//! Generators: the values clients make up for fields that nobody set.
//!
//! A field's type flows in when a program is compiled; a draw takes the identity of what it
//! is for, so the same request has the same data in two runs that differ elsewhere.

use std::sync::Arc;

use crate::kernel::{Draw, Identity, SimTime, StreamKey};
use crate::scenario::document::{Decimal, Name, NumberDistribution};
use crate::values::Datum;

/// How a value is made up.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Generator {
    /// A new identity: 53 bits of the identity of what it is for, so that it is unique and
    /// a reader in JavaScript sees the same number.
    Id,
    /// One of so many identities, counted from 1.
    OneOf(u64),
    Int(NumberDistribution),
    /// Rounded to two places, as money is.
    Decimal(NumberDistribution),
    /// A text of so many bytes.
    Text(u64),
    Bool,
    Now,
    Word(Vec<Arc<str>>),
    /// That, or nothing, each as likely.
    Maybe(Box<Generator>),
    /// So many of that.
    List(Box<Generator>, NumberDistribution),
    Map(Vec<(Name, Generator)>),
}

/// The most items a list is made up of.
const MOST_ITEMS: i128 = 1_000;

/// The largest number that is made up, in millionths: a million million.
const LARGEST: f64 = 1e18;

impl Generator {
    /// The value of `stream` for what `identity` is.
    pub(super) fn draw(&self, stream: StreamKey, identity: Identity, now: SimTime) -> Datum {
        if let Self::Id = self {
            return id(&mut Draw::new(stream, identity));
        }
        self.next(&mut Draw::new(stream, identity), now)
    }

    fn next(&self, draw: &mut Draw, now: SimTime) -> Datum {
        match self {
            Self::Id => id(draw),
            Self::OneOf(many) => Datum::Int(1 + draw.below(*many) as i64),
            Self::Int(numbers) => {
                let millionths = numbers.next(draw, Decimal::ONE);
                Datum::Int(i64::try_from(millionths / Decimal::ONE).unwrap_or_default())
            }
            Self::Decimal(numbers) => Datum::Decimal(Decimal::from_millionths(
                numbers.next(draw, Decimal::ONE / 100),
            )),
            Self::Text(bytes) => text(draw, *bytes),
            Self::Bool => Datum::Bool(draw.below(2) == 1),
            Self::Now => Datum::Instant(now),
            Self::Word(words) => {
                let word = words.get(draw.below(words.len().max(1) as u64) as usize);
                word.map_or(Datum::Null, |word| Datum::Text(Arc::clone(word)))
            }
            Self::Maybe(of) => {
                if draw.below(2) == 0 {
                    Datum::Null
                } else {
                    of.next(draw, now)
                }
            }
            Self::List(of, count) => {
                let count = count.next(draw, Decimal::ONE) / Decimal::ONE;
                let items = (0..count.clamp(0, MOST_ITEMS)).map(|_| of.next(draw, now));
                Datum::list(items.collect())
            }
            Self::Map(fields) => {
                let fields = fields
                    .iter()
                    .map(|(name, field)| (name.clone(), field.next(draw, now)));
                Datum::map(fields.collect())
            }
        }
    }
}

fn id(draw: &mut Draw) -> Datum {
    Datum::Int(draw.below(1 << 53) as i64)
}

/// Letters, or, where nobody would read them all, a text that has a size only.
fn text(draw: &mut Draw, bytes: u64) -> Datum {
    const READABLE: u64 = 64;
    if bytes > READABLE {
        let mark = draw.below(u64::MAX);
        return Datum::Filler { bytes, mark };
    }
    let letters: String = (0..bytes)
        .map(|_| char::from(b'a' + draw.below(26) as u8))
        .collect();
    Datum::text(&letters)
}

/// Draws numbers.
pub(super) trait Numbers {
    /// A number in millionths, rounded to whole `step`s.
    fn next(&self, draw: &mut Draw, step: i128) -> i128;
}

impl Numbers for NumberDistribution {
    fn next(&self, draw: &mut Draw, step: i128) -> i128 {
        let real = match *self {
            Self::Constant(number) => return number.millionths(),
            Self::Uniform { from, to } => {
                // Evenly over the steps between the bounds, both included.
                let first = div_ceil(from.millionths(), step);
                let last = to.millionths().div_euclid(step);
                let Ok(width) = u64::try_from(last - first) else {
                    return from.millionths();
                };
                let extra = draw.below(width.saturating_add(1));
                return (first + i128::from(extra)) * step;
            }
            Self::Exponential { mean } => mean.as_f64() * draw.exponential(),
            Self::Normal { mean, sd } => mean.as_f64() + sd.as_f64() * draw.normal(),
            Self::Lognormal { p50, p99 } => {
                let sigma = libm::log(p99.as_f64() / p50.as_f64()) / super::sampling::Z99;
                p50.as_f64() * libm::exp(sigma * draw.normal())
            }
            Self::Poisson { mean } => poisson(draw, mean.as_f64()),
            Self::Zipf { n, s } => zipf(draw, n, s.as_f64()),
        };
        let millionths = (real * 1e6).clamp(-LARGEST, LARGEST) as i128;
        // To the nearest step, halves up.
        (millionths + step / 2).div_euclid(step) * step
    }
}

fn div_ceil(number: i128, by: i128) -> i128 {
    -(-number).div_euclid(by)
}

/// How many rare things happen, `mean` on average: a sum of parts of at most 500, each by
/// inversion, so that `exp` does not underflow.
fn poisson(draw: &mut Draw, mean: f64) -> f64 {
    const PART: f64 = 500.0;
    const MOST: f64 = 1e6;
    let (mut left, mut count) = (mean.min(MOST), 0.0);
    while left > 0.0 {
        let part = left.min(PART);
        left -= part;
        let mut probability = libm::exp(-part);
        let (mut sum, drawn, mut number) = (probability, draw.unit(), 0.0);
        // The tail past ten standard deviations is lost in rounding anyway.
        while drawn > sum && number < part + 10.0 * libm::sqrt(part) + 20.0 {
            number += 1.0;
            probability *= part / number;
            sum += probability;
        }
        count += number;
    }
    count
}

/// From 1 to `n`, the k-th as likely as `1 / k^s`: rejection-inversion (Hörmann and
/// Derflinger, *Rejection-inversion to generate variates from monotone discrete
/// distributions*, ACM TOMACS 6, 1996).
fn zipf(draw: &mut Draw, n: u64, s: f64) -> f64 {
    // The integral of x^-s and its inverse.
    let integral = |x: f64| {
        if (s - 1.0).abs() < 1e-9 {
            libm::log(x)
        } else {
            (libm::pow(x, 1.0 - s) - 1.0) / (1.0 - s)
        }
    };
    let inverse = |y: f64| {
        if (s - 1.0).abs() < 1e-9 {
            libm::exp(y)
        } else {
            libm::pow((1.0 + y * (1.0 - s)).max(0.0), 1.0 / (1.0 - s))
        }
    };
    let n = n as f64;
    let (low, high) = (integral(1.5) - 1.0, integral(n + 0.5));
    for _ in 0..1_000 {
        let drawn = low + draw.unit() * (high - low);
        let x = inverse(drawn);
        let k = libm::floor(x + 0.5).clamp(1.0, n);
        if drawn >= integral(k + 0.5) - libm::pow(k, -s) {
            return k;
        }
    }
    1.0
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "closed forms for the tests alone"
)]
mod tests {
    use super::*;
    use crate::kernel::{Key, Purpose};

    const MANY: u64 = 100_000;

    fn numbers(of: NumberDistribution, step: i128) -> Vec<f64> {
        let stream = StreamKey::new(7, Key::of("orders"), Purpose::Field);
        let draw = |n| {
            let identity = Identity::root(Key::of("client"), n);
            of.next(&mut Draw::new(stream, identity), step) as f64 / 1e6
        };
        (0..MANY).map(draw).collect()
    }

    fn mean(of: &[f64]) -> f64 {
        of.iter().sum::<f64>() / of.len() as f64
    }

    fn decimal(number: f64) -> Decimal {
        Decimal::from_millionths((number * 1e6) as i128)
    }

    #[test]
    fn whole_numbers_drawn_evenly_reach_both_bounds_equally_often() {
        let of = NumberDistribution::Uniform {
            from: decimal(2.0),
            to: decimal(4.0),
        };
        let drawn = numbers(of, Decimal::ONE);
        for wanted in [2.0, 3.0, 4.0] {
            let share =
                drawn.iter().filter(|n| (**n - wanted).abs() < 0.5).count() as f64 / MANY as f64;
            assert!((share - 1.0 / 3.0).abs() < 0.008, "{wanted}: {share}");
        }
    }

    #[test]
    fn counts_of_rare_things_have_the_mean_and_variance_of_poisson() {
        for wanted in [0.5, 3.0, 40.0, 1_200.0] {
            let of = NumberDistribution::Poisson {
                mean: decimal(wanted),
            };
            let drawn = numbers(of, Decimal::ONE);
            let mean = mean(&drawn);
            let variance = drawn.iter().map(|n| (n - mean).powi(2)).sum::<f64>() / MANY as f64;
            let error = 5.0 * (wanted / MANY as f64).sqrt();
            assert!((mean - wanted).abs() < error, "mean {mean} of {wanted}");
            assert!(
                (variance / wanted - 1.0).abs() < 0.04,
                "variance {variance}"
            );
        }
    }

    #[test]
    fn popular_things_are_as_popular_as_zipf_says() {
        for s in [0.8, 1.0, 1.1, 2.0] {
            let of = NumberDistribution::Zipf {
                n: 200,
                s: decimal(s),
            };
            let drawn = numbers(of, Decimal::ONE);
            let whole: f64 = (1..=200).map(|k| f64::from(k).powf(-s)).sum();
            for k in [1.0, 2.0, 10.0, 150.0] {
                let share =
                    drawn.iter().filter(|n| (**n - k).abs() < 0.5).count() as f64 / MANY as f64;
                let wanted = k.powf(-s) / whole;
                let error = 5.0 * (wanted / MANY as f64).sqrt();
                assert!(
                    (share - wanted).abs() < error,
                    "{k} of {s}: {share}, {wanted}"
                );
            }
        }
    }

    #[test]
    fn amounts_have_two_places() {
        let of = NumberDistribution::Exponential {
            mean: decimal(30.0),
        };
        let drawn = numbers(of, Decimal::ONE / 100);
        assert!((mean(&drawn) - 30.0).abs() < 0.5);
        assert!(
            drawn
                .iter()
                .all(|n| ((n * 100.0).round() - n * 100.0).abs() < 1e-6)
        );
    }
}
