//! The code editor: its own tests, and whether the bundle that is committed is what its sources make.
//!
//! In: `web/editor` with its npm packages. Out: `static/editor`, or a verdict on it. The bundle is
//! committed so that the page can be built where there is no npm.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::browser::test_files;
use crate::process::Job;
use crate::project::Project;
use crate::report::say;
use crate::setup::Tools;

const LIMIT: Duration = Duration::from_mins(2);
/// What the build writes.
const MADE: &[&str] = &["editor.js", "LICENSES.txt"];

/// Tests the sources, and compares what they make with what is committed.
pub(super) fn check(project: &Project, _tools: &Tools) -> Result<()> {
    node(project)
        .arg("--test")
        .args(test_files(&project.editor_sources().join("src"))?)
        .run_openly()?;
    let made = project.target.join("editor");
    bundle(project, &made)?;
    for file in MADE {
        let committed = fs::read(project.editor().join(file)).unwrap_or_default();
        let fresh = fs::read(made.join(file)).with_context(|| format!("{file} was not made"))?;
        if committed != fresh {
            bail!("static/editor/{file} is not what web/editor makes");
        }
    }
    say("  static/editor is what web/editor makes");
    Ok(())
}

/// Builds the bundle that is committed.
pub(super) fn build(project: &Project, _tools: &Tools) -> Result<()> {
    bundle(project, &project.editor())
}

fn bundle(project: &Project, into: &Path) -> Result<()> {
    Ok(node(project).arg("build.mjs").arg(into).run_openly()?)
}

fn node(project: &Project) -> Job {
    Job::new("node")
        .folder(project.editor_sources())
        .limit(LIMIT)
}
