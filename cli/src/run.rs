//! `interplay run`: a scenario to its end.

use std::io::IsTerminal;
use std::process::ExitCode;

use serde::Serialize;
use sim_core::kernel::{Budgets, Observer, SimTime};
use sim_core::observe::{Figures, Summary};
use sim_core::scenario::document::{Language, Name};
use sim_core::scenario::{Node, SettingPath};
use sim_core::world::{Ended, Record, Run};

use crate::input::{Failure, Input};
use crate::trace::TraceFile;
use crate::{moment, say, summary};

/// What `interplay run` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The document in YAML or JSON; `-` is standard input.
    file: String,
    /// Another seed than the document's.
    #[arg(long)]
    seed: Option<u64>,
    /// End at this moment instead of the document's horizon: 90s, 1500ms, 2m.
    #[arg(long, value_parser = moment)]
    until: Option<SimTime>,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
    /// Write every record to this file as it happens, one JSON object a line; `-` is
    /// standard output.
    #[arg(long, value_name = "FILE")]
    trace: Option<String>,
}

/// The result as JSON.
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
}

/// Figures always, records if they are asked for.
struct Observers {
    figures: Figures,
    trace: Option<TraceFile>,
}

impl Observer<Record> for Observers {
    const LISTENS: bool = true;

    fn record(&mut self, record: Record) {
        self.figures.record(record);
        if let Some(trace) = &mut self.trace {
            trace.write(&record);
        }
    }
}

/// Events between two looks at the progress.
const SLICE: u64 = 500_000;

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let input = Input::read(&arguments.file)?;
    let mut scenario = input.scenario()?;
    if let Some(seed) = arguments.seed {
        let change = (
            SettingPath(vec![Name::new("seed")]),
            Node::scalar(seed.to_string()),
        );
        scenario = scenario
            .patched(&[change])
            .map_err(|problems| input.invalid(&problems))?;
    }
    let mut run =
        Run::start(&scenario, Budgets::default()).map_err(|problems| input.invalid(&problems))?;
    if let Some(until) = arguments.until {
        run.set_horizon(until);
    }
    let warm_up = SimTime::ZERO.after(scenario.document().warm_up);
    let mut observers = Observers {
        figures: Figures::new(run.topology(), warm_up),
        trace: arguments
            .trace
            .as_deref()
            .map(|file| TraceFile::create(file, run.topology()))
            .transpose()?,
    };
    let ended = to_the_end(&mut run, &mut observers);
    if let Some(trace) = observers.trace.take() {
        trace.finish()?;
    }
    let summary = observers.figures.summary(run.topology(), run.now());
    let title = scenario.document().title.get(Language::En);
    let mut out = std::io::stdout();
    if arguments.json {
        let report = Report {
            title,
            seed: scenario.document().seed,
            digest: run.digest().to_string(),
            ended: ended.to_string(),
            complete: ended == Ended::AtHorizon,
            events: run.handled(),
            simulated_ns: run.now().as_nanos(),
            summary: &summary,
        };
        let name = "standard output".to_owned();
        let text = serde_json::to_string_pretty(&report).map_err(|error| Failure::CannotWrite {
            name,
            error: error.into(),
        })?;
        say(&mut out, &text);
    } else if arguments.trace.as_deref() != Some("-") {
        say(
            &mut out,
            &summary::text(title, scenario.document().seed, &run, ended, &summary),
        );
    }
    Ok(ExitCode::from(if ended == Ended::AtHorizon {
        0
    } else {
        3
    }))
}

/// Runs to the end, telling a person at a terminal how far it has come.
fn to_the_end(run: &mut Run, observers: &mut Observers) -> Ended {
    let mut err = std::io::stderr();
    let watched = err.is_terminal();
    loop {
        let ended = run.advance(SLICE, observers);
        if watched && (ended.is_none() || run.handled() > SLICE) {
            let part = run.now().as_secs_f64() / run.horizon().as_secs_f64().max(f64::MIN_POSITIVE)
                * 100.0;
            let line_end = if ended.is_some() { "\n" } else { "" };
            let _ = std::io::Write::write_fmt(
                &mut err,
                format_args!(
                    "\r{part:5.1} %  t={}  {} events {line_end}",
                    run.now(),
                    run.handled()
                ),
            );
        }
        if let Some(ended) = ended {
            return ended;
        }
    }
}
