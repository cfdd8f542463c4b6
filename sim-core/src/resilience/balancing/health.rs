//! Health checks: whether a host answers probes.
//!
//! Results of probes flow in; a change of mind flows out. The rules and defaults are those of
//! Kubernetes' probes
//! (<https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/>):
//! so many failures in a row make a host unhealthy, so many successes in a row healthy again.
//! What follows is up to whoever asks: a host that is not ready is not called, one that is
//! not alive is started anew.

use crate::kernel::{SimDuration, SimTime};

/// How a host is probed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HealthSettings {
    /// `initialDelaySeconds`: how long after its start a host is first probed.
    pub initial_delay: SimDuration,
    /// `periodSeconds`: how often.
    pub period: SimDuration,
    /// `timeoutSeconds`: a probe that is not answered in this time has failed.
    pub timeout: SimDuration,
    /// `failureThreshold`: so many failures in a row make it unhealthy; at least 1.
    pub failure_threshold: u32,
    /// `successThreshold`: so many successes in a row make it healthy; at least 1.
    pub success_threshold: u32,
}

impl HealthSettings {
    /// Kubernetes': every 10 s from the start on, 1 s for an answer, 3 failures, 1 success.
    pub const DEFAULT: Self = Self {
        initial_delay: SimDuration::ZERO,
        period: SimDuration::from_secs(10),
        timeout: SimDuration::from_secs(1),
        failure_threshold: 3,
        success_threshold: 1,
    };
}

impl Default for HealthSettings {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// What is thought of a host.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HealthCheck {
    is_healthy: bool,
    /// How many probes in a row came out like the last one, which may be against what is
    /// thought.
    streak: u32,
    last_succeeded: bool,
    next_probe: SimTime,
}

/// A change of mind about a host.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HealthChange {
    /// It is healthy.
    BecameHealthy {
        /// After so many successes in a row.
        successes: u32,
    },
    /// It is not.
    BecameUnhealthy {
        /// After so many failures in a row.
        failures: u32,
    },
}

impl HealthCheck {
    /// A host that starts now. One that is probed for readiness is not healthy until it has
    /// answered; one that is probed for liveness is until it has not.
    pub const fn new(settings: &HealthSettings, now: SimTime, is_healthy: bool) -> Self {
        Self {
            is_healthy,
            streak: 0,
            last_succeeded: is_healthy,
            next_probe: now.after(settings.initial_delay),
        }
    }

    /// Whether it is thought to be healthy.
    pub const fn is_healthy(&self) -> bool {
        self.is_healthy
    }

    /// How many probes in a row have failed up to now.
    pub const fn failures(&self) -> u32 {
        if self.last_succeeded { 0 } else { self.streak }
    }

    /// When it is probed next.
    pub const fn due(&self) -> SimTime {
        self.next_probe
    }

    /// A probe is sent.
    pub const fn probe(&mut self, settings: &HealthSettings, now: SimTime) {
        self.next_probe = now.after(settings.period);
    }

    /// A probe was answered, or failed.
    pub fn record(&mut self, settings: &HealthSettings, succeeded: bool) -> Option<HealthChange> {
        self.streak = if succeeded == self.last_succeeded {
            self.streak.saturating_add(1)
        } else {
            1
        };
        self.last_succeeded = succeeded;
        let (needed, change) = if succeeded {
            let successes = self.streak;
            (
                settings.success_threshold,
                HealthChange::BecameHealthy { successes },
            )
        } else {
            let failures = self.streak;
            (
                settings.failure_threshold,
                HealthChange::BecameUnhealthy { failures },
            )
        };
        if succeeded == self.is_healthy || self.streak < needed {
            return None;
        }
        self.is_healthy = succeeded;
        Some(change)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: HealthSettings = HealthSettings::DEFAULT;

    #[test]
    fn three_failures_in_a_row_make_a_host_unhealthy_and_one_success_healthy() {
        let mut check = HealthCheck::new(&SETTINGS, SimTime::ZERO, true);
        for succeeded in [false, false, true, false, false] {
            assert_eq!(check.record(&SETTINGS, succeeded), None);
        }
        let failed = check.record(&SETTINGS, false);
        assert_eq!(failed, Some(HealthChange::BecameUnhealthy { failures: 3 }));
        assert!(!check.is_healthy());
        let recovered = check.record(&SETTINGS, true);
        assert_eq!(
            recovered,
            Some(HealthChange::BecameHealthy { successes: 1 })
        );
    }

    #[test]
    fn who_starts_is_not_ready_before_it_has_answered() {
        let mut check = HealthCheck::new(&SETTINGS, SimTime::ZERO, false);
        assert!(!check.is_healthy());
        assert!(check.record(&SETTINGS, true).is_some());
        assert!(check.is_healthy());
    }

    #[test]
    fn probes_are_a_period_apart() {
        let mut check = HealthCheck::new(&SETTINGS, SimTime::ZERO, true);
        assert_eq!(check.due(), SimTime::ZERO);
        check.probe(&SETTINGS, SimTime::ZERO);
        assert_eq!(check.due(), SimTime::ZERO.after(SETTINGS.period));
    }
}
