//! Records and conditions in words, in either language.
//!
//! A record with the names of whom it concerns flows in, a sentence flows out: what the
//! inspector lists, what a step says to a screen reader, what a chain of causes reads like.

use interplay_protocol::{EntryKind, EntryView, Stage};
use sim_core::kernel::EntityId;
use sim_core::observe::EntityState;
use sim_core::resilience::breaker::State as BreakerState;
use sim_core::world::{
    BreakerWhy, Condition, Direction, EdgeId, EndpointId, GuardId, Loss, Measure, MessageKind,
    NotRetried, Outcome, Record, Rejection, Substitute, What,
};

use crate::i18n::{Locale, duration, moment, number, percent, text};
use crate::views::flow::scene::title;

/// Decimals of a moment in a sentence.
pub(crate) const DECIMALS: usize = 4;

/// What happened, as a sentence.
pub(crate) fn sentence(locale: Locale, stage: &Stage, record: &Record) -> String {
    let who = entity(locale, stage, record.entity);
    message(locale, stage, record, &who)
        .or_else(|| task(locale, stage, record, &who))
        .or_else(|| guarded(locale, stage, record, &who))
        .or_else(|| cared_for(locale, record, &who))
        .or_else(|| queue(locale, stage, record, &who))
        .or_else(|| store(locale, record, &who))
        .unwrap_or_else(|| text!(locale, record.other, who = who))
}

/// What an entry of the timeline does.
pub(crate) fn entry(locale: Locale, stage: &Stage, entry: &EntryView) -> String {
    let (one, other) = entry.what.split_once(" | ").unwrap_or((&entry.what, ""));
    let all = |names: &str| {
        let named = names.split(", ").map(|name| named(locale, stage, name));
        named.collect::<Vec<_>>().join(", ")
    };
    let (what, other) = (all(one), all(other));
    match entry.kind {
        EntryKind::Crash => text!(locale, entry.crash, what = what),
        EntryKind::Slow(times) => text!(
            locale,
            entry.slow,
            what = what,
            times = number(locale, times, 2)
        ),
        EntryKind::Errors(rate) => text!(
            locale,
            entry.errors,
            what = what,
            rate = percent(locale, rate)
        ),
        EntryKind::Pause => text!(locale, entry.pause, what = what),
        EntryKind::Full => text!(locale, entry.full, what = what),
        EntryKind::Partition { one_way: false } => {
            text!(locale, entry.partition, what = what, other = other)
        }
        EntryKind::Partition { one_way: true } => {
            text!(locale, entry.partition_one_way, what = what, other = other)
        }
        EntryKind::Lossy(loss) => text!(
            locale,
            entry.lossy,
            what = what,
            loss = percent(locale, loss)
        ),
        EntryKind::Scale => text!(locale, entry.scale, what = what),
        EntryKind::Deploy => text!(locale, entry.deploy, what = what, version = other),
        EntryKind::Canary(share) => text!(
            locale,
            entry.canary,
            what = what,
            version = other,
            share = percent(locale, share)
        ),
        EntryKind::Set => text!(locale, entry.set, what = what),
        EntryKind::Send => text!(locale, entry.send, what = what),
    }
}

/// The condition of a node.
pub(crate) fn condition(locale: Locale, condition: Condition) -> String {
    match condition {
        Condition::Absent => text!(locale, node.absent),
        Condition::Up => text!(locale, node.up),
        Condition::Slow => text!(locale, node.slow),
        Condition::Failing => text!(locale, node.failing),
        Condition::Full => text!(locale, node.full),
        Condition::Draining => text!(locale, node.draining),
        Condition::Paused => text!(locale, node.paused),
        Condition::Down => text!(locale, node.down),
    }
}

/// What a message carries.
pub(crate) fn kind(locale: Locale, kind: MessageKind) -> String {
    match kind {
        MessageKind::Command => text!(locale, kind.command),
        MessageKind::Query => text!(locale, kind.query),
        MessageKind::Event => text!(locale, kind.event),
        MessageKind::Reply => text!(locale, kind.reply),
        MessageKind::Failure => text!(locale, kind.failure),
        MessageKind::Control => text!(locale, kind.control),
    }
}

