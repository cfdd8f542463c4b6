//! Load shedding: what a server that cannot keep up does not even begin.
//!
//! The queue and the time flow in; whether a request is taken, and how long it may wait,
//! flows out. By length, by waiting time, or by controlled delay as at Facebook (Ben Maurer:
//! *Fail at Scale*, ACM Queue 13(8), 2015,
//! <https://queue.acm.org/detail.cfm?id=2839461>): a queue that is never empty is a standing
//! queue, in which a request waits a few milliseconds or not at all.

use crate::kernel::{SimDuration, SimTime};

/// What is shed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shedding {
    /// A request that finds so many waiting.
    Length {
        /// How many may wait.
        at_most: u32,
    },
    /// A request that has waited for so long when its turn comes.
    Waiting {
        /// How long one may wait.
        at_most: SimDuration,
    },
    /// Controlled delay.
    ControlledDelay {
        /// How long one may wait in a standing queue.
        target: SimDuration,
        /// How long a queue must not have been empty to be a standing one; as long may one
        /// wait in any other.
        interval: SimDuration,
    },
}

impl Shedding {
    /// Facebook's: 5 ms in a queue that was not empty for 100 ms.
    pub const CONTROLLED_DELAY: Self = Self::ControlledDelay {
        target: SimDuration::from_millis(5),
        interval: SimDuration::from_millis(100),
    };
}

/// Since when a queue has not been empty.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Shedder {
    last_empty: SimTime,
}

/// What becomes of a request that arrives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arrival {
    /// It is taken.
    Accepted {
        /// Until when its turn must have come; otherwise it is shed then.
        until: SimTime,
    },
    /// It is shed.
    Shed,
}

impl Shedder {
    /// For a queue that is empty.
    pub const fn new(now: SimTime) -> Self {
        Self { last_empty: now }
    }

    /// The queue is empty: to be told whenever it becomes so.
    pub const fn emptied(&mut self, now: SimTime) {
        self.last_empty = now;
    }

    /// A request arrives at a queue in which `waiting` others wait.
    pub fn arrive(&mut self, shedding: &Shedding, now: SimTime, waiting: u32) -> Arrival {
        if waiting == 0 {
            self.last_empty = now;
        }
        let wait = match *shedding {
            Shedding::Length { at_most } if waiting >= at_most => return Arrival::Shed,
            Shedding::Length { .. } => SimDuration::MAX,
            Shedding::Waiting { at_most } => at_most,
            Shedding::ControlledDelay { target, interval } => {
                let is_standing = now.since(self.last_empty) > interval;
                if is_standing { target } else { interval }
            }
        };
        Arrival::Accepted {
            until: now.after(wait),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> SimTime {
        SimTime::ZERO.after(SimDuration::from_millis(millis))
    }

    fn until(millis: u64) -> Arrival {
        Arrival::Accepted { until: at(millis) }
    }

    #[test]
    fn a_request_that_finds_a_long_queue_is_shed_at_once() {
        let mut shedder = Shedder::new(at(0));
        let shedding = Shedding::Length { at_most: 2 };
        let forever = Arrival::Accepted {
            until: SimTime::MAX,
        };
        assert_eq!(shedder.arrive(&shedding, at(0), 1), forever);
        assert_eq!(shedder.arrive(&shedding, at(0), 2), Arrival::Shed);
    }

    #[test]
    fn a_request_waits_for_so_long_and_no_longer() {
        let shedding = Shedding::Waiting {
            at_most: SimDuration::from_millis(30),
        };
        let mut shedder = Shedder::new(at(0));
        assert_eq!(shedder.arrive(&shedding, at(5), 9), until(35));
    }

    #[test]
    fn in_a_standing_queue_a_request_waits_for_a_few_milliseconds_only() {
        let shedding = Shedding::CONTROLLED_DELAY;
        let mut shedder = Shedder::new(at(0));
        assert_eq!(shedder.arrive(&shedding, at(0), 0), until(100));
        assert_eq!(shedder.arrive(&shedding, at(100), 5), until(200));
        assert_eq!(shedder.arrive(&shedding, at(101), 5), until(106));
        shedder.emptied(at(150));
        assert_eq!(shedder.arrive(&shedding, at(160), 1), until(260));
    }
}
