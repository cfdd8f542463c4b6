//! Properties: what a document says must hold of its runs, judged while a run goes on; and its
//! alerts, which are told in the same way.
//!
//! A document and its topology flow in, then records, one after another; [`Judged`] flows out,
//! at any time. No trace is kept: what is kept in mind is bounded, however long a run is. Where
//! the document says nothing, a record costs one comparison.
//!
//! ```text
//! record -> origins   whose request is it
//!        -> gauges    what do questions read
//!        -> rules     what happened that a rule speaks of
//! time goes on -> the moment is settled: questions are asked, times are over
//! ```

mod conserved;
mod counts;
mod endings;
mod gauges;
mod obligations;
mod origins;
mod places;
mod question;
mod seeds;
mod slo;
mod verdict;
mod words;

use self::conserved::Conserved;
use self::counts::{AtMost, InOrder, Per};
use self::gauges::Gauges;
use self::obligations::{LeadsTo, NoLoss, Occasion};
use self::origins::{Origin, Origins};
use self::places::Place;
use self::question::{Alarm, Always, At, Eventually, Question};
use self::slo::Slo;
use self::verdict::{End, Found};
use crate::kernel::{EntityId, Observer, RecordId, SimTime};
use crate::scenario::document::{self, Document, Property, When};
use crate::world::{Record, Topology, What};

pub use seeds::{Over, OverSeeds, Ruling};
pub use verdict::{
    AlertLog, Doubt, Finding, FindingKind, Firing, Judged, Judgement, Verdict, Violation, Why,
};

/// How many requests, messages and obligations all properties of a document keep in mind
/// together: each has its share of some hundred megabytes.
const ROOM: usize = 1 << 22;

/// The properties and alerts of a run.
#[derive(Clone, Debug)]
pub struct Properties {
    rules: Vec<(String, Rule)>,
    alarms: Vec<Alarm>,
    gauges: Gauges,
    /// Whose request a record is, if anybody asks.
    origins: Option<Origins>,
    /// How many records there were.
    records: u32,
    /// The moment that is not settled yet.
    now: SimTime,
}

/// One property.
#[derive(Clone, Debug)]
enum Rule {
    Slo(Slo),
    Always(Box<Always>),
    Eventually(Box<Eventually>),
    At(Box<At>),
    LeadsTo(Box<LeadsTo>),
    NoLoss(Box<NoLoss>),
    AtMost(Box<AtMost>),
    InOrder(Box<InOrder>),
    Conserved(Conserved),
    Expectations(Expectations),
}

/// `expectations`.
#[derive(Clone, Debug)]
struct Expectations {
    client: EntityId,
    seen: bool,
    found: Found,
}

impl Properties {
    /// The properties and alerts of `document`, whose topology this is, before anything
    /// happened.
    pub fn new(document: &Document, topology: &Topology) -> Self {
        let since = SimTime::ZERO.after(document.warm_up);
        let mut compiler = Compiler {
            topology,
            since,
            gauges: Gauges::new(since),
            asks_for_origins: false,
            room: (ROOM / document.properties.len().max(4)).max(1),
        };
        let properties = document.properties.iter();
        let rules = (0..)
            .zip(properties)
            .filter_map(|(place, (name, property))| {
                Some((name.to_string(), compiler.rule(place, property)?))
            })
            .collect();
        let alerts = document.alerts.iter();
        let alarms = alerts
            .map(|(name, alert)| {
                let question = compiler.question(&alert.when);
                Alarm::new(name.as_str(), question, alert.lasts, since)
            })
            .collect();
        Self {
            rules,
            alarms,
            gauges: compiler.gauges,
            origins: compiler.asks_for_origins.then(Origins::default),
            records: 0,
            now: SimTime::ZERO,
        }
    }

