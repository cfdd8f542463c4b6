//! A cache: answers that are good for a time, the least recently used forgotten first.
//!
//! Keys and answers flow in with the time; an answer that is fresh, one that is only good
//! enough if the callee fails, or nothing flows out. That stale answers are kept for
//! failures is the `stale-if-error` of RFC 5861
//! (<https://www.rfc-editor.org/rfc/rfc5861#section-4>).
//!
//! Reading allocates nothing: entries stand in one list, linked in the order of use, and are
//! found by their key in O(log n).

use std::collections::BTreeMap;

use crate::kernel::{SimDuration, SimTime};

/// The settings of a cache.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CacheSettings {
    /// How long an answer is fresh.
    pub ttl: SimDuration,
    /// How long after that it may be given if the callee fails.
    pub stale_if_error: SimDuration,
    /// How many answers are kept; none are kept if it is 0.
    pub entries: u32,
}

/// What a cache has for a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lookup<V> {
    /// An answer that is good.
    Fresh(V),
    /// An answer that is good enough if the callee fails.
    Stale(V),
    /// Nothing.
    Miss,
}

/// An entry that was forgotten to make room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Evicted<K, V> {
    /// Its key.
    pub key: K,
    /// Its answer.
    pub value: V,
}

#[derive(Clone, Debug)]
struct Entry<K, V> {
    key: K,
    value: V,
    stored: SimTime,
    /// The one that was used next after it.
    newer: usize,
    /// The one that was used last before it.
    older: usize,
}

/// No entry.
const END: usize = usize::MAX;

/// Answers by their keys.
#[derive(Clone, Debug)]
pub struct Cache<K, V> {
    places: BTreeMap<K, usize>,
    entries: Vec<Entry<K, V>>,
    newest: usize,
    oldest: usize,
}

impl<K: Clone + Ord, V: Clone> Cache<K, V> {
    /// An empty cache.
    pub const fn new() -> Self {
        Self {
            places: BTreeMap::new(),
            entries: Vec::new(),
            newest: END,
            oldest: END,
        }
    }

    /// How many answers it holds, fresh or not.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The answer for `key`, fresh or not, which was not used for that.
    pub fn peek(&self, key: &K) -> Option<&V> {
        let place = *self.places.get(key)?;
        self.entries.get(place).map(|entry| &entry.value)
    }

    /// All keys and answers, fresh or not, in no order that means anything.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter().map(|entry| (&entry.key, &entry.value))
    }

    /// The answer for `key`, which was then used last.
    pub fn get(&mut self, settings: &CacheSettings, now: SimTime, key: &K) -> Lookup<V> {
        let Some(&place) = self.places.get(key) else {
            return Lookup::Miss;
        };
        let stored = self.entries[place].stored;
        let fresh_until = stored.after(settings.ttl);
        if now >= fresh_until.after(settings.stale_if_error) {
            return Lookup::Miss;
        }
        self.unlink(place);
        self.link_newest(place);
        let value = self.entries[place].value.clone();
        if now < fresh_until {
            Lookup::Fresh(value)
        } else {
            Lookup::Stale(value)
        }
    }

    /// Keeps an answer; what had to be forgotten for it.
    pub fn put(
        &mut self,
        settings: &CacheSettings,
        now: SimTime,
        key: K,
        value: V,
    ) -> Option<Evicted<K, V>> {
        if settings.entries == 0 {
            return None;
        }
        if let Some(&place) = self.places.get(&key) {
            self.entries[place].value = value;
            self.entries[place].stored = now;
            self.unlink(place);
            self.link_newest(place);
            return None;
        }
        let is_full = self.entries.len() >= settings.entries as usize;
        let evicted = if is_full { self.evict() } else { None };
        let place = self.entries.len();
        self.entries.push(Entry {
            key: key.clone(),
            value,
            stored: now,
            newer: END,
            older: END,
        });
        self.link_newest(place);
        self.places.insert(key, place);
        evicted
    }

    /// Forgets the answer for `key`; whether there was one.
    pub fn invalidate(&mut self, key: &K) -> bool {
        let place = self.places.get(key).copied();
        place.is_some_and(|place| self.remove(place).is_some())
    }

    /// Forgets the answer that was not used for the longest time: to be called until there
    /// are few enough, if there may be fewer than there were.
    pub fn evict(&mut self) -> Option<Evicted<K, V>> {
        self.remove(self.oldest)
    }

    fn remove(&mut self, place: usize) -> Option<Evicted<K, V>> {
        if place >= self.entries.len() {
            return None;
        }
        self.unlink(place);
        let last = self.entries.len() - 1;
        let Entry { key, value, .. } = self.entries.swap_remove(place);
        self.places.remove(&key);
        if place != last {
            // The last one stands in its place now.
            let (moved, newer, older) = {
                let entry = &self.entries[place];
                (entry.key.clone(), entry.newer, entry.older)
            };
            self.places.insert(moved, place);
            *self.newer_end(older) = place;
            *self.older_end(newer) = place;
        }
        Some(Evicted { key, value })
    }

    fn unlink(&mut self, place: usize) {
        let (newer, older) = (self.entries[place].newer, self.entries[place].older);
        *self.newer_end(older) = newer;
        *self.older_end(newer) = older;
    }

    fn link_newest(&mut self, place: usize) {
        let older = self.newest;
        self.entries[place].older = older;
        self.entries[place].newer = END;
        *self.newer_end(older) = place;
        self.newest = place;
    }

    /// What points from `place` to the one used after it; of the end, the oldest of all.
    fn newer_end(&mut self, place: usize) -> &mut usize {
        match self.entries.get_mut(place) {
            Some(entry) => &mut entry.newer,
            None => &mut self.oldest,
        }
    }

    /// What points from `place` to the one used before it; of the end, the newest of all.
    fn older_end(&mut self, place: usize) -> &mut usize {
        match self.entries.get_mut(place) {
            Some(entry) => &mut entry.older,
            None => &mut self.newest,
        }
    }
}

