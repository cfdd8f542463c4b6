//! The page's own address: what its query and its fragment say.
//!
//! `#scenario=checkout` names a scenario of the library in a way that can be typed, and so
//! does `?scenario=checkout`; `#own=…` names a document that this browser keeps; anything
//! else in the fragment is a packed link. `&mode=embed`, `&view=metrics`, `&lang=ru` and `&theme=dark` may
//! follow each. The fragment has the last word. What is not understood is ignored, since it
//! may come from a newer page.

use std::fmt;

use crate::i18n::{Locale, locale_of, tag};
use crate::ui::theme::Theme;

/// What an address leads to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) enum Way {
    /// To nothing in particular.
    #[default]
    Nothing,
    /// To a scenario of the library.
    Preset(String),
    /// To something that this browser keeps.
    Own(String),
    /// To what is packed into it.
    Packed(String),
}

/// An address, read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Address {
    /// Where it leads.
    pub(crate) way: Way,
    /// Whether the page is to be shown without chrome.
    pub(crate) embed: bool,
    /// Whether it shows the metrics instead of the flow.
    pub(crate) metrics: bool,
    /// The language it asks for.
    pub(crate) locale: Option<Locale>,
    /// The theme it asks for.
    pub(crate) theme: Option<Theme>,
}

impl Address {
    /// One that leads somewhere.
    pub(crate) fn to(way: Way) -> Self {
        Self {
            way,
            ..Self::default()
        }
    }

    /// Reads a query and a fragment, with or without their `?` and `#`.
    pub(crate) fn parse(query: &str, fragment: &str) -> Self {
        let mut read = Self::default();
        for (key, value) in parts(query, '?').filter_map(|part| part.split_once('=')) {
            // A query may be anybody's; only what is meant for the page is looked at.
            read.set(key, value);
        }
        for part in parts(fragment, '#') {
            match part.split_once('=') {
                Some((key, value)) if read.set(key, value) => {}
                // Chats add `=` to what looks like base64, so that is no key without a value.
                Some((_, value))
                    if !value.is_empty() && !value.chars().all(|letter| letter == '=') => {}
                _ => read.way = Way::Packed(part.to_owned()),
            }
        }
        read
    }

    /// Takes in what a key says. Says whether it is one.
    fn set(&mut self, key: &str, value: &str) -> bool {
        match key {
            "scenario" => self.way = Way::Preset(value.to_owned()),
            "own" => self.way = Way::Own(value.to_owned()),
            "mode" => self.embed = value == "embed",
            "view" => self.metrics = value == "metrics",
            "lang" => self.locale = locale_of(value),
            "theme" => self.theme = Theme::named(value),
            _ => return false,
        }
        true
    }
}

impl fmt::Display for Address {
    /// As a fragment, without its `#`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.way {
            Way::Nothing => {}
            Way::Preset(name) => write!(f, "scenario={name}")?,
            Way::Own(name) => write!(f, "own={name}")?,
            Way::Packed(packed) => f.write_str(packed)?,
        }
        if self.embed {
            f.write_str("&mode=embed")?;
        }
        if self.metrics {
            f.write_str("&view=metrics")?;
        }
        if let Some(locale) = self.locale {
            write!(f, "&lang={}", tag(locale))?;
        }
        if let Some(theme) = self.theme {
            write!(f, "&theme={}", theme.name())?;
        }
        Ok(())
    }
}

/// What a query has besides what the page's own fragment says better, with its `?`.
pub(crate) fn query_of_others(query: &str) -> String {
    const OURS: [&str; 6] = ["scenario", "own", "mode", "view", "lang", "theme"];
    let others: Vec<_> = parts(query, '?')
        .filter(|part| !OURS.contains(&part.split('=').next().unwrap_or_default()))
        .collect();
    if others.is_empty() {
        String::new()
    } else {
        format!("?{}", others.join("&"))
    }
}

fn parts(text: &str, sign: char) -> impl Iterator<Item = &str> {
    text.trim()
        .trim_start_matches(sign)
        .split('&')
        .filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fragment(text: &str) -> Address {
        Address::parse("", text)
    }

    #[test]
    fn an_address_reads_back_as_it_was_written() {
        for way in [
            Way::Preset("checkout".to_owned()),
            Way::Own("own.0001".to_owned()),
            Way::Packed("q1YqS8wpTQUA".to_owned()),
        ] {
            for embed in [false, true] {
                let address = Address {
                    way: way.clone(),
                    embed,
                    metrics: !embed,
                    locale: Some(Locale::ru),
                    theme: Some(Theme::Dark),
                };
                assert_eq!(fragment(&format!("#{address}")), address);
            }
        }
    }

    #[test]
    fn an_empty_address_leads_nowhere() {
        assert_eq!(fragment("").way, Way::Nothing);
        assert_eq!(Address::parse("?", "#").way, Way::Nothing);
    }

    #[test]
    fn padding_that_a_chat_added_does_not_make_a_key() {
        assert_eq!(
            fragment("#q1YqS8==").way,
            Way::Packed("q1YqS8==".to_owned())
        );
    }

    #[test]
    fn what_is_not_understood_is_ignored() {
        let address = fragment("#scenario=checkout&view=board&mode=poster&lang=xx&theme=neon");
        assert_eq!(address, Address::to(Way::Preset("checkout".to_owned())));
    }

    #[test]
    fn a_query_names_a_scenario_and_the_fragment_has_the_last_word() {
        let asked = Address::parse("?utm_source=mail&scenario=checkout&lang=ru", "");
        assert_eq!(asked.way, Way::Preset("checkout".to_owned()));
        assert_eq!(asked.locale, Some(Locale::ru));
        let both = Address::parse("?scenario=checkout&lang=ru", "#q1YqS8&theme=dark");
        assert_eq!(both.way, Way::Packed("q1YqS8".to_owned()));
        assert_eq!(
            (both.locale, both.theme),
            (Some(Locale::ru), Some(Theme::Dark))
        );
    }

    #[test]
    fn a_query_without_a_key_of_ours_is_nothing_of_ours() {
        assert_eq!(Address::parse("?q1YqS8&fbclid=x", ""), Address::default());
        assert_eq!(query_of_others("?a=1&scenario=x&lang=ru&b"), "?a=1&b");
        assert_eq!(query_of_others("?scenario=x"), "");
    }
}
