//! Variables: the data that tasks know and messages carry.
//!
//! Names became places when the program was compiled, so what a task knows is a list of
//! values: first the fields that came with its message, then what was said about the
//! message, then its variables. Both lists stand beside the arenas of tasks and messages,
//! slot by slot: a world without data pays nothing for them.

use std::cell::Cell;
use std::sync::Arc;

use super::figures::View;
use super::generators::Generator;
use super::interpreter::Source;
use super::program::{Op, Pc, SiteTarget};
use super::{Cx, Doing, Event, Outcome, Signal, TIMELINE, Task, Ticket, What, World, tell};
use crate::kernel::{Identity, Observer, SimTime, StreamKey};
use crate::scenario::document::Name;
use crate::values::{Datum, FieldKind, Formula, Surroundings};
use crate::world::Record;

/// The place of a variable among those of its task.
pub(super) type Place = u16;

/// What a message carries: values whose meaning its kind fixes. A request and a published
/// message carry their fields and, last, what is said about them (headers); an answer
/// carries its body and its headers. One word large, since most messages carry nothing.
pub(super) type Payload = Option<Arc<Vec<Datum>>>;

/// How many bytes data takes on the wire: each value as JSON, and what parts it from the
/// next.
pub(super) fn bytes_of(payload: &Payload) -> u32 {
    let values = payload.iter().flat_map(|payload| payload.iter());
    let bytes = values.map(|value| value.json_bytes() + 1).sum::<u64>();
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

/// What a behaviour begins with.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Input {
    /// What the fields that come in must be.
    pub(super) kinds: Vec<FieldKind>,
    /// How many places its tasks need in all.
    pub(super) places: Place,
}

/// A variable and what it is set to.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Setting {
    pub(super) place: Place,
    pub(super) to: Formula,
}

/// How what a message carries is made.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Composition {
    pub(super) fields: Vec<FieldSource>,
    /// What is said about the message.
    pub(super) about: Formula,
    /// What the fields must be, if the sender sees to it.
    pub(super) checked: Option<Vec<FieldKind>>,
}

/// Where a field comes from.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum FieldSource {
    Given(Formula),
    /// Nobody set it: a client makes one up.
    Drawn(Generator, StreamKey),
}

impl Composition {
    /// What the message that `identity` sends carries; nothing if it is not valid.
    #[cold]
    fn compose(
        &self,
        around: &Surroundings<'_>,
        identity: Identity,
        effort: &Cell<u32>,
    ) -> Option<Payload> {
        let mut values = Vec::with_capacity(self.fields.len() + 1);
        for (place, source) in self.fields.iter().enumerate() {
            let value = match source {
                FieldSource::Given(formula) => formula.evaluate(around),
                FieldSource::Drawn(generator, stream) => {
                    generator.draw(*stream, identity, around.now)
                }
            };
            values.push(match &self.checked {
                Some(kinds) => kinds.get(place)?.fit(value)?,
                None => value,
            });
        }
        values.push(self.about.evaluate(around));
        effort.set(effort.get().saturating_add(around.effort()));
        Some(Some(Arc::new(values)))
    }
}

/// How much room data takes, in values.
pub(super) trait Weigh {
    fn weight(&self) -> usize;
}

impl Weigh for Vec<Datum> {
    fn weight(&self) -> usize {
        self.iter().map(Datum::weight).sum()
    }
}

impl Weigh for Payload {
    fn weight(&self) -> usize {
        self.as_ref().map_or(0, |payload| payload.weight())
    }
}

/// Data that stands beside an arena, slot by slot.
#[derive(Clone, Debug, Default)]
pub(super) struct Beside<T> {
    by_slot: Vec<T>,
    weight: usize,
}

impl<T: Default + Weigh> Beside<T> {
    /// Puts `value` beside `slot`.
    #[inline(never)]
    pub(super) fn put(&mut self, slot: u32, value: T) {
        let slot = slot as usize;
        if slot >= self.by_slot.len() {
            self.by_slot.resize_with(slot + 1, T::default);
        }
        self.weight += value.weight();
        self.weight -= std::mem::replace(&mut self.by_slot[slot], value).weight();
    }

    /// Takes what stands beside `slot` away.
    #[inline]
    pub(super) fn take(&mut self, slot: u32) -> T {
        if self.by_slot.is_empty() {
            return T::default();
        }
        self.take_out(slot)
    }

    #[inline(never)]
    fn take_out(&mut self, slot: u32) -> T {
        match self.by_slot.get_mut(slot as usize) {
            None => T::default(),
            Some(value) => {
                let value = std::mem::take(value);
                self.weight -= value.weight();
                value
            }
        }
    }

