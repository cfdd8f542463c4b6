//! Generates the page's texts from `locales/*.json`, so that a text which one language lacks
//! does not compile.
//!
//! This is what `leptos_i18n_build` does, without the hundred crates it needs to cut down
//! ICU's data, which this page does not do: the generator is compiled for the macros anyway.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use leptos_i18n_codegen::gen_code;
use leptos_i18n_parser::parse_locales::options::{Config, ParseOptions};
use leptos_i18n_parser::parse_locales::parse_locales;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=locales");
    // Texts are wanted as strings (for canvases and for labels), values and all.
    let options = ParseOptions::default().interpolate_display(true);
    let config = Config::new("en")?.add_locale("ru")?.parse_options(options);
    let locales = parse_locales(None, config)?;
    for warning in locales.diag.warnings().iter() {
        // A missing or surplus key: one language would say less than the other.
        println!("cargo::error={warning}");
    }
    for error in locales.diag.errors().iter() {
        println!("cargo::error={error}");
    }
    let code = gen_code(&locales, None, false, None, false)?;
    let place = PathBuf::from(env::var("OUT_DIR")?).join("texts.rs");
    fs::write(place, code.to_string())?;
    Ok(())
}
