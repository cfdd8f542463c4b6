//! Steps: the one behaviour language. What touches stores is in `data_steps`.

use super::data_steps;
use super::fields::{Decoder, Fields};
use super::values;
use crate::scenario::diagnostic::{Expected, Feature, Place, Problem, RefKind};
use crate::scenario::document::{
    Action, Answer, Call, Choice, Follow, Join, MemberRef, Name, Named, OutcomeMatch, Parallel,
    Publish, Request, Response, Share, Step,
};
use crate::scenario::limits::MAX_COUNT;
use crate::scenario::tree::Node;
use crate::scenario::units;

/// Every verb.
const VERBS: [&str; 20] = [
    "work",
    "wait",
    "call",
    "publish",
    "parallel",
    "choose",
    "reply",
    "fail",
    "ack",
    "nack",
    "set",
    "for-each",
    "read",
    "insert",
    "update",
    "delete",
    "transaction",
    "append",
    "start",
    "expect",
];

/// A step, or a list of steps.
pub(super) fn steps(d: &mut Decoder<'_>, node: &Node) -> Option<Vec<Step>> {
    if node.is_nothing() {
        return d.unexpected(node, Expected::Steps);
    }
    let Some(list) = node.as_list() else {
        return step(d, node).map(|step| vec![step]);
    };
    let steps = d.list(node, step)?;
    let end = steps.iter().position(|step| {
        matches!(
            step.action,
            Action::Reply(_) | Action::Respond(_) | Action::Fail(_)
        )
    });
    if let Some(never) = end.and_then(|end| list.get(end + 1)) {
        d.warning(never.span, Problem::NeverReached);
    }
    labels_differ(d, list);
    Some(steps)
}

/// A step's label names it: two of one list cannot share it.
fn labels_differ(d: &mut Decoder<'_>, list: &[Node]) {
    let mut seen: indexmap::IndexMap<&str, u32> = indexmap::IndexMap::new();
    for label in list.iter().filter_map(|step| step.get("label")) {
        let Some(text) = label.as_text() else {
            continue;
        };
        if let Some(first_line) = seen.insert(text, label.span.line) {
            d.error::<()>(
                label,
                Problem::DuplicateKey {
                    key: text.to_owned(),
                    first_line,
                },
            );
        }
    }
}

/// What a subscription does for a message: steps, or an endpoint by name.
pub(super) fn handler(d: &mut Decoder<'_>, node: &Node) -> Option<Vec<Step>> {
    let endpoint = node.as_text().filter(|text| text.contains('.'));
    if endpoint.is_none() {
        return steps(d, node);
    }
    let to = d.member(node, RefKind::Endpoint)?;
    Some(vec![Step {
        label: None,
        action: Action::Handle(to),
    }])
}

fn step(d: &mut Decoder<'_>, node: &Node) -> Option<Step> {
    if let Some(text) = node.as_text() {
        let action = match text {
            "ack" => d.only_in_handlers(node, text).map(|()| Action::Ack),
            // The default of AMQP's basic.nack.
            "nack" => d
                .only_in_handlers(node, text)
                .map(|()| Action::Nack { requeue: true }),
            _ => d.unexpected(node, Expected::Step),
        };
        return action.map(|action| Step {
            label: None,
            action,
        });
    }
    let (verb, argument) = d.verb(node, &VERBS, &["label"], Expected::Step)?;
    let label = node.get("label");
    let named = label.map(|label| d.within("label", |d| d.name(label)));
    let action = d.within(verb, |d| action(d, verb, argument))?;
    match named {
        Some(None) => None,
        named => Some(Step {
            label: named.flatten(),
            action,
        }),
    }
}

fn action(d: &mut Decoder<'_>, verb: &str, node: &Node) -> Option<Action> {
    match verb {
        "work" => d.distribution(node).map(Action::Work),
        "wait" => d.distribution(node).map(Action::Wait),
        "call" => call_or_follow(d, node),
        "publish" => publish(d, node).map(Action::Publish),
        "parallel" => parallel(d, node).map(Action::Parallel),
        "choose" => choose(d, node).map(Action::Choose),
        "reply" => reply(d, node),
        "fail" => answer(d, node).map(Action::Fail),
        "ack" => d.only_in_handlers(node, verb).map(|()| Action::Ack),
        "nack" => nack(d, node),
        "set" => values::fields(d, node).map(Action::Set),
        "start" => {
            d.need(node, Feature::Sagas);
            d.reference(node, RefKind::Saga).map(Action::Start)
        }
        "expect" => d.expression(node).map(Action::Expect),
        _ => data_steps::action(d, verb, node),
    }
}

