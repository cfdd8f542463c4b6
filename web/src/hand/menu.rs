//! The same things to do as in the inspector, at a place of the screen: for a node that is
//! pressed long, or with the other button, or by a key.

use leptos::ev;
use leptos::prelude::*;
use sim_core::world::NodeId;
use wasm_bindgen::JsCast;

use super::{Hand, Structure, node};
use crate::desk::Desk;
use crate::i18n::said;
use crate::ui::icons::{Drawn, Icon};
use crate::ui::modal::Modal;
use crate::views::flow::scene::title;

/// Where the menu is open, and for what.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct MenuAt {
    /// The node it is about.
    pub(crate) node: NodeId,
    /// Where, in pixels of the window; in the middle if nowhere in particular.
    pub(crate) at: Option<(f64, f64)>,
}

/// Room the menu needs, in pixels: it stays within the window.
const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 420.0;
const MARGIN: f64 = 8.0;

/// The menu; [`Desk::hand_menu`](crate::desk::Handles) opens it.
#[component]
pub(crate) fn HandMenu() -> impl IntoView {
    let desk = Desk::of_here();
    let close = move || desk.hand_menu.set(None);
    let listener = window_event_listener(ev::contextmenu, move |event| {
        if let Some(node) = node_at(desk, &event) {
            event.prevent_default();
            let at = (f64::from(event.client_x()), f64::from(event.client_y()));
            desk.hand_menu.set(Some(MenuAt { node, at: Some(at) }));
        }
    });
    on_cleanup(move || listener.remove());
    let heading = move |id: NodeId| node(desk, id, |node| title(node, desk.locale.get()));
    view! {
        <Modal
            class="hand-menu"
            label=said!(desk, hand.title)
            open=Signal::derive(move || desk.hand_menu.get().is_some())
            shut=Callback::new(move |()| close())
            style=Signal::derive(move || desk.hand_menu.get().and_then(|menu| menu.at).map(place).unwrap_or_default())
        >
            {move || {
                desk.hand_menu
                    .get()
                    .map(|menu| {
                        view! {
                            <div class="hand-menu-body">
                                <header>
                                    <h2>{move || heading(menu.node)}</h2>
                                    <button class="quiet" aria-label=said!(desk, app.close) on:click=move |_| close()>
                                        <Drawn icon=Icon::Close />
                                    </button>
                                </header>
                                <Hand id=menu.node />
                                <Structure id=menu.node />
                            </div>
                        }
                    })
            }}
        </Modal>
    }
}

/// The node that an event is about: one of those that say so, as the keyboard reaches them.
fn node_at(desk: Desk, event: &ev::MouseEvent) -> Option<NodeId> {
    let element = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    let name = element
        .closest("[data-node]")
        .ok()??
        .get_attribute("data-node")?;
    desk.stage
        .with_untracked(|stage| stage.as_ref()?.topology.node(&name))
}

fn place((x, y): (f64, f64)) -> String {
    let window = web_sys::window();
    let size =
        |of: fn(&web_sys::Window) -> Result<wasm_bindgen::JsValue, wasm_bindgen::JsValue>| {
            let size = window.as_ref().and_then(|window| of(window).ok());
            size.and_then(|size| size.as_f64()).unwrap_or(f64::MAX)
        };
    let within = |at: f64, room: f64, whole: f64| at.min(whole - room - MARGIN).max(MARGIN);
    format!(
        "margin: 0; left: {}px; top: {}px;",
        within(x, WIDTH, size(web_sys::Window::inner_width)),
        within(y, HEIGHT, size(web_sys::Window::inner_height)),
    )
}
