//! Formulas: expressions whose names have become places, and their evaluation.
//!
//! Evaluation is total: it always ends, in a number of steps bounded by the text of the
//! expression and the parts of the values it looks at, and what has no answer is null.

use std::cell::Cell;

use super::arithmetic::{self, order, same};
use super::{Datum, MAX_PARTS};
use crate::kernel::{Key, SimTime};
use crate::scenario::document::Name;
use crate::scenario::expr::{Function, Operator};

/// An expression ready to be evaluated.
#[derive(Clone, PartialEq, Debug)]
pub enum Formula {
    /// Always the same.
    Constant(Datum),
    /// The variable in this place.
    Variable(u16),
    /// The field in this place of the row at hand.
    Row(u16),
    /// How often the row at hand was written.
    Revision,
    /// What the figure of the run in this place shows.
    Figure(u16),
    /// A part of something.
    Lookup(Box<Formula>, LookupKey),
    /// A function of values.
    Function(Function, Box<[Formula]>),
    /// The negative of a number.
    Negative(Box<Formula>),
    /// The opposite of an answer.
    Not(Box<Formula>),
    /// Two parts and what is between them.
    Binary(Operator, Box<[Formula; 2]>),
    /// Condition, then, else.
    If(Box<[Formula; 3]>),
    /// A list.
    List(Box<[Formula]>),
    /// A map.
    Map(Box<[(Name, Formula)]>),
}

/// How a part of something is found.
#[derive(Clone, PartialEq, Debug)]
pub enum LookupKey {
    /// By name.
    Name(Name),
    /// By place, counted from 0.
    Place(u64),
    /// By what this comes to.
    Computed(Box<Formula>),
}

/// The figures of a run as they are when a formula is evaluated, by place.
pub trait Figures: std::fmt::Debug {
    /// What the figure in this place shows; null if nothing.
    fn figure(&self, place: u16) -> Datum;
}

/// What a formula is evaluated with.
#[derive(Clone, Debug)]
pub struct Surroundings<'a> {
    /// The time.
    pub now: SimTime,
    /// Variables by place.
    pub variables: &'a [Datum],
    /// The fields of the row at hand by place; none if there is no row.
    pub row: &'a [Datum],
    /// How often that row was written.
    pub revision: i64,
    /// The figures of the run; none where there is no run.
    figures: Option<&'a dyn Figures>,
    /// How many values of lists were gone through.
    effort: Cell<u32>,
}

impl<'a> Surroundings<'a> {
    /// Surroundings without a row.
    pub fn of(now: SimTime, variables: &'a [Datum]) -> Self {
        Self {
            now,
            variables,
            row: &[],
            revision: 0,
            figures: None,
            effort: Cell::new(0),
        }
    }

    /// The same with a row at hand.
    pub const fn with_row(mut self, row: &'a [Datum], revision: i64) -> Self {
        self.row = row;
        self.revision = revision;
        self
    }

    /// The same within a run.
    pub const fn with_figures(mut self, figures: &'a dyn Figures) -> Self {
        self.figures = Some(figures);
        self
    }

    /// How many values of lists were gone through so far.
    pub fn effort(&self) -> u32 {
        self.effort.get()
    }

    fn goes_through(&self, values: usize) {
        let values = u32::try_from(values).unwrap_or(u32::MAX);
        self.effort.set(self.effort.get().saturating_add(values));
    }
}

impl Formula {
    /// What it comes to.
    pub fn evaluate(&self, around: &Surroundings<'_>) -> Datum {
        match self {
            Self::Constant(value) => value.clone(),
            Self::Variable(place) => at(around.variables, usize::from(*place)),
            Self::Row(place) => at(around.row, usize::from(*place)),
            Self::Revision => Datum::Int(around.revision),
            Self::Figure(place) => around
                .figures
                .map_or(Datum::Null, |figures| figures.figure(*place)),
            Self::Lookup(of, key) => lookup(&of.evaluate(around), key, around),
            Self::Function(function, args) => self::function(*function, args, around),
            Self::Negative(of) => arithmetic::negative(&of.evaluate(around)),
            Self::Not(of) => match of.evaluate(around) {
                Datum::Bool(answer) => Datum::Bool(!answer),
                _ => Datum::Null,
            },
            Self::Binary(operator, sides) => binary(*operator, &sides[0], &sides[1], around),
            Self::If(parts) => {
                let way = if parts[0].holds(around) { 1 } else { 2 };
                parts[way].evaluate(around)
            }
            Self::List(items) => Datum::list(items.iter().map(|i| i.evaluate(around)).collect()),
            Self::Map(fields) => {
                let evaluated =
                    |(name, field): &(Name, Self)| (name.clone(), field.evaluate(around));
                Datum::map(fields.iter().map(evaluated).collect())
            }
        }
    }

    /// Whether it answers yes.
    pub fn holds(&self, around: &Surroundings<'_>) -> bool {
        self.evaluate(around).is_true()
    }
}

fn at(values: &[Datum], place: usize) -> Datum {
    values.get(place).cloned().unwrap_or_default()
}

fn lookup(of: &Datum, key: &LookupKey, around: &Surroundings<'_>) -> Datum {
    let computed;
    let (name, place) = match key {
        LookupKey::Name(name) => (Some(name.as_str()), None),
        LookupKey::Place(place) => (None, Some(*place)),
        LookupKey::Computed(key) => {
            computed = key.evaluate(around);
            match &computed {
                Datum::Text(name) => (Some(&**name), None),
                Datum::Int(place) => (None, u64::try_from(*place).ok()),
                _ => (None, None),
            }
        }
    };
    match (of, name, place) {
        (Datum::Map(_), Some(name), _) => of.get(name).cloned().unwrap_or_default(),
        (Datum::Map(_), _, Some(place)) => of.get(&place.to_string()).cloned().unwrap_or_default(),
        (Datum::List(items), _, Some(place)) => {
            usize::try_from(place).map_or(Datum::Null, |place| at(items, place))
        }
        _ => Datum::Null,
    }
}

