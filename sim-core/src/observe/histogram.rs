//! Latencies: a histogram of durations with a relative error below 0.1 %, or 1 % where there
//! are very many of them.

use hdrhistogram::Histogram;

use crate::kernel::SimDuration;

/// How long things took.
#[derive(Clone, Debug)]
pub struct Latencies {
    /// A run has fewer events than a counter can count.
    histogram: Histogram<u32>,
    /// The exact sum and maximum in nanoseconds: the histogram rounds, they should not.
    sum: u128,
    max: u64,
}

impl Default for Latencies {
    fn default() -> Self {
        Self::with_digits(FINE)
    }
}

/// Significant digits: a relative error below 0.1 %, for some 150 KB where durations reach
/// a day.
const FINE: u8 = 3;
/// Below 1 %, for some 20 KB.
const COARSE: u8 = 2;

impl Latencies {
    /// One of very many: right to 1 % instead of 0.1 %, in an eighth of the room.
    pub fn coarse() -> Self {
        Self::with_digits(COARSE)
    }

    fn with_digits(digits: u8) -> Self {
        #[expect(
            clippy::expect_used,
            reason = "two and three significant digits are what the library accepts"
        )]
        let mut histogram = Histogram::new(digits).expect("between 0 and 5");
        // Grows with what it is given: most histograms of a run stay empty.
        histogram.auto(true);
        Self {
            histogram,
            sum: 0,
            max: 0,
        }
    }

    /// Takes in one more.
    pub fn record(&mut self, took: SimDuration) {
        // A histogram that grows has room for every value.
        let recorded = self.histogram.record(took.as_nanos());
        debug_assert!(recorded.is_ok());
        self.sum += u128::from(took.as_nanos());
        self.max = self.max.max(took.as_nanos());
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
        // The histogram answers with the upper end of a cell, which may lie above all of them.
        SimDuration::from_nanos(self.histogram.value_at_quantile(share).min(self.max))
    }

    /// The longest.
    pub fn max(&self) -> SimDuration {
        SimDuration::from_nanos(self.max)
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.histogram.clear();
        (self.sum, self.max) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_right_to_a_thousandth_over_twelve_orders_of_magnitude() {
        for unit in [1_u64, 1_000_000, 1_000_000_000_000] {
            let mut latencies = Latencies::default();
            for n in 1..=100 {
                latencies.record(SimDuration::from_nanos(n * unit));
            }
            for (share, exact) in [(0.5, 50 * unit), (0.99, 99 * unit)] {
                let found = latencies.quantile(share).as_nanos();
                assert!(
                    found.abs_diff(exact) <= exact / 1_000,
                    "{found} for {exact}"
                );
            }
            assert_eq!(latencies.mean().as_nanos(), 101 * unit / 2);
        }
    }

    #[test]
    fn coarse_quantiles_are_right_to_a_hundredth() {
        let mut latencies = Latencies::coarse();
        for n in 1..=100 {
            latencies.record(SimDuration::from_nanos(n * 1_234_567));
        }
        let (found, exact) = (latencies.quantile(0.99).as_nanos(), 99 * 1_234_567);
        assert!(found.abs_diff(exact) <= exact / 100, "{found} for {exact}");
        assert_eq!(latencies.max().as_nanos(), 123_456_700);
    }
}
