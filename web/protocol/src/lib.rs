//! What the page and its simulation worker say to each other.
//!
//! The page sends a [`Request`], the worker answers with [`Response`]s, both as postcard
//! bytes in a transferred `ArrayBuffer`. Everything about a run carries its generation:
//! opening a document begins a new one, and what still comes from an older one is
//! ignored, so that the latest question wins.

use serde::{Deserialize, Serialize};
use sim_core::kernel::{Exhausted, RecordId, SimDuration, SimTime};
use sim_core::layout::Layout;
use sim_core::observe::properties::Ruling;
use sim_core::observe::series::{Series, Subject};
use sim_core::observe::{Band, Bucket, Cursor, Mark, MarkKind, Summary, Window};
use sim_core::scenario::diagnostic::{Diagnostic, Shown};
use sim_core::scenario::document::{Language, Text};
use sim_core::scenario::editing::{Edit, Edited};
use sim_core::sketch::Sketch;
use sim_core::world::{Contact, Content, EdgeId, GuardId, NodeId, Reading, Record, Topology};

/// The build of page and worker: both link this crate, so a page and a worker of one build
/// agree and others most likely do not.
pub const BUILD: &str = match option_env!("INTERPLAY_BUILD") {
    Some(build) => build,
    None => env!("CARGO_PKG_VERSION"),
};

/// Which opening of a document something belongs to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Generation(pub u32);

/// What the page asks.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Request {
    /// Run this document; whatever ran before is dropped, unless this one cannot be run.
    Open {
        /// The generation this begins.
        generation: Generation,
        /// The document.
        text: String,
        /// Settings changed since, as (path, value), in order.
        changes: Vec<(String, String)>,
        /// The text as its author wrote it, if that is another one.
        author: Option<String>,
    },
    /// Send the stretch of the trace from one cursor to another.
    Window {
        /// Of which run.
        generation: Generation,
        /// The first cursor.
        from: Cursor,
        /// The last cursor.
        to: Cursor,
    },
    /// Send the stretch of the trace around a moment.
    WindowAt {
        /// Of which run.
        generation: Generation,
        /// The moment.
        at: SimTime,
    },
    /// Why did this happen?
    Causes {
        /// Of which run.
        generation: Generation,
        /// What is asked about.
        record: RecordId,
    },
    /// A stretch of the run at a glance, more closely than the whole.
    Lanes {
        /// Of which run.
        generation: Generation,
        /// From when.
        from: SimTime,
        /// Until when.
        to: SimTime,
    },
    /// How did a part of the system do over a stretch of the run? The latest such question
    /// counts.
    Series {
        /// Of which run.
        generation: Generation,
        /// What part.
        subject: Subject,
        /// From when.
        from: SimTime,
        /// Until when.
        to: SimTime,
        /// In about so many buckets.
        buckets: u32,
    },
    /// Where is the next thing worth a look?
    Find {
        /// Of which run.
        generation: Generation,
        /// From which cursor on, or back.
        from: Cursor,
        /// Of one kind, or of any.
        kind: Option<MarkKind>,
        /// Whether later than `from`, or earlier.
        forward: bool,
    },
    /// What does this message say?
    Content {
        /// Of which run.
        generation: Generation,
        /// The record that sent it.
        message: RecordId,
    },
    /// What do the machines of a policy have in memory?
    Readings {
        /// Of which run.
        generation: Generation,
        /// At which cursor.
        cursor: Cursor,
        /// The policy, by name.
        policy: String,
    },
    /// What would be seen of this document in a list? It need not be the one that runs.
    Glimpse {
        /// Which question this is: several may be on their way.
        ticket: u32,
        /// The document.
        text: String,
        /// Settings changed in it, as (path, value), in order.
        changes: Vec<(String, String)>,
    },
    /// Draw this text as a QR code.
    Code {
        /// The text.
        text: String,
    },
    /// Which settings are there to turn?
    Settings {
        /// Of which run.
        generation: Generation,
        /// Below which paths of the document (`services.orders`, `policies.again`).
        below: Vec<String>,
    },
    /// What comes of the properties of this document with one seed? Nothing is kept of the run.
    Judge {
        /// The document.
        text: String,
        /// Settings changed in it, as (path, value), in order.
        changes: Vec<(String, String)>,
        /// The seed.
        seed: u64,
        /// The properties that are asked about; all of them if there are none here.
        holds: Vec<String>,
    },
    /// Edit this document; nothing is run.
    Edit {
        /// What the answer will carry.
        ticket: u32,
        /// The document.
        text: String,
        /// Settings changed beside it, as (path, value), in order.
        changes: Vec<(String, String)>,
        /// What is to be done to it.
        edit: Edit,
    },
}

