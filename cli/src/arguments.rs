//! What can be written after `interplay`.

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use sim_core::kernel::SimTime;
use sim_core::scenario::Quantity;
use sim_core::scenario::document::Language;

use crate::seeds::Seeds;
use crate::{russian, say};

/// Runs scenarios of Interplay without a page.
#[derive(Parser)]
#[command(
    name = "interplay",
    version,
    about,
    disable_help_subcommand = true,
    after_help = "Exit codes:\n  \
        0    all is well\n  \
        1    the document cannot be used, and the errors say why; or the model disagrees with a recording\n  \
        2    the command was used wrongly, or something could not be read, recognised, written or opened\n  \
        3    the run was stopped by a budget before its end\n  \
        4    a property was violated, or a task is not done\n  \
        130  the run was interrupted (Ctrl-C); what was printed goes that far"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// The language of what is printed; that of the locale if not given.
    // It is read before all others, in `Reader`.
    #[arg(long, global = true, value_name = "LANGUAGE")]
    lang: Option<Lang>,
}

/// A language by its code.
#[derive(Clone, Copy, ValueEnum)]
enum Lang {
    /// English.
    En,
    /// Russian.
    Ru,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Run a scenario and print what came of it.
    Run(RunArguments),
    /// Check a document: every error and warning with its place.
    Check(CheckArguments),
    /// Print a link that opens the document in the page.
    Share(LinkArguments),
    /// Open the document in the page, in the default browser.
    Open(LinkArguments),
    /// Hold the model against recorded answers of the real systems.
    Conformance(ConformanceArguments),
    /// Print the JSON Schema of documents, for editors.
    Schema,
    /// Print the completions of a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
}

/// What `interplay run` takes.
#[derive(clap::Args)]
pub(crate) struct RunArguments {
    /// The document in YAML or JSON, or a link to one; `-` is standard input.
    pub(crate) file: String,
    /// Another seed than the document's.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Run with many seeds and print for how many the properties hold: 200, or 1..200.
    #[arg(long, value_name = "SEEDS", value_parser = Seeds::parse, conflicts_with_all = ["seed", "trace"])]
    pub(crate) seeds: Option<Seeds>,
    /// Judge a task of the document, with its seeds.
    #[arg(long, value_name = "TASK", conflicts_with_all = ["seed", "trace"])]
    pub(crate) task: Option<String>,
    /// End at this moment instead of the document's horizon: 90s, 1500ms, 2m.
    #[arg(long, value_name = "MOMENT", value_parser = moment)]
    pub(crate) until: Option<SimTime>,
    /// Print the result as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Write every record to this file as it happens, one JSON object a line; `-` is
    /// standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Option<String>,
}

/// What `interplay check` takes.
#[derive(clap::Args)]
pub(crate) struct CheckArguments {
    /// The document in YAML or JSON, or a link to one; `-` is standard input.
    pub(crate) file: String,
    /// Print what was found as JSON, for editors and CI.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What `interplay share` and `interplay open` take.
#[derive(clap::Args)]
pub(crate) struct LinkArguments {
    /// The document in YAML or JSON, or a link to one; `-` is standard input.
    pub(crate) file: String,
    /// The address of the page.
    #[arg(long, value_name = "ADDRESS", default_value = "http://127.0.0.1:8080/")]
    pub(crate) base: String,
}

/// What `interplay conformance` takes.
#[derive(clap::Args)]
pub(crate) struct ConformanceArguments {
    /// Files of recorded answers, whose kind is recognised; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<String>,
    /// Print what was found as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

impl Arguments {
    /// Those the program was started with; its help is in `language`.
    pub(crate) fn read(language: Language) -> Result<Self, clap::Error> {
        Self::from_arg_matches(&command(language).try_get_matches()?)
    }
}

/// The command line with its help in `language`.
fn command(language: Language) -> clap::Command {
    match language {
        Language::En => Arguments::command(),
        Language::Ru => russian::translated(Arguments::command()),
    }
}

/// Says what is wrong with the arguments, or prints the help or version asked for.
pub(crate) fn refuse(error: &clap::Error, language: Language) -> ExitCode {
    let asked_for = matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    );
    let message = match language {
        Language::Ru => russian::refusal(error),
        Language::En => None,
    };
    if let Some(message) = message {
        say(&mut anstream::stderr(), &message);
    } else {
        let _ = error.print();
    }
    ExitCode::from(if asked_for { 0 } else { 2 })
}

/// `interplay completions`.
pub(crate) fn complete(shell: Shell) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "interplay", &mut script);
    say(&mut std::io::stdout(), &String::from_utf8_lossy(&script));
    ExitCode::SUCCESS
}

/// A moment as people write it on the command line: `90s`, `1500ms`.
fn moment(text: &str) -> Result<SimTime, String> {
    Quantity::parse(text)
        .and_then(|quantity| quantity.in_unit("ns"))
        .filter(|nanos| nanos.prefix.is_empty() && nanos.number > 0.0)
        .map(|nanos| SimTime::from_nanos(nanos.number as u64))
        .ok_or_else(|| format!("`{text}` is no length of time such as 90s, 1500ms or 2m"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed_in_both_languages() {
        for language in [Language::En, Language::Ru] {
            command(language).debug_assert();
        }
    }

    #[test]
    fn a_moment_is_a_length_of_time_and_nothing_else() {
        assert_eq!(moment("1500ms"), Ok(SimTime::from_nanos(1_500_000_000)));
        assert!(
            ["", "90", "-1s", "soon", "1KiB"]
                .iter()
                .all(|text| moment(text).is_err())
        );
    }
}
