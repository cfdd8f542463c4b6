//! `interplay run --seeds` and `--task`: one scenario with many seeds, judged by its properties.
//!
//! Runs leave no trace. The first one in which something was violated is run again, for what
//! led there.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::num::NonZero;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;

use serde::Serialize;
use sim_core::kernel::{Budgets, SimTime};
use sim_core::observe::Properties;
use sim_core::observe::properties::{Judged, Over, OverSeeds};
use sim_core::scenario::document::{Language, Name};
use sim_core::scenario::limits::MAX_SEEDS;
use sim_core::scenario::{Diagnostics, Scenario};
use sim_core::world::{Ended, Run};

use crate::arguments::RunArguments;
use crate::input::{Failure, Input, json};
use crate::judged::{self, VIOLATED_CODE};
use crate::progress::{self, Progress};
use crate::reader::Reader;
use crate::run::{SLICE, with_seed};
use crate::say;
use crate::table::heading_of;

/// Seeds from one to another, both of them included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Seeds {
    first: u64,
    last: u64,
}

impl Seeds {
    /// So many seeds from 1 on.
    pub(crate) const fn so_many(count: u64) -> Self {
        Self {
            first: 1,
            last: count,
        }
    }

    /// `1..200`, or `200` for the same.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (first, last) = match text.split_once("..") {
            Some((first, last)) => (first.parse().ok(), last.parse().ok()),
            None => (Some(1), text.parse().ok()),
        };
        first
            .zip(last)
            .map(|(first, last)| Self { first, last })
            .filter(|seeds| seeds.first <= seeds.last && seeds.last - seeds.first < MAX_SEEDS)
            .ok_or_else(|| {
                format!("`{text}` is neither a number of seeds nor two of them such as 1..200, at most {MAX_SEEDS}")
            })
    }

    const fn count(self) -> u64 {
        self.last - self.first + 1
    }
}

/// What came of many seeds, as JSON.
#[derive(Serialize)]
struct Report<'a> {
    title: &'a str,
    first_seed: u64,
    last_seed: u64,
    runs: u64,
    complete: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    task: Option<&'a str>,
    /// With how many seeds everything held.
    passed_runs: u64,
    /// Whether that is enough for the task.
    #[serde(skip_serializing_if = "Option::is_none")]
    passed: Option<bool>,
    properties: &'a [Over],
    first_violating: Option<Violating<'a>>,
}

/// The first run in which something was violated.
#[derive(Serialize)]
struct Violating<'a> {
    seed: u64,
    properties: Vec<judged::Property<'a>>,
}

/// A run that is looked at more closely.
struct Worst {
    seed: u64,
    scenario: Scenario,
    judged: Judged,
    run: Run,
}

/// What is judged.
struct Trial<'a> {
    scenario: &'a Scenario,
    seeds: Seeds,
    until: Option<SimTime>,
    /// The task, and the properties that it is about; all without one.
    task: Option<(&'a str, Vec<&'a str>)>,
}

pub(crate) fn run(
    arguments: &RunArguments,
    input: &Input,
    scenario: &Scenario,
    reader: Reader,
) -> Result<ExitCode, Failure> {
    let trial = Trial::new(arguments, scenario)?;
    progress::watch_for_interrupts();
    let invalid = |problems| input.invalid(&problems, reader.language);
    let over = trial.run(reader).map_err(invalid)?;
    let worst = over.first_violating().map(|seed| trial.again(seed));
    let worst = worst.transpose().map_err(invalid)?;
    let complete = over.runs == trial.seeds.count();
    let passed = trial.passes(&over);
    if arguments.json {
        let report = Report {
            title: scenario.document().title.get(reader.language),
            first_seed: trial.seeds.first,
            last_seed: trial.seeds.last,
            runs: over.runs,
            complete,
            task: trial.task.as_ref().map(|(name, _)| *name),
            passed_runs: over.passed,
            passed,
            properties: &over.properties,
            first_violating: worst.as_ref().map(|worst| Violating {
                seed: worst.seed,
                properties: judged::properties(&worst.judged, &worst.run),
            }),
        };
        say(&mut std::io::stdout(), &json(&report)?);
    } else {
        let text = trial.text(&over, worst.as_ref(), reader);
        say(&mut anstream::stdout(), &text);
    }
    let violated = over.properties.iter().any(|over| over.violated > 0);
    let failed = match passed {
        Some(passed) => !passed,
        None => violated,
    };
    Ok(ExitCode::from(if !complete {
        progress::INTERRUPTED_CODE
    } else if failed {
        VIOLATED_CODE
    } else {
        0
    }))
}

