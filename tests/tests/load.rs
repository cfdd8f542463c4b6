//! Clients: open loads that come whatever happens, and closed ones that wait.

use interplay_tests::{document, secs};
use sim_core::world::What;

fn closed(users: u32, more: &str) -> String {
    format!(
        "scenario: 1\ntitle: Closed\nseed: 1\nhorizon: 60s\n\
         clients: {{regulars: {{users: {users}, think: 1s, do: {{call: desk.serve}}}}}}\n\
         services: {{desk: {{workers: {{blocking: 1}}, endpoints: {{serve: {{do: {{work: 500ms}}}}}}}}}}\n\
         links: {{default: {{latency: 0s}}}}\n{more}"
    )
}

#[test]
fn a_user_thinks_first_and_then_after_every_journey() {
    let run = document(&closed(1, "")).run();
    let began: Vec<u64> = run
        .trace
        .records()
        .iter()
        .filter(|record| record.what == What::JourneyBegan)
        .map(|record| record.at.as_nanos() / 1_000_000)
        .take(4)
        .collect();
    assert_eq!(began, [1_000, 2_500, 4_000, 5_500]);
}

#[test]
fn a_closed_load_is_never_more_than_its_users() {
    let run = document(&closed(7, "")).run();
    // One worker, half a second each from 1 s on, the last one at 60 s; everyone else waits.
    assert_eq!(run.client("regulars").journeys, 118);
    assert!(run.node("desk").max_waiting <= 6);
}

#[test]
fn users_who_come_in_between_begin_to_think_then() {
    let more = "timeline: [{at: 20s, for: 20s, set: {clients.regulars.users: 2}}]\n";
    let run = document(&closed(1, more)).run();
    let between = |from, to| {
        let records = run.trace.records().iter();
        records
            .filter(|record| record.what == What::JourneyBegan)
            .filter(|record| secs(from) <= record.at && record.at < secs(to))
            .count()
    };
    // One user begins a journey every 1.5 s; two hardly meet.
    assert_eq!(between(0, 18), 12);
    assert!(between(21, 39) >= 23, "{}", between(21, 39));
    assert!(between(42, 60) <= 12);
}

#[test]
fn whoever_never_gets_an_answer_never_comes_again() {
    let more = "timeline: [{at: 0s, set: {links.default.loss: 100%}}]\n";
    let run = document(&closed(3, more)).run();
    assert_eq!(run.count(|what| *what == What::JourneyBegan), 3);
}

#[test]
fn one_more_user_leaves_the_journeys_of_the_others_where_they_were() {
    let drawn = |users: u32| {
        let text = format!(
            "scenario: 1\ntitle: Closed\nseed: 1\nhorizon: 30s\n\
             clients: {{regulars: {{users: {users}, think: {{exponential: 1s}}, do: {{wait: {{exponential: 1s}}}}}}}}\n"
        );
        let run = document(&text).run();
        let ended = run.trace.records().iter();
        ended
            .filter(|record| matches!(record.what, What::JourneyEnded { .. }))
            .map(|record| record.at)
            .collect::<Vec<_>>()
    };
    let (three, four) = (drawn(3), drawn(4));
    assert!(three.len() < four.len());
    assert!(three.iter().all(|moment| four.contains(moment)));
}

#[test]
fn a_burst_begins_its_journeys_in_one_moment() {
    let run = document(
        "scenario: 1\ntitle: Burst\nseed: 1\nhorizon: 25s\n\
         clients: {crowd: {arrivals: {burst: {size: 50, every: 10s}}, do: {wait: 1s}}}\n",
    )
    .run();
    let moments: std::collections::BTreeMap<_, usize> = run
        .trace
        .records()
        .iter()
        .filter(|record| record.what == What::JourneyBegan)
        .fold(std::collections::BTreeMap::new(), |mut moments, record| {
            *moments.entry(record.at).or_default() += 1;
            moments
        });
    assert_eq!(
        moments.into_iter().collect::<Vec<_>>(),
        [(secs(10), 50), (secs(20), 50)]
    );
    assert_eq!(
        run.client("crowd").max,
        sim_core::kernel::SimDuration::from_secs(1)
    );
}
