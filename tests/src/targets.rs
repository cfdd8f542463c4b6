//! What anybody can be handed: targets for fuzzers, and for the tests that hand them
//! damaged documents on stable Rust.
//!
//! Bytes flow in, nothing flows out: whatever they are, nothing panics, hangs or allocates
//! without bound, and what is refused is refused with a reason. `fuzz/` calls the same
//! functions under cargo-fuzz.

use sim_core::kernel::{Budgets, SimTime};
use sim_core::observe::Figures;
use sim_core::scenario::document::Language;
use sim_core::scenario::expr::Expression;
use sim_core::scenario::share::Link;
use sim_core::scenario::{Diagnostics, Scenario, SettingPath, tree};
use sim_core::world::Run;

/// What a document may use here: enough to get into every corner, and over in a moment.
const BUDGETS: Budgets = Budgets {
    events: 20_000,
    alive: 20_000,
};

/// A document: read, told about in both languages, run.
pub fn read_and_run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match Scenario::parse(&text) {
        Err(found) => assert_told(&found, &text),
        Ok(scenario) => {
            tell(scenario.warnings(), &text);
            let again = Scenario::parse(scenario.text());
            assert_eq!(again.as_ref(), Ok(&scenario), "a text has one meaning");
            run(&scenario);
        }
    }
}

/// Runs a scenario to its end or its budget's, or is told why not.
fn run(scenario: &Scenario) {
    let text = scenario.text();
    let mut run = match Run::start(scenario, BUDGETS) {
        Ok(run) => run,
        Err(found) => return assert_told(&found, text),
    };
    tell(run.warnings(), text);
    let warm_up = SimTime::ZERO.after(scenario.document().warm_up);
    let mut figures = Figures::new(run.topology(), warm_up);
    run.finish(&mut figures);
    assert!(run.now() <= run.horizon());
    let _ = figures.summary(run.topology(), run.now());
}

/// An expression: read, and read again as it was written.
pub fn read_expression(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match Expression::parse(&text) {
        Ok(read) => assert_eq!(Expression::parse(read.source()), Ok(read)),
        Err(error) => {
            let problem = error.problem.to_string();
            assert!(!problem.is_empty());
        }
    }
}

/// The fragment of a link: unpacked; what it says is packed and unpacked again, and its
/// changes are read.
pub fn read_link(bytes: &[u8]) {
    let fragment = String::from_utf8_lossy(bytes);
    match Link::decode(&fragment) {
        Err(error) => {
            assert!(!error.message(Language::En).is_empty());
            assert!(!error.message(Language::Ru).is_empty());
        }
        Ok(link) => {
            // What was written by a looser hand may be a little longer when written again.
            if let Ok(packed) = link.encode() {
                assert_eq!(Link::decode(&packed), Ok(link.clone()));
            }
            let _ = link.settings();
        }
    }
}

/// A change by path: the first line is the path, the rest the value. What comes of it is a
/// document that reads as it is written, or a reason why not.
pub fn change(scenario: &Scenario, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (path, value) = text.split_once('\n').unwrap_or((&text, ""));
    let (Ok(path), Ok(value)) = (path.parse::<SettingPath>(), tree::parse(value)) else {
        return;
    };
    match scenario.patched(&[(path, value)]) {
        Err(found) => assert!(!found.is_empty()),
        Ok(changed) => assert_eq!(Scenario::parse(changed.text()), Ok(changed)),
    }
}

/// That something was found, and it can be told.
fn assert_told(found: &Diagnostics, text: &str) {
    assert!(found.has_errors(), "refused without a reason");
    tell(found, text);
}

fn tell(found: &Diagnostics, text: &str) {
    for language in [Language::En, Language::Ru] {
        let told = found.render(text, "document", language);
        assert!(told.len() < 1 << 20, "{} bytes of problems", told.len());
        let _ = found.shown(language);
    }
}
