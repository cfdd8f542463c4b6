//! The interpreter: the steps of a task, one after another.
//!
//! It knows two things: to submit an operation to a component and to wait for its
//! completion. What components do is theirs.

use super::program::{Fits, LengthId, Op, Pc, Settlement, SizeId};
use super::variables::Payload;
use super::{Cx, Event, Signal, Ticket, World, tell};
use crate::kernel::{Draw, EntityId, Identity, Observer, RecordId, SimTime};
use crate::messaging::rabbitmq::{ConsumerTag, DeliveryTag};
use crate::scenario::document::WorkerMode;
use crate::world::{EdgeId, EndpointId, MessageKind, Outcome, Record, What};

/// Something a client, an instance or the timeline is doing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Task {
    pub(super) identity: Identity,
    pub(super) owner: EntityId,
    pub(super) pc: Pc,
    /// Which wait it is in; see [`Ticket`].
    pub(super) turn: u32,
    pub(super) doing: Doing,
    pub(super) source: Source,
    /// The record that began it.
    pub(super) record: RecordId,
    /// The record that made it take its latest step.
    pub(super) cause: RecordId,
    /// When its message arrived, or its journey began.
    pub(super) began: SimTime,
    /// Whether it has taken its first step.
    pub(super) has_started: bool,
    /// Whether it keeps a worker of its instance.
    pub(super) has_worker: bool,
    /// The task behind it in the queue for workers.
    pub(super) behind: Option<u32>,
}

/// What a task is doing between two steps.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Doing {
    /// Taking steps.
    Steps,
    /// About to take its first step.
    Beginning,
    /// Standing in the queue for a worker.
    Queueing,
    /// Working.
    Working,
    /// Letting time pass.
    Sleeping,
    /// Waiting for the operation in this slot of the calls.
    Calling(u32),
    /// Waiting for branches.
    Joining { pending: u32, needed: u32 },
    /// Doing something for each item of a list, by the loop in this slot.
    Repeating(u32),
}

/// Where a task comes from: who is told how it ended.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Source {
    /// A client, or the hand: nobody else, but for a user who then thinks.
    Journey { user: Option<u32> },
    /// A request: its sender.
    Request(Reply),
    /// A message of a queue: the queue.
    Delivery {
        endpoint: EndpointId,
        subscription: u32,
        tag: DeliveryTag,
        consumer: ConsumerTag,
        settled: bool,
    },
    /// A fork: the task that forked.
    Branch(Ticket),
}

impl Source {
    /// What the task is for, if it is not a journey or part of another task.
    pub(super) const fn endpoint(&self) -> Option<EndpointId> {
        match *self {
            Self::Request(Reply { endpoint, .. }) | Self::Delivery { endpoint, .. } => {
                Some(endpoint)
            }
            Self::Journey { .. } | Self::Branch(_) => None,
        }
    }
}

impl World {
    #[inline]
    pub(super) fn begin_task(
        &mut self,
        identity: Identity,
        owner: EntityId,
        pc: Pc,
        source: Source,
        record: RecordId,
        now: SimTime,
    ) -> u32 {
        self.rollout.task_began(owner);
        let slot = self.tasks.insert(Task {
            identity,
            owner,
            pc,
            turn: 0,
            doing: Doing::Steps,
            source,
            record,
            cause: record,
            began: now,
            has_started: true,
            has_worker: false,
            behind: None,
        });
        debug_assert!(
            self.variables(slot).is_empty(),
            "who had the slot left variables"
        );
        slot
    }

    /// Lets a task take steps until it has to wait or ends. What a step does is done
    /// elsewhere: this loop has little to remember, so that calling it costs little.
    pub(super) fn go_on<O: Observer<Record>>(&mut self, slot: u32, cx: &mut Cx<'_, O>) {
        loop {
            let Some(task) = self.tasks.get_mut(slot) else {
                return;
            };
            task.doing = Doing::Steps;
            self.steps += 1;
            match self.program.ops[task.pc as usize] {
                Op::Work(length) => return self.work(slot, length, cx),
                Op::Wait(length) => return self.sleep(slot, length, cx),
                Op::Submit(site) => {
                    task.pc += 1;
                    if self.submit(slot, site, cx) {
                        return;
                    }
                }
                Op::Fork(fork) => {
                    task.pc += 1;
                    if self.fork(slot, fork) {
                        return;
                    }
                }
                Op::Choose(choose) => self.choose(slot, choose, cx.now),
                Op::Jump(pc) => task.pc = pc,
                Op::Size(size) => {
                    if let Source::Request(reply) = &mut task.source {
                        reply.size = size;
                    }
                    task.pc += 1;
                }
                Op::Answer(outcome) => return self.finish_with(slot, outcome, None, cx),
                Op::Settle(settlement) => {
                    task.pc += 1;
                    self.settle(slot, settlement, cx);
                }
                Op::Begin(transaction) => {
                    task.pc += 1;
                    self.enter_transaction(slot, transaction);
                }
                op @ (Op::Enter(_)
                | Op::Set(_)
                | Op::Merge(_)
                | Op::Repeat(_)
                | Op::Respond(_)
                | Op::Expect(_)) => {
                    task.pc += 1;
                    if self.data_step(slot, op, cx) {
                        return;
                    }
                }
            }
        }
    }

