//! Autoscaling: how many instances there are, by how much they have to do.
//!
//! What is measured of the instances flows in every period; another number of them flows
//! out, with its reason. The rules are those of Kubernetes' Horizontal Pod Autoscaler
//! (<https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details>):
//! - `desired = ceil(current * measured / target)`, unless the two are nearly equal,
//! - upwards at once, but no more than twice as many or four more in a period,
//! - downwards to the largest number desired within the stabilisation window.

use std::collections::VecDeque;

use crate::kernel::{SimDuration, SimTime};

/// How a service scales.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ScalingSettings {
    /// What each instance should have on average, in whatever is measured: a utilisation
    /// from 0 to 1, or how many requests wait for it; more than 0.
    pub target: f64,
    /// `minReplicas`; at least 1.
    pub min_instances: u32,
    /// `maxReplicas`.
    pub max_instances: u32,
    /// `horizontal-pod-autoscaler-tolerance`: by how much of the target the measured may
    /// differ without consequence.
    pub tolerance: f64,
    /// `horizontal-pod-autoscaler-sync-period`: how often it looks.
    pub period: SimDuration,
    /// `behavior.scaleDown.stabilizationWindowSeconds`: how long fewer instances must have
    /// been enough.
    pub scale_down_window: SimDuration,
}

impl ScalingSettings {
    /// Kubernetes': 1 to 10 instances at a utilisation of 80 %, with a tolerance of 10 %, every
    /// 15 s, and downwards after 5 minutes.
    pub const DEFAULT: Self = Self {
        target: 0.8,
        min_instances: 1,
        max_instances: 10,
        tolerance: 0.1,
        period: SimDuration::from_secs(15),
        scale_down_window: SimDuration::from_secs(300),
    };

    fn clamp(&self, instances: u32) -> u32 {
        let least = self.min_instances.max(1);
        instances.clamp(least, self.max_instances.max(least))
    }
}

impl Default for ScalingSettings {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Another number of instances.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Scaled {
    /// How many there were.
    pub from: u32,
    /// How many there are to be.
    pub to: u32,
    /// What was measured, on average of an instance.
    pub measured: f64,
    /// What it should have been.
    pub target: f64,
}

/// How many instances there are, and how many were desired.
#[derive(Clone, Debug)]
pub struct Autoscaler {
    instances: u32,
    next_look: SimTime,
    /// What was desired within the stabilisation window, the oldest first and each more than
    /// what came after it: only these can be the largest.
    desired: VecDeque<(SimTime, u32)>,
}

/// In a period there are at the most so many times as many instances,
const MOST_TIMES: u32 = 2;
/// or so many more, whichever is more.
const MOST_MORE: u32 = 4;

impl Autoscaler {
    /// For a service with so many instances.
    pub fn new(settings: &ScalingSettings, instances: u32, now: SimTime) -> Self {
        Self {
            instances,
            next_look: now.after(settings.period),
            // As the real one begins: what there is was wanted.
            desired: VecDeque::from([(now, instances)]),
        }
    }

    /// How many instances there are to be.
    pub const fn instances(&self) -> u32 {
        self.instances
    }

    /// Somebody else has set how many there are to be.
    pub const fn set(&mut self, instances: u32) {
        self.instances = instances;
    }

    /// When it looks next.
    pub const fn due(&self) -> SimTime {
        self.next_look
    }

    /// It looks: `measured` is the average over the instances that are asked for. What is no
    /// number changes nothing, and nothing is changed where somebody wants no instances at all.
    pub fn look(
        &mut self,
        settings: &ScalingSettings,
        now: SimTime,
        measured: f64,
    ) -> Option<Scaled> {
        let period = settings.period.as_nanos().max(1);
        self.next_look = now.after(SimDuration::from_nanos(period));
        let from = self.instances;
        if from == 0 {
            return None;
        }
        let ratio = measured / settings.target;
        let desired = if ratio.is_nan() || (ratio - 1.0).abs() <= settings.tolerance {
            from
        } else {
            // `as` takes what is too large for the largest there is.
            (f64::from(from) * ratio).ceil() as u32
        };
        let desired = settings.clamp(desired);
        self.remember(now, settings.scale_down_window, desired);
        let largest = self
            .desired
            .front()
            .map_or(desired, |(_, desired)| *desired);
        let to = if desired > from {
            let most = from.saturating_mul(MOST_TIMES);
            desired.min(most.max(from.saturating_add(MOST_MORE)))
        } else {
            largest.min(from)
        };
        self.instances = settings.clamp(to);
        (self.instances != from).then_some(Scaled {
            from,
            to: self.instances,
            measured,
            target: settings.target,
        })
    }

    fn remember(&mut self, now: SimTime, window: SimDuration, desired: u32) {
        while self
            .desired
            .front()
            .is_some_and(|(then, _)| now.since(*then) >= window)
        {
            self.desired.pop_front();
        }
        while self
            .desired
            .back()
            .is_some_and(|(_, less)| *less <= desired)
        {
            self.desired.pop_back();
        }
        self.desired.push_back((now, desired));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: ScalingSettings = ScalingSettings {
        target: 0.5,
        max_instances: 20,
        ..ScalingSettings::DEFAULT
    };

    fn at(secs: u64) -> SimTime {
        SimTime::ZERO.after(SimDuration::from_secs(secs))
    }

    fn scaler(instances: u32) -> Autoscaler {
        Autoscaler::new(&SETTINGS, instances, at(0))
    }

    #[test]
    fn as_many_instances_are_desired_as_bring_the_average_to_its_target() {
        let mut scaler = scaler(3);
        assert_eq!(scaler.due(), at(15));
        let change = scaler.look(&SETTINGS, at(15), 0.8).expect("3 * 1.6 is 4.8");
        assert_eq!((change.from, change.to), (3, 5));
    }

    #[test]
    fn what_is_nearly_the_target_changes_nothing() {
        let mut scaler = scaler(10);
        for measured in [0.46, 0.5, 0.54, f64::NAN] {
            assert_eq!(scaler.look(&SETTINGS, at(15), measured), None, "{measured}");
        }
    }

    #[test]
    fn in_a_period_it_at_most_doubles_or_adds_four() {
        let mut scaler = scaler(1);
        let mut now = 0;
        let mut grow = || {
            now += 15;
            scaler
                .look(&SETTINGS, at(now), 50.0)
                .map(|scaled| scaled.to)
        };
        assert_eq!(
            [grow(), grow(), grow(), grow()],
            [Some(5), Some(10), Some(20), None]
        );
    }

    #[test]
    fn it_shrinks_only_once_fewer_have_been_enough_for_five_minutes() {
        let mut scaler = scaler(8);
        // At 0 s 8 were needed, from then on 4.
        assert_eq!(scaler.look(&SETTINGS, at(0), 0.5), None);
        for secs in (15..300).step_by(15) {
            assert_eq!(scaler.look(&SETTINGS, at(secs), 0.25), None, "{secs}");
        }
        let change = scaler.look(&SETTINGS, at(300), 0.25);
        assert_eq!(change.map(|change| change.to), Some(4));
    }

    #[test]
    fn it_stays_within_its_bounds() {
        let settings = ScalingSettings {
            scale_down_window: SimDuration::ZERO,
            ..SETTINGS
        };
        let mut scaler = scaler(19);
        scaler.look(&settings, at(15), 9.0);
        assert_eq!(scaler.instances(), 20);
        scaler.look(&settings, at(30), 0.0);
        assert_eq!(scaler.instances(), 1);
    }
}
