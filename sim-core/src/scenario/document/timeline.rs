//! The timeline: what happens to the system while it runs. Knobs live here too: both
//! change settings by their path.

use super::{Call, MemberRef, Name, Named, Share, Text};
use crate::kernel::{SimDuration, SimTime};
use crate::scenario::expr::Expression;
use crate::scenario::tree::Node;

/// One thing that happens.
#[derive(Clone, Debug, PartialEq)]
pub struct TimelineEntry {
    /// When; with `when`, no sooner.
    pub at: SimTime,
    /// The question that has to become true first.
    pub when: Option<Expression>,
    /// For how long; what lasts and has no end lasts until the horizon.
    pub lasts: Option<SimDuration>,
    /// What.
    pub what: Happening,
}

/// What happens at an entry of the timeline.
#[derive(Clone, Debug, PartialEq)]
pub enum Happening {
    /// Something goes wrong.
    Fault(Fault),
    /// Settings change.
    Set(Vec<(SettingPath, Node)>),
    /// A request is sent by hand.
    Send(Call),
    /// A version of a service replaces the one that runs.
    Deploy {
        /// The service.
        service: Name,
        /// The version.
        version: Name,
        /// How long passes between two instances.
        each: SimDuration,
    },
    /// Services get more or fewer instances.
    Scale(Named<u32>),
    /// A consumer group goes back or forth.
    Seek {
        /// The group.
        group: MemberRef,
        /// The moment it reads from.
        to: SimTime,
    },
    /// A projection is built anew.
    Rebuild(Name),
}

/// Something that goes wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// A service, or one instance of it, is gone; at the end it starts again, empty.
    Crash(Target),
    /// Its work takes `times` as long.
    Slow {
        /// Who.
        what: Target,
        /// The factor; more than 0.
        times: f64,
    },
    /// It answers so many requests with an error, at once and without work.
    Errors {
        /// Who.
        what: Target,
        /// How many of them.
        rate: Share,
        /// With which status, from 400 to 599.
        status: u16,
    },
    /// The relay of an outbox is gone.
    CrashRelay(MemberRef),
    /// It does nothing at all, and does not know it (a long garbage collection).
    Pause(Target),
    /// Two sides cannot reach each other.
    Partition(Partition),
    /// A link loses so many messages.
    Lossy {
        /// The link; `None` is the default one: wherever no other is.
        link: Option<Name>,
        /// How many of them.
        loss: Share,
    },
    /// A service takes no more requests.
    Full(Target),
    /// A queue takes no more messages.
    FullQueue(MemberRef),
}

/// Two sides of which one does not reach the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// Whose messages do not get through: clients, services or instances of them, brokers,
    /// stores.
    pub from: Vec<Target>,
    /// To whom.
    pub to: Vec<Target>,
    /// Whether messages get through in the other direction.
    pub one_way: bool,
}

/// A service, or one instance of it (`shipping.2`, counted from 1); for crashes and
/// pauses also a broker or store, or one node of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The service.
    pub service: Name,
    /// The instance, counted from 1; all of them if not written.
    pub instance: Option<u32>,
}

/// The path of a setting from the root, such as `policies.patience.timeout`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SettingPath(pub Vec<Name>);

/// A setting the author exposes: turning it re-runs the scenario on the same seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Knob {
    /// The path of the setting.
    pub set: SettingPath,
    /// What it is called.
    pub label: Text,
    /// The least value, as it would be written in the document.
    pub from: Node,
    /// The greatest value.
    pub to: Node,
    /// By how much it moves; a knob without a step moves freely.
    pub step: Option<Node>,
}
