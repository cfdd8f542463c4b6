//! Every problem a document can have, in English; `russian.rs` has the same in Russian.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Construct, Expected, Feature, Place, RefKind, russian};
use crate::scenario::document::Language;

/// What is wrong. Its `Display` is the English message.
#[derive(Clone, PartialEq, Debug, Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
#[expect(
    missing_docs,
    reason = "each variant's message says what its fields are"
)]
pub enum Problem {
    #[error("this is not YAML: {info}")]
    Syntax { info: String },
    #[error("the document is empty")]
    Empty,
    #[error("the document has {bytes} bytes; at most {limit} are read")]
    TextTooLong { bytes: usize, limit: usize },
    #[error("the document has more than {limit} values")]
    TooManyNodes { limit: usize },
    #[error("maps and lists are nested more than {limit} deep here")]
    TooDeep { limit: usize },
    #[error("this key is longer than {limit} bytes")]
    KeyTooLong { limit: usize },
    #[error("{construct} is not part of a scenario")]
    NotAllowed { construct: Construct },
    #[error("`{key}` is written twice; the first is on line {first_line}")]
    DuplicateKey { key: String, first_line: u32 },
    #[error("`{text}` stands alone after a comma: the comma has split a text in two")]
    SplitByComma { text: String },

    #[error("found {found}, expected {expected}")]
    Expected { found: String, expected: Expected },
    #[error("`{field}` is missing here")]
    Missing { field: String },
    #[error("unknown field `{found}`")]
    UnknownField {
        found: String,
        nearest: Option<String>,
        known: Vec<String>,
    },
    #[error("found `{found}`, expected one of {}", listed(known))]
    UnknownWord {
        found: String,
        nearest: Option<String>,
        known: Vec<String>,
    },
    #[error("{} stand side by side; one thing, one key", listed(found))]
    SeveralVerbs { found: Vec<String> },
    #[error("{found} is out of range: from {from} to {to}")]
    OutOfRange {
        found: String,
        from: String,
        to: String,
    },
    #[error("there are {count} here; at most {limit} are allowed")]
    TooMany { count: usize, limit: usize },
    #[error("`{found}` is reserved and cannot be a name")]
    ReservedName { found: String },
    #[error("this scenario is written in format {found}; this program reads format 1")]
    Version { found: String },

