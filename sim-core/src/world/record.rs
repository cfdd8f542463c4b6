//! Records: what the world tells an observer, typed and small, each with its cause.
//!
//! A message, a task or a fault is known by the id of the record that began it.

mod reasons;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::topology::{EdgeId, EndpointId, GuardId};
use crate::kernel::{EntityId, RecordId, SimDuration, SimTime};
use crate::resilience::breaker::State as BreakerState;

pub use self::reasons::{BreakerWhy, Measure, NotRetried, Substitute};

/// One thing that happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Record {
    /// When.
    pub at: SimTime,
    /// To whom.
    pub entity: EntityId,
    /// What made it happen; nothing for what the document itself began.
    pub cause: Cause,
    /// What.
    pub what: What,
}

/// The record that made another happen, if one did, in four bytes: there are very many.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cause(u32);

impl Cause {
    /// The document itself began it.
    pub const NONE: Self = Self(u32::MAX);

    /// The record, if there is one.
    pub const fn record(self) -> Option<RecordId> {
        match self.0 {
            u32::MAX => None,
            id => Some(RecordId(id)),
        }
    }
}

impl From<Option<RecordId>> for Cause {
    fn from(cause: Option<RecordId>) -> Self {
        cause.map_or(Self::NONE, |record| Self(record.0))
    }
}

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum What {
    /// A client began a journey.
    JourneyBegan,
    /// A client's journey ended.
    JourneyEnded {
        /// The journey's first record.
        began: RecordId,
        /// How it ended.
        outcome: Outcome,
        /// How long it took.
        took: SimDuration,
    },
    /// A message left. Its id is the id of this record.
    MessageSent {
        /// Along which edge.
        edge: EdgeId,
        /// In which direction of that edge.
        direction: Direction,
        /// What it carries.
        kind: MessageKind,
        /// Whether it says again what was said before (a retry, a redelivery, a copy).
        repeat: bool,
        /// Whether it will be lost on the way.
        lost: bool,
        /// When it arrives, or would have.
        arrives: SimTime,
    },
    /// A message arrived a second time because the network copied it. The copy's id is
    /// the id of this record.
    MessageDuplicated {
        /// The message it is a copy of.
        of: RecordId,
        /// When the copy arrives.
        arrives: SimTime,
    },
    /// A message arrived and was taken in.
    MessageDelivered {
        /// The message.
        message: RecordId,
    },
    /// An answer arrived when nobody waited for it any more.
    MessageLate {
        /// The answer.
        message: RecordId,
        /// Whose answer it is.
        endpoint: EndpointId,
    },
    /// A message arrived and was turned away.
    MessageRejected {
        /// The message.
        message: RecordId,
        /// Why.
        why: Rejection,
        /// What it was for.
        endpoint: EndpointId,
    },
    /// A message did not arrive.
    MessageLost {
        /// The message.
        message: RecordId,
        /// Why.
        why: Loss,
    },
    /// A task has to wait for a worker.
    TaskQueued {
        /// The message that brought it.
        message: RecordId,
    },
    /// A task began. Its id is the id of this record.
    TaskStarted {
        /// Whether it had been waiting in the queue.
        queued: bool,
        /// Whether it keeps a worker from now on.
        worker: bool,
    },
    /// A task ended.
    TaskFinished {
        /// The task.
        task: RecordId,
        /// What it was for.
        endpoint: EndpointId,
        /// How it ended.
        outcome: Outcome,
        /// How long it took since its message arrived, waiting for a worker included.
        took: SimDuration,
        /// Whether it gives a worker back.
        worker: bool,
    },
    /// A task died with its instance.
    TaskKilled {
        /// The task, or the message that brought it if it had not started.
        task: RecordId,
        /// What it was for; nothing for a branch of another task.
        endpoint: Option<EndpointId>,
        /// Whether it had started.
        started: bool,
        /// Whether it, or a step of it, was waiting for a worker.
        queued: bool,
        /// Whether it kept a worker.
        worker: bool,
    },
    /// A step of an event loop's task has to wait for a worker.
    WorkQueued,
    /// A piece of work began.
    WorkStarted {
        /// Whether it had been waiting for a worker.
        queued: bool,
        /// Whether it takes a worker (in a thread for each request the task has one).
        worker: bool,
        /// When it will be done.
        until: SimTime,
    },
    /// A piece of work is done.
    WorkFinished {
        /// Whether it gives a worker back.
        worker: bool,
    },
    /// A call is over, after all its attempts.
    CallFinished {
        /// What was called.
        endpoint: EndpointId,
        /// How many attempts there were.
        attempts: u32,
        /// How it ended for the caller.
        outcome: Outcome,
        /// How long the caller waited.
        took: SimDuration,
    },
    /// A time-out expired.
    TimedOut {
        /// How long was waited.
        after: SimDuration,
    },
    /// A retry waits before its next attempt.
    BackedOff {
        /// Which attempt failed, counted from 1.
        attempt: u32,
        /// Until when: the next attempt begins then, or, after the last one, the call is
        /// given up.
        until: SimTime,
    },
    /// A retry may not try again: its budget is spent.
    RetriesSpent {
        /// The budget.
        guard: GuardId,
    },
    /// A retry does not try again though it has attempts left.
    NotRetried {
        /// Why.
        why: NotRetried,
    },
    /// Another attempt begins though there may still be an answer to the one before.
    Hedged {
        /// Which attempt, counted from 1.
        attempt: u32,
    },
    /// A policy answers instead of whom was asked.
    FellBack {
        /// How the call would have ended.
        instead_of: Outcome,
        /// With what.
        with: Substitute,
    },
    /// A message that was just sent (its cause) is about this, as a property asks. Told only where
    /// one does.
    Keyed {
        /// The property, by its place in the document.
        property: u16,
        /// The same for equal values.
        key: u64,
    },
    /// A cache answers instead of whom was asked.
    CacheHit {
        /// The cache.
        guard: GuardId,
        /// How long ago the answer came.
        age: SimDuration,
    },
    /// A call is not let through.
    NotPermitted {
        /// By which policy.
        guard: GuardId,
        /// How it ends for that.
        outcome: Outcome,
    },
    /// A call waits until it is let through.
    PermitAwaited {
        /// By which policy.
        guard: GuardId,
        /// No longer than until then.
        until: SimTime,
    },
    /// An adaptive limit lets more calls through at a time, or fewer.
    LimitChanged {
        /// The policy.
        guard: GuardId,
        /// So many until now.
        from: u32,
        /// So many from now on.
        to: u32,
    },
    /// A call that waited is let through.
    PermitGranted {
        /// By which policy.
        guard: GuardId,
    },
    /// A breaker changed its state.
    BreakerChanged {
        /// Which breaker.
        guard: GuardId,
        /// From this.
        from: BreakerState,
        /// To this.
        to: BreakerState,
        /// Why.
        why: BreakerWhy,
    },
    /// A queue took a message in.
    Enqueued {
        /// The publish that brought it.
        message: RecordId,
    },
    /// A queue handed a message to a consumer.
    Dispatched {
        /// The publish that brought it.
        message: RecordId,
        /// Whether it had been delivered before.
        redelivered: bool,
    },
    /// A consumer acknowledged a message: it leaves the queue.
    Acknowledged {
        /// The publish that brought it.
        message: RecordId,
    },
    /// A consumer refused a message, and it leaves the queue.
    Discarded {
        /// The publish that brought it.
        message: RecordId,
    },
    /// A message that was with a consumer is ready again.
    Requeued {
        /// The publish that brought it.
        message: RecordId,
    },
    /// A message lived longer than the queue lets it.
    Expired {
        /// The publish that brought it.
        message: RecordId,
    },
    /// A consumer subscribed to a queue.
    ConsumerJoined {
        /// The instance that consumes.
        consumer: EntityId,
    },
    /// A consumer's channel closed.
    ConsumerLeft {
        /// The instance that consumed.
        consumer: EntityId,
    },
    /// What a step expects was not so.
    ExpectationFailed,
    /// A statement waits until its store has a connection for it.
    ConnectionAwaited {
        /// The message that brought it.
        message: RecordId,
    },
    /// A store takes a statement up.
    StatementTaken {
        /// The message that brought it.
        message: RecordId,
        /// Whether it stood in line for a connection.
        queued: bool,
        /// Whether it has got one: otherwise its transaction had one.
        connects: bool,
        /// Whether a transaction begins with it.
        begins: bool,
    },
    /// A statement waits for a row that another transaction has written.
    RowAwaited {
        /// The message that brought it.
        message: RecordId,
    },
    /// The other transaction is over.
    RowGranted {
        /// The message that brought the statement.
        message: RecordId,
    },
    /// A store is done with a statement, or with ending a transaction.
    StatementFinished {
        /// The table, or, for the end of a transaction, the store.
        endpoint: EndpointId,
        /// How it ended.
        outcome: Outcome,
        /// How long ago it arrived.
        took: SimDuration,
        /// Whether its connection is given back.
        disconnects: bool,
        /// Whether a transaction is over with it.
        ends: bool,
    },
    /// A connection to a store is closed without an answer: whoever had it gave up or died,
    /// or the store did.
    ConnectionClosed {
        /// Whether it was only waited for.
        queued: bool,
        /// Whether a statement waited for a row on it.
        locked: bool,
        /// Whether a transaction was open on it, which is rolled back.
        ends: bool,
    },
    /// The rows of a store have become more or less.
    RowsCounted {
        /// How many all its tables have now.
        rows: u32,
    },
    /// An instance changed its condition.
    ConditionChanged {
        /// From this.
        from: Condition,
        /// To this.
        to: Condition,
    },
    /// An instance is left out because of its answers.
    Ejected {
        /// So many failures in a row.
        failures: u32,
        /// How often it has been ejected, by which the time is multiplied.
        times: u32,
        /// When its time is over; it comes back when that is next looked at.
        until: SimTime,
    },
    /// An instance that was left out because of its answers gets requests again.
    EjectionOver,
    /// An instance did not answer a probe well, and is not thought ill of yet.
    ProbeFailed {
        /// Whether it is asked if it is alive; if it is ready otherwise.
        liveness: bool,
        /// How many probes in a row failed so far.
        failures: u32,
    },
    /// What is thought of an instance's readiness changed.
    ReadinessChanged {
        /// Whether it is ready.
        ready: bool,
        /// After so many probes in a row that said so; none when it starts.
        probes: u32,
    },
    /// An instance is not alive, and is started anew.
    Restarted {
        /// After so many failed probes in a row.
        failures: u32,
    },
    /// A service is to have another number of instances, by what they have to do.
    Scaled {
        /// How many there were to be.
        from: u16,
        /// How many there are to be.
        to: u16,
        /// What an instance has to do on average.
        measured: Measure,
        /// What it should have.
        target: Measure,
    },
    /// An instance starts, and runs another version of its service than before.
    VersionStarted {
        /// The version's place in [`Topology::versions`](super::Topology::versions); nothing
        /// if it is the service as it is written.
        version: Option<u32>,
    },
    /// An entry of the timeline began.
    EntryBegan {
        /// Its place in the document's timeline.
        entry: u32,
    },
    /// An entry of the timeline that lasts is over.
    EntryEnded {
        /// Its place in the document's timeline.
        entry: u32,
    },
}

