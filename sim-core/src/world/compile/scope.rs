//! Scopes: the names a behaviour knows, and expressions whose names become places.

use std::collections::BTreeMap;

use super::behaviour::Handler;
use super::{Compiler, error_at};
use crate::scenario::diagnostic::Problem;
use crate::scenario::document::{Decimal, Name, Value};
use crate::scenario::expr::{Expr, ExprKind, Expression, Function, Key, Unit};
use crate::scenario::nearest::nearest;
use crate::values::{Datum, FieldKind, Formula, LookupKey};
use crate::world::variables::Place;

/// The most variables of one behaviour, the fields that come in included.
const MAX_VARIABLES: usize = 256;

/// What something that comes from outside is called in a behaviour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum About {
    /// `request.x` is a header of the request.
    Request,
    /// `message.x` is what is said about the message.
    Message,
}

/// The names a behaviour knows. The fields that come in have the first places, then comes
/// what is said about the message, then variables in the order in which they are first
/// set.
#[derive(Debug)]
pub(super) struct Scope {
    places: BTreeMap<Name, Place>,
    inputs: usize,
    about: About,
    /// Whether anything was looked up or set.
    used: bool,
    size: usize,
}

impl Scope {
    pub(super) fn new<'a>(inputs: impl Iterator<Item = &'a Name>, about: About) -> Self {
        let mut places = BTreeMap::new();
        for (place, name) in inputs.enumerate().take(MAX_VARIABLES) {
            places.insert(name.clone(), place as Place);
        }
        let inputs = places.len();
        Self {
            places,
            inputs,
            about,
            used: inputs > 0,
            size: inputs + 1,
        }
    }

    /// The place of the variable called `name`, now that it is set; nothing if there are
    /// too many.
    pub(super) fn declare(&mut self, name: &Name) -> Option<Place> {
        self.used = true;
        if let Some(place) = self.places.get(name) {
            return Some(*place);
        }
        if self.size >= MAX_VARIABLES {
            return None;
        }
        let place = self.size as Place;
        self.places.insert(name.clone(), place);
        self.size += 1;
        Some(place)
    }

    /// The places of its tasks, if they need any.
    pub(super) fn places(&self) -> Option<Place> {
        self.used.then_some(self.size as Place)
    }

    pub(super) fn find(&mut self, name: &str) -> Option<Place> {
        let place = self.places.get(name).copied();
        self.used |= place.is_some();
        place
    }

    /// `input.x`, `event.x`, `message.x`, `request.x`.
    fn qualified(&mut self, owner: &str, name: &Name) -> Option<Formula> {
        let (fields, about) = match (owner, self.about) {
            ("input", _) => (true, false),
            ("event" | "message", About::Message) => (true, true),
            ("request", About::Request) => (false, true),
            _ => return None,
        };
        let field = self.places.get(name.as_str()).copied();
        if let Some(place) = field.filter(|place| fields && usize::from(*place) < self.inputs) {
            self.used = true;
            return Some(Formula::Variable(place));
        }
        about.then(|| {
            self.used = true;
            let said = Formula::Variable(self.inputs as Place);
            Formula::Lookup(Box::new(said), LookupKey::Name(name.clone()))
        })
    }
}

/// The fields of the row at hand, where there is one.
pub(super) type Row<'a> = Option<&'a [Name]>;

impl Compiler<'_> {
    /// Tells a problem at `field` of the step at hand.
    pub(super) fn trouble(&mut self, handler: &Handler<'_>, field: &str, problem: Problem) {
        let path = if field.is_empty() {
            handler.at.clone()
        } else {
            format!("{}.{field}", handler.at)
        };
        self.problems.push(error_at(self.scenario, &path, problem));
    }

    /// The place of a variable that is set at `field`.
    pub(super) fn variable(
        &mut self,
        handler: &mut Handler<'_>,
        field: &str,
        name: &Name,
    ) -> Option<Place> {
        let place = handler.scope.declare(name);
        if place.is_none() {
            let problem = Problem::TooMany {
                count: MAX_VARIABLES + 1,
                limit: MAX_VARIABLES,
            };
            self.trouble(handler, field, problem);
        }
        handler.assigned.extend(place);
        place
    }

    /// An expression at `field` with its names as places.
    pub(super) fn formula(
        &mut self,
        handler: &mut Handler<'_>,
        field: &str,
        expression: &Expression,
        row: Row<'_>,
    ) -> Formula {
        let mut resolver = Resolver {
            scope: &mut handler.scope,
            row,
            problems: Vec::new(),
        };
        let formula = resolver.resolve(expression.root());
        let problems = resolver.problems;
        for problem in problems {
            self.trouble(handler, field, problem);
        }
        formula
    }

    /// A value at `field` that is to be of `kind`.
    pub(super) fn value(
        &mut self,
        handler: &mut Handler<'_>,
        field: &str,
        value: &Value,
        kind: &FieldKind,
        row: Row<'_>,
    ) -> Formula {
        match value {
            Value::Expression(expression) => self.formula(handler, field, expression, row),
            Value::Scalar(text) => {
                let read = kind.read(text);
                if read.is_none() {
                    let problem = Problem::WrongType {
                        found: text.clone(),
                        wanted: kind.to_string(),
                    };
                    self.trouble(handler, field, problem);
                }
                Formula::Constant(read.unwrap_or_default())
            }
            Value::List(items) => {
                let of = match kind {
                    FieldKind::List(of) => of,
                    _ => &FieldKind::Any,
                };
                let items = items.iter().enumerate().map(|(place, item)| {
                    self.value(handler, &format!("{field}.{place}"), item, of, row)
                });
                Formula::List(items.collect())
            }
            Value::Map(fields) => {
                let fields = fields.iter().map(|(name, value)| {
                    let kind = match kind {
                        FieldKind::Map(kinds) => kinds
                            .iter()
                            .find(|(known, _)| known == name)
                            .map_or(&FieldKind::Any, |(_, kind)| kind),
                        _ => &FieldKind::Any,
                    };
                    let value = self.value(handler, &format!("{field}.{name}"), value, kind, row);
                    (name.clone(), value)
                });
                Formula::Map(fields.collect())
            }
        }
    }
}

