//! Behaviours: steps become a flat list of operations.
//!
//! Every operation that draws, and every operation on another component, has a key made
//! of its handler, its kind, what it is about and how many like it came before in the
//! handler (or its label). So a step that is added elsewhere, or of another kind, leaves
//! the draws of this one where they were.

use std::collections::BTreeMap;

use super::keys;
use super::messages::Takes;
use super::policies::{Around, speaks_of_time};
use super::scope::Scope;
use super::stores::Within;
use super::{Compiler, error_at};
use crate::kernel::{Key, Purpose};
use crate::scenario::diagnostic::Problem;
use crate::scenario::document::{
    Action, Answer, Call, Choice, DEFAULT_MESSAGE_SIZE, DurationDistribution, ForEach, HttpMethod,
    Join, MemberRef, Name, Named, OutcomeMatch, Parallel, Publish, Step, Value, WriteKind,
};
use crate::values::FieldKind;
use crate::world::program::{
    Choose, Fits, Fork, LengthId, Op, Pc, Repeat, Response, Settlement, Site, SiteTarget, SizeId,
    Tells, Way,
};
use crate::world::record::Outcome;
use crate::world::topology::{EdgeKind, is_query, member};
use crate::world::variables::{Composition, Input, Place, Setting};

/// What is known of the handler being compiled.
pub(super) struct Handler<'a> {
    /// The node whose tasks run it.
    pub(super) owner: &'a str,
    /// Its path in the document.
    pub(super) path: &'a str,
    /// The path of the step at hand.
    pub(super) at: String,
    /// How many operations of each description there were.
    counts: BTreeMap<String, u32>,
    /// The names it knows.
    pub(super) scope: Scope,
    /// The variables that were set, in the order of the text.
    pub(super) assigned: Vec<Place>,
    /// Whether fields that nobody set are made up: clients do that.
    pub(super) makes_up: bool,
    /// Whether what is at hand is worked out by a store.
    pub(super) at_store: bool,
    /// The transaction in which the steps at hand are.
    pub(super) transaction: Option<Within>,
}

impl Handler<'_> {
    /// The name of an operation, unique within the document.
    pub(super) fn name(&mut self, step: &Step, description: &str) -> String {
        let description = step.label.as_ref().map_or(description, Name::as_str);
        let count = self.counts.entry(description.to_owned()).or_insert(0);
        *count += 1;
        format!("{}/{description}#{count}", self.path)
    }

    /// Does something deeper in the document.
    pub(super) fn within<T>(&mut self, segment: &str, f: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.at.len();
        self.at.push('.');
        self.at.push_str(segment);
        let result = f(self);
        self.at.truncate(length);
        result
    }
}

impl<'a> Compiler<'a> {
    /// Compiles the steps at `path`, run by tasks of `owner`; where they begin.
    pub(super) fn handler(
        &mut self,
        owner: &str,
        path: &str,
        steps: &[Step],
        takes: Takes<'a>,
    ) -> Pc {
        let begin = self.here();
        let (scope, kinds) = self.opening(takes);
        let input = self.program.inputs.len() as u32;
        self.program.ops.push(Op::Enter(input));
        let mut handler = Handler {
            owner,
            path,
            at: path.to_owned(),
            counts: BTreeMap::new(),
            scope,
            assigned: Vec::new(),
            makes_up: matches!(takes, Takes::Nothing),
            at_store: false,
            transaction: None,
        };
        self.program.inputs.push(Input { kinds, places: 0 });
        self.steps(&mut handler, steps);
        self.program.ops.push(Op::Answer(Outcome::OK));
        match handler.scope.places() {
            Some(places) => {
                self.program.inputs[input as usize].places = places;
                begin
            }
            // Without data there is nothing to enter with.
            None => begin + 1,
        }
    }

    /// The number of a type of message.
    pub(super) fn message(&mut self, name: &Name) -> u32 {
        let next = self.messages.len() as u32;
        *self.messages.entry(name.clone()).or_insert(next)
    }

    fn length(&mut self, length: &DurationDistribution, name: &str, purpose: Purpose) -> LengthId {
        let drawn = self.drawn(length, name, purpose);
        self.program.lengths.push(drawn);
        self.program.lengths.len() as LengthId - 1
    }

