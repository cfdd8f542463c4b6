//! How this program talks: one line for every step begun, still going, done or failed.
//!
//! In: what happens. Out: lines on standard output (standard error for the final failure), each
//! complete in itself, so that they read the same in a terminal and in a log.

use std::fmt;
use std::io::Write;
use std::time::{Duration, Instant};

/// A failure that says both what went wrong and what a person should do about it.
pub(crate) fn advise(what: impl fmt::Display, what_to_do: impl fmt::Display) -> anyhow::Error {
    anyhow::anyhow!("{what}\n  what to do: {what_to_do}")
}

/// The last line before a non-zero exit: the failure and its causes.
pub(crate) fn failure(error: &anyhow::Error) {
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    eprintln!("\nerror: {}", causes.join("\n  because: "));
}

/// A line of its own, at once.
pub(crate) fn say(line: impl fmt::Display) {
    println!("{line}");
    // A closed pipe must not end an installation half-way.
    let _ = std::io::stdout().flush();
}

/// A step of the set-up, or a stage of the tests: named when it begins, timed when it ends.
#[derive(Debug)]
pub(crate) struct Step {
    name: String,
    begun: Instant,
}

impl Step {
    /// Begins without a word; for steps that mostly find that nothing is to be done.
    pub(crate) fn begin(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            begun: Instant::now(),
        }
    }

    /// What is being done now, or what was found out.
    pub(crate) fn note(&self, text: impl fmt::Display) {
        say(format_args!("[{}] {text}", self.name));
    }

    /// A sign of life from something that takes long.
    pub(crate) fn still_going(&self, doing: &str) {
        say(format_args!(
            "[{}]   … {} {doing}",
            self.name,
            spoken(self.begun.elapsed())
        ));
    }

    /// The step succeeded.
    pub(crate) fn done(&self, text: impl fmt::Display) {
        self.note(format_args!(
            "{text} (took {})",
            spoken(self.begun.elapsed())
        ));
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }
}

/// A span of time as a person says it.
pub(crate) fn spoken(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", span.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_of_time_is_said_in_the_unit_that_fits_it() {
        for (millis, expected) in [
            (0, "0.0 s"),
            (1_250, "1.2 s"),
            (10_900, "10 s"),
            (59_999, "59 s"),
            (60_000, "1 min 00 s"),
            (3_725_000, "62 min 05 s"),
        ] {
            assert_eq!(spoken(Duration::from_millis(millis)), expected);
        }
    }

    #[test]
    fn advice_names_the_problem_first_and_the_remedy_after_it() {
        let text = advise("no node", "install it").to_string();
        assert_eq!(text, "no node\n  what to do: install it");
    }
}
