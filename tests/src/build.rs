//! Scenarios written as Rust values instead of text.
//!
//! Clients, services, policies and faults go in; the text that
//! [`document`](crate::document) takes comes out. There is one grammar: names, ranges and
//! what belongs together are checked where every text is, when it is read.
//!
//! ```
//! use interplay_tests::build::{Build, Client, Service, Time, call, publish, reply, work};
//! use interplay_tests::document;
//! use sim_core::kernel::SimDuration;
//!
//! let ms = SimDuration::from_millis;
//! let order = call("shop.buy").with("again").with("patience").into();
//! let bought = publish("post.parcels", "Bought");
//! let text = Build::new("Shop", ms(10_000))
//!     .client("shoppers", Client::poisson(20.0, [order]))
//!     .service(
//!         "shop",
//!         Service::blocking(4)
//!             .endpoint("buy", [work(Time::Exponential(ms(10))), bought, reply(201)]),
//!     )
//!     .section("brokers", "{post: {rabbitmq: {queues: {parcels: {classic: {}}}}}}")
//!     .timeout("patience", ms(500))
//!     .retry("again", 3)
//!     .latency(ms(1))
//!     .crash("shop", ms(4_000), ms(2_000))
//!     .slow("shop", 3.0, ms(7_000), ms(1_000))
//!     .set("clients.shoppers.arrivals", "poisson 40/s", ms(8_000))
//!     .text();
//! let run = document(&text).seed(3).run();
//! assert!(run.client("shoppers").errors > 0);
//! ```

use std::fmt::Display;

use sim_core::kernel::SimDuration;
use sim_core::scenario::tree::{Entry, Map, NodeKind, Span};
use sim_core::scenario::{Node, tree};

/// How long something takes.
#[derive(Clone, Copy, Debug)]
pub enum Time {
    /// Always the same.
    Fixed(SimDuration),
    /// Memoryless, with this mean.
    Exponential(SimDuration),
    /// Anything between the two, all equally likely.
    Uniform(SimDuration, SimDuration),
}

/// One step of a journey or an endpoint.
#[derive(Clone, Debug)]
pub struct Step(Node);

/// A call, before or after it is told which policies to follow.
#[derive(Clone, Debug)]
pub struct Call {
    to: String,
    with: Vec<Node>,
}

/// Who makes journeys.
#[derive(Clone, Debug)]
pub struct Client(Fields);

/// A service with its workers and endpoints.
#[derive(Clone, Debug)]
pub struct Service {
    workers: Fields,
    endpoints: Fields,
}

/// A scenario as it is written.
#[derive(Clone, Debug)]
pub struct Build {
    head: Fields,
    clients: Fields,
    services: Fields,
    policies: Fields,
    links: Fields,
    timeline: Vec<Node>,
}

/// Names and what they stand for, in order.
type Fields = Vec<(String, Node)>;

fn plain(value: impl Display) -> Node {
    Node::scalar(value.to_string())
}

fn list(items: impl IntoIterator<Item = Node>) -> Node {
    Node::new(NodeKind::List(items.into_iter().collect()))
}

fn map<K: Into<String>>(fields: impl IntoIterator<Item = (K, Node)>) -> Node {
    let entries = fields.into_iter().map(|(key, value)| Entry {
        key: key.into(),
        key_span: Span::default(),
        value,
    });
    Node::new(NodeKind::Map(Map {
        entries: entries.collect(),
    }))
}

fn steps(steps: impl IntoIterator<Item = Step>) -> Node {
    list(steps.into_iter().map(|step| step.0))
}

fn step(name: &str, what: Node) -> Step {
    Step(map([(name, what)]))
}

impl Time {
    fn node(self) -> Node {
        match self {
            Self::Fixed(time) => plain(time),
            Self::Exponential(mean) => map([("exponential", plain(mean))]),
            Self::Uniform(from, to) => {
                map([("uniform", map([("from", plain(from)), ("to", plain(to))]))])
            }
        }
    }
}

/// Work on a worker.
pub fn work(time: Time) -> Step {
    step("work", time.node())
}

/// Time that passes without work.
pub fn wait(time: Time) -> Step {
    step("wait", time.node())
}

/// A call of `service.endpoint`.
pub fn call(to: &str) -> Call {
    Call {
        to: to.to_owned(),
        with: Vec::new(),
    }
}

/// The answer, by its HTTP status.
pub fn reply(status: u16) -> Step {
    step("reply", plain(status))
}

/// A message of a kind to `broker.queue`.
pub fn publish(to: &str, kind: &str) -> Step {
    step("publish", map([("to", plain(to)), ("type", plain(kind))]))
}

/// One of several ways, each with its chance in percent, or `otherwise`.
pub fn choose(
    ways: impl IntoIterator<Item = (f64, Vec<Step>)>,
    otherwise: impl IntoIterator<Item = Step>,
) -> Step {
    let ways = ways
        .into_iter()
        .map(|(percent, way)| map([("chance", plain(format!("{percent}%"))), ("do", steps(way))]));
    let otherwise: Vec<Step> = otherwise.into_iter().collect();
    let last = (!otherwise.is_empty()).then(|| map([("do", steps(otherwise))]));
    step("choose", list(ways.chain(last)))
}

/// Branches at once; goes on when all are done.
pub fn parallel(branches: impl IntoIterator<Item = Vec<Step>>) -> Step {
    let branches = list(branches.into_iter().map(steps));
    step("parallel", map([("join", plain("all")), ("do", branches)]))
}

impl Call {
    /// Follows a policy; the first one is the outermost.
    #[must_use]
    pub fn with(mut self, policy: &str) -> Self {
        self.with.push(plain(policy));
        self
    }
}

