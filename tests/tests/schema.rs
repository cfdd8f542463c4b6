//! The JSON Schema of the document says what the reader says, as far as a schema can:
//! it is compared with the reader itself.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use boon::{Compiler, SchemaIndex, Schemas};
use interplay_tests::{golden_scenarios, hard_scenarios, hostile_scenarios};
use serde_json::{Value, json};
use sim_core::scenario::tree::{self, Node, NodeKind};
use sim_core::scenario::{Problem, Scenario, schema};

struct Checked {
    schemas: Schemas,
    root: SchemaIndex,
}

impl Checked {
    fn new() -> Self {
        const ADDRESS: &str = "https://interplay.test/scenario-1.json";
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler
            .add_resource(ADDRESS, schema())
            .expect("it is a resource");
        let root = compiler
            .compile(ADDRESS, &mut schemas)
            .unwrap_or_else(|error| panic!("{error:#}"));
        Self { schemas, root }
    }

    fn refusal(&self, document: &Value) -> Option<String> {
        let refused = self.schemas.validate(document, self.root).err();
        refused.map(|error| format!("{error:#}"))
    }
}

/// A tree as an editor's YAML parser sees it: plain scalars are numbers, truth values or
/// nothing where they look like it.
fn as_json(node: &Node) -> Value {
    match &node.kind {
        NodeKind::Map(map) => map
            .entries
            .iter()
            .map(|entry| (entry.key.clone(), as_json(&entry.value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        NodeKind::List(list) => list.iter().map(as_json).collect(),
        NodeKind::Scalar(_) if node.is_nothing() => Value::Null,
        NodeKind::Scalar(scalar) if scalar.plain => match serde_json::from_str(&scalar.text) {
            Ok(value @ (Value::Number(_) | Value::Bool(_))) => value,
            _ => json!(scalar.text),
        },
        NodeKind::Scalar(scalar) => json!(scalar.text),
    }
}

fn read(text: &str) -> Value {
    as_json(&tree::parse(text).unwrap_or_else(|found| panic!("{found:?}\n{text}")))
}

/// Documents with the whole grammar in them.
fn whole_grammar() -> Vec<(String, Value)> {
    let found = hard_scenarios().into_iter().chain(golden_scenarios());
    found.map(|(name, text)| (name, read(&text))).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every `yaml` block of a page.
fn blocks() -> Vec<(String, String)> {
    let docs = std::fs::read_dir(folder().join("docs")).expect("there are docs");
    let pages = docs.filter_map(|entry| Some(entry.ok()?.path()));
    let mut found = Vec::new();
    for page in pages.chain([folder().join("README.md")]) {
        let text = std::fs::read_to_string(&page).unwrap_or_default();
        let fenced = text.split("\n```").skip(1).step_by(2);
        let yaml = fenced.filter_map(|block| block.strip_prefix("yaml\n"));
        found.extend(yaml.map(|block| (page.display().to_string(), block.to_owned())));
    }
    found
}

/// To accept a schema after a change that was meant: `INTERPLAY_BLESS=1 cargo test`.
#[test]
fn the_committed_schema_is_that_of_the_reader() {
    let file = folder().join("static/schema/scenario-1.json");
    let found = format!("{:#}\n", schema());
    if std::env::var_os("INTERPLAY_BLESS").is_some() {
        std::fs::write(&file, &found).expect("the schema can be written");
    }
    let committed = std::fs::read_to_string(&file).expect("the schema is there");
    assert!(found == committed, "the schema changed: bless it");
}

/// The page's code editor tells in Russian what a field is for.
#[test]
fn every_description_of_the_schema_has_a_russian_one() {
    fn collect(value: &Value, into: &mut BTreeSet<String>) {
        if let Some(Value::String(said)) = value.get("description") {
            into.insert(said.clone());
        }
        match value {
            Value::Object(fields) => fields.values().for_each(|field| collect(field, into)),
            Value::Array(items) => items.iter().for_each(|item| collect(item, into)),
            _ => {}
        }
    }
    const FILE: &str = "static/schema/scenario-1.ru.json";
    let text = std::fs::read_to_string(folder().join(FILE)).expect("the translation is there");
    let russian: std::collections::BTreeMap<String, String> =
        serde_json::from_str(&text).expect("it is a map of texts");
    let mut described = BTreeSet::new();
    collect(&schema(), &mut described);
    let translated: BTreeSet<_> = russian.keys().cloned().collect();
    let lacking: Vec<_> = described.difference(&translated).collect();
    let surplus: Vec<_> = translated.difference(&described).collect();
    assert!(lacking.is_empty(), "{FILE} lacks {lacking:#?}");
    assert!(surplus.is_empty(), "{FILE} has too many: {surplus:#?}");
}

#[test]
fn every_document_that_is_read_satisfies_the_schema() {
    let checked = Checked::new();
    let documents = hard_scenarios().into_iter().chain(golden_scenarios());
    let documents = documents.chain(hostile_scenarios()).chain(blocks());
    let mut count = 0;
    for (name, text) in documents {
        let refusal = checked.refusal(&read(&text));
        assert!(refusal.is_none(), "{name}: {}", refusal.unwrap_or_default());
        count += 1;
    }
    assert!(count > 20, "only {count}");
}

/// The pointers to everything in a document.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                places(value, &format!("{at}/{}", key.replace('/', "~1")), found);
            }
        }
        Value::Array(list) => {
            for (place, value) in list.iter().enumerate() {
                places(value, &format!("{at}/{place}"), found);
            }
        }
        _ => {}
    }
}

