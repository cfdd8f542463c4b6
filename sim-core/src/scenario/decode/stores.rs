//! `stores`, `aggregates`, `projections`.

use super::fields::{Decoder, Fields};
use super::{types, values};
use crate::kernel::SimDuration;
use crate::scenario::diagnostic::{Expected, Feature, RefKind};
use crate::scenario::document::{
    Aggregate, Checkpoint, Command, Isolation, Name, Named, PastEvent, Projection, Relay,
    RelayMode, Shape, Store, Stream, Table,
};
use crate::scenario::limits::{MAX_COUNT, MAX_KEPT, MAX_ROWS, MAX_WORKERS};
use crate::scenario::tree::Node;

pub(super) fn store(d: &mut Decoder<'_>, node: &Node) -> Option<Store> {
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let title = fields
        .optional(d, "title", Decoder::text)
        .unwrap_or_default();
    let pool = fields.optional(d, "pool", |d, node| d.small(node, 1, MAX_WORKERS));
    let isolation = fields
        .optional(d, "isolation", isolation)
        .unwrap_or_default();
    let inside = fields.optional(d, "inside", |d, node| d.reference(node, RefKind::Service));
    let tables = fields
        .optional(d, "tables", |d, node| d.named(node, table))
        .unwrap_or_default();
    let streams = fields
        .optional(d, "streams", |d, node| d.named(node, stream))
        .unwrap_or_default();
    fields.close(d);
    Some(Store {
        title,
        pool,
        isolation,
        inside,
        tables,
        streams,
    })
}

pub(super) fn isolation(d: &mut Decoder<'_>, node: &Node) -> Option<Isolation> {
    let words = [
        ("read-committed", Isolation::ReadCommitted),
        ("repeatable-read", Isolation::RepeatableRead),
        ("snapshot", Isolation::Snapshot),
        ("serializable", Isolation::Serializable),
    ];
    d.word(node, &words)
}

fn table(d: &mut Decoder<'_>, node: &Node) -> Option<Table> {
    let (kind, argument) = d.verb(
        node,
        &["row", "marks", "relay"],
        &["key", "unique", "rows"],
        Expected::Map,
    )?;
    match kind {
        "row" => rows(d, node),
        "marks" => only(d, node, "marks", |d| {
            d.need(argument, Feature::Once);
            let keep = d.duration_within(argument, SimDuration::from_nanos(1), MAX_KEPT)?;
            Some(Table::Marks { keep })
        }),
        _ => only(d, node, "relay", |d| relay(d, argument).map(Table::Relay)),
    }
}

/// A table that has nothing beside its one key.
fn only<'s, T>(
    d: &mut Decoder<'s>,
    node: &Node,
    key: &'static str,
    read: impl FnOnce(&mut Decoder<'s>) -> Option<T>,
) -> Option<T> {
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let table = fields.required(d, key, |d, _| read(d));
    fields.close(d);
    table
}

fn rows(d: &mut Decoder<'_>, node: &Node) -> Option<Table> {
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let row = fields.required(d, "row", types::shape);
    let key = fields.optional(d, "key", |d, node| field_of(d, node, row.as_ref()));
    let unique = fields.optional(d, "unique", |d, node| {
        d.one_or_many(node, |d, node| field_of(d, node, row.as_ref()))
    });
    let count = fields
        .optional(d, "rows", |d, node| d.count(node, 0, MAX_ROWS))
        .unwrap_or_default();
    fields.close(d);
    Some(Table::Rows {
        row: row?,
        key,
        unique: unique.unwrap_or_default(),
        rows: count,
    })
}

/// The name of a field; checked where the fields are written on the spot.
fn field_of(d: &mut Decoder<'_>, node: &Node, shape: Option<&Shape>) -> Option<Name> {
    let name = d.name(node)?;
    if let Some(Shape::Fields(fields)) = shape.filter(|shape| matches!(shape, Shape::Fields(_))) {
        let known: Vec<(&str, ())> = fields.keys().map(|field| (field.as_str(), ())).collect();
        d.word(node, &known)?;
    }
    Some(name)
}