impl Decoder<'_> {
    /// `ack` and `nack` answer the broker: only who handles a message can.
    fn only_in_handlers(&mut self, node: &Node, step: &str) -> Option<()> {
        if self.place == Place::Subscription {
            return Some(());
        }
        self.error(
            node,
            Problem::StepNotHere {
                step: step.to_owned(),
                place: self.place,
            },
        )
    }
}

/// A call by hand, from the timeline: to an endpoint, not along a link.
pub(super) fn call(d: &mut Decoder<'_>, node: &Node) -> Option<Call> {
    match call_or_follow(d, node)? {
        Action::Call(call) => Some(call),
        _ => d.unexpected(node, Expected::Reference),
    }
}

fn call_or_follow(d: &mut Decoder<'_>, node: &Node) -> Option<Action> {
    if node.as_text().is_some() {
        let (with, then, request) =
            <(Vec<Name>, Vec<(OutcomeMatch, Vec<Step>)>, Request)>::default();
        return target(d, node, with, then, request);
    }
    let mut fields = Fields::open(d, node, Expected::Reference)?;
    let with = fields.optional(d, "with", policies).unwrap_or_default();
    let then = fields.optional(d, "then", outcomes).unwrap_or_default();
    let args = fields
        .optional(d, "args", values::fields)
        .unwrap_or_default();
    let headers = fields
        .optional(d, "headers", values::fields)
        .unwrap_or_default();
    let query = fields.optional(d, "query", |d, node| {
        d.need(node, Feature::GraphQl);
        d.string(node)
    });
    let bind = fields.optional(d, "as", variable);
    let size = fields.optional(d, "size", Decoder::message_size);
    let request = Request {
        args,
        headers,
        query,
        bind,
        size,
    };
    let action = fields.required(d, "to", |d, node| target(d, node, with, then, request));
    fields.close(d);
    action
}

/// An endpoint to call or a link to follow, with the rest of the call.
fn target(
    d: &mut Decoder<'_>,
    node: &Node,
    with: Vec<Name>,
    then: Vec<(OutcomeMatch, Vec<Step>)>,
    request: Request,
) -> Option<Action> {
    if node.as_text().is_some_and(|text| text.starts_with('=')) {
        d.need(node, Feature::Hypermedia);
        let link = d.expression(node)?;
        return Some(Action::Follow(Follow {
            link,
            with,
            then,
            request,
        }));
    }
    let to = d.member(node, RefKind::Endpoint)?;
    d.need_if(
        d.symbols().has(RefKind::Aggregate, to.owner.as_str()),
        node,
        Feature::Aggregates,
    );
    Some(Action::Call(Call {
        to,
        with,
        then,
        request,
    }))
}

/// A variable that gets a result.
pub(super) fn variable(d: &mut Decoder<'_>, node: &Node) -> Option<Name> {
    d.name(node)
}

/// Policies around something, outermost first.
pub(super) fn policies(d: &mut Decoder<'_>, node: &Node) -> Option<Vec<Name>> {
    d.one_or_many(node, |d, node| d.reference(node, RefKind::Policy))
}

/// `then`: what is done for each outcome.
pub(super) fn outcomes(d: &mut Decoder<'_>, node: &Node) -> Option<Vec<(OutcomeMatch, Vec<Step>)>> {
    let mut branches = Vec::new();
    for entry in d.entries(node)? {
        d.within(&entry.key, |d| {
            let key = Node {
                span: entry.key_span,
                ..Node::scalar(entry.key.as_str())
            };
            let outcome = outcome(d, &key);
            let steps = steps(d, &entry.value);
            branches.extend(outcome.zip(steps));
        });
    }
    Some(branches)
}