    fn size(&mut self, handler: &Handler<'_>, size: u32) -> SizeId {
        let place = self.program.sizes.len();
        self.program.sizes.push(size);
        if let Ok(place) = u16::try_from(place) {
            return SizeId(place);
        }
        let limit = usize::from(u16::MAX);
        let problem = Problem::TooMany {
            count: place,
            limit,
        };
        self.problems
            .push(error_at(self.scenario, handler.path, problem));
        SizeId::default()
    }

    pub(super) fn here(&self) -> Pc {
        self.program.ops.len() as Pc
    }

    pub(super) fn steps(&mut self, handler: &mut Handler<'_>, steps: &[Step]) {
        for (place, step) in steps.iter().enumerate() {
            handler.within(&place.to_string(), |handler| self.step(handler, step));
        }
    }

    fn step(&mut self, handler: &mut Handler<'_>, step: &Step) {
        match &step.action {
            Action::Work(length) => {
                let name = handler.name(step, "work");
                let length = self.length(length, &name, Purpose::Work);
                self.program.ops.push(Op::Work(length));
            }
            Action::Wait(length) => {
                let name = handler.name(step, "wait");
                let length = self.length(length, &name, Purpose::Wait);
                self.program.ops.push(Op::Wait(length));
            }
            Action::Call(call) => {
                handler.within("call", |handler| self.call(handler, step, call));
            }
            Action::Handle(to) => self.handle(handler, to),
            Action::Publish(publish) => {
                handler.within("publish", |handler| self.publish(handler, step, publish));
            }
            Action::Read(read) => {
                handler.within("read", |handler| self.read(handler, step, read));
            }
            Action::Write(write) => {
                let verb = verb_of(write.kind);
                handler.within(verb, |handler| self.write(handler, step, write));
            }
            Action::Transaction(transaction) => handler.within("transaction", |handler| {
                self.transaction(handler, step, transaction);
            }),
            Action::Parallel(parallel) => {
                self.one_after_another(handler, "parallel");
                handler.within("parallel", |handler| self.parallel(handler, step, parallel));
            }
            Action::Choose(choices) => {
                handler.within("choose", |handler| self.choose(handler, step, choices));
            }
            Action::Set(values) => handler.within("set", |handler| self.set(handler, values)),
            Action::ForEach(each) => {
                if each.at_most > 1 {
                    self.one_after_another(handler, "at-most");
                }
                handler.within("for-each", |handler| self.for_each(handler, step, each));
            }
            Action::Respond(response) => handler.within("reply", |handler| {
                if let Some(size) = response.size {
                    let size = self.size(handler, size);
                    self.program.ops.push(Op::Size(size));
                }
                let outcome = outcome(response.answer);
                self.commit_before_reply(handler);
                if response.body.is_none() && response.headers.is_empty() {
                    return self.program.ops.push(Op::Answer(outcome));
                }
                let (body, headers) = self.response(handler, response);
                let place = self.program.responses.len() as u32;
                self.program.responses.push(Response {
                    outcome,
                    body,
                    headers,
                });
                self.program.ops.push(Op::Respond(place));
            }),
            Action::Expect(expression) => {
                let expected = self.formula(handler, "expect", expression, None);
                let place = self.program.expectations.len() as u32;
                self.program.expectations.push(expected);
                self.program.ops.push(Op::Expect(place));
            }
            Action::Reply(answer) => {
                self.commit_before_reply(handler);
                self.program.ops.push(Op::Answer(outcome(*answer)));
            }
            Action::Fail(answer) => {
                self.program.ops.push(Op::Answer(outcome(*answer)));
            }
            Action::Ack => self.program.ops.push(Op::Settle(Settlement::Ack)),
            Action::Nack { requeue: true } => {
                self.program.ops.push(Op::Settle(Settlement::Requeue));
            }
            Action::Nack { requeue: false } => {
                self.program.ops.push(Op::Settle(Settlement::Discard));
            }
            // Nothing else is runnable, which has been checked.
            _ => {}
        }
    }

    /// Does what an endpoint does, here: the names it takes in are those in scope.
    fn handle(&mut self, handler: &mut Handler<'_>, to: &MemberRef) {
        let document = self.document;
        let endpoint = document
            .services
            .get(&to.owner)
            .and_then(|service| service.endpoints.get(&to.member));
        if let Some(endpoint) = endpoint {
            self.steps(handler, &endpoint.steps);
        }
    }

