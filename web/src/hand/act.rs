//! What can be done to a node by hand, and the entry of the timeline that it becomes.
//!
//! It knows nothing of the page, so that all of it is tested without one.

use interplay_protocol::Stage;
use sim_core::kernel::SimTime;
use sim_core::world::{EdgeKind, Node, NodeId, NodeKind};

/// Nanoseconds of the grid that acts stand on: an entry is to be read by people.
const GRID: u64 = 1_000_000;

/// Something done to a node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Act {
    /// It crashes.
    Crash,
    /// It works so many times slower.
    Slow(u32),
    /// It answers so many percent with an error.
    Errors(u32),
    /// It stands still.
    Pause,
    /// It takes nothing more.
    Full,
    /// It and another node do not reach each other.
    Partition(String),
    /// It has so many instances from now on.
    Scale(u32),
    /// A request is sent to this endpoint.
    Send(String),
}

/// What kind of thing can be done, before it is said how much.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Kind {
    Crash,
    Slow,
    Errors,
    Pause,
    Full,
    Partition,
    Scale,
    Send,
}

impl Kind {
    /// What can be done to a node.
    pub(crate) fn of(node: &Node) -> &'static [Self] {
        match node.kind {
            NodeKind::Hand => &[],
            NodeKind::Client => &[Self::Partition],
            NodeKind::Service { .. } | NodeKind::External { .. } => &[
                Self::Crash,
                Self::Pause,
                Self::Full,
                Self::Slow,
                Self::Errors,
                Self::Partition,
                Self::Scale,
                Self::Send,
            ],
            NodeKind::Queue => &[Self::Full],
            NodeKind::Store { memory: false, .. } => {
                &[Self::Crash, Self::Pause, Self::Slow, Self::Partition]
            }
            NodeKind::Store { memory: true, .. } => &[Self::Slow],
        }
    }

    /// Whether it lasts for a while; the others happen at a moment.
    pub(crate) const fn lasts(self) -> bool {
        !matches!(self, Self::Scale | Self::Send)
    }

    /// Whether it may be done to one instance alone.
    pub(crate) const fn of_instances(self) -> bool {
        !matches!(self, Self::Scale | Self::Send)
    }

    /// Its name for style sheets and tests.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Crash => "crash",
            Self::Slow => "slow",
            Self::Errors => "errors",
            Self::Pause => "pause",
            Self::Full => "full",
            Self::Partition => "partition",
            Self::Scale => "scale",
            Self::Send => "send",
        }
    }
}

impl Act {
    /// The entry of the timeline: at a moment, to `target` (a node or one of its instances),
    /// for so many seconds or to the end.
    pub(crate) fn entry(&self, at: SimTime, target: &str, seconds: Option<u32>) -> String {
        let what = match self {
            Self::Crash => format!("fault: {{crash: {target}}}"),
            Self::Slow(times) => format!("fault: {{slow: {{what: {target}, times: {times}}}}}"),
            Self::Errors(percent) => {
                format!("fault: {{errors: {{what: {target}, rate: {percent}%}}}}")
            }
            Self::Pause => format!("fault: {{pause: {target}}}"),
            Self::Full => format!("fault: {{full: {target}}}"),
            Self::Partition(other) => format!("fault: {{partition: [{target}, {other}]}}"),
            Self::Scale(count) => format!("scale: {{{target}: {count}}}"),
            Self::Send(endpoint) => format!("send: {{call: {endpoint}}}"),
        };
        let lasts = match (self, seconds) {
            (Self::Scale(_) | Self::Send(_), _) | (_, None) => String::new(),
            (_, Some(seconds)) => format!("for: {seconds}s, "),
        };
        format!("{{at: {}, {lasts}{what}}}", written(at))
    }
}

/// The next moment after `now` that an entry is put at: what has happened by now is then
/// untouched by it.
pub(crate) fn next_moment(now: SimTime) -> SimTime {
    SimTime::from_nanos(
        (now.as_nanos() / GRID)
            .saturating_add(1)
            .saturating_mul(GRID),
    )
}

