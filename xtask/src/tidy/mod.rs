//! The repository's own rules, as code: what no compiler and no linter checks.
//!
//! In: the files that belong to the repository. Out: a line for every place that breaks a rule,
//! and with every broken rule how to mend it. A rule is a function from [`Files`] to
//! [`Violation`]s in a module of its own, tested there on small made-up repositories.
//!
//! What the simulator may not call (clocks, hash maps, the platform's own floating-point functions)
//! is not here: clippy knows paths better than a text search, see `sim-core/clippy.toml`.

mod crates;
mod files;
mod length;
mod locales;
mod paths;

use std::fmt;

use anyhow::{Result, bail};

use crate::project::Project;
use crate::report::say;
use crate::setup::Tools;

use files::Files;

/// A rule, and how to mend what breaks it.
struct Rule {
    /// The rule as a sentence.
    says: &'static str,
    check: fn(&Files) -> Result<Vec<Violation>>,
    remedy: &'static str,
}

/// One place that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
struct Violation {
    /// A file, with its line where there is one; or a crate.
    place: String,
    what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

const RULES: &[Rule] = &[
    Rule {
        says: "a Rust file has one idea, and fits in a head",
        check: length::check,
        remedy: "split the file by meaning: its types, its parts, its tests",
    },
    Rule {
        says: "nothing committed names a place of one machine",
        check: paths::check,
        remedy: "say the path from the repository's root, or take it from the environment",
    },
    Rule {
        says: "crates depend only downward",
        check: crates::check_directions,
        remedy: "move what both sides need into the lower crate; the order is in xtask/src/tidy/crates.rs",
    },
    Rule {
        says: "the worker links no user interface",
        check: crates::check_worker,
        remedy: "keep what the worker needs out of crates that need the page's framework",
    },
    Rule {
        says: "whatever the page says, it says in both languages",
        check: locales::check,
        remedy: "add the missing text to the other file in web/locales",
    },
];

/// Checks every rule, so that one run tells all there is to mend.
pub(crate) fn run(project: &Project, _: &Tools) -> Result<()> {
    let files = Files::of(project)?;
    let mut broken = 0;
    for rule in RULES {
        let violations = (rule.check)(&files)?;
        if violations.is_empty() {
            say(format_args!("  ok: {}", rule.says));
            continue;
        }
        broken += 1;
        say(format_args!("  BROKEN: {}", rule.says));
        for violation in violations {
            say(format_args!("    {violation}"));
        }
        say(format_args!("    to mend it: {}", rule.remedy));
    }
    if broken > 0 {
        bail!("{broken} of {} rules are broken", RULES.len());
    }
    Ok(())
}