/// What an entity is called: the title of its node, with its number if there are several.
pub(crate) fn entity(locale: Locale, stage: &Stage, entity: EntityId) -> String {
    let topology = &stage.topology;
    let node = topology
        .node_of
        .get(entity.index())
        .and_then(|node| topology.nodes.get(node.index()));
    let Some(node) = node else {
        return String::new();
    };
    let title = title(node, locale);
    if node.entities > 1 {
        format!(
            "{title}\u{a0}{}",
            entity.index() - node.first_entity.index() + 1
        )
    } else {
        title
    }
}

/// From whom to whom a message goes.
pub(crate) fn ends(
    locale: Locale,
    stage: &Stage,
    edge: EdgeId,
    direction: Direction,
) -> (String, String) {
    let called = |node: sim_core::world::NodeId| {
        let node = stage.topology.nodes.get(node.index());
        node.map(|node| title(node, locale)).unwrap_or_default()
    };
    let Some(edge) = stage.topology.edges.get(edge.index()) else {
        return Default::default();
    };
    match direction {
        Direction::Forward => (called(edge.from), called(edge.to)),
        Direction::Back => (called(edge.to), called(edge.from)),
    }
}

fn message(locale: Locale, stage: &Stage, record: &Record, who: &str) -> Option<String> {
    let who = who.to_owned();
    Some(match record.what {
        What::MessageSent {
            edge,
            direction,
            kind: carried,
            repeat,
            ..
        } => {
            let (from, to) = ends(locale, stage, edge, direction);
            let kind = kind(locale, carried);
            if repeat {
                text!(locale, record.sent_again, from = from, to = to, kind = kind)
            } else {
                text!(locale, record.sent, from = from, to = to, kind = kind)
            }
        }
        What::MessageDuplicated { .. } => text!(locale, record.duplicated),
        What::MessageDelivered { .. } => text!(locale, record.delivered, who = who),
        What::MessageLate { .. } => text!(locale, record.late, who = who),
        What::MessageRejected { why, .. } => match why {
            Rejection::Full => text!(locale, record.rejected_full, who = who),
            Rejection::Down => text!(locale, record.rejected_down, who = who),
            Rejection::TooLate => text!(locale, record.rejected_late, who = who),
            Rejection::Injected(status) => {
                text!(locale, record.rejected_injected, who = who, status = status)
            }
        },
        What::MessageLost { why, .. } => match why {
            Loss::Network => text!(locale, record.lost_network, who = who),
            Loss::ReceiverCrashed => text!(locale, record.lost_crash, who = who),
            Loss::Partitioned => text!(locale, record.lost_partition, who = who),
        },
        _ => return None,
    })
}

