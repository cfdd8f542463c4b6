//! Behaviours: steps become a flat list of operations.
//!
//! Every operation that draws, and every operation on another component, has a key made
//! of its handler, its kind, what it is about and how many like it came before in the
//! handler (or its label). So a step that is added elsewhere, or of another kind, leaves
//! the draws of this one where they were.

use std::collections::BTreeMap;

use super::{Compiler, error_at};
use crate::kernel::{Key, Purpose, SimDuration};
use crate::scenario::diagnostic::Problem;
use crate::scenario::document::{
    Action, Answer, Call, Choice, DEFAULT_MESSAGE_SIZE, DurationDistribution, Join, MemberRef,
    Name, OutcomeMatch, Parallel, Policy as Described, Publish, Retry as DescribedRetry, RetryWait,
    Step,
};
use crate::world::calls::MAX_LAYERS;
use crate::world::program::{
    Backoff, Choose, Fork, LengthId, Op, Pc, Policy, Retry, Settlement, Site, SiteTarget, SizeId,
};
use crate::world::record::Outcome;
use crate::world::topology::{EdgeKind, is_query, member};

/// What is known of the handler being compiled.
struct Handler<'a> {
    /// The node whose tasks run it.
    owner: &'a str,
    /// Its path in the document.
    path: &'a str,
    /// How many operations of each description there were.
    counts: BTreeMap<String, u32>,
}

impl Handler<'_> {
    /// The name of an operation, unique within the document.
    fn name(&mut self, step: &Step, description: &str) -> String {
        let description = step.label.as_ref().map_or(description, Name::as_str);
        let count = self.counts.entry(description.to_owned()).or_insert(0);
        *count += 1;
        format!("{}/{description}#{count}", self.path)
    }
}

