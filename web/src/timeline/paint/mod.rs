//! The lanes of the timeline, painted on a canvas when the run has come further or the view
//! has changed, not when time passes.
//!
//! The run at a glance and the document's entries flow in, pixels flow out: ticks, how far
//! the run has been simulated, what happens when, who is not well, what is worth a look,
//! journeys, their latency, what waits.

pub(super) mod bands;
mod checks;
mod curves;
mod marks;

use interplay_protocol::{Glance, Stage};
use sim_core::kernel::SimTime;
use web_sys::CanvasRenderingContext2d;

use super::rows::{AXIS, Density, GAP, Lane, Row, Rows};
use super::scale::Scale;
use crate::i18n::Locale;
use bands::Tone;
pub(super) use marks::MARK_ROOM;

/// Room for the names of lanes, left of the beginning of time.
pub(crate) const GUTTER: f64 = 116.0;
/// The same on a narrow screen, where lanes have no names.
pub(crate) const NARROW_GUTTER: f64 = 12.0;
/// Room right of the end of time.
pub(crate) const RIGHT: f64 = 16.0;
/// Where names begin: before them stands the sign that the lane can be closed.
const NAMES: f64 = 20.0;
const SMALL: f64 = 10.5;
const NORMAL: f64 = 11.0;

/// The colours of the lanes.
#[derive(Clone, Default, Debug)]
pub(crate) struct Colours {
    pub(crate) ink: String,
    pub(crate) soft: String,
    pub(crate) faint: String,
    pub(crate) line: String,
    pub(crate) track: String,
    pub(crate) panel: String,
    pub(crate) done: String,
    pub(crate) failure: String,
    pub(crate) latency: String,
    pub(crate) waiting: String,
    pub(crate) slow: String,
    pub(crate) set: String,
    pub(crate) event: String,
    pub(crate) reply: String,
    pub(crate) command: String,
    pub(crate) query: String,
    pub(crate) control: String,
    pub(crate) font: String,
}

impl Colours {
    /// The colour of a tone.
    fn tone(&self, tone: Tone) -> &str {
        match tone {
            Tone::Failure => &self.failure,
            Tone::Slow => &self.slow,
            Tone::Soft => &self.soft,
            Tone::Set => &self.set,
        }
    }

    /// The colours of the style sheet as they are now.
    pub(crate) fn now() -> Option<Self> {
        let window = web_sys::window()?;
        let style = window
            .get_computed_style(&window.document()?.document_element()?)
            .ok()??;
        let value = |name: &str| {
            style
                .get_property_value(name)
                .map(|value| value.trim().to_owned())
                .unwrap_or_default()
        };
        Some(Self {
            ink: value("--ink"),
            soft: value("--ink-soft"),
            faint: value("--ink-faint"),
            line: value("--line"),
            track: value("--track"),
            panel: value("--panel"),
            done: value("--lane-done"),
            failure: value("--failure"),
            latency: value("--lane-latency"),
            waiting: value("--lane-waiting"),
            slow: value("--slow"),
            set: value("--lane-set"),
            event: value("--event"),
            reply: value("--reply"),
            command: value("--command"),
            query: value("--query"),
            control: value("--control"),
            font: value("--font"),
        })
    }
}

/// What is painted.
pub(crate) struct Painter<'a> {
    pub(crate) context: &'a CanvasRenderingContext2d,
    pub(crate) colours: &'a Colours,
    pub(crate) locale: Locale,
    pub(crate) scale: Scale,
    pub(crate) density: Density,
    pub(crate) rows: &'a Rows,
    pub(crate) glance: &'a Glance,
    pub(crate) stage: &'a Stage,
    pub(crate) simulated: SimTime,
}

