//! The clipboard, where the browser has one.

use leptos::task::spawn_local;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// Copies a text, and calls `copied` when that is done. On a page that did not come over a secure
/// connection there is no clipboard, and nothing happens.
pub(crate) fn copy(text: &str, copied: impl FnOnce() + 'static) {
    let Some(window) = web_sys::window() else {
        return;
    };
    let clipboard = js_sys::Reflect::get(&window.navigator(), &JsValue::from_str("clipboard"));
    if clipboard.is_ok_and(|clipboard| clipboard.is_undefined()) {
        return;
    }
    let written = window.navigator().clipboard().write_text(text);
    spawn_local(async move {
        if JsFuture::from(written).await.is_ok() {
            copied();
        }
    });
}
