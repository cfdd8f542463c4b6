//! What holds of a store whatever its sessions do, in whatever order.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::tests::{Ask, Bench, STOCK, Shop, item, left, sku};
use super::*;
use crate::data::statement::{Fields, Rows, Statement};

const SESSIONS: u64 = 5;

fn isolation() -> impl Strategy<Value = Isolation> {
    prop_oneof![
        3 => Just(Isolation::ReadCommitted),
        2 => Just(Isolation::Snapshot),
        1 => Just(Isolation::Serializable),
    ]
}

fn rows() -> impl Strategy<Value = Rows> {
    prop_oneof![
        4 => (1_i64..6).prop_map(|number| Rows::Key(sku(number))),
        1 => Just(Rows::All),
    ]
}

fn statement() -> impl Strategy<Value = (Ask, Statement)> {
    let name = || prop::option::weighted(0.3, 0_i64..4);
    prop_oneof![
        2 => rows().prop_map(|rows| (Ask::default(), Statement::Read(STOCK, rows))),
        4 => (rows(), 0_i64..12, -3_i64..4).prop_map(|(rows, least, add)| {
            (Ask { least, add, ..Ask::default() }, Statement::Update(STOCK, rows))
        }),
        1 => ((1_i64..6), name()).prop_map(|(number, name)| {
            let rows = Rows::Key(sku(number));
            (Ask { name, ..Ask::default() }, Statement::Update(STOCK, rows))
        }),
        2 => ((1_i64..6), name()).prop_map(|(number, name)| {
            let row = item(sku(number), 7, name.map(Datum::Int));
            (Ask::default(), Statement::Insert(STOCK, row))
        }),
        1 => rows().prop_map(|rows| (Ask { least: 8, ..Ask::default() }, Statement::Delete(STOCK, rows))),
    ]
}

fn input() -> impl Strategy<Value = Input<Ask>> {
    let session = || (1..=SESSIONS).prop_map(Session);
    prop_oneof![
        3 => session().prop_map(Input::Connect),
        4 => (session(), isolation()).prop_map(|(session, isolation)| Input::Begin(session, isolation)),
        16 => (session(), statement()).prop_map(|(session, (ask, what))| Input::Run(session, ask, what)),
        4 => session().prop_map(|session| Input::Commit(session, Ask::default())),
        2 => session().prop_map(|session| Input::Rollback(session, Ask::default())),
        1 => session().prop_map(Input::Disconnect),
        1 => prop::option::of(2_u32..5).prop_map(Input::Resize),
    ]
}

fn connected() -> Bench {
    let mut bench = Bench::new();
    for session in 1..=SESSIONS {
        bench.step(Input::Connect(Session(session)));
    }
    bench
}

fn state(store: &Store<Ask>) -> BTreeMap<Datum, Fields> {
    let rows = store.rows(STOCK);
    rows.map(|(key, fields, _)| (key.clone(), fields.clone()))
        .collect()
}

/// Everybody who waits does so for somebody who can go on.
fn nobody_waits_for_ever(store: &Store<Ask>) -> bool {
    store.waiting.iter().all(|((holder, _), running)| {
        let is_open = store.transactions.contains_key(holder);
        is_open && !store.would_wait_for_itself(running.session, *holder)
    })
}

fn names_differ(store: &Store<Ask>) -> bool {
    let state = state(store);
    let names = state.values().filter_map(|row| row.get(2));
    let names: Vec<_> = names.filter(|name| !name.is_null()).collect();
    names.iter().collect::<BTreeSet<_>>().len() == names.len()
}

