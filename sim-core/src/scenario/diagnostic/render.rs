//! Diagnostics for a terminal: the line, a mark under the place, the message, the advice.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::{Diagnostic, Severity};
use crate::scenario::document::Language;

/// How wide the output may get; longer lines are cut around the place.
const WIDTH: usize = 120;

/// Whether the output is coloured.
#[derive(Clone, Copy)]
pub(super) enum Colour {
    /// Plain text.
    None,
    /// Escape sequences of ANSI terminals.
    Ansi,
}

pub(super) fn render(
    diagnostics: &[Diagnostic],
    text: &str,
    file: &str,
    language: Language,
    colour: Colour,
) -> String {
    let renderer = match colour {
        Colour::None => Renderer::plain(),
        Colour::Ansi => Renderer::styled(),
    };
    let renderer = renderer.term_width(WIDTH);
    let parts: Vec<String> = diagnostics
        .iter()
        .map(|diagnostic| one(&renderer, diagnostic, text, file, language))
        .collect();
    parts.join("\n\n")
}

fn one(
    renderer: &Renderer,
    diagnostic: &Diagnostic,
    text: &str,
    file: &str,
    language: Language,
) -> String {
    let level = match (diagnostic.severity, language) {
        (Severity::Error, Language::En) => Level::ERROR,
        (Severity::Error, Language::Ru) => Level::ERROR.with_name("ошибка"),
        (Severity::Warning, Language::En) => Level::WARNING,
        (Severity::Warning, Language::Ru) => Level::WARNING.with_name("предупреждение"),
    };
    let help_level = match language {
        Language::En => Level::HELP,
        Language::Ru => Level::HELP.with_name("что делать"),
    };
    let title = diagnostic.message(language);
    let excerpt = excerpt(text, diagnostic.span.range());
    let snippet = Snippet::source(&text[excerpt.clone()])
        .path(file)
        .line_start(text[..excerpt.start].matches('\n').count() + 1)
        .annotation(
            AnnotationKind::Primary
                .span(within(text, diagnostic.span.range(), &excerpt))
                .label(&diagnostic.path),
        );
    let group = level.primary_title(&title).element(snippet);
    let help = diagnostic.help(language);
    let group = match &help {
        Some(help) => group.element(help_level.message(help)),
        None => group,
    };
    renderer.render(&[group])
}

/// The most bytes of an excerpt after the beginning of the span.
const AFTER: usize = 4 * WIDTH;

/// The lines the span is in, no more than three of them and not to the end of endless
/// ones, so that a long text is not read again for each problem.
fn excerpt(text: &str, span: Range<usize>) -> Range<usize> {
    let at = floor(text, span.start);
    let start = text[..at].rfind('\n').map_or(0, |line| line + 1);
    let last = floor(text, at.saturating_add(AFTER));
    let end = text[at..last]
        .match_indices('\n')
        .nth(2)
        .map_or(last, |(line, _)| at + line);
    start..end
}

/// The span moved into the excerpt and cut to it.
fn within(text: &str, span: Range<usize>, excerpt: &Range<usize>) -> Range<usize> {
    let start = floor(text, span.start).clamp(excerpt.start, excerpt.end);
    let end = floor(text, span.end).clamp(start, excerpt.end);
    start - excerpt.start..end - excerpt.start
}

fn floor(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at.min(text.len()))
}
