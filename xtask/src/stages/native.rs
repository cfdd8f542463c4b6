//! The stages that are one call of cargo each.

use std::time::Duration;

use anyhow::Result;

use crate::process::Job;
use crate::project::Project;
use crate::setup::Tools;

/// Compiling everything from nothing takes some minutes; twice that is a hang.
const LIMIT: Duration = Duration::from_mins(20);

pub(super) fn format(project: &Project, _: &Tools) -> Result<()> {
    // The names of the files will do: `cargo fmt` makes the changes.
    cargo(project, &["fmt", "--all", "--check", "--", "-l"])
}

pub(super) fn lint(project: &Project, _: &Tools) -> Result<()> {
    let arguments = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ];
    cargo(project, &arguments)
}

/// What plain `cargo test` runs, so that the two cannot differ.
pub(super) fn unit(project: &Project, _: &Tools) -> Result<()> {
    cargo(project, &["test", "--locked"])
}

pub(super) fn web(project: &Project, _: &Tools) -> Result<()> {
    let arguments = [
        "test",
        "--locked",
        "-p",
        "interplay-web",
        "-p",
        "interplay-worker",
    ];
    cargo(project, &arguments)
}

/// The very tests that say that a run in the browser is the run on the command line.
pub(super) fn wasm(project: &Project, tools: &Tools) -> Result<()> {
    let arguments = [
        "test",
        "--locked",
        "-p",
        "interplay-wasm-tests",
        "--target",
        "wasm32-unknown-unknown",
    ];
    let job = Job::new("cargo").args(arguments).env(
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
        tools.test_runner()?,
    );
    Ok(tools
        .for_wasm(project, job)?
        .folder(&project.root)
        .limit(LIMIT)
        .run_openly()?)
}

fn cargo(project: &Project, arguments: &[&str]) -> Result<()> {
    Ok(Job::new("cargo")
        .args(arguments)
        .folder(&project.root)
        .limit(LIMIT)
        .run_openly()?)
}
