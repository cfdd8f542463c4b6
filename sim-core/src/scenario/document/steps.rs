//! Steps: the one behaviour language of journeys, endpoints and subscriptions.

use super::{DurationDistribution, Emission, Isolation, MemberRef, Name, Named, Share, Value};
use crate::scenario::expr::Expression;

/// One step of a behaviour.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// A name of its own, so that paths and draws do not depend on its place.
    pub label: Option<Name>,
    /// What it does.
    pub action: Action,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Keeps a worker busy.
    Work(DurationDistribution),
    /// Waits without a worker being needed for it (a blocking task keeps its own).
    Wait(DurationDistribution),
    /// Asks another service and waits for the answer.
    Call(Call),
    /// Follows a link of an earlier answer.
    Follow(Follow),
    /// Does what an endpoint of the same service does, here and without a call.
    Handle(MemberRef),
    /// Hands a message to a broker.
    Publish(Publish),
    /// Does several things at the same time.
    Parallel(Parallel),
    /// Does one of several things.
    Choose(Vec<Choice>),
    /// Ends the handler with an answer.
    Reply(Answer),
    /// Ends the handler with a failure.
    Fail(Answer),
    /// Acknowledges the message being handled.
    Ack,
    /// Refuses the message being handled.
    Nack {
        /// Whether the broker is to deliver it again.
        requeue: bool,
    },
    /// Ends the handler with an answer that carries data.
    Respond(Response),
    /// Sets variables.
    Set(Named<Value>),
    /// Does something for each item of a list.
    ForEach(ForEach),
    /// Reads rows.
    Read(Read),
    /// Writes rows.
    Write(Write),
    /// Does several things to stores, all or none.
    Transaction(Transaction),
    /// Appends events to a stream.
    Append(Append),
    /// Starts a saga.
    Start(Name),
    /// Says what must be true now.
    Expect(Expression),
}

/// What comes with a call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// Arguments by name; one left out takes the value in scope.
    pub args: Named<Value>,
    /// Headers.
    pub headers: Named<Value>,
    /// A GraphQL query.
    pub query: Option<String>,
    /// The variable that gets the answer.
    pub bind: Option<Name>,
    /// How large it is, in bytes; 1 KiB if not written.
    pub size: Option<u32>,
}

/// Asks an endpoint and waits for the answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The endpoint.
    pub to: MemberRef,
    /// Policies around it, outermost first.
    pub with: Vec<Name>,
    /// What is done for each outcome.
    pub then: Vec<(OutcomeMatch, Vec<Step>)>,
    /// What comes with it.
    pub request: Request,
}

/// Follows a link of an earlier answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Follow {
    /// The link.
    pub link: Expression,
    /// Policies around it, outermost first.
    pub with: Vec<Name>,
    /// What is done for each outcome.
    pub then: Vec<(OutcomeMatch, Vec<Step>)>,
    /// What comes with it.
    pub request: Request,
}

/// Hands a message to a queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Publish {
    /// The queue.
    pub to: MemberRef,
    /// The type of the message.
    pub message: Name,
    /// Whether the step waits for the broker's publisher confirm.
    pub confirm: bool,
    /// Policies around the wait for the confirm, outermost first.
    pub with: Vec<Name>,
    /// What is done for each outcome of a confirmed publish.
    pub then: Vec<(OutcomeMatch, Vec<Step>)>,
    /// The key of the message.
    pub key: Option<Value>,
    /// Its fields; one left out takes the value in scope.
    pub fields: Named<Value>,
    /// Its headers.
    pub headers: Named<Value>,
    /// How large it is, in bytes; 1 KiB if not written.
    pub size: Option<u32>,
}

/// Does several things at the same time.
#[derive(Clone, Debug, PartialEq)]
pub struct Parallel {
    /// How many branches must succeed before the step is done.
    pub join: Join,
    /// The branches.
    pub branches: Vec<Vec<Step>>,
}

