//! Running other programs: always with a time limit, always with a message a person can use.
//!
//! In: a command line. Out: nothing, its output, or a [`Failure`] that says which of the things
//! that can go wrong did. A program that reaches its limit is ended with everything it started:
//! downloads are known to hang where there is no network.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::interrupt::{self, Force};
use crate::report::{Step, spoken};

/// How often a running child is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How often a quiet step gives a sign of life.
const SIGN_OF_LIFE_EVERY: Duration = Duration::from_secs(15);
/// How long an ended child may clean up before it is killed.
const GRACE: Duration = Duration::from_secs(5);
/// How much of a failed program's output is shown.
const SHOWN_LINES: usize = 25;
/// How much of the output is read to find its last lines.
const TAIL_BYTES: u64 = 16 * 1024;
/// Long enough for anything that only prints its version, on the slowest machine.
pub(crate) const QUESTION: Duration = Duration::from_secs(30);

/// Why a program did not do what it was started for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("`{program}` is not installed, or not on PATH")]
    Missing { program: String },
    #[error("`{command}` did not finish within {} and was ended", spoken(*limit))]
    TimedOut { command: String, limit: Duration },
    #[error("`{command}` failed ({status}){output}")]
    Failed {
        command: String,
        status: ExitStatus,
        /// The last lines it printed, if they were kept from the screen; else empty.
        output: String,
    },
    #[error("`{command}` could not be run: {source}")]
    Io { command: String, source: io::Error },
}

/// A command line, where and with what it runs, and for how long at most.
#[derive(Debug)]
pub(crate) struct Job {
    program: OsString,
    args: Vec<OsString>,
    envs: Vec<(OsString, OsString)>,
    folder: Option<PathBuf>,
    limit: Option<Duration>,
}

