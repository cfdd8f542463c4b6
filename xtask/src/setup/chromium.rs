//! A Chromium for the browser tests.
//!
//! In: `INTERPLAY_CHROMIUM`, PATH, and where systems keep browsers. Out: a browser that starts and
//! is recent enough; Debian's package if there was none.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;

use super::Mode;
use crate::process::{Job, on_path};
use crate::project::Project;
use crate::report::{Step, advise};
use crate::system;
use crate::version::Version;

/// The first one with everything that the page's styles use (`light-dark()`).
const OLDEST: Version = Version::new(123, 0, 0);
/// A browser that has never run on a machine may take its time.
const VERSION_LIMIT: Duration = Duration::from_mins(1);
/// With letters to write with, Cyrillic ones among them: a bare machine has none.
const PACKAGES: &[&str] = &["chromium", "fonts-dejavu-core"];
const NAMES: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "chrome",
    "microsoft-edge-stable",
];
/// Where a browser is that does not put itself on PATH.
const PLACES: &[&str] = &[
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];
const BY_HAND: &str = "install a current Chromium or Chrome, or set INTERPLAY_CHROMIUM to one";

/// The browser to test in.
pub(super) fn provide(project: &Project, mode: Mode, step: &Step) -> Result<PathBuf> {
    if let Some(chosen) = std::env::var_os("INTERPLAY_CHROMIUM").filter(|path| !path.is_empty()) {
        // A person's own choice is used or refused, never replaced.
        let chosen = PathBuf::from(chosen);
        return match examine(&chosen) {
            Ok(version) => {
                step.note(format_args!(
                    "found {version}, chosen by INTERPLAY_CHROMIUM"
                ));
                Ok(chosen)
            }
            Err(reason) => Err(advise(
                format_args!(
                    "INTERPLAY_CHROMIUM names {}, but {reason}",
                    chosen.display()
                ),
                "set it to a current Chromium or Chrome, or unset it",
            )),
        };
    }
    if let Some(found) = find(step) {
        return Ok(found);
    }
    if mode == Mode::OnlyLook {
        return Err(advise("no Chromium that can be used", BY_HAND));
    }
    system::install(project, step, PACKAGES, BY_HAND)?;
    let found = find(step).ok_or_else(|| {
        advise(
            "the distribution's chromium does not run here, or is too old",
            BY_HAND,
        )
    })?;
    step.done("installed the distribution's");
    Ok(found)
}

fn find(step: &Step) -> Option<PathBuf> {
    let on_path = NAMES.iter().filter_map(|name| on_path(name));
    let elsewhere = PLACES
        .iter()
        .map(PathBuf::from)
        .filter(|place| place.is_file());
    on_path
        .chain(elsewhere)
        .find(|program| match examine(program) {
            Ok(version) => {
                step.note(format_args!("found {version} at {}", program.display()));
                true
            }
            Err(reason) => {
                step.note(format_args!("not {}: {reason}", program.display()));
                false
            }
        })
}

/// The version of a browser that can be used; else why it cannot.
fn examine(program: &Path) -> Result<Version, String> {
    let printed = Job::new(program)
        .arg("--version")
        .limit(VERSION_LIMIT)
        .capture()
        // Some systems have a stand-in that only tells to install a browser.
        .map_err(|failure| failure.to_string())?;
    match Version::find_in(&printed) {
        Some(version) if version >= OLDEST => Ok(version),
        Some(version) => Err(format!("it is {version}, {} is needed", OLDEST.major)),
        None => Err("it does not tell its version".to_owned()),
    }
}
