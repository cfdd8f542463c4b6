//! Entries of the document's timeline as bands: which lie beside which, and whom each is about.

use interplay_protocol::{EntryView, Stage};
use sim_core::kernel::{SimDuration, SimTime};
use sim_core::world::NodeId;

/// What an entry takes up at least, as a share of the run, so that its words have room.
const WORDS: f64 = 0.09;

/// On which level each entry lies, from 0 on, so that none covers another; at most `most`
/// levels, the last of which takes what has no room. They do not depend on the zoom, so that
/// nothing jumps.
pub(crate) fn levels(entries: &[EntryView], horizon: SimTime, most: usize) -> Vec<usize> {
    let words = SimDuration::from_nanos((horizon.as_nanos() as f64 * WORDS) as u64);
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|&place| entries.get(place).map(|entry| entry.at));
    let mut free_from: Vec<SimTime> = Vec::new();
    let mut levels = vec![0; entries.len()];
    for place in order {
        let Some(entry) = entries.get(place) else {
            continue;
        };
        let needs = entry.at.after(words);
        let until = entry.until.map_or(needs, |until| until.max(needs));
        let free = free_from.iter().position(|free| *free <= entry.at);
        let level = free.unwrap_or(free_from.len()).min(most.saturating_sub(1));
        match free_from.get_mut(level) {
            Some(free) => *free = until.max(*free),
            None => free_from.push(until),
        }
        if let Some(taken) = levels.get_mut(place) {
            *taken = level;
        }
    }
    levels
}

/// The node an entry is about: the first one it names.
pub(crate) fn node_of(stage: &Stage, entry: &EntryView) -> Option<NodeId> {
    let first = entry.what.split([' ', ',']).next()?;
    let parts: Vec<&str> = first.split('.').collect();
    // `payment`, `payment.2`, `broker.queue`, `services.payment.workers`, `brokers.b.queues.q`.
    let known = |name: &str| {
        let place = stage
            .topology
            .nodes
            .iter()
            .position(|node| node.name == name)?;
        Some(NodeId(place as u32))
    };
    known(first).or_else(|| {
        let named = |from: usize, to: usize| known(&parts.get(from..=to)?.join("."));
        (0..parts.len()).find_map(|from| {
            let queue = (parts.get(from + 1) == Some(&"queues"))
                .then(|| known(&format!("{}.{}", parts.get(from)?, parts.get(from + 2)?)))
                .flatten();
            queue
                .or_else(|| named(from, from + 1))
                .or_else(|| named(from, from))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use interplay_protocol::EntryKind;

    const fn at(secs: u64) -> SimTime {
        SimTime::from_nanos(secs * 1_000_000_000)
    }

    fn entry(from: u64, until: Option<u64>) -> EntryView {
        EntryView {
            at: at(from),
            until: until.map(at),
            kind: EntryKind::Crash,
            what: String::new(),
            yours: false,
        }
    }

    #[test]
    fn what_overlaps_is_stacked_and_what_does_not_is_not() {
        let entries = [
            entry(10, Some(30)),
            entry(20, Some(40)),
            entry(35, Some(50)),
            entry(45, None),
        ];
        assert_eq!(levels(&entries, at(60), 4), [0, 1, 0, 1]);
    }

    #[test]
    fn the_order_in_the_document_does_not_matter() {
        let entries = [entry(20, Some(40)), entry(10, Some(30))];
        assert_eq!(levels(&entries, at(60), 4), [1, 0]);
    }

    #[test]
    fn moments_close_together_are_stacked_since_their_words_would_cover_each_other() {
        let entries = [
            entry(10, None),
            entry(11, None),
            entry(12, None),
            entry(13, None),
        ];
        assert_eq!(levels(&entries, at(60), 3), [0, 1, 2, 2]);
    }
}
