//! The palette: every command, scenario and node by a few letters of its name.
//!
//! Commands flow in from their table, scenarios from the library's index, nodes from the stage;
//! the chosen one is done, opened or picked. The cursor stays in the field, as screen readers
//! expect of a combobox: which option is current is told, not focused.

use leptos::ev;
use leptos::html::{Dialog, Input, Ul};
use leptos::prelude::*;
use leptos::task::spawn_local;
use sim_core::world::NodeId;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::commands::{COMMANDS, Command, fuzzy, key_name};
use crate::desk::Desk;
use crate::i18n::{Locale, language, said, say, text};
use crate::library;
use crate::library::index::{Entry, Index};
use crate::ui::modal::Modal;
use crate::views::flow::hit::Picked;
use crate::views::flow::scene::title;

/// What the list and its options are called in the document.
const LIST: &str = "palette-list";
const OPTION: &str = "palette-option-";
/// The most options shown: nobody reads more, and another letter is quicker.
const MOST: usize = 40;

/// Something that can be chosen.
#[derive(Clone)]
enum Choice {
    Command(&'static Command),
    Scenario(Entry),
    Node(NodeId, [String; 2]),
}

impl Choice {
    fn words(&self, locale: Locale) -> String {
        match self {
            Self::Command(command) => (command.words)(locale).to_owned(),
            Self::Scenario(entry) => {
                let title = entry.title.get(language(locale)).to_owned();
                text!(locale, commands.open_scenario, title = title)
            }
            Self::Node(_, names) => {
                let name = match locale {
                    Locale::en => &names[0],
                    Locale::ru => &names[1],
                };
                text!(locale, commands.pick_node, name = name.clone())
            }
        }
    }

    /// A word for it that does not change.
    fn id(&self) -> String {
        match self {
            Self::Command(command) => command.id.to_owned(),
            Self::Scenario(entry) => entry.name.clone(),
            Self::Node(node, _) => format!("node-{}", node.index()),
        }
    }

    /// How well a question fits, in either language; a command before what is only open.
    fn fit(&self, question: &str) -> Option<u32> {
        let texts = [self.words(Locale::en), self.words(Locale::ru), self.id()];
        fuzzy::fit(question, &texts.iter().map(String::as_str))
    }

    fn keys(&self) -> &'static [&'static str] {
        match self {
            Self::Command(command) => command.keys,
            _ => &[],
        }
    }

    fn choose(&self, desk: Desk) {
        match self {
            Self::Command(command) => (command.act)(desk),
            Self::Scenario(entry) => desk.open_preset(&entry.name),
            Self::Node(node, _) => desk.pick(Some(Picked::Node(*node))),
        }
    }
}

/// Opens the palette with Ctrl+K, or with Cmd+K, wherever the cursor is.
pub(super) fn listen(desk: Desk) {
    let listener = window_event_listener(ev::keydown, move |event| {
        let with = (event.ctrl_key() || event.meta_key()) && !event.alt_key() && !event.shift_key();
        if with && event.code() == "KeyK" {
            event.prevent_default();
            if !desk.help.get_untracked() && !desk.sharing.open.get_untracked() {
                desk.palette.update(|open| *open = !*open);
            }
        }
    });
    on_cleanup(move || listener.remove());
}

/// The palette.
#[component]
pub(super) fn Palette() -> impl IntoView {
    let desk = Desk::of_here();
    let dialog = NodeRef::<Dialog>::new();
    let choose = Callback::new(move |choice: Choice| {
        // Closed first: it gives the focus back, and what is chosen may want it.
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
        desk.palette.set(false);
        choice.choose(desk);
    });
    view! {
        <Modal
            class="palette"
            label=said!(desk, commands.title)
            open=desk.palette
            shut=Callback::new(move |()| desk.palette.set(false))
            node_ref=dialog
        >
            <Show when=move || desk.palette.get()>
                <Inside choose=choose />
            </Show>
        </Modal>
    }
}

