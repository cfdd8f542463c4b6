//! The commands of the page: everything that can be done with one key or one click, in one
//! table.
//!
//! The table flows out to the palette, which finds and does them, and to the help, which lists
//! them with their keys. What is open at the moment (scenarios, nodes) is found by the palette
//! itself. The keyboard does the same with less ceremony; a test holds it to this table.

pub(crate) mod fuzzy;
pub(crate) mod presenter;
mod table;

use crate::desk::Desk;
use crate::i18n::{Locale, text};

pub(crate) use table::{COMMANDS, GROUPS};

/// What a command has to do with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Group {
    /// Time passes, or does not.
    Player,
    /// What is seen of the timeline.
    Timeline,
    /// What is told.
    Story,
    /// What is seen on the stage.
    Stage,
    /// What is changed in the document.
    Edit,
    /// The page as a whole.
    Page,
}

/// Something the reader can have done.
pub(crate) struct Command {
    /// A word for it that does not change.
    pub(crate) id: &'static str,
    /// What it has to do with.
    pub(crate) group: Group,
    /// The keys, each of which does it.
    pub(crate) keys: &'static [&'static str],
    /// What it does, in words.
    pub(crate) words: fn(Locale) -> &'static str,
    /// Does it.
    pub(crate) act: fn(Desk),
    /// Whether embedded pages have it too.
    pub(crate) embedded: bool,
}

impl Group {
    /// What it is called.
    pub(crate) fn words(self, locale: Locale) -> &'static str {
        match self {
            Self::Player => leptos_i18n::td_string!(locale, commands.group_player),
            Self::Timeline => leptos_i18n::td_string!(locale, commands.group_timeline),
            Self::Story => leptos_i18n::td_string!(locale, commands.group_story),
            Self::Stage => leptos_i18n::td_string!(locale, commands.group_stage),
            Self::Edit => leptos_i18n::td_string!(locale, commands.group_edit),
            Self::Page => leptos_i18n::td_string!(locale, commands.group_page),
        }
    }
}

/// What is written on a key.
pub(crate) fn key_name(locale: Locale, key: &'static str) -> String {
    match key {
        "Space" => text!(locale, help.space),
        other => other.to_owned(),
    }
}
