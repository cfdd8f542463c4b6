use std::sync::Arc;

use super::*;
use crate::data::statement::{Fields, Row, Rows, Statement};

pub(super) const STOCK: TableId = TableId(0);
pub(super) const LOG: TableId = TableId(1);

/// What the statements of these tests ask of a row of stock, known by a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Ask {
    /// Only if so much is left.
    pub(super) least: i64,
    /// Only if it was written so often.
    pub(super) rev: Option<u64>,
    /// So much more is left afterwards,
    pub(super) add: i64,
    /// or this.
    pub(super) set: Option<i64>,
    /// It is then called so.
    pub(super) name: Option<i64>,
}

pub(super) struct Shop;

impl Questions<Ask> for Shop {
    fn fits(&self, asked: Ask, row: Row<'_>) -> bool {
        left(row.fields) >= asked.least && asked.rev.is_none_or(|rev| rev == row.rev)
    }

    fn changed(&self, asked: Ask, row: Row<'_>) -> Option<Fields> {
        let left = asked.set.unwrap_or(left(row.fields) + asked.add);
        let name = asked.name.map(Datum::Int);
        let name = name.or(row.fields.get(2).cloned());
        Some(item(row.fields.first()?.clone(), left, name))
    }
}

pub(super) fn left(fields: &Fields) -> i64 {
    match fields.get(1) {
        Some(Datum::Int(left)) => *left,
        _ => 0,
    }
}

/// A thing in stock: its number, how many are left, what it is called.
pub(super) fn item(sku: Datum, left: i64, name: Option<Datum>) -> Fields {
    Arc::from([sku, Datum::Int(left), name.unwrap_or_default()])
}

pub(super) fn sku(number: i64) -> Datum {
    Datum::Int(number)
}

pub(super) struct Bench {
    pub(super) store: Store<Ask>,
    pub(super) outputs: Vec<Output<Ask>>,
}

use Isolation::{ReadCommitted, Serializable, Snapshot};

impl Bench {
    /// Stock of three things, ten of each; as many sessions as anybody wants.
    pub(super) fn new() -> Self {
        let stock = TableShape {
            key: Some(0),
            unique: vec![2],
        };
        let mut store = Store::new([stock, TableShape::default()], ReadCommitted, true, None);
        for number in 1..=3 {
            store.load(STOCK, item(sku(number), 10, None)).unwrap();
        }
        Self {
            store,
            outputs: Vec::new(),
        }
    }

    pub(super) fn step(&mut self, input: Input<Ask>) -> Vec<Output<Ask>> {
        let mut outputs = Vec::new();
        self.store.step(input, &Shop, &mut outputs);
        self.outputs.extend(outputs.iter().cloned());
        outputs
    }

    /// Session `number` begins a transaction.
    fn begin(&mut self, number: u64, isolation: Isolation) {
        self.step(Input::Connect(Session(number)));
        self.step(Input::Begin(Session(number), isolation));
    }

    /// What session `number` is answered at once; nothing if it has to wait.
    fn run(&mut self, number: u64, ask: Ask, what: Statement) -> Option<Result<Answer, Failure>> {
        self.step(Input::Connect(Session(number)));
        self.step(Input::Run(Session(number), ask, what));
        self.answer_of(number)
    }

    fn commit(&mut self, number: u64) -> Option<Result<Answer, Failure>> {
        self.step(Input::Commit(Session(number), Ask::default()));
        self.answer_of(number)
    }

    fn roll_back(&mut self, number: u64) {
        self.step(Input::Rollback(Session(number), Ask::default()));
        self.answer_of(number);
    }

    /// The next answer that session `number` has not taken yet.
    fn answer_of(&mut self, number: u64) -> Option<Result<Answer, Failure>> {
        let mine = |output: &Output<Ask>| matches!(output, Output::Answered(session, ..) if session.0 == number);
        let place = self.outputs.iter().position(mine)?;
        match self.outputs.remove(place) {
            Output::Answered(_, _, answer) => Some(answer),
            _ => None,
        }
    }

    fn take(&mut self, number: u64, from: i64) -> Option<Result<Answer, Failure>> {
        let ask = Ask {
            least: 1,
            add: -1,
            ..Ask::default()
        };
        self.run(number, ask, Statement::Update(STOCK, Rows::Key(sku(from))))
    }

