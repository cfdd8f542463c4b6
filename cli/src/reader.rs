//! Who reads what is printed: in which language, and with which characters.

use std::env;

use sim_core::scenario::document::Language;

/// Who reads what is printed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader {
    pub(crate) language: Language,
    /// Whether characters beyond ASCII can be shown.
    pub(crate) unicode: bool,
}

impl Reader {
    /// Whoever is at the other end, by the arguments and the locale.
    pub(crate) fn from_environment() -> Self {
        // Before anything else is read of the arguments, since what is wrong with them is
        // told in that language as well.
        let asked = asked(env::args().skip(1));
        Self {
            language: asked
                .or_else(|| sys_locale::get_locale().as_deref().and_then(language))
                .unwrap_or_default(),
            unicode: cfg!(windows) || charset().is_some_and(|charset| is_unicode(&charset)),
        }
    }

    /// One text or the other.
    pub(crate) const fn either<'a>(self, english: &'a str, russian: &'a str) -> &'a str {
        either(self.language, english, russian)
    }
}

/// The text for `language`.
pub(crate) const fn either<'a>(language: Language, english: &'a str, russian: &'a str) -> &'a str {
    match language {
        Language::En => english,
        Language::Ru => russian,
    }
}

/// The language that `--lang` asks for.
fn asked(mut arguments: impl Iterator<Item = String>) -> Option<Language> {
    loop {
        let argument = arguments.next()?;
        if argument == "--lang" {
            return language(&arguments.next()?);
        }
        if let Some(value) = argument.strip_prefix("--lang=") {
            return language(value);
        }
    }
}

/// The language of a locale: `ru`, `ru-RU`, `ru_RU.UTF-8`.
fn language(locale: &str) -> Option<Language> {
    match locale.split(['-', '_', '.']).next()? {
        "ru" => Some(Language::Ru),
        "en" => Some(Language::En),
        _ => None,
    }
}

/// The locale that decides about characters, in the order of POSIX.
fn charset() -> Option<String> {
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(|name| env::var(name).ok())
        .find(|value| !value.is_empty())
}

fn is_unicode(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_that_of_the_locale_or_what_is_asked_for() {
        for (locale, found) in [
            ("ru_RU.UTF-8", Some(Language::Ru)),
            ("en-GB", Some(Language::En)),
            ("de_DE", None),
            ("", None),
        ] {
            assert_eq!(language(locale), found, "{locale}");
        }
        let arguments = |text: &str| asked(text.split(' ').map(str::to_owned));
        assert_eq!(arguments("run --lang ru x"), Some(Language::Ru));
        assert_eq!(arguments("--lang=en run x"), Some(Language::En));
        assert_eq!(arguments("run x --lang"), None);
    }
}
