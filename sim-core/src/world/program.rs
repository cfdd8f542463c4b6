//! The program: a document compiled to indices, ready to be run.
//!
//! A behaviour is a flat list of [`Op`]s: blocks are jumps, what is done for each outcome
//! of a call is a table. Settings (lengths, rates, limits) stand in the program, never in
//! the state of the world, so changing a setting while the world runs is to go on with
//! another program of the same shape.

mod care;
mod policies;

use std::collections::BTreeMap;
use std::ops::Range;

use super::arrivals::Arrivals;
use super::figures::OwnFigure;
use super::guards::Guard as State;
use super::record::Outcome;
use super::sampling::Drawn;
use super::stores::{StatementProgram, StoreProgram, TransactionProgram};
use super::topology::{EdgeId, EndpointId, Guard, GuardKind};
use super::variables::{Composition, Input, Place, Setting};
use crate::kernel::{EntityId, Key, SimDuration, SimTime, StreamKey};
use crate::messaging::rabbitmq::Prefetch;
use crate::resilience::balancing::Balancer;
use crate::resilience::shedding::Shedding;
use crate::scenario::document::{Bandwidth, Name, OutcomeMatch, Share, WorkerMode};
use crate::values::Formula;

pub(super) use self::care::{Care, HealthCare, Measures, OutlierCare, ScalingCare};
pub(super) use self::policies::{
    AdaptiveSettings, BreakerSettings, CachePolicy, Fallback, GuardProgram, GuardSettings, Hedge,
    Instead, Policy, PoolProgram, Retry, Wait,
};

/// A place in [`Program::ops`].
pub(super) type Pc = u32;

/// A place in [`Program::lengths`].
pub(super) type LengthId = u32;

/// A place in [`Program::sizes`]; a document has fewer values than that.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct SizeId(pub(super) u16);

impl SizeId {
    /// The place as an index.
    pub(super) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// One instruction of a behaviour.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Op {
    /// Keep a worker busy.
    Work(LengthId),
    /// Let time pass.
    Wait(LengthId),
    /// Submit an operation to another component and wait for its completion.
    Submit(u32),
    /// Enter a transaction.
    Begin(u32),
    /// Begin branches.
    Fork(u32),
    /// Go one of several ways.
    Choose(u32),
    /// Go on there.
    Jump(Pc),
    /// The answer will be so large.
    Size(SizeId),
    /// End the behaviour.
    Answer(Outcome),
    /// Settle the delivery being handled.
    Settle(Settlement),
    /// Take in what came with the message and make room for variables.
    Enter(u32),
    /// Set variables.
    Set(u32),
    /// Hand variables of a branch to the task that forked.
    Merge(u32),
    /// Do something for each item of a list.
    Repeat(u32),
    /// End the behaviour with an answer that carries data.
    Respond(u32),
    /// Say whether something is true.
    Expect(u32),
}

/// What a consumer says of a delivery.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Settlement {
    /// It was dealt with.
    Ack,
    /// Deliver it again.
    Requeue,
    /// Drop it.
    Discard,
}

/// An operation on another component, with the policies around it.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Site {
    pub(super) target: SiteTarget,
    pub(super) edge: EdgeId,
    /// What figures call the target.
    pub(super) endpoint: EndpointId,
    /// How large what is sent is, in bytes.
    pub(super) size: u32,
    /// What tells the operations of one task apart.
    pub(super) key: Key,
    /// Whether one of its policies tells the callee of time.
    pub(super) speaks_of_time: bool,
    /// Policies, outermost first.
    pub(super) policies: Vec<Policy>,
    /// Where to go on for each outcome, narrowest first.
    pub(super) outcomes: Vec<(OutcomeMatch, Pc)>,
    /// What the message carries.
    pub(super) carries: Option<Composition>,
    /// Where the answer of an attempt stands.
    pub(super) bind: Option<Place>,
    /// The variable that gets it once the call is over, if that is another place: what the call
    /// carries may name the variable, and another attempt says the same as the first.
    pub(super) lands: Option<Place>,
    /// What properties want to be told of each message.
    pub(super) tells: Vec<Tells>,
}