    /// Whether the document says nothing of what must hold.
    pub const fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.alarms.is_empty()
    }

    /// What is said of the run if it ends at `end`. `complete` says whether that is the end the
    /// document speaks of, rather than that somebody or a budget stopped the run.
    pub fn judged(&self, end: SimTime, complete: bool) -> Judged {
        let mut all = self.clone();
        all.go_on_to(end);
        all.settle();
        let end = End { at: end, complete };
        let (gauges, rules, alarms) = (all.gauges, all.rules, all.alarms);
        let judgement = |(name, rule): (String, Rule)| Judgement {
            name,
            verdict: rule.verdict(end, &gauges),
        };
        Judged {
            properties: rules.into_iter().map(judgement).collect(),
            alerts: alarms.into_iter().map(Alarm::log).collect(),
        }
    }

    /// Takes in the next record.
    pub fn apply(&mut self, record: &Record) {
        if self.is_empty() {
            return;
        }
        let id = RecordId(self.records);
        self.records += 1;
        if record.at > self.now {
            self.go_on_to(record.at);
        }
        let origin = self
            .origins
            .as_mut()
            .and_then(|origins| origins.note(record));
        self.gauges.apply(id, record);
        for (_, rule) in &mut self.rules {
            rule.see(id, record, origin);
        }
    }

    /// Settles every moment before `at`, at which something happens next.
    fn go_on_to(&mut self, at: SimTime) {
        if at <= self.now {
            return;
        }
        self.settle();
        loop {
            let due = self.due();
            if due >= at {
                break;
            }
            self.now = due;
            self.gauges.forget(due);
            self.settle();
        }
        self.now = at;
        self.gauges.forget(at);
    }

    /// The next moment at which there is something to say though nothing happens.
    fn due(&self) -> SimTime {
        let rules = self.rules.iter().map(|(_, rule)| rule.due(self.now));
        let alarms = self.alarms.iter().map(Alarm::due);
        rules
            .chain(alarms)
            .fold(self.gauges.due(), std::cmp::Ord::min)
    }

    /// Everything of the present moment has happened.
    fn settle(&mut self) {
        for (_, rule) in &mut self.rules {
            rule.settle(self.now, &self.gauges);
        }
        for alarm in &mut self.alarms {
            alarm.settle(self.now, &self.gauges);
        }
        self.gauges.settled();
    }
}

impl Observer<Record> for Properties {
    const LISTENS: bool = true;

    fn record(&mut self, record: Record) {
        self.apply(&record);
    }
}

/// Makes rules of a document's words.
struct Compiler<'a> {
    topology: &'a Topology,
    since: SimTime,
    gauges: Gauges,
    asks_for_origins: bool,
    /// How much each rule may keep in mind.
    room: usize,
}

impl Compiler<'_> {
    fn question(&mut self, expression: &crate::scenario::expr::Expression) -> Question {
        Question::new(expression, self.topology, &mut self.gauges)
    }

    fn place(&mut self, name: &str) -> Place {
        self.asks_for_origins = true;
        Place::new(name, self.topology)
    }

    fn occasion(&mut self, occasion: &document::Occasion) -> Occasion {
        match occasion {
            document::Occasion::Thing(name) => Occasion::Place(self.place(name)),
            document::Occasion::Question(question) => {
                Occasion::Question(self.question(question), false)
            }
        }
    }

    /// The rule that `property` is; nothing for what cannot be run yet, which was refused.
    fn rule(&mut self, number: u16, property: &Property) -> Option<Rule> {
        let (since, room) = (self.since, self.room);
        Some(match property {
            Property::Slo(slo) => Rule::Slo(Slo::new(slo, self.topology, &mut self.gauges, since)),
            Property::Always(expect) => {
                let question = self.question(expect);
                Rule::Always(Box::new(Always::new(question, true, since)))
            }
            Property::Never(expect) => {
                let question = self.question(expect);
                Rule::Always(Box::new(Always::new(question, false, since)))
            }
            Property::Eventually { expect, within } => {
                let question = self.question(expect);
                Rule::Eventually(Box::new(Eventually::new(question, *within, since)))
            }
            Property::At {
                moment: When::Time(moment),
                expect,
            } => Rule::At(Box::new(At::new(self.question(expect), *moment))),
            Property::LeadsTo { from, to, within } => {
                let (from, to) = (self.occasion(from), self.occasion(to));
                Rule::LeadsTo(Box::new(LeadsTo::new(from, to, *within, since, room)))
            }
            Property::NoLoss { from, to, within } => {
                // The messages of one queue are told apart by themselves.
                self.asks_for_origins |= from != to;
                let places = [from, to].map(|name| Place::new(name, self.topology));
                let [from, to] = places;
                Rule::NoLoss(Box::new(NoLoss::new(from, to, *within, room)))
            }
            Property::AtMost { times, of, per } => {
                let per = Per::new(per, number);
                Rule::AtMost(Box::new(AtMost::new(self.place(of), *times, per, room)))
            }
            Property::InOrder { of, per } => {
                let queue = format!("{}.{}", of.owner, of.member);
                let per = Per::new(per, number);
                Rule::InOrder(Box::new(InOrder::new(self.place(&queue), per, room)))
            }
            Property::Conserved(of) => {
                let queue = match of {
                    document::Conserved::Messages => None,
                    document::Conserved::Queue(queue) => {
                        let queue = format!("{}.{}", queue.owner, queue.member);
                        Some(Place::new(&queue, self.topology))
                    }
                };
                Rule::Conserved(Conserved::new(queue, room))
            }
            Property::Expectations(client) => {
                let node = self.topology.node(client.as_str())?;
                Rule::Expectations(Expectations {
                    client: self.topology.nodes[node.index()].first_entity,
                    seen: false,
                    found: Found::default(),
                })
            }
            Property::Ends { .. }
            | Property::At {
                moment: When::Date(_),
                ..
            } => return None,
        })
    }
}

