//! What the reader has to know about what is kept, each with what they can do about it.

use leptos::prelude::*;

use super::kept::{Kept, Place};
use super::shelf::{MOST, NotKept};
use super::store::Refused;
use crate::desk::{Desk, Expected};
use crate::i18n::{Locale, ago, language, said, text};
use crate::ui::icons::{Drawn, Icon};

/// Something the reader has to know.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Told {
    /// Their changes to a scenario of the page, from that time, are back.
    Restored(Place, f64),
    /// They have changes to what a link shows as its author made it.
    HasChanges(Place),
    /// A document is gone.
    Deleted(Box<Kept>),
    /// Changes are gone.
    Discarded(Box<Kept>),
    /// Another tab has written in the same place: what is here is a document of its own now.
    Apart,
    /// Another tab has changed what is open here.
    Elsewhere(Place),
    /// So many files have been taken in.
    Imported(usize),
    /// Something was not kept.
    NotKept(NotKept),
    /// The browser does not let a file be saved.
    NoFile,
}

impl Told {
    fn say(&self, locale: Locale) -> String {
        let called = |kept: &Kept| {
            kept.called(language(locale))
                .map_or_else(|| text!(locale, own.untitled), str::to_owned)
        };
        match self {
            Self::Restored(_, used) => {
                text!(
                    locale,
                    own.restored,
                    when = ago(locale, js_sys::Date::now() - used)
                )
            }
            Self::HasChanges(_) => text!(locale, own.has_changes),
            Self::Deleted(kept) => text!(locale, own.deleted, name = called(kept)),
            Self::Discarded(_) => text!(locale, own.discarded),
            Self::Apart => text!(locale, own.apart),
            Self::Elsewhere(_) => text!(locale, own.elsewhere),
            Self::Imported(number) => text!(locale, own.imported, count = *number as u32),
            Self::NotKept(NotKept::TooMany) => text!(locale, own.too_many, limit = MOST as u32),
            Self::NotKept(NotKept::Refused(Refused::Full)) => text!(locale, own.full),
            Self::NotKept(NotKept::Refused(Refused::Forbidden)) => text!(locale, own.forbidden),
            Self::NoFile => text!(locale, own.no_file),
        }
    }

    const fn is_good(&self) -> bool {
        !matches!(self, Self::NotKept(_) | Self::NoFile)
    }

    /// What the reader can do about it, in a word or two.
    fn remedy(&self, locale: Locale) -> Option<String> {
        match self {
            Self::Restored(..) => Some(text!(locale, own.discard)),
            Self::HasChanges(_) => Some(text!(locale, own.bring_back)),
            Self::Deleted(_) | Self::Discarded(_) => Some(text!(locale, own.undo)),
            Self::Elsewhere(_) => Some(text!(locale, own.show_other)),
            Self::NotKept(_) => Some(text!(locale, own.download)),
            Self::Apart | Self::Imported(_) | Self::NoFile => None,
        }
    }

    fn help(self, desk: Desk) {
        desk.own.told.set(None);
        match self {
            Self::Restored(place, _) => desk.delete_own(&place),
            Self::HasChanges(place) => {
                desk.go();
                desk.open_own(&place, Expected::default());
            }
            Self::Deleted(kept) | Self::Discarded(kept) => desk.put_back(*kept),
            Self::Elsewhere(place) => desk.open_own(&place, Expected::default()),
            Self::NotKept(_) => desk.export_open(),
            Self::Apart | Self::Imported(_) | Self::NoFile => {}
        }
    }
}

/// What the reader has to know, over the stage.
#[component]
pub(crate) fn OwnNotice() -> impl IntoView {
    let desk = Desk::of_here();
    move || {
        desk.own.told.get().map(|told| {
            let class = if told.is_good() {
                "notice good"
            } else {
                "notice"
            };
            let (words, offered) = (told.clone(), told.clone());
            let offer = move || offered.remedy(desk.locale.get());
            let has_remedy = told.remedy(desk.locale.get_untracked()).is_some();
            view! {
                <p class=class data-notice="own">
                    <span>{move || words.say(desk.locale.get())}</span>
                    <Show when=move || has_remedy>
                        <button class="link" data-action="remedy" on:click={
                            let told = told.clone();
                            move |_| told.clone().help(desk)
                        }>{offer.clone()}</button>
                    </Show>
                    <button
                        class="quiet small"
                        aria-label=said!(desk, trouble.dismiss)
                        on:click=move |_| desk.own.told.set(None)
                    >
                        <Drawn icon=Icon::Close />
                    </button>
                </p>
            }
        })
    }
}
