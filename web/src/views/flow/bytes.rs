//! A picture made of bytes, as canvases take it.

use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{Clamped, JsCast, JsValue};
use web_sys::CanvasRenderingContext2d;

use interplay_flow::pixels::Painted;

#[wasm_bindgen]
extern "C" {
    type ImageData;

    #[wasm_bindgen(constructor, catch)]
    fn new(bytes: Clamped<&[u8]>, width: u32, height: u32) -> Result<ImageData, JsValue>;

    type Canvas;

    #[wasm_bindgen(method, catch, js_name = putImageData)]
    fn put_image_data(
        this: &Canvas,
        image: &ImageData,
        x: f64,
        y: f64,
        from_x: u32,
        from_y: u32,
        width: u32,
        height: u32,
    ) -> Result<(), JsValue>;
}

/// Puts the painted part of a picture on a canvas of the same size.
pub(super) fn put(
    context: &CanvasRenderingContext2d,
    bytes: &[u8],
    (width, height): (u32, u32),
    painted: Painted,
) {
    if let Ok(image) = ImageData::new(Clamped(bytes), width, height) {
        let Painted {
            x,
            y,
            width,
            height,
        } = painted;
        // Fails only for a picture that is none.
        let _ = context
            .unchecked_ref::<Canvas>()
            .put_image_data(&image, 0.0, 0.0, x, y, width, height);
    }
}
