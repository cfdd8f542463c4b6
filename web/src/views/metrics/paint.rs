//! A chart on a canvas: painted when what it shows has changed, not when time passes.
//!
//! A series, a scale and the colours of the style sheet flow in, pixels flow out. What it costs
//! is a matter of buckets, never of how many records these were made of.

use std::cell::RefCell;
use std::collections::BTreeMap;

use interplay_protocol::{Ending, Glance, Stage};
use sim_core::kernel::SimTime;
use sim_core::observe::series::{Point, Series, heat_bounds};
use web_sys::{CanvasRenderingContext2d, CssStyleDeclaration};

use super::axis::Axis;
use super::charts::{Chart, Line, Shape, Unit};
use super::subjects::has_machine;
use crate::i18n::{Locale, text};
use crate::timeline::scale::Scale;
use crate::timeline::{Tone, machine_in_words, state_in_words};

/// Room for the values of ticks, left of the beginning of time.
pub(super) const LEFT: f64 = 54.0;
/// Room right of the end of time.
pub(super) const RIGHT: f64 = 10.0;
/// Room above the highest value, where alerts and violations stand.
const TOP: f64 = 8.0;
/// Room for times below.
const BOTTOM: f64 = 17.0;
/// How high something with its states is.
const ROW: f64 = 28.0;
/// The most of them that are shown.
const MOST_ROWS: usize = 12;
/// The colours of alerts and of violations.
const ALERT: &str = "--event";
const VIOLATED: &str = "--failure";
/// How high a chart is without its title.
const HEIGHT: f64 = 118.0;
/// Buckets so much shorter than the others say nothing about rates.
const CUT_SHORT: f64 = 0.25;

/// The colours of the style sheet as they are now; each is read once.
pub(super) struct Style {
    sheet: CssStyleDeclaration,
    known: RefCell<BTreeMap<&'static str, String>>,
}

impl Style {
    /// Reads them.
    pub(super) fn now() -> Option<Self> {
        let window = web_sys::window()?;
        let root = window.document()?.document_element()?;
        Some(Self {
            sheet: window.get_computed_style(&root).ok()??,
            known: RefCell::default(),
        })
    }

    /// The colour, or font, called so.
    pub(super) fn get(&self, name: &'static str) -> String {
        let mut known = self.known.borrow_mut();
        let read = || {
            let value = self.sheet.get_property_value(name);
            value
                .map(|value| value.trim().to_owned())
                .unwrap_or_default()
        };
        known.entry(name).or_insert_with(read).clone()
    }
}

/// Something that was in a state for a while.
pub(super) struct Span {
    pub(super) from: SimTime,
    pub(super) until: SimTime,
    /// The colour of the style sheet it has, and how strong it is.
    colour: &'static str,
    strength: f64,
    /// What state that is.
    pub(super) said: String,
}

/// Something that has states.
pub(super) struct Row {
    /// What it is called.
    pub(super) name: String,
    /// When it was in which state.
    pub(super) spans: Vec<Span>,
    /// What state it is in between.
    pub(super) well: String,
}

impl Row {
    /// Its state at a moment.
    pub(super) fn state_at(&self, at: SimTime) -> &str {
        let mut spans = self.spans.iter();
        spans
            .find(|span| span.from <= at && at < span.until)
            .map_or(&self.well, |span| &span.said)
    }
}

/// What charts are made of.
pub(super) struct Source<'a> {
    pub(super) stage: &'a Stage,
    pub(super) series: &'a Series,
    pub(super) glance: &'a Glance,
    pub(super) ending: Option<&'a Ending>,
    /// Everything up to here has been simulated.
    pub(super) simulated: SimTime,
}

