//! Finding the tools that the page and its tests need, and installing the ones that are missing.
//!
//! In: which tools are needed, and whether anything may be installed. Out: [`Tools`], which knows
//! how to put them into the environment of a build; or a failure with what to do. A tool that is
//! there in the right version is used as it is, so that a second run only looks.
//!
//! Each tool has a module: `find` only looks, `provide` installs.

mod cargo_tool;
mod chromium;
mod node;
mod valgrind;
mod wasm_target;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process::Job;
use crate::project::Project;
use crate::report::Step;

pub(crate) use wasm_target::WasmToolchain;

/// A tool that something cannot do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// A compiler for wasm32-unknown-unknown, with its standard library.
    WasmTarget,
    /// `trunk`, which builds and serves the page.
    Trunk,
    /// `wasm-bindgen` and its test runner, at exactly the locked version.
    WasmBindgen,
    /// `wasm-opt`, at exactly the pinned version.
    WasmOpt,
    /// `node`, which runs wasm tests and browser tests.
    Node,
    /// The npm packages of the browser tests.
    BrowserDriver,
    /// The npm packages of the code editor.
    EditorPackages,
    /// A Chromium to run the page in.
    Chromium,
    /// `valgrind`, which counts instructions.
    Valgrind,
}

impl Need {
    pub(crate) const ALL: &'static [Self] = &[
        Self::WasmTarget,
        Self::Trunk,
        Self::WasmBindgen,
        Self::Node,
        Self::WasmOpt,
        Self::BrowserDriver,
        Self::EditorPackages,
        Self::Chromium,
        Self::Valgrind,
    ];

    fn title(self) -> &'static str {
        match self {
            Self::WasmTarget => "wasm target",
            Self::Trunk => "trunk",
            Self::WasmBindgen => "wasm-bindgen",
            Self::WasmOpt => "wasm-opt",
            Self::Node => "node",
            Self::BrowserDriver => "browser driver",
            Self::EditorPackages => "editor packages",
            Self::Chromium => "chromium",
            Self::Valgrind => "valgrind",
        }
    }
}

/// Whether missing tools are installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Install,
    /// A missing tool is a failure.
    OnlyLook,
}

impl Mode {
    pub(crate) fn from_skip(skip_setup: bool) -> Self {
        if skip_setup {
            Self::OnlyLook
        } else {
            Self::Install
        }
    }
}

/// The tools that were found or installed.
#[derive(Debug, Default)]
pub(crate) struct Tools {
    wasm: Option<WasmToolchain>,
    trunk: Option<PathBuf>,
    test_runner: Option<PathBuf>,
    chromium: Option<PathBuf>,
    /// Folders to be searched before PATH, in this order.
    folders: Vec<PathBuf>,
}

impl Tools {
    pub(crate) fn trunk(&self) -> Result<&Path> {
        self.trunk.as_deref().context("trunk was not set up")
    }

    pub(crate) fn test_runner(&self) -> Result<&Path> {
        self.test_runner
            .as_deref()
            .context("wasm-bindgen-test-runner was not set up")
    }

    pub(crate) fn chromium(&self) -> Result<&Path> {
        self.chromium.as_deref().context("chromium was not set up")
    }

    /// `job` with everything in its environment that a build for wasm needs.
    pub(crate) fn for_wasm(&self, project: &Project, job: Job) -> Result<Job> {
        let wasm = self
            .wasm
            .as_ref()
            .context("the wasm target was not set up")?;
        let mut folders = self.folders.clone();
        folders.extend(wasm.folders());
        Ok(job
            .env("CARGO_TARGET_DIR", project.wasm_target())
            .env("PATH", path_with(&folders)?)
            .envs(wasm.environment()))
    }
}

/// Finds or installs all of `needs`.
pub(crate) fn provide(project: &Project, needs: &[Need], mode: Mode) -> Result<Tools> {
    let mut tools = Tools::default();
    for &need in needs {
        let step = Step::begin(format!("set-up: {}", need.title()));
        provide_one(project, need, mode, &step, &mut tools)
            .with_context(|| format!("{} is missing", need.title()))?;
    }
    Ok(tools)
}

fn provide_one(
    project: &Project,
    need: Need,
    mode: Mode,
    step: &Step,
    tools: &mut Tools,
) -> Result<()> {
    match need {
        Need::WasmTarget => tools.wasm = Some(wasm_target::provide(project, mode, step)?),
        Need::Trunk => {
            let folder = cargo_tool::provide(project, &cargo_tool::trunk(project)?, mode, step)?;
            tools.trunk = crate::process::executable(&folder, "trunk");
        }
        Need::WasmBindgen => {
            let tool = cargo_tool::wasm_bindgen(project)?;
            let folder = cargo_tool::provide(project, &tool, mode, step)?;
            tools.test_runner = crate::process::executable(&folder, "wasm-bindgen-test-runner");
            tools.folders.push(folder);
        }
        Need::WasmOpt => tools
            .folders
            .extend(node::provide_wasm_opt(project, mode, step)?),
        Need::Node => node::provide(project, mode, step)?,
        Need::BrowserDriver => {
            node::provide_packages(project, node::Packages::Browser, mode, step)?;
        }
        Need::EditorPackages => {
            node::provide_packages(project, node::Packages::Editor, mode, step)?;
        }
        Need::Valgrind => valgrind::provide(project, mode, step)?,
        Need::Chromium => tools.chromium = Some(chromium::provide(project, mode, step)?),
    }
    Ok(())
}

/// PATH with `folders` before it.
fn path_with(folders: &[PathBuf]) -> Result<OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = folders.iter().cloned().chain(std::env::split_paths(&path));
    std::env::join_paths(all).context("a folder's name cannot stand in PATH")
}
