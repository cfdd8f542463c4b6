//! The world: a scenario set in motion.
//!
//! A checked document flows in; [`compile`] turns names into indices, and [`World`] is the
//! kernel's model that runs the result and tells an observer what happens, as
//! [`Record`]s. Everything between entities is a message over a link; each room holds one
//! part of what happens to them:
//!
//! | room | what |
//! |---|---|
//! | `clients`, `arrivals` | who begins journeys, and when |
//! | `sampling`, `generators` | spans of time drawn from distributions, fields made up |
//! | `variables` | what tasks know and messages carry |
//! | `interpreter` | the steps of a task |
//! | `calls` | operations on other components, with time-outs and retries |
//! | `guards` | policies around them that remember: breakers, bulkheads and the like |
//! | `readings` | what such policies have in memory, for whoever looks |
//! | `figures` | what the system can see of itself while it runs |
//! | `deadlines` | until when somebody waits for an answer, and what follows |
//! | `delivery` | messages, from their sending to their arrival |
//! | `links` | what the network does with them |
//! | `instances` | workers, queues for them, channels to brokers |
//! | `shedding` | requests that waited for too long and are not begun |
//! | `faults` | what is wrong with an instance: crashes, pauses |
//! | `rollout` | instances that come and go: scaling, deploying; who gets a request |
//! | `outliers` | instances that are left out because of their answers |
//! | `probes` | instances that are left out, or started anew, because of their health |
//! | `scaling` | how many instances there are, by what they have to do |
//! | `queues` | the broker's queues, around the component in `messaging` |
//! | `stores` | databases and the memory of services, around the component in `data` |
//! | `timeline` | what the document says goes wrong or changes |

mod arena;
mod arrivals;
mod calls;
mod clients;
mod compile;
mod contacts;
mod content;
mod deadlines;
mod delivery;
mod faults;
mod figures;
mod generators;
mod guards;
mod instances;
mod interpreter;
mod links;
mod outliers;
mod probes;
mod program;
mod queues;
mod readings;
mod record;
mod rollout;
mod run;
mod sampling;
mod scaling;
mod shedding;
mod station;
mod stores;
mod timeline;
mod topology;
mod variables;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use compile::compile;
pub use contacts::Contact;
pub use content::Content;
pub use readings::{BreakerReading, Chart, Judged, Phase, Reading, Standing, Tone};
pub use record::{
    BreakerWhy, Cause, Condition, Direction, Loss, Measure, MessageKind, NotRetried, Outcome,
    Record, Rejection, Substitute, What,
};
pub use run::{Ended, Run};
pub use topology::{
    Edge, EdgeId, EdgeKind, Endpoint, EndpointId, Guard as GuardNode, GuardId, GuardKind, Node,
    NodeId, NodeKind, TIMELINE, Topology,
};

use self::arena::Arena;
use self::calls::Call;
use self::clients::ClientState;
use self::deadlines::Deadlines;
use self::delivery::Message;
use self::faults::Pauses;
use self::guards::{Guard, Questions};
use self::instances::Instance;
use self::interpreter::{Doing, Task};
use self::links::Lines;
use self::outliers::Judges;
use self::probes::Probes;
use self::program::Program;
use self::queues::QueueState;
use self::rollout::Rollout;
use self::scaling::Scalers;
use self::stores::{Open, StoreState};
use self::variables::{Beside, Loop, Payload};
use crate::kernel::{Context, EntityId, EventQueue, Model, Observer, RecordId, SimTime};
use crate::messaging::rabbitmq::ClassicQueue;
use crate::values::Datum;

