//! `cargo xtask bench`: how fast the engine is, beside a bare event loop and other engines in the
//! same run, and as WebAssembly beside native code; and how long a frame of the page takes, beside
//! a page that only draws as many dots.
//!
//! In: the workloads in `benches/`, the scenes of `tests/browser/scenes.mjs`. Out: tables of times
//! and ratios, as markdown; what they mean is told in docs/performance.md. The package has a lock
//! file of its own, so that what is only compared with stays out of the project's.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;

use crate::process::Job;
use crate::project::Project;
use crate::setup::{self, Mode, Need};
use crate::stages;

/// Building takes some minutes, measuring one more.
const LIMIT: Duration = Duration::from_mins(20);

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub(crate) enum Part {
    /// The engine.
    Engine,
    /// The frames of the page.
    Page,
}

/// Builds and runs the benchmarks: both parts, or one.
pub(crate) fn run(project: &Project, only: Option<Part>) -> Result<()> {
    if only != Some(Part::Page) {
        engine(project)?;
    }
    if only != Some(Part::Engine) {
        page(project)?;
    }
    Ok(())
}

/// The optimised page in a real Chromium. Fails if a budget is not kept.
fn page(project: &Project) -> Result<()> {
    let needs: Vec<Need> = stages::PAGE
        .needs
        .iter()
        .copied()
        .chain([Need::BrowserDriver, Need::Chromium])
        .collect();
    let tools = setup::provide(project, &needs, Mode::Install)?;
    stages::run_one(project, &tools, &stages::PAGE)?;
    Ok(Job::new("node")
        .arg(project.browser_tests().join("bench.mjs"))
        .env("INTERPLAY_CHROMIUM", tools.chromium()?)
        .env("INTERPLAY_DIST", project.dist())
        .folder(&project.root)
        .limit(LIMIT)
        .run_openly()?)
}

fn engine(project: &Project) -> Result<()> {
    let tools = setup::provide(project, &[Need::WasmTarget, Need::Node], Mode::Install)?;
    build(project)?;
    tools
        .for_wasm(project, cargo_build(project, "worker"))?
        .args(["--lib", "--target", WASM])
        .run_openly()?;
    Job::new(program(project))
        .folder(&project.root)
        .limit(LIMIT)
        .run_openly()?;
    Ok(Job::new("node")
        .arg("benches/wasm.mjs")
        .arg(program(project))
        .arg(
            folder(project)
                .join(WASM)
                .join("worker/interplay_scenes.wasm"),
        )
        .folder(&project.root)
        .limit(LIMIT)
        .run_openly()?)
}

const WASM: &str = "wasm32-unknown-unknown";

/// Builds the benchmarks, optimised.
pub(crate) fn build(project: &Project) -> Result<()> {
    Ok(cargo_build(project, "release").run_openly()?)
}

fn cargo_build(project: &Project, profile: &str) -> Job {
    Job::new("cargo")
        .args(["build", "--profile", profile, "--locked", "--manifest-path"])
        .arg(project.root.join("benches/Cargo.toml"))
        .arg("--target-dir")
        .arg(folder(project))
        .folder(&project.root)
        .limit(LIMIT)
}

/// The benchmarks, once they are built.
pub(crate) fn program(project: &Project) -> PathBuf {
    let name = format!("interplay-benches{}", std::env::consts::EXE_SUFFIX);
    folder(project).join("release").join(name)
}

fn folder(project: &Project) -> PathBuf {
    project.target.join("benches")
}
