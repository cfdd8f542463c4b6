//! Version numbers as tools print them.
//!
//! In: a line such as `wasm-bindgen 0.2.130` or `v20.20.2`. Out: something that can be compared.

use std::fmt;

/// Up to three numbers; what a tool leaves out counts as zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version {
    pub(crate) major: u32,
    pub(crate) minor: u32,
    pub(crate) patch: u32,
}

impl Version {
    pub(crate) const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self {
            major,
            minor,
            patch,
        }
    }

    /// The first word of `text` that is a version number.
    pub(crate) fn find_in(text: &str) -> Option<Self> {
        text.split_whitespace().find_map(Self::parse)
    }

    /// `word` as a version, with or without a leading `v`; a suffix such as `-beta` is ignored.
    fn parse(word: &str) -> Option<Self> {
        let mut numbers = word
            .strip_prefix('v')
            .unwrap_or(word)
            .split(|c: char| !c.is_ascii_digit() && c != '.')
            .next()?
            .split('.')
            .map(|number| number.parse().ok());
        let major = numbers.next()??;
        let minor = numbers.next().flatten().unwrap_or(0);
        let patch = numbers.next().flatten().unwrap_or(0);
        Some(Self::new(major, minor, patch))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn the_version_is_found_in_what_each_tool_prints() {
        for (printed, expected) in [
            ("trunk 0.21.14", (0, 21, 14)),
            ("wasm-bindgen 0.2.130", (0, 2, 130)),
            ("wasm-opt version 132 (version_132)", (132, 0, 0)),
            ("v20.20.2", (20, 20, 2)),
            ("rustc 1.95.0 (59807616e 2026-04-14)", (1, 95, 0)),
            (
                "rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source tarball)",
                (1, 96, 0),
            ),
            (
                "Chromium 156.0.8078.79 built on Debian GNU/Linux 12",
                (156, 0, 8078),
            ),
            ("0.22.0-beta.1", (0, 22, 0)),
        ] {
            let (major, minor, patch) = expected;
            assert_eq!(
                Version::find_in(printed),
                Some(Version::new(major, minor, patch)),
                "{printed}"
            );
        }
    }

    #[test]
    fn words_without_a_number_are_no_version() {
        for printed in ["", "command not found", "version unknown", "...", "v"] {
            assert_eq!(Version::find_in(printed), None, "{printed:?}");
        }
    }

    #[test]
    fn versions_compare_by_number_not_by_letter() {
        assert!(Version::new(0, 21, 9) < Version::new(0, 21, 14));
        assert!(Version::new(1, 95, 0) > Version::new(1, 9, 99));
    }
}