/// An outcome.
pub(super) fn outcome(d: &mut Decoder<'_>, node: &Node) -> Option<OutcomeMatch> {
    const WORDS: [(&str, OutcomeMatch); 12] = [
        ("ok", OutcomeMatch::Ok),
        ("declined", OutcomeMatch::Declined),
        ("error", OutcomeMatch::Error),
        ("timeout", OutcomeMatch::Timeout),
        ("open", OutcomeMatch::Open),
        ("full", OutcomeMatch::Full),
        ("limited", OutcomeMatch::Limited),
        ("else", OutcomeMatch::Else),
        ("refused", OutcomeMatch::Refused),
        ("duplicate", OutcomeMatch::Duplicate),
        ("conflict", OutcomeMatch::Conflict),
        ("invalid", OutcomeMatch::Invalid),
    ];
    if node.as_text().and_then(units::whole).is_some() {
        return status(d, node).map(OutcomeMatch::Status);
    }
    d.word(node, &WORDS)
}

fn status(d: &mut Decoder<'_>, node: &Node) -> Option<u16> {
    d.count(node, 200, 599).map(|status| status as u16)
}

fn publish(d: &mut Decoder<'_>, node: &Node) -> Option<Publish> {
    if node.as_text().is_some() {
        let message = d.type_name(node)?;
        let to = usual_channel(d, node)?;
        needs_of_channel(d, node, &to);
        return Some(Publish {
            to,
            message: values::type_as_name(&message),
            confirm: false,
            with: Vec::new(),
            then: Vec::new(),
            key: None,
            fields: Named::new(),
            headers: Named::new(),
            size: None,
        });
    }
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let to = if fields.has("to") {
        fields.optional(d, "to", |d, node| d.member(node, RefKind::Channel))
    } else {
        usual_channel(d, node)
    };
    let message = fields.required(d, "type", Decoder::type_name);
    let confirm = fields
        .optional(d, "confirm", Decoder::bool)
        .unwrap_or_default();
    let with = fields.optional(d, "with", policies).unwrap_or_default();
    let then = fields.optional(d, "then", outcomes).unwrap_or_default();
    let key = fields.optional(d, "key", values::value);
    let set = fields
        .optional(d, "fields", values::fields)
        .unwrap_or_default();
    let headers = fields
        .optional(d, "headers", values::fields)
        .unwrap_or_default();
    let size = fields.optional(d, "size", Decoder::message_size);
    fields.close(d);
    let to = to?;
    needs_of_channel(d, node, &to);
    let message = values::type_as_name(&message?);
    Some(Publish {
        to,
        message,
        confirm,
        with,
        then,
        key,
        fields: set,
        headers,
        size,
    })
}

/// Where the service publishes when a step does not say.
fn usual_channel(d: &mut Decoder<'_>, node: &Node) -> Option<MemberRef> {
    match d.publishes_to.clone() {
        Some(to) => Some(to),
        None => d.error(node, Problem::NowhereToPublish),
    }
}

/// A queue is runnable; other places to publish to are not yet.
fn needs_of_channel(d: &mut Decoder<'_>, node: &Node, to: &MemberRef) {
    let name = format!("{}.{}", to.owner, to.member);
    let feature = if d.symbols().has(RefKind::Topic, &name) {
        Feature::Kafka
    } else if d.symbols().has(RefKind::Exchange, &name) {
        Feature::Exchanges
    } else if d.symbols().has(RefKind::Queue, &name) {
        return;
    } else {
        Feature::Outbox
    };
    d.need(node, feature);
}

fn parallel(d: &mut Decoder<'_>, node: &Node) -> Option<Parallel> {
    if node.as_list().is_some() {
        let branches = branches(d, node)?;
        return Some(Parallel {
            join: Join::All,
            branches,
        });
    }
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let join = fields.optional(d, "join", join).unwrap_or(Join::All);
    let branches = fields.required(d, "do", branches);
    let join_node = fields.get("join");
    fields.close(d);
    let branches = branches?;
    if let (Join::Number(join), Some(node)) = (join, join_node)
        && join as usize > branches.len()
    {
        return d.within("join", |d| {
            d.error(
                node,
                Problem::JoinTooMany {
                    join,
                    branches: branches.len(),
                },
            )
        });
    }
    Some(Parallel { join, branches })
}

