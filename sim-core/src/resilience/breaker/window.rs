//! What a breaker remembers of the calls that ended: the last so many, or those of the
//! last so many seconds.
//!
//! A call that ended flows in with its time, counts flow out. Both windows are rings whose
//! size is fixed when they are made; recording allocates nothing
//! (<https://resilience4j.readme.io/docs/circuitbreaker#count-based-sliding-window>).

use crate::kernel::SimTime;

/// The most calls a window remembers; whoever asks for more gets as many.
pub const MOST_CALLS: u32 = 1 << 16;
/// The most seconds a window remembers: an hour.
pub const MOST_SECONDS: u32 = 3_600;

/// How a call that was recorded ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Recorded {
    /// Whether it failed.
    pub failed: bool,
    /// Whether it was slow.
    pub slow: bool,
}

/// How many calls there were, and of which kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// All of them.
    pub calls: u32,
    /// Those that failed, slow ones included.
    pub failed: u32,
    /// Those that were slow, failed ones included.
    pub slow: u32,
}

impl Counts {
    fn add(&mut self, call: Recorded) {
        self.calls += 1;
        self.failed += u32::from(call.failed);
        self.slow += u32::from(call.slow);
    }

    fn remove(&mut self, call: Recorded) {
        self.calls -= 1;
        self.failed -= u32::from(call.failed);
        self.slow -= u32::from(call.slow);
    }

    fn without(self, bucket: Self) -> Self {
        Self {
            calls: self.calls - bucket.calls,
            failed: self.failed - bucket.failed,
            slow: self.slow - bucket.slow,
        }
    }
}

/// What a breaker remembers.
#[derive(Clone, Debug)]
pub enum Window {
    /// The last so many calls.
    Calls(CallWindow),
    /// The calls of the last so many seconds.
    Time(TimeWindow),
}

impl Window {
    pub(super) fn record(&mut self, now: SimTime, call: Recorded) {
        match self {
            Self::Calls(window) => window.record(call),
            Self::Time(window) => window.record(now, call),
        }
    }

    /// What is in it at `now`.
    pub fn counts(&self, now: SimTime) -> Counts {
        match self {
            Self::Calls(window) => window.counts,
            Self::Time(window) => window.counts(now),
        }
    }

    /// How many calls are needed to judge: as many as there is room for, at the most.
    pub(super) fn minimum(&self, asked: u32) -> u32 {
        match self {
            Self::Calls(window) => asked.min(window.size()),
            Self::Time(_) => asked,
        }
    }
}

/// The last so many calls.
#[derive(Clone, Debug)]
pub struct CallWindow {
    ring: Box<[Recorded]>,
    /// Where the next call goes: the oldest one, once the ring is full.
    next: usize,
    counts: Counts,
}

impl CallWindow {
    /// An empty window with room for `size` calls, [`MOST_CALLS`] at the most.
    pub(super) fn new(size: u32) -> Self {
        Self {
            ring: vec![Recorded::default(); size.min(MOST_CALLS) as usize].into(),
            next: 0,
            counts: Counts::default(),
        }
    }

    /// How many calls there is room for.
    pub fn size(&self) -> u32 {
        self.ring.len() as u32
    }

    /// The calls that are in it, the oldest first.
    pub fn calls(&self) -> impl ExactSizeIterator<Item = Recorded> {
        let (size, held) = (self.ring.len(), self.counts.calls as usize);
        let oldest = self.next + size - held;
        (0..held).map(move |place| self.ring[(oldest + place) % size])
    }

    fn record(&mut self, call: Recorded) {
        let is_full = self.counts.calls == self.size();
        // Without room, as in a breaker that watches nothing, there is no slot either.
        let Some(slot) = self.ring.get_mut(self.next) else {
            return;
        };
        if is_full {
            self.counts.remove(*slot);
        }
        *slot = call;
        self.counts.add(call);
        self.next = (self.next + 1) % self.ring.len();
    }
}

/// The calls of the last so many seconds, the current one included, in a bucket for each
/// whole second of the clock.
#[derive(Clone, Debug)]
pub struct TimeWindow {
    ring: Box<[Counts]>,
    /// The second of the latest bucket.
    latest: u64,
    total: Counts,
}

const NANOS_PER_SECOND: u64 = 1_000_000_000;

