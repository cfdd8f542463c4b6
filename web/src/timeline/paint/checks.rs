//! Checks: when alerts were firing, as bands, and the moments at which properties were violated,
//! as crosses.

use super::Painter;
use crate::i18n::text;
use crate::timeline::rows::{Check, MOST_CHECKS, ONE, Row};

/// The half of a cross.
const CROSS: f64 = 3.6;

impl Painter<'_> {
    /// A row for each, or all in one.
    pub(super) fn checks(&self, row: &Row) {
        for (place, check) in self.rows.contents.checks.iter().enumerate() {
            if row.open && place >= MOST_CHECKS {
                return;
            }
            let top = if row.open {
                row.top + ONE * place as f64
            } else {
                row.top
            };
            if check.violated {
                self.violation(check, top + ONE / 2.0);
            } else {
                self.firing(check, top + 1.0);
            }
        }
    }

    fn violation(&self, check: &Check, y: f64) {
        let context = self.context;
        context.set_stroke_style_str(&self.colours.failure);
        context.set_line_width(2.0);
        for (at, ..) in check.times.iter().filter(|(at, ..)| self.scale.shows(*at)) {
            let x = self.scale.x(*at);
            context.begin_path();
            context.move_to(x - CROSS, y - CROSS);
            context.line_to(x + CROSS, y + CROSS);
            context.move_to(x - CROSS, y + CROSS);
            context.line_to(x + CROSS, y - CROSS);
            context.stroke();
        }
    }

    fn firing(&self, check: &Check, top: f64) {
        for &(from, until, _) in &check.times {
            let from = self.scale.x_cut(from);
            let until = self.scale.x_cut(until.unwrap_or(self.simulated));
            let width = (until - from).max(2.0);
            self.fill(&self.colours.failure);
            self.faintly(0.4, || {
                self.context.fill_rect(from, top, width, ONE - 2.0);
            });
            self.context.fill_rect(from, top, 2.0, ONE - 2.0);
        }
    }

    pub(super) fn check_names(&self, row: &Row) {
        let checks = &self.rows.contents.checks;
        if !row.open {
            self.name(
                row.top + row.height - 3.5,
                &text!(self.locale, timeline.checks),
                "",
            );
            return;
        }
        for (place, check) in checks.iter().take(MOST_CHECKS).enumerate() {
            let more = checks.len() - MOST_CHECKS.min(checks.len());
            let name = if place + 1 == MOST_CHECKS && more > 0 {
                format!("{} +{more}", check.name)
            } else {
                check.name.clone()
            };
            self.name(row.top + ONE * (place as f64 + 1.0) - 3.5, &name, "");
        }
    }
}
