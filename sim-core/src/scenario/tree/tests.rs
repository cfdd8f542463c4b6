#![allow(clippy::unwrap_used)]

use std::fmt::Write;

use proptest::prelude::*;

use super::*;
use crate::scenario::diagnostic::{Construct, Problem};
use crate::scenario::document::Name;
use crate::scenario::grammar::{ALTERNATIVES, MAPS_OF_THINGS};
use crate::scenario::limits::{MAX_DEPTH, MAX_NODES, MAX_TEXT_BYTES};

const HARD: [&str; 4] = [
    include_str!("../../../../tests/scenarios/hard/every-section.yaml"),
    include_str!("../../../../tests/scenarios/hard/choreographed-saga.yaml"),
    include_str!("../../../../tests/scenarios/hard/graphql-n-plus-1.yaml"),
    include_str!("../../../../tests/scenarios/hard/event-sourced-account.yaml"),
];

fn tree(text: &str) -> Node {
    parse(text).unwrap_or_else(|found| panic!("{found:?}\n{text}"))
}

fn problem(text: &str) -> (u32, u32, String, Problem) {
    let mut found = parse(text).unwrap_err();
    let first = found.remove(0);
    (
        first.span.line,
        first.span.column,
        first.path,
        first.problem,
    )
}

#[test]
fn every_node_knows_its_place_in_bytes_lines_and_characters() {
    let text = "# Коммент, да\nа: {ru: Аб, c: [1, 'х']}   # хвост\nb:\n  - work: 5ms\n";
    let tree = tree(text);
    let ru = tree.get("а").unwrap().get("ru").unwrap();
    assert_eq!(
        (&text[ru.span.range()], ru.span.line, ru.span.column),
        ("Аб", 2, 9)
    );
    assert_eq!(
        &text[tree.get("а").unwrap().span.range()],
        "{ru: Аб, c: [1, 'х']}"
    );
    assert_eq!(&text[tree.get("b").unwrap().span.range()], "- work: 5ms");
}

#[test]
fn json_is_read_by_the_same_reader() {
    let json = "{\n\t\"a\": {\"b\": [1, 0.5, true, null, \"q\\u0041\\n\\\"\\/\"]},\n\t\"c\": {}\n}";
    let yaml = "a:\n  b: [1, 0.5, true, null, \"qA\\n\\\"/\"]\nc: {}\n";
    assert_eq!(tree(json), tree(yaml));
}

#[test]
fn nodes_are_equal_wherever_they_stand_and_however_they_are_quoted() {
    assert_eq!(
        tree("a: [x, 'y']"),
        tree("# far away\n\na:\n  - \"x\"\n  - y\n")
    );
    assert_ne!(tree("a: 1.0"), tree("a: 1"));
}

#[test]
fn what_yaml_has_and_a_scenario_does_without_is_told_with_its_line() {
    for (text, line, construct) in [
        ("a: 1\nb: &x 2\n", 2, Construct::Anchor),
        ("a: !!str 2\n", 1, Construct::Tag),
        ("a: 1\n---\nb: 2\n", 2, Construct::SecondDocument),
        ("a: 1\n? [x]\n: 2\n", 2, Construct::ComplexKey),
    ] {
        let (at, _, _, problem) = problem(text);
        assert_eq!(
            (at, problem),
            (line, Problem::NotAllowed { construct }),
            "{text}"
        );
    }
    // An alias without its anchor is no YAML at all.
    assert!(matches!(problem("a: *x\n").3, Problem::Syntax { .. }));
}

#[test]
fn a_key_written_twice_names_both_lines() {
    let (line, column, path, problem) = problem("a:\n  b: 1\n  c: 2\n  b: 3\n");
    assert_eq!((line, column, path.as_str()), (4, 3, "a"));
    assert_eq!(
        problem,
        Problem::DuplicateKey {
            key: "b".to_owned(),
            first_line: 2
        }
    );
}

