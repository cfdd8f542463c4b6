//! A document may come from a stranger's link. Whatever it says, it is refused with a
//! reason or it runs within its budgets; it never panics, hangs or takes the machine's
//! memory. The whole of this file runs in half a gigabyte: more is an aborted test.

use std::alloc::System;
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cap::Cap;
use interplay_tests::damage::damaged;
use interplay_tests::{all_scenarios, hard_scenarios, hostile_scenarios, targets};
use proptest::prelude::*;
use sim_core::kernel::{Budgets, Exhausted, SimTime};
use sim_core::observe::Figures;
use sim_core::scenario::document::Language;
use sim_core::scenario::limits::MAX_TEXT_BYTES;
use sim_core::scenario::share::{Link, Source};
use sim_core::scenario::{Problem, Scenario};
use sim_core::world::{Ended, Run};

/// Every allocation of these tests comes out of this.
#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, 512 << 20);

/// Those that fill the memory take turns.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Fewer events than a run may have, so that the tests end soon; as much may be alive.
const BUDGETS: Budgets = Budgets {
    events: 3_000_000,
    alive: 1_000_000,
};

/// How a run ends, with its figures measured, as on the command line.
fn ending(text: &str) -> Ended {
    let scenario = Scenario::parse(text).unwrap_or_else(|found| panic!("{found}"));
    let mut run = Run::start(&scenario, BUDGETS).unwrap_or_else(|found| panic!("{found}"));
    let warm_up = SimTime::ZERO.after(scenario.document().warm_up);
    let mut figures = Figures::new(run.topology(), warm_up);
    let ended = run.finish(&mut figures);
    let _ = figures.summary(run.topology(), run.now());
    ended
}

#[test]
fn a_valid_document_made_to_never_end_is_stopped_by_a_budget() {
    let _turn = alone();
    for (name, text) in hostile_scenarios() {
        let ended = ending(&text);
        assert!(matches!(ended, Ended::Stopped { .. }), "{name}: {ended}");
    }
}

#[test]
fn where_no_time_passes_events_are_what_ends_the_run() {
    let _turn = alone();
    let text = text_of("standing-still");
    assert_eq!(
        ending(&text),
        Ended::Stopped {
            budget: Exhausted::Events(BUDGETS.events),
            at: SimTime::ZERO
        }
    );
}

#[test]
fn where_everything_multiplies_the_number_alive_is_what_ends_the_run() {
    let _turn = alone();
    for name in [
        "fan-out-explosion",
        "at-the-bounds",
        "nobody-collects",
        "hoarders",
    ] {
        let ended = ending(&text_of(name));
        let alive = Exhausted::Alive(BUDGETS.alive as u64);
        assert!(
            matches!(ended, Ended::Stopped { budget, .. } if budget == alive),
            "{name}: {ended}"
        );
    }
}

#[test]
fn steps_that_take_no_time_are_counted_however_many_there_are_in_one_event() {
    let steps = "{choose: [{do: {parallel: []}}]}, ".repeat(4_000);
    let text = format!("{HEAD}clients: {{c: {{users: 1, do: [{steps}]}}}}\n");
    let scenario = Scenario::parse(&text).expect("it is valid");
    let mut run = Run::start(&scenario, BUDGETS).expect("it can be run");
    let mut observer = Figures::new(run.topology(), SimTime::ZERO);
    assert!(matches!(run.finish(&mut observer), Ended::Stopped { .. }));
    assert!(
        run.handled() < BUDGETS.events / 100,
        "{} events",
        run.handled()
    );
}

const HEAD: &str = "scenario: 1\ntitle: Large\nhorizon: 10s\n";

fn text_of(name: &str) -> String {
    let mut all = hostile_scenarios().into_iter();
    all.find(|(found, _)| found == name)
        .expect("there is such a file")
        .1
}

/// So many lines, each made of its number.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, number| {
        let _ = writeln!(text, "  {}", line(number));
        text
    })
}

/// Refused before anything of the kind was made.
fn assert_too_many(text: &str) {
    let scenario = Scenario::parse(text).unwrap_or_else(|found| panic!("{found}"));
    let refused = Run::start(&scenario, BUDGETS).expect_err("there are too many");
    let problem = &refused.iter().next().expect("a reason").problem;
    assert!(matches!(problem, Problem::TooMany { .. }), "{problem}");
}

#[test]
fn a_thousand_crowds_that_are_small_enough_are_too_large_together() {
    let _turn = alone();
    let clients = lines(3_000, |n| {
        format!("c{n}: {{users: 100000, think: 1s, do: {{wait: 1s}}}}")
    });
    assert_too_many(&format!("{HEAD}clients:\n{clients}"));
    // Nor do they come later, by a change of settings.
    let few = lines(30, |n| {
        format!("c{n}: {{users: 1, think: 1s, do: {{wait: 1s}}}}")
    });
    let many = lines(30, |n| {
        format!("- {{at: 1s, set: {{clients.c{n}.users: 100000}}}}")
    });
    assert_too_many(&format!("{HEAD}clients:\n{few}timeline:\n{many}"));
}

