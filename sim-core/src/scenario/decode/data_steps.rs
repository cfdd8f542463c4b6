//! Steps that touch stores and streams.

use super::fields::{Decoder, Fields};
use super::steps::{outcomes, steps, variable};
use super::{stores, values};
use crate::scenario::diagnostic::{Expected, Feature, RefKind};
use crate::scenario::document::{
    Action, Append, Expected as Wanted, ForEach, Named, Read, Transaction, Write, WriteKind,
};
use crate::scenario::limits::MAX_ITEMS;
use crate::scenario::tree::Node;

pub(super) fn action(d: &mut Decoder<'_>, verb: &str, node: &Node) -> Option<Action> {
    match verb {
        "for-each" => for_each(d, node),
        "read" => read(d, node),
        "insert" => write(d, node, WriteKind::Insert),
        "update" => write(d, node, WriteKind::Update),
        "delete" => write(d, node, WriteKind::Delete),
        "transaction" => transaction(d, node),
        "append" => append(d, node),
        _ => d.unexpected(node, Expected::Step),
    }
}

fn for_each(d: &mut Decoder<'_>, node: &Node) -> Option<Action> {
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let item = fields.required(d, "item", Decoder::name);
    let list = fields.required(d, "in", values::value);
    let at_most = fields
        .optional(d, "at-most", |d, node| d.small(node, 1, MAX_ITEMS))
        .unwrap_or(1);
    let steps = fields.required(d, "do", steps);
    fields.close(d);
    Some(Action::ForEach(ForEach {
        item: item?,
        list: list?,
        at_most,
        steps: steps?,
    }))
}

fn read(d: &mut Decoder<'_>, node: &Node) -> Option<Action> {
    if node.as_text().is_some() {
        let from = d.member(node, RefKind::Table)?;
        return Some(Action::Read(Read {
            from,
            key: None,
            filter: None,
            until: None,
            bind: None,
            then: Vec::new(),
        }));
    }
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let from = fields.required(d, "from", |d, node| d.member(node, RefKind::Table));
    let key = fields.optional(d, "key", values::value);
    let filter = fields.optional(d, "where", Decoder::expression);
    let until = fields.optional(d, "until", |d, node| {
        d.need(node, Feature::Until);
        d.expression(node)
    });
    let bind = fields.optional(d, "as", variable);
    let then = fields.optional(d, "then", outcomes).unwrap_or_default();
    fields.close(d);
    Some(Action::Read(Read {
        from: from?,
        key,
        filter,
        until,
        bind,
        then,
    }))
}

fn write(d: &mut Decoder<'_>, node: &Node, kind: WriteKind) -> Option<Action> {
    if node.as_text().is_some() {
        let to = d.member(node, RefKind::Table)?;
        return Some(Action::Write(Write {
            kind,
            to,
            key: None,
            filter: None,
            fields: Named::new(),
            then: Vec::new(),
        }));
    }
    let (table, written) = match kind {
        WriteKind::Insert => ("to", Some("row")),
        WriteKind::Update => ("to", Some("set")),
        WriteKind::Delete => ("from", None),
    };
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let to = fields.required(d, table, |d, node| d.member(node, RefKind::Table));
    let (key, filter) = match kind {
        WriteKind::Insert => (None, None),
        WriteKind::Update | WriteKind::Delete => (
            fields.optional(d, "key", values::value),
            fields.optional(d, "where", Decoder::expression),
        ),
    };
    let set = written
        .and_then(|written| fields.optional(d, written, values::fields))
        .unwrap_or_default();
    let then = fields.optional(d, "then", outcomes).unwrap_or_default();
    fields.close(d);
    Some(Action::Write(Write {
        kind,
        to: to?,
        key,
        filter,
        fields: set,
        then,
    }))
}

fn transaction(d: &mut Decoder<'_>, node: &Node) -> Option<Action> {
    if node.get("do").is_none() {
        let steps = steps(d, node)?;
        return Some(Action::Transaction(Transaction {
            isolation: None,
            two_phase: false,
            steps,
        }));
    }
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let isolation = fields.optional(d, "isolation", stores::isolation);
    let two_phase = fields
        .optional(d, "two-phase", |d, node| {
            let two_phase = d.bool(node)?;
            d.need_if(two_phase, node, Feature::Transactions);
            Some(two_phase)
        })
        .unwrap_or_default();
    let steps = fields.required(d, "do", steps);
    fields.close(d);
    Some(Action::Transaction(Transaction {
        isolation,
        two_phase,
        steps: steps?,
    }))
}

fn append(d: &mut Decoder<'_>, node: &Node) -> Option<Action> {
    d.need(node, Feature::EventStreams);
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let to = fields.required(d, "to", |d, node| d.member(node, RefKind::Stream));
    let stream = fields.required(d, "stream", values::value);
    let expected = fields
        .optional(d, "expected", expected)
        .unwrap_or(Wanted::Any);
    let events = fields.required(d, "events", values::emissions);
    let then = fields.optional(d, "then", outcomes).unwrap_or_default();
    fields.close(d);
    Some(Action::Append(Append {
        to: to?,
        stream: stream?,
        expected,
        events: events?,
        then,
    }))
}

fn expected(d: &mut Decoder<'_>, node: &Node) -> Option<Wanted> {
    match node.as_text() {
        Some("any") => Some(Wanted::Any),
        Some("none") => Some(Wanted::None),
        Some("exists") => Some(Wanted::Exists),
        _ => values::value(d, node).map(Wanted::Version),
    }
}