    fn look(&mut self, number: u64, at: i64) -> Option<i64> {
        let answer = self.run(
            number,
            Ask::default(),
            Statement::Read(STOCK, Rows::Key(sku(at))),
        );
        match answer {
            Some(Ok(Answer::Found(rows))) => rows.first().map(|(row, _)| left(row)),
            _ => None,
        }
    }
}

fn insert(number: i64, name: Option<i64>) -> Statement {
    Statement::Insert(STOCK, item(sku(number), 1, name.map(Datum::Int)))
}

const TAKEN: Option<Result<Answer, Failure>> = Some(Ok(Answer::Changed(1)));

#[test]
fn a_statement_on_its_own_is_there_for_everybody_at_once() {
    let mut bench = Bench::new();
    assert_eq!(bench.take(1, 1), TAKEN);
    assert_eq!(bench.look(2, 1), Some(9));
    assert_eq!(bench.store.gauges().transactions, 0);
}

#[test]
fn a_row_with_a_key_or_unique_value_that_is_there_already_is_a_duplicate() {
    let mut bench = Bench::new();
    let ask = Ask::default();
    assert_eq!(
        bench.run(1, ask, insert(1, None)),
        Some(Err(Failure::Duplicate))
    );
    assert_eq!(
        bench.run(1, ask, insert(7, Some(5))),
        Some(Ok(Answer::Inserted(sku(7))))
    );
    assert_eq!(
        bench.run(1, ask, insert(8, Some(5))),
        Some(Err(Failure::Duplicate))
    );
    assert_eq!(
        bench.run(1, ask, insert(8, None)),
        Some(Ok(Answer::Inserted(sku(8))))
    );
}

#[test]
fn an_update_is_refused_where_its_condition_says_no_and_finds_no_row_where_there_is_none() {
    let mut bench = Bench::new();
    let greedy = Ask {
        least: 11,
        ..Ask::default()
    };
    let one = Statement::Update(STOCK, Rows::Key(sku(1)));
    let none = Statement::Update(STOCK, Rows::Key(sku(9)));
    let all = Statement::Update(STOCK, Rows::All);
    assert_eq!(bench.run(1, greedy, one), Some(Err(Failure::Refused)));
    assert_eq!(bench.run(1, greedy, none), Some(Err(Failure::NoRow)));
    assert_eq!(
        bench.run(1, greedy, all.clone()),
        Some(Err(Failure::Refused))
    );
    assert_eq!(
        bench.run(1, Ask::default(), all),
        Some(Ok(Answer::Changed(3)))
    );
}

#[test]
fn comparing_the_number_of_writes_lets_one_of_two_equal_updates_win() {
    let mut bench = Bench::new();
    let once = Ask {
        rev: Some(1),
        add: -1,
        ..Ask::default()
    };
    let update = Statement::Update(STOCK, Rows::Key(sku(1)));
    assert_eq!(bench.run(1, once, update.clone()), TAKEN);
    assert_eq!(bench.run(2, once, update), Some(Err(Failure::Refused)));
}

#[test]
fn what_is_not_committed_is_seen_by_its_own_transaction_only_and_gone_after_a_roll_back() {
    let mut bench = Bench::new();
    bench.begin(1, ReadCommitted);
    assert_eq!(bench.take(1, 1), TAKEN);
    assert_eq!(bench.look(1, 1), Some(9));
    assert_eq!(bench.look(2, 1), Some(10));
    bench.roll_back(1);
    assert_eq!(bench.look(1, 1), Some(10));
}

#[test]
fn a_writer_waits_for_the_row_and_then_looks_at_it_again() {
    let mut bench = Bench::new();
    bench.begin(1, ReadCommitted);
    bench.begin(2, ReadCommitted);
    let all = Ask {
        least: 10,
        add: -10,
        ..Ask::default()
    };
    let update = Statement::Update(STOCK, Rows::Key(sku(1)));
    assert_eq!(bench.run(1, all, update.clone()), TAKEN);
    assert_eq!(bench.run(2, all, update), None);
    assert_eq!(bench.store.gauges().waiting, 1);
    bench.commit(1);
    assert_eq!(bench.answer_of(2), Some(Err(Failure::Refused)));
}

#[test]
fn after_a_roll_back_the_one_who_waited_finds_the_row_as_it_was() {
    let mut bench = Bench::new();
    bench.begin(1, ReadCommitted);
    bench.take(1, 1);
    assert_eq!(bench.take(2, 1), None);
    bench.roll_back(1);
    assert_eq!(bench.answer_of(2), TAKEN);
    assert_eq!(bench.look(3, 1), Some(9));
}