/// What the kernel hands to the world.
#[derive(Clone, Copy, Debug)]
pub enum Event {
    /// The run begins: consumers are subscribed.
    Open,
    /// The next arrival of a client is due; stale if its schedule has changed since.
    Arrival {
        /// Which client.
        client: u32,
        /// Which schedule.
        schedule: u32,
    },
    /// A user of a closed load has thought, and begins a journey.
    Thought {
        /// Which client.
        client: u32,
        /// Which of its users.
        user: u32,
    },
    /// A message reaches the other end of its link.
    Arrive(u32),
    /// A broker has dealt with a published message.
    Served(u32),
    /// What a task waited for by itself is over; stale if it no longer waits for that.
    Wake(Ticket),
    /// The moment has come until which the answer of a task was wanted; stale if it is
    /// another task by now.
    Deadline {
        /// Which task.
        task: u32,
        /// The record that began it.
        record: RecordId,
    },
    /// A time-out around a task's operation expired.
    Expired {
        /// Which task.
        task: u32,
        /// Which of the policies around the operation.
        layer: u32,
    },
    /// The head of a queue may have expired.
    QueueTick(u32),
    /// An entry of the timeline begins.
    EntryBegins(u32),
    /// An entry of the timeline is over.
    EntryEnds(u32),
    /// The turn of an instance in the deployment that this entry begins has come.
    Replace(u32),
    /// An instance that leaves has had long enough.
    GraceOver,
    /// An instance has started; stale if it is no longer wanted.
    Started,
    /// An instance is asked if it is ready; stale if it was started anew. That these four say
    /// nothing more keeps events as small as they are.
    ProbeReadiness,
    /// An instance is asked if it is alive; stale if it was started anew.
    ProbeLiveness,
    /// The time for the answer to a probe for readiness is over.
    ReadinessUnanswered,
    /// The time for the answer to a probe for liveness is over.
    LivenessUnanswered,
    /// It is looked which instances of a service come back that were left out.
    OutlierSweep,
    /// It is looked what the instances of a service have to do.
    ScalerSamples,
    /// It is looked whether a service has as many instances as it needs.
    ScalerLooks,
    /// A policy that remembers may change by itself.
    GuardTick {
        /// Which policy.
        guard: u32,
        /// Which of its machines, among all machines.
        machine: u32,
    },
}

/// The right to answer one wait of one task: once the task has gone on, or died, it is
/// worth nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ticket {
    task: u32,
    turn: u32,
}

/// The state of an entity as the engine has it: what the picture an observer makes of the
/// records is held against.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Gauges {
    /// Its condition.
    pub condition: Condition,
    /// Workers, or connections of a store, that are taken.
    pub busy: u32,
    /// Tasks or statements that wait for one.
    pub waiting: u32,
    /// For a queue: messages that wait to be delivered.
    pub ready: u32,
    /// For a queue: messages that are with a consumer.
    pub unacked: u32,
    /// For a queue: consumers.
    pub consumers: u32,
    /// For a store: transactions that are open.
    pub transactions: u32,
    /// For a store: statements that wait for a row.
    pub locked: u32,
    /// For a store: rows.
    pub rows: u32,
    /// For an instance: whether it is left out because of its answers.
    pub ejected: bool,
    /// For an instance: whether it is left out because of its probes.
    pub unready: bool,
}

/// What is to happen in the same instant, after what is happening now: so that no room
/// calls another in the middle of its work, however long the chain.
#[derive(Clone, Copy, Debug)]
enum Signal {
    /// A worker of this instance may be free.
    Grant(EntityId),
    /// This task can take its next step.
    Go(u32),
    /// A branch ended, so may the task that waits for it.
    Joined(Ticket, Outcome, RecordId),
    /// A call that waited at this layer is let in.
    LetIn(Ticket, u32),
    /// A call ends at this layer, which does not let it through or answers itself.
    TurnedAway(Ticket, u32, Outcome),
}

/// A scenario in motion: one plain value, whose clone is a keyframe.
#[derive(Clone, Debug)]
pub struct World {
    /// What holds now.
    program: Arc<Program>,
    /// What holds at the start.
    first: Arc<Program>,
    /// How many of the later programs have begun to hold.
    stage: usize,
    /// The programs that hold from later moments on.
    programs: Arc<[(SimTime, Arc<Program>)]>,
    clients: Vec<ClientState>,
    /// The next instance to get a request, for each service.
    next_instance: Vec<u32>,
    /// By entity; those that are no instances stay as they are.
    instances: Vec<Instance>,
    queues: Vec<QueueState>,
    /// By entity, from that of the first store on.
    stores: Vec<StoreState>,
    /// The transactions that tasks are in.
    transactions: BTreeMap<u32, Open>,
    /// How many sessions there were on stores.
    sessions: u64,
    tasks: Arena<Task>,
    calls: Arena<Call>,
    messages: Arena<Message>,
    /// When the last message of each ordered stream arrives.
    streams: Vec<SimTime>,
    /// Loops over lists.
    loops: Arena<Loop>,
    /// What tasks know.
    variables: Beside<Vec<Datum>>,
    /// What messages carry.
    payloads: Beside<Payload>,
    /// What each link with a bandwidth is busy with.
    lines: Lines,
    /// What the callers of tasks want.
    deadlines: Deadlines,
    /// Who comes and who goes.
    rollout: Rollout,
    /// Whose answers leave it out.
    outliers: Judges,
    /// Who is alive and ready.
    probes: Probes,
    /// How services scale.
    scalers: Scalers,
    /// What waits because somebody stands still.
    pauses: Pauses,
    /// Entries of the timeline that no longer hold for an instance that was restarted.
    survived: BTreeSet<(u32, EntityId)>,
    /// What policies remember.
    guards: Vec<Guard>,
    /// What waits in queues that shed.
    queues_that_shed: shedding::Queues,
    /// What is asked of caches.
    questions: Questions,
    /// Entries of the timeline that hold now.
    active: Vec<u32>,
    signals: Vec<Signal>,
    turn: u32,
    /// Messages in queues, ready or not settled.
    parcels: usize,
    /// How much data is in queues and caches, in values.
    kept: usize,
    /// How many values formulas went through in the event at hand.
    effort: Cell<u32>,
    /// Steps taken in the event at hand.
    steps: u32,
    /// What events with very many steps are worth, in ordinary events.
    overtime: u64,
}

