//! Helpers shared by the headless scenario tests: a scenario by its name goes in, a whole
//! run with its trace and figures comes out.
//!
//! Whatever goes wrong here is a failed test, so these helpers panic with the reason
//! instead of returning it.
#![expect(clippy::panic, reason = "a test that cannot go on has failed")]

pub mod build;
pub mod damage;
mod holding;
pub mod moments;
pub mod random;
pub mod shop;
pub mod statistics;
pub mod targets;

pub use holding::for_seeds;

use std::path::{Path, PathBuf};

use sim_core::kernel::{Budgets, Observer, SimDuration, SimTime};
use sim_core::observe::properties::Judged;
use sim_core::observe::{
    CallSummary, ClientSummary, EndpointSummary, Figures, NodeSummary, Picture, Properties,
    Summary, Trace,
};
use sim_core::scenario::document::Language;
use sim_core::scenario::{Scenario, SettingPath, tree};
use sim_core::world::{Ended, Record, Run, What};

/// The folder of the scenarios that come with the page.
pub fn scenarios_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../static/scenarios")
}

/// Every scenario that comes with the page: its name and its text, by name.
pub fn all_scenarios() -> Vec<(String, String)> {
    scenarios_in(&scenarios_folder())
}

/// Every scenario whose digest is on record: those of the page, and those made for it.
pub fn golden_scenarios() -> Vec<(String, String)> {
    let made = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/golden");
    let mut found = all_scenarios();
    found.extend(scenarios_in(&made));
    found
}

/// Documents that use the whole grammar: three hard scenarios and every section once.
pub fn hard_scenarios() -> Vec<(String, String)> {
    scenarios_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/hard"))
}

/// Documents that are valid and made to never end, or to fill the memory.
pub fn hostile_scenarios() -> Vec<(String, String)> {
    scenarios_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/hostile"))
}

fn scenarios_in(folder: &Path) -> Vec<(String, String)> {
    let entries =
        std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut found: Vec<(String, String)> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            if path.extension()? != "yaml" {
                return None;
            }
            let text = std::fs::read_to_string(&path).ok()?;
            Some((path.file_stem()?.to_str()?.to_owned(), text))
        })
        .collect();
    found.sort_unstable();
    found
}

/// A scenario that comes with the page, to be run.
pub fn scenario(name: &str) -> Setup {
    let path = scenarios_folder().join(format!("{name}.yaml"));
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Setup {
        preset: Some(name.to_owned()),
        ..document(&text)
    }
}

/// A scenario from its text, to be run.
pub fn document(text: &str) -> Setup {
    let scenario = Scenario::parse(text)
        .unwrap_or_else(|problems| panic!("{}", problems.render(text, "scenario", Language::En)));
    Setup {
        scenario,
        budgets: Budgets::default(),
        preset: None,
        changes: Vec::new(),
    }
}

/// A scenario with what is different about this run of it.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The document.
    pub scenario: Scenario,
    budgets: Budgets,
    /// Where it comes from, if from the page, and what was changed in it: for links.
    preset: Option<String>,
    changes: Vec<(String, String)>,
}

impl Setup {
    /// The same with another seed.
    pub fn seed(self, seed: u64) -> Self {
        self.set("seed", &seed.to_string())
    }

    /// The same with the setting at `path` written as `value`.
    pub fn set(mut self, path: &str, value: &str) -> Self {
        let node = tree::parse(value).unwrap_or_else(|problems| panic!("{value}: {problems:?}"));
        let path_of: SettingPath = path
            .parse()
            .unwrap_or_else(|problem| panic!("{path}: {problem}"));
        let changes = [(path_of, node)];
        self.scenario = self
            .scenario
            .patched(&changes)
            .unwrap_or_else(|problems| panic!("{path}: {problems}"));
        self.changes.push((path.to_owned(), value.to_owned()));
        self
    }

    /// The same within these budgets.
    pub fn budgets(mut self, budgets: Budgets) -> Self {
        self.budgets = budgets;
        self
    }

    /// At its start.
    pub fn start(&self) -> Run {
        Run::start(&self.scenario, self.budgets).unwrap_or_else(|problems| panic!("{problems}"))
    }

    /// To its end, with everything that can be known of it.
    pub fn run(&self) -> Finished {
        let mut run = self.start();
        let entities = run.topology().entities.len();
        let warm_up = SimTime::ZERO.after(self.scenario.document().warm_up);
        let mut observers = Observers {
            trace: Trace::new(entities),
            figures: Figures::new(run.topology(), warm_up),
            properties: Properties::new(self.scenario.document(), run.topology()),
        };
        let ended = run.finish(&mut observers);
        let summary = observers.figures.summary(run.topology(), run.now());
        let complete = ended == Ended::AtHorizon;
        Finished {
            setup: self.clone(),
            judged: observers.properties.judged(run.now(), complete),
            digest: run.digest().to_string(),
            ended,
            trace: observers.trace,
            summary,
            run,
        }
    }
}

impl Setup {
    /// The figures of a run to its end, without a trace: for long runs.
    pub fn summary(&self) -> Summary {
        let mut run = self.start();
        let warm_up = SimTime::ZERO.after(self.scenario.document().warm_up);
        let mut figures = Figures::new(run.topology(), warm_up);
        let ended = run.finish(&mut figures);
        assert_eq!(ended, Ended::AtHorizon, "the run was cut short");
        figures.summary(run.topology(), run.now())
    }
}

