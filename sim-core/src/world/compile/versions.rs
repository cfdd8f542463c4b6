//! Versions of services that are deployed while the world runs.
//!
//! A version is a patch of its service. The patched document is read like any other; what a
//! version does is compiled beside what the service does, so that each instance can run one
//! or the other. A version keeps what others know of the service: its endpoints and
//! subscriptions, how many instances and workers there are.

use crate::scenario::Scenario;
use crate::scenario::diagnostic::{Diagnostics, Problem};
use crate::scenario::document::{self, Happening, Name, SettingPath};
use crate::scenario::tree::Node;
use crate::world::topology::Topology;

/// What reading a document again for every version that is deployed may cost, in values of
/// the document times versions.
const MAX_WORK: usize = 500_000;

/// A version of a service that is deployed, with the service as it is in it.
#[derive(Clone, Debug)]
pub(super) struct Deployed {
    pub(super) service: Name,
    pub(super) version: Name,
    pub(super) described: document::Service,
}

/// The versions that the timeline deploys, each once, by service and name.
pub(super) fn deployed(scenario: &Scenario) -> Result<Vec<Deployed>, Diagnostics> {
    let entries = scenario.document().timeline.iter();
    let mut wanted: Vec<(&Name, &Name)> = entries
        .filter_map(|entry| match &entry.what {
            Happening::Deploy(deploy) => Some((&deploy.service, deploy.version.as_ref()?)),
            _ => None,
        })
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    if wanted.len().saturating_mul(scenario.tree().count()) > MAX_WORK {
        let problem = Problem::TooMuchToCheck;
        let found = super::error_at(scenario, "timeline", problem);
        return Err(Diagnostics::new(vec![found]));
    }
    let read = |(service, version)| read(scenario, service, version);
    wanted.into_iter().map(read).collect()
}

fn read(scenario: &Scenario, service: &Name, version: &Name) -> Result<Deployed, Diagnostics> {
    let services = &scenario.document().services;
    let base = services.get(service);
    let changes = base.and_then(|base| base.versions.get(version));
    let changes = changes.into_iter().flatten().map(|(path, value)| {
        let path = [Name::new("services"), service.clone()]
            .into_iter()
            .chain(path.0.iter().cloned());
        let value = value.clone().unwrap_or_else(|| Node::scalar("none"));
        (SettingPath(path.collect()), value)
    });
    let changes: Vec<_> = changes.collect();
    let patched = scenario.patched(&changes)?;
    patched.runnable()?;
    let fits = |described: &&document::Service| {
        base.is_some_and(|base| same_from_outside(base, described))
    };
    if let Some(described) = patched.document().services.get(service).filter(fits) {
        return Ok(Deployed {
            service: service.clone(),
            version: version.clone(),
            described: described.clone(),
        });
    }
    let path = format!("services.{service}.versions.{version}");
    let problem = Problem::VersionChangesShape {
        service: service.to_string(),
        version: version.to_string(),
    };
    let found = super::error_at(scenario, &path, problem);
    Err(Diagnostics::new(vec![found]))
}

/// Whether one version of a service can stand where another does.
fn same_from_outside(one: &document::Service, other: &document::Service) -> bool {
    let subscriptions = |service: &document::Service| -> Vec<_> {
        let subscriptions = service.subscriptions.iter();
        subscriptions
            .map(|(name, described)| (name.clone(), described.from.clone(), described.prefetch))
            .collect()
    };
    one.external == other.external
        && one.instances == other.instances
        && one.workers == other.workers
        && (&one.balance, &one.outliers) == (&other.balance, &other.outliers)
        && (&one.health, &one.scale) == (&other.health, &other.scale)
        && one.start_up == other.start_up
        && one.endpoints.keys().eq(other.endpoints.keys())
        && subscriptions(one) == subscriptions(other)
}

/// The topology of a scenario whose timeline deploys `versions`.
pub(super) fn topology_of(scenario: &Scenario, versions: &[Deployed]) -> Topology {
    let versions = versions.iter();
    let versions =
        versions.map(|deployed| (&deployed.service, &deployed.version, &deployed.described));
    Topology::of(scenario.document(), versions)
}