#[test]
fn those_who_wait_for_a_row_get_it_in_the_order_in_which_they_came() {
    let mut bench = Bench::new();
    bench.begin(1, ReadCommitted);
    bench.take(1, 1);
    for number in [4, 2, 3] {
        assert_eq!(bench.take(number, 1), None);
    }
    bench.outputs.clear();
    bench.commit(1);
    let order = bench.outputs.iter().filter_map(|output| match output {
        Output::Answered(session, ..) => Some(session.0),
        _ => None,
    });
    assert_eq!(order.collect::<Vec<_>>(), [4, 2, 3]);
    assert_eq!(bench.look(5, 1), Some(6));
}

#[test]
fn an_insert_waits_for_whoever_is_inserting_the_same_and_is_a_duplicate_only_if_that_stays() {
    for stays in [true, false] {
        let mut bench = Bench::new();
        bench.begin(1, ReadCommitted);
        bench.run(1, Ask::default(), insert(7, Some(5)));
        assert_eq!(bench.run(2, Ask::default(), insert(8, Some(5))), None);
        if stays {
            bench.commit(1);
            assert_eq!(bench.answer_of(2), Some(Err(Failure::Duplicate)));
        } else {
            bench.roll_back(1);
            assert_eq!(bench.answer_of(2), Some(Ok(Answer::Inserted(sku(8)))));
        }
    }
}

#[test]
fn a_snapshot_sees_one_state_and_fails_where_somebody_else_wrote_first() {
    let mut bench = Bench::new();
    bench.begin(1, Snapshot);
    assert_eq!(bench.look(1, 1), Some(10));
    bench.take(2, 1);
    assert_eq!(bench.look(1, 1), Some(10));
    assert_eq!(bench.take(1, 2), TAKEN);
    assert_eq!(bench.take(1, 1), Some(Err(Failure::Conflict)));
    // It is over, and its session is told so until it says that it knows.
    assert_eq!(bench.look(3, 2), Some(10));
    assert_eq!(bench.take(1, 3), Some(Err(Failure::Aborted)));
    assert_eq!(bench.commit(1), Some(Err(Failure::Aborted)));
    assert_eq!(bench.take(1, 3), TAKEN);
}

#[test]
fn read_committed_sees_what_others_commit_between_two_statements() {
    let mut bench = Bench::new();
    bench.begin(1, ReadCommitted);
    assert_eq!(bench.look(1, 1), Some(10));
    bench.take(2, 1);
    assert_eq!(bench.look(1, 1), Some(9));
}

#[test]
fn a_snapshot_begins_with_the_first_statement_and_not_before() {
    let mut bench = Bench::new();
    bench.begin(1, Snapshot);
    bench.take(2, 1);
    assert_eq!(bench.look(1, 1), Some(9));
}

/// Two doctors are on call; each sees the other there and leaves.
#[test]
fn two_snapshots_may_skew_what_they_write_and_two_serializable_transactions_may_not() {
    for (isolation, second) in [
        (Snapshot, Some(Ok(Answer::Ended))),
        (Serializable, Some(Err(Failure::Conflict))),
    ] {
        let mut bench = Bench::new();
        for number in [1, 2] {
            bench.begin(number, isolation);
            assert_eq!(bench.look(number, 1), Some(10));
            assert_eq!(bench.look(number, 2), Some(10));
        }
        assert_eq!(bench.take(1, 1), TAKEN);
        assert_eq!(bench.take(2, 2), TAKEN);
        assert_eq!(bench.commit(1), Some(Ok(Answer::Ended)));
        assert_eq!(bench.commit(2), second);
    }
}

#[test]
fn whoever_would_close_a_circle_of_waiting_fails_and_the_other_goes_on() {
    let mut bench = Bench::new();
    bench.begin(1, ReadCommitted);
    bench.begin(2, ReadCommitted);
    bench.take(1, 1);
    bench.take(2, 2);
    assert_eq!(bench.take(1, 2), None);
    assert_eq!(bench.take(2, 1), Some(Err(Failure::Deadlock)));
    assert_eq!(bench.answer_of(1), TAKEN);
    assert_eq!(bench.commit(1), Some(Ok(Answer::Ended)));
    assert_eq!((bench.look(3, 1), bench.look(3, 2)), (Some(9), Some(9)));
}

