//! `interplay share` and `interplay open`: a document as a link.
//!
//! A document that is one of the program's own scenarios with a few settings changed
//! travels as its name and the changes, any other one as its text. A link that is given
//! instead of a file is read back here.

use std::process::ExitCode;

use sim_core::scenario::Scenario;
use sim_core::scenario::document::Language;
use sim_core::scenario::share::{Link, LinkError, MAX_CHANGES, Source};

use crate::arguments::LinkArguments;
use crate::input::{Failure, Input};
use crate::reader::Reader;
use crate::say;

/// The scenarios that come with the program: name and text.
const PRESETS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/presets.rs"));

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
    let scenario = input.scenario(language)?;
    // A link says more than its scenario, such as where its reader was; an address of its
    // own is kept, too.
    if let Some(fragment) = fragment(&arguments.file) {
        return Ok(if arguments.file.starts_with('#') {
            on_page(&arguments.base, fragment)
        } else {
            arguments.file.clone()
        });
    }
    let fragment = shortest(&scenario, None).map_err(Failure::CannotShare)?;
    Ok(on_page(&arguments.base, &fragment))
}

/// The address of a page with another fragment than it may have.
fn on_page(base: &str, fragment: &str) -> String {
    let base = base.split('#').next().unwrap_or_default();
    format!("{base}#{fragment}")
}

/// The fragment of a link that stands where a file could; nothing if it is a file.
pub(crate) fn fragment(file: &str) -> Option<&str> {
    let (address, fragment) = file.split_once('#')?;
    let link = address.is_empty()
        || ["http://", "https://"]
            .iter()
            .any(|s| address.starts_with(s));
    link.then_some(fragment)
}

/// The text of the scenario that a fragment leads to.
pub(crate) fn text_of(fragment: &str, language: Language) -> Result<String, Failure> {
    let typed = |part: &str| part.strip_prefix("scenario=").map(str::to_owned);
    let link = match fragment.split('&').find_map(typed) {
        Some(name) => Link::new("", Source::Preset(name)),
        // What follows says how it is shown.
        None => Link::decode(fragment.split('&').next().unwrap_or_default())
            .map_err(Failure::BadLink)?,
    };
    let changes = link.settings().map_err(Failure::BadLink)?;
    let text = match link.source {
        Source::Text(text) => text,
        Source::Preset(name) => match PRESETS.iter().find(|preset| preset.0 == name) {
            Some((_, text)) => (*text).to_owned(),
            None => return Err(Failure::NoPreset { name }),
        },
    };
    if changes.is_empty() {
        return Ok(text);
    }
    let invalid = |problems: sim_core::scenario::Diagnostics| {
        Failure::Invalid(problems.render_in_colour(&text, "#", language))
    };
    let scenario = Scenario::parse(&text).map_err(invalid)?;
    let patched = scenario.patched(&changes).map_err(invalid)?;
    Ok(patched.text().to_owned())
}

/// The shortest fragment that leads to `scenario` at a cursor, unless it is too large for one.
pub(crate) fn at_cursor(scenario: &Scenario, cursor: u64) -> Option<String> {
    shortest(scenario, Some(cursor)).ok()
}

/// The shortest fragment that leads to `scenario`, perhaps at a cursor.
fn shortest(scenario: &Scenario, cursor: Option<u64>) -> Result<String, LinkError> {
    let patches = PRESETS.iter().filter_map(|preset| patch(scenario, *preset));
    let whole = Source::Text(scenario.text().to_owned());
    let links = patches.chain([Link::new(env!("CARGO_PKG_VERSION"), whole)]);
    let mut fragments: Vec<_> = links.map(|link| Link { cursor, ..link }.encode()).collect();
    // What cannot be a link at all comes last.
    fragments.sort_by_key(|link| link.as_ref().map_or(usize::MAX, String::len));
    fragments.swap_remove(0)
}

/// A link that says how `scenario` differs from a preset, if it can be said.
fn patch(scenario: &Scenario, (name, text): (&str, &str)) -> Option<Link> {
    let preset = Scenario::parse(text).ok()?;
    let changes = scenario.changes_from(&preset, MAX_CHANGES)?;
    let written = changes
        .iter()
        .map(|(path, value)| (path.to_string(), value.to_string()));
    Some(Link {
        changes: written.collect(),
        ..Link::new(env!("CARGO_PKG_VERSION"), Source::Preset(name.to_owned()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sim_core::scenario::Node;

    fn source(scenario: &Scenario) -> Source {
        Link::decode(&shortest(scenario, None).unwrap())
            .unwrap()
            .source
    }

    /// Every single value of a document.
    fn values<'n>(node: &'n Node, found: &mut Vec<&'n Node>) {
        for entry in node.as_map().into_iter().flat_map(|map| &map.entries) {
            values(&entry.value, found);
        }
        for item in node.as_list().unwrap_or_default() {
            values(item, found);
        }
        if node.as_text().is_some() {
            found.push(node);
        }
    }

    #[test]
    fn each_preset_as_it_is_travels_as_its_name() {
        assert!(PRESETS.iter().any(|preset| preset.0 == "checkout"));
        for (name, text) in PRESETS {
            let commented = format!("# Mine now.\n{text}");
            let scenario = Scenario::parse(&commented).unwrap();
            assert_eq!(source(&scenario), Source::Preset((*name).to_owned()));
        }
    }

    #[test]
    fn what_differs_in_more_than_its_values_travels_as_text() {
        let text = "scenario: 1\ntitle: Mine\nclients: {a: {users: 1, do: {wait: 1s}}}\n";
        let scenario = Scenario::parse(text).unwrap();
        assert_eq!(source(&scenario), Source::Text(text.to_owned()));
    }

    #[test]
    fn only_addresses_and_bare_fragments_are_links() {
        assert_eq!(fragment("https://example.org/#abc"), Some("abc"));
        assert_eq!(fragment("#abc"), Some("abc"));
        for file in ["issue#3.yaml", "./#3.yaml", "-", "shop.yaml"] {
            assert_eq!(fragment(file), None, "{file}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn what_is_shared_opens_as_the_same_document(
            preset in any::<prop::sample::Index>(),
            changes in prop::collection::vec((any::<prop::sample::Index>(), 1_u32..100), 1..6),
        ) {
            let (_, text) = preset.get(PRESETS);
            let mut scenario = Scenario::parse(text).unwrap();
            for (place, number) in changes {
                let mut found = Vec::new();
                values(scenario.tree(), &mut found);
                // Another number in the place of one, or another title: the unit stays.
                let value = place.get(&found);
                let old = &scenario.text()[value.span.range()];
                let unit = old.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
                let new = if unit.len() < old.len() { format!("{number}{unit}") } else { format!("x{number}") };
                let mut edited = scenario.text().to_owned();
                edited.replace_range(value.span.range(), &new);
                // Not every change leaves a document behind.
                if let Ok(changed) = Scenario::parse(&edited) {
                    scenario = changed;
                }
            }
            let opened = text_of(&shortest(&scenario, None).unwrap(), Language::En).unwrap();
            let opened = Scenario::parse(&opened).unwrap();
            prop_assert_eq!(opened.tree(), scenario.tree());
            prop_assert_eq!(opened.document(), scenario.document());
        }
    }
}