    fn set(&mut self, handler: &mut Handler<'_>, values: &Named<Value>) {
        let mut settings = Vec::new();
        for (name, value) in values {
            let to = self.value(handler, name.as_str(), value, &FieldKind::Any, None);
            if let Some(place) = self.variable(handler, name.as_str(), name) {
                settings.push(Setting { place, to });
            }
        }
        let place = self.program.settings.len() as u32;
        self.program.settings.push(settings);
        self.program.ops.push(Op::Set(place));
    }

    fn for_each(&mut self, handler: &mut Handler<'_>, step: &Step, each: &ForEach) {
        let name = handler.name(step, "for-each");
        let list = self.value(handler, "in", &each.list, &FieldKind::Any, None);
        let Some(item) = self.variable(handler, "item", &each.item) else {
            return;
        };
        let place = self.program.repeats.len() as u32;
        self.program.ops.push(Op::Repeat(place));
        let jump = self.here();
        self.program.ops.push(Op::Jump(0));
        self.program.repeats.push(Repeat {
            list,
            item,
            at_most: each.at_most,
            begin: self.here(),
            key: Key::of(&name),
        });
        handler.within("do", |handler| self.branch(handler, &each.steps));
        self.program.ops[jump as usize] = Op::Jump(self.here());
    }

    /// Compiles a branch, which hands on the variables it sets.
    fn branch(&mut self, handler: &mut Handler<'_>, steps: &[Step]) -> Pc {
        let begin = self.here();
        let before = handler.assigned.len();
        let around = handler.transaction.clone();
        handler.transaction = around.as_ref().map(Within::of_branch);
        self.steps(handler, steps);
        handler.transaction = around;
        let mut places = handler.assigned[before..].to_vec();
        places.sort_unstable();
        places.dedup();
        if !places.is_empty() {
            let merge = self.program.merges.len() as u32;
            self.program.merges.push(places);
            self.program.ops.push(Op::Merge(merge));
        }
        self.program.ops.push(Op::Answer(Outcome::OK));
        begin
    }

    fn call(&mut self, handler: &mut Handler<'_>, step: &Step, call: &Call) {
        let name = handler.name(step, &format!("call {}", member(&call.to)));
        let Some((target, to)) = self.target(&call.to) else {
            return;
        };
        let document = self.document;
        let input = document
            .services
            .get(&call.to.owner)
            .and_then(|service| service.endpoints.get(&call.to.member)?.input.as_ref());
        let fields = input.map_or_else(Vec::new, |shape| self.fields_of(shape));
        let carries = self.request(handler, &name, &fields, &call.request);
        let answer = self.answer(handler, call.request.bind.as_ref());
        let names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
        let tells = self.tells(&member(&call.to), &names, &[]);
        let kind = EdgeKind::Call;
        self.operation(
            handler,
            Operation {
                name,
                target,
                endpoint: member(&call.to),
                to,
                kind,
                size: call.request.size,
                with: &call.with,
                then: &call.then,
                carries,
                answer,
                tells,
                args: Some(&call.request.args),
                method: self.method_of(&call.to),
            },
        );
    }

    fn publish(&mut self, handler: &mut Handler<'_>, step: &Step, publish: &Publish) {
        let to = member(&publish.to);
        let name = handler.name(step, &format!("publish {} {to}", publish.message));
        let message = self.message(&publish.message);
        let carries = self.published(handler, &name, publish);
        let declared = self.fields_of_message(&publish.message);
        let about = publish.fields.keys().filter(|_| declared.is_none());
        let about = about.map(Name::as_str);
        let about: Vec<_> = about.chain(publish.key.iter().map(|_| keys::KEY)).collect();
        let names: Vec<_> = declared.iter().flatten().map(|(name, _)| *name).collect();
        let tells = self.tells(&to, &names, &about);
        let Some(&queue) = self.queues.get(&to) else {
            return;
        };
        // Policies and outcomes need something to wait for.
        let confirm = publish.confirm || !publish.with.is_empty() || !publish.then.is_empty();
        let target = SiteTarget::Queue {
            queue,
            message,
            confirm,
        };
        let kind = EdgeKind::Publish;
        self.operation(
            handler,
            Operation {
                name,
                target,
                endpoint: to.clone(),
                to,
                kind,
                size: publish.size,
                with: &publish.with,
                then: &publish.then,
                carries,
                answer: (None, None),
                tells,
                args: None,
                method: None,
            },
        );
    }

