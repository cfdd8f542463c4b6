//! `brokers`: Kafka's topics and groups.

use super::fields::{Decoder, Fields};
use super::values;
use crate::kernel::SimDuration;
use crate::scenario::diagnostic::{Expected, Feature, Problem, RefKind};
use crate::scenario::document::{
    Acks, Commit, Compatibility, Group, GroupRetry, Kafka, Schema, Topic,
};
use crate::scenario::limits::{MAX_ATTEMPTS, MAX_BROKER_NODES, MAX_PARTITIONS};
use crate::scenario::tree::Node;

pub(super) fn kafka(d: &mut Decoder<'_>, node: &Node) -> Option<Kafka> {
    const NODES: u32 = 3;
    d.need(node, Feature::Kafka);
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let nodes = fields
        .optional(d, "nodes", |d, node| d.small(node, 1, MAX_BROKER_NODES))
        .unwrap_or(NODES);
    let topics = fields
        .optional(d, "topics", |d, node| {
            d.named(node, |d, node| topic(d, node, nodes))
        })
        .unwrap_or_default();
    let groups = fields
        .optional(d, "groups", |d, node| d.named(node, group))
        .unwrap_or_default();
    fields.close(d);
    Some(Kafka {
        nodes,
        topics,
        groups,
    })
}

fn topic(d: &mut Decoder<'_>, node: &Node, nodes: u32) -> Option<Topic> {
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let partitions = fields
        .optional(d, "partitions", |d, node| d.small(node, 1, MAX_PARTITIONS))
        .unwrap_or(1);
    let copies = |d: &mut Decoder<'_>, node: &Node| d.small(node, 1, u64::from(nodes));
    let replicas = fields.optional(d, "replicas", copies).unwrap_or(1);
    let min_insync_replicas = fields
        .optional(d, "min-insync-replicas", copies)
        .unwrap_or(1);
    let acks = fields.optional(d, "acks", acks).unwrap_or_default();
    let key = fields.optional(d, "key", values::value);
    let schema = fields.optional(d, "schema", schema);
    fields.close(d);
    if min_insync_replicas > replicas {
        let (lower, upper) = ("min-insync-replicas".to_owned(), "replicas".to_owned());
        return d.error(node, Problem::NotOrdered { lower, upper });
    }
    Some(Topic {
        partitions,
        replicas,
        min_insync_replicas,
        acks,
        key,
        schema,
    })
}

fn acks(d: &mut Decoder<'_>, node: &Node) -> Option<Acks> {
    d.word(
        node,
        &[("all", Acks::All), ("1", Acks::Leader), ("0", Acks::None)],
    )
}

fn schema(d: &mut Decoder<'_>, node: &Node) -> Option<Schema> {
    let rules = [
        ("none", Compatibility::None),
        ("backward", Compatibility::Backward),
        ("backward-transitive", Compatibility::BackwardTransitive),
        ("forward", Compatibility::Forward),
        ("forward-transitive", Compatibility::ForwardTransitive),
        ("full", Compatibility::Full),
        ("full-transitive", Compatibility::FullTransitive),
    ];
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let of = fields.required(d, "of", |d, node| d.one_or_many(node, Decoder::type_name));
    let rule = fields
        .optional(d, "rule", |d, node| d.word(node, &rules))
        .unwrap_or_default();
    fields.close(d);
    Some(Schema { of: of?, rule })
}

fn group(d: &mut Decoder<'_>, node: &Node) -> Option<Group> {
    // Kafka: session.timeout.ms 45 s, enable.auto.commit with auto.commit.interval.ms 5 s.
    const SESSION: SimDuration = SimDuration::from_secs(45);
    const COMMIT: Commit = Commit::Auto(SimDuration::from_secs(5));
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let commit = fields.optional(d, "commit", commit).unwrap_or(COMMIT);
    let session = fields
        .optional(d, "session", Decoder::positive_duration)
        .unwrap_or(SESSION);
    let retry = fields.optional(d, "retry", retry);
    let dead_letter = fields.optional(d, "dead-letter", |d, node| d.member(node, RefKind::Topic));
    fields.close(d);
    Some(Group {
        commit,
        session,
        retry,
        dead_letter,
    })
}

fn commit(d: &mut Decoder<'_>, node: &Node) -> Option<Commit> {
    if let Some(every) = node.get("auto") {
        d.verb(node, &["auto"], &[], Expected::Map)?;
        return d
            .within("auto", |d| d.positive_duration(every))
            .map(Commit::Auto);
    }
    let words = [
        ("auto", Commit::Auto(SimDuration::from_secs(5))),
        ("after-each", Commit::AfterEach),
        ("after-batch", Commit::AfterBatch),
        ("before", Commit::Before),
    ];
    d.word(node, &words)
}

fn retry(d: &mut Decoder<'_>, node: &Node) -> Option<GroupRetry> {
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let to = fields.optional(d, "to", |d, node| d.member(node, RefKind::Topic));
    let wait = fields
        .optional(d, "wait", Decoder::duration)
        .unwrap_or_default();
    let attempts = fields.optional(d, "attempts", |d, node| d.small(node, 1, MAX_ATTEMPTS));
    fields.close(d);
    Some(GroupRetry { to, wait, attempts })
}
