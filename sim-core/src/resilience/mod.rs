//! Resilience: what surrounds a call so that one failure does not become many, each a
//! state machine without clock, network or randomness of its own.
//!
//! The time, what happened and (where chance decides) a random number flow in; a decision
//! flows out. None of them knows of the world: each could run in a service. Settings are
//! given with every input and never kept, so that they may change while a machine runs.
//!
//! | machine | what it decides |
//! |---|---|
//! | [`breaker`] | whether a callee that fails is called at all |
//! | [`backoff`], [`retry`] | whether a failed call is made again, and when |
//! | [`bulkhead`] | how many calls may be under way |
//! | [`rate_limiter`] | how many calls may begin in a time |
//! | [`adaptive`], [`shedding`] | how much is taken on, by how long it takes |
//! | [`hedge`] | whether a call that takes long is made twice |
//! | [`cache`] | whether an answer is still good |
//! | [`balancing`] | which host gets a call, and which one none |
//! | [`autoscaling`] | how many hosts there are |

pub mod adaptive;
pub mod autoscaling;
pub mod backoff;
pub mod balancing;
pub mod breaker;
pub mod bulkhead;
pub mod cache;
pub mod hedge;
mod rate;
pub mod rate_limiter;
pub mod retry;
pub mod shedding;

pub use self::rate::Rate;
