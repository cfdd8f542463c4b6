//! The timeline: what happens to the system while it runs. Knobs live here too: both
//! change settings by their path.

use super::{Call, Document, MemberRef, Name, Named, Share, Text};
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
    Deploy(Deploy),
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

/// A version of a service replaces the one that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deploy {
    /// The service.
    pub service: Name,
    /// The version; `None` is `base`, the service as it is written.
    pub version: Option<Name>,
    /// How.
    pub strategy: Strategy,
}

/// How a version is deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// One instance after another is drained and starts again.
    Rolling {
        /// How long passes between two instances.
        each: SimDuration,
    },
    /// One more instance gets this share of the requests.
    Canary(Share),
}

/// How many instances of a service there are over a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instances {
    /// At the start.
    pub first: u32,
    /// The most that requests are shared out among.
    pub most: u32,
    /// Whether there is another one for canaries.
    pub canary: bool,
}

impl Instances {
    /// All of them, there or not.
    pub const fn all(self) -> u32 {
        self.most + self.canary as u32
    }
}

impl Document {
    /// How many instances of `service` there are over the run.
    pub fn instances_of(&self, service: &Name) -> Instances {
        let described = self.services.get(service);
        let first = described.map_or(0, |service| service.instances);
        let scale = described.and_then(|service| service.scale.as_ref());
        let mut instances = Instances {
            first,
            most: scale.map_or(first, |scale| scale.max.max(first)),
            canary: false,
        };
        for entry in &self.timeline {
            match &entry.what {
                Happening::Scale(counts) => {
                    let count = counts.get(service).copied().unwrap_or(0);
                    instances.most = instances.most.max(count);
                }
                Happening::Deploy(deploy) if deploy.service == *service => {
                    instances.canary |= matches!(deploy.strategy, Strategy::Canary(_));
                }
                _ => {}
            }
        }
        instances
    }
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