/// What a property wants to be told of a message: what it has in common with others.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Tells {
    /// The property, by its place in the document.
    pub(super) property: u16,
    /// The value.
    pub(super) part: Part,
}

/// A part of what a message carries.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Part {
    /// A field that was declared, by its place.
    Field(usize),
    /// What is said about it, by name.
    About(Name),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum SiteTarget {
    /// An endpoint of a service.
    Endpoint {
        service: u32,
        endpoint: u32,
        query: bool,
    },
    /// A queue; without confirm the operation is complete once it is sent.
    Queue {
        queue: u32,
        message: u32,
        confirm: bool,
    },
    /// A table of a store.
    Statement { store: u32, statement: u32 },
    /// A store that is to commit.
    Commit { store: u32 },
}

/// Whether `outcome` is one of these.
pub(super) fn any_matches(these: &[OutcomeMatch], outcome: Outcome) -> bool {
    these.iter().any(|matched| matches(*matched, outcome))
}

/// The class an outcome belongs to.
const fn class_of(outcome: Outcome) -> OutcomeMatch {
    match outcome {
        Outcome::Ok(_) => OutcomeMatch::Ok,
        Outcome::Declined(_) => OutcomeMatch::Declined,
        Outcome::Error(_) | Outcome::Refused | Outcome::Reset | Outcome::Shed => {
            OutcomeMatch::Error
        }
        Outcome::Timeout => OutcomeMatch::Timeout,
        Outcome::Full => OutcomeMatch::Full,
        Outcome::Open => OutcomeMatch::Open,
        Outcome::Limited => OutcomeMatch::Limited,
        Outcome::Invalid => OutcomeMatch::Invalid,
        Outcome::Duplicate => OutcomeMatch::Duplicate,
        Outcome::Unmet => OutcomeMatch::Refused,
        Outcome::Conflict => OutcomeMatch::Conflict,
    }
}

/// Whether `outcome` is one of those that `matched` is for: its very status, its class, or
/// `else`, which is for everything that did not work.
fn matches(matched: OutcomeMatch, outcome: Outcome) -> bool {
    match matched {
        OutcomeMatch::Status(wanted) => match outcome {
            Outcome::Ok(status) | Outcome::Declined(status) | Outcome::Error(status) => {
                status == wanted
            }
            _ => false,
        },
        // What is not valid is a "no" to whoever has no branch of its own for it.
        OutcomeMatch::Declined
            if matches!(
                outcome,
                Outcome::Invalid | Outcome::Duplicate | Outcome::Unmet
            ) =>
        {
            true
        }
        // And a conflict that nobody meets is an exception.
        OutcomeMatch::Error if outcome == Outcome::Conflict => true,
        OutcomeMatch::Else => !outcome.is_ok(),
        class => class == class_of(outcome),
    }
}

impl Site {
    /// Whether a fallback asks here, instead of what its call asked first.
    pub(super) fn is_instead_of_another(&self) -> bool {
        matches!(self.policies.last(), Some(Policy::InsteadOf(_)))
    }

    /// Where to go on for `outcome`, if a branch is for it: its very status first, then its
    /// class, then `else`, which is for everything that did not work.
    #[inline]
    pub(super) fn branch(&self, outcome: Outcome) -> Option<Pc> {
        if self.outcomes.is_empty() {
            return None;
        }
        self.narrowest_branch(outcome)
    }

    fn narrowest_branch(&self, outcome: Outcome) -> Option<Pc> {
        let breadth = |matched: &OutcomeMatch| match matched {
            OutcomeMatch::Status(_)
            | OutcomeMatch::Invalid
            | OutcomeMatch::Duplicate
            | OutcomeMatch::Refused
            | OutcomeMatch::Conflict => 0,
            OutcomeMatch::Else => 2,
            _ => 1,
        };
        let fitting = self
            .outcomes
            .iter()
            .filter(|(matched, _)| matches(*matched, outcome));
        fitting
            .min_by_key(|(matched, _)| breadth(matched))
            .map(|(_, pc)| *pc)
    }
}

