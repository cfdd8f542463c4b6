//! `cargo xtask bench`: how fast the engine is, beside a bare event loop and other engines in the
//! same run, and as WebAssembly beside native code.
//!
//! In: the workloads in `benches/`. Out: tables of times and ratios, as markdown; what they mean
//! is told in docs/performance.md. The package has a lock file of its own, so that what is only
//! compared with stays out of the project's.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;

use crate::process::Job;
use crate::project::Project;
use crate::setup::{self, Mode, Need};

/// Building takes some minutes, measuring one more.
const LIMIT: Duration = Duration::from_mins(20);

/// Builds and runs the benchmarks.
pub(crate) fn run(project: &Project) -> Result<()> {
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
