//! `interplay run`: a scenario to its end.

use std::process::ExitCode;

use serde::Serialize;
use sim_core::kernel::{Budgets, Observer, SimTime};
use sim_core::observe::{Bucket, Figures, Overview, Properties, Summary};
use sim_core::scenario::document::Name;
use sim_core::scenario::{Diagnostics, Node, Scenario, SettingPath};
use sim_core::world::{Ended, Record, Run};

use crate::arguments::RunArguments;
use crate::input::{Failure, Input, json};
use crate::progress::{self, Progress};
use crate::reader::Reader;
use crate::summary::Result as Printed;
use crate::trace::TraceFile;
use crate::{judged, say, seeds, summary};

/// The result as JSON. Its field names are for programs and the same in every language.
#[derive(Serialize)]
struct Report<'a> {
    title: &'a str,
    seed: u64,
    digest: String,
    ended: String,
    complete: bool,
    events: u64,
    simulated_ns: u64,
    #[serde(flatten)]
    summary: &'a Summary,
    course: Course<'a>,
    properties: Vec<judged::Property<'a>>,
    alerts: Vec<judged::Alert<'a>>,
}

/// The course of the run over time.
#[derive(Serialize)]
struct Course<'a> {
    bucket_ns: u64,
    buckets: &'a [Bucket],
}

/// Figures and verdicts always, records if they are asked for.
struct Observers {
    figures: Figures,
    properties: Properties,
    overview: Overview,
    trace: Option<TraceFile>,
}

impl Observer<Record> for Observers {
    const LISTENS: bool = true;

    fn record(&mut self, record: Record) {
        self.figures.record(record);
        self.properties.apply(&record);
        self.overview.apply(&record);
        if let Some(trace) = &mut self.trace {
            trace.write(&record);
        }
    }
}

/// Events between two looks at the progress: some hundredths of a second.
pub(crate) const SLICE: u64 = 100_000;
/// Stretches of time in the course of a run: one a character of a line.
const BUCKETS: u32 = 60;

pub(crate) fn run(arguments: &RunArguments, reader: Reader) -> Result<ExitCode, Failure> {
    let input = Input::read(&arguments.file, reader.language)?;
    let invalid = |problems| input.invalid(&problems, reader.language);
    let mut scenario = input.scenario(reader.language)?;
    if arguments.seeds.is_some() || arguments.task.is_some() {
        return seeds::run(arguments, &input, &scenario, reader);
    }
    if let Some(seed) = arguments.seed {
        scenario = with_seed(&scenario, seed).map_err(invalid)?;
    }
    let mut run = Run::start(&scenario, Budgets::default()).map_err(invalid)?;
    if let Some(until) = arguments.until {
        run.set_horizon(until);
    }
    let warm_up = SimTime::ZERO.after(scenario.document().warm_up);
    let mut observers = Observers {
        figures: Figures::new(run.topology(), warm_up),
        properties: Properties::new(scenario.document(), run.topology()),
        overview: Overview::new(run.horizon().since(SimTime::ZERO), BUCKETS),
        trace: arguments
            .trace
            .as_deref()
            .map(|file| TraceFile::create(file, run.topology()))
            .transpose()?,
    };
    progress::watch_for_interrupts();
    let ended = to_the_end(&mut run, &mut observers, reader);
    if let Some(trace) = observers.trace.take() {
        trace.finish()?;
    }
    observers.overview.finish(run.now());
    let complete = ended == Some(Ended::AtHorizon);
    let judged = observers.properties.judged(run.now(), complete);
    let result = Printed {
        title: scenario.document().title.get(reader.language),
        seed: scenario.document().seed,
        run: &run,
        ended,
        summary: &observers.figures.summary(run.topology(), run.now()),
        overview: &observers.overview,
        scenario: &scenario,
        judged: &judged,
    };
    if arguments.json {
        say(&mut std::io::stdout(), &json(&report(&result))?);
    } else if arguments.trace.as_deref() != Some("-") {
        say(&mut anstream::stdout(), &summary::text(&result, reader));
    }
    Ok(ExitCode::from(match ended {
        Some(Ended::AtHorizon) if judged.is_violated() => judged::VIOLATED_CODE,
        Some(Ended::AtHorizon) => 0,
        Some(Ended::Stopped { .. }) => 3,
        None => progress::INTERRUPTED_CODE,
    }))
}

/// The same with another seed.
pub(crate) fn with_seed(scenario: &Scenario, seed: u64) -> Result<Scenario, Diagnostics> {
    let path = SettingPath(vec![Name::new("seed")]);
    scenario.patched(&[(path, Node::scalar(seed.to_string()))])
}

/// Runs to the end, telling a person at a terminal how far it has come; how it ended, or
/// nothing if that person stopped it.
fn to_the_end(run: &mut Run, observers: &mut Observers, reader: Reader) -> Option<Ended> {
    let mut progress = None;
    loop {
        if let Some(ended) = run.advance(SLICE, observers) {
            return Some(ended);
        }
        if progress::is_interrupted() {
            return None;
        }
        // Most runs are over before anybody could read a bar.
        progress
            .get_or_insert_with(|| Progress::new(run.horizon(), reader))
            .show(run);
    }
}

fn report<'a>(result: &Printed<'a>) -> Report<'a> {
    let ended = result.ended.map(|ended| ended.to_string());
    Report {
        title: result.title,
        seed: result.seed,
        digest: result.run.digest().to_string(),
        ended: ended.unwrap_or_else(|| "interrupted".to_owned()),
        complete: result.ended == Some(Ended::AtHorizon),
        events: result.run.handled(),
        simulated_ns: result.run.now().as_nanos(),
        summary: result.summary,
        course: Course {
            bucket_ns: result.overview.span().as_nanos(),
            buckets: result.overview.buckets(),
        },
        properties: judged::properties(result.judged, result.run),
        alerts: judged::alerts(result.judged),
    }
}
