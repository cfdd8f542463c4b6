//! Numbers, times and speeds as people write them in each language.

use leptos_i18n::td_string;
use sim_core::kernel::{SimDuration, SimTime};

use super::Locale;

/// A whole number with its thousands set apart by a narrow space, which never breaks.
pub(crate) fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut written = String::with_capacity(digits.len() + digits.len() / 3 * 3);
    for (place, digit) in digits.chars().enumerate() {
        // Four digits are read without help, as typographers of both languages advise.
        if place > 0 && (digits.len() - place).is_multiple_of(3) && digits.len() > 4 {
            written.push('\u{202f}');
        }
        written.push(digit);
    }
    written
}

/// A number with at most `decimals` decimals, none of them an idle zero.
pub(crate) fn number(locale: Locale, value: f64, decimals: usize) -> String {
    let fixed = format!("{value:.decimals$}");
    let short = if fixed.contains('.') {
        fixed.trim_end_matches('0').trim_end_matches('.')
    } else {
        &fixed
    };
    with_comma(locale, if short == "-0" { "0" } else { short })
}

/// A share as a percentage.
pub(crate) fn percent(locale: Locale, share: f64) -> String {
    let space = if locale == Locale::ru { "\u{a0}" } else { "" };
    format!("{}{space}%", number(locale, share * 100.0, 1))
}

/// A length of time in the unit that suits it, with three significant digits.
pub(crate) fn duration(locale: Locale, span: SimDuration) -> String {
    let nanos = span.as_nanos();
    let (size, unit) = match nanos {
        0 => (1.0, td_string!(locale, unit.s).to_string()),
        1..1_000 => (1.0, td_string!(locale, unit.ns).to_string()),
        1_000..1_000_000 => (1e3, td_string!(locale, unit.us).to_string()),
        1_000_000..1_000_000_000 => (1e6, td_string!(locale, unit.ms).to_string()),
        1_000_000_000..120_000_000_000 => (1e9, td_string!(locale, unit.s).to_string()),
        120_000_000_000..7_200_000_000_000 => (60e9, td_string!(locale, unit.min).to_string()),
        _ => (3_600e9, td_string!(locale, unit.h).to_string()),
    };
    let value = nanos as f64 / size;
    let decimals = if value < 10.0 {
        2
    } else {
        usize::from(value < 100.0)
    };
    format!("{}\u{a0}{unit}", number(locale, value, decimals))
}

/// A moment of a run, always with the same number of decimals, so that nothing moves while
/// it runs: seconds and as many decimals as the speed makes readable.
pub(crate) fn moment(locale: Locale, at: SimTime, decimals: usize) -> String {
    // Cut, not rounded: a clock does not show a moment before it has come.
    let cut = 10_u64.pow(9 - decimals.min(9) as u32);
    let secs = (at.as_nanos() / cut * cut) as f64 / 1e9;
    let written = with_comma(locale, &format!("{secs:.decimals$}"));
    format!("{written}\u{a0}{}", td_string!(locale, unit.s))
}

/// A playback speed: `0.02×`.
pub(crate) fn speed(locale: Locale, speed: f64) -> String {
    let decimals = if speed >= 10.0 {
        0
    } else {
        (1.0 - speed.log10().floor()).clamp(0.0, 4.0) as usize
    };
    format!("{}×", number(locale, speed, decimals))
}

/// How long ago something was, as roughly as people say it.
pub(crate) fn ago(locale: Locale, millis: f64) -> String {
    let minutes = (millis.max(0.0) / 60_000.0) as u64;
    match minutes {
        0..2 => td_string!(locale, own.just_now).to_string(),
        2..100 => td_string!(locale, own.minutes_ago, count = minutes).to_string(),
        100..2_400 => td_string!(locale, own.hours_ago, count = (minutes + 30) / 60).to_string(),
        _ => td_string!(locale, own.days_ago, count = (minutes + 720) / 1_440).to_string(),
    }
}

fn with_comma(locale: Locale, written: &str) -> String {
    match locale {
        Locale::en => written.to_owned(),
        Locale::ru => written.replace('.', ","),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_past_moment_is_said_roughly() {
        let said = |minutes: f64| ago(Locale::en, minutes * 60_000.0);
        assert_eq!(said(0.5), "just now");
        assert_eq!(said(7.0), "7 min ago");
        assert_eq!(said(125.0), "2 h ago");
        assert_eq!(said(4_400.0), "3 days ago");
        assert_eq!(said(-5.0), "just now", "clocks are set back");
    }

    #[test]
    fn thousands_are_set_apart_from_five_digits_on() {
        assert_eq!(count(0), "0");
        assert_eq!(count(1_234), "1234");
        assert_eq!(count(12_345), "12\u{202f}345");
        assert_eq!(count(1_234_567), "1\u{202f}234\u{202f}567");
    }

    #[test]
    fn numbers_have_no_idle_zeros_and_russian_ones_a_comma() {
        assert_eq!(number(Locale::en, 1.50, 2), "1.5");
        assert_eq!(number(Locale::ru, 0.25, 2), "0,25");
        assert_eq!(number(Locale::en, -0.001, 1), "0");
        assert_eq!(number(Locale::en, 100.0, 0), "100");
    }

    #[test]
    fn durations_come_in_the_unit_that_suits_them() {
        let said = |nanos| duration(Locale::en, SimDuration::from_nanos(nanos));
        assert_eq!(said(0), "0\u{a0}s");
        assert_eq!(said(350_000_000), "350\u{a0}ms");
        assert_eq!(said(1_234_000), "1.23\u{a0}ms");
        assert_eq!(said(90_000_000_000), "90\u{a0}s");
        assert_eq!(said(600_000_000_000), "10\u{a0}min");
        assert_eq!(
            duration(Locale::ru, SimDuration::from_nanos(1_500)),
            "1,5\u{a0}мкс"
        );
    }

    #[test]
    fn a_clock_cuts_and_keeps_its_width() {
        let at = SimTime::from_nanos(1_999_999_999);
        assert_eq!(moment(Locale::en, at, 3), "1.999\u{a0}s");
        assert_eq!(moment(Locale::ru, SimTime::ZERO, 3), "0,000\u{a0}с");
    }

    #[test]
    fn speeds_show_two_digits() {
        assert_eq!(speed(Locale::en, 0.001), "0.001×");
        assert_eq!(speed(Locale::ru, 0.02), "0,02×");
        assert_eq!(speed(Locale::en, 1.0), "1×");
        assert_eq!(speed(Locale::en, 100.0), "100×");
    }
}
