//! Every text of the page stands in `web/locales/en.json` and in `ru.json`.
//!
//! The forms of a plural (`key_one`, `key_few`, `key_other`) are one text: each language has the
//! forms its grammar asks for.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde_json::Value;

use super::Violation;
use super::files::Files;

const ENGLISH: &str = "web/locales/en.json";
const RUSSIAN: &str = "web/locales/ru.json";
/// The one form that every plural has in every language.
const OTHER: &str = "_other";
const FORMS: &[&str] = &["_zero", "_one", "_two", "_few", "_many", OTHER];

pub(super) fn check(files: &Files) -> Result<Vec<Violation>> {
    if !files.has(ENGLISH) && !files.has(RUSSIAN) {
        return Ok(Vec::new());
    }
    let keys = |name: &str| -> Result<BTreeSet<String>> {
        let text = files
            .text(name)?
            .with_context(|| format!("{name} is not text"))?;
        let locale = serde_json::from_str(&text).with_context(|| format!("{name} is not JSON"))?;
        let mut keys = BTreeSet::new();
        collect(&locale, "", &mut keys);
        Ok(keys)
    };
    Ok(compare(&keys(ENGLISH)?, &keys(RUSSIAN)?))
}

fn compare(english: &BTreeSet<String>, russian: &BTreeSet<String>) -> Vec<Violation> {
    let missing = |from: &BTreeSet<String>, to: &BTreeSet<String>, file: &str| {
        from.difference(to)
            .map(|key| Violation {
                place: file.to_owned(),
                what: format!("lacks `{key}`"),
            })
            .collect::<Vec<_>>()
    };
    let mut violations = missing(english, russian, RUSSIAN);
    violations.extend(missing(russian, english, ENGLISH));
    violations
}

/// The keys under `value`, as paths with dots; the forms of a plural as one key.
fn collect(value: &Value, prefix: &str, keys: &mut BTreeSet<String>) {
    let Value::Object(object) = value else {
        keys.insert(prefix.to_owned());
        return;
    };
    for (key, inner) in object {
        let is_plural = |base: &str| object.contains_key(&format!("{base}{OTHER}"));
        let name = FORMS
            .iter()
            .find_map(|form| key.strip_suffix(form).filter(|base| is_plural(base)))
            .unwrap_or(key);
        let path = if prefix.is_empty() {
            name.to_owned()
        } else {
            format!("{prefix}.{name}")
        };
        collect(inner, &path, keys);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(json: &str) -> BTreeSet<String> {
        let mut keys = BTreeSet::new();
        collect(&serde_json::from_str(json).unwrap(), "", &mut keys);
        keys
    }

    fn lacking(english: &str, russian: &str) -> Vec<String> {
        compare(&keys(english), &keys(russian))
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_text_in_one_language_only_is_told_for_either_language() {
        let told = lacking(
            r#"{"a": {"b": "x", "c": "y"}}"#,
            r#"{"a": {"b": "x"}, "d": "z"}"#,
        );
        assert_eq!(
            told,
            [
                "web/locales/ru.json: lacks `a.c`",
                "web/locales/en.json: lacks `d`"
            ]
        );
    }

    #[test]
    fn each_language_has_its_own_plural_forms() {
        let english = r#"{"n_one": "x", "n_other": "y"}"#;
        let russian = r#"{"n_one": "x", "n_few": "y", "n_many": "z", "n_other": "z"}"#;
        assert_eq!(lacking(english, russian), [""; 0]);
    }

    #[test]
    fn a_key_that_merely_ends_like_a_plural_is_a_key() {
        let told = lacking(r#"{"step_one": "x"}"#, r#"{"step_two": "x"}"#);
        assert_eq!(told.len(), 2);
    }
}
