//! The files that belong to the repository: what git tracks, or would if it were asked to.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::process::Job;
use crate::project::Project;

const LIMIT: Duration = Duration::from_mins(1);

/// The repository as the rules see it.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) root: PathBuf,
    /// Paths from the root, with `/` between folders, sorted.
    names: Vec<String>,
}

impl Files {
    /// The files of this checkout; those that git ignores are not looked at.
    pub(super) fn of(project: &Project) -> Result<Self> {
        let listed = Job::new("git")
            .args([
                "ls-files",
                "--cached",
                "--others",
                "--exclude-standard",
                "-z",
            ])
            .folder(&project.root)
            .limit(LIMIT)
            .capture()
            .context("the rules are for a git checkout")?;
        let mut names: Vec<String> = listed
            .split('\0')
            .filter(|name| !name.is_empty())
            // Deleted, but not yet committed so.
            .filter(|name| project.root.join(name).is_file())
            .map(str::to_owned)
            .collect();
        names.sort();
        Ok(Self {
            root: project.root.clone(),
            names,
        })
    }

    /// The files whose name ends with one of `endings`.
    pub(super) fn ending_with<'a>(&'a self, endings: &'a [&str]) -> impl Iterator<Item = &'a str> {
        self.names
            .iter()
            .map(String::as_str)
            .filter(move |name| endings.iter().any(|ending| name.ends_with(ending)))
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.names.iter().any(|other| other == name)
    }

    /// A file's text; `None` for one that is not text.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>> {
        let path: &Path = name.as_ref();
        let bytes =
            std::fs::read(self.root.join(path)).with_context(|| format!("cannot read {name}"))?;
        Ok(String::from_utf8(bytes).ok())
    }
}
