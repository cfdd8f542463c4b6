//! Loading the editor, once, when it is first wanted.

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Beside the page, under whatever address that is.
const ADDRESS: &str = "editor/editor.js";
/// What the script says it is called.
const NAME: &str = "interplayEditor";
/// What the script must be able to do; the same number as in `web/editor/src/main.js`.
const SEAM: u32 = 1;

#[wasm_bindgen]
extern "C" {
    /// The script's own object.
    pub(super) type Maker;

    #[wasm_bindgen(method, getter)]
    fn seam(this: &Maker) -> Option<u32>;

    /// Opens an editor in an element.
    #[wasm_bindgen(method, catch)]
    pub(super) fn open(
        this: &Maker,
        host: &web_sys::HtmlElement,
        options: &JsValue,
    ) -> Result<Editor, JsValue>;

    /// An editor; see `web/editor/src/main.js` for what each of these does.
    pub(super) type Editor;

    #[wasm_bindgen(method, catch)]
    pub(super) fn take(this: &Editor) -> Result<String, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(super) fn arrive(this: &Editor, text: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(super) fn remark(this: &Editor, remarks: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(super) fn speak(this: &Editor, words: &str, translation: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(super) fn mark(this: &Editor, path: Option<&str>) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(super) fn reveal(this: &Editor, path: &str) -> Result<bool, JsValue>;
    #[wasm_bindgen(method, catch, js_name = revealLine)]
    pub(super) fn reveal_line(this: &Editor, line: u32, column: u32) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(super) fn focus(this: &Editor) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(super) fn close(this: &Editor) -> Result<(), JsValue>;
}

/// The editor's script, loaded unless it has been before.
pub(super) async fn maker() -> Option<Maker> {
    if let Some(maker) = loaded() {
        return Some(maker);
    }
    let document = web_sys::window()?.document()?;
    let script = document.create_element("script").ok()?;
    // Fails only for names that are none.
    let _ = script.set_attribute("src", ADDRESS);
    let arrival = js_sys::Promise::new(&mut |resolve, reject| {
        // Each is called once, or never, and goes with the element.
        let _ = script.add_event_listener_with_callback("load", &resolve);
        let _ = script.add_event_listener_with_callback("error", &reject);
    });
    document.head()?.append_child(&script).ok()?;
    let arrived = JsFuture::from(arrival).await;
    // A script that failed is asked for again the next time.
    script.remove();
    arrived.ok()?;
    loaded()
}

fn loaded() -> Option<Maker> {
    let maker = js_sys::Reflect::get(&js_sys::global(), &JsValue::from_str(NAME)).ok()?;
    let maker: Maker = maker.is_object().then(|| maker.unchecked_into())?;
    // Another version of the file, from a cache, is as good as none.
    (maker.seam() == Some(SEAM)).then_some(maker)
}
