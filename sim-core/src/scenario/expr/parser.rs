//! From words to a tree, by recursive descent along the grammar, no deeper than a bound.

use std::ops::Range;

use super::token::{Token, TokenKind, error, tokens};
use super::{Expr, ExprKind, ExpressionError, Function, Key, Operator, Unit};
use crate::kernel::SimDuration;
use crate::scenario::diagnostic::{ExpressionPart, ExpressionProblem};
use crate::scenario::document::Name;
use crate::scenario::limits::{MAX_EXPRESSION_BYTES, MAX_EXPRESSION_DEPTH};
use crate::scenario::nearest::nearest;

/// Words that are no names, except after a `.`.
const KEYWORDS: [&str; 12] = [
    "if", "then", "else", "or", "and", "not", "in", "default", "mod", "true", "false", "null",
];

pub(super) fn parse(source: &str) -> Result<Expr, ExpressionError> {
    if source.len() > MAX_EXPRESSION_BYTES {
        return Err(error(
            source,
            0,
            ExpressionProblem::TooLong {
                limit: MAX_EXPRESSION_BYTES,
            },
        ));
    }
    let tokens = tokens(source)?;
    if tokens.is_empty() {
        return Err(error(source, 0, ExpressionProblem::Empty));
    }
    let mut parser = Parser {
        source,
        tokens,
        at: 0,
        depth: 0,
    };
    let root = parser.expression()?;
    match parser.tokens.get(parser.at) {
        None => Ok(root),
        Some(_) => Err(parser.unexpected(ExpressionPart::Operator)),
    }
}

struct Parser<'s> {
    source: &'s str,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

type Parsed = Result<Expr, ExpressionError>;