/// What a policy has done.
fn guarded(locale: Locale, stage: &Stage, record: &Record, who: &str) -> Option<String> {
    let who = who.to_owned();
    let ended = |result: Outcome| outcome(locale, result);
    Some(match record.what {
        What::RetriesSpent { guard } => text!(
            locale,
            record.retries_spent,
            who = who,
            policy = policy(stage, guard)
        ),
        What::Hedged { attempt } => {
            text!(locale, record.hedged, who = who, attempt = attempt)
        }
        What::FellBack { instead_of, with } => {
            let outcome = ended(instead_of);
            match with {
                Substitute::Value => text!(locale, record.fell_back, who = who, outcome = outcome),
                Substitute::Stale { guard, age } => text!(
                    locale,
                    record.fell_back_stale,
                    who = who,
                    outcome = outcome,
                    policy = policy(stage, guard),
                    age = duration(locale, age)
                ),
                Substitute::Endpoint { endpoint } => text!(
                    locale,
                    record.fell_back_other,
                    who = who,
                    outcome = outcome,
                    endpoint = endpoint_name(stage, endpoint)
                ),
            }
        }
        What::CacheHit { guard, age } => text!(
            locale,
            record.cache_hit,
            who = who,
            policy = policy(stage, guard),
            age = duration(locale, age)
        ),
        What::LimitChanged { guard, from, to } => text!(
            locale,
            record.limit_changed,
            who = who,
            policy = policy(stage, guard),
            from = from,
            to = to
        ),
        What::NotRetried { why } => match why {
            NotRetried::Method => text!(locale, record.not_retried_method, who = who),
            NotRetried::Deadline => text!(locale, record.not_retried_deadline, who = who),
        },
        What::NotPermitted { guard, outcome } => text!(
            locale,
            record.not_permitted,
            who = who,
            policy = policy(stage, guard),
            outcome = ended(outcome)
        ),
        What::PermitAwaited { guard, .. } => text!(
            locale,
            record.permit_awaited,
            who = who,
            policy = policy(stage, guard)
        ),
        What::PermitGranted { guard } => text!(
            locale,
            record.permit_granted,
            who = who,
            policy = policy(stage, guard)
        ),
        What::BreakerChanged { guard, to, why, .. } => text!(
            locale,
            record.breaker_changed,
            who = who,
            policy = policy(stage, guard),
            to = breaker_state(locale, to),
            why = breaker_why(locale, why)
        ),
        _ => return None,
    })
}

/// What is done around the instances of a service.
fn cared_for(locale: Locale, record: &Record, who: &str) -> Option<String> {
    let who = who.to_owned();
    Some(match record.what {
        What::Ejected {
            failures, until, ..
        } => text!(
            locale,
            record.ejected,
            who = who,
            failures = failures,
            until = moment(locale, until, DECIMALS)
        ),
        What::EjectionOver => text!(locale, record.ejection_over, who = who),
        What::ProbeFailed {
            liveness: false,
            failures,
        } => text!(locale, record.not_ready_yet, who = who, failures = failures),
        What::ProbeFailed {
            liveness: true,
            failures,
        } => text!(locale, record.not_alive_yet, who = who, failures = failures),
        What::ReadinessChanged { ready: true, .. } => text!(locale, record.ready, who = who),
        What::ReadinessChanged { ready: false, .. } => {
            text!(locale, record.not_ready, who = who)
        }
        What::Restarted { failures } => {
            text!(locale, record.restarted, who = who, failures = failures)
        }
        What::Scaled {
            from,
            to,
            measured,
            target,
        } => text!(
            locale,
            record.scaled,
            who = who,
            from = from,
            to = to,
            measured = measure(locale, measured),
            target = measure(locale, target)
        ),
        _ => return None,
    })
}

/// What an instance has to do.
pub(crate) fn measure(locale: Locale, measure: Measure) -> String {
    match measure {
        Measure::Busy(_) => percent(locale, measure.value()),
        Measure::Waiting(_) => number(locale, measure.value(), 1),
    }
}

/// The condition of an instance, and whether it is left out.
pub(crate) fn standing(locale: Locale, state: &EntityState) -> String {
    let condition = condition(locale, state.condition);
    match (state.ejected, state.unready) {
        (true, _) => text!(locale, node.ejected, condition = condition),
        (false, true) => text!(locale, node.unready, condition = condition),
        (false, false) => condition,
    }
}

