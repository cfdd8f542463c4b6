//! What came of the properties and alerts of a run, as a person reads it and as JSON.
//!
//! Verdicts flow in with the run they are of; a table flows out, and below it, for each property
//! that did not hold, why, and what led there.

use std::fmt::Write as _;

use serde::Serialize;
use sim_core::kernel::{RecordId, SimTime};
use sim_core::observe::properties::{AlertLog, Judged, Judgement, Violation};
use sim_core::observe::told;
use sim_core::scenario::Scenario;
use sim_core::scenario::document::Language;
use sim_core::world::Run;

use crate::link;
use crate::numbers::moment;
use crate::reader::Reader;
use crate::table::{Cell, heading_of, table};

/// How many causes are told.
const CAUSES: usize = 12;
/// How many times that an alert was firing are told.
const FIRINGS: usize = 5;

/// A property as JSON. Words in it are English, like all of JSON.
#[derive(Serialize)]
pub(crate) struct Property<'a> {
    name: &'a str,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    #[serde(flatten)]
    violation: Option<Violated>,
}

#[derive(Serialize)]
struct Violated {
    at_ns: u64,
    until_ns: Option<u64>,
    count: u64,
    record: Option<RecordId>,
    causes: Vec<Told>,
}

/// A record that led to something.
#[derive(Serialize)]
struct Told {
    record: RecordId,
    at_ns: u64,
    what: String,
}

/// An alert as JSON.
#[derive(Serialize)]
pub(crate) struct Alert<'a> {
    name: &'a str,
    count: u64,
    firings: Vec<Fired>,
}

#[derive(Serialize)]
struct Fired {
    from_ns: u64,
    until_ns: Option<u64>,
    record: Option<RecordId>,
}

/// The properties as JSON.
pub(crate) fn properties<'a>(judged: &'a Judged, run: &Run) -> Vec<Property<'a>> {
    let property = |judged: &'a Judgement| Property {
        name: &judged.name,
        verdict: judged.verdict.word(Language::En),
        why: judged.why(Language::En),
        violation: judged.violation().map(|violation| violated(violation, run)),
    };
    judged.properties.iter().map(property).collect()
}

fn violated(violation: &Violation, run: &Run) -> Violated {
    let causes = violation.record.map(|record| run.causes(record, CAUSES));
    let causes = causes.into_iter().flatten();
    Violated {
        at_ns: violation.at.as_nanos(),
        until_ns: violation.until.map(SimTime::as_nanos),
        count: violation.count,
        record: violation.record,
        causes: causes
            .map(|(id, record)| Told {
                record: id,
                at_ns: record.at.as_nanos(),
                what: told(&record, run.topology(), Language::En),
            })
            .collect(),
    }
}

/// The alerts as JSON.
pub(crate) fn alerts(judged: &Judged) -> Vec<Alert<'_>> {
    let alert = |alert: &'_ AlertLog| {
        let firings = alert.firings.iter().map(|firing| Fired {
            from_ns: firing.from.as_nanos(),
            until_ns: firing.until.map(SimTime::as_nanos),
            record: firing.record,
        });
        firings.collect()
    };
    let alerts = judged.alerts.iter().map(|log| Alert {
        name: &log.name,
        count: log.count,
        firings: alert(log),
    });
    alerts.collect()
}

/// Appends the properties and alerts; nothing where the document has none.
pub(crate) fn append(
    out: &mut String,
    judged: &Judged,
    run: &Run,
    scenario: &Scenario,
    reader: Reader,
) {
    let page = Page {
        run,
        scenario,
        reader,
    };
    page.properties(out, &judged.properties);
    page.alerts(out, &judged.alerts);
}

#[derive(Clone, Copy)]
struct Page<'a> {
    run: &'a Run,
    scenario: &'a Scenario,
    reader: Reader,
}

impl Page<'_> {
    const fn either<'t>(self, english: &'t str, russian: &'t str) -> &'t str {
        self.reader.either(english, russian)
    }

    fn properties(self, out: &mut String, properties: &[Judgement]) {
        if properties.is_empty() {
            return;
        }
        let language = self.reader.language;
        out.push('\n');
        let headings = [
            self.either("property", "свойство"),
            self.either("verdict", "итог"),
            self.either("first", "впервые"),
            self.either("times", "раз"),
            self.either("why", "почему"),
        ];
        let row = |judged: &Judgement| {
            let violation = judged.violation();
            let at = violation.map(|violation| moment(language, violation.at));
            let count = violation.map(|violation| violation.count.to_string());
            vec![
                judged.name.clone().into(),
                Cell::Words(judged.verdict.word(language).to_owned()),
                at.unwrap_or_default().into(),
                count.unwrap_or_default().into(),
                Cell::Words(judged.why(language).unwrap_or_default()),
            ]
        };
        table(
            out,
            &headings,
            &properties.iter().map(row).collect::<Vec<_>>(),
        );
        for judged in properties {
            if let Some(violation) = judged.violation() {
                self.causes(out, &judged.name, violation);
            }
        }
    }

    /// What led to the first violation of a property.
    fn causes(self, out: &mut String, name: &str, violation: &Violation) {
        let Some(record) = violation.record else {
            return;
        };
        let language = self.reader.language;
        let title = match language {
            Language::En => format!("what led to the violation of {name}, the latest first"),
            Language::Ru => format!("что привело к нарушению {name}, начиная с последнего"),
        };
        let _ = writeln!(out, "{}", heading_of(&title));
        for (id, record) in self.run.causes(record, CAUSES) {
            let at = moment(language, record.at);
            let told = told(&record, self.run.topology(), language);
            let told = if self.reader.unicode {
                told
            } else {
                told.replace('→', "->")
            };
            let _ = writeln!(out, "{:>8}  t={at}  {told}", id.0);
        }
        let cursor = u64::from(record.0) + 1;
        if let Some(fragment) = link::at_cursor(self.scenario, cursor) {
            let open = self.either("to see it:", "посмотреть:");
            let _ = writeln!(out, "{open} interplay open '#{fragment}'");
        }
        out.push('\n');
    }

    fn alerts(self, out: &mut String, alerts: &[AlertLog]) {
        if alerts.is_empty() {
            return;
        }
        let language = self.reader.language;
        let headings = [
            self.either("alert", "оповещение"),
            self.either("fired", "сработало"),
            self.either("firing", "когда"),
        ];
        let row = |alert: &AlertLog| {
            let firings = alert.firings.iter().take(FIRINGS).map(|firing| {
                let from = moment(language, firing.from);
                match firing.until {
                    Some(until) => format!("{from} – {}", moment(language, until)),
                    None => format!("{from} – "),
                }
            });
            let mut firings = firings.collect::<Vec<_>>().join(", ");
            if alert.count > FIRINGS as u64 {
                firings.push_str(", …");
            }
            let firings = if self.reader.unicode {
                firings
            } else {
                firings.replace('–', "-").replace('…', "...")
            };
            vec![
                alert.name.clone().into(),
                alert.count.into(),
                Cell::Words(firings.trim_end().to_owned()),
            ]
        };
        table(out, &headings, &alerts.iter().map(row).collect::<Vec<_>>());
    }
}

/// The exit code of a run in which a property was violated.
pub(crate) const VIOLATED_CODE: u8 = 4;
