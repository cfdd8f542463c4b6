//! Values in messages, rows and headers.

use super::fields::Decoder;
use crate::scenario::document::{Emission, Name, Named, TypeName, Value};
use crate::scenario::tree::{Node, NodeKind};

/// A value: `=` and an expression, or what was written.
pub(super) fn value(d: &mut Decoder<'_>, node: &Node) -> Option<Value> {
    match &node.kind {
        NodeKind::Scalar(scalar) if scalar.text.starts_with('=') => {
            d.expression(node).map(Value::Expression)
        }
        NodeKind::Scalar(scalar) => Some(Value::Scalar(scalar.text.clone())),
        NodeKind::List(_) => d.list(node, value).map(Value::List),
        NodeKind::Map(_) => fields(d, node).map(Value::Map),
    }
}

/// Values by name.
pub(super) fn fields(d: &mut Decoder<'_>, node: &Node) -> Option<Named<Value>> {
    d.named(node, value)
}

/// Events with fields: a type by name, or one entry `Type: {field: value}`.
pub(super) fn emissions(d: &mut Decoder<'_>, node: &Node) -> Option<Vec<Emission>> {
    let lists = d.one_or_many(node, |d, node| match node.as_text() {
        Some(_) => d.type_name(node).map(|message| {
            vec![Emission {
                message,
                fields: Named::new(),
            }]
        }),
        None => fold(d, node),
    })?;
    Some(lists.into_iter().flatten().collect())
}

/// Fields by type of event.
pub(super) fn fold(d: &mut Decoder<'_>, node: &Node) -> Option<Vec<Emission>> {
    let mut emissions = Vec::new();
    for entry in d.entries(node)? {
        d.within(&entry.key, |d| {
            let key = Node {
                span: entry.key_span,
                ..Node::scalar(entry.key.as_str())
            };
            let message = d.type_of(&key, &entry.key);
            let fields = fields(d, &entry.value);
            emissions.extend(
                message
                    .zip(fields)
                    .map(|(message, fields)| Emission { message, fields }),
            );
        });
    }
    Some(emissions)
}

/// A type's name as messages carry it.
pub(super) fn type_as_name(name: &TypeName) -> Name {
    match name.version {
        None => name.name.clone(),
        Some(version) => Name::new(&format!("{}@{version}", name.name)),
    }
}
