//! Settings that change while the world runs: one program for each stretch of time.
//!
//! An entry `set` is a patch of the document. The patched document is compiled like any
//! other; that it has the same shape (the same things, the same steps) is checked, so that
//! tasks which stand in the middle of a behaviour can go on in the new program.

use std::sync::Arc;

use crate::kernel::SimTime;
use crate::scenario::Scenario;
use crate::scenario::diagnostic::{Diagnostics, Problem};
use crate::scenario::document::{Happening, SettingPath};
use crate::scenario::tree::Node;
use crate::world::program::{Op, Program, Site};
use crate::world::topology::Topology;

/// The most settings that are changed in all, each counted again at every later change: as
/// much as takes a second or two. Two hundred changes one after another fit.
const MAX_EDITS: usize = 20_000;

/// The programs that hold after `first`, and from when on each does.
pub(super) fn programs(
    scenario: &Scenario,
    topology: &Topology,
    first: &Program,
) -> Result<Vec<(SimTime, Arc<Program>)>, Diagnostics> {
    let mut programs = Vec::new();
    let mut edits = 0;
    for moment in moments(scenario) {
        let changes = changes_at(scenario, moment);
        edits += changes.len();
        if edits > MAX_EDITS {
            return Err(Diagnostics::new(vec![super::error_at(
                scenario,
                "timeline",
                Problem::TooMuchToCheck,
            )]));
        }
        let patched = scenario.patched(&changes)?;
        let program = if Topology::of(patched.document()) == *topology {
            Some(super::program(&patched, topology)?).filter(|program| same_shape(program, first))
        } else {
            None
        };
        let Some(program) = program else {
            let (place, path) = culprit(scenario, moment);
            let problem = Problem::ChangesShape { path };
            return Err(Diagnostics::new(vec![super::error_at(
                scenario,
                &format!("timeline.{place}.set"),
                problem,
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

/// Whether tasks of one program can go on in the other.
fn same_shape(a: &Program, b: &Program) -> bool {
    let ops = |a: &Op, b: &Op| match (a, b) {
        (Op::Work(_), Op::Work(_)) | (Op::Wait(_), Op::Wait(_)) => true,
        (a, b) => a == b || matches!((a, b), (Op::Answer(_), Op::Answer(_))),
    };
    let sites = |a: &Site, b: &Site| {
        a.target == b.target
            && a.edge == b.edge
            && a.key == b.key
            && a.outcomes == b.outcomes
            && a.policies.len() == b.policies.len()
            && a.policies
                .iter()
                .zip(&b.policies)
                .all(|(a, b)| std::mem::discriminant(a) == std::mem::discriminant(b))
    };
    a.ops.len() == b.ops.len()
        && a.ops.iter().zip(&b.ops).all(|(a, b)| ops(a, b))
        && a.sites.len() == b.sites.len()
        && a.sites.iter().zip(&b.sites).all(|(a, b)| sites(a, b))
        && a.forks == b.forks
        && a.chooses.len() == b.chooses.len()
        && a.entries == b.entries
}
