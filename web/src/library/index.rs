//! The index of published scenarios, `static/scenarios/index.json`, which people write, and the
//! catalogue beside it, which a test makes from the documents (`tests/tests/catalogue.rs`).

use std::collections::BTreeMap;

use serde::Deserialize;
use sim_core::scenario::document::Text;
use sim_core::sketch::Sketch;

/// The index: scenarios by chapter of the course, in the order they are to be read. A chapter
/// whose scenarios are yet to be written has its place, and is not shown.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub(crate) struct Index {
    /// The chapters.
    pub(crate) chapters: Vec<Chapter>,
}

/// Scenarios that belong together.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub(crate) struct Chapter {
    /// A word for it that does not change.
    #[serde(default)]
    pub(crate) id: String,
    /// What they are about.
    pub(crate) title: Text,
    /// The scenarios.
    pub(crate) scenarios: Vec<Entry>,
}

/// A published scenario.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub(crate) struct Entry {
    /// The name of its file, without `.yaml`.
    pub(crate) name: String,
    /// What it is called; the same as in the file.
    pub(crate) title: Text,
    /// What is to be seen, in a line.
    pub(crate) about: Text,
    /// Words by which people look for it that are not said elsewhere, in any language.
    #[serde(default)]
    pub(crate) tags: Vec<String>,
}

/// What is known of a scenario without opening it.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
pub(crate) struct Card {
    /// Who is in it.
    pub(crate) names: Vec<String>,
    /// How it looks.
    pub(crate) sketch: Sketch,
}

/// The cards of all scenarios that come with the page, by name.
pub(crate) type Catalogue = BTreeMap<String, Card>;

/// Reads a catalogue. A list without pictures is better than none, so that one that cannot be
/// read is an empty one.
pub(crate) fn read_catalogue(text: &str) -> Catalogue {
    serde_json::from_str(text).unwrap_or_default()
}

impl Chapter {
    /// What tells it from another chapter, or from itself with other scenarios.
    pub(crate) fn key(&self) -> String {
        let names = self.scenarios.iter().map(|entry| entry.name.as_str());
        std::iter::once(self.id.as_str())
            .chain(names)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

impl Index {
    /// Reads an index.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    /// Whether nothing is published.
    pub(crate) fn is_empty(&self) -> bool {
        self.chapters
            .iter()
            .all(|chapter| chapter.scenarios.is_empty())
    }

    #[cfg(test)]
    fn names(&self) -> Vec<&str> {
        self.chapters
            .iter()
            .flat_map(|chapter| &chapter.scenarios)
            .map(|entry| entry.name.as_str())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_core::scenario::Scenario;
    use sim_core::scenario::document::Language;
    use std::path::PathBuf;

    fn folder() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../static/scenarios")
    }

    fn published() -> Index {
        Index::read(&std::fs::read_to_string(folder().join("index.json")).unwrap()).unwrap()
    }

    #[test]
    fn every_scenario_file_is_in_the_index_once_and_nothing_else_is() {
        let index = published();
        let mut listed: Vec<String> = index
            .names()
            .iter()
            .map(|name| format!("{name}.yaml"))
            .collect();
        listed.sort_unstable();
        let mut files: Vec<String> = std::fs::read_dir(folder())
            .unwrap()
            .map(|file| file.unwrap().path())
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "yaml")
            })
            .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
            .collect();
        files.sort_unstable();
        assert_eq!(listed, files);
    }

    #[test]
    fn titles_are_those_of_the_files_and_everything_is_said_in_both_languages() {
        for entry in published()
            .chapters
            .iter()
            .flat_map(|chapter| &chapter.scenarios)
        {
            let text =
                std::fs::read_to_string(folder().join(format!("{}.yaml", entry.name))).unwrap();
            let scenario = Scenario::parse(&text).unwrap();
            assert_eq!(scenario.document().title, entry.title, "{}", entry.name);
            for said in [&entry.title, &entry.about] {
                assert_ne!(
                    said.get(Language::En),
                    said.get(Language::Ru),
                    "{}",
                    entry.name
                );
            }
        }
    }

    #[test]
    fn every_published_scenario_has_a_card() {
        let text = std::fs::read_to_string(folder().join("catalogue.json")).unwrap();
        let catalogue = read_catalogue(&text);
        for name in published().names() {
            let card = &catalogue[name];
            assert!(
                !card.names.is_empty() && !card.sketch.shapes.is_empty(),
                "{name}"
            );
        }
        assert!(read_catalogue("<!doctype html>").is_empty());
    }

    #[test]
    fn an_index_that_is_none_is_refused_with_a_reason() {
        assert!(Index::read("<!doctype html>").is_err());
    }
}
