//! Where things are, and which versions are pinned where.
//!
//! In: the checkout this program was built from, and the environment. Out: paths and versions; no
//! other module knows the layout of the repository or reads its manifests for a version.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::version::Version;

/// This checkout and the folders that belong to it.
#[derive(Debug)]
pub(crate) struct Project {
    /// The folder with the workspace's `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// Where native builds go.
    pub(crate) target: PathBuf,
    /// Where tools of this project are installed: outside of the checkout, so that a fresh clone
    /// does not compile them again.
    pub(crate) tools: PathBuf,
}

impl Project {
    pub(crate) fn find() -> Result<Self> {
        // Set by `cargo run`; the other is for a binary started by hand.
        let manifest = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest
            .parent()
            .context("the xtask crate has no folder above it")?
            .to_owned();
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => env::current_dir()?.join(folder),
            None => root.join("target"),
        };
        Ok(Self {
            root,
            target,
            tools: tools_folder()?,
        })
    }

    /// Where the page and the wasm tests are built: apart from the native builds, which may use
    /// another compiler, so that neither invalidates the other.
    pub(crate) fn wasm_target(&self) -> PathBuf {
        self.target.join("wasm")
    }

    /// The built page.
    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// The browser tests, and the npm packages that they and the build of the page use.
    pub(crate) fn browser_tests(&self) -> PathBuf {
        self.root.join("tests").join("browser")
    }

    /// What the code editor is made of.
    pub(crate) fn editor_sources(&self) -> PathBuf {
        self.root.join("web").join("editor")
    }

    /// The code editor as the page loads it.
    pub(crate) fn editor(&self) -> PathBuf {
        self.root.join("static").join("editor")
    }

    /// What was printed by a step that does not print on the screen.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.target.join("xtask").join(format!("{name}.log"))
    }

    /// The `wasm-bindgen` that the page links, and that its command line tool must equal.
    pub(crate) fn wasm_bindgen_version(&self) -> Result<Version> {
        let lock = self.read("Cargo.lock")?;
        locked_version(&lock, "wasm-bindgen").context("Cargo.lock names no wasm-bindgen")
    }

    /// The oldest Rust that builds the workspace.
    pub(crate) fn oldest_rust(&self) -> Result<Version> {
        let manifest = self.read("Cargo.toml")?;
        value_of(&manifest, "rust-version")
            .and_then(|text| Version::find_in(&text))
            .context("Cargo.toml names no rust-version")
    }

    /// The optimiser's version that `Trunk.toml` pins (`version_132`).
    pub(crate) fn wasm_opt_version(&self) -> Result<Version> {
        let manifest = self.read("Trunk.toml")?;
        value_of(&manifest, "wasm_opt")
            .and_then(|text| Version::find_in(text.strip_prefix("version_")?))
            .context("Trunk.toml names no wasm_opt")
    }

    /// The oldest Trunk that `Trunk.toml` accepts, which is the one that is installed.
    pub(crate) fn trunk_version(&self) -> Result<Version> {
        let manifest = self.read("Trunk.toml")?;
        value_of(&manifest, "trunk-version")
            .and_then(|text| Version::find_in(text.strip_prefix('^')?))
            .context("Trunk.toml names no trunk-version")
    }

    /// A file of the checkout, by its path from the root.
    pub(crate) fn read(&self, path: impl AsRef<Path>) -> Result<String> {
        let path = self.root.join(path);
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    }
}

/// `INTERPLAY_TOOLS`, or a folder of this user's cache.
fn tools_folder() -> Result<PathBuf> {
    if let Some(folder) = env::var_os("INTERPLAY_TOOLS").filter(|folder| !folder.is_empty()) {
        return Ok(env::current_dir()?.join(folder));
    }
    let cache = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute())
        .or_else(|| env::home_dir().map(|home| home.join(".cache")))
        .context(
            "this user has no home folder to keep tools in\n  what to do: set INTERPLAY_TOOLS to a folder",
        )?;
    Ok(cache.join("interplay").join("tools"))
}

/// The version of `package` in the text of a `Cargo.lock`.
fn locked_version(lock: &str, package: &str) -> Option<Version> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.next()?;
    let version = lines.next()?.strip_prefix("version = ")?;
    Version::find_in(version.trim_matches('"'))
}

/// The text of the first `key = "text"` line of a TOML file. All that is needed here: the keys
/// asked for stand once, on one line, in files of this repository.
fn value_of(toml: &str, key: &str) -> Option<String> {
    toml.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        (name.trim() == key).then(|| value.trim().trim_matches('"').to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locked_version_is_of_the_package_and_not_of_its_neighbours() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"0.1.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"x\"\n";
        assert_eq!(
            locked_version(lock, "wasm-bindgen"),
            Some(Version::new(0, 2, 130))
        );
        assert_eq!(locked_version(lock, "trunk"), None);
    }

    #[test]
    fn every_pinned_version_can_be_read() -> Result<()> {
        let project = Project::find()?;
        assert!(project.wasm_bindgen_version()? > Version::new(0, 2, 0));
        assert!(project.oldest_rust()? >= Version::new(1, 85, 0));
        assert!(project.wasm_opt_version()? > Version::new(108, 0, 0));
        assert!(project.trunk_version()? > Version::new(0, 21, 0));
        Ok(())
    }
}
