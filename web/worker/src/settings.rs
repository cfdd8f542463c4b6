//! Settings: what can be turned of anything, also what its author did not expose.
//!
//! Paths of the document flow in; every quantity below them flows out as a knob whose two ends
//! have been tried, so that turning it never breaks the document.

use interplay_protocol::KnobView;
use sim_core::scenario::document::Text;
use sim_core::scenario::{Node, Quantity, Scenario, SettingPath};

use crate::stage;

/// So many values may be read again to try the ends of knobs: a few frames of work.
const MOST_WORK: usize = 300_000;
/// Fields whose numbers are no settings: answers, names, patches.
const NO_SETTINGS: [&str; 12] = [
    "reply", "fail", "status", "at", "http", "title", "versions", "with", "type", "row", "key",
    "label",
];
/// What a service has if nothing is written; see docs/scenario.md.
const UNWRITTEN: [(&str, &str); 3] = [
    ("instances", "1"),
    ("workers.blocking", "200"),
    ("workers.queue", "100"),
];

/// The settings of `scenario` below some paths; `original` has their authors' values.
pub(crate) fn below(original: &Scenario, scenario: &Scenario, paths: &[String]) -> Vec<KnobView> {
    let mut found = Vec::new();
    for path in paths {
        let written = setting(scenario, path);
        if let Some(node) = written {
            collect(node, path, &mut found);
        }
        if is_a_service(path) {
            for (field, value) in UNWRITTEN {
                let path = format!("{path}.{field}");
                let other = path.replace("blocking", "async");
                let quantity = Quantity::parse(value);
                if let Some(quantity) = quantity.filter(|_| {
                    setting(scenario, &path).is_none() && setting(scenario, &other).is_none()
                }) {
                    found.push((path, quantity));
                }
            }
        }
    }
    let mut work = 0;
    let size = scenario.tree().count() * 2;
    found
        .into_iter()
        .filter_map(|(path, now)| {
            work += size;
            (work <= MOST_WORK)
                .then(|| view(original, scenario, path, &now))
                .flatten()
        })
        .collect()
}

fn is_a_service(path: &str) -> bool {
    let name = path.strip_prefix("services.");
    name.is_some_and(|name| !name.contains('.'))
}

fn setting<'s>(scenario: &'s Scenario, path: &str) -> Option<&'s Node> {
    scenario.setting(&path.parse::<SettingPath>().ok()?)
}

fn collect(node: &Node, path: &str, found: &mut Vec<(String, Quantity)>) {
    if let Some(quantity) = Quantity::of(node) {
        found.push((path.to_owned(), quantity));
    } else if let Some(map) = node.as_map() {
        for entry in &map.entries {
            let is_setting = !NO_SETTINGS.contains(&entry.key.as_str())
                // When something happens is a setting of what happens.
                || (entry.key == "at" && path.starts_with("timeline."));
            if is_setting && !entry.key.contains('.') {
                collect(&entry.value, &format!("{path}.{}", entry.key), found);
            }
        }
    } else if let Some(list) = node.as_list() {
        for (place, item) in list.iter().enumerate() {
            collect(item, &format!("{path}.{place}"), found);
        }
    }
}

/// The knob of a setting, if it has two ends between which it can be turned.
fn view(
    original: &Scenario,
    scenario: &Scenario,
    path: String,
    now: &Quantity,
) -> Option<KnobView> {
    let author = setting(original, &path)
        .and_then(Quantity::of)
        .filter(|author| author.is_like(now))
        .unwrap_or_else(|| now.clone());
    let value = now.in_base_units() / author.with_number(1.0).in_base_units();
    let (from, to, step) = range(&path, &author);
    // Whoever is beyond the ends already can come back.
    let (from, to) = (from.min(value), to.max(value));
    let holds = |number: f64| {
        let change = (path.parse().ok()?, author.with_number(number).to_node());
        scenario.patched(&[change]).ok()
    };
    let from = if holds(from).is_some() { from } else { value };
    let to = if holds(to).is_some() { to } else { value };
    let later = path
        .parse()
        .map(|path| stage::later(&path, scenario, &author))
        .unwrap_or_default();
    (to > from).then(|| KnobView {
        path,
        label: Text::default(),
        prefix: author.prefix.clone(),
        unit: author.unit.clone(),
        value,
        original: author.number,
        from,
        to,
        step,
        later,
    })
}

