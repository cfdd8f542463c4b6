//! A sparkline: a course over time in one line of text.

/// Heights from nothing to full, for those who can see the blocks of Unicode and for
/// those who cannot.
const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const PLAIN: [char; 9] = [' ', '.', ':', '-', '=', '+', '*', '#', '@'];

/// One character a value, as high as the value is among the highest. What is not zero can
/// be told from what is.
pub(crate) fn sparkline(values: &[f64], unicode: bool) -> String {
    let heights = if unicode { BLOCKS } else { PLAIN };
    let steps = heights.len() - 1;
    let most = values.iter().copied().fold(0.0, f64::max);
    let height = |value: &f64| {
        if *value <= 0.0 || most <= 0.0 {
            0
        } else {
            ((value / most * steps as f64).ceil() as usize).clamp(1, steps)
        }
    };
    values.iter().map(|value| heights[height(value)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_is_full_nothing_is_empty_and_a_little_is_seen() {
        let values = [0.0, 0.001, 4.0, 8.0];
        assert_eq!(sparkline(&values, true), " ▁▄█");
        assert_eq!(sparkline(&values, false), " .=@");
        assert_eq!(sparkline(&[0.0, 0.0], true), "  ");
        assert_eq!(sparkline(&[], true), "");
    }
}
