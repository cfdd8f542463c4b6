//! Sharing: a link that opens this scenario, as it was changed, at this very record.
//!
//! What is on the desk flows in, the fragment of an address flows out; the other way round
//! it is [`Desk::open_fragment`](crate::desk::Desk::open_fragment).

pub(crate) mod fragment;

use leptos::prelude::*;
use leptos::task::spawn_local;
use sim_core::scenario::document::Language;
use sim_core::scenario::share::{self, Link};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::desk::{Desk, Notice, Origin};
use crate::i18n::Locale;
use crate::player::Player;
use crate::ui::theme::Theme;

/// The version that links are written by.
const ENGINE: &str = env!("CARGO_PKG_VERSION");

/// Copies a link to what is seen now, and puts it into the address bar.
pub(crate) fn copy_link(desk: Desk) {
    let Some(link) = link(desk) else { return };
    let Ok(packed) = link.encode() else {
        desk.tell(Notice::ShareTooLong);
        return;
    };
    set_fragment(&packed);
    let Some(window) = web_sys::window() else {
        return;
    };
    let address = window.location().href().unwrap_or_default();
    // There is no clipboard on a page that did not come over a secure connection.
    let clipboard = js_sys::Reflect::get(&window.navigator(), &JsValue::from_str("clipboard"));
    if clipboard.is_ok_and(|clipboard| clipboard.is_undefined()) {
        desk.tell(Notice::ShareFailed);
        return;
    }
    let copied = window.navigator().clipboard().write_text(&address);
    spawn_local(async move {
        match JsFuture::from(copied).await {
            Ok(_) => desk.mention(Notice::Shared),
            Err(_) => desk.tell(Notice::ShareFailed),
        }
    });
}

/// A link to what is seen now.
pub(crate) fn link(desk: Desk) -> Option<Link> {
    let source = desk.source.get_untracked()?;
    let origin = match source.origin {
        Origin::Preset(name) => share::Source::Preset(name),
        Origin::File(_) | Origin::Link => share::Source::Text(source.text),
    };
    let seen = desk.ask(|player: &Player| {
        (
            player.cursor().0,
            player.ending().map(|ending| ending.digest.clone()),
        )
    });
    let (cursor, digest) = seen.unzip();
    Some(Link {
        changes: source.changes,
        cursor: cursor.map(u64::from),
        digest: digest.flatten(),
        // Whoever opens it reads it in their own language, in their own colours.
        ..Link::new(ENGINE, origin)
    })
}

/// Has the address bar say where the reader is, without a new entry in the history.
pub(crate) fn set_fragment(fragment: &str) {
    let Some(window) = web_sys::window() else {
        return;
    };
    let Ok(history) = window.history() else {
        return;
    };
    let address = if fragment.is_empty() {
        window.location().pathname().unwrap_or_default()
            + &window.location().search().unwrap_or_default()
    } else {
        format!("#{fragment}")
    };
    // Forbidden in some frames: the address then stays as it was.
    let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address));
}

/// The address of the full page that shows what an embedded one shows.
pub(crate) fn full_page(desk: Desk) -> String {
    let packed = link(desk)
        .and_then(|link| link.encode().ok())
        .unwrap_or_default();
    let location = web_sys::window().map(|window| window.location());
    let path = location
        .and_then(|location| location.pathname().ok())
        .unwrap_or_default();
    format!("{path}#{packed}")
}

/// The page's language for a link's.
pub(crate) const fn locale(language: Language) -> Locale {
    match language {
        Language::En => Locale::en,
        Language::Ru => Locale::ru,
    }
}

/// The page's theme for a link's.
pub(crate) const fn theme(theme: share::Theme) -> Theme {
    match theme {
        share::Theme::Light => Theme::Light,
        share::Theme::Dark => Theme::Dark,
    }
}