    /// Drops what stands beside `slot`: nothing to do as long as nothing ever stood there.
    #[inline]
    pub(super) fn clear(&mut self, slot: u32) {
        if !self.by_slot.is_empty() {
            self.drop_one(slot);
        }
    }

    #[inline(never)]
    fn drop_one(&mut self, slot: u32) {
        self.take_out(slot);
    }

    #[inline]
    pub(super) fn get(&self, slot: u32) -> Option<&T> {
        self.by_slot.get(slot as usize)
    }

    /// How much room all of it takes, in values.
    pub(super) const fn weight(&self) -> usize {
        self.weight
    }
}

impl Beside<Payload> {
    /// Puts `payload` beside `slot`, or clears the place if there is one.
    #[inline]
    pub(super) fn put_if_any(&mut self, slot: u32, payload: Payload) {
        if payload.is_some() || (slot as usize) < self.by_slot.len() {
            self.put(slot, payload);
        }
    }
}

impl Beside<Vec<Datum>> {
    /// Sets one of the values beside `slot`, if it is there.
    fn set(&mut self, slot: u32, place: Place, value: Datum) {
        let values = self.by_slot.get_mut(slot as usize);
        if let Some(known) = values.and_then(|values| values.get_mut(usize::from(place))) {
            self.weight += value.weight();
            self.weight -= std::mem::replace(known, value).weight();
        }
    }
}

/// A loop over the items of a list.
#[derive(Clone, Debug)]
pub(super) struct Loop {
    repeat: u32,
    items: Datum,
    /// The next item to begin with.
    next: u32,
    running: u32,
}

impl Loop {
    fn items(&self) -> &[Datum] {
        match &self.items {
            Datum::List(items) => items,
            _ => &[],
        }
    }
}

impl World {
    /// The variables of a task.
    #[inline]
    pub(super) fn variables(&self, slot: u32) -> &[Datum] {
        self.variables.get(slot).map_or(&[], Vec::as_slice)
    }

    /// Takes in what came with the message; whether all of it is what it must be.
    pub(super) fn enter_behaviour(&mut self, slot: u32, input: u32) -> bool {
        let described = &self.program.inputs[input as usize];
        let mut known = self.variables.take(slot);
        for (place, kind) in described.kinds.iter().enumerate() {
            let came = known.get_mut(place).map(std::mem::take).unwrap_or_default();
            let Some(fitting) = kind.fit(came) else {
                return false;
            };
            match known.get_mut(place) {
                Some(field) => *field = fitting,
                None => known.push(fitting),
            }
        }
        known.resize(usize::from(described.places), Datum::Null);
        self.variables.put(slot, known);
        true
    }

    pub(super) fn set_variables(&mut self, slot: u32, settings: u32, now: SimTime) {
        for setting in &self.program.settings[settings as usize] {
            let value = self.worked_out(slot, &setting.to, now);
            self.variables.set(slot, setting.place, value);
        }
    }

    /// Sets one variable.
    pub(super) fn bind(&mut self, slot: u32, place: Place, value: Datum) {
        self.variables.set(slot, place, value);
    }

    /// Whether `formula` is true for a task.
    pub(super) fn is_so(&self, slot: u32, formula: &Formula, now: SimTime) -> bool {
        self.worked_out(slot, formula, now).is_true()
    }

    /// What a task comes to by `formula`.
    pub(super) fn worked_out(&self, slot: u32, formula: &Formula, now: SimTime) -> Datum {
        let view = self.view_of(slot);
        let around = Surroundings::of(now, self.variables(slot)).with_figures(&view);
        let value = formula.evaluate(&around);
        self.effort
            .set(self.effort.get().saturating_add(around.effort()));
        value
    }

