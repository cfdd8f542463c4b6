//! `interplay`: run, check and share scenarios from the command line.
//!
//! A file (or standard input, as `-`) goes in; tables a person can read, or JSON, come
//! out, in English or Russian. What each exit code means is told by `--help`.

mod arguments;
mod check;
mod conformance;
mod input;
mod judged;
mod link;
mod numbers;
mod progress;
mod reader;
mod run;
mod russian;
mod seeds;
mod sparkline;
mod summary;
mod table;
mod trace;

use std::io::Write;
use std::process::ExitCode;

use self::arguments::{Arguments, Command};
use self::reader::Reader;

fn main() -> ExitCode {
    let reader = Reader::from_environment();
    let arguments = match Arguments::read(reader.language) {
        Ok(arguments) => arguments,
        Err(error) => return arguments::refuse(&error, reader.language),
    };
    let done = match &arguments.command {
        Command::Run(arguments) => run::run(arguments, reader),
        Command::Check(arguments) => check::check(arguments, reader),
        Command::Share(arguments) => link::share(arguments, reader),
        Command::Open(arguments) => link::open(arguments, reader),
        Command::Conformance(arguments) => conformance::conformance(arguments, reader),
        Command::Schema => Ok(schema()),
        Command::Completions { shell } => Ok(arguments::complete(*shell)),
    };
    match done {
        Ok(code) => code,
        Err(failure) => {
            say(&mut anstream::stderr(), &failure.message(reader.language));
            failure.exit_code()
        }
    }
}

/// `interplay schema`.
fn schema() -> ExitCode {
    let schema = sim_core::scenario::schema();
    say(&mut std::io::stdout(), &format!("{schema:#}"));
    ExitCode::SUCCESS
}

/// Writes a line. A reader that has gone away is no error of ours.
fn say(to: &mut dyn Write, text: &str) {
    let _ = writeln!(to, "{}", text.trim_end());
}
