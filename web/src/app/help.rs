//! The keys, on a sheet of their own.

use leptos::html::Dialog;
use leptos::prelude::*;

use crate::desk::Desk;
use crate::i18n::{said, say};
use crate::ui::icons::{Drawn, Icon};

/// The sheet with the keys.
#[component]
pub(super) fn Help() -> impl IntoView {
    let desk = Desk::of_here();
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        if desk.help.get() && !dialog.open() {
            // Fails only for a dialog that is open already.
            let _ = dialog.show_modal();
        } else if !desk.help.get() && dialog.open() {
            dialog.close();
        }
    });
    let rows = move || {
        [
            (say!(desk, help.space), say!(desk, help.play)),
            (". ,".to_owned(), say!(desk, help.step)),
            ("→ ←".to_owned(), say!(desk, help.arrows)),
            ("Home End".to_owned(), say!(desk, help.home)),
            ("- +".to_owned(), say!(desk, help.speed)),
            ("N P".to_owned(), say!(desk, timeline.help_jump)),
            ("L I O".to_owned(), say!(desk, timeline.help_loop)),
            ("W Q A D".to_owned(), say!(desk, timeline.help_zoom)),
            ("Z".to_owned(), say!(desk, timeline.help_whole)),
            ("G".to_owned(), say!(desk, timeline.help_go_to)),
            ("0".to_owned(), say!(desk, help.fit)),
            ("/".to_owned(), say!(desk, library.search)),
            ("PageUp PageDown".to_owned(), say!(desk, story.keys)),
            ("S".to_owned(), say!(desk, story.key)),
            ("Ctrl+Z".to_owned(), say!(desk, draft.undo)),
            ("Ctrl+Shift+Z".to_owned(), say!(desk, draft.redo)),
            ("Esc".to_owned(), say!(desk, help.escape)),
            ("?".to_owned(), say!(desk, help.help)),
        ]
    };
    view! {
        <dialog class="help" aria-label=said!(desk, help.title) node_ref=dialog on:close=move |_| desk.help.set(false)>
            <header>
                <h2>{said!(desk, help.title)}</h2>
                <button class="quiet" aria-label=said!(desk, app.close) on:click=move |_| desk.help.set(false)>
                    <Drawn icon=Icon::Close />
                </button>
            </header>
            <dl class="keys">
                {move || {
                    rows()
                        .into_iter()
                        .map(|(keys, meaning)| {
                            let keys = keys.split(' ').map(|key| view! { <kbd>{key.to_owned()}</kbd> }).collect_view();
                            view! {
                                <dt>{keys}</dt>
                                <dd>{meaning}</dd>
                            }
                        })
                        .collect_view()
                }}
            </dl>
        </dialog>
    }
}
