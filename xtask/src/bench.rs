//! `cargo xtask bench`: how fast the engine is, beside a bare event loop in the same run.
//!
//! In: the workloads in `benches/`. Out: tables of times and ratios, as markdown; what they mean
//! is told in docs/performance.md. The package has a lock file of its own, so that what is only
//! compared with stays out of the project's.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;

use crate::process::Job;
use crate::project::Project;

/// Building takes a minute or two, measuring one more.
const LIMIT: Duration = Duration::from_mins(20);

/// Builds and runs the benchmarks.
pub(crate) fn run(project: &Project) -> Result<()> {
    build(project)?;
    Ok(Job::new(program(project))
        .folder(&project.root)
        .limit(LIMIT)
        .run_openly()?)
}

/// Builds the benchmarks, optimised.
pub(crate) fn build(project: &Project) -> Result<()> {
    Ok(Job::new("cargo")
        .args(["build", "--release", "--locked", "--manifest-path"])
        .arg(project.root.join("benches/Cargo.toml"))
        .arg("--target-dir")
        .arg(folder(project))
        .folder(&project.root)
        .limit(LIMIT)
        .run_openly()?)
}

/// The benchmarks, once they are built.
pub(crate) fn program(project: &Project) -> PathBuf {
    let name = format!("interplay-benches{}", std::env::consts::EXE_SUFFIX);
    folder(project).join("release").join(name)
}

fn folder(project: &Project) -> PathBuf {
    project.target.join("benches")
}
