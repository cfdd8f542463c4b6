//! No Rust file is longer than a person reads in one go.

use anyhow::Result;

use super::Violation;
use super::files::Files;

/// Tests in the file count: they are read with it.
const LINES: usize = 700;

pub(super) fn check(files: &Files) -> Result<Vec<Violation>> {
    let mut violations = Vec::new();
    for name in files.ending_with(&[".rs"]) {
        let text = files.text(name)?.unwrap_or_default();
        violations.extend(too_long(name, &text));
    }
    Ok(violations)
}

fn too_long(name: &str, text: &str) -> Option<Violation> {
    let lines = text.lines().count();
    (lines > LINES).then(|| Violation {
        place: name.to_owned(),
        what: format!("{lines} lines, {LINES} at most"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_itself_is_still_allowed() {
        assert_eq!(too_long("a.rs", &"x\n".repeat(LINES)), None);
        assert!(too_long("a.rs", &"x\n".repeat(LINES + 1)).is_some());
    }
}
