//! Conformance: recorded answers of a real system go in, how far the model agrees comes out.
//!
//! A file of recorded answers is JSON; what it was recorded from is recognised from its
//! content, so that anybody can record their own system's answers and check
//! (`docs/cli.md` has the formats). Each case is replayed on the model of `sim-core` and
//! compared step by step; the first difference is told with both sides.
//!
//! Files come from anywhere: what is broken is an error, and what would take for ever is
//! refused.

mod course_breaker;
mod optimistic_contention;
pub mod queueing;
mod resilience4j_breaker;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What answers were recorded from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// resilience4j's circuit breaker.
    #[serde(rename = "resilience4j-breaker")]
    Resilience4jBreaker,
    /// The circuit breaker of the course, as a class in JavaScript.
    CourseBreaker,
    /// The experiment of *Exponential Backoff And Jitter*.
    AwsBackoff,
    /// Closed forms of queueing theory.
    QueueingTheory,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Resilience4jBreaker,
        Self::CourseBreaker,
        Self::AwsBackoff,
        Self::QueueingTheory,
    ];

    /// Its name, which is that of the file it is kept in.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Resilience4jBreaker => "resilience4j-breaker",
            Self::CourseBreaker => "course-breaker",
            Self::AwsBackoff => "aws-backoff",
            Self::QueueingTheory => "queueing-theory",
        }
    }

    /// What a file was recorded from, by the fields that only it has.
    fn of(recording: &Value) -> Option<Self> {
        let first = |list: &Value, field: &str| !list[0][field].is_null();
        if !recording["cases"][0]["config"]["slidingWindowSize"].is_null() {
            Some(Self::Resilience4jBreaker)
        } else if first(&recording["cases"], "failureThreshold") {
            Some(Self::CourseBreaker)
        } else if first(recording, "algo") {
            Some(Self::AwsBackoff)
        } else if first(&recording["mmc"], "ErlangC") || first(&recording["p2c"], "mean_field_T") {
            Some(Self::QueueingTheory)
        } else {
            None
        }
    }
}

/// How far the model agrees with a recording.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Report {
    /// What the answers were recorded from.
    pub kind: Kind,
    /// How many cases there are.
    pub cases: u64,
    /// In how many of them the model gives the same answers from beginning to end.
    pub agreeing: u64,
    /// The first answer that differs.
    pub disagreement: Option<Disagreement>,
}

impl Report {
    /// Whether the model agrees with all of it.
    pub const fn agrees(&self) -> bool {
        self.disagreement.is_none()
    }
}

/// An answer of the model that differs from what was recorded.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Disagreement {
    /// Where in the file: `cases[3].steps[17].state`.
    pub at: String,
    /// The model's answer.
    pub found: String,
    /// The recorded one.
    pub expected: String,
}

/// Why a file cannot be checked.
#[derive(Debug)]
pub enum Problem {
    /// It is no JSON.
    NotJson(serde_json::Error),
    /// It is not recognised as one of [`Kind::ALL`].
    Unknown,
    /// Something in it is missing, or no such thing can have been recorded.
    Broken(Kind, serde_json::Error),
    /// It is about something too large to be replayed in a while, or without a steady state.
    Infeasible(Kind),
}

/// Runs the model on a file of recorded answers.
pub fn check(text: &str) -> Result<Report, Problem> {
    let recording: Value = serde_json::from_str(text).map_err(Problem::NotJson)?;
    let kind = Kind::of(&recording).ok_or(Problem::Unknown)?;
    match kind {
        Kind::Resilience4jBreaker => {
            use resilience4j_breaker::{Case, Recording};
            let Recording { cases } = read(kind, text)?;
            Ok(replay(kind, "cases", &cases, Case::replay))
        }
        Kind::CourseBreaker => {
            use course_breaker::{Case, Recording};
            let Recording { cases } = read(kind, text)?;
            Ok(replay(kind, "cases", &cases, Case::replay))
        }
        Kind::AwsBackoff => {
            let rows: Vec<optimistic_contention::Row> = read(kind, text)?;
            if !optimistic_contention::is_feasible(&rows) {
                return Err(Problem::Infeasible(kind));
            }
            Ok(replay(kind, "", &rows, optimistic_contention::Row::repeat))
        }
        Kind::QueueingTheory => {
            let tables: queueing::Tables = read(kind, text)?;
            if !tables.is_feasible() {
                return Err(Problem::Infeasible(kind));
            }
            let many_servers = replay(kind, "mmc", &tables.mmc, queueing::ManyServers::compare);
            let choices = replay(kind, "p2c", &tables.p2c, queueing::Choices::compare);
            Ok(Report {
                kind,
                cases: many_servers.cases + choices.cases,
                agreeing: many_servers.agreeing + choices.agreeing,
                disagreement: many_servers.disagreement.or(choices.disagreement),
            })
        }
    }
}

