//! Instances: who takes requests in, workers and the queue for them, channels to brokers.

use super::deadlines::Wanted;
use super::delivery::{Body, Message, Outgoing};
use super::faults::Faults;
use super::interpreter::{Reply, Source};
use super::program::{Op, Service, SizeId};
use super::queues::consumer_tag;
use super::variables::Payload;
use super::{Cx, Doing, Signal, World, tell};
use crate::kernel::{Draw, EntityId, Identity, Key, Observer, RecordId, SimDuration, SimTime};
use crate::messaging::rabbitmq::ConsumerTag;
use crate::scenario::document::{Share, WorkerMode};
use crate::world::{Condition, Direction, Loss, MessageKind, Record, Rejection, What};

/// One instance of a service.
#[derive(Clone, Copy, Debug)]
pub(super) struct Instance {
    condition: Condition,
    /// By how much its work takes longer.
    slowness: f64,
    /// How many of its requests are answered with an injected error, and with which status.
    errors: (Share, u16),
    /// Whether it takes nothing more.
    full: bool,
    /// Since when it has stood still, if it does.
    paused_at: SimTime,
    /// Workers that are taken.
    busy: u32,
    /// Tasks that stand in the queue for workers: how many, the first and the last.
    waiting: u32,
    first: Option<u32>,
    last: Option<u32>,
    /// Which of its channels to brokers holds: a restart opens a new one.
    channel: u32,
    presence: Presence,
    /// Whether it is left out because of its answers.
    ejected: bool,
    /// Whether it is left out because of its probes.
    unready: bool,
    /// The service as it is in the version it runs: a place in the program.
    runs: u32,
    /// The version it runs when it starts next.
    next: u32,
}

/// Whether an instance is there, as the timeline wants it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Presence {
    Present,
    /// It finishes what it has, then goes, and may come back at once.
    Leaving {
        comes_back: bool,
    },
    Absent,
}

impl Instance {
    /// An instance of the service in this place of the program, or of none.
    pub(super) const fn new(service: u32) -> Self {
        Self {
            condition: Condition::Up,
            slowness: 1.0,
            errors: (Share::NONE, 500),
            full: false,
            paused_at: SimTime::ZERO,
            busy: 0,
            waiting: 0,
            first: None,
            last: None,
            channel: 0,
            presence: Presence::Present,
            ejected: false,
            unready: false,
            runs: service,
            next: service,
        }
    }

    pub(super) const fn condition(&self) -> Condition {
        self.condition
    }

    pub(super) const fn slowness(&self) -> f64 {
        self.slowness
    }

    pub(super) const fn busy(&self) -> u32 {
        self.busy
    }

    pub(super) const fn waiting(&self) -> u32 {
        self.waiting
    }

    /// Whether it takes nothing more.
    pub(super) const fn is_full(&self) -> bool {
        self.full
    }

    /// Lets `faults` be what is wrong with it at `now`: its condition before and after.
    pub(super) fn suffer(&mut self, faults: Faults, now: SimTime) -> (Condition, Condition) {
        let to = match (self.presence, faults.condition()) {
            (Presence::Absent, _) => Condition::Absent,
            (Presence::Leaving { .. }, condition) if condition < Condition::Draining => {
                Condition::Draining
            }
            (_, condition) => condition,
        };
        let from = self.condition;
        self.slowness = faults.slowness;
        self.errors = faults.errors;
        self.full = faults.full;
        self.condition = to;
        if to == Condition::Paused && from != to {
            self.paused_at = now;
        }
        (from, to)
    }

    /// How long it has stood still at `now`.
    pub(super) fn paused_for(&self, now: SimTime) -> SimDuration {
        now.since(self.paused_at)
    }

    pub(super) const fn presence(&self) -> Presence {
        self.presence
    }

    pub(super) const fn is_present(&self) -> bool {
        matches!(self.presence, Presence::Present)
    }

    const fn is_left_out(&self) -> bool {
        self.ejected || self.unready
    }

    pub(super) const fn is_ejected(&self) -> bool {
        self.ejected
    }

    pub(super) const fn is_unready(&self) -> bool {
        self.unready
    }

    /// Whether it is one of those that requests are shared out among, be it left out or not
    /// because of its answers.
    pub(super) const fn is_member(&self) -> bool {
        self.is_present() && !self.unready
    }

    /// Whether the balancer gives it requests.
    pub(super) const fn gets_requests(&self) -> bool {
        self.is_member() && !self.ejected
    }

    /// Leaves it out, or not, because of its answers.
    pub(super) const fn set_ejected(&mut self, ejected: bool) {
        self.ejected = ejected;
    }