/// About what an entry of the ordered streams occupies.
const BYTES_A_STREAM: usize = 2 * size_of::<(EntityId, EntityId, SimTime)>();

/// Steps that an event may set off in its own moment before they count as events.
const ORDINARY_STEPS: u32 = 1_000;
/// Steps that are as much work as an event.
const STEPS_AN_EVENT: u32 = 8;

/// The kernel's context, as every room of the world gets it.
type Cx<'a, O> = Context<'a, Event, O>;

/// Tells the observer what happened to `entity`, and why.
fn tell<O: Observer<Record>>(
    cx: &mut Cx<'_, O>,
    entity: EntityId,
    cause: Option<RecordId>,
    what: What,
) -> RecordId {
    let at = cx.now;
    cx.emit(|| Record {
        at,
        entity,
        cause: cause.into(),
        what,
    })
}

impl World {
    fn new(program: Arc<Program>, programs: Vec<(SimTime, Arc<Program>)>, services: usize) -> Self {
        let instances = program.service_of.iter().map(|service| {
            let service = service.map_or(u32::MAX, |(service, _)| service);
            Instance::new(service)
        });
        Self {
            clients: vec![ClientState::default(); program.clients.len()],
            next_instance: vec![0; services],
            rollout: Rollout::new(services),
            instances: instances.collect(),
            queues: program.queues.iter().map(QueueState::new).collect(),
            stores: program.open_stores(),
            transactions: BTreeMap::new(),
            sessions: 0,
            tasks: Arena::default(),
            calls: Arena::default(),
            messages: Arena::default(),
            streams: vec![SimTime::ZERO; program.streams as usize],
            loops: Arena::default(),
            variables: Beside::default(),
            payloads: Beside::default(),
            lines: Lines::default(),
            outliers: Judges::default(),
            probes: Probes::default(),
            scalers: Scalers::default(),
            pauses: Pauses::default(),
            survived: BTreeSet::new(),
            guards: program.open_guards(),
            queues_that_shed: shedding::Queues::default(),
            questions: Questions::default(),
            deadlines: Deadlines::default(),
            active: Vec::new(),
            signals: Vec::new(),
            turn: 0,
            parcels: 0,
            kept: 0,
            effort: Cell::new(0),
            steps: 0,
            overtime: 0,
            first: Arc::clone(&program),
            stage: 0,
            program,
            programs: programs.into(),
        }
    }

    /// Schedules what the document itself begins. Nothing happens before the first event,
    /// so that records are numbered from the start of the run.
    fn start(&mut self, queue: &mut EventQueue<Event>) {
        queue.schedule(SimTime::ZERO, TIMELINE, Event::Open);
        self.schedule_entries(queue);
        self.schedule_first_arrivals(queue);
        self.begin_to_judge(queue);
        self.begin_to_probe(queue);
        self.begin_to_scale(queue);
    }

    /// The program that holds from the start.
    fn first_program(&self) -> &Program {
        &self.first
    }

