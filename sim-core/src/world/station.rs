//! A station: the shared cost model of every component.
//!
//! One server, first come first served: whoever comes while it is busy waits. So no
//! component is free, and none has a clock of its own.

use crate::kernel::{SimDuration, SimTime};

/// A server that deals with one thing after another.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Station {
    busy_until: SimTime,
}

impl Station {
    /// Takes in something that costs `cost`; when it will have been dealt with.
    pub(super) fn serve(&mut self, now: SimTime, cost: SimDuration) -> SimTime {
        self.busy_until = self.busy_until.max(now).after(cost);
        self.busy_until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_while_it_is_busy_waits_its_turn() {
        let mut station = Station::default();
        let cost = SimDuration::from_nanos(10);
        let done: Vec<u64> = [0, 3, 40]
            .map(|at| station.serve(SimTime::from_nanos(at), cost).as_nanos())
            .to_vec();
        assert_eq!(done, [10, 20, 50]);
    }
}
