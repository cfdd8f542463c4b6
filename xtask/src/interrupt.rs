//! Children that outlive nobody.
//!
//! Every program started from here runs in a process group of its own, so that a time limit ends
//! it together with whatever it started. The price: Ctrl-C in the terminal no longer reaches it.
//! This module pays it back. In: the group that is running now. Out: on Ctrl-C or a termination
//! signal that group is ended, and then this program.

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// What a shell reports for a program ended by Ctrl-C.
const INTERRUPTED: i32 = 130;

/// The process group running now; 0 for none. There is never more than one.
static RUNNING: AtomicU32 = AtomicU32::new(0);

/// Installs the handler; called once, before any child is started.
pub(crate) fn end_children_on_interrupt() -> anyhow::Result<()> {
    ctrlc::set_handler(|| {
        let group = RUNNING.load(Ordering::SeqCst);
        if group != 0 {
            end_group(group, Force::Ask);
        }
        std::process::exit(INTERRUPTED);
    })?;
    Ok(())
}

/// Marks `group` as the one to end on an interrupt, until the guard is dropped.
pub(crate) fn watch_over(group: u32) -> Guard {
    RUNNING.store(group, Ordering::SeqCst);
    Guard
}

#[derive(Debug)]
pub(crate) struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        RUNNING.store(0, Ordering::SeqCst);
    }
}

/// How a group is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Force {
    /// It may clean up after itself.
    Ask,
    /// It had its chance.
    Kill,
}

/// Makes `command` the leader of a process group of its own.
pub(crate) fn lead_own_group(command: &mut Command) {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    #[cfg(not(unix))]
    let _ = command;
}

/// Ends every process of the group whose leader is `leader`. One that has already ended is no
/// failure, so there is nothing to report.
pub(crate) fn end_group(leader: u32, force: Force) {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process_group};
        let signal = match force {
            Force::Ask => Signal::TERM,
            Force::Kill => Signal::KILL,
        };
        if let Some(pid) = i32::try_from(leader).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(pid, signal);
        }
    }
    #[cfg(not(unix))]
    {
        let _ = force;
        let _ = Command::new("taskkill")
            .args(["/T", "/F", "/PID", &leader.to_string()])
            .output();
    }
}
