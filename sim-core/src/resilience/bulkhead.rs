//! Bulkheads: how many calls may be under way, so that one slow callee does not take all
//! that a service has.
//!
//! Callers that want to begin and calls that ended flow in; who may begin, waits or is
//! refused flows out. Callers are known by whatever small thing their owner likes. Two
//! forms, both resilience4j's (<https://resilience4j.readme.io/docs/bulkhead>): a semaphore
//! for which callers wait in order, and a pool of threads with a queue.

use std::collections::VecDeque;

use crate::kernel::{SimDuration, SimTime};

/// What asking to begin comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entry {
    /// It begins.
    Admitted,
    /// It waits.
    Queued {
        /// No longer than until then.
        until: SimTime,
    },
    /// There is no room.
    Refused,
}

/// The settings of a semaphore.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SemaphoreSettings {
    /// `maxConcurrentCalls`: how many calls may be under way.
    pub max_concurrent: u32,
    /// `maxWaitDuration`: how long a caller waits for its turn.
    pub max_wait: SimDuration,
    /// How many callers may wait; resilience4j has no limit.
    pub max_waiting: u32,
}

impl SemaphoreSettings {
    /// resilience4j's: 25 calls, and nobody waits.
    pub const DEFAULT: Self = Self {
        max_concurrent: 25,
        max_wait: SimDuration::ZERO,
        max_waiting: u32::MAX,
    };
}

impl Default for SemaphoreSettings {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// A semaphore for which callers wait in the order in which they came.
#[derive(Clone, Debug)]
pub struct Semaphore<C> {
    running: u32,
    waiting: VecDeque<(C, SimTime)>,
}

impl<C: Copy + PartialEq> Semaphore<C> {
    /// A semaphore that nobody holds.
    pub const fn new() -> Self {
        Self {
            running: 0,
            waiting: VecDeque::new(),
        }
    }

    /// How many calls are under way.
    pub const fn running(&self) -> u32 {
        self.running
    }

    /// How many callers wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// When the first caller has waited for as long as it may: [`Semaphore::expire`] is due
    /// then.
    pub fn due(&self) -> Option<SimTime> {
        self.waiting.iter().map(|(_, until)| *until).min()
    }

    /// A caller wants to begin. Nobody overtakes those who wait.
    pub fn enter(&mut self, settings: &SemaphoreSettings, now: SimTime, caller: C) -> Entry {
        if self.running < settings.max_concurrent && self.waiting.is_empty() {
            self.running += 1;
            Entry::Admitted
        } else if settings.max_wait.is_zero() || self.waiting.len() >= settings.max_waiting as usize
        {
            Entry::Refused
        } else {
            let until = now.after(settings.max_wait);
            self.waiting.push_back((caller, until));
            Entry::Queued { until }
        }
    }

    /// A call has ended; [`Semaphore::admit`] says who begins.
    pub const fn leave(&mut self) {
        self.running = self.running.saturating_sub(1);
    }

    /// The caller that begins now, if one waits and there is room; to be called again until
    /// there is none. Whoever has waited too long is left to [`Semaphore::expire`].
    pub fn admit(&mut self, settings: &SemaphoreSettings, now: SimTime) -> Option<C> {
        if self.running >= settings.max_concurrent {
            return None;
        }
        let place = self.waiting.iter().position(|(_, until)| *until >= now)?;
        let (caller, _) = self.waiting.remove(place)?;
        self.running += 1;
        Some(caller)
    }

    /// A caller that has waited for as long as it may, and is refused; to be called again
    /// until there is none.
    pub fn expire(&mut self, now: SimTime) -> Option<C> {
        let place = self.waiting.iter().position(|(_, until)| *until <= now)?;
        self.waiting.remove(place).map(|(caller, _)| caller)
    }

    /// A caller waits no longer; whether it did.
    pub fn cancel(&mut self, caller: C) -> bool {
        let place = self.waiting.iter().position(|(other, _)| *other == caller);
        place.is_some_and(|place| self.waiting.remove(place).is_some())
    }
}

impl<C: Copy + PartialEq> Default for Semaphore<C> {
    fn default() -> Self {
        Self::new()
    }
}

/// The settings of a pool.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PoolSettings {
    /// `coreThreadPoolSize`: how many threads are kept.
    pub core_threads: u32,
    /// `maxThreadPoolSize`: how many there are when the queue is full.
    pub max_threads: u32,
    /// `queueCapacity`: how many calls may wait.
    pub queue_capacity: u32,
    /// `keepAliveDuration`: how long a thread beyond the core idles before it ends.
    pub keep_alive: SimDuration,
}