#[component]
fn Inside(choose: Callback<Choice>) -> impl IntoView {
    let desk = Desk::of_here();
    let published = RwSignal::new(Vec::<Entry>::new());
    spawn_local(async move {
        // What cannot be fetched is told by the library; the commands are there without it.
        let read = library::fetch(library::INDEX).await;
        if let Ok(index) = read.and_then(|text| Index::read(&text)) {
            let chapters = index.chapters.into_iter();
            published.try_set(chapters.flat_map(|chapter| chapter.scenarios).collect());
        }
    });
    let question = RwSignal::new(String::new());
    let current = RwSignal::new(0_usize);
    let found = StoredValue::new_local(Vec::<Choice>::new());
    let count = Memo::new(move |_| {
        let shown = published.with(|entries| question.with(|asked| answers(desk, entries, asked)));
        let count = shown.len();
        found.set_value(shown);
        current.set(0);
        // Another question has another answer, though it may be as long.
        (question.get(), count)
    });
    let list = NodeRef::<Ul>::new();
    let field = NodeRef::<Input>::new();
    Effect::new(move || {
        if let Some(field) = field.get() {
            // Fails only for an element that is gone already.
            let _ = field.focus();
        }
    });
    let go = move |to: usize| {
        current.set(to);
        if let Some(list) = list.get_untracked() {
            show(&list, to);
        }
    };
    let press = move |event: ev::KeyboardEvent| {
        let (now, last) = (
            current.get_untracked(),
            found.with_value(Vec::len).saturating_sub(1),
        );
        match event.key().as_str() {
            "ArrowDown" => go(if now == last { 0 } else { now + 1 }),
            "ArrowUp" => go(now.checked_sub(1).unwrap_or(last)),
            "PageDown" => go((now + 8).min(last)),
            "PageUp" => go(now.saturating_sub(8)),
            "Enter" => {
                if let Some(choice) = found.with_value(|found| found.get(now).cloned()) {
                    choose.run(choice);
                }
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let options = move || {
        count.track();
        let locale = desk.locale.get();
        let shown = found.get_value().into_iter().enumerate();
        shown
            .map(|(place, choice)| option(locale, place, choice, current, choose))
            .collect_view()
    };
    view! {
        <input
            class="field"
            type="text"
            role="combobox"
            autocomplete="off"
            spellcheck="false"
            maxlength="100"
            aria-expanded="true"
            aria-autocomplete="list"
            aria-controls=LIST
            aria-activedescendant=move || (count.get().1 > 0).then(|| format!("{OPTION}{}", current.get()))
            aria-label=said!(desk, commands.title)
            placeholder=said!(desk, commands.placeholder)
            node_ref=field
            prop:value=question
            on:input=move |event| question.set(event_target_value(&event))
            on:keydown=press
        />
        <ul id=LIST role="listbox" aria-label=said!(desk, commands.title) tabindex="-1" node_ref=list>
            {options}
        </ul>
        <p class="hush nothing" role="status">
            {move || (count.get().1 == 0).then(|| say!(desk, commands.found_nothing))}
        </p>
    }
}

fn option(
    locale: Locale,
    place: usize,
    choice: Choice,
    current: RwSignal<usize>,
    choose: Callback<Choice>,
) -> impl IntoView {
    let keys = choice.keys().iter();
    let keys = keys
        .map(|key| view! { <kbd>{key_name(locale, key)}</kbd> })
        .collect_view();
    let (id, words) = (choice.id(), choice.words(locale));
    view! {
        <li
            id=format!("{OPTION}{place}")
            role="option"
            aria-selected=move || (current.get() == place).to_string()
            data-palette=id
            on:pointermove=move |_| {
                if current.get_untracked() != place {
                    current.set(place);
                }
            }
            on:click=move |_| choose.run(choice.clone())
        >
            <span>{words}</span>
            <span class="keys-of">{keys}</span>
        </li>
    }
}

/// What there is to choose for a question, the best first.
fn answers(desk: Desk, published: &[Entry], question: &str) -> Vec<Choice> {
    let embedded = desk.embed.get_untracked();
    let commands = COMMANDS
        .iter()
        .filter(|command| command.id != "palette" && (command.embedded || !embedded));
    let mut all: Vec<_> = commands.map(Choice::Command).collect();
    all.extend(nodes(desk));
    if !embedded {
        all.extend(published.iter().cloned().map(Choice::Scenario));
    }
    let mut fitting: Vec<_> = all
        .into_iter()
        .filter_map(|choice| Some((choice.fit(question)?, choice)))
        .collect();
    // Stable: what fits equally well stays in the order of the table.
    fitting.sort_by_key(|(points, _)| std::cmp::Reverse(*points));
    let most = if question.trim().is_empty() {
        usize::MAX
    } else {
        MOST
    };
    fitting
        .into_iter()
        .map(|(_, choice)| choice)
        .take(most)
        .collect()
}

fn nodes(desk: Desk) -> Vec<Choice> {
    desk.stage.with_untracked(|stage| {
        let nodes = stage.iter().flat_map(|stage| stage.topology.nodes.iter());
        nodes
            .enumerate()
            .map(|(place, node)| {
                let names = [Locale::en, Locale::ru].map(|locale| title(node, locale));
                Choice::Node(NodeId(place as u32), names)
            })
            .collect()
    })
}

/// Scrolls a list so far that an option of it is seen.
fn show(list: &HtmlElement, place: usize) {
    let document = web_sys::window().and_then(|window| window.document());
    let option =
        document.and_then(|document| document.get_element_by_id(&format!("{OPTION}{place}")));
    let Some(option) = option.and_then(|option| option.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    let (top, height) = (option.offset_top(), option.offset_height());
    if top < list.scroll_top() {
        list.set_scroll_top(top);
    } else if top + height > list.scroll_top() + list.client_height() {
        list.set_scroll_top(top + height - list.client_height());
    }
}
