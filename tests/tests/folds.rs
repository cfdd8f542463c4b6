//! What views draw is held against the engine's own state.

use interplay_tests::random::any_document;
use interplay_tests::{all_scenarios, document, golden_scenarios};
use proptest::prelude::*;
use sim_core::kernel::{EntityId, RecordId, SimDuration, SimTime};
use sim_core::observe::{
    Band, Cursor, Lanes, Machine, MachineState, MarkKind, Overview, Picture, waiting_in,
};
use sim_core::resilience::breaker::State;
use sim_core::world::{Condition, GuardId, NodeKind, Run};

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
            (state.transactions, state.locked, state.rows),
            state.consumers,
            (state.ejected, state.unready),
        );
        let is = (
            engine.condition,
            engine.busy,
            engine.waiting,
            engine.ready,
            engine.unacked,
            (engine.transactions, engine.locked, engine.rows),
            engine.consumers,
            (engine.ejected, engine.unready),
        );
        assert_eq!(
            seen, is,
            "{name}: {} at {}",
            topology.entities[place], picture.at
        );
    }
    for place in 0..topology.guards.len() {
        let guard = GuardId(place as u32);
        if let Some(state) = simulation.model.breaker_state(guard) {
            let seen = picture.breakers.get(&guard);
            let seen = seen.map_or(State::Closed, |gauge| gauge.state);
            assert_eq!(seen, state, "{name}: {guard:?} at {}", picture.at);
        }
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
    for (name, text) in golden_scenarios() {
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

#[test]
fn marks_and_bands_are_what_a_direct_count_finds_and_never_many() {
    for (name, text) in all_scenarios() {
        let finished = document(&text).run();
        let topology = finished.run.topology();
        let horizon = finished.run.horizon().since(SimTime::ZERO);
        let mut lanes = Lanes::of_run(topology, horizon, 60);
        let records = finished.trace.records();
        for (id, record) in records.iter().enumerate() {
            lanes.apply(RecordId(id as u32), record);
        }
        for kind in MarkKind::ALL {
            let of_kind =
                |record: &&sim_core::world::Record| MarkKind::of(&record.what) == Some(kind);
            let marks = lanes.marks.marks().iter().filter(|mark| mark.kind == kind);
            let counted: usize = marks.clone().map(|mark| mark.count as usize).sum();
            assert_eq!(
                counted,
                records.iter().filter(of_kind).count(),
                "{name}: {kind:?}"
            );
            assert!(marks.clone().count() <= 60 * 4 + 1, "{name}: {kind:?}");
            for mark in marks {
                let first = &records[mark.record.0 as usize];
                assert_eq!(first.at, mark.first, "{name}: {kind:?}");
                assert!(of_kind(&first), "{name}: {kind:?}");
            }
        }
        let closely = Lanes::starting(
            topology,
            &Picture::new(topology.entities.len()),
            SimTime::ZERO,
            SimDuration::from_nanos(1),
        );
        let mut bands = closely.bands;
        let mut picture = Picture::new(topology.entities.len());
        for record in records {
            bands.apply(record);
            picture.apply(record);
            if MarkKind::of(&record.what) != Some(MarkKind::State) {
                continue;
            }
            for (place, node) in topology.nodes.iter().enumerate() {
                let machine = Machine::Node(sim_core::world::NodeId(place as u32));
                let mut open = bands
                    .bands()
                    .iter()
                    .filter(|band| band.machine == machine && band.to.is_none());
                let first = node.first_entity.index();
                let of_node = &picture.entities[first..first + node.entities as usize];
                let unwell = |state: &&sim_core::observe::EntityState| {
                    !matches!(state.condition, Condition::Up | Condition::Absent)
                };
                let unwell: Vec<_> = of_node.iter().filter(unwell).collect();
                match open.next() {
                    None => assert!(unwell.is_empty(), "{name}: {} at {}", node.name, record.at),
                    Some(Band {
                        state: MachineState::Breaker(state),
                        ..
                    }) => panic!("{name}: a node is a breaker: {state:?}"),
                    Some(Band {
                        state: MachineState::Condition { worst, instances },
                        ..
                    }) => {
                        let so = unwell
                            .iter()
                            .filter(|state| state.condition == *worst)
                            .count();
                        assert_eq!(
                            so, *instances as usize,
                            "{name}: {} at {}",
                            node.name, record.at
                        );
                        assert!(so > 0);
                    }
                }
                assert_eq!(open.next(), None, "{name}: a machine is in one state");
            }
        }
    }
}

#[test]
fn figures_measure_what_the_pictures_show() {
    for (name, text) in golden_scenarios() {
        let finished = document(&text).run();
        let topology = finished.run.topology();
        let (from, to) = (finished.summary.from, finished.summary.to);
        let mut picture = Picture::new(topology.entities.len());
        // By entity: nanoseconds of worker time and of waiting time.
        let mut held = vec![(0_u128, 0_u128); topology.entities.len()];
        // And of being there, which everybody is before the first record.
        let begins = finished
            .trace
            .records()
            .first()
            .map_or(to, |record| record.at);
        let begins = u128::from(begins.since(from).as_nanos());
        let mut there = vec![begins; topology.entities.len()];
        let ends = finished.trace.records().iter().map(|record| record.at);
        let ends = ends.skip(1).chain([to]);
        for (record, until) in finished.trace.records().iter().zip(ends) {
            picture.apply(record);
            let span = u128::from(until.since(record.at.max(from)).as_nanos());
            for (held, state) in held.iter_mut().zip(&picture.entities) {
                held.0 += span * u128::from(state.busy);
                held.1 += span * u128::from(state.waiting + state.ready);
            }
            for (there, state) in there.iter_mut().zip(&picture.entities) {
                *there += span * u128::from(state.condition != Condition::Absent);
            }
        }
        assert_eq!(finished.summary.ledger, picture.ledger, "{name}");
        assert_eq!(finished.summary.in_flight, picture.flights.len() as u64);
        let span = to.since(from).as_nanos() as f64;
        for node in &finished.summary.nodes {
            let place = topology.node(&node.name).expect("it is there");
            let described = &topology.nodes[place.index()];
            let first = described.first_entity.index();
            let of_node = &held[first..first + described.entities as usize];
            let waiting: u128 = of_node.iter().map(|held| held.1).sum();
            let busy: u128 = of_node.iter().map(|held| held.0).sum();
            assert!(
                (node.mean_waiting - waiting as f64 / span).abs() < 1e-9,
                "{name}: {}",
                node.name
            );
            let there: u128 = there[first..first + described.entities as usize]
                .iter()
                .sum();
            if let NodeKind::Service { workers, .. } | NodeKind::External { workers, .. } =
                described.kind
            {
                let capacity = there as f64 * f64::from(workers);
                let share = node.utilisation.expect("it has workers");
                assert!(
                    (share - busy as f64 / capacity).abs() < 1e-9,
                    "{name}: {}",
                    node.name
                );
            }
        }
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
