//! `interplay check`: what is wrong with a document, or odd about it.

use std::process::ExitCode;

use serde::Serialize;
use sim_core::scenario::diagnostic::{Diagnostic, Severity, Shown};
use sim_core::scenario::document::Language;
use sim_core::scenario::{Diagnostics, Scenario};
use sim_core::world;

use crate::arguments::CheckArguments;
use crate::input::{Failure, Input, json};
use crate::reader::Reader;
use crate::say;

/// What was found, as JSON.
#[derive(Serialize)]
struct Report<'a> {
    file: &'a str,
    runnable: bool,
    diagnostics: Vec<Found>,
}

/// One thing that was found.
#[derive(Serialize)]
struct Found {
    #[serde(flatten)]
    shown: Shown,
    /// The first byte of the place.
    start: u32,
    /// The byte after its last one.
    end: u32,
}

impl Found {
    fn new(diagnostic: &Diagnostic, language: Language) -> Self {
        Self {
            shown: diagnostic.shown(language),
            start: diagnostic.span.start,
            end: diagnostic.span.end,
        }
    }
}

pub(crate) fn check(arguments: &CheckArguments, reader: Reader) -> Result<ExitCode, Failure> {
    let input = Input::read(&arguments.file, reader.language)?;
    let found = diagnose(&input.text);
    let runnable = found.as_ref().is_ok_and(|found| !found.has_errors());
    if arguments.json {
        let (Ok(diagnostics) | Err(diagnostics)) = &found;
        let report = Report {
            file: &input.name,
            runnable,
            diagnostics: diagnostics
                .iter()
                .map(|diagnostic| Found::new(diagnostic, reader.language))
                .collect(),
        };
        say(&mut std::io::stdout(), &json(&report)?);
        return Ok(ExitCode::from(u8::from(!runnable)));
    }
    let warnings = found.map_err(|problems| input.invalid(&problems, reader.language))?;
    let mut out = anstream::stdout();
    if !warnings.is_empty() {
        say(
            &mut out,
            &warnings.render_in_colour(&input.text, &input.name, reader.language),
        );
    }
    let verdict = reader.either("in order, and can be run", "всё в порядке, можно запускать");
    say(&mut out, &format!("{}: {verdict}", input.name));
    Ok(ExitCode::SUCCESS)
}

/// The warnings of a document that can be run, or the errors of one that cannot.
fn diagnose(text: &str) -> Result<Diagnostics, Diagnostics> {
    let scenario = Scenario::parse(text)?;
    let compiled = world::compile(&scenario)?;
    let warnings = scenario.warnings().iter().chain(&compiled.warnings);
    let warnings = warnings.filter(|found| found.severity == Severity::Warning);
    Ok(Diagnostics::new(warnings.cloned().collect()))
}
