//! What is wrong with a document: where, what was found, what was expected, in the two
//! languages, all at once.
//!
//! The parser, the decoder and the share codec put [`Diagnostic`]s in; the command line
//! renders them with the lines they are about ([`Diagnostics::render`]), the page shows
//! them as data ([`Diagnostic::shown`]).

mod expected;
mod problem;
mod render;
mod russian;

pub use expected::{Construct, Expected, Feature, Place, RefKind};
pub use problem::{ExpressionPart, ExpressionProblem, Problem};

use std::fmt;

use serde::{Deserialize, Serialize};

use super::document::Language;
use super::limits::MAX_DIAGNOSTICS;
use super::tree::Span;

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The document cannot be used.
    Error,
    /// It can, but probably does not say what was meant.
    Warning,
}

/// One thing that is wrong.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Where it is in the document (`services.payment.endpoints.charge.do.0.work`).
    pub path: String,
    /// Where it is in the text.
    pub span: Span,
    /// What it is.
    pub problem: Problem,
}

/// A diagnostic as the page shows it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Shown {
    /// How bad it is.
    pub severity: Severity,
    /// Where it is in the document.
    pub path: String,
    /// The line, counted from 1.
    pub line: u32,
    /// The column, counted from 1.
    pub column: u32,
    /// What is wrong: what was found, what was expected.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// Something that keeps the document from being used.
    pub fn error(path: impl Into<String>, span: Span, problem: Problem) -> Self {
        Self {
            severity: Severity::Error,
            path: path.into(),
            span,
            problem,
        }
    }

    /// Something its author should know.
    pub fn warning(path: impl Into<String>, span: Span, problem: Problem) -> Self {
        Self {
            severity: Severity::Warning,
            path: path.into(),
            span,
            problem,
        }
    }

    /// What is wrong, in `language`.
    pub fn message(&self, language: Language) -> String {
        self.problem.message(language)
    }

    /// What to do about it, in `language`.
    pub fn help(&self, language: Language) -> Option<String> {
        self.problem.help(language)
    }

    /// Everything a page shows about it, in `language`.
    pub fn shown(&self, language: Language) -> Shown {
        Shown {
            severity: self.severity,
            path: self.path.clone(),
            line: self.span.line,
            column: self.span.column,
            message: self.message(language),
            help: self.help(language),
        }
    }
}

/// All that is wrong with a document, in the order of the text.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Sorts what was found by place, drops repetitions (what one `default` did wrong
    /// shows up in everything that inherits it) and keeps a bounded number, errors first.
    pub fn new(mut found: Vec<Diagnostic>) -> Self {
        found.sort_by(|a, b| {
            (a.span.start, a.severity, &a.path).cmp(&(b.span.start, b.severity, &b.path))
        });
        let mut kept: Vec<Diagnostic> = Vec::new();
        for diagnostic in found {
            let same = |other: &Diagnostic| {
                other.span == diagnostic.span && other.problem == diagnostic.problem
            };
            if !kept
                .iter()
                .rev()
                .take_while(|other| other.span.start == diagnostic.span.start)
                .any(same)
            {
                kept.push(diagnostic);
            }
        }
        if kept.len() > MAX_DIAGNOSTICS {
            kept.sort_by_key(|diagnostic| diagnostic.severity);
            kept.truncate(MAX_DIAGNOSTICS);
            kept.sort_by_key(|diagnostic| diagnostic.span.start);
        }
        Self(kept)
    }

    /// One by one.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether any of them is an error.
    pub fn has_errors(&self) -> bool {
        self.0
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Everything a page shows about them, in `language`.
    pub fn shown(&self, language: Language) -> Vec<Shown> {
        self.0
            .iter()
            .map(|diagnostic| diagnostic.shown(language))
            .collect()
    }

    /// The diagnostics with the lines of `text` they are about, for a terminal without
    /// colours. `file` is what the text is called.
    pub fn render(&self, text: &str, file: &str, language: Language) -> String {
        render::render(&self.0, text, file, language, render::Colour::None)
    }

    /// The same in colour.
    pub fn render_in_colour(&self, text: &str, file: &str, language: Language) -> String {
        render::render(&self.0, text, file, language, render::Colour::Ansi)
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Diagnostics {
    /// One line each, in English: `12:5 services.payment: ...`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, found) in self.0.iter().enumerate() {
            let end = if place + 1 == self.0.len() { "" } else { "\n" };
            let colon = if found.path.is_empty() { "" } else { ": " };
            write!(
                f,
                "{}:{} {}{colon}{}{end}",
                found.span.line, found.span.column, found.path, found.problem
            )?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}