fn task(locale: Locale, stage: &Stage, record: &Record, who: &str) -> Option<String> {
    let who = who.to_owned();
    let ended = |result: Outcome| outcome(locale, result);
    let span = |span| duration(locale, span);
    let time = |at| moment(locale, at, DECIMALS);
    Some(match record.what {
        What::JourneyBegan => text!(locale, record.began, who = who),
        What::JourneyEnded { outcome, took, .. } => {
            text!(
                locale,
                record.journey_ended,
                who = who,
                outcome = ended(outcome),
                took = span(took)
            )
        }
        What::TaskQueued { .. } => text!(locale, record.task_queued, who = who),
        What::TaskStarted { .. } => text!(locale, record.task_started, who = who),
        What::TaskFinished { outcome, took, .. } => {
            text!(
                locale,
                record.task_finished,
                who = who,
                outcome = ended(outcome),
                took = span(took)
            )
        }
        What::TaskKilled { .. } => text!(locale, record.task_killed, who = who),
        What::WorkQueued => text!(locale, record.work_queued, who = who),
        What::WorkStarted { until, .. } => {
            text!(locale, record.work_started, who = who, until = time(until))
        }
        What::WorkFinished { .. } => text!(locale, record.work_finished, who = who),
        What::CallFinished {
            attempts: 0 | 1,
            outcome,
            took,
            ..
        } => {
            text!(
                locale,
                record.call_finished,
                who = who,
                outcome = ended(outcome),
                took = span(took)
            )
        }
        What::CallFinished {
            attempts,
            outcome,
            took,
            ..
        } => text!(
            locale,
            record.call_finished_retried,
            count = attempts,
            who = who,
            outcome = ended(outcome),
            took = span(took)
        ),
        What::ExpectationFailed => text!(locale, record.expectation_failed, who = who),
        What::TimedOut { after } => text!(locale, record.timed_out, who = who, after = span(after)),
        What::BackedOff { attempt, until } => {
            text!(
                locale,
                record.backed_off,
                who = who,
                attempt = attempt,
                until = time(until)
            )
        }
        What::ConditionChanged { to, .. } => {
            text!(
                locale,
                record.condition,
                who = who,
                to = condition(locale, to)
            )
        }
        What::VersionStarted { version } => {
            let versions = &stage.topology.versions;
            let named = version.and_then(|version| versions.get(version as usize));
            let version = named.map_or("base", String::as_str);
            text!(locale, record.version_started, who = who, version = version)
        }
        What::EntryBegan { entry: place } => {
            text!(locale, record.entry_began, entry = at(locale, stage, place))
        }
        What::EntryEnded { entry: place } => {
            text!(locale, record.entry_ended, entry = at(locale, stage, place))
        }
        _ => return None,
    })
}

fn queue(locale: Locale, stage: &Stage, record: &Record, who: &str) -> Option<String> {
    let who = who.to_owned();
    Some(match record.what {
        What::Enqueued { .. } => text!(locale, record.enqueued, who = who),
        What::Dispatched {
            redelivered: false, ..
        } => text!(locale, record.dispatched, who = who),
        What::Dispatched {
            redelivered: true, ..
        } => text!(locale, record.redispatched, who = who),
        What::Acknowledged { .. } => text!(locale, record.acknowledged, who = who),
        What::Discarded { .. } => text!(locale, record.discarded, who = who),
        What::Requeued { .. } => text!(locale, record.requeued, who = who),
        What::Expired { .. } => text!(locale, record.expired, who = who),
        What::ConsumerJoined { consumer } => {
            text!(
                locale,
                record.joined,
                who = who,
                consumer = entity(locale, stage, consumer)
            )
        }
        What::ConsumerLeft { consumer } => {
            text!(
                locale,
                record.left,
                who = who,
                consumer = entity(locale, stage, consumer)
            )
        }
        _ => return None,
    })
}

fn store(locale: Locale, record: &Record, who: &str) -> Option<String> {
    let who = who.to_owned();
    Some(match record.what {
        What::ConnectionAwaited { .. } => text!(locale, record.connection_awaited, who = who),
        What::StatementTaken { .. } => text!(locale, record.statement_taken, who = who),
        What::RowAwaited { .. } => text!(locale, record.row_awaited, who = who),
        What::RowGranted { .. } => text!(locale, record.row_granted, who = who),
        What::StatementFinished { outcome, took, .. } => text!(
            locale,
            record.statement_finished,
            who = who,
            outcome = self::outcome(locale, outcome),
            took = duration(locale, took)
        ),
        What::ConnectionClosed { .. } => text!(locale, record.connection_closed, who = who),
        What::RowsCounted { rows } => text!(locale, record.rows_counted, who = who, rows = rows),
        _ => return None,
    })
}

