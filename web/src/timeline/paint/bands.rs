//! Bands: entries of the document's timeline with their words, and who was not well when.

use interplay_protocol::{EntryKind, EntryView, Stage};
use sim_core::observe::{Band, Machine, MachineState};
use sim_core::resilience::breaker::State as BreakerState;
use sim_core::world::Condition;

use super::{Painter, SMALL};
use crate::i18n::{Locale, text};
use crate::inspector::words;
use crate::timeline::faults::levels;
use crate::timeline::rows::{GAP, LEVEL, MOST_LEVELS, MOST_MACHINES, ONE, Row};
use crate::views::flow::scene::title;

/// Between two levels of entries.
const BETWEEN: f64 = 2.0;
/// A moment has no width, and its flag this one.
const FLAG: f64 = 7.0;

/// What a colour says of something that lasts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Tone {
    /// It does not work.
    Failure,
    /// It works, but not well.
    Slow,
    /// It is other than usual.
    Soft,
    /// Somebody changed it.
    Set,
}

impl Tone {
    /// That of an entry of the document's timeline.
    pub(crate) const fn of_entry(kind: EntryKind) -> Self {
        match kind {
            EntryKind::Crash
            | EntryKind::Errors(_)
            | EntryKind::Full
            | EntryKind::Partition { .. }
            | EntryKind::Lossy(_) => Self::Failure,
            EntryKind::Slow(_) | EntryKind::Pause => Self::Slow,
            EntryKind::Scale
            | EntryKind::Deploy
            | EntryKind::Canary(_)
            | EntryKind::Set
            | EntryKind::Send => Self::Set,
        }
    }

    /// That of a state, and how strong its band is.
    pub(crate) const fn of_state(state: MachineState) -> (Self, f64) {
        match state {
            MachineState::Condition { worst, .. } => match worst {
                Condition::Down => (Self::Failure, 0.5),
                Condition::Failing | Condition::Full => (Self::Failure, 0.32),
                Condition::Slow | Condition::Paused => (Self::Slow, 0.32),
                Condition::Draining | Condition::Up | Condition::Absent => (Self::Soft, 0.32),
            },
            MachineState::Breaker(state) => match state {
                BreakerState::Open | BreakerState::ForcedOpen => (Self::Failure, 0.5),
                BreakerState::HalfOpen => (Self::Slow, 0.32),
                _ => (Self::Soft, 0.32),
            },
        }
    }

    /// What it is called in the style sheet.
    pub(crate) const fn css(self) -> &'static str {
        match self {
            Self::Failure => "--failure",
            Self::Slow => "--slow",
            Self::Soft => "--ink-soft",
            Self::Set => "--lane-set",
        }
    }
}

