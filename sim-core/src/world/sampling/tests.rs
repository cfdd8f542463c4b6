//! Every distribution against its closed form: distribution function, mean and deviation.
#![expect(
    clippy::disallowed_methods,
    reason = "closed forms need the last bit of no logarithm"
)]

use super::*;
use crate::kernel::{Key, Purpose};
use crate::scenario::document::Share;

const MANY: u64 = 200_000;

fn draws(length: &DurationDistribution) -> Vec<SimDuration> {
    let drawn = Drawn::new(length, StreamKey::new(3, Key::of("work"), Purpose::Work));
    let source = Key::of("client");
    (0..MANY)
        .map(|ordinal| drawn.draw(Identity::root(source, ordinal)))
        .collect()
}

/// In milliseconds, in ascending order.
fn sorted(length: &DurationDistribution) -> Vec<f64> {
    let mut spans: Vec<f64> = draws(length)
        .iter()
        .map(|span| span.as_secs_f64() * 1e3)
        .collect();
    spans.sort_unstable_by(f64::total_cmp);
    spans
}

/// Holds the draws against a distribution function by the Kolmogorov-Smirnov test at
/// 99.9 %, and their mean and standard deviation against theirs, in milliseconds.
fn holds(length: &DurationDistribution, cdf: impl Fn(f64) -> f64, mean: f64, sd: f64) {
    let spans = sorted(length);
    let count = MANY as f64;
    let distance = spans
        .iter()
        .enumerate()
        .map(|(place, span)| {
            let below = cdf(*span);
            (below - place as f64 / count)
                .abs()
                .max((below - (place + 1) as f64 / count).abs())
        })
        .fold(0.0, f64::max);
    assert!(distance < 1.949 / count.sqrt(), "distance {distance}");
    let (found_mean, found_sd) = moments(&spans);
    assert!(
        (found_mean - mean).abs() < 3.9 * sd / count.sqrt(),
        "mean {found_mean}, not {mean}"
    );
    assert!(
        (found_sd / sd - 1.0).abs() < 0.02,
        "deviation {found_sd}, not {sd}"
    );
}

fn moments(spans: &[f64]) -> (f64, f64) {
    let count = spans.len() as f64;
    let mean = spans.iter().sum::<f64>() / count;
    let variance = spans.iter().map(|span| (span - mean).powi(2)).sum::<f64>() / count;
    (mean, variance.sqrt())
}

/// The distribution function of the standard normal distribution.
fn phi(z: f64) -> f64 {
    0.5 * libm::erfc(-z / std::f64::consts::SQRT_2)
}

fn ms(millis: u64) -> SimDuration {
    SimDuration::from_millis(millis)
}

fn percent(percent: u32) -> Share {
    Share::from_millionths(percent * 10_000).unwrap()
}

#[test]
fn uniform_draws_fill_the_interval_evenly() {
    let length = DurationDistribution::Uniform {
        from: ms(10),
        to: ms(30),
    };
    holds(&length, |x| (x - 10.0) / 20.0, 20.0, 20.0 / 12.0_f64.sqrt());
}

#[test]
fn exponential_draws_are_memoryless() {
    let length = DurationDistribution::Exponential { mean: ms(10) };
    holds(&length, |x| 1.0 - (-x / 10.0).exp(), 10.0, 10.0);
}

#[test]
fn normal_draws_are_those_of_the_curve_above_zero() {
    // Mean 10, deviation 10: a sixth of the curve lies below zero.
    let length = DurationDistribution::Normal {
        mean: ms(10),
        sd: ms(10),
    };
    let below = phi(-1.0);
    let hazard = (-0.5_f64).exp() / (2.0 * std::f64::consts::PI).sqrt() / (1.0 - below);
    let mean = 10.0 + 10.0 * hazard;
    let sd = 10.0 * (1.0 - hazard - hazard * hazard).sqrt();
    let cdf = |x: f64| (phi((x - 10.0) / 10.0) - below) / (1.0 - below);
    holds(&length, cdf, mean, sd);
}

#[test]
fn a_normal_mean_of_zero_gives_the_half_bell() {
    let length = DurationDistribution::Normal {
        mean: SimDuration::ZERO,
        sd: ms(10),
    };
    let mean = 10.0 * (2.0 / std::f64::consts::PI).sqrt();
    let sd = 10.0 * (1.0 - 2.0 / std::f64::consts::PI).sqrt();
    holds(&length, |x| 2.0 * phi(x / 10.0) - 1.0, mean, sd);
}

