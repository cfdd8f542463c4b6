//! Curves: journeys that ended, how long they took, what waited.

use sim_core::kernel::SimTime;
use sim_core::observe::Bucket;

use super::Painter;
use crate::i18n::{count, duration, number, text};
use crate::timeline::rows::{Lane, Row};

/// One task that waits for a moment is no tower.
const LEAST_WAITING: f64 = 6.0;

impl Painter<'_> {
    pub(super) fn journeys(&self, row: &Row) {
        let most = self.most(|bucket| f64::from(bucket.done + bucket.failed));
        self.base(row);
        for (x, width, bucket) in self.seen_buckets() {
            let height = |value: u32| (row.height - 2.0) * f64::from(value) / most;
            let (done, failed) = (height(bucket.done), height(bucket.failed));
            let bottom = row.top + row.height;
            self.fill(&self.colours.done);
            self.context.fill_rect(x, bottom - done, width, done);
            self.fill(&self.colours.failure);
            self.context
                .fill_rect(x, bottom - done - failed, width, failed);
        }
    }

    /// The 95th percentile as a line over an area, the median as a fainter line.
    pub(super) fn latency(&self, row: &Row) {
        let most = self.most(|bucket| bucket.p95.as_secs_f64());
        self.base(row);
        let context = self.context;
        let bottom = row.top + row.height;
        self.fill(&self.colours.latency);
        for (x, width, bucket) in self.seen_buckets() {
            // Nothing finished here: nothing is known, which is not the same as zero.
            if bucket.done + bucket.failed > 0 {
                let height = |secs: f64| (row.height - 3.0) * secs / most;
                let (p50, p95) = (
                    height(bucket.p50.as_secs_f64()),
                    height(bucket.p95.as_secs_f64()),
                );
                context.fill_rect(x, bottom - p95 - 2.0, width, 2.0);
                self.faintly(0.18, || context.fill_rect(x, bottom - p95, width, p95));
                self.faintly(0.6, || context.fill_rect(x, bottom - p50 - 1.0, width, 1.0));
            }
        }
    }

    pub(super) fn waiting(&self, row: &Row) {
        let most = self
            .most(|bucket| f64::from(bucket.waiting))
            .max(LEAST_WAITING);
        self.base(row);
        self.fill(&self.colours.waiting);
        for (x, width, bucket) in self.seen_buckets() {
            let height = (row.height - 2.0) * f64::from(bucket.waiting) / most;
            self.context
                .fill_rect(x, row.top + row.height - height, width, height);
        }
    }

    pub(super) fn curve_name(&self, row: &Row, y: f64) {
        let (name, figure) = match row.lane {
            Lane::Journeys => {
                let most = self.most(|bucket| f64::from(bucket.done + bucket.failed));
                let secs = self.glance.span.as_secs_f64().max(f64::MIN_POSITIVE);
                let rate = number(self.locale, most / secs, usize::from(most / secs < 10.0));
                (
                    text!(self.locale, player.journeys),
                    text!(self.locale, player.per_second, value = rate),
                )
            }
            Lane::Latency => {
                let longest = self.seen_buckets().map(|(.., bucket)| bucket.p95).max();
                (
                    text!(self.locale, player.latency),
                    duration(self.locale, longest.unwrap_or_default()),
                )
            }
            _ => {
                let highest = self.seen_buckets().map(|(.., bucket)| bucket.waiting).max();
                (
                    text!(self.locale, player.waiting),
                    count(highest.unwrap_or_default().into()),
                )
            }
        };
        let y = if row.open {
            y
        } else {
            row.top + row.height - 3.5
        };
        self.name(y, &name, &figure);
    }

    /// The greatest value that is seen; never nothing, since it is divided by.
    fn most(&self, value: impl Fn(&Bucket) -> f64) -> f64 {
        self.seen_buckets()
            .map(|(.., bucket)| value(bucket))
            .fold(f64::MIN_POSITIVE, f64::max)
    }

    /// The buckets that are seen, where they are and how wide.
    fn seen_buckets(&self) -> impl Iterator<Item = (f64, f64, &Bucket)> {
        let span = self.glance.span.as_nanos().max(1);
        let begins = self.glance.from.as_nanos();
        let seen = self.scale.seen;
        let first = seen.from.as_nanos().saturating_sub(begins) / span;
        let buckets = self.glance.buckets.iter().enumerate();
        let at = move |place: usize| {
            let at = begins.saturating_add(span.saturating_mul(place as u64));
            SimTime::from_nanos(at)
        };
        buckets
            .skip(usize::try_from(first).unwrap_or(usize::MAX))
            .take_while(move |(place, _)| at(*place) <= seen.until)
            .map(move |(place, bucket)| {
                let ends = [place, place + 1].map(|place| self.scale.x_cut(at(place)));
                // On whole pixels, where these are finer than a bucket: no seams between them.
                let [from, to] = if ends[1] - ends[0] > 3.0 {
                    ends.map(f64::round)
                } else {
                    ends
                };
                (from, (to - from).max(0.5), bucket)
            })
    }

    fn base(&self, row: &Row) {
        self.fill(&self.colours.line);
        self.context
            .fill_rect(self.scale.left, row.top + row.height, self.scale.width, 1.0);
    }
}
