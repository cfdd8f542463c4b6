//! `services`: instances, workers, endpoints, subscriptions, jobs, versions.

use super::fields::{Decoder, Fields};
use super::steps::{handler, steps};
use super::timeline::changes;
use super::{care, types, values};
use crate::kernel::SimDuration;
use crate::scenario::diagnostic::{Expected, Feature, Place, Problem, RefKind};
use crate::scenario::document::{
    Endpoint, GrpcBinding, HttpBinding, Job, Name, Named, Once, Protocol, Service, Shed, Step,
    Subscription, WorkerMode, Workers,
};
use crate::scenario::limits::{MAX_INSTANCES, MAX_QUEUE, MAX_WORKERS};
use crate::scenario::tree::Node;
use crate::scenario::units;

pub(super) fn service(d: &mut Decoder<'_>, node: &Node) -> Option<Service> {
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let title = fields
        .optional(d, "title", Decoder::text)
        .unwrap_or_default();
    let external = fields
        .optional(d, "external", Decoder::bool)
        .unwrap_or_default();
    let scale = fields.optional(d, "scale", care::scale);
    let least = scale.as_ref().map_or(1, |scale| scale.min);
    let instances = fields
        .optional(d, "instances", |d, node| d.small(node, 1, MAX_INSTANCES))
        .unwrap_or(least);
    let balance = fields
        .optional(d, "balance", care::balance)
        .unwrap_or_default();
    let workers = fields.optional(d, "workers", workers).unwrap_or_default();
    let speaks = fields.optional(d, "speaks", protocol).unwrap_or_default();
    let health = fields.optional(d, "health", care::health);
    let outliers = fields.optional(d, "outliers", care::outliers);
    let start_up = fields
        .optional(d, "start-up", Decoder::duration)
        .unwrap_or_default();
    let publishes_to = fields.optional(d, "publishes-to", |d, node| {
        d.member(node, RefKind::Channel)
    });
    d.publishes_to.clone_from(&publishes_to);
    let endpoints = fields
        .optional(d, "endpoints", |d, node| d.named(node, endpoint))
        .unwrap_or_default();
    let subscriptions = fields
        .optional(d, "subscriptions", |d, node| d.named(node, subscription))
        .unwrap_or_default();
    let jobs = fields
        .optional(d, "jobs", |d, node| d.named(node, job))
        .unwrap_or_default();
    let versions = fields
        .optional(d, "versions", |d, node| d.named(node, changes))
        .unwrap_or_default();
    fields.close(d);
    Some(Service {
        title,
        external,
        instances,
        balance,
        workers,
        endpoints,
        subscriptions,
        speaks,
        health,
        outliers,
        scale,
        start_up,
        publishes_to,
        jobs,
        versions,
    })
}

fn workers(d: &mut Decoder<'_>, node: &Node) -> Option<Workers> {
    let default = Workers::default();
    let mut fields = Fields::open(d, node, Expected::Workers)?;
    let blocking = fields.optional(d, "blocking", |d, node| d.small(node, 1, MAX_WORKERS));
    let async_ = fields.optional(d, "async", |d, node| d.small(node, 1, MAX_WORKERS));
    let queue = fields
        .optional(d, "queue", |d, node| d.small(node, 0, MAX_QUEUE))
        .unwrap_or(default.queue);
    let shed_node = fields.get("shed");
    let shed = fields.optional(d, "shed", shed);
    if fields.has("blocking") && fields.has("async") {
        return d.error(
            node,
            Problem::SeveralVerbs {
                found: vec!["blocking".to_owned(), "async".to_owned()],
            },
        );
    }
    fields.close(d);
    let (mode, count) = match (blocking, async_) {
        (_, Some(count)) => (WorkerMode::Async, count),
        (Some(count), None) => (WorkerMode::Blocking, count),
        (None, None) => (default.mode, default.count),
    };
    if let (Some(node), WorkerMode::Async) = (shed_node, mode) {
        return d.within("shed", |d| d.error(node, Problem::ShedsOnlyBlocking));
    }
    Some(Workers {
        mode,
        count,
        queue,
        shed,
    })
}

fn shed(d: &mut Decoder<'_>, node: &Node) -> Option<Shed> {
    // Fail at Scale: 5 ms in a queue that was not empty for 100 ms.
    const TARGET: SimDuration = SimDuration::from_millis(5);
    const INTERVAL: SimDuration = SimDuration::from_millis(100);
    if node.as_map().is_none() {
        let at_most = d.positive_duration(node)?;
        return Some(Shed::Waiting { at_most });
    }
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let controlled = fields.required(d, "controlled-delay", |d, node| {
        let mut fields = Fields::open(d, node, Expected::Map)?;
        let target = fields.optional(d, "target", Decoder::positive_duration);
        let interval = fields.optional(d, "interval", Decoder::positive_duration);
        fields.close(d);
        Some(Shed::ControlledDelay {
            target: target.unwrap_or(TARGET),
            interval: interval.unwrap_or(INTERVAL),
        })
    });
    fields.close(d);
    controlled
}