/// Turns names into places.
struct Resolver<'a> {
    scope: &'a mut Scope,
    row: Row<'a>,
    problems: Vec<Problem>,
}

impl Resolver<'_> {
    fn resolve(&mut self, part: &Expr) -> Formula {
        match &part.kind {
            ExprKind::Integer(number) => Formula::Constant(Datum::Int(*number)),
            ExprKind::Decimal(number) => Formula::Constant(Datum::Decimal(*number)),
            ExprKind::Quantity(number, unit) => Formula::Constant(quantity(*number, *unit)),
            ExprKind::Text(text) => Formula::Constant(Datum::text(text)),
            ExprKind::Bool(answer) => Formula::Constant(Datum::Bool(*answer)),
            ExprKind::Null => Formula::Constant(Datum::Null),
            ExprKind::Name(name) => self.name(name),
            ExprKind::Lookup(of, key) => self.lookup(of, key),
            ExprKind::Function { function, args, .. } => {
                if !is_of_values(*function) {
                    self.problems.push(Problem::FunctionOfTheRun {
                        function: name_of(*function).to_owned(),
                    });
                    return Formula::Constant(Datum::Null);
                }
                let args = args.iter().map(|arg| self.resolve(arg)).collect();
                Formula::Function(*function, args)
            }
            ExprKind::Negative(of) => Formula::Negative(Box::new(self.resolve(of))),
            ExprKind::Not(of) => Formula::Not(Box::new(self.resolve(of))),
            ExprKind::Binary(operator, a, b) => {
                Formula::Binary(*operator, Box::new([self.resolve(a), self.resolve(b)]))
            }
            ExprKind::If(parts) => {
                let [condition, then, otherwise] = &**parts;
                Formula::If(Box::new([
                    self.resolve(condition),
                    self.resolve(then),
                    self.resolve(otherwise),
                ]))
            }
        }
    }

    fn name(&mut self, name: &Name) -> Formula {
        // What is nearest wins: a field of the row, then a variable or field that came in.
        if let Some(place) = self.row_field(name) {
            return place;
        }
        if let Some(place) = self.scope.find(name.as_str()) {
            return Formula::Variable(place);
        }
        let known = self.scope.places.keys().map(Name::as_str);
        let row = self.row.unwrap_or_default().iter().map(Name::as_str);
        self.problems.push(Problem::UnknownName {
            found: name.to_string(),
            nearest: nearest(name.as_str(), known.chain(row)),
        });
        Formula::Constant(Datum::Null)
    }

    fn row_field(&self, name: &Name) -> Option<Formula> {
        let place = self.row?.iter().position(|field| field == name)?;
        Some(Formula::Row(place as Place))
    }

    fn lookup(&mut self, of: &Expr, key: &Key) -> Formula {
        if let (ExprKind::Name(owner), Key::Name(name)) = (&of.kind, key)
            && self.scope.find(owner.as_str()).is_none()
        {
            if owner.as_str() == "row" && self.row.is_some() {
                if name.as_str() == "rev" {
                    return Formula::Revision;
                }
                if let Some(field) = self.row_field(name) {
                    return field;
                }
            } else if let Some(known) = self.scope.qualified(owner.as_str(), name) {
                return known;
            }
        }
        let key = match key {
            Key::Name(name) => LookupKey::Name(name.clone()),
            Key::Place(place) => LookupKey::Place(*place),
            Key::Computed(key) => LookupKey::Computed(Box::new(self.resolve(key))),
        };
        Formula::Lookup(Box::new(self.resolve(of)), key)
    }
}

const fn is_of_values(function: Function) -> bool {
    matches!(
        function,
        Function::Count
            | Function::Sum
            | Function::Min
            | Function::Max
            | Function::Hash
            | Function::Now
    )
}

fn name_of(function: Function) -> &'static str {
    Function::ALL
        .iter()
        .find(|(_, known, _)| *known == function)
        .map_or("", |(name, ..)| name)
}

/// A quantity as a value: a span, a number of bytes, a share, a number a second.
fn quantity(number: Decimal, unit: Unit) -> Datum {
    let millionths = number.millionths();
    match unit {
        Unit::Time(nanos) => {
            let nanos = millionths.checked_mul(i128::from(nanos));
            let nanos = nanos.and_then(|nanos| u64::try_from(nanos / Decimal::ONE).ok());
            nanos.map_or(Datum::Null, |nanos| {
                Datum::Span(crate::kernel::SimDuration::from_nanos(nanos))
            })
        }
        Unit::Bytes(bytes) => {
            let bytes = millionths.checked_mul(i128::from(bytes));
            let bytes = bytes.and_then(|bytes| i64::try_from(bytes / Decimal::ONE).ok());
            bytes.map_or(Datum::Null, Datum::Int)
        }
        Unit::Percent => Datum::Decimal(Decimal::from_millionths(millionths / 100)),
        Unit::Rate(nanos) => {
            let a_second = millionths.checked_mul(1_000_000_000);
            a_second.map_or(Datum::Null, |a_second| {
                Datum::Decimal(Decimal::from_millionths(
                    a_second / i128::from(nanos.max(1)),
                ))
            })
        }
    }
}