impl Job {
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        Self {
            program: program.as_ref().to_owned(),
            args: Vec::new(),
            envs: Vec::new(),
            folder: None,
            limit: None,
        }
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    pub(crate) fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args
            .extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    pub(crate) fn env(mut self, key: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.envs
            .push((key.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    pub(crate) fn envs(mut self, envs: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        self.envs.extend(envs);
        self
    }

    pub(crate) fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    pub(crate) fn limit(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }

    /// The command as a person would type it.
    pub(crate) fn line(&self) -> String {
        let name = Path::new(&self.program)
            .file_name()
            .unwrap_or(&self.program);
        let mut line = name.to_string_lossy().into_owned();
        for arg in &self.args {
            line.push(' ');
            line.push_str(&arg.to_string_lossy());
        }
        line
    }

    /// Runs it with its output on the screen.
    pub(crate) fn run_openly(&self) -> Result<(), Failure> {
        let mut command = self.command();
        command.stdin(Stdio::null());
        let status = self.wait(self.start(&mut command)?, |_| {})?;
        self.verdict(status, String::new())
    }

    /// Runs it with its output in the file `log`, and signs of life from `step`: for installations,
    /// whose hundreds of lines nobody reads unless they fail.
    pub(crate) fn run_quietly(&self, step: &Step, log: &Path) -> Result<(), Failure> {
        let io = |source| self.io(source);
        if let Some(folder) = log.parent() {
            std::fs::create_dir_all(folder).map_err(io)?;
        }
        let out = File::create(log).map_err(io)?;
        let err = out.try_clone().map_err(io)?;
        let mut command = self.command();
        command.stdin(Stdio::null()).stdout(out).stderr(err);
        match self.limit {
            Some(limit) => step.note(format_args!("{} (limit {})", self.line(), spoken(limit))),
            None => step.note(self.line()),
        }
        let mut told = Instant::now();
        let status = self.wait(self.start(&mut command)?, |_| {
            if told.elapsed() >= SIGN_OF_LIFE_EVERY {
                told = Instant::now();
                step.still_going(last_lines(log, 1).trim());
            }
        })?;
        let output = if status.success() {
            String::new()
        } else {
            format!(
                "; it printed, last:\n{}  (all of it: {})",
                last_lines(log, SHOWN_LINES),
                log.display()
            )
        };
        self.verdict(status, output)
    }

    /// Runs it and gives what it printed on standard output; what it says on standard error is
    /// kept for the message of a failure.
    pub(crate) fn capture(&self) -> Result<String, Failure> {
        let mut command = self.command();
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = self.start(&mut command)?;
        // Read while it runs: a full pipe would make it wait for us while we wait for it.
        let out = child.stdout.take().map(read_aside);
        let err = child.stderr.take().map(read_aside);
        let status = self.wait(child, |_| {})?;
        let text = |reader: Option<thread::JoinHandle<String>>| {
            reader
                .and_then(|reader| reader.join().ok())
                .unwrap_or_default()
        };
        let (out, err) = (text(out), text(err));
        let said = if err.trim().is_empty() {
            String::new()
        } else {
            format!("; it said: {}", err.trim())
        };
        self.verdict(status, said).map(|()| out)
    }

    /// Starts it with its output on the screen and looks at it until it ends by itself.
    /// `look` is called all the while.
    pub(crate) fn run_beside(&self, look: impl FnMut(Duration)) -> Result<ExitStatus, Failure> {
        let mut command = self.command();
        command.stdin(Stdio::null());
        self.wait(self.start(&mut command)?, look)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args);
        for (key, _) in std::env::vars_os() {
            if belongs_to_our_own_build(&key) {
                command.env_remove(key);
            }
        }
        command.envs(self.envs.iter().map(|(key, value)| (key, value)));
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        interrupt::lead_own_group(&mut command);
        command
    }

    fn start(&self, command: &mut Command) -> Result<Child, Failure> {
        command.spawn().map_err(|source| {
            if source.kind() == io::ErrorKind::NotFound {
                Failure::Missing {
                    program: self.program.to_string_lossy().into_owned(),
                }
            } else {
                self.io(source)
            }
        })
    }

    /// Waits for `child` to end, or ends it at the limit. `look` is told how long it has run.
    fn wait(
        &self,
        mut child: Child,
        mut look: impl FnMut(Duration),
    ) -> Result<ExitStatus, Failure> {
        let group = child.id();
        let _guard = interrupt::watch_over(group);
        let begun = Instant::now();
        loop {
            if let Some(status) = child.try_wait().map_err(|source| self.io(source))? {
                return Ok(status);
            }
            let elapsed = begun.elapsed();
            if let Some(limit) = self.limit
                && elapsed >= limit
            {
                end(&mut child);
                return Err(Failure::TimedOut {
                    command: self.line(),
                    limit,
                });
            }
            look(elapsed);
            thread::sleep(LOOK_EVERY);
        }
    }

    fn verdict(&self, status: ExitStatus, output: String) -> Result<(), Failure> {
        if status.success() {
            return Ok(());
        }
        Err(Failure::Failed {
            command: self.line(),
            status,
            output,
        })
    }

    fn io(&self, source: io::Error) -> Failure {
        Failure::Io {
            command: self.line(),
            source,
        }
    }
}

/// Ends `child` and its whole group: asked first, killed after the grace.
fn end(child: &mut Child) {
    let group = child.id();
    interrupt::end_group(group, Force::Ask);
    let asked = Instant::now();
    while asked.elapsed() < GRACE && matches!(child.try_wait(), Ok(None)) {
        thread::sleep(LOOK_EVERY);
    }
    // Also when the leader has ended: what it started may still be there.
    interrupt::end_group(group, Force::Kill);
    let _ = child.kill();
    let _ = child.wait();
}

/// Whether cargo set this variable for building or running *this* program. A cargo started from
/// here would take some of them for its own and build again what is already built.
fn belongs_to_our_own_build(key: &OsStr) -> bool {
    let key = key.to_string_lossy();
    key.starts_with("CARGO_PKG_")
        || key.starts_with("CARGO_MANIFEST_")
        || matches!(
            &*key,
            "CARGO" | "CARGO_BIN_NAME" | "CARGO_CRATE_NAME" | "CARGO_PRIMARY_PACKAGE"
        )
}

fn read_aside(mut from: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read before an error is still worth showing.
        let _ = from.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// The last `count` lines of a file that have something on them; fewer if it is shorter, none if
/// it cannot be read.
fn last_lines(file: &Path, count: usize) -> String {
    let Ok(mut file) = File::open(file) else {
        return String::new();
    };
    let length = file.metadata().map_or(0, |data| data.len());
    let mut bytes = Vec::new();
    if file
        .seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))
        .and_then(|_| file.read_to_end(&mut bytes))
        .is_err()
    {
        return String::new();
    }
    let text = String::from_utf8_lossy(&bytes);
    // Progress bars go back to the line's beginning instead of ending it.
    let lines: Vec<&str> = text
        .split(['\n', '\r'])
        .filter(|line| !line.trim().is_empty())
        .collect();
    let mut shown = String::new();
    for line in &lines[lines.len().saturating_sub(count)..] {
        shown.push_str("    ");
        shown.push_str(line.trim_end());
        shown.push('\n');
    }
    shown
}

/// The file that a command named `name` on PATH stands for.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).find_map(|folder| executable(&folder, name))
}

