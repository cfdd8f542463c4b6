//! `interplay`: run, check and share scenarios from the command line.
//!
//! A file (or standard input, as `-`) goes in; a summary a person can read, or JSON, comes
//! out. Exit codes: 0 all is well, 1 the document cannot be used, 2 the command was used
//! wrongly or a file could not be read or written, 3 the run was stopped by a budget.

mod input;
mod run;
mod summary;
mod trace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use sim_core::kernel::SimTime;
use sim_core::scenario::document::Language;
use sim_core::scenario::share::{Link, Source};
use sim_core::scenario::{Quantity, Scenario};
use sim_core::world;

use self::input::{Failure, Input};

/// Runs scenarios of Interplay without a page.
#[derive(Parser)]
#[command(name = "interplay", version, about, disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a scenario and print what came of it.
    Run(run::Arguments),
    /// Check a document: every error with its place, or what it still needs to be run.
    Check {
        /// The document in YAML or JSON; `-` is standard input.
        file: String,
    },
    /// Print a link that opens the document in the page.
    Share {
        /// The document in YAML or JSON; `-` is standard input.
        file: String,
        /// The address of the page.
        #[arg(long, default_value = "http://127.0.0.1:8080/")]
        base: String,
    },
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Check { file } => check(&file),
        Command::Share { file, base } => share(&file, &base),
    };
    match done {
        Ok(code) => code,
        Err(failure) => {
            say(&mut std::io::stderr(), &failure.to_string());
            failure.exit_code()
        }
    }
}

/// Writes a line. A reader that has gone away is no error of ours.
fn say(to: &mut dyn std::io::Write, text: &str) {
    let _ = writeln!(to, "{}", text.trim_end());
}

fn check(file: &str) -> Result<ExitCode, Failure> {
    let input = Input::read(file)?;
    let scenario = input.scenario()?;
    let mut out = std::io::stdout();
    let compiled = world::compile(&scenario).map_err(|problems| input.invalid(&problems))?;
    for warnings in [scenario.warnings(), &compiled.warnings] {
        if !warnings.is_empty() {
            say(
                &mut out,
                &warnings.render(&input.text, &input.name, Language::En),
            );
        }
    }
    say(
        &mut out,
        &format!("{}: in order, and can be run", input.name),
    );
    Ok(ExitCode::SUCCESS)
}

fn share(file: &str, base: &str) -> Result<ExitCode, Failure> {
    let input = Input::read(file)?;
    // A link to something that cannot be opened helps nobody.
    let _: Scenario = input.scenario()?;
    let link = Link::new(env!("CARGO_PKG_VERSION"), Source::Text(input.text.clone()));
    let fragment = link
        .encode()
        .map_err(|error| Failure::CannotShare(error.to_string()))?;
    say(
        &mut std::io::stdout(),
        &format!("{}#{fragment}", base.split('#').next().unwrap_or(base)),
    );
    Ok(ExitCode::SUCCESS)
}

/// A moment as people write it on the command line: `90s`, `1500ms`.
fn moment(text: &str) -> Result<SimTime, String> {
    Quantity::parse(text)
        .and_then(|quantity| quantity.in_unit("ns"))
        .filter(|nanos| nanos.prefix.is_empty() && nanos.number > 0.0)
        .map(|nanos| SimTime::from_nanos(nanos.number as u64))
        .ok_or_else(|| format!("`{text}` is no length of time such as 90s, 1500ms or 2m"))
}