    /// The state of `entity` as the engine has it.
    pub fn gauges(&self, entity: EntityId) -> Gauges {
        let instance = &self.instances[entity.index()];
        let place = self
            .program
            .queues
            .iter()
            .position(|queue| queue.entity == entity);
        let queue = place.map(|place| self.queues[place].queue());
        let store = self.program.store_of(entity);
        if let Some((_, state)) = store {
            let store = self.stores[state].gauges();
            return Gauges {
                condition: instance.condition(),
                busy: store.connections as u32,
                waiting: store.in_line as u32,
                transactions: store.transactions as u32,
                locked: store.waiting as u32,
                rows: store.rows as u32,
                ..Gauges::default()
            };
        }
        Gauges {
            condition: instance.condition(),
            busy: instance.busy(),
            waiting: instance.waiting(),
            ready: queue.map_or(0, ClassicQueue::ready) as u32,
            unacked: queue.map_or(0, ClassicQueue::unacked) as u32,
            consumers: queue.map_or(0, ClassicQueue::consumers) as u32,
            ejected: instance.is_ejected(),
            unready: instance.is_unready(),
            ..Gauges::default()
        }
    }

    /// How many messages are on links.
    pub fn messages_in_flight(&self) -> usize {
        self.messages
            .iter()
            .filter(|(_, message)| !message.served)
            .count()
    }

    /// The next turn: what was waited for until now is worth nothing any more.
    #[inline]
    fn fresh_ticket(&mut self, slot: u32) -> Ticket {
        self.turn = self.turn.wrapping_add(1);
        let turn = self.turn;
        if let Some(task) = self.tasks.get_mut(slot) {
            task.turn = turn;
        }
        Ticket { task: slot, turn }
    }

    #[inline]
    fn is_valid(&self, ticket: Ticket) -> bool {
        self.tasks
            .get(ticket.task)
            .is_some_and(|task| task.turn == ticket.turn)
    }

    /// Lets `event` happen. What is common has a function of its own, none of which is part of
    /// this one, so that to choose between them is a jump.
    #[expect(clippy::inline_always, reason = "it is nothing but that jump")]
    #[inline(always)]
    fn happens<O: Observer<Record>>(&mut self, event: Event, cx: &mut Cx<'_, O>) {
        match event {
            Event::Arrival { client, schedule } => self.arrival(client, schedule, cx),
            Event::Thought { client, user } => self.thought(client, user, cx),
            Event::Arrive(message) => self.arrive(message, cx),
            Event::Served(message) => self.served(message, cx),
            Event::Wake(ticket) => self.wake(ticket, cx),
            rare => self.happens_rarely(rare, cx),
        }
    }

    #[inline(never)]
    fn happens_rarely<O: Observer<Record>>(&mut self, event: Event, cx: &mut Cx<'_, O>) {
        match event {
            Event::Open => {
                self.open_for_business(cx);
                self.open_stores(cx);
            }
            Event::Expired { task, layer } => self.expired(task, layer, cx),
            Event::QueueTick(queue) => self.queue_tick(queue, cx),
            Event::EntryBegins(entry) => self.entry_begins(entry, cx),
            Event::EntryEnds(entry) => self.entry_ends(entry, cx),
            Event::Replace(entry) => self.replace(cx.entity, entry, cx),
            Event::GraceOver => self.grace_over(cx.entity, cx),
            Event::Started => self.started(cx.entity, cx),
            Event::ProbeReadiness => self.probe_is_due(cx.entity, false, cx),
            Event::ProbeLiveness => self.probe_is_due(cx.entity, true, cx),
            Event::ReadinessUnanswered => self.probe_unanswered(cx.entity, false, cx),
            Event::LivenessUnanswered => self.probe_unanswered(cx.entity, true, cx),
            Event::OutlierSweep => self.sweep_outliers(cx.entity, cx),
            Event::ScalerSamples => self.scaler_samples(cx.entity, cx),
            Event::ScalerLooks => self.scaler_looks(cx.entity, cx),
            Event::Deadline { task, record } => self.deadline(task, record, cx),
            Event::GuardTick { guard, machine } => self.guard_tick(guard, machine, cx),
            Event::Arrival { .. }
            | Event::Thought { .. }
            | Event::Arrive(_)
            | Event::Served(_)
            | Event::Wake(_) => {}
        }
    }

    #[inline(never)]
    fn settle_signals<O: Observer<Record>>(&mut self, cx: &mut Cx<'_, O>) {
        let mut next = 0;
        while let Some(&signal) = self.signals.get(next) {
            next += 1;
            if next == self.signals.len() {
                // A chain of signals that each send the next one needs no more room.
                next = 0;
                self.signals.clear();
            }
            match signal {
                Signal::Grant(entity) => self.grant(entity, cx),
                Signal::Go(slot) => self.go_on(slot, cx),
                Signal::Joined(ticket, outcome, cause) => self.joined(ticket, outcome, cause, cx),
                Signal::LetIn(ticket, layer) => self.let_in(ticket, layer, cx),
                Signal::TurnedAway(ticket, layer, outcome) => {
                    self.turned_away(ticket, layer, outcome, cx);
                }
            }
        }
    }
}

