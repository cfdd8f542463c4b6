//! Hovering: what lies under the pointer, and what is said about it.

use interplay_protocol::EntryView;
use sim_core::kernel::{RecordId, SimTime};
use sim_core::observe::{Band, Machine, MarkKind};
use sim_core::world::NodeId;

use super::cluster::{Cluster, clusters, is_drawn};
use super::faults::{levels, node_of};
use super::paint::MARK_ROOM;
use super::paint::bands::{machine_in_words, state_in_words};
use super::rows::{Check, Density, LEVEL, Lane, MOST_LEVELS, MOST_MACHINES, ONE, Rows};
use super::scale::{Scale, decimals};
use crate::i18n::{Locale, count, duration, moment, number, text};
use crate::inspector::words;
use crate::player::Player;

/// How near a sign or a flag has to be, in pixels.
const REACH: f64 = 7.0;

/// What lies under the pointer.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Target {
    /// An entry of the timeline.
    Entry(EntryView),
    /// The state of a machine.
    State(Band),
    /// An alert while it was firing, or the moment a property was violated at.
    Check(Check, (SimTime, Option<SimTime>, Option<RecordId>)),
    /// Marks.
    Marks(Cluster),
}

impl Target {
    /// The node it is about, if it is about one.
    pub(super) fn node(&self, player: &Player) -> Option<NodeId> {
        match self {
            Self::Entry(entry) => node_of(player.stage(), entry),
            Self::State(Band {
                machine: Machine::Node(node),
                ..
            }) => Some(*node),
            Self::State(Band {
                machine: Machine::Breaker(guard),
                ..
            }) => {
                let topology = &player.stage().topology;
                let owner = topology.guards.get(guard.index())?.owner?;
                topology.node_of.get(owner.index()).copied()
            }
            Self::Check(..) | Self::Marks(_) => None,
        }
    }
}

/// What lies at a place of the lanes.
pub(super) fn target(
    player: &Player,
    rows: &Rows,
    scale: &Scale,
    density: Density,
    (x, y): (f64, f64),
) -> Option<Target> {
    let (row, below) = rows.at(y)?;
    let at = scale.time(x);
    let glance = player.closer().unwrap_or_else(|| player.glance());
    match row.lane {
        Lane::Entries => {
            let entries = &player.stage().entries;
            let shown = if row.open {
                (row.height / LEVEL) as usize
            } else {
                1
            };
            let level = (below / row.height * shown as f64) as usize;
            let levels = levels(entries, scale.horizon, shown.min(MOST_LEVELS));
            let holds = |entry: &EntryView| match entry.until {
                Some(until) => entry.at <= at && at < until.max(entry.at.after(scale.span(REACH))),
                None => (-2.0..REACH + 3.0).contains(&(x - scale.x(entry.at))),
            };
            let mut here = entries.iter().zip(levels);
            // Of those that lie above each other the last is seen.
            here.rfind(|(entry, its)| *its == level && holds(entry))
                .map(|(entry, _)| Target::Entry(entry.clone()))
        }
        Lane::States => {
            let machine = rows.contents.machines.get((below / ONE) as usize);
            let holds = |band: &&Band| {
                let here = !row.open || Some(&band.machine) == machine;
                let until = band.to.unwrap_or(SimTime::MAX);
                here && band.from <= at && at < until.max(band.from.after(scale.span(REACH)))
            };
            debug_assert!(!row.open || below <= ONE * (MOST_MACHINES as f64 + 1.0));
            let mut bands = glance.bands.iter();
            bands.rfind(holds).copied().map(Target::State)
        }
        Lane::Checks => {
            let place = if row.open { (below / ONE) as usize } else { 0 };
            let checks = &rows.contents.checks;
            let here = if row.open {
                checks.get(place..=place).unwrap_or_default()
            } else {
                checks.as_slice()
            };
            let reach = scale.span(REACH);
            let holds = |&(from, until, _): &(SimTime, Option<SimTime>, _), check: &Check| {
                let until = if check.violated { Some(from) } else { until };
                let until = until.unwrap_or(SimTime::MAX);
                from <= at.after(reach) && at < until.max(from).after(reach)
            };
            here.iter().rev().find_map(|check| {
                let time = check.times.iter().rev().find(|time| holds(time, check))?;
                Some(Target::Check(check.clone(), *time))
            })
        }
        Lane::Marks => {
            let kind = rows.contents.kinds.get((below / ONE) as usize).copied();
            let each = row.open && density == Density::Full;
            let marks = glance.marks.iter().filter(|mark| {
                if each {
                    Some(mark.kind) == kind
                } else {
                    is_drawn(mark.kind)
                }
            });
            let place = |at| scale.x(at);
            let ends = (scale.left, scale.right());
            let found = clusters(marks, place, ends, MARK_ROOM);
            let reach = |cluster: &Cluster| {
                let width = if cluster.count > 1 { 26.0 } else { REACH };
                (-REACH..width).contains(&(x - cluster.x))
            };
            let near = found.into_iter().filter(reach);
            near.min_by(|one, other| (one.x - x).abs().total_cmp(&(other.x - x).abs()))
                .map(Target::Marks)
        }
        Lane::Journeys | Lane::Latency | Lane::Waiting => None,
    }
}

/// A moment with as many decimals as places on the screen tell apart.
pub(super) fn precise(locale: Locale, scale: &Scale, at: SimTime) -> String {
    moment(locale, at, decimals(scale.span(1.0)).clamp(1, 6))
}