/// What the worker answers.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Response {
    /// The worker is there.
    Ready {
        /// The build it belongs to; a page of another build must reload.
        build: String,
    },
    /// The worker cannot go on; the page starts another one.
    Broke {
        /// What happened, for the console.
        message: String,
    },
    /// The document is in order and its run has begun.
    Opened {
        /// Of which run.
        generation: Generation,
        /// What is seen of it before anything happens.
        stage: Box<Stage>,
    },
    /// The document cannot be run.
    Invalid {
        /// Of which run.
        generation: Generation,
        /// Every reason.
        remarks: Vec<Remark>,
        /// The text they refer to: the document with the changes made so far.
        text: String,
    },
    /// How far the run has come.
    Progress {
        /// Of which run.
        generation: Generation,
        /// Everything up to here has been simulated.
        simulated: SimTime,
        /// The end of the trace so far.
        end: Cursor,
        /// The run at a glance.
        overview: Glance,
        /// How it ended, once it has.
        ending: Option<Box<Ending>>,
    },
    /// A stretch of the trace.
    Window {
        /// Of which run.
        generation: Generation,
        /// The stretch.
        window: Window,
    },
    /// A record and what made it happen, back to the beginning.
    Causes {
        /// Of which run.
        generation: Generation,
        /// The chain, the record asked about first.
        chain: Vec<(RecordId, Record)>,
    },
    /// A stretch of the run at a glance.
    Lanes {
        /// Of which run.
        generation: Generation,
        /// The stretch.
        glance: Glance,
    },
    /// How a part of the system did over a stretch of the run, as far as that is known.
    Series {
        /// Of which run.
        generation: Generation,
        /// How it did.
        series: Box<Series>,
    },
    /// Where the next thing worth a look is.
    Found {
        /// Of which run.
        generation: Generation,
        /// Its record; nothing if there is none.
        record: Option<RecordId>,
        /// How much of the trace there was to look at.
        end: Cursor,
    },
    /// Settings that can be turned.
    Settings {
        /// Of which run.
        generation: Generation,
        /// The paths asked about.
        below: Vec<String>,
        /// The settings below them, in the order of the document.
        settings: Vec<KnobView>,
    },
    /// A document was edited.
    Edited {
        /// What the question carried.
        ticket: u32,
        /// The document, or every reason why it was not edited.
        outcome: Result<Edited, Vec<Remark>>,
    },
    /// What came of the properties of a document with one seed.
    Judged {
        /// The seed.
        seed: u64,
        /// Each property, in the order of the document, or why the document cannot be run.
        rulings: Result<Vec<Ruling>, Vec<Remark>>,
    },
    /// What a message says.
    Content {
        /// Of which run.
        generation: Generation,
        /// The record that sent it.
        message: RecordId,
        /// What it says; nothing if it is not known.
        content: Option<Content>,
    },
    /// What the machines of a policy have in memory.
    Readings {
        /// Of which run.
        generation: Generation,
        /// At which cursor.
        cursor: Cursor,
        /// The policy, by name.
        policy: String,
        /// Of each of its machines.
        readings: Vec<(GuardId, Reading)>,
    },
    /// What is seen of a document in a list.
    Glimpse {
        /// Which question this answers.
        ticket: u32,
        /// The answer; nothing for a document that cannot be run.
        glimpse: Option<Box<Glimpse>>,
    },
    /// A text as a QR code.
    Code {
        /// The text.
        text: String,
        /// The code; nothing if the text is too long for one.
        code: Option<Code>,
    },
}

/// A document in a list of them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Glimpse {
    /// What it is called.
    pub title: Text,
    /// How it looks.
    pub sketch: Sketch,
    /// Its text, with the changes made to it.
    pub text: String,
}

/// A QR code: a square of modules with nothing around it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Code {
    /// How many modules wide and high.
    pub side: u32,
    /// The dark modules, as the data of a path in which each is 1 by 1.
    pub path: String,
}