impl From<Call> for Step {
    fn from(call: Call) -> Self {
        if call.with.is_empty() {
            return step("call", plain(call.to));
        }
        let fields = [("to", plain(call.to)), ("with", list(call.with))];
        step("call", map(fields))
    }
}

impl Client {
    /// Journeys that begin independently of each other, `rate` a second on average.
    pub fn poisson(rate: f64, journey: impl IntoIterator<Item = Step>) -> Self {
        let arrivals = plain(format!("poisson {rate}/s"));
        Self(vec![
            ("arrivals".to_owned(), arrivals),
            ("do".to_owned(), steps(journey)),
        ])
    }

    /// Users who think between one journey and the next.
    pub fn users(users: u32, think: Time, journey: impl IntoIterator<Item = Step>) -> Self {
        Self(vec![
            ("users".to_owned(), plain(users)),
            ("think".to_owned(), think.node()),
            ("do".to_owned(), steps(journey)),
        ])
    }
}

impl Service {
    /// Workers that each do one request from its beginning to its end.
    pub fn blocking(workers: u32) -> Self {
        Self {
            workers: vec![("blocking".to_owned(), plain(workers))],
            endpoints: Vec::new(),
        }
    }

    /// How many requests may wait for a worker.
    #[must_use]
    pub fn queue(mut self, places: u32) -> Self {
        self.workers.push(("queue".to_owned(), plain(places)));
        self
    }

    /// What can be called there.
    #[must_use]
    pub fn endpoint(mut self, name: &str, does: impl IntoIterator<Item = Step>) -> Self {
        let endpoint = map([("do", steps(does))]);
        self.endpoints.push((name.to_owned(), endpoint));
        self
    }
}

impl Build {
    /// A scenario that ends at `horizon`.
    pub fn new(title: &str, horizon: SimDuration) -> Self {
        let head = [
            ("scenario", plain(1)),
            ("title", plain(title)),
            ("horizon", plain(horizon)),
        ];
        Self {
            head: head.map(|(name, node)| (name.to_owned(), node)).into(),
            clients: Vec::new(),
            services: Vec::new(),
            policies: Vec::new(),
            links: Vec::new(),
            timeline: Vec::new(),
        }
    }

    /// Leaves the beginning out of the figures.
    #[must_use]
    pub fn warm_up(mut self, time: SimDuration) -> Self {
        self.head.push(("warm-up".to_owned(), plain(time)));
        self
    }

    /// Adds who makes journeys.
    #[must_use]
    pub fn client(mut self, name: &str, client: Client) -> Self {
        self.clients.push((name.to_owned(), map(client.0)));
        self
    }

    /// Adds a service.
    #[must_use]
    pub fn service(mut self, name: &str, service: Service) -> Self {
        let fields = [
            ("workers", map(service.workers)),
            ("endpoints", map(service.endpoints)),
        ];
        self.services.push((name.to_owned(), map(fields)));
        self
    }

    fn policy(mut self, name: &str, kind: &str, argument: Node) -> Self {
        self.policies
            .push((name.to_owned(), map([(kind, argument)])));
        self
    }

    /// Adds a policy: give up after `time`.
    #[must_use]
    pub fn timeout(self, name: &str, time: SimDuration) -> Self {
        self.policy(name, "timeout", plain(time))
    }

    /// Adds a policy: so many attempts in all.
    #[must_use]
    pub fn retry(self, name: &str, attempts: u32) -> Self {
        self.policy(name, "retry", map([("attempts", plain(attempts))]))
    }

    /// How long every message takes.
    #[must_use]
    pub fn latency(mut self, time: SimDuration) -> Self {
        let link = map([("latency", plain(time))]);
        self.links = vec![("default".to_owned(), link)];
        self
    }

    fn fault(mut self, fault: Node, at: SimDuration, time: SimDuration) -> Self {
        let fields = [("at", plain(at)), ("for", plain(time)), ("fault", fault)];
        self.timeline.push(map(fields));
        self
    }

    /// Crashes a service at a moment, for a while.
    #[must_use]
    pub fn crash(self, service: &str, at: SimDuration, time: SimDuration) -> Self {
        self.fault(map([("crash", plain(service))]), at, time)
    }

    /// Has a service work `times` as long from a moment on, for a while.
    #[must_use]
    pub fn slow(self, service: &str, times: f64, at: SimDuration, time: SimDuration) -> Self {
        let slow = map([("what", plain(service)), ("times", plain(times))]);
        self.fault(map([("slow", slow)]), at, time)
    }

    /// Changes a setting at a moment.
    #[must_use]
    pub fn set(mut self, path: &str, value: impl Display, at: SimDuration) -> Self {
        let set = map([(path, plain(value))]);
        self.timeline.push(map([("at", plain(at)), ("set", set)]));
        self
    }

    /// Adds a section that has no types here, such as `brokers`, as it is written.
    #[must_use]
    pub fn section(mut self, name: &str, text: &str) -> Self {
        let node = tree::parse(text).unwrap_or_else(|problems| panic!("{name}: {problems:?}"));
        self.head.push((name.to_owned(), node));
        self
    }

    /// The text of the scenario.
    pub fn text(&self) -> String {
        let mut all = self.head.clone();
        for (name, section) in [
            ("clients", &self.clients),
            ("services", &self.services),
            ("policies", &self.policies),
            ("links", &self.links),
        ] {
            if !section.is_empty() {
                all.push((name.to_owned(), map(section.clone())));
            }
        }
        if !self.timeline.is_empty() {
            all.push(("timeline".to_owned(), list(self.timeline.clone())));
        }
        map(all).to_string()
    }
}
