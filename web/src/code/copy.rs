//! Taking the text away into the clipboard.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

use crate::desk::{Desk, Notice};
use crate::share::panel::clipboard;

/// Copies the text.
pub(super) fn copy(desk: Desk) {
    let text = desk
        .source
        .with_untracked(|source| source.as_ref().map(|source| source.text.clone()));
    let Some(text) = text else { return };
    let Some(clipboard) = clipboard() else {
        desk.tell(Notice::CopyFailed);
        return;
    };
    let copied = clipboard.write_text(&text);
    spawn_local(async move {
        match JsFuture::from(copied).await {
            Ok(_) => desk.mention(Notice::Copied),
            Err(_) => desk.tell(Notice::CopyFailed),
        }
    });
}