/// The executable named `name` in `folder`.
pub(crate) fn executable(folder: &Path, name: &str) -> Option<PathBuf> {
    let candidate = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    candidate.is_file().then_some(candidate)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Job {
        Job::new("sh").args(["-c", script]).limit(QUESTION)
    }

    #[test]
    fn what_a_program_prints_is_given_back() {
        assert_eq!(
            shell("echo found").capture().ok().as_deref(),
            Some("found\n")
        );
    }

    #[test]
    fn a_missing_program_is_named() {
        let failure = Job::new("no-such-program-at-all").capture().unwrap_err();
        assert!(
            matches!(failure, Failure::Missing { ref program } if program == "no-such-program-at-all")
        );
    }

    #[test]
    fn a_failure_carries_what_the_program_said() {
        let failure = shell("echo sorry >&2; exit 3").capture().unwrap_err();
        assert!(failure.to_string().contains("it said: sorry"), "{failure}");
    }

    #[test]
    fn at_the_limit_a_program_is_ended_with_everything_it_started() {
        let mark = std::env::temp_dir().join(format!("xtask-limit-{}", std::process::id()));
        let script = format!("(sleep 1; touch '{}') & sleep 60", mark.display());
        let begun = Instant::now();
        let failure = shell(&script)
            .limit(Duration::from_millis(200))
            .run_openly()
            .unwrap_err();
        assert!(matches!(failure, Failure::TimedOut { .. }), "{failure}");
        assert!(begun.elapsed() < Duration::from_secs(20));
        thread::sleep(Duration::from_millis(1_500));
        assert!(!mark.exists(), "the grandchild lived on");
    }

    #[test]
    fn the_last_lines_of_a_log_are_found_across_progress_bars() {
        let log = std::env::temp_dir().join(format!("xtask-log-{}", std::process::id()));
        std::fs::write(&log, "one\n10%\r20%\rdone\n\nlast\n").unwrap();
        assert_eq!(last_lines(&log, 2), "    done\n    last\n");
        std::fs::remove_file(&log).unwrap();
        assert_eq!(last_lines(&log, 2), "");
    }

    #[test]
    fn variables_of_our_own_build_are_kept_from_others() {
        assert!(belongs_to_our_own_build(OsStr::new("CARGO_PKG_NAME")));
        assert!(belongs_to_our_own_build(OsStr::new("CARGO_MANIFEST_DIR")));
        assert!(!belongs_to_our_own_build(OsStr::new("CARGO_TARGET_DIR")));
        assert!(!belongs_to_our_own_build(OsStr::new("CARGO_HOME")));
    }
}
