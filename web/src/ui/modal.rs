//! A dialog over everything else, open for as long as a signal says so.

use leptos::ev;
use leptos::html::Dialog;
use leptos::prelude::*;

/// The dialog. Escape, and a click beside what is in it, have `shut` called, which turns `open` off.
#[component]
pub(crate) fn Modal(
    /// The class of the dialog.
    class: &'static str,
    /// What it is called.
    label: Signal<String>,
    /// Whether it is open.
    #[prop(into)]
    open: Signal<bool>,
    /// Turns `open` off.
    shut: Callback<()>,
    /// The dialog's own element, for those who cannot wait until it follows `open`.
    #[prop(optional)]
    node_ref: NodeRef<Dialog>,
    /// Where it stands, if not in the middle.
    #[prop(optional, into)]
    style: Signal<String>,
    /// What is in it.
    children: Children,
) -> impl IntoView {
    Effect::new(move || {
        let Some(dialog) = node_ref.get() else { return };
        if open.get() && !dialog.open() {
            // Fails only for a dialog that is open already.
            let _ = dialog.show_modal();
        } else if !open.get() && dialog.open() {
            dialog.close();
        }
    });
    // The browser tells late that it closed a dialog: it may have been opened again by then. So what
    // closes it is heard of before, and what was closed is looked at.
    let closed = move |_| {
        if node_ref
            .get_untracked()
            .is_some_and(|dialog| !dialog.open())
        {
            shut.run(());
        }
    };
    let beside = move |event: ev::MouseEvent| {
        if event.target() == event.current_target() {
            shut.run(());
        }
    };
    view! {
        <dialog
            class=class
            style=style
            aria-label=label
            node_ref=node_ref
            on:cancel=move |_: ev::Event| shut.run(())
            on:close=closed
            on:click=beside
        >
            {children()}
        </dialog>
    }
}