#[test]
fn a_statement_that_fails_half_way_is_undone_alone() {
    let mut bench = Bench::new();
    bench.begin(1, ReadCommitted);
    assert_eq!(bench.take(1, 3), TAKEN);
    let same_name = Ask {
        name: Some(4),
        add: -5,
        ..Ask::default()
    };
    assert_eq!(
        bench.run(1, same_name, Statement::Update(STOCK, Rows::All)),
        Some(Err(Failure::Duplicate))
    );
    assert_eq!(bench.commit(1), Some(Ok(Answer::Ended)));
    let rows: Vec<i64> = [1, 2, 3]
        .iter()
        .filter_map(|at| bench.look(1, *at))
        .collect();
    assert_eq!(rows, [10, 10, 9]);
}

#[test]
fn rows_without_a_key_are_numbered_and_no_number_comes_twice() {
    let mut bench = Bench::new();
    let log = || Statement::Insert(LOG, item(sku(1), 0, None));
    bench.begin(1, ReadCommitted);
    let first = bench.run(1, Ask::default(), log());
    assert_eq!(first, Some(Ok(Answer::Inserted(Datum::Int(1)))));
    bench.roll_back(1);
    let second = bench.run(1, Ask::default(), log());
    assert_eq!(second, Some(Ok(Answer::Inserted(Datum::Int(2)))));
}

#[test]
fn a_session_that_ends_leaves_its_transaction_its_row_and_its_place_to_others() {
    let mut bench = Bench::new();
    bench
        .store
        .step(Input::Resize(Some(2)), &Shop, &mut Vec::new());
    bench.begin(1, ReadCommitted);
    bench.take(1, 1);
    assert_eq!(bench.take(2, 1), None);
    assert_eq!(bench.step(Input::Connect(Session(3))), []);
    assert_eq!(bench.store.gauges().in_line, 1);
    let outputs = bench.step(Input::Disconnect(Session(1)));
    assert!(outputs.contains(&Output::RolledBack(Session(1))));
    assert!(outputs.contains(&Output::Connected(Session(3))));
    assert_eq!(bench.answer_of(2), TAKEN);
    assert_eq!(bench.look(3, 1), Some(9));
}

#[test]
fn whoever_gives_up_waiting_for_a_connection_or_a_row_is_forgotten() {
    let mut bench = Bench::new();
    bench.begin(1, ReadCommitted);
    bench.take(1, 1);
    assert_eq!(bench.take(2, 1), None);
    bench.step(Input::Disconnect(Session(2)));
    bench.step(Input::Resize(Some(1)));
    bench.step(Input::Connect(Session(3)));
    bench.step(Input::Disconnect(Session(3)));
    bench.commit(1);
    bench.step(Input::Disconnect(Session(1)));
    assert_eq!(bench.answer_of(2), None);
    assert_eq!(
        bench.store.gauges(),
        Gauges {
            rows: 3,
            ..Gauges::default()
        }
    );
}

#[test]
fn a_crash_keeps_what_was_committed_if_the_store_is_durable_and_nothing_if_not() {
    for (durable, rows) in [(true, 4), (false, 0)] {
        let mut bench = Bench::new();
        bench.store.is_durable = durable;
        bench.run(1, Ask::default(), insert(7, None));
        bench.begin(2, ReadCommitted);
        bench.run(2, Ask::default(), insert(8, None));
        assert_eq!(bench.run(3, Ask::default(), insert(8, None)), None);
        let outputs = bench.step(Input::Crash);
        assert_eq!(
            outputs,
            [
                Output::RolledBack(Session(2)),
                Output::Closed(Session(1)),
                Output::Closed(Session(2)),
                Output::Closed(Session(3)),
            ]
        );
        let empty = Gauges {
            rows,
            ..Gauges::default()
        };
        assert_eq!(bench.store.gauges(), empty);
    }
}

#[test]
fn versions_are_kept_as_long_as_somebody_may_look_at_them() {
    let mut bench = Bench::new();
    let before = bench.store.bytes();
    bench.begin(1, Snapshot);
    bench.look(1, 1);
    for _ in 0..5 {
        bench.take(2, 1);
    }
    bench.run(
        2,
        Ask::default(),
        Statement::Delete(STOCK, Rows::Key(sku(2))),
    );
    assert!(bench.store.bytes() > before);
    assert_eq!((bench.look(1, 1), bench.look(1, 2)), (Some(10), Some(10)));
    bench.commit(1);
    assert!(bench.store.bytes() < before);
    assert_eq!((bench.look(1, 1), bench.look(1, 2)), (Some(5), None));
}