fn relay(d: &mut Decoder<'_>, node: &Node) -> Option<Relay> {
    const EVERY: SimDuration = SimDuration::from_millis(100);
    const BATCH: u32 = 100;
    d.need(node, Feature::Outbox);
    if node.as_text().is_some() {
        let to = d.member(node, RefKind::Channel)?;
        return Some(Relay {
            to,
            mode: RelayMode::Poll {
                every: EVERY,
                batch: BATCH,
            },
        });
    }
    let mut fields = Fields::open(d, node, Expected::Reference)?;
    let to = fields.required(d, "to", |d, node| d.member(node, RefKind::Channel));
    let tail = fields.optional(d, "tail", Decoder::duration);
    let mode = if let Some(delay) = tail {
        RelayMode::Tail { delay }
    } else {
        let every = fields
            .optional(d, "poll", Decoder::positive_duration)
            .unwrap_or(EVERY);
        let batch = fields
            .optional(d, "batch", |d, node| d.small(node, 1, MAX_COUNT))
            .unwrap_or(BATCH);
        RelayMode::Poll { every, batch }
    };
    fields.close(d);
    Some(Relay { to: to?, mode })
}

fn stream(d: &mut Decoder<'_>, node: &Node) -> Option<Stream> {
    d.need(node, Feature::EventStreams);
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let of = fields.required(d, "of", |d, node| d.one_or_many(node, Decoder::type_name));
    fields.close(d);
    Some(Stream { of: of? })
}

pub(super) fn aggregate(d: &mut Decoder<'_>, node: &Node) -> Option<Aggregate> {
    d.need(node, Feature::Aggregates);
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let stream = fields.required(d, "stream", |d, node| d.member(node, RefKind::Stream));
    let state = fields
        .optional(d, "state", types::shape)
        .unwrap_or_else(|| Shape::Fields(Named::new()));
    let commands = fields
        .optional(d, "commands", |d, node| d.named(node, command))
        .unwrap_or_default();
    let fold = fields.optional(d, "fold", values::fold).unwrap_or_default();
    let upcast = fields
        .optional(d, "upcast", values::fold)
        .unwrap_or_default();
    let snapshot_every = fields.optional(d, "snapshot", |d, node| {
        d.main(node, "every", |d, node| d.small(node, 1, MAX_COUNT))
    });
    let history = fields
        .optional(d, "history", |d, node| d.list(node, past_event))
        .unwrap_or_default();
    fields.close(d);
    Some(Aggregate {
        stream: stream?,
        state,
        commands,
        fold,
        upcast,
        snapshot_every,
        history,
    })
}

fn command(d: &mut Decoder<'_>, node: &Node) -> Option<Command> {
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let input = fields.optional(d, "in", types::shape);
    let guard = fields.optional(d, "guard", Decoder::expression);
    let emits = fields.required(d, "emits", values::emissions);
    fields.close(d);
    Some(Command {
        input,
        guard,
        emits: emits?,
    })
}

fn past_event(d: &mut Decoder<'_>, node: &Node) -> Option<PastEvent> {
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let stream = fields.required(d, "stream", Decoder::string);
    let at = fields.required(d, "at", Decoder::date);
    let message = fields.required(d, "event", Decoder::type_name);
    let values = fields
        .optional(d, "fields", values::fields)
        .unwrap_or_default();
    fields.close(d);
    let event = crate::scenario::document::Emission {
        message: message?,
        fields: values,
    };
    Some(PastEvent {
        stream: stream?,
        at: at?,
        event,
    })
}

pub(super) fn projection(d: &mut Decoder<'_>, node: &Node) -> Option<Projection> {
    d.need(node, Feature::Projections);
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let from = fields.required(d, "from", |d, node| {
        let topic = node
            .as_text()
            .is_some_and(|text| d.symbols().has(RefKind::Topic, text));
        d.member(
            node,
            if topic {
                RefKind::Topic
            } else {
                RefKind::Stream
            },
        )
    });
    let into = fields.required(d, "into", |d, node| d.member(node, RefKind::Table));
    let key = fields.required(d, "key", values::value);
    let batch = fields.optional(d, "batch", batch);
    let checkpoint = fields
        .optional(d, "checkpoint", checkpoint)
        .unwrap_or_default();
    let fold = fields.required(d, "fold", values::fold);
    fields.close(d);
    Some(Projection {
        from: from?,
        into: into?,
        key: key?,
        batch,
        checkpoint,
        fold: fold?,
    })
}

fn batch(d: &mut Decoder<'_>, node: &Node) -> Option<(u32, SimDuration)> {
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let events = fields.required(d, "events", |d, node| d.small(node, 1, MAX_COUNT));
    let wait = fields
        .optional(d, "wait", Decoder::duration)
        .unwrap_or_default();
    fields.close(d);
    Some((events?, wait))
}

fn checkpoint(d: &mut Decoder<'_>, node: &Node) -> Option<Checkpoint> {
    let words = [
        ("with-rows", Checkpoint::WithRows),
        ("after-batch", Checkpoint::AfterBatch),
        ("after-each", Checkpoint::AfterEach),
    ];
    d.word(node, &words)
}