fn protocol(d: &mut Decoder<'_>, node: &Node) -> Option<Protocol> {
    let words = [
        ("http/1.1", Protocol::Http1),
        ("http/2", Protocol::Http2),
        ("grpc", Protocol::Grpc),
    ];
    let protocol = d.word(node, &words)?;
    d.need_if(protocol != Protocol::Http1, node, Feature::Protocols);
    Some(protocol)
}

fn endpoint(d: &mut Decoder<'_>, node: &Node) -> Option<Endpoint> {
    d.place = Place::Endpoint;
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let http = fields.optional(d, "http", http);
    let grpc = fields.optional(d, "grpc", grpc);
    let input = fields.optional(d, "in", types::shape);
    let once = fields.optional(d, "once", once);
    let resolvers = fields.optional(d, "graphql", resolvers);
    let steps = match fields.has("graphql") {
        true if fields.has("do") => {
            return d.error(
                node,
                Problem::SeveralVerbs {
                    found: vec!["do".to_owned(), "graphql".to_owned()],
                },
            );
        }
        true => Some(Vec::new()),
        false => fields.required(d, "do", steps),
    };
    fields.close(d);
    Some(Endpoint {
        http,
        steps: steps?,
        grpc,
        input,
        once,
        resolvers: resolvers.unwrap_or_default(),
    })
}

fn http(d: &mut Decoder<'_>, node: &Node) -> Option<HttpBinding> {
    match node.as_text().and_then(units::http) {
        Some(binding) => Some(binding),
        None => d.unexpected(node, Expected::Http),
    }
}

fn grpc(d: &mut Decoder<'_>, node: &Node) -> Option<GrpcBinding> {
    d.need(node, Feature::Protocols);
    let binding = node.as_text().and_then(|text| text.split_once('/'));
    match binding.filter(|(service, method)| {
        service.split('.').all(units::is_name) && units::is_name(method)
    }) {
        Some((service, method)) => Some(GrpcBinding {
            service: service.to_owned(),
            method: method.to_owned(),
        }),
        None => d.unexpected(node, Expected::Grpc),
    }
}

fn once(d: &mut Decoder<'_>, node: &Node) -> Option<Once> {
    d.need(node, Feature::Once);
    if node.as_text().is_some() {
        let marks = d.member(node, RefKind::Marks)?;
        return Some(Once { marks, by: None });
    }
    let mut fields = Fields::open(d, node, Expected::Reference)?;
    let marks = fields.required(d, "in", |d, node| d.member(node, RefKind::Marks));
    let by = fields.optional(d, "by", values::value);
    fields.close(d);
    Some(Once { marks: marks?, by })
}

fn resolvers(d: &mut Decoder<'_>, node: &Node) -> Option<Named<Named<Vec<Step>>>> {
    d.need(node, Feature::GraphQl);
    let mut types = Named::new();
    for entry in d.entries(node)? {
        let of_type = d.within(&entry.key, |d| {
            if entry.key != "Query" && entry.key != "Mutation" {
                d.type_of(&entry.value, &entry.key)?;
            }
            d.named(&entry.value, steps)
        });
        if let Some(fields) = of_type {
            types.insert(Name::new(&entry.key), fields);
        }
    }
    Some(types)
}

fn subscription(d: &mut Decoder<'_>, node: &Node) -> Option<Subscription> {
    d.place = Place::Subscription;
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let from = fields.required(d, "from", |d, node| {
        let from = d.member(node, RefKind::Source)?;
        let text = node.as_text().unwrap_or_default();
        d.need_if(d.symbols().has(RefKind::Topic, text), node, Feature::Kafka);
        Some(from)
    });
    let group = fields.optional(d, "group", |d, node| d.member(node, RefKind::Group));
    let prefetch = fields.optional(d, "prefetch", |d, node| {
        d.small(node, 0, u64::from(u16::MAX))
    });
    let handled = fields.required(d, "handles", handlers);
    fields.close(d);
    let (handlers, otherwise) = handled?;
    // AMQP writes "no limit" as 0.
    let prefetch = prefetch.filter(|prefetch| *prefetch > 0);
    Some(Subscription {
        from: from?,
        prefetch,
        handlers,
        otherwise,
        group,
    })
}

/// The handlers by type, and the one for all other types.
type Handlers = (Named<Vec<Step>>, Option<Vec<Step>>);

fn handlers(d: &mut Decoder<'_>, node: &Node) -> Option<Handlers> {
    let mut handlers = Named::new();
    let mut otherwise = None;
    for entry in d.entries(node)? {
        d.within(&entry.key, |d| {
            if entry.key == "else" {
                otherwise = handler(d, &entry.value);
                return;
            }
            let key = Node {
                span: entry.key_span,
                ..Node::scalar(entry.key.as_str())
            };
            let known = d.type_of(&key, &entry.key).is_some();
            if let Some(steps) = handler(d, &entry.value).filter(|_| known) {
                handlers.insert(Name::new(&entry.key), steps);
            }
        });
    }
    Some((handlers, otherwise))
}

fn job(d: &mut Decoder<'_>, node: &Node) -> Option<Job> {
    d.place = Place::Job;
    d.need(node, Feature::Jobs);
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let every = fields.required(d, "every", Decoder::positive_duration);
    let steps = fields.required(d, "do", steps);
    fields.close(d);
    Some(Job {
        every: every?,
        steps: steps?,
    })
}
