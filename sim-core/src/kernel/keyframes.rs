//! Keyframes: clones of a run at even distances, so that any moment of it is a short
//! replay away.
//!
//! Spacing is in handled events. When the clones outgrow their byte budget, every second
//! one is dropped and the spacing doubles.

use super::{Model, Simulation};

/// Clones of one run, oldest first.
#[derive(Clone, Debug)]
pub struct Keyframes<M: Model> {
    frames: Vec<Simulation<M>>,
    spacing: u64,
    bytes: usize,
    budget: usize,
}

impl<M: Model> Keyframes<M> {
    /// Keyframes that occupy about `budget` bytes at the most (two are always kept).
    pub const fn new(budget: usize) -> Self {
        Self {
            frames: Vec::new(),
            spacing: FIRST_SPACING,
            bytes: 0,
            budget,
        }
    }

    /// How many events the run may go on before the next call of [`Keyframes::offer`].
    pub fn due_in(&self, simulation: &Simulation<M>) -> u64 {
        let last = self.frames.last().map_or(0, Simulation::handled);
        if self.frames.is_empty() {
            0
        } else {
            (last + self.spacing).saturating_sub(simulation.handled())
        }
    }

    /// Keeps a clone of `simulation` if one is due.
    pub fn offer(&mut self, simulation: &Simulation<M>) {
        if self.due_in(simulation) > 0 {
            return;
        }
        self.bytes += simulation.bytes();
        self.frames.push(simulation.clone());
        while self.bytes > self.budget && self.frames.len() > 2 {
            self.thin();
        }
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
        Self {
            bytes: frames.iter().map(Simulation::bytes).sum(),
            frames,
            ..*self
        }
    }

    /// All keyframes, oldest first.
    pub fn frames(&self) -> &[Simulation<M>] {
        &self.frames
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
