//! Questions: expressions about figures of the run, and the properties and alerts that ask them.
//!
//! A moment counts as it stands when everything in it has happened. A question whose figures
//! have nothing to show has no answer; that is neither yes nor no.

use super::gauges::{Figure, Gauges, Reading, Target};
use super::verdict::{AlertLog, Doubt, End, Firing, Found, Verdict, Why};
use crate::kernel::{RecordId, SimDuration, SimTime};
use crate::scenario::expr::{Expr, ExprKind, Expression, Operator};
use crate::values::{Datum, Formula, Surroundings};
use crate::world::Topology;

/// The most firings of one alert that are kept; all are counted.
const MOST_FIRINGS: usize = 1_000;

/// An expression about the run.
#[derive(Clone, Debug)]
pub(super) struct Question {
    text: String,
    formula: Formula,
    /// What its variables are, each with how it is written.
    figures: Vec<(Figure, String)>,
}

impl Question {
    /// The question that `expression` asks; its figures are kept by `gauges`.
    pub(super) fn new(expression: &Expression, topology: &Topology, gauges: &mut Gauges) -> Self {
        let mut figures: Vec<(Figure, String)> = Vec::new();
        let written = |span: &std::ops::Range<u32>| {
            let range = span.start as usize..span.end as usize;
            expression.source().get(range).unwrap_or_default()
        };
        let mut figure = |part: &Expr| {
            let ExprKind::Function {
                function,
                args,
                over,
            } = &part.kind
            else {
                return None;
            };
            let reads = Reading::of(*function)?;
            let target = Target::of(written(&args.first()?.span), topology);
            let figure = gauges.figure(target, reads, *over);
            let known = figures.iter().position(|(known, _)| *known == figure);
            let place = known.unwrap_or_else(|| {
                figures.push((figure, written(&part.span).to_owned()));
                figures.len() - 1
            });
            Some(Formula::Variable(place as u16))
        };
        let formula = Formula::of(expression.root(), &mut |part| {
            figure(part).or_else(|| comparison(part, &mut figure))
        });
        Self {
            text: expression.source().trim().to_owned(),
            formula,
            figures,
        }
    }

    /// How it is written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The answer at `now`, if there is one.
    pub(super) fn answer(&self, now: SimTime, gauges: &Gauges) -> Option<bool> {
        let values: Vec<Datum> = self.values(now, gauges).collect();
        match self.formula.evaluate(&Surroundings::of(now, &values)) {
            Datum::Bool(answer) => Some(answer),
            _ => None,
        }
    }

    fn values<'a>(&'a self, now: SimTime, gauges: &'a Gauges) -> impl Iterator<Item = Datum> + 'a {
        let figures = self.figures.iter();
        figures.map(move |(figure, _)| gauges.read(*figure, now))
    }

    /// Whether its answer may be another than before.
    pub(super) fn has_changed(&self, gauges: &Gauges) -> bool {
        let mut figures = self.figures.iter();
        figures.any(|(figure, _)| gauges.has_changed(*figure))
    }

    /// The record that changed one of its figures last.
    pub(super) fn record(&self, gauges: &Gauges) -> Option<RecordId> {
        let figures = self.figures.iter();
        figures
            .filter_map(|(figure, _)| gauges.record(*figure))
            .max()
    }

    /// Why the answer is what it is.
    fn why(&self, now: SimTime, gauges: &Gauges) -> Why {
        let with = self.figures.iter().zip(self.values(now, gauges));
        Why::Answered {
            question: self.text.clone(),
            with: with
                .map(|((_, written), value)| (written.clone(), value.to_string()))
                .collect(),
        }
    }
}

/// `==` and `!=` between two parts that may have nothing to show: then there is no answer, as
/// with `<`. Only who writes `null` asks whether there is something.
fn comparison(part: &Expr, figure: &mut dyn FnMut(&Expr) -> Option<Formula>) -> Option<Formula> {
    let ExprKind::Binary(operator @ (Operator::Equal | Operator::NotEqual), a, b) = &part.kind
    else {
        return None;
    };
    if [a, b].iter().any(|side| side.kind == ExprKind::Null) {
        return None;
    }
    let [a, b] = [a, b].map(|side| Formula::of(side, figure));
    let null = Formula::Constant(Datum::Null);
    let both = |operator, a: &Formula, b: &Formula| {
        Formula::Binary(operator, Box::new([a.clone(), b.clone()]))
    };
    let absent = both(
        Operator::Or,
        &both(Operator::Equal, &a, &null),
        &both(Operator::Equal, &b, &null),
    );
    let compared = both(*operator, &a, &b);
    Some(Formula::If(Box::new([absent, null, compared])))
}

/// `always` and `never`.
#[derive(Clone, Debug)]
pub(super) struct Always {
    pub(super) question: Question,
    /// The answer that is right.
    pub(super) right: bool,
    pub(super) since: SimTime,
    pub(super) answer: Option<bool>,
    /// Whether it was ever asked, and answered.
    pub(super) asked: bool,
    pub(super) seen: bool,
    pub(super) found: Found,
}

impl Always {
    pub(super) fn new(question: Question, right: bool, since: SimTime) -> Self {
        Self {
            question,
            right,
            since,
            answer: None,
            asked: false,
            seen: false,
            found: Found::default(),
        }
    }

    pub(super) const fn due(&self) -> SimTime {
        if self.asked { SimTime::MAX } else { self.since }
    }

