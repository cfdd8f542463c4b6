//! Sharing: a link that opens this scenario, as it was changed, at this very record.
//!
//! What is on the desk flows in; addresses flow out: into the address bar, which always
//! holds the present state ([`bar`]), and into the panel where the reader takes them from
//! ([`panel`]). The other way round it is
//! [`Desk::open_address`](crate::desk::Desk::open_address).

pub(crate) mod address;
pub(crate) mod bar;
mod base;
pub(crate) mod panel;
mod snippet;

use interplay_protocol::Code;
use leptos::prelude::*;
use sim_core::scenario::document::Language;
use sim_core::scenario::share::{self, Link, Selection};

use crate::desk::{Desk, Origin};
use crate::i18n::Locale;
use crate::inspector::subject;
use crate::player::Player;
use crate::ui::theme::Theme;
use crate::views::flow::hit::Picked;
use address::{Address, Way};

/// The version that links are written by.
const ENGINE: &str = env!("CARGO_PKG_VERSION");

/// Longer addresses than this are cut by some mail programs and chats.
const SAFE_LENGTH: usize = 2_048;
/// Longer addresses than this are no longer handed from one to another; a file is.
const COMFORTABLE_LENGTH: usize = 8_000;

/// What sharing needs to know; one a desk.
pub(crate) struct Sharing {
    /// Whether the panel is open.
    pub(crate) open: RwSignal<bool>,
    /// The text that was drawn last, and its code if it has one.
    code: RwSignal<Option<(String, Option<Code>)>>,
    /// The state of the address bar.
    bar: bar::Bar,
}

impl Sharing {
    /// Nothing is shared yet.
    pub(crate) fn new() -> Self {
        Self {
            open: RwSignal::new(false),
            code: RwSignal::new(None),
            bar: bar::Bar::new(),
        }
    }

    /// The worker has drawn a text as a code.
    pub(crate) fn drawn(&self, text: String, code: Option<Code>) {
        self.code.set(Some((text, code)));
    }
}

/// A link to what is seen now: at this moment, or as it begins.
pub(crate) fn link(desk: Desk, at_this_moment: bool) -> Option<Link> {
    let source = desk.source.get_untracked()?;
    let is_authors = source.is_authors();
    let origin = match source.origin {
        Origin::Preset(name) if is_authors => share::Source::Preset(name),
        Origin::Preset(_) | Origin::File(_) | Origin::Link => share::Source::Text(source.text),
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
        cursor: cursor.filter(|_| at_this_moment).map(u64::from),
        digest: digest.flatten(),
        selection: selection(desk).filter(|_| at_this_moment),
        // Whoever opens it reads it in their own language, in their own colours.
        ..Link::new(ENGINE, origin)
    })
}

fn selection(desk: Desk) -> Option<Selection> {
    match desk.picked.get_untracked()? {
        Picked::Message(record) => Some(Selection::Message(u64::from(record.0))),
        picked => desk.stage.with_untracked(|stage| {
            let name = subject::name(stage.as_ref()?, picked)?;
            Some(Selection::Node(name))
        }),
    }
}

/// Where a link leads, as short as can be: by name if there is nothing else to say.
fn way_of(link: &Link) -> Option<Way> {
    if let share::Source::Preset(name) = &link.source
        && link.changes.is_empty()
        && link.cursor.is_none()
    {
        return Some(Way::Preset(name.clone()));
    }
    link.encode().ok().map(Way::Packed)
}

/// The address of the full page that shows what an embedded one shows.
pub(crate) fn full_page(desk: Desk) -> String {
    let way = link(desk, true).and_then(|link| way_of(&link));
    base::address(&Address::to(way.unwrap_or_default()))
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