fn binary(operator: Operator, a: &Formula, b: &Formula, around: &Surroundings<'_>) -> Datum {
    // These three look at their second side only if they have to.
    match operator {
        Operator::And => return both(a, b, false, around),
        Operator::Or => return both(a, b, true, around),
        Operator::Default => {
            let value = a.evaluate(around);
            return if value.is_null() {
                b.evaluate(around)
            } else {
                value
            };
        }
        _ => {}
    }
    let (a, b) = (a.evaluate(around), b.evaluate(around));
    // At the most, all of both is compared.
    around.goes_through(a.weight() + b.weight());
    if a.is_null() || b.is_null() {
        return match operator {
            // The one question that null can answer is whether it is there.
            Operator::Equal => Datum::Bool(a.is_null() && b.is_null()),
            Operator::NotEqual => Datum::Bool(a.is_null() != b.is_null()),
            _ => Datum::Null,
        };
    }
    let compared = |fits: fn(std::cmp::Ordering) -> bool| {
        order(&a, &b).map_or(Datum::Null, |order| Datum::Bool(fits(order)))
    };
    match operator {
        Operator::Equal => Datum::Bool(same(&a, &b)),
        Operator::NotEqual => Datum::Bool(!same(&a, &b)),
        Operator::Less => compared(std::cmp::Ordering::is_lt),
        Operator::AtMost => compared(std::cmp::Ordering::is_le),
        Operator::More => compared(std::cmp::Ordering::is_gt),
        Operator::AtLeast => compared(std::cmp::Ordering::is_ge),
        Operator::In => is_in(&a, &b),
        Operator::Plus => arithmetic::plus(&a, &b),
        Operator::Minus => arithmetic::minus(&a, &b),
        Operator::Times => arithmetic::times(&a, &b),
        Operator::Over => arithmetic::over(&a, &b),
        Operator::Mod => arithmetic::modulo(&a, &b),
        Operator::And | Operator::Or | Operator::Default => Datum::Null,
    }
}

/// `and` (decided by a no) and `or` (decided by a yes), as three-valued logic has them.
fn both(a: &Formula, b: &Formula, decides: bool, around: &Surroundings<'_>) -> Datum {
    let first = a.evaluate(around);
    if first == Datum::Bool(decides) {
        return first;
    }
    let second = b.evaluate(around);
    match (first, second) {
        (_, Datum::Bool(answer)) if answer == decides => Datum::Bool(decides),
        (Datum::Bool(_), Datum::Bool(answer)) => Datum::Bool(answer),
        _ => Datum::Null,
    }
}

fn is_in(a: &Datum, b: &Datum) -> Datum {
    match (a, b) {
        (_, Datum::List(items)) => Datum::Bool(items.iter().any(|item| same(a, item))),
        (Datum::Text(name), Datum::Map(_)) => Datum::Bool(b.get(name).is_some()),
        (Datum::Text(part), Datum::Text(whole)) => Datum::Bool(whole.contains(&**part)),
        _ => Datum::Null,
    }
}

fn function(function: Function, args: &[Formula], around: &Surroundings<'_>) -> Datum {
    let mut values = args.iter().map(|arg| {
        let value = arg.evaluate(around);
        around.goes_through(value.weight());
        value
    });
    match function {
        Function::Now => Datum::Instant(around.now),
        Function::Count => match values.next() {
            Some(Datum::List(items)) => Datum::Int(items.len() as i64),
            Some(Datum::Map(fields)) => Datum::Int(fields.len() as i64),
            Some(Datum::Text(text)) => Datum::Int(text.chars().count() as i64),
            _ => Datum::Null,
        },
        Function::Sum => match values.next() {
            Some(Datum::List(items)) => items
                .iter()
                .fold(None, |sum: Option<Datum>, item| {
                    Some(sum.map_or_else(|| item.clone(), |sum| arithmetic::plus(&sum, item)))
                })
                .unwrap_or(Datum::Int(0)),
            _ => Datum::Null,
        },
        Function::Min => extreme(values, std::cmp::Ordering::is_lt),
        Function::Max => extreme(values, std::cmp::Ordering::is_gt),
        Function::Hash => {
            // 53 bits, so that a reader in JavaScript sees the same number.
            let texts: Vec<String> = values.map(|value| value.to_string()).collect();
            Datum::Int((Key::of(&texts.join("\u{1f}")).value() >> 11) as i64)
        }
        // Figures of the run are not functions of values; where they may stand, they are
        // answered before a formula is made.
        _ => Datum::Null,
    }
}

/// The value that comes before all others, of several values or of one list; null spreads.
fn extreme(
    mut values: impl Iterator<Item = Datum>,
    better: fn(std::cmp::Ordering) -> bool,
) -> Datum {
    let first = values.next().unwrap_or_default();
    let Some(second) = values.next() else {
        return match &first {
            Datum::List(items) => best(items.iter().cloned(), better),
            _ => first,
        };
    };
    best([first, second].into_iter().chain(values), better)
}

fn best(mut values: impl Iterator<Item = Datum>, better: fn(std::cmp::Ordering) -> bool) -> Datum {
    let Some(mut best) = values.next() else {
        return Datum::Null;
    };
    for value in values.take(MAX_PARTS as usize) {
        match order(&value, &best) {
            Some(order) if better(order) => best = value,
            Some(_) => {}
            None => return Datum::Null,
        }
    }
    best
}