impl Painter<'_> {
    /// Paints everything.
    pub(crate) fn paint(&self) {
        self.ticks();
        self.story();
        self.within(|| {
            self.shade();
            for row in &self.rows.rows {
                match row.lane {
                    Lane::Entries => self.entries(row),
                    Lane::States => self.states(row),
                    Lane::Checks => self.checks(row),
                    Lane::Marks => self.marks(row),
                    Lane::Journeys => self.journeys(row),
                    Lane::Latency => self.latency(row),
                    Lane::Waiting => self.waiting(row),
                }
            }
        });
        if self.density == Density::Full {
            for row in &self.rows.rows {
                self.names(row);
            }
        }
    }

    /// Paints something, but nothing of it beside the lanes.
    fn within(&self, paint: impl FnOnce()) {
        let context = self.context;
        context.save();
        context.begin_path();
        // The words of what happens at the very end have some room; what goes on has none.
        let is_end = self.scale.seen.until >= self.scale.horizon;
        let width = self.scale.width + if is_end { RIGHT } else { 1.0 };
        context.rect(self.scale.left - 1.0, 0.0, width, self.rows.height);
        context.clip();
        paint();
        context.restore();
    }

    /// Ticks, and how far the run has been simulated.
    fn ticks(&self) {
        let Self {
            context,
            colours,
            scale,
            ..
        } = self;
        let bar = AXIS - 4.0;
        self.fill(&colours.track);
        context.fill_rect(scale.left, bar, scale.width, 3.0);
        self.fill(&colours.faint);
        let simulated = scale.x(self.simulated).clamp(scale.left, scale.right());
        context.fill_rect(scale.left, bar, simulated - scale.left, 3.0);
        self.font(SMALL);
        let mut free_from = 0.0;
        for tick in scale.ticks() {
            let x = scale.x(tick);
            self.fill(&colours.line);
            context.fill_rect(x.round(), AXIS - 1.0, 1.0, self.rows.height - AXIS - GAP);
            let label = scale.label(self.locale, tick);
            let width = self.width(&label);
            // The last label leans to the left rather than out of the picture.
            let place = if x + width > scale.right() + RIGHT {
                x - width
            } else {
                x
            };
            if place >= free_from {
                self.fill(&colours.soft);
                self.text(&label, place, AXIS - 8.0);
                free_from = place + width + 8.0;
            }
        }
    }

    /// Where the story has something to say: a small flag under the ruler for each moment.
    fn story(&self) {
        let context = self.context;
        self.fill(&self.colours.ink);
        let seen = self.stage.story.iter();
        for moment in seen.filter(|moment| self.scale.shows(moment.at)) {
            let x = self.scale.x(moment.at);
            context.begin_path();
            context.move_to(x - 3.0, AXIS - 6.0);
            context.line_to(x + 3.0, AXIS - 6.0);
            context.line_to(x + 3.0, AXIS - 2.5);
            context.line_to(x, AXIS);
            context.line_to(x - 3.0, AXIS - 2.5);
            context.fill();
        }
    }

    /// As much of a text as there is room for.
    fn cut(&self, text: &str, room: f64) -> String {
        if self.width(text) <= room {
            return text.to_owned();
        }
        let letters: Vec<char> = text.chars().collect();
        let shown = |count: usize| {
            format!(
                "{}…",
                letters[..count].iter().collect::<String>().trim_end()
            )
        };
        // The most letters that fit, found by halving.
        let (mut fits, mut too_many) = (0, letters.len());
        while fits + 1 < too_many {
            let middle = usize::midpoint(fits, too_many);
            if self.width(&shown(middle)) <= room {
                fits = middle;
            } else {
                too_many = middle;
            }
        }
        if fits < 2 { String::new() } else { shown(fits) }
    }

    /// The name of a lane on the left, and a figure of it.
    fn name(&self, y: f64, name: &str, figure: &str) {
        self.font(NORMAL);
        let figure_room = if figure.is_empty() {
            0.0
        } else {
            self.width(figure) + 6.0
        };
        let room = self.scale.left - NAMES - 8.0 - figure_room;
        self.fill(&self.colours.soft);
        self.text(&self.cut(name, room), NAMES, y);
        self.fill(&self.colours.ink);
        self.text(figure, self.scale.left - 8.0 - figure_room + 6.0, y);
    }

    /// The names that stand beside a lane.
    fn names(&self, row: &Row) {
        let middle = row.top + row.height.min(super::rows::LEVEL + 11.0) / 2.0 + 4.0;
        match row.lane {
            Lane::Entries => {
                let name = crate::i18n::text!(self.locale, player.faults);
                self.name(row.top + 12.0, &name, "");
            }
            Lane::States => self.state_names(row),
            Lane::Checks => self.check_names(row),
            Lane::Marks => self.mark_names(row),
            Lane::Journeys | Lane::Latency | Lane::Waiting => self.curve_name(row, middle),
        }
    }

    fn width(&self, text: &str) -> f64 {
        self.context
            .measure_text(text)
            .map_or(0.0, |metrics| metrics.width())
    }

    fn text(&self, text: &str, x: f64, y: f64) {
        // Fails only for numbers that are none.
        let _ = self.context.fill_text(text, x, y);
    }

    fn fill(&self, colour: &str) {
        self.context.set_fill_style_str(colour);
    }

    fn font(&self, size: f64) {
        self.context
            .set_font(&format!("{size}px {}", self.colours.font));
    }

    /// A translucent block in the colour that was set.
    fn faintly(&self, alpha: f64, paint: impl FnOnce()) {
        self.context.set_global_alpha(alpha);
        paint();
        self.context.set_global_alpha(1.0);
    }
}