impl Parser<'_> {
    /// `expr`: every way down passes here, so here is where depth is counted.
    fn expression(&mut self) -> Parsed {
        self.depth += 1;
        if self.depth > MAX_EXPRESSION_DEPTH {
            let limit = MAX_EXPRESSION_DEPTH;
            return Err(error(
                self.source,
                self.start(),
                ExpressionProblem::TooDeep { limit },
            ));
        }
        let expression = if self.word("if") {
            self.condition()
        } else {
            self.any()
        };
        self.depth -= 1;
        expression
    }

    fn condition(&mut self) -> Parsed {
        let start = self.start();
        self.at += 1;
        let question = self.expression()?;
        self.expect_word("then", ExpressionPart::Then)?;
        let yes = self.expression()?;
        self.expect_word("else", ExpressionPart::Else)?;
        let no = self.expression()?;
        let span = start as u32..no.span.end;
        Ok(Expr {
            span,
            kind: ExprKind::If(Box::new([question, yes, no])),
        })
    }

    fn any(&mut self) -> Parsed {
        self.chain(&[("or", Operator::Or)], Self::all)
    }

    fn all(&mut self) -> Parsed {
        self.chain(&[("and", Operator::And)], Self::not)
    }

    fn not(&mut self) -> Parsed {
        if !self.word("not") {
            return self.comparison();
        }
        let start = self.start() as u32;
        self.at += 1;
        let one = self.comparison()?;
        Ok(Expr {
            span: start..one.span.end,
            kind: ExprKind::Not(Box::new(one)),
        })
    }

    fn comparison(&mut self) -> Parsed {
        const COMPARISONS: [(&str, Operator); 7] = [
            ("==", Operator::Equal),
            ("!=", Operator::NotEqual),
            ("<", Operator::Less),
            ("<=", Operator::AtMost),
            (">", Operator::More),
            (">=", Operator::AtLeast),
            ("in", Operator::In),
        ];
        let one = self.sum()?;
        match self.operator(&COMPARISONS)? {
            None => Ok(one),
            Some(operator) => {
                let two = self.sum()?;
                Ok(binary(operator, one, two))
            }
        }
    }

    fn sum(&mut self) -> Parsed {
        const SUMS: [(&str, Operator); 3] = [
            ("+", Operator::Plus),
            ("-", Operator::Minus),
            ("default", Operator::Default),
        ];
        self.chain(&SUMS, Self::product)
    }

    fn product(&mut self) -> Parsed {
        const PRODUCTS: [(&str, Operator); 3] = [
            ("*", Operator::Times),
            ("/", Operator::Over),
            ("mod", Operator::Mod),
        ];
        self.chain(&PRODUCTS, Self::signed)
    }

    /// Parts of one strength, from left to right.
    fn chain(&mut self, operators: &[(&str, Operator)], part: fn(&mut Self) -> Parsed) -> Parsed {
        let mut one = part(self)?;
        while let Some(operator) = self.operator(operators)? {
            let two = part(self)?;
            one = binary(operator, one, two);
        }
        Ok(one)
    }

    /// Takes one of `operators`, which stands between blanks.
    fn operator(
        &mut self,
        operators: &[(&str, Operator)],
    ) -> Result<Option<Operator>, ExpressionError> {
        let Some(token) = self.tokens.get(self.at) else {
            return Ok(None);
        };
        let (TokenKind::Word(_) | TokenKind::Sign(_)) = &token.kind else {
            return Ok(None);
        };
        let Some((sign, operator)) = operators.iter().find(|(sign, _)| is(token, sign)) else {
            return Ok(None);
        };
        let spaced_after = self.tokens.get(self.at + 1).is_none_or(|next| next.spaced);
        if !token.spaced || !spaced_after {
            let problem = ExpressionProblem::Spaces {
                operator: (*sign).to_owned(),
            };
            return Err(error(self.source, token.span.start, problem));
        }
        self.at += 1;
        Ok(Some(*operator))
    }

    fn signed(&mut self) -> Parsed {
        let start = self.start() as u32;
        let negative = self.sign("-");
        if negative {
            self.at += 1;
        }
        let mut value = self.atom()?;
        while self.sign(".") {
            self.at += 1;
            let key = self.key()?;
            let end = self.end();
            value = Expr {
                span: value.span.start..end,
                kind: ExprKind::Lookup(Box::new(value), key),
            };
        }
        if negative {
            value = Expr {
                span: start..value.span.end,
                kind: ExprKind::Negative(Box::new(value)),
            };
        }
        Ok(value)
    }

    fn key(&mut self) -> Result<Key, ExpressionError> {
        let key = match self.tokens.get(self.at).map(|token| &token.kind) {
            Some(TokenKind::Word(word)) => Key::Name(Name::new(word)),
            Some(TokenKind::Place(place)) => Key::Place(*place),
            Some(TokenKind::Sign("(")) => return Ok(Key::Computed(Box::new(self.in_brackets()?))),
            _ => return Err(self.unexpected(ExpressionPart::Field)),
        };
        self.at += 1;
        Ok(key)
    }

    fn in_brackets(&mut self) -> Parsed {
        self.at += 1;
        let inner = self.expression()?;
        if !self.sign(")") {
            return Err(self.unexpected(ExpressionPart::Closing));
        }
        self.at += 1;
        Ok(inner)
    }

    fn atom(&mut self) -> Parsed {
        let Some(token) = self.tokens.get(self.at) else {
            return Err(self.unexpected(ExpressionPart::Value));
        };
        let span = span(&token.span);
        let kind = match &token.kind {
            TokenKind::Sign("(") => return self.in_brackets(),
            TokenKind::Integer(number) => ExprKind::Integer(*number),
            TokenKind::Decimal(number) => ExprKind::Decimal(*number),
            TokenKind::Quantity(number, unit) => ExprKind::Quantity(*number, *unit),
            TokenKind::Text(text) => ExprKind::Text(text.clone()),
            TokenKind::Word(word) => match word.as_str() {
                "true" => ExprKind::Bool(true),
                "false" => ExprKind::Bool(false),
                "null" => ExprKind::Null,
                keyword if KEYWORDS.contains(&keyword) => {
                    return Err(self.unexpected(ExpressionPart::Value));
                }
                name if self.opens_arguments() => {
                    let name = name.to_owned();
                    return self.function(&name);
                }
                name => ExprKind::Name(Name::new(name)),
            },
            TokenKind::Place(_) | TokenKind::Sign(_) => {
                return Err(self.unexpected(ExpressionPart::Value));
            }
        };
        self.at += 1;
        Ok(Expr { span, kind })
    }

    /// Whether a bracket follows the present word without a blank.
    fn opens_arguments(&self) -> bool {
        self.tokens
            .get(self.at + 1)
            .is_some_and(|next| next.kind == TokenKind::Sign("(") && !next.spaced)
    }

    fn function(&mut self, name: &str) -> Parsed {
        let start = self.start();
        let Some((_, function, wanted)) = Function::ALL.iter().find(|(known, ..)| *known == name)
        else {
            let nearest = nearest(name, Function::ALL.iter().map(|(known, ..)| *known));
            let problem = ExpressionProblem::Function {
                found: name.to_owned(),
                nearest,
            };
            return Err(error(self.source, start, problem));
        };
        self.at += 2;
        let mut args = Vec::new();
        if !self.sign(")") {
            args.push(self.expression()?);
            while self.sign(",") {
                self.at += 1;
                args.push(self.expression()?);
            }
        }
        if !self.sign(")") {
            return Err(self.unexpected(ExpressionPart::Closing));
        }
        self.at += 1;
        if !wanted.contains(&args.len()) {
            let (least, most) = (wanted.start(), wanted.end());
            let wanted = if least == most {
                least.to_string()
            } else {
                format!("{least}-{most}")
            };
            let problem = ExpressionProblem::Arguments {
                function: name.to_owned(),
                wanted,
                found: args.len(),
            };
            return Err(error(self.source, start, problem));
        }
        let over = if self.word("over") {
            Some(self.over()?)
        } else {
            None
        };
        Ok(Expr {
            span: start as u32..self.end(),
            kind: ExprKind::Function {
                function: *function,
                args,
                over,
            },
        })
    }

    fn over(&mut self) -> Result<SimDuration, ExpressionError> {
        self.at += 1;
        let Some(TokenKind::Quantity(number, Unit::Time(size))) =
            self.tokens.get(self.at).map(|token| &token.kind)
        else {
            return Err(self.unexpected(ExpressionPart::Quantity));
        };
        let nanos = number.millionths().saturating_mul(i128::from(*size))
            / crate::scenario::document::Decimal::ONE;
        self.at += 1;
        Ok(SimDuration::from_nanos(
            u64::try_from(nanos).unwrap_or(u64::MAX),
        ))
    }

    fn word(&self, word: &str) -> bool {
        self.tokens
            .get(self.at)
            .is_some_and(|token| matches!(&token.kind, TokenKind::Word(found) if found == word))
    }

    fn sign(&self, sign: &str) -> bool {
        self.tokens
            .get(self.at)
            .is_some_and(|token| matches!(token.kind, TokenKind::Sign(found) if found == sign))
    }

    fn expect_word(&mut self, word: &str, part: ExpressionPart) -> Result<(), ExpressionError> {
        if !self.word(word) {
            return Err(self.unexpected(part));
        }
        self.at += 1;
        Ok(())
    }

    /// Where the present word begins.
    fn start(&self) -> usize {
        self.tokens
            .get(self.at)
            .map_or(self.source.len(), |token| token.span.start)
    }

    /// Where the word before ended.
    fn end(&self) -> u32 {
        self.at
            .checked_sub(1)
            .and_then(|before| self.tokens.get(before))
            .map_or(0, |token| token.span.end as u32)
    }

    fn unexpected(&self, expected: ExpressionPart) -> ExpressionError {
        let problem = match self.tokens.get(self.at) {
            None => ExpressionProblem::Ends { expected },
            Some(token) => ExpressionProblem::Unexpected {
                found: self.source[token.span.clone()].chars().take(24).collect(),
                expected,
            },
        };
        error(self.source, self.start(), problem)
    }
}

fn is(token: &Token, text: &str) -> bool {
    match &token.kind {
        TokenKind::Word(word) => word == text,
        TokenKind::Sign(sign) => *sign == text,
        _ => false,
    }
}

fn binary(operator: Operator, one: Expr, two: Expr) -> Expr {
    Expr {
        span: one.span.start..two.span.end,
        kind: ExprKind::Binary(operator, Box::new(one), Box::new(two)),
    }
}

fn span(range: &Range<usize>) -> Range<u32> {
    range.start as u32..range.end as u32
}
