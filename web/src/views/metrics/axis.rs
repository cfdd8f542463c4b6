//! Axes: from a value to a share of the height of a chart, and where its ticks are.

/// How values lie along the height of a chart.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Axis {
    /// From zero up.
    Linear {
        /// The value at the top.
        top: f64,
        /// How far ticks lie apart.
        step: f64,
    },
    /// Each decade as high as the others.
    Log {
        /// The value at the bottom; above zero.
        from: f64,
        /// The value at the top.
        to: f64,
    },
}

/// About so many ticks a chart has.
const TICKS: f64 = 3.0;

impl Axis {
    /// A linear axis that has room for `most`, with ticks no closer than `finest`.
    pub(super) fn linear(most: f64, finest: f64) -> Self {
        let step = round_up(most / TICKS).max(finest);
        let top = (most / step).ceil().max(1.0) * step;
        Self::Linear { top, step }
    }

    /// A logarithmic axis from `from` to `to`.
    pub(super) fn log(from: f64, to: f64) -> Self {
        let from = from.max(f64::MIN_POSITIVE);
        Self::Log {
            from,
            to: to.max(from * 1.25),
        }
    }

    /// How high a value is, from 0 at the bottom to 1 at the top.
    pub(super) fn share(&self, value: f64) -> f64 {
        let share = match *self {
            Self::Linear { top, .. } => value / top,
            Self::Log { from, to } => (value / from).ln() / (to / from).ln(),
        };
        share.clamp(0.0, 1.0)
    }

    /// The value at a height.
    pub(super) fn value(&self, share: f64) -> f64 {
        let share = share.clamp(0.0, 1.0);
        match *self {
            Self::Linear { top, .. } => top * share,
            Self::Log { from, to } => from * (to / from).powf(share),
        }
    }

    /// Values with a tick.
    pub(super) fn ticks(&self) -> Vec<f64> {
        match *self {
            Self::Linear { top, step } => {
                let count = (top / step).round().min(12.0) as u32;
                (0..=count).map(|place| f64::from(place) * step).collect()
            }
            Self::Log { from, to } => {
                let decades = (to / from).log10();
                let digits: &[f64] = if decades > 2.5 {
                    &[1.0]
                } else if decades > 1.0 {
                    &[1.0, 3.0]
                } else {
                    &[1.0, 2.0, 5.0]
                };
                let first = from.log10().floor() as i32;
                (first..=first + 30)
                    .flat_map(|decade| digits.iter().map(move |digit| digit * 10_f64.powi(decade)))
                    .filter(|tick| (from..=to).contains(tick))
                    .collect()
            }
        }
    }
}

/// The least of 1, 2, 5, 10 … times a power of ten that is not less than a value.
fn round_up(value: f64) -> f64 {
    if !value.is_finite() || value <= 0.0 {
        return 1.0;
    }
    let decade = 10_f64.powf(value.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|digit| digit * decade)
        .find(|step| *step >= value * (1.0 - 1e-9))
        .unwrap_or(10.0 * decade)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_axis_begins_at_zero_and_has_room_for_all_with_round_ticks() {
        for (most, ticks) in [
            (130.0, vec![0.0, 50.0, 100.0, 150.0]),
            (0.9, vec![0.0, 0.5, 1.0]),
            (3.0, vec![0.0, 1.0, 2.0, 3.0]),
            (0.0, vec![0.0, 1.0]),
        ] {
            let axis = Axis::linear(most, 0.0);
            assert_eq!(axis.ticks(), ticks, "{most}");
            assert!(axis.share(most) <= 1.0);
        }
        // Half a request does not wait.
        assert_eq!(Axis::linear(1.0, 1.0).ticks(), [0.0, 1.0]);
    }

    #[test]
    fn each_decade_is_as_high_as_the_others() {
        let axis = Axis::log(0.001, 10.0);
        assert!((axis.share(0.1) - 0.5).abs() < 1e-9);
        assert!((axis.value(0.25) - 0.01).abs() < 1e-9);
        assert_eq!(axis.ticks().len(), 5);
        assert!(axis.share(0.0) < f64::EPSILON && axis.share(1e9) > 0.999);
        assert!(Axis::log(0.08, 0.3).ticks().len() >= 2);
    }

    #[test]
    fn values_that_are_none_do_no_harm() {
        for most in [f64::NAN, f64::INFINITY, -1.0] {
            assert!(Axis::linear(most, 0.0).ticks().len() <= 13, "{most}");
        }
    }
}
