//! The reader's own: documents they opened or made, and their changes to those that come
//! with the page, kept by the browser.
//!
//! What is on the desk flows in whenever it changes; what was kept flows out when it is
//! opened again. The rules are in [`shelf`], which knows nothing of a browser; [`keeping`]
//! applies them to the desk, [`files`] lets files in and out, [`rows`] shows the list and
//! [`told`] says what happened.

pub(crate) mod files;
mod keeping;
pub(crate) mod kept;
pub(crate) mod rows;
mod shelf;
mod store;
pub(crate) mod told;

use std::collections::BTreeMap;

use interplay_protocol::{Glimpse, Request};
use leptos::prelude::*;

use crate::desk::Desk;
use kept::{Kept, Place};
use shelf::Shelf;
use store::BrowserStore;
use told::Told;

pub(crate) use keeping::watch;

/// Where changes to what is open are kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Home {
    /// In this place.
    At(Place),
    /// In a place of their own, made at the first change: what is open came from a link.
    Unsettled,
}

/// What waits for the worker's look at a document.
type Waiting = Box<dyn FnOnce(Option<Glimpse>)>;

/// What belongs to the reader; one a desk.
pub(crate) struct Own {
    /// What is kept, the latest used first.
    pub(crate) list: RwSignal<Vec<Kept>>,
    /// How many things on the shelf cannot be read.
    pub(crate) unreadable: RwSignal<usize>,
    /// Where what is open is kept.
    pub(crate) home: RwSignal<Home>,
    /// What the reader has to know about it.
    pub(crate) told: RwSignal<Option<Told>>,
    /// What is open, as it was when it was last kept or opened.
    before: StoredValue<Option<keeping::State>>,
    /// What to call what is open, if its text does not say.
    name: StoredValue<Option<String>>,
    /// The reader knows that nothing can be kept.
    warned: StoredValue<bool>,
    shelf: StoredValue<Shelf<BrowserStore>, LocalStorage>,
    waiting: StoredValue<(u32, BTreeMap<u32, Waiting>), LocalStorage>,
}

impl Own {
    /// Nothing yet; see [`watch`].
    pub(crate) fn new() -> Self {
        Self {
            list: RwSignal::new(Vec::new()),
            unreadable: RwSignal::new(0),
            home: RwSignal::new(Home::Unsettled),
            told: RwSignal::new(None),
            before: StoredValue::new(None),
            name: StoredValue::new(None),
            warned: StoredValue::new(false),
            shelf: StoredValue::new_local(Shelf::new(BrowserStore, draw)),
            waiting: StoredValue::new_local((0, BTreeMap::new())),
        }
    }

    /// Whether what is open is kept in this place.
    pub(crate) fn is_home(&self, place: &Place) -> bool {
        self.home
            .with(|home| matches!(home, Home::At(home) if home == place))
    }

    fn with_shelf<T>(&self, act: impl FnOnce(&mut Shelf<BrowserStore>) -> T) -> Option<T> {
        self.shelf.try_update_value(act)
    }
}

impl Desk {
    /// Has the worker look at a document, and does something with what it sees: nothing if it
    /// cannot be run.
    fn look_at(
        self,
        text: String,
        changes: Vec<(String, String)>,
        then: impl FnOnce(Option<Glimpse>) + 'static,
    ) {
        let ticket = self.own.waiting.try_update_value(|(last, waiting)| {
            *last = last.wrapping_add(1);
            waiting.insert(*last, Box::new(then));
            *last
        });
        if let Some(ticket) = ticket {
            self.send(Request::Glimpse {
                ticket,
                text,
                changes,
            });
        }
    }

    /// The worker has looked.
    pub(crate) fn looked(self, ticket: u32, glimpse: Option<Glimpse>) {
        let then = self
            .own
            .waiting
            .try_update_value(|(_, waiting)| waiting.remove(&ticket))
            .flatten();
        if let Some(then) = then {
            then(glimpse);
        }
    }
}

/// A number that was never drawn before, as far as chance goes.
fn draw() -> u64 {
    let half = || (js_sys::Math::random() * f64::from(u32::MAX)) as u64;
    half() << 32 | half()
}

/// Milliseconds since 1970.
fn now() -> f64 {
    js_sys::Date::now()
}