impl Rule {
    fn see(&mut self, id: RecordId, record: &Record, origin: Option<Origin>) {
        match self {
            Self::Slo(rule) => rule.see(id, record),
            Self::LeadsTo(rule) => rule.see(id, record, origin),
            Self::NoLoss(rule) => rule.see(id, record, origin),
            Self::AtMost(rule) => rule.see(id, record, origin),
            Self::InOrder(rule) => rule.see(id, record, origin),
            Self::Conserved(rule) => rule.see(id, record),
            Self::Expectations(rule) => rule.see(id, record),
            Self::Always(_) | Self::Eventually(_) | Self::At(_) => {}
        }
    }

    fn due(&self, now: SimTime) -> SimTime {
        match self {
            Self::Slo(rule) => rule.due(now),
            Self::Always(rule) => rule.due(),
            Self::Eventually(rule) => rule.due(),
            Self::At(rule) => rule.due(),
            Self::LeadsTo(rule) => rule.due(),
            Self::NoLoss(rule) => rule.due(),
            Self::AtMost(_) | Self::InOrder(_) | Self::Conserved(_) | Self::Expectations(_) => {
                SimTime::MAX
            }
        }
    }

    fn settle(&mut self, now: SimTime, gauges: &Gauges) {
        match self {
            Self::Slo(rule) => rule.settle(now, gauges),
            Self::Always(rule) => rule.settle(now, gauges),
            Self::Eventually(rule) => rule.settle(now, gauges),
            Self::At(rule) => rule.settle(now, gauges),
            Self::LeadsTo(rule) => rule.settle(now, gauges),
            Self::NoLoss(rule) => rule.settle(now),
            Self::AtMost(_) | Self::InOrder(_) | Self::Conserved(_) | Self::Expectations(_) => {}
        }
    }

    fn verdict(self, end: End, gauges: &Gauges) -> Verdict {
        match self {
            Self::Slo(rule) => rule.verdict(end, gauges),
            Self::Always(rule) => rule.verdict(end),
            Self::Eventually(rule) => rule.verdict(end),
            Self::At(rule) => rule.verdict(end),
            Self::LeadsTo(rule) => rule.verdict(end),
            Self::NoLoss(rule) => rule.verdict(end),
            Self::AtMost(rule) => rule.verdict(end),
            Self::InOrder(rule) => rule.verdict(end),
            Self::Conserved(rule) => rule.verdict(end),
            Self::Expectations(rule) => rule.found.verdict(|| end.held(rule.seen)),
        }
    }
}

impl Expectations {
    fn see(&mut self, id: RecordId, record: &Record) {
        if record.entity != self.client {
            return;
        }
        match record.what {
            What::JourneyEnded { .. } => self.seen = true,
            What::ExpectationFailed => self.found.add(record.at, Some(id), || Why::Unexpected),
            _ => {}
        }
    }
}
