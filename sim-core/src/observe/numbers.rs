//! Numbers as people write them in each language, for whatever is printed.

use crate::kernel::{SimDuration, SimTime};
use crate::scenario::document::Language;

/// A length of time to the nanosecond.
pub fn duration(language: Language, span: SimDuration) -> String {
    let written = span.to_string();
    if language == Language::En {
        return written;
    }
    let digits = written.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &written[digits.len()..] {
        "ns" => "нс",
        "us" => "мкс",
        "ms" => "мс",
        _ => "с",
    };
    format!("{} {unit}", with_comma(language, digits.to_owned()))
}

/// A length of time with three significant digits.
pub fn short(language: Language, span: SimDuration) -> String {
    let nanos = span.as_nanos();
    let unit = 10_u64.pow(nanos.checked_ilog10().unwrap_or(0).saturating_sub(2));
    duration(
        language,
        SimDuration::from_nanos(nanos.saturating_add(unit / 2) / unit * unit),
    )
}

/// A moment to the nanosecond.
pub fn moment(language: Language, at: SimTime) -> String {
    duration(language, at.since(SimTime::ZERO))
}

/// A number with the decimal sign of a language.
pub fn with_comma(language: Language, number: String) -> String {
    match language {
        Language::En => number,
        Language::Ru => number.replace('.', ","),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_shown_with_three_significant_digits() {
        for (nanos, english, russian) in [
            (123_456_789, "123ms", "123 мс"),
            (1_234_567_890, "1.23s", "1,23 с"),
            (12_345, "12.3us", "12,3 мкс"),
            (999, "999ns", "999 нс"),
            (0, "0s", "0 с"),
        ] {
            let span = SimDuration::from_nanos(nanos);
            assert_eq!(short(Language::En, span), english);
            assert_eq!(short(Language::Ru, span), russian);
        }
        // Nothing overflows on the way.
        assert_eq!(short(Language::En, SimDuration::MAX), "18400000000s");
    }
}