impl<'a> Trial<'a> {
    fn new(arguments: &'a RunArguments, scenario: &'a Scenario) -> Result<Self, Failure> {
        let document = scenario.document();
        let mut trial = Self {
            scenario,
            seeds: arguments.seeds.unwrap_or(Seeds::so_many(1)),
            until: arguments.until,
            task: None,
        };
        if let Some(name) = arguments.task.as_deref() {
            let Some(task) = document.tasks.get(name) else {
                return Err(Failure::NoTask {
                    name: name.to_owned(),
                });
            };
            let holds = task.holds.iter().map(Name::as_str);
            trial.task = Some((name, holds.collect()));
            let seeds = Seeds::so_many(u64::from(task.seeds));
            trial.seeds = arguments.seeds.unwrap_or(seeds);
        } else if document.properties.is_empty() {
            return Err(Failure::NoProperties);
        }
        Ok(trial)
    }

    /// Every seed once, until somebody has had enough: on as many threads as there are cores,
    /// told in the order of the seeds, so that what is printed is the same on every machine.
    fn run(&self, reader: Reader) -> Result<OverSeeds, Diagnostics> {
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        let next = AtomicU64::new(0);
        let (tell, told) = mpsc::channel();
        let work = |tell: mpsc::Sender<_>| {
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                if place >= self.seeds.count() {
                    return;
                }
                // Nobody listens any more once something went wrong.
                let Some(judged) = self.judge(self.seeds.first + place).transpose() else {
                    return;
                };
                if tell.send((place, judged)).is_err() {
                    return;
                }
            }
        };
        thread::scope(|scope| {
            for _ in 0..threads {
                let tell = tell.clone();
                scope.spawn(|| work(tell));
            }
            drop(tell);
            self.collect(told, reader)
        })
    }

    /// Puts what came of each seed in order.
    fn collect(
        &self,
        told: mpsc::Receiver<(u64, Result<Judged, Diagnostics>)>,
        reader: Reader,
    ) -> Result<OverSeeds, Diagnostics> {
        let bar = Progress::of_seeds(self.seeds.count(), reader);
        let mut over = OverSeeds::default();
        let mut early = BTreeMap::new();
        for (place, judged) in told {
            early.insert(place, judged?);
            while let Some(judged) = early.remove(&over.runs) {
                over.add(self.seeds.first + over.runs, &judged.rulings());
            }
            bar.show_seeds(over.runs);
        }
        Ok(over)
    }

    /// What came of one seed; nothing if somebody has had enough.
    fn judge(&self, seed: u64) -> Result<Option<Judged>, Diagnostics> {
        let scenario = with_seed(self.scenario, seed)?;
        let (mut run, mut properties) = self.start(&scenario)?;
        let ended = finish(&mut run, &mut properties);
        Ok(ended.map(|ended| self.judged(&run, &properties, ended)))
    }

    /// The run with one seed, once more.
    fn again(&self, seed: u64) -> Result<Worst, Diagnostics> {
        let scenario = with_seed(self.scenario, seed)?;
        let (mut run, mut properties) = self.start(&scenario)?;
        let ended = run.finish(&mut properties);
        let judged = self.judged(&run, &properties, ended);
        Ok(Worst {
            seed,
            scenario,
            judged,
            run,
        })
    }

    fn start(&self, scenario: &Scenario) -> Result<(Run, Properties), Diagnostics> {
        let mut run = Run::start(scenario, Budgets::default())?;
        if let Some(until) = self.until {
            run.set_horizon(until);
        }
        let properties = Properties::new(scenario.document(), run.topology());
        Ok((run, properties))
    }

    /// What came of a run, as far as it is asked.
    fn judged(&self, run: &Run, properties: &Properties, ended: Ended) -> Judged {
        let mut judged = properties.judged(run.now(), ended == Ended::AtHorizon);
        if let Some((_, holds)) = &self.task {
            let asked = |name: &str| holds.contains(&name);
            judged.properties.retain(|property| asked(&property.name));
        }
        judged
    }

    /// Whether the task is done; nothing if there is none.
    fn passes(&self, over: &OverSeeds) -> Option<bool> {
        let (name, _) = self.task.as_ref()?;
        let task = self.scenario.document().tasks.get(*name)?;
        Some(over.passes(task.pass))
    }

    fn text(&self, over: &OverSeeds, worst: Option<&Worst>, reader: Reader) -> String {
        let language = reader.language;
        let document = self.scenario.document();
        let Seeds { first, last } = self.seeds;
        let mut out = format!("{}\n", heading_of(document.title.get(language)));
        if let Some((name, _)) = self.task
            && let Some(task) = document.tasks.get(name)
        {
            let _ = writeln!(out, "{name}: {}", task.goal.get(language));
        }
        let _ = match language {
            Language::En => writeln!(out, "seeds {first} to {last}, {} runs\n", over.runs),
            Language::Ru => writeln!(out, "зёрна с {first} по {last}, прогонов: {}\n", over.runs),
        };
        for property in &over.properties {
            out.push_str(&line(property, over.runs, language));
            out.push('\n');
        }
        if let Some(done) = self.passes(over) {
            let word = if done {
                reader.either("done", "выполнено")
            } else {
                reader.either("not done", "не выполнено")
            };
            let (passed, runs) = (over.passed, over.runs);
            let _ = match language {
                Language::En => writeln!(out, "\n{word}: all of it for {passed} of {runs} seeds"),
                Language::Ru => writeln!(out, "\n{word}: всё сразу на {passed} из {runs} зёрен"),
            };
        }
        if let Some(worst) = worst {
            let _ = match language {
                Language::En => writeln!(out, "\n{}", heading_of(&format!("seed {}", worst.seed))),
                Language::Ru => writeln!(out, "\n{}", heading_of(&format!("зерно {}", worst.seed))),
            };
            let (judged, run) = (&worst.judged, &worst.run);
            judged::append(&mut out, judged, run, &worst.scenario, reader);
        }
        out
    }
}

