//! A classic queue: publish, deliver, acknowledge, redeliver.
//!
//! Sans-IO: an [`Input`] and the time go in, [`Output`]s come out; who sends them where,
//! and how long that takes, is somebody else's business. It knows nothing of the world
//! and could sit in a broker.
//!
//! The rules, each observed on a real broker:
//! - Competing consumers take turns. One whose prefetch is used up leaves the rotation
//!   when its turn comes, and rejoins at the tail when one of its deliveries is settled
//!   (<https://www.rabbitmq.com/docs/consumer-prefetch>).
//! - What is requeued, by a consumer or because its channel closed, goes back to its
//!   original position and is delivered with the redelivered flag set
//!   (<https://www.rabbitmq.com/docs/confirms#automatic-requeueing>).
//! - Messages expire only at the head of the queue, and one that is published to an idle
//!   consumer is delivered even with a time-to-live of zero
//!   (<https://www.rabbitmq.com/docs/ttl>).

use std::collections::{BTreeMap, VecDeque};

use super::deliveries::{Deliveries, Unacked};
use crate::kernel::{SimDuration, SimTime};

/// A consumer of a queue, as its broker knows it: a new channel is a new consumer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ConsumerTag(pub u64);

/// A delivery that waits to be settled.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct DeliveryTag(pub u64);

/// How many deliveries of a consumer may wait to be settled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Prefetch {
    /// Any number: `basic.qos` 0, the default of AMQP 0-9-1.
    Unlimited,
    /// At most so many; at least 1.
    AtMost(u32),
}

/// What happens to a queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Input<M> {
    /// A message is published.
    Publish(M),
    /// A consumer subscribes.
    Consume(ConsumerTag, Prefetch),
    /// A delivery was dealt with.
    Ack(DeliveryTag),
    /// A delivery is refused.
    Nack {
        /// Which.
        tag: DeliveryTag,
        /// Whether it is to be delivered again; otherwise it leaves the queue.
        requeue: bool,
    },
    /// A consumer wants no more deliveries; what it has not settled stays with it.
    Cancel(ConsumerTag),
    /// A consumer's channel closed: what it had not settled is requeued.
    Close(ConsumerTag),
    /// Nothing but that time has passed.
    Tick,
}

/// What a queue does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Output<M> {
    /// It hands a message to a consumer.
    Deliver {
        /// To whom.
        consumer: ConsumerTag,
        /// How to settle it.
        tag: DeliveryTag,
        /// What.
        message: M,
        /// Whether it may have been seen before.
        redelivered: bool,
    },
    /// A message was dealt with and is gone.
    Acked(M),
    /// A message was refused and is gone.
    Discarded(M),
    /// A message is ready again.
    Requeued(M),
    /// A message lived too long and is gone.
    Expired(M),
}

#[derive(Clone, Copy, Debug)]
struct Ready<M> {
    position: u64,
    message: M,
    redelivered: bool,
    expires: SimTime,
}

#[derive(Clone, Copy, Debug)]
struct Consumer {
    prefetch: Prefetch,
    unacked: u32,
    in_rotation: bool,
}

impl Consumer {
    const fn has_room(&self) -> bool {
        match self.prefetch {
            Prefetch::Unlimited => true,
            Prefetch::AtMost(limit) => self.unacked < limit,
        }
    }
}

/// A classic queue of messages known by `M`.
#[derive(Clone, Debug)]
pub struct ClassicQueue<M> {
    ttl: Option<SimDuration>,
    /// By position: the order of publishing, kept through redeliveries.
    ready: VecDeque<Ready<M>>,
    unacked: Deliveries<M>,
    consumers: BTreeMap<ConsumerTag, Consumer>,
    rotation: VecDeque<ConsumerTag>,
    next_position: u64,
    next_tag: u64,
}

impl<M: Copy> ClassicQueue<M> {
    /// An empty queue whose messages live as long as `ttl` (`x-message-ttl`), or for ever.
    pub const fn new(ttl: Option<SimDuration>) -> Self {
        Self {
            ttl,
            ready: VecDeque::new(),
            unacked: Deliveries::new(),
            consumers: BTreeMap::new(),
            rotation: VecDeque::new(),
            next_position: 0,
            next_tag: 1,
        }
    }

    /// Messages that wait to be delivered.
    pub fn ready(&self) -> usize {
        self.ready.len()
    }

    /// Messages that are with a consumer.
    pub const fn unacked(&self) -> usize {
        self.unacked.len()
    }

    /// Consumers that are subscribed.
    pub fn consumers(&self) -> usize {
        self.consumers.len()
    }

    /// Whether `consumer` is one of them.
    pub fn has(&self, consumer: ConsumerTag) -> bool {
        self.consumers.contains_key(&consumer)
    }

    /// When the message at the head expires, if it does: a [`Input::Tick`] is due then.
    pub fn next_expiry(&self) -> Option<SimTime> {
        self.ready
            .front()
            .map(|head| head.expires)
            .filter(|at| *at < SimTime::MAX)
    }

