//! A table: columns as wide as they have to be, the first to the left, numbers to the
//! right.

use std::fmt::Write as _;

/// A value of a row.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Cell {
    /// Always shown.
    Shown(String),
    /// A count of something that should not be; a column of nothing but zeros is left out.
    Rare(u64),
    /// Words: they stand to the left, like their heading.
    Words(String),
}

impl Cell {
    fn text(&self) -> String {
        match self {
            Self::Shown(text) | Self::Words(text) => text.clone(),
            Self::Rare(count) => count.to_string(),
        }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Shown(text)
    }
}

impl From<u64> for Cell {
    fn from(count: u64) -> Self {
        Self::Shown(count.to_string())
    }
}

/// Appends a table and an empty line; nothing at all if there are no rows.
pub(crate) fn table(out: &mut String, headings: &[&str], rows: &[Vec<Cell>]) {
    if rows.is_empty() {
        return;
    }
    let is_empty = |column: &usize| rows.iter().all(|row| row[*column] == Cell::Rare(0));
    let columns: Vec<usize> = (0..headings.len())
        .filter(|column| !is_empty(column))
        .collect();
    let heading = columns.iter().map(|&column| headings[column].to_owned());
    let mut lines: Vec<Vec<String>> = vec![heading.collect()];
    lines.extend(
        rows.iter()
            .map(|row| columns.iter().map(|&column| row[column].text()).collect()),
    );
    let width = |place: usize| {
        let widths = lines.iter().map(|line| line[place].chars().count());
        widths.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let is_words = |column: usize| matches!(rows[0][columns[column]], Cell::Words(_));
    for (place, line) in lines.iter().enumerate() {
        let mut written = String::new();
        for (column, (cell, &width)) in line.iter().zip(&widths).enumerate() {
            let _ = if column == 0 {
                write!(written, "{cell:<width$}")
            } else if is_words(column) {
                write!(written, "  {cell:<width$}")
            } else {
                write!(written, "  {cell:>width$}")
            };
        }
        let written = written.trim_end();
        let _ = if place == 0 {
            writeln!(out, "{}", heading_of(written))
        } else {
            writeln!(out, "{written}")
        };
    }
    out.push('\n');
}

/// A heading as it is shown at a terminal; elsewhere the marks around it are dropped.
pub(crate) fn heading_of(text: &str) -> String {
    format!("\u{1b}[1m{text}\u{1b}[0m")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_to_the_right_and_columns_of_zeros_are_left_out() {
        let row = |name: &str, count: u64, rare: u64| {
            vec![
                Cell::from(name.to_owned()),
                Cell::from(count),
                Cell::Rare(0),
                Cell::Rare(rare),
            ]
        };
        let mut out = String::new();
        table(
            &mut out,
            &["name", "n", "none", "some"],
            &[row("a", 5, 0), row("long", 1_000, 7)],
        );
        let plain = out.replace("\u{1b}[1m", "").replace("\u{1b}[0m", "");
        assert_eq!(
            plain,
            "name     n  some\n\
             a        5     0\n\
             long  1000     7\n\n"
        );
    }

    #[test]
    fn a_table_without_rows_is_nothing() {
        let mut out = String::new();
        table(&mut out, &["name"], &[]);
        assert_eq!(out, "");
    }
}
