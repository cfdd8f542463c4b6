//! The micro-syntax of scalars: numbers, durations, rates, shares, sizes, dates, names.
//!
//! Text flows in, exact numbers flow out: decimals are integers of millionths or
//! nanoseconds, never floats. Only rates are real numbers, rounded once from their text.

use super::document::{Date, Decimal, HttpBinding, HttpMethod, Rate, Share};
use super::expr::Unit;
use super::limits::MAX_NAME_CHARS;
use crate::kernel::SimDuration;

/// The units of time with their length in nanoseconds, shortest first.
pub(crate) const TIME_UNITS: [(&str, u64); 7] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
];

pub(crate) const SIZE_UNITS: [(&str, u64); 7] = [
    ("B", 1),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

/// The units of bandwidth in bits a second; those of sizes, a second, are others.
pub(crate) const BANDWIDTH_UNITS: [(&str, u64); 4] = [
    ("bit", 1),
    ("kbit", 1_000),
    ("Mbit", 1_000_000),
    ("Gbit", 1_000_000_000),
];

/// Whether a name may begin with `c`.
pub(crate) fn is_name_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

/// Whether a name may go on with `c`.
pub(crate) fn is_name_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_')
}

/// Whether `text` is a name: a letter, then letters, digits, `-` or `_`.
pub(crate) fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(char::is_alphabetic)
        && characters.all(is_name_char)
        && text.chars().count() <= MAX_NAME_CHARS
}

/// A number cut into its sign, digits before and digits after the point.
struct Digits<'t> {
    negative: bool,
    whole: &'t str,
    fraction: &'t str,
}

fn digits(text: &str) -> Option<Digits<'_>> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = match rest.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (rest, ""),
    };
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    // 20 digits before the point are more than any bound in a document, 30 after it
    // finer than any unit.
    let fits = !whole.is_empty() && whole.len() <= 20 && fraction.len() <= 30;
    (fits && all_digits(whole) && all_digits(fraction)).then_some(Digits {
        negative,
        whole,
        fraction,
    })
}

/// `text` times `scale` as an integer; nothing if it is no number or not whole.
fn scaled(text: &str, scale: u64) -> Option<i128> {
    let digits = digits(text)?;
    let fraction = digits.fraction.trim_end_matches('0');
    let ten_to = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let number = format!("{}{fraction}", digits.whole).parse::<i128>().ok()?;
    let product = number.checked_mul(i128::from(scale))?;
    let whole = (product % ten_to == 0).then_some(product / ten_to)?;
    Some(if digits.negative { -whole } else { whole })
}

/// Splits `12.5ms` into the number and what follows it.
pub(crate) fn split_number(text: &str) -> Option<(&str, &str)> {
    let end = text
        .char_indices()
        .find(|(at, c)| !(c.is_ascii_digit() || *c == '.' || (*at == 0 && *c == '-')))
        .map_or(text.len(), |(at, _)| at);
    let (number, rest) = text.split_at(end);
    digits(number)?;
    Some((number, rest))
}

/// A whole number.
pub(crate) fn whole(text: &str) -> Option<i128> {
    if text.contains('.') {
        return None;
    }
    scaled(text, 1)
}

/// A decimal number with at most six places.
pub(crate) fn decimal(text: &str) -> Option<Decimal> {
    scaled(text, Decimal::ONE as u64).map(Decimal::from_millionths)
}