    /// Lets `input` happen at `now`; what follows is appended to `outputs`, in order.
    /// What refers to a delivery or consumer that is gone is ignored, as by the broker
    /// after a channel closed.
    pub fn step(&mut self, now: SimTime, input: Input<M>, outputs: &mut Vec<Output<M>>) {
        match input {
            Input::Publish(message) => {
                let expires = self.ttl.map_or(SimTime::MAX, |ttl| now.after(ttl));
                self.ready.push_back(Ready {
                    position: self.next_position,
                    message,
                    redelivered: false,
                    expires,
                });
                self.next_position += 1;
                // Dispatched before anything expires: an idle consumer gets it even if it
                // must not wait at all. What expires makes no consumer free.
                self.dispatch(outputs);
                return self.expire(now, outputs);
            }
            Input::Consume(consumer, prefetch) => {
                self.consumers.insert(
                    consumer,
                    Consumer {
                        prefetch,
                        unacked: 0,
                        in_rotation: true,
                    },
                );
                self.rotation.push_back(consumer);
            }
            Input::Ack(tag) => {
                if let Some(delivery) = self.settle(tag) {
                    outputs.push(Output::Acked(delivery.message));
                }
            }
            Input::Nack { tag, requeue } => {
                if let Some(delivery) = self.settle(tag) {
                    if requeue {
                        self.requeue(delivery, outputs);
                    } else {
                        outputs.push(Output::Discarded(delivery.message));
                    }
                }
            }
            Input::Cancel(consumer) => self.cancel(consumer),
            Input::Close(consumer) => self.close(consumer, outputs),
            Input::Tick => {}
        }
        self.expire(now, outputs);
        self.dispatch(outputs);
    }

    fn settle(&mut self, tag: DeliveryTag) -> Option<Unacked<M>> {
        let delivery = self.unacked.remove(tag)?;
        if let Some(consumer) = self.consumers.get_mut(&delivery.consumer) {
            consumer.unacked -= 1;
            if !consumer.in_rotation {
                consumer.in_rotation = true;
                self.rotation.push_back(delivery.consumer);
            }
        }
        Some(delivery)
    }

    fn requeue(&mut self, delivery: Unacked<M>, outputs: &mut Vec<Output<M>>) {
        let Unacked {
            position,
            message,
            expires,
            ..
        } = delivery;
        let place = self
            .ready
            .partition_point(|other| other.position < position);
        let ready = Ready {
            position,
            message,
            redelivered: true,
            expires,
        };
        self.ready.insert(place, ready);
        outputs.push(Output::Requeued(message));
    }

    fn cancel(&mut self, consumer: ConsumerTag) {
        self.consumers.remove(&consumer);
        self.rotation.retain(|other| *other != consumer);
    }

    fn close(&mut self, consumer: ConsumerTag, outputs: &mut Vec<Output<M>>) {
        self.cancel(consumer);
        for delivery in self.unacked.remove_all_of(consumer) {
            self.requeue(delivery, outputs);
        }
    }

    fn expire(&mut self, now: SimTime, outputs: &mut Vec<Output<M>>) {
        while self.ready.front().is_some_and(|head| head.expires <= now) {
            outputs.extend(
                self.ready
                    .pop_front()
                    .map(|head| Output::Expired(head.message)),
            );
        }
    }

