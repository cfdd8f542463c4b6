//! How properties are judged, whatever their kind: from a run as from its trace, in bounded memory,
//! over many seeds; and what is told of those that do not hold.

use interplay_tests::shop::{SHOP, shop, with};
use interplay_tests::{assert_holds, document, for_seeds, secs};
use sim_core::kernel::{RecordId, SimDuration};
use sim_core::observe::Properties;
use sim_core::observe::properties::{Doubt, OverSeeds, Verdict};
use sim_core::scenario::Scenario;
use sim_core::world::{Record, What};

/// Every kind at once.
const ALL: [&str; 12] = [
    "slo: {slo: {of: people, p99: 100ms, error-rate: 1%}}",
    "window: {slo: {of: bank, p95: 22ms, over: 1s}}",
    "always: {always: busy(bank) < 1 or rate(people) over 3s > 5/s}",
    "never: {never: depth(mail.bills) > 0}",
    "eventually: {eventually: {expect: depth(mail.bills) == 0, within: 1s}}",
    "at: {at: {moment: 11s, expect: p99(people) over 2s < 50ms}}",
    "leads-to: {leads-to: {from: shop.buy, to: clerk.bills, within: 12ms}}",
    "no-loss: {no-loss: {from: mail.bills, to: clerk.bills, within: 50ms}}",
    "at-most: {at-most: {times: 0, of: bank, per: request}}",
    "in-order: {in-order: {of: mail.bills, per: request}}",
    "conserved: {conserved: messages}",
    "expectations: {expectations: people}",
];

#[test]
fn a_trace_that_is_gone_through_again_gives_the_same_verdicts_as_the_run() {
    let run = shop(&ALL);
    let mut properties = Properties::new(with(SHOP, &ALL).scenario.document(), run.run.topology());
    for record in run.trace.records() {
        properties.apply(record);
    }
    assert_eq!(properties.judged(run.run.now(), true), run.judged);
    let (streamed, _) = with(SHOP, &ALL).judged();
    assert_eq!(streamed, run.judged);
}

#[test]
fn what_is_said_halfway_does_not_change_what_is_said_in_the_end() {
    let run = shop(&ALL);
    let mut properties = Properties::new(with(SHOP, &ALL).scenario.document(), run.run.topology());
    for (place, record) in run.trace.records().iter().enumerate() {
        if place % 997 == 0 {
            properties.judged(record.at, false);
        }
        properties.apply(record);
    }
    assert_eq!(properties.judged(run.run.now(), true), run.judged);
}

#[test]
fn properties_change_neither_the_digest_nor_a_record() {
    let (plain, judged) = (document(SHOP).run(), shop(&ALL));
    assert_eq!(plain.digest, judged.digest);
    assert_eq!(plain.trace.records(), judged.trace.records());
    assert!(Properties::new(document(SHOP).scenario.document(), plain.run.topology()).is_empty());
}

#[test]
fn the_causes_of_a_violation_are_found_without_a_trace() {
    let setup = with(SHOP, &ALL);
    let (judged, run) = setup.judged();
    let traced = setup.run();
    let mut compared = 0;
    for property in &judged.properties {
        let record = property.violation().and_then(|violation| violation.record);
        if let Some(record) = record {
            assert_eq!(run.causes(record, 50), traced.trace.causes(record, 50));
            assert_eq!(run.causes(record, 2), traced.trace.causes(record, 2));
            compared += 1;
        }
    }
    assert!(compared >= 4, "{judged:?}");
}

#[test]
fn a_run_that_is_cut_short_proves_nothing_but_what_went_wrong_until_then() {
    let setup = with(
        SHOP,
        &[
            "up: {always: state(bank) == 'up'}",
            "short: {always: depth(mail.bills) < 100}",
        ],
    );
    let mut run = setup.start();
    let mut properties = Properties::new(setup.scenario.document(), run.topology());
    run.set_horizon(secs(12));
    run.finish(&mut properties);
    let judged = properties.judged(run.now(), false);
    assert!(judged.is_violated());
    assert_eq!(
        judged.property("short").map(|short| &short.verdict),
        Some(&Verdict::Inconclusive(Doubt::CutShort))
    );
}

#[test]
fn over_seeds_a_property_holds_for_some_and_the_first_others_are_named() {
    let setup = with(
        &SHOP.replace("constant 10/s", "poisson 10/s"),
        &[
            "calm: {always: depth(bank) <= 2}",
            "up: {at: {moment: 5s, expect: state(bank) == 'up'}}",
        ],
    );
    let mut over = OverSeeds::default();
    for seed in 0..30 {
        over.add(seed, &setup.clone().seed(seed).judged().0.rulings());
    }
    let calm = &over.properties[0];
    assert!(calm.held > 0 && calm.violated > 0, "{calm:?}");
    assert_eq!(calm.held + calm.violated + calm.inconclusive, 30);
    assert_eq!(over.first_violating(), calm.violating.first().copied());
    assert_eq!(over.properties[1].held, 30);
    for_seeds(&setup, 0..3, |run| assert_holds!(run, "up"));
}

