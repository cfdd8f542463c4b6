//! What a caption is about: a part of the system at a moment, or between two of them.

use sim_core::kernel::{SimDuration, SimTime};
use sim_core::observe::EntityState;
use sim_core::world::{Node, What};

use crate::Finished;

/// The node called so.
fn node_of<'r>(run: &'r Finished, name: &str) -> &'r Node {
    let topology = run.run.topology();
    let found = topology
        .node(name)
        .unwrap_or_else(|| panic!("no node {name}"));
    &topology.nodes[found.index()]
}

/// The states of the instances of a node at a moment.
pub fn instances(run: &Finished, node: &str, at: SimTime) -> Vec<EntityState> {
    let node = node_of(run, node);
    let first = node.first_entity.index();
    run.at(at).entities[first..first + node.entities as usize].to_vec()
}

/// The state of a node, of all its instances together, at a moment.
pub fn state(run: &Finished, node: &str, at: SimTime) -> EntityState {
    let mut sum = EntityState::default();
    for state in instances(run, node, at) {
        sum.busy += state.busy;
        sum.tasks += state.tasks;
        sum.waiting += state.waiting;
        sum.ready += state.ready;
        sum.unacked += state.unacked;
        sum.rows += state.rows;
        sum.done += state.done;
        sum.failed += state.failed;
        sum.rejected += state.rejected;
    }
    sum
}

/// The share of a client's journeys between two moments that ended well.
pub fn share_ok(run: &Finished, client: &str, from: SimTime, to: SimTime) -> f64 {
    let (before, after) = (state(run, client, from), state(run, client, to));
    let (ok, failed) = (after.done - before.done, after.failed - before.failed);
    ok as f64 / (ok + failed).max(1) as f64
}

/// How long the journeys of a client took that ended well between two moments, in order.
pub fn journeys(run: &Finished, client: &str, from: SimTime, to: SimTime) -> Vec<SimDuration> {
    let entity = node_of(run, client).first_entity;
    let records = run.trace.records().iter();
    let mut took: Vec<_> = records
        .filter(|record| record.entity == entity && (from..to).contains(&record.at))
        .filter_map(|record| match record.what {
            What::JourneyEnded { took, outcome, .. } if outcome.is_settled() => Some(took),
            _ => None,
        })
        .collect();
    took.sort_unstable();
    took
}

/// The duration below which this share of them lies, which are in order.
///
/// # Panics
/// If there are none.
pub fn quantile(sorted: &[SimDuration], share: f64) -> SimDuration {
    sorted[((sorted.len() as f64 * share) as usize).min(sorted.len() - 1)]
}

/// What happened to an instance that a test looks for, in order.
pub fn happened<T>(
    run: &Finished,
    name: &str,
    of: impl Fn(&What) -> Option<T>,
) -> Vec<(SimTime, T)> {
    let names = &run.run.topology().entities;
    let records = run.trace.records().iter();
    records
        .filter(|record| names[record.entity.index()] == name)
        .filter_map(|record| Some((record.at, of(&record.what)?)))
        .collect()
}

/// The moment so many milliseconds after the start.
pub fn at(millis: u64) -> SimTime {
    SimTime::ZERO.after(SimDuration::from_millis(millis))
}
