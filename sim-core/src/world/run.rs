//! A run: a compiled scenario in motion, for whoever wants its result.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::compile::{changed, compile};
use super::{Record, Topology, World};
use crate::kernel::{
    Budgets, Digest, Exhausted, Keyframes, Observer, Pause, RecordId, Silent, SimTime, Simulation,
};
use crate::observe::Cursor;
use crate::scenario::diagnostic::Diagnostics;
use crate::scenario::{Node, Scenario, SettingPath};

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// At its horizon.
    AtHorizon,
    /// Before, because a budget was spent.
    Stopped {
        /// Which budget.
        budget: Exhausted,
        /// When.
        at: SimTime,
    },
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtHorizon => f.write_str("ran to its horizon"),
            Self::Stopped { budget, at } => write!(f, "stopped: {budget} at t={at}"),
        }
    }
}

/// A scenario in motion.
#[derive(Clone, Debug)]
pub struct Run {
    topology: Topology,
    warnings: Diagnostics,
    simulation: Simulation<World>,
    keyframes: Keyframes<World>,
    horizon: SimTime,
    budgets: Budgets,
    ended: Option<Ended>,
}

/// What keyframes may occupy.
const KEYFRAME_BYTES: usize = 64 << 20;

impl Run {
    /// Compiles `scenario` and stands at time zero.
    ///
    /// # Errors
    /// Those of [`compile`].
    pub fn start(scenario: &Scenario, budgets: Budgets) -> Result<Self, Diagnostics> {
        let compiled = compile(scenario)?;
        let simulation = Simulation::new(compiled.world, compiled.keys, World::start);
        let horizon = SimTime::ZERO.after(scenario.document().horizon);
        let mut keyframes = Keyframes::new(KEYFRAME_BYTES);
        keyframes.offer(&simulation);
        let (topology, warnings) = (compiled.topology, compiled.warnings);
        Ok(Self {
            topology,
            warnings,
            simulation,
            keyframes,
            horizon,
            budgets,
            ended: None,
        })
    }

    /// Who there is and who talks to whom.
    pub const fn topology(&self) -> &Topology {
        &self.topology
    }

    /// What the author of the document should know though it can be run.
    pub const fn warnings(&self) -> &Diagnostics {
        &self.warnings
    }

    /// When it ends.
    pub const fn horizon(&self) -> SimTime {
        self.horizon
    }

    /// Makes it end earlier, or later, than its document says.
    pub const fn set_horizon(&mut self, horizon: SimTime) {
        self.horizon = horizon;
    }

    /// The world as it is now.
    pub const fn world(&self) -> &World {
        &self.simulation.model
    }

    /// Everything up to here has happened: the horizon once the run has ended there.
    pub fn now(&self) -> SimTime {
        if self.ended == Some(Ended::AtHorizon) {
            self.horizon
        } else {
            self.simulation.now()
        }
    }

    /// How many events have happened.
    pub const fn handled(&self) -> u64 {
        self.simulation.handled()
    }

    /// The digest so far.
    pub const fn digest(&self) -> Digest {
        self.simulation.digest()
    }

    /// How it ended, if it has.
    pub const fn ended(&self) -> Option<Ended> {
        self.ended
    }

    /// The simulation as it stands.
    pub const fn simulation(&self) -> &Simulation<World> {
        &self.simulation
    }

    /// Lets at most `events` events happen; how it ended, once it has.
    pub fn advance<O: Observer<Record>>(&mut self, events: u64, observer: &mut O) -> Option<Ended> {
        let mut left = events;
        while self.ended.is_none() && left > 0 {
            let slice = left.min(self.keyframes.due_in(&self.simulation).max(1));
            left -= slice;
            self.ended = match self
                .simulation
                .run(self.horizon, slice, self.budgets, observer)
            {
                Pause::Sliced => None,
                Pause::Ended => Some(Ended::AtHorizon),
                Pause::Stopped(budget) => Some(Ended::Stopped {
                    budget,
                    at: self.simulation.now(),
                }),
            };
            self.offer_keyframe();
        }
        self.ended
    }

    /// Of its own, so that it is compiled once and not for each kind of observer.
    #[inline(never)]
    fn offer_keyframe(&mut self) {
        self.keyframes.offer(&self.simulation);
    }

    /// Lets everything happen.
    pub fn finish<O: Observer<Record>>(&mut self, observer: &mut O) -> Ended {
        loop {
            if let Some(ended) = self.advance(u64::MAX, observer) {
                return ended;
            }
        }
    }

    /// The engine's own state when the event that emitted the last record before `cursor`
    /// had happened: the nearest keyframe, and a replay from there.
    pub fn at_cursor(&self, cursor: Cursor) -> Simulation<World> {
        let mut simulation = self
            .keyframes
            .before(cursor.0)
            .unwrap_or(&self.simulation)
            .clone();
        let cursor = cursor.0.min(self.simulation.records());
        while simulation.records() < cursor && simulation.step(self.horizon, &mut Silent) {}
        simulation
    }

    /// The record and what made it happen, back to the beginning, at most `limit` of them. No
    /// trace is needed: each stretch of the run that they lie in is repeated.
    pub fn causes(&self, id: RecordId, limit: usize) -> Vec<(RecordId, Record)> {
        let mut found: Vec<(RecordId, Record)> = Vec::new();
        let mut stretch = (0, Vec::new());
        let mut next = Some(id);
        while let Some(id) = next.filter(|_| found.len() < limit) {
            if id.0 < stretch.0 || found.is_empty() {
                stretch = self.stretch_to(id);
            }
            let place = id.0.checked_sub(stretch.0);
            let Some(record) = place.and_then(|place| stretch.1.get(place as usize)) else {
                break;
            };
            found.push((id, *record));
            next = record.cause.record();
        }
        found
    }

    /// The records from the keyframe before the one called `id` up to that one, and the number
    /// of the first.
    fn stretch_to(&self, id: RecordId) -> (u32, Vec<Record>) {
        let mut records = Vec::new();
        let Some(mut simulation) = self.keyframes.before(id.0).cloned() else {
            return (0, records);
        };
        let first = simulation.records();
        while simulation.records() <= id.0 && simulation.step(self.horizon, &mut records) {}
        (first, records)
    }

    /// "What if, from here": the same run up to `cursor`, and from there on with `changes`
    /// of the settings of `scenario`, which is the one it was started with. What has been
    /// drawn or armed before stays as it was.
    ///
    /// # Errors
    /// What is wrong with the changes: a setting that is not there, a value that breaks the
    /// document, or a change of who there is or what they do.
    pub fn branch(
        &self,
        cursor: Cursor,
        scenario: &Scenario,
        changes: &[(SettingPath, Node)],
    ) -> Result<Self, Diagnostics> {
        let other = changed(scenario, changes)?;
        let mut simulation = self.at_cursor(cursor);
        simulation.change(|world, now, queue| world.go_on_like(&other.world, now, queue));
        let mut keyframes = self.keyframes.up_to(&simulation);
        keyframes.offer(&simulation);
        Ok(Self {
            topology: other.topology,
            warnings: other.warnings,
            simulation,
            keyframes,
            horizon: self.horizon,
            budgets: self.budgets,
            ended: None,
        })
    }

    /// The keyframes, for those who hold folds of the trace against the engine's state.
    pub const fn keyframes(&self) -> &Keyframes<World> {
        &self.keyframes
    }
}
