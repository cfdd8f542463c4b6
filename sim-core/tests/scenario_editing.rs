//! Edits of every document there is: what can be renamed can be renamed back, what is laid out
//! says the same, and what is taken away leaves a document that holds together.

use std::path::Path;

use sim_core::scenario::Scenario;
use sim_core::scenario::editing::{Edit, edit};
use sim_core::scenario::tree::{self, Node};

const FOLDERS: [&str; 3] = [
    "../static/scenarios",
    "../tests/scenarios/golden",
    "../tests/scenarios/hard",
];

fn documents() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for folder in FOLDERS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for entry in std::fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("it can be read").path();
            if path.extension().is_some_and(|kind| kind == "yaml") {
                let text = std::fs::read_to_string(&path).expect("it is text");
                found.push((path.display().to_string(), text));
            }
        }
    }
    found.sort();
    assert!(found.len() > 10, "only {}", found.len());
    found
}

fn done(text: &str, what: &Edit) -> Result<String, String> {
    edit(text, &[], what)
        .map(|edited| edited.text)
        .map_err(|found| found.to_string())
}

/// The paths of everything that has a name others use.
fn things(text: &str) -> Vec<String> {
    let tree = tree::parse(text).expect("it is read");
    let mut paths = Vec::new();
    for section in [
        "clients", "services", "brokers", "stores", "policies", "links",
    ] {
        let Some(things) = tree.get(section) else {
            continue;
        };
        for name in names(things) {
            let path = format!("{section}.{name}");
            let thing = things.get(&name).expect("it is there");
            for members in ["endpoints", "subscriptions", "versions", "tables"] {
                let all = thing.get(members).map(names).unwrap_or_default();
                paths.extend(all.into_iter().map(|own| format!("{path}.{members}.{own}")));
            }
            let queues = thing
                .get("rabbitmq")
                .and_then(|broker| broker.get("queues"));
            let all = queues.map(names).unwrap_or_default();
            paths.extend(
                all.into_iter()
                    .map(|own| format!("{path}.rabbitmq.queues.{own}")),
            );
            paths.push(path);
        }
    }
    paths
}

fn names(things: &Node) -> Vec<String> {
    let entries = things.as_map().map(|map| map.entries.iter());
    let keys = entries.into_iter().flatten().map(|entry| entry.key.clone());
    keys.filter(|key| key != "default").collect()
}

/// The comments of a text, roughly: enough to notice one that is lost.
fn comments(text: &str) -> usize {
    text.lines()
        .filter(|line| line.trim_start().starts_with('#'))
        .count()
        + text.matches(" # ").count()
}

#[test]
fn what_is_renamed_holds_together_and_can_be_renamed_back_to_the_same_text() {
    for (file, text) in documents() {
        for path in things(&text) {
            let (owner, own) = path.rsplit_once('.').expect("it is in a section");
            let rename = |from: String, to: &str| Edit::Rename {
                from,
                to: to.to_owned(),
            };
            let there = done(&text, &rename(path.clone(), "quite-another"));
            let there = there.unwrap_or_else(|why| panic!("{file}: {path}: {why}"));
            assert_ne!(there, text, "{file}: {path}");
            let back = done(&there, &rename(format!("{owner}.quite-another"), own));
            assert_eq!(back.as_deref(), Ok(text.as_str()), "{file}: {path}");
        }
    }
}

#[test]
fn what_is_laid_out_says_the_same_keeps_its_comments_and_is_laid_out_once() {
    for (file, text) in documents() {
        let tidy = done(&text, &Edit::Format).unwrap_or_else(|why| panic!("{file}: {why}"));
        let (was, is) = (tree::parse(&text), tree::parse(&tidy));
        assert!(
            was.expect("it is read") == is.expect("it is read"),
            "{file}"
        );
        assert_eq!(comments(&tidy), comments(&text), "{file}\n{tidy}");
        let again = done(&tidy, &Edit::Format).unwrap_or_else(|why| panic!("{file}: {why}"));
        let moved = tidy
            .lines()
            .zip(again.lines())
            .find(|(one, two)| one != two);
        assert_eq!(moved, None, "{file}");
        assert_eq!(again, tidy, "{file}");
    }
}

#[test]
fn what_is_taken_away_leaves_a_document_that_holds_together_or_is_not_taken_away() {
    let (mut taken, mut refused) = (0, 0);
    for (file, text) in documents() {
        for path in things(&text) {
            let remove = Edit::Remove { path: path.clone() };
            match done(&text, &remove) {
                Ok(without) => {
                    taken += 1;
                    let scenario = Scenario::parse(&without);
                    assert!(scenario.is_ok(), "{file}: {path}: {scenario:?}");
                }
                Err(why) => {
                    refused += 1;
                    assert!(!why.is_empty(), "{file}: {path}");
                }
            }
        }
    }
    assert!(taken > 4 * refused, "{taken} taken away, {refused} refused");
}

#[test]
fn every_service_can_be_placed_and_everybody_can_call_a_new_one() {
    for (file, text) in documents() {
        let add = Edit::AddService {
            name: "brand-new".to_owned(),
        };
        let more = done(&text, &add).unwrap_or_else(|why| panic!("{file}: {why}"));
        assert_eq!(comments(&more), comments(&text), "{file}");
        for path in things(&text) {
            let (section, name) = path.split_once('.').expect("it is in a section");
            if name.contains('.') || !matches!(section, "clients" | "services") {
                continue;
            }
            let connect = Edit::Connect {
                from: name.to_owned(),
                to: "brand-new".to_owned(),
            };
            let connected = done(&more, &connect);
            let connected = connected.unwrap_or_else(|why| panic!("{file}: {name}: {why}"));
            assert!(connected.contains("brand-new.handle"), "{file}: {name}");
            let place = Edit::Place {
                node: name.to_owned(),
                at: [10, -20],
            };
            let placed = done(&connected, &place);
            let placed = placed.unwrap_or_else(|why| panic!("{file}: {name}: {why}"));
            assert_eq!(comments(&placed), comments(&text), "{file}");
        }
    }
}
