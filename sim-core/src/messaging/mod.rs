//! Messaging: the components that carry messages from those who publish to those who
//! consume, as state machines without clock or network of their own.

pub mod rabbitmq;
