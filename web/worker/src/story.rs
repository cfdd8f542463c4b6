//! The story: what is told about a scenario, with the names in it found on the stage.
//!
//! A document whose references have been checked flows in with its topology; moments flow out,
//! each with the nodes, edges and knobs it is about.

use std::collections::BTreeSet;

use interplay_protocol::{Emphasis, LinkView, MomentView};
use sim_core::scenario::document::{Document, StoryEntry};
use sim_core::world::{Contact, EdgeId, Node, NodeId, NodeKind, Topology};

/// The moments, by time; those of one moment in the order of the document.
pub(crate) fn of(document: &Document, topology: &Topology) -> Vec<MomentView> {
    let contacts = topology.contacts(document);
    let finder = Finder {
        document,
        topology,
        contacts: &contacts,
    };
    let mut moments: Vec<_> = document.story.iter().map(|it| finder.moment(it)).collect();
    moments.sort_by_key(|moment| moment.at);
    moments
}

/// The links with settings of their own.
pub(crate) fn links(document: &Document) -> Vec<LinkView> {
    let links = document.links.named.iter();
    links
        .map(|(name, link)| LinkView {
            name: name.to_string(),
            from: link.from.to_string(),
            to: link.to.to_string(),
        })
        .collect()
}

/// Finds on the stage what a name stands for.
struct Finder<'a> {
    document: &'a Document,
    topology: &'a Topology,
    contacts: &'a [Contact],
}

