//! `timeline`, `knobs`, and changes by path (`versions`, `variants`, `set`).

use super::fields::{Decoder, Fields, described};
use super::scalars::setting_path;
use super::steps::call;
use crate::kernel::{SimDuration, SimTime};
use crate::scenario::diagnostic::{Expected, Feature, Place, Problem, RefKind};
use crate::scenario::document::{
    Change, Deploy, Fault, Happening, Knob, Name, Partition, SettingPath, Strategy, Target,
    TimelineEntry,
};
use crate::scenario::limits::{MAX_FACTOR, MAX_INSTANCES, MAX_TIMELINE};
use crate::scenario::quantity::Quantity;
use crate::scenario::tree::{Node, NodeKind};
use crate::scenario::units;

const VERBS: [&str; 7] = ["fault", "set", "send", "deploy", "scale", "seek", "rebuild"];

pub(super) fn timeline(d: &mut Decoder<'_>, node: &Node) -> Option<Vec<TimelineEntry>> {
    let count = node.as_list().map_or(0, <[Node]>::len);
    if count > MAX_TIMELINE {
        return d.error(
            node,
            Problem::TooMany {
                count,
                limit: MAX_TIMELINE,
            },
        );
    }
    for scaled in node.as_list().unwrap_or_default() {
        more_instances(d, scaled);
    }
    d.list(node, entry)
}

/// Takes note of instances that come later: they can be spoken of.
fn more_instances(d: &mut Decoder<'_>, entry: &Node) {
    let scaled = entry.get("scale").and_then(Node::as_map);
    for scaled in scaled.into_iter().flat_map(|map| &map.entries) {
        let count = scaled.value.as_text().and_then(units::whole);
        let count = count.and_then(|count| u32::try_from(count).ok());
        let known = d.instances.get_mut(&scaled.key);
        if let (Some(count), Some(known)) = (count, known) {
            *known = count.max(*known);
        }
    }
}

fn entry(d: &mut Decoder<'_>, node: &Node) -> Option<TimelineEntry> {
    let Some(at_node) = node.get("at") else {
        return d.error(
            node,
            Problem::Missing {
                field: "at".to_owned(),
            },
        );
    };
    let at = d.within("at", |d| moment_or_question(d, at_node));
    let lasts = node
        .get("for")
        .map(|lasts| d.within("for", |d| d.positive_duration(lasts)));
    let (verb, argument) = d.verb(node, &VERBS, &["at", "for"], Expected::Map)?;
    let lasting = matches!(verb, "fault" | "set") || argument.get("canary").is_some();
    if node.get("for").is_some() && !lasting {
        let problem = Problem::UnknownField {
            found: "for".to_owned(),
            nearest: None,
            known: vec!["at".to_owned()],
        };
        return d.error(node, problem);
    }
    let what = d.within(verb, |d| happening(d, verb, argument));
    let (at, when) = at?;
    within_horizon(d, at_node, at);
    let lasts = match lasts {
        Some(None) => return None,
        Some(lasts) => lasts,
        None => None,
    };
    Some(TimelineEntry {
        at,
        when,
        lasts,
        what: what?,
    })
}

/// When something happens: a moment, or as soon as a question is answered yes.
fn moment_or_question(
    d: &mut Decoder<'_>,
    node: &Node,
) -> Option<(SimTime, Option<crate::scenario::expr::Expression>)> {
    if node.as_map().is_none() {
        return d.moment(node).map(|at| (at, None));
    }
    d.need(node, Feature::Conditions);
    let mut fields = Fields::open(d, node, Expected::Moment)?;
    let when = fields.required(d, "when", Decoder::expression);
    fields.close(d);
    Some((SimTime::ZERO, Some(when?)))
}