#[test]
fn a_failure_tells_the_seed_the_moment_the_causes_and_a_link_that_leads_there() {
    let run = interplay_tests::document(&format!(
        "{SHOP}properties: {{up: {{always: state(bank) == 'up'}}}}\n"
    ))
    .seed(5)
    .run();
    let failed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run.assert_holds("up")))
        .expect_err("it does not hold");
    let message = failed.downcast_ref::<String>().expect("a message");
    for part in [
        "property `up` is violated: `state(bank) == 'up'` was wrong; state(bank) = \"down\"",
        "seed 5",
        "first at t=10s, 1 in all",
        "bank.1: up → down",
        "entry 1 of the timeline begins",
    ] {
        assert!(message.contains(part), "{part} in\n{message}");
    }
    let fragment = message.rsplit_once('#').expect("a link").1;
    let link = sim_core::scenario::share::Link::decode(fragment).expect("a link");
    let record = run.violation("up").record.expect("a record");
    assert_eq!(link.cursor, Some(u64::from(record.0) + 1));
    let sim_core::scenario::share::Source::Text(text) = link.source else {
        panic!("{:?}", link.source);
    };
    assert_eq!(document(&text).run().digest, run.digest);
}

#[test]
fn names_that_do_not_exist_are_told_with_their_place_and_the_nearest() {
    let refused = |property: &str| {
        let text = format!("{SHOP}properties: {{p: {property}}}\n");
        let found = Scenario::parse(&text).expect_err(property);
        found.render(&text, "shop", sim_core::scenario::document::Language::En)
    };
    for (property, parts) in [
        (
            "{always: depth(mail.bils) < 5}",
            ["`mail.bils`", "did you mean `mail.bills`?"],
        ),
        (
            "{always: busy(bnak) < 5}",
            ["`bnak`", "did you mean `bank`?"],
        ),
        (
            "{slo: {of: bank.paye, p99: 1s}}",
            ["`bank.paye`", "did you mean `bank.pay`?"],
        ),
        ("{always: bankk == 5}", ["`bankk`", "properties.p.always"]),
        (
            "{always: depth(people) < 5}",
            ["`people` has no `depth`", "properties.p.always"],
        ),
        (
            "{always: state(patience) == 'open'}",
            ["`patience` has no `state`", "properties.p.always"],
        ),
        (
            "{always: p99(mail.bills) < 5s}",
            ["`mail.bills` has no `p99`", "properties.p.always"],
        ),
        (
            "{leads-to: {from: bank.pai, to: mail.bills, within: 1s}}",
            ["`bank.pai`", "properties.p.leads-to.from"],
        ),
    ] {
        let rendered = refused(property);
        for part in parts {
            assert!(rendered.contains(part), "{part} in\n{rendered}");
        }
    }
}

#[test]
fn what_is_kept_in_mind_is_bounded_and_what_goes_beyond_is_never_held() {
    let setup = with(
        SHOP,
        &[
            "once: {at-most: {times: 1, of: people, per: request}}",
            "answered: {leads-to: {from: people, to: clerk.bills, within: 24h}}",
            "conserved: {conserved: messages}",
        ],
    );
    let run = setup.start();
    let mut properties = Properties::new(setup.scenario.document(), run.topology());
    let people = run.topology().node("people").expect("a client");
    let ended = |number: u32| Record {
        at: secs(3),
        entity: run.topology().nodes[people.index()].first_entity,
        cause: sim_core::world::Cause::NONE,
        what: match number % 2 {
            0 => What::JourneyEnded {
                began: RecordId(0),
                outcome: sim_core::world::Outcome::OK,
                took: SimDuration::ZERO,
            },
            _ => What::MessageDuplicated {
                of: RecordId(0),
                arrives: secs(40),
            },
        },
    };
    // A quarter of four million each, and more.
    let room = 1 << 20;
    for number in 0..2 * room {
        properties.apply(&ended(number));
    }
    let judged = properties.judged(secs(30), true);
    let verdict = |name: &str| judged.property(name).map(|judged| judged.verdict.clone());
    assert_eq!(verdict("once"), Some(Verdict::Held));
    assert_eq!(verdict("conserved"), Some(Verdict::Held));
    for number in 0..2 {
        properties.apply(&ended(number));
    }
    let judged = properties.judged(secs(30), true);
    for property in &judged.properties {
        assert_eq!(
            property.verdict,
            Verdict::Inconclusive(Doubt::TooMuch),
            "{}",
            property.name
        );
    }
}

#[test]
fn a_document_asks_for_no_more_than_can_be_kept_in_mind() {
    let many: Vec<String> = (0..101)
        .map(|number| format!("p{number}: {{never: busy(bank) > {number}}}"))
        .collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let text = |properties: &[&str]| format!("{SHOP}properties:\n  {}\n", properties.join("\n  "));
    assert!(Scenario::parse(&text(&many[..100])).is_ok());
    let refused = Scenario::parse(&text(&many)).expect_err("too many");
    assert!(refused.to_string().contains("at most 100"), "{refused}");
    let figures = vec!["busy(bank)"; 60].join(" + ");
    let long = vec![format!("{{never: {figures} > 5}}"); 5];
    let long: Vec<String> = long
        .iter()
        .enumerate()
        .map(|(n, p)| format!("p{n}: {p}"))
        .collect();
    let long: Vec<&str> = long.iter().map(String::as_str).collect();
    let refused = Scenario::parse(&text(&long)).expect_err("too many");
    assert!(refused.to_string().contains("at most 256"), "{refused}");
}

#[test]
fn a_scenario_of_the_page_is_held_to_properties_that_a_test_adds() {
    let slow = interplay_tests::scenario("slow-payment")
        .set("properties", "{fast: {slo: {of: shoppers, p99: 3s}}}");
    for_seeds(&slow, 0..3, |run| assert_holds!(run, "fast"));
}
