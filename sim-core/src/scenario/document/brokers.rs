//! Brokers: queues between services.

use super::{MemberRef, Named, Text, TypeName, Value};
use crate::kernel::SimDuration;

/// A broker by its kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Broker {
    /// What it is called for people, if not by its name.
    pub title: Text,
    /// Which system it is.
    pub kind: BrokerKind,
}

/// Which system a broker is.
#[derive(Clone, Debug, PartialEq)]
pub enum BrokerKind {
    /// RabbitMQ.
    RabbitMq(RabbitMq),
    /// Kafka.
    Kafka(Kafka),
}

/// A RabbitMQ broker.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct RabbitMq {
    /// Its queues.
    pub queues: Named<Queue>,
    /// Its exchanges; the default exchange, which reaches every queue by its name, is
    /// always there.
    pub exchanges: Named<Exchange>,
    /// What exchanges pass on.
    pub bindings: Vec<Binding>,
}

/// A RabbitMQ queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Queue {
    /// What it is called for people, if not by its name.
    pub title: Text,
    /// Its type.
    pub kind: QueueKind,
    /// Its arguments.
    pub options: QueueOptions,
}

/// The type of a RabbitMQ queue (`x-queue-type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueKind {
    /// A classic queue.
    Classic,
    /// A quorum queue.
    Quorum,
}

/// The optional arguments of a RabbitMQ queue.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct QueueOptions {
    /// How long a message may wait (`x-message-ttl`).
    pub ttl: Option<SimDuration>,
    /// How many messages may be ready (`x-max-length`).
    pub max_length: Option<u32>,
    /// What happens to one more (`x-overflow`).
    pub overflow: Overflow,
    /// Where messages go that expired, were refused or did not fit.
    pub dead_letter: Option<MemberRef>,
    /// How often a message may be returned (`x-delivery-limit`, quorum queues only).
    pub delivery_limit: Option<u32>,
    /// The highest priority (`x-max-priority`, classic queues only).
    pub max_priority: Option<u32>,
    /// Whether one consumer at a time gets everything (`x-single-active-consumer`).
    pub single_active_consumer: bool,
}

/// What happens to a message that does not fit (`x-overflow`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Overflow {
    /// The oldest message makes room.
    #[default]
    DropHead,
    /// The new message is refused.
    RejectPublish,
    /// The new message is refused and dead-lettered.
    RejectPublishDlx,
}

/// A RabbitMQ exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// Its type.
    pub kind: ExchangeKind,
    /// The exchange or queue for what its own routing finds no place for.
    pub alternate: Option<MemberRef>,
}

/// The type of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExchangeKind {
    /// By equal routing key.
    Direct,
    /// To everyone.
    Fanout,
    /// By pattern of words.
    Topic,
    /// By headers.
    Headers,
}

/// What an exchange passes on to a queue or another exchange.
#[derive(Clone, Debug, PartialEq)]
pub struct Binding {
    /// The exchange.
    pub from: MemberRef,
    /// The queue or exchange.
    pub to: MemberRef,
    /// The routing key or pattern; empty if not written.
    pub key: String,
    /// The headers a message must have, with `x-match`.
    pub headers: Named<Value>,
}

/// A Kafka cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Kafka {
    /// How many nodes it has; 3 if not written.
    pub nodes: u32,
    /// Its topics.
    pub topics: Named<Topic>,
    /// Its consumer groups.
    pub groups: Named<Group>,
}

/// A Kafka topic.
#[derive(Clone, Debug, PartialEq)]
pub struct Topic {
    /// How many partitions it has; 1 if not written (`num.partitions`).
    pub partitions: u32,
    /// How many copies of each; 1 if not written (`default.replication.factor`).
    pub replicas: u32,
    /// How many copies must be in sync for `acks: all`; 1 if not written.
    pub min_insync_replicas: u32,
    /// What a producer waits for.
    pub acks: Acks,
    /// The key of a message, where the message has none of its own.
    pub key: Option<Value>,
    /// What may be written to it.
    pub schema: Option<Schema>,
}

/// What a producer waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Acks {
    /// Nothing.
    None,
    /// The leader's log.
    Leader,
    /// All replicas in sync. The default since Kafka 3.0.
    #[default]
    All,
}

/// What may be written to a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// The types.
    pub of: Vec<TypeName>,
    /// How versions must fit together.
    pub rule: Compatibility,
}

/// How versions of a schema must fit together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the names are the registry's own")]
pub enum Compatibility {
    None,
    #[default]
    Backward,
    BackwardTransitive,
    Forward,
    ForwardTransitive,
    Full,
    FullTransitive,
}

/// A consumer group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// When offsets are committed.
    pub commit: Commit,
    /// After how long without a heartbeat a member is out; 45 s if not written.
    pub session: SimDuration,
    /// What is done with a message whose handler failed.
    pub retry: Option<GroupRetry>,
    /// Where a message goes that could not be handled.
    pub dead_letter: Option<MemberRef>,
}

/// When a consumer group commits offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commit {
    /// Every so often, whatever was handled (`enable.auto.commit`); 5 s if not written.
    Auto(SimDuration),
    /// After each message.
    AfterEach,
    /// After each batch.
    AfterBatch,
    /// Before a message is handled: at most once.
    Before,
}

/// What is done with a message whose handler failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRetry {
    /// The topic it waits in; the same partition, which waits with it, if not written.
    pub to: Option<MemberRef>,
    /// How long it waits.
    pub wait: SimDuration,
    /// How often in all; no limit if not written.
    pub attempts: Option<u32>,
}
