//! Verdicts in words, in the two languages.

use super::{Doubt, Judgement, Verdict, Why};
use crate::observe::numbers::{duration, short, with_comma};
use crate::scenario::document::Language;

impl Verdict {
    /// The word for it.
    pub const fn word(&self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Held, Language::En) => "held",
            (Self::Held, Language::Ru) => "выполнено",
            (Self::Violated(_), Language::En) => "violated",
            (Self::Violated(_), Language::Ru) => "нарушено",
            (Self::Inconclusive(_), Language::En) => "inconclusive",
            (Self::Inconclusive(_), Language::Ru) => "неясно",
        }
    }
}

impl Judgement {
    /// Why it was violated, or why nobody can say; nothing if it held.
    pub fn why(&self, language: Language) -> Option<String> {
        match &self.verdict {
            Verdict::Held => None,
            Verdict::Violated(violation) => Some(violation.why.words(language)),
            Verdict::Inconclusive(doubt) => Some(doubt.words(language)),
        }
    }
}

impl Why {
    /// It in words.
    pub fn words(&self, language: Language) -> String {
        match language {
            Language::En => self.english(language),
            Language::Ru => self.russian(language),
        }
    }

    fn english(&self, language: Language) -> String {
        match self {
            Self::Slow {
                per_mille,
                measured,
                bound,
            } => format!(
                "{} was {}, at most {} is allowed",
                percentile(*per_mille),
                short(language, *measured),
                duration(language, *bound)
            ),
            Self::Failing { measured, bound } => format!(
                "{} failed, at most {} may",
                percent(language, *measured),
                percent(language, *bound)
            ),
            Self::Unavailable { measured, bound } => format!(
                "{} were answered, {} should be",
                percent(language, *measured),
                percent(language, *bound)
            ),
            Self::TooFew { measured, bound } => format!(
                "{} a second were answered, {} should be",
                decimal(language, *measured),
                decimal(language, *bound)
            ),
            Self::Answered { question, with } => {
                format!("`{question}` was wrong{}", listed(with, "; "))
            }
            Self::NotWithin { what, within } => format!(
                "`{what}` did not follow within {}",
                duration(language, *within)
            ),
            Self::GivenUp { queue } => format!("`{queue}` gave a message up"),
            Self::TooOften { times, bound } => {
                format!("done {times} times for one request, at most {bound} is allowed")
            }
            Self::Overtaken { by } => {
                format!(
                    "dealt with after a message that was sent later (record {})",
                    by.0
                )
            }
            Self::Unexpected => "an expectation was not met".to_owned(),
            Self::FromNowhere { message } => {
                format!(
                    "a message arrived that was not on its way (record {})",
                    message.0
                )
            }
            Self::Vanished { message } => {
                format!(
                    "a message never arrived and was not lost (record {})",
                    message.0
                )
            }
        }
    }

    fn russian(&self, language: Language) -> String {
        match self {
            Self::Slow {
                per_mille,
                measured,
                bound,
            } => format!(
                "{} было {}, допустимо не больше {}",
                percentile(*per_mille),
                short(language, *measured),
                duration(language, *bound)
            ),
            Self::Failing { measured, bound } => format!(
                "неудач {}, допустимо не больше {}",
                percent(language, *measured),
                percent(language, *bound)
            ),
            Self::Unavailable { measured, bound } => format!(
                "отвечено на {}, нужно не меньше {}",
                percent(language, *measured),
                percent(language, *bound)
            ),
            Self::TooFew { measured, bound } => format!(
                "ответов в секунду {}, нужно не меньше {}",
                decimal(language, *measured),
                decimal(language, *bound)
            ),
            Self::Answered { question, with } => {
                format!("неверно: `{question}`{}", listed(with, "; "))
            }
            Self::NotWithin { what, within } => {
                format!("`{what}` не наступило за {}", duration(language, *within))
            }
            Self::GivenUp { queue } => format!("`{queue}` отказалась от сообщения"),
            Self::TooOften { times, bound } => {
                format!("для одного запроса сделано раз: {times}, допустимо не больше {bound}")
            }
            Self::Overtaken { by } => format!(
                "обработано после сообщения, которое было отправлено позже (запись {})",
                by.0
            ),
            Self::Unexpected => "ожидание не выполнено".to_owned(),
            Self::FromNowhere { message } => {
                format!(
                    "пришло сообщение, которого не было в пути (запись {})",
                    message.0
                )
            }
            Self::Vanished { message } => format!(
                "сообщение не пришло и не было потеряно (запись {})",
                message.0
            ),
        }
    }
}

impl Doubt {
    /// It in words.
    pub fn words(&self, language: Language) -> String {
        match (self, language) {
            (Self::NothingSeen, Language::En) => "nothing happened that it speaks of".to_owned(),
            (Self::NothingSeen, Language::Ru) => "ничего, о чём оно говорит, не было".to_owned(),
            (Self::Open { count }, Language::En) => format!("{count} still open at the end"),
            (Self::Open { count }, Language::Ru) => format!("к концу ещё не завершено: {count}"),
            (Self::CutShort, Language::En) => "the run did not come to its end".to_owned(),
            (Self::CutShort, Language::Ru) => "прогон не дошёл до конца".to_owned(),
            (Self::TooMuch, Language::En) => {
                "more happened at a time than is kept in mind".to_owned()
            }
            (Self::TooMuch, Language::Ru) => {
                "одновременно происходило больше, чем удаётся помнить".to_owned()
            }
        }
    }
}

/// `p99`, `p99.9`.
fn percentile(per_mille: u16) -> String {
    match per_mille % 10 {
        0 => format!("p{}", per_mille / 10),
        tenth => format!("p{}.{tenth}", per_mille / 10),
    }
}

/// Millionths as a percentage with up to two decimals.
fn percent(language: Language, millionths: u32) -> String {
    let hundredths = (u64::from(millionths) + 50) / 100;
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{} %", with_comma(language, text.to_owned()))
}

/// Millionths as a number with one decimal.
fn decimal(language: Language, millionths: i64) -> String {
    let tenths = (millionths + 50_000) / 100_000;
    with_comma(language, format!("{}.{}", tenths / 10, tenths % 10))
}

/// What figures showed.
fn listed(figures: &[(String, String)], before: &str) -> String {
    let figures: Vec<String> = figures
        .iter()
        .map(|(figure, value)| format!("{figure} = {value}"))
        .collect();
    if figures.is_empty() {
        String::new()
    } else {
        format!("{before}{}", figures.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::SimDuration;

    #[test]
    fn figures_are_told_as_people_write_them() {
        let slow = Why::Slow {
            per_mille: 999,
            measured: SimDuration::from_nanos(1_234_567_890),
            bound: SimDuration::from_millis(250),
        };
        assert_eq!(
            slow.words(Language::En),
            "p99.9 was 1.23s, at most 250ms is allowed"
        );
        let failing = Why::Failing {
            measured: 62_500,
            bound: 50_000,
        };
        assert_eq!(
            failing.words(Language::En),
            "6.25 % failed, at most 5 % may"
        );
        assert_eq!(decimal(Language::En, 1_949_999), "1.9");
        assert_eq!(decimal(Language::Ru, 1_950_000), "2,0");
    }
}
