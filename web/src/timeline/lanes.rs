//! The lanes of the timeline, painted on a canvas when the run has come further, not when
//! time passes.
//!
//! The run at a glance and the document's entries flow in, pixels flow out: ticks, how far
//! the run has been simulated, what happens when, journeys, their latency, what waits.

use interplay_protocol::{EntryKind, EntryView, Glance, Stage};
use sim_core::kernel::SimTime;
use sim_core::observe::Bucket;
use web_sys::CanvasRenderingContext2d;

use super::scale::Scale;
use crate::i18n::{Locale, count, duration, number, text};
use crate::inspector::words;

/// The height of ticks and of each lane, from top to bottom.
const AXIS: f64 = 18.0;
const ENTRIES: f64 = 16.0;
const LANE: f64 = 26.0;
const GAP: f64 = 4.0;
/// Room for the names of lanes, left of the beginning of time.
pub(crate) const GUTTER: f64 = 116.0;
/// The same on a narrow screen, where names stand inside.
pub(crate) const NARROW_GUTTER: f64 = 12.0;
/// Room right of the end of time.
pub(crate) const RIGHT: f64 = 16.0;

/// One task that waits for a moment is no tower.
const LEAST_WAITING: f64 = 6.0;

/// How many lanes there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Density {
    /// All, with their names.
    Full,
    /// On a narrow screen: what happens, and journeys.
    Compact,
}

impl Density {
    /// How high the canvas is.
    pub(crate) fn height(self) -> f64 {
        let lanes = if self == Self::Full { 3.0 } else { 1.0 };
        AXIS + ENTRIES + GAP + lanes * (LANE + GAP)
    }

    /// How much room names have.
    pub(crate) const fn gutter(self) -> f64 {
        match self {
            Self::Full => GUTTER,
            Self::Compact => NARROW_GUTTER,
        }
    }
}

/// The colours of the lanes.
#[derive(Clone, Default, Debug)]
pub(crate) struct Colours {
    pub(crate) ink: String,
    pub(crate) soft: String,
    pub(crate) faint: String,
    pub(crate) line: String,
    pub(crate) track: String,
    pub(crate) done: String,
    pub(crate) failure: String,
    pub(crate) latency: String,
    pub(crate) waiting: String,
    pub(crate) slow: String,
    pub(crate) set: String,
    pub(crate) font: String,
}

/// What is painted.
pub(crate) struct Lanes<'a> {
    pub(crate) context: &'a CanvasRenderingContext2d,
    pub(crate) colours: &'a Colours,
    pub(crate) locale: Locale,
    pub(crate) scale: Scale,
    pub(crate) density: Density,
    pub(crate) glance: &'a Glance,
    pub(crate) stage: &'a Stage,
    pub(crate) simulated: SimTime,
}

