//! Statistics over seeds: a figure measured once for each seed goes in, its mean with a
//! confidence interval comes out.
//!
//! Runs of different seeds are independent and equally distributed, so their means are
//! nearly normal and Student's t gives the interval, whatever happens within a run.

use std::thread;

/// A mean with its confidence interval.
#[derive(Clone, Copy, Debug)]
pub struct Interval {
    /// The mean over all seeds.
    pub mean: f64,
    /// How far the 99 % interval reaches to either side.
    pub half: f64,
}

/// How many seeds an experiment is repeated with.
pub const SEEDS: u64 = 20;
/// The 99.5th percentile of Student's t with 19 degrees of freedom.
const T: f64 = 2.861;

impl Interval {
    /// Whether `value` lies within.
    pub fn covers(&self, value: f64) -> bool {
        (self.mean - value).abs() <= self.half
    }

    /// Whether theory holds: the interval covers `value`, and is no wider than 2 % of it to
    /// either side, so that covering means something.
    ///
    /// # Panics
    /// If it does not.
    pub fn agrees(&self, what: &str, value: f64) {
        assert!(
            self.half <= 0.02 * value,
            "{what}: {self:?} is too wide for {value}"
        );
        assert!(self.covers(value), "{what}: {self:?} misses {value}");
    }

    /// Whether a published or recorded figure is found again: the interval covers it, or the mean
    /// lies within 10 % of it.
    ///
    /// # Panics
    /// If it does not.
    pub fn reproduces(&self, what: &str, value: f64) {
        assert!(
            self.covers(value) || (self.mean / value - 1.0).abs() <= 0.1,
            "{what}: {self:?} is not {value}"
        );
    }

    fn of(values: &[f64]) -> Self {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares = values.iter().map(|value| (value - mean).powi(2));
        let variance = squares.sum::<f64>() / (count - 1.0);
        Self {
            mean,
            half: T * (variance / count).sqrt(),
        }
    }
}

/// Repeats an experiment that gives `N` figures with every seed, and gives the interval of
/// each. Seeds are spread over the processor's cores; the result does not depend on them.
///
/// # Panics
/// If the experiment does.
pub fn over_seeds<const N: usize>(experiment: impl Fn(u64) -> [f64; N] + Sync) -> [Interval; N] {
    let workers = thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    let experiment = &experiment;
    let mut found: Vec<(u64, [f64; N])> = thread::scope(|scope| {
        let share = |worker: u64| {
            move || {
                (worker..SEEDS)
                    .step_by(workers as usize)
                    .map(|seed| (seed, experiment(seed)))
                    .collect::<Vec<_>>()
            }
        };
        let threads: Vec<_> = (0..workers)
            .map(|worker| scope.spawn(share(worker)))
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| match thread.join() {
                Ok(found) => found,
                Err(reason) => std::panic::resume_unwind(reason),
            })
            .collect()
    });
    found.sort_unstable_by_key(|(seed, _)| *seed);
    std::array::from_fn(|figure| {
        let values: Vec<f64> = found.iter().map(|(_, figures)| figures[figure]).collect();
        Interval::of(&values)
    })
}
