//! The top bar: name, title, share, language, theme. Embedded, one line with the way to the
//! full page.

use leptos::prelude::*;

use crate::code::CodeButton;
use crate::desk::{Desk, Sheet};
use crate::draft::HistoryButtons;
use crate::i18n::{Locale, language, said, say};
use crate::share;
use crate::ui::icons::{Drawn, Icon};
use crate::ui::theme::{Theme, choose};
use crate::views::metrics::MetricsButton;

/// The top bar.
#[component]
pub(super) fn Banner() -> impl IntoView {
    let desk = Desk::of_here();
    view! {
        <Show when=move || desk.embed.get() fallback=move || view! { <FullBanner /> }>
            <header class="banner">
                <Title />
                <a class="open-full" target="_blank" rel="noopener" href="" on:click=move |event| open_full(desk, &event)>
                    {said!(desk, app.open_full)}
                </a>
            </header>
        </Show>
    }
}

/// The address is made when it is asked for: it says where the reader is at that moment.
fn open_full(desk: Desk, event: &leptos::ev::MouseEvent) {
    event.prevent_default();
    if let Some(window) = web_sys::window() {
        // Refused by a sandbox: the reader then stays here.
        let _ = window.open_with_url_and_target(&share::full_page(desk), "_blank");
    }
}

#[component]
fn FullBanner() -> impl IntoView {
    let desk = Desk::of_here();
    let toggle_library = move |_| {
        desk.show_library(!desk.library_open.get_untracked());
    };
    let library_label = move || {
        if desk.library_open.get() {
            say!(desk, bar.hide_library)
        } else {
            say!(desk, bar.show_library)
        }
    };
    let theme_label = move || match desk.theme.get() {
        Theme::Light => say!(desk, bar.dark),
        Theme::Dark => say!(desk, bar.light),
    };
    let theme_icon = Signal::derive(move || {
        if desk.theme.get() == Theme::Light {
            Icon::Moon
        } else {
            Icon::Sun
        }
    });
    let other = move || match desk.locale.get() {
        Locale::en => Locale::ru,
        Locale::ru => Locale::en,
    };
    view! {
        <header class="banner">
            <button
                class="quiet wide-only"
                aria-expanded=move || desk.library_open.get().to_string()
                title=library_label
                aria-label=library_label
                data-action="library"
                on:click=toggle_library
            >
                <Drawn icon=Icon::Panel />
            </button>
            <button
                class="quiet narrow-only"
                title=said!(desk, bar.library)
                aria-label=said!(desk, bar.library)
                on:click=move |_| desk.sheet.set(Some(Sheet::Library))
            >
                <Drawn icon=Icon::Panel />
            </button>
            <span class="name wide-only">"Interplay"</span>
            <Title />
            <HistoryButtons />
            <button
                class="quiet narrow-only"
                title=said!(desk, bar.details)
                aria-label=said!(desk, bar.details)
                on:click=move |_| desk.sheet.set(Some(Sheet::Inspector))
            >
                <Drawn icon=Icon::Sliders />
            </button>
            <MetricsButton />
            <CodeButton />
            <button
                class="with-text"
                disabled=move || desk.source.with(Option::is_none)
                data-action="share"
                title=said!(desk, bar.share)
                aria-label=said!(desk, bar.share)
                aria-haspopup="dialog"
                on:click=move |_| desk.sharing.open.set(true)
            >
                <Drawn icon=Icon::Share />
                <span class="wide-only">{said!(desk, bar.share)}</span>
            </button>
            <button
                class="quiet"
                lang=move || crate::i18n::tag(other())
                title=said!(desk, bar.language_hint)
                data-action="language"
                on:click=move |_| desk.speak(other())
            >
                <span class="wide-only">{said!(desk, bar.language)}</span>
                <span class="narrow-only">{move || crate::i18n::tag(other()).to_uppercase()}</span>
            </button>
            <button
                class="quiet wide-only"
                title=theme_label
                aria-label=theme_label
                data-action="theme"
                on:click=move |_| choose(desk.theme, desk.theme.get_untracked().other())
            >
                <Drawn icon=theme_icon />
            </button>
            <button
                class="quiet"
                title=move || format!("{} (Ctrl+K)", say!(desk, commands.title))
                aria-label=said!(desk, commands.title)
                aria-keyshortcuts="Control+K Meta+K"
                aria-haspopup="dialog"
                data-action="palette"
                on:click=move |_| desk.palette.set(true)
            >
                <Drawn icon=Icon::Search />
            </button>
            <button
                class="quiet wide-only"
                title=move || format!("{} (?)", say!(desk, bar.help))
                aria-label=said!(desk, bar.help)
                data-action="help"
                on:click=move |_| desk.help.set(true)
            >
                <Drawn icon=Icon::Help />
            </button>
        </header>
    }
}

/// The title of the scenario.
#[component]
fn Title() -> impl IntoView {
    let desk = Desk::of_here();
    let title = move || {
        let locale = desk.locale.get();
        let title = desk.stage.with(|stage| {
            stage
                .as_ref()
                .map(|stage| stage.title.get(language(locale)).to_owned())
        });
        title
            .filter(|title| !title.is_empty())
            .unwrap_or_else(|| say!(desk, app.tagline))
    };
    view! { <h1>{title}</h1> }
}