impl Lanes<'_> {
    /// Paints everything.
    pub(crate) fn paint(&self) {
        self.axis();
        self.entries();
        let mut top = AXIS + ENTRIES + GAP;
        self.journeys(top);
        if self.density == Density::Full {
            top += LANE + GAP;
            self.latency(top);
            top += LANE + GAP;
            self.waiting(top);
        }
    }

    /// Ticks, and how far the run has been simulated.
    fn axis(&self) {
        let Self {
            context,
            colours,
            scale,
            ..
        } = self;
        let bar = AXIS - 4.0;
        context.set_fill_style_str(&colours.track);
        context.fill_rect(scale.left, bar, scale.width, 3.0);
        context.set_fill_style_str(&colours.faint);
        context.fill_rect(scale.left, bar, scale.x(self.simulated) - scale.left, 3.0);
        self.font(10.5);
        context.set_text_align("left");
        let mut free_from = 0.0;
        for tick in scale.ticks() {
            let x = scale.x(tick);
            context.set_fill_style_str(&colours.line);
            context.fill_rect(
                x.round(),
                AXIS - 1.0,
                1.0,
                self.density.height() - AXIS - GAP,
            );
            let label = duration(self.locale, tick.since(SimTime::ZERO));
            let width = context
                .measure_text(&label)
                .map_or(0.0, |metrics| metrics.width());
            // The last label leans to the left rather than out of the picture.
            let place = if x + width > scale.left + scale.width + RIGHT {
                x - width
            } else {
                x
            };
            if place >= free_from {
                context.set_fill_style_str(&colours.soft);
                let _ = context.fill_text(&label, place, AXIS - 7.0);
                free_from = place + width + 8.0;
            }
        }
    }

    /// What the document says happens: bands for what lasts, flags for what does not.
    fn entries(&self) {
        let Self {
            context,
            colours,
            scale,
            ..
        } = self;
        let top = AXIS + 2.0;
        self.name(top + ENTRIES - 6.0, &text!(self.locale, player.faults), "");
        for entry in &self.stage.entries {
            let from = scale.x(entry.at);
            let until = entry.until.map_or(from + 2.0, |until| scale.x(until));
            let colour = match entry.kind {
                EntryKind::Crash
                | EntryKind::Errors(_)
                | EntryKind::Full
                | EntryKind::Partition { .. }
                | EntryKind::Lossy(_) => &colours.failure,
                EntryKind::Slow(_) | EntryKind::Pause => &colours.slow,
                EntryKind::Scale
                | EntryKind::Deploy
                | EntryKind::Canary(_)
                | EntryKind::Set
                | EntryKind::Send => &colours.set,
            };
            context.set_fill_style_str(colour);
            context.set_global_alpha(0.12);
            context.fill_rect(from, top, until - from, self.density.height() - top - GAP);
            context.set_global_alpha(1.0);
            context.fill_rect(from, top, (until - from).max(2.0), 3.0);
            if entry.until.is_none() {
                context.begin_path();
                context.move_to(from, top);
                context.line_to(from + 7.0, top + 4.0);
                context.line_to(from, top + 8.0);
                context.fill();
            }
        }
        self.entry_labels(top + 13.0);
    }

    /// The names of entries, those that begin together in one, cut to the room before the
    /// next.
    fn entry_labels(&self, y: f64) {
        let Self {
            context,
            colours,
            scale,
            ..
        } = self;
        self.font(10.5);
        context.set_text_align("left");
        context.set_fill_style_str(&colours.ink);
        let mut entries: Vec<&EntryView> = self.stage.entries.iter().collect();
        entries.sort_by_key(|entry| entry.at);
        let groups: Vec<&[&EntryView]> = entries.chunk_by(|a, b| a.at == b.at).collect();
        let end = scale.left + scale.width + RIGHT;
        for (place, group) in groups.iter().enumerate() {
            let x = scale.x(group[0].at) + 4.0;
            let next = groups
                .get(place + 1)
                .map_or(end, |next| scale.x(next[0].at));
            let said: Vec<String> = group.iter().map(|entry| self.label(entry)).collect();
            let _ = context.fill_text(&self.cut(&said.join(" · "), next - x - 4.0), x, y);
        }
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

    /// As much of a text as there is room for.
    fn cut(&self, text: &str, room: f64) -> String {
        let width = |text: &str| {
            self.context
                .measure_text(text)
                .map_or(0.0, |metrics| metrics.width())
        };
        if width(text) <= room {
            return text.to_owned();
        }
        let letters: Vec<char> = text.chars().collect();
        let shown = |count: usize| {
            format!(
                "{}…",
                letters[..count].iter().collect::<String>().trim_end()
            )
        };
        (1..letters.len())
            .rev()
            .map(shown)
            .find(|shown| width(shown) <= room)
            .unwrap_or_default()
    }

    fn journeys(&self, top: f64) {
        let most = self.most(|bucket| f64::from(bucket.done + bucket.failed));
        let secs = self.glance.span.as_secs_f64();
        let rate = number(self.locale, most / secs.max(f64::MIN_POSITIVE), 1);
        let rate = text!(self.locale, player.per_second, value = rate);
        self.name(
            top + LANE - 8.0,
            &text!(self.locale, player.journeys),
            &rate,
        );
        self.base(top);
        for (place, bucket) in self.glance.buckets.iter().enumerate() {
            let (x, width) = self.bucket(place);
            let height = |value: u32| (LANE - 2.0) * f64::from(value) / most;
            let (done, failed) = (height(bucket.done), height(bucket.failed));
            self.context.set_fill_style_str(&self.colours.done);
            self.context.fill_rect(x, top + LANE - done, width, done);
            self.context.set_fill_style_str(&self.colours.failure);
            self.context
                .fill_rect(x, top + LANE - done - failed, width, failed);
        }
    }

    fn latency(&self, top: f64) {
        let most = self.most(|bucket| bucket.p95.as_secs_f64());
        let longest = self
            .glance
            .buckets
            .iter()
            .map(|bucket| bucket.p95)
            .max()
            .unwrap_or_default();
        self.name(
            top + LANE - 8.0,
            &text!(self.locale, player.latency),
            &duration(self.locale, longest),
        );
        self.base(top);
        let context = self.context;
        context.set_fill_style_str(&self.colours.latency);
        for (place, bucket) in self.glance.buckets.iter().enumerate() {
            // Nothing finished here: nothing is known, which is not the same as zero.
            if bucket.done + bucket.failed > 0 {
                let (x, width) = self.bucket(place);
                let height = (LANE - 3.0) * bucket.p95.as_secs_f64() / most;
                context.fill_rect(x, top + LANE - height - 2.0, width, 2.0);
                context.set_global_alpha(0.18);
                context.fill_rect(x, top + LANE - height, width, height);
                context.set_global_alpha(1.0);
            }
        }
    }

    fn waiting(&self, top: f64) {
        let most = self
            .most(|bucket| f64::from(bucket.waiting))
            .max(LEAST_WAITING);
        let highest = self
            .glance
            .buckets
            .iter()
            .map(|bucket| bucket.waiting)
            .max()
            .unwrap_or_default();
        self.name(
            top + LANE - 8.0,
            &text!(self.locale, player.waiting),
            &count(highest.into()),
        );
        self.base(top);
        self.context.set_fill_style_str(&self.colours.waiting);
        for (place, bucket) in self.glance.buckets.iter().enumerate() {
            let (x, width) = self.bucket(place);
            let height = (LANE - 2.0) * f64::from(bucket.waiting) / most;
            self.context
                .fill_rect(x, top + LANE - height, width, height);
        }
    }

    /// The greatest value of a lane; never nothing, since it is divided by.
    fn most(&self, value: impl Fn(&Bucket) -> f64) -> f64 {
        self.glance
            .buckets
            .iter()
            .map(value)
            .fold(f64::MIN_POSITIVE, f64::max)
    }

    /// Where a bucket is, and how wide.
    fn bucket(&self, place: usize) -> (f64, f64) {
        let at = |place: usize| {
            self.scale.x(SimTime::from_nanos(
                self.glance.span.as_nanos().saturating_mul(place as u64),
            ))
        };
        let (from, to) = (at(place), at(place + 1));
        (from, (to - from).max(0.5))
    }

    fn base(&self, top: f64) {
        self.context.set_fill_style_str(&self.colours.line);
        self.context
            .fill_rect(self.scale.left, top + LANE, self.scale.width, 1.0);
    }

    /// The name of a lane on the left, and its greatest value.
    fn name(&self, y: f64, name: &str, most: &str) {
        if self.density != Density::Full {
            return;
        }
        let context = self.context;
        self.font(11.0);
        context.set_text_align("left");
        context.set_fill_style_str(&self.colours.soft);
        let _ = context.fill_text(name, 14.0, y);
        context.set_text_align("right");
        context.set_fill_style_str(&self.colours.ink);
        let _ = context.fill_text(most, self.scale.left - 8.0, y);
    }

    fn font(&self, size: f64) {
        self.context
            .set_font(&format!("{size}px {}", self.colours.font));
    }
}
