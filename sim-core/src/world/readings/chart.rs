//! Charts: what a machine says about its own states, so that whoever draws it need not know what
//! it is.
//!
//! A reading flows in; the states its machine can be in, the ways between them and how many are
//! in which flow out. A machine that is made of several (the instances of a balancer) has each of
//! them in a state.

use super::{Reading, Standing};
use crate::resilience::breaker::State;

/// A state that a machine can be in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Phase {
    /// A breaker lets calls through.
    Closed,
    /// A breaker lets none through.
    Open,
    /// A breaker tries whether the callee is back.
    HalfOpen,
    /// A breaker was put to letting none through.
    ForcedOpen,
    /// A breaker was put to letting all through, and watches nothing.
    Disabled,
    /// A breaker was put to letting all through, and watches.
    MetricsOnly,
    /// There is room for one more.
    Room,
    /// There is none, and whoever comes waits.
    Waiting,
    /// There is none, and whoever comes is turned away.
    Full,
    /// There is something left to be spent.
    Left,
    /// Nothing is left.
    Spent,
    /// It gets requests.
    InTurn,
    /// It is left out because of its answers.
    LeftOut,
    /// It is left out because it is not ready.
    NotReady,
    /// There are as few as there may be.
    Least,
    /// There are more than the least, and fewer than the most.
    Between,
    /// There are as many as there may be.
    Most,
}

/// How a state is to be taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    /// All is as it should be.
    Well,
    /// Something is being found out, or is at its limit.
    Careful,
    /// Somebody does not get what they want.
    Bad,
}

impl Phase {
    /// How it is to be taken.
    pub const fn tone(self) -> Tone {
        match self {
            Self::Closed
            | Self::Disabled
            | Self::MetricsOnly
            | Self::Room
            | Self::Left
            | Self::InTurn
            | Self::Least
            | Self::Between => Tone::Well,
            Self::HalfOpen | Self::Waiting | Self::Most => Tone::Careful,
            Self::Open
            | Self::ForcedOpen
            | Self::Full
            | Self::Spent
            | Self::LeftOut
            | Self::NotReady => Tone::Bad,
        }
    }
}

/// A machine as a diagram of its states.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chart {
    /// The states, and how many are in each: one in one of them, but for machines that are made of
    /// several.
    pub states: Vec<(Phase, usize)>,
    /// The ways that it can go, from one place among the states to another.
    pub ways: Vec<(usize, usize)>,
}

impl Chart {
    fn new(phases: &[Phase], ways: &[(usize, usize)], here: impl Iterator<Item = Phase>) -> Self {
        let mut states: Vec<_> = phases.iter().map(|phase| (*phase, 0)).collect();
        for phase in here {
            match states.iter_mut().find(|(other, _)| *other == phase) {
                Some((_, count)) => *count += 1,
                // Where only somebody's hand leads.
                None => states.push((phase, 1)),
            }
        }
        Self {
            states,
            ways: ways.to_vec(),
        }
    }
}

