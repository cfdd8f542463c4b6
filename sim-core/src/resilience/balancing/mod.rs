//! Load balancing: which of several hosts gets a call.
//!
//! The hosts, as their caller sees them, and a draw flow in; one of them flows out. Which
//! hosts are asked at all is decided by [`OutlierDetection`] (how their answers were) and
//! [`HealthCheck`] (how they answer probes).

mod health;
mod outlier;
mod ring;

pub use self::health::{HealthChange, HealthCheck, HealthSettings};
pub use self::outlier::{Ejected, OutlierDetection, OutlierSettings};
pub use self::ring::Ring;

use crate::kernel::Draw;

/// A host, as whoever calls it sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Host {
    /// Whether it may be called.
    pub is_available: bool,
    /// How many calls to it are under way.
    pub active: u32,
}

/// How a host is chosen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Balancer {
    /// One after the other.
    RoundRobin {
        /// Whose turn it is.
        next: usize,
    },
    /// Any, each equally likely.
    Random,
    /// One of those with the fewest calls under way.
    LeastRequests,
    /// Of two that are drawn, the one with fewer calls under way (Mitzenmacher: *The Power of
    /// Two Choices in Randomized Load Balancing*, 2001,
    /// <https://www.eecs.harvard.edu/~michaelm/postscripts/tpds2001.pdf>). The two differ,
    /// as in NGINX's `random two`.
    TwoChoices,
    /// The one that a call's key belongs to.
    ConsistentHash(Ring),
}

impl Balancer {
    /// One after the other, the first to begin with.
    pub const ROUND_ROBIN: Self = Self::RoundRobin { next: 0 };

    /// The place of the host that gets a call about `key`, or nothing if none may be called.
    /// Only what leaves something to chance draws.
    pub fn pick(&mut self, hosts: &[Host], key: u64, draw: &mut Draw) -> Option<usize> {
        match self {
            Self::RoundRobin { next } => {
                let (before, after) = hosts.split_at((*next).min(hosts.len()));
                let ahead = after.iter().position(|host| host.is_available);
                let place = ahead
                    .map(|ahead| before.len() + ahead)
                    .or_else(|| before.iter().position(|host| host.is_available))?;
                *next = (place + 1) % hosts.len();
                Some(place)
            }
            Self::Random => any_of(hosts, draw, |host| host.is_available),
            Self::LeastRequests => {
                let available = hosts.iter().filter(|host| host.is_available);
                let fewest = available.map(|host| host.active).min()?;
                any_of(hosts, draw, |host| {
                    host.is_available && host.active == fewest
                })
            }
            Self::TwoChoices => two_choices(hosts, draw),
            Self::ConsistentHash(ring) => ring.pick(key, |host| {
                hosts.get(host).is_some_and(|host| host.is_available)
            }),
        }
    }
}

/// One of the hosts that fit, each equally likely.
fn any_of(hosts: &[Host], draw: &mut Draw, fits: impl Fn(&Host) -> bool) -> Option<usize> {
    let count = hosts.iter().filter(|host| fits(host)).count() as u64;
    nth(hosts, draw.below(count), fits)
}

/// The `n`-th host that fits, from 0.
fn nth(hosts: &[Host], n: u64, fits: impl Fn(&Host) -> bool) -> Option<usize> {
    let mut places = (0..hosts.len()).filter(|place| fits(&hosts[*place]));
    places.nth(n as usize)
}

fn two_choices(hosts: &[Host], draw: &mut Draw) -> Option<usize> {
    let is_available = |host: &Host| host.is_available;
    let count = hosts.iter().filter(|host| is_available(host)).count() as u64;
    let first = draw.below(count);
    let Some(others) = count.checked_sub(1).filter(|others| *others > 0) else {
        return nth(hosts, first, is_available);
    };
    let mut second = draw.below(others);
    second += u64::from(second >= first);
    let (first, second) = (
        nth(hosts, first, is_available)?,
        nth(hosts, second, is_available)?,
    );
    let has_fewer = hosts[second].active < hosts[first].active;
    Some(if has_fewer { second } else { first })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Identity, Key, Purpose, StreamKey};

    fn draw(ordinal: u64) -> Draw {
        let stream = StreamKey::new(1, Key::of("balancer"), Purpose::Choice);
        Draw::new(stream, Identity::root(Key::of("caller"), ordinal))
    }

    fn hosts<const N: usize>(active: [u32; N]) -> [Host; N] {
        active.map(|active| Host {
            is_available: true,
            active,
        })
    }

    /// How often each host is picked in 3 000 calls.
    fn picks<const N: usize>(balancer: &mut Balancer, hosts: &[Host; N]) -> [u32; N] {
        let mut counts = [0; N];
        for ordinal in 0..3_000 {
            let picked = balancer.pick(hosts, ordinal, &mut draw(ordinal));
            counts[picked.expect("somebody is available")] += 1;
        }
        counts
    }

    #[test]
    fn round_robin_takes_one_after_the_other_and_passes_over_those_who_are_away() {
        let mut hosts = hosts([0; 4]);
        hosts[2].is_available = false;
        let mut balancer = Balancer::ROUND_ROBIN;
        let picked: Vec<_> = (0..5)
            .map(|n| balancer.pick(&hosts, 0, &mut draw(n)))
            .collect();
        assert_eq!(picked, [0, 1, 3, 0, 1].map(Some));
    }

    #[test]
    fn round_robin_goes_on_when_there_are_fewer_hosts_than_there_were() {
        let mut balancer = Balancer::RoundRobin { next: 7 };
        assert_eq!(balancer.pick(&hosts([0, 0]), 0, &mut draw(0)), Some(0));
        assert_eq!(balancer.pick(&[], 0, &mut draw(0)), None);
    }

    #[test]
    fn a_random_host_is_each_equally_often() {
        for count in picks(&mut Balancer::Random, &hosts([9, 0, 5])) {
            // 1 000 with a standard deviation of 26; five of them.
            assert!(count.abs_diff(1_000) < 130, "{count}");
        }
    }

    #[test]
    fn the_host_with_the_fewest_calls_gets_the_next_one_and_equals_share() {
        let counts = picks(&mut Balancer::LeastRequests, &hosts([3, 1, 1]));
        assert_eq!(counts[0], 0);
        assert!(counts[1].abs_diff(1_500) < 140, "{counts:?}");
    }

    #[test]
    fn the_busiest_of_three_is_never_the_better_of_two() {
        let counts = picks(&mut Balancer::TwoChoices, &hosts([9, 5, 0]));
        assert_eq!(counts[0], 0);
        // The idle one is among the two in two of three pairs.
        assert!(counts[2].abs_diff(2_000) < 130, "{counts:?}");
    }

    #[test]
    fn nobody_is_picked_when_nobody_is_available() {
        let mut away = hosts([0, 0, 0]);
        for host in &mut away {
            host.is_available = false;
        }
        let ring = Ring::new([1, 2, 3]);
        for mut balancer in [
            Balancer::ROUND_ROBIN,
            Balancer::Random,
            Balancer::LeastRequests,
            Balancer::TwoChoices,
            Balancer::ConsistentHash(ring),
        ] {
            assert_eq!(balancer.pick(&away, 5, &mut draw(0)), None);
        }
    }
}
