//! The page for people who write scenarios says what the reader does.
#![allow(clippy::unwrap_used)]

use sim_core::scenario::limits;

const PAGE: &str = include_str!("../../docs/scenario.md");

#[test]
fn the_limits_on_the_page_are_those_of_the_reader() {
    let thousands = |number: u64| {
        let digits = number.to_string();
        let first = digits.len() % 3;
        let (head, tail) = digits.split_at(first);
        let groups = tail
            .as_bytes()
            .chunks(3)
            .map(|group| std::str::from_utf8(group).unwrap());
        let all: Vec<&str> = std::iter::once(head)
            .filter(|head| !head.is_empty())
            .chain(groups)
            .collect();
        if number < 10_000 {
            digits.clone()
        } else {
            all.join(" ")
        }
    };
    for (row, limit) in [
        ("| text |", limits::MAX_NODES as u64),
        ("| instances of a service; in all |", limits::MAX_INSTANCES),
        (
            "| workers of an instance; their queue |",
            limits::MAX_WORKERS,
        ),
        ("| workers of an instance; their queue |", limits::MAX_QUEUE),
        ("| attempts of a retry |", limits::MAX_ATTEMPTS),
        ("| rates |", limits::MAX_RATE as u64),
        ("| users of a closed load; in all |", limits::MAX_USERS),
        ("| timeline |", limits::MAX_TIMELINE as u64),
        (
            "| partitions of a topic; nodes of a broker |",
            limits::MAX_PARTITIONS,
        ),
        (
            "| rows of a table at the start, entries of a cache |",
            limits::MAX_ROWS,
        ),
        ("| items of a `for-each` |", limits::MAX_ITEMS),
        (
            "| path of a setting; key of a map |",
            limits::MAX_PATH as u64,
        ),
        ("| expression |", limits::MAX_EXPRESSION_BYTES as u64),
        ("| problems told at once |", limits::MAX_DIAGNOSTICS as u64),
    ] {
        let line = PAGE
            .lines()
            .find(|line| line.starts_with(row))
            .unwrap_or_else(|| panic!("no row {row}"));
        assert!(
            line.contains(&thousands(limit)),
            "{line} says nothing of {}",
            thousands(limit)
        );
    }
}
