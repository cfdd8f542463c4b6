//! Documents that are right: the hard scenarios, JSON, changes by path, hostile text.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use sim_core::kernel::{SimDuration, SimTime};
use sim_core::scenario::document::{
    Action, Arrivals, DurationDistribution, Fault, Happening, Language, Load, OutcomeMatch, Policy,
    RetryWait, WorkerMode,
};
use sim_core::scenario::{Feature, Node, Problem, Quantity, Scenario, SettingPath};

const SHOP: &str = include_str!("scenarios/shop.yaml");

const HARD: [(&str, &str, &[Feature]); 4] = [
    (
        "every-section",
        include_str!("../../tests/scenarios/hard/every-section.yaml"),
        &[Feature::Outbox, Feature::Kafka, Feature::Exchanges],
    ),
    (
        "choreographed-saga",
        include_str!("../../tests/scenarios/hard/choreographed-saga.yaml"),
        &[
            Feature::Outbox,
            Feature::Once,
            Feature::Kafka,
            Feature::Sagas,
            Feature::Seek,
        ],
    ),
    (
        "graphql-n-plus-1",
        include_str!("../../tests/scenarios/hard/graphql-n-plus-1.yaml"),
        &[Feature::GraphQl, Feature::Loader],
    ),
    (
        "event-sourced-account",
        include_str!("../../tests/scenarios/hard/event-sourced-account.yaml"),
        &[
            Feature::Aggregates,
            Feature::Projections,
            Feature::EventStreams,
            Feature::Rebuild,
            Feature::Figures,
        ],
    ),
];

fn shop() -> Scenario {
    Scenario::parse(SHOP).unwrap_or_else(|found| panic!("{found}"))
}

fn path(text: &str) -> SettingPath {
    text.parse().unwrap()
}

#[test]
fn the_hard_scenarios_hold_together_and_say_what_they_need() {
    for (name, text, features) in HARD {
        let scenario = Scenario::parse(text).unwrap_or_else(|found| panic!("{name}: {found}"));
        assert!(
            scenario.warnings().is_empty(),
            "{name}: {}",
            scenario.warnings()
        );
        let needs = scenario.runnable().unwrap_err();
        for feature in features {
            let told = needs.iter().filter(
                |need| matches!(&need.problem, Problem::NotRunnable { feature: told, .. } if told == feature),
            );
            assert_eq!(told.count(), 1, "{name} needs {feature}: {needs}");
        }
        for need in &needs {
            assert!(
                need.message(Language::En)
                    .starts_with("not yet runnable: needs "),
                "{need:?}"
            );
            assert!(need.span.line > 1 && !need.path.is_empty(), "{need:?}");
        }
    }
}

#[test]
fn a_document_says_what_was_written() {
    let shop = shop();
    let document = shop.document();
    assert_eq!(document.title.get(Language::Ru), "Магазин");
    assert_eq!(
        (document.seed, document.horizon),
        (7, SimDuration::from_secs(60))
    );
    let Load::Open(Arrivals::Poisson(rate)) = document.clients["shoppers"].load else {
        panic!()
    };
    assert!((rate.as_per_second() - 40.0).abs() < f64::EPSILON);
    let orders = &document.services["orders"];
    assert_eq!(
        (
            orders.workers.mode,
            orders.workers.count,
            orders.workers.queue
        ),
        (WorkerMode::Blocking, 32, 100)
    );
    let steps = &orders.endpoints["place"].steps;
    assert_eq!(steps.len(), 4);
    assert!(matches!(
        steps[0].action,
        Action::Work(DurationDistribution::Lognormal { .. })
    ));
    assert_eq!(steps[1].label.as_ref().unwrap().as_str(), "pay");
    let Action::Call(call) = &steps[1].action else {
        panic!()
    };
    let branches: Vec<OutcomeMatch> = call.then.iter().map(|(outcome, _)| *outcome).collect();
    assert_eq!(branches, [OutcomeMatch::Declined, OutcomeMatch::Timeout]);
    let shipping = &document.services["shipping"].subscriptions["parcels"];
    assert_eq!(
        (
            shipping.prefetch,
            shipping.handlers.len(),
            shipping.otherwise.is_some()
        ),
        (Some(10), 1, true)
    );
    assert_eq!(
        document.services["payment"].workers.queue, 100,
        "what is left out has its default"
    );
    let Policy::Retry(retry) = &document.policies["again"] else {
        panic!()
    };
    assert_eq!(
        retry.wait,
        RetryWait::Exponential {
            base: SimDuration::from_secs(1),
            factor: 2.0,
            cap: None
        }
    );
    assert_eq!(retry.only, [OutcomeMatch::Error, OutcomeMatch::Timeout]);
    let entry = &document.timeline[1];
    assert_eq!(entry.at, SimTime::from_nanos(20_000_000_000));
    let Happening::Fault(Fault::Crash(target)) = &entry.what else {
        panic!()
    };
    assert_eq!(
        (target.service.as_str(), target.instance),
        ("shipping", Some(3))
    );
}