    #[error("there is no {wanted} `{found}`")]
    UnknownReference {
        wanted: RefKind,
        found: String,
        nearest: Option<String>,
    },
    #[error(
        "`{name}` is declared as a {first} and as a {second}: a thing has one name, a name one thing"
    )]
    NameTaken {
        name: String,
        first: RefKind,
        second: RefKind,
    },
    #[error("service `{service}` has {instances} instance(s); there is no number {instance}")]
    NoSuchInstance {
        service: String,
        instance: u32,
        instances: u32,
    },
    #[error("policy chain goes in a circle: {}", names.join(" -> "))]
    ChainCycle { names: Vec<String> },
    #[error("`{lower}` must be less than `{upper}`")]
    NotLess { lower: String, upper: String },
    #[error("`{lower}` must not be more than `{upper}`")]
    NotOrdered { lower: String, upper: String },
    #[error("nothing here is called `{found}`")]
    UnknownName {
        found: String,
        nearest: Option<String>,
    },
    #[error("`{found}` does not fit the type {wanted}")]
    WrongType { found: String, wanted: String },
    #[error(
        "nothing gives `{field}` a value: it is not passed, nothing of that name is in scope, and only clients make up what is left out"
    )]
    NoValue { field: String },
    #[error("`{what}` cannot stand in a transaction: its steps go one after another, on one store")]
    NotInTransaction { what: String },
    #[error("`{store}` is the memory of `{service}`; nobody else can reach it")]
    MemoryOfAnother { store: String, service: String },
    #[error("`{function}` is a figure of the run; it has no value in a behaviour")]
    FunctionOfTheRun { function: String },
    #[error("`{of}` has no `{figure}`")]
    NoFigure { figure: String, of: String },
    #[error("type `{name}` contains itself without end")]
    TypeContainsItself { name: String },
    #[error("the chances add up to {total}; more than 100%")]
    ChancesTooHigh { total: String },
    #[error("the chances add up to {total}, not to 100%")]
    ChancesNotAll { total: String },
    #[error("only the last choice may leave out both `chance` and `when`")]
    SeveralRests,
    #[error("a hedge has to be the innermost policy: its attempts share what is around them")]
    HedgeNotInnermost,
    #[error("only `blocking` workers shed: with `async` ones every request is begun at once")]
    ShedsOnlyBlocking,
    #[error("`{policy}` is a cache: it can only stand around a `call`")]
    CacheOnlyAroundCalls { policy: String },
    #[error("`stale` needs the cache `{cache}` inside of it, around the same call")]
    StaleNeedsItsCache { cache: String },
    #[error("`join: {join}` waits for more branches than the {branches} there are")]
    JoinTooMany { join: u32, branches: usize },
    #[error("`{step}` has no meaning in {place}")]
    StepNotHere { step: String, place: Place },
    #[error("this never happens: the step before it ends the handler")]
    NeverReached,
    #[error("nothing says where to publish")]
    NowhereToPublish,
    #[error("a date needs `epoch`, the date at which the run begins")]
    NeedsEpoch,
    #[error("this date is before `epoch`, when the run begins")]
    BeforeEpoch,

    #[error("{message} (at character {at} of the expression)")]
    Expression {
        message: ExpressionProblem,
        at: usize,
    },
    #[error("no setting `{path}`: `{missing}` leads nowhere")]
    NoSetting {
        path: String,
        missing: String,
        nearest: Option<String>,
    },
    #[error("setting `{path}` to `{value}` breaks the document: {problem}")]
    BreaksDocument {
        path: String,
        value: String,
        problem: Box<Problem>,
    },
    #[error("there is too much to check here: fewer settings changed, or a smaller document")]
    TooMuchToCheck,
    #[error("the text around `{path}` is written in a way that cannot be changed in place")]
    CannotEdit { path: String },
    #[error("something here is called `{name}` already")]
    AlreadyThere { name: String },
    #[error("nothing can lead from `{from}` to `{to}`")]
    CannotConnect { from: String, to: String },

    #[error(
        "`{path}` cannot change while the world runs: it would change who there is or what they do"
    )]
    ChangesShape { path: String },
    #[error(
        "version `{version}` of `{service}` may change what its endpoints and subscriptions do, but not which there are, nor its instances, their workers and what is done around them"
    )]
    VersionChangesShape { service: String, version: String },
    #[error("nobody ever reaches `{name}`: no client's requests and no messages lead there")]
    NeverReachedFromClients { name: String },
    #[error("policy `{name}` is never used: no `with` names it")]
    PolicyNeverUsed { name: String },
    #[error("`{policy}` never sends this again: `{endpoint}` has none of its methods")]
    NeverRetried { policy: String, endpoint: String },
    #[error(
        "`{policy}` is a cache, and `{endpoint}` changes something: what is asked again does not happen"
    )]
    CachesWhatChanges { policy: String, endpoint: String },
    #[error("services wait for each other in a circle: {}", names.join(" -> "))]
    CallsInACircle { names: Vec<String> },
    #[error(
        "this time-out of {timeout} is longer than that of `{caller}`, which gives up after {theirs}"
    )]
    TimeoutOutlastsCaller {
        timeout: String,
        caller: String,
        theirs: String,
    },
    #[error("the scenario has no title")]
    NoTitle,
    #[error("this is at {at}, after the end of the run at {horizon}")]
    BeyondHorizon { at: String, horizon: String },
    #[error("not yet runnable: needs {feature}{}", places(*count, Language::En))]
    NotRunnable { feature: Feature, count: usize },
}

/// What is wrong with an expression.
#[derive(Clone, PartialEq, Eq, Debug, Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
#[expect(
    missing_docs,
    reason = "each variant's message says what its fields are"
)]
pub enum ExpressionProblem {
    #[error("the expression is empty")]
    Empty,
    #[error("the expression is longer than {limit} bytes")]
    TooLong { limit: usize },
    #[error("the expression is nested more than {limit} deep")]
    TooDeep { limit: usize },
    #[error("`{found}` cannot stand in an expression")]
    Character { found: char },
    #[error("the text in quotes has no end")]
    OpenText,
    #[error("`{found}` is no number of 64 bits or with six decimals")]
    Number { found: String },
    #[error("`{found}` is no unit")]
    Unit { found: String },
    #[error("found `{found}`, expected {expected}")]
    Unexpected {
        found: String,
        expected: ExpressionPart,
    },
    #[error("the expression ends where {expected} was expected")]
    Ends { expected: ExpressionPart },
    #[error("there is no function `{found}`")]
    Function {
        found: String,
        nearest: Option<String>,
    },
    #[error("`{function}` takes {wanted} argument(s), not {found}")]
    Arguments {
        function: String,
        wanted: String,
        found: usize,
    },
    #[error("put spaces on both sides of `{operator}`")]
    Spaces { operator: String },
}