/// Which way a message goes along an edge.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum Direction {
    /// From the edge's source to its target.
    Forward,
    /// Back, as replies do.
    Back,
}

/// What a message carries: decides its colour and shape.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MessageKind {
    /// A request that may change something.
    Command,
    /// A request that only reads.
    Query,
    /// Something that happened.
    Event,
    /// An answer.
    Reply,
    /// An answer that says it went wrong, or a connection that was refused or reset.
    Failure,
    /// What a broker and its clients tell each other: subscriptions, acknowledgements,
    /// confirms.
    Control,
}

/// Why a message was turned away.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rejection {
    /// The queue for workers was full.
    Full,
    /// Nobody listens there: the instance is down.
    Down,
    /// It came after the moment until which its answer was wanted.
    TooLate,
    /// The timeline makes the service answer with this status.
    Injected(u16),
}

impl Rejection {
    /// What the sender learns of it.
    #[inline]
    pub const fn outcome(self) -> Outcome {
        match self {
            Self::Full => Outcome::Full,
            Self::Down => Outcome::Refused,
            Self::TooLate => Outcome::Error(504),
            Self::Injected(status) => Outcome::of_status(status),
        }
    }
}

/// Why a message did not arrive.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// The network lost it.
    Network,
    /// Whom it was for has crashed.
    ReceiverCrashed,
    /// Its sender and whom it was for could not reach each other.
    Partitioned,
}

