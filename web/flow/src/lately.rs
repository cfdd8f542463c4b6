//! What happened lately: how many messages each line carries, and how much goes wrong at each
//! node, around the cursor.
//!
//! Records flow in, rates flow out. A few thousand records are looked at, so that looking a few
//! times a second costs nothing that is seen.

use sim_core::kernel::{SimDuration, SimTime};
use sim_core::world::{NodeId, Record, Topology, What};

/// How many records behind the cursor are looked at, and how many ahead of it.
const BEHIND: usize = 4_000;
const AHEAD: usize = 2_000;
/// How much simulated time is looked at on each side of it, at most.
const FAR: SimDuration = SimDuration::from_secs(5);
/// The shortest stretch that a rate is taken over, in seconds: one message alone is no rate.
const SHORTEST: f64 = 0.001;

/// Good and bad ends of what a node was asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Ends {
    /// All of them.
    pub all: u32,
    /// Those that were errors, were turned away or died.
    pub bad: u32,
}

impl Ends {
    /// How many of a hundred ended badly: at least one if any did.
    pub fn percent(self) -> u32 {
        let all = u64::from(self.all.max(1));
        (u64::from(self.bad) * 100).div_ceil(all).min(100) as u32
    }
}

/// What happened lately.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Lately {
    /// Messages a second of simulated time, by edge.
    pub rates: Vec<f64>,
    /// How things ended, by node.
    pub ends: Vec<Ends>,
}

impl Lately {
    /// What happened around the cursor that lies after the first `shown` of these records, the
    /// last of which happened at `now` or before.
    pub fn around(topology: &Topology, records: &[Record], shown: usize, now: SimTime) -> Self {
        let mut lately = Self {
            rates: vec![0.0; topology.edges.len()],
            ends: vec![Ends::default(); topology.nodes.len()],
        };
        let shown = shown.min(records.len());
        let past = &records[shown.saturating_sub(BEHIND)..shown];
        let past = &past[past.partition_point(|record| now.since(record.at) > FAR)..];
        let ahead = &records[shown..records.len().min(shown + AHEAD)];
        let ahead = &ahead[..ahead.partition_point(|record| record.at.since(now) <= FAR)];
        for record in past {
            lately.count_end(topology, record);
        }
        let sent = past.iter().chain(ahead);
        for record in sent {
            if let What::MessageSent { edge, .. } = record.what
                && let Some(count) = lately.rates.get_mut(edge.index())
            {
                *count += 1.0;
            }
        }
        let begin = past
            .first()
            .or(ahead.first())
            .map_or(now, |record| record.at);
        let end = ahead.last().map_or(now, |record| record.at);
        let span = end.since(begin).as_secs_f64().max(SHORTEST);
        for rate in &mut lately.rates {
            *rate /= span;
        }
        lately
    }

    /// How things ended at a node.
    pub fn ends_at(&self, node: NodeId) -> Ends {
        self.ends.get(node.index()).copied().unwrap_or_default()
    }

    fn count_end(&mut self, topology: &Topology, record: &Record) {
        let good = match record.what {
            What::TaskFinished { outcome, .. } | What::StatementFinished { outcome, .. } => {
                outcome.is_settled()
            }
            What::JourneyEnded { outcome, .. } => outcome.is_ok(),
            What::MessageRejected { .. } | What::TaskKilled { .. } => false,
            _ => return,
        };
        let node = topology.node_of.get(record.entity.index());
        if let Some(ends) = node.and_then(|node| self.ends.get_mut(node.index())) {
            ends.all += 1;
            ends.bad += u32::from(!good);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{millis, scene, sent};
    use sim_core::kernel::{EntityId, RecordId};
    use sim_core::world::{Cause, EndpointId, Rejection};

    fn rejected(at: u64) -> Record {
        Record {
            at: millis(at),
            entity: EntityId(1),
            cause: Cause::NONE,
            what: What::MessageRejected {
                message: RecordId(0),
                why: Rejection::Full,
                endpoint: EndpointId(0),
            },
        }
    }

    fn around(records: &[Record], shown: usize, now: u64) -> Lately {
        Lately::around(&scene().stage().topology, records, shown, millis(now))
    }

    #[test]
    fn a_line_carries_as_many_messages_a_second_as_were_sent_around_the_cursor() {
        let records: Vec<_> = (0..=100).map(|place| sent(place * 10, 5, false)).collect();
        let lately = around(&records, 51, 500);
        assert!((lately.rates[0] - 101.0).abs() < 0.01, "{:?}", lately.rates);
    }

    #[test]
    fn what_is_long_ago_or_far_ahead_does_not_count() {
        let mut records = vec![sent(0, 5, false), sent(20_000, 5, false)];
        records.push(sent(21_000, 5, false));
        records.push(sent(60_000, 5, false));
        let lately = around(&records, 2, 20_000);
        assert!((lately.rates[0] - 2.0).abs() < 0.01, "{:?}", lately.rates);
    }

    #[test]
    fn errors_are_counted_at_the_node_and_only_up_to_the_cursor() {
        let records = [rejected(1), rejected(2), rejected(3)];
        let lately = around(&records, 2, 2);
        assert_eq!(lately.ends_at(NodeId(1)), Ends { all: 2, bad: 2 });
        assert_eq!(lately.ends_at(NodeId(0)).percent(), 0);
        assert_eq!(lately.ends_at(NodeId(9)), Ends::default());
    }

    #[test]
    fn one_error_among_thousands_is_not_none() {
        assert_eq!(Ends { all: 5_000, bad: 1 }.percent(), 1);
        assert_eq!(Ends { all: 3, bad: 3 }.percent(), 100);
    }

    #[test]
    fn nothing_at_all_is_no_rate() {
        assert!(around(&[], 0, 0).rates[0].abs() < f64::EPSILON);
    }
}
