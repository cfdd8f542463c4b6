//! Heat: durations as a coarse histogram, for a map of how many took how long when.
//!
//! Rows are log-linear, four to each doubling: wide enough to be seen as cells, narrow enough
//! that two modes stay two.

use crate::kernel::SimDuration;

/// So many rows each doubling has, as a power of two.
const FINENESS: u32 = 2;
/// What is shorter than this power of two nanoseconds (1 us) is in the first row.
const FIRST: u32 = 10;
/// Rows there are; the last also has what is longer.
pub const HEAT_ROWS: u8 = 128;

/// The row of so many nanoseconds.
const fn row(nanos: u64) -> u8 {
    let Some(exponent) = nanos.checked_ilog2() else {
        return 0;
    };
    if exponent < FIRST {
        return 0;
    }
    let within = (nanos >> (exponent - FINENESS)) & ((1 << FINENESS) - 1);
    let row = 1 + (((exponent - FIRST) as u64) << FINENESS) + within;
    if row < HEAT_ROWS as u64 {
        row as u8
    } else {
        HEAT_ROWS - 1
    }
}

/// From which duration on something is in a row, and below which.
pub const fn heat_bounds(row: u8) -> (SimDuration, SimDuration) {
    (
        SimDuration::from_nanos(least(row)),
        SimDuration::from_nanos(least(row + 1)),
    )
}

/// The least duration of a row.
const fn least(row: u8) -> u64 {
    let Some(place) = row.checked_sub(1) else {
        return 0;
    };
    let (exponent, within) = (
        FIRST + (place >> FINENESS) as u32,
        place as u64 & ((1 << FINENESS) - 1),
    );
    ((1 << FINENESS) + within) << (exponent - FINENESS)
}

/// How many of these, which are sorted, are in each row that is not empty.
pub(super) fn of_sorted(took: &[u64]) -> Vec<(u8, u32)> {
    let mut rows: Vec<(u8, u32)> = Vec::new();
    for nanos in took {
        let row = row(*nanos);
        match rows.last_mut() {
            Some((last, count)) if *last == row => *count += 1,
            _ => rows.push((row, 1)),
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_duration_lies_within_the_bounds_of_its_row() {
        for exponent in 0..41 {
            for nanos in [
                1_u64 << exponent,
                (1 << exponent) + (1 << exponent) / 3,
                (2 << exponent) - 1,
            ] {
                let (from, until) = heat_bounds(row(nanos));
                assert!(
                    from.as_nanos() <= nanos && nanos < until.as_nanos(),
                    "{nanos}"
                );
            }
        }
    }

    #[test]
    fn rows_join_without_a_gap_and_are_a_fifth_to_a_quarter_high() {
        for row in 1..HEAT_ROWS - 1 {
            let ((from, until), next) = (heat_bounds(row), heat_bounds(row + 1));
            assert_eq!(until, next.0);
            let ratio = until.as_secs_f64() / from.as_secs_f64();
            assert!((1.1..=1.251).contains(&ratio), "{row}: {ratio}");
        }
        assert_eq!(row(u64::MAX), HEAT_ROWS - 1);
    }
}
