//! Lists the scenarios that come with the program, so that a new one needs no line here.
//!
//! The folder of the page's scenarios goes in; a slice of names and texts comes out, as
//! `presets.rs`.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&std::env::var("CARGO_MANIFEST_DIR")?).join("../static/scenarios");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(&folder)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "yaml")
        {
            paths.push(path);
        }
    }
    paths.sort();
    let mut list = String::from("&[\n");
    for path in &paths {
        let name = path.file_stem().and_then(|stem| stem.to_str());
        let (name, path) = (
            name.ok_or("a name in UTF-8")?,
            path.to_str().ok_or("UTF-8")?,
        );
        writeln!(list, "    ({name:?}, include_str!({path:?})),")?;
    }
    list.push_str("]\n");
    let out = std::env::var("OUT_DIR")?;
    std::fs::write(Path::new(&out).join("presets.rs"), list)?;
    Ok(())
}
