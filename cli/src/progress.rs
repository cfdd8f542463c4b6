//! How far a run has come: a bar for whoever sits at a terminal, and their wish to stop.

use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sim_core::kernel::SimTime;
use sim_core::world::Run;

use crate::numbers::moment;
use crate::reader::Reader;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// The exit code of a program that Ctrl-C ended, as shells have it: 128 and the signal.
pub(crate) const INTERRUPTED_CODE: u8 = 130;

/// From now on Ctrl-C asks the run to stop, and a second one ends the program.
pub(crate) fn watch_for_interrupts() {
    // Where no handler can be set, Ctrl-C ends the program, as it does by itself.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(INTERRUPTED_CODE));
        }
    });
}

/// Whether somebody pressed Ctrl-C.
pub(crate) fn is_interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// A bar on standard error, if that is a terminal.
pub(crate) struct Progress {
    bar: ProgressBar,
    reader: Reader,
}

impl Progress {
    /// Of a run up to `horizon`.
    pub(crate) fn new(horizon: SimTime, reader: Reader) -> Self {
        Self::up_to(horizon.as_nanos(), reader)
    }

    /// Of so many runs.
    pub(crate) fn of_seeds(count: u64, reader: Reader) -> Self {
        Self::up_to(count, reader)
    }

    fn up_to(length: u64, reader: Reader) -> Self {
        let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
        let cells = if reader.unicode {
            "█▉▊▋▌▍▎▏ "
        } else {
            "=> "
        };
        if let Ok(style) = ProgressStyle::with_template("{wide_bar} {percent:>3} %  {msg}  {eta}") {
            bar.set_style(style.progress_chars(cells));
        }
        Self { bar, reader }
    }

    /// Shows how far it has come.
    pub(crate) fn show(&self, run: &Run) {
        let events = self.reader.either("events", "событий");
        let at = moment(self.reader.language, run.now());
        self.bar
            .set_message(format!("t={at}  {} {events}", run.handled()));
        self.bar.set_position(run.now().as_nanos());
    }

    /// Shows that so many runs are over.
    pub(crate) fn show_seeds(&self, runs: u64) {
        let seeds = self.reader.either("seeds", "зёрен");
        self.bar.set_message(format!("{runs} {seeds}"));
        self.bar.set_position(runs);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