    /// The run as whoever works on a task sees it.
    fn view_of(&self, slot: u32) -> View<'_> {
        let owner = self.tasks.get(slot).map_or(TIMELINE, |task| task.owner);
        View { world: self, owner }
    }

    /// Lets a branch begin with what its parent knows.
    pub(super) fn inherit(&mut self, parent: u32, child: u32) {
        let known = self.variables.get(parent).filter(|known| !known.is_empty());
        if let Some(known) = known.cloned() {
            self.variables.put(child, known);
        }
    }

    /// Hands variables of a branch to the task that still waits for it.
    pub(super) fn merge(&mut self, branch: u32, parent: Ticket, merge: u32) {
        if !self.is_valid(parent) {
            return;
        }
        let program = Arc::clone(&self.program);
        for &place in &program.merges[merge as usize] {
            let value = self.variables(branch).get(usize::from(place)).cloned();
            self.bind(parent.task, place, value.unwrap_or_default());
        }
    }

    /// What the operation of `site` carries; nothing if a value does not fit its type.
    #[inline]
    pub(super) fn compose(
        &self,
        slot: u32,
        site: u32,
        identity: Identity,
        now: SimTime,
    ) -> Option<Payload> {
        match &self.program.sites[site as usize].carries {
            Some(composition) => {
                let view = self.view_of(slot);
                let around = Surroundings::of(now, self.variables(slot)).with_figures(&view);
                composition.compose(&around, identity, &self.effort)
            }
            None => Some(None),
        }
    }

    /// Whether what the operation of `site` would carry is for its sender to check, and is
    /// not valid.
    #[inline]
    pub(super) fn is_invalid(&self, slot: u32, site: u32, now: SimTime) -> bool {
        let carries = &self.program.sites[site as usize].carries;
        carries
            .as_ref()
            .is_some_and(|carries| carries.checked.is_some())
            && self.composes_nothing(slot, site, now)
    }

    #[cold]
    fn composes_nothing(&self, slot: u32, site: u32, now: SimTime) -> bool {
        self.tasks.get(slot).is_some_and(|task| {
            let composed = self.compose(slot, site, task.identity, now);
            composed.is_none()
        })
    }

    /// An answer arrives at a task that waits for it: the variable for it, if there is one,
    /// gets the body, with the status and the headers beside its fields.
    #[inline]
    pub(super) fn bind_answer(
        &mut self,
        slot: u32,
        call: u32,
        outcome: Outcome,
        payload: &Payload,
    ) {
        let Some(site) = self.site_of(call) else {
            return;
        };
        let described = &self.program.sites[site as usize];
        if let Some(place) = described.bind {
            let is_answer = !matches!(described.target, SiteTarget::Statement { .. });
            self.bind_body(slot, place, is_answer, outcome, payload);
        }
    }

    #[inline(never)]
    fn bind_body(
        &mut self,
        slot: u32,
        place: Place,
        is_answer: bool,
        outcome: Outcome,
        payload: &Payload,
    ) {
        let (body, headers) = match payload.as_ref().map(|payload| payload.as_slice()) {
            Some([body, headers, ..]) => (body.clone(), headers.clone()),
            _ => (Datum::Null, Datum::Null),
        };
        let mut fields = match body {
            Datum::Map(fields) if is_answer => fields.to_vec(),
            Datum::Null if is_answer => Vec::new(),
            other => return self.bind(slot, place, other),
        };
        let status = match outcome {
            Outcome::Ok(status) | Outcome::Declined(status) | Outcome::Error(status) => {
                Datum::Int(i64::from(status))
            }
            _ => Datum::Null,
        };
        for (name, value) in [("status", status), ("headers", headers)] {
            if !value.is_null() && !fields.iter().any(|(known, _)| known.as_str() == name) {
                fields.push((Name::new(name), value));
            }
        }
        self.bind(slot, place, Datum::map(fields));
    }

    /// Begins to do something for each item of a list. Whether the task has to wait for it,
    /// or nothing if there is no list.
    pub(super) fn repeat<O>(&mut self, slot: u32, repeat: u32, cx: &mut Cx<'_, O>) -> Option<bool> {
        let described = &self.program.repeats[repeat as usize];
        let items = self.worked_out(slot, &described.list, cx.now);
        match &items {
            Datum::List(items) if !items.is_empty() => {}
            Datum::List(_) | Datum::Null => return Some(false),
            _ => return None,
        }
        let entry = self.loops.insert(Loop {
            repeat,
            items,
            next: 0,
            running: 0,
        });
        let ticket = self.fresh_ticket(slot);
        if let Some(task) = self.tasks.get_mut(slot) {
            task.doing = Doing::Repeating(entry);
        }
        self.next_items(ticket, entry, cx);
        Some(true)
    }

    /// Begins with as many items as may be dealt with at the same time.
    fn next_items<O>(&mut self, ticket: Ticket, entry: u32, cx: &mut Cx<'_, O>) {
        let Some(&parent) = self.tasks.get(ticket.task) else {
            return;
        };
        let Some(state) = self.loops.get(entry) else {
            return;
        };
        let described = &self.program.repeats[state.repeat as usize];
        let (item, begin, key) = (described.item, described.begin, described.key);
        let at_most = described.at_most;
        while let Some(state) = self.loops.get_mut(entry)
            && state.running < at_most
            && let Some(value) = state.items().get(state.next as usize).cloned()
        {
            let ordinal = u64::from(state.next);
            state.next += 1;
            state.running += 1;
            let branch =
                self.new_branch(&parent, parent.identity.child(key, ordinal), begin, ticket);
            self.bind(branch, item, value);
            // An event each, so that loops in loops stay within the budgets.
            if let Some(task) = self.tasks.get_mut(branch) {
                task.doing = Doing::Beginning;
            }
            let begins = Event::Wake(self.fresh_ticket(branch));
            cx.queue.schedule(cx.now, parent.owner, begins);
        }
    }

    /// A task is done with one item.
    pub(super) fn item_done<O: Observer<Record>>(
        &mut self,
        ticket: Ticket,
        entry: u32,
        outcome: Outcome,
        cx: &mut Cx<'_, O>,
    ) {
        let Some(state) = self.loops.get_mut(entry) else {
            return;
        };
        state.running -= 1;
        let is_over = state.running == 0 && state.next as usize == state.items().len();
        if !outcome.is_ok() {
            self.loops.remove(entry);
            self.fresh_ticket(ticket.task);
            self.finish(ticket.task, outcome, cx);
        } else if is_over {
            self.loops.remove(entry);
            self.fresh_ticket(ticket.task);
            self.go_on(ticket.task, cx);
        } else {
            self.next_items(ticket, entry, cx);
        }
    }

    /// Does a step that is about data; whether the task cannot go on at once.
    #[inline(never)]
    pub(super) fn data_step<O: Observer<Record>>(
        &mut self,
        slot: u32,
        op: Op,
        cx: &mut Cx<'_, O>,
    ) -> bool {
        match op {
            Op::Enter(input) => {
                let fits = self.enter_behaviour(slot, input);
                if !fits {
                    self.finish(slot, Outcome::Invalid, cx);
                }
                !fits
            }
            Op::Set(settings) => {
                self.set_variables(slot, settings, cx.now);
                false
            }
            Op::Merge(merge) => {
                if let Some(Source::Branch(parent)) = self.tasks.get(slot).map(|task| task.source) {
                    self.merge(slot, parent, merge);
                }
                false
            }
            Op::Repeat(repeat) => self.repeat(slot, repeat, cx).unwrap_or_else(|| {
                self.finish(slot, Outcome::Invalid, cx);
                true
            }),
            Op::Respond(response) => {
                let described = &self.program.responses[response as usize];
                let body = self.worked_out(slot, &described.body, cx.now);
                let headers = self.worked_out(slot, &described.headers, cx.now);
                let payload = Some(Arc::new(vec![body, headers]));
                self.finish_with(slot, described.outcome, payload, cx);
                true
            }
            Op::Expect(expectation) => {
                let expected = &self.program.expectations[expectation as usize];
                if !self.is_so(slot, expected, cx.now)
                    && let Some(&task) = self.tasks.get(slot)
                {
                    tell(cx, task.owner, Some(task.cause), What::ExpectationFailed);
                }
                false
            }
            _ => false,
        }
    }

    /// Begins a branch of `parent` at `pc`, which knows what its parent knows.
    pub(super) fn begin_branch(
        &mut self,
        parent: &Task,
        identity: Identity,
        pc: Pc,
        ticket: Ticket,
    ) {
        let child = self.new_branch(parent, identity, pc, ticket);
        self.signals.push(Signal::Go(child));
    }

    fn new_branch(&mut self, parent: &Task, identity: Identity, pc: Pc, ticket: Ticket) -> u32 {
        let child = self.tasks.insert(Task {
            identity,
            pc,
            doing: Doing::Steps,
            source: Source::Branch(ticket),
            has_worker: false,
            behind: None,
            ..*parent
        });
        self.inherit(ticket.task, child);
        self.deadlines.branches(ticket.task, child);
        self.rollout.task_began(parent.owner);
        child
    }

    /// A task is no more.
    #[inline]
    pub(super) fn remove_task(&mut self, slot: u32) {
        if let Some(task) = self.tasks.remove(slot) {
            if let Doing::Repeating(entry) = task.doing {
                self.loops.remove(entry);
            }
            self.variables.clear(slot);
        }
    }

    /// About how many bytes all data takes.
    pub(super) const fn bytes_of_data(&self) -> usize {
        self.data() * size_of::<Datum>()
    }

    /// How much data there is, in values.
    pub(super) const fn data(&self) -> usize {
        self.variables.weight() + self.payloads.weight() + self.kept
    }
}
