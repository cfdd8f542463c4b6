//! Steps: the one behaviour language of journeys, endpoints and subscriptions.

use super::{DurationDistribution, MemberRef, Name, Share};

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
    /// Any outcome not named.
    Else,
}
