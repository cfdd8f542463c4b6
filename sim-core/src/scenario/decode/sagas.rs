//! `sagas`.

use super::fields::{Decoder, Fields};
use super::values;
use crate::scenario::diagnostic::{Expected, Feature, RefKind};
use crate::scenario::document::{MemberRef, Saga, SagaStep, SagaStepKind, SagaStyle};
use crate::scenario::tree::Node;

pub(super) fn saga(d: &mut Decoder<'_>, node: &Node) -> Option<Saga> {
    d.need(node, Feature::Sagas);
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let orchestrated = fields.required(d, "style", |d, node| {
        d.word(node, &[("orchestrated", true), ("choreographed", false)])
    });
    let style = match orchestrated {
        Some(true) => fields
            .required(d, "manager", |d, node| d.reference(node, RefKind::Service))
            .map(|manager| SagaStyle::Orchestrated { manager }),
        Some(false) => {
            let over = fields.required(d, "over", over);
            let key = fields.optional(d, "key", values::value);
            let starts = fields.required(d, "starts", Decoder::type_name);
            over.zip(starts)
                .map(|(over, starts)| SagaStyle::Choreographed { over, key, starts })
        }
        // Which fields belong to it is unknown then.
        None => return None,
    };
    let steps = fields.required(d, "steps", |d, node| d.list(node, step));
    fields.close(d);
    Some(Saga {
        style: style?,
        steps: steps?,
    })
}

fn over(d: &mut Decoder<'_>, node: &Node) -> Option<MemberRef> {
    let exchange = node
        .as_text()
        .is_some_and(|text| d.symbols().has(RefKind::Exchange, text));
    d.member(
        node,
        if exchange {
            RefKind::Exchange
        } else {
            RefKind::Topic
        },
    )
}

fn step(d: &mut Decoder<'_>, node: &Node) -> Option<SagaStep> {
    let kinds = [
        ("compensable", SagaStepKind::Compensable),
        ("pivot", SagaStepKind::Pivot),
        ("retriable", SagaStepKind::Retriable),
    ];
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let name = fields.required(d, "name", Decoder::name);
    let kind = fields.required(d, "kind", |d, node| d.word(node, &kinds));
    let action = fields.required(d, "action", |d, node| d.member(node, RefKind::Endpoint));
    let done = fields.optional(d, "done", Decoder::type_name);
    let failed = fields.optional(d, "failed", Decoder::type_name);
    let undo = fields.optional(d, "undo", |d, node| d.member(node, RefKind::Endpoint));
    let undone = fields.optional(d, "undone", Decoder::type_name);
    fields.close(d);
    Some(SagaStep {
        name: name?,
        kind: kind?,
        action: action?,
        done,
        failed,
        undo,
        undone,
    })
}
