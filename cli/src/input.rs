//! Documents from files, and what can go wrong with them.

use std::io::Read;
use std::process::ExitCode;

use serde::Serialize;
use sim_core::scenario::document::Language;
use sim_core::scenario::share::LinkError;
use sim_core::scenario::{Diagnostics, Scenario};

use crate::link;
use crate::reader::either;

/// The most that is read of a file. A longer one is no document, and is not read to its
/// end to find out; the parser has a limit of its own, far below.
const MOST_BYTES: u64 = 16 << 20;

/// A document and where it came from.
pub(crate) struct Input {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// Why a command could not do what it was asked for.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A file cannot be read.
    CannotRead { name: String, error: std::io::Error },
    /// A file cannot be written.
    CannotWrite { name: String, error: std::io::Error },
    /// A file is far too large.
    TooLarge { name: String },
    /// A file is not text.
    NotText { name: String },
    /// The document cannot be used; the text says why, with its places.
    Invalid(String),
    /// A link that was given instead of a file cannot be read.
    BadLink(LinkError),
    /// A link names a scenario that this program does not come with.
    NoPreset { name: String },
    /// There is nothing to judge many runs by.
    NoProperties,
    /// There is no such task.
    NoTask { name: String },
    /// The document is too large for a link.
    CannotShare(LinkError),
    /// No browser could be started.
    CannotOpen(std::io::Error),
}

impl Failure {
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(if matches!(self, Self::Invalid(_)) {
            1
        } else {
            2
        })
    }

    /// What to tell in `language`.
    pub(crate) fn message(&self, language: Language) -> String {
        let either = |english, russian| either(language, english, russian);
        match self {
            Self::CannotRead { name, error } => {
                format!(
                    "{name}: {}: {error}",
                    either("cannot be read", "не читается")
                )
            }
            Self::CannotWrite { name, error } => {
                format!(
                    "{name}: {}: {error}",
                    either("cannot be written", "не записывается")
                )
            }
            Self::TooLarge { name } => {
                let limit = MOST_BYTES >> 20;
                match language {
                    Language::En => {
                        format!("{name}: longer than {limit} MiB, which no document is")
                    }
                    Language::Ru => {
                        format!("{name}: длиннее {limit} МиБ, таких документов не бывает")
                    }
                }
            }
            Self::NotText { name } => {
                format!(
                    "{name}: {}",
                    either("not text in UTF-8", "это не текст в UTF-8")
                )
            }
            Self::Invalid(rendered) => rendered.clone(),
            Self::BadLink(error) => error.message(language),
            Self::NoPreset { name } => {
                // A stranger's word, which may be long.
                let name: String = name.chars().take(64).collect();
                match language {
                    Language::En => format!(
                        "the link is to the scenario {name:?}, which this program does not come \
                         with; a newer one may"
                    ),
                    Language::Ru => format!(
                        "ссылка ведёт на сценарий {name:?}, которого в этой программе нет; \
                         возможно, он есть в более новой"
                    ),
                }
            }
            Self::NoProperties => either(
                "the document has no `properties`: nothing says what must hold of its runs",
                "в документе нет `properties`: не сказано, что должно выполняться",
            )
            .to_owned(),
            Self::NoTask { name } => match language {
                Language::En => format!("the document has no task {name:?}"),
                Language::Ru => format!("в документе нет задачи {name:?}"),
            },
            Self::CannotShare(error) => format!(
                "{}; {}",
                error.message(language),
                either("share the file itself instead", "поделитесь самим файлом")
            ),
            Self::CannotOpen(error) => {
                format!(
                    "{}: {error}",
                    either("no browser could be started", "браузер не запустился")
                )
            }
        }
    }
}

impl Input {
    /// Reads a file, standard input (`-`), or a link that was made of a document.
    pub(crate) fn read(file: &str, language: Language) -> Result<Self, Failure> {
        if let Some(fragment) = link::fragment(file) {
            let name = either(language, "the link", "ссылка").to_owned();
            let text = link::text_of(fragment, language)?;
            return Ok(Self { name, text });
        }
        let name = if file == "-" {
            either(language, "standard input", "стандартный ввод").to_owned()
        } else {
            file.to_owned()
        };
        let cannot_read = |error| Failure::CannotRead {
            name: name.clone(),
            error,
        };
        let mut bytes = Vec::new();
        if file == "-" {
            std::io::stdin()
                .lock()
                .take(MOST_BYTES + 1)
                .read_to_end(&mut bytes)
                .map_err(cannot_read)?;
        } else {
            let opened = std::fs::File::open(file).map_err(cannot_read)?;
            opened
                .take(MOST_BYTES + 1)
                .read_to_end(&mut bytes)
                .map_err(cannot_read)?;
        }
        if bytes.len() as u64 > MOST_BYTES {
            return Err(Failure::TooLarge { name });
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self { name, text }),
            Err(_) => Err(Failure::NotText { name }),
        }
    }

    /// The document as a scenario.
    pub(crate) fn scenario(&self, language: Language) -> Result<Scenario, Failure> {
        Scenario::parse(&self.text).map_err(|problems| self.invalid(&problems, language))
    }

    /// Why the document cannot be used.
    pub(crate) fn invalid(&self, problems: &Diagnostics, language: Language) -> Failure {
        Failure::Invalid(problems.render_in_colour(&self.text, &self.name, language))
    }
}

/// A report as JSON.
pub(crate) fn json(report: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(report).map_err(|error| Failure::CannotWrite {
        name: "JSON".to_owned(),
        error: error.into(),
    })
}
