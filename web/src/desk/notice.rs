//! What the reader has to know: as data, so that it can be said in either language.

use interplay_protocol::Remark;
use sim_core::kernel::Exhausted;
use sim_core::scenario::diagnostic::Shown;
use sim_core::scenario::document::Language;
use sim_core::scenario::share::LinkError;

use crate::i18n::{Locale, count, language, text};

/// Why a document cannot be run, or what is odd about it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Invalid {
    /// What is wrong.
    pub(crate) remarks: Vec<Remark>,
    /// The text it refers to.
    pub(crate) text: String,
}

impl Invalid {
    /// What is wrong, in `language`, each with the line it is about.
    pub(crate) fn shown(&self, language: Language) -> Vec<(Shown, String)> {
        let line = |shown: &Shown| {
            let place = (shown.line as usize).saturating_sub(1);
            self.text.lines().nth(place).unwrap_or_default().to_owned()
        };
        self.remarks
            .iter()
            .map(|remark| remark.get(language))
            .map(|shown| (shown.clone(), line(shown)))
            .collect()
    }
}

/// Why something could not be opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Refusal {
    /// A file could not be fetched; what the browser or the server said.
    Unreachable(String),
}

/// Something the reader has to know.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Notice {
    /// The worker died and was started again.
    WorkerBroke,
    /// It keeps dying.
    WorkerGaveUp,
    /// It could not be loaded.
    WorkerUnreachable,
    /// It is of another version.
    OtherBuild,
    /// The link cannot be opened.
    LinkBroken(LinkError),
    /// The link names a scenario that is not in the library.
    LinkUnknown,
    /// The link is to a document that another browser keeps.
    LinkElsewhere,
    /// The run is not the one that was shared.
    DigestDiffers,
    /// A scenario of the library could not be fetched.
    ScenarioUnreachable(String, Refusal),
    /// A file could not be read.
    FileUnreadable(String),
    /// A file is larger than a scenario may be.
    FileTooLarge(String),
    /// Nothing more of a kind is to be found in that direction.
    NothingFurther,
    /// The document was not edited; why.
    EditRefused(Vec<Remark>),
    /// The link is in the clipboard.
    Shared,
    /// The text is in the clipboard.
    Copied,
    /// It is not.
    CopyFailed,
}

/// The largest file that is read, in KiB.
pub(crate) const LARGEST_FILE_KIB: u64 = 1024;

impl Notice {
    /// The words.
    pub(crate) fn say(&self, locale: Locale) -> String {
        match self {
            Self::WorkerBroke => text!(locale, trouble.worker_broke),
            Self::WorkerGaveUp => text!(locale, trouble.worker_gave_up),
            Self::WorkerUnreachable => text!(locale, trouble.worker_unreachable),
            Self::OtherBuild => text!(locale, trouble.other_build),
            Self::LinkBroken(error) => {
                text!(
                    locale,
                    trouble.link_broken,
                    why = error.message(language(locale))
                )
            }
            Self::LinkUnknown => text!(locale, trouble.link_unknown),
            Self::LinkElsewhere => text!(locale, own.kept_elsewhere),
            Self::DigestDiffers => text!(locale, trouble.digest_differs),
            Self::ScenarioUnreachable(name, Refusal::Unreachable(why)) => {
                text!(
                    locale,
                    library.scenario_unreachable,
                    name = name.clone(),
                    why = why.clone()
                )
            }
            Self::FileUnreadable(name) => {
                text!(locale, library.file_unreadable, name = name.clone())
            }
            Self::FileTooLarge(name) => {
                text!(
                    locale,
                    library.file_too_large,
                    name = name.clone(),
                    limit = LARGEST_FILE_KIB
                )
            }
            Self::NothingFurther => text!(locale, timeline.nothing_further),
            Self::EditRefused(remarks) => {
                let language = language(locale);
                let reasons = remarks.iter().map(|remark| &remark.get(language).message);
                let why = reasons.cloned().collect::<Vec<_>>().join("; ");
                text!(locale, draft.refused, why = why)
            }
            Self::Shared => text!(locale, bar.shared),
            Self::Copied => text!(locale, code.copied),
            Self::CopyFailed => text!(locale, code.copy_failed),
        }
    }

    /// Whether it is good news, or at least no trouble.
    pub(crate) const fn is_good(&self) -> bool {
        matches!(self, Self::Shared | Self::Copied | Self::NothingFurther)
    }

    /// Whether reloading the page is what helps.
    pub(crate) const fn asks_to_reload(&self) -> bool {
        matches!(self, Self::WorkerUnreachable | Self::OtherBuild)
    }
}

/// Which budget ended a run, in words.
pub(crate) fn budget(locale: Locale, exhausted: Exhausted) -> String {
    match exhausted {
        Exhausted::Events(limit) => text!(locale, trouble.budget_events, limit = count(limit)),
        Exhausted::Alive(limit) => text!(locale, trouble.budget_alive, limit = count(limit)),
    }
}
