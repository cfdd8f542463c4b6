//! Who may depend on whom in the workspace, and what the worker must not link.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use super::Violation;
use super::files::Files;
use crate::process::Job;

const LIMIT: Duration = Duration::from_mins(2);

/// The crates of the workspace, the lowest first, each with the crates of the workspace it may use
/// in what it ships. Tests may use any crate below theirs.
const ORDER: &[(&str, &[&str])] = &[
    ("sim-core", &[]),
    ("interplay-protocol", &["sim-core"]),
    ("interplay-worker", &["sim-core", "interplay-protocol"]),
    ("interplay-flow", &["sim-core", "interplay-protocol"]),
    (
        "interplay-web",
        &["sim-core", "interplay-protocol", "interplay-flow"],
    ),
    ("interplay-conformance", &["sim-core"]),
    ("interplay", &["sim-core", "interplay-conformance"]),
    ("interplay-tests", &["sim-core", "interplay-protocol"]),
    ("interplay-wasm-tests", &["sim-core", "interplay-protocol"]),
    ("xtask", &[]),
];

/// The page's framework, by the beginnings of its crates' names.
const USER_INTERFACE: &[&str] = &["leptos", "reactive_graph", "tachys"];

pub(super) fn check_directions(files: &Files) -> Result<Vec<Violation>> {
    let printed = Job::new("cargo")
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .folder(&files.root)
        .limit(LIMIT)
        .capture()?;
    let metadata = serde_json::from_str(&printed).context("cargo metadata printed no JSON")?;
    Ok(directions(&metadata))
}

fn directions(metadata: &Value) -> Vec<Violation> {
    let mut violations = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default();
        let Some((_, allowed)) = ORDER.iter().find(|(known, _)| *known == name) else {
            violations.push(Violation {
                place: name.to_owned(),
                what: "has no place in the order of the workspace's crates".to_owned(),
            });
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let used = dependency["name"].as_str().unwrap_or_default();
            // What is not of the workspace has no path; what is for tests is not shipped.
            let of_workspace = dependency["path"].is_string();
            let shipped = dependency["kind"].as_str() != Some("dev");
            if of_workspace && shipped && !allowed.contains(&used) {
                violations.push(Violation {
                    place: name.to_owned(),
                    what: format!("depends on {used}"),
                });
            }
        }
    }
    violations
}

pub(super) fn check_worker(files: &Files) -> Result<Vec<Violation>> {
    let tree = Job::new("cargo")
        .args(["tree", "--package", "interplay-worker", "--edges", "normal"])
        .args(["--prefix", "none", "--target", "wasm32-unknown-unknown"])
        .folder(&files.root)
        .limit(LIMIT)
        .capture()?;
    Ok(user_interface_in(&tree))
}

fn user_interface_in(tree: &str) -> Vec<Violation> {
    let mut found: Vec<&str> = tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| USER_INTERFACE.iter().any(|start| name.starts_with(start)))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
        .into_iter()
        .map(|name| Violation {
            place: "interplay-worker".to_owned(),
            what: format!("links {name}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_crate_that_depends_upward_is_told() {
        let metadata = json!({ "packages": [{
            "name": "sim-core",
            "dependencies": [
                { "name": "serde", "kind": null },
                { "name": "interplay-protocol", "path": "web/protocol", "kind": null },
                { "name": "interplay-tests", "path": "tests", "kind": "dev" },
            ],
        }]});
        let told: Vec<String> = directions(&metadata)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(told, ["sim-core: depends on interplay-protocol"]);
    }

    #[test]
    fn a_crate_without_a_place_is_told() {
        let metadata = json!({ "packages": [{ "name": "stranger", "dependencies": [] }]});
        assert_eq!(directions(&metadata).len(), 1);
    }

    #[test]
    fn the_framework_is_seen_anywhere_in_the_worker_s_tree() {
        let tree =
            "interplay-worker v0.1.0\nserde v1.0.0\nleptos_i18n v0.6.2\nleptos v0.8.23 (*)\n";
        assert_eq!(user_interface_in(tree).len(), 2);
        assert!(user_interface_in("interplay-worker v0.1.0\nserde v1.0.0\n").is_empty());
    }
}
