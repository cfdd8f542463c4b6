//! The bare loop: M/M/1 as one would write it by hand, with the standard heap, a common
//! generator and the logarithm that is the same on every target.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use rand_core::{RngCore, SeedableRng};
use rand_pcg::Pcg64;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Arrival,
    Departure,
}

const WORK: f64 = 10e6;

/// Gaps between customers and lengths of their work, in nanoseconds: the same for every engine
/// that draws its variates here, since each kind has a generator of its own.
#[derive(Clone)]
pub struct Variates {
    gaps: Pcg64,
    work: Pcg64,
}

impl Default for Variates {
    fn default() -> Self {
        Self::new()
    }
}

impl Variates {
    pub fn new() -> Self {
        Self {
            gaps: Pcg64::seed_from_u64(1),
            work: Pcg64::seed_from_u64(2),
        }
    }

    #[inline]
    pub fn gap(&mut self) -> u64 {
        exponential(&mut self.gaps, WORK / 0.9)
    }

    #[inline]
    pub fn work(&mut self) -> u64 {
        exponential(&mut self.work, WORK)
    }
}

#[inline]
fn exponential(rng: &mut Pcg64, mean: f64) -> u64 {
    let unit = (rng.next_u64() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64);
    (-libm::log(1.0 - unit) * mean) as u64
}

/// Serves so many customers at a load of 0.9; the sum of their times, so that nothing is
/// optimised away, is checked against theory.
pub fn single_queue(customers: u64) -> u64 {
    let mut variates = Variates::new();
    let mut heap = BinaryHeap::new();
    let mut inside: VecDeque<u64> = VecDeque::new();
    let (mut served, mut total) = (0, 0_u128);
    heap.push(Reverse((0_u64, Event::Arrival)));
    while let Some(Reverse((now, event))) = heap.pop() {
        match event {
            Event::Arrival => {
                heap.push(Reverse((now + variates.gap(), Event::Arrival)));
                inside.push_back(now);
                if inside.len() == 1 {
                    heap.push(Reverse((now + variates.work(), Event::Departure)));
                }
            }
            Event::Departure => {
                let since = inside.pop_front().unwrap_or(now);
                total += u128::from(now - since);
                served += 1;
                if served == customers {
                    break;
                }
                if !inside.is_empty() {
                    heap.push(Reverse((now + variates.work(), Event::Departure)));
                }
            }
        }
    }
    let mean = total as f64 / served as f64 / WORK;
    assert!((5.0..20.0).contains(&mean), "{mean}");
    served
}

/// A bare hold loop: so many events pending, and each that is taken out puts one in, an
/// exponential span later.
pub fn hold(pending: u64, events: u64) -> u64 {
    let mut variates = Variates::new();
    let mut heap: BinaryHeap<Reverse<(u64, u64)>> = (0..pending)
        .map(|number| Reverse((variates.work(), number)))
        .collect();
    for _ in 0..events {
        if let Some(Reverse((now, number))) = heap.pop() {
            heap.push(Reverse((now + variates.work(), number)));
        }
    }
    assert_eq!(heap.len() as u64, pending);
    events
}