    /// Lets time pass.
    #[inline(never)]
    fn sleep<O>(&mut self, slot: u32, length: LengthId, cx: &mut Cx<'_, O>) {
        let Some(task) = self.tasks.get_mut(slot) else {
            return;
        };
        let span = self.program.lengths[length as usize].draw(task.identity);
        task.doing = Doing::Sleeping;
        let owner = task.owner;
        let wakes = Event::Wake(self.fresh_ticket(slot));
        cx.queue.schedule(cx.now.after(span), owner, wakes);
    }

    /// Goes one of several ways.
    #[inline(never)]
    fn choose(&mut self, slot: u32, choose: u32, now: SimTime) {
        let Some(identity) = self.tasks.get(slot).map(|task| task.identity) else {
            return;
        };
        let choose = &self.program.chooses[choose as usize];
        let drawn = Draw::new(choose.stream, identity).below(1_000_000) as u32;
        let way = choose.ways.iter().find(|way| match &way.fits {
            Fits::Below(end) => drawn < *end,
            Fits::When(condition) => self.is_so(slot, condition, now),
            Fits::Always => true,
        });
        let pc = way.map(|way| way.pc);
        if let Some(task) = self.tasks.get_mut(slot) {
            // The last way always fits, so one is found.
            task.pc = pc.unwrap_or(task.pc + 1);
        }
    }

    /// What a task waited for by itself is over.
    #[inline(never)]
    pub(super) fn wake<O: Observer<Record>>(&mut self, ticket: Ticket, cx: &mut Cx<'_, O>) {
        let slot = ticket.task;
        if !self.is_valid(ticket) || self.is_put_off(Event::Wake(ticket), slot, cx) {
            return;
        }
        let Some(task) = self.tasks.get_mut(slot) else {
            return;
        };
        match task.doing {
            Doing::Working => self.work_done(slot, cx),
            Doing::Beginning => self.go_on(slot, cx),
            Doing::Sleeping => {
                task.pc += 1;
                self.go_on(slot, cx);
            }
            Doing::Calling(call) => self.backed_off(slot, call, cx),
            Doing::Steps | Doing::Queueing | Doing::Joining { .. } | Doing::Repeating(_) => {}
        }
    }

    #[inline(never)]
    fn work<O: Observer<Record>>(&mut self, slot: u32, length: LengthId, cx: &mut Cx<'_, O>) {
        let Some(task) = self.tasks.get(slot) else {
            return;
        };
        let (owner, cause) = (task.owner, task.cause);
        if self.needs_worker_to_work(owner) && !self.take_worker(slot) {
            let queued = tell(cx, owner, Some(cause), What::WorkQueued);
            if let Some(task) = self.tasks.get_mut(slot) {
                task.cause = queued;
            }
            self.enqueue(slot);
            return;
        }
        self.begin_work(slot, length, false, cx);
    }

    /// Begins the work at which the task stands; it has a worker if it needs one.
    pub(super) fn begin_work<O: Observer<Record>>(
        &mut self,
        slot: u32,
        length: LengthId,
        queued: bool,
        cx: &mut Cx<'_, O>,
    ) {
        let Some(task) = self.tasks.get_mut(slot) else {
            return;
        };
        let slowness = self.instances[task.owner.index()].slowness();
        let mut span = self.program.lengths[length as usize].draw(task.identity);
        if slowness.to_bits() != 1.0_f64.to_bits() {
            span = span.scaled(slowness);
        }
        let until = cx.now.after(span);
        task.doing = Doing::Working;
        let owner = task.owner;
        let mode = self.program.desks[owner.index()].mode;
        let what = What::WorkStarted {
            queued,
            worker: task.has_worker && mode == Some(WorkerMode::Async),
            until,
        };
        task.cause = tell(cx, owner, Some(task.cause), what);
        let ticket = self.fresh_ticket(slot);
        cx.queue.schedule(until, owner, Event::Wake(ticket));
    }

    fn work_done<O: Observer<Record>>(&mut self, slot: u32, cx: &mut Cx<'_, O>) {
        let Some(task) = self.tasks.get_mut(slot) else {
            return;
        };
        let mode = self.program.desks[task.owner.index()].mode;
        let gives_back = task.has_worker && mode == Some(WorkerMode::Async);
        let what = What::WorkFinished { worker: gives_back };
        task.cause = tell(cx, task.owner, Some(task.cause), what);
        task.pc += 1;
        if gives_back {
            self.release_worker(slot);
        }
        // Whoever stands in the queue comes first: the task may want a worker again.
        self.signals.push(Signal::Go(slot));
    }

