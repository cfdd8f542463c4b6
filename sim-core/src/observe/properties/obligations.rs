//! Obligations: what must follow once something has happened. `leads-to` and `no-loss`.
//!
//! An obligation belongs to a request, to a message, or (where a question is asked) to nobody.
//! It is open until it is met, given up, or its time is over; what is open when the run ends is
//! no violation and no proof. So many are kept in mind as there is room for.

use std::collections::{BTreeMap, VecDeque};

use super::gauges::Gauges;
use super::origins::Origin;
use super::places::{Passage, Place};
use super::question::Question;
use super::verdict::{Doubt, End, Found, Verdict, Why};
use crate::kernel::{RecordId, SimDuration, SimTime};
use crate::world::Record;

/// Whose obligation it is: the number of a record, or 0 where there is only one.
type Key = u32;

/// An obligation that is open, perhaps several times.
#[derive(Clone, Copy, Debug)]
struct Open {
    at: SimTime,
    record: Option<RecordId>,
    times: u32,
}

/// Obligations of one kind.
#[derive(Clone, Debug)]
pub(super) struct Obligations {
    what: String,
    within: Option<SimDuration>,
    /// How many may be open at one time.
    room: usize,
    open: BTreeMap<Key, Open>,
    /// Those with a time, in the order in which it will be over.
    order: VecDeque<(SimTime, Key)>,
    met: u64,
    too_many: bool,
    found: Found,
}

impl Obligations {
    fn new(what: &str, within: Option<SimDuration>, room: usize) -> Self {
        Self {
            what: what.to_owned(),
            within,
            room,
            open: BTreeMap::new(),
            order: VecDeque::new(),
            met: 0,
            too_many: false,
            found: Found::default(),
        }
    }

    fn begin(&mut self, key: Key, at: SimTime, record: Option<RecordId>) {
        if let Some(open) = self.open.get_mut(&key) {
            open.times += 1;
            return;
        }
        if self.open.len().max(self.order.len()) >= self.room {
            self.too_many = true;
            return;
        }
        let open = Open {
            at,
            record,
            times: 1,
        };
        self.open.insert(key, open);
        if let Some(within) = self.within {
            self.order.push_back((at.after(within), key));
        }
    }

    /// One of a key's obligations is met, or all of them.
    fn meet(&mut self, key: Key, all: bool) {
        if let Some(open) = self.open.get_mut(&key) {
            open.times -= 1;
            if all || open.times == 0 {
                self.open.remove(&key);
            }
            self.met += 1;
        }
    }

    fn give_up(&mut self, key: Key, at: SimTime, record: RecordId, queue: &str) {
        if self.open.remove(&key).is_some() {
            self.found.add(at, Some(record), || Why::GivenUp {
                queue: queue.to_owned(),
            });
        }
    }

    /// When the time of the next one is over.
    pub(super) fn due(&self) -> SimTime {
        self.order.front().map_or(SimTime::MAX, |(at, _)| *at)
    }

    /// Tells of those whose time is over at `now`, when everything of that moment has happened.
    fn expire(&mut self, now: SimTime) {
        while let Some(&(due, key)) = self.order.front() {
            if due > now {
                break;
            }
            self.order.pop_front();
            let Some(within) = self.within else { break };
            // It may have been met since, and begun again.
            let open = self.open.get(&key);
            let Some(open) = open.filter(|open| open.at.after(within) == due) else {
                continue;
            };
            let what = &self.what;
            self.found.add(due, open.record, || Why::NotWithin {
                what: what.clone(),
                within,
            });
            // Told once: what follows late is no news.
            self.open.remove(&key);
        }
    }

    fn verdict(self, end: End) -> Verdict {
        let open = self.open.len() as u64;
        let (met, too_many) = (self.met, self.too_many);
        self.found.verdict(|| match end.held(met > 0 || open > 0) {
            Verdict::Held if too_many => Verdict::Inconclusive(Doubt::TooMuch),
            Verdict::Held if open > 0 => Verdict::Inconclusive(Doubt::Open { count: open }),
            verdict => verdict,
        })
    }
}

/// When an obligation begins or is met.
#[derive(Clone, Debug)]
pub(super) enum Occasion {
    /// Something is done at a place.
    Place(Place),
    /// A question is answered yes; whether it is now.
    Question(Question, bool),
}

/// `leads-to`.
#[derive(Clone, Debug)]
pub(super) struct LeadsTo {
    from: Occasion,
    to: Occasion,
    since: SimTime,
    asked: bool,
    unknown: bool,
    obligations: Obligations,
}

impl LeadsTo {
    pub(super) fn new(
        from: Occasion,
        to: Occasion,
        within: SimDuration,
        since: SimTime,
        room: usize,
    ) -> Self {
        let what = match &to {
            Occasion::Place(place) => &place.name,
            Occasion::Question(question, _) => question.text(),
        };
        let obligations = Obligations::new(what, Some(within), room);
        Self {
            from,
            to,
            since,
            asked: false,
            unknown: false,
            obligations,
        }
    }