#[test]
fn the_same_document_in_json_is_the_same_document() {
    let json = json(shop().tree());
    assert!(
        serde_json::from_str::<serde_json::Value>(&json).is_ok(),
        "{json}"
    );
    assert_eq!(
        Scenario::parse(&json).unwrap().document(),
        shop().document()
    );
}

/// A tree as JSON, every scalar in quotes.
fn json(node: &Node) -> String {
    if let Some(text) = node.as_text() {
        return serde_json::to_string(text).unwrap();
    }
    if let Some(list) = node.as_list() {
        return format!(
            "[{}]",
            list.iter().map(json).collect::<Vec<_>>().join(",\n\t")
        );
    }
    let entry = |entry: &sim_core::scenario::tree::Entry| {
        format!(
            "{}: {}",
            serde_json::to_string(&entry.key).unwrap(),
            json(&entry.value)
        )
    };
    format!(
        "{{{}}}",
        node.as_map()
            .unwrap()
            .entries
            .iter()
            .map(entry)
            .collect::<Vec<_>>()
            .join(",\n\t")
    )
}

#[test]
fn a_change_by_path_leaves_the_rest_of_the_text_alone() {
    let patience = path("policies.patience.timeout");
    let changed = shop()
        .patched(&[(patience.clone(), Node::scalar("50ms"))])
        .unwrap();
    assert_eq!(
        changed.text(),
        SHOP.replace("patience: {timeout: 2s}", "patience: {timeout: 50ms}")
    );
    assert_eq!(changed.setting(&patience).unwrap().as_text(), Some("50ms"));
    let both = shop()
        .patched(&[
            (
                path("services.orders.endpoints.place.do.pay.call.with"),
                Node::scalar("guarded"),
            ),
            (path("services.shipping.workers.async"), Node::scalar("4")),
            (path("links.last-mile"), Node::scalar("none")),
        ])
        .unwrap();
    assert!(both.text().contains("a comment that survives"));
    assert!(both.document().links.named.is_empty());
    assert_eq!(
        both.document().services["shipping"].workers.mode,
        WorkerMode::Async
    );
}

#[test]
fn a_change_that_leads_nowhere_or_breaks_the_document_is_refused_with_the_reason() {
    let refused = |at: &str, value: &str| {
        shop()
            .patched(&[(path(at), Node::scalar(value))])
            .unwrap_err()
            .to_string()
    };
    assert!(refused("policies.patiense.timeout", "1s").contains("`patiense` leads nowhere"));
    assert!(refused("policies.patience.timeout", "0s").contains("out of range"));
    assert!(refused("policies.patience.timeuot", "1s").contains("unknown field `timeuot`"));
    assert!(refused("services.orders", "none").contains("there is no"));
    assert!("a..b".parse::<SettingPath>().is_err());
}

#[test]
fn a_policy_taken_away_does_nothing_for_everyone_who_names_it() {
    let changed = shop()
        .patched(&[(path("policies.again"), Node::scalar("none"))])
        .unwrap();
    assert_eq!(changed.document().policies["again"], Policy::None);
    changed.runnable().unwrap();
}

#[test]
fn what_a_default_says_can_be_asked_for_and_changed_for_one_thing() {
    let text = SHOP.replace(
        "services:\n",
        "services:\n  default: {workers: {queue: 9}}\n",
    );
    let scenario = Scenario::parse(&text).unwrap();
    let queue = path("services.shipping.workers.queue");
    assert_eq!(scenario.setting(&queue).unwrap().as_text(), Some("9"));
    let changed = scenario
        .patched(&[(queue.clone(), Node::scalar("3"))])
        .unwrap();
    assert_eq!(changed.document().services["shipping"].workers.queue, 3);
    assert_eq!(changed.document().services["payment"].workers.queue, 9);
}