fn happening(d: &mut Decoder<'_>, verb: &str, node: &Node) -> Option<Happening> {
    match verb {
        "fault" => fault(d, node).map(Happening::Fault),
        "set" => {
            let settings = changes(d, node)?;
            let settings = settings
                .into_iter()
                .map(|(path, value)| (path, value.unwrap_or_else(|| Node::scalar("none"))));
            Some(Happening::Set(settings.collect()))
        }
        "send" => {
            d.place = Place::Journey;
            let (verb, argument) = d.verb(node, &["call"], &[], Expected::Map)?;
            d.within(verb, |d| call(d, argument)).map(Happening::Send)
        }
        "deploy" => deploy(d, node),
        "scale" => {
            let services = d.entries(node)?;
            for entry in services {
                let key = Node {
                    span: entry.key_span,
                    ..Node::scalar(entry.key.as_str())
                };
                d.within(&entry.key, |d| d.known(&key, RefKind::Service, &entry.key));
            }
            d.named(node, |d, node| d.small(node, 0, MAX_INSTANCES))
                .map(Happening::Scale)
        }
        "seek" => {
            d.need(node, Feature::Seek);
            let mut fields = Fields::open(d, node, Expected::Map)?;
            let group = fields.required(d, "group", |d, node| d.member(node, RefKind::Group));
            let to = fields.required(d, "to", Decoder::moment);
            fields.close(d);
            Some(Happening::Seek {
                group: group?,
                to: to?,
            })
        }
        _ => {
            d.need(node, Feature::Rebuild);
            d.reference(node, RefKind::Projection)
                .map(Happening::Rebuild)
        }
    }
}

fn deploy(d: &mut Decoder<'_>, node: &Node) -> Option<Happening> {
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let service = fields.required(d, "service", |d, node| d.reference(node, RefKind::Service));
    let version = fields.required(d, "version", |d, node| {
        let version = d.name(node)?;
        if version.as_str() == AS_WRITTEN {
            return Some(None);
        }
        if let Some(service) = &service {
            let name = format!("{service}.{version}");
            d.known(node, RefKind::Version, &name)?;
        }
        Some(Some(version))
    });
    if fields.has("each") && fields.has("canary") {
        let found = vec!["each".to_owned(), "canary".to_owned()];
        return d.error(node, Problem::SeveralVerbs { found });
    }
    let strategy = if fields.has("canary") {
        let share = fields.optional(d, "canary", Decoder::share);
        share.map(Strategy::Canary)
    } else {
        let each = fields.optional(d, "each", Decoder::duration);
        let each = each.unwrap_or(SimDuration::ZERO);
        Some(Strategy::Rolling { each })
    };
    fields.close(d);
    Some(Happening::Deploy(Deploy {
        service: service?,
        version: version?,
        strategy: strategy?,
    }))
}

/// What the version of a service is called that is written without one.
const AS_WRITTEN: &str = "base";

fn fault(d: &mut Decoder<'_>, node: &Node) -> Option<Fault> {
    const FAULTS: [&str; 7] = [
        "crash",
        "slow",
        "errors",
        "pause",
        "partition",
        "lossy",
        "full",
    ];
    let (verb, argument) = d.verb(node, &FAULTS, &[], Expected::Map)?;
    d.within(verb, |d| match verb {
        "crash" => crash(d, argument),
        "slow" => {
            let mut fields = Fields::open(d, argument, Expected::Map)?;
            let what = fields.required(d, "what", worker);
            let times = fields.required(d, "times", |d, node| {
                let times = d.factor(node, 0.0)?;
                if times > 0.0 {
                    return Some(times);
                }
                d.out_of_range(node, "more than 0".to_owned(), MAX_FACTOR.to_string())
            });
            fields.close(d);
            Some(Fault::Slow {
                what: what?,
                times: times?,
            })
        }
        "errors" => {
            let mut fields = Fields::open(d, argument, Expected::Map)?;
            let what = fields.required(d, "what", target);
            let rate = fields.required(d, "rate", Decoder::share);
            let status = if fields.has("status") {
                fields.optional(d, "status", fault_status)
            } else {
                Some(INTERNAL_ERROR)
            };
            fields.close(d);
            Some(Fault::Errors {
                what: what?,
                rate: rate?,
                status: status?,
            })
        }
        "pause" => participant(d, argument).map(Fault::Pause),
        "partition" => partition(d, argument).map(Fault::Partition),
        "lossy" => {
            let mut fields = Fields::open(d, argument, Expected::Map)?;
            let link = fields.required(d, "link", |d, node| {
                if node.as_text() == Some("default") {
                    return Some(None);
                }
                d.reference(node, RefKind::Link).map(Some)
            });
            let loss = fields.required(d, "loss", Decoder::share);
            fields.close(d);
            Some(Fault::Lossy {
                link: link?,
                loss: loss?,
            })
        }
        _ => full(d, argument),
    })
}