/// A moment as the document has it.
pub(crate) fn written(at: SimTime) -> String {
    let (seconds, rest) = (at.as_nanos() / 1_000_000_000, at.as_nanos() % 1_000_000_000);
    let text = format!("{seconds}.{rest:09}");
    format!("{}s", text.trim_end_matches('0').trim_end_matches('.'))
}

/// The endpoints of a node that a request can be sent to.
pub(crate) fn endpoints(stage: &Stage, id: NodeId) -> Vec<String> {
    let own = stage.topology.endpoints.iter();
    own.filter(|endpoint| endpoint.node == id && endpoint.kind == EdgeKind::Call)
        .map(|endpoint| endpoint.name.clone())
        .collect()
}

/// The nodes that a node can be cut off from.
pub(crate) fn others(stage: &Stage, id: NodeId) -> Vec<NodeId> {
    let can = |other: &NodeId| {
        let kind = stage
            .topology
            .nodes
            .get(other.index())
            .map(|node| node.kind);
        *other != id
            && matches!(
                kind,
                Some(
                    NodeKind::Client
                        | NodeKind::Service { .. }
                        | NodeKind::External { .. }
                        | NodeKind::Store { memory: false, .. }
                )
            )
    };
    stage.shown.iter().copied().filter(can).collect()
}

/// The path by which the document declares a node.
pub(crate) fn path_of(node: &Node) -> Option<String> {
    let name = &node.name;
    Some(match node.kind {
        NodeKind::Hand => return None,
        NodeKind::Client => format!("clients.{name}"),
        NodeKind::Service { .. } | NodeKind::External { .. } => format!("services.{name}"),
        NodeKind::Store { .. } => format!("stores.{name}"),
        NodeKind::Queue => {
            let (broker, queue) = name.split_once('.')?;
            format!("brokers.{broker}.rabbitmq.queues.{queue}")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_core::scenario::Scenario;
    use sim_core::scenario::editing::{Edit, edit};

    const SHOP: &str = "\
scenario: 1
title: Shop
clients: {people: {arrivals: poisson 5/s, do: {call: shop.buy}}}
services:
  shop: {instances: 2, endpoints: {buy: {do: [call: bank.pay]}}}
  bank: {endpoints: {pay: {do: {work: 30ms}}}}
";

    #[test]
    fn every_act_is_an_entry_that_the_simulator_runs() {
        let at = SimTime::from_nanos(12_345_000_000);
        for act in [
            Act::Crash,
            Act::Slow(10),
            Act::Errors(50),
            Act::Pause,
            Act::Full,
            Act::Partition("bank".to_owned()),
            Act::Scale(4),
            Act::Send("shop.buy".to_owned()),
        ] {
            for seconds in [None, Some(5)] {
                let entry = act.entry(at, "shop", seconds);
                let edited = edit(SHOP, &[], &Edit::AddEntry(entry.clone()));
                let edited = edited.unwrap_or_else(|found| panic!("{entry}: {found}"));
                let scenario = Scenario::parse(&edited.text).expect("it holds together");
                scenario
                    .runnable()
                    .unwrap_or_else(|found| panic!("{entry}: {found}"));
                let entries = &scenario.document().timeline;
                assert_eq!(entries.len(), 1);
                assert_eq!(entries[0].at, at);
            }
        }
        assert_eq!(
            Act::Crash.entry(at, "shop.2", Some(5)),
            "{at: 12.345s, for: 5s, fault: {crash: shop.2}}"
        );
    }

    #[test]
    fn an_act_comes_after_everything_that_has_happened() {
        for (now, then) in [(0, 1_000_000), (999_999, 1_000_000), (1_000_000, 2_000_000)] {
            assert_eq!(next_moment(SimTime::from_nanos(now)).as_nanos(), then);
        }
        assert_eq!(written(SimTime::from_nanos(1_000_000)), "0.001s");
        assert_eq!(written(SimTime::from_nanos(20_000_000_000)), "20s");
    }
}
