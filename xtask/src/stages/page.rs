//! The page as it is shipped: `trunk build --release` into `dist/`, then the size of what came out.

use std::time::Duration;

use anyhow::Result;

use super::size;
use crate::process::Job;
use crate::project::Project;
use crate::setup::Tools;

/// From nothing it takes some minutes, with a standard library to compile some more.
const LIMIT: Duration = Duration::from_mins(20);

pub(super) fn build(project: &Project, tools: &Tools) -> Result<()> {
    trunk(project, tools)?
        .args(["build", "--release", "--locked"])
        .limit(LIMIT)
        .run_openly()?;
    size::check(&project.dist())
}

/// Trunk, with everything it needs around it.
pub(crate) fn trunk(project: &Project, tools: &Tools) -> Result<Job> {
    let mut job = tools
        .for_wasm(project, Job::new(tools.trunk()?))?
        .folder(&project.root)
        // It would ask its own registry for news at every start.
        .env("TRUNK_SKIP_VERSION_CHECK", "true")
        // A failed build is a message, not a stack.
        .env("RUST_BACKTRACE", "0");
    if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) {
        // The convention is any value; this Trunk only takes `true` and `false`.
        job = job.env("NO_COLOR", "true");
    }
    Ok(job)
}
