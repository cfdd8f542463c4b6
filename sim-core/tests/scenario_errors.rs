//! What a person is told about a document that is wrong: the line, the path, what was
//! found, what was expected, the nearest name; everything at once, in two languages.
#![allow(clippy::unwrap_used)]

use sim_core::scenario::document::Language;
use sim_core::scenario::{Diagnostic, Problem, Scenario, Severity};

const SHOP: &str = include_str!("scenarios/shop.yaml");
const MISTAKES: &str = include_str!("scenarios/mistakes.txt");
const EVERY_SECTION: &str = include_str!("../../tests/scenarios/hard/every-section.yaml");
const SAGA: &str = include_str!("../../tests/scenarios/hard/choreographed-saga.yaml");
const ACCOUNT: &str = include_str!("../../tests/scenarios/hard/event-sourced-account.yaml");
const GRAPHQL: &str = include_str!("../../tests/scenarios/hard/graphql-n-plus-1.yaml");

/// The errors of `text` with the first `from` replaced by `to`.
fn errors(text: &str, from: &str, to: &str) -> Vec<Diagnostic> {
    assert!(text.contains(from), "`{from}` is not in the text");
    match Scenario::parse(&text.replacen(from, to, 1)) {
        Ok(_) => Vec::new(),
        Err(found) => found
            .iter()
            .filter(|found| found.severity == Severity::Error)
            .cloned()
            .collect(),
    }
}

/// The line on which `from` stands.
fn line(text: &str, from: &str) -> u32 {
    text[..text.find(from).unwrap()].matches('\n').count() as u32 + 1
}

#[track_caller]
fn check(text: &str, from: &str, to: &str, path: &str, message: &str) {
    let found = errors(text, from, to);
    let shown: Vec<String> = found
        .iter()
        .map(|found| {
            format!(
                "{} {} {}",
                found.span.line,
                found.path,
                found.message(Language::En)
            )
        })
        .collect();
    assert!(
        found.iter().any(|found| {
            let help = found.help(Language::En).unwrap_or_default();
            // A break may move what follows to the next lines.
            let lines = line(text, from)..=line(text, from) + to.matches('\n').count() as u32;
            lines.contains(&found.span.line)
                && found.path == path
                && format!("{} {help}", found.message(Language::En)).contains(message)
        }),
        "`{from}` -> `{to}`: wanted line {} `{path}` `{message}`, found {shown:#?}",
        line(text, from),
    );
    for found in &found {
        let russian = found.message(Language::Ru);
        assert!(
            russian.chars().any(|c| ('а'..='я').contains(&c)),
            "no Russian: {russian}"
        );
        assert_eq!(
            found.help(Language::En).is_some(),
            found.help(Language::Ru).is_some(),
            "{russian}"
        );
    }
}

/// Checks every mistake of a section of the table.
fn check_all(section: &str) {
    let (_, rest) = MISTAKES.split_once(&format!("## {section}\n")).unwrap();
    let lines = rest.lines().take_while(|line| !line.is_empty());
    for line in lines {
        let cells: Vec<String> = line
            .split(" | ")
            .map(|cell| cell.replace("\\n", "\n"))
            .collect();
        let [document, from, to, path, message] = cells.as_slice() else {
            panic!("not five cells: {line}")
        };
        check(document_named(document), from, to, path, message);
    }
}

fn document_named(name: &str) -> &'static str {
    match name {
        "shop" => SHOP,
        "every-section" => EVERY_SECTION,
        "choreographed-saga" => SAGA,
        "event-sourced-account" => ACCOUNT,
        "graphql-n-plus-1" => GRAPHQL,
        other => panic!("no document {other}"),
    }
}

#[test]
fn the_shop_itself_is_right_and_runnable() {
    let shop = Scenario::parse(SHOP).unwrap_or_else(|found| panic!("{found}"));
    assert!(shop.warnings().is_empty(), "{}", shop.warnings());
    shop.runnable().unwrap_or_else(|found| panic!("{found}"));
}

#[test]
fn a_misspelt_name_is_told_with_its_line_path_and_the_name_that_was_meant() {
    check_all("A misspelt name");
}

#[test]
fn a_value_out_of_its_range_is_told_with_the_range() {
    check_all("A value out of its range");
}

#[test]
fn what_does_not_fit_together_is_told_where_it_is() {
    check_all("What does not fit together");
}

#[test]
fn the_rest_of_the_grammar_is_read_with_the_same_care() {
    check_all("The rest of the grammar");
}

#[test]
fn everything_wrong_is_told_at_once_and_in_the_order_of_the_text() {
    let text = SHOP
        .replace("seed: 7", "sed: 7")
        .replace("attempts: 3", "attempts: 0")
        .replace("to: payment.charge", "to: paymnet.charge")
        .replace("crash: shipping.3", "crash: shipping.9");
    let found = Scenario::parse(&text).unwrap_err();
    let lines: Vec<u32> = found.iter().map(|found| found.span.line).collect();
    assert_eq!(found.len(), 4, "{found}");
    assert!(lines.is_sorted(), "{lines:?}");
}

#[test]
fn an_error_in_a_default_is_told_once() {
    let text = SHOP.replace(
        "services:\n",
        "services:\n  default: {instances: 0, workers: {blocking: 8}}\n",
    );
    let found = Scenario::parse(&text).unwrap_err();
    assert_eq!(found.len(), 1, "{found}");
}