    /// The method of an endpoint, if it has one.
    fn method_of(&self, to: &MemberRef) -> Option<HttpMethod> {
        let service = self.document.services.get(&to.owner)?;
        let http = service.endpoints.get(&to.member)?.http.as_ref()?;
        Some(http.method)
    }

    pub(super) fn target(&self, to: &MemberRef) -> Option<(SiteTarget, String)> {
        let service = *self.services.get(&to.owner)?;
        let (endpoint, _, described) = self
            .document
            .services
            .get(&to.owner)?
            .endpoints
            .get_full(&to.member)?;
        let query = is_query(described.http.as_ref().map(|http| http.method));
        Some((
            SiteTarget::Endpoint {
                service,
                endpoint: endpoint as u32,
                query,
            },
            to.owner.to_string(),
        ))
    }

    pub(super) fn operation(&mut self, handler: &mut Handler<'_>, operation: Operation<'_>) {
        let Operation {
            name,
            target,
            endpoint,
            to,
            kind,
            size,
            with,
            then,
            carries,
            answer: (bind, lands),
            tells,
            args,
            method,
        } = operation;
        let nodes = self
            .topology
            .node(handler.owner)
            .zip(self.topology.node(&to));
        let Some(edge) = nodes.and_then(|(from, to)| self.topology.edge(from, to, kind)) else {
            return;
        };
        let place = self.program.sites.len();
        let bind = bind.or_else(|| {
            let looks = self.looks_at_answers(with);
            looks.then(|| self.unnamed(handler)).flatten()
        });
        self.program.sites.push(Site {
            target,
            edge,
            endpoint: self.endpoint(&to, kind, &endpoint),
            size: size.unwrap_or(DEFAULT_MESSAGE_SIZE),
            key: Key::of(&name),
            speaks_of_time: false,
            policies: Vec::new(),
            outcomes: Vec::new(),
            carries,
            bind,
            lands,
            tells,
        });
        let around = Around {
            name: &name,
            site: place as u32,
            args,
            method,
        };
        let policies = self.policies(handler, with, &around);
        self.program.sites[place].speaks_of_time = speaks_of_time(&policies);
        self.program.sites[place].policies = policies;
        self.program.ops.push(Op::Submit(place as u32));
        if then.is_empty() {
            return;
        }
        let blocks = then.iter().map(|(outcome, steps)| {
            let path = format!("then.{}", word_of(*outcome));
            (path, steps.as_slice())
        });
        let begins = self.blocks(handler, blocks.collect());
        self.program.sites[place].outcomes = then
            .iter()
            .map(|(outcome, _)| *outcome)
            .zip(begins)
            .collect();
    }

    /// Appends blocks of which one is gone through at the most, and a jump past them
    /// before each and after the last; where each begins.
    fn blocks(&mut self, handler: &mut Handler<'_>, blocks: Vec<(String, &[Step])>) -> Vec<Pc> {
        let mut jumps = vec![self.here()];
        self.program.ops.push(Op::Jump(0));
        let mut begins = Vec::new();
        for (path, steps) in blocks {
            begins.push(self.here());
            handler.within(&path, |handler| self.steps(handler, steps));
            jumps.push(self.here());
            self.program.ops.push(Op::Jump(0));
        }
        let end = self.here();
        for jump in jumps {
            self.program.ops[jump as usize] = Op::Jump(end);
        }
        begins
    }

