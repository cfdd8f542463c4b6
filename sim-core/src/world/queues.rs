//! Queues: the broker's side of publishing and consuming, around the component that knows
//! the rules.

use super::delivery::{Body, Message, Outgoing};
use super::interpreter::Source;
use super::program::{Queue, Settlement};
use super::station::Station;
use super::variables::{Beside, Payload, Weigh as _};
use super::{Cx, EndpointId, Event, Ticket, World, tell};
use crate::kernel::{EntityId, Identity, Key, Observer, RecordId, SimTime};
use crate::messaging::rabbitmq::{ClassicQueue, ConsumerTag, DeliveryTag, Input, Output};
use crate::world::{Direction, MessageKind, Outcome, Record, Rejection, What};

/// A message in a queue.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Parcel {
    identity: Identity,
    kind: u32,
    /// The record that it was published by.
    record: RecordId,
    /// How often it was delivered.
    deliveries: u32,
    /// How large it is, in bytes.
    size: u32,
}

/// A queue and its part of the broker.
#[derive(Clone, Debug)]
pub(super) struct QueueState {
    queue: ClassicQueue<u32>,
    parcels: super::arena::Arena<Parcel>,
    /// What the parcels carry.
    payloads: Beside<Payload>,
    station: Station,
    /// When the head is looked at next.
    ticks_at: Option<SimTime>,
    /// Room for what the queue does, empty between two inputs.
    outputs: Vec<Output<u32>>,
}

impl QueueState {
    /// About what a message in a queue occupies.
    pub(super) const BYTES_A_PARCEL: usize = 120;

    pub(super) fn new(queue: &Queue) -> Self {
        Self {
            queue: ClassicQueue::new(queue.ttl),
            parcels: super::arena::Arena::default(),
            payloads: Beside::default(),
            station: Station::default(),
            ticks_at: None,
            outputs: Vec::new(),
        }
    }

    pub(super) const fn queue(&self) -> &ClassicQueue<u32> {
        &self.queue
    }
}

impl World {
    /// At the start, everybody who consumes has subscribed already.
    pub(super) fn open_for_business<O: Observer<Record>>(&mut self, cx: &mut Cx<'_, O>) {
        self.begin_with_the_first(cx);
        let program = std::sync::Arc::clone(&self.program);
        for service in &program.services[..self.next_instance.len()] {
            for instance in 0..service.begins {
                let consumer = EntityId(service.first.0 + instance);
                for (place, subscription) in service.subscriptions.iter().enumerate() {
                    let tag = consumer_tag(consumer, place as u32, 0);
                    let entity = program.queues[subscription.queue as usize].entity;
                    let joined = tell(cx, entity, None, What::ConsumerJoined { consumer });
                    self.drive(
                        subscription.queue,
                        Input::Consume(tag, subscription.prefetch),
                        Some(joined),
                        cx,
                    );
                }
            }
        }
    }

    /// A published message arrives: the broker deals with it in its turn.
    pub(super) fn arrive_at_broker<O: Observer<Record>>(
        &mut self,
        queue: u32,
        slot: u32,
        cx: &mut Cx<'_, O>,
    ) {
        let Some(message) = self.messages.get_mut(slot) else {
            return;
        };
        let (to, sent) = (message.to, message.record);
        if self.instances[to.index()].is_full() {
            self.refuse_publish(slot, cx);
            return;
        }
        message.served = true;
        tell(cx, to, Some(sent), What::MessageDelivered { message: sent });
        let cost = self.program.queues[queue as usize].cost;
        let done = self.queues[queue as usize].station.serve(cx.now, cost);
        cx.queue.schedule(done, to, Event::Served(slot));
    }

    /// A queue that is full does not take a message in, and tells whoever waits for a confirm
    /// (`basic.nack`, as with `x-overflow: reject-publish`).
    fn refuse_publish<O: Observer<Record>>(&mut self, slot: u32, cx: &mut Cx<'_, O>) {
        let Some(message) = self.messages.remove(slot) else {
            return;
        };
        self.payloads.clear(slot);
        let Body::Publish { queue, ticket, .. } = message.body else {
            return;
        };
        let endpoint = self.program.queues[queue as usize].endpoint;
        let rejected = What::MessageRejected {
            message: message.record,
            why: Rejection::Full,
            endpoint,
        };
        let cause = tell(cx, message.to, Some(message.record), rejected);
        if let Some(ticket) = ticket {
            self.confirm(&message, endpoint, ticket, Outcome::Full, cause, cx);
        }
    }

