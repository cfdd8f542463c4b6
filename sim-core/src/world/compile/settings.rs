//! Settings that change while the world runs: one program for each stretch of time.
//!
//! An entry `set` is a patch of the document. The patched document is compiled like any
//! other; that it has the same shape (the same things, the same steps) is checked, so that
//! tasks which stand in the middle of a behaviour can go on in the new program.

use std::sync::Arc;

use super::versions::{Deployed, deployed, topology_of};
use crate::kernel::SimTime;
use crate::scenario::Scenario;
use crate::scenario::diagnostic::{Diagnostics, Problem};
use crate::scenario::document::{Happening, SettingPath};
use crate::scenario::tree::Node;
use crate::world::program::{Op, Policy, Program, Service, Site, Subscription};
use crate::world::stores::StoreProgram;
use crate::world::topology::Topology;

/// What reading and compiling a document again at every change may cost, in values of the
/// document times changes: about a second. Three thousand changes of a small document fit.
const MAX_WORK: usize = 1_000_000;
/// The most settings that are changed in all, each counted again at every later change.
const MAX_EDITS: usize = 20_000;

/// The programs that hold after `first`, and from when on each does.
pub(super) fn programs(
    scenario: &Scenario,
    versions: &[Deployed],
    topology: &Topology,
    first: &Arc<Program>,
) -> Result<Vec<(SimTime, Arc<Program>)>, Diagnostics> {
    let moments = moments(scenario);
    let changes: Vec<_> = moments.iter().map(|at| changes_at(scenario, *at)).collect();
    let edits: usize = changes.iter().map(Vec::len).sum();
    let documents = moments.len().saturating_mul(1 + versions.len());
    if edits > MAX_EDITS || documents.saturating_mul(scenario.tree().count()) > MAX_WORK {
        let problem = Problem::TooMuchToCheck;
        return Err(Diagnostics::new(vec![super::error_at(
            scenario, "timeline", problem,
        )]));
    }
    let mut programs = Vec::new();
    for (moment, changes) in moments.into_iter().zip(changes) {
        if changes.is_empty() {
            programs.push((moment, Arc::clone(first)));
            continue;
        }
        let patched = scenario.patched(&changes)?;
        patched.runnable()?;
        let versions = deployed(&patched)?;
        // What remembers is compared with the programs, which say more of it.
        let same = Topology {
            guards: topology.guards.clone(),
            ..topology_of(&patched, &versions)
        };
        let fits = same_frame(&patched, scenario) && same == *topology;
        let program = if fits {
            Some(super::program(&patched, &versions, topology)?)
        } else {
            None
        };
        let Some(program) = program.filter(|program| same_shape(program, first)) else {
            let (place, path) = culprit(scenario, moment);
            let path_of = format!("timeline.{place}.set");
            let problem = Problem::ChangesShape { path };
            return Err(Diagnostics::new(vec![super::error_at(
                scenario, &path_of, problem,
            )]));
        };
        programs.push((moment, Arc::new(program)));
    }
    Ok(programs)
}

/// The moments at which settings change, in order, each once.
fn moments(scenario: &Scenario) -> Vec<SimTime> {
    let mut moments = Vec::new();
    for entry in &scenario.document().timeline {
        if let Happening::Set(_) = entry.what {
            moments.push(entry.at);
            moments.extend(entry.lasts.map(|lasts| entry.at.after(lasts)));
        }
    }
    moments.sort_unstable();
    moments.dedup();
    moments
}

/// All settings that entries change at `moment`, those of later entries last.
fn changes_at(scenario: &Scenario, moment: SimTime) -> Vec<(SettingPath, Node)> {
    let mut entries: Vec<_> = scenario.document().timeline.iter().collect();
    entries.sort_by_key(|entry| entry.at);
    let holds = entries.into_iter().filter(|entry| {
        entry.at <= moment
            && entry
                .lasts
                .is_none_or(|lasts| moment < entry.at.after(lasts))
    });
    holds
        .filter_map(|entry| match &entry.what {
            Happening::Set(changes) => Some(changes.clone()),
            _ => None,
        })
        .flatten()
        .collect()
}