    pub(super) fn settle(&mut self, now: SimTime, gauges: &Gauges) {
        if now < self.since || (self.asked && !self.question.has_changed(gauges)) {
            return;
        }
        self.asked = true;
        let answer = self.question.answer(now, gauges);
        self.seen |= answer.is_some();
        let wrong = |answer| answer == Some(!self.right);
        if wrong(answer) && !wrong(self.answer) {
            let record = self.question.record(gauges);
            self.found
                .add(now, record, || self.question.why(now, gauges));
        } else if wrong(self.answer) && !wrong(answer) {
            self.found.mended(now);
        }
        self.answer = answer;
    }

    pub(super) fn verdict(self, end: End) -> Verdict {
        self.found.verdict(|| end.held(self.seen))
    }
}

/// `eventually`: whenever it is not so, it is so again within a time.
#[derive(Clone, Debug)]
pub(super) struct Eventually {
    question: Question,
    within: SimDuration,
    since: SimTime,
    asked: bool,
    /// Since when it is not so, after which record, and whether that is told.
    waits: Option<(SimTime, Option<RecordId>, bool)>,
    found: Found,
}

impl Eventually {
    pub(super) fn new(question: Question, within: SimDuration, since: SimTime) -> Self {
        Self {
            question,
            within,
            since,
            asked: false,
            waits: None,
            found: Found::default(),
        }
    }

    pub(super) const fn due(&self) -> SimTime {
        match self.waits {
            _ if !self.asked => self.since,
            Some((since, _, false)) => since.after(self.within),
            _ => SimTime::MAX,
        }
    }

    pub(super) fn settle(&mut self, now: SimTime, gauges: &Gauges) {
        let due = self.due() <= now;
        if now < self.since || !(due || self.question.has_changed(gauges)) {
            return;
        }
        self.asked = true;
        if self.question.answer(now, gauges) == Some(true) {
            self.waits = None;
            self.found.mended(now);
            return;
        }
        let record = self.question.record(gauges);
        let (since, record, told) = *self.waits.get_or_insert((now, record, false));
        if !told && since.after(self.within) <= now {
            self.waits = Some((since, record, true));
            self.found.add(now, record, || Why::NotWithin {
                what: self.question.text().to_owned(),
                within: self.within,
            });
        }
    }

    pub(super) fn verdict(self, end: End) -> Verdict {
        let open = self.waits.is_some();
        self.found.verdict(|| match end.held(self.asked) {
            Verdict::Held if open => Verdict::Inconclusive(Doubt::Open { count: 1 }),
            verdict => verdict,
        })
    }
}

/// `at`: it is so at a moment.
#[derive(Clone, Debug)]
pub(super) struct At {
    question: Question,
    moment: SimTime,
    asked: bool,
    seen: bool,
    found: Found,
}

impl At {
    pub(super) fn new(question: Question, moment: SimTime) -> Self {
        Self {
            question,
            moment,
            asked: false,
            seen: false,
            found: Found::default(),
        }
    }

    pub(super) const fn due(&self) -> SimTime {
        if self.asked {
            SimTime::MAX
        } else {
            self.moment
        }
    }

    pub(super) fn settle(&mut self, now: SimTime, gauges: &Gauges) {
        if self.asked || now < self.moment {
            return;
        }
        self.asked = true;
        let answer = self.question.answer(now, gauges);
        self.seen = answer.is_some();
        if answer == Some(false) {
            let record = self.question.record(gauges);
            self.found
                .add(now, record, || self.question.why(now, gauges));
        }
    }

    pub(super) fn verdict(self, end: End) -> Verdict {
        // A moment that came is judged, however the run went on.
        let end = End {
            complete: end.complete || self.asked,
            ..end
        };
        self.found.verdict(|| end.held(self.seen))
    }
}

/// An alert: it fires once its question has been answered yes for so long.
#[derive(Clone, Debug)]
pub(super) struct Alarm {
    question: Question,
    lasts: SimDuration,
    since: SimTime,
    asked: bool,
    /// Since when the answer is yes, after which record, and whether it fires.
    yes: Option<(SimTime, Option<RecordId>, bool)>,
    log: AlertLog,
}

impl Alarm {
    pub(super) fn new(name: &str, question: Question, lasts: SimDuration, since: SimTime) -> Self {
        Self {
            question,
            lasts,
            since,
            asked: false,
            yes: None,
            log: AlertLog {
                name: name.to_owned(),
                ..AlertLog::default()
            },
        }
    }

    pub(super) const fn due(&self) -> SimTime {
        match self.yes {
            _ if !self.asked => self.since,
            Some((since, _, false)) => since.after(self.lasts),
            _ => SimTime::MAX,
        }
    }

    pub(super) fn settle(&mut self, now: SimTime, gauges: &Gauges) {
        let due = self.due() <= now;
        if now < self.since || !(due || self.question.has_changed(gauges)) {
            return;
        }
        self.asked = true;
        if self.question.answer(now, gauges) != Some(true) {
            if matches!(self.yes.take(), Some((.., true)))
                && let Some(firing) = self.log.firings.last_mut()
                && firing.until.is_none()
            {
                firing.until = Some(now);
            }
            return;
        }
        let record = self.question.record(gauges);
        let (since, record, fires) = *self.yes.get_or_insert((now, record, false));
        if !fires && since.after(self.lasts) <= now {
            self.yes = Some((since, record, true));
            self.log.count += 1;
            if self.log.firings.len() < MOST_FIRINGS {
                self.log.firings.push(Firing {
                    from: now,
                    until: None,
                    record,
                });
            }
        }
    }

    pub(super) fn log(self) -> AlertLog {
        self.log
    }
}