/// Branches settle no delivery: which of them came first would decide.
fn branches(d: &mut Decoder<'_>, node: &Node) -> Option<Vec<Vec<Step>>> {
    let place = d.place;
    if place == Place::Subscription {
        d.place = Place::Branch;
    }
    let branches = d.list(node, steps);
    d.place = place;
    branches
}

fn join(d: &mut Decoder<'_>, node: &Node) -> Option<Join> {
    match node.as_text() {
        Some("all") => Some(Join::All),
        Some("any") => Some(Join::Any),
        Some("none") => Some(Join::None),
        Some(text) if units::whole(text).is_some() => d.small(node, 1, MAX_COUNT).map(Join::Number),
        _ => d.unexpected(node, Expected::Join),
    }
}

fn choose(d: &mut Decoder<'_>, node: &Node) -> Option<Vec<Choice>> {
    let choices = d.one_or_many(node, choice)?;
    let total: u64 = choices
        .iter()
        .filter_map(|choice| choice.chance)
        .map(|chance| u64::from(chance.millionths()))
        .sum();
    if total > u64::from(Share::ALL.millionths()) {
        let percent = total / 10_000;
        let rest = total % 10_000;
        let total = if rest == 0 {
            format!("{percent}%")
        } else {
            format!("{percent}.{rest:04}%")
        };
        return d.error(node, Problem::ChancesTooHigh { total });
    }
    let rest = choices
        .iter()
        .position(|choice| choice.chance.is_none() && choice.when.is_none());
    if rest.is_some_and(|rest| rest + 1 < choices.len()) {
        return d.error(node, Problem::SeveralRests);
    }
    Some(choices)
}

fn choice(d: &mut Decoder<'_>, node: &Node) -> Option<Choice> {
    let mut fields = Fields::open(d, node, Expected::Choice)?;
    let chance = fields.optional(d, "chance", Decoder::share);
    let when = fields.optional(d, "when", Decoder::expression);
    let failed =
        (fields.has("chance") && chance.is_none()) || (fields.has("when") && when.is_none());
    let steps = fields.required(d, "do", steps);
    fields.close(d);
    if failed {
        return None;
    }
    Some(Choice {
        chance,
        when,
        steps: steps?,
    })
}

fn answer(d: &mut Decoder<'_>, node: &Node) -> Option<Answer> {
    match node.as_text() {
        Some("declined") => Some(Answer::Declined),
        Some("error") => Some(Answer::Error),
        Some(text) if units::whole(text).is_some() => status(d, node).map(Answer::Status),
        _ => d.unexpected(node, Expected::Answer),
    }
}

fn reply(d: &mut Decoder<'_>, node: &Node) -> Option<Action> {
    const OK: u16 = 200;
    if d.place == Place::Journey {
        return d.error(
            node,
            Problem::StepNotHere {
                step: "reply".to_owned(),
                place: d.place,
            },
        );
    }
    if node.as_map().is_none() {
        return answer(d, node).map(Action::Reply);
    }
    let mut fields = Fields::open(d, node, Expected::Answer)?;
    let answer = fields
        .optional(d, "status", answer)
        .unwrap_or(Answer::Status(OK));
    let carries = fields.has("body") || fields.has("headers") || fields.has("links");
    let body = fields.optional(d, "body", values::value);
    let headers = fields
        .optional(d, "headers", values::fields)
        .unwrap_or_default();
    let links = fields.optional(d, "links", |d, node| {
        d.named(node, |d, node| d.member(node, RefKind::Endpoint))
    });
    let size = fields.optional(d, "size", Decoder::message_size);
    fields.close(d);
    if !carries && size.is_none() {
        return Some(Action::Reply(answer));
    }
    d.need_if(links.is_some(), node, Feature::Hypermedia);
    Some(Action::Respond(Response {
        answer,
        body,
        headers,
        links: links.unwrap_or_default(),
        size,
    }))
}

fn nack(d: &mut Decoder<'_>, node: &Node) -> Option<Action> {
    d.only_in_handlers(node, "nack")?;
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let requeue = fields.optional(d, "requeue", Decoder::bool).unwrap_or(true);
    fields.close(d);
    Some(Action::Nack { requeue })
}
