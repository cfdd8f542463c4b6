//! The snippet that puts a figure into somebody's page.

/// What the snippet says.
pub(super) struct Figure<'a> {
    /// The address of the embedded page.
    pub(super) address: &'a str,
    /// What it is called, for who does not see it.
    pub(super) title: &'a str,
    /// How high it is, in pixels.
    pub(super) height: u32,
}

/// The heights a figure may have.
pub(super) const HEIGHTS: std::ops::RangeInclusive<u32> = 240..=1_200;

impl Figure<'_> {
    /// The snippet.
    pub(super) fn html(&self) -> String {
        let (address, title) = (escaped(self.address), escaped(self.title));
        let height = self.height.clamp(*HEIGHTS.start(), *HEIGHTS.end());
        format!(
            "<iframe src=\"{address}\" title=\"{title}\" width=\"100%\" height=\"{height}\" \
             style=\"border:0\" loading=\"lazy\" allow=\"clipboard-write\"></iframe>"
        )
    }
}

/// As it stands between quotes in HTML.
fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => written.push_str("&amp;"),
            '"' => written.push_str("&quot;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            other => written.push(other),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_cannot_end_the_snippet() {
        let html = Figure {
            address: "https://example.org/#scenario=x&mode=embed",
            title: "\"><script>alert(1)</script>",
            height: 5,
        }
        .html();
        assert_eq!(html.matches('<').count(), 2, "{html}");
        assert!(html.contains("#scenario=x&amp;mode=embed"), "{html}");
        assert!(html.contains("height=\"240\""), "{html}");
    }
}