impl<K: Clone + Ord, V: Clone> Default for Cache<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: CacheSettings = CacheSettings {
        ttl: SimDuration::from_secs(10),
        stale_if_error: SimDuration::from_secs(5),
        entries: 2,
    };

    fn at(secs: u64) -> SimTime {
        SimTime::ZERO.after(SimDuration::from_secs(secs))
    }

    #[test]
    fn an_answer_is_fresh_then_stale_then_gone() {
        let mut cache = Cache::new();
        cache.put(&SETTINGS, at(0), 1, 'a');
        assert_eq!(cache.get(&SETTINGS, at(9), &1), Lookup::Fresh('a'));
        assert_eq!(cache.get(&SETTINGS, at(10), &1), Lookup::Stale('a'));
        assert_eq!(cache.get(&SETTINGS, at(14), &1), Lookup::Stale('a'));
        assert_eq!(cache.get(&SETTINGS, at(15), &1), Lookup::Miss);
    }

    #[test]
    fn the_least_recently_used_answer_makes_room() {
        let mut cache = Cache::new();
        cache.put(&SETTINGS, at(0), 1, 'a');
        cache.put(&SETTINGS, at(0), 2, 'b');
        cache.get(&SETTINGS, at(1), &1);
        let evicted = cache.put(&SETTINGS, at(2), 3, 'c');
        let expected = Evicted { key: 2, value: 'b' };
        assert_eq!(evicted, Some(expected));
        assert_eq!(cache.get(&SETTINGS, at(2), &1), Lookup::Fresh('a'));
        assert_eq!(cache.get(&SETTINGS, at(2), &2), Lookup::Miss);
    }

    #[test]
    fn a_new_answer_for_a_key_takes_the_place_of_the_old_one() {
        let mut cache = Cache::new();
        cache.put(&SETTINGS, at(0), 1, 'a');
        assert_eq!(cache.put(&SETTINGS, at(9), 1, 'b'), None);
        assert_eq!(cache.len(), 1);
        assert_eq!(cache.get(&SETTINGS, at(18), &1), Lookup::Fresh('b'));
    }

    #[test]
    fn an_answer_that_is_invalidated_is_gone_and_the_others_are_found() {
        let settings = CacheSettings {
            entries: 3,
            ..SETTINGS
        };
        let mut cache = Cache::new();
        for (key, value) in [(1, 'a'), (2, 'b'), (3, 'c')] {
            cache.put(&settings, at(0), key, value);
        }
        assert!(cache.invalidate(&1));
        assert!(!cache.invalidate(&1));
        assert_eq!(cache.get(&settings, at(1), &3), Lookup::Fresh('c'));
        assert_eq!(cache.evict().map(|evicted| evicted.key), Some(2));
        assert_eq!(cache.evict().map(|evicted| evicted.key), Some(3));
        assert!(cache.is_empty() && cache.evict().is_none());
    }
}