/// From where to where a value is worth turning, and in which steps.
fn range(path: &str, author: &Quantity) -> (f64, f64, f64) {
    let value = author.number.abs();
    match author.unit.as_str() {
        "%" => (0.0, 100.0, if value < 1.0 { 0.1 } else { 1.0 }),
        "" => {
            let is_share = value.fract() > 0.0 && value < 1.0;
            if is_share {
                (0.0, 1.0, 0.01)
            } else {
                let least = if path.ends_with("queue") { 0.0 } else { 1.0 };
                let to = round_up(value * 4.0).max(10.0);
                (least, to, (to / 100.0).floor().max(1.0))
            }
        }
        _ if value > 0.0 => {
            let to = round_up(value * 4.0);
            (to / 100.0, to, to / 100.0)
        }
        _ => (0.0, 1.0, 0.01),
    }
}

/// The least of 1, 2, 5, 10, 20 … that is not less.
fn round_up(value: f64) -> f64 {
    let decade = 10_f64.powi(value.max(1e-9).log10().floor() as i32);
    let digit = [1.0, 2.0, 5.0, 10.0].into_iter();
    let mut rounded = digit.map(|digit| digit * decade);
    rounded.find(|it| *it >= value * 0.999_999).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: &str = "
scenario: 1
title: Shop
clients:
  people: {arrivals: poisson 5/s, do: {call: {to: shop.buy, with: patience}}}
services:
  shop: {workers: {blocking: 8}, endpoints: {buy: {do: [work: {exponential: 60ms}, {choose: [{chance: 2%, do: {reply: 402}}, {do: {reply: 200}}]}]}}}
policies: {patience: {timeout: 600ms}}
knobs: {patience: {set: policies.patience.timeout, from: 1ms, to: 3s}}
";

    fn found(text: &str, path: &str) -> Vec<KnobView> {
        let scenario = Scenario::parse(text).unwrap();
        below(&scenario, &scenario, &[path.to_owned()])
    }

    fn paths(text: &str, path: &str) -> Vec<String> {
        found(text, path)
            .into_iter()
            .map(|knob| knob.path)
            .collect()
    }

    #[test]
    fn the_settings_of_a_service_are_what_is_written_and_what_is_there_anyway() {
        let paths = paths(SHOP, "services.shop");
        assert!(paths.contains(&"services.shop.workers.blocking".to_owned()));
        assert!(paths.contains(&"services.shop.instances".to_owned()));
        assert!(paths.contains(&"services.shop.workers.queue".to_owned()));
        assert!(
            paths.iter().any(|path| path.ends_with("work.exponential")),
            "{paths:?}"
        );
        assert!(
            !paths.iter().any(|path| path.contains("reply")),
            "{paths:?}"
        );
    }

    #[test]
    fn both_ends_of_every_knob_hold_and_its_value_lies_between() {
        let scenario = Scenario::parse(SHOP).unwrap();
        for path in ["services.shop", "clients.people", "policies.patience"] {
            let knobs = found(SHOP, path);
            assert!(!knobs.is_empty(), "{path}");
            for knob in knobs {
                assert!((knob.from..=knob.to).contains(&knob.value), "{knob:?}");
                for end in [knob.from, knob.to] {
                    let value = Node::scalar(format!("{}{end}{}", knob.prefix, knob.unit));
                    let change = (knob.path.parse().unwrap(), value);
                    assert!(scenario.patched(&[change]).is_ok(), "{} {end}", knob.path);
                }
            }
        }
    }

    #[test]
    fn a_setting_that_was_turned_keeps_its_range_and_its_authors_value() {
        let original = Scenario::parse(SHOP).unwrap();
        let path = "policies.patience.timeout";
        let change = (path.parse().unwrap(), Node::scalar("1.2s"));
        let turned = original.patched(&[change]).unwrap();
        let below = |scenario| below(&original, scenario, &["policies.patience".to_owned()]);
        let (before, after) = (&below(&original)[0], &below(&turned)[0]);
        assert!((after.value - 1_200.0).abs() < 1e-6, "{after:?}");
        assert!((after.original - 600.0).abs() < 1e-6);
        assert_eq!((before.from, before.to), (after.from, after.to));
    }

    #[test]
    fn a_path_that_leads_nowhere_has_no_settings() {
        assert!(found(SHOP, "services.nobody").is_empty());
        assert!(found(SHOP, "..").is_empty());
    }
}