/// Branches that run at the same time.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Fork {
    pub(super) branches: Vec<Pc>,
    /// How many must succeed before the task goes on.
    pub(super) needed: u32,
    pub(super) key: Key,
}

/// Ways of which one is gone: the first that fits.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Choose {
    /// The ways in order; the last one always fits.
    pub(super) ways: Vec<Way>,
    pub(super) stream: StreamKey,
}

/// One way of several.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Way {
    pub(super) fits: Fits,
    pub(super) pc: Pc,
}

/// When a way is gone.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Fits {
    /// If what was drawn is below this share, in millionths.
    Below(u32),
    /// If this is true.
    When(Formula),
    /// If no way before it was gone.
    Always,
}

/// Something that is done for each item of a list.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Repeat {
    pub(super) list: Formula,
    /// The variable that holds the item.
    pub(super) item: Place,
    /// How many items are dealt with at the same time.
    pub(super) at_most: u32,
    pub(super) begin: Pc,
    pub(super) key: Key,
}

/// An answer that carries data.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Response {
    pub(super) outcome: Outcome,
    pub(super) body: Formula,
    pub(super) headers: Formula,
}

/// The workers of an entity, as often as they are asked for beside its service.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct Desk {
    /// How tasks treat their workers; nothing where there are none.
    pub(super) mode: Option<WorkerMode>,
    pub(super) workers: u32,
    /// How many tasks may wait for them.
    pub(super) queue: u32,
}

/// A service.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Service {
    pub(super) first: EntityId,
    /// How many instances there are at the start.
    pub(super) begins: u32,
    /// The most that requests are shared out among.
    pub(super) instances: u32,
    /// What figures call each endpoint, and where its behaviour begins.
    pub(super) endpoints: Vec<(EndpointId, Pc)>,
    pub(super) subscriptions: Vec<Subscription>,
    pub(super) injected: StreamKey,
    /// Whether a request goes to a canary.
    pub(super) canary: StreamKey,
    /// Which instance gets a request.
    pub(super) balance: Balancer,
    pub(super) balanced: StreamKey,
    /// For each endpoint, what the requests that one instance gets have in common; empty unless
    /// a hash decides.
    pub(super) keys: Vec<Formula>,
    pub(super) care: Box<Care>,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Subscription {
    /// What tells it from other subscriptions, wherever it stands in the document.
    pub(super) key: Key,
    pub(super) queue: u32,
    pub(super) edge: EdgeId,
    /// What figures call it.
    pub(super) endpoint: EndpointId,
    pub(super) prefetch: Prefetch,
    /// What is done for each type of message.
    pub(super) handlers: Vec<(u32, Pc)>,
    pub(super) otherwise: Pc,
}

impl Subscription {
    pub(super) fn handler(&self, message: u32) -> Pc {
        self.handlers
            .iter()
            .find(|(kind, _)| *kind == message)
            .map_or(self.otherwise, |(_, pc)| *pc)
    }
}

/// A source of requests.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Client {
    pub(super) entity: EntityId,
    pub(super) key: Key,
    pub(super) load: Load,
    pub(super) journey: Pc,
}

/// How the journeys of a client begin.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Load {
    /// They come from outside.
    Open(Arrivals),
    /// So many users begin one after another, and think before each.
    Closed { users: u32, think: Drawn },
}

/// A queue of a broker.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Queue {
    pub(super) entity: EntityId,
    /// What figures call publishing to it.
    pub(super) endpoint: EndpointId,
    /// How long the broker is busy with each published message.
    pub(super) cost: SimDuration,
    pub(super) ttl: Option<SimDuration>,
}

/// A link in one direction.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Path {
    pub(super) latency: Drawn,
    pub(super) loss: Share,
    pub(super) loss_stream: StreamKey,
    pub(super) duplicate: Share,
    pub(super) duplicate_stream: StreamKey,
    pub(super) reordering: Share,
    pub(super) reordering_stream: StreamKey,
    pub(super) bandwidth: Option<Bandwidth>,
    /// Which line it is; those of a link in the same direction share one.
    pub(super) line: u32,
    /// Where it is an ordered stream that retransmits what is lost (a connection to a
    /// broker); otherwise every message goes for itself.
    pub(super) streams: Option<Streams>,
    /// Whether nothing ever happens there but latency.
    pub(super) calm: bool,
}

