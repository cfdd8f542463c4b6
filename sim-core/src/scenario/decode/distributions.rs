//! How spans of time and arrivals are drawn.

use super::fields::{Decoder, Fields};
use crate::kernel::{SimDuration, SimTime};
use crate::scenario::diagnostic::{Expected, Problem};
use crate::scenario::document::{Arrivals, DurationDistribution, Lognormal, Share};
use crate::scenario::limits::{MAX_COUNT, MAX_HORIZON, MAX_RECORDED, MAX_STAGES};
use crate::scenario::tree::Node;
use crate::scenario::units;

impl Decoder<'_> {
    /// How a span of time is drawn.
    pub(super) fn distribution(&mut self, node: &Node) -> Option<DurationDistribution> {
        const KINDS: [&str; 9] = [
            "constant",
            "uniform",
            "exponential",
            "normal",
            "lognormal",
            "pareto",
            "erlang",
            "hyperexponential",
            "empirical",
        ];
        if let Some(text) = node.as_text() {
            return match units::nanos(text) {
                Some(_) => self.duration(node).map(DurationDistribution::Constant),
                None => self.unexpected(node, Expected::Distribution),
            };
        }
        let (kind, argument) = self.verb(node, &KINDS, &[], Expected::Distribution)?;
        self.within(kind, |d| match kind {
            "constant" => d.duration(argument).map(DurationDistribution::Constant),
            "exponential" => {
                let mean = d.main(argument, "mean", Self::positive_duration)?;
                Some(DurationDistribution::Exponential { mean })
            }
            "uniform" => {
                let (from, to) = d.pair(argument, ["from", "to"], Self::duration)?;
                d.ordered(argument, "from", "to", from <= to)?;
                Some(DurationDistribution::Uniform { from, to })
            }
            "normal" => {
                let (mean, sd) = d.pair(argument, ["mean", "sd"], Self::duration)?;
                Some(DurationDistribution::Normal { mean, sd })
            }
            "lognormal" => d.lognormal(argument).map(DurationDistribution::Lognormal),
            "pareto" => d.pareto(argument),
            "erlang" => d.erlang(argument),
            "hyperexponential" => d.hyperexponential(argument),
            _ => d
                .recorded(argument, Self::duration)
                .map(DurationDistribution::Empirical),
        })
    }

    fn lognormal(&mut self, node: &Node) -> Option<Lognormal> {
        if node.get("mean").is_some() {
            let (mean, sd) = self.pair(node, ["mean", "sd"], Self::positive_duration)?;
            return Some(Lognormal::Moments { mean, sd });
        }
        let (p50, p99) = self.pair(node, ["p50", "p99"], Self::positive_duration)?;
        self.less(node, "p50", "p99", p50 < p99)?;
        Some(Lognormal::Percentiles { p50, p99 })
    }

    fn pareto(&mut self, node: &Node) -> Option<DurationDistribution> {
        // A flatter tail has no mean, so that no run would be long enough.
        const LEAST_SHAPE: f64 = 1.01;
        let mut fields = Fields::open(self, node, Expected::Map)?;
        let least = fields.required(self, "least", Self::positive_duration);
        let shape = fields.required(self, "shape", |d, node| d.factor(node, LEAST_SHAPE));
        fields.close(self);
        Some(DurationDistribution::Pareto {
            least: least?,
            shape: shape?,
        })
    }

    fn erlang(&mut self, node: &Node) -> Option<DurationDistribution> {
        let mut fields = Fields::open(self, node, Expected::Map)?;
        let stages = fields.required(self, "stages", |d, node| d.small(node, 1, MAX_STAGES));
        let mean = fields.required(self, "mean", Self::positive_duration);
        fields.close(self);
        Some(DurationDistribution::Erlang {
            stages: stages?,
            mean: mean?,
        })
    }

    fn hyperexponential(&mut self, node: &Node) -> Option<DurationDistribution> {
        let branches = self.recorded(node, |d, node| {
            let mut fields = Fields::open(d, node, Expected::Map)?;
            let chance = fields.required(d, "chance", Self::share);
            let mean = fields.required(d, "mean", Self::positive_duration);
            fields.close(d);
            Some((chance?, mean?))
        })?;
        let total: u64 = branches
            .iter()
            .map(|(chance, _)| u64::from(chance.millionths()))
            .sum();
        if total != u64::from(Share::ALL.millionths()) {
            let total = format!("{}%", total as f64 / 10_000.0);
            return self.error(node, Problem::ChancesNotAll { total });
        }
        Some(DurationDistribution::Hyperexponential(branches))
    }

    /// A list of at least one item and not more than are recorded at most.
    fn recorded<T>(
        &mut self,
        node: &Node,
        read: impl Fn(&mut Self, &Node) -> Option<T>,
    ) -> Option<Vec<T>> {
        let count = node.as_list().map_or(0, <[Node]>::len);
        if count == 0 {
            return self.unexpected(node, Expected::List);
        }
        if count > MAX_RECORDED {
            let limit = MAX_RECORDED;
            return self.error(node, Problem::TooMany { count, limit });
        }
        self.list(node, read)
    }

    /// How the arrivals of an open load are spaced.
    pub(super) fn arrivals(&mut self, node: &Node) -> Option<Arrivals> {
        if let Some(text) = node.as_text() {
            return match text.split_once(' ') {
                Some(("poisson", rate)) => self.rate_of(node, rate).map(Arrivals::Poisson),
                Some(("constant", rate)) => self.rate_of(node, rate).map(Arrivals::Constant),
                _ => self.unexpected(node, Expected::Arrivals),
            };
        }
        let (verb, argument) = self.verb(
            node,
            &["poisson", "constant", "ramp", "diurnal", "burst", "replay"],
            &[],
            Expected::Arrivals,
        )?;
        self.within(verb, |d| match verb {
            "poisson" => d.rate(argument).map(Arrivals::Poisson),
            "constant" => d.rate(argument).map(Arrivals::Constant),
            "ramp" => d.ramp(argument),
            "diurnal" => d.diurnal(argument),
            "burst" => d.burst(argument),
            _ => d.replay(argument),
        })
    }

    fn ramp(&mut self, node: &Node) -> Option<Arrivals> {
        let mut fields = Fields::open(self, node, Expected::Map)?;
        let from = fields.required(self, "from", Self::rate);
        let to = fields.required(self, "to", Self::rate);
        let over = fields.required(self, "over", Self::positive_duration);
        fields.close(self);
        Some(Arrivals::Ramp {
            from: from?,
            to: to?,
            over: over?,
        })
    }

    fn diurnal(&mut self, node: &Node) -> Option<Arrivals> {
        let mut fields = Fields::open(self, node, Expected::Map)?;
        let low = fields.required(self, "low", Self::rate);
        let high = fields.required(self, "high", Self::rate);
        let period = fields.required(self, "period", Self::positive_duration);
        fields.close(self);
        let (low, high) = (low?, high?);
        self.ordered(node, "low", "high", low <= high)?;
        Some(Arrivals::Diurnal {
            low,
            high,
            period: period?,
        })
    }

    fn burst(&mut self, node: &Node) -> Option<Arrivals> {
        let mut fields = Fields::open(self, node, Expected::Map)?;
        let size = fields.required(self, "size", |d, node| d.small(node, 1, MAX_COUNT));
        let every = fields.required(self, "every", Self::positive_duration);
        fields.close(self);
        Some(Arrivals::Burst {
            size: size?,
            every: every?,
        })
    }

    fn replay(&mut self, node: &Node) -> Option<Arrivals> {
        let moments = self.recorded(node, |d, node| {
            d.duration_within(node, SimDuration::ZERO, MAX_HORIZON)
        })?;
        if let Some(place) = moments.windows(2).position(|two| two[0] > two[1]) {
            let [lower, upper] = [place, place + 1].map(|place| format!("replay.{place}"));
            self.ordered(node, &lower, &upper, false)?;
        }
        let after_start = |moment| SimTime::ZERO.after(moment);
        Some(Arrivals::Replay(
            moments.into_iter().map(after_start).collect(),
        ))
    }
}