impl Reading {
    /// What its machine says about its states; nothing if it has none.
    pub fn chart(&self) -> Option<Chart> {
        const TO_AND_FRO: [(usize, usize); 2] = [(0, 1), (1, 0)];
        const IN_A_ROW: [(usize, usize); 4] = [(0, 1), (1, 0), (1, 2), (2, 1)];
        let one = std::iter::once;
        Some(match self {
            Self::Breaker(breaker) => {
                let here = match breaker.state {
                    State::Closed => Phase::Closed,
                    State::Open => Phase::Open,
                    State::HalfOpen => Phase::HalfOpen,
                    State::ForcedOpen => Phase::ForcedOpen,
                    State::Disabled => Phase::Disabled,
                    State::MetricsOnly => Phase::MetricsOnly,
                };
                let phases = [Phase::Closed, Phase::Open, Phase::HalfOpen];
                Chart::new(&phases, &[(0, 1), (1, 2), (2, 0), (2, 1)], one(here))
            }
            &Self::Bulkhead {
                running,
                at_most,
                waiting,
            } => {
                let here = match (running < at_most, waiting) {
                    (true, _) => Phase::Room,
                    (false, 0) => Phase::Full,
                    (false, _) => Phase::Waiting,
                };
                let phases = [Phase::Room, Phase::Full, Phase::Waiting];
                Chart::new(&phases, &IN_A_ROW, one(here))
            }
            &Self::Pool {
                running,
                threads,
                at_most,
                waiting,
                places,
            } => {
                let here = if running < threads && waiting == 0 {
                    Phase::Room
                } else if waiting < places || running < at_most {
                    Phase::Waiting
                } else {
                    Phase::Full
                };
                let phases = [Phase::Room, Phase::Waiting, Phase::Full];
                Chart::new(&phases, &IN_A_ROW, one(here))
            }
            &Self::AdaptiveLimit { running, limit, .. } => {
                let here = if running < limit {
                    Phase::Room
                } else {
                    Phase::Full
                };
                Chart::new(&[Phase::Room, Phase::Full], &TO_AND_FRO, one(here))
            }
            &Self::RateLimiter { left, .. } => {
                let here = if left >= 1.0 {
                    Phase::Left
                } else {
                    Phase::Spent
                };
                Chart::new(&[Phase::Left, Phase::Spent], &TO_AND_FRO, one(here))
            }
            &Self::RetryBudget { left, needs, .. } => {
                let here = if left > needs {
                    Phase::Left
                } else {
                    Phase::Spent
                };
                Chart::new(&[Phase::Left, Phase::Spent], &TO_AND_FRO, one(here))
            }
            Self::Balancer(instances) => {
                let phase = |standing: &Standing| match (standing.out_until, standing.ready) {
                    (Some(_), _) => Phase::LeftOut,
                    (None, false) => Phase::NotReady,
                    (None, true) => Phase::InTurn,
                };
                let phases = [Phase::LeftOut, Phase::InTurn, Phase::NotReady];
                Chart::new(&phases, &IN_A_ROW, instances.iter().map(phase))
            }
            &Self::Autoscaler {
                instances,
                at_least,
                at_most,
                ..
            } => {
                let here = if instances >= at_most {
                    Phase::Most
                } else if instances <= at_least {
                    Phase::Least
                } else {
                    Phase::Between
                };
                let phases = [Phase::Least, Phase::Between, Phase::Most];
                Chart::new(&phases, &IN_A_ROW, one(here))
            }
            Self::Cache { .. } => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{EntityId, SimTime};

    fn here(reading: &Reading) -> Vec<Phase> {
        let chart = reading.chart().expect("it has states");
        for (from, to) in &chart.ways {
            assert!(*from < chart.states.len() && *to < chart.states.len());
        }
        let states = chart.states.into_iter();
        states
            .filter(|(_, count)| *count > 0)
            .map(|(phase, _)| phase)
            .collect()
    }

    #[test]
    fn a_bulkhead_has_room_is_full_or_makes_calls_wait() {
        let bulkhead = |running, waiting| Reading::Bulkhead {
            running,
            at_most: 2,
            waiting,
        };
        assert_eq!(here(&bulkhead(1, 0)), [Phase::Room]);
        assert_eq!(here(&bulkhead(2, 0)), [Phase::Full]);
        assert_eq!(here(&bulkhead(2, 3)), [Phase::Waiting]);
    }

    #[test]
    fn a_balancer_has_each_instance_in_a_state() {
        let standing = |number, out, ready| Standing {
            instance: EntityId(number),
            out_until: out,
            ejections: 0,
            ready,
            not_ready: 0,
            not_alive: 0,
        };
        let balancer = Reading::Balancer(vec![
            standing(1, None, true),
            standing(2, Some(SimTime::ZERO), true),
            standing(3, None, true),
        ]);
        let chart = balancer.chart().expect("it has states");
        let expected = [
            (Phase::LeftOut, 1),
            (Phase::InTurn, 2),
            (Phase::NotReady, 0),
        ];
        assert_eq!(chart.states, expected);
    }
}
