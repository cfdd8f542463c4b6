//! What must hold of a run: properties and alerts; and what people do with it: tasks,
//! variants, the story, views.

use super::{Date, MemberRef, Name, Named, Rate, SettingPath, Share, Text};
use crate::kernel::{SimDuration, SimTime};
use crate::scenario::expr::Expression;
use crate::scenario::tree::Node;

/// What stands in `per` for the request that something belongs to, rather than for a field.
pub const REQUEST: &str = "request";

/// Something that must hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Property {
    /// Answers are fast, right and enough.
    Slo(Slo),
    /// Messages that agree in `per` are handled in the order they were sent.
    InOrder {
        /// The topic or queue.
        of: MemberRef,
        /// What they agree in.
        per: Name,
    },
    /// What enters at one place comes out at the other.
    NoLoss {
        /// Where it enters.
        from: String,
        /// Where it comes out.
        to: String,
        /// How long that may take; any time if not written.
        within: Option<SimDuration>,
    },
    /// Something is done no more than so often for each.
    AtMost {
        /// How often.
        times: u32,
        /// The table, endpoint or service.
        of: String,
        /// For each what.
        per: Name,
    },
    /// Every saga ends.
    Ends {
        /// The saga.
        saga: Name,
        /// How long it may take.
        within: SimDuration,
    },
    /// Something held at a moment.
    At {
        /// The moment.
        moment: When,
        /// What held.
        expect: Expression,
    },
    /// Every `expect` of a client's journeys is met.
    Expectations(Name),
    /// Something becomes true again and again.
    Eventually {
        /// What.
        expect: Expression,
        /// How soon.
        within: SimDuration,
    },
    /// Something is never false.
    Always(Expression),
    /// Something is never true.
    Never(Expression),
    /// One thing is followed by another.
    LeadsTo {
        /// What comes first.
        from: Occasion,
        /// What follows.
        to: Occasion,
        /// How soon.
        within: SimDuration,
    },
    /// What was sent is delivered, turned away, lost or on its way, each once.
    Conserved(Conserved),
}

/// What is asked of the answers of something. At least one of its bounds is written.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Slo {
    /// The client, service, endpoint, subscription, store or table.
    pub of: String,
    /// The bounds: percentile in per mille, and the longest time.
    pub latency: Vec<(u16, SimDuration)>,
    /// The largest share of failures.
    pub error_rate: Option<Share>,
    /// The least share of answers that are no failures.
    pub availability: Option<Share>,
    /// The fewest answers a second.
    pub throughput: Option<Rate>,
    /// Over each stretch of this length; over the whole run if not written.
    pub over: Option<SimDuration>,
}

/// When an obligation begins or is met.
#[derive(Clone, Debug, PartialEq)]
pub enum Occasion {
    /// Something is done at a thing, for the same request.
    Thing(String),
    /// The answer becomes yes.
    Question(Expression),
}

/// What nothing of may come from nowhere or vanish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conserved {
    /// Everything that is sent between two things.
    Messages,
    /// What a queue takes in.
    Queue(MemberRef),
}

/// A moment: of the run, or of the calendar (perhaps before the run).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// So long after the start.
    Time(SimTime),
    /// A date.
    Date(Date),
}

/// Something to be told about.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// The question.
    pub when: Expression,
    /// For how long it must have been answered yes.
    pub lasts: SimDuration,
}

/// A moment of the story.
#[derive(Clone, Debug, PartialEq)]
pub struct StoryEntry {
    /// When.
    pub at: SimTime,
    /// What is said.
    pub say: Text,
    /// What it is about, by name: things of the scenario and knobs.
    pub show: Vec<String>,
    /// Whether playback pauses there.
    pub pause: bool,
    /// Simulated seconds a second of the screen from there on; as before if not written.
    pub speed: Option<f64>,
}

/// Something for the reader to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// What.
    pub goal: Text,
    /// What may be changed.
    pub editable: Vec<SettingPath>,
    /// Which properties must hold.
    pub holds: Vec<Name>,
    /// On how many seeds that is tried, from 1 on; 1 if not written.
    pub seeds: u32,
    /// On which share of the seeds all of them must hold; on all if not written.
    pub pass: Share,
}

/// A change of the document: a value, or `None` where a thing is taken away.
pub type Change = (SettingPath, Option<Node>);

/// The document with changes, by name.
pub type Variants = Named<Vec<Change>>;

/// A view the page opens with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Its kind.
    pub kind: ViewKind,
    /// What it is about.
    pub of: Vec<String>,
}

/// The kinds of views.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the field's own")]
pub enum ViewKind {
    Flow,
    Sequence,
    States,
    Partitions,
    Exchanges,
    Saga,
    Events,
    ReadModels,
    Board,
    Requests,
    Metrics,
    Log,
    Compare,
}
