//! Trials: one document with many seeds, judged by its properties.
//!
//! The document as it is on the desk and a number of seeds flow in. Workers of their own run a
//! seed each and then the next, so that what is looked at goes on meanwhile; what came of each is
//! put in the order of the seeds, and so is the same however many workers there are.

mod panel;

use std::collections::BTreeMap;

use interplay_protocol::{Remark, Request, Response, TaskView};
use leptos::prelude::*;
use sim_core::kernel::SimTime;
use sim_core::observe::properties::{OverSeeds, Ruling};

use crate::desk::{Desk, Source};
use crate::player::bridge::{Bridge, Event};

pub(crate) use panel::Trials as Panel;

/// The most workers that are at it; each has a run of its own in memory.
const MOST_WORKERS: u32 = 6;

/// What is tried.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Question {
    /// The task, by name; all properties if there is none.
    pub(crate) task: Option<String>,
    /// The properties that must hold; all if there are none here.
    holds: Vec<String>,
    /// With how many seeds, from 1 on.
    pub(crate) seeds: u32,
    /// With how many of them all must hold.
    pub(crate) needed: u32,
}

impl Question {
    /// Whether a task is done.
    fn of(task: &TaskView) -> Self {
        Self {
            task: Some(task.name.clone()),
            holds: task.holds.clone(),
            seeds: task.seeds,
            needed: task.needed,
        }
    }

    /// Whether everything holds with so many seeds.
    const fn of_all(seeds: u32) -> Self {
        Self {
            task: None,
            holds: Vec::new(),
            seeds,
            needed: seeds,
        }
    }
}

/// The seed with which most is violated.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Worst {
    /// The seed.
    pub(crate) seed: u64,
    /// What is violated first.
    pub(crate) property: String,
    /// When.
    pub(crate) at: SimTime,
    /// How many properties are violated with it.
    violated: usize,
}

/// What a trial has come to so far.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Trial {
    /// What is tried.
    pub(crate) question: Question,
    /// What came of it.
    pub(crate) over: OverSeeds,
    /// The seed to look at.
    pub(crate) worst: Option<Worst>,
    /// How it ended, if it did.
    pub(crate) end: Option<End>,
}

/// How a trial ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum End {
    /// Every seed was tried.
    Complete,
    /// Somebody had seen enough.
    Stopped,
    /// The document cannot be run with a seed, or no worker can.
    Failed(Vec<Remark>),
}

impl Trial {
    fn new(question: Question) -> Self {
        Self {
            question,
            over: OverSeeds::default(),
            worst: None,
            end: None,
        }
    }

    /// Takes in what came of the next seed.
    fn add(&mut self, seed: u64, rulings: &[Ruling]) {
        self.over.add(seed, rulings);
        let violations = rulings
            .iter()
            .filter_map(|ruling| Some((ruling.at?, ruling)));
        let violated = violations.clone().count();
        let first = violations.min_by_key(|(at, _)| *at);
        let is_worse = self
            .worst
            .as_ref()
            .is_none_or(|worst| worst.violated < violated);
        if let Some((at, ruling)) = first.filter(|_| is_worse) {
            self.worst = Some(Worst {
                seed,
                property: ruling.name.clone(),
                at,
                violated,
            });
        }
    }

    /// Whether what was asked holds with as many seeds as it must; nothing while nobody knows.
    pub(crate) fn passes(&self) -> Option<bool> {
        let passed = self.over.passed >= u64::from(self.question.needed);
        let can_pass = u64::from(self.question.seeds)
            - self.over.runs.min(self.question.seeds.into())
            + self.over.passed
            >= u64::from(self.question.needed);
        if passed {
            Some(true)
        } else if can_pass {
            None
        } else {
            Some(false)
        }
    }
}

/// What is being tried, and by whom; one a desk.
pub(crate) struct Trials {
    /// What it has come to; nothing if nothing was tried since the document is as it is.
    pub(crate) trial: RwSignal<Option<Trial>>,
    work: StoredValue<Option<Work>, LocalStorage>,
    /// Tells one trial from the next: what workers of an earlier one say does not count.
    round: StoredValue<u32>,
}

/// A trial that is under way.
struct Work {
    text: String,
    changes: Vec<(String, String)>,
    /// The seed that nobody has been given yet.
    next: u64,
    /// What came of seeds while one before them is still being tried.
    early: BTreeMap<u64, Vec<Ruling>>,
    workers: Vec<Bridge>,
}

impl Trials {
    /// Nothing is tried.
    pub(crate) fn new() -> Self {
        Self {
            trial: RwSignal::new(None),
            work: StoredValue::new_local(None),
            round: StoredValue::new(0),
        }
    }
}

impl Desk {
    /// Tries the document as it is.
    fn try_seeds(self, question: Question) {
        self.end_trial();
        let Some(Source { text, changes, .. }) = self.source.get_untracked() else {
            return;
        };
        let round = self.trials.round.get_value();
        let count = workers().min(question.seeds);
        self.trials.trial.set(Some(Trial::new(question)));
        self.trials.work.set_value(Some(Work {
            text,
            changes,
            next: 1,
            early: BTreeMap::new(),
            workers: Vec::new(),
        }));
        for place in 0..count as usize {
            let bridge = Bridge::start(move |event| {
                // Not within the bridge's own call: the end of a trial drops its bridges.
                set_timeout(
                    move || self.worker_says(round, place, event),
                    std::time::Duration::ZERO,
                );
            });
            self.trials.work.update_value(|work| {
                if let Some(work) = work {
                    work.workers.push(bridge);
                }
            });
            self.next_seed(place);
        }
    }