    fn dispatch(&mut self, outputs: &mut Vec<Output<M>>) {
        while !self.ready.is_empty() {
            let Some(tag) = self.rotation.pop_front() else {
                return;
            };
            let Some(consumer) = self.consumers.get_mut(&tag) else {
                continue;
            };
            if !consumer.has_room() {
                consumer.in_rotation = false;
                continue;
            }
            let Some(head) = self.ready.pop_front() else {
                return;
            };
            consumer.unacked += 1;
            self.rotation.push_back(tag);
            let delivery = DeliveryTag(self.next_tag);
            self.next_tag += 1;
            let Ready {
                position,
                message,
                redelivered,
                expires,
            } = head;
            self.unacked.push(
                delivery,
                Unacked {
                    position,
                    consumer: tag,
                    message,
                    expires,
                },
            );
            outputs.push(Output::Deliver {
                consumer: tag,
                tag: delivery,
                message,
                redelivered,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: SimTime = SimTime::ZERO;

    struct Bench(ClassicQueue<u32>);

    impl Bench {
        fn new() -> Self {
            Self(ClassicQueue::new(None))
        }

        fn step(&mut self, input: Input<u32>) -> Vec<Output<u32>> {
            self.at(NOW, input)
        }

        fn at(&mut self, now: SimTime, input: Input<u32>) -> Vec<Output<u32>> {
            let mut outputs = Vec::new();
            self.0.step(now, input, &mut outputs);
            outputs
        }
    }

    fn consumer(number: u64, prefetch: u32) -> Input<u32> {
        let limit = if prefetch == 0 {
            Prefetch::Unlimited
        } else {
            Prefetch::AtMost(prefetch)
        };
        Input::Consume(ConsumerTag(number), limit)
    }

    fn delivered(outputs: &[Output<u32>]) -> Vec<(u64, u32, bool)> {
        outputs
            .iter()
            .filter_map(|output| match output {
                Output::Deliver {
                    consumer,
                    message,
                    redelivered,
                    ..
                } => Some((consumer.0, *message, *redelivered)),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn competing_consumers_take_turns() {
        let mut queue = Bench::new();
        queue.step(consumer(1, 0));
        queue.step(consumer(2, 0));
        let turns: Vec<_> = (0..4)
            .flat_map(|n| delivered(&queue.step(Input::Publish(n))))
            .collect();
        assert_eq!(
            turns,
            [(1, 0, false), (2, 1, false), (1, 2, false), (2, 3, false)]
        );
    }

    #[test]
    fn a_consumer_whose_prefetch_is_used_up_gets_nothing_until_it_settles() {
        let mut queue = Bench::new();
        queue.step(consumer(1, 1));
        assert_eq!(delivered(&queue.step(Input::Publish(0))), [(1, 0, false)]);
        assert_eq!(delivered(&queue.step(Input::Publish(1))), []);
        assert_eq!(
            delivered(&queue.step(Input::Ack(DeliveryTag(1)))),
            [(1, 1, false)]
        );
    }

    #[test]
    fn a_closed_channel_gives_its_messages_back_to_their_places_marked_as_redelivered() {
        let mut queue = Bench::new();
        queue.step(consumer(1, 2));
        for n in 0..4 {
            queue.step(Input::Publish(n));
        }
        queue.step(Input::Close(ConsumerTag(1)));
        assert_eq!(queue.0.ready(), 4);
        assert_eq!(
            delivered(&queue.step(consumer(2, 0))),
            [(2, 0, true), (2, 1, true), (2, 2, false), (2, 3, false)]
        );
    }

    #[test]
    fn what_is_refused_without_requeue_leaves_the_queue() {
        let mut queue = Bench::new();
        queue.step(consumer(1, 0));
        queue.step(Input::Publish(7));
        let outputs = queue.step(Input::Nack {
            tag: DeliveryTag(1),
            requeue: false,
        });
        assert_eq!(outputs, [Output::Discarded(7)]);
    }

    #[test]
    fn messages_expire_at_the_head_but_reach_an_idle_consumer_even_with_no_time_to_live() {
        let mut queue = Bench(ClassicQueue::new(Some(SimDuration::ZERO)));
        queue.step(consumer(1, 1));
        assert_eq!(delivered(&queue.step(Input::Publish(0))), [(1, 0, false)]);
        assert_eq!(queue.step(Input::Publish(1)), [Output::Expired(1)]);
    }

    #[test]
    fn the_moment_of_the_next_expiry_is_that_of_the_head() {
        let mut queue = Bench(ClassicQueue::new(Some(SimDuration::from_secs(1))));
        queue.step(Input::Publish(0));
        let due = queue.0.next_expiry();
        assert_eq!(due, Some(SimTime::from_nanos(1_000_000_000)));
        assert_eq!(queue.at(SimTime::from_nanos(999_999_999), Input::Tick), []);
        assert_eq!(
            queue.at(SimTime::from_nanos(1_000_000_000), Input::Tick),
            [Output::Expired(0)]
        );
    }

    fn input() -> impl Strategy<Value = Input<u32>> {
        prop_oneof![
            3 => any::<u32>().prop_map(Input::Publish),
            1 => (0_u64..4, 0_u32..3).prop_map(|(number, prefetch)| consumer(number, prefetch)),
            3 => (1_u64..60).prop_map(|tag| Input::Ack(DeliveryTag(tag))),
            1 => (1_u64..60, any::<bool>())
                .prop_map(|(tag, requeue)| Input::Nack { tag: DeliveryTag(tag), requeue }),
            1 => (0_u64..4).prop_map(|number| Input::Close(ConsumerTag(number))),
        ]
    }

    proptest! {
        #[test]
        fn no_message_is_lost_or_made(inputs in prop::collection::vec(input(), 0..200)) {
            let mut queue = Bench::new();
            let (mut published, mut gone) = (0_usize, 0_usize);
            for input in inputs {
                // The broker refuses a second consumer of one name; so does the bench.
                if let Input::Consume(tag, _) = input && queue.0.consumers.contains_key(&tag) {
                    continue;
                }
                published += usize::from(matches!(input, Input::Publish(_)));
                gone += queue
                    .step(input)
                    .iter()
                    .filter(|output| matches!(output, Output::Acked(_) | Output::Discarded(_) | Output::Expired(_)))
                    .count();
                prop_assert_eq!(published, gone + queue.0.ready() + queue.0.unacked());
            }
        }
    }
}