#[test]
fn every_knob_can_be_turned_to_both_ends() {
    let shop = shop();
    for knob in shop.document().knobs.values() {
        let written = Quantity::of(shop.setting(&knob.set).unwrap()).unwrap();
        for end in [&knob.from, &knob.to] {
            let end = Quantity::of(end).unwrap();
            assert!(end.is_like(&written));
            let turned = shop.patched(&[(knob.set.clone(), end.to_node())]).unwrap();
            assert_eq!(turned.setting(&knob.set), Some(&end.to_node()));
        }
    }
}

/// So many lines, each different.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect::<Vec<_>>().concat()
}

#[test]
#[expect(
    clippy::disallowed_types,
    reason = "this measures the reader, not a run"
)]
fn a_hostile_document_is_refused_in_time() {
    let knobs = lines(2_000, |n| {
        format!("  k{n}: {{set: seed, from: 1, to: 2}}\n")
    });
    let lost = lines(4_000, |n| {
        format!("  k{n}: {{set: a.b{n}, from: 1, to: 2}}\n")
    });
    let variants = lines(2_000, |n| format!("  v{n}: {{seed: {n}}}\n"));
    let chain = lines(3_000, |n| {
        format!("  p{n}: {{chain: [p{}, p{}]}}\n", (n + 1) % 3_000, n / 2)
    });
    let services = lines(5_000, |n| format!("  s{n}:\n"));
    let names = lines(8_000, |n| {
        format!("  a-policy-with-a-long-name-{n:05}: {{timeout: 1s}}\n")
    });
    let wrong = lines(8_000, |n| format!("x-policy-with-a-long-name-{n:05},"));
    let fields = lines(16_000, |n| format!("f{n}: 1,"));
    let big = "k".repeat(500_000);
    for text in [
        format!("scenario: 1\nknobs:\n{knobs}variants:\n{variants}"),
        format!("scenario: 1\nknobs:\n{lost}"),
        format!("scenario: 1\npolicies:\n{chain}"),
        format!(
            "scenario: 1\nservices:\n  default: {{endpoints: {{e: {{do: [{}]}}}}}}\n{services}",
            "ack,".repeat(5_000)
        ),
        format!("scenario: 1\npolicies:\n{names}  all: {{chain: [{wrong}]}}\n"),
        format!("scenario: 1\nservices: {{default: {{{fields}}}, a: {{{fields}}}}}\n"),
        format!("scenario: 1\n{big}: {{{fields}}}\n"),
        format!("scenario: 1\n{}: 1\n", "x".repeat(2_000)),
        format!("scenario: 1\n{}", "x: ".repeat(1_000)),
        format!("scenario: 1\na: {{{}}}", "b: 1, ".repeat(10_000)),
        format!(
            "scenario: 1\nservices: {{a: {{endpoints: {{e: {{do: {}}}}}}}}}",
            "{parallel: [".repeat(60)
        ),
    ] {
        let start = std::time::Instant::now();
        // Two thousand knobs of nothing are odd but right; all the others are refused.
        if let Err(found) = Scenario::parse(&text) {
            assert!(found.len() <= sim_core::scenario::limits::MAX_DIAGNOSTICS);
            let rendered = found.render(&text, "hostile.yaml", Language::Ru);
            assert!(rendered.len() < 1 << 20, "{}", rendered.len());
        } else {
            assert!(text.contains("set: seed"), "{}", &text[..60]);
        }
        let took = start.elapsed();
        // A laptop needs a tenth of it, unoptimised; minutes would be a frozen page.
        assert!(
            took.as_secs() < 20,
            "{took:?} for {}",
            text.chars().take(80).collect::<String>()
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_damage_to_a_document_makes_it_panic(
        which in 0..HARD.len(),
        at in any::<prop::sample::Index>(),
        length in 0..40_usize,
        by in prop_oneof![
            Just(String::new()),
            prop::sample::select(vec![
                "none", "0", "-1", "1e308", "NaN", "99999999999999999999", "{", "}", "[", ":", "\n", "=", "='", "a.b", "default",
                "*x", "&x", "10000000", "1000000000h", "{default: {default: 1}}", "\"", "ё",
            ]).prop_map(str::to_owned),
            "(?s).{0,12}",
        ],
    ) {
        let text = HARD[which].1;
        let start = text.floor_char_boundary(at.index(text.len()));
        let end = text.floor_char_boundary((start + length).min(text.len()));
        let damaged = format!("{}{by}{}", &text[..start], &text[end..]);
        if let Err(found) = Scenario::parse(&damaged) {
            prop_assert!(!found.is_empty());
            let _ = found.render(&damaged, "damaged.yaml", Language::En);
            let _ = found.shown(Language::Ru);
        }
    }
}