#[test]
fn neither_instances_nor_their_connections_multiply_without_bound() {
    let _turn = alone();
    let services = lines(21, |n| format!("s{n}: {{instances: 1000}}"));
    assert_too_many(&format!("{HEAD}services:\n{services}"));
    let subscriptions = lines(1_000, |n| {
        format!("  s{n}: {{from: m.q, handles: {{T: ack}}}}")
    });
    let broker = "brokers: {m: {rabbitmq: {queues: {q: classic}}}}\n";
    assert_too_many(&format!(
        "{HEAD}services:\n  a:\n   instances: 1000\n   subscriptions:\n{subscriptions}{broker}"
    ));
    let queues = lines(1_000, |n| format!("  q{n}: classic"));
    let publishing = lines(1_000, |n| {
        format!("     - publish: {{to: m.q{n}, type: T}}")
    });
    assert_too_many(&format!(
        "{HEAD}services:\n  a:\n   instances: 1000\n   endpoints:\n    e:\n     do:\n{publishing}\
         brokers:\n m:\n  rabbitmq:\n   queues:\n{queues}"
    ));
}

#[test]
fn as_many_services_as_a_document_can_have_are_simulated() {
    let _turn = alone();
    let clients = lines(1_800, |n| {
        format!("c{n}: {{arrivals: constant 90/s, do: {{call: s{n}.e}}}}")
    });
    let services = lines(1_800, |n| {
        format!(
            "s{n}: {{endpoints: {{e: {{do: {{work: {{lognormal: {{p50: 1ms, p99: 24h}}}}}}}}}}}}"
        )
    });
    let text = format!("{HEAD}clients:\n{clients}services:\n{services}");
    assert!(matches!(
        ending(&text),
        Ended::Stopped { .. } | Ended::AtHorizon
    ));
}

#[test]
fn a_very_long_title_is_read_and_told() {
    let text = format!("{HEAD}description: {}\n", "long ".repeat(200_000));
    assert_eq!(ending(&text), Ended::AtHorizon);
}

#[test]
fn text_that_is_long_deep_or_endless_is_refused_with_a_place() {
    let one = |part: &str, times: usize| part.repeat(times);
    for text in [
        one("x", 100_000_000),
        one("[", 400_000),
        one("{a: ", 250_000),
        one("{\"a\":", 200_000),
        one("- ", 500_000),
        one("? ", 500_000),
        one(":", 1_000_000),
        one("---\n", 250_000),
        one("%YAML 1.2\n", 100_000),
        one("#\n", 500_000),
        one("\t", 1_000_000),
        one("a:\n ", 200_000),
        format!("a: |\n{}", one("  x\n", 250_000)),
        format!("a: {}", one("x\n  ", 200_000)),
        format!("\"{}", one("\\x41", 250_000)),
        format!("\"{}\"", one("\\u0000", 170_000)),
        (0..10_000).fold(String::new(), |mut bomb, n| {
            let _ = writeln!(bomb, "a{n}: &a{n} [*a{n}, *a{n}]");
            bomb
        }),
    ] {
        let found = Scenario::parse(&text).expect_err("nothing of the kind is a document");
        let told = found.render(&text, "hostile.yaml", Language::En);
        assert!(told.len() < MAX_TEXT_BYTES, "{} bytes told", told.len());
    }
}

#[test]
fn a_link_that_changes_a_large_document_often_is_read_or_refused() {
    let clients = lines(5_000, |n| format!("c{n}: {{users: 1, do: {{wait: 1s}}}}"));
    let mut link = Link::new("0", Source::Text(format!("{HEAD}clients:\n{clients}")));
    link.changes = (0..256)
        .map(|n| (format!("clients.c{n}.users"), "2".to_owned()))
        .collect();
    let packed = link.encode().expect("it fits");
    let link = Link::decode(&packed).expect("it was written a moment ago");
    let Source::Text(text) = &link.source else {
        panic!("a text was written")
    };
    let scenario = Scenario::parse(text).expect("it is valid");
    let changes = link.settings().expect("they can be read");
    let _ = scenario.patched(&changes);
}

/// What documents are damaged from: all there are.
fn documents() -> Vec<String> {
    let all = all_scenarios()
        .into_iter()
        .chain(hard_scenarios())
        .chain(hostile_scenarios());
    all.map(|(_, text)| text).collect()
}

/// Expressions of the documents: what `=` begins and what questions ask.
fn expressions() -> Vec<String> {
    let mut found: Vec<String> = documents()
        .iter()
        .flat_map(|text| {
            text.split(['=', '{', '}', ',', '\n'])
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .filter(|part| part.trim().len() > 2)
        .collect();
    found.push(
        "if not a.b + 2 * -3.5 mod 4 >= count(x) over 10s then 'it''s' else null default 5ms"
            .to_owned(),
    );
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_damage_to_a_document_makes_anything_panic(text in damaged(documents())) {
        targets::read_and_run(text.as_bytes());
    }

    #[test]
    fn nor_do_bytes_that_are_no_text(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        targets::read_and_run(&bytes);
        targets::read_expression(&bytes);
        targets::read_link(&bytes);
    }

    #[test]
    fn nor_damage_to_an_expression(text in damaged(expressions())) {
        targets::read_expression(text.as_bytes());
    }

    #[test]
    fn nor_damage_to_a_link(
        document in damaged(documents()), blows in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let mut link = Link::new("0", Source::Text(document.clone()));
        link.changes = vec![("seed".to_owned(), document.chars().take(50).collect())];
        if let Ok(packed) = link.encode() {
            let mut bytes = packed.into_bytes();
            for (at, byte) in blows {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            targets::read_link(&bytes);
        }
    }

    #[test]
    fn nor_any_change_by_path(path in "[a-z0-9.-]{0,20}|(clients|services|policies|links|timeline)(\\.[a-z0-9-]{1,9}){0,4}", value in damaged(documents())) {
        let scenario = Scenario::parse(&documents()[0]).expect("it comes with the page");
        let value: String = value.chars().take(300).collect();
        targets::change(&scenario, format!("{path}\n{value}").as_bytes());
    }
}
