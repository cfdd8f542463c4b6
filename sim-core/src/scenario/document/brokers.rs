//! Brokers: queues between services.

use super::{Named, Text};

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
}

/// A RabbitMQ broker.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct RabbitMq {
    /// Its queues.
    pub queues: Named<Queue>,
}

/// A RabbitMQ queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Queue {
    /// Its type.
    pub kind: QueueKind,
}

/// The type of a RabbitMQ queue (`x-queue-type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueKind {
    /// A classic queue.
    Classic,
    /// A quorum queue.
    Quorum,
}
