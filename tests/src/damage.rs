//! Damage: documents, expressions and links as somebody clumsy or hostile would write them.
//!
//! Texts that are right flow in, texts that may be wrong in every way flow out: lines
//! swapped, doubled and lost, ends cut off, words of other documents, numbers no reader
//! expects.

use proptest::prelude::*;
use proptest::sample::Index;

/// What stands where something ordinary stood.
const EXTREMES: [&str; 40] = [
    "0",
    "-0",
    "-1",
    "1e308",
    "-1e308",
    "1e-308",
    "NaN",
    ".inf",
    "18446744073709551616",
    "9223372036854775808",
    "99999999999999999999999999999999999999999",
    "10000000",
    "0.000001",
    "0.0000001",
    "-5ms",
    "0ns",
    "1ns",
    "24h",
    "999999999h",
    "0/s",
    "1000000/s",
    "1e308/s",
    "0%",
    "100%",
    "100.0001%",
    "-1%",
    "0B",
    "1GiB",
    "99999999999GiB",
    "0001-01-01",
    "9999-12-31 23:59",
    "none",
    "null",
    "default",
    "~",
    "[]",
    "{}",
    "= 1 / 0",
    "\"\"",
    "\u{feff}",
];

/// What cuts a text apart.
const SHARDS: [&str; 22] = [
    "{", "}", "[", "]", ":", ": ", ", ", "- ", "\n", "\n  ", "\t", "\"", "'", "#", "&a ", "*a",
    "!!str ", "---\n", "? ", "|\n", "=", "ё",
];

#[derive(Clone, Debug)]
enum Blow {
    /// The text ends here.
    Cut(Index),
    /// So many bytes are lost.
    Lose(Index, usize),
    /// A line is there again somewhere else.
    Double(Index, Index),
    /// Two lines change places.
    Swap(Index, Index),
    /// A word becomes one that no reader expects.
    Extreme(Index, usize),
    /// A word becomes one of another text.
    Foreign(Index, Index, Index),
    /// A piece of syntax stands where none should.
    Shard(Index, usize),
    /// Anything at all.
    Noise(Index, String),
}

fn blow() -> impl Strategy<Value = Blow> {
    let at = any::<Index>;
    prop_oneof![
        1 => at().prop_map(Blow::Cut),
        1 => (at(), 1..200_usize).prop_map(|(from, length)| Blow::Lose(from, length)),
        1 => (at(), at()).prop_map(|(from, to)| Blow::Double(from, to)),
        1 => (at(), at()).prop_map(|(one, other)| Blow::Swap(one, other)),
        4 => (at(), 0..EXTREMES.len()).prop_map(|(word, extreme)| Blow::Extreme(word, extreme)),
        4 => (at(), at(), at()).prop_map(|(word, text, other)| Blow::Foreign(word, text, other)),
        1 => (at(), 0..SHARDS.len()).prop_map(|(place, shard)| Blow::Shard(place, shard)),
        1 => (at(), "(?s).{0,12}").prop_map(|(place, noise)| Blow::Noise(place, noise)),
    ]
}

/// One of `texts`, with up to four kinds of damage done to it.
pub fn damaged(texts: Vec<String>) -> impl Strategy<Value = String> {
    (any::<Index>(), prop::collection::vec(blow(), 1..5)).prop_map(move |(which, blows)| {
        let mut text = which.get(&texts).clone();
        for blow in blows {
            text = struck(text, &blow, &texts);
        }
        text
    })
}

fn struck(mut text: String, blow: &Blow, texts: &[String]) -> String {
    if text.is_empty() {
        return text;
    }
    let place = |at: Index, text: &str| text.floor_char_boundary(at.index(text.len()));
    match blow {
        Blow::Cut(at) => text.truncate(place(*at, &text)),
        Blow::Lose(at, length) => {
            let from = place(*at, &text);
            let to = text.floor_char_boundary((from + length).min(text.len()));
            text.replace_range(from..to, "");
        }
        Blow::Double(from, to) => {
            let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
            let line = *from.get(&lines);
            lines.insert(to.index(lines.len()), line);
            return lines.concat();
        }
        Blow::Swap(one, other) => {
            let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
            let (one, other) = (one.index(lines.len()), other.index(lines.len()));
            lines.swap(one, other);
            return lines.concat();
        }
        Blow::Extreme(at, extreme) => replace_word(&mut text, *at, EXTREMES[*extreme]),
        Blow::Foreign(at, which, other) => {
            let from = which.get(texts);
            let word = words(from)
                .get(other.index(words(from).len().max(1)))
                .cloned();
            replace_word(
                &mut text,
                *at,
                &word.map_or(String::new(), |word| from[word].to_owned()),
            );
        }
        Blow::Shard(at, shard) => text.insert_str(place(*at, &text), SHARDS[*shard]),
        Blow::Noise(at, noise) => text.insert_str(place(*at, &text), noise),
    }
    text
}

/// Where the words of a text are: what stands between blanks, brackets, commas and colons.
fn words(text: &str) -> Vec<std::ops::Range<usize>> {
    let separates = |letter: char| letter.is_whitespace() || "{}[],:\"'".contains(letter);
    let mut found = Vec::new();
    let mut start = None;
    for (place, letter) in text.char_indices().chain([(text.len(), ' ')]) {
        match (start, separates(letter)) {
            (None, false) => start = Some(place),
            (Some(from), true) => {
                found.push(from..place);
                start = None;
            }
            _ => {}
        }
    }
    found
}

fn replace_word(text: &mut String, at: Index, by: &str) {
    let words = words(text);
    if !words.is_empty() {
        text.replace_range(at.get(&words).clone(), by);
    }
}
