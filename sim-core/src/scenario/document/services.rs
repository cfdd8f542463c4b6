//! Services: who answers requests and consumes messages.

use super::{Change, MemberRef, Name, Named, Shape, Share, Step, Text, Value};
use crate::kernel::SimDuration;
use crate::scenario::expr::Expression;

/// A service: one or more equal instances behind one name.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// What it is called for people, if not by its name.
    pub title: Text,
    /// Whether it belongs to somebody else (drawn in pink).
    pub external: bool,
    /// How many instances run; at least 1, which is the default.
    pub instances: u32,
    /// Which of them gets a request.
    pub balance: Balance,
    /// What each instance can do at a time.
    pub workers: Workers,
    /// What it answers.
    pub endpoints: Named<Endpoint>,
    /// What it consumes.
    pub subscriptions: Named<Subscription>,
    /// The protocol of its endpoints.
    pub speaks: Protocol,
    /// How its instances are probed; nobody asks how they are if not written.
    pub health: Option<Health>,
    /// Whose answers leave it out for a while; nobody is if not written.
    pub outliers: Option<Outliers>,
    /// How it grows and shrinks by itself; not at all if not written.
    pub scale: Option<Scale>,
    /// How long an instance takes to start, be it that one comes, or that one is restarted by a
    /// probe; no time if not written.
    pub start_up: SimDuration,
    /// Where its messages go when a step does not say.
    pub publishes_to: Option<MemberRef>,
    /// What it does from time to time.
    pub jobs: Named<Job>,
    /// Its other versions: changes of this service, with paths that begin in it.
    pub versions: Named<Vec<Change>>,
}

/// Which instance gets a request.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Balance {
    /// One after the other.
    #[default]
    RoundRobin,
    /// Any.
    Random,
    /// The one that has least to do.
    LeastRequests,
    /// Of two that are drawn, the one that has less to do.
    TwoChoices,
    /// The one that what this comes to belongs to, whatever the others do.
    Hash(Expression),
}

/// The protocol of a service's endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Protocol {
    /// HTTP/1.1.
    #[default]
    Http1,
    /// HTTP/2.
    Http2,
    /// gRPC.
    Grpc,
}

/// How the instances of a service are probed, as by Kubernetes
/// (<https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/>).
#[derive(Clone, Debug, PartialEq)]
pub struct Health {
    /// The probes for readiness: who is not ready gets no requests.
    pub readiness: Probe,
    /// When an instance that answers is ready; always if not written.
    pub ready: Option<Expression>,
    /// The probes for liveness: who is not alive is started anew. Nobody is if not written.
    pub liveness: Option<Probe>,
}

/// How often an instance is probed, and what is made of the answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probe {
    /// How often; every 10 s if not written.
    pub every: SimDuration,
    /// How long an answer may take; 1 s if not written.
    pub timeout: SimDuration,
    /// How many failures in a row decide; 3 if not written.
    pub failures: u32,
    /// How many successes in a row decide; 1 if not written, and for liveness.
    pub successes: u32,
}

/// Outlier detection, with the rules and defaults of Envoy
/// (<https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/cluster/v3/outlier_detection.proto>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outliers {
    /// How many failures in a row eject an instance (`consecutive_5xx`); 5 if not written.
    pub failures: u32,
    /// How often is looked who comes back (`interval`); every 10 s if not written.
    pub every: SimDuration,
    /// How long an instance is out the first time (`base_ejection_time`); 30 s if not written.
    pub out_for: SimDuration,
    /// How long at the most (`max_ejection_time`); 300 s if not written.
    pub longest: SimDuration,
    /// How many of them may be out at a time (`max_ejection_percent`); 10 % if not written,
    /// but always one.
    pub at_most: Share,
    /// If fewer than this share are in, nobody is left out (`healthy_panic_threshold`); 50 % if
    /// not written.
    pub panic: Share,
}

/// A service that grows and shrinks by itself, with the rules and defaults of Kubernetes'
/// Horizontal Pod Autoscaler
/// (<https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/>).
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// What each instance should have to do.
    pub target: ScaleTarget,
    /// The least instances (`minReplicas`); at least 1, which is the default.
    pub min: u32,
    /// The most instances (`maxReplicas`).
    pub max: u32,
    /// How often is looked (`horizontal-pod-autoscaler-sync-period`); every 15 s if not written.
    pub every: SimDuration,
    /// How old what is known of the instances is; 15 s if not written, the resolution of the
    /// Metrics Server.
    pub delay: SimDuration,
    /// By how much of the target the measured may differ without consequence
    /// (`horizontal-pod-autoscaler-tolerance`); 10 % if not written.
    pub tolerance: Share,
    /// How long fewer instances must have been enough
    /// (`behavior.scaleDown.stabilizationWindowSeconds`); 5 min if not written.
    pub shrink_after: SimDuration,
}

