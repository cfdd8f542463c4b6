//! Outlier detection: a host whose answers fail is left out for a while.
//!
//! Answers flow in; hosts that are ejected, and those that come back, flow out. The rules
//! are Envoy's
//! (<https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/outlier>):
//! - so many consecutive 5xx answers eject a host at once,
//! - for the base time, times how often it has been ejected; whether it comes back is looked
//!   at in every interval, and each interval in which a host is in takes one off that count,
//! - no more than a share of the hosts is out at a time, but always one may be.

use crate::kernel::{SimDuration, SimTime};
use crate::resilience::Rate;

/// When a host is left out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutlierSettings {
    /// `consecutive_5xx`: how many failures in a row eject a host; at least 1.
    pub consecutive_failures: u32,
    /// `interval`: how often is looked whether a host comes back; more than none.
    pub interval: SimDuration,
    /// `base_ejection_time`: how long a host is out the first time.
    pub base_ejection: SimDuration,
    /// `max_ejection_time`: how long it is out at the most; not less than the base time.
    pub max_ejection: SimDuration,
    /// `max_ejection_percent`: the share of the hosts that may be out at a time.
    pub max_ejected: Rate,
}

impl OutlierSettings {
    /// Envoy's: 5 in a row, every 10 s, 30 s to 300 s, 10 %.
    pub const DEFAULT: Self = Self {
        consecutive_failures: 5,
        interval: SimDuration::from_secs(10),
        base_ejection: SimDuration::from_secs(30),
        max_ejection: SimDuration::from_secs(300),
        max_ejected: Rate::percent(10),
    };

    /// How many of `hosts` may be out at a time.
    pub const fn most_ejected(&self, hosts: u32) -> u32 {
        let share = self.max_ejected.of(hosts);
        if share == 0 { 1 } else { share }
    }
}

impl Default for OutlierSettings {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// A host was left out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ejected {
    /// Its place.
    pub host: usize,
    /// How many failures in a row it had.
    pub failures: u32,
    /// How often it has been ejected, by which the time is multiplied.
    pub times: u32,
    /// When its time is over; it comes back when that is next looked at.
    pub until: SimTime,
}

/// What is known of a host.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Watched {
    failures: u32,
    times: u32,
    /// Until when it is out.
    out_until: Option<SimTime>,
}

/// What is known of the hosts.
#[derive(Clone, Debug)]
pub struct OutlierDetection {
    hosts: Box<[Watched]>,
    ejected: u32,
    next_sweep: SimTime,
}

impl OutlierDetection {
    /// For so many hosts, none of which is out.
    pub fn new(settings: &OutlierSettings, hosts: u32, now: SimTime) -> Self {
        Self {
            hosts: vec![Watched::default(); hosts as usize].into(),
            ejected: 0,
            next_sweep: now.after(settings.interval),
        }
    }

    /// Whether a host is out.
    pub fn is_ejected(&self, host: usize) -> bool {
        self.hosts
            .get(host)
            .is_some_and(|host| host.out_until.is_some())
    }

    /// How many hosts it watches.
    pub fn hosts(&self) -> usize {
        self.hosts.len()
    }

    /// How many hosts are out.
    pub const fn ejected(&self) -> u32 {
        self.ejected
    }

    /// When is next looked at who comes back: a [`OutlierDetection::sweep`] is due then.
    pub const fn due(&self) -> SimTime {
        self.next_sweep
    }

    /// How often a host has been ejected, as far as that is remembered, and until when it is
    /// out, if it is.
    pub fn ejections(&self, host: usize) -> (u32, Option<SimTime>) {
        let host = self.hosts.get(host).copied().unwrap_or_default();
        (host.times, host.out_until)
    }

    /// A host has gone: nothing is known of whoever comes in its place.
    pub fn forget(&mut self, host: usize) {
        if let Some(watched) = self.hosts.get_mut(host) {
            self.ejected -= u32::from(watched.out_until.is_some());
            *watched = Watched::default();
        }
    }

