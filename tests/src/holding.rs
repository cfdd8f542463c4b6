//! Properties in tests: what must hold of one run, or of many.

use std::fmt::Write as _;
use std::ops::Range;

use sim_core::observe::properties::{Judged, Verdict, Violation};
use sim_core::observe::{Properties, told};
use sim_core::scenario::document::Language;
use sim_core::scenario::share::{Link, Source};
use sim_core::world::{Ended, Run};

use crate::{Finished, Setup};

/// How many causes a failed test tells.
const CAUSES: usize = 12;

/// Fails unless a property of the document held in a run: `assert_holds!(run, "fast")`. What is
/// printed says the seed, the moment, the causes, and a link that opens that run there.
#[macro_export]
macro_rules! assert_holds {
    ($run:expr, $property:expr $(,)?) => {
        $run.assert_holds($property)
    };
}

/// Hands the run of each seed to `check`.
pub fn for_seeds(setup: &Setup, seeds: Range<u64>, check: impl Fn(&Finished)) {
    for seed in seeds {
        check(&setup.clone().seed(seed).run());
    }
}

impl Setup {
    /// What came of the properties of a run to its end, without a trace; and the run.
    pub fn judged(&self) -> (Judged, Run) {
        let mut run = self.start();
        let mut properties = Properties::new(self.scenario.document(), run.topology());
        let ended = run.finish(&mut properties);
        let judged = properties.judged(run.now(), ended == Ended::AtHorizon);
        (judged, run)
    }

    /// The fragment of a link that opens this scenario at a cursor.
    fn link(&self, cursor: Option<u64>) -> String {
        let source = match &self.preset {
            Some(name) => Source::Preset(name.clone()),
            None => Source::Text(self.scenario.text().to_owned()),
        };
        let changes = match &self.preset {
            Some(_) => self.changes.clone(),
            None => Vec::new(),
        };
        let link = Link {
            changes,
            cursor,
            ..Link::new(env!("CARGO_PKG_VERSION"), source)
        };
        link.encode()
            .map_or_else(|error| error.to_string(), |fragment| format!("#{fragment}"))
    }
}

impl Finished {
    /// What is said of a property.
    pub fn verdict(&self, property: &str) -> &Verdict {
        let judged = self.judged.property(property);
        &judged
            .unwrap_or_else(|| panic!("no property {property}"))
            .verdict
    }

    /// How a property was violated.
    pub fn violation(&self, property: &str) -> &Violation {
        match self.verdict(property) {
            Verdict::Violated(violation) => violation,
            other => panic!("{property}: {other:?}"),
        }
    }

    /// Fails unless a property held.
    pub fn assert_holds(&self, property: &str) {
        let verdict = self.verdict(property);
        assert!(*verdict == Verdict::Held, "{}", self.report(property));
    }

    /// Everything there is to say of a property that did not hold.
    fn report(&self, property: &str) -> String {
        let seed = self.setup.scenario.document().seed;
        let judged = self.judged.property(property);
        let why = judged.and_then(|judged| judged.why(Language::En));
        let word = self.verdict(property).word(Language::En);
        let mut report = format!(
            "property `{property}` is {word}: {}\nseed {seed}\n",
            why.unwrap_or_default()
        );
        let Verdict::Violated(violation) = self.verdict(property) else {
            return report;
        };
        let _ = writeln!(
            report,
            "first at t={}, {} in all; its causes:",
            violation.at, violation.count
        );
        let causes = violation
            .record
            .map(|record| self.trace.causes(record, CAUSES));
        for (id, record) in causes.iter().flatten() {
            let told = told(record, self.run.topology(), Language::En);
            let _ = writeln!(report, "  {:>8}  t={}  {told}", id.0, record.at);
        }
        let cursor = violation.record.map(|record| u64::from(record.0) + 1);
        let _ = write!(report, "open it there: {}", self.setup.link(cursor));
        report
    }
}
