//! One run and what is kept of it: its trace, its figures, its overview.
//!
//! A document flows in; stretches of the trace, causes and progress flow out, at any time
//! while the run goes on.

use interplay_protocol::{
    AlertView, Ending, Generation, Glance, JudgedView, KnobView, Remark, Response, Stage,
};
use sim_core::kernel::{Budgets, Observer, RecordId, SimTime};

use sim_core::observe::properties::{AlertLog, Judged, Judgement, Verdict};
use sim_core::observe::series::{Series, Subject};
use sim_core::observe::{Cursor, Figures, Lanes, MarkKind, Properties, Trace, Window};
use sim_core::scenario::diagnostic::{Diagnostic, Diagnostics};
use sim_core::scenario::document::Language;
use sim_core::scenario::tree::Span;
use sim_core::scenario::{Node, Scenario, SettingPath};
use sim_core::world::{Content, Ended, GuardId, Reading, Record, Run};

use crate::charts::Charts;
use crate::closer::{self, glance};
use crate::{settings, stage};

/// Events a run in a page may have: some 200 MB of trace, and more than anybody looks at.
pub(crate) const EVENT_BUDGET: u64 = 3_000_000;
/// Stretches the overview has: about one for each eight pixels of a wide screen, so that
/// each has enough journeys for a percentile.
const BUCKETS: u32 = 150;
/// The most records in one answer.
const MOST_RECORDS: u32 = 200_000;
/// Records sent around a moment: some to step back into, more to play on with.
const BEHIND: u32 = 4_000;
const AHEAD: u32 = 8_000;
/// The most machines of one policy that are told of.
const MOST_READINGS: usize = 100;
/// The most times that an alert is told of.
const MOST_FIRINGS: usize = 200;
/// The longest chain of causes sent.
const MOST_CAUSES: usize = 200;

/// A run and what is kept of it.
pub(crate) struct Job {
    generation: Generation,
    /// The document as its author wrote it, and as it runs.
    original: Scenario,
    scenario: Scenario,
    run: Run,
    kept: Kept,
    charts: Charts,
}

/// What listens to the run.
pub(crate) struct Kept {
    trace: Trace,
    figures: Figures,
    properties: Properties,
    lanes: Lanes,
}

impl Kept {
    fn record(&mut self, record: Record) {
        self.lanes.apply(RecordId(self.trace.end().0), &record);
        self.figures.record(record);
        self.properties.apply(&record);
        self.trace.record(record);
    }
}

/// Who listens to a run, whichever of the two it is: the run loop is compiled for each kind of
/// listener, and is most of the program.
pub(crate) enum Listener<'a> {
    /// All that is kept of the run that is looked at.
    Kept(&'a mut Kept),
    /// Whether what must hold does, and nothing else.
    Judge(&'a mut Properties),
}

impl Observer<Record> for Listener<'_> {
    const LISTENS: bool = true;

    fn record(&mut self, record: Record) {
        match self {
            Self::Kept(kept) => kept.record(record),
            Self::Judge(properties) => properties.apply(&record),
        }
    }
}

/// Why a document cannot be run, and the text that this refers to.
pub(crate) struct Invalid {
    pub(crate) remarks: Vec<Remark>,
    pub(crate) text: String,
}

impl Job {
    /// Reads a document with the changes made to it, and stands at its beginning. If it can be
    /// run, its records will stand where those of the run before did, which ends with this; what
    /// cannot be run leaves that alone: a text is wrong more often than not while somebody
    /// writes in it.
    pub(crate) fn open(
        generation: Generation,
        text: &str,
        changes: &[(String, String)],
        author: Option<&str>,
        before: &mut Option<Self>,
    ) -> Result<(Self, Stage), Invalid> {
        let invalid = |found: Diagnostics| Invalid {
            remarks: found.iter().map(Remark::of).collect(),
            text: text.to_owned(),
        };
        let original = Scenario::parse(text).map_err(invalid)?;
        let scenario = changed(&original, changes).map_err(invalid)?;
        scenario.runnable().map_err(invalid)?;
        let budgets = Budgets {
            events: EVENT_BUDGET,
            ..Budgets::default()
        };
        let run = Run::start(&scenario, budgets).map_err(invalid)?;
        let stage = stage::of(&original, &scenario, author, &run);
        let document = scenario.document();
        let entities = run.topology().entities.len();
        let memory = before.take().map(|job| job.kept.trace).unwrap_or_default();
        let kept = Kept {
            trace: memory.begin_again(entities),
            figures: Figures::new(run.topology(), SimTime::ZERO.after(document.warm_up)),
            properties: Properties::new(document, run.topology()),
            lanes: Lanes::of_run(run.topology(), document.horizon, BUCKETS),
        };
        Ok((
            Self {
                generation,
                original,
                scenario,
                run,
                kept,
                charts: Charts::default(),
            },
            stage,
        ))
    }

    /// Which run this is.
    pub(crate) const fn generation(&self) -> Generation {
        self.generation
    }

    /// Whether it has ended.
    pub(crate) const fn has_ended(&self) -> bool {
        self.run.ended().is_some()
    }

    /// Lets at most so many events happen.
    pub(crate) fn advance(&mut self, events: u64) {
        self.run
            .advance(events, &mut Listener::Kept(&mut self.kept));
    }

    /// How far it has come.
    pub(crate) fn progress(&self) -> Response {
        Response::Progress {
            generation: self.generation,
            simulated: self.run.now(),
            end: self.kept.trace.end(),
            overview: glance(&self.kept.lanes, self.run.now()),
            ending: self.run.ended().map(|ended| Box::new(self.ending(ended))),
        }
    }

