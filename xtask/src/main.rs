//! The repository's commands: `cargo xtask serve`, `test`, `build`, `editor`, `bench`,
//! `pictures` and `setup`.
//!
//! In: a command line, and whatever tools this machine happens to have. Out: the tools that were
//! missing, installed; then a served page, a built page, or a verdict. Everything a person needs to
//! know on the way is printed; the exit code is 0 only if all that was asked for succeeded.
//!
//! The rooms:
//! - [`project`]: where things are and which versions are pinned.
//! - [`process`]: running other programs with a time limit; [`interrupt`] ends them on Ctrl-C.
//! - [`setup`]: finding tools, and installing the ones that are missing.
//! - [`stages`]: what `test` runs, one stage after another.
//! - [`tidy`]: the repository's own rules, as code.
//! - [`serve`]: the page while it is worked on.
//! - [`bench`]: how fast the engine is.
//! - [`pictures`]: the README's pictures.
#![allow(
    clippy::print_stdout,
    reason = "what this program prints is what it is for"
)]

mod bench;
mod interrupt;
mod pictures;
mod process;
mod project;
mod report;
mod serve;
mod setup;
mod stages;
mod system;
mod tidy;
mod version;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::project::Project;
use crate::setup::{Mode, Need};

/// Set up, serve and test Interplay.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Serve the page on this machine and rebuild it at every change
    Serve(serve::Options),
    /// Run all checks and tests; `.ci/run` runs exactly this
    Test(stages::Options),
    /// Build the optimised page into `dist/`
    Build {
        /// Install nothing; say what is missing instead
        #[arg(long)]
        skip_setup: bool,
    },
    /// Bundle the code editor anew, from `web/editor` into `static/editor`
    Editor {
        /// Install nothing; say what is missing instead
        #[arg(long)]
        skip_setup: bool,
    },
    /// Measure the engine beside a bare event loop, other engines and its own WebAssembly, and the
    /// frames of the page beside a page that only draws as many dots
    Bench {
        /// Measure this alone
        #[arg(long, value_name = "PART")]
        only: Option<bench::Part>,
    },
    /// Take the README's screenshot and animation anew, of the real page
    Pictures,
    /// Install whatever `serve` and `test` need and this machine lacks
    Setup,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report::failure(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> anyhow::Result<()> {
    interrupt::end_children_on_interrupt()?;
    let project = Project::find()?;
    match task {
        Task::Serve(options) => serve::run(&project, &options),
        Task::Test(options) => stages::run(&project, &options),
        Task::Build { skip_setup } => {
            let tools = setup::provide(&project, stages::PAGE.needs, Mode::from_skip(skip_setup))?;
            stages::run_one(&project, &tools, &stages::PAGE)
        }
        Task::Editor { skip_setup } => {
            let needs = stages::EDITOR.needs;
            let tools = setup::provide(&project, needs, Mode::from_skip(skip_setup))?;
            stages::run_one(&project, &tools, &stages::EDITOR)
        }
        Task::Bench { only } => bench::run(&project, only),
        Task::Pictures => pictures::run(&project),
        Task::Setup => setup::provide(&project, Need::ALL, Mode::Install).map(drop),
    }
}
