//! Latencies: a histogram of durations with a relative error below 0.1 %.

use hdrhistogram::Histogram;

use crate::kernel::SimDuration;

/// How long things took.
#[derive(Clone, Debug)]
pub struct Latencies {
    histogram: Histogram<u64>,
    /// The exact sum in nanoseconds: the histogram rounds, a mean should not.
    sum: u128,
}

impl Default for Latencies {
    fn default() -> Self {
        #[expect(clippy::expect_used, reason = "three significant digits are a constant the library accepts")]
        let histogram = Histogram::new(3).expect("3 is between 0 and 5");
        Self { histogram, sum: 0 }
    }
}

impl Latencies {
    /// Takes in one more.
    pub fn record(&mut self, took: SimDuration) {
        self.histogram.saturating_record(took.as_nanos());
        self.sum += u128::from(took.as_nanos());
    }

    /// How many there were.
    pub fn count(&self) -> u64 {
        self.histogram.len()
    }

    /// The mean; zero if there were none.
    pub fn mean(&self) -> SimDuration {
        SimDuration::from_nanos(self.sum.checked_div(u128::from(self.count())).unwrap_or(0) as u64)
    }

    /// The least duration that `share` (0 to 1) of them do not exceed; zero if there were
    /// none.
    pub fn quantile(&self, share: f64) -> SimDuration {
        SimDuration::from_nanos(self.histogram.value_at_quantile(share))
    }

    /// The longest.
    pub fn max(&self) -> SimDuration {
        SimDuration::from_nanos(self.histogram.max())
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.histogram.clear();
        self.sum = 0;
    }
}
