//! Undo and redo, in the top bar.

use leptos::prelude::*;

use crate::desk::Desk;
use crate::i18n::{said, say};
use crate::ui::icons::{Drawn, Icon};

/// The ways back and forth among the versions of the draft; seen once there is something to
/// undo.
#[component]
pub(crate) fn HistoryButtons() -> impl IntoView {
    let desk = Desk::of_here();
    view! {
        <Show when=move || desk.can_undo() || desk.can_redo()>
            <div class="history" role="group" aria-label=said!(desk, draft.history)>
                <button
                    class="quiet"
                    disabled=move || !desk.can_undo()
                    title=move || format!("{} (Ctrl+Z)", say!(desk, draft.undo))
                    aria-label=said!(desk, draft.undo)
                    data-action="undo"
                    on:click=move |_| desk.undo()
                >
                    <Drawn icon=Icon::Undo />
                </button>
                <button
                    class="quiet"
                    disabled=move || !desk.can_redo()
                    title=move || format!("{} (Ctrl+Shift+Z)", say!(desk, draft.redo))
                    aria-label=said!(desk, draft.redo)
                    data-action="redo"
                    on:click=move |_| desk.redo()
                >
                    <Drawn icon=Icon::Redo />
                </button>
            </div>
        </Show>
    }
}
