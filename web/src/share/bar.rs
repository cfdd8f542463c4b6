//! The address bar: it always holds the present state, so that the page can be reloaded,
//! bookmarked and gone back to.
//!
//! It is written when time stands still, and not more often than browsers allow. With every
//! entry of the history goes the place where its changes are kept, so that coming back to it
//! brings them along; an address that somebody else sent has no such place.

use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::address::{Address, Way, query_of_others};
use super::{COMFORTABLE_LENGTH, link, way_of};
use crate::desk::{Busy, Desk};
use crate::i18n::Locale;
use crate::library::own::Home;
use crate::library::own::kept::Place;
use crate::player::Player;
use crate::ui::theme::Theme;

/// How long the bar may lag behind. Safari allows 100 writings in 30 seconds: twice as many.
const LAG: Duration = Duration::from_millis(600);

/// Addresses longer than this are not taken by all browsers.
const LONGEST: usize = 60_000;

/// The scenario that an address without one leads to.
const FIRST: &str = "checkout";

/// The state of the address bar.
pub(super) struct Bar {
    /// The reader went somewhere else: the next address is another entry of the history.
    gone: StoredValue<bool>,
    /// It is to be written in a moment.
    pending: StoredValue<Option<TimeoutHandle>>,
    /// The address that was written or followed last.
    latest: StoredValue<Option<String>>,
    /// The language and the theme that the address asked for.
    asked: StoredValue<(Option<Locale>, Option<Theme>)>,
}

impl Bar {
    pub(super) fn new() -> Self {
        Self {
            gone: StoredValue::new(false),
            pending: StoredValue::new(None),
            latest: StoredValue::new(None),
            asked: StoredValue::new((None, None)),
        }
    }

    fn forget_pending(&self) {
        if let Some(pending) = self.pending.try_update_value(Option::take).flatten() {
            pending.clear();
        }
    }
}

/// Opens what the address says, now and whenever the reader changes it; else the first
/// scenario there is. From then on the address says what is open.
pub(crate) fn follow(desk: Desk) {
    desk.follow_address();
    let changed = window_event_listener(ev::hashchange, move |_| desk.follow_address());
    let popped = window_event_listener(ev::popstate, move |_| desk.follow_address());
    on_cleanup(move || {
        changed.remove();
        popped.remove();
    });
    Effect::new(move || {
        desk.source.track();
        desk.own.home.track();
        if desk.sharing.bar.gone.get_value() {
            desk.write_address();
        } else {
            desk.write_address_soon();
        }
    });
    Effect::new(move || {
        desk.moment.track();
        desk.picked.track();
        desk.metrics.open.track();
        if !desk.playing.get() && desk.busy.get() == Busy::No {
            desk.write_address_soon();
        }
    });
}

impl Desk {
    /// The reader goes somewhere else: where they have been can be gone back to.
    pub(crate) fn go(self) {
        if self.sharing.bar.pending.with_value(Option::is_some) {
            self.write_address();
        }
        self.sharing.bar.gone.set_value(true);
        // It was about what was open until now.
        self.own.told.set(None);
    }

    fn follow_address(self) {
        let Some(here) = href() else { return };
        let bar = &self.sharing.bar;
        if bar
            .latest
            .with_value(|latest| latest.as_ref() == Some(&here))
        {
            return;
        }
        // What is left to write belongs to the entry that is no longer shown.
        bar.forget_pending();
        bar.gone.set_value(false);
        bar.latest.set_value(Some(here));
        let Some(window) = web_sys::window() else {
            return;
        };
        let location = window.location();
        let address = Address::parse(
            &location.search().unwrap_or_default(),
            &location.hash().unwrap_or_default(),
        );
        bar.asked.set_value((address.locale, address.theme));
        let state = window.history().and_then(|history| history.state()).ok();
        let home = state
            .and_then(|state| state.as_string())
            .and_then(|name| Place::named(&name));
        if !self.open_address(&address, home) {
            self.open_changed(FIRST.to_owned(), crate::desk::Expected::default());
        }
    }

    fn write_address_soon(self) {
        let bar = &self.sharing.bar;
        if bar.pending.with_value(Option::is_none) {
            let later = set_timeout_with_handle(move || self.write_address(), LAG);
            bar.pending.set_value(later.ok());
        }
    }

    /// Has the address bar say what is open, where the reader is in it, and what they have
    /// selected.
    pub(crate) fn write_address(self) {
        let bar = &self.sharing.bar;
        bar.forget_pending();
        if self.embed.get_untracked() {
            return;
        }
        let Some(way) = self.present_way() else {
            return;
        };
        let (locale, theme) = bar.asked.get_value();
        let address = Address {
            // What the reader has chosen since is theirs, and not the address's to say.
            locale: locale.filter(|locale| *locale == self.locale.get_untracked()),
            metrics: self.metrics.open.get_untracked(),
            theme: theme.filter(|theme| *theme == self.theme.get_untracked()),
            ..Address::to(way)
        };
        let Some(window) = web_sys::window() else {
            return;
        };
        let (location, Ok(history)) = (window.location(), window.history()) else {
            return;
        };
        let path = location.pathname().unwrap_or_default();
        let query = query_of_others(&location.search().unwrap_or_default());
        let written = format!("{path}{query}#{address}");
        let state = match self.own.home.get_untracked() {
            Home::At(place) => JsValue::from_str(place.name()),
            Home::Unsettled => JsValue::NULL,
        };
        let gone = bar.gone.get_value();
        let same = href().is_some_and(|here| here.ends_with(&written))
            && history.state().is_ok_and(|before| before == state);
        if same {
            bar.gone.set_value(false);
            return;
        }
        // Forbidden in some frames: the address then stays as it was.
        let _ = if gone {
            history.push_state_with_url(&state, "", Some(&written))
        } else {
            history.replace_state_with_url(&state, "", Some(&written))
        };
        bar.gone.set_value(false);
        bar.latest.set_value(href());
    }

    /// Where an address leads that shows what is seen now.
    fn present_way(self) -> Option<Way> {
        let stands = !self.playing.get_untracked() && self.busy.get_untracked() == Busy::No;
        let link = link(self, stands && self.ask(Player::cursor).is_some())?;
        let way = way_of(&link);
        match (&way, self.own.home.get_untracked()) {
            (Some(Way::Packed(packed)), _) if packed.len() <= COMFORTABLE_LENGTH => way,
            (Some(Way::Preset(_)), _) => way,
            // Too long to be handed on, but this browser knows what it is.
            (_, Home::At(place)) if self.is_kept(&place) && place.preset().is_none() => {
                Some(Way::Own(place.name().to_owned()))
            }
            (Some(Way::Packed(packed)), _) if packed.len() <= LONGEST => way,
            _ => None,
        }
    }
}

fn href() -> Option<String> {
    web_sys::window()?.location().href().ok()
}