/// The ordered streams between two nodes in one direction: one from each instance to each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Streams {
    /// Where they stand in the state of the world.
    pub(super) first: u32,
    /// The first instance at either end.
    pub(super) from: EntityId,
    pub(super) to: EntityId,
    /// How many instances there are at the far end.
    pub(super) width: u32,
}

impl Streams {
    /// Which stream goes from one instance to the other.
    pub(super) const fn between(&self, from: EntityId, to: EntityId) -> usize {
        (self.first + (from.0 - self.from.0) * self.width + (to.0 - self.to.0)) as usize
    }
}

/// An edge: a path each way.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Link {
    pub(super) forward: Path,
    pub(super) back: Path,
}

/// Two sides of entities of which one does not reach the other.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Partition {
    pub(super) from: Vec<Range<u32>>,
    pub(super) to: Vec<Range<u32>>,
    /// Whether messages get through in the other direction.
    pub(super) one_way: bool,
}

impl Partition {
    /// Whether it keeps a message between two entities from arriving.
    pub(super) fn cuts(&self, from: EntityId, to: EntityId) -> bool {
        let one_of = |side: &[Range<u32>], entity: EntityId| {
            side.iter().any(|part| part.contains(&entity.0))
        };
        let cuts = |from, to| one_of(&self.from, from) && one_of(&self.to, to);
        cuts(from, to) || (!self.one_way && cuts(to, from))
    }
}

/// Edges that lose messages.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Lossy {
    /// In order.
    pub(super) edges: Vec<EdgeId>,
    pub(super) loss: Share,
}

/// An entry of the timeline.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Entry {
    pub(super) at: SimTime,
    pub(super) until: Option<SimTime>,
    pub(super) what: EntryKind,
    /// What tells it from others, wherever it stands in the document.
    pub(super) key: Key,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) enum EntryKind {
    Crash(Range<u32>),
    Slow(Range<u32>, f64),
    /// So many requests are answered with this status.
    Errors(Range<u32>, Share, u16),
    Pause(Range<u32>),
    Full(Range<u32>),
    Partition(Partition),
    Lossy(Lossy),
    /// Services, and how many instances of each there are from then on.
    Scale(Vec<(u32, u32)>),
    /// One instance of the service after another runs another version.
    Deploy {
        service: u32,
        version: u32,
        each: SimDuration,
    },
    /// One more instance of the service, in another version, gets a share of the requests.
    Canary {
        service: u32,
        version: u32,
        share: Share,
    },
    /// Settings change; which program holds then is found by time.
    Set,
    Send(Pc),
}

impl Entry {
    /// Whether it holds at a moment.
    pub(super) fn holds(&self, at: SimTime) -> bool {
        self.at <= at && self.until.is_none_or(|until| at < until)
    }
}