impl TimeWindow {
    /// An empty window over `seconds`, from 1 to [`MOST_SECONDS`].
    pub(super) fn new(seconds: u32) -> Self {
        Self {
            ring: vec![Counts::default(); seconds.clamp(1, MOST_SECONDS) as usize].into(),
            latest: 0,
            total: Counts::default(),
        }
    }

    /// The buckets that are in it at `now`, the oldest first, each with its second since
    /// the start.
    pub fn buckets(&self, now: SimTime) -> impl Iterator<Item = (u64, Counts)> {
        let current = second(now).max(self.latest);
        let oldest = (current + 1).saturating_sub(self.ring.len() as u64);
        (oldest..=current).map(|second| {
            let is_past = second <= self.latest;
            (
                second,
                if is_past {
                    self.bucket(second)
                } else {
                    Counts::default()
                },
            )
        })
    }

    fn counts(&self, now: SimTime) -> Counts {
        let size = self.ring.len() as u64;
        let moved = second(now).saturating_sub(self.latest);
        if moved >= size {
            return Counts::default();
        }
        // Those that left it since the last call was recorded.
        (1..=moved).fold(self.total, |total, ahead| {
            total.without(self.bucket(self.latest + ahead))
        })
    }

    /// The bucket of a second, or what is still in its place.
    fn bucket(&self, second: u64) -> Counts {
        self.ring[(second % self.ring.len() as u64) as usize]
    }

    fn record(&mut self, now: SimTime, call: Recorded) {
        let (second, size) = (second(now), self.ring.len() as u64);
        if second.saturating_sub(self.latest) >= size {
            self.ring.fill(Counts::default());
            self.total = Counts::default();
            self.latest = second;
        }
        while self.latest < second {
            self.latest += 1;
            let bucket = &mut self.ring[(self.latest % size) as usize];
            self.total = self.total.without(std::mem::take(bucket));
        }
        self.ring[(self.latest % size) as usize].add(call);
        self.total.add(call);
    }
}

const fn second(at: SimTime) -> u64 {
    at.as_nanos() / NANOS_PER_SECOND
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::SimDuration;

    const FAILED: Recorded = Recorded {
        failed: true,
        slow: false,
    };
    const SLOW: Recorded = Recorded {
        failed: false,
        slow: true,
    };

    fn at(millis: u64) -> SimTime {
        SimTime::ZERO.after(SimDuration::from_millis(millis))
    }

    #[test]
    fn a_full_window_of_calls_forgets_the_oldest() {
        let mut window = CallWindow::new(2);
        for call in [FAILED, SLOW, Recorded::default()] {
            window.record(call);
        }
        assert_eq!(
            window.calls().collect::<Vec<_>>(),
            [SLOW, Recorded::default()]
        );
        let counts = Counts {
            calls: 2,
            failed: 0,
            slow: 1,
        };
        assert_eq!(window.counts, counts);
    }

    #[test]
    fn a_window_without_room_remembers_nothing() {
        let mut window = CallWindow::new(0);
        window.record(FAILED);
        assert_eq!(window.calls().count(), 0);
    }

    #[test]
    fn a_second_leaves_a_window_of_time_as_a_whole_when_the_clock_strikes() {
        let mut window = TimeWindow::new(2);
        window.record(at(900), FAILED);
        window.record(at(1_100), SLOW);
        assert_eq!(window.counts(at(1_999)).calls, 2);
        assert_eq!(window.counts(at(2_000)).failed, 0);
        assert_eq!(window.counts(at(2_000)).slow, 1);
        assert_eq!(window.counts(at(3_000)), Counts::default());
        let seconds: Vec<_> = window.buckets(at(2_000)).collect();
        assert_eq!(seconds.len(), 2);
        assert_eq!((seconds[0].0, seconds[0].1.slow), (1, 1));
        assert_eq!(seconds[1], (2, Counts::default()));
    }

    #[test]
    fn after_a_long_silence_a_window_of_time_is_empty() {
        let mut window = TimeWindow::new(3);
        window.record(at(0), FAILED);
        window.record(at(1_000_000), SLOW);
        assert_eq!(window.counts(at(1_000_000)).calls, 1);
        assert_eq!(window.counts(at(1_000_000)).failed, 0);
    }
}
