//! How large a world may be: what a document multiplies, added up before it is made.
//!
//! Each number in a document has a bound of its own, and a thousand things within their
//! bounds can still be too many together: a run is stopped by its budgets, but only once
//! there is one.

use super::error_at;
use crate::scenario::Scenario;
use crate::scenario::diagnostic::{Diagnostics, Problem};
use crate::scenario::document::Load;
use crate::world::topology::{EdgeKind, Topology};

/// The most instances there may be in all; a world of so many still fits into a browser.
const MAX_ENTITIES: usize = 20_000;
/// The most users of all closed loads: as many as there may be things alive
/// ([`Budgets`](crate::kernel::Budgets)).
const MAX_ALL_USERS: usize = 1_000_000;
/// The most connections from instances to queues, for publishing and consuming: each is
/// some fifty bytes of every keyframe.
const MAX_CONNECTIONS: usize = 500_000;

/// Whether there are too many instances.
pub(super) fn instances(scenario: &Scenario) -> Result<(), Diagnostics> {
    let document = scenario.document();
    let services = document.services.keys();
    let counts = services.map(|service| document.instances_of(service).all() as usize);
    within(scenario, "services", counts, MAX_ENTITIES)
}

/// Whether there are too many users at any time under these settings.
pub(super) fn users(scenario: &Scenario) -> Result<(), Diagnostics> {
    let clients = scenario.document().clients.values();
    let counts = clients.map(|client| match client.load {
        Load::Closed { users, .. } => users as usize,
        Load::Open(_) => 0,
    });
    within(scenario, "clients", counts, MAX_ALL_USERS)
}

/// Whether too many instances publish to or consume from too many queues.
pub(super) fn connections(scenario: &Scenario, topology: &Topology) -> Result<(), Diagnostics> {
    let document = scenario.document();
    let services = document.services.iter();
    let consuming = services.map(|(name, service)| {
        document.instances_of(name).all() as usize * service.subscriptions.len()
    });
    let published = topology.edges.iter();
    let published = published.filter(|edge| edge.kind == EdgeKind::Publish);
    let publishing = published.map(|edge| topology.nodes[edge.from.index()].entities as usize);
    let counts = consuming.chain(publishing);
    within(scenario, "services", counts, MAX_CONNECTIONS)
}

fn within(
    scenario: &Scenario,
    path: &str,
    counts: impl Iterator<Item = usize>,
    limit: usize,
) -> Result<(), Diagnostics> {
    let count = counts.fold(0_usize, usize::saturating_add);
    if count <= limit {
        return Ok(());
    }
    let problem = Problem::TooMany { count, limit };
    Err(Diagnostics::new(vec![error_at(scenario, path, problem)]))
}