/// What an injected error answers unless the document says otherwise.
const INTERNAL_ERROR: u16 = 500;

/// An HTTP status from 400 to 599, or a gRPC status by its name.
fn fault_status(d: &mut Decoder<'_>, node: &Node) -> Option<u16> {
    // The mapping of gRPC's codes to HTTP:
    // https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto
    const GRPC: [(&str, u16); 16] = [
        ("cancelled", 499),
        ("unknown", 500),
        ("invalid-argument", 400),
        ("deadline-exceeded", 504),
        ("not-found", 404),
        ("already-exists", 409),
        ("permission-denied", 403),
        ("resource-exhausted", 429),
        ("failed-precondition", 400),
        ("aborted", 409),
        ("out-of-range", 400),
        ("unimplemented", 501),
        ("internal", 500),
        ("unavailable", 503),
        ("data-loss", 500),
        ("unauthenticated", 401),
    ];
    if node.as_text().and_then(units::whole).is_some() {
        return d.small(node, 400, 599).map(|status| status as u16);
    }
    d.word(node, &GRPC)
}

/// Two sides that do not reach each other, or one that does not reach the other.
fn partition(d: &mut Decoder<'_>, node: &Node) -> Option<Partition> {
    let side = |d: &mut Decoder<'_>, node: &Node| {
        d.one_or_many(node, |d, node| target_of(d, node, RefKind::Participant))
    };
    if node.as_map().is_some() {
        let (from, to) = d.pair(node, ["from", "to"], side)?;
        return Some(Partition {
            from,
            to,
            one_way: true,
        });
    }
    match <[Vec<Target>; 2]>::try_from(d.list(node, side)?) {
        Ok([from, to]) => Some(Partition {
            from,
            to,
            one_way: false,
        }),
        Err(_) => d.unexpected(node, Expected::Sides),
    }
}

/// A service, one of its instances, or a queue.
fn full(d: &mut Decoder<'_>, node: &Node) -> Option<Fault> {
    let text = node.as_text().unwrap_or_default();
    let owner = text.split_once('.').map_or(text, |(owner, _)| owner);
    if d.symbols().has(RefKind::Service, owner) {
        return target(d, node).map(Fault::Full);
    }
    let other = d.symbols().has(RefKind::Channel, text) && !d.symbols().has(RefKind::Queue, text);
    d.need_if(other, node, Feature::MoreFaults);
    d.member(node, RefKind::Channel).map(Fault::FullQueue)
}

fn crash(d: &mut Decoder<'_>, node: &Node) -> Option<Fault> {
    let text = node.as_text().unwrap_or_default();
    if d.symbols().has(RefKind::Channel, text) && !d.symbols().has(RefKind::Source, text) {
        d.need(node, Feature::Outbox);
        return d.member(node, RefKind::Channel).map(Fault::CrashRelay);
    }
    participant(d, node).map(Fault::Crash)
}

/// A service or one of its instances.
/// Warns of a moment that never comes.
pub(super) fn within_horizon(d: &mut Decoder<'_>, node: &Node, at: SimTime) {
    if at > SimTime::ZERO.after(d.horizon) {
        d.warning(
            node.span,
            Problem::BeyondHorizon {
                at: at.to_string(),
                horizon: d.horizon.to_string(),
            },
        );
    }
}

fn target(d: &mut Decoder<'_>, node: &Node) -> Option<Target> {
    target_of(d, node, RefKind::Service)
}

/// A service, one of its instances, or a store.
fn worker(d: &mut Decoder<'_>, node: &Node) -> Option<Target> {
    let is_store = node
        .as_text()
        .is_some_and(|text| d.symbols().has(RefKind::Store, text));
    target_of(
        d,
        node,
        if is_store {
            RefKind::Store
        } else {
            RefKind::Service
        },
    )
}