/// Going through so many values of lists counts as one more step.
const VALUES_A_STEP: u32 = 8;
/// So much data, in values, counts as one more thing that is alive.
const DATA_A_THING: usize = 16;

impl Model for World {
    type Event = Event;
    type Record = Record;

    #[inline]
    fn fingerprint(&self, _: EntityId, event: &Event) -> u64 {
        let identity_of = |task: u32| self.tasks.get(task).map_or(0, |task| task.identity.value());
        let of_message = |message: u32| self.messages.get(message).map_or(0, Message::fingerprint);
        let (kind, key) = match *event {
            Event::Open => (0, 0),
            Event::Arrival { client, schedule } => (
                1,
                self.clients[client as usize].begun ^ (u64::from(schedule) << 40),
            ),
            Event::Arrive(message) => (2, of_message(message)),
            Event::Served(message) => (3, of_message(message)),
            Event::Wake(ticket) => (
                4,
                if self.is_valid(ticket) {
                    identity_of(ticket.task)
                } else {
                    0
                },
            ),
            Event::Expired { task, layer } => (5, identity_of(task) ^ u64::from(layer)),
            Event::QueueTick(_) => (6, 0),
            Event::EntryBegins(entry) => (7, self.program.entries[entry as usize].key.value()),
            Event::Thought { client, user } => (
                9,
                self.program.clients[client as usize].key.value() ^ u64::from(user),
            ),
            Event::EntryEnds(entry) => (8, self.program.entries[entry as usize].key.value()),
            Event::Replace(entry) => (10, self.program.entries[entry as usize].key.value()),
            Event::GraceOver => (11, 0),
            Event::Deadline { task, record } => {
                let same = self.tasks.get(task).filter(|task| task.record == record);
                (12, same.map_or(0, |task| task.identity.value()))
            }
            Event::Started => (14, 0),
            Event::ProbeReadiness => (15, 0),
            Event::ProbeLiveness => (15, 1),
            Event::ReadinessUnanswered => (16, 0),
            Event::LivenessUnanswered => (16, 1),
            Event::OutlierSweep => (17, 0),
            Event::ScalerSamples => (18, 0),
            Event::ScalerLooks => (19, 0),
            Event::GuardTick { guard, machine } => {
                let guard = &self.program.guards[guard as usize];
                (13, guard.key.value() ^ u64::from(machine - guard.first))
            }
        };
        key ^ (kind << 56)
    }

    fn handle<O: Observer<Record>>(&mut self, event: Event, cx: &mut Cx<'_, O>) {
        if self.holds_back(event, cx) {
            return;
        }
        self.happens(event, cx);
        if !self.signals.is_empty() {
            self.settle_signals(cx);
        }
        self.let_go(cx);
        self.steps = self
            .steps
            .saturating_add(self.effort.take() / VALUES_A_STEP);
        if self.steps > ORDINARY_STEPS {
            self.overtime += u64::from(self.steps / STEPS_AN_EVENT);
        }
        self.steps = 0;
    }

    #[inline]
    fn overtime(&self) -> u64 {
        self.overtime
    }

    #[inline]
    fn alive(&self) -> usize {
        self.tasks.len() + self.messages.len() + self.parcels + self.data() / DATA_A_THING
    }

    fn bytes(&self) -> usize {
        self.tasks.bytes()
            + self.calls.bytes()
            + self.messages.bytes()
            + self.lines.bytes()
            + self.pauses.bytes()
            + self.rollout.bytes()
            + self.outliers.bytes()
            + self.probes.bytes()
            + self.scalers.bytes()
            + self.deadlines.bytes()
            + self.program.guard_bytes()
            + self.questions.bytes()
            + self.queues_that_shed.bytes()
            + self.instances.len() * size_of::<Instance>()
            + self.streams.len() * size_of::<SimTime>()
            + self.parcels * QueueState::BYTES_A_PARCEL
            + self.clients.iter().map(ClientState::bytes).sum::<usize>()
            + self.streams.len() * BYTES_A_STREAM
            + self.stores.iter().map(StoreState::bytes).sum::<usize>()
            + self.bytes_of_data()
    }
}
