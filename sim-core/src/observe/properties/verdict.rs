//! Verdicts: what is said of a property when a run is over, and of an alert, as plain data.

use serde::{Deserialize, Serialize};

use crate::kernel::{RecordId, SimDuration, SimTime};

/// What came of the properties and alerts of a run.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Judged {
    /// Each property, in the order of the document.
    pub properties: Vec<Judgement>,
    /// Each alert, in the order of the document.
    pub alerts: Vec<AlertLog>,
}

impl Judged {
    /// What is said of the property called `name`.
    pub fn property(&self, name: &str) -> Option<&Judgement> {
        self.properties.iter().find(|judged| judged.name == name)
    }

    /// The log of the alert called `name`.
    pub fn alert(&self, name: &str) -> Option<&AlertLog> {
        self.alerts.iter().find(|alert| alert.name == name)
    }

    /// Whether any property was violated.
    pub fn is_violated(&self) -> bool {
        let mut properties = self.properties.iter();
        properties.any(|judged| matches!(judged.verdict, Verdict::Violated(_)))
    }

    /// What can be shown at its moment, in the order of time.
    pub fn findings(&self) -> Vec<Finding> {
        let violated = self.properties.iter().filter_map(|judged| {
            let violation = judged.violation()?;
            Some(Finding {
                kind: FindingKind::Violated,
                name: judged.name.clone(),
                from: violation.at,
                until: violation.until,
                record: violation.record,
            })
        });
        let fired = self.alerts.iter().flat_map(|alert| {
            alert.firings.iter().map(|firing| Finding {
                kind: FindingKind::Alert,
                name: alert.name.clone(),
                from: firing.from,
                until: firing.until,
                record: firing.record,
            })
        });
        let mut found: Vec<_> = violated.chain(fired).collect();
        found.sort_by(|a, b| (a.from, a.kind, &a.name).cmp(&(b.from, b.kind, &b.name)));
        found
    }
}

/// Something to be shown at a moment of a run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Finding {
    /// What kind of thing.
    pub kind: FindingKind,
    /// The property or alert.
    pub name: String,
    /// Since when.
    pub from: SimTime,
    /// Until when; nothing if it still is so when the run ends.
    pub until: Option<SimTime>,
    /// The record it is put down to.
    pub record: Option<RecordId>,
}

/// The kinds of findings.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// A property was violated for the first time.
    Violated,
    /// An alert was firing.
    Alert,
}

/// What is said of one property.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Judgement {
    /// Its name.
    pub name: String,
    /// Whether it held.
    pub verdict: Verdict,
}

impl Judgement {
    /// How it was violated, if it was.
    pub const fn violation(&self) -> Option<&Violation> {
        match &self.verdict {
            Verdict::Violated(violation) => Some(violation),
            Verdict::Held | Verdict::Inconclusive(_) => None,
        }
    }
}

/// Whether a property held.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It did.
    Held,
    /// It did not.
    Violated(Violation),
    /// Nobody can say.
    Inconclusive(Doubt),
}

/// How a property was violated.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Violation {
    /// When for the first time.
    pub at: SimTime,
    /// When all was well again after that, if it was.
    pub until: Option<SimTime>,
    /// The record the first violation is put down to: its causes lead to the document.
    pub record: Option<RecordId>,
    /// How often.
    pub count: u64,
    /// In what the first one lay.
    pub why: Why,
}

/// In what a violation lies.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
#[expect(missing_docs, reason = "the words beside it say what the fields are")]
pub enum Why {
    /// An answer took longer than a percentile may.
    Slow {
        per_mille: u16,
        measured: SimDuration,
        bound: SimDuration,
    },
    /// More failed than may, in millionths.
    Failing { measured: u32, bound: u32 },
    /// Fewer were answered well than should be, in millionths.
    Unavailable { measured: u32, bound: u32 },
    /// Fewer were answered than should be, in millionths a second.
    TooFew { measured: i64, bound: i64 },
    /// The answer was wrong, with these figures.
    Answered {
        question: String,
        with: Vec<(String, String)>,
    },
    /// What was to come true within a time did not.
    NotWithin { what: String, within: SimDuration },
    /// A queue gave a message up.
    GivenUp { queue: String },
    /// Something was done more often than it may for one of those it was done for.
    TooOften { times: u32, bound: u32 },
    /// A message was dealt with after one that was sent later.
    Overtaken { by: RecordId },
    /// What a step expects was not so.
    Unexpected,
    /// A message ended that was not on its way.
    FromNowhere { message: RecordId },
    /// A message should have arrived, and nobody says what became of it.
    Vanished { message: RecordId },
}

/// Why nobody can say whether a property held.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
#[expect(missing_docs, reason = "the words beside it say what the fields are")]
pub enum Doubt {
    /// There was nothing to judge.
    NothingSeen,
    /// So many obligations were open when the run ended.
    Open { count: u64 },
    /// The run did not come to its end.
    CutShort,
    /// More happened at a time than is kept in mind.
    TooMuch,
}

/// When an alert was firing.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct AlertLog {
    /// The alert.
    pub name: String,
    /// How often it fired.
    pub count: u64,
    /// The first of these times.
    pub firings: Vec<Firing>,
}

/// One time an alert was firing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Firing {
    /// Since when.
    pub from: SimTime,
    /// When it was resolved; nothing if it was still firing when the run ended.
    pub until: Option<SimTime>,
    /// The record after which its question was answered yes.
    pub record: Option<RecordId>,
}

/// The violations of one property so far: the first one and how many.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    first: Option<Violation>,
    count: u64,
}

impl Found {
    /// No violation.
    pub(super) const fn none() -> Self {
        Self {
            first: None,
            count: 0,
        }
    }

    /// Takes in one more; `why` is asked only of the first.
    pub(super) fn add(&mut self, at: SimTime, record: Option<RecordId>, why: impl FnOnce() -> Why) {
        self.count += 1;
        if self.first.is_none() {
            self.first = Some(Violation {
                at,
                until: None,
                record,
                count: 0,
                why: why(),
            });
        }
    }

    /// There are so many.
    pub(super) const fn count_as(&mut self, count: u64) {
        self.count = count;
    }

    /// From now on all is well, for now.
    pub(super) const fn mended(&mut self, at: SimTime) {
        if let Some(first) = &mut self.first
            && first.until.is_none()
        {
            first.until = Some(at);
        }
    }

    /// What they come to; without any, what `else_` says.
    pub(super) fn verdict(self, else_: impl FnOnce() -> Verdict) -> Verdict {
        match self.first {
            Some(first) => Verdict::Violated(Violation {
                count: self.count,
                ..first
            }),
            None => else_(),
        }
    }
}

/// How a run ended, for what is judged only then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct End {
    /// When.
    pub(super) at: SimTime,
    /// Whether it is the end the document speaks of.
    pub(super) complete: bool,
}

impl End {
    /// What is said of something that was seen to be right, or was not seen at all.
    pub(super) const fn held(self, seen: bool) -> Verdict {
        if !self.complete {
            Verdict::Inconclusive(Doubt::CutShort)
        } else if seen {
            Verdict::Held
        } else {
            Verdict::Inconclusive(Doubt::NothingSeen)
        }
    }
}
