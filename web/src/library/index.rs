//! The index of published scenarios, `static/scenarios/index.json`.

use serde::Deserialize;
use sim_core::scenario::document::Text;

/// The index: scenarios by chapter, in the order they are to be read.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub(crate) struct Index {
    /// The chapters.
    pub(crate) chapters: Vec<Chapter>,
}

/// Scenarios that belong together.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub(crate) struct Chapter {
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
    fn an_index_that_is_none_is_refused_with_a_reason() {
        assert!(Index::read("<!doctype html>").is_err());
    }
}
