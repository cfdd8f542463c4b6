//! Numbers as people write them in each language.

use sim_core::observe::numbers::with_comma;
use sim_core::scenario::document::Language;

pub(crate) use sim_core::observe::numbers::{moment, short};

/// A number with so many decimals.
pub(crate) fn decimal(language: Language, value: f64, decimals: usize) -> String {
    with_comma(language, format!("{value:.decimals$}"))
}

/// A share as a percentage.
pub(crate) fn percent(language: Language, share: f64) -> String {
    format!("{} %", decimal(language, share * 100.0, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_percentage() {
        assert_eq!(percent(Language::En, 0.125), "12.5 %");
        assert_eq!(percent(Language::Ru, 0.125), "12,5 %");
    }
}
