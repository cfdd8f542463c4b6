//! The shelf: what is kept between visits, in the order of its last use.
//!
//! Documents flow in as they change and out as they are opened. Several tabs of the page
//! share one shelf: whoever writes over what another tab has written meanwhile gets a place
//! of their own instead, so that nothing is lost.

use std::collections::BTreeMap;

use super::kept::{FORM, Kept, Place};
use super::store::{Refused, Store};

/// The most documents of one's own.
pub(crate) const MOST: usize = 200;

/// The shelf.
#[derive(Debug)]
pub(crate) struct Shelf<S> {
    store: S,
    /// The writing of each place that this tab has opened or made.
    seen: BTreeMap<Place, u64>,
    /// Draws a number that was never drawn before.
    draw: fn() -> u64,
}

/// What is on the shelf.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Listed {
    /// What can be read, the latest used first.
    pub(crate) kept: Vec<Kept>,
    /// How much cannot be: it is left where it is.
    pub(crate) unreadable: usize,
}

/// Why something was not kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NotKept {
    /// The store did not take it.
    Refused(Refused),
    /// There are too many documents already.
    TooMany,
}

impl From<Refused> for NotKept {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

/// How something was kept.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Done {
    /// Where it was to be.
    There,
    /// In a place of its own, since another tab has written there meanwhile.
    Apart(Place),
}

impl<S: Store> Shelf<S> {
    /// The shelf of a store.
    pub(crate) const fn new(store: S, draw: fn() -> u64) -> Self {
        Self {
            store,
            seen: BTreeMap::new(),
            draw,
        }
    }

    /// A place that nothing is in.
    pub(crate) fn vacant(&self) -> Place {
        Place::own((self.draw)())
    }

    /// Everything on the shelf.
    pub(crate) fn list(&self) -> Result<Listed, Refused> {
        let mut listed = Listed::default();
        for name in self.store.names()? {
            let Some(place) = Place::named(&name) else {
                continue;
            };
            match self.read(&place)? {
                Some(kept) => listed.kept.push(kept),
                None => listed.unreadable += 1,
            }
        }
        listed
            .kept
            .sort_by(|one, other| other.used.total_cmp(&one.used));
        Ok(listed)
    }

    /// What is in a place. Whoever takes it from there may write there.
    pub(crate) fn open(&mut self, place: &Place) -> Option<Kept> {
        let kept = self.read(place).ok().flatten()?;
        self.seen.insert(place.clone(), kept.writing);
        Some(kept)
    }

    /// Whether something is in a place, without taking it.
    pub(crate) fn has(&self, place: &Place) -> bool {
        matches!(self.read(place), Ok(Some(_)))
    }

    /// Whether another tab has written there since this one did.
    pub(crate) fn is_foreign(&self, place: &Place) -> bool {
        matches!(self.read(place), Ok(Some(kept)) if self.seen.get(place) != Some(&kept.writing))
    }

    /// Keeps something.
    pub(crate) fn keep(&mut self, mut kept: Kept) -> Result<Done, NotKept> {
        // What cannot be read may be a newer page's, and is not written over either.
        let taken = self.store.read(kept.place.name())?.is_some();
        let mine = matches!(self.read(&kept.place)?, Some(before) if self.seen.get(&kept.place) == Some(&before.writing));
        let apart = taken && !mine;
        if apart {
            kept.place = self.vacant();
        }
        if (apart || !taken) && kept.place.preset().is_none() && self.count()? >= MOST {
            return Err(NotKept::TooMany);
        }
        kept.writing = (self.draw)();
        let text = serde_json::to_string(&kept).map_err(|_| Refused::Full)?;
        self.store.write(kept.place.name(), &text)?;
        self.seen.insert(kept.place.clone(), kept.writing);
        Ok(if apart {
            Done::Apart(kept.place)
        } else {
            Done::There
        })
    }

    /// Takes something away, and gives it back, so that it can be kept again.
    pub(crate) fn remove(&mut self, place: &Place) -> Result<Option<Kept>, Refused> {
        let kept = self.read(place)?;
        self.store.remove(place.name())?;
        self.seen.remove(place);
        Ok(kept)
    }

    fn count(&self) -> Result<usize, Refused> {
        let places = self.store.names()?;
        let own = places.iter().filter_map(|name| Place::named(name));
        Ok(own.filter(|place| place.preset().is_none()).count())
    }