/// The name of an endpoint.
fn endpoint_name(stage: &Stage, endpoint: EndpointId) -> String {
    let endpoint = stage.topology.endpoints.get(endpoint.index());
    endpoint
        .map(|endpoint| endpoint.name.clone())
        .unwrap_or_default()
}

/// The policy that remembers, by its name.
fn policy(stage: &Stage, guard: GuardId) -> String {
    let guard = stage.topology.guards.get(guard.index());
    guard.map(|guard| guard.policy.clone()).unwrap_or_default()
}

/// What a breaker is doing.
pub(crate) fn breaker_state(locale: Locale, state: BreakerState) -> String {
    match state {
        BreakerState::Closed => text!(locale, breaker.closed),
        BreakerState::Open => text!(locale, breaker.open),
        BreakerState::HalfOpen => text!(locale, breaker.half_open),
        BreakerState::ForcedOpen => text!(locale, breaker.forced_open),
        BreakerState::Disabled => text!(locale, breaker.disabled),
        BreakerState::MetricsOnly => text!(locale, breaker.metrics_only),
    }
}

/// Why a breaker is doing that.
pub(crate) fn breaker_why(locale: Locale, why: BreakerWhy) -> String {
    match why {
        BreakerWhy::Failed { calls, of } => {
            text!(locale, breaker.why_failed, calls = calls, of = of)
        }
        BreakerWhy::Slow { calls, of } => text!(locale, breaker.why_slow, calls = calls, of = of),
        BreakerWhy::InARow { calls } => text!(locale, breaker.why_in_a_row, calls = calls),
        BreakerWhy::TrialsWell { failed, of } => {
            text!(locale, breaker.why_trials_well, failed = failed, of = of)
        }
        BreakerWhy::Succeeded => text!(locale, breaker.why_succeeded),
        BreakerWhy::Waited => text!(locale, breaker.why_waited),
        BreakerWhy::TrialsTooLong { ended, needed } => text!(
            locale,
            breaker.why_trials_too_long,
            ended = ended,
            needed = needed
        ),
        BreakerWhy::Forced => text!(locale, breaker.why_forced),
        BreakerWhy::Restarted => text!(locale, breaker.why_restarted),
    }
}

pub(crate) fn outcome(locale: Locale, outcome: Outcome) -> String {
    match outcome {
        Outcome::Ok(status) => text!(locale, outcome.ok, status = status),
        Outcome::Declined(status) => text!(locale, outcome.declined, status = status),
        Outcome::Error(status) => text!(locale, outcome.error, status = status),
        Outcome::Refused => text!(locale, outcome.refused),
        Outcome::Reset => text!(locale, outcome.reset),
        Outcome::Timeout => text!(locale, outcome.timeout),
        Outcome::Full => text!(locale, outcome.full),
        Outcome::Open => text!(locale, outcome.open),
        Outcome::Limited => text!(locale, outcome.limited),
        Outcome::Shed => text!(locale, outcome.shed),
        Outcome::Invalid => text!(locale, outcome.invalid),
        Outcome::Duplicate => text!(locale, outcome.duplicate),
        Outcome::Unmet => text!(locale, outcome.unmet),
        Outcome::Conflict => text!(locale, outcome.conflict),
    }
}

fn at(locale: Locale, stage: &Stage, place: u32) -> String {
    stage
        .entries
        .get(place as usize)
        .map(|found| entry(locale, stage, found))
        .unwrap_or_default()
}

/// What the node called so is called for people; other names stay as they are.
fn named(locale: Locale, stage: &Stage, name: &str) -> String {
    let (owner, instance) = match name.rsplit_once('.') {
        Some((owner, instance)) if instance.parse::<u32>().is_ok() => (owner, Some(instance)),
        _ => (name, None),
    };
    let Some(node) = stage.topology.nodes.iter().find(|node| node.name == owner) else {
        return name.to_owned();
    };
    let title = title(node, locale);
    match instance {
        Some(instance) => format!("{title}\u{a0}{instance}"),
        None => title,
    }
}