/// The first entry that changes settings at `moment`, and the first setting it changes.
fn culprit(scenario: &Scenario, moment: SimTime) -> (usize, String) {
    let entries = scenario.document().timeline.iter().enumerate();
    entries
        .filter(|(_, entry)| entry.at == moment)
        .find_map(|(place, entry)| match &entry.what {
            Happening::Set(changes) => changes.first().map(|(path, _)| (place, path.to_string())),
            _ => None,
        })
        .unwrap_or_default()
}

/// Whether two documents agree on what a run has from its start to its end.
pub(super) fn same_frame(a: &Scenario, b: &Scenario) -> bool {
    let frame = |scenario: &Scenario| {
        let document = scenario.document();
        (document.seed, document.horizon, document.warm_up)
    };
    frame(a) == frame(b)
}

/// Whether tasks and messages of one program can go on in the other: whatever they know by
/// its place is in that place.
pub(super) fn same_shape(a: &Program, b: &Program) -> bool {
    let all = |same: &[bool]| same.iter().all(|same| *same);
    all(&[
        same_each(&a.ops, &b.ops, |a, b| same_op(*a, *b)),
        same_each(&a.sites, &b.sites, same_site),
        a.forks == b.forks,
        a.sizes.len() == b.sizes.len(),
        same_each(&a.chooses, &b.chooses, |a, b| {
            same_each(&a.ways, &b.ways, |a, b| a.pc == b.pc)
        }),
        a.inputs == b.inputs,
        a.merges == b.merges,
        same_each(&a.settings, &b.settings, |a, b| {
            same_each(a, b, |a, b| a.place == b.place)
        }),
        same_each(&a.repeats, &b.repeats, |a, b| {
            (a.item, a.begin, a.key) == (b.item, b.begin, b.key)
        }),
        a.responses.len() == b.responses.len(),
        a.expectations.len() == b.expectations.len(),
        same_each(&a.clients, &b.clients, |a, b| {
            let same_load = std::mem::discriminant(&a.load) == std::mem::discriminant(&b.load);
            a.entity == b.entity && a.journey == b.journey && same_load
        }),
        same_each(&a.services, &b.services, same_service),
        // A queue's time-to-live is fixed when it is declared, as at the real broker.
        same_each(&a.queues, &b.queues, |a, b| {
            a.entity == b.entity && a.ttl == b.ttl
        }),
        same_each(&a.links, &b.links, |a, b| {
            a.forward.streams == b.forward.streams && a.back.streams == b.back.streams
        }),
        same_each(&a.stores, &b.stores, |a, b| {
            let costs = a.costs;
            *a == StoreProgram { costs, ..b.clone() }
        }),
        a.statements == b.statements,
        a.transactions == b.transactions,
        a.entries == b.entries,
        same_each(&a.guards, &b.guards, |a, b| {
            let same_kind =
                std::mem::discriminant(&a.settings) == std::mem::discriminant(&b.settings);
            (a.key, a.first, &a.owners) == (b.key, b.first, &b.owners) && same_kind
        }),
    ])
}

fn same_each<T>(a: &[T], b: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
}

fn same_op(a: Op, b: Op) -> bool {
    let kinds = (a, b);
    let free = matches!(kinds, (Op::Answer(_), Op::Answer(_)));
    free || a == b
}

fn same_site(a: &Site, b: &Site) -> bool {
    let same_kind = |a: &Policy, b: &Policy| std::mem::discriminant(a) == std::mem::discriminant(b);
    a.target == b.target
        && a.edge == b.edge
        && a.endpoint == b.endpoint
        && a.key == b.key
        && a.outcomes == b.outcomes
        && a.bind == b.bind
        && same_each(&a.policies, &b.policies, same_kind)
        && same_each(&a.policies, &b.policies, |a, b| {
            a.budget().is_some() == b.budget().is_some()
        })
}

fn same_service(a: &Service, b: &Service) -> bool {
    a.first == b.first
        // What scales may begin with its least, which may change.
        && (a.begins == b.begins || a.care.scaling.is_some())
        && a.instances == b.instances
        && a.endpoints == b.endpoints
        && a.care.has_shape_of(&b.care)
        && same_each(&a.subscriptions, &b.subscriptions, |a, b| {
            // A prefetch counts from the next subscription on.
            let prefetch = a.prefetch;
            *a == Subscription {
                prefetch,
                ..b.clone()
            }
        })
}