impl Painter<'_> {
    /// What lasts tints all lanes below it.
    pub(super) fn shade(&self) {
        let Some(row) = self.rows.rows.first() else {
            return;
        };
        for entry in &self.stage.entries {
            if let Some(until) = entry.until {
                let (from, until) = (self.scale.x_cut(entry.at), self.scale.x_cut(until));
                self.fill(self.colour_of(entry));
                self.faintly(0.07, || {
                    let height = self.rows.height - row.top - GAP;
                    self.context.fill_rect(from, row.top, until - from, height);
                });
            }
        }
    }

    /// One band or flag for each entry, stacked where they overlap, with words as far as there
    /// is room before the next.
    pub(super) fn entries(&self, row: &Row) {
        let entries = &self.stage.entries;
        let shown = if row.open {
            (row.height / LEVEL) as usize
        } else {
            1
        };
        let levels = levels(entries, self.stage.horizon, shown.min(MOST_LEVELS));
        let height = row.height / shown as f64 - BETWEEN;
        let end = self.scale.right() + super::RIGHT;
        for (entry, level) in entries.iter().zip(&levels) {
            let top = row.top + *level as f64 * (height + BETWEEN);
            let from = self.scale.x_cut(entry.at);
            let until = entry.until.map(|until| self.scale.x_cut(until));
            self.band(entry, from, until, (top, height));
            if !row.open {
                continue;
            }
            let next = entries
                .iter()
                .zip(&levels)
                .filter(|(other, other_level)| *other_level == level && other.at > entry.at)
                .map(|(other, _)| self.scale.x_cut(other.at))
                .fold(end, f64::min);
            // The words of what began before the view stay at its left end.
            let words_from = from.max(self.scale.left) + if until.is_some() { 5.0 } else { 10.0 };
            let ends = until.is_some_and(|until| until < words_from);
            if !ends {
                self.font(SMALL);
                self.fill(&self.colours.ink);
                let said = self.cut(&self.label(entry), next - words_from - 6.0);
                self.text(&said, words_from, top + height / 2.0 + 3.5);
            }
        }
    }

    fn band(&self, entry: &EntryView, from: f64, until: Option<f64>, (top, height): (f64, f64)) {
        let context = self.context;
        self.fill(self.colour_of(entry));
        if let Some(until) = until {
            let width = (until - from).max(2.0);
            self.faintly(0.24, || context.fill_rect(from, top, width, height));
            context.fill_rect(from, top, 2.0, height);
            context.fill_rect(from, top + height - 2.0, width, 2.0);
        } else {
            context.fill_rect(from, top, 1.5, height);
            context.begin_path();
            context.move_to(from, top);
            context.line_to(from + FLAG, top + 4.0);
            context.line_to(from, top + 8.0);
            context.fill();
        }
    }

    fn colour_of(&self, entry: &EntryView) -> &str {
        self.colours.tone(Tone::of_entry(entry.kind))
    }

    fn label(&self, entry: &EntryView) -> String {
        let sign = match entry.kind {
            EntryKind::Crash => "✕",
            EntryKind::Slow(_) => "◷",
            EntryKind::Errors(_) => "!",
            EntryKind::Pause => "‖",
            EntryKind::Full => "▤",
            EntryKind::Partition { one_way: false } => "⇹",
            EntryKind::Partition { one_way: true } => "↛",
            EntryKind::Lossy(_) => "⇢",
            EntryKind::Scale => "×",
            EntryKind::Deploy | EntryKind::Canary(_) => "⇪",
            EntryKind::Set => "≔",
            EntryKind::Send => "→",
        };
        format!("{sign} {}", words::entry(self.locale, self.stage, entry))
    }

    /// The states of every machine that was not always well: a row each, or all in one.
    pub(super) fn states(&self, row: &Row) {
        for band in &self.glance.bands {
            let place = self.rows.contents.machines.iter();
            let Some(place) = place.clone().position(|machine| *machine == band.machine) else {
                continue;
            };
            let (top, height) = if row.open {
                if place >= MOST_MACHINES {
                    continue;
                }
                (row.top + ONE * place as f64 + 1.0, ONE - 2.0)
            } else {
                (row.top + 2.0, row.height - 4.0)
            };
            self.state(band, (top, height), row.open);
        }
    }

    fn state(&self, band: &Band, (top, height): (f64, f64), with_words: bool) {
        let from = self.scale.x_cut(band.from);
        let until = self.scale.x_cut(band.to.unwrap_or(self.simulated));
        let width = (until - from).max(1.5);
        let context = self.context;
        let (tone, strength) = Tone::of_state(band.state);
        let colour = self.colours.tone(tone);
        self.fill(colour);
        self.faintly(strength, || context.fill_rect(from, top, width, height));
        context.fill_rect(from, top, width.min(1.5), height);
        let from = from.max(self.scale.left) + 5.0;
        if with_words && until - from > 26.0 {
            let said = state_in_words(self.locale, self.stage, band);
            self.font(SMALL - 0.5);
            self.fill(&self.colours.ink);
            let room = until.min(self.scale.right()) - from - 4.0;
            self.text(&self.cut(&said, room), from, top + height - 2.5);
        }
    }

    pub(super) fn state_names(&self, row: &Row) {
        let machines = &self.rows.contents.machines;
        if !row.open {
            let name = text!(self.locale, timeline.states);
            self.name(row.top + row.height - 3.5, &name, "");
            return;
        }
        for (place, machine) in machines.iter().take(MOST_MACHINES).enumerate() {
            let mut name = machine_in_words(self.locale, self.stage, *machine);
            if place + 1 == MOST_MACHINES && machines.len() > MOST_MACHINES {
                name = format!("{name} +{}", machines.len() - MOST_MACHINES);
            }
            let y = row.top + ONE * place as f64 + ONE - 3.5;
            self.name(y, &name, "");
        }
    }
}

/// What a machine is called: a node by its title, a breaker by its policy and whose it is.
pub(crate) fn machine_in_words(locale: Locale, stage: &Stage, machine: Machine) -> String {
    let topology = &stage.topology;
    match machine {
        Machine::Node(node) => topology
            .nodes
            .get(node.index())
            .map(|node| title(node, locale)),
        Machine::Breaker(guard) => topology.guards.get(guard.index()).map(|guard| {
            guard.owner.map_or_else(
                || guard.policy.clone(),
                |owner| format!("{} · {}", guard.policy, words::entity(locale, stage, owner)),
            )
        }),
    }
    .unwrap_or_default()
}

/// What state a machine is in, and how many of its instances are.
pub(crate) fn state_in_words(locale: Locale, stage: &Stage, band: &Band) -> String {
    match (band.state, band.machine) {
        (MachineState::Condition { worst, instances }, machine) => {
            let said = words::condition(locale, worst);
            let all = match machine {
                Machine::Node(node) => stage.topology.nodes.get(node.index()),
                Machine::Breaker(_) => None,
            };
            match all.map_or(1, |node| node.entities) {
                1 => said,
                all => {
                    let of = text!(locale, timeline.of_instances, count = instances, all = all);
                    format!("{said} · {of}")
                }
            }
        }
        (MachineState::Breaker(doing), _) => words::breaker_state(locale, doing),
    }
}