    /// What is in a place, if it can be read.
    fn read(&self, place: &Place) -> Result<Option<Kept>, Refused> {
        let text = self.store.read(place.name())?;
        let kept = text.and_then(|text| serde_json::from_str::<Kept>(&text).ok());
        Ok(kept.filter(|kept| kept.form <= FORM && kept.place == *place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::{Cell, RefCell};
    use std::rc::Rc;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// A store that two tabs may share, of so many bytes, or forbidden.
    #[derive(Clone, Default)]
    struct Memory {
        texts: Rc<RefCell<BTreeMap<String, String>>>,
        room: Rc<Cell<Option<usize>>>,
        forbidden: Rc<Cell<bool>>,
    }

    impl Memory {
        fn allowed(&self) -> Result<(), Refused> {
            if self.forbidden.get() {
                Err(Refused::Forbidden)
            } else {
                Ok(())
            }
        }
    }

    impl Store for Memory {
        fn names(&self) -> Result<Vec<String>, Refused> {
            self.allowed()?;
            Ok(self.texts.borrow().keys().cloned().collect())
        }

        fn read(&self, name: &str) -> Result<Option<String>, Refused> {
            self.allowed()?;
            Ok(self.texts.borrow().get(name).cloned())
        }

        fn write(&self, name: &str, text: &str) -> Result<(), Refused> {
            self.allowed()?;
            if self.room.get().is_some_and(|room| text.len() > room) {
                return Err(Refused::Full);
            }
            self.texts
                .borrow_mut()
                .insert(name.to_owned(), text.to_owned());
            Ok(())
        }

        fn remove(&self, name: &str) -> Result<(), Refused> {
            self.allowed()?;
            self.texts.borrow_mut().remove(name);
            Ok(())
        }
    }

    fn draw() -> u64 {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        NEXT.fetch_add(1, Ordering::Relaxed)
    }

    fn tab(memory: &Memory) -> Shelf<Memory> {
        Shelf::new(memory.clone(), draw)
    }

    fn kept(place: &Place, text: &str) -> Kept {
        Kept::new(place.clone(), text.to_owned())
    }

    #[test]
    fn what_is_kept_is_there_on_the_next_visit_the_latest_first() {
        let memory = Memory::default();
        let mut shelf = tab(&memory);
        for (used, text) in [(1.0, "old"), (3.0, "new"), (2.0, "middle")] {
            let place = shelf.vacant();
            let used = Kept {
                used,
                ..kept(&place, text)
            };
            assert_eq!(shelf.keep(used), Ok(Done::There));
        }
        let listed = tab(&memory).list().unwrap();
        let texts: Vec<_> = listed.kept.iter().map(|kept| kept.text.as_str()).collect();
        assert_eq!(texts, ["new", "middle", "old"]);
    }

    #[test]
    fn two_tabs_do_not_write_over_one_another() {
        let memory = Memory::default();
        let (mut one, mut other) = (tab(&memory), tab(&memory));
        let place = one.vacant();
        one.keep(kept(&place, "first")).unwrap();
        assert_eq!(other.open(&place).unwrap().text, "first");
        other.keep(kept(&place, "from the other tab")).unwrap();
        assert!(one.is_foreign(&place) && !other.is_foreign(&place));
        let Ok(Done::Apart(apart)) = one.keep(kept(&place, "from this tab")) else {
            panic!("it must be kept apart");
        };
        assert_eq!(one.open(&place).unwrap().text, "from the other tab");
        assert_eq!(one.open(&apart).unwrap().text, "from this tab");
        // From here on, both go on in their own places.
        assert_eq!(one.keep(kept(&apart, "on")), Ok(Done::There));
        assert_eq!(other.keep(kept(&place, "on")), Ok(Done::There));
    }

    #[test]
    fn what_another_tab_has_deleted_is_kept_again_when_it_is_changed_here() {
        let memory = Memory::default();
        let (mut one, mut other) = (tab(&memory), tab(&memory));
        let place = one.vacant();
        one.keep(kept(&place, "text")).unwrap();
        other.remove(&place).unwrap();
        assert_eq!(one.keep(kept(&place, "changed")), Ok(Done::There));
    }

    #[test]
    fn what_is_deleted_can_be_put_back() {
        let mut shelf = tab(&Memory::default());
        let place = Place::of_preset("checkout");
        shelf.keep(kept(&place, "text")).unwrap();
        let gone = shelf.remove(&place).unwrap().unwrap();
        assert!(!shelf.has(&place));
        shelf.keep(gone).unwrap();
        assert!(shelf.has(&place));
    }

    #[test]
    fn a_full_store_says_so_and_keeps_what_it_had() {
        let memory = Memory::default();
        let mut shelf = tab(&memory);
        let place = shelf.vacant();
        shelf.keep(kept(&place, "small")).unwrap();
        memory.room.set(Some(500));
        let large = kept(&place, &"x".repeat(1_000));
        assert_eq!(shelf.keep(large), Err(NotKept::Refused(Refused::Full)));
        assert_eq!(shelf.open(&place).unwrap().text, "small");
    }

    #[test]
    fn a_forbidden_store_says_so() {
        let memory = Memory::default();
        memory.forbidden.set(true);
        let mut shelf = tab(&memory);
        assert_eq!(shelf.list(), Err(Refused::Forbidden));
        let place = shelf.vacant();
        let forbidden = Err(NotKept::Refused(Refused::Forbidden));
        assert_eq!(shelf.keep(kept(&place, "text")), forbidden);
    }

    #[test]
    fn what_cannot_be_read_is_counted_left_alone_and_never_written_over() {
        let memory = Memory::default();
        let newer = Kept {
            form: FORM + 1,
            ..kept(&Place::of_preset("checkout"), "from a newer page")
        };
        let texts = [
            ("own.0000000000000001", "{broken".to_owned()),
            ("preset.checkout", serde_json::to_string(&newer).unwrap()),
        ];
        for (name, text) in &texts {
            memory.write(name, text).unwrap();
        }
        let mut shelf = tab(&memory);
        assert_eq!(shelf.list().unwrap().unreadable, 2);
        let place = Place::of_preset("checkout");
        assert!(matches!(
            shelf.keep(kept(&place, "mine")),
            Ok(Done::Apart(_))
        ));
        for (name, text) in texts {
            assert_eq!(memory.read(name).unwrap(), Some(text));
        }
    }

    #[test]
    fn there_is_an_end_to_how_many_are_kept() {
        let mut shelf = tab(&Memory::default());
        for _ in 0..MOST {
            let place = shelf.vacant();
            shelf.keep(kept(&place, "text")).unwrap();
        }
        let place = shelf.vacant();
        assert_eq!(shelf.keep(kept(&place, "text")), Err(NotKept::TooMany));
        let changes = kept(&Place::of_preset("checkout"), "text");
        assert_eq!(
            shelf.keep(changes),
            Ok(Done::There),
            "changes always have a place"
        );
    }
}
