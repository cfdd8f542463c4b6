//! What views draw is held against the engine's own state.

use interplay_tests::random::any_document;
use interplay_tests::{all_scenarios, document};
use proptest::prelude::*;
use sim_core::kernel::{EntityId, SimTime};
use sim_core::observe::{Cursor, Overview, Picture, waiting_in};
use sim_core::world::{NodeKind, Run};

/// Every gauge of the picture equals the engine's at the same cursor.
fn assert_equal_at(run: &Run, picture: &Picture, name: &str) {
    let simulation = run.at_cursor(picture.cursor);
    assert_eq!(
        simulation.records(),
        picture.cursor.0,
        "{name}: the cursor lies between two events"
    );
    let topology = run.topology();
    for (place, state) in picture.entities.iter().enumerate() {
        let node = &topology.nodes[topology.node_of[place].index()];
        let mut engine = simulation.model.gauges(EntityId(place as u32));
        if matches!(node.kind, NodeKind::Hand | NodeKind::Client) {
            engine.busy = 0;
        }
        let seen = (
            state.condition,
            state.busy,
            state.waiting,
            state.ready,
            state.unacked,
            state.consumers,
        );
        let is = (
            engine.condition,
            engine.busy,
            engine.waiting,
            engine.ready,
            engine.unacked,
            engine.consumers,
        );
        assert_eq!(
            seen, is,
            "{name}: {} at {}",
            topology.entities[place], picture.at
        );
    }
    assert_eq!(
        picture.flights.len(),
        simulation.model.messages_in_flight(),
        "{name} at {}",
        picture.at
    );
}

#[test]
fn the_picture_at_any_keyframe_and_between_them_is_the_state_of_the_engine() {
    for (name, text) in all_scenarios() {
        let finished = document(&text).run();
        let mut checked = 0;
        for frame in finished.run.keyframes().frames() {
            assert_equal_at(
                &finished.run,
                &finished.trace.picture(Cursor(frame.records())),
                &name,
            );
            checked += 1;
        }
        // Between keyframes: where the clock moves on, all records of an event are in.
        let records = finished.trace.records();
        for part in 1..20 {
            let mut cursor = records.len() * part / 20;
            while cursor < records.len() && records[cursor].at == records[cursor - 1].at {
                cursor += 1;
            }
            assert_equal_at(
                &finished.run,
                &finished.trace.picture(Cursor(cursor as u32)),
                &name,
            );
            checked += 1;
        }
        assert!(checked >= 20, "{name}");
    }
}

#[test]
fn the_overview_counts_what_the_pictures_count() {
    for (name, text) in all_scenarios() {
        let finished = document(&text).run();
        let horizon = finished.run.horizon().since(SimTime::ZERO);
        let mut overview = Overview::new(horizon, 60);
        let mut most = vec![0; 61];
        let entities = finished.run.topology().entities.len();
        let mut picture = Picture::new(entities);
        for record in finished.trace.records() {
            overview.apply(record);
            picture.apply(record);
            let bucket = (record.at.as_nanos() / overview.span().as_nanos()) as usize;
            most[bucket] = most[bucket].max(waiting_in(&picture));
        }
        for (bucket, most) in overview.buckets().iter().zip(most) {
            assert!(bucket.waiting >= most, "{name}");
        }
        let done: u64 = overview
            .buckets()
            .iter()
            .map(|bucket| u64::from(bucket.done + bucket.failed))
            .sum();
        let clients = finished
            .run
            .topology()
            .nodes
            .iter()
            .filter(|node| matches!(node.kind, NodeKind::Client | NodeKind::Hand));
        let ended: u64 = clients
            .map(|node| &picture.entities[node.first_entity.index()])
            .map(|state| state.done + state.failed)
            .sum();
        assert_eq!(done, ended, "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 30, ..ProptestConfig::default() })]
    #[test]
    fn in_random_scenarios_too(text in any_document()) {
        let finished = document(&text).run();
        let records = finished.trace.records();
        for part in 1..12 {
            let mut cursor = records.len() * part / 12;
            while cursor > 0 && cursor < records.len() && records[cursor].at == records[cursor - 1].at {
                cursor += 1;
            }
            assert_equal_at(&finished.run, &finished.trace.picture(Cursor(cursor as u32)), "random");
        }
    }
}
