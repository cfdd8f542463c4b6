//! The keys, on a sheet of their own: drawn from the table of commands, so that none is missing.

use leptos::prelude::*;

use crate::commands::{COMMANDS, GROUPS, Group, key_name};
use crate::desk::Desk;
use crate::i18n::said;
use crate::ui::icons::{Drawn, Icon};
use crate::ui::modal::Modal;

/// The sheet with the keys.
#[component]
pub(super) fn Help() -> impl IntoView {
    let desk = Desk::of_here();
    view! {
        <Modal
            class="help"
            label=said!(desk, help.title)
            open=desk.help
            shut=Callback::new(move |()| desk.help.set(false))
        >
            <header>
                <h2>{said!(desk, help.title)}</h2>
                <button class="quiet" aria-label=said!(desk, app.close) on:click=move |_| desk.help.set(false)>
                    <Drawn icon=Icon::Close />
                </button>
            </header>
            <div class="groups">
                {GROUPS.map(|group| view! { <Keys group=group /> }).collect_view()}
            </div>
        </Modal>
    }
}

/// The keys of a group. What has no key is in the palette only.
#[component]
fn Keys(group: Group) -> impl IntoView {
    let desk = Desk::of_here();
    let commands = COMMANDS
        .iter()
        .filter(move |command| command.group == group && !command.keys.is_empty());
    let rows = commands.map(|command| {
        let keys = command.keys.iter();
        let words = command.words;
        view! {
            <dt>{keys.map(|key| view! { <kbd>{move || key_name(desk.locale.get(), key)}</kbd> }).collect_view()}</dt>
            <dd>{move || words(desk.locale.get())}</dd>
        }
    });
    view! {
        <section>
            <h3>{move || group.words(desk.locale.get())}</h3>
            <dl class="keys">{rows.collect_view()}</dl>
        </section>
    }
}
