//! What the page remembers between visits; a browser that forbids it forgets, and that is all.

/// The value remembered under `key`.
pub(crate) fn recall(key: &str) -> Option<String> {
    storage()?.get_item(&name(key)).ok()?
}

/// Remembers a value.
pub(crate) fn remember(key: &str, value: &str) {
    if let Some(storage) = storage() {
        // Full or forbidden: the choice then lasts as long as the page.
        let _ = storage.set_item(&name(key), value);
    }
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}

fn name(key: &str) -> String {
    format!("interplay.{key}")
}