impl Source<'_> {
    /// What had states: the machines that are looked at and were not always well, the alerts that
    /// were firing, the properties that were violated.
    pub(super) fn rows(&self, locale: Locale) -> Vec<Row> {
        let topology = &self.stage.topology;
        let bands = self.glance.bands.iter().map(|band| band.machine);
        let mut machines: Vec<_> = bands
            .filter(|machine| has_machine(topology, self.series.subject, *machine))
            .collect();
        machines.sort_unstable();
        machines.dedup();
        let of_machine = |machine| {
            let bands = self.glance.bands.iter();
            let spans = bands.filter(|band| band.machine == machine).map(|band| {
                let (tone, strength) = Tone::of_state(band.state);
                Span {
                    from: band.from,
                    until: band.to.unwrap_or(self.simulated),
                    colour: tone.css(),
                    strength: strength + 0.2,
                    said: state_in_words(locale, self.stage, band),
                }
            });
            Row {
                name: machine_in_words(locale, self.stage, machine),
                spans: spans.collect(),
                well: text!(locale, metrics.fine),
            }
        };
        let mut rows: Vec<_> = machines.into_iter().map(of_machine).collect();
        for alert in self.ending.iter().flat_map(|ending| &ending.alerts) {
            let firings = alert.firings.iter();
            let spans = firings.map(|(from, until, _)| Span {
                from: *from,
                until: until.unwrap_or(self.simulated),
                colour: ALERT,
                strength: 0.7,
                said: text!(locale, metrics.firing),
            });
            rows.push(Row {
                name: text!(locale, metrics.alert, name = alert.name.clone()),
                spans: spans.collect(),
                well: text!(locale, metrics.silent),
            });
        }
        for judged in self.ending.iter().flat_map(|ending| &ending.judged) {
            if let Some((at, _)) = judged.at.filter(|_| judged.held == Some(false)) {
                rows.push(Row {
                    name: judged.name.clone(),
                    spans: vec![Span {
                        from: at,
                        until: self.simulated.max(at),
                        colour: VIOLATED,
                        strength: 0.5,
                        said: text!(locale, metrics.violated),
                    }],
                    well: text!(locale, metrics.not_violated),
                });
            }
        }
        rows.retain(|row| !row.spans.is_empty());
        rows.truncate(MOST_ROWS);
        rows
    }

    /// The lines of a chart that have something to say of the stretch that is seen.
    pub(super) fn lines(&self, chart: Chart, scale: &Scale) -> Vec<&'static Line> {
        let (subject, topology) = (self.series.subject, &self.stage.topology);
        let lines = chart.lines().iter();
        lines
            .filter(|line| chart.has_line(line, subject, topology))
            .filter(|line| {
                // Of many causes only those are named that there were.
                chart != Chart::Failures
                    || self.seen(scale).any(|(_, point, secs)| {
                        (line.value)(point, secs).is_some_and(|value| value > 0.0)
                    })
            })
            .collect()
    }

    /// How high a chart is.
    pub(super) fn height(&self, chart: Chart) -> f64 {
        match chart {
            Chart::States => {
                let rows = self.rows(Locale::en).len();
                TOP + rows.max(1) as f64 * ROW + BOTTOM
            }
            _ => HEIGHT,
        }
    }

    /// The buckets that lie in the stretch that is seen, with their places and their lengths in
    /// seconds.
    pub(super) fn seen(&self, scale: &Scale) -> impl Iterator<Item = (usize, &Point, f64)> {
        let series = self.series;
        let (from, until) = (scale.seen.from, scale.seen.until);
        let whole = series.span.as_secs_f64();
        series
            .points
            .iter()
            .enumerate()
            .filter_map(move |(place, point)| {
                let begins = series.begins(place);
                let ends = series.begins(place + 1).min(series.to);
                let secs = ends.since(begins).as_secs_f64();
                let is_seen = ends > from && begins < until;
                (is_seen && secs >= whole * CUT_SHORT).then_some((place, point, secs))
            })
    }

    /// The axis of a chart with these lines.
    pub(super) fn axis(&self, chart: Chart, scale: &Scale, lines: &[&Line]) -> Axis {
        if chart == Chart::Heat {
            let rows = self.seen(scale).flat_map(|(_, point, _)| &point.heat);
            let (least, most) = rows.fold((u8::MAX, 0), |(least, most), (row, _)| {
                (least.min(*row), most.max(*row))
            });
            if least > most {
                return Axis::log(0.001, 1.0);
            }
            let (from, to) = (heat_bounds(least.max(1)).0, heat_bounds(most).1);
            return Axis::log(from.as_secs_f64(), to.as_secs_f64());
        }
        let mut most = 0.0_f64;
        for (_, point, secs) in self.seen(scale) {
            let mut stacked = 0.0;
            for line in lines {
                let value = (line.value)(point, secs).unwrap_or_default();
                if line.shape == Shape::Stack {
                    stacked += value;
                } else {
                    most = most.max(value);
                }
            }
            most = most.max(stacked);
        }
        Axis::linear(most, chart.unit().finest())
    }
}