/// The figures around a moment and what lies under the pointer, in words.
pub(super) fn describe(
    player: &Player,
    locale: Locale,
    scale: &Scale,
    at: SimTime,
    target: Option<&Target>,
) -> Vec<String> {
    let mut lines = vec![figures(player, locale, scale, at)];
    match target {
        Some(Target::Entry(entry)) => {
            lines.push(words::entry(locale, player.stage(), entry));
            let from = precise(locale, scale, entry.at);
            if let Some(until) = entry.until {
                lines.push(format!("{from} – {}", precise(locale, scale, until)));
            }
        }
        Some(Target::State(band)) => {
            let stage = player.stage();
            let name = machine_in_words(locale, stage, band.machine);
            let does = state_in_words(locale, stage, band);
            lines.push(format!("{name}: {does}"));
        }
        Some(Target::Check(check, (from, until, _))) => {
            let from = precise(locale, scale, *from);
            lines.push(if check.violated {
                text!(
                    locale,
                    timeline.violated,
                    name = check.name.clone(),
                    at = from
                )
            } else {
                let until = until.map_or_else(
                    || text!(locale, timeline.still),
                    |until| precise(locale, scale, until),
                );
                text!(
                    locale,
                    timeline.firing,
                    name = check.name.clone(),
                    from = from,
                    until = until
                )
            });
        }
        Some(Target::Marks(cluster)) => {
            lines.push(marks_in_words(player, locale, scale, cluster));
        }
        None => {
            if let Some(sentence) = record_near(player, locale, scale, at) {
                lines.push(sentence);
            }
        }
    }
    lines
}

/// How many of which kinds there are in a cluster.
fn marks_in_words(player: &Player, locale: Locale, scale: &Scale, cluster: &Cluster) -> String {
    let glance = player.closer().unwrap_or_else(|| player.glance());
    if cluster.count == 1 {
        let record = player.reel().record(cluster.record).copied();
        let within = cluster.record.0.checked_sub(glance.first.0);
        let record = record.or_else(|| glance.records.get(within? as usize).copied());
        let at = precise(locale, scale, cluster.first);
        return match record {
            Some(record) => format!("{at}: {}", words::sentence(locale, player.stage(), &record)),
            None => format!("{at}: {}", mark_name(locale, cluster.kind)),
        };
    }
    let within = glance
        .marks
        .iter()
        .filter(|mark| mark.first >= cluster.first && mark.first <= cluster.last);
    let of_kind = |kind: MarkKind| -> u64 {
        let marks = within.clone().filter(|mark| mark.kind == kind);
        marks.map(|mark| u64::from(mark.count)).sum()
    };
    let kinds = MarkKind::ALL.into_iter().filter(|kind| {
        if cluster.mixed {
            is_drawn(*kind)
        } else {
            *kind == cluster.kind
        }
    });
    let said = kinds
        .map(|kind| (kind, of_kind(kind)))
        .filter(|(_, found)| *found > 0)
        .map(|(kind, found)| format!("{} {}", mark_name(locale, kind), count(found)));
    said.collect::<Vec<_>>().join(" · ")
}

/// The record under the pointer, where single records are seen.
fn record_near(player: &Player, locale: Locale, scale: &Scale, at: SimTime) -> Option<String> {
    let records = &player.closer()?.records;
    let place = records.partition_point(|record| record.at < at);
    let near = [place.checked_sub(1), Some(place)];
    let near = near
        .into_iter()
        .flatten()
        .filter_map(|place| records.get(place));
    let distance = |at: SimTime, other: SimTime| at.since(other).max(other.since(at));
    let nearest = near.min_by_key(|record| distance(record.at, at))?;
    (distance(nearest.at, at) <= scale.span(3.0))
        .then(|| words::sentence(locale, player.stage(), nearest))
}

fn figures(player: &Player, locale: Locale, scale: &Scale, at: SimTime) -> String {
    let mut parts = vec![precise(locale, scale, at)];
    let glance = player.closer().unwrap_or_else(|| player.glance());
    let span = glance.span.as_nanos().max(1);
    let bucket = at
        .as_nanos()
        .checked_sub(glance.from.as_nanos())
        .and_then(|into| glance.buckets.get((into / span) as usize));
    if let Some(bucket) = bucket.filter(|_| at <= player.reel().simulated()) {
        let secs = glance.span.as_secs_f64().max(f64::MIN_POSITIVE);
        let rate = |journeys: u32| number(locale, f64::from(journeys) / secs, 1);
        parts.push(text!(locale, player.per_second, value = rate(bucket.done)));
        if bucket.failed > 0 {
            parts.push(format!(
                "✕ {}",
                text!(locale, player.per_second, value = rate(bucket.failed))
            ));
        }
        if bucket.done + bucket.failed > 0 {
            parts.push(format!(
                "p50 {} · p95 {}",
                duration(locale, bucket.p50),
                duration(locale, bucket.p95)
            ));
        }
        parts.push(format!(
            "{} {}",
            text!(locale, player.waiting),
            count(bucket.waiting.into())
        ));
    }
    parts.join(" · ")
}

/// What marks of a kind are called.
pub(super) fn mark_name(locale: Locale, kind: MarkKind) -> String {
    match kind {
        MarkKind::Unexpected => text!(locale, timeline.unexpected),
        MarkKind::GivenUp => text!(locale, timeline.given_up),
        MarkKind::TimedOut => text!(locale, timeline.timed_out),
        MarkKind::Lost => text!(locale, timeline.lost),
        MarkKind::Refused => text!(locale, timeline.refused),
        MarkKind::Redelivered => text!(locale, timeline.redelivered),
        MarkKind::Late => text!(locale, timeline.late),
        MarkKind::State => text!(locale, timeline.state_changes),
        MarkKind::Entry => text!(locale, timeline.entries),
    }
}