    /// Begins the branches of a fork; whether the task has to wait for them.
    #[inline(never)]
    fn fork(&mut self, slot: u32, fork: u32) -> bool {
        let described = &self.program.forks[fork as usize];
        let (needed, key) = (described.needed, described.key);
        let pending = described.branches.len() as u32;
        let ticket = self.fresh_ticket(slot);
        let Some(&parent) = self.tasks.get(slot) else {
            return true;
        };
        for branch in 0..pending {
            let pc = self.program.forks[fork as usize].branches[branch as usize];
            let identity = parent.identity.child(key, u64::from(branch));
            self.begin_branch(&parent, identity, pc, ticket);
        }
        if needed == 0 {
            return false;
        }
        if let Some(task) = self.tasks.get_mut(slot) {
            task.doing = Doing::Joining { pending, needed };
        }
        true
    }

    /// A branch ended.
    #[inline(never)]
    pub(super) fn joined<O: Observer<Record>>(
        &mut self,
        ticket: Ticket,
        outcome: Outcome,
        cause: RecordId,
        cx: &mut Cx<'_, O>,
    ) {
        if !self.is_valid(ticket) {
            return;
        }
        let Some(task) = self.tasks.get_mut(ticket.task) else {
            return;
        };
        if let Doing::Repeating(entry) = task.doing {
            task.cause = cause;
            return self.item_done(ticket, entry, outcome, cx);
        }
        let Doing::Joining { pending, needed } = task.doing else {
            return;
        };
        let (pending, needed) = (pending - 1, needed - u32::from(outcome.is_ok()));
        task.doing = Doing::Joining { pending, needed };
        // The branch that decided is why the task goes on; the others are not told.
        task.cause = cause;
        if needed == 0 {
            self.fresh_ticket(ticket.task);
            self.go_on(ticket.task, cx);
        } else if pending < needed {
            self.fresh_ticket(ticket.task);
            self.finish(ticket.task, outcome, cx);
        }
    }

    /// Ends a task: whoever it comes from is told.
    pub(super) fn finish<O: Observer<Record>>(
        &mut self,
        slot: u32,
        outcome: Outcome,
        cx: &mut Cx<'_, O>,
    ) {
        self.finish_with(slot, outcome, None, cx);
    }

    /// Ends a task with an answer that carries data.
    pub(super) fn finish_with<O: Observer<Record>>(
        &mut self,
        slot: u32,
        outcome: Outcome,
        payload: Payload,
        cx: &mut Cx<'_, O>,
    ) {
        if !self.transactions.is_empty() {
            self.leave_transaction(slot, cx);
        }
        let Some(task) = self.tasks.get(slot) else {
            return;
        };
        let (owner, record, cause) = (task.owner, task.record, task.cause);
        let has_worker = task.has_worker;
        let took = cx.now.since(task.began);
        match task.source {
            Source::Journey { user } => {
                if let Some(user) = user {
                    self.think(owner, user, cx.now, cx.queue);
                }
                tell(
                    cx,
                    owner,
                    Some(cause),
                    What::JourneyEnded {
                        began: record,
                        outcome,
                        took,
                    },
                );
            }
            Source::Branch(ticket) => self.signals.push(Signal::Joined(ticket, outcome, cause)),
            Source::Request(reply) => {
                let what = What::TaskFinished {
                    task: record,
                    endpoint: reply.endpoint,
                    outcome,
                    took,
                    worker: has_worker,
                };
                let cause = tell(cx, owner, Some(cause), what);
                self.reply(owner, reply, outcome.over_the_wire(), payload, cause, cx);
            }
            Source::Delivery {
                endpoint, settled, ..
            } => {
                let what = What::TaskFinished {
                    task: record,
                    endpoint,
                    outcome,
                    took,
                    worker: has_worker,
                };
                let cause = tell(cx, owner, Some(cause), what);
                if !settled {
                    if let Some(task) = self.tasks.get_mut(slot) {
                        task.cause = cause;
                    }
                    let how = if outcome.is_settled() {
                        Settlement::Ack
                    } else {
                        Settlement::Requeue
                    };
                    self.settle(slot, how, cx);
                }
            }
        }
        if has_worker {
            self.release_worker(slot);
        }
        self.forget_task(slot);
    }
}

/// What it takes to answer a request.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Reply {
    /// What was asked for.
    pub(super) endpoint: EndpointId,
    pub(super) ticket: Ticket,
    pub(super) caller: EntityId,
    pub(super) edge: EdgeId,
    pub(super) identity: Identity,
    pub(super) repeat: bool,
    pub(super) size: SizeId,
}

/// What an answer looks like.
#[inline]
pub(super) const fn kind_of_reply(outcome: Outcome) -> MessageKind {
    if outcome.is_settled() {
        MessageKind::Reply
    } else {
        MessageKind::Failure
    }
}