impl Compiler<'_> {
    /// Compiles the steps at `path`, run by tasks of `owner`; where they begin.
    pub(super) fn handler(&mut self, owner: &str, path: &str, steps: &[Step]) -> Pc {
        let begin = self.here();
        self.steps(
            &mut Handler {
                owner,
                path,
                counts: BTreeMap::new(),
            },
            steps,
        );
        self.program.ops.push(Op::Answer(Outcome::OK));
        begin
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

    fn here(&self) -> Pc {
        self.program.ops.len() as Pc
    }

    fn steps(&mut self, handler: &mut Handler<'_>, steps: &[Step]) {
        for step in steps {
            self.step(handler, step);
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
            Action::Call(call) => self.call(handler, step, call),
            Action::Publish(publish) => self.publish(handler, step, publish),
            Action::Parallel(parallel) => self.parallel(handler, step, parallel),
            Action::Choose(choices) => self.choose(handler, step, choices),
            Action::Reply(answer) | Action::Fail(answer) => {
                self.program.ops.push(Op::Answer(outcome(*answer)));
            }
            Action::Respond(response) => {
                if let Some(size) = response.size {
                    let size = self.size(handler, size);
                    self.program.ops.push(Op::Size(size));
                }
                self.program.ops.push(Op::Answer(outcome(response.answer)));
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

    fn call(&mut self, handler: &mut Handler<'_>, step: &Step, call: &Call) {
        let name = handler.name(step, &format!("call {}", member(&call.to)));
        let Some((target, to)) = self.target(&call.to) else {
            return;
        };
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
            },
        );
    }

    fn publish(&mut self, handler: &mut Handler<'_>, step: &Step, publish: &Publish) {
        let to = member(&publish.to);
        let name = handler.name(step, &format!("publish {} {to}", publish.message));
        let message = self.message(&publish.message);
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
            },
        );
    }

    fn target(&self, to: &MemberRef) -> Option<(SiteTarget, String)> {
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

    fn operation(&mut self, handler: &mut Handler<'_>, operation: Operation<'_>) {
        let Operation {
            name,
            target,
            endpoint,
            to,
            kind,
            size,
            with,
            then,
        } = operation;
        let nodes = self
            .topology
            .node(handler.owner)
            .zip(self.topology.node(&to));
        let Some(edge) = nodes.and_then(|(from, to)| self.topology.edge(from, to, kind)) else {
            return;
        };
        let mut layers = Layers::default();
        for policy in with {
            self.layers(policy, &name, &mut layers);
        }
        let Layers { policies, visits } = layers;
        if policies.len() > MAX_LAYERS || visits > MAX_VISITS {
            let count = visits.max(policies.len() as u32) as usize;
            let limit = if visits > MAX_VISITS {
                MAX_VISITS as usize
            } else {
                MAX_LAYERS
            };
            let problem = Problem::TooMany { count, limit };
            self.problems
                .push(error_at(self.scenario, handler.path, problem));
        }
        let place = self.program.sites.len();
        self.program.sites.push(Site {
            target,
            edge,
            endpoint: self.endpoint(&to, kind, &endpoint),
            size: size.unwrap_or(DEFAULT_MESSAGE_SIZE),
            key: Key::of(&name),
            policies,
            outcomes: Vec::new(),
        });
        self.program.ops.push(Op::Submit(place as u32));
        if then.is_empty() {
            return;
        }
        let blocks: Vec<&[Step]> = then.iter().map(|(_, steps)| steps.as_slice()).collect();
        let begins = self.blocks(handler, &blocks);
        self.program.sites[place].outcomes = then
            .iter()
            .map(|(outcome, _)| *outcome)
            .zip(begins)
            .collect();
    }

    /// Appends blocks of which one is gone through at the most, and a jump past them
    /// before each and after the last; where each begins.
    fn blocks(&mut self, handler: &mut Handler<'_>, blocks: &[&[Step]]) -> Vec<Pc> {
        let mut jumps = vec![self.here()];
        self.program.ops.push(Op::Jump(0));
        let mut begins = Vec::new();
        for steps in blocks {
            begins.push(self.here());
            self.steps(handler, steps);
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
        for steps in &parallel.branches {
            branches.push(self.here());
            self.steps(handler, steps);
            self.program.ops.push(Op::Answer(Outcome::OK));
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
        let blocks: Vec<&[Step]> = choices
            .iter()
            .map(|choice| choice.steps.as_slice())
            .collect();
        let past = self.here();
        let begins = self.blocks(handler, &blocks);
        let mut ways = Vec::new();
        let (mut end, mut rest) = (0, past);
        for (choice, begin) in choices.iter().zip(begins) {
            match choice.chance {
                Some(chance) => {
                    end += chance.millionths();
                    ways.push((end, begin));
                }
                None => rest = begin,
            }
        }
        ways.push((1_000_000, rest));
        self.program.chooses[place].ways = ways;
    }

    /// Appends the layers of a policy, chains counted out. A chain of chains can stand for
    /// any number of policies, so it ends where there are too many anyway.
    fn layers(&self, name: &Name, site: &str, layers: &mut Layers) {
        layers.visits += 1;
        if layers.visits > MAX_VISITS || layers.policies.len() > MAX_LAYERS {
            return;
        }
        match self.document.policies.get(name) {
            Some(Described::Timeout(span)) => layers.policies.push(Policy::Timeout(*span)),
            Some(Described::Retry(retry)) => {
                let retry = self.retry(retry, &format!("{site}/{name}"));
                layers.policies.push(Policy::Retry(retry));
            }
            Some(Described::Chain(names)) => {
                for name in names {
                    self.layers(name, site, layers);
                }
            }
            _ => {}
        }
    }

    fn retry(&self, retry: &DescribedRetry, name: &str) -> Retry {
        Retry {
            attempts: retry.attempts,
            wait: match &retry.wait {
                RetryWait::Drawn(length) => {
                    Backoff::Drawn(self.drawn(length, name, Purpose::Backoff))
                }
                RetryWait::Exponential { base, factor, cap } => Backoff::Exponential {
                    base: *base,
                    factor: *factor,
                    cap: cap.unwrap_or(SimDuration::MAX),
                },
            },
            jitter: retry.jitter,
            jitter_stream: self.stream(name, Purpose::Jitter),
            only: retry.only.clone(),
            wait_before_give_up: retry.wait_before_give_up,
        }
    }
}

/// The policies around an operation, while chains are counted out.
#[derive(Default)]
struct Layers {
    policies: Vec<Policy>,
    /// How many names were looked at, chains included.
    visits: u32,
}

/// The most names of policies that are looked at for one operation.
const MAX_VISITS: u32 = 64;

/// An operation on another component, as it is described.
struct Operation<'a> {
    name: String,
    target: SiteTarget,
    /// What figures call the target.
    endpoint: String,
    /// The node of the target.
    to: String,
    kind: EdgeKind,
    size: Option<u32>,
    with: &'a [Name],
    then: &'a [(OutcomeMatch, Vec<Step>)],
}

/// The outcome of an answer. A plain "no" is 400, a plain failure 500 (RFC 9110).
const fn outcome(answer: Answer) -> Outcome {
    match answer {
        Answer::Status(status) => Outcome::of_status(status),
        Answer::Declined => Outcome::Declined(400),
        Answer::Error => Outcome::Error(500),
    }
}
