//! Looking for a scenario: by what it is called, what it is about, who is in it and its tags.
//!
//! A question and what is known of a scenario flow in; whether it is meant flows out. Both
//! languages are searched whatever the page's own is: who reads Russian knows the English
//! words of the trade, and the other way round.

/// A question, read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Question {
    words: Vec<String>,
}

impl Question {
    /// Reads a question.
    pub(crate) fn of(text: &str) -> Self {
        let folded = folded(text);
        Self {
            words: folded.split_whitespace().map(str::to_owned).collect(),
        }
    }

    /// Whether nothing is asked.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether every word of the question stands somewhere in these texts.
    pub(crate) fn is_about<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> bool {
        if self.is_empty() {
            return true;
        }
        let texts: Vec<_> = texts.into_iter().map(folded).collect();
        self.words
            .iter()
            .all(|word| texts.iter().any(|text| text.contains(word.as_str())))
    }
}

/// Without what people do not think about when they look for something: case, the dots of ё,
/// and the difference between `-`, `_` and a space.
pub(crate) fn folded(text: &str) -> String {
    let lower = text.chars().flat_map(char::to_lowercase);
    lower
        .map(|letter| match letter {
            'ё' => 'е',
            '-' | '_' => ' ',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXTS: [&str; 3] = ["Медленная оплата", "Slow payment", "time-out"];

    #[test]
    fn every_word_must_be_found_in_any_order_language_and_case() {
        for (question, found) in [
            ("", true),
            ("slow", true),
            ("PAYMENT slow", true),
            ("оплат", true),
            ("медлён", true),
            ("оплата slow", true),
            ("time out", true),
            ("timeout", false),
            ("slow queue", false),
        ] {
            assert_eq!(Question::of(question).is_about(TEXTS), found, "{question}");
        }
    }

    #[test]
    fn spaces_ask_nothing() {
        assert!(Question::of(" \t ").is_empty());
    }
}