#[test]
fn lognormal_draws_have_the_percentiles_they_are_given_by() {
    let length = DurationDistribution::Lognormal(Lognormal::Percentiles {
        p50: ms(4),
        p99: ms(20),
    });
    let sigma = 5.0_f64.ln() / Z99;
    let mean = 4.0 * (sigma * sigma / 2.0).exp();
    let sd = mean * (sigma * sigma).exp_m1().sqrt();
    holds(&length, |x| phi((x / 4.0).ln() / sigma), mean, sd);
}

#[test]
fn lognormal_draws_have_the_moments_they_are_given_by() {
    let length = DurationDistribution::Lognormal(Lognormal::Moments {
        mean: ms(10),
        sd: ms(5),
    });
    let sigma = 1.25_f64.ln().sqrt();
    let median = 10.0 / 1.25_f64.sqrt();
    holds(&length, |x| phi((x / median).ln() / sigma), 10.0, 5.0);
}

#[test]
fn pareto_draws_follow_a_power_law() {
    let length = DurationDistribution::Pareto {
        least: ms(10),
        shape: 5.0,
    };
    let sd = 10.0 / 4.0 * (5.0_f64 / 3.0).sqrt();
    holds(&length, |x| 1.0 - (10.0 / x).powi(5), 12.5, sd);
}

#[test]
fn erlang_draws_are_sums_of_stages() {
    let length = DurationDistribution::Erlang {
        stages: 4,
        mean: ms(20),
    };
    let cdf = |x: f64| {
        let rate = x / 5.0;
        1.0 - (-rate).exp() * (1.0 + rate + rate * rate / 2.0 + rate.powi(3) / 6.0)
    };
    holds(&length, cdf, 20.0, 10.0);
}

#[test]
fn hyperexponential_draws_are_a_mixture() {
    let length =
        DurationDistribution::Hyperexponential(vec![(percent(90), ms(5)), (percent(10), ms(55))]);
    let cdf = |x: f64| 1.0 - 0.9 * (-x / 5.0).exp() - 0.1 * (-x / 55.0).exp();
    let second = 2.0 * (0.9 * 25.0 + 0.1 * 3_025.0);
    holds(&length, cdf, 10.0, (second - 100.0_f64).sqrt());
}

#[test]
fn recorded_spans_come_back_each_as_often() {
    let recorded = [1, 2, 2, 40].map(ms);
    let spans = sorted(&DurationDistribution::Empirical(recorded.to_vec()));
    for (span, share) in [(1.0, 0.25), (2.0, 0.5), (40.0, 0.25)] {
        #[expect(clippy::float_cmp, reason = "a recorded span comes back as it is")]
        let found = spans.iter().filter(|found| **found == span).count() as f64 / MANY as f64;
        // Four standard errors.
        assert!((found - share).abs() < 4.0 * 0.5 / (MANY as f64).sqrt());
    }
}

#[test]
fn draws_have_the_same_bits_everywhere() {
    let hour = SimDuration::from_secs(3_600);
    let lengths = [
        DurationDistribution::Uniform {
            from: ms(1),
            to: hour,
        },
        DurationDistribution::Exponential { mean: hour },
        DurationDistribution::Normal {
            mean: hour,
            sd: hour,
        },
        DurationDistribution::Lognormal(Lognormal::Percentiles {
            p50: hour,
            p99: SimDuration::from_secs(36_000),
        }),
        DurationDistribution::Lognormal(Lognormal::Moments {
            mean: hour,
            sd: hour,
        }),
        DurationDistribution::Pareto {
            least: hour,
            shape: 1.5,
        },
        DurationDistribution::Erlang {
            stages: 7,
            mean: hour,
        },
        DurationDistribution::Hyperexponential(vec![(percent(50), ms(1)), (percent(50), hour)]),
    ];
    // Sums of 200 000 draws at means of an hour, in nanoseconds: one bit of difference in
    // one logarithm shows.
    let sums = lengths.map(|length| {
        draws(&length)
            .iter()
            .map(|span| u128::from(span.as_nanos()))
            .sum::<u128>()
    });
    assert_eq!(sums, GOLDEN);
}

/// What [`draws_have_the_same_bits_everywhere`] found on x86-64 Linux.
const GOLDEN: [u128; 8] = [
    360_030_455_369_402_636,
    719_549_365_784_329_075,
    928_326_376_906_549_752,
    1_177_157_682_117_574_483,
    721_125_244_597_900_397,
    2_168_100_933_000_593_393,
    720_333_432_019_537_360,
    360_969_940_064_282_309,
];
