//! What is wrong or odd about the text, under it: each line leads to its place.

use leptos::prelude::*;
use sim_core::scenario::diagnostic::{Severity, Shown};

use super::session::Session;
use crate::desk::Desk;
use crate::i18n::{language, say};
use crate::ui::icons::{Drawn, Icon};

/// What is wrong with the document, else what is odd about it, in the reader's language.
pub(super) fn shown(desk: Desk) -> Vec<Shown> {
    let language = language(desk.locale.get());
    let wrong = desk.invalid.with(|invalid| {
        let remarks = &invalid.as_ref()?.remarks;
        Some(
            remarks
                .iter()
                .map(|remark| remark.get(language).clone())
                .collect(),
        )
    });
    wrong.unwrap_or_else(|| {
        desk.stage.with(|stage| {
            let warnings = stage.as_ref().map(|stage| &stage.warnings);
            let warnings = warnings.into_iter().flatten();
            warnings
                .map(|remark| remark.get(language).clone())
                .collect()
        })
    })
}

/// The list, and how many there are.
#[component]
pub(super) fn Remarks(found: Memo<Vec<Shown>>, session: Session) -> impl IntoView {
    let desk = Desk::of_here();
    let count = move |severity| {
        found.with(|found| {
            found
                .iter()
                .filter(|shown| shown.severity == severity)
                .count()
        })
    };
    let head = move || {
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        if errors > 0 {
            say!(desk, code.errors, count = errors)
        } else if warnings > 0 {
            say!(desk, code.warnings, count = warnings)
        } else {
            say!(desk, code.in_order)
        }
    };
    let line = move |shown: Shown| {
        let (line, column) = (shown.line, shown.column);
        let class = match shown.severity {
            Severity::Error => "link remark wrong",
            Severity::Warning => "link remark odd",
        };
        view! {
            <li>
                <button class=class on:click=move |_| session.with(|face| face.reveal_line(line, column))>
                    <span class="at">{say!(desk, code.line, line = line)}</span>
                    <span>
                        {shown.message}
                        {shown.help.map(|help| view! { <span class="hush">{format!(" {help}")}</span> })}
                    </span>
                </button>
            </li>
        }
    };
    view! {
        <footer class="code-foot" class:wrong=move || { count(Severity::Error) > 0 }>
            <p role="status" data-said="remarks">
                <Show when=move || !found.with(Vec::is_empty)>
                    <Drawn icon=Icon::Warning />
                </Show>
                {head}
            </p>
            <ol class="remarks">{move || found.get().into_iter().map(line).collect_view()}</ol>
        </footer>
    }
}