/// What each instance of a service that scales should have to do, on average.
#[derive(Clone, Debug, PartialEq)]
pub enum ScaleTarget {
    /// So much of its workers is busy; more than nothing.
    Utilisation(Share),
    /// So many requests wait for its workers; at least 1.
    Waiting(u32),
    /// So many messages are ready in a queue; at least 1.
    Queue(MemberRef, u32),
}

/// Something a service does from time to time.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// How often.
    pub every: SimDuration,
    /// What.
    pub steps: Vec<Step>,
}

/// What one instance can do at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workers {
    /// How a task that waits treats its worker.
    pub mode: WorkerMode,
    /// How many workers an instance has; at least 1.
    pub count: u32,
    /// How many requests may wait for a worker before the next is refused.
    pub queue: u32,
    /// Which of those that wait are not begun; all are if not written.
    pub shed: Option<Shed>,
}

/// Which requests are not begun when a worker takes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shed {
    /// Those that have waited for longer than this.
    Waiting {
        /// This.
        at_most: SimDuration,
    },
    /// By controlled delay, as at Facebook
    /// (<https://queue.acm.org/detail.cfm?id=2839461>).
    ControlledDelay {
        /// How long one may wait in a queue that is never empty; 5 ms if not written.
        target: SimDuration,
        /// For how long it must not have been empty, and how long one may wait otherwise; 100 ms
        /// if not written.
        interval: SimDuration,
    },
}

impl Default for Workers {
    /// 200 blocking workers and a queue of 100: the defaults of Tomcat in Spring Boot
    /// (`server.tomcat.threads.max`, `server.tomcat.accept-count`,
    /// <https://docs.spring.io/spring-boot/appendix/application-properties/index.html>).
    fn default() -> Self {
        Self {
            mode: WorkerMode::Blocking,
            count: 200,
            queue: 100,
            shed: None,
        }
    }
}

/// How a task that waits treats its worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkerMode {
    /// A task keeps its worker from its first step to its last, also while it waits:
    /// a thread for each request.
    Blocking,
    /// A task holds a worker only while it works: an event loop.
    Async,
}

/// One thing a service answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Endpoint {
    /// Its HTTP binding (`POST /api/v1/orders`), if it has one.
    pub http: Option<HttpBinding>,
    /// What it does for a request.
    pub steps: Vec<Step>,
    /// Its gRPC binding, if it has one.
    pub grpc: Option<GrpcBinding>,
    /// What comes with a request.
    pub input: Option<Shape>,
    /// How repeated requests are known.
    pub once: Option<Once>,
    /// The resolvers of a GraphQL endpoint, by type and field; instead of steps.
    pub resolvers: Named<Named<Vec<Step>>>,
}

/// A gRPC service and method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrpcBinding {
    /// The service.
    pub service: String,
    /// The method.
    pub method: String,
}

/// How repeated requests and messages are known: a repeat gets the stored answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Once {
    /// The table of marks.
    pub marks: MemberRef,
    /// What repeats have in common; the message's identity if not written.
    pub by: Option<Value>,
}

/// A method and a path template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpBinding {
    /// The method.
    pub method: HttpMethod,
    /// The path template, starting with `/`; parameters start with `:`.
    pub path: String,
}

/// The methods of HTTP (RFC 9110, RFC 5789).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the field's own")]
pub enum HttpMethod {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
    Options,
}

impl HttpMethod {
    /// Whether a request with it changes nothing (RFC 9110, section 9.2.1): such
    /// requests are queries, the others commands.
    pub const fn is_safe(self) -> bool {
        matches!(self, Self::Get | Self::Head | Self::Options)
    }

    /// All of them, as they are written.
    pub const ALL: [(&str, Self); 7] = [
        ("GET", Self::Get),
        ("HEAD", Self::Head),
        ("POST", Self::Post),
        ("PUT", Self::Put),
        ("PATCH", Self::Patch),
        ("DELETE", Self::Delete),
        ("OPTIONS", Self::Options),
    ];

    /// Whether several requests with it do the same as one (RFC 9110, section 9.2.2).
    pub const fn is_idempotent(self) -> bool {
        self.is_safe() || matches!(self, Self::Put | Self::Delete)
    }
}

/// One thing a service consumes.
#[derive(Clone, Debug, PartialEq)]
pub struct Subscription {
    /// The queue it reads.
    pub from: MemberRef,
    /// How many deliveries may be unacknowledged at a time on one instance; `None` is
    /// without limit, the default of AMQP 0-9-1.
    pub prefetch: Option<u32>,
    /// What is done for each type of message.
    pub handlers: Named<Vec<Step>>,
    /// What is done for any other type; if not written, it is acknowledged unread.
    pub otherwise: Option<Vec<Step>>,
    /// The consumer group it reads a topic in; one named like the service if not written.
    pub group: Option<MemberRef>,
}

impl Subscription {
    /// The steps for a message of type `message`.
    pub fn handler(&self, message: &Name) -> Option<&[Step]> {
        self.handlers
            .get(message)
            .or(self.otherwise.as_ref())
            .map(Vec::as_slice)
    }
}
