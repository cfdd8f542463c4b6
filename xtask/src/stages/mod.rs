//! What `cargo xtask test` runs: the stages, in order, each with its name, its time and a verdict.
//!
//! In: which stages are wanted. Out: the output of each stage as its own program prints it, then a
//! summary; the first stage that fails ends the run with what to do about it.

mod browser;
mod editor;
mod instructions;
mod native;
mod page;
mod size;

use std::time::Duration;

use anyhow::Result;

use crate::project::Project;
use crate::report::{self, Step, advise, say, spoken};
use crate::setup::{self, Mode, Need, Tools};
use crate::tidy;

pub(crate) use page::trunk;

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Run these stages alone (the list of stages: --list)
    #[arg(long, value_name = "STAGE", num_args = 1.., value_delimiter = ',', value_parser = stage_named)]
    only: Vec<&'static Stage>,
    /// Go on after a stage that failed, and tell all failures at the end
    #[arg(long)]
    keep_going: bool,
    /// Install nothing; say what is missing instead
    #[arg(long)]
    skip_setup: bool,
    /// Name the stages and run nothing
    #[arg(long)]
    list: bool,
}

/// One stage: something that passes or fails as a whole.
#[derive(Debug)]
pub(crate) struct Stage {
    /// What `--only` calls it.
    name: &'static str,
    /// What it does, in a few words.
    title: &'static str,
    pub(crate) needs: &'static [Need],
    run: fn(&Project, &Tools) -> Result<()>,
    /// What a person does when it fails.
    remedy: &'static str,
}

/// The page as it is shipped; also what `cargo xtask build` runs.
pub(crate) const PAGE: Stage = Stage {
    name: "page",
    title: "the optimised page, and its size",
    needs: &[
        Need::WasmTarget,
        Need::Trunk,
        Need::WasmBindgen,
        Need::Node,
        Need::WasmOpt,
    ],
    run: page::build,
    remedy: "mend the errors above; `cargo xtask build` runs this stage alone",
};

/// The bundle of the code editor; what `cargo xtask editor` runs.
pub(crate) const EDITOR: Stage = Stage {
    name: "editor",
    title: "the code editor's bundle, into static/editor",
    needs: EDITOR_NEEDS,
    run: editor::build,
    remedy: "mend the errors above; the sources are in web/editor",
};

const EDITOR_NEEDS: &[Need] = &[Need::Node, Need::EditorPackages];

/// The quick ones first; the browser last, for it tests what the page stage has built.
const STAGES: &[Stage] = &[
    Stage {
        name: "format",
        title: "cargo fmt --check",
        needs: &[],
        run: native::format,
        remedy: "run `cargo fmt` (if cargo has no such command: `rustup component add rustfmt`)",
    },
    Stage {
        name: "tidy",
        title: "the repository's own rules",
        needs: &[],
        run: tidy::run,
        remedy: "each line above says how to mend it",
    },
    Stage {
        name: "lint",
        title: "cargo clippy, with no warning let through",
        needs: &[],
        run: native::lint,
        remedy: "mend the warnings above (if cargo has no such command: `rustup component add clippy`)",
    },
    Stage {
        name: "unit",
        title: "cargo test: the simulator, the scenarios, the command line",
        needs: &[],
        run: native::unit,
        remedy: "mend the failing test above; `cargo test NAME` runs it alone",
    },
    Stage {
        name: "web",
        title: "cargo test: the page's own logic, without a browser",
        needs: &[],
        run: native::web,
        remedy: "mend the failing test above; `cargo test -p interplay-web NAME` runs it alone",
    },
    Stage {
        name: "editor",
        title: "the code editor: its own tests, and whether its bundle is up to date",
        needs: EDITOR_NEEDS,
        run: editor::check,
        remedy: "mend the failing test above; if it is the bundle, `cargo xtask editor` makes it anew, to be committed",
    },
    Stage {
        name: "wasm",
        title: "the simulator compiled for wasm, in node",
        needs: &[Need::WasmTarget, Need::WasmBindgen, Need::Node],
        run: native::wasm,
        remedy: "mend the failing test above; `cargo xtask test --only wasm` runs this stage alone",
    },
    Stage {
        name: "instructions",
        title: "what an event costs, counted",
        needs: &[Need::Valgrind],
        run: instructions::run,
        remedy: "make the engine cheaper again, or, if it is worth it, raise the limit and say why; `cargo xtask test --only instructions` runs this stage alone",
    },
    PAGE,
    Stage {
        name: "browser",
        title: "the optimised page in a real Chromium",
        needs: &[Need::Node, Need::BrowserDriver, Need::Chromium],
        run: browser::run,
        remedy: "mend the failing test above; `cargo xtask test --only page,browser` builds the page and runs this stage",
    },
];

