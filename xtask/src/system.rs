//! The distribution's packages, where there is a package manager that can be asked without a
//! person: apt, as root or through a `sudo` that asks for no password.
//!
//! In: names of packages. Out: the packages installed, or the very command a person has to type.

use std::time::Duration;

use anyhow::Result;

use crate::process::{Failure, Job, QUESTION, on_path};
use crate::project::Project;
use crate::report::{Step, advise};

/// Package lists are small; a mirror that needs longer does not answer.
const UPDATE_LIMIT: Duration = Duration::from_mins(2);
/// The largest set, a browser with its libraries, is about 150 MB.
const INSTALL_LIMIT: Duration = Duration::from_mins(10);
/// Another apt may be at work: how long, in seconds, ours waits for it.
const LOCK_WAIT: &str = "DPkg::Lock::Timeout=120";

/// Whether packages can be installed from here at all.
pub(crate) fn has_apt() -> bool {
    on_path("apt-get").is_some()
}

/// Installs `packages` and nothing that they merely recommend. Nothing is ever removed to make
/// room: a conflict with what a person has installed is a failure. `otherwise` is what a person
/// can do who does not want these packages.
pub(crate) fn install(
    project: &Project,
    step: &Step,
    packages: &[&str],
    otherwise: &str,
) -> Result<()> {
    let by_hand = format!(
        "apt-get update && apt-get install --no-install-recommends {}",
        packages.join(" ")
    );
    if !has_apt() {
        return Err(advise(
            format_args!("no apt-get here to install {} with", packages.join(", ")),
            format_args!("{otherwise}; then start again"),
        ));
    }
    let privilege = Privilege::find().ok_or_else(|| {
        advise(
            format_args!(
                "installing {} needs root, and there is no sudo that works without a password",
                packages.join(", ")
            ),
            format_args!("run `sudo sh -c '{by_hand}'`, or {otherwise}; then start again"),
        )
    })?;
    let apt = |arguments: &[&str], limit| {
        privilege
            .job("apt-get")
            .args(["-o", LOCK_WAIT, "-o", "Acquire::Retries=2"])
            .args(arguments)
            .limit(limit)
    };
    // Old lists may still do; if they do not, the installation says so.
    if let Err(failure) =
        apt(&["update"], UPDATE_LIMIT).run_quietly(step, &project.log("apt-update"))
    {
        step.note(format_args!("package lists are not fresh: {failure}"));
    }
    let mut arguments = vec!["install", "--yes", "--no-install-recommends", "--no-remove"];
    arguments.extend(packages);
    apt(&arguments, INSTALL_LIMIT)
        .run_quietly(step, &project.log("apt-install"))
        .map_err(|failure| {
            let remedy = match failure {
                Failure::TimedOut { .. } => "check the network and the package mirror, then run",
                _ => "mend what apt-get says above, then run",
            };
            advise(
                failure,
                format_args!("{remedy} `{by_hand}` as root, or {otherwise}; then start again"),
            )
        })
}

/// What makes a command run as root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Privilege {
    Root,
    Sudo,
}

impl Privilege {
    fn find() -> Option<Self> {
        if is_root() {
            return Some(Self::Root);
        }
        // A password cannot be asked for: children have no terminal.
        Job::new("sudo")
            .args(["-n", "true"])
            .limit(QUESTION)
            .capture()
            .is_ok()
            .then_some(Self::Sudo)
    }

    fn job(self, program: &str) -> Job {
        match self {
            Self::Root => Job::new(program).env("DEBIAN_FRONTEND", "noninteractive"),
            // sudo clears the environment, so the variable is set behind it.
            Self::Sudo => {
                Job::new("sudo").args(["-n", "env", "DEBIAN_FRONTEND=noninteractive", program])
            }
        }
    }
}

fn is_root() -> bool {
    #[cfg(unix)]
    {
        rustix::process::geteuid().is_root()
    }
    #[cfg(not(unix))]
    {
        false
    }
}
