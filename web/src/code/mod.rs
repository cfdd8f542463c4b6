//! The code editor: the document as text, beside the stage.
//!
//! The text of the desk's document flows in, with what is wrong with it; what is typed flows
//! out after a short rest, and wishes to undo, redo and format as they come. The desk keeps
//! the one history; the editor itself (`static/editor`, made from `web/editor`) is loaded
//! when it is first opened, and a plain field takes its place if it cannot be.

mod copy;
mod edge;
mod face;
mod load;
mod panel;
mod remarks;
mod session;

use interplay_protocol::Stage;
use leptos::prelude::*;
use sim_core::world::{Node, NodeId, NodeKind};

use crate::desk::Desk;
use crate::i18n::{said, say};
use crate::ui::icons::{Drawn, Icon};
use crate::ui::theme::media_matches;
use crate::views::flow::hit::Picked;

pub(crate) use panel::Code;

/// The key that opens and closes the editor, as it is written on it.
const KEY: &str = "E";

/// On a screen narrower than this there is no room for the list of scenarios beside the code.
const ROOM_FOR_ALL: &str = "(min-width: 1440px)";

/// Whether the editor is open, and what it is to show.
#[derive(Clone, Copy)]
pub(crate) struct Drawer {
    /// Whether it is open.
    open: RwSignal<bool>,
    /// The path of the thing whose place in the text is to be shown.
    wanted: RwSignal<Option<String>>,
}

impl Drawer {
    /// A closed one.
    pub(crate) fn new() -> Self {
        Self {
            open: RwSignal::new(false),
            wanted: RwSignal::new(None),
        }
    }

    /// Whether it is open; a signal.
    pub(crate) fn is_open(self) -> bool {
        self.open.get()
    }
}

impl Desk {
    /// Opens the editor, or closes it.
    pub(crate) fn toggle_code(self) {
        let open = !self.code.open.get_untracked();
        self.show_code(open);
    }

    /// Opens or closes the editor.
    pub(crate) fn show_code(self, open: bool) {
        let opens = open && !self.code.open.get_untracked();
        if opens && !media_matches(ROOM_FOR_ALL) {
            // The stage would be a slit otherwise; the list can be opened again.
            self.library_open.set(false);
        }
        if open {
            self.sheet.set(None);
        }
        self.code.open.set(open);
    }

    /// Shows where a thing of the document stands in its text.
    pub(crate) fn show_in_text(self, path: String) {
        self.show_code(true);
        self.code.wanted.set(Some(path));
    }
}

/// The button that opens and closes the editor.
#[component]
pub(crate) fn CodeButton() -> impl IntoView {
    let desk = Desk::of_here();
    let label = move || {
        if desk.code.is_open() {
            say!(desk, code.hide)
        } else {
            say!(desk, code.show)
        }
    };
    view! {
        <button
            class="with-text"
            aria-expanded=move || desk.code.is_open().to_string()
            title=move || format!("{} ({KEY})", label())
            aria-label=label
            data-action="code"
            on:click=move |_| desk.toggle_code()
        >
            <Drawn icon=Icon::Code />
            <span class="wide-only">{said!(desk, code.title)}</span>
        </button>
    }
}

/// A button that shows where a thing of the document stands in its text.
#[component]
pub(crate) fn ShowInText(path: String) -> impl IntoView {
    let desk = Desk::of_here();
    view! {
        <button
            class="link show-in-text"
            data-action="show-in-text"
            on:click=move |_| desk.show_in_text(path.clone())
        >
            <Drawn icon=Icon::Code />
            {said!(desk, code.show_in_text)}
        </button>
    }
}

/// Where a node stands in the document; nothing for the hand, which does not.
pub(crate) fn path_of(node: &Node) -> Option<String> {
    let name = &node.name;
    match node.kind {
        NodeKind::Hand => None,
        NodeKind::Client => Some(format!("clients.{name}")),
        NodeKind::Service { .. } | NodeKind::External { .. } => Some(format!("services.{name}")),
        NodeKind::Queue => {
            let (broker, queue) = name.split_once('.')?;
            Some(format!("brokers.{broker}.rabbitmq.queues.{queue}"))
        }
        NodeKind::Store { .. } => Some(format!("stores.{name}")),
    }
}

/// The path of what is picked on the stage.
fn picked_path(desk: Desk) -> Option<String> {
    let picked = desk.picked.get()?;
    desk.stage.with(|stage| {
        let stage = stage.as_ref()?;
        let node = |id: NodeId| stage.topology.nodes.get(id.index()).and_then(path_of);
        match picked {
            Picked::Node(id) => node(id),
            Picked::Instance(entity) => node(*stage.topology.node_of.get(entity.index())?),
            Picked::Policy(place) => policy(stage, place as usize),
            Picked::Entry(place) => Some(format!("timeline.{place}")),
            Picked::Edge(_) | Picked::Message(_) => None,
        }
    })
}

fn policy(stage: &Stage, place: usize) -> Option<String> {
    let name = stage.policies.get(place)?;
    Some(format!("policies.{name}"))
}

/// Picks the node or policy that stands at a path, if one does.
fn pick_at(desk: Desk, path: &str) {
    let found = desk.stage.with_untracked(|stage| {
        let stage = stage.as_ref()?;
        let is_here = |node: &Node| path_of(node).as_deref() == Some(path);
        let mut nodes = stage.shown.iter().copied();
        let node = nodes.find(|id| stage.topology.nodes.get(id.index()).is_some_and(is_here));
        let mut policies = (0..stage.policies.len()).zip(0_u32..);
        let policy = policies.find(|(place, _)| policy(stage, *place).as_deref() == Some(path));
        node.map(Picked::Node)
            .or_else(|| policy.map(|(_, place)| Picked::Policy(place)))
    });
    if found.is_some() {
        desk.pick(found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::flow::testing::stage;

    #[test]
    fn a_node_stands_in_the_section_of_its_kind() {
        let stage = stage();
        let path = |kind: NodeKind, name: &str| {
            let node = Node {
                kind,
                name: name.to_owned(),
                ..stage.topology.nodes[0].clone()
            };
            path_of(&node)
        };
        assert_eq!(path(NodeKind::Hand, "timeline"), None);
        assert_eq!(
            path(NodeKind::Client, "shoppers").as_deref(),
            Some("clients.shoppers")
        );
        assert_eq!(
            path(NodeKind::Queue, "jobs.parcels").as_deref(),
            Some("brokers.jobs.rabbitmq.queues.parcels")
        );
    }
}