/// Every place of every document with the whole grammar.
fn everywhere() -> Vec<(String, Value, String)> {
    let mut all = Vec::new();
    for (name, document) in whole_grammar() {
        let mut found = Vec::new();
        places(&document, "", &mut found);
        all.extend(
            found
                .into_iter()
                .map(|place| (name.clone(), document.clone(), place)),
        );
    }
    all
}

fn problems(document: &Value) -> Vec<(String, Problem)> {
    match Scenario::parse(&document.to_string()) {
        Ok(_) => Vec::new(),
        Err(found) => found
            .iter()
            .map(|found| (found.path.clone(), found.problem.clone()))
            .collect(),
    }
}

/// The names of the fields that a schema has at a place, whichever alternative it takes.
fn fields_at<'s>(root: &'s Value, at: &'s Value, way: &[&str], found: &mut BTreeSet<&'s str>) {
    if let Some(name) = at["$ref"].as_str() {
        let definition = root.pointer(name.trim_start_matches('#'));
        fields_at(root, definition.expect("it is defined"), way, found);
    }
    for one in at["anyOf"].as_array().into_iter().flatten() {
        fields_at(root, one, way, found);
    }
    let Some((segment, rest)) = way.split_first() else {
        let fields = at["properties"].as_object();
        found.extend(
            fields
                .into_iter()
                .flat_map(|map| map.keys())
                .map(String::as_str),
        );
        return;
    };
    match at["properties"].get(*segment) {
        Some(field) => fields_at(root, field, rest, found),
        None if at["additionalProperties"].is_object() => {
            fields_at(root, &at["additionalProperties"], rest, found);
        }
        None => {
            for pattern in at["patternProperties"].as_object().into_iter().flatten() {
                fields_at(root, pattern.1, rest, found);
            }
        }
    }
    if segment.parse::<usize>().is_ok() {
        fields_at(root, &at["items"], rest, found);
    }
}

#[test]
fn what_the_reader_refuses_as_an_unknown_field_the_schema_refuses_and_it_knows_all_known_ones() {
    const BOGUS: &str = "zzz";
    let (checked, root) = (Checked::new(), schema());
    let mut refused = 0;
    for (name, mut document, place) in everywhere() {
        let Some(map) = document.pointer_mut(&place).and_then(Value::as_object_mut) else {
            continue;
        };
        map.insert(BOGUS.to_owned(), json!(1));
        let way: Vec<String> = place
            .split('/')
            .skip(1)
            .map(|key| key.replace("~1", "/"))
            .collect();
        let way: Vec<&str> = way.iter().map(String::as_str).collect();
        let path = [way.as_slice(), &[BOGUS]].concat().join(".");
        for (at, problem) in problems(&document) {
            let Problem::UnknownField { known, found, .. } = problem else {
                continue;
            };
            if at != path || found != BOGUS {
                continue;
            }
            refused += 1;
            assert!(
                checked.refusal(&document).is_some(),
                "{name}: {path} passes"
            );
            let mut fields = BTreeSet::new();
            fields_at(&root, &root, &way, &mut fields);
            for known in known {
                assert!(
                    fields.contains(known.as_str()),
                    "{name}: {path}: no `{known}`"
                );
            }
        }
    }
    assert!(refused > 300, "only {refused}");
}

#[test]
fn each_word_the_reader_knows_satisfies_the_schema() {
    let checked = Checked::new();
    let mut tried = BTreeSet::new();
    for (name, mut document, place) in everywhere() {
        let Some(scalar) = document
            .pointer_mut(&place)
            .filter(|value| value.is_string())
        else {
            continue;
        };
        *scalar = json!("zzz");
        for (_, problem) in problems(&document) {
            let Problem::UnknownWord { known, found, .. } = problem else {
                continue;
            };
            // The words of a table's key are the fields of its own rows.
            let own = place.contains("/tables/");
            if found != "zzz" || own || !tried.insert(known.clone()) {
                continue;
            }
            assert!(
                checked.refusal(&document).is_some(),
                "{name}: {place} takes any word"
            );
            for word in known {
                let mut document = document.clone();
                *document.pointer_mut(&place).expect("it is there") = json!(word);
                let refusal = checked.refusal(&document).unwrap_or_default();
                assert_eq!(refusal, "", "{name}: {place}: {word}");
            }
        }
    }
    assert!(tried.len() >= 10, "only {tried:?}");
}

/// The names of fields that the reader asks for, from its source.
#[test]
fn each_field_named_in_the_reader_is_a_field_of_the_schema() {
    fn collect(schema: &Value, into: &mut BTreeSet<String>) {
        if let Some(fields) = schema["properties"].as_object() {
            into.extend(fields.keys().cloned());
        }
        match schema {
            Value::Object(map) => map.values().for_each(|value| collect(value, into)),
            Value::Array(list) => list.iter().for_each(|value| collect(value, into)),
            _ => {}
        }
    }
    let mut fields = BTreeSet::new();
    collect(&schema(), &mut fields);
    let source = std::fs::read_dir(folder().join("sim-core/src/scenario/decode"))
        .expect("the reader is there");
    let mut asked = 0;
    for file in source.filter_map(|entry| std::fs::read_to_string(entry.ok()?.path()).ok()) {
        let calls = [".optional(", ".required(", ".has("].map(|call| file.split(call).skip(1));
        for rest in calls.into_iter().flatten() {
            let rest = rest
                .trim_start()
                .trim_start_matches("d,")
                .trim_start_matches("self,");
            let Some(name) = rest.trim_start().strip_prefix('"') else {
                continue;
            };
            let name = name.split('"').next().unwrap_or_default();
            assert!(
                fields.contains(name),
                "`{name}` is in no part of the schema"
            );
            asked += 1;
        }
    }
    assert!(asked > 200, "only {asked}");
}