/// What is seen of a scenario before anything happens.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Stage {
    /// What it is called.
    pub title: Text,
    /// What it shows.
    pub description: Text,
    /// The document, with the changes made so far.
    pub text: String,
    /// The seed.
    pub seed: u64,
    /// When the run ends.
    pub horizon: SimTime,
    /// Who there is and who talks to whom.
    pub topology: Topology,
    /// Which nodes are shown, in the order of the layout's.
    pub shown: Vec<NodeId>,
    /// Where they are when the flow goes from left to right; its edges are the topology's, in
    /// the same order.
    pub layout: Layout,
    /// The same when the flow goes downwards, for a screen that is higher than wide.
    pub tall: Layout,
    /// The same as small as a stamp.
    pub sketch: Sketch,
    /// Which nodes belong together, if there are many; the layouts' groups are these.
    pub groups: Vec<GroupView>,
    /// What the reader may turn.
    pub knobs: Vec<KnobView>,
    /// What happens while it runs, in the order of the document.
    pub entries: Vec<EntryView>,
    /// What is told about it, by time.
    pub story: Vec<MomentView>,
    /// What must hold, by name.
    pub properties: Vec<String>,
    /// What the reader is to achieve, in the order of the document.
    pub tasks: Vec<TaskView>,
    /// What the nodes ask of each other, and under which policies.
    pub contacts: Vec<Contact>,
    /// The policies, by name.
    pub policies: Vec<String>,
    /// Links with settings of their own: their names, and the two ends as the document names
    /// them.
    pub links: Vec<LinkView>,
    /// What is odd about the document, though it can be run.
    pub warnings: Vec<Remark>,
}

/// Something wrong or odd about a document, in both languages: the page can switch between
/// them, and need not know what can be wrong with documents.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Remark {
    /// In English.
    pub en: Shown,
    /// In Russian.
    pub ru: Shown,
}

impl Remark {
    /// What the page shows of a diagnostic.
    pub fn of(diagnostic: &Diagnostic) -> Self {
        Self {
            en: diagnostic.shown(Language::En),
            ru: diagnostic.shown(Language::Ru),
        }
    }

    /// What it says in `language`.
    pub const fn get(&self, language: Language) -> &Shown {
        match language {
            Language::En => &self.en,
            Language::Ru => &self.ru,
        }
    }
}

/// Nodes that belong together.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GroupView {
    /// What they have in common.
    pub name: String,
    /// Their places among the nodes that are shown.
    pub members: Vec<u32>,
}

/// A knob as the page draws it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct KnobView {
    /// The path of the setting.
    pub path: String,
    /// What it is called.
    pub label: Text,
    /// What stands before the number in the document (`poisson `), or nothing.
    pub prefix: String,
    /// The unit of the numbers here (`ms`, `/s`, `%`), or nothing.
    pub unit: String,
    /// Its value.
    pub value: f64,
    /// The value the author wrote.
    pub original: f64,
    /// The least value.
    pub from: f64,
    /// The greatest value.
    pub to: f64,
    /// By how much it moves; 0 if it moves freely.
    pub step: f64,
    /// The values it has from later moments on, in the order of the document.
    pub later: Vec<Later>,
}

impl KnobView {
    /// The value at a moment.
    pub fn value_at(&self, now: SimTime) -> f64 {
        let in_force =
            |later: &&Later| later.at <= now && later.until.is_none_or(|until| now < until);
        let latest = self
            .later
            .iter()
            .filter(in_force)
            .max_by_key(|later| later.at);
        latest.map_or(self.value, |later| later.value)
    }
}

/// Another value of a knob from a moment on.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Later {
    /// When it begins to count.
    pub at: SimTime,
    /// When it no longer does; nothing if it does to the end.
    pub until: Option<SimTime>,
    /// The value.
    pub value: f64,
}

/// A moment of the story.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct MomentView {
    /// When.
    pub at: SimTime,
    /// What is said.
    pub say: Text,
    /// Whether playback pauses there.
    pub pause: bool,
    /// Simulated seconds a second of the screen from there on, if the author says so.
    pub speed: Option<f64>,
    /// What is shown of it; the rest stands back. Nothing stands back if this is empty.
    pub shown: Emphasis,
}

/// Parts of a scenario that something is about.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Emphasis {
    /// Nodes.
    pub nodes: Vec<NodeId>,
    /// Edges.
    pub edges: Vec<EdgeId>,
    /// Knobs, by their paths.
    pub knobs: Vec<String>,
}

impl Emphasis {
    /// Whether nothing on the stage is shown in particular.
    pub const fn leaves_the_stage(&self) -> bool {
        self.nodes.is_empty() && self.edges.is_empty()
    }
}

/// Something for the reader to achieve.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TaskView {
    /// Its name.
    pub name: String,
    /// What is to be achieved.
    pub goal: Text,
    /// Which properties must hold.
    pub holds: Vec<String>,
    /// With how many seeds that is tried, from 1 on.
    pub seeds: u32,
    /// With how many of them all must hold.
    pub needed: u32,
    /// What may be changed, as paths of the document.
    pub editable: Vec<String>,
    /// What was changed beside that: then it does not count.
    pub beside: Vec<String>,
}