/// A compiled scenario.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Program {
    pub(super) ops: Vec<Op>,
    /// How long each piece of work and each wait takes.
    pub(super) lengths: Vec<Drawn>,
    /// How large answers are, in bytes; the first is that of an answer nobody said anything
    /// about.
    pub(super) sizes: Vec<u32>,
    pub(super) sites: Vec<Site>,
    pub(super) forks: Vec<Fork>,
    pub(super) chooses: Vec<Choose>,
    /// What behaviours begin with, if data comes in or variables are used.
    pub(super) inputs: Vec<Input>,
    pub(super) settings: Vec<Vec<Setting>>,
    /// The variables that branches hand on.
    pub(super) merges: Vec<Vec<Place>>,
    pub(super) repeats: Vec<Repeat>,
    pub(super) responses: Vec<Response>,
    pub(super) expectations: Vec<Formula>,
    /// By name; after them, the versions of them that are deployed.
    pub(super) services: Vec<Service>,
    pub(super) clients: Vec<Client>,
    pub(super) queues: Vec<Queue>,
    /// In the order of their entities, which come last.
    pub(super) stores: Vec<StoreProgram>,
    pub(super) statements: Vec<StatementProgram>,
    pub(super) transactions: Vec<TransactionProgram>,
    pub(super) links: Vec<Link>,
    pub(super) entries: Vec<Entry>,
    /// The policies that remember.
    pub(super) guards: Vec<GuardProgram>,
    /// The figures of the run that behaviours and health checks name.
    pub(super) figures: Vec<OwnFigure>,
    /// Which entries disturb links.
    pub(super) disturbances: Vec<u32>,
    /// How many ordered streams there are.
    pub(super) streams: u32,
    /// By entity.
    pub(super) desks: Vec<Desk>,
    /// Where requests that have waited for too long are not begun, and which those are.
    pub(super) shedding: BTreeMap<EntityId, Shedding>,
    /// The service and instance number (from 0) of each entity, where it is one.
    pub(super) service_of: Vec<Option<(u32, u32)>>,
}

impl Program {
    /// The machines of the policies that remember, in the order of their places.
    pub(super) fn guards(&self) -> Vec<Guard> {
        let machines = self.guards.iter().flat_map(|guard| {
            let kind = match guard.settings {
                GuardSettings::Breaker(_) => GuardKind::Breaker,
                GuardSettings::Bulkhead(_) | GuardSettings::Pool(_) => GuardKind::Bulkhead,
                GuardSettings::Bucket(_) | GuardSettings::Cycle(_) => GuardKind::RateLimiter,
                GuardSettings::Budget(_) => GuardKind::RetryBudget,
                GuardSettings::Cache(_) => GuardKind::Cache,
                GuardSettings::Adaptive(_) => GuardKind::AdaptiveLimit,
            };
            let owners = guard.owners.clone();
            let owned = owners
                .into_iter()
                .flatten()
                .map(|owner| Some(EntityId(owner)));
            let shared = guard.owners.is_none().then_some(None);
            owned.chain(shared).map(move |owner| Guard {
                policy: guard.policy.clone(),
                kind,
                owner,
            })
        });
        machines.collect()
    }

    /// What else remembers: for each service the balancer that leaves instances out, and what
    /// scales it, if there are any.
    pub(super) fn keepers(&self) -> Vec<(GuardKind, u32)> {
        let mut keepers = Vec::new();
        let mut seen = None;
        for (place, service) in (0..).zip(&self.services) {
            // Versions stand behind the services as they are written.
            if seen >= Some(service.first) {
                break;
            }
            seen = Some(service.first);
            if service.care.outliers.is_some() || service.care.health.is_some() {
                keepers.push((GuardKind::Balancer, place));
            }
            if service.care.scaling.is_some() {
                keepers.push((GuardKind::Autoscaler, place));
            }
        }
        keepers
    }

    /// What the policies remember before anything has happened.
    pub(super) fn open_guards(&self) -> Vec<State> {
        let machines = self.guards.iter().flat_map(|guard| {
            (0..guard.count()).map(|_| State::new(&guard.settings, SimTime::ZERO))
        });
        machines.collect()
    }

    /// About how many bytes all that the policies remember occupies.
    pub(super) fn guard_bytes(&self) -> usize {
        let bytes = |guard: &GuardProgram| {
            let room = match &guard.settings {
                GuardSettings::Breaker(settings) => settings.breaker.room(),
                _ => 0,
            };
            guard.count() as usize * (size_of::<State>() + room * size_of::<u64>())
        };
        self.guards.iter().map(bytes).sum()
    }

    /// Notes which paths need no questions asked; to be called once all else is known.
    pub(super) fn find_calm_paths(&mut self) {
        let disturbed = !self.disturbances.is_empty();
        for link in &mut self.links {
            for path in [&mut link.forward, &mut link.back] {
                let chances = [path.loss, path.duplicate, path.reordering];
                path.calm = !disturbed && chances == [Share::NONE; 3] && path.bandwidth.is_none();
            }
        }
    }
}
