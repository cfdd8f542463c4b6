//! The optimised page in a real Chromium: every `tests/browser/*.test.mjs`, by node's test runner.

use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::process::Job;
use crate::project::Project;
use crate::report::advise;
use crate::setup::Tools;

const LIMIT: Duration = Duration::from_mins(15);
const TEST_FILE: &str = ".test.mjs";

pub(super) fn run(project: &Project, tools: &Tools) -> Result<()> {
    let dist = project.dist();
    if !dist.join("index.html").is_file() {
        return Err(advise(
            format_args!("no page in {}", dist.display()),
            "build it with `cargo xtask build`",
        ));
    }
    // A person reads one, other programs read the other.
    let reporter = if std::io::stdout().is_terminal() {
        "spec"
    } else {
        "tap"
    };
    Ok(Job::new("node")
        .arg("--test")
        // One browser at a time: tests that measure time must not disturb each other.
        .arg("--test-concurrency=1")
        .arg(format!("--test-reporter={reporter}"))
        // Files, not the folder: what node makes of a folder differs between its versions.
        .args(test_files(&project.browser_tests())?)
        .env("INTERPLAY_CHROMIUM", tools.chromium()?)
        .env("INTERPLAY_DIST", dist)
        .env("INTERPLAY_ARTIFACTS", project.target.join("browser"))
        .folder(&project.root)
        .limit(LIMIT)
        .run_openly()?)
}

/// The files with tests in a folder, in the order of their names.
pub(super) fn test_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for file in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = file?.path();
        if path.to_string_lossy().ends_with(TEST_FILE) {
            files.push(path);
        }
    }
    ensure!(!files.is_empty(), "no *{TEST_FILE} in {}", folder.display());
    files.sort();
    Ok(files)
}