/// A real number, rounded once.
pub(crate) fn real(text: &str) -> Option<f64> {
    digits(text)?;
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// A duration in nanoseconds, perhaps negative or beyond every bound: the reader says
/// so. Nothing if it is no duration or not a whole number of nanoseconds.
pub(crate) fn nanos(text: &str) -> Option<i128> {
    let (number, unit) = split_number(text)?;
    let (_, size) = TIME_UNITS.iter().find(|(name, _)| *name == unit)?;
    scaled(number, *size)
}

/// A share: `50%` or `0.5`, in millionths, perhaps out of range.
pub(crate) fn share(text: &str) -> Option<i128> {
    match text.strip_suffix('%') {
        Some(percent) => scaled(percent, u64::from(Share::ALL.millionths()) / 100),
        None => scaled(text, u64::from(Share::ALL.millionths())),
    }
}

/// A rate: `40/s`, `90/m`, `1000/h`, in events a second, perhaps out of range.
pub(crate) fn rate(text: &str) -> Option<f64> {
    let (number, per) = split_number(text)?;
    let seconds = match per {
        "/s" => 1.0,
        "/m" => 60.0,
        "/h" => 3_600.0,
        _ => return None,
    };
    real(number).map(|number| number / seconds)
}

/// A size in bytes.
pub(crate) fn size(text: &str) -> Option<i128> {
    let (number, unit) = split_number(text)?;
    let (_, size) = SIZE_UNITS.iter().find(|(name, _)| *name == unit)?;
    scaled(number, *size)
}

/// A bandwidth in bits a second, perhaps zero, negative or beyond every bound:
/// `10MiB/s`, `100Mbit/s`.
pub(crate) fn bandwidth(text: &str) -> Option<i128> {
    let (number, unit) = split_number(text.strip_suffix("/s")?)?;
    let known = |units: &[(&str, u64)]| {
        let found = units.iter().find(|(name, _)| *name == unit);
        found.map(|(_, size)| *size)
    };
    let bits = known(&BANDWIDTH_UNITS).or_else(|| known(&SIZE_UNITS).map(|bytes| bytes * 8))?;
    scaled(number, bits)
}

/// A cost a byte, in millionths of a nanosecond: `9ns/B`.
pub(crate) fn per_byte(text: &str) -> Option<Decimal> {
    let (number, unit) = split_number(text.strip_suffix("/B")?)?;
    let (_, size) = TIME_UNITS.iter().find(|(name, _)| *name == unit)?;
    scaled(number, size.checked_mul(Decimal::ONE as u64)?).map(Decimal::from_millionths)
}

/// A unit of an expression's quantities.
pub(crate) fn unit(text: &str) -> Option<Unit> {
    if text == "%" {
        return Some(Unit::Percent);
    }
    if let Some(per) = text.strip_prefix('/') {
        return TIME_UNITS
            .iter()
            .find(|(name, _)| *name == per)
            .map(|(_, size)| Unit::Rate(*size));
    }
    let time = TIME_UNITS
        .iter()
        .find(|(name, _)| *name == text)
        .map(|(_, size)| Unit::Time(*size));
    time.or_else(|| {
        SIZE_UNITS
            .iter()
            .find(|(name, _)| *name == text)
            .map(|(_, size)| Unit::Bytes(*size))
    })
}

/// A date in UTC: `2024-03-01`, `2024-03-01 09:00` or `2024-03-01 09:00:30`.
pub(crate) fn date(text: &str) -> Option<Date> {
    let (day, time) = text.split_once(' ').unwrap_or((text, "00:00"));
    let [year, month, date] = fields(day, '-', [4, 2, 2])?;
    let time = if time.len() == 5 {
        format!("{time}:00")
    } else {
        time.to_owned()
    };
    let [hour, minute, second] = fields(&time, ':', [2, 2, 2])?;
    let valid = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&date)
        && hour < 24
        && minute < 60
        && second < 60;
    valid.then(|| {
        Date(days_since_1970(year, month, date) * 86_400 + hour * 3_600 + minute * 60 + second)
    })
}

fn fields<const N: usize>(text: &str, separator: char, lengths: [usize; N]) -> Option<[i64; N]> {
    let mut parts = text.split(separator);
    let mut fields = [0; N];
    for (field, length) in fields.iter_mut().zip(lengths) {
        let part = parts
            .next()
            .filter(|part| part.len() == length && part.bytes().all(|b| b.is_ascii_digit()))?;
        *field = part.parse().ok()?;
    }
    parts.next().is_none().then_some(fields)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar, by counting in years that
/// begin in March, so that the leap day is the last of its year.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let of_year = (153 * month + 2) / 5 + day - 1;
    let leap_days = year / 4 - year / 100 + year / 400;
    // 719 468 days lie between 0000-03-01 and 1970-01-01.
    year * 365 + leap_days + of_year - 719_468
}