/// The condition of an instance.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// Not there, and not meant to be.
    Absent,
    /// As it should be.
    #[default]
    Up,
    /// Working slower than it should.
    Slow,
    /// Answering some requests with errors.
    Failing,
    /// Taking nothing more.
    Full,
    /// Finishing what it has before it goes; gets no new requests.
    Draining,
    /// Standing still, without knowing it.
    Paused,
    /// Gone.
    Down,
}

impl Condition {
    /// Whether nobody is there.
    pub const fn is_gone(self) -> bool {
        matches!(self, Self::Down | Self::Absent)
    }

    /// How grave it is: as bands have it, but for nobody being there, which counts only where
    /// nobody else is.
    pub const fn gravity(self) -> u8 {
        match self {
            Self::Absent => 0,
            Self::Up => 1,
            Self::Draining => 2,
            Self::Slow => 3,
            Self::Failing => 4,
            Self::Full => 5,
            Self::Paused => 6,
            Self::Down => 7,
        }
    }

    /// The word for it in expressions.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Up => "up",
            Self::Slow => "slow",
            Self::Failing => "failing",
            Self::Full => "full",
            Self::Draining => "draining",
            Self::Paused => "paused",
            Self::Down => "down",
        }
    }
}

/// How a call, a handler or a journey ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It worked, with this status (200 to 399).
    Ok(u16),
    /// It was answered no, with this status (400 to 499).
    Declined(u16),
    /// It failed, with this status (500 to 599).
    Error(u16),
    /// The connection was refused: nobody listened.
    Refused,
    /// The connection was reset: the other side died.
    Reset,
    /// No answer came in time.
    Timeout,
    /// A queue or a bulkhead was full.
    Full,
    /// A breaker was open.
    Open,
    /// A rate limiter let nothing through.
    Limited,
    /// It waited for a worker for too long, and was not begun.
    Shed,
    /// A value did not fit its type.
    Invalid,
    /// There is a row with that key, or with that value of a unique field.
    Duplicate,
    /// No row fits the condition.
    Unmet,
    /// Somebody else wrote first, or both would have waited for each other.
    Conflict,
}