    /// Gives a worker the next seed, if there is one.
    fn next_seed(self, place: usize) {
        let question = self.trials.trial.with_untracked(|trial| {
            let trial = trial.as_ref()?;
            Some(trial.question.clone())
        });
        let Some(Question { holds, seeds, .. }) = question else {
            return;
        };
        self.trials.work.update_value(|work| {
            let Some(work) = work else { return };
            let (Some(worker), true) = (work.workers.get(place), work.next <= u64::from(seeds))
            else {
                return;
            };
            worker.send(Request::Judge {
                text: work.text.clone(),
                changes: work.changes.clone(),
                seed: work.next,
                holds,
            });
            work.next += 1;
        });
    }

    fn worker_says(self, round: u32, place: usize, event: Event) {
        if self.trials.round.get_value() != round {
            return;
        }
        match event {
            Event::Said(response) => {
                if let Response::Judged { seed, rulings } = *response {
                    match rulings {
                        Ok(rulings) => self.judged(seed, rulings, place),
                        Err(remarks) => self.finish_trial(End::Failed(remarks)),
                    }
                }
            }
            Event::Broke | Event::Unreachable | Event::OtherBuild => {
                self.finish_trial(End::Failed(Vec::new()));
            }
        }
    }

    /// Puts what came of a seed in its place.
    fn judged(self, seed: u64, rulings: Vec<Ruling>, place: usize) {
        let mut in_turn = Vec::new();
        let told = self
            .trials
            .trial
            .with_untracked(|trial| trial.as_ref().map_or(0, |trial| trial.over.runs));
        self.trials.work.update_value(|work| {
            let Some(work) = work else { return };
            work.early.insert(seed, rulings);
            let mut next = told + 1;
            while let Some(rulings) = work.early.remove(&next) {
                in_turn.push((next, rulings));
                next += 1;
            }
        });
        let mut complete = false;
        self.trials.trial.update(|trial| {
            let Some(trial) = trial else { return };
            for (seed, rulings) in &in_turn {
                trial.add(*seed, rulings);
            }
            complete = trial.over.runs >= u64::from(trial.question.seeds);
        });
        if complete {
            self.finish_trial(End::Complete);
        } else {
            self.next_seed(place);
        }
    }

    /// Ends a trial that is under way; what it has come to stays.
    fn finish_trial(self, end: End) {
        self.end_trial();
        self.trials.trial.update(|trial| {
            if let Some(trial) = trial {
                trial.end = Some(end);
            }
        });
    }

    fn end_trial(self) {
        self.trials
            .round
            .update_value(|round| *round = round.wrapping_add(1));
        self.trials.work.set_value(None);
    }

    /// Forgets a trial once the document is another one; another seed alone makes none.
    pub(crate) fn watch_trials(self) {
        let tried = RwSignal::new(None);
        Effect::new(move |_| {
            let document = self.source.with(|source| {
                let source = source.as_ref()?;
                let mut changes = source.changes.clone();
                changes.retain(|(path, _)| path != "seed");
                Some((source.text.clone(), changes))
            });
            if tried.get_untracked() != document {
                tried.set(document);
                self.end_trial();
                self.trials.trial.set(None);
            }
        });
    }
}

/// How many seeds are tried at a time: the page itself needs a core as well.
fn workers() -> u32 {
    let cores = window().navigator().hardware_concurrency();
    // At least the page and one more: `f64` because the standard says so.
    (cores as u32).saturating_sub(1).clamp(1, MOST_WORKERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ruling(name: &str, at: Option<u64>) -> Ruling {
        Ruling {
            name: name.to_owned(),
            held: Some(at.is_none()),
            at: at.map(SimTime::from_nanos),
        }
    }

    #[test]
    fn the_worst_seed_is_the_one_with_which_most_is_violated_and_the_first_of_those() {
        let mut trial = Trial::new(Question::of_all(10));
        trial.add(1, &[ruling("a", None), ruling("b", None)]);
        assert_eq!(trial.worst, None);
        trial.add(2, &[ruling("a", None), ruling("b", Some(9))]);
        trial.add(3, &[ruling("a", Some(7)), ruling("b", Some(5))]);
        trial.add(4, &[ruling("a", Some(1)), ruling("b", Some(1))]);
        let worst = trial.worst.expect("one is violated");
        assert_eq!((worst.seed, worst.property.as_str()), (3, "b"));
        assert_eq!(worst.at, SimTime::from_nanos(5));
    }

    #[test]
    fn a_trial_passes_as_soon_as_enough_seeds_do_and_fails_as_soon_as_too_many_do_not() {
        let mut trial = Trial::new(Question {
            needed: 2,
            ..Question::of_all(3)
        });
        trial.add(1, &[ruling("a", Some(1))]);
        assert_eq!(trial.passes(), None);
        trial.add(2, &[ruling("a", None)]);
        assert_eq!(trial.passes(), None);
        let mut failing = trial.clone();
        failing.add(3, &[ruling("a", Some(1))]);
        assert_eq!(failing.passes(), Some(false));
        trial.add(3, &[ruling("a", None)]);
        assert_eq!(trial.passes(), Some(true));
    }
}