#[test]
fn a_comma_that_splits_a_text_is_found_and_an_empty_value_written_on_purpose_is_not() {
    let (line, column, path, problem) = problem("x: 1\ntitle: {ru: А, а Б, en: a}\n");
    assert_eq!((line, column, path.as_str()), (2, 16, "title"));
    assert_eq!(
        problem,
        Problem::SplitByComma {
            text: "а Б".to_owned()
        }
    );
    assert!(
        tree("title: {ru: , en: a}\n")
            .get("title")
            .unwrap()
            .get("ru")
            .unwrap()
            .is_nothing()
    );
}

#[test]
fn all_duplicates_and_splits_are_told_at_once() {
    assert_eq!(
        parse("a: 1\na: 2\nb: {c: d, e f}\nb: 3\n")
            .unwrap_err()
            .len(),
        3
    );
}

#[test]
fn text_nodes_and_depth_are_bounded() {
    let long = "a".repeat(MAX_TEXT_BYTES + 1);
    assert!(matches!(problem(&long).3, Problem::TextTooLong { .. }));
    let many = format!("[{}]", "1,".repeat(MAX_NODES));
    assert!(matches!(problem(&many).3, Problem::TooManyNodes { .. }));
    let deep = format!(
        "{}1{}",
        "[".repeat(MAX_DEPTH + 1),
        "]".repeat(MAX_DEPTH + 1)
    );
    assert!(matches!(problem(&deep).3, Problem::TooDeep { .. }));
    tree(&format!(
        "{}1{}",
        "[".repeat(MAX_DEPTH),
        "]".repeat(MAX_DEPTH)
    ));
}

#[test]
fn a_megabyte_of_anything_ends_soon() {
    for piece in [
        "[", "{", "- ", "? ", "a: ", "[a,", "{a: ", "!", "&a ", "\"", "'", "|\n ", "%", "#",
        "---\n", "\t", "\u{feff}", "-\n", "? a\n: ", "{? ", "x,", "a\n\n\n", "{a b,",
    ] {
        let _ = parse(&piece.repeat(MAX_TEXT_BYTES / piece.len()));
    }
}

#[test]
fn an_empty_document_says_so() {
    for text in ["", "\n", "# only a comment\n", "~ \n", "--- \n"] {
        if text.starts_with('~') {
            continue;
        }
        assert_eq!(problem(text).3, Problem::Empty, "{text:?}");
    }
}

#[test]
fn the_default_of_a_map_of_things_is_what_the_others_start_from() {
    let text = "services:\n  default: {instances: 2, workers: {blocking: 8, queue: 5}}\n  a: {instances: 3}\n  b:\n  c: {workers: {async: 4}}\n";
    let expanded = expand(&tree(text), MAPS_OF_THINGS, ALTERNATIVES, MAX_NODES).unwrap();
    let services = expanded.get("services").unwrap();
    for (service, wanted) in [
        ("a", "{instances: 3, workers: {blocking: 8, queue: 5}}"),
        ("b", "{instances: 2, workers: {blocking: 8, queue: 5}}"),
        ("c", "{workers: {async: 4, queue: 5}, instances: 2}"),
    ] {
        assert_eq!(
            services.get(service).unwrap().to_string(),
            wanted,
            "{service}"
        );
    }
}

#[test]
fn defaults_cannot_be_made_to_grow_without_bound() {
    let mut text = format!(
        "services:\n  default: {{endpoints: {{e: {{do: [{}]}}}}}}\n",
        "ack,".repeat(1_000)
    );
    for service in 0..1_000 {
        writeln!(text, "  s{service}:").unwrap();
    }
    assert!(expand(&tree(&text), MAPS_OF_THINGS, ALTERNATIVES, MAX_NODES).is_err());
}

fn path(text: &str) -> Vec<Name> {
    text.split('.').map(Name::new).collect()
}

/// Edits the text and the tree, and holds one against the other.
fn edited(text: &str, at: &str, value: Option<&Node>) -> String {
    let before = tree(text);
    let mut wanted = before.clone();
    set_in_tree(&mut wanted, &path(at), value, MAPS_OF_THINGS).unwrap_or_else(|_| panic!("{at}"));
    let after = edit_text(text, &before, &path(at), value, MAPS_OF_THINGS).unwrap();
    let read = parse(&after).unwrap_or_else(|found| panic!("{at} = {value:?}: {found:?}\n{after}"));
    assert!(
        read == wanted,
        "{at} = {value:?}\n--- before\n{text}\n--- after\n{after}\n--- reads\n{read}\n--- wanted\n{wanted}"
    );
    after
}

