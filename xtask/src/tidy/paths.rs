//! Nothing committed names a place that only one machine has: a home folder, or this checkout.
//!
//! Paths that every system of a kind has, `/usr/bin` or `/tmp`, are no secret and no mistake.

use std::env;

use anyhow::Result;

use super::Violation;
use super::files::Files;

/// Where systems keep the folders of their users. Written in two parts: this file is checked too.
const HOMES: &[&str] = &[
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("/ro", "ot/"),
    concat!("C:\\Us", "ers\\"),
];
/// A shorter path than this is a part of too many others to tell anything.
const TELLING: usize = 6;

pub(super) fn check(files: &Files) -> Result<Vec<Violation>> {
    let mut places: Vec<String> = HOMES.iter().map(|home| (*home).to_owned()).collect();
    let own = [env::home_dir(), Some(files.root.clone())];
    for folder in own.into_iter().flatten() {
        let folder = folder.to_string_lossy().into_owned();
        if folder.len() >= TELLING {
            places.push(folder);
        }
    }
    let mut violations = Vec::new();
    for name in files.all() {
        if let Some(text) = files.text(name)? {
            violations.extend(named_in(name, &text, &places));
        }
    }
    Ok(violations)
}

fn named_in(name: &str, text: &str, places: &[String]) -> Vec<Violation> {
    text.lines()
        .enumerate()
        .filter_map(|(index, line)| {
            let place = places.iter().find(|place| stands_in(line, place))?;
            Some(Violation {
                place: format!("{name}:{}", index + 1),
                what: format!("names {place}"),
            })
        })
        .collect()
}

/// Whether `place` begins a path in `line`, and not merely continues one (`docs/home/a.md`).
fn stands_in(line: &str, place: &str) -> bool {
    line.match_indices(place).any(|(at, _)| {
        line[..at].chars().next_back().is_none_or(|before| {
            !(before.is_alphanumeric() || matches!(before, '.' | '_' | '-' | '/' | '}'))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_one_machine_is_found_and_a_relative_one_is_not() {
        let home = HOMES[0];
        let places = vec![home.to_owned()];
        for (line, found) in [
            (format!("see {home}anna/notes.md"), true),
            (format!("\"{home}anna\""), true),
            (format!("see docs{home}index.md"), false),
            (format!("https://example.org{home}index"), false),
            (format!("$root}}{home}index"), false),
            ("nothing here".to_owned(), false),
        ] {
            let violations = named_in("a.md", &line, &places);
            assert_eq!(!violations.is_empty(), found, "{line}");
        }
    }

    #[test]
    fn the_line_is_told() {
        let text = format!("one\ntwo {}x\n", HOMES[0]);
        let violations = named_in("a.md", &text, &[HOMES[0].to_owned()]);
        assert_eq!(violations[0].place, "a.md:2");
    }
}
