//! `types`, and shapes written on the spot.

use indexmap::IndexMap;

use super::fields::{Decoder, Fields, described};
use super::scalars::type_name;
use crate::scenario::diagnostic::{Expected, Problem};
use crate::scenario::document::{
    Decimal, FieldType, NumberDistribution, Shape, TypeDeclaration, TypeName,
};
use crate::scenario::limits::MAX_COUNT;
use crate::scenario::tree::{Node, NodeKind};

pub(super) fn types(
    d: &mut Decoder<'_>,
    node: &Node,
) -> Option<IndexMap<TypeName, TypeDeclaration>> {
    let mut types = IndexMap::new();
    for entry in d.entries(node)? {
        d.within(&entry.key, |d| {
            let Some(name) = type_name(&entry.key) else {
                let found = described(&Node::scalar(entry.key.as_str()));
                return d.error_at::<()>(
                    entry.key_span,
                    Problem::Expected {
                        found,
                        expected: Expected::Name,
                    },
                );
            };
            let declaration = match entry.value.as_text().filter(|text| !text.is_empty()) {
                Some(_) => d.type_name(&entry.value).map(TypeDeclaration::Same),
                None => d
                    .named(&entry.value, field_type)
                    .map(TypeDeclaration::Fields),
            };
            types.insert(name, declaration?);
            Some(())
        });
    }
    Some(types)
}

/// A type by name, or fields.
pub(super) fn shape(d: &mut Decoder<'_>, node: &Node) -> Option<Shape> {
    match &node.kind {
        NodeKind::Map(_) => d.named(node, field_type).map(Shape::Fields),
        NodeKind::Scalar(_) if !node.is_nothing() => declared(d, node).map(Shape::Type),
        _ => d.unexpected(node, Expected::Shape),
    }
}

/// The name of a type that must be declared.
fn declared(d: &mut Decoder<'_>, node: &Node) -> Option<TypeName> {
    let name = d.type_name(node)?;
    d.known(
        node,
        crate::scenario::diagnostic::RefKind::Type,
        node.as_text().unwrap_or_default(),
    )?;
    Some(name)
}

fn field_type(d: &mut Decoder<'_>, node: &Node) -> Option<FieldType> {
    match &node.kind {
        NodeKind::Scalar(scalar) => match scalar.text.as_str() {
            "id" => Some(FieldType::Id),
            "int" => Some(FieldType::Int(None)),
            "decimal" => Some(FieldType::Decimal(None)),
            "string" => Some(FieldType::String(None)),
            "bool" => Some(FieldType::Bool),
            "instant" => Some(FieldType::Instant),
            "link" => Some(FieldType::Link),
            "" => d.unexpected(node, Expected::FieldType),
            _ => declared(d, node).map(FieldType::Type),
        },
        NodeKind::List(list) => match list.as_slice() {
            [of] => d
                .within("0", |d| field_type(d, of))
                .map(|of| FieldType::List(Box::new(of))),
            _ => d.unexpected(node, Expected::FieldType),
        },
        NodeKind::Map(_) => generated(d, node),
    }
}

/// A type with what it is of, or how it is drawn.
fn generated(d: &mut Decoder<'_>, node: &Node) -> Option<FieldType> {
    const KINDS: [&str; 7] = ["int", "decimal", "string", "enum", "maybe", "one", "many"];
    let (kind, argument) = d.verb(node, &KINDS, &[], Expected::FieldType)?;
    d.within(kind, |d| match kind {
        "int" => number(d, argument).map(|number| FieldType::Int(Some(number))),
        "decimal" => number(d, argument).map(|number| FieldType::Decimal(Some(number))),
        "string" => d.size(argument).map(|size| FieldType::String(Some(size))),
        "enum" => d.list(argument, Decoder::string).map(FieldType::Enum),
        "maybe" => field_type(d, argument).map(|of| FieldType::Maybe(Box::new(of))),
        "one" => declared(d, argument).map(FieldType::One),
        _ => {
            let mut fields = Fields::open(d, argument, Expected::FieldType)?;
            let of = fields.required(d, "of", declared);
            let count = fields.required(d, "count", number);
            fields.close(d);
            Some(FieldType::Many {
                of: of?,
                count: count?,
            })
        }
    })
}

fn number(d: &mut Decoder<'_>, node: &Node) -> Option<NumberDistribution> {
    const KINDS: [&str; 7] = [
        "constant",
        "uniform",
        "exponential",
        "normal",
        "lognormal",
        "poisson",
        "zipf",
    ];
    if node.as_text().is_some() {
        return d.decimal(node).map(NumberDistribution::Constant);
    }
    let (kind, argument) = d.verb(node, &KINDS, &[], Expected::NumberDistribution)?;
    d.within(kind, |d| match kind {
        "constant" => d.decimal(argument).map(NumberDistribution::Constant),
        "uniform" => {
            let (from, to) = d.pair(argument, ["from", "to"], Decoder::decimal)?;
            d.ordered(argument, "from", "to", from <= to)?;
            Some(NumberDistribution::Uniform { from, to })
        }
        "exponential" => {
            let mean = d.main(argument, "mean", |d, node| not_negative(d, node))?;
            Some(NumberDistribution::Exponential { mean })
        }
        "normal" => {
            let mut fields = Fields::open(d, argument, Expected::Map)?;
            let mean = fields.required(d, "mean", Decoder::decimal);
            let sd = fields.required(d, "sd", not_negative);
            fields.close(d);
            Some(NumberDistribution::Normal {
                mean: mean?,
                sd: sd?,
            })
        }
        "lognormal" => {
            let (p50, p99) = d.pair(argument, ["p50", "p99"], not_negative)?;
            d.less(argument, "p50", "p99", p50 < p99)?;
            Some(NumberDistribution::Lognormal { p50, p99 })
        }
        "poisson" => {
            let mean = d.main(argument, "mean", |d, node| not_negative(d, node))?;
            Some(NumberDistribution::Poisson { mean })
        }
        _ => {
            let mut fields = Fields::open(d, argument, Expected::Map)?;
            let n = fields.required(d, "n", |d, node| d.count(node, 1, MAX_COUNT));
            let s = fields.required(d, "s", not_negative);
            fields.close(d);
            Some(NumberDistribution::Zipf { n: n?, s: s? })
        }
    })
}

fn not_negative(d: &mut Decoder<'_>, node: &Node) -> Option<Decimal> {
    let number = d.decimal(node)?;
    if number.millionths() < 0 {
        return d.out_of_range(node, "0".to_owned(), "∞".to_owned());
    }
    Some(number)
}