impl PoolSettings {
    /// resilience4j's for a machine with so many processors: a thread for each, all but one
    /// of them kept; 100 places in the queue; 20 ms.
    pub const fn default_for(processors: u32) -> Self {
        Self {
            core_threads: if processors > 1 { processors - 1 } else { 1 },
            max_threads: if processors > 1 { processors } else { 1 },
            queue_capacity: 100,
            keep_alive: SimDuration::from_millis(20),
        }
    }
}

/// A pool of threads with a queue, as Java's
/// (<https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/concurrent/ThreadPoolExecutor.html>):
/// a thread more is started while there are fewer than the core, and otherwise only if the
/// queue is full. The call it is started for then begins before those that wait.
#[derive(Clone, Debug)]
pub struct ThreadPool<C> {
    busy: u32,
    /// Since when each idle thread idles, the longest first.
    idle: VecDeque<SimTime>,
    queue: VecDeque<C>,
}

impl<C: Copy + PartialEq> ThreadPool<C> {
    /// A pool without threads.
    pub const fn new() -> Self {
        Self {
            busy: 0,
            idle: VecDeque::new(),
            queue: VecDeque::new(),
        }
    }

    /// How many calls are under way.
    pub const fn running(&self) -> u32 {
        self.busy
    }

    /// How many calls wait in the queue.
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// How many threads there are at `now`.
    pub fn threads(&self, settings: &PoolSettings, now: SimTime) -> u32 {
        self.busy + self.idle.len() as u32 - self.ended(settings, now)
    }

    /// A call wants to begin. One that is queued waits for as long as it takes.
    pub fn submit(&mut self, settings: &PoolSettings, now: SimTime, caller: C) -> Entry {
        for _ in 0..self.ended(settings, now) {
            self.idle.pop_front();
        }
        let threads = self.busy + self.idle.len() as u32;
        let is_below_core = threads < settings.core_threads;
        if is_below_core || self.idle.pop_front().is_some() {
            self.busy += 1;
            Entry::Admitted
        } else if self.queue.len() < settings.queue_capacity as usize {
            self.queue.push_back(caller);
            Entry::Queued {
                until: SimTime::MAX,
            }
        } else if threads < settings.max_threads {
            self.busy += 1;
            Entry::Admitted
        } else {
            Entry::Refused
        }
    }

    /// A call has ended; the one that begins now in its place.
    pub fn finish(&mut self, settings: &PoolSettings, now: SimTime) -> Option<C> {
        let threads = self.busy + self.idle.len() as u32;
        if threads <= settings.max_threads
            && let Some(next) = self.queue.pop_front()
        {
            return Some(next);
        }
        if self.busy > 0 {
            self.busy -= 1;
            if threads <= settings.max_threads {
                self.idle.push_back(now);
            }
        }
        None
    }

    /// A call waits no longer; whether it did.
    pub fn cancel(&mut self, caller: C) -> bool {
        let place = self.queue.iter().position(|other| *other == caller);
        place.is_some_and(|place| self.queue.remove(place).is_some())
    }

    /// How many of the idle threads have ended by `now`: those beyond the core that idled
    /// for longer than they may.
    fn ended(&self, settings: &PoolSettings, now: SimTime) -> u32 {
        let threads = self.busy + self.idle.len() as u32;
        let beyond = threads.saturating_sub(settings.core_threads) as usize;
        let tired = self.idle.iter().take(beyond);
        tired
            .take_while(|since| since.after(settings.keep_alive) <= now)
            .count() as u32
    }
}

