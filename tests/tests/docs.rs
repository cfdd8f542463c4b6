//! What the pages show is what the reader reads and the engine runs.

use std::path::Path;

use interplay_tests::document;
use sim_core::scenario::Scenario;
use sim_core::world::Ended;

/// Every `yaml` block of the README and of docs/: its page and its text.
fn blocks() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let docs = std::fs::read_dir(root.join("docs")).expect("there are docs");
    let pages = docs.filter_map(|entry| Some(entry.ok()?.path()));
    let pages = pages.chain([root.join("README.md")]);
    let mut found = Vec::new();
    for page in pages.filter(|page| page.extension().is_some_and(|kind| kind == "md")) {
        let text = std::fs::read_to_string(&page).expect("a page can be read");
        let fenced = text.split("\n```").skip(1).step_by(2);
        let yaml = fenced.filter_map(|block| block.strip_prefix("yaml\n"));
        found.extend(yaml.map(|block| (page.display().to_string(), block.to_owned())));
    }
    found
}

#[test]
fn every_scenario_on_a_page_is_read_without_a_warning_and_runs_to_its_horizon() {
    let blocks = blocks();
    assert!(blocks.len() >= 2);
    for (page, text) in blocks {
        let scenario =
            Scenario::parse(&text).unwrap_or_else(|found| panic!("{page}: {found}\n{text}"));
        let warnings = scenario.warnings();
        assert!(warnings.is_empty(), "{page}: {warnings}\n{text}");
        let run = document(&text).run();
        assert_eq!(run.ended, Ended::AtHorizon, "{page}\n{text}");
        assert!(run.run.warnings().is_empty(), "{page}\n{text}");
        let ended: u64 = run.summary.clients.iter().map(|client| client.ok).sum();
        assert!(ended > 0, "{page}: nobody got anything\n{text}");
    }
}
