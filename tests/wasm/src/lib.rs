//! Tests that must give one answer natively and in the browser.
//!
//! Each file in `tests/` is compiled twice: natively, where `cargo test` runs it, and for wasm,
//! where `cargo xtask test` runs it in node. Both compare with the same written-down value, so
//! neither can drift from the other. A test carries two attributes:
//!
//! ```ignore
//! #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
//! #[cfg_attr(not(target_arch = "wasm32"), test)]
//! ```
//!
//! Files are taken in with `include_str!`: wasm has no file system.
