//! `brokers`: RabbitMQ's queues, exchanges and bindings.

use super::fields::{Decoder, Fields};
use super::{kafka, values};
use crate::scenario::diagnostic::{Expected, Feature, RefKind};
use crate::scenario::document::{
    Binding, Broker, BrokerKind, Exchange, ExchangeKind, MemberRef, Overflow, Queue, QueueKind,
    QueueOptions, RabbitMq, Text,
};
use crate::scenario::limits::{MAX_COUNT, MAX_KEPT, MAX_QUEUE};
use crate::scenario::tree::Node;

pub(super) fn broker(d: &mut Decoder<'_>, node: &Node) -> Option<Broker> {
    let title = title(d, node);
    let (kind, argument) = d.verb(node, &["rabbitmq", "kafka"], &["title"], Expected::Map)?;
    let kind = d.within(kind, |d| match kind {
        "rabbitmq" => rabbitmq(d, argument).map(BrokerKind::RabbitMq),
        _ => kafka::kafka(d, argument).map(BrokerKind::Kafka),
    })?;
    Some(Broker { title, kind })
}

/// What the thing at `node` is called for people.
fn title(d: &mut Decoder<'_>, node: &Node) -> Text {
    node.get("title")
        .and_then(|title| d.within("title", |d| d.text(title)))
        .unwrap_or_default()
}

fn rabbitmq(d: &mut Decoder<'_>, node: &Node) -> Option<RabbitMq> {
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let queues = fields
        .optional(d, "queues", |d, node| d.named(node, queue))
        .unwrap_or_default();
    let exchanges = fields
        .optional(d, "exchanges", |d, node| d.named(node, exchange))
        .unwrap_or_default();
    let bindings = fields
        .optional(d, "bindings", |d, node| d.list(node, binding))
        .unwrap_or_default();
    fields.close(d);
    Some(RabbitMq {
        queues,
        exchanges,
        bindings,
    })
}

fn queue(d: &mut Decoder<'_>, node: &Node) -> Option<Queue> {
    const KINDS: [(&str, QueueKind); 2] = [
        ("classic", QueueKind::Classic),
        ("quorum", QueueKind::Quorum),
    ];
    if node.is_nothing() {
        return Some(Queue {
            title: Text::default(),
            kind: QueueKind::Classic,
            options: QueueOptions::default(),
        });
    }
    if node.as_text().is_some() {
        let kind = d.word(node, &KINDS)?;
        d.need_if(kind == QueueKind::Quorum, node, Feature::QuorumQueues);
        return Some(Queue {
            title: Text::default(),
            kind,
            options: QueueOptions::default(),
        });
    }
    let title = title(d, node);
    let (kind, argument) = d.verb(node, &["classic", "quorum"], &["title"], Expected::Map)?;
    let kind = if kind == "quorum" {
        QueueKind::Quorum
    } else {
        QueueKind::Classic
    };
    d.need_if(kind == QueueKind::Quorum, node, Feature::QuorumQueues);
    let options = d.within(
        if kind == QueueKind::Quorum {
            "quorum"
        } else {
            "classic"
        },
        |d| options(d, argument, kind),
    )?;
    let only_ttl = QueueOptions {
        ttl: options.ttl,
        ..QueueOptions::default()
    };
    d.need_if(options != only_ttl, node, Feature::QueueOptions);
    Some(Queue {
        title,
        kind,
        options,
    })
}

fn options(d: &mut Decoder<'_>, node: &Node, kind: QueueKind) -> Option<QueueOptions> {
    // AMQP priorities are one byte.
    const MAX_PRIORITY: u64 = 255;
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let ttl = fields.optional(d, "ttl", |d, node| {
        d.duration_within(node, crate::kernel::SimDuration::ZERO, MAX_KEPT)
    });
    let max_length = fields.optional(d, "max-length", |d, node| d.small(node, 1, MAX_QUEUE));
    let overflow = fields.optional(d, "overflow", overflow).unwrap_or_default();
    let dead_letter = fields.optional(d, "dead-letter", exchange_or_queue);
    let single_active_consumer = fields
        .optional(d, "single-active-consumer", Decoder::bool)
        .unwrap_or_default();
    let (delivery_limit, max_priority) = match kind {
        QueueKind::Quorum => (
            fields.optional(d, "delivery-limit", |d, node| d.small(node, 0, MAX_COUNT)),
            None,
        ),
        QueueKind::Classic => (
            None,
            fields.optional(d, "max-priority", |d, node| d.small(node, 1, MAX_PRIORITY)),
        ),
    };
    fields.close(d);
    Some(QueueOptions {
        ttl,
        max_length,
        overflow,
        dead_letter,
        delivery_limit,
        max_priority,
        single_active_consumer,
    })
}

fn overflow(d: &mut Decoder<'_>, node: &Node) -> Option<Overflow> {
    let words = [
        ("drop-head", Overflow::DropHead),
        ("reject-publish", Overflow::RejectPublish),
        ("reject-publish-dlx", Overflow::RejectPublishDlx),
    ];
    d.word(node, &words)
}

/// Where messages can be passed on to inside RabbitMQ.
fn exchange_or_queue(d: &mut Decoder<'_>, node: &Node) -> Option<MemberRef> {
    let queue = node
        .as_text()
        .is_some_and(|text| d.symbols().has(RefKind::Queue, text));
    d.member(
        node,
        if queue {
            RefKind::Queue
        } else {
            RefKind::Exchange
        },
    )
}

fn exchange(d: &mut Decoder<'_>, node: &Node) -> Option<Exchange> {
    const KINDS: [(&str, ExchangeKind); 4] = [
        ("direct", ExchangeKind::Direct),
        ("fanout", ExchangeKind::Fanout),
        ("topic", ExchangeKind::Topic),
        ("headers", ExchangeKind::Headers),
    ];
    d.need(node, Feature::Exchanges);
    if node.as_text().is_some() {
        return d.word(node, &KINDS).map(|kind| Exchange {
            kind,
            alternate: None,
        });
    }
    let (word, argument) = d.verb(node, &KINDS.map(|(word, _)| word), &[], Expected::Map)?;
    let kind = KINDS
        .iter()
        .find(|(known, _)| *known == word)
        .map(|(_, kind)| *kind)?;
    d.within(word, |d| {
        let mut fields = Fields::open(d, argument, Expected::Map)?;
        let alternate = fields.optional(d, "alternate", exchange_or_queue);
        fields.close(d);
        Some(Exchange { kind, alternate })
    })
}

fn binding(d: &mut Decoder<'_>, node: &Node) -> Option<Binding> {
    d.need(node, Feature::Exchanges);
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let from = fields.required(d, "from", |d, node| d.member(node, RefKind::Exchange));
    let to = fields.required(d, "to", exchange_or_queue);
    let key = fields
        .optional(d, "key", Decoder::string)
        .unwrap_or_default();
    let headers = fields
        .optional(d, "headers", values::fields)
        .unwrap_or_default();
    fields.close(d);
    Some(Binding {
        from: from?,
        to: to?,
        key,
        headers,
    })
}
