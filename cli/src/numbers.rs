//! Numbers as people write them in each language.

use sim_core::kernel::{SimDuration, SimTime};
use sim_core::scenario::document::Language;

/// A number with so many decimals.
pub(crate) fn decimal(language: Language, value: f64, decimals: usize) -> String {
    with_comma(language, format!("{value:.decimals$}"))
}

/// A share as a percentage.
pub(crate) fn percent(language: Language, share: f64) -> String {
    format!("{} %", decimal(language, share * 100.0, 1))
}

/// A length of time with three significant digits.
pub(crate) fn short(language: Language, span: SimDuration) -> String {
    let nanos = span.as_nanos();
    let unit = 10_u64.pow(nanos.checked_ilog10().unwrap_or(0).saturating_sub(2));
    duration(
        language,
        SimDuration::from_nanos(nanos.saturating_add(unit / 2) / unit * unit),
    )
}

/// A length of time to the nanosecond.
pub(crate) fn duration(language: Language, span: SimDuration) -> String {
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

/// A moment to the nanosecond.
pub(crate) fn moment(language: Language, at: SimTime) -> String {
    duration(language, at.since(SimTime::ZERO))
}

fn with_comma(language: Language, number: String) -> String {
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

    #[test]
    fn a_share_is_a_percentage() {
        assert_eq!(percent(Language::En, 0.125), "12.5 %");
        assert_eq!(percent(Language::Ru, 0.125), "12,5 %");
    }
}
