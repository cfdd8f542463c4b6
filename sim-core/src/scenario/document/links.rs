//! Links: what the network between two things is like.

use super::{Bandwidth, DurationDistribution, Name, Named, Share};
use crate::kernel::SimDuration;

/// All links: what holds everywhere, and what is different somewhere.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Links {
    /// What holds where nothing else is said.
    pub default: LinkSettings,
    /// Links with settings of their own, by name.
    pub named: Named<Link>,
}

/// A link with settings of its own; it holds in both directions.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The client, service or broker at one end.
    pub from: Name,
    /// The service or broker at the other.
    pub to: Name,
    /// What is different there; a field left out is the default link's.
    pub settings: LinkSettings,
}

/// What a link is like. A field left out takes the default link's, else 1 ms and no loss.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct LinkSettings {
    /// How long a message is on its way, drawn for each message.
    pub latency: Option<DurationDistribution>,
    /// How likely a message is to be lost without a trace.
    pub loss: Option<Share>,
    /// How likely a message is to arrive twice.
    pub duplicate: Option<Share>,
    /// How likely a message is to be sent at once, without latency, ahead of those before it.
    pub reordering: Option<Share>,
    /// How much goes through each way; without limit if not written.
    pub bandwidth: Option<Bandwidth>,
}

/// How large a message is that nobody said anything about: 1 KiB, a request or an answer of
/// a few hundred bytes of JSON with its HTTP headers.
pub const DEFAULT_MESSAGE_SIZE: u32 = 1 << 10;

/// The latency of a link nobody said anything about: 1 ms, of the order of a round trip
/// within one data centre.
pub const DEFAULT_LATENCY: SimDuration = SimDuration::from_millis(1);
