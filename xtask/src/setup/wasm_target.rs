//! A compiler for `wasm32-unknown-unknown`, with its standard library.
//!
//! The standard way is the toolchain's own target, which `rustup target add` downloads. Where that
//! download is not to be had, Debian's `rustc-web` (a current Rust, kept for building browsers) has
//! no such target either, but its library's source: cargo then builds the standard library along
//! with the page. That mode is meant for nightly compilers and asks for `RUSTC_BOOTSTRAP`; it is
//! used for the wasm builds alone, native builds stay with the toolchain of the checkout.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;

use super::Mode;
use crate::process::{Job, QUESTION, executable, on_path};
use crate::project::Project;
use crate::report::{Step, advise};
use crate::system;
use crate::version::Version;

const TARGET: &str = "wasm32-unknown-unknown";
/// The download is 20 MB. Without a network rustup can hang for ever, and the other way stands
/// ready: so it gets a minute, which is enough for a line of 3 Mbit/s.
const RUSTUP_LIMIT: Duration = Duration::from_mins(1);
/// Where the distribution's packages put their programs.
const SYSTEM_PROGRAMS: &str = "/usr/bin";
/// Compiler, cargo of the same version, and the standard library's source.
const PACKAGES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src"];
/// A linker for wasm, should the checkout's toolchain have none.
const LINKER_PACKAGE: &str = "lld";
/// What links wasm, by preference; `rust-lld` needs a link or a flavour, which cargo passes.
const SYSTEM_LINKERS: &[&str] = &[
    "wasm-ld",
    "wasm-ld-22",
    "wasm-ld-21",
    "wasm-ld-20",
    "wasm-ld-19",
];

/// What builds for wasm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WasmToolchain {
    /// The checkout's own toolchain, with the target installed.
    Standard,
    /// The distribution's compiler, building the standard library from source.
    Distribution { linker: PathBuf },
}

impl WasmToolchain {
    /// Folders whose programs come before all others.
    pub(super) fn folders(&self) -> Vec<PathBuf> {
        match self {
            Self::Standard => Vec::new(),
            Self::Distribution { .. } => vec![PathBuf::from(SYSTEM_PROGRAMS)],
        }
    }

    /// Variables that make cargo use this toolchain.
    pub(super) fn environment(&self) -> Vec<(OsString, OsString)> {
        match self {
            Self::Standard => Vec::new(),
            Self::Distribution { linker } => [
                ("RUSTC", OsString::from(system_program("rustc"))),
                ("RUSTC_BOOTSTRAP", OsString::from("1")),
                // `panic_abort` is not found unless it is named.
                (
                    "CARGO_UNSTABLE_BUILD_STD",
                    OsString::from("std,panic_abort"),
                ),
                (
                    "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER",
                    OsString::from(linker),
                ),
            ]
            .map(|(key, value)| (OsString::from(key), value))
            .into(),
        }
    }
}

/// Finds a compiler for wasm, or installs one.
pub(super) fn provide(project: &Project, mode: Mode, step: &Step) -> Result<WasmToolchain> {
    if has_target(project) {
        step.note("found, the standard one");
        return Ok(WasmToolchain::Standard);
    }
    if let Some(found) = find_distribution(project)? {
        step.note(format_args!(
            "found, the distribution's compiler; the standard library is built with the page \
             (`rustup target add {TARGET}` would be the standard way)"
        ));
        return Ok(found);
    }
    let by_hand = format!("run `rustup target add {TARGET}` where the network can be reached");
    if mode == Mode::OnlyLook {
        return Err(advise(format_args!("no target {TARGET}"), by_hand));
    }
    match add_with_rustup(project, step) {
        Ok(()) => {
            step.done("installed with rustup");
            return Ok(WasmToolchain::Standard);
        }
        Err(failure) => step.note(format_args!("not the standard way: {failure}")),
    }
    if !system::has_apt() {
        return Err(advise(
            format_args!(
                "the target {TARGET} could not be downloaded, and this system has no apt-get to get another compiler with"
            ),
            by_hand,
        ));
    }
    step.note("trying the distribution's compiler");
    system::install(project, step, PACKAGES, &by_hand)?;
    if find_linker(project).is_none() {
        system::install(project, step, &[LINKER_PACKAGE], &by_hand)?;
    }
    match find_distribution(project)? {
        Some(found) => {
            step.done("installed the distribution's compiler");
            Ok(found)
        }
        None => Err(advise(
            format_args!(
                "the distribution's rustc is older than {}, or lacks a linker or its library's source",
                project.oldest_rust()?
            ),
            by_hand,
        )),
    }
}