    /// A host, one of `hosts` that are there, has answered, or has not; the ejection that
    /// follows.
    pub fn record(
        &mut self,
        settings: &OutlierSettings,
        now: SimTime,
        (host, hosts): (usize, u32),
        failed: bool,
    ) -> Option<Ejected> {
        let most = settings.most_ejected(hosts);
        let watched = self.hosts.get_mut(host)?;
        if !failed {
            watched.failures = 0;
            return None;
        }
        watched.failures = watched.failures.saturating_add(1);
        let is_outlier = watched.failures >= settings.consecutive_failures.max(1);
        if !is_outlier || watched.out_until.is_some() {
            return None;
        }
        // Also if too many are out already: it takes as many failures to be looked at again.
        let failures = std::mem::take(&mut watched.failures);
        if self.ejected >= most {
            return None;
        }
        watched.times = watched.times.saturating_add(1);
        let longest = settings.max_ejection.max(settings.base_ejection);
        let wait = settings.base_ejection.times(u64::from(watched.times));
        let until = now.after(wait.min(longest));
        watched.out_until = Some(until);
        self.ejected += 1;
        Some(Ejected {
            host,
            failures,
            times: watched.times,
            until,
        })
    }

    /// Looks at who comes back, and tells each. To be called when it is due; nothing happens
    /// before.
    pub fn sweep(
        &mut self,
        settings: &OutlierSettings,
        now: SimTime,
        mut comes_back: impl FnMut(usize),
    ) {
        if now < self.next_sweep {
            return;
        }
        let interval = SimDuration::from_nanos(settings.interval.as_nanos().max(1));
        self.next_sweep = now.after(interval);
        for (place, host) in self.hosts.iter_mut().enumerate() {
            match host.out_until {
                Some(until) if now >= until => {
                    host.out_until = None;
                    host.failures = 0;
                    self.ejected -= 1;
                    comes_back(place);
                }
                Some(_) => {}
                None => host.times = host.times.saturating_sub(1),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: OutlierSettings = OutlierSettings::DEFAULT;

    fn at(secs: u64) -> SimTime {
        SimTime::ZERO.after(SimDuration::from_secs(secs))
    }

    /// Lets a host fail five times in a row.
    fn fail(detection: &mut OutlierDetection, now: SimTime, host: usize) -> Option<Ejected> {
        let hosts = detection.hosts.len() as u32;
        let failures = (0..5).map(|_| detection.record(&SETTINGS, now, (host, hosts), true));
        failures.last().flatten()
    }

    fn back(detection: &mut OutlierDetection, now: SimTime) -> Vec<usize> {
        let mut back = Vec::new();
        detection.sweep(&SETTINGS, now, |host| back.push(host));
        back
    }

    #[test]
    fn five_failures_in_a_row_eject_a_host_and_a_success_in_between_saves_it() {
        let mut detection = OutlierDetection::new(&SETTINGS, 3, at(0));
        for failed in [true, true, true, true, false, true, true, true, true] {
            assert_eq!(detection.record(&SETTINGS, at(1), (0, 3), failed), None);
        }
        let ejected = detection.record(&SETTINGS, at(1), (0, 3), true);
        let expected = Ejected {
            host: 0,
            failures: 5,
            times: 1,
            until: at(31),
        };
        assert_eq!(ejected, Some(expected));
        assert!(detection.is_ejected(0));
    }

    #[test]
    fn a_host_comes_back_at_the_first_look_after_its_time() {
        let mut detection = OutlierDetection::new(&SETTINGS, 3, at(0));
        fail(&mut detection, at(1), 0);
        for secs in [10, 20, 30] {
            assert_eq!(detection.due(), at(secs));
            assert!(back(&mut detection, at(secs)).is_empty());
        }
        assert_eq!(back(&mut detection, at(40)), [0]);
        assert_eq!(detection.ejected(), 0);
    }

    #[test]
    fn each_time_it_is_out_longer_unless_it_was_in_for_a_while() {
        let mut detection = OutlierDetection::new(&SETTINGS, 1, at(0));
        let until = |ejected: Option<Ejected>| ejected.map(|ejected| ejected.until);
        assert_eq!(until(fail(&mut detection, at(0), 0)), Some(at(30)));
        assert_eq!(back(&mut detection, at(30)), [0]);
        assert_eq!(until(fail(&mut detection, at(31), 0)), Some(at(91)));
        assert_eq!(back(&mut detection, at(100)), [0]);
        for secs in [110, 120] {
            back(&mut detection, at(secs));
        }
        assert_eq!(until(fail(&mut detection, at(121), 0)), Some(at(151)));
    }

    #[test]
    fn one_host_may_be_out_however_few_there_are_and_no_more_than_the_share() {
        let mut few = OutlierDetection::new(&SETTINGS, 3, at(0));
        assert!(fail(&mut few, at(0), 0).is_some());
        assert!(fail(&mut few, at(0), 1).is_none());
        let mut many = OutlierDetection::new(&SETTINGS, 29, at(0));
        let ejected = (0..29).filter(|host| fail(&mut many, at(0), *host).is_some());
        assert_eq!(ejected.count(), 2);
    }
}
