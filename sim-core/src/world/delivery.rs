//! Delivery: messages from their sending to their arrival.
//!
//! Whoever has something to say hands in an [`Outgoing`]; what the network makes of it is up
//! to `links`; what arrives is handed to whom it is for.

use super::interpreter::{Reply, kind_of_reply};
use super::links::Passage;
use super::program::{Settlement, SizeId};
use super::stores::StatementBody;
use super::variables::Payload;
use super::{Cx, EdgeId, EndpointId, Event, Ticket, World, tell};
use crate::data::Session;
use crate::kernel::{EntityId, Identity, Observer, RecordId, SimTime};
use crate::messaging::rabbitmq::{ConsumerTag, DeliveryTag};
use crate::world::{Direction, Loss, MessageKind, Outcome, Record, What};

/// A message on its way, or being dealt with by a broker.
#[derive(Clone, Copy, Debug)]
pub(super) struct Message {
    pub(super) identity: Identity,
    pub(super) from: EntityId,
    pub(super) to: EntityId,
    pub(super) edge: EdgeId,
    pub(super) record: RecordId,
    pub(super) body: Body,
    /// Why it does not arrive, if it does not.
    lost: Option<Loss>,
    /// Whether it has arrived, and a broker is busy with it.
    pub(super) served: bool,
}

/// What a message says.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Body {
    /// Do this.
    Request {
        endpoint: u32,
        ticket: Ticket,
        repeat: bool,
        site: u32,
        /// Whether it was sent to an instance that was there to take it.
        expected: bool,
        /// Until when the answer is wanted; the end of time without a deadline.
        until: SimTime,
        /// Whether the sender says so when it no longer wants it.
        cancels: bool,
    },
    /// It ended so.
    Reply {
        endpoint: EndpointId,
        ticket: Ticket,
        outcome: Outcome,
        size: SizeId,
    },
    /// Take this in; answer if there is a ticket.
    Publish {
        queue: u32,
        message: u32,
        ticket: Option<Ticket>,
        size: u32,
    },
    /// It has been taken in, or not.
    Confirm {
        endpoint: EndpointId,
        ticket: Ticket,
        outcome: Outcome,
    },
    /// Handle this.
    Deliver {
        subscription: u32,
        message: u32,
        tag: DeliveryTag,
        consumer: ConsumerTag,
        size: u32,
    },
    /// A delivery is settled.
    Settle {
        queue: u32,
        tag: DeliveryTag,
        how: Settlement,
    },
    /// I want to consume.
    Subscribe {
        queue: u32,
        subscription: u32,
        consumer: ConsumerTag,
    },
    /// Nobody waits for the answer to this any more.
    Abandon { ticket: Ticket },
    /// I want no more of it.
    Cancel { queue: u32, consumer: ConsumerTag },
    /// The channel is closed.
    Close { queue: u32, consumer: ConsumerTag },
    /// Carry this out.
    Statement(StatementBody),
    /// The session is over, whatever it was at.
    Leave { session: Session },
}

impl Message {
    /// What the message is, for the digest.
    #[inline]
    pub(super) fn fingerprint(&self) -> u64 {
        let kind = match self.body {
            Body::Request { .. } => 1_u64,
            Body::Reply { .. } => 2,
            Body::Publish { .. } => 3,
            Body::Confirm { .. } => 4,
            Body::Deliver { .. } => 5,
            Body::Settle { .. } => 6,
            Body::Subscribe { .. } => 7,
            Body::Close { .. } => 8,
            Body::Cancel { .. } => 9,
            Body::Statement(_) => 10,
            Body::Leave { .. } => 11,
            Body::Abandon { .. } => 12,
        };
        self.identity.value() ^ (kind << 48)
    }
}

/// A message to be sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outgoing {
    pub(super) identity: Identity,
    pub(super) from: EntityId,
    pub(super) to: EntityId,
    pub(super) edge: EdgeId,
    pub(super) direction: Direction,
    pub(super) kind: MessageKind,
    pub(super) repeat: bool,
    pub(super) body: Body,
    pub(super) cause: RecordId,
}

impl World {
    /// Sends a message without data; the record that says so.
    pub(super) fn send<O: Observer<Record>>(
        &mut self,
        outgoing: Outgoing,
        cx: &mut Cx<'_, O>,
    ) -> RecordId {
        self.send_with(outgoing, None, cx)
    }

    /// Sends a message; the record that says so.
    pub(super) fn send_with<O: Observer<Record>>(
        &mut self,
        outgoing: Outgoing,
        payload: Payload,
        cx: &mut Cx<'_, O>,
    ) -> RecordId {
        let Outgoing {
            identity,
            from,
            to,
            edge,
            direction,
            kind,
            repeat,
            body,
            cause,
        } = outgoing;
        let Passage {
            arrives,
            lost,
            copy,
        } = self.passage(&outgoing, &payload, cx.now);
        let what = What::MessageSent {
            edge,
            direction,
            kind,
            repeat,
            lost: lost.is_some(),
            arrives,
        };
        let record = tell(cx, from, Some(cause), what);
        let copied = copy.and(payload.as_ref()).cloned();
        self.put_on_its_way(
            Message {
                identity,
                from,
                to,
                edge,
                record,
                body,
                lost,
                served: false,
            },
            payload,
            arrives,
            cx,
        );
        if let Some((copy, arrives)) = copy {
            self.send_copy(&outgoing, (record, copied), copy, arrives, cx);
        }
        record
    }