/// A service, broker or store, or one node of it.
fn participant(d: &mut Decoder<'_>, node: &Node) -> Option<Target> {
    let text = node.as_text().unwrap_or_default();
    let owner = text.split_once('.').map_or(text, |(owner, _)| owner);
    let other = d.symbols().has(RefKind::Participant, owner)
        && !d.symbols().has(RefKind::Service, owner)
        && !d.symbols().has(RefKind::Client, owner);
    let runs = !other || d.symbols().has(RefKind::Store, text);
    d.need_if(!runs, node, Feature::MoreFaults);
    target_of(
        d,
        node,
        if other {
            RefKind::Participant
        } else {
            RefKind::Service
        },
    )
}

fn target_of(d: &mut Decoder<'_>, node: &Node, wanted: RefKind) -> Option<Target> {
    let Some(text) = node.as_text() else {
        return d.unexpected(node, Expected::Target);
    };
    let (service, number) = match text.split_once('.') {
        Some((service, number)) => (service, Some(number)),
        None => (text, None),
    };
    if !units::is_name(service) {
        return d.unexpected(node, Expected::Target);
    }
    d.known(node, wanted, service)?;
    let instance = match number
        .map(|number| units::whole(number).and_then(|number| u32::try_from(number).ok()))
    {
        None => None,
        Some(None) => return d.unexpected(node, Expected::Target),
        Some(instance) => instance,
    };
    if let (Some(instance), Some(instances)) = (instance, d.instances.get(service).copied())
        && !(1..=instances).contains(&instance)
    {
        let service = service.to_owned();
        return d.error(
            node,
            Problem::NoSuchInstance {
                service,
                instance,
                instances,
            },
        );
    }
    Some(Target {
        service: Name::new(service),
        instance,
    })
}

/// Changes by path. A plain `none` takes the thing away; in quotes it is a value.
pub(super) fn changes(d: &mut Decoder<'_>, node: &Node) -> Option<Vec<Change>> {
    let mut changes = Vec::new();
    for entry in d.entries(node)? {
        let change = d.within(&entry.key, |d| {
            if let Some(path) = setting_path(&entry.key) {
                d.mention_setting(&Node {
                    span: entry.key_span,
                    ..Node::scalar(entry.key.as_str())
                });
                return Some((path, (!is_none(&entry.value)).then(|| entry.value.clone())));
            }
            let found = described(&Node::scalar(entry.key.as_str()));
            d.error_at(
                entry.key_span,
                Problem::Expected {
                    found,
                    expected: Expected::Path,
                },
            )
        });
        changes.extend(change);
    }
    Some(changes)
}

/// Whether a value takes the thing away.
pub(crate) fn is_none(node: &Node) -> bool {
    matches!(&node.kind, NodeKind::Scalar(scalar) if scalar.plain && scalar.text == "none")
}

pub(super) fn knob(d: &mut Decoder<'_>, node: &Node) -> Option<Knob> {
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let set: Option<SettingPath> = fields.required(d, "set", Decoder::path);
    let label = fields
        .optional(d, "label", Decoder::text)
        .unwrap_or_default();
    let from = fields.required(d, "from", quantity);
    let to = fields.required(d, "to", quantity);
    let step = fields.optional(d, "step", quantity);
    if let (Some((_, from)), Some((node, to))) = (&from, &to) {
        if !from.is_like(to) {
            d.within("to", |d| d.unexpected::<()>(node, Expected::KnobEnds));
        } else if from.in_base_units() > to.in_base_units() {
            d.ordered(node, "from", "to", false);
        }
    }
    fields.close(d);
    Some(Knob {
        set: set?,
        label,
        from: from?.0.clone(),
        to: to?.0.clone(),
        step: step.map(|(node, _)| node.clone()),
    })
}

fn quantity<'n>(d: &mut Decoder<'_>, node: &'n Node) -> Option<(&'n Node, Quantity)> {
    match node.as_text().and_then(Quantity::parse) {
        Some(quantity) => Some((node, quantity)),
        None => d.unexpected(node, Expected::Number),
    }
}