fn stage_named(name: &str) -> Result<&'static Stage, String> {
    STAGES
        .iter()
        .find(|stage| stage.name == name)
        .ok_or_else(|| {
            let names: Vec<&str> = STAGES.iter().map(|stage| stage.name).collect();
            format!("the stages are: {}", names.join(", "))
        })
}

pub(crate) fn run(project: &Project, options: &Options) -> Result<()> {
    if options.list {
        for stage in STAGES {
            say(format_args!("{:12} {}", stage.name, stage.title));
        }
        return Ok(());
    }
    let chosen: Vec<&Stage> = STAGES
        .iter()
        .filter(|stage| {
            options.only.is_empty() || options.only.iter().any(|only| only.name == stage.name)
        })
        .collect();
    let whole = Step::begin("test");
    let needs: Vec<Need> = Need::ALL
        .iter()
        .copied()
        .filter(|need| chosen.iter().any(|stage| stage.needs.contains(need)))
        .collect();
    let tools = setup::provide(project, &needs, Mode::from_skip(options.skip_setup))?;

    let mut results = vec![("set-up", whole.elapsed(), true)];
    let mut failure = None;
    for stage in chosen {
        let step = Step::begin(stage.name);
        let outcome = run_one(project, &tools, stage);
        results.push((stage.name, step.elapsed(), outcome.is_ok()));
        if let Err(error) = outcome {
            if options.keep_going {
                report::failure(&error);
            }
            failure = failure.or(Some(error));
            if !options.keep_going {
                break;
            }
        }
    }
    summary(&results);
    if let Some(error) = failure {
        return Err(error);
    }
    whole.done("all stages passed");
    Ok(())
}

/// Runs one stage, between a line that names it and one that gives its time.
pub(crate) fn run_one(project: &Project, tools: &Tools, stage: &Stage) -> Result<()> {
    say(format_args!("\n==> {}: {}", stage.name, stage.title));
    let step = Step::begin(stage.name);
    (stage.run)(project, tools).map_err(|error| {
        let what = format!(
            "stage `{}` failed after {}: {error:#}",
            stage.name,
            spoken(step.elapsed())
        );
        advise(what, stage.remedy)
    })?;
    step.done("passed");
    Ok(())
}

fn summary(results: &[(&str, Duration, bool)]) {
    say("\nsummary (stages that are not named were not run)");
    for (name, time, passed) in results {
        let verdict = if *passed { "passed" } else { "FAILED" };
        say(format_args!("  {name:12} {verdict}  {}", spoken(*time)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_is_found_by_its_name_and_an_unknown_one_is_answered_with_the_list() {
        assert_eq!(stage_named("page").map(|stage| stage.name), Ok("page"));
        let answer = stage_named("pages").unwrap_err();
        assert!(answer.contains("browser"), "{answer}");
    }

    #[test]
    fn no_two_stages_share_a_name() {
        for (index, stage) in STAGES.iter().enumerate() {
            assert!(STAGES[..index].iter().all(|other| other.name != stage.name));
        }
    }
}
