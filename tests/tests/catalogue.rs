//! What the library shows of the scenarios that come with the page without opening them: who
//! is in them, for its search, and a sketch. It is made from the documents and committed, so
//! that a visitor gets it in one small file.

use std::fmt::Write;
use std::path::PathBuf;

use interplay_tests::{all_scenarios, document, scenarios_folder};
use serde_json::json;
use sim_core::sketch::Sketch;
use sim_core::world::Topology;

fn file() -> PathBuf {
    scenarios_folder().join("catalogue.json")
}

/// The names by which people look for a scenario: of everything that is shown in it.
fn names(topology: &Topology) -> Vec<&str> {
    let mut names: Vec<&str> = topology
        .nodes
        .iter()
        .filter(|node| !matches!(node.kind, sim_core::world::NodeKind::Hand))
        .flat_map(|node| {
            [
                Some(node.name.as_str()),
                node.title.en.as_deref(),
                node.title.ru.as_deref(),
            ]
        })
        .flatten()
        .filter(|name| !name.is_empty())
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// To accept a catalogue after a change of a scenario: `INTERPLAY_BLESS=1 cargo test`.
#[test]
fn the_catalogue_says_who_is_in_every_scenario_and_how_it_looks() {
    // A line a scenario, so that a change of one is a change of one line.
    let mut found = String::from("{\n");
    let scenarios = all_scenarios();
    for (place, (name, text)) in scenarios.iter().enumerate() {
        let run = document(text).start();
        let topology = run.topology();
        let card = json!({ "names": names(topology), "sketch": Sketch::of(topology) });
        let comma = if place + 1 < scenarios.len() { "," } else { "" };
        let _ = writeln!(found, "\"{name}\": {card}{comma}");
    }
    found.push_str("}\n");
    if std::env::var_os("INTERPLAY_BLESS").is_some() {
        std::fs::write(file(), &found).expect("the catalogue can be written");
    }
    let kept = std::fs::read_to_string(file()).unwrap_or_default();
    assert_eq!(
        kept, found,
        "a scenario changed: `INTERPLAY_BLESS=1 cargo test --package interplay-tests` takes it up"
    );
}