    /// Tells a publisher what became of its message.
    fn confirm<O: Observer<Record>>(
        &mut self,
        message: &Message,
        endpoint: EndpointId,
        ticket: Ticket,
        outcome: Outcome,
        cause: RecordId,
        cx: &mut Cx<'_, O>,
    ) {
        let outgoing = Outgoing {
            identity: message.identity,
            from: message.to,
            to: message.from,
            edge: message.edge,
            direction: Direction::Back,
            kind: if outcome.is_ok() {
                MessageKind::Control
            } else {
                MessageKind::Failure
            },
            repeat: false,
            body: Body::Confirm {
                endpoint,
                ticket,
                outcome,
            },
            cause,
        };
        self.send(outgoing, cx);
    }

    /// The broker has dealt with a published message: it is in the queue.
    #[inline(never)]
    pub(super) fn served<O: Observer<Record>>(&mut self, slot: u32, cx: &mut Cx<'_, O>) {
        if let Some(Body::Statement(_)) = self.messages.get(slot).map(|message| message.body) {
            return self.statement_served(slot, cx);
        }
        let Some(message) = self.messages.remove(slot) else {
            return;
        };
        let payload = self.payloads.take(slot);
        let Message {
            identity,
            to,
            record,
            body,
            ..
        } = message;
        let Body::Publish {
            queue,
            message: kind,
            ticket,
            size,
        } = body
        else {
            return;
        };
        let enqueued = tell(cx, to, Some(record), What::Enqueued { message: record });
        let parcel = self.queues[queue as usize].parcels.insert(Parcel {
            identity,
            kind,
            record,
            deliveries: 0,
            size,
        });
        if payload.is_some() {
            self.kept += payload.weight();
            self.queues[queue as usize].payloads.put(parcel, payload);
        }
        self.parcels += 1;
        self.drive(queue, Input::Publish(parcel), Some(enqueued), cx);
        if let Some(ticket) = ticket {
            let endpoint = self.program.queues[queue as usize].endpoint;
            self.confirm(&message, endpoint, ticket, Outcome::OK, enqueued, cx);
        }
    }

    /// What a consumer tells the broker arrives.
    pub(super) fn control_arrives<O: Observer<Record>>(
        &mut self,
        message: &Message,
        cx: &mut Cx<'_, O>,
    ) {
        let Message {
            record, from, to, ..
        } = *message;
        let mut cause = tell(
            cx,
            to,
            Some(record),
            What::MessageDelivered { message: record },
        );
        match message.body {
            Body::Settle { queue, tag, how } => {
                let input = match how {
                    Settlement::Ack => Input::Ack(tag),
                    Settlement::Requeue => Input::Nack { tag, requeue: true },
                    Settlement::Discard => Input::Nack {
                        tag,
                        requeue: false,
                    },
                };
                self.drive(queue, input, Some(cause), cx);
            }
            Body::Subscribe {
                queue,
                subscription,
                consumer,
            } => {
                let prefetch = self.program.service_of[from.index()].map(|(service, _)| {
                    self.program.services[service as usize].subscriptions[subscription as usize]
                        .prefetch
                });
                if let Some(prefetch) = prefetch {
                    cause = tell(cx, to, Some(cause), What::ConsumerJoined { consumer: from });
                    self.drive(queue, Input::Consume(consumer, prefetch), Some(cause), cx);
                }
            }
            Body::Cancel { queue, consumer } | Body::Close { queue, consumer } => {
                if self.queues[queue as usize].queue.has(consumer) {
                    cause = tell(cx, to, Some(cause), What::ConsumerLeft { consumer: from });
                }
                let input = match message.body {
                    Body::Cancel { .. } => Input::Cancel(consumer),
                    _ => Input::Close(consumer),
                };
                self.drive(queue, input, Some(cause), cx);
            }
            _ => {}
        }
    }

    pub(super) fn queue_tick<O: Observer<Record>>(&mut self, queue: u32, cx: &mut Cx<'_, O>) {
        let state = &mut self.queues[queue as usize];
        if state.ticks_at == Some(cx.now) {
            state.ticks_at = None;
            self.drive(queue, Input::Tick, None, cx);
        }
    }

    /// Says what became of a delivery, once.
    #[inline(never)]
    pub(super) fn settle<O: Observer<Record>>(
        &mut self,
        slot: u32,
        how: Settlement,
        cx: &mut Cx<'_, O>,
    ) {
        let Some(task) = self.tasks.get_mut(slot) else {
            return;
        };
        let Source::Delivery {
            endpoint,
            subscription,
            tag,
            consumer,
            settled: false,
        } = task.source
        else {
            return;
        };
        task.source = Source::Delivery {
            endpoint,
            subscription,
            tag,
            consumer,
            settled: true,
        };
        let (owner, identity, cause) = (task.owner, task.identity, task.cause);
        let Some((service, _)) = self.program.service_of[owner.index()] else {
            return;
        };
        let described =
            &self.program.services[service as usize].subscriptions[subscription as usize];
        let (queue, edge) = (described.queue, described.edge);
        let outgoing = Outgoing {
            identity,
            from: owner,
            to: self.program.queues[queue as usize].entity,
            edge,
            direction: Direction::Back,
            kind: MessageKind::Control,
            repeat: false,
            body: Body::Settle { queue, tag, how },
            cause,
        };
        self.send(outgoing, cx);
    }

