//! What is done around the instances of a service: whose answers leave it out, who is probed and
//! how, and how many instances there are to be.
//!
//! Settings flow in from compiling; `outliers`, `probes`, `scaling` and `rollout` read them.

use crate::kernel::{SimDuration, StreamKey};
use crate::resilience::autoscaling::ScalingSettings;
use crate::resilience::balancing::{HealthSettings, OutlierSettings};
use crate::scenario::document::Share;
use crate::values::Formula;

/// What is done around the instances of a service.
#[derive(Clone, PartialEq, Debug, Default)]
pub(in crate::world) struct Care {
    /// How long an instance takes to start.
    pub(in crate::world) start_up: SimDuration,
    pub(in crate::world) outliers: Option<OutlierCare>,
    pub(in crate::world) health: Option<HealthCare>,
    pub(in crate::world) scaling: Option<ScalingCare>,
}

impl Care {
    /// Whether the same machines take care of a service.
    pub(in crate::world) fn has_shape_of(&self, other: &Self) -> bool {
        let liveness = |care: &Self| care.health.as_ref().map(|care| care.liveness.is_some());
        let measures = |care: &Self| {
            let scaling = care.scaling.as_ref();
            scaling.map(|care| std::mem::discriminant(&care.measures))
        };
        self.outliers.is_some() == other.outliers.is_some()
            && liveness(self) == liveness(other)
            && measures(self) == measures(other)
    }
}

/// Who is left out because of its answers.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(in crate::world) struct OutlierCare {
    pub(in crate::world) settings: OutlierSettings,
    /// If fewer than this share are in, nobody is left out.
    pub(in crate::world) panic: Share,
}

/// How instances are probed.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::world) struct HealthCare {
    pub(in crate::world) readiness: HealthSettings,
    /// When one that answers is ready.
    pub(in crate::world) ready: Option<Formula>,
    pub(in crate::world) liveness: Option<HealthSettings>,
}

impl HealthCare {
    /// The settings of the probes for liveness, if there are any, or of those for readiness.
    pub(in crate::world) const fn settings(&self, liveness: bool) -> Option<&HealthSettings> {
        if liveness {
            self.liveness.as_ref()
        } else {
            Some(&self.readiness)
        }
    }
}

/// How many instances there are to be.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::world) struct ScalingCare {
    pub(in crate::world) settings: ScalingSettings,
    /// How old what is known of the instances is.
    pub(in crate::world) delay: SimDuration,
    pub(in crate::world) measures: Measures,
    /// When samples are taken.
    pub(in crate::world) sampled: StreamKey,
}

/// What each instance should have to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::world) enum Measures {
    /// So many of these workers are busy.
    Utilisation { workers: u32 },
    /// Requests wait for workers.
    Waiting,
    /// Messages are ready in this queue.
    Queue(u32),
}
