//! Scopes: the names a behaviour knows, and expressions whose names become places.

use std::collections::BTreeMap;

use super::behaviour::Handler;
use super::{Compiler, error_at};
use crate::scenario::diagnostic::{Problem, RefKind};
use crate::scenario::document::{Document, Name, Policy, Value};
use crate::scenario::expr::{Expr, ExprKind, Expression, Function, Key};
use crate::scenario::nearest::nearest;
use crate::values::{Datum, FieldKind, Formula, LookupKey};
use crate::world::figures::OwnFigure;
use crate::world::topology::{NodeKind, Topology};
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

    /// A place for a value that no expression names; nothing if there are too many.
    pub(super) fn unnamed(&mut self) -> Option<Place> {
        if self.size >= MAX_VARIABLES {
            return None;
        }
        self.used = true;
        self.size += 1;
        Some(self.size as Place - 1)
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

    /// An expression with its names as places, and what is wrong with it.
    pub(super) fn resolve(&mut self, expression: &Expression) -> (Formula, Vec<Problem>) {
        let resolver = Resolver {
            scope: self,
            row: None,
            source: expression.source(),
            figures: None,
            problems: Vec::new(),
        };
        resolver.resolve(expression.root())
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

/// What figures of the run may be of, and those that were asked for.
struct Observed<'a> {
    topology: &'a Topology,
    document: &'a Document,
    found: &'a mut Vec<OwnFigure>,
}

impl Observed<'_> {
    /// The formula of a figure of the thing called `of`.
    fn figure(&mut self, function: Function, of: &str) -> Result<Formula, Problem> {
        let topology = self.topology;
        let node = topology
            .node(of)
            .map(|node| &topology.nodes[node.index()])
            .filter(|node| !matches!(node.kind, NodeKind::Hand | NodeKind::Client));
        let instance = || {
            let mut entities = topology.entities.iter();
            entities.position(|entity| entity == of)
        };
        let entities = node
            .map(|node| node.first_entity.0..node.first_entity.0 + node.entities)
            .or_else(|| instance().map(|place| place as u32..place as u32 + 1));
        let is_breaker = matches!(self.document.policies.get(of), Some(Policy::Breaker(_)));
        let figure = match (function, entities) {
            (Function::State, None) if is_breaker => OwnFigure::Breaker(of.to_owned()),
            (Function::State, Some(entities)) => OwnFigure::Condition(entities),
            (Function::Depth, Some(entities)) => OwnFigure::Depth(entities),
            (Function::Busy, Some(entities)) => OwnFigure::Busy(entities),
            (_, None) if is_breaker => {
                return Err(Problem::NoFigure {
                    figure: function.name().to_owned(),
                    of: of.to_owned(),
                });
            }
            _ => {
                let nodes = topology.nodes.iter().map(|node| node.name.as_str());
                let policies = self.document.policies.keys().map(Name::as_str);
                return Err(Problem::UnknownReference {
                    wanted: RefKind::Thing,
                    found: of.to_owned(),
                    nearest: nearest(of, nodes.chain(policies)),
                });
            }
        };
        let known = self.found.iter().position(|known| *known == figure);
        let place = known.unwrap_or(self.found.len());
        let Ok(formula) = u16::try_from(place).map(Formula::Figure) else {
            return Err(Problem::TooMany {
                count: place,
                limit: usize::from(u16::MAX),
            });
        };
        if known.is_none() {
            self.found.push(figure);
        }
        Ok(formula)
    }
}

impl Compiler<'_> {
    /// A question about what an instance and others have to do, at `path`: it knows no names.
    pub(super) fn own_question(&mut self, path: &str, expression: &Expression) -> Formula {
        let mut scope = Scope::new(std::iter::empty(), About::Request);
        let resolver = Resolver {
            scope: &mut scope,
            row: None,
            source: expression.source(),
            figures: Some(Observed {
                topology: self.topology,
                document: self.document,
                found: &mut self.program.figures,
            }),
            problems: Vec::new(),
        };
        let (formula, problems) = resolver.resolve(expression.root());
        for problem in problems {
            self.problem_once(path, problem);
        }
        formula
    }

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

    /// The place of a value that no expression names.
    pub(super) fn unnamed(&mut self, handler: &mut Handler<'_>) -> Option<Place> {
        let place = handler.scope.unnamed();
        if place.is_none() {
            let problem = Problem::TooMany {
                count: MAX_VARIABLES + 1,
                limit: MAX_VARIABLES,
            };
            self.trouble(handler, "", problem);
        }
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
        let known = Observed {
            topology: self.topology,
            document: self.document,
            found: &mut self.program.figures,
        };
        let resolver = Resolver {
            scope: &mut handler.scope,
            row,
            source: expression.source(),
            // What a store works out, it works out without seeing the rest.
            figures: Some(known).filter(|_| row.is_none() && !handler.at_store),
            problems: Vec::new(),
        };
        let (formula, problems) = resolver.resolve(expression.root());
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
    /// The text of the expression.
    source: &'a str,
    /// What figures may be of, where there are any.
    figures: Option<Observed<'a>>,
    problems: Vec<Problem>,
}

impl Resolver<'_> {
    /// The formula of an expression, and what is wrong with it.
    fn resolve(mut self, root: &Expr) -> (Formula, Vec<Problem>) {
        let formula = Formula::of(root, &mut |part| match &part.kind {
            ExprKind::Name(name) => Some(self.name(name)),
            ExprKind::Lookup(of, Key::Name(name)) => self.qualified(of, name),
            ExprKind::Function { function, args, .. } if function.is_of_the_run() => {
                Some(self.figure(*function, args).unwrap_or_else(|problem| {
                    self.problems.push(problem);
                    Formula::Constant(Datum::Null)
                }))
            }
            _ => None,
        });
        (formula, self.problems)
    }

    /// A figure of the run.
    fn figure(&mut self, function: Function, args: &[Expr]) -> Result<Formula, Problem> {
        let of = args
            .first()
            .map(|arg| arg.span.start as usize..arg.span.end as usize);
        let of = of
            .and_then(|span| self.source.get(span))
            .unwrap_or_default();
        match &mut self.figures {
            Some(known) if function.can_be_seen() => known.figure(function, of),
            _ => Err(Problem::FunctionOfTheRun {
                function: function.name().to_owned(),
            }),
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

    /// `row.x`, `input.x` and their like, where no variable has the name of what stands first.
    fn qualified(&mut self, of: &Expr, name: &Name) -> Option<Formula> {
        let ExprKind::Name(owner) = &of.kind else {
            return None;
        };
        if self.scope.find(owner.as_str()).is_some() {
            return None;
        }
        if owner.as_str() == "row" && self.row.is_some() {
            if name.as_str() == "rev" {
                return Some(Formula::Revision);
            }
            return self.row_field(name);
        }
        self.scope.qualified(owner.as_str(), name)
    }
}