/// Whether the checkout's own toolchain has the target's standard library.
fn has_target(project: &Project) -> bool {
    Job::new("rustc")
        .args(["--print", "target-libdir", "--target", TARGET])
        .folder(&project.root)
        .limit(QUESTION)
        .capture()
        .is_ok_and(|folder| holds_standard_library(Path::new(folder.trim())))
}

fn holds_standard_library(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|files| {
        files
            .flatten()
            .any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
    })
}

fn add_with_rustup(project: &Project, step: &Step) -> Result<()> {
    Job::new("rustup")
        .args(["target", "add", TARGET])
        // In the checkout, so that it is added to the toolchain that the checkout names.
        .folder(&project.root)
        .limit(RUSTUP_LIMIT)
        .run_quietly(step, &project.log("rustup"))?;
    if !has_target(project) {
        anyhow::bail!("rustup reported success, but this toolchain still lacks the target");
    }
    Ok(())
}

/// The distribution's compiler, if it is recent enough and everything it needs is there.
fn find_distribution(project: &Project) -> Result<Option<WasmToolchain>> {
    let oldest = project.oldest_rust()?;
    let recent = |program: &str| {
        Job::new(system_program(program))
            .arg("--version")
            .limit(QUESTION)
            .capture()
            .ok()
            .and_then(|printed| Version::find_in(&printed))
            .is_some_and(|version| version >= oldest)
    };
    if !recent("rustc") || !recent("cargo") || !has_library_source() {
        return Ok(None);
    }
    Ok(find_linker(project).map(|linker| WasmToolchain::Distribution { linker }))
}

fn has_library_source() -> bool {
    sysroot_of(Job::new(system_program("rustc"))).is_some_and(|sysroot| {
        sysroot
            .join("lib/rustlib/src/rust/library/std/Cargo.toml")
            .is_file()
    })
}

/// The linker in the checkout's toolchain; else one of the system's.
fn find_linker(project: &Project) -> Option<PathBuf> {
    sysroot_of(Job::new("rustc").folder(&project.root))
        .and_then(|sysroot| fs::read_dir(sysroot.join("lib/rustlib")).ok())
        .and_then(|hosts| {
            hosts
                .flatten()
                .find_map(|host| executable(&host.path().join("bin"), "rust-lld"))
        })
        .or_else(|| SYSTEM_LINKERS.iter().find_map(|name| on_path(name)))
}

fn sysroot_of(rustc: Job) -> Option<PathBuf> {
    let printed = rustc
        .args(["--print", "sysroot"])
        .limit(QUESTION)
        .capture()
        .ok()?;
    Some(PathBuf::from(printed.trim()))
}

fn system_program(name: &str) -> PathBuf {
    Path::new(SYSTEM_PROGRAMS).join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_toolchain_changes_nothing_in_the_environment() {
        assert!(WasmToolchain::Standard.environment().is_empty());
        assert!(WasmToolchain::Standard.folders().is_empty());
    }

    #[test]
    fn the_distribution_s_compiler_builds_the_standard_library_itself() {
        let toolchain = WasmToolchain::Distribution {
            linker: PathBuf::from("/opt/rust-lld"),
        };
        let environment = toolchain.environment();
        let value = |key: &str| {
            environment
                .iter()
                .find(|(name, _)| name == key)
                .map(|(_, value)| value.to_string_lossy().into_owned())
        };
        assert_eq!(value("RUSTC").as_deref(), Some("/usr/bin/rustc"));
        assert_eq!(
            value("CARGO_UNSTABLE_BUILD_STD").as_deref(),
            Some("std,panic_abort")
        );
        assert_eq!(
            value("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER").as_deref(),
            Some("/opt/rust-lld")
        );
    }
}
