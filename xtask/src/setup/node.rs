//! Node.js, and what comes from npm: the optimiser `wasm-opt`, the driver of the browser tests, and
//! what the code editor is made of.
//!
//! The npm packages are pinned by the `package-lock.json` of the folder they belong to, and live
//! beside it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use super::Mode;
use crate::process::{Job, QUESTION, on_path};
use crate::project::Project;
use crate::report::{Step, advise};
use crate::system;
use crate::version::Version;

/// What the browser driver asks for.
const OLDEST_NODE: Version = Version::new(20, 0, 0);
const NODE_PACKAGES: &[&str] = &["nodejs", "npm"];
/// The packages are about 120 MB.
const NPM_LIMIT: Duration = Duration::from_mins(5);
const NODE_BY_HAND: &str = "install Node.js 20 or later, with npm";

/// A folder of the repository with npm packages of its own.
#[derive(Clone, Copy, Debug)]
pub(super) enum Packages {
    /// The driver of the browser tests, and the optimiser.
    Browser,
    /// The code editor and what bundles it.
    Editor,
}

impl Packages {
    /// The folder, as people write it.
    const fn name(self) -> &'static str {
        match self {
            Self::Browser => "tests/browser",
            Self::Editor => "web/editor",
        }
    }

    fn folder(self, project: &Project) -> PathBuf {
        match self {
            Self::Browser => project.browser_tests(),
            Self::Editor => project.editor_sources(),
        }
    }
}

/// Finds or installs Node.js.
pub(super) fn provide(project: &Project, mode: Mode, step: &Step) -> Result<()> {
    if let Some(version) = version_of("node")
        && version >= OLDEST_NODE
    {
        step.note(format_args!("found {version}"));
        return Ok(());
    }
    if mode == Mode::OnlyLook {
        return Err(too_old_or_missing());
    }
    if on_path("node").is_none() {
        system::install(project, step, NODE_PACKAGES, NODE_BY_HAND)?;
    }
    match version_of("node") {
        Some(version) if version >= OLDEST_NODE => {
            step.done(format_args!("installed {version}"));
            Ok(())
        }
        _ => Err(too_old_or_missing()),
    }
}

fn too_old_or_missing() -> anyhow::Error {
    let found = version_of("node").map_or_else(
        || "no Node.js".to_owned(),
        |version| format!("Node.js {version} is too old, {OLDEST_NODE} is needed"),
    );
    advise(found, NODE_BY_HAND)
}

/// Finds `wasm-opt` or installs it. Gives the folder it is in, if that is not one of PATH.
pub(super) fn provide_wasm_opt(
    project: &Project,
    mode: Mode,
    step: &Step,
) -> Result<Option<PathBuf>> {
    let wanted = project.wasm_opt_version()?;
    let asked = |program: &Path| version_of_program(program);
    match on_path("wasm-opt").map(|program| asked(&program)) {
        Some(Some(version)) if version == wanted => {
            step.note(format_args!("found {}", version.major));
            return Ok(None);
        }
        Some(Some(version)) => step.note(format_args!(
            "the one on PATH is {}, {} is needed",
            version.major, wanted.major
        )),
        _ => {}
    }
    provide_packages(project, Packages::Browser, mode, step)?;
    let folder = modules(project, Packages::Browser).join(".bin");
    match asked(&folder.join("wasm-opt")) {
        Some(version) if version == wanted => Ok(Some(folder)),
        found => Err(advise(
            format_args!(
                "Trunk.toml wants wasm-opt {}, the npm package has {}",
                wanted.major,
                found.map_or_else(
                    || "none that runs".to_owned(),
                    |found| found.major.to_string()
                )
            ),
            "name the same version of binaryen in Trunk.toml and tests/browser/package.json",
        )),
    }
}

/// Installs the pinned npm packages, unless they are there.
pub(super) fn provide_packages(
    project: &Project,
    packages: Packages,
    mode: Mode,
    step: &Step,
) -> Result<()> {
    let missing = missing_packages(project, packages)?;
    if missing.is_empty() {
        step.note("found, the pinned npm packages");
        return Ok(());
    }
    if mode == Mode::OnlyLook {
        return Err(advise(
            format_args!(
                "npm packages are missing or of another version: {}",
                missing.join(", ")
            ),
            format_args!("run `npm ci --ignore-scripts` in {}", packages.name()),
        ));
    }
    if on_path("npm").is_none() {
        provide(project, mode, step)?;
        if on_path("npm").is_none() {
            system::install(project, step, &["npm"], NODE_BY_HAND)?;
        }
    }
    Job::new("npm")
        // No package's own script is run: none of them needs one, and browsers are not downloaded.
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .folder(packages.folder(project))
        .limit(NPM_LIMIT)
        .run_quietly(step, &project.log("npm"))
        .map_err(|failure| {
            advise(
                failure,
                format_args!(
                    "check that the npm registry can be reached, then run `npm ci --ignore-scripts` in {}",
                    packages.name()
                ),
            )
        })?;
    step.done(format_args!("installed {}", missing.join(", ")));
    Ok(())
}

/// The pinned packages that are not there in the pinned version, as `name@version`.
fn missing_packages(project: &Project, packages: Packages) -> Result<Vec<String>> {
    let manifest = packages.folder(project).join("package.json");
    let manifest =
        read_json(&manifest).with_context(|| format!("{} cannot be read", manifest.display()))?;
    let pinned = manifest
        .get("devDependencies")
        .and_then(Value::as_object)
        .with_context(|| format!("{}/package.json has no devDependencies", packages.name()))?;
    let modules = modules(project, packages);
    Ok(pinned
        .iter()
        .filter(|(name, version)| {
            let installed = read_json(&modules.join(name).join("package.json"));
            installed
                .as_ref()
                .and_then(|package| package.get("version"))
                != Some(version)
        })
        .map(|(name, version)| format!("{name}@{}", version.as_str().unwrap_or("?")))
        .collect())
}

fn modules(project: &Project, packages: Packages) -> PathBuf {
    packages.folder(project).join("node_modules")
}

fn read_json(file: &Path) -> Option<Value> {
    serde_json::from_slice(&std::fs::read(file).ok()?).ok()
}

fn version_of(name: &str) -> Option<Version> {
    version_of_program(&on_path(name)?)
}

fn version_of_program(program: &Path) -> Option<Version> {
    let printed = Job::new(program)
        .arg("--version")
        .limit(QUESTION)
        .capture()
        .ok()?;
    Version::find_in(&printed)
}