/// Read from the text, not from what was recognised, so that an error has its line.
fn read<T: DeserializeOwned>(kind: Kind, text: &str) -> Result<T, Problem> {
    serde_json::from_str(text).map_err(|error| Problem::Broken(kind, error))
}

/// Replays each case of a list.
fn replay<C>(
    kind: Kind,
    list: &str,
    cases: &[C],
    case: impl Fn(&C) -> Result<(), Difference>,
) -> Report {
    let mut report = Report {
        kind,
        cases: cases.len() as u64,
        agreeing: 0,
        disagreement: None,
    };
    for (place, recorded) in cases.iter().enumerate() {
        match case(recorded) {
            Ok(()) => report.agreeing += 1,
            Err(difference) if report.disagreement.is_none() => {
                report.disagreement = Some(Disagreement {
                    at: format!("{list}[{place}].{}", difference.at),
                    found: difference.found,
                    expected: difference.expected,
                });
            }
            Err(_) => {}
        }
    }
    report
}

/// Where the model and a recorded case part.
#[derive(Debug)]
struct Difference {
    /// Where in the case.
    at: String,
    found: String,
    expected: String,
}

/// Whether the model's answer is the recorded one.
fn same<T: PartialEq + std::fmt::Display + ?Sized>(
    at: impl FnOnce() -> String,
    found: &T,
    expected: &T,
) -> Result<(), Difference> {
    if found == expected {
        return Ok(());
    }
    Err(Difference {
        at: at(),
        found: found.to_string(),
        expected: expected.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BREAKER: &str = r#"{"cases": [{"failureThreshold": 1, "timeout": 500, "steps": [
        {"t": 10, "fails": true, "outcome": "failure", "state": "OPEN", "failureCount": 1},
        {"t": 510, "fails": false, "outcome": "rejected", "state": "OPEN", "failureCount": 1},
        {"t": 511, "fails": false, "outcome": "success", "state": "CLOSED", "failureCount": 0}
    ]}]}"#;

    #[test]
    fn a_recording_the_model_agrees_with_has_no_disagreement() {
        let report = check(BREAKER).expect("it is recognised");
        let expected = Report {
            kind: Kind::CourseBreaker,
            cases: 1,
            agreeing: 1,
            disagreement: None,
        };
        assert_eq!(report, expected);
    }

    #[test]
    fn the_first_answer_that_differs_is_told_with_both_sides() {
        let report = check(&BREAKER.replace("rejected", "success")).expect("it is recognised");
        assert_eq!(report.agreeing, 0);
        let disagreement = Disagreement {
            at: "cases[0].steps[1].outcome".to_owned(),
            found: "rejected".to_owned(),
            expected: "success".to_owned(),
        };
        assert_eq!(report.disagreement, Some(disagreement));
    }

    #[test]
    fn what_is_no_json_unknown_or_broken_is_told_apart() {
        assert!(matches!(check("scenario: 1"), Err(Problem::NotJson(_))));
        for unknown in [
            "{}",
            "[]",
            "7",
            "{\"cases\": []}",
            "{\"cases\": [{\"id\": 1}]}",
        ] {
            assert!(matches!(check(unknown), Err(Problem::Unknown)), "{unknown}");
        }
        let broken = BREAKER.replace("\"t\": 510,", "");
        assert!(matches!(
            check(&broken),
            Err(Problem::Broken(Kind::CourseBreaker, _))
        ));
    }

    #[test]
    fn another_jitter_than_the_recorded_one_is_noticed() {
        let row = r#"[{"clients": 100, "algo": "EqualJitter", "time_mean": 6653,
            "time_sd": 614, "calls_mean": 811.6, "calls_sd": 8.6}]"#;
        assert!(check(row).expect("it is recognised").agrees());
        for other in ["FullJitter", "Decorr", "Exponential", "None"] {
            let report = check(&row.replace("EqualJitter", other)).expect("it is recognised");
            assert_eq!(report.agreeing, 0, "{other}");
        }
    }

    #[test]
    fn json_that_is_nested_without_end_is_refused() {
        let nested = "[".repeat(1_000_000);
        assert!(matches!(check(&nested), Err(Problem::NotJson(_))));
    }
}