    /// Sends what the network makes of a message beside it.
    #[cold]
    fn send_copy<O: Observer<Record>>(
        &mut self,
        outgoing: &Outgoing,
        (of, payload): (RecordId, Payload),
        identity: Identity,
        arrives: SimTime,
        cx: &mut Cx<'_, O>,
    ) {
        let &Outgoing {
            from,
            to,
            edge,
            body,
            ..
        } = outgoing;
        let what = What::MessageDuplicated { of, arrives };
        let record = tell(cx, from, Some(of), what);
        let copy = Message {
            identity,
            from,
            to,
            edge,
            record,
            body,
            lost: None,
            served: false,
        };
        self.put_on_its_way(copy, payload, arrives, cx);
    }

    #[expect(clippy::inline_always, reason = "a message is made where it will stay")]
    #[inline(always)]
    fn put_on_its_way<O>(
        &mut self,
        message: Message,
        payload: Payload,
        arrives: SimTime,
        cx: &mut Cx<'_, O>,
    ) {
        self.rollout.sent_to(message.to);
        let to = message.to;
        let slot = self.messages.insert(message);
        self.payloads.put_if_any(slot, payload);
        cx.queue.schedule(arrives, to, Event::Arrive(slot));
    }

    /// Whether a message never reaches its other end.
    #[inline]
    pub(super) fn is_lost(&self, slot: u32) -> bool {
        self.messages
            .get(slot)
            .is_none_or(|message| message.lost.is_some())
    }

    /// Answers a request.
    pub(super) fn reply<O: Observer<Record>>(
        &mut self,
        from: EntityId,
        reply: Reply,
        outcome: Outcome,
        payload: Payload,
        cause: RecordId,
        cx: &mut Cx<'_, O>,
    ) {
        let Reply {
            endpoint,
            ticket,
            caller,
            edge,
            identity,
            repeat,
            size,
        } = reply;
        self.send_with(
            Outgoing {
                identity,
                from,
                to: caller,
                edge,
                direction: Direction::Back,
                kind: kind_of_reply(outcome),
                repeat,
                body: Body::Reply {
                    endpoint,
                    ticket,
                    outcome,
                    size,
                },
                cause,
            },
            payload,
            cx,
        );
    }

    /// A message reaches the other end of its link.
    #[inline(never)]
    pub(super) fn arrive<O: Observer<Record>>(&mut self, slot: u32, cx: &mut Cx<'_, O>) {
        // Brokers and stores keep what they deal with in its slot.
        if let Some(&Message {
            lost: None, body, ..
        }) = self.messages.get(slot)
        {
            match body {
                Body::Publish { queue, .. } => return self.arrive_at_broker(queue, slot, cx),
                Body::Statement(asks) => return self.statement_arrives(slot, asks, cx),
                _ => {}
            }
        }
        let Some(message) = self.messages.remove(slot) else {
            return;
        };
        let Message { record, to, .. } = message;
        self.rollout.arrived_at(to);
        if let Some(why) = message.lost {
            self.payloads.clear(slot);
            tell(
                cx,
                to,
                Some(record),
                What::MessageLost {
                    message: record,
                    why,
                },
            );
            return;
        }
        let payload = self.payloads.take(slot);
        match message.body {
            Body::Publish { .. } | Body::Statement(_) => {}
            Body::Request { .. } => self.request_arrives(&message, payload, cx),
            Body::Reply {
                endpoint,
                ticket,
                outcome,
                ..
            }
            | Body::Confirm {
                endpoint,
                ticket,
                outcome,
            } => self.answer_arrives(&message, (endpoint, ticket, outcome), &payload, cx),
            Body::Deliver { .. } => self.delivery_arrives(&message, payload, cx),
            Body::Leave { session } => self.leave_arrives(&message, session, cx),
            Body::Abandon { .. } => self.abandon_arrives(&message, cx),
            Body::Settle { .. }
            | Body::Subscribe { .. }
            | Body::Cancel { .. }
            | Body::Close { .. } => self.control_arrives(&message, cx),
        }
    }

    fn answer_arrives<O: Observer<Record>>(
        &mut self,
        message: &Message,
        (endpoint, ticket, outcome): (EndpointId, Ticket, Outcome),
        payload: &Payload,
        cx: &mut Cx<'_, O>,
    ) {
        let Message { record, to, .. } = *message;
        if self.is_valid(ticket) {
            let delivered = tell(
                cx,
                to,
                Some(record),
                What::MessageDelivered { message: record },
            );
            if let Some(task) = self.tasks.get_mut(ticket.task) {
                task.cause = delivered;
            }
            self.judge(message.from, outcome, delivered, cx);
            self.answered(ticket.task, outcome, payload, cx);
        } else if self.instances[to.index()].condition().is_gone() {
            tell(
                cx,
                to,
                Some(record),
                What::MessageLost {
                    message: record,
                    why: Loss::ReceiverCrashed,
                },
            );
        } else {
            tell(
                cx,
                to,
                Some(record),
                What::MessageLate {
                    message: record,
                    endpoint,
                },
            );
        }
    }
}