struct Observers {
    trace: Trace,
    figures: Figures,
    properties: Properties,
}

impl Observer<Record> for Observers {
    const LISTENS: bool = true;

    fn record(&mut self, record: Record) {
        self.trace.record(record);
        self.figures.record(record);
        self.properties.apply(&record);
    }
}

/// A run that has ended.
#[derive(Clone, Debug)]
pub struct Finished {
    /// Its digest.
    pub digest: String,
    /// How it ended.
    pub ended: Ended,
    /// Everything that happened.
    pub trace: Trace,
    /// Its figures.
    pub summary: Summary,
    /// What came of its properties and alerts.
    pub judged: Judged,
    /// What was run.
    setup: Setup,
    /// The run itself.
    pub run: Run,
}

impl Finished {
    /// The figures of a client.
    pub fn client(&self, name: &str) -> &ClientSummary {
        self.summary
            .clients
            .iter()
            .find(|client| client.name == name)
            .unwrap_or_else(|| panic!("no client {name}"))
    }

    /// The figures of a service or queue.
    pub fn node(&self, name: &str) -> &NodeSummary {
        self.summary
            .nodes
            .iter()
            .find(|node| node.name == name)
            .unwrap_or_else(|| panic!("no node {name}"))
    }

    /// The figures of an endpoint of a service.
    pub fn endpoint(&self, name: &str) -> &EndpointSummary {
        let mut endpoints = self.summary.endpoints.iter();
        endpoints
            .find(|endpoint| endpoint.name == name)
            .unwrap_or_else(|| panic!("no endpoint {name}"))
    }

    /// The figures of the calls from a node to an endpoint.
    pub fn calls(&self, from: &str, to: &str) -> &CallSummary {
        let mut calls = self.summary.calls.iter();
        calls
            .find(|calls| calls.from == from && calls.to == to)
            .unwrap_or_else(|| panic!("no calls from {from} to {to}"))
    }

    /// The picture at a moment.
    pub fn at(&self, moment: SimTime) -> Picture {
        self.trace.picture(self.trace.cursor_at(moment))
    }

    /// How many records are of a kind.
    pub fn count(&self, of: impl Fn(&What) -> bool) -> usize {
        self.trace
            .records()
            .iter()
            .filter(|record| of(&record.what))
            .count()
    }

    /// The records that happen before a moment, told by names instead of numbers, so that
    /// runs of different documents can be compared.
    pub fn told_until(&self, moment: SimTime, leave_out: &[&str]) -> Vec<String> {
        let names = &self.run.topology().entities;
        let records = self
            .trace
            .records()
            .iter()
            .take_while(|record| record.at < moment);
        records
            .map(|record| (&names[record.entity.index()], record))
            .filter(|(name, _)| {
                !leave_out
                    .iter()
                    .any(|left_out| name.split('.').next() == Some(left_out))
            })
            .map(|(name, record)| format!("{} {name} {}", record.at.as_nanos(), told(&record.what)))
            .collect()
    }
}

/// What happened, without the numbers of records and edges, which depend on what else is
/// in the document.
fn told(what: &What) -> String {
    match what {
        What::MessageSent {
            direction,
            kind,
            repeat,
            lost,
            arrives,
            ..
        } => {
            format!(
                "sent {direction:?} {kind:?} {repeat} {lost} {}",
                arrives.as_nanos()
            )
        }
        What::MessageDelivered { .. } => "delivered".to_owned(),
        What::MessageLate { .. } => "late".to_owned(),
        What::MessageRejected { why, .. } => format!("rejected {why:?}"),
        What::MessageLost { why, .. } => format!("lost {why:?}"),
        What::MessageDuplicated { arrives, .. } => format!("duplicated {}", arrives.as_nanos()),
        What::JourneyEnded { outcome, took, .. } => format!("journey ended {outcome} {took}"),
        What::TaskFinished { outcome, took, .. } => format!("task finished {outcome} {took}"),
        What::TaskKilled { .. } => "task killed".to_owned(),
        What::CallFinished {
            attempts,
            outcome,
            took,
            ..
        } => format!("call finished {attempts} {outcome} {took}"),
        What::TaskQueued { .. } => "task queued".to_owned(),
        What::Enqueued { .. } => "enqueued".to_owned(),
        What::Dispatched { redelivered, .. } => format!("dispatched {redelivered}"),
        What::Acknowledged { .. } => "acknowledged".to_owned(),
        What::Discarded { .. } => "discarded".to_owned(),
        What::Requeued { .. } => "requeued".to_owned(),
        What::Expired { .. } => "expired".to_owned(),
        What::ConsumerJoined { .. } => "consumer joined".to_owned(),
        What::ConsumerLeft { .. } => "consumer left".to_owned(),
        What::EntryBegan { .. } => "entry began".to_owned(),
        What::EntryEnded { .. } => "entry ended".to_owned(),
        other => format!("{other:?}"),
    }
}

/// So many seconds after the start.
pub const fn secs(seconds: u64) -> SimTime {
    SimTime::from_nanos(SimDuration::from_secs(seconds).as_nanos())
}
