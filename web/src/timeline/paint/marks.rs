//! Marks: what is worth a look, each kind with a sign of its own, and single records where
//! few enough are seen.

use std::f64::consts::{PI, TAU};

use sim_core::observe::MarkKind;
use sim_core::world::{MessageKind, Record, What};

use super::{NAMES, Painter, SMALL};
use crate::i18n::{count, text};
use crate::timeline::cluster::{Cluster, clusters, is_drawn};
use crate::timeline::hover::mark_name;
use crate::timeline::rows::{ONE, Row};

/// The room a mark with its number needs, in pixels.
pub(in crate::timeline) const MARK_ROOM: f64 = 38.0;
/// The half of a sign's height.
const SIGN: f64 = 3.8;
/// How high the tick of a single record is.
const TICK: f64 = 4.0;

impl Painter<'_> {
    /// The marks of all kinds in one row, or a row for each kind.
    pub(super) fn marks(&self, row: &Row) {
        let ends = (self.scale.left, self.scale.right());
        let marks = &self.glance.marks;
        let x = |at| self.scale.x(at);
        if row.open && self.density == super::Density::Full {
            for (place, kind) in self.rows.contents.kinds.iter().enumerate() {
                let of_kind = marks.iter().filter(|mark| mark.kind == *kind);
                let y = row.top + ONE * (place as f64 + 0.5);
                for cluster in clusters(of_kind, x, ends, MARK_ROOM) {
                    self.cluster(&cluster, y);
                }
            }
        } else {
            let drawn = marks.iter().filter(|mark| is_drawn(mark.kind));
            for cluster in clusters(drawn, x, ends, MARK_ROOM) {
                self.cluster(&cluster, row.top + 8.0);
            }
        }
        self.records(row);
    }

    /// A tick for each record, if they are few enough to be told apart.
    fn records(&self, row: &Row) {
        let bottom = row.top + row.height;
        let mut before = f64::NEG_INFINITY;
        for record in &self.glance.records {
            if !self.scale.shows(record.at) {
                continue;
            }
            let x = self.scale.x(record.at).round();
            // What happens together is one tick, a little higher.
            let height = if (x - before).abs() < 0.5 {
                TICK + 2.0
            } else {
                TICK
            };
            before = x;
            self.fill(self.record_colour(record));
            self.context.fill_rect(x, bottom - height, 1.0, height);
        }
    }

    fn record_colour(&self, record: &Record) -> &str {
        match record.what {
            What::MessageSent { kind, .. } => match kind {
                MessageKind::Command => &self.colours.command,
                MessageKind::Query => &self.colours.query,
                MessageKind::Event => &self.colours.event,
                MessageKind::Reply => &self.colours.reply,
                MessageKind::Failure => &self.colours.failure,
                MessageKind::Control => &self.colours.control,
            },
            _ => &self.colours.faint,
        }
    }

    fn cluster(&self, cluster: &Cluster, y: f64) {
        self.sign(cluster.kind, cluster.x, y);
        if cluster.count > 1 {
            self.font(SMALL - 1.0);
            self.fill(&self.colours.ink);
            let number = match cluster.count {
                1_000_000.. => format!("{}M", cluster.count / 1_000_000),
                1_000.. => format!("{}k", cluster.count / 1_000),
                count => count.to_string(),
            };
            let sign = if cluster.mixed { "+" } else { "" };
            self.text(&format!("{number}{sign}"), cluster.x + SIGN + 2.5, y + 3.2);
        }
    }

    /// The sign of a kind: shape says the same as colour.
    fn sign(&self, kind: MarkKind, x: f64, y: f64) {
        let context = self.context;
        let colour = match kind {
            MarkKind::Unexpected | MarkKind::GivenUp | MarkKind::Lost | MarkKind::Refused => {
                &self.colours.failure
            }
            MarkKind::TimedOut => &self.colours.slow,
            MarkKind::Redelivered => &self.colours.event,
            MarkKind::Late => &self.colours.reply,
            MarkKind::State | MarkKind::Entry => &self.colours.soft,
        };
        self.fill(colour);
        context.set_stroke_style_str(colour);
        context.set_line_width(1.6);
        context.begin_path();
        let line = |points: &[(f64, f64)]| {
            for (place, (dx, dy)) in points.iter().enumerate() {
                let (x, y) = (x + dx * SIGN, y + dy * SIGN);
                if place == 0 {
                    context.move_to(x, y);
                } else {
                    context.line_to(x, y);
                }
            }
        };
        let circle = |radius: f64| {
            // Fails only for negative radii.
            let _ = context.arc(x, y, radius * SIGN, 0.0, TAU);
        };
        match kind {
            // A warning triangle.
            MarkKind::Unexpected => {
                line(&[(0.0, -1.1), (1.1, 0.9), (-1.1, 0.9)]);
                context.fill();
            }
            // A cross.
            MarkKind::GivenUp => {
                line(&[(-0.8, -0.8), (0.8, 0.8)]);
                line(&[(0.8, -0.8), (-0.8, 0.8)]);
                context.stroke();
            }
            // An hourglass.
            MarkKind::TimedOut => {
                line(&[(-0.9, -1.0), (0.9, -1.0), (-0.9, 1.0), (0.9, 1.0)]);
                context.close_path();
                context.fill();
            }
            // A ring with a gap: something that did not close.
            MarkKind::Lost => {
                let _ = context.arc(x, y, 0.9 * SIGN, 0.3 * PI, 1.7 * PI);
                context.stroke();
            }
            // No entry.
            MarkKind::Refused => {
                circle(1.05);
                context.fill();
                self.fill(&self.colours.panel);
                context.fill_rect(x - 0.65 * SIGN, y - 0.8, 1.3 * SIGN, 1.6);
            }
            // A double outline.
            MarkKind::Redelivered => {
                circle(0.4);
                context.move_to(x + 1.05 * SIGN, y);
                circle(1.05);
                context.set_line_width(1.2);
                context.stroke();
            }
            // Hollow, as replies are.
            MarkKind::Late => {
                line(&[(0.0, -1.0), (0.9, 0.0), (0.0, 1.0), (-0.9, 0.0)]);
                context.close_path();
                context.set_line_width(1.3);
                context.stroke();
            }
            MarkKind::State | MarkKind::Entry => {
                circle(0.5);
                context.fill();
            }
        }
    }

    pub(super) fn mark_names(&self, row: &Row) {
        let totals = |kind: Option<MarkKind>| -> u64 {
            let marks = self.glance.marks.iter();
            marks
                .filter(|mark| kind.map_or_else(|| is_drawn(mark.kind), |kind| mark.kind == kind))
                .filter(|mark| {
                    mark.first <= self.scale.seen.until && mark.last >= self.scale.seen.from
                })
                .map(|mark| u64::from(mark.count))
                .sum()
        };
        if !row.open || self.rows.contents.kinds.is_empty() {
            let name = text!(self.locale, timeline.marks);
            self.name(row.top + 12.0, &name, &count(totals(None)));
            return;
        }
        for (place, kind) in self.rows.contents.kinds.iter().enumerate() {
            let middle = row.top + ONE * (place as f64 + 0.5);
            let name = mark_name(self.locale, *kind);
            self.sign(*kind, NAMES + SIGN, middle);
            self.font(SMALL);
            let figure = count(totals(Some(*kind)));
            let right = self.scale.left - 8.0;
            let room = self.width(&figure);
            self.fill(&self.colours.soft);
            let cut = self.cut(&name, right - room - 6.0 - NAMES - 13.0);
            self.text(&cut, NAMES + 13.0, middle + 3.5);
            self.fill(&self.colours.ink);
            self.text(&figure, right - room, middle + 3.5);
        }
    }
}
