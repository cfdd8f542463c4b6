//! Documents from files, and what can go wrong with them.

use std::io::Read;
use std::process::ExitCode;

use sim_core::scenario::document::Language;
use sim_core::scenario::{Diagnostics, Scenario};
use thiserror::Error;

/// The most that is read of a file. A longer one is no document, and is not read to its
/// end to find out; the parser has a limit of its own, far below.
const MOST_BYTES: u64 = 16 << 20;

/// A document and where it came from.
pub(crate) struct Input {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// Why a command could not do what it was asked for.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// A file cannot be read.
    #[error("{name}: cannot be read: {error}")]
    CannotRead { name: String, error: std::io::Error },
    /// A file cannot be written.
    #[error("{name}: cannot be written: {error}")]
    CannotWrite { name: String, error: std::io::Error },
    /// A file is far too large.
    #[error("{name}: longer than {} MiB, which no document is", MOST_BYTES >> 20)]
    TooLarge { name: String },
    /// A file is not text.
    #[error("{name}: not text in UTF-8")]
    NotText { name: String },
    /// The document cannot be used; the text says why, with its places.
    #[error("{0}")]
    Invalid(String),
    /// The document is too large for a link.
    #[error("{0}; share the file itself instead")]
    CannotShare(String),
}

impl Failure {
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(if matches!(self, Self::Invalid(_)) {
            1
        } else {
            2
        })
    }
}

impl Input {
    pub(crate) fn read(file: &str) -> Result<Self, Failure> {
        let name = if file == "-" {
            "standard input".to_owned()
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

    pub(crate) fn scenario(&self) -> Result<Scenario, Failure> {
        Scenario::parse(&self.text).map_err(|problems| self.invalid(&problems))
    }

    pub(crate) fn invalid(&self, problems: &Diagnostics) -> Failure {
        Failure::Invalid(problems.render(&self.text, &self.name, Language::En))
    }
}