    fn parallel(&mut self, handler: &mut Handler<'_>, step: &Step, parallel: &Parallel) {
        let name = handler.name(step, "parallel");
        let place = self.program.forks.len();
        let needed = match parallel.join {
            Join::All => parallel.branches.len() as u32,
            Join::Any => 1,
            Join::None => 0,
            Join::Number(number) => number,
        };
        let needed = needed.min(parallel.branches.len() as u32);
        self.program.forks.push(Fork {
            branches: Vec::new(),
            needed,
            key: Key::of(&name),
        });
        self.program.ops.push(Op::Fork(place as u32));
        let jump = self.here();
        self.program.ops.push(Op::Jump(0));
        let mut branches = Vec::new();
        for (place, steps) in parallel.branches.iter().enumerate() {
            let path = format!("do.{place}");
            branches.push(handler.within(&path, |handler| self.branch(handler, steps)));
        }
        self.program.ops[jump as usize] = Op::Jump(self.here());
        self.program.forks[place].branches = branches;
    }

    fn choose(&mut self, handler: &mut Handler<'_>, step: &Step, choices: &[Choice]) {
        let name = handler.name(step, "choose");
        let place = self.program.chooses.len();
        let stream = self.stream(&name, Purpose::Choice);
        self.program.chooses.push(Choose {
            ways: Vec::new(),
            stream,
        });
        self.program.ops.push(Op::Choose(place as u32));
        let mut conditions = Vec::new();
        for (place, choice) in choices.iter().enumerate() {
            let condition = choice.when.as_ref().map(|when| {
                let path = format!("{place}.when");
                self.formula(handler, &path, when, None)
            });
            conditions.push(condition);
        }
        let blocks = choices
            .iter()
            .enumerate()
            .map(|(place, choice)| (format!("{place}.do"), choice.steps.as_slice()));
        let past = self.here();
        let begins = self.blocks(handler, blocks.collect());
        let mut ways = Vec::new();
        let mut end = 0;
        for ((choice, condition), pc) in choices.iter().zip(conditions).zip(begins) {
            let fits = match (choice.chance, condition) {
                (_, Some(condition)) => Fits::When(condition),
                (Some(chance), None) => {
                    end += chance.millionths();
                    Fits::Below(end)
                }
                (None, None) => Fits::Always,
            };
            ways.push(Way { fits, pc });
        }
        ways.push(Way {
            fits: Fits::Always,
            pc: past,
        });
        self.program.chooses[place].ways = ways;
    }
}

/// An operation on another component, as it is described.
pub(super) struct Operation<'a> {
    pub(super) name: String,
    pub(super) target: SiteTarget,
    /// What figures call the target.
    pub(super) endpoint: String,
    /// The node of the target.
    pub(super) to: String,
    pub(super) kind: EdgeKind,
    pub(super) size: Option<u32>,
    pub(super) with: &'a [Name],
    pub(super) then: &'a [(OutcomeMatch, Vec<Step>)],
    pub(super) carries: Option<Composition>,
    pub(super) answer: (Option<Place>, Option<Place>),
    pub(super) tells: Vec<Tells>,
    /// The arguments of a call, as they are written.
    pub(super) args: Option<&'a Named<Value>>,
    /// The method of what is called, if it has one.
    pub(super) method: Option<HttpMethod>,
}

/// The verb of a step that writes.
const fn verb_of(kind: WriteKind) -> &'static str {
    match kind {
        WriteKind::Insert => "insert",
        WriteKind::Update => "update",
        WriteKind::Delete => "delete",
    }
}

/// How an outcome is written, for the path of what is done for it.
fn word_of(outcome: OutcomeMatch) -> String {
    let word = match outcome {
        OutcomeMatch::Ok => "ok",
        OutcomeMatch::Declined => "declined",
        OutcomeMatch::Status(status) => return status.to_string(),
        OutcomeMatch::Error => "error",
        OutcomeMatch::Timeout => "timeout",
        OutcomeMatch::Open => "open",
        OutcomeMatch::Full => "full",
        OutcomeMatch::Limited => "limited",
        OutcomeMatch::Refused => "refused",
        OutcomeMatch::Duplicate => "duplicate",
        OutcomeMatch::Conflict => "conflict",
        OutcomeMatch::Invalid => "invalid",
        OutcomeMatch::Else => "else",
    };
    word.to_owned()
}

/// The outcome of an answer. A plain "no" is 400, a plain failure 500 (RFC 9110).
const fn outcome(answer: Answer) -> Outcome {
    match answer {
        Answer::Status(status) => Outcome::of_status(status),
        Answer::Declined => Outcome::Declined(400),
        Answer::Error => Outcome::Error(500),
    }
}
