//! Keyframes: clones of a run at even distances, so that any moment of it is a short
//! replay away.
//!
//! Spacing is in handled events. When the clones outgrow their byte budget, every second
//! one is dropped and the spacing doubles. A run that has itself outgrown the budget leaves
//! no more of them: its later moments are a longer replay away.

use super::{Model, Simulation};

/// Clones of one run, oldest first.
#[derive(Clone, Debug)]
pub struct Keyframes<M: Model> {
    frames: Vec<Simulation<M>>,
    spacing: u64,
    /// At how many handled events the next one is due.
    next: u64,
    bytes: usize,
    budget: usize,
}

impl<M: Model> Keyframes<M> {
    /// Keyframes that occupy about `budget` bytes at the most.
    pub const fn new(budget: usize) -> Self {
        Self {
            frames: Vec::new(),
            spacing: FIRST_SPACING,
            next: 0,
            bytes: 0,
            budget,
        }
    }

    /// How many events the run may go on before the next call of [`Keyframes::offer`].
    pub fn due_in(&self, simulation: &Simulation<M>) -> u64 {
        self.next.saturating_sub(simulation.handled())
    }

    /// Keeps a clone of `simulation` if one is due.
    pub fn offer(&mut self, simulation: &Simulation<M>) {
        if self.due_in(simulation) > 0 {
            return;
        }
        let bytes = simulation.bytes();
        // The first is where every replay can begin.
        if bytes > self.budget && !self.frames.is_empty() {
            self.next = simulation.handled() + self.spacing;
            return;
        }
        self.bytes += bytes;
        self.frames.push(simulation.clone());
        while self.bytes > self.budget && self.frames.len() > 2 {
            self.thin();
        }
        self.next = self.next_due();
    }

    /// The latest keyframe at which at most `records` records had been emitted.
    pub fn before(&self, records: u32) -> Option<&Simulation<M>> {
        let after = self
            .frames
            .partition_point(|frame| frame.records() <= records);
        after.checked_sub(1).map(|place| &self.frames[place])
    }

    /// Those before `simulation`, for another run that begins like this one.
    pub fn up_to(&self, simulation: &Simulation<M>) -> Self {
        let before = self
            .frames
            .partition_point(|frame| frame.handled() < simulation.handled());
        let frames = self.frames[..before].to_vec();
        let mut before = Self {
            bytes: frames.iter().map(Simulation::bytes).sum(),
            frames,
            ..*self
        };
        before.next = before.next_due();
        before
    }

    /// All keyframes, oldest first.
    pub fn frames(&self) -> &[Simulation<M>] {
        &self.frames
    }

    /// When the next keyframe is due, by the last one.
    fn next_due(&self) -> u64 {
        let last = self.frames.last().map_or(0, Simulation::handled);
        last + self.spacing
    }

    fn thin(&mut self) {
        let mut place = 0;
        self.frames.retain(|_| {
            place += 1;
            place % 2 == 1
        });
        self.spacing *= 2;
        self.bytes = self.frames.iter().map(Simulation::bytes).sum();
    }
}

/// Events between two keyframes at first: denser costs more than the replay it saves.
const FIRST_SPACING: u64 = 10_000;
