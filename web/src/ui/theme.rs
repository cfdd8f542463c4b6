//! Light or dark: as chosen, else as the system says.

use leptos::prelude::*;

use super::storage::{recall, remember};

/// The two themes; both are designed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Theme {
    /// Dark ink on light paper.
    Light,
    /// Light ink on dark paper.
    Dark,
}

impl Theme {
    /// As chosen before, else as the system says.
    pub(crate) fn initial() -> Self {
        match recall("theme").as_deref() {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ if media_matches("(prefers-color-scheme: dark)") => Self::Dark,
            _ => Self::Light,
        }
    }

    /// What it is called in the style sheet and in links.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme called so.
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Light, Self::Dark]
            .into_iter()
            .find(|theme| theme.name() == name)
    }

    /// The other one.
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::Light => Self::Dark,
            Self::Dark => Self::Light,
        }
    }
}

/// Sets the theme and remembers the choice.
pub(crate) fn choose(signal: RwSignal<Theme>, theme: Theme) {
    remember("theme", theme.name());
    signal.set(theme);
}

/// Whether the system or the screen is as `query` says.
pub(crate) fn media_matches(query: &str) -> bool {
    let matched = web_sys::window().and_then(|window| window.match_media(query).ok().flatten());
    matched.is_some_and(|list| list.matches())
}
