//! The course's circuit breaker: sequential calls of its class in JavaScript, each with the
//! state it left behind.

use serde::Deserialize;
use sim_core::kernel::{SimDuration, SimTime};
use sim_core::resilience::breaker::{ConsecutiveBreaker, ConsecutiveSettings, Outcome, State};

use crate::{Difference, same};

#[derive(Deserialize)]
pub(crate) struct Recording {
    pub(crate) cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Case {
    failure_threshold: u32,
    /// In milliseconds.
    timeout: u64,
    steps: Vec<Step>,
}

/// A call, which takes no time.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Step {
    /// In milliseconds.
    t: u64,
    /// Whether it fails if it is made.
    fails: bool,
    outcome: String,
    state: String,
    failure_count: u32,
}

impl Case {
    pub(crate) fn replay(&self) -> Result<(), Difference> {
        let settings = ConsecutiveSettings {
            failure_threshold: self.failure_threshold,
            timeout: SimDuration::from_millis(self.timeout),
        };
        let mut breaker = ConsecutiveBreaker::new(SimTime::ZERO);
        for (place, step) in self.steps.iter().enumerate() {
            let now = SimTime::ZERO.after(SimDuration::from_millis(step.t));
            let is_permitted = breaker.acquire(&settings, now).permission.is_permitted();
            let outcome = match (is_permitted, step.fails) {
                (false, _) => "rejected",
                (true, true) => "failure",
                (true, false) => "success",
            };
            if is_permitted {
                let outcome = if step.fails {
                    Outcome::Failure
                } else {
                    Outcome::Success
                };
                breaker.record(&settings, now, outcome);
            }
            let at = |field: &str| format!("steps[{place}].{field}");
            same(|| at("outcome"), outcome, step.outcome.as_str())?;
            same(|| at("state"), name(breaker.state()), step.state.as_str())?;
            same(
                || at("failureCount"),
                &breaker.failures(),
                &step.failure_count,
            )?;
        }
        Ok(())
    }
}

/// A state as the class calls it.
fn name(state: State) -> &'static str {
    match state {
        State::Closed => "CLOSED",
        State::HalfOpen => "HALF-OPEN",
        _ => "OPEN",
    }
}
