//! Tools written in Rust: `trunk` and `wasm-bindgen`.
//!
//! In: which tool, in which version. Out: the folder with its programs: one of PATH if the version
//! there will do, else one under the tools folder, named by tool and version, so that checkouts
//! that want different versions do not disturb each other.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};

use super::Mode;
use crate::process::{Failure, Job, QUESTION, executable, on_path};
use crate::project::Project;
use crate::report::{Step, advise};
use crate::version::Version;

/// A prebuilt program is a download of some megabytes.
const DOWNLOAD_LIMIT: Duration = Duration::from_mins(2);
/// Compiling trunk takes about five minutes on two cores that have nothing else to do.
const COMPILE_LIMIT: Duration = Duration::from_mins(25);

/// A tool, the programs it consists of, and the versions that will do.
#[derive(Debug)]
pub(super) struct CargoTool {
    /// The crate's name.
    name: &'static str,
    /// All must be there; the first one is asked for its version.
    programs: &'static [&'static str],
    /// The version that is installed.
    version: Version,
    /// Whether a version found on this machine is used instead.
    accepts: fn(found: Version, wanted: Version) -> bool,
}

/// `trunk`: any release of the same series that is not older.
pub(super) fn trunk(project: &Project) -> Result<CargoTool> {
    Ok(CargoTool {
        name: "trunk",
        programs: &["trunk"],
        version: project.trunk_version()?,
        accepts: |found, wanted| {
            (found.major, found.minor) == (wanted.major, wanted.minor) && found >= wanted
        },
    })
}

/// `wasm-bindgen`: what it reads was written by the library of the very same version.
pub(super) fn wasm_bindgen(project: &Project) -> Result<CargoTool> {
    Ok(CargoTool {
        name: "wasm-bindgen-cli",
        programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
        version: project.wasm_bindgen_version()?,
        accepts: |found, wanted| found == wanted,
    })
}

/// The folder with the tool's programs, which are installed if need be.
pub(super) fn provide(
    project: &Project,
    tool: &CargoTool,
    mode: Mode,
    step: &Step,
) -> Result<PathBuf> {
    if let Some((folder, version)) = find(project, tool, step) {
        step.note(format_args!("found {version} in {}", folder.display()));
        return Ok(folder);
    }
    let CargoTool { name, version, .. } = tool;
    let by_hand = format!("run `cargo install {name}@{version}`, then start again");
    if mode == Mode::OnlyLook {
        return Err(advise(format_args!("no {name} {version}"), by_hand));
    }
    fs::create_dir_all(&project.tools)
        .with_context(|| format!("cannot create {}", project.tools.display()))?;
    let mut last = None;
    for (way, job) in ways(project, tool) {
        match job.run_quietly(step, &project.log(&format!("{name}-{way}"))) {
            Ok(()) if let Some((folder, version)) = find(project, tool, step) => {
                step.done(format_args!("installed {version} in {}", folder.display()));
                // Only kept so that an interrupted compilation can go on; it may well be gone.
                let _ = fs::remove_dir_all(build_folder(project, tool));
                return Ok(folder);
            }
            Ok(()) => step.note(format_args!("{way} installed something else, it seems")),
            Err(failure) => {
                step.note(format_args!("{way} did not work: {failure}"));
                last = Some(failure);
            }
        }
    }
    let remedy = match last {
        Some(Failure::TimedOut { .. }) => format!(
            "start again, compiling goes on where it stopped; if it was a download that hung, check the network; or {by_hand}"
        ),
        _ => format!("check that the package registry can be reached; or {by_hand}"),
    };
    Err(advise(
        format_args!("{name} {version} could not be installed"),
        remedy,
    ))
}

/// The folder with all programs of the tool in a version that will do.
fn find(project: &Project, tool: &CargoTool, step: &Step) -> Option<(PathBuf, Version)> {
    let on_path = on_path(tool.programs[0]).and_then(|program| Some(program.parent()?.to_owned()));
    [on_path, Some(home(project, tool).join("bin"))]
        .into_iter()
        .flatten()
        .find_map(|folder| {
            let program = executable(&folder, tool.programs[0])?;
            let printed = Job::new(program)
                .arg("--version")
                .limit(QUESTION)
                .capture()
                .ok()?;
            let version = Version::find_in(&printed)?;
            if !(tool.accepts)(version, tool.version) {
                step.note(format_args!(
                    "the one in {} is {version}, {} is needed",
                    folder.display(),
                    tool.version
                ));
                return None;
            }
            let complete = tool
                .programs
                .iter()
                .all(|name| executable(&folder, name).is_some());
            complete.then_some((folder, version))
        })
}

/// The ways to install a tool, the quickest first.
fn ways(project: &Project, tool: &CargoTool) -> Vec<(&'static str, Job)> {
    let exactly = format!("{}@{}", tool.name, tool.version);
    let mut ways = Vec::new();
    if on_path("cargo-binstall").is_some() {
        let job = Job::new("cargo")
            .args([
                "binstall",
                "--no-confirm",
                "--disable-strategies",
                "compile",
            ])
            .arg("--root")
            .arg(home(project, tool))
            .arg(&exactly)
            .folder(&project.tools)
            .limit(DOWNLOAD_LIMIT);
        ways.push(("binstall", job));
    }
    // With the dependencies its authors tried; and without, for where the registry has no longer,
    // or not yet, one of them.
    for (way, locked) in [("locked", Some("--locked")), ("unlocked", None)] {
        let job = Job::new("cargo")
            .args(["install", "--force"])
            .args(locked)
            .arg("--root")
            .arg(home(project, tool))
            .arg(&exactly)
            .env("CARGO_TARGET_DIR", build_folder(project, tool))
            // These are run a few times and built once: optimising them for minutes does not pay.
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            // Outside of the checkout: its configuration is not for other people's crates.
            .folder(&project.tools)
            .limit(COMPILE_LIMIT);
        ways.push((way, job));
    }
    ways
}

fn home(project: &Project, tool: &CargoTool) -> PathBuf {
    project
        .tools
        .join(format!("{}-{}", tool.name, tool.version))
}

fn build_folder(project: &Project, tool: &CargoTool) -> PathBuf {
    project.tools.join(format!("build-{}", tool.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_trunk_of_the_same_series_will_do() -> Result<()> {
        let tool = trunk(&Project::find()?)?;
        let wanted = Version::new(0, 21, 14);
        for (found, accepted) in [
            (Version::new(0, 21, 14), true),
            (Version::new(0, 21, 20), true),
            (Version::new(0, 21, 13), false),
            (Version::new(0, 22, 0), false),
        ] {
            assert_eq!((tool.accepts)(found, wanted), accepted, "{found}");
        }
        Ok(())
    }

    #[test]
    fn only_the_very_version_of_wasm_bindgen_will_do() -> Result<()> {
        let tool = wasm_bindgen(&Project::find()?)?;
        let wanted = Version::new(0, 2, 130);
        assert!((tool.accepts)(wanted, wanted));
        assert!(!(tool.accepts)(Version::new(0, 2, 131), wanted));
        Ok(())
    }
}