impl Outcome {
    /// Plain success.
    pub const OK: Self = Self::Ok(200);
    /// Nobody waits for it any more: 499, as nginx logs it and google.rpc.Code maps
    /// `CANCELLED`.
    pub const CANCELLED: Self = Self::Declined(499);

    /// Whether it worked.
    pub const fn is_ok(self) -> bool {
        matches!(self, Self::Ok(_))
    }

    /// Whether the work was dealt with, if only to say no: such a message is acknowledged.
    pub const fn is_settled(self) -> bool {
        matches!(
            self,
            Self::Ok(_) | Self::Declined(_) | Self::Duplicate | Self::Unmet
        )
    }

    /// The outcome of a status.
    pub const fn of_status(status: u16) -> Self {
        match status {
            ..400 => Self::Ok(status),
            400..500 => Self::Declined(status),
            500.. => Self::Error(status),
        }
    }

    /// What a handler that ends so answers over the wire: its own caller learns a status,
    /// not what went wrong further down (RFC 9110, section 15.6).
    pub const fn over_the_wire(self) -> Self {
        match self {
            Self::Ok(_) | Self::Declined(_) | Self::Error(_) => self,
            Self::Refused | Self::Reset => Self::Error(502),
            // 503 Service Unavailable: what protects the handler let nothing through.
            Self::Full | Self::Open | Self::Limited | Self::Shed => Self::Error(503),
            Self::Timeout => Self::Error(504),
            // 400 Bad Request (RFC 9110, section 15.5.1).
            Self::Invalid => Self::Declined(400),
            // 409 Conflict (section 15.5.10): the state of the resource says no.
            Self::Duplicate | Self::Unmet => Self::Declined(409),
            // Nobody met it: an exception.
            Self::Conflict => Self::Error(500),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok(status) => write!(f, "ok ({status})"),
            Self::Declined(status) => write!(f, "declined ({status})"),
            Self::Error(status) => write!(f, "error ({status})"),
            Self::Refused => f.write_str("connection refused"),
            Self::Reset => f.write_str("connection reset"),
            Self::Timeout => f.write_str("timeout"),
            Self::Full => f.write_str("full"),
            Self::Open => f.write_str("breaker open"),
            Self::Limited => f.write_str("rate limited"),
            Self::Shed => f.write_str("shed"),
            Self::Invalid => f.write_str("invalid"),
            Self::Duplicate => f.write_str("duplicate"),
            Self::Unmet => f.write_str("refused"),
            Self::Conflict => f.write_str("conflict"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_the_record_it_was_made_of_or_none() {
        for cause in [None, Some(RecordId(0)), Some(RecordId(7))] {
            assert_eq!(Cause::from(cause).record(), cause);
        }
    }

    #[test]
    fn a_record_is_smaller_than_forty_eight_bytes() {
        assert!(size_of::<Record>() <= 40, "{}", size_of::<Record>());
    }
}
