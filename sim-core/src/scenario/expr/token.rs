//! The words of an expression. A `.` decides what follows it: `a.1.b` is a place, not
//! a decimal.

use std::ops::Range;

use super::{ExpressionError, Unit};
use crate::scenario::diagnostic::ExpressionProblem;
use crate::scenario::document::Decimal;
use crate::scenario::units::{self, is_name_char, is_name_start};

/// A word with its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Range<usize>,
    /// Whether a blank stands before it.
    pub(super) spaced: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind {
    Integer(i64),
    Decimal(Decimal),
    Quantity(Decimal, Unit),
    Place(u64),
    Text(String),
    Word(String),
    Sign(&'static str),
}

/// Longer signs stand before their own beginnings.
const SIGNS: [&str; 14] = [
    "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "(", ")", ",", ".",
];

/// Cuts `source` into words.
pub(super) fn tokens(source: &str) -> Result<Vec<Token>, ExpressionError> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    while let Some(first) = source[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let after_dot = tokens
            .last()
            .is_some_and(|token| token.kind == TokenKind::Sign(".") && token.span.end == at);
        let (kind, length) =
            token(&source[at..], first, after_dot).map_err(|problem| error(source, at, problem))?;
        let spaced = source[..at].ends_with(char::is_whitespace);
        tokens.push(Token {
            kind,
            span: at..at + length,
            spaced,
        });
        at += length;
    }
    Ok(tokens)
}

/// The error `problem` at byte `at`.
pub(super) fn error(source: &str, at: usize, problem: ExpressionProblem) -> ExpressionError {
    ExpressionError {
        problem,
        at: source[..at.min(source.len())].chars().count() + 1,
    }
}

fn token(
    rest: &str,
    first: char,
    after_dot: bool,
) -> Result<(TokenKind, usize), ExpressionProblem> {
    if first.is_ascii_digit() {
        return if after_dot { place(rest) } else { number(rest) };
    }
    if first == '\'' {
        return text(rest);
    }
    if is_name_start(first) {
        let length = rest.find(|c| !is_name_char(c)).unwrap_or(rest.len());
        return Ok((TokenKind::Word(rest[..length].to_owned()), length));
    }
    SIGNS
        .iter()
        .find(|sign| rest.starts_with(**sign))
        .map(|sign| (TokenKind::Sign(sign), sign.len()))
        .ok_or(ExpressionProblem::Character { found: first })
}

fn place(rest: &str) -> Result<(TokenKind, usize), ExpressionProblem> {
    let length = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let digits = &rest[..length];
    let place = digits.parse().map_err(|_| ExpressionProblem::Number {
        found: shortened(digits),
    })?;
    Ok((TokenKind::Place(place), length))
}

fn number(rest: &str) -> Result<(TokenKind, usize), ExpressionProblem> {
    let mut length = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let whole = length;
    if let Some(fraction) = rest[length..].strip_prefix('.') {
        let digits = fraction
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(fraction.len());
        if digits > 0 {
            length += 1 + digits;
        }
    }
    let digits = &rest[..length];
    let wrong = || ExpressionProblem::Number {
        found: shortened(digits),
    };
    let unit_length = unit_length(&rest[length..]);
    if unit_length > 0 {
        let unit = &rest[length..length + unit_length];
        let unit = units::unit(unit).ok_or_else(|| ExpressionProblem::Unit {
            found: shortened(unit),
        })?;
        let number = units::decimal(digits).ok_or_else(wrong)?;
        return Ok((TokenKind::Quantity(number, unit), length + unit_length));
    }
    let kind = if length == whole {
        TokenKind::Integer(digits.parse().map_err(|_| wrong())?)
    } else {
        TokenKind::Decimal(units::decimal(digits).ok_or_else(wrong)?)
    };
    Ok((kind, length))
}

/// How much of `rest` is a unit: `%`, letters, or `/` and letters.
fn unit_length(rest: &str) -> usize {
    if rest.starts_with('%') {
        return 1;
    }
    let slash = usize::from(rest.starts_with('/'));
    let letters = rest[slash..]
        .find(|c: char| !c.is_alphanumeric())
        .unwrap_or(rest.len() - slash);
    if letters == 0 { 0 } else { slash + letters }
}

fn text(rest: &str) -> Result<(TokenKind, usize), ExpressionProblem> {
    let mut text = String::new();
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character != '\'' {
            text.push(character);
        } else if characters.peek().is_some_and(|(_, next)| *next == '\'') {
            // Two quotes in a text are one, as in YAML.
            text.push('\'');
            characters.next();
        } else {
            return Ok((TokenKind::Text(text), at + 1));
        }
    }
    Err(ExpressionProblem::OpenText)
}

/// What is quoted in a message stays short.
fn shortened(text: &str) -> String {
    text.chars().take(24).collect()
}