/// A part of an expression.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the phrases are beside the names")]
pub enum ExpressionPart {
    Value,
    Operator,
    Closing,
    Then,
    Else,
    Field,
    Quantity,
}

impl ExpressionPart {
    /// The phrase in `language`.
    pub const fn phrase(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Value, Language::En) => "a value",
            (Self::Value, Language::Ru) => "значение",
            (Self::Operator, Language::En) => "an operator or the end",
            (Self::Operator, Language::Ru) => "операция или конец",
            (Self::Closing, _) => "`)`",
            (Self::Then, _) => "`then`",
            (Self::Else, _) => "`else`",
            (Self::Field, Language::En) => "a name, a place or `(`",
            (Self::Field, Language::Ru) => "имя, номер или `(`",
            (Self::Quantity, Language::En) => "a duration such as `10s`",
            (Self::Quantity, Language::Ru) => "длительность, например `10s`",
        }
    }
}

impl std::fmt::Display for ExpressionPart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.phrase(Language::En))
    }
}

impl Problem {
    /// The message in `language`.
    pub fn message(&self, language: Language) -> String {
        match language {
            Language::En => self.to_string(),
            Language::Ru => russian::message(self),
        }
    }

    /// What to do about it, in `language`, where there is something to say.
    pub fn help(&self, language: Language) -> Option<String> {
        match language {
            Language::En => self.english_help(),
            Language::Ru => russian::help(self),
        }
    }

    fn english_help(&self) -> Option<String> {
        Some(match self {
            Self::SplitByComma { .. } => {
                "put the whole text in quotes: {ru: \"А, а Б\"}".to_owned()
            }
            Self::NotAllowed {
                construct: Construct::Alias | Construct::Anchor,
            } => "use `default` in a map, or quote a text that begins with `*` or `&`".to_owned(),
            Self::UnknownField {
                nearest: Some(nearest),
                ..
            }
            | Self::UnknownWord {
                nearest: Some(nearest),
                ..
            }
            | Self::UnknownReference {
                nearest: Some(nearest),
                ..
            }
            | Self::NoSetting {
                nearest: Some(nearest),
                ..
            }
            | Self::UnknownName {
                nearest: Some(nearest),
                ..
            }
            | Self::Expression {
                message:
                    ExpressionProblem::Function {
                        nearest: Some(nearest),
                        ..
                    },
                ..
            } => {
                format!("did you mean `{nearest}`?")
            }
            Self::UnknownField {
                nearest: None,
                known,
                ..
            } if !known.is_empty() => {
                format!("known here: {}", listed(known))
            }
            Self::BreaksDocument { problem, .. } => return problem.english_help(),
            Self::NowhereToPublish => {
                "write `publish: {to: ..., type: ...}`, or `publishes-to` in the service".to_owned()
            }
            Self::Missing { field } if field == "scenario" => {
                "begin the document with `scenario: 1`, the version of its format".to_owned()
            }
            Self::Version { found } if found == "0" => {
                "there is no older format than 1: write `scenario: 1`".to_owned()
            }
            Self::Version { .. } => {
                "a newer version of the program reads it; every field this one does not know is \
                 told as well"
                    .to_owned()
            }
            Self::CallsInACircle { .. } => {
                "workers that wait for each other may all be taken; a message needs nobody to wait"
                    .to_owned()
            }
            Self::TimeoutOutlastsCaller { .. } => {
                "nobody waits any more when it expires: make it shorter, or theirs longer"
                    .to_owned()
            }
            Self::NotRunnable { .. } => {
                "the document is valid; a later version of the simulator will run it".to_owned()
            }
            _ => return None,
        })
    }
}

/// Names for a message: `a`, `b`, `c`.
pub(super) fn listed(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// In how many places something is, if in more than one.
pub(super) fn places(count: usize, language: Language) -> String {
    match (count, language) {
        (0 | 1, _) => String::new(),
        (_, Language::En) => format!(" ({count} places, this is the first)"),
        (_, Language::Ru) => format!(" (мест: {count}, это первое)"),
    }
}
