//! A moment that somebody typed: `12.5`, `12,5 s`, `350ms`, `1:30`.

use sim_core::kernel::SimTime;

/// The moment a text says, if it says one; seconds if it names no unit.
pub(crate) fn moment(text: &str) -> Option<SimTime> {
    let text = text.trim().replace(',', ".");
    if let Some((minutes, seconds)) = text.split_once(':') {
        let minutes: u32 = minutes.trim().parse().ok()?;
        let seconds = positive(seconds).filter(|seconds| *seconds < 60.0)?;
        return Some(at(f64::from(minutes) * 60.0 + seconds));
    }
    let end = text
        .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = match unit.trim() {
        "" | "s" | "sec" | "с" | "сек" => 1.0,
        "ms" | "мс" => 1e-3,
        "us" | "µs" | "μs" | "мкс" => 1e-6,
        "ns" | "нс" => 1e-9,
        "m" | "min" | "мин" => 60.0,
        "h" | "ч" => 3_600.0,
        _ => return None,
    };
    Some(at(positive(number)? * unit))
}

fn positive(number: &str) -> Option<f64> {
    let number = number.trim().parse::<f64>().ok()?;
    (number.is_finite() && number >= 0.0).then_some(number)
}

fn at(secs: f64) -> SimTime {
    // More than a run can have; what lies beyond its end is its end.
    let nanos = (secs * 1e9).round().min(1e18);
    SimTime::from_nanos(nanos as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_can_be_typed_as_people_write_it() {
        for (text, nanos) in [
            ("12.5", 12_500_000_000),
            ("12.5s", 12_500_000_000),
            (" 12,5 с ", 12_500_000_000),
            ("350ms", 350_000_000),
            ("7 мкс", 7_000),
            ("1:30", 90_000_000_000),
            ("2 min", 120_000_000_000),
            ("0", 0),
            (".5", 500_000_000),
        ] {
            assert_eq!(moment(text), Some(SimTime::from_nanos(nanos)), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_none() {
        for text in ["", "soon", "-1", "1:75", "1 parsec", "..", "s"] {
            assert_eq!(moment(text), None, "{text}");
        }
    }
}
