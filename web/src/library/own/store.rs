//! Where what is kept is kept: names and texts, behind a trait, so that the shelf is tested
//! with a store that is full, forbidden or damaged.

/// Why something could not be kept or read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Refused {
    /// The browser keeps nothing for this page.
    Forbidden,
    /// There is no room left.
    Full,
}

/// Names and texts that outlast the page.
pub(crate) trait Store {
    /// All names, in any order.
    fn names(&self) -> Result<Vec<String>, Refused>;
    /// The text under a name.
    fn read(&self, name: &str) -> Result<Option<String>, Refused>;
    /// Puts a text under a name; what was there is gone only if this is done.
    fn write(&self, name: &str, text: &str) -> Result<(), Refused>;
    /// Takes a name away.
    fn remove(&self, name: &str) -> Result<(), Refused>;
}

/// The browser's local storage. It is written at once, so that even what was changed just
/// before a crash is there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BrowserStore;

/// What the names of everything kept here begin with.
pub(crate) const PREFIX: &str = "interplay.shelf.";

impl BrowserStore {
    fn storage() -> Result<web_sys::Storage, Refused> {
        let window = web_sys::window().ok_or(Refused::Forbidden)?;
        let storage = window.local_storage().map_err(|_| Refused::Forbidden)?;
        storage.ok_or(Refused::Forbidden)
    }
}

impl Store for BrowserStore {
    fn names(&self) -> Result<Vec<String>, Refused> {
        let storage = Self::storage()?;
        let count = storage.length().map_err(|_| Refused::Forbidden)?;
        let names = (0..count).filter_map(|place| storage.key(place).ok().flatten());
        Ok(names
            .filter_map(|name| name.strip_prefix(PREFIX).map(str::to_owned))
            .collect())
    }

    fn read(&self, name: &str) -> Result<Option<String>, Refused> {
        Self::storage()?
            .get_item(&format!("{PREFIX}{name}"))
            .map_err(|_| Refused::Forbidden)
    }

    fn write(&self, name: &str, text: &str) -> Result<(), Refused> {
        // A store that can be had, and does not take something, is full.
        Self::storage()?
            .set_item(&format!("{PREFIX}{name}"), text)
            .map_err(|_| Refused::Full)
    }

    fn remove(&self, name: &str) -> Result<(), Refused> {
        Self::storage()?
            .remove_item(&format!("{PREFIX}{name}"))
            .map_err(|_| Refused::Forbidden)
    }
}
