//! How well a few letters fit a text: whole words before parts of words, parts before letters
//! that only stand in that order.

use crate::library::search::folded;

/// Points for a word of the question that begins a word of the text, stands within one, or has
/// its letters in the text in that order.
const BEGINS: u32 = 100;
const WITHIN: u32 = 60;
const SCATTERED: u32 = 20;
/// Letters that are further apart than so many times their number are there by chance.
const FARTHEST: usize = 4;

/// How well a question fits any of these texts; nothing if a word of it fits none. A question
/// that asks nothing fits everything.
pub(crate) fn fit<'a>(
    question: &str,
    texts: &(impl IntoIterator<Item = &'a str> + Clone),
) -> Option<u32> {
    let question = folded(question);
    question.split_whitespace().try_fold(0, |points, word| {
        let best = texts
            .clone()
            .into_iter()
            .filter_map(|text| fit_of_word(word, &folded(text)));
        best.max().map(|best| points + best)
    })
}

fn fit_of_word(word: &str, text: &str) -> Option<u32> {
    let begins = |(at, _): &(usize, &str)| {
        text[..*at]
            .chars()
            .next_back()
            .is_none_or(|before| !before.is_alphanumeric())
    };
    let mut found = text.match_indices(word).peekable();
    if found.peek().is_some() {
        return Some(if found.any(|place| begins(&place)) {
            BEGINS
        } else {
            WITHIN
        });
    }
    scattered(word, text).then_some(SCATTERED)
}

/// Whether the letters of a word stand in a text in that order, the first at the beginning of a
/// word and all of them near each other.
fn scattered(word: &str, text: &str) -> bool {
    let (wanted, letters): (Vec<char>, Vec<char>) =
        (word.chars().collect(), text.chars().collect());
    let starts = (0..letters.len()).filter(|at| {
        letters[*at] == wanted[0] && (*at == 0 || !letters[*at - 1].is_alphanumeric())
    });
    wanted.len() > 1
        && starts.into_iter().any(|start| {
            let reach = (start + wanted.len() * FARTHEST).min(letters.len());
            let mut left = letters[start..reach].iter();
            wanted
                .iter()
                .all(|letter| left.any(|other| other == letter))
        })
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn beginnings_come_before_insides_and_those_before_scattered_letters() {
        let ranks = ["Share the moment", "Reshare", "Shorter path to a release"]
            .map(|text| fit("share", &[text]));
        assert!(
            ranks.is_sorted_by(|better, worse| better > worse),
            "{ranks:?}"
        );
        assert_eq!(fit("share", &["Play"]), None);
    }

    #[test]
    fn every_word_is_wanted_in_whichever_language_and_order() {
        let texts = ["Go to the end", "В конец"];
        assert!(fit("end go", &texts).is_some());
        assert!(fit("конец go", &texts).is_some());
        assert!(fit("gte", &texts).is_some());
        assert_eq!(fit("end of", &texts), None);
        assert_eq!(fit("  ", &texts), Some(0));
    }
}
