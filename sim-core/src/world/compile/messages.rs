//! Messages: what requests, published messages and answers carry, by their types.

use super::behaviour::Handler;
use super::scope::{About, Scope};
use super::{Compiler, error_at};
use crate::kernel::{Purpose, StreamKey};
use crate::scenario::diagnostic::Problem;
use crate::scenario::document::{
    Decimal, FieldType, Name, Named, NumberDistribution, Publish, Request, Response, Shape,
    TypeDeclaration, TypeName, Value,
};
use crate::scenario::nearest::nearest;
use crate::values::{Datum, FieldKind, Formula};
use crate::world::generators::Generator;
use crate::world::variables::{Composition, FieldSource};

/// What a behaviour takes in.
#[derive(Clone, Copy, Debug)]
pub(super) enum Takes<'a> {
    /// Nothing: a journey.
    Nothing,
    /// A request with these fields.
    Request(Option<&'a Shape>),
    /// A message of this type.
    Message(&'a Name),
    /// A message of some type.
    AnyMessage,
}

/// The fields of a type.
pub(super) type FieldTypes<'a> = Vec<(&'a Name, &'a FieldType)>;

/// Types nested deeper than this go in a circle.
const MAX_NESTING: u32 = 16;

/// What is drawn for a field without a generator of its own: whole numbers up to a million,
/// amounts up to a thousand, words of twelve letters, lists of three.
const INT: NumberDistribution = uniform(0, 1_000_000);
const AMOUNT: NumberDistribution = uniform(0, 1_000);
const TEXT_BYTES: u64 = 12;
const THREE: NumberDistribution =
    NumberDistribution::Constant(Decimal::from_millionths(3 * Decimal::ONE));

/// How many things of a type there are to refer to, if no table is filled with them.
const POPULATION: u64 = 1_000;

const fn uniform(from: i128, to: i128) -> NumberDistribution {
    NumberDistribution::Uniform {
        from: Decimal::from_millionths(from * Decimal::ONE),
        to: Decimal::from_millionths(to * Decimal::ONE),
    }
}

impl<'a> Compiler<'a> {
    /// The fields of a shape.
    pub(super) fn fields_of(&self, shape: &'a Shape) -> FieldTypes<'a> {
        match shape {
            Shape::Fields(fields) => fields.iter().collect(),
            Shape::Type(name) => self.fields_of_type(name).unwrap_or_default(),
        }
    }

    /// The fields of a type, if it is declared. A name without a version means the latest.
    pub(super) fn fields_of_type(&self, name: &TypeName) -> Option<FieldTypes<'a>> {
        let document = self.document;
        let mut name = name;
        for _ in 0..MAX_NESTING {
            let declaration = document.types.get(name).or_else(|| {
                let same = |known: &&TypeName| known.name == name.name && name.version.is_none();
                let latest = document
                    .types
                    .keys()
                    .filter(same)
                    .max_by_key(|known| known.version);
                latest.and_then(|latest| document.types.get(latest))
            })?;
            match declaration {
                TypeDeclaration::Fields(fields) => return Some(fields.iter().collect()),
                TypeDeclaration::Same(other) => name = other,
            }
        }
        None
    }

    /// The fields of messages of the type called `name`, if it is declared.
    pub(super) fn fields_of_message(&self, name: &Name) -> Option<FieldTypes<'a>> {
        let (bare, version) = match name.as_str().split_once('@') {
            Some((bare, version)) => (Name::new(bare), version.parse().ok()),
            None => (name.clone(), None),
        };
        self.fields_of_type(&TypeName {
            name: bare,
            version,
        })
    }

    /// Types that contain themselves have no end.
    pub(super) fn types_end(&mut self) {
        for (name, declaration) in &self.document.types {
            let ends = match declaration {
                TypeDeclaration::Same(_) => self.fields_of_type(name).is_some(),
                TypeDeclaration::Fields(fields) => {
                    fields.values().all(|field| self.ends(field, 0, &mut 0))
                }
            };
            if !ends {
                let text = match name.version {
                    Some(version) => format!("{}@{version}", name.name),
                    None => name.name.to_string(),
                };
                let problem = Problem::TypeContainsItself { name: text.clone() };
                let path = format!("types.{text}");
                self.problems.push(error_at(self.scenario, &path, problem));
            }
        }
    }

    /// Whether a type comes to an end, within a bounded number of steps.
    fn ends(&self, field: &FieldType, depth: u32, steps: &mut u32) -> bool {
        *steps += 1;
        if depth > MAX_NESTING || *steps > 10_000 {
            return false;
        }
        match field {
            FieldType::Maybe(of) | FieldType::List(of) => self.ends(of, depth + 1, steps),
            FieldType::Type(name) => self.fields_of_type(name).is_some_and(|fields| {
                fields
                    .iter()
                    .all(|(_, field)| self.ends(field, depth + 1, steps))
            }),
            _ => true,
        }
    }

    /// What a field must be. Types end, which has been checked.
    pub(super) fn kind_of(&self, field: &FieldType) -> FieldKind {
        match field {
            FieldType::Id | FieldType::One(_) => FieldKind::Id,
            FieldType::Int(_) => FieldKind::Int,
            FieldType::Decimal(_) => FieldKind::Decimal,
            FieldType::String(_) => FieldKind::Text,
            FieldType::Bool => FieldKind::Bool,
            FieldType::Instant => FieldKind::Instant,
            FieldType::Link => FieldKind::Any,
            FieldType::Enum(words) => {
                FieldKind::Word(words.iter().map(|word| Name::new(word)).collect())
            }
            FieldType::Maybe(of) => FieldKind::Maybe(Box::new(self.kind_of(of))),
            FieldType::List(of) => FieldKind::List(Box::new(self.kind_of(of))),
            FieldType::Many { .. } => FieldKind::List(Box::new(FieldKind::Id)),
            FieldType::Type(name) => {
                let fields = self.fields_of_type(name).unwrap_or_default();
                let kinds = fields
                    .iter()
                    .map(|(name, field)| ((*name).clone(), self.kind_of(field)));
                FieldKind::Map(kinds.collect())
            }
        }
    }

    /// How a value of a type is made up.
    pub(super) fn generator(&self, field: &FieldType) -> Generator {
        match field {
            FieldType::Id => Generator::Id,
            FieldType::One(name) => Generator::OneOf(self.population(name)),
            FieldType::Int(numbers) => Generator::Int(numbers.unwrap_or(INT)),
            FieldType::Decimal(numbers) => Generator::Decimal(numbers.unwrap_or(AMOUNT)),
            FieldType::String(bytes) => Generator::Text(bytes.unwrap_or(TEXT_BYTES)),
            FieldType::Bool => Generator::Bool,
            FieldType::Instant => Generator::Now,
            FieldType::Link => Generator::Text(0),
            FieldType::Enum(words) => {
                Generator::Word(words.iter().map(|word| word.as_str().into()).collect())
            }
            FieldType::Maybe(of) => Generator::Maybe(Box::new(self.generator(of))),
            FieldType::List(of) => Generator::List(Box::new(self.generator(of)), THREE),
            FieldType::Many { of, count } => {
                Generator::List(Box::new(Generator::OneOf(self.population(of))), *count)
            }
            FieldType::Type(name) => {
                let fields = self.fields_of_type(name).unwrap_or_default();
                let drawn = fields
                    .iter()
                    .map(|(name, field)| ((*name).clone(), self.generator(field)));
                Generator::Map(drawn.collect())
            }
        }
    }

    /// How many things of a type there are: the rows of the first table that is filled with
    /// them.
    fn population(&self, name: &TypeName) -> u64 {
        use crate::scenario::document::Table;
        let tables = self
            .document
            .stores
            .values()
            .flat_map(|store| store.tables.values());
        let filled = tables.filter_map(|table| match table {
            Table::Rows {
                row: Shape::Type(of),
                rows,
                ..
            } if of == name && *rows > 0 => Some(*rows),
            _ => None,
        });
        filled.into_iter().next().unwrap_or(POPULATION)
    }

    /// What a behaviour knows at its start, and what must come in.
    pub(super) fn opening(&self, takes: Takes<'a>) -> (Scope, Vec<FieldKind>) {
        let (fields, about) = match takes {
            Takes::Nothing | Takes::Request(None) => (Vec::new(), About::Request),
            Takes::Request(Some(shape)) => (self.fields_of(shape), About::Request),
            Takes::Message(name) => (
                self.fields_of_message(name).unwrap_or_default(),
                About::Message,
            ),
            Takes::AnyMessage => (Vec::new(), About::Message),
        };
        let kinds = fields
            .iter()
            .map(|(_, field)| self.kind_of(field))
            .collect();
        let scope = Scope::new(fields.iter().map(|(name, _)| *name), about);
        (scope, kinds)
    }

    /// What a request to an endpoint that takes `fields` carries.
    pub(super) fn request(
        &mut self,
        handler: &mut Handler<'_>,
        name: &str,
        fields: &FieldTypes<'a>,
        request: &Request,
    ) -> Option<Composition> {
        let sources = self.sources(handler, name, fields, ("args", &request.args));
        let about = self.headers(handler, &request.headers);
        let empty = sources.is_empty() && request.headers.is_empty();
        (!empty).then_some(Composition {
            fields: sources,
            about,
            checked: None,
        })
    }

    /// What a published message carries. The publisher sees to it that its fields are what
    /// they must be, as a serializer with a schema does.
    pub(super) fn published(
        &mut self,
        handler: &mut Handler<'_>,
        name: &str,
        publish: &Publish,
    ) -> Option<Composition> {
        let declared = self.fields_of_message(&publish.message);
        let plain = declared.is_none()
            && publish.fields.is_empty()
            && publish.headers.is_empty()
            && publish.key.is_none();
        if plain {
            return None;
        }
        let kind = Formula::Constant(Datum::text(publish.message.as_str()));
        let mut said = vec![(Name::new("type"), kind)];
        if let Some(key) = &publish.key {
            let key = self.value(handler, "key", key, &FieldKind::Any, None);
            said.push((Name::new("key"), key));
        }
        if !publish.headers.is_empty() {
            said.push((
                Name::new("headers"),
                self.headers(handler, &publish.headers),
            ));
        }
        let (sources, checked) = if let Some(fields) = declared {
            let kinds = fields
                .iter()
                .map(|(_, field)| self.kind_of(field))
                .collect();
            let sources = self.sources(handler, name, &fields, ("fields", &publish.fields));
            (sources, Some(kinds))
        } else {
            // Nobody declared what it has: what it is given is said about it.
            for (field, value) in &publish.fields {
                let path = format!("fields.{field}");
                let value = self.value(handler, &path, value, &FieldKind::Any, None);
                said.push((field.clone(), value));
            }
            (Vec::new(), None)
        };
        Some(Composition {
            fields: sources,
            about: Formula::Map(said.into()),
            checked,
        })
    }

    fn headers(&mut self, handler: &mut Handler<'_>, headers: &Named<Value>) -> Formula {
        if headers.is_empty() {
            return Formula::Constant(Datum::Null);
        }
        let headers = headers.iter().map(|(name, value)| {
            let path = format!("headers.{name}");
            let value = self.value(handler, &path, value, &FieldKind::Any, None);
            (name.clone(), value)
        });
        Formula::Map(headers.collect())
    }

    /// Where each field comes from: what is given, a name in scope, or, at a client, a draw.
    pub(super) fn sources(
        &mut self,
        handler: &mut Handler<'_>,
        name: &str,
        fields: &FieldTypes<'a>,
        (place, given): (&str, &Named<Value>),
    ) -> Vec<FieldSource> {
        for unknown in given.keys() {
            if !fields.iter().any(|(field, _)| *field == unknown) {
                let known = || fields.iter().map(|(field, _)| field.as_str());
                let problem = Problem::UnknownField {
                    found: unknown.to_string(),
                    nearest: nearest(unknown.as_str(), known()),
                    known: known().map(str::to_owned).collect(),
                };
                self.trouble(handler, &format!("{place}.{unknown}"), problem);
            }
        }
        let sources = fields.iter().map(|(field, of)| {
            if let Some(value) = given.get(field.as_str()) {
                let kind = self.kind_of(of);
                let path = format!("{place}.{field}");
                return FieldSource::Given(self.value(handler, &path, value, &kind, None));
            }
            if let Some(known) = handler.scope.find(field.as_str()) {
                return FieldSource::Given(Formula::Variable(known));
            }
            if handler.makes_up {
                let name = crate::kernel::Key::of(&format!("{name}/{field}"));
                let stream = StreamKey::new(self.document.seed, name, Purpose::Field);
                return FieldSource::Drawn(self.generator(of), stream);
            }
            if !matches!(of, FieldType::Maybe(_)) {
                let problem = Problem::NoValue {
                    field: field.to_string(),
                };
                self.trouble(handler, "", problem);
            }
            FieldSource::Given(Formula::Constant(Datum::Null))
        });
        sources.collect()
    }

    /// The body and headers of an answer.
    pub(super) fn response(
        &mut self,
        handler: &mut Handler<'_>,
        response: &Response,
    ) -> (Formula, Formula) {
        let body = match &response.body {
            Some(body) => self.value(handler, "body", body, &FieldKind::Any, None),
            None => Formula::Constant(Datum::Null),
        };
        (body, self.headers(handler, &response.headers))
    }
}
