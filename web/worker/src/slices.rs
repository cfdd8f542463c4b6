//! How long slices are: as many events as take about [`TARGET_MS`].

/// How long a slice should take: short enough for an answer to come within a frame.
pub(crate) const TARGET_MS: f64 = 8.0;
/// How often the page is told how far the run has come.
const REPORT_MS: f64 = 150.0;
/// Events of the first slice, and the least of any.
const FEWEST: u64 = 500;
/// The most events of any slice.
const MOST: u64 = 200_000;

/// The length of slices, and when the page is to be told.
pub(crate) struct Slices {
    events: u64,
    reported: Option<f64>,
}

impl Slices {
    /// Slices of a worker that knows nothing of its machine yet.
    pub(crate) const fn new() -> Self {
        Self {
            events: FEWEST,
            reported: None,
        }
    }

    /// A run begins: its first slice is short and is reported at once, so that something is
    /// seen soon.
    pub(crate) const fn begin(&mut self) {
        self.events = FEWEST;
        self.reported = None;
    }

    /// How many events the next slice has.
    pub(crate) const fn events(&self) -> u64 {
        self.events
    }

    /// The last slice took so long; the next one is adapted, by at most a factor of two.
    pub(crate) fn took(&mut self, millis: f64) {
        let factor = (TARGET_MS / millis.max(0.1)).clamp(0.5, 2.0);
        self.events = ((self.events as f64 * factor) as u64).clamp(FEWEST, MOST);
    }

    /// Whether it is time to tell the page; it counts as told.
    pub(crate) fn report_is_due(&mut self, now: f64) -> bool {
        let due = self
            .reported
            .is_none_or(|reported| now - reported >= REPORT_MS);
        if due {
            self.reported = Some(now);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_grow_and_shrink_towards_their_target_within_bounds() {
        let mut slices = Slices::new();
        slices.took(1.0);
        assert_eq!(slices.events(), 1_000);
        slices.took(16.0);
        assert_eq!(slices.events(), 500);
        for _ in 0..40 {
            slices.took(0.0);
        }
        assert_eq!(slices.events(), MOST);
    }

    #[test]
    fn the_page_is_told_at_once_and_then_a_few_times_a_second() {
        let mut slices = Slices::new();
        assert!(slices.report_is_due(0.0));
        assert!(!slices.report_is_due(100.0));
        assert!(slices.report_is_due(150.0));
        slices.begin();
        assert!(slices.report_is_due(151.0));
    }
}