    /// Whether each request has obligations of its own.
    const fn is_of_requests(&self) -> bool {
        matches!(
            (&self.from, &self.to),
            (Occasion::Place(_), Occasion::Place(_))
        )
    }

    pub(super) fn see(&mut self, id: RecordId, record: &Record, origin: Option<Origin>) {
        if record.at < self.since {
            return;
        }
        let command = origin.is_none_or(|origin| origin.command);
        let done = |occasion: &Occasion| match occasion {
            Occasion::Place(place) => place.is_done(record, command),
            Occasion::Question(..) => false,
        };
        let (begins, ends) = (done(&self.from), done(&self.to));
        if !begins && !ends {
            return;
        }
        let key = match origin {
            _ if !self.is_of_requests() => 0,
            Some(origin) => origin.began.0,
            None => {
                self.unknown = true;
                return;
            }
        };
        if ends {
            self.obligations.meet(key, true);
        }
        if begins {
            self.obligations.begin(key, record.at, Some(id));
        }
    }

    pub(super) fn due(&self) -> SimTime {
        let asks = matches!(self.from, Occasion::Question(..));
        if asks && !self.asked {
            self.since
        } else {
            self.obligations.due()
        }
    }

    pub(super) fn settle(&mut self, now: SimTime, gauges: &Gauges) {
        if now < self.since {
            return;
        }
        let first = !self.asked;
        self.asked = true;
        if let Occasion::Question(question, answer) = &mut self.from
            && (first || question.has_changed(gauges))
        {
            let before = std::mem::replace(answer, question.answer(now, gauges) == Some(true));
            if *answer && !before {
                let record = question.record(gauges);
                self.obligations.begin(0, now, record);
            }
        }
        if let Occasion::Question(question, answer) = &mut self.to {
            if first || question.has_changed(gauges) {
                *answer = question.answer(now, gauges) == Some(true);
            }
            if *answer {
                self.obligations.meet(0, true);
            }
        }
        self.obligations.expire(now);
    }

    pub(super) fn verdict(self, end: End) -> Verdict {
        let unknown = self.unknown;
        match self.obligations.verdict(end) {
            Verdict::Held if unknown => Verdict::Inconclusive(Doubt::TooMuch),
            verdict => verdict,
        }
    }
}

/// `no-loss`.
#[derive(Clone, Debug)]
pub(super) struct NoLoss {
    from: Place,
    to: Place,
    unknown: bool,
    obligations: Obligations,
}

impl NoLoss {
    pub(super) fn new(from: Place, to: Place, within: Option<SimDuration>, room: usize) -> Self {
        Self {
            obligations: Obligations::new(&to.name, within, room),
            from,
            to,
            unknown: false,
        }
    }

    /// Whether it is about the messages of one queue, which are told apart.
    fn is_one_queue(&self) -> bool {
        self.from.is_queue() && self.from.name == self.to.name
    }

    pub(super) fn see(&mut self, id: RecordId, record: &Record, origin: Option<Origin>) {
        let command = origin.is_none_or(|origin| origin.command);
        let (at_from, at_to) = (self.from.passage(record), self.to.passage(record));
        let begins = self.from.is_done(record, command);
        let ends = match at_to {
            Some(passage) => matches!(passage, Passage::Leaves(_)),
            None => !self.to.is_queue() && self.to.is_done(record, command),
        };
        let lost = [(at_from, &self.from), (at_to, &self.to)];
        let lost = lost
            .iter()
            .find(|(passage, _)| matches!(passage, Some(Passage::IsGivenUp(_))))
            .map(|(_, place)| place.name.clone());
        if !begins && !ends && lost.is_none() {
            return;
        }
        let message = match at_from {
            Some(
                Passage::Enters(message) | Passage::Leaves(message) | Passage::IsGivenUp(message),
            ) if self.is_one_queue() => Some(message),
            _ => None,
        };
        let Some(key) = message.or(origin.map(|origin| origin.began)) else {
            self.unknown = true;
            return;
        };
        if let Some(queue) = lost {
            self.obligations.give_up(key.0, record.at, id, &queue);
        }
        if ends {
            self.obligations.meet(key.0, false);
        }
        if begins {
            self.obligations.begin(key.0, record.at, Some(id));
        }
    }

    pub(super) fn due(&self) -> SimTime {
        self.obligations.due()
    }

    pub(super) fn settle(&mut self, now: SimTime) {
        self.obligations.expire(now);
    }

    pub(super) fn verdict(self, end: End) -> Verdict {
        let unknown = self.unknown;
        match self.obligations.verdict(end) {
            Verdict::Held if unknown => Verdict::Inconclusive(Doubt::TooMuch),
            verdict => verdict,
        }
    }
}