#[test]
fn an_edit_touches_one_place_and_comments_survive() {
    let text = "# top\npolicies:\n  patience: {timeout: 2s}  # how long\n  again:\n    retry:\n      attempts: 3 # times\n# end\n";
    let value = Node::scalar("50ms");
    assert_eq!(
        edited(text, "policies.patience.timeout", Some(&value)),
        text.replace("2s", "50ms")
    );
    assert_eq!(
        edited(
            text,
            "policies.again.retry.jitter",
            Some(&Node::scalar("20%"))
        ),
        text.replace(
            "attempts: 3 # times\n",
            "attempts: 3 # times\n      jitter: 20%\n"
        ),
    );
    assert_eq!(
        edited(text, "policies.again.retry.attempts", None),
        text.replace("\n      attempts: 3", " {}")
            .replace(" {} # times", "\n      {} # times")
    );
    assert_eq!(
        edited(text, "policies.patience", None),
        text.replace("  patience: {timeout: 2s}  # how long\n", "")
    );
}

#[test]
fn steps_are_found_by_place_by_label_and_alone() {
    let text =
        "do:\n  - work: 5ms\n  - label: pay\n    call: {to: a.b}\none: {label: x, work: 1ms}\n";
    let value = Node::scalar("c.d");
    let wanted = text.replace("a.b", "c.d");
    assert_eq!(edited(text, "do.pay.call.to", Some(&value)), wanted);
    assert_eq!(edited(text, "do.1.call.to", Some(&value)), wanted);
    let wanted = text.replace("1ms", "c.d");
    assert_eq!(edited(text, "one.0.work", Some(&value)), wanted);
    assert_eq!(edited(text, "one.x.work", Some(&value)), wanted);
}

#[test]
fn fields_are_added_but_things_are_not_made_on_the_way() {
    let text = "services:\n  a: {}\n  b:\n";
    let value = Node::scalar("5");
    assert_eq!(
        edited(text, "services.a.workers.queue", Some(&value)),
        "services:\n  a: {workers: {queue: 5}}\n  b:\n"
    );
    assert_eq!(
        edited(text, "services.b.instances", Some(&value)),
        "services:\n  a: {}\n  b: {instances: 5}\n"
    );
    for nowhere in [
        "services.c.instances",
        "services.a.do.0.work",
        "policies.x.timeout",
    ] {
        assert!(
            set_in_tree(
                &mut tree(text),
                &path(nowhere),
                Some(&value),
                MAPS_OF_THINGS
            )
            .is_err(),
            "{nowhere}"
        );
    }
}

#[test]
fn block_scalars_can_be_replaced() {
    let text = "a: |\n  one\n  two\nb: >-\n  three\nc: 1\n";
    assert_eq!(
        edited(text, "a", Some(&Node::scalar("x"))),
        "a: x\nb: >-\n  three\nc: 1\n"
    );
    edited(text, "b", Some(&Node::scalar("x")));
    edited(text, "b", None);
}

/// Every path of a tree, by places and keys.
fn paths(node: &Node, at: &str, all: &mut Vec<String>) {
    if !at.is_empty() {
        all.push(at.to_owned());
    }
    let below = |key: &str| {
        if at.is_empty() {
            key.to_owned()
        } else {
            format!("{at}.{key}")
        }
    };
    match &node.kind {
        NodeKind::Scalar(_) => {}
        NodeKind::List(list) => {
            list.iter()
                .enumerate()
                .for_each(|(place, item)| paths(item, &below(&place.to_string()), all));
        }
        NodeKind::Map(map) => {
            // Paths of patches contain dots themselves; no path leads to them.
            let entries = map.entries.iter().filter(|entry| !entry.key.contains('.'));
            entries.for_each(|entry| paths(&entry.value, &below(&entry.key), all));
        }
    }
}

