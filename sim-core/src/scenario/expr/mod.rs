//! The expression language of a document: conditions, keys, folds and figures.
//!
//! Text flows in, a bounded tree flows out ([`Expression`]), with the place of every
//! part and the names it uses. The language is total and has no loops and no floats;
//! its grammar is in docs/scenario.md. Evaluation is not here: the world and the folds
//! of the trace bring the names a tree is evaluated with.

mod parser;
mod token;

#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::kernel::SimDuration;
use crate::scenario::diagnostic::{ExpressionProblem, Problem};
use crate::scenario::document::{Decimal, Name};

/// An expression and the text it was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    source: String,
    root: Expr,
}

impl Expression {
    /// Reads an expression (without the `=` a value begins with).
    pub fn parse(source: &str) -> Result<Self, ExpressionError> {
        let root = parser::parse(source)?;
        Ok(Self {
            source: source.to_owned(),
            root,
        })
    }

    /// The text it was read from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Its outermost part.
    pub fn root(&self) -> &Expr {
        &self.root
    }

    /// The names it looks up, each where it begins (`state.x` looks up `state`), in the
    /// order of the text.
    pub fn names(&self) -> Vec<&Name> {
        let mut names = Vec::new();
        let mut left = vec![&self.root];
        while let Some(part) = left.pop() {
            if let ExprKind::Name(name) = &part.kind {
                names.push(name);
            }
            // The stack gives back the last first.
            left.extend(part.parts().into_iter().rev());
        }
        names
    }
}

impl Expression {
    /// What its figures of the run are of (`bank.charge` in `p99(bank.charge)`), each as bytes
    /// of the source.
    pub fn figures(&self) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut left = vec![&self.root];
        while let Some(part) = left.pop() {
            if let ExprKind::Function { function, args, .. } = &part.kind
                && function.is_of_the_run()
            {
                let spans = args.iter().map(|arg| &arg.span);
                found.extend(spans.map(|span| span.start as usize..span.end as usize));
            }
            left.extend(part.parts());
        }
        found
    }
}

/// What is wrong with an expression, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpressionError {
    /// What is wrong.
    pub problem: ExpressionProblem,
    /// At which character, counted from 1.
    pub at: usize,
}

impl From<ExpressionError> for Problem {
    fn from(error: ExpressionError) -> Self {
        Self::Expression {
            message: error.problem,
            at: error.at,
        }
    }
}

/// A part of an expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// Which bytes of the source it covers.
    pub span: Range<u32>,
    /// What it is.
    pub kind: ExprKind,
}

impl Expr {
    /// The parts it is made of.
    pub fn parts(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Integer(_)
            | ExprKind::Decimal(_)
            | ExprKind::Quantity(..)
            | ExprKind::Text(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::Name(_) => Vec::new(),
            ExprKind::Lookup(of, by) => match by {
                Key::Computed(key) => vec![of, key],
                Key::Name(_) | Key::Place(_) => vec![of],
            },
            ExprKind::Function { args, .. } => args.iter().collect(),
            ExprKind::Negative(one) | ExprKind::Not(one) => vec![one],
            ExprKind::Binary(_, one, two) => vec![one, two],
            ExprKind::If(parts) => parts.iter().collect(),
        }
    }
}

/// What a part of an expression is.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// A 64-bit integer.
    Integer(i64),
    /// A number with decimals.
    Decimal(Decimal),
    /// A number with a unit.
    Quantity(Decimal, Unit),
    /// A text.
    Text(String),
    /// Yes or no.
    Bool(bool),
    /// The absent.
    Null,
    /// A name in scope.
    Name(Name),
    /// A part of something.
    Lookup(Box<Expr>, Key),
    /// A function of values, or of the run.
    Function {
        /// Which.
        function: Function,
        /// Its arguments.
        args: Vec<Expr>,
        /// Over how long, for figures of the run.
        over: Option<SimDuration>,
    },
    /// The negative of a number.
    Negative(Box<Expr>),
    /// The opposite of an answer.
    Not(Box<Expr>),
    /// Two parts and what is between them.
    Binary(Operator, Box<Expr>, Box<Expr>),
    /// Condition, then, else.
    If(Box<[Expr; 3]>),
}

/// How a part of something is named.
#[derive(Clone, Debug, PartialEq)]
pub enum Key {
    /// By name.
    Name(Name),
    /// By place or number.
    Place(u64),
    /// By a key that is computed.
    Computed(Box<Expr>),
}

/// What can stand between two parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the field's own")]
pub enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    AtMost,
    More,
    AtLeast,
    In,
    Plus,
    Minus,
    Default,
    Times,
    Over,
    Mod,
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Nanoseconds, and so many of them.
    Time(u64),
    /// Bytes, and so many of them.
    Bytes(u64),
    /// Hundredths.
    Percent,
    /// Events in so many nanoseconds.
    Rate(u64),
}

/// A function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "docs/scenario.md says what each does")]
pub enum Function {
    Count,
    Sum,
    Min,
    Max,
    Hash,
    Now,
    Rate,
    ErrorRate,
    P50,
    P95,
    P99,
    P999,
    Depth,
    Busy,
    Lag,
    State,
}

impl Function {
    /// Whether it is a figure of the run, and its argument names a thing.
    pub const fn is_of_the_run(self) -> bool {
        !matches!(
            self,
            Self::Count | Self::Sum | Self::Min | Self::Max | Self::Hash | Self::Now
        )
    }

    /// Whether the system itself can see it, at this moment: a figure over time can only be seen
    /// by whoever watches the run.
    pub const fn can_be_seen(self) -> bool {
        matches!(self, Self::Depth | Self::Busy | Self::State)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        let mut all = Self::ALL.iter();
        all.find(|(_, known, _)| *known == self)
            .map_or("", |(name, ..)| name)
    }

    /// Every function with its name and how many arguments it takes.
    pub const ALL: [(&'static str, Self, std::ops::RangeInclusive<usize>); 16] = [
        ("count", Self::Count, 1..=1),
        ("sum", Self::Sum, 1..=1),
        ("min", Self::Min, 1..=8),
        ("max", Self::Max, 1..=8),
        ("hash", Self::Hash, 1..=8),
        ("now", Self::Now, 0..=0),
        ("rate", Self::Rate, 1..=1),
        ("error-rate", Self::ErrorRate, 1..=1),
        ("p50", Self::P50, 1..=1),
        ("p95", Self::P95, 1..=1),
        ("p99", Self::P99, 1..=1),
        ("p999", Self::P999, 1..=1),
        ("depth", Self::Depth, 1..=1),
        ("busy", Self::Busy, 1..=1),
        ("lag", Self::Lag, 1..=1),
        ("state", Self::State, 1..=1),
    ];
}
