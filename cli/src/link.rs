//! `interplay share` and `interplay open`: a document as a link.

use std::process::ExitCode;

use sim_core::scenario::document::Language;
use sim_core::scenario::share::{Link, Source};

use crate::arguments::LinkArguments;
use crate::input::{Failure, Input};
use crate::reader::Reader;
use crate::say;

pub(crate) fn share(arguments: &LinkArguments, reader: Reader) -> Result<ExitCode, Failure> {
    let address = address(arguments, reader.language)?;
    say(&mut std::io::stdout(), &address);
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn open(arguments: &LinkArguments, reader: Reader) -> Result<ExitCode, Failure> {
    let address = address(arguments, reader.language)?;
    webbrowser::open(&address).map_err(|error| {
        // Somebody without a browser here may have one elsewhere.
        say(&mut std::io::stdout(), &address);
        Failure::CannotOpen(error)
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The address that opens the document in the page.
fn address(arguments: &LinkArguments, language: Language) -> Result<String, Failure> {
    let input = Input::read(&arguments.file, language)?;
    // A link to something that cannot be opened helps nobody.
    input.scenario(language)?;
    let link = Link::new(env!("CARGO_PKG_VERSION"), Source::Text(input.text));
    let fragment = link.encode().map_err(Failure::CannotShare)?;
    let base = &arguments.base;
    let base = base.split('#').next().unwrap_or(base);
    Ok(format!("{base}#{fragment}"))
}
