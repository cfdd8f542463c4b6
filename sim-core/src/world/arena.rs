//! An arena: values in numbered slots that are used again.
//!
//! A slot that is free names the next one that is, so that taking and giving back touch
//! nothing but the slot itself.

/// "No slot" in the list of free ones.
const NONE: u32 = u32::MAX;

/// Values in numbered slots.
#[derive(Clone, Debug)]
pub(super) struct Arena<T> {
    slots: Vec<Slot<T>>,
    /// The first free slot: the one that was given back last.
    free: u32,
    taken: usize,
}

#[derive(Clone, Debug)]
enum Slot<T> {
    Taken(T),
    /// With the free slot after it.
    Free(u32),
}

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            free: NONE,
            taken: 0,
        }
    }
}

impl<T> Arena<T> {
    #[inline]
    pub(super) fn insert(&mut self, value: T) -> u32 {
        // One place that is written to, so that the value can be made where it will stay.
        if self.free == NONE {
            self.add_slot();
        }
        let slot = self.free;
        let place = &mut self.slots[slot as usize];
        if let Slot::Free(after) = *place {
            self.free = after;
        }
        *place = Slot::Taken(value);
        self.taken += 1;
        slot
    }

    #[cold]
    fn add_slot(&mut self) {
        self.free = self.slots.len() as u32;
        self.slots.push(Slot::Free(NONE));
    }

    #[inline]
    pub(super) fn remove(&mut self, slot: u32) -> Option<T> {
        let place = self.slots.get_mut(slot as usize)?;
        if matches!(place, Slot::Free(_)) {
            return None;
        }
        let given_back = std::mem::replace(place, Slot::Free(self.free));
        self.free = slot;
        self.taken -= 1;
        match given_back {
            Slot::Taken(value) => Some(value),
            Slot::Free(_) => None,
        }
    }

    #[inline]
    pub(super) fn get(&self, slot: u32) -> Option<&T> {
        match self.slots.get(slot as usize) {
            Some(Slot::Taken(value)) => Some(value),
            _ => None,
        }
    }

    #[inline]
    pub(super) fn get_mut(&mut self, slot: u32) -> Option<&mut T> {
        match self.slots.get_mut(slot as usize) {
            Some(Slot::Taken(value)) => Some(value),
            _ => None,
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.taken
    }

    pub(super) const fn bytes(&self) -> usize {
        self.slots.len() * size_of::<Slot<T>>()
    }

    /// The values with their slots, in the order of slots.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        self.slots.iter().enumerate().filter_map(|(slot, place)| {
            let Slot::Taken(value) = place else {
                return None;
            };
            Some((slot as u32, value))
        })
    }
}