impl Finder<'_> {
    fn moment(&self, entry: &StoryEntry) -> MomentView {
        let (mut nodes, mut edges) = (BTreeSet::new(), BTreeSet::new());
        let mut knobs = Vec::new();
        for name in &entry.show {
            match self.knob(name) {
                Some(path) => knobs.push(path),
                None => self.find(name, &mut nodes, &mut edges),
            }
        }
        // A line between two that are shown belongs to the picture.
        for (place, edge) in self.topology.edges.iter().enumerate() {
            if nodes.contains(&edge.from) && nodes.contains(&edge.to) {
                edges.insert(EdgeId(place as u32));
            }
        }
        MomentView {
            at: entry.at,
            say: entry.say.clone(),
            pause: entry.pause,
            speed: entry.speed,
            shown: Emphasis {
                nodes: nodes.into_iter().collect(),
                edges: edges.into_iter().collect(),
                knobs,
            },
        }
    }

    /// The path of the knob of this name. Where a thing is called so too, the thing is meant.
    fn knob(&self, name: &str) -> Option<String> {
        let (name, plainly) = match name.strip_prefix("knobs.") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let knob = self.document.knobs.get(name)?;
        let taken = self.document.policies.contains_key(name)
            || self.document.links.named.contains_key(name)
            || self.is_owner(name);
        (plainly || !taken).then(|| knob.set.to_string())
    }

    fn is_owner(&self, name: &str) -> bool {
        self.topology.node(name).is_some() || self.document.brokers.contains_key(name)
    }

    fn find(&self, name: &str, nodes: &mut BTreeSet<NodeId>, edges: &mut BTreeSet<EdgeId>) {
        if let Some(node) = self.topology.node(name) {
            nodes.insert(node);
            return;
        }
        let instance = self.topology.entities.iter().position(|it| it == name);
        if let Some(node) = instance.and_then(|place| self.topology.node_of.get(place)) {
            nodes.insert(*node);
            return;
        }
        // A broker is its queues.
        let owned = format!("{name}.");
        let is_queue = |node: &Node| node.kind == NodeKind::Queue && node.name.starts_with(&owned);
        let queues = self.topology.nodes.iter().enumerate();
        nodes.extend(
            queues
                .filter(|(_, node)| is_queue(node))
                .map(|(place, _)| NodeId(place as u32)),
        );
        if let Some(link) = self.document.links.named.get(name) {
            let ends = [link.from.as_str(), link.to.as_str()];
            for (place, edge) in self.topology.edges.iter().enumerate() {
                let named = [edge.from, edge.to].map(|node| self.owner(node));
                if named == ends || named == [ends[1], ends[0]] {
                    edges.insert(EdgeId(place as u32));
                    nodes.extend([edge.from, edge.to]);
                }
            }
        }
        // An endpoint, a table, a subscription: whose it is, and who uses it. A policy: where it
        // stands.
        for contact in self.contacts {
            let is_under = contact.with.iter().any(|policy| policy == name);
            if contact.what != name && !is_under {
                continue;
            }
            nodes.insert(contact.to);
            if is_under {
                nodes.insert(contact.from);
            }
            let edge = self.topology.edge(contact.from, contact.to, contact.kind);
            edges.extend(edge);
        }
        // One that nobody uses is still somebody's.
        if let Some((owner, _)) = name.split_once('.') {
            nodes.extend(self.topology.node(owner));
        }
    }

    /// What a link calls a node: a queue by its broker.
    fn owner(&self, node: NodeId) -> &str {
        let Some(node) = self.topology.nodes.get(node.index()) else {
            return "";
        };
        match node.kind {
            NodeKind::Queue => node.name.split('.').next().unwrap_or_default(),
            _ => &node.name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_core::kernel::Budgets;
    use sim_core::scenario::Scenario;
    use sim_core::world::Run;

    const SHOP: &str = "
scenario: 1
title: Shop
clients:
  people: {arrivals: poisson 5/s, do: {call: {to: shop.buy, with: patience}}}
services:
  shop: {instances: 2, endpoints: {buy: {do: [call: {to: bank.pay, with: hasty}, publish: {to: mail.bills, type: Bill}]}}}
  bank: {endpoints: {pay: {do: {work: 5ms}}, look: {do: {work: 1ms}}}}
  clerk: {subscriptions: {bills: {from: mail.bills, handles: {Bill: ack}}}}
brokers: {mail: {rabbitmq: {queues: {bills: classic}}}}
policies: {patience: {timeout: 2s}, hasty: {chain: [again, limit]}, again: {retry: {attempts: 2}}, limit: {timeout: 1s}}
links: {out: {from: shop, to: bank, latency: 20ms}}
knobs:
  bank: {set: policies.limit.timeout, from: 1ms, to: 3s}
  rate: {set: clients.people.arrivals, from: poisson 1/s, to: poisson 9/s}
story:
";

    /// The names of what a story of one moment shows: nodes, edges, knobs.
    fn shown(show: &str) -> (Vec<String>, Vec<String>, Vec<String>) {
        let text = format!("{SHOP}  - {{at: 1s, say: Look, show: {show}}}\n");
        let scenario = Scenario::parse(&text).unwrap();
        let run = Run::start(&scenario, Budgets::default()).unwrap();
        let topology = run.topology();
        let moments = of(scenario.document(), topology);
        let name = |node: NodeId| topology.nodes[node.index()].name.clone();
        let Emphasis {
            nodes,
            edges,
            knobs,
        } = moments[0].shown.clone();
        let edge = |edge: EdgeId| {
            let edge = &topology.edges[edge.index()];
            format!("{}>{}", name(edge.from), name(edge.to))
        };
        (
            nodes.into_iter().map(name).collect(),
            edges.into_iter().map(edge).collect(),
            knobs,
        )
    }

    fn check(show: &str, nodes: &[&str], edges: &[&str], knobs: &[&str]) {
        let (found_nodes, found_edges, found_knobs) = shown(show);
        assert_eq!(found_nodes, nodes, "nodes of {show}");
        assert_eq!(found_edges, edges, "edges of {show}");
        assert_eq!(found_knobs, knobs, "knobs of {show}");
    }

    #[test]
    fn every_kind_of_name_is_found_on_the_stage() {
        check("shop", &["shop"], &[], &[]);
        check("shop.2", &["shop"], &[], &[]);
        check("[shop, bank]", &["bank", "shop"], &["shop>bank"], &[]);
        check("bank.pay", &["bank"], &["shop>bank"], &[]);
        check("bank.look", &["bank"], &[], &[]);
        check("mail", &["mail.bills"], &[], &[]);
        check("mail.bills", &["mail.bills"], &[], &[]);
        check("clerk.bills", &["clerk"], &["mail.bills>clerk"], &[]);
        check("out", &["bank", "shop"], &["shop>bank"], &[]);
        check("patience", &["people", "shop"], &["people>shop"], &[]);
        check("limit", &["bank", "shop"], &["shop>bank"], &[]);
    }

    #[test]
    fn a_knob_is_found_by_its_name_unless_a_thing_is_called_so() {
        check("rate", &[], &[], &["clients.people.arrivals"]);
        check("bank", &["bank"], &[], &[]);
        check("knobs.bank", &[], &[], &["policies.limit.timeout"]);
    }

    #[test]
    fn moments_are_in_the_order_of_time() {
        let text = format!("{SHOP}  - {{at: 9s, say: Later}}\n  - {{at: 1s, say: First}}\n");
        let scenario = Scenario::parse(&text).unwrap();
        let run = Run::start(&scenario, Budgets::default()).unwrap();
        let moments = of(scenario.document(), run.topology());
        assert!(moments[0].at < moments[1].at);
    }
}