#[test]
fn every_value_of_the_hard_scenarios_can_be_replaced_taken_away_and_added_to() {
    let flow = tree("{a: 1, b: [x, {c: \"d, e\"}]}");
    for text in HARD {
        let tree = tree(text);
        let mut all = Vec::new();
        paths(&tree, "", &mut all);
        for at in &all {
            edited(text, at, Some(&Node::scalar("50ms")));
            edited(text, at, Some(&flow));
            edited(text, at, None);
            if let Located::Found(Node {
                kind: NodeKind::Map(_),
                ..
            }) = locate(&tree, &path(at))
            {
                edited(text, &format!("{at}.added"), Some(&Node::scalar("7")));
            }
        }
    }
}

#[test]
fn json_can_be_edited_too() {
    let text = "{\n\t\"a\": {\"b\": 1, \"c\": [1, 2]},\n\t\"d\": \"x\"\n}\n";
    assert_eq!(
        edited(text, "a.b", Some(&Node::scalar("2"))),
        text.replace("\"b\": 1", "\"b\": 2")
    );
    edited(text, "a.e", Some(&Node::scalar("2")));
    edited(text, "a.c.0", None);
    edited(text, "a.c.1", None);
    edited(text, "d", None);
    edited(text, "a", None);
}

fn any_node() -> impl Strategy<Value = Node> {
    let scalar = ("(?s).{0,8}", any::<bool>()).prop_map(|(text, plain)| {
        Node::new(NodeKind::Scalar(Scalar {
            plain: plain && !text.is_empty(),
            text,
        }))
    });
    scalar.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|list| Node::new(NodeKind::List(list))),
            prop::collection::btree_map("[a-zа-я]{1,4}( [#:,'\"])?", inner, 0..4).prop_map(|map| {
                let entry = |(key, value)| Entry {
                    key,
                    key_span: Span::default(),
                    value,
                };
                Node::new(NodeKind::Map(Map {
                    entries: map.into_iter().map(entry).collect(),
                }))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(node in any_node()) {
        let text = format!("{{x: {node}}}");
        let read = parse(&text).map_err(|found| TestCaseError::fail(format!("{text}: {found:?}")))?;
        prop_assert!(read.get("x") == Some(&node), "{} reads as {}", text, read);
    }

    #[test]
    fn no_text_makes_it_panic(text in "(?s).{0,200}") {
        let _ = parse(&text);
    }

    #[test]
    fn no_heap_of_yaml_makes_it_panic(
        words in prop::collection::vec(prop::sample::select(vec![
            "a", "b", ": ", ":", "- ", "\n", "  ", "{", "}", "[", "]", ", ", "'", "\"", "|", ">", "#", " #", "&x", "*x",
            "!t", "?", "---", "...", "\t", "%", "й", "0", "\r\n", "\\",
        ]), 0..60)
    ) {
        let text = words.concat();
        if let Ok(tree) = parse(&text) {
            // Every span lies in the text, on characters.
            let mut left = vec![&tree];
            while let Some(node) = left.pop() {
                prop_assert!(text.get(node.span.range()).is_some());
                match &node.kind {
                    NodeKind::Scalar(_) => {}
                    NodeKind::List(list) => left.extend(list),
                    NodeKind::Map(map) => left.extend(map.entries.iter().map(|entry| &entry.value)),
                }
            }
        }
    }

    #[test]
    fn an_edit_is_right_or_refused_in_any_text(
        words in prop::collection::vec(prop::sample::select(vec![
            "a: ", "b: ", "c:", "- ", "\n", "\n  ", "\n    ", "{", "}", "[", "]", ", ", "'x'", "\"y\"", "|\n   z\n", " # n\n", "1", "й",
        ]), 0..30),
        pick in any::<prop::sample::Index>(),
        value in prop::option::of(any_node()),
    ) {
        let text = words.concat();
        let Ok(before) = parse(&text) else { return Ok(()) };
        let mut all = Vec::new();
        paths(&before, "", &mut all);
        all.push("new".to_owned());
        let at = path(&all[pick.index(all.len())]);
        // No panic; whether it is right is checked by who reads it back.
        let _ = edit_text(&text, &before, &at, value.as_ref(), MAPS_OF_THINGS);
    }
}
