//! What is kept: a document of the reader's own, or their changes to one that comes with the
//! page.

use serde::{Deserialize, Serialize};
use sim_core::scenario::document::{Language, Text};
use sim_core::sketch::Sketch;

/// The form in which things are kept; what has a newer one is left alone.
pub(crate) const FORM: u32 = 1;

/// Where something is kept: `own.…` for a document of the reader's own, `preset.…` for
/// changes to a scenario that comes with the page, of which there is one copy.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Place(String);

const OWN: &str = "own.";
const PRESET: &str = "preset.";

impl Place {
    /// The place of changes to a scenario that comes with the page.
    pub(crate) fn of_preset(name: &str) -> Self {
        Self(format!("{PRESET}{name}"))
    }

    /// A place of its own; `number` is drawn so that no two are the same.
    pub(crate) fn own(number: u64) -> Self {
        Self(format!("{OWN}{number:016x}"))
    }

    /// The place called so, if a place can be.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let tail = name.strip_prefix(OWN).or(name.strip_prefix(PRESET))?;
        let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        (!tail.is_empty() && tail.len() <= 100 && tail.chars().all(fits))
            .then(|| Self(name.to_owned()))
    }

    /// What it is called.
    pub(crate) fn name(&self) -> &str {
        &self.0
    }

    /// The scenario that the changes are to, if they are to one that comes with the page.
    pub(crate) fn preset(&self) -> Option<&str> {
        self.0.strip_prefix(PRESET)
    }
}

/// Something that is kept.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// The form it is kept in.
    pub(crate) form: u32,
    /// Where.
    pub(crate) place: Place,
    /// What the reader calls it; else it goes by the title in its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// The title in its text, when that was last in order.
    #[serde(default)]
    pub(crate) title: Text,
    /// Its text.
    pub(crate) text: String,
    /// Whether the text differs from its author's; else only the settings below do.
    #[serde(default)]
    pub(crate) edited: bool,
    /// Settings changed in it by knobs, as (path, value).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) changes: Vec<(String, String)>,
    /// Which writing this is: a number that no other writing has, so that two tabs see each
    /// other's.
    #[serde(default)]
    pub(crate) writing: u64,
    /// When it was last used, in milliseconds since 1970.
    #[serde(default)]
    pub(crate) used: f64,
    /// How it looks, when it was last in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sketch: Option<Sketch>,
}

impl Kept {
    /// A text that nothing is known of yet.
    pub(crate) fn new(place: Place, text: String) -> Self {
        Self {
            form: FORM,
            place,
            name: None,
            title: Text::default(),
            text,
            edited: false,
            changes: Vec::new(),
            writing: 0,
            used: 0.0,
            sketch: None,
        }
    }

    /// What to call it; nothing if nobody has given it a name.
    pub(crate) fn called(&self, language: Language) -> Option<&str> {
        let name = self.name.as_deref().filter(|name| !name.is_empty());
        name.or(Some(self.title.get(language)).filter(|title| !title.is_empty()))
    }

    /// Whether it holds the same as another one, wherever and whenever that was kept.
    pub(crate) fn holds_the_same_as(&self, other: &Self) -> bool {
        (
            &self.name,
            &self.title,
            &self.text,
            &self.changes,
            &self.sketch,
        ) == (
            &other.name,
            &other.title,
            &other.text,
            &other.changes,
            &other.sketch,
        )
    }
}

/// The name of a file without what follows its last dot.
pub(crate) fn stem(file: &str) -> &str {
    match file.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => file,
    }
}

/// A name for a file: what any system takes, and nothing that could be a folder.
pub(crate) fn file_name(called: &str) -> String {
    let mut name = String::new();
    for letter in called.chars().take(80) {
        if letter.is_alphanumeric() {
            name.extend(letter.to_lowercase());
        } else if !name.ends_with('-') && !name.is_empty() {
            name.push('-');
        }
    }
    let name = name.trim_end_matches('-');
    format!("{}.yaml", if name.is_empty() { "scenario" } else { name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_known_by_its_name_and_nothing_else_is_a_place() {
        for place in [Place::own(7), Place::of_preset("slow-payment")] {
            assert_eq!(Place::named(place.name()), Some(place));
        }
        for name in ["", "own.", "preset.../x", "theme", "own.a b"] {
            assert_eq!(Place::named(name), None, "{name}");
        }
        assert_eq!(Place::of_preset("checkout").preset(), Some("checkout"));
        assert_eq!(Place::own(1).preset(), None);
    }

    #[test]
    fn a_file_is_called_as_the_scenario_is() {
        assert_eq!(
            file_name("Медленная оплата (копия)"),
            "медленная-оплата-копия.yaml"
        );
        assert_eq!(file_name("../../etc"), "etc.yaml");
        assert_eq!(file_name("…"), "scenario.yaml");
        assert_eq!(
            (stem("a.b.yaml"), stem(".yaml"), stem("x")),
            ("a.b", ".yaml", "x")
        );
    }
}
