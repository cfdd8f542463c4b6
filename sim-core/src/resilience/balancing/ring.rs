//! Consistent hashing: a key belongs to the same host whatever the other hosts do.
//!
//! Names of hosts flow in once, keys of calls each time; the place of a host flows out. It
//! is a ring with virtual nodes (Karger et al.: *Consistent Hashing and Random Trees*, STOC
//! 1997; Envoy's `ring_hash`): every host stands at many points of a circle, and a key
//! belongs to the first point after its own. A host that leaves gives its keys to the next
//! ones; nobody else's move.

use std::sync::Arc;

use crate::kernel::{Identity, Key};

/// At how many points the hosts stand together, at the least: Envoy's `minimum_ring_size`
/// (<https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/load_balancing_policies/ring_hash/v3/ring_hash.proto>).
const MIN_RING_SIZE: u32 = 1_024;

/// A ring of hosts. It does not change, so clones share it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ring {
    /// Points with the place of the host that stands there, around the circle.
    points: Arc<[(u64, u32)]>,
    hosts: u32,
}

impl Ring {
    /// A ring of hosts, each known by a hash of its name, with equally many points each.
    pub fn new(hosts: impl IntoIterator<Item = u64>) -> Self {
        let hosts: Vec<u64> = hosts.into_iter().collect();
        let each = MIN_RING_SIZE.div_ceil((hosts.len() as u32).max(1));
        Self::with_points(&hosts, each)
    }

    /// The same with so many points each.
    fn with_points(hosts: &[u64], each: u32) -> Self {
        let of_host = |(place, host): (u32, &u64)| {
            let host = *host;
            (0..each).map(move |node| (point(host, u64::from(node)), place))
        };
        let mut points: Vec<_> = (0_u32..).zip(hosts).flat_map(of_host).collect();
        points.sort_unstable();
        Self {
            points: points.into(),
            hosts: hosts.len() as u32,
        }
    }

    /// The host that `key` belongs to, or the next one around the circle that may be called.
    pub fn pick(&self, key: u64, is_available: impl Fn(usize) -> bool) -> Option<usize> {
        let around = point(key, u64::MAX);
        let start = self.points.partition_point(|(point, _)| *point < around);
        let (before, after) = self.points.split_at(start);
        // A circle of hosts of whom none is available is not gone round point by point.
        if !(0..self.hosts as usize).any(&is_available) {
            return None;
        }
        let mut hosts = after.iter().chain(before).map(|(_, host)| *host as usize);
        hosts.find(|host| is_available(*host))
    }
}

/// Where something stands on the circle.
fn point(name: u64, node: u64) -> u64 {
    Identity::root(Key::of("ring"), name)
        .child(Key::of("node"), node)
        .value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_host_gets_about_its_share_of_the_keys() {
        let ring = Ring::new(0..5);
        let mut counts = [0_u32; 5];
        for key in 0..50_000 {
            counts[ring.pick(key, |_| true).expect("a host")] += 1;
        }
        for count in counts {
            // A share has a standard deviation of about 1 / sqrt(205), 7 %; three of them.
            assert!(count.abs_diff(10_000) < 2_100, "{counts:?}");
        }
    }

    #[test]
    fn only_the_keys_of_a_host_that_leaves_move() {
        let ring = Ring::new(0..5);
        for key in 0..5_000 {
            let before = ring.pick(key, |_| true);
            let after = ring.pick(key, |host| host != 3);
            assert!(before == Some(3) || before == after, "{key}");
            assert_ne!(after, Some(3));
        }
    }

    #[test]
    fn a_key_stays_with_its_host_when_another_host_joins_unless_it_moves_there() {
        let hosts = [0, 1, 2, 3, 4];
        let four = Ring::with_points(&hosts[..4], 205);
        let five = Ring::with_points(&hosts, 205);
        for key in 0..5_000 {
            let (before, after) = (four.pick(key, |_| true), five.pick(key, |_| true));
            assert!(after == before || after == Some(4), "{key}");
        }
    }

    #[test]
    fn an_empty_ring_has_nobody_to_offer() {
        assert_eq!(Ring::new([]).pick(1, |_| true), None);
    }
}