/// What is painted.
pub(super) struct Painter<'a> {
    pub(super) context: &'a CanvasRenderingContext2d,
    pub(super) style: &'a Style,
    pub(super) locale: Locale,
    pub(super) scale: Scale,
    pub(super) height: f64,
    pub(super) source: &'a Source<'a>,
}

impl Painter<'_> {
    /// Paints a chart with those of its lines that are shown.
    pub(super) fn paint(&self, chart: Chart, is_shown: impl Fn(&Line) -> bool) {
        self.times();
        if chart == Chart::States {
            self.within(|| {
                self.shade();
                self.states();
            });
            return;
        }
        let mut lines = self.source.lines(chart, &self.scale);
        lines.retain(|line| is_shown(line));
        let axis = self.source.axis(chart, &self.scale, &lines);
        let unit = if chart == Chart::Heat {
            Unit::Duration
        } else {
            chart.unit()
        };
        self.values(&axis, unit);
        self.within(|| {
            self.shade();
            if chart == Chart::Heat {
                self.heat(&axis, !lines.is_empty());
            } else {
                self.stack(&axis, &lines);
                for line in lines {
                    match line.shape {
                        Shape::Stack => {}
                        Shape::Area => self.area(&axis, line),
                        Shape::Line => self.line(&axis, line),
                    }
                }
            }
            self.alarms();
        });
    }

    fn bottom(&self) -> f64 {
        self.height - BOTTOM
    }

    fn y(&self, axis: &Axis, value: f64) -> f64 {
        let bottom = self.bottom();
        bottom - (bottom - TOP) * axis.share(value)
    }

    /// Where a bucket begins and ends.
    fn ends(&self, place: usize) -> (f64, f64) {
        let series = self.source.series;
        let ends = [
            series.begins(place),
            series.begins(place + 1).min(series.to),
        ]
        .map(|at| self.scale.x_cut(at));
        // On whole pixels, where these are finer than a bucket: no seams between them.
        if ends[1] - ends[0] > 1.0 {
            (ends[0].round(), ends[1].round())
        } else {
            (ends[0], ends[1])
        }
    }

    /// Times below, with a line up from each.
    fn times(&self) {
        let scale = &self.scale;
        self.font();
        let mut free_from = 0.0;
        for tick in scale.ticks() {
            let x = scale.x(tick);
            self.fill("--line");
            self.context
                .fill_rect(x.round(), TOP, 1.0, self.bottom() - TOP);
            let label = scale.label(self.locale, tick);
            let width = self.width(&label);
            let place = (x - width / 2.0).clamp(2.0, scale.right() + RIGHT - width);
            if place >= free_from {
                self.fill("--ink-soft");
                self.text(&label, place, self.height - 4.0);
                free_from = place + width + 10.0;
            }
        }
    }

    /// Values on the left, with a line from each.
    fn values(&self, axis: &Axis, unit: Unit) {
        self.font();
        let scale = &self.scale;
        for tick in axis.ticks() {
            let y = self.y(axis, tick).round();
            self.fill("--line");
            self.context.fill_rect(scale.left, y, scale.width, 1.0);
            let label = unit.say(self.locale, tick);
            self.fill("--ink-soft");
            let x = (scale.left - 6.0 - self.width(&label)).max(0.0);
            self.text(&label, x, (y + 4.0).max(10.0));
        }
    }

    /// Paints something, but nothing of it beside the chart.
    fn within(&self, paint: impl FnOnce()) {
        let context = self.context;
        context.save();
        context.begin_path();
        context.rect(self.scale.left, 0.0, self.scale.width, self.height);
        context.clip();
        paint();
        context.restore();
    }

    /// What the document's timeline does tints the time it lasts.
    fn shade(&self) {
        for entry in &self.source.stage.entries {
            let from = self.scale.x_cut(entry.at);
            self.fill(Tone::of_entry(entry.kind).css());
            let height = self.bottom() - TOP;
            match entry.until.map(|until| self.scale.x_cut(until)) {
                Some(until) => self.faintly(0.09, || {
                    self.context
                        .fill_rect(from, TOP, (until - from).max(1.0), height);
                }),
                None => self.faintly(0.5, || self.context.fill_rect(from, TOP, 1.0, height)),
            }
        }
    }

    /// When alerts were firing, and where properties were violated first.
    fn alarms(&self) {
        let Some(ending) = self.source.ending else {
            return;
        };
        let context = self.context;
        self.fill(ALERT);
        let firings = ending.alerts.iter().flat_map(|alert| &alert.firings);
        for (from, until, _) in firings {
            let from = self.scale.x_cut(*from);
            let until = self.scale.x_cut(until.unwrap_or(self.source.simulated));
            context.fill_rect(from, 0.0, (until - from).max(2.0), 3.0);
            self.faintly(0.6, || {
                context.fill_rect(from, 3.0, 1.0, self.bottom() - 3.0);
            });
        }
        self.fill(VIOLATED);
        let violated = ending
            .judged
            .iter()
            .filter(|judged| judged.held == Some(false));
        for (at, _) in violated.filter_map(|judged| judged.at) {
            let x = self.scale.x_cut(at);
            context.begin_path();
            context.move_to(x - 4.0, 0.0);
            context.line_to(x + 4.0, 0.0);
            context.line_to(x, 7.0);
            context.fill();
            context.fill_rect(x - 0.5, 0.0, 1.0, self.bottom());
        }
    }

    fn stack(&self, axis: &Axis, lines: &[&Line]) {
        let stacked: Vec<_> = lines
            .iter()
            .copied()
            .filter(|line| line.shape == Shape::Stack)
            .collect();
        let bottom = self.bottom();
        // Colour by colour: setting one costs more than a rectangle.
        for upto in 1..=stacked.len() {
            self.fill(stacked[upto - 1].colour);
            for (place, point, secs) in self.source.seen(&self.scale) {
                let value = |line: &Line| (line.value)(point, secs).unwrap_or_default();
                let own = value(stacked[upto - 1]);
                if own <= 0.0 {
                    continue;
                }
                let below: f64 = stacked[..upto - 1].iter().map(|line| value(line)).sum();
                let (foot, head) = (self.y(axis, below), self.y(axis, below + own));
                let (from, to) = self.ends(place);
                // What is there is seen, however little it is.
                let tall = (foot - head).max(1.0);
                self.context
                    .fill_rect(from, foot.min(bottom) - tall, to - from, tall);
            }
        }
    }

    fn area(&self, axis: &Axis, line: &Line) {
        self.fill(line.colour);
        self.faintly(0.28, || {
            for (place, point, secs) in self.source.seen(&self.scale) {
                if let Some(value) = (line.value)(point, secs) {
                    let (from, to) = self.ends(place);
                    let y = self.y(axis, value);
                    self.context
                        .fill_rect(from, y, to - from, self.bottom() - y);
                }
            }
        });
    }

    /// A line through the middles of buckets, broken where there is no value.
    fn line(&self, axis: &Axis, line: &Line) {
        let context = self.context;
        context.set_stroke_style_str(&self.style.get(line.colour));
        context.set_line_width(1.25);
        context.set_line_join("round");
        self.fill(line.colour);
        context.begin_path();
        // The last point of the line so far, and whether it is its first.
        let mut before: Option<(usize, bool)> = None;
        let alone = |place: usize, y: f64| {
            let (from, to) = self.ends(place);
            let middle = f64::midpoint(from, to);
            context.fill_rect(middle - 1.5, y - 1.5, 3.0, 3.0);
        };
        let mut last_y = 0.0;
        for (place, point, secs) in self.source.seen(&self.scale) {
            let value = (line.value)(point, secs);
            let joins = before.is_some_and(|(last, _)| last + 1 == place);
            if (!joins || value.is_none())
                && let Some((last, true)) = before
            {
                alone(last, last_y);
            }
            let Some(value) = value else {
                before = None;
                continue;
            };
            let (from, to) = self.ends(place);
            let (x, y) = (f64::midpoint(from, to), self.y(axis, value));
            if joins {
                context.line_to(x, y);
            } else {
                context.move_to(x, y);
            }
            before = Some((place, !joins));
            last_y = y;
        }
        if let Some((last, true)) = before {
            alone(last, last_y);
        }
        context.stroke();
    }

    /// A cell for each bucket and row, stronger the more there are.
    fn heat(&self, axis: &Axis, is_shown: bool) {
        if !is_shown {
            return;
        }
        let counts = self
            .source
            .seen(&self.scale)
            .flat_map(|(_, point, _)| &point.heat);
        let most = counts.map(|(_, count)| *count).max().unwrap_or(1).max(1);
        let most = f64::from(most).ln_1p();
        self.fill("--accent");
        for (place, point, _) in self.source.seen(&self.scale) {
            let (from, to) = self.ends(place);
            for (row, count) in &point.heat {
                let (low, high) = heat_bounds(*row);
                let foot = self.y(axis, low.as_secs_f64()).round();
                let head = self.y(axis, high.as_secs_f64()).round();
                let strength = f64::from(*count).ln_1p() / most;
                self.context.set_global_alpha(0.12 + 0.88 * strength);
                self.context
                    .fill_rect(from, head, to - from, (foot - head).max(1.0));
            }
        }
        self.context.set_global_alpha(1.0);
    }

    /// What had states, each with its name.
    fn states(&self) {
        for (place, row) in self.source.rows(self.locale).iter().enumerate() {
            let (top, height) = (TOP + ROW * place as f64 + 13.0, ROW - 15.0);
            self.fill("--track");
            self.context
                .fill_rect(self.scale.left, top, self.scale.width, height);
            for span in &row.spans {
                let from = self.scale.x_cut(span.from);
                let width = (self.scale.x_cut(span.until) - from).max(1.5);
                self.fill(span.colour);
                self.faintly(span.strength, || {
                    self.context.fill_rect(from, top, width, height);
                });
                let start = from.max(self.scale.left) + 4.0;
                self.font();
                if self.width(&span.said) < from + width - start - 3.0 {
                    self.fill("--ink");
                    self.text(&span.said, start, top + height - 3.0);
                }
            }
            self.fill("--ink-soft");
            self.font();
            self.text(&row.name, self.scale.left + 1.0, top - 3.0);
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

    fn fill(&self, colour: &'static str) {
        self.context.set_fill_style_str(&self.style.get(colour));
    }

    fn font(&self) {
        self.context
            .set_font(&format!("10.5px {}", self.style.get("--font")));
    }

    fn faintly(&self, alpha: f64, paint: impl FnOnce()) {
        self.context.set_global_alpha(alpha);
        paint();
        self.context.set_global_alpha(1.0);
    }
}

/// How high a place so far below the top of a chart is, from 0 to 1.
pub(super) fn share_at(y: f64, height: f64) -> f64 {
    let bottom = height - BOTTOM;
    ((bottom - y) / (bottom - TOP)).clamp(0.0, 1.0)
}
