//! The log of a store: what a commit waits for.

use crate::kernel::{SimDuration, SimTime};

/// A log that is written to the disk in one go at a time: whoever commits while that goes on
/// waits for its end and is written, together with all others who wait, in the next go. So
/// a store commits more often than it could write one by one, as `PostgreSQL` does
/// (<https://www.postgresql.org/docs/current/wal-configuration.html>).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Log {
    /// When the latest go that is planned begins,
    begins: SimTime,
    /// and when it is over.
    ends: SimTime,
}

impl Log {
    /// Writes something at `now`, if a go takes `cost`; when it will be on the disk.
    pub(super) fn write(&mut self, now: SimTime, cost: SimDuration) -> SimTime {
        if now >= self.begins {
            self.begins = self.ends.max(now);
            self.ends = self.begins.after(cost);
        }
        self.ends
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_commits_while_the_log_is_written_is_written_with_all_others_in_the_next_go() {
        let mut log = Log::default();
        let cost = SimDuration::from_nanos(10);
        let done = [0, 3, 7, 10, 12, 50];
        let done = done.map(|at| log.write(SimTime::from_nanos(at), cost).as_nanos());
        assert_eq!(done, [10, 20, 20, 30, 30, 60]);
    }
}
