//! Caches around calls: answers that are remembered, and given without a call.
//!
//! A question is an endpoint and what two equal questions have in common: what is written as the
//! key, or all arguments. It is put together when the call comes to the layer, and kept beside
//! the call until it leaves it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Guard;
use crate::kernel::{EntityId, Observer, SimDuration, SimTime};
use crate::resilience::cache::{Cache, CacheSettings, Lookup};
use crate::values::{Datum, Formula};
use crate::world::program::GuardSettings;
use crate::world::topology::{EndpointId, GuardId};
use crate::world::{Cx, Outcome, Record, What, World};

/// What is asked of whom.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(in crate::world) struct Question {
    endpoint: EndpointId,
    key: Arc<[Datum]>,
}

/// An answer that was remembered.
#[derive(Clone, Debug)]
pub(in crate::world) struct Answer {
    outcome: Outcome,
    /// What the variable for it got.
    value: Datum,
    /// When it came.
    came: SimTime,
}

impl Question {
    /// How much room it takes in a cache with its answer, in values: in its map and its list.
    fn weight(&self, answer: &Answer) -> usize {
        const ENTRY: usize = 6;
        let key = self.key.iter().map(Datum::weight).sum::<usize>();
        ENTRY + key + answer.value.weight()
    }
}

/// What a cache remembers, and what became of questions.
#[derive(Clone, Debug, Default)]
pub(in crate::world) struct Memory {
    answers: Cache<Question, Answer>,
    /// How often there was an answer.
    pub(in crate::world) hits: u64,
    /// How often there was none.
    pub(in crate::world) misses: u64,
}

impl Memory {
    /// How many answers it has.
    pub(in crate::world) fn len(&self) -> usize {
        self.answers.len()
    }

    /// How much room they take, in values.
    pub(super) fn weight(&self) -> usize {
        let entries = self.answers.iter();
        entries
            .map(|(question, answer)| question.weight(answer))
            .sum()
    }
}

/// The questions that are under way.
#[derive(Clone, Debug, Default)]
pub(in crate::world) struct Questions {
    /// By call and layer.
    open: BTreeMap<(u32, u32), Question>,
}

impl Questions {
    /// About how many bytes the questions under way take.
    pub(in crate::world) fn bytes(&self) -> usize {
        self.open.len() * 4 * size_of::<Question>()
    }

    pub(super) fn close(&mut self, call: u32, place: usize) -> Option<Question> {
        self.open.remove(&(call, place as u32))
    }
}

impl World {
    /// Notes what a call asks, for the layer at `place`.
    pub(super) fn open_question(&mut self, call: u32, place: usize, question: Question) {
        self.questions.open.insert((call, place as u32), question);
    }

    /// What the operation of `site` asks: by `key`, or by all that it carries.
    pub(super) fn question(
        &self,
        slot: u32,
        site: u32,
        key: Option<&Formula>,
        now: SimTime,
    ) -> Question {
        let key = match key {
            Some(key) => Arc::from([self.worked_out(slot, key, now)]),
            None => self.arguments(slot, site, now),
        };
        let endpoint = self.program.sites[site as usize].endpoint;
        Question { endpoint, key }
    }

    /// All fields that the operation of `site` carries.
    fn arguments(&self, slot: u32, site: u32, now: SimTime) -> Arc<[Datum]> {
        let identity = self.tasks.get(slot).map(|task| task.identity);
        let carried = identity.and_then(|identity| self.compose(slot, site, identity, now));
        match carried.flatten().as_deref().map(Vec::as_slice) {
            // The last is what is said about the request.
            Some([fields @ .., _]) => Arc::from(fields),
            _ => Arc::from([]),
        }
    }

    /// A question comes to a cache; how it is answered, if the cache has an answer that is
    /// fresh.
    pub(super) fn ask_cache<O: Observer<Record>>(
        &mut self,
        slot: u32,
        site: u32,
        (guard, owner): (u32, EntityId),
        question: &Question,
        cx: &mut Cx<'_, O>,
    ) -> Option<Outcome> {
        let (settings, memory) = self.memory(guard, owner)?;
        let Lookup::Fresh(answer) = memory.answers.get(&settings, cx.now, question) else {
            memory.misses += 1;
            return None;
        };
        memory.hits += 1;
        let age = self.give(slot, site, &answer, cx.now);
        self.tell_of_guard(slot, guard, owner, cx, |guard| What::CacheHit {
            guard,
            age,
        });
        Some(answer.outcome)
    }

    /// Gives a task the answer that a cache has though it is no longer fresh: the machine it
    /// comes from, how old it is, and how the call ends with it.
    pub(super) fn stale_answer(
        &mut self,
        slot: u32,
        site: u32,
        (guard, owner): (u32, EntityId),
        question: &Question,
        now: SimTime,
    ) -> Option<(GuardId, SimDuration, Outcome)> {
        let machine = self.program.guards[guard as usize].machine(owner);
        let (settings, memory) = self.memory(guard, owner)?;
        let (Lookup::Fresh(answer) | Lookup::Stale(answer)) =
            memory.answers.get(&settings, now, question)
        else {
            return None;
        };
        let age = self.give(slot, site, &answer, now);
        Some((GuardId(machine as u32), age, answer.outcome))
    }

    /// Gives a task a remembered answer; how old it is.
    fn give(&mut self, slot: u32, site: u32, answer: &Answer, now: SimTime) -> SimDuration {
        if let Some(place) = self.program.sites[site as usize].bind {
            self.bind(slot, place, answer.value.clone());
        }
        now.since(answer.came)
    }

    /// A call that a cache had no answer for is over: the cache remembers what came, if it is
    /// one.
    pub(super) fn remember(
        &mut self,
        slot: u32,
        site: u32,
        (guard, owner): (u32, EntityId),
        question: Question,
        outcome: Outcome,
        now: SimTime,
    ) {
        let bind = self.program.sites[site as usize].bind;
        let value = bind.and_then(|place| self.variables(slot).get(usize::from(place)));
        let answer = Answer {
            outcome,
            value: value.cloned().unwrap_or_default(),
            came: now,
        };
        let Some((settings, memory)) = self.memory(guard, owner).filter(|_| outcome.is_ok()) else {
            return;
        };
        let more = question.weight(&answer);
        let mut less = 0;
        if let Some(old) = memory.answers.peek(&question) {
            less += question.weight(old);
        }
        let mut evicted = memory.answers.put(&settings, now, question, answer);
        while let Some(gone) = evicted {
            less += gone.key.weight(&gone.value);
            let too_many = memory.answers.len() > settings.entries as usize;
            evicted = too_many.then(|| memory.answers.evict()).flatten();
        }
        self.kept = self.kept + more - less;
    }

    fn memory(&mut self, guard: u32, owner: EntityId) -> Option<(CacheSettings, &mut Memory)> {
        let program = &self.program.guards[guard as usize];
        let machine = program.machine(owner);
        match (&program.settings, self.guards.get_mut(machine)) {
            (GuardSettings::Cache(settings), Some(Guard::Cache(memory))) => {
                Some((*settings, memory))
            }
            _ => None,
        }
    }
}