/// A link with settings of its own.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LinkView {
    /// Its name.
    pub name: String,
    /// One end: a client, service, store or broker.
    pub from: String,
    /// The other.
    pub to: String,
}

/// An entry of the timeline as the page draws it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct EntryView {
    /// When it begins.
    pub at: SimTime,
    /// When it ends; nothing for what happens at one moment.
    pub until: Option<SimTime>,
    /// What it is.
    pub kind: EntryKind,
    /// What it is about: a service, a setting with its value, an endpoint; several names
    /// with commas, two sides with ` | ` between them.
    pub what: String,
    /// Whether the reader has put it there, not the author.
    pub yours: bool,
}

/// What kind of thing an entry of the timeline is.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub enum EntryKind {
    /// A service crashes.
    Crash,
    /// A service is slow by this factor.
    Slow(f64),
    /// A service answers this share of requests with an error.
    Errors(f64),
    /// A service stands still.
    Pause,
    /// A service or queue takes nothing more.
    Full,
    /// Two sides do not reach each other; both ways, or the first not the second.
    Partition {
        /// Whether messages get through from the second to the first.
        one_way: bool,
    },
    /// A link loses this share of messages.
    Lossy(f64),
    /// Services get more or fewer instances.
    Scale,
    /// A version of a service (the first name) replaces the one that runs.
    Deploy,
    /// A version of a service gets this share of its requests.
    Canary(f64),
    /// Settings change.
    Set,
    /// A request is sent by hand.
    Send,
}

/// A run, or a stretch of it, at a glance.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Glance {
    /// When the first bucket begins.
    pub from: SimTime,
    /// Up to when it tells everything.
    pub to: SimTime,
    /// How long each bucket is.
    pub span: SimDuration,
    /// The buckets so far.
    pub buckets: Vec<Bucket>,
    /// What is worth a look, in order.
    pub marks: Vec<Mark>,
    /// Who was not well, and when.
    pub bands: Vec<Band>,
    /// The cursor before the first of `records`.
    pub first: Cursor,
    /// The records themselves, if they are few.
    pub records: Vec<Record>,
}

/// How a run ended.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Ending {
    /// The digest of everything that happened.
    pub digest: String,
    /// How many events were handled.
    pub events: u64,
    /// The budget that ended it early, if one did.
    pub exhausted: Option<Exhausted>,
    /// Its figures.
    pub summary: Summary,
    /// What was to hold, and whether it did.
    pub judged: Vec<JudgedView>,
    /// When each alert was firing.
    pub alerts: Vec<AlertView>,
}

/// A property, judged.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct JudgedView {
    /// Its name.
    pub name: String,
    /// Whether it held; nothing if nobody can say.
    pub held: Option<bool>,
    /// The verdict and why, in English and in Russian.
    pub words: [String; 2],
    /// When it was violated first, and the record that is put down to.
    pub at: Option<(SimTime, Option<RecordId>)>,
}

/// An alert.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AlertView {
    /// Its name.
    pub name: String,
    /// From when to when it was firing, and the record that is put down to.
    pub firings: Vec<(SimTime, Option<SimTime>, Option<RecordId>)>,
}

/// The bytes of a message.
///
/// # Errors
/// [`postcard::Error`] if memory runs out; nothing in these types is otherwise
/// impossible to write.
pub fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, postcard::Error> {
    postcard::to_allocvec(message)
}

/// The message of these bytes.
///
/// # Errors
/// [`postcard::Error`] if they are not such a message, as from another build.
pub fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, postcard::Error> {
    postcard::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_core::scenario::Scenario;

    #[test]
    fn what_is_wrong_survives_the_way_to_the_page_in_both_languages() {
        let found = Scenario::parse(
            "scenario: 1\nclients: {c: {arrivals: soon, do: {call: nobody.answer}}}",
        )
        .unwrap_err();
        let remarks: Vec<_> = found.iter().map(Remark::of).collect();
        assert!(
            remarks
                .iter()
                .all(|remark| remark.en.message != remark.ru.message),
            "{remarks:?}"
        );
        let said = Response::Invalid {
            generation: Generation(3),
            remarks,
            text: "text".to_owned(),
        };
        assert_eq!(decode::<Response>(&encode(&said).unwrap()).unwrap(), said);
    }

    #[test]
    fn bytes_of_another_build_are_an_error_and_no_panic() {
        assert!(decode::<Response>(&[255; 40]).is_err());
        assert!(decode::<Request>(&[]).is_err());
    }
}