/// How many branches a [`Parallel`] waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// All of them; the first that fails fails the step.
    All,
    /// The first that succeeds.
    Any,
    /// None: the handler goes on at once.
    None,
    /// So many; at least 1 and at most as many as there are.
    Number(u32),
}

/// One way of a [`Action::Choose`].
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// How likely it is; `None` takes what the others leave.
    pub chance: Option<Share>,
    /// When it is taken.
    pub when: Option<Expression>,
    /// What is done.
    pub steps: Vec<Step>,
}

/// How a handler ends: what the caller gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// An HTTP status, 200 to 599.
    Status(u16),
    /// The answer is no, for a reason of the business (as 4xx).
    Declined,
    /// Something went wrong (as 5xx).
    Error,
}

/// Which outcomes of a step a branch of `then:` is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutcomeMatch {
    /// It worked (2xx).
    Ok,
    /// It was answered no (4xx).
    Declined,
    /// This very status.
    Status(u16),
    /// It failed or the connection was lost (5xx, refused, reset).
    Error,
    /// No answer in time.
    Timeout,
    /// A circuit breaker let nothing through.
    Open,
    /// A queue or bulkhead was full.
    Full,
    /// A rate limiter let nothing through.
    Limited,
    /// A condition of an update was not met, or a guard said no.
    Refused,
    /// A row with that key is there already.
    Duplicate,
    /// Somebody else wrote first.
    Conflict,
    /// A value does not fit its type.
    Invalid,
    /// Any outcome not named.
    Else,
}

/// An answer that carries data.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// What the caller gets.
    pub answer: Answer,
    /// The body.
    pub body: Option<Value>,
    /// Headers.
    pub headers: Named<Value>,
    /// Links to endpoints, by relation.
    pub links: Named<MemberRef>,
    /// How large it is, in bytes; 1 KiB if not written.
    pub size: Option<u32>,
}

/// Does something for each item of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct ForEach {
    /// The variable.
    pub item: Name,
    /// The list.
    pub list: Value,
    /// How many items are dealt with at the same time.
    pub at_most: u32,
    /// What is done.
    pub steps: Vec<Step>,
}

/// Reads rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// The table.
    pub from: MemberRef,
    /// The key of one row.
    pub key: Option<Value>,
    /// Which rows.
    pub filter: Option<Expression>,
    /// What must be true of the row before the read is done; it waits for it.
    pub until: Option<Expression>,
    /// The variable that gets the rows.
    pub bind: Option<Name>,
    /// What is done for each outcome.
    pub then: Vec<(OutcomeMatch, Vec<Step>)>,
}

/// Writes rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Write {
    /// How.
    pub kind: WriteKind,
    /// The table.
    pub to: MemberRef,
    /// The key of one row.
    pub key: Option<Value>,
    /// Which rows; where none fits, the outcome is `refused`.
    pub filter: Option<Expression>,
    /// The fields written; one left out takes the value in scope.
    pub fields: Named<Value>,
    /// What is done for each outcome.
    pub then: Vec<(OutcomeMatch, Vec<Step>)>,
}

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the field's own")]
pub enum WriteKind {
    Insert,
    Update,
    Delete,
}

/// Does several things to stores, all or none.
#[derive(Clone, Debug, PartialEq)]
pub struct Transaction {
    /// How far it is kept apart; as its store says if not written.
    pub isolation: Option<Isolation>,
    /// Whether several stores commit together in two phases.
    pub two_phase: bool,
    /// What is done.
    pub steps: Vec<Step>,
}

/// Appends events to a stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Append {
    /// The family of streams.
    pub to: MemberRef,
    /// Which stream of it.
    pub stream: Value,
    /// What must be true of the stream.
    pub expected: Expected,
    /// The events.
    pub events: Vec<Emission>,
    /// What is done for each outcome.
    pub then: Vec<(OutcomeMatch, Vec<Step>)>,
}

/// What must be true of a stream before an append.
#[derive(Clone, Debug, PartialEq)]
pub enum Expected {
    /// Nothing.
    Any,
    /// It has no events.
    None,
    /// It has events.
    Exists,
    /// It is at this version.
    Version(Value),
}