impl<C: Copy + PartialEq> Default for ThreadPool<C> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> SimTime {
        SimTime::ZERO.after(SimDuration::from_millis(millis))
    }

    const TWO: SemaphoreSettings = SemaphoreSettings {
        max_concurrent: 2,
        max_wait: SimDuration::from_millis(100),
        ..SemaphoreSettings::DEFAULT
    };

    /// A semaphore of two that two hold and two wait for.
    fn full() -> Semaphore<char> {
        let mut semaphore = Semaphore::new();
        assert_eq!(semaphore.enter(&TWO, at(0), 'a'), Entry::Admitted);
        assert_eq!(semaphore.enter(&TWO, at(0), 'b'), Entry::Admitted);
        let until = at(100);
        assert_eq!(semaphore.enter(&TWO, at(0), 'c'), Entry::Queued { until });
        let until = at(150);
        assert_eq!(semaphore.enter(&TWO, at(50), 'd'), Entry::Queued { until });
        semaphore
    }

    #[test]
    fn by_default_the_twenty_sixth_call_is_refused_at_once() {
        let settings = SemaphoreSettings::DEFAULT;
        let mut semaphore = Semaphore::new();
        for caller in 0..25 {
            assert_eq!(semaphore.enter(&settings, at(0), caller), Entry::Admitted);
        }
        assert_eq!(semaphore.enter(&settings, at(0), 25), Entry::Refused);
    }

    #[test]
    fn callers_are_admitted_in_the_order_in_which_they_came() {
        let mut semaphore = full();
        semaphore.leave();
        assert_eq!(semaphore.admit(&TWO, at(60)), Some('c'));
        assert_eq!(semaphore.admit(&TWO, at(60)), None);
        semaphore.leave();
        assert_eq!(semaphore.admit(&TWO, at(60)), Some('d'));
        assert_eq!((semaphore.running(), semaphore.waiting()), (2, 0));
    }

    #[test]
    fn who_has_waited_too_long_is_refused_and_not_admitted_any_more() {
        let mut semaphore = full();
        assert_eq!(semaphore.due(), Some(at(100)));
        semaphore.leave();
        assert_eq!(semaphore.admit(&TWO, at(101)), Some('d'));
        assert_eq!(semaphore.expire(at(101)), Some('c'));
        assert_eq!(semaphore.expire(at(101)), None);
    }

    #[test]
    fn who_gives_up_is_passed_over() {
        let mut semaphore = full();
        assert!(semaphore.cancel('c'));
        assert!(!semaphore.cancel('c'));
        semaphore.leave();
        assert_eq!(semaphore.admit(&TWO, at(60)), Some('d'));
    }

    #[test]
    fn a_semaphore_that_was_widened_admits_those_who_wait() {
        let mut semaphore = full();
        let wider = SemaphoreSettings {
            max_concurrent: 3,
            ..TWO
        };
        assert_eq!(semaphore.admit(&wider, at(60)), Some('c'));
        assert_eq!(semaphore.admit(&wider, at(60)), None);
    }

    const POOL: PoolSettings = PoolSettings {
        core_threads: 1,
        max_threads: 2,
        queue_capacity: 1,
        keep_alive: SimDuration::from_millis(20),
    };

    #[test]
    fn a_pool_fills_its_core_then_its_queue_then_its_other_threads() {
        let mut pool = ThreadPool::new();
        let queued = Entry::Queued {
            until: SimTime::MAX,
        };
        let entries = ['a', 'b', 'c', 'd'].map(|caller| pool.submit(&POOL, at(0), caller));
        assert_eq!(
            entries,
            [Entry::Admitted, queued, Entry::Admitted, Entry::Refused]
        );
        assert_eq!(pool.finish(&POOL, at(5)), Some('b'));
        assert_eq!(pool.finish(&POOL, at(6)), None);
        assert_eq!((pool.running(), pool.threads(&POOL, at(6))), (1, 2));
    }

    #[test]
    fn a_thread_beyond_the_core_ends_when_it_has_idled_for_long_enough() {
        let mut pool = ThreadPool::new();
        for caller in ['a', 'b', 'c'] {
            pool.submit(&POOL, at(0), caller);
        }
        pool.finish(&POOL, at(10));
        pool.finish(&POOL, at(10));
        // One is busy, one idles until 30 ms.
        let mut early = pool.clone();
        assert_eq!(early.submit(&POOL, at(29), 'd'), Entry::Admitted);
        assert_eq!(pool.threads(&POOL, at(30)), 1);
        let queued = Entry::Queued {
            until: SimTime::MAX,
        };
        assert_eq!(pool.submit(&POOL, at(30), 'd'), queued);
    }

    #[test]
    fn resilience4js_pool_keeps_a_thread_less_than_there_are_processors() {
        let settings = PoolSettings::default_for(4);
        assert_eq!((settings.core_threads, settings.max_threads), (3, 4));
        assert_eq!(PoolSettings::default_for(1).core_threads, 1);
    }
}