    /// A stretch of the trace.
    pub(crate) fn window(&self, from: Cursor, to: Cursor) -> Window {
        self.kept
            .trace
            .window(from, to.min(Cursor(from.0.saturating_add(MOST_RECORDS))))
    }

    /// The stretch of the trace around a moment.
    pub(crate) fn window_at(&self, at: SimTime) -> Window {
        let Cursor(place) = self.kept.trace.cursor_at(at);
        // A picture at `from` must not be later than the moment, or it could not be shown.
        self.window(
            Cursor(place.saturating_sub(BEHIND)),
            Cursor(place.saturating_add(AHEAD)),
        )
    }

    /// A record and what made it happen.
    pub(crate) fn causes(&self, record: RecordId) -> Vec<(RecordId, Record)> {
        self.kept.trace.causes(record, MOST_CAUSES)
    }

    /// The stretch between two moments at a glance.
    pub(crate) fn lanes(&self, from: SimTime, to: SimTime) -> Glance {
        closer::look(
            &self.kept.trace,
            self.run.topology(),
            from,
            to.min(self.run.now()),
        )
    }

    /// Begins to make a series of a stretch, or goes on with the one there is.
    pub(crate) fn survey(&mut self, subject: Subject, stretch: (SimTime, SimTime), buckets: u32) {
        let (trace, topology) = (&self.kept.trace, self.run.topology());
        self.charts.ask(trace, topology, subject, stretch, buckets);
    }

    /// Whether a series is being made.
    pub(crate) const fn is_surveying(&self) -> bool {
        self.charts.is_asked()
    }

    /// Goes on making the series that was asked for, until `is_over`. It is there once it has come
    /// to the end of the trace, or of its stretch.
    pub(crate) fn surveyed(&mut self, is_over: impl Fn() -> bool) -> Option<Series> {
        self.charts
            .advance(&self.kept.trace, self.run.now(), is_over)
    }

    /// The next thing worth a look after (or before) a cursor, and how far was looked.
    pub(crate) fn find(
        &self,
        from: Cursor,
        kind: Option<MarkKind>,
        forward: bool,
    ) -> (Option<RecordId>, Cursor) {
        let trace = &self.kept.trace;
        (closer::find(trace, from, kind, forward), trace.end())
    }

    /// The settings below paths of the document.
    pub(crate) fn settings(&self, below: &[String]) -> Vec<KnobView> {
        settings::below(&self.original, &self.scenario, below)
    }

    /// What a message says.
    pub(crate) fn content(&self, message: RecordId) -> Option<Content> {
        self.run.content_of(message)
    }

    /// What the machines of a policy have in memory at a cursor.
    pub(crate) fn readings(&self, cursor: Cursor, policy: &str) -> Vec<(GuardId, Reading)> {
        let simulation = self.run.at_cursor(cursor);
        let guards = self.run.topology().guards.iter();
        let of_policy = guards
            .enumerate()
            .filter(|(_, guard)| guard.policy == policy);
        of_policy
            .filter_map(|(place, _)| {
                let guard = GuardId(place as u32);
                let reading = simulation.model.reading(guard, simulation.now())?;
                Some((guard, reading))
            })
            .take(MOST_READINGS)
            .collect()
    }

    fn ending(&self, ended: Ended) -> Ending {
        let complete = matches!(ended, Ended::AtHorizon);
        let Judged { properties, alerts } = self.kept.properties.judged(self.run.now(), complete);
        Ending {
            digest: self.run.digest().to_string(),
            events: self.run.handled(),
            exhausted: match ended {
                Ended::AtHorizon => None,
                Ended::Stopped { budget, .. } => Some(budget),
            },
            summary: self
                .kept
                .figures
                .summary(self.run.topology(), self.run.now()),
            judged: properties.iter().map(judged).collect(),
            alerts: alerts.into_iter().map(fired).collect(),
        }
    }
}

/// A verdict with its words, which the page need not know how to find.
fn judged(judgement: &Judgement) -> JudgedView {
    let words = [Language::En, Language::Ru].map(|language| {
        let word = judgement.verdict.word(language);
        judgement
            .why(language)
            .map_or_else(|| word.to_owned(), |why| format!("{word}: {why}"))
    });
    JudgedView {
        name: judgement.name.clone(),
        held: match judgement.verdict {
            Verdict::Held => Some(true),
            Verdict::Violated(_) => Some(false),
            Verdict::Inconclusive(_) => None,
        },
        words,
        at: judgement
            .violation()
            .map(|violation| (violation.at, violation.record)),
    }
}

fn fired(alert: AlertLog) -> AlertView {
    let firings = alert.firings.into_iter().take(MOST_FIRINGS);
    AlertView {
        name: alert.name,
        firings: firings
            .map(|firing| (firing.from, firing.until, firing.record))
            .collect(),
    }
}

/// The scenario with settings changed.
pub(crate) fn changed(
    original: &Scenario,
    changes: &[(String, String)],
) -> Result<Scenario, Diagnostics> {
    let mut settings = Vec::with_capacity(changes.len());
    for (path, value) in changes {
        let setting = path.parse::<SettingPath>().map_err(|problem| {
            Diagnostics::new(vec![Diagnostic::error(path, Span::default(), problem)])
        })?;
        settings.push((setting, Node::scalar(value.as_str())));
    }
    if settings.is_empty() {
        Ok(original.clone())
    } else {
        original.patched(&settings)
    }
}
