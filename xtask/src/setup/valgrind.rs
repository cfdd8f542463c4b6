//! Valgrind, which counts instructions: a measure that neighbours on the machine cannot move.

use std::time::Duration;

use anyhow::Result;

use super::Mode;
use crate::process::{Job, on_path};
use crate::project::Project;
use crate::report::{Step, advise};
use crate::system;
use crate::version::Version;

const BY_HAND: &str = "install valgrind";
const LIMIT: Duration = Duration::from_secs(30);

/// Sees to it that `valgrind` can be run.
pub(super) fn provide(project: &Project, mode: Mode, step: &Step) -> Result<()> {
    if find(step) {
        return Ok(());
    }
    if mode == Mode::OnlyLook {
        return Err(advise("no valgrind", BY_HAND));
    }
    system::install(project, step, &["valgrind"], BY_HAND)?;
    if !find(step) {
        return Err(advise(
            "the distribution's valgrind does not run here",
            BY_HAND,
        ));
    }
    step.done("installed the distribution's");
    Ok(())
}

fn find(step: &Step) -> bool {
    let Some(program) = on_path("valgrind") else {
        return false;
    };
    let printed = Job::new(program).arg("--version").limit(LIMIT).capture();
    // It says `valgrind-3.19.0`.
    let version = printed
        .ok()
        .and_then(|printed| Version::find_in(&printed.replace('-', " ")));
    if let Some(version) = version {
        step.note(format_args!("found {version}"));
    }
    version.is_some()
}
