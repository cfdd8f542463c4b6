//! What a service does around its instances: which of them gets a request, who is left out
//! because of its answers or its health, who is restarted, and how many there are.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use interplay_tests::{Finished, document, secs};
use sim_core::kernel::SimTime;
use sim_core::scenario::Scenario;
use sim_core::scenario::document::Language;
use sim_core::world::{Run, What};

/// Twelve users, each of whom asks a shop for its own things.
fn users_of(instances: &str, balance: &str, timeline: &str) -> String {
    let mut clients = String::new();
    for user in 1..=12 {
        let _ = writeln!(
            clients,
            "  user{user}: {{arrivals: constant 5/s, do: {{call: {{to: shop.buy, args: {{user: {user}}}}}}}}}"
        );
    }
    format!(
        "scenario: 1
title: Users
seed: 5
horizon: 40s
clients:
{clients}
services:
  shop:
    {instances}
    balance: {balance}
    endpoints: {{buy: {{in: {{user: int}}, do: {{work: 20ms}}}}, ping: {{do: {{work: 1ms}}}}}}
timeline: {timeline}
"
    )
}

/// Which instances of the shop took in requests, by who asked, from one moment to another.
fn asked(run: &Finished, from: SimTime, until: SimTime) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let names = &run.run.topology().entities;
    let records = run.trace.records();
    for record in records {
        let name = &names[record.entity.index()];
        if let What::MessageDelivered { message } = record.what
            && name.starts_with("shop")
            && (from..until).contains(&record.at)
        {
            let by = &names[records[message.0 as usize].entity.index()];
            found.entry(by.clone()).or_default().insert(name.clone());
        }
    }
    found
}

/// What is wrong with a document, as people read it.
fn wrong(text: &str, language: Language) -> String {
    let problems = match Scenario::parse(text) {
        Err(problems) => problems,
        Ok(scenario) => Run::start(&scenario, sim_core::kernel::Budgets::default())
            .expect_err("something is wrong"),
    };
    problems.render(text, "scenario", language)
}

#[test]
fn whoever_has_the_same_key_always_gets_the_same_instance() {
    let run = document(&users_of("instances: 4", "{hash: =user}", "[]")).run();
    let asked = asked(&run, secs(0), secs(40));
    assert_eq!(asked.len(), 12);
    assert!(
        asked.values().all(|instances| instances.len() == 1),
        "{asked:?}"
    );
    let used: BTreeSet<_> = asked.values().flatten().collect();
    assert!(used.len() >= 3, "{used:?}");
}

#[test]
fn an_instance_that_goes_gives_its_keys_away_and_nobody_elses_move() {
    let timeline = "[{at: 20s, scale: {shop: 3}}]";
    let run = document(&users_of("instances: 4", "{hash: =user}", timeline)).run();
    let (before, after) = (
        asked(&run, secs(0), secs(20)),
        asked(&run, secs(21), secs(40)),
    );
    let of_the_fourth = |instances: &BTreeSet<String>| instances.contains("shop.4");
    assert!(before.values().any(of_the_fourth), "{before:?}");
    assert!(!after.values().any(of_the_fourth));
    for (user, instances) in &before {
        assert!(
            of_the_fourth(instances) || after[user] == *instances,
            "{user}"
        );
    }
}

#[test]
fn a_request_without_a_key_goes_to_any_instance() {
    let text = users_of("instances: 4", "{hash: =user}", "[]").replace(
        "user1: {arrivals: constant 5/s, do: {call: {to: shop.buy, args: {user: 1}}}}",
        "user1: {arrivals: constant 5/s, do: {call: shop.ping}}",
    );
    let asked = asked(&document(&text).run(), secs(0), secs(40));
    assert_eq!(asked["user1"].len(), 4, "{asked:?}");
    assert_eq!(asked["user2"].len(), 1);
}

#[test]
fn a_key_that_no_endpoint_takes_is_told_in_both_languages() {
    let text = users_of("instances: 4", "{hash: =usr}", "[]");
    let english = wrong(&text, Language::En);
    assert!(
        english.contains("nothing here is called `usr`"),
        "{english}"
    );
    assert!(english.contains("did you mean `user`?"), "{english}");
    assert!(english.contains("services.shop.balance.hash"), "{english}");
    assert!(wrong(&text, Language::Ru).contains("`usr`"));
}
