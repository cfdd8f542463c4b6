//! resilience4j's circuit breaker: what it answered to calls that asked, ended or were given
//! up, with its state and its counts after each.

use serde::Deserialize;
use sim_core::kernel::{SimDuration, SimTime};
use sim_core::resilience::Rate;
use sim_core::resilience::backoff::Growth;
use sim_core::resilience::breaker::{
    Breaker, Outcome, Settings, SlidingSettings, State, WindowSize,
};

use crate::{Difference, same};

#[derive(Deserialize)]
pub(crate) struct Recording {
    pub(crate) cases: Vec<Case>,
}

#[derive(Deserialize)]
pub(crate) struct Case {
    config: Config,
    steps: Vec<Step>,
}

/// The configuration, lengths of time in milliseconds and rates in percent.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Config {
    #[serde(rename = "type")]
    window: WindowType,
    sliding_window_size: u32,
    minimum_number_of_calls: u32,
    failure_rate_threshold: f64,
    slow_call_rate_threshold: f64,
    slow_call_duration_threshold: u64,
    permitted_in_half_open: u32,
    wait_open: u64,
    wait_open_function: WaitOpen,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum WindowType {
    CountBased,
    TimeBased,
}

#[derive(Deserialize)]
enum WaitOpen {
    #[serde(rename = "fixed")]
    Fixed,
    /// Twice as long at each reopening.
    #[serde(rename = "exponential x2")]
    Doubling,
}

/// What happened, and what could be seen after it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Step {
    /// In milliseconds.
    t: u64,
    op: Op,
    /// Whether a call that asked was let through.
    permitted: Option<bool>,
    /// How long a call that ended took, in milliseconds.
    #[serde(default)]
    duration: u64,
    state: String,
    failure_rate: f32,
    slow_rate: f32,
    buffered: u32,
    failed: u32,
    slow: u32,
    not_permitted: u64,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Op {
    Acquire,
    Success,
    Error,
    Release,
}

/// What resilience4j calls a rate for which there are not enough calls yet.
const NO_RATE: f32 = -1.0;

impl Config {
    fn settings(&self) -> Settings {
        let percent = |percent: f64| Rate::millionths((percent * 1e4).round() as u32);
        let wait = SimDuration::from_millis(self.wait_open);
        Settings::Sliding(SlidingSettings {
            window: match self.window {
                WindowType::CountBased => WindowSize::Calls(self.sliding_window_size),
                WindowType::TimeBased => WindowSize::Seconds(self.sliding_window_size),
            },
            minimum_calls: self.minimum_number_of_calls,
            failure_rate: percent(self.failure_rate_threshold),
            slow_call_rate: percent(self.slow_call_rate_threshold),
            slow_call: SimDuration::from_millis(self.slow_call_duration_threshold),
            permitted_in_half_open: self.permitted_in_half_open,
            wait_in_open: match self.wait_open_function {
                WaitOpen::Fixed => Growth::Constant(wait),
                WaitOpen::Doubling => Growth::Exponential {
                    base: wait,
                    factor: 2.0,
                    cap: SimDuration::MAX,
                },
            },
            ..SlidingSettings::DEFAULT
        })
    }
}

impl Case {
    pub(crate) fn replay(&self) -> Result<(), Difference> {
        let settings = self.config.settings();
        let mut breaker = Breaker::new(&settings, SimTime::ZERO);
        for (place, step) in self.steps.iter().enumerate() {
            let at = |field: &str| format!("steps[{place}].{field}");
            let now = SimTime::ZERO.after(SimDuration::from_millis(step.t));
            let took = SimDuration::from_millis(step.duration);
            match step.op {
                Op::Acquire => {
                    let permitted = breaker.acquire(&settings, now).permission.is_permitted();
                    let expected = step.permitted.unwrap_or(permitted);
                    same(|| at("permitted"), &permitted, &expected)?;
                }
                Op::Success => {
                    breaker.record(&settings, now, Outcome::Success, took);
                }
                Op::Error => {
                    breaker.record(&settings, now, Outcome::Failure, took);
                }
                Op::Release => breaker.release(),
            }
            let seen = breaker.metrics(&settings, now);
            let (failure, slow) = seen
                .rates
                .map_or((NO_RATE, NO_RATE), |rates| (rates.failure, rates.slow));
            same(|| at("state"), name(breaker.state()), step.state.as_str())?;
            same(|| at("failureRate"), &failure, &step.failure_rate)?;
            same(|| at("slowRate"), &slow, &step.slow_rate)?;
            same(|| at("buffered"), &seen.counts.calls, &step.buffered)?;
            same(|| at("failed"), &seen.counts.failed, &step.failed)?;
            same(|| at("slow"), &seen.counts.slow, &step.slow)?;
            same(
                || at("notPermitted"),
                &seen.not_permitted,
                &step.not_permitted,
            )?;
        }
        Ok(())
    }
}

/// A state as resilience4j calls it.
fn name(state: State) -> &'static str {
    match state {
        State::Closed => "CLOSED",
        State::Open => "OPEN",
        State::HalfOpen => "HALF_OPEN",
        State::ForcedOpen => "FORCED_OPEN",
        State::Disabled => "DISABLED",
        State::MetricsOnly => "METRICS_ONLY",
    }
}
