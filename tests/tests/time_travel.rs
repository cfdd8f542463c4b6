//! Time travel: any cursor is a keyframe and a short replay away, and a run can branch there.

use interplay_tests::{Finished, Setup, document, golden_scenarios, scenario, secs};
use sim_core::kernel::{Budgets, Keyframes, Silent};
use sim_core::observe::{Cursor, Trace};
use sim_core::scenario::{Node, SettingPath, tree};
use sim_core::world::Run;

/// The trace of a branch from `cursor` to its end.
fn branched(
    setup: &Setup,
    run: &Run,
    cursor: Cursor,
    changes: &[(SettingPath, Node)],
) -> (Run, Trace) {
    let mut branch = run
        .branch(cursor, &setup.scenario, changes)
        .expect("it fits");
    let mut records = Trace::new(branch.topology().entities.len());
    branch.finish(&mut records);
    (branch, records)
}

fn change(path: &str, value: &str) -> (SettingPath, Node) {
    let value = tree::parse(value).expect("a value");
    (path.parse().expect("a path"), value)
}

/// Cursors all over a run: its ends, and some in between.
fn cursors(run: &Finished) -> impl Iterator<Item = Cursor> {
    let end = run.trace.end().0;
    (0..=20).map(move |part| Cursor((u64::from(end) * part / 20) as u32))
}

#[test]
fn a_run_that_goes_on_from_any_cursor_ends_like_the_straight_run() {
    for (name, text) in golden_scenarios() {
        let setup = document(&text);
        let run = setup.run();
        for cursor in cursors(&run) {
            let mut again = run.run.at_cursor(cursor);
            while again.step(run.run.horizon(), &mut Silent) {}
            assert_eq!(
                again.digest().to_string(),
                run.digest,
                "{name} from {cursor:?}"
            );
        }
    }
}

#[test]
fn a_branch_without_a_change_is_the_straight_run() {
    for (name, text) in golden_scenarios() {
        let setup = document(&text);
        let run = setup.run();
        for cursor in cursors(&run) {
            let (branch, _) = branched(&setup, &run.run, cursor, &[]);
            assert_eq!(
                branch.digest().to_string(),
                run.digest,
                "{name} from {cursor:?}"
            );
            assert_eq!(branch.ended(), run.run.ended(), "{name} from {cursor:?}");
        }
    }
}

#[test]
fn a_branch_has_the_past_of_the_run_and_a_future_of_its_own() {
    let setup = scenario("slow-payment");
    let run = setup.run();
    let cursor = run.trace.cursor_at(secs(25));
    // The provider is slow at that moment: who gives up later gets more answers.
    let patient = [change("policies.patience.timeout", "5s")];
    let (branch, _) = branched(&setup, &run.run, cursor, &patient);
    assert_ne!(branch.digest().to_string(), run.digest);
    let earlier = Cursor(cursor.0 / 2);
    assert_eq!(
        branch.at_cursor(earlier).digest(),
        run.run.at_cursor(earlier).digest()
    );
}

#[test]
fn a_branch_at_the_start_is_the_changed_scenario() {
    let (path, value) = ("clients.shoppers.arrivals", "poisson 12/s");
    let setup = scenario("checkout");
    let run = setup.run();
    let (branch, _) = branched(&setup, &run.run, Cursor(0), &[change(path, value)]);
    assert_eq!(branch.now(), secs(60));
    // The first gap is stretched in proportion, so the arrivals are the changed one's to the
    // nanosecond or two that rounding twice costs.
    let whole = setup.set(path, value).run();
    assert!(branch.handled().abs_diff(whole.run.handled()) < whole.run.handled() / 100);
}

#[test]
fn a_branch_cannot_change_who_there_is() {
    let setup = scenario("checkout");
    let run = setup.run();
    for (path, value) in [
        ("services.orders.instances", "3"),
        ("horizon", "10s"),
        ("seed", "2"),
        ("services.nobody.instances", "3"),
    ] {
        let refused = run
            .run
            .branch(Cursor(100), &setup.scenario, &[change(path, value)]);
        let problems = refused.expect_err("it is refused").to_string();
        assert!(
            problems.contains("nobody") || problems.contains(path),
            "{problems}"
        );
    }
}

#[test]
fn keyframes_stay_within_their_budget() {
    // Hundreds of thousands of events, so that frames have to be given up.
    let setup = scenario("checkout").set("clients.shoppers.arrivals", "poisson 900/s");
    let mut simulation = setup.start().simulation().clone();
    let budget = 1 << 20;
    let mut keyframes = Keyframes::new(budget);
    for _ in 0..400_000 {
        keyframes.offer(&simulation);
        if !simulation.step(secs(60), &mut Silent) {
            break;
        }
    }
    assert!(keyframes.frames().len() > 1);
    let kept: usize = keyframes
        .frames()
        .iter()
        .map(sim_core::kernel::Simulation::bytes)
        .sum();
    assert!(kept <= budget, "{kept}");
}

#[test]
fn a_run_cut_short_by_its_budget_can_be_travelled_as_well() {
    let budgets = Budgets {
        events: 5_000,
        ..Budgets::default()
    };
    let run = scenario("checkout").budgets(budgets).run();
    let end = run.trace.end();
    assert_eq!(run.run.at_cursor(end).digest().to_string(), run.digest);
}
