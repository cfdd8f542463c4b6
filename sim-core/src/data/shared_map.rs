//! An ordered map whose clone shares everything with the original.
//!
//! A keyframe of a run is a clone of its world, and a table may have a million rows. The
//! entries stand in sorted chunks behind two levels of shared pointers: a clone costs one
//! pointer; the first change after it copies the list of chunks, and each change the one
//! chunk it touches unless that is its own already. Nothing depends on who shares what.

use std::sync::Arc;

/// Entries in one chunk at most. A change after a clone copies so many; a lookup searches
/// them by halves.
const CHUNK: usize = 64;

type Chunk<K, V> = Arc<Vec<(K, V)>>;

/// An ordered map with a clone in O(1), lookups in O(log n).
#[derive(Clone, Debug)]
pub(super) struct SharedMap<K, V> {
    /// None is empty; all keys of one are less than those of the next.
    chunks: Arc<Vec<Chunk<K, V>>>,
}

impl<K, V> Default for SharedMap<K, V> {
    fn default() -> Self {
        Self {
            chunks: Arc::default(),
        }
    }
}

impl<K: Ord + Clone, V: Clone> SharedMap<K, V> {
    /// Where `key` is, or where it would have to go: the chunk, and the place in it.
    fn find(&self, key: &K) -> (usize, Result<usize, usize>) {
        let after = self.chunks.partition_point(|chunk| chunk[0].0 <= *key);
        let place = after.saturating_sub(1);
        let found = self.chunks.get(place).map_or(Err(0), |chunk| {
            chunk.binary_search_by(|(other, _)| other.cmp(key))
        });
        (place, found)
    }

    /// What stands at `key`.
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        let (chunk, place) = self.find(key);
        let place = place.ok()?;
        Some(&self.chunks[chunk][place].1)
    }

    /// What stands at `key`, to be changed.
    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let (chunk, place) = self.find(key);
        let place = place.ok()?;
        let chunks = Arc::make_mut(&mut self.chunks);
        Some(&mut Arc::make_mut(&mut chunks[chunk])[place].1)
    }

    /// What stands at `key`, to be changed; the default is put there if nothing does.
    pub(super) fn entry(&mut self, key: &K) -> &mut V
    where
        V: Default,
    {
        let (mut chunk, found) = self.find(key);
        let chunks = Arc::make_mut(&mut self.chunks);
        let mut place = match found {
            Ok(place) => return &mut Arc::make_mut(&mut chunks[chunk])[place].1,
            Err(place) => place,
        };
        if chunks.is_empty() {
            chunks.push(Arc::default());
        } else if chunks[chunk].len() >= CHUNK {
            // Rows mostly come in the order of their keys: then the full chunk stays full.
            let at = if place == CHUNK { CHUNK } else { CHUNK / 2 };
            let rest = Arc::make_mut(&mut chunks[chunk]).split_off(at);
            chunks.insert(chunk + 1, Arc::new(rest));
            if place >= at {
                (chunk, place) = (chunk + 1, place - at);
            }
        }
        let entries = Arc::make_mut(&mut chunks[chunk]);
        entries.insert(place, (key.clone(), V::default()));
        &mut entries[place].1
    }

    /// Takes away what stands at `key`.
    pub(super) fn remove(&mut self, key: &K) -> Option<V> {
        let (chunk, place) = self.find(key);
        let place = place.ok()?;
        let chunks = Arc::make_mut(&mut self.chunks);
        let entries = Arc::make_mut(&mut chunks[chunk]);
        let (_, value) = entries.remove(place);
        if entries.is_empty() {
            chunks.remove(chunk);
        }
        Some(value)
    }

    /// All entries, by key.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.chunks
            .iter()
            .flat_map(|chunk| chunk.iter().map(|(key, value)| (key, value)))
    }

    /// How many chunks both maps have in common.
    #[cfg(test)]
    fn shared_with(&self, other: &Self) -> usize {
        let is_in_other = |chunk: &&Chunk<K, V>| other.chunks.iter().any(|c| Arc::ptr_eq(c, chunk));
        self.chunks.iter().filter(is_in_other).count()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_change_after_a_clone_copies_one_chunk_and_leaves_the_clone_as_it_was() {
        let mut map = SharedMap::default();
        for key in 0..6_400 {
            *map.entry(&key) = key;
        }
        let keyframe = map.clone();
        *map.entry(&3_000) = -1;
        assert_eq!(map.chunks.len(), 100);
        assert_eq!(map.shared_with(&keyframe), 99);
        assert_eq!(keyframe.get(&3_000), Some(&3_000));
    }

    #[derive(Clone, Debug)]
    enum Change {
        Put(u16, u8),
        Add(u16),
        Remove(u16),
    }

    fn change() -> impl Strategy<Value = Change> {
        // Few keys, so that chunks are filled, split and emptied again.
        let key = 0_u16..400;
        prop_oneof![
            3 => (key.clone(), any::<u8>()).prop_map(|(key, value)| Change::Put(key, value)),
            1 => key.clone().prop_map(Change::Add),
            2 => key.prop_map(Change::Remove),
        ]
    }

    proptest! {
        #[test]
        fn it_holds_what_any_other_map_would(changes in prop::collection::vec(change(), 0..900)) {
            let (mut map, mut model) = (SharedMap::default(), BTreeMap::new());
            for change in changes {
                match change {
                    Change::Put(key, value) => {
                        *map.entry(&key) = value;
                        model.insert(key, value);
                    }
                    Change::Add(key) => {
                        let got = map.get_mut(&key).map(|value| { *value = value.wrapping_add(1); *value });
                        let expected = model.get_mut(&key).map(|value| { *value = value.wrapping_add(1); *value });
                        prop_assert_eq!(got, expected);
                    }
                    Change::Remove(key) => prop_assert_eq!(map.remove(&key), model.remove(&key)),
                }
            }
            prop_assert!(map.iter().eq(model.iter()));
            prop_assert!((0..400).all(|key| map.get(&key) == model.get(&key)));
        }
    }
}
