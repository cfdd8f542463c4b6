//! Sampling: spans of time drawn from the distributions of a document.
//!
//! A distribution flows in when a program is compiled, and whatever is the same for every
//! draw is computed then; a draw takes the identity of what it is for. Only `libm` is
//! used, so that a draw has the same bits on every target.

use std::sync::Arc;

use crate::kernel::{Draw, Identity, SimDuration, StreamKey};
use crate::scenario::document::{DurationDistribution, Lognormal};

/// A span of time that is drawn anew for each identity.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Drawn {
    sampler: Sampler,
    stream: StreamKey,
}

/// A distribution with what is the same for every draw.
#[derive(Clone, PartialEq, Debug)]
enum Sampler {
    Constant(SimDuration),
    Uniform {
        from: SimDuration,
        to: SimDuration,
    },
    Exponential {
        mean: SimDuration,
    },
    /// In seconds.
    Normal {
        mean: f64,
        sd: f64,
    },
    Lognormal {
        median: SimDuration,
        /// The standard deviation of the logarithm.
        sigma: f64,
    },
    Pareto {
        least: SimDuration,
        /// One over the shape.
        inverse: f64,
    },
    Erlang {
        stages: u32,
        mean_of_stage: SimDuration,
    },
    /// Means with the upper ends of their shares, in millionths.
    Hyperexponential(Arc<[(u64, SimDuration)]>),
    Empirical(Arc<[SimDuration]>),
}

/// The 99th percentile of the standard normal distribution.
pub(super) const Z99: f64 = 2.326_347_874_040_841;

/// How often a normal variate below zero is drawn again. At a mean of zero or more, at
/// least every second one is not below, so this fails once in 2^64 draws.
const NORMAL_TRIES: u32 = 64;

impl Drawn {
    /// Draws from `length` with the numbers of `stream`.
    pub(super) fn new(length: &DurationDistribution, stream: StreamKey) -> Self {
        Self {
            sampler: Sampler::new(length),
            stream,
        }
    }

    /// The span for what `identity` is.
    #[inline]
    pub(super) fn draw(&self, identity: Identity) -> SimDuration {
        match &self.sampler {
            Sampler::Constant(span) => *span,
            Sampler::Exponential { mean } => {
                mean.scaled(Draw::new(self.stream, identity).exponential())
            }
            sampler => sampler.sample(Draw::new(self.stream, identity)),
        }
    }
}

impl Sampler {
    fn new(length: &DurationDistribution) -> Self {
        match length {
            DurationDistribution::Constant(span) => Self::Constant(*span),
            DurationDistribution::Uniform { from, to } => Self::Uniform {
                from: *from,
                to: *to,
            },
            DurationDistribution::Exponential { mean } => Self::Exponential { mean: *mean },
            DurationDistribution::Normal { mean, sd } => Self::Normal {
                mean: mean.as_secs_f64(),
                sd: sd.as_secs_f64(),
            },
            DurationDistribution::Lognormal(Lognormal::Percentiles { p50, p99 }) => {
                Self::Lognormal {
                    median: *p50,
                    sigma: libm::log(p99.as_secs_f64() / p50.as_secs_f64()) / Z99,
                }
            }
            DurationDistribution::Lognormal(Lognormal::Moments { mean, sd }) => {
                // exp(mu + sigma^2 / 2) is the mean, exp(sigma^2) - 1 the square of sd / mean.
                let variation = sd.as_secs_f64() / mean.as_secs_f64();
                let spread = 1.0 + variation * variation;
                Self::Lognormal {
                    median: mean.scaled(1.0 / libm::sqrt(spread)),
                    sigma: libm::sqrt(libm::log(spread)),
                }
            }
            DurationDistribution::Pareto { least, shape } => Self::Pareto {
                least: *least,
                inverse: 1.0 / shape,
            },
            DurationDistribution::Erlang { stages, mean } => Self::Erlang {
                stages: *stages,
                mean_of_stage: mean.scaled(1.0 / f64::from(*stages)),
            },
            DurationDistribution::Hyperexponential(branches) => {
                let mut end = 0;
                let ends = branches.iter().map(|(share, mean)| {
                    end += u64::from(share.millionths());
                    (end, *mean)
                });
                Self::Hyperexponential(ends.collect())
            }
            DurationDistribution::Empirical(spans) => Self::Empirical(spans.as_slice().into()),
        }
    }

    #[inline(never)]
    fn sample(&self, mut draw: Draw) -> SimDuration {
        match self {
            Self::Constant(span) => *span,
            Self::Uniform { from, to } => draw.between(*from, *to),
            Self::Exponential { mean } => mean.scaled(draw.exponential()),
            Self::Normal { mean, sd } => {
                let mut tries = (0..NORMAL_TRIES).map(|_| mean + sd * draw.normal());
                SimDuration::from_secs_f64(tries.find(|span| *span >= 0.0).unwrap_or(0.0))
            }
            Self::Lognormal { median, sigma } => median.scaled(libm::exp(sigma * draw.normal())),
            // 1 - u lies in (0, 1].
            Self::Pareto { least, inverse } => least.scaled(libm::pow(1.0 - draw.unit(), -inverse)),
            Self::Erlang {
                stages,
                mean_of_stage,
            } => {
                let stages = (0..*stages).map(|_| draw.exponential());
                mean_of_stage.scaled(stages.sum())
            }
            Self::Hyperexponential(branches) => {
                let drawn = draw.below(1_000_000);
                // The last branch ends at a million, so one is always found.
                let branch = branches.iter().find(|(end, _)| drawn < *end);
                branch.map_or(SimDuration::ZERO, |(_, mean)| {
                    mean.scaled(draw.exponential())
                })
            }
            Self::Empirical(spans) => {
                let place = draw.below(spans.len() as u64) as usize;
                spans.get(place).copied().unwrap_or(SimDuration::ZERO)
            }
        }
    }
}

#[cfg(test)]
mod tests;