    /// Leaves it out, or not, because of its probes.
    pub(super) const fn set_unready(&mut self, unready: bool) {
        self.unready = unready;
    }

    pub(super) const fn set_presence(&mut self, presence: Presence) {
        self.presence = presence;
    }

    /// It is not there when the run begins.
    pub(super) const fn begin_absent(&mut self) {
        self.presence = Presence::Absent;
        self.condition = Condition::Absent;
    }

    /// Lets it run another version from its next start on.
    pub(super) const fn runs_next(&mut self, version: u32) {
        self.next = version;
    }

    /// It starts: the version it runs, if that is another than before.
    pub(super) const fn starts(&mut self) -> Option<u32> {
        if self.runs == self.next {
            return None;
        }
        self.runs = self.next;
        Some(self.runs)
    }

    /// Nobody works or waits there any more.
    pub(super) fn forget_tasks(&mut self) {
        (self.busy, self.waiting, self.first, self.last) = (0, 0, None, None);
    }
}

impl World {
    #[inline]
    fn service(&self, entity: EntityId) -> Option<&Service> {
        let runs = self.instances[entity.index()].runs;
        self.program.services.get(runs as usize)
    }

    /// How tasks of `entity` treat their workers; nothing for what has none.
    #[inline]
    pub(super) fn mode_of(&self, entity: EntityId) -> Option<WorkerMode> {
        self.program.desks[entity.index()].mode
    }

    /// Whether a task of `owner` must take a worker before it can work. A thread for each
    /// request has its worker from the start, and its branches run beside it.
    #[inline]
    pub(super) fn needs_worker_to_work(&self, owner: EntityId) -> bool {
        self.mode_of(owner) == Some(WorkerMode::Async)
    }

    pub(super) fn request_arrives<O: Observer<Record>>(
        &mut self,
        message: &Message,
        payload: Payload,
        cx: &mut Cx<'_, O>,
    ) {
        let Message {
            record,
            to,
            from,
            edge,
            identity,
            body,
            ..
        } = *message;
        let Body::Request {
            endpoint,
            ticket,
            repeat,
            expected,
            until,
            cancels,
            ..
        } = body
        else {
            return;
        };
        let Some(service) = self.service(to) else {
            return;
        };
        let (endpoint, pc) = service.endpoints[endpoint as usize];
        let reply = Reply {
            endpoint,
            ticket,
            caller: from,
            edge,
            identity,
            repeat,
            size: SizeId::default(),
        };
        let late = (until <= cx.now).then_some(Rejection::TooLate);
        if let Some(why) = self.turns_away(to, identity, expected).or(late) {
            let cause = tell(
                cx,
                to,
                Some(record),
                What::MessageRejected {
                    message: record,
                    why,
                    endpoint,
                },
            );
            self.reply(to, reply, why.outcome(), None, cause, cx);
            return;
        }
        let delivered = tell(
            cx,
            to,
            Some(record),
            What::MessageDelivered { message: record },
        );
        let source = Source::Request(reply);
        let slot = self.begin_task(identity, to, pc, source, delivered, cx.now);
        self.deadlines
            .begins(slot, Wanted { until, cancels }, ticket);
        self.admit(slot, payload, delivered, cx);
    }