#[test]
fn warnings_do_not_keep_a_scenario_from_being_read() {
    let text = SHOP
        .replace("at: 10s, for: 10s", "at: 61s, for: 10s")
        .replace("- reply: 201", "- reply: 201\n          - work: 1ms");
    let scenario = Scenario::parse(&text).unwrap_or_else(|found| panic!("{found}"));
    let problems: Vec<&Problem> = scenario
        .warnings()
        .iter()
        .map(|found| &found.problem)
        .collect();
    assert!(
        matches!(
            problems[..],
            [Problem::NeverReached, Problem::BeyondHorizon { .. }]
        ),
        "{problems:?}"
    );
    let untitled = Scenario::parse("scenario: 1\n").unwrap();
    assert_eq!(
        untitled.warnings().iter().next().unwrap().problem,
        Problem::NoTitle
    );
}

#[test]
fn a_rendered_error_shows_the_line_the_place_and_the_advice() {
    let text = SHOP.replace("to: payment.charge", "to: paymnet.charge");
    let found = Scenario::parse(&text).unwrap_err();
    let english = found.render(&text, "shop.yaml", Language::En);
    for part in [
        "error: there is no endpoint `paymnet.charge`",
        "shop.yaml:",
        "^^^^",
        "help: did you mean `payment.charge`?",
    ] {
        assert!(english.contains(part), "{english}");
    }
    let russian = found.render(&text, "shop.yaml", Language::Ru);
    for part in [
        "ошибка: `paymnet.charge` не существует",
        "возможно, имелось в виду `payment.charge`",
    ] {
        assert!(russian.contains(part), "{russian}");
    }
    let shown = &found.shown(Language::En)[0];
    assert_eq!(
        (shown.line, shown.path.as_str()),
        (
            line(&text, "to: paymnet"),
            "services.orders.endpoints.place.do.1.call.to"
        )
    );
}

#[test]
fn an_error_on_one_endless_line_is_rendered_too() {
    let text = format!(
        "{{\"scenario\": 1, \"title\": \"{}\", \"sed\": 5}}",
        "а".repeat(10_000)
    );
    let found = Scenario::parse(&text).unwrap_err();
    assert!(found.render(&text, "x.json", Language::En).len() < 2_000);
}

/// The warnings of `text`, in the order of the text.
fn warnings(text: &str) -> Vec<String> {
    let scenario = Scenario::parse(text).unwrap_or_else(|found| panic!("{found}"));
    let all = scenario.warnings().iter();
    all.map(|found| {
        assert_ne!(found.message(Language::En), found.message(Language::Ru));
        format!("{} {}", found.path, found.message(Language::En))
    })
    .collect()
}

#[test]
fn a_policy_that_no_call_names_is_told_and_one_in_a_used_chain_is_not() {
    let text = SHOP.replace(
        "policies:\n",
        "policies:\n  idle: {timeout: 1s}\n  gone: none\n",
    );
    assert_eq!(
        warnings(&text),
        ["policies.idle policy `idle` is never used: no `with` names it"]
    );
}

#[test]
fn services_that_wait_for_each_other_in_a_circle_are_told_and_messages_are_not() {
    let circle = "
scenario: 1
title: A circle
services:
  a: {endpoints: {go: {do: [{call: b.go}, {call: c.go}]}}}
  b: {endpoints: {go: {do: {call: {to: c.go, then: {error: {call: a.back}}}}}}}
  c: {endpoints: {go: {do: {parallel: {join: none, do: [{call: a.go}]}}}}}
  d: {endpoints: {go: {do: {call: d.go}}}}
";
    let with_a_back = circle.replace("a: {endpoints: {", "a: {endpoints: {back: {do: ack2}, ");
    let with_a_back = with_a_back.replace("ack2", "{work: 1ms}");
    assert_eq!(
        warnings(&with_a_back),
        [
            "services.a.endpoints.go.do.call services wait for each other in a circle: a -> b -> a",
            "services.d.endpoints.go.do.call services wait for each other in a circle: d -> d",
        ]
    );
}

#[test]
fn a_timeout_that_outlasts_whoever_waits_for_the_answer_is_told() {
    let text = "
scenario: 1
title: Patience
clients: {shoppers: {arrivals: constant 1/s, do: {call: {to: shop.buy, with: [again, hasty]}}}}
services:
  shop: {endpoints: {buy: {do: {call: {to: bank.pay, with: slow}}}}}
  bank: {endpoints: {pay: {do: {work: 1ms}}}}
policies:
  again: {retry: {attempts: 2}}
  hasty: {timeout: 1s}
  slow: {chain: [again, patient]}
  patient: {timeout: 5s}
";
    assert_eq!(
        warnings(text),
        [
            "services.shop.endpoints.buy.do.call this time-out of 5s is longer than that of \
          `shoppers`, which gives up after 1s"
        ]
    );
    assert!(warnings(&text.replace("timeout: 5s", "timeout: 1s")).is_empty());
}

#[test]
fn what_a_document_of_a_newer_format_has_beyond_this_one_is_named_not_ignored() {
    let text = SHOP
        .replace("scenario: 1", "scenario: 2")
        .replace("seed: 7", "weather: rainy")
        .replace("instances: 2", "moons: 2");
    let found = Scenario::parse(&text).unwrap_err();
    let told = found.render(&text, "newer.yaml", Language::En);
    for part in [
        "written in format 2; this program reads format 1",
        "a newer version of the program reads it",
        "unknown field `weather`",
        "unknown field `moons`",
    ] {
        assert!(told.contains(part), "{told}");
    }
}

#[test]
fn a_document_without_a_version_is_told_which_one_to_write() {
    for text in ["title: Old\n", "scenario: 0\ntitle: Old\n"] {
        let found = Scenario::parse(text).unwrap_err();
        for language in [Language::En, Language::Ru] {
            let told = found.render(text, "old.yaml", language);
            assert!(told.contains("`scenario: 1`"), "{told}");
        }
    }
}
