//! `interplay conformance`: the model against recorded answers of the real systems.

use std::process::ExitCode;

use interplay_conformance::{Disagreement, Kind, Problem, Report, check};
use serde::Serialize;

use crate::arguments::ConformanceArguments;
use crate::input::{Failure, Input, json};
use crate::reader::Reader;
use crate::say;
use crate::table::{Cell, table};

/// What became of a file.
struct Checked<'a> {
    file: &'a str,
    result: Result<Report, String>,
}

/// The same as JSON.
#[derive(Serialize)]
struct Shown<'a> {
    file: &'a str,
    #[serde(flatten)]
    report: Option<&'a Report>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

pub(crate) fn conformance(
    arguments: &ConformanceArguments,
    reader: Reader,
) -> Result<ExitCode, Failure> {
    let checked: Vec<Checked<'_>> = arguments
        .files
        .iter()
        .map(|file| Checked {
            file,
            result: check_file(file, reader),
        })
        .collect();
    if arguments.json {
        let shown: Vec<Shown<'_>> = checked.iter().map(Shown::new).collect();
        say(&mut std::io::stdout(), &json(&shown)?);
    } else {
        let table = rendered(&checked, reader);
        if !table.is_empty() {
            say(&mut anstream::stdout(), &table);
        }
        for error in checked.iter().filter_map(|one| one.result.as_ref().err()) {
            say(&mut anstream::stderr(), error);
        }
    }
    Ok(exit_code(&checked))
}

/// A disagreement weighs more than a file that could not be checked.
fn exit_code(checked: &[Checked<'_>]) -> ExitCode {
    let disagrees = |one: &Checked<'_>| one.result.as_ref().is_ok_and(|found| !found.agrees());
    ExitCode::from(if checked.iter().any(disagrees) {
        1
    } else if checked.iter().any(|one| one.result.is_err()) {
        2
    } else {
        0
    })
}

impl<'a> Shown<'a> {
    fn new(checked: &'a Checked<'_>) -> Self {
        Self {
            file: checked.file,
            report: checked.result.as_ref().ok(),
            error: checked.result.as_ref().err().map(String::as_str),
        }
    }
}

fn check_file(file: &str, reader: Reader) -> Result<Report, String> {
    let input =
        Input::read(file, reader.language).map_err(|failure| failure.message(reader.language))?;
    check(&input.text).map_err(|problem| format!("{}: {}", input.name, told(&problem, reader)))
}

/// What is wrong with a file.
fn told(problem: &Problem, reader: Reader) -> String {
    match problem {
        Problem::NotJson(error) => {
            let what = reader.either("not JSON", "это не JSON");
            format!("{what}: {error}")
        }
        Problem::Unknown => {
            let what = reader.either(
                "not recognised; known are recordings of",
                "запись не опознана; известны записи",
            );
            let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
            format!("{what} {}", known.join(", "))
        }
        Problem::Broken(kind, error) => {
            let what = reader.either("a broken recording of", "испорченная запись");
            format!("{what} {}: {error}", kind.name())
        }
        Problem::Infeasible(kind) => {
            let what = reader.either(
                "too large to be replayed, or about what has no steady state",
                "слишком велика для проверки, либо у системы нет установившегося режима",
            );
            format!("{}: {what}", kind.name())
        }
    }
}

/// A table of the files that could be checked.
fn rendered(checked: &[Checked<'_>], reader: Reader) -> String {
    let headings = [
        reader.either("file", "файл"),
        reader.either("recorded from", "запись"),
        reader.either("cases", "случаев"),
        reader.either("agreeing", "совпало"),
        reader.either("first disagreement", "первое расхождение"),
    ];
    let reports = checked
        .iter()
        .filter_map(|one| Some((one.file, one.result.as_ref().ok()?)));
    let rows: Vec<Vec<Cell>> = reports
        .map(|(file, report)| {
            let difference = report.disagreement.as_ref();
            vec![
                file.to_owned().into(),
                report.kind.name().to_owned().into(),
                report.cases.into(),
                report.agreeing.into(),
                difference
                    .map_or_else(
                        || reader.either("none", "нет").to_owned(),
                        |one| both_sides(one, reader),
                    )
                    .into(),
            ]
        })
        .collect();
    let mut out = String::new();
    table(&mut out, &headings, &rows);
    out
}

fn both_sides(disagreement: &Disagreement, reader: Reader) -> String {
    let Disagreement {
        at,
        found,
        expected,
    } = disagreement;
    let but = reader.either("expected", "ожидалось");
    format!("{at}: {found}, {but} {expected}")
}