    /// Lets `input` happen to a queue and does what follows. Without a cause, what happens
    /// to a message is put down to its publishing.
    fn drive<O: Observer<Record>>(
        &mut self,
        queue: u32,
        input: Input<u32>,
        cause: Option<RecordId>,
        cx: &mut Cx<'_, O>,
    ) {
        let entity = self.program.queues[queue as usize].entity;
        let state = &mut self.queues[queue as usize];
        let mut outputs = std::mem::take(&mut state.outputs);
        state.queue.step(cx.now, input, &mut outputs);
        for output in outputs.drain(..) {
            let (slot, leaves) = match output {
                Output::Deliver { message, .. } | Output::Requeued(message) => (message, false),
                Output::Acked(message) | Output::Discarded(message) | Output::Expired(message) => {
                    (message, true)
                }
            };
            let Some(parcel) = self.queues[queue as usize].parcels.get_mut(slot) else {
                continue;
            };
            parcel.deliveries += u32::from(matches!(output, Output::Deliver { .. }));
            let parcel = *parcel;
            let message = parcel.record;
            let what = match output {
                Output::Deliver { redelivered, .. } => What::Dispatched {
                    message,
                    redelivered,
                },
                Output::Acked(_) => What::Acknowledged { message },
                Output::Discarded(_) => What::Discarded { message },
                Output::Expired(_) => What::Expired { message },
                Output::Requeued(_) => What::Requeued { message },
            };
            let cause = tell(cx, entity, cause.or(Some(message)), what);
            if let Output::Deliver {
                consumer,
                tag,
                redelivered,
                ..
            } = output
            {
                let Some(delivery) = self.delivery(consumer, tag, &parcel) else {
                    continue;
                };
                let payload = self.queues[queue as usize].payloads.get(slot);
                let payload = payload.cloned().flatten();
                self.send_with(
                    Outgoing {
                        from: entity,
                        repeat: redelivered,
                        cause,
                        ..delivery
                    },
                    payload,
                    cx,
                );
            }
            if leaves {
                self.queues[queue as usize].parcels.remove(slot);
                let payload = self.queues[queue as usize].payloads.take(slot);
                self.kept -= payload.weight();
                self.parcels -= 1;
            }
        }
        self.queues[queue as usize].outputs = outputs;
        self.schedule_tick(queue, entity, cx);
    }

    /// The message that brings a parcel to a consumer.
    fn delivery(
        &self,
        consumer: ConsumerTag,
        tag: DeliveryTag,
        parcel: &Parcel,
    ) -> Option<Outgoing> {
        let (to, subscription) = address(consumer);
        let (service, _) = self.program.service_of[to.index()]?;
        Some(Outgoing {
            identity: parcel
                .identity
                .child(Key::of("delivery"), u64::from(parcel.deliveries)),
            from: to,
            to,
            edge: self.program.services[service as usize].subscriptions[subscription as usize].edge,
            direction: Direction::Forward,
            kind: MessageKind::Event,
            repeat: false,
            body: Body::Deliver {
                subscription,
                message: parcel.kind,
                tag,
                consumer,
                size: parcel.size,
            },
            cause: parcel.record,
        })
    }

    fn schedule_tick<O>(&mut self, queue: u32, entity: EntityId, cx: &mut Cx<'_, O>) {
        let state = &mut self.queues[queue as usize];
        if let Some(at) = state.queue.next_expiry()
            && state.ticks_at.is_none_or(|planned| at < planned)
        {
            state.ticks_at = Some(at);
            cx.queue.schedule(at, entity, Event::QueueTick(queue));
        }
    }
}

/// The consumer that `subscription` of an instance is on its `channel`: one number, since
/// a new channel is a new consumer to a broker. Limits on the document keep the parts
/// within their bits.
pub(super) fn consumer_tag(entity: EntityId, subscription: u32, channel: u32) -> ConsumerTag {
    ConsumerTag(
        (u64::from(entity.0) << 40)
            | (u64::from(subscription) << 24)
            | u64::from(channel & 0xFF_FFFF),
    )
}

/// The instance and subscription of a consumer.
fn address(consumer: ConsumerTag) -> (EntityId, u32) {
    (
        EntityId((consumer.0 >> 40) as u32),
        (consumer.0 >> 24) as u32 & 0xFFFF,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_of_a_consumer_says_who_it_is() {
        let tag = consumer_tag(EntityId(70_000), 12, 3);
        assert_eq!(address(tag), (EntityId(70_000), 12));
        assert_ne!(tag, consumer_tag(EntityId(70_000), 12, 4));
    }
}
