//! RabbitMQ, by the rules of AMQP 0-9-1 and of the real broker.

mod classic_queue;
mod deliveries;

pub use classic_queue::{ClassicQueue, ConsumerTag, DeliveryTag, Input, Output, Prefetch};
