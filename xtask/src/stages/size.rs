//! How much a visitor downloads before seeing anything, against its budgets.
//!
//! In: the folder with the built page. Out: a line for each part; a failure if one is over its
//! limit. Sizes are of the compressed files, as static hosts send them.
//!
//! Each part has two numbers: the aim is where it should be, the limit is where it stands, so that
//! it cannot grow unseen. Whoever makes a part smaller lowers its limit, until both are one.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::report::say;

/// What gzip adds around the compressed bytes: ten before, eight after.
const GZIP_FRAME: usize = 18;
/// What static hosts commonly use.
const GZIP_LEVEL: u8 = 6;

/// A part of the page, and how much of it a visitor may have to download.
struct Budget {
    part: &'static str,
    aim_kilobytes: usize,
    limit_kilobytes: usize,
    belongs: fn(file: &str) -> bool,
}

/// The first that fits a file counts it. What is loaded when it is asked for is in folders of its
/// own; of those the code editor counts, the others are small.
const BUDGETS: &[Budget] = &[
    Budget {
        part: "worker program",
        aim_kilobytes: 250,
        limit_kilobytes: 1_010,
        belongs: |file| file.starts_with("worker") && ends(file, ".wasm"),
    },
    Budget {
        part: "page program",
        aim_kilobytes: 300,
        limit_kilobytes: 750,
        belongs: |file| ends(file, ".wasm"),
    },
    Budget {
        part: "code editor, when it is opened",
        aim_kilobytes: 156,
        limit_kilobytes: 156,
        belongs: |file| file.starts_with(EDITOR) && ends(file, ".js"),
    },
    Budget {
        part: "scripts and styles",
        aim_kilobytes: 60,
        limit_kilobytes: 60,
        // The script for other people's pages is not loaded by this one.
        belongs: |file| {
            file != "embed.js" && (ends(file, ".js") || ends(file, ".css") || ends(file, ".html"))
        },
    },
];

/// The folder of the code editor.
const EDITOR: &str = "editor/";

fn ends(file: &str, with: &str) -> bool {
    file.ends_with(with)
}

/// Measures the files of `dist` and compares them with the budgets.
pub(super) fn check(dist: &Path) -> Result<()> {
    let mut used = vec![0; BUDGETS.len()];
    for folder in ["", EDITOR] {
        let place = dist.join(folder);
        let files = fs::read_dir(&place)
            .with_context(|| format!("nothing was built in {}", place.display()))?;
        for file in files {
            let file = file?;
            if !file.file_type()?.is_file() {
                continue;
            }
            let name = format!("{folder}{}", file.file_name().to_string_lossy());
            if let Some(index) = BUDGETS.iter().position(|budget| (budget.belongs)(&name)) {
                used[index] += compressed(&fs::read(file.path())?);
            }
        }
    }
    let mut over = Vec::new();
    for (budget, bytes) in BUDGETS.iter().zip(used) {
        let kilobytes = bytes.div_ceil(1000);
        let line = format!(
            "{}: {kilobytes} kB compressed; {} kB is the limit, {} kB the aim",
            budget.part, budget.limit_kilobytes, budget.aim_kilobytes
        );
        say(format_args!("  {line}"));
        if kilobytes > budget.limit_kilobytes {
            over.push(line);
        }
    }
    if !over.is_empty() {
        bail!(
            "the page has outgrown its limits: take something out, or load it later\n  {}",
            over.join("\n  ")
        );
    }
    Ok(())
}

fn compressed(bytes: &[u8]) -> usize {
    miniz_oxide::deflate::compress_to_vec(bytes, GZIP_LEVEL).len() + GZIP_FRAME
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_of_the_page_counts_towards_one_part() {
        let part = |file: &str| {
            BUDGETS
                .iter()
                .find(|budget| (budget.belongs)(file))
                .map(|budget| budget.part)
        };
        for (file, expected) in [
            ("worker_bg.wasm", Some("worker program")),
            ("interplay-web-0123_bg.wasm", Some("page program")),
            ("interplay-web-0123.js", Some("scripts and styles")),
            ("worker_loader.js", Some("scripts and styles")),
            ("styles-0123.css", Some("scripts and styles")),
            ("index.html", Some("scripts and styles")),
            ("editor/editor.js", Some("code editor, when it is opened")),
            ("editor/LICENSES.txt", None),
            ("favicon-0123.svg", None),
        ] {
            assert_eq!(part(file), expected, "{file}");
        }
    }
}
