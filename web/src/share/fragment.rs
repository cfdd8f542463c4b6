//! The fragment of the page's address.
//!
//! `#scenario=checkout` names a scenario of the library in a way that can be typed;
//! anything else is a packed link. `&mode=embed`, `&lang=ru` and `&theme=dark` may follow
//! either. What is not understood is ignored, since it may come from a newer page.

use std::fmt;

use crate::i18n::{Locale, locale_of, tag};
use crate::ui::theme::Theme;

/// What a fragment leads to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Way {
    /// To nothing in particular.
    Nothing,
    /// To a scenario of the library.
    Preset(String),
    /// To what is packed into it.
    Packed(String),
}

/// A fragment, read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Fragment {
    /// Where it leads.
    pub(crate) way: Way,
    /// Whether the page is to be shown without chrome.
    pub(crate) embed: bool,
    /// The language it asks for.
    pub(crate) locale: Option<Locale>,
    /// The theme it asks for.
    pub(crate) theme: Option<Theme>,
}

impl Fragment {
    /// One that leads to a scenario of the library.
    pub(crate) fn preset(name: &str) -> Self {
        Self {
            way: Way::Preset(name.to_owned()),
            embed: false,
            locale: None,
            theme: None,
        }
    }

    /// Reads a fragment, with or without its `#`.
    pub(crate) fn parse(fragment: &str) -> Self {
        let mut read = Self {
            way: Way::Nothing,
            embed: false,
            locale: None,
            theme: None,
        };
        for part in fragment
            .trim()
            .trim_start_matches('#')
            .split('&')
            .filter(|part| !part.is_empty())
        {
            match part.split_once('=') {
                Some(("scenario", name)) => read.way = Way::Preset(name.to_owned()),
                Some(("mode", mode)) => read.embed = mode == "embed",
                Some(("lang", tag)) => read.locale = locale_of(tag),
                Some(("theme", name)) => read.theme = Theme::named(name),
                // Chats add `=` to what looks like base64, so that is no key without a value.
                Some((_, value))
                    if !value.is_empty() && !value.chars().all(|letter| letter == '=') => {}
                _ => read.way = Way::Packed(part.to_owned()),
            }
        }
        read
    }
}

impl fmt::Display for Fragment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.way {
            Way::Nothing => {}
            Way::Preset(name) => write!(f, "scenario={name}")?,
            Way::Packed(packed) => f.write_str(packed)?,
        }
        if self.embed {
            f.write_str("&mode=embed")?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fragment_reads_back_as_it_was_written() {
        for way in [
            Way::Preset("checkout".to_owned()),
            Way::Packed("q1YqS8wpTQUA".to_owned()),
        ] {
            for embed in [false, true] {
                let fragment = Fragment {
                    way: way.clone(),
                    embed,
                    locale: Some(Locale::ru),
                    theme: Some(Theme::Dark),
                };
                assert_eq!(Fragment::parse(&format!("#{fragment}")), fragment);
            }
        }
    }

    #[test]
    fn an_empty_fragment_leads_nowhere() {
        assert_eq!(Fragment::parse("").way, Way::Nothing);
        assert_eq!(Fragment::parse("#").way, Way::Nothing);
    }

    #[test]
    fn padding_that_a_chat_added_does_not_make_a_key() {
        assert_eq!(
            Fragment::parse("#q1YqS8==").way,
            Way::Packed("q1YqS8==".to_owned())
        );
    }

    #[test]
    fn what_is_not_understood_is_ignored() {
        let fragment =
            Fragment::parse("#scenario=checkout&view=board&mode=poster&lang=xx&theme=neon");
        assert_eq!(fragment, Fragment::preset("checkout"));
    }
}