    /// Why a request to `entity` is turned away, if it is.
    #[expect(
        clippy::inline_always,
        reason = "every request passes here, from one place"
    )]
    #[inline(always)]
    fn turns_away(
        &self,
        entity: EntityId,
        identity: Identity,
        expected: bool,
    ) -> Option<Rejection> {
        let instance = &self.instances[entity.index()];
        // Nobody was to get it, so nobody takes it.
        let unwanted =
            !expected && (instance.condition == Condition::Draining || instance.is_left_out());
        if instance.condition.is_gone() || unwanted {
            return Some(Rejection::Down);
        }
        let (errors, status) = instance.errors;
        if errors > Share::NONE
            && Draw::new(self.service(entity)?.injected, identity).below(1_000_000)
                < u64::from(errors.millionths())
        {
            return Some(Rejection::Injected(status));
        }
        self.has_no_room(entity).then_some(Rejection::Full)
    }

    /// Whether an instance can take nothing more.
    #[inline]
    pub(super) fn has_no_room(&self, entity: EntityId) -> bool {
        let instance = &self.instances[entity.index()];
        let desk = &self.program.desks[entity.index()];
        let taken = instance.busy >= desk.workers && instance.waiting >= desk.queue;
        taken || instance.full
    }

    /// Begins the task that a message brought: at once, or when a worker is free.
    pub(super) fn admit<O: Observer<Record>>(
        &mut self,
        slot: u32,
        payload: Payload,
        delivered: RecordId,
        cx: &mut Cx<'_, O>,
    ) {
        let Some(entity) = self.tasks.get(slot).map(|task| task.owner) else {
            return;
        };
        if let Some(payload) = payload {
            self.variables.put(slot, payload.to_vec());
        }
        let waits = self.mode_of(entity) == Some(WorkerMode::Blocking) && !self.take_worker(slot);
        if waits {
            let queued = tell(
                cx,
                entity,
                Some(delivered),
                What::TaskQueued { message: delivered },
            );
            if let Some(task) = self.tasks.get_mut(slot) {
                task.has_started = false;
                task.cause = queued;
            }
            if !self.program.shedding.is_empty() {
                self.waits_to_be_shed(slot, entity, cx.now);
            }
            self.enqueue(slot);
        } else {
            self.start_task(slot, false, cx);
        }
    }

    #[inline]
    fn start_task<O: Observer<Record>>(&mut self, slot: u32, queued: bool, cx: &mut Cx<'_, O>) {
        let Some(task) = self.tasks.get_mut(slot) else {
            return;
        };
        let what = What::TaskStarted {
            queued,
            worker: task.has_worker,
        };
        let record = tell(cx, task.owner, Some(task.cause), what);
        task.has_started = true;
        task.record = record;
        task.cause = record;
        self.watch_deadline(slot, record, cx);
        self.go_on(slot, cx);
    }

    /// Gives the task a worker if one is free and nobody was there before.
    #[inline]
    pub(super) fn take_worker(&mut self, slot: u32) -> bool {
        let Some(task) = self.tasks.get_mut(slot) else {
            return false;
        };
        let desk = &self.program.desks[task.owner.index()];
        let instance = &mut self.instances[task.owner.index()];
        if instance.busy >= desk.workers || instance.waiting > 0 {
            return false;
        }
        instance.busy += 1;
        task.has_worker = true;
        true
    }

    /// Gives a worker back; whoever waits longest gets it.
    #[inline]
    pub(super) fn release_worker(&mut self, slot: u32) {
        let Some(task) = self.tasks.get_mut(slot) else {
            return;
        };
        task.has_worker = false;
        let owner = task.owner;
        let instance = &mut self.instances[owner.index()];
        instance.busy -= 1;
        if instance.waiting > 0 {
            self.signals.push(Signal::Grant(owner));
        }
    }

    /// Puts the task at the end of the queue for workers.
    #[inline]
    pub(super) fn enqueue(&mut self, slot: u32) {
        let Some(task) = self.tasks.get_mut(slot) else {
            return;
        };
        task.doing = Doing::Queueing;
        task.behind = None;
        let instance = &mut self.instances[task.owner.index()];
        instance.waiting += 1;
        let before = instance.last.replace(slot);
        if let Some(before) = before {
            if let Some(before) = self.tasks.get_mut(before) {
                before.behind = Some(slot);
            }
        } else {
            instance.first = Some(slot);
        }
    }

    /// Gives free workers to those who wait for them.
    #[inline(never)]
    pub(super) fn grant<O: Observer<Record>>(&mut self, entity: EntityId, cx: &mut Cx<'_, O>) {
        let desk = &self.program.desks[entity.index()];
        let instance = &mut self.instances[entity.index()];
        if instance.busy >= desk.workers {
            return;
        }
        let Some(slot) = instance.first else { return };
        instance.busy += 1;
        instance.waiting -= 1;
        let Some(task) = self.tasks.get_mut(slot) else {
            return;
        };
        task.has_worker = true;
        task.doing = Doing::Steps;
        let behind = task.behind.take();
        let instance = &mut self.instances[entity.index()];
        instance.first = behind;
        if behind.is_none() {
            instance.last = None;
        }
        self.signals.push(Signal::Grant(entity));
        let (has_started, pc) = (task.has_started, task.pc);
        let has_been_shed =
            !self.queues_that_shed.is_unused() && self.has_waited_too_long(slot, entity, cx.now);
        if has_been_shed {
            self.shed(slot, cx);
        } else if self.is_unwanted(slot, cx.now) {
            self.throw_away(slot, cx);
        } else if !has_started {
            self.start_task(slot, true, cx);
        } else if let Op::Work(length) = self.program.ops[pc as usize] {
            self.begin_work(slot, length, true, cx);
        }
    }

    pub(super) fn delivery_arrives<O: Observer<Record>>(
        &mut self,
        message: &Message,
        payload: Payload,
        cx: &mut Cx<'_, O>,
    ) {
        let Message {
            record,
            to,
            identity,
            body,
            ..
        } = *message;
        let Body::Deliver {
            subscription,
            message: kind,
            tag,
            consumer,
            ..
        } = body
        else {
            return;
        };
        if self.consumer_tag(to, subscription) != Some(consumer) {
            tell(
                cx,
                to,
                Some(record),
                What::MessageLost {
                    message: record,
                    why: Loss::ReceiverCrashed,
                },
            );
            return;
        }
        let Some(service) = self.service(to) else {
            return;
        };
        let described = &service.subscriptions[subscription as usize];
        let (endpoint, pc) = (described.endpoint, described.handler(kind));
        let delivered = tell(
            cx,
            to,
            Some(record),
            What::MessageDelivered { message: record },
        );
        let source = Source::Delivery {
            endpoint,
            subscription,
            tag,
            consumer,
            settled: false,
        };
        let slot = self.begin_task(identity, to, pc, source, delivered, cx.now);
        self.admit(slot, payload, delivered, cx);
    }

    /// The consumer that a subscription of a living instance is at present.
    pub(super) fn consumer_tag(&self, entity: EntityId, subscription: u32) -> Option<ConsumerTag> {
        let instance = &self.instances[entity.index()];
        (!instance.condition.is_gone())
            .then(|| consumer_tag(entity, subscription, instance.channel))
    }

    /// A living instance subscribes to what it consumes.
    pub(super) fn open_channels<O: Observer<Record>>(
        &mut self,
        entity: EntityId,
        cause: RecordId,
        cx: &mut Cx<'_, O>,
    ) {
        self.instances[entity.index()].channel += 1;
        self.tell_brokers(entity, cause, cx, |queue, subscription, consumer| {
            Body::Subscribe {
                queue,
                subscription,
                consumer,
            }
        });
    }

    /// An instance that leaves wants no more deliveries.
    pub(super) fn cancel_subscriptions<O: Observer<Record>>(
        &mut self,
        entity: EntityId,
        cause: RecordId,
        cx: &mut Cx<'_, O>,
    ) {
        self.tell_brokers(entity, cause, cx, |queue, _, consumer| Body::Cancel {
            queue,
            consumer,
        });
    }

    /// Says something about each subscription that an instance has at present.
    fn tell_brokers<O: Observer<Record>>(
        &mut self,
        entity: EntityId,
        cause: RecordId,
        cx: &mut Cx<'_, O>,
        body: impl Fn(u32, u32, ConsumerTag) -> Body,
    ) {
        let subscriptions = self
            .service(entity)
            .map_or(0, |service| service.subscriptions.len());
        for subscription in 0..subscriptions as u32 {
            if let Some(consumer) = self.consumer_tag(entity, subscription) {
                self.tell_broker(entity, subscription, cause, cx, |queue| {
                    body(queue, subscription, consumer)
                });
            }
        }
    }

    /// The operating system of a dead process closes its connections.
    pub(super) fn close_channels<O: Observer<Record>>(
        &mut self,
        entity: EntityId,
        cause: RecordId,
        cx: &mut Cx<'_, O>,
    ) {
        let channel = self.instances[entity.index()].channel;
        let subscriptions = self
            .service(entity)
            .map_or(0, |service| service.subscriptions.len());
        for subscription in 0..subscriptions as u32 {
            let consumer = consumer_tag(entity, subscription, channel);
            self.tell_broker(entity, subscription, cause, cx, |queue| Body::Close {
                queue,
                consumer,
            });
        }
    }

    fn tell_broker<O: Observer<Record>>(
        &mut self,
        entity: EntityId,
        subscription: u32,
        cause: RecordId,
        cx: &mut Cx<'_, O>,
        body: impl FnOnce(u32) -> Body,
    ) {
        let Some(service) = self.service(entity) else {
            return;
        };
        let described = &service.subscriptions[subscription as usize];
        let (queue, edge, key) = (described.queue, described.edge, described.key);
        let to = self.program.queues[queue as usize].entity;
        let instance = u64::from(entity.0 - service.first.0);
        let channel = u64::from(self.instances[entity.index()].channel);
        let body = body(queue);
        let step = match body {
            Body::Close { .. } => "close",
            Body::Cancel { .. } => "cancel",
            _ => "subscribe",
        };
        let identity = Identity::root(key, instance).child(Key::of(step), channel);
        let (direction, kind) = (Direction::Back, MessageKind::Control);
        let outgoing = Outgoing {
            identity,
            from: entity,
            to,
            edge,
            direction,
            kind,
            repeat: false,
            body,
            cause,
        };
        self.send(outgoing, cx);
    }
}
