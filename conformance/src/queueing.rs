//! Closed forms of queueing theory, and a table of them to be compared with.
//!
//! What was simulated beside a closed form in the table is not compared: the closed form is
//! what holds.

use serde::Deserialize;

use crate::Difference;

/// How likely an arrival at `workers` workers, each with load `load` (from 0 to less than 1),
/// has to wait: Erlang's C formula.
pub fn erlang_c(workers: u32, load: f64) -> f64 {
    let offered = load * f64::from(workers);
    // Erlang's B by its recursion, which stays exact.
    let blocked = (1..=workers).fold(1.0, |blocked, workers| {
        offered * blocked / (f64::from(workers) + offered * blocked)
    });
    blocked / (1.0 - load * (1.0 - blocked))
}

/// How long an arrival waits on average in M/M/c, in mean times of work, if it has to wait
/// with probability `waits`.
pub fn mean_wait(workers: u32, load: f64, waits: f64) -> f64 {
    waits / (f64::from(workers) * (1.0 - load))
}

/// The mean time in a system of very many servers with load `load` (from 0 to less than 1), of
/// which each arrival joins the shortest of `choices` queues, in mean times of work
/// (Mitzenmacher 2001, <https://www.eecs.harvard.edu/~michaelm/postscripts/tpds2001.pdf>).
pub fn mean_field_time(load: f64, choices: u32) -> f64 {
    if choices <= 1 {
        return 1.0 / (1.0 - load);
    }
    // The i-th term is load to the power of (d^i - d) / (d - 1) = d + d^2 + ... + d^(i-1).
    let (mut sum, mut exponent, mut step) = (0.0, 0.0, f64::from(choices));
    loop {
        let term = load.powf(exponent);
        sum += term;
        if term < f64::EPSILON {
            return sum;
        }
        exponent += step;
        step *= f64::from(choices);
    }
}

/// The tables of a file.
#[derive(Deserialize)]
pub(crate) struct Tables {
    #[serde(default)]
    pub(crate) mmc: Vec<ManyServers>,
    #[serde(default)]
    pub(crate) p2c: Vec<Choices>,
}

/// A row about M/M/c.
#[derive(Deserialize)]
pub(crate) struct ManyServers {
    lambda: f64,
    mu: f64,
    c: u32,
    #[serde(rename = "ErlangC")]
    erlang_c: f64,
    #[serde(rename = "Wq")]
    waiting: f64,
    #[serde(rename = "W")]
    time: f64,
}

/// A row about the shortest of several queues.
#[derive(Deserialize)]
pub(crate) struct Choices {
    lambda: f64,
    d: u32,
    #[serde(rename = "mean_field_T")]
    time: f64,
}

/// The most workers a formula is computed for.
const MOST_WORKERS: u32 = 100_000;
/// The most rows.
const MOST_ROWS: usize = 1_000;

impl Tables {
    /// Whether comparing it ends in a while, and every row is about a system that is stable.
    pub(crate) fn is_feasible(&self) -> bool {
        let is_stable = |load: f64| (0.0..1.0).contains(&load);
        self.mmc.len() + self.p2c.len() <= MOST_ROWS
            && self
                .mmc
                .iter()
                .all(|row| row.c <= MOST_WORKERS && is_stable(row.load()))
            && self.p2c.iter().all(|row| is_stable(row.lambda))
    }
}

impl ManyServers {
    fn load(&self) -> f64 {
        self.lambda / (self.mu * f64::from(self.c))
    }

    pub(crate) fn compare(&self) -> Result<(), Difference> {
        let load = self.load();
        let waits = erlang_c(self.c, load);
        let waiting = mean_wait(self.c, load, waits) / self.mu;
        near("ErlangC", waits, self.erlang_c)?;
        near("Wq", waiting, self.waiting)?;
        near("W", waiting + 1.0 / self.mu, self.time)
    }
}

impl Choices {
    pub(crate) fn compare(&self) -> Result<(), Difference> {
        near(
            "mean_field_T",
            mean_field_time(self.lambda, self.d),
            self.time,
        )
    }
}

/// Whether a number is the recorded one, which has four decimals.
fn near(at: &str, found: f64, expected: f64) -> Result<(), Difference> {
    const HALF_OF_THE_LAST: f64 = 0.5e-4;
    // What is itself at the half may be rounded either way.
    if (found - expected).abs() <= HALF_OF_THE_LAST * (1.0 + 1e-6) {
        return Ok(());
    }
    Err(Difference {
        at: at.to_owned(),
        found: format!("{found:.4}"),
        expected: expected.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_choice_is_m_m_1_and_two_choices_are_far_better() {
        assert!((mean_field_time(0.9, 1) - 10.0).abs() < 1e-9);
        assert!((mean_field_time(0.9, 2) - 2.614).abs() < 1e-3);
        assert!((mean_field_time(0.0, 2) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_single_worker_is_busy_for_whoever_has_to_wait() {
        assert!((erlang_c(1, 0.8) - 0.8).abs() < 1e-12);
        assert!((mean_wait(1, 0.8, 0.8) - 4.0).abs() < 1e-12);
    }
}