/// One property over all seeds, in a line.
fn line(over: &Over, runs: u64, language: Language) -> String {
    let mut line = match language {
        Language::En => format!("{}: holds for {} of {runs} seeds", over.name, over.held),
        Language::Ru => format!("{}: выполнено на {} из {runs} зёрен", over.name, over.held),
    };
    if over.inconclusive > 0 {
        let _ = match language {
            Language::En => write!(line, ", inconclusive for {}", over.inconclusive),
            Language::Ru => write!(line, ", неясно на {}", over.inconclusive),
        };
    }
    if over.violated > 0 {
        let seeds: Vec<String> = over.violating.iter().map(u64::to_string).collect();
        let more = over.violated > over.violating.len() as u64;
        let _ = write!(
            line,
            "{} {}{}",
            match language {
                Language::En => ", violated with",
                Language::Ru => ", нарушено на",
            },
            seeds.join(", "),
            if more { ", ..." } else { "" }
        );
    }
    line
}

/// Runs to the end, unless somebody stops it.
fn finish(run: &mut Run, properties: &mut Properties) -> Option<Ended> {
    loop {
        if let Some(ended) = run.advance(SLICE, properties) {
            return Some(ended);
        }
        if progress::is_interrupted() {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_a_number_of_them_or_two_with_all_between() {
        assert_eq!(Seeds::parse("200"), Ok(Seeds::so_many(200)));
        assert_eq!(Seeds::parse("1..200"), Ok(Seeds::so_many(200)));
        assert_eq!(Seeds::parse("7..7").map(Seeds::count), Ok(1));
        let last = format!("{}..{}", u64::MAX - 1, u64::MAX);
        assert_eq!(Seeds::parse(&last).map(Seeds::count), Ok(2));
        for wrong in ["", "0", "..", "5..1", "1...3", "-1..2", "1..200001"] {
            assert!(Seeds::parse(wrong).is_err(), "{wrong}");
        }
    }
}