proptest! {
    #[test]
    fn unique_values_differ_nobody_waits_for_ever_and_when_all_are_gone_nothing_is_left_of_them(
        inputs in prop::collection::vec(input(), 0..120)
    ) {
        let mut bench = connected();
        let mut asked = 0_usize;
        for input in inputs {
            asked += usize::from(matches!(input, Input::Run(..) | Input::Commit(..) | Input::Rollback(..)));
            if let Input::Disconnect(session) = input {
                // Whoever leaves hears no more.
                asked -= bench.store.waiting.values().filter(|running| running.session == session).count();
            }
            bench.step(input);
            prop_assert!(names_differ(&bench.store));
            prop_assert!(nobody_waits_for_ever(&bench.store));
            let answered = bench.outputs.iter().filter(|output| matches!(output, Output::Answered(..)));
            prop_assert_eq!(answered.count() + bench.store.waiting.len(), asked);
        }
        for session in 1..=SESSIONS {
            bench.step(Input::Disconnect(Session(session)));
        }
        let rows = state(&bench.store);
        let gauges = Gauges { rows: rows.len(), ..Gauges::default() };
        prop_assert_eq!(bench.store.gauges(), gauges);
        prop_assert!(bench.store.outdated.is_empty() && bench.store.snapshots.is_empty());
        // Nothing but the rows themselves is kept.
        let mut fresh = Store::<Ask>::new([bench.store.tables[0].shape()], Isolation::ReadCommitted, true, None);
        for row in rows.into_values() {
            prop_assert_eq!(fresh.load(STOCK, row), Ok(()));
        }
        prop_assert_eq!(bench.store.bytes(), fresh.bytes());
    }

    #[test]
    fn no_committed_change_is_lost_and_none_that_was_rolled_back_stays(
        inputs in prop::collection::vec(input(), 0..120)
    ) {
        let mut bench = connected();
        let mut expected = 30;
        // What each open transaction has added so far.
        let mut added: BTreeMap<Session, i64> = BTreeMap::new();
        for input in inputs {
            // Rows that come, go or are called something leave the sum to those that stay.
            if matches!(&input, Input::Run(_, _, Statement::Insert(..) | Statement::Delete(..))) {
                continue;
            }
            for output in bench.step(input) {
                match output {
                    Output::Answered(session, ask, Ok(Answer::Changed(rows))) => {
                        let sum = ask.add * i64::from(rows);
                        if bench.store.is_begun(session) {
                            *added.entry(session).or_default() += sum;
                        } else {
                            expected += sum;
                        }
                    }
                    Output::Committed(session, _) => expected += added.remove(&session).unwrap_or(0),
                    Output::RolledBack(session) => { added.remove(&session); }
                    _ => {}
                }
            }
            let sum: i64 = state(&bench.store).values().map(left).sum();
            prop_assert_eq!(sum, expected);
        }
    }

    #[test]
    fn a_snapshot_reads_the_same_again_whatever_others_do(
        inputs in prop::collection::vec(input(), 0..120)
    ) {
        const READER: Session = Session(99);
        let all = || Input::Run(READER, Ask::default(), Statement::Read(STOCK, Rows::All));
        let mut bench = connected();
        bench.step(Input::Resize(None));
        bench.step(Input::Connect(READER));
        bench.step(Input::Begin(READER, Isolation::Snapshot));
        let first = bench.step(all());
        for input in inputs {
            bench.step(input);
            prop_assert_eq!(&bench.step(all()), &first);
        }
    }

    #[test]
    fn serializable_transactions_leave_what_they_would_one_after_the_other(
        order in prop::collection::vec(0..SESSIONS, 0..40),
        keys in prop::collection::vec(1_i64..4, SESSIONS as usize),
    ) {
        // Each reads everything, writes the sum and its own number to one row, and commits.
        let sum_of = |rows: &mut dyn Iterator<Item = i64>| rows.sum::<i64>() % 1_000;
        let mut bench = connected();
        let mut stage = vec![0; SESSIONS as usize];
        let mut committed = Vec::new();
        for number in order {
            let place = number as usize;
            let session = Session(number + 1);
            let input = match stage[place] {
                0 => Input::Begin(session, Isolation::Serializable),
                1 => Input::Run(session, Ask::default(), Statement::Read(STOCK, Rows::All)),
                2 => {
                    let read = bench.outputs.iter().rev().find_map(|output| match output {
                        Output::Answered(by, _, Ok(Answer::Found(rows))) if *by == session => Some(rows),
                        _ => None,
                    });
                    let rows = read.into_iter().flatten().map(|(row, _)| left(row));
                    let set = Some(sum_of(&mut rows.into_iter()) + place as i64);
                    let row = Rows::Key(sku(keys[place]));
                    Input::Run(session, Ask { set, ..Ask::default() }, Statement::Update(STOCK, row))
                }
                3 => Input::Commit(session, Ask::default()),
                _ => continue,
            };
            stage[place] += 1;
            for output in bench.step(input) {
                if let Output::Committed(session, 1) = output {
                    committed.push(session.0 as usize - 1);
                }
            }
        }
        let mut model: BTreeMap<i64, i64> = (1..=3).map(|key| (key, 10)).collect();
        for place in committed {
            let sum = sum_of(&mut model.values().copied()) + place as i64;
            model.insert(keys[place], sum);
        }
        let state: Vec<i64> = state(&bench.store).values().map(left).collect();
        prop_assert_eq!(state, model.into_values().collect::<Vec<_>>());
    }
}

#[test]
fn a_clone_goes_its_own_way() {
    let mut bench = connected();
    let before = state(&bench.store);
    let keyframe = bench.store.clone();
    let update = Statement::Update(STOCK, Rows::All);
    bench.step(Input::Run(
        Session(1),
        Ask {
            add: 1,
            ..Ask::default()
        },
        update,
    ));
    assert_eq!(state(&keyframe), before);
    assert_ne!(state(&bench.store), before);
    // And the clone carries on from where it was, to the same.
    let mut again = keyframe;
    let update = Statement::Update(STOCK, Rows::All);
    again.step(
        Input::Run(
            Session(1),
            Ask {
                add: 1,
                ..Ask::default()
            },
            update,
        ),
        &Shop,
        &mut Vec::new(),
    );
    assert_eq!(state(&again), state(&bench.store));
}