/// An HTTP binding: `POST /api/v1/orders/:id`.
pub(crate) fn http(text: &str) -> Option<HttpBinding> {
    let (method, path) = text.split_once(' ')?;
    let (_, method) = HttpMethod::ALL
        .into_iter()
        .find(|(word, _)| *word == method)?;
    let segments_well =
        path.strip_prefix('/')?
            .split('/')
            .all(|segment| match segment.strip_prefix(':') {
                Some(parameter) => is_name(parameter),
                None => !segment.contains([':', ' ', '?', '#']),
            });
    segments_well.then(|| HttpBinding {
        method,
        path: path.to_owned(),
    })
}

/// A span that fits the kernel, from nanoseconds already checked.
pub(crate) fn span(nanos: i128) -> SimDuration {
    SimDuration::from_nanos(u64::try_from(nanos.max(0)).unwrap_or(u64::MAX))
}

/// A rate that fits, from a number already checked.
pub(crate) fn checked_rate(per_second: f64, limit: f64) -> Option<Rate> {
    (per_second <= limit)
        .then(|| Rate::per_second(per_second))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_an_exact_number_of_nanoseconds() {
        for (text, wanted) in [
            ("300ms", Some(300_000_000)),
            ("1.5s", Some(1_500_000_000)),
            ("5m", Some(300_000_000_000)),
            ("1h", Some(3_600_000_000_000)),
            ("200us", Some(200_000)),
            ("10ns", Some(10)),
            ("7d", Some(604_800_000_000_000)),
            ("0.000000001s", Some(1)),
            ("-1s", Some(-1_000_000_000)),
            ("0.5ns", None),
            ("300", None),
            ("ms", None),
            ("1e3s", None),
            ("NaN", None),
            ("infs", None),
            (".5s", None),
            ("5.s", None),
            ("1 s", None),
            ("", None),
        ] {
            assert_eq!(nanos(text), wanted, "{text}");
        }
    }

    #[test]
    fn shares_are_exact_millionths_however_they_are_written() {
        for (text, wanted) in [
            ("50%", Some(500_000)),
            ("0.5", Some(500_000)),
            ("0.1%", Some(1_000)),
            ("1", Some(1_000_000)),
            ("101%", Some(1_010_000)),
            ("0.0000001", None),
        ] {
            assert_eq!(share(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_bandwidth_is_in_bits_or_bytes_a_second() {
        for (text, wanted) in [
            ("100Mbit/s", Some(100_000_000)),
            ("1.5kbit/s", Some(1_500)),
            ("1B/s", Some(8)),
            ("10MiB/s", Some(83_886_080)),
            ("0MB/s", Some(0)),
            ("-1bit/s", Some(-1)),
            ("100Mbit", None),
            ("100/s", None),
            ("0.5bit/s", None),
        ] {
            assert_eq!(bandwidth(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_date_counts_from_1970_and_days_that_are_none_are_refused() {
        assert_eq!(date("1970-01-01 00:00").unwrap().0, 0);
        assert_eq!(date("2024-03-01 09:00").unwrap().0, 1_709_283_600);
        assert_eq!(date("2000-02-29").unwrap().0, 951_782_400);
        for text in [
            "2023-02-29",
            "2024-13-01",
            "2024-1-1",
            "24:00",
            "2024-03-01 24:00",
            "x",
            "2024-03-01T09:00",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn rates_may_be_a_second_a_minute_or_an_hour() {
        assert_eq!(rate("40/s"), Some(40.0));
        assert_eq!(rate("90/m"), Some(1.5));
        assert_eq!(rate("1800/h"), Some(0.5));
        for text in ["40", "40/d", "-", "1e308/s", "99999999999999999999999999/s"] {
            assert_eq!(rate(text), None, "{text}");
        }
    }

    #[test]
    fn an_http_binding_is_a_method_and_a_path() {
        assert_eq!(http("GET /users/:id").unwrap().path, "/users/:id");
        for text in [
            "get /users",
            "GET users",
            "GET",
            "FETCH /",
            "GET /a b",
            "GET /:1",
        ] {
            assert_eq!(http(text), None, "{text}");
        }
    }
}
