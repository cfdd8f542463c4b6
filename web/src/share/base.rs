//! The base address: where the page is for others, who may reach it by another way than the
//! reader does. Whoever hosts it says so in `<meta name="interplay-base">`.

use super::address::Address;

/// What says the base address.
const META: &str = "meta[name=interplay-base]";

/// The address of the page that shows what `shown` says.
pub(super) fn address(shown: &Address) -> String {
    let said = said().unwrap_or_default();
    let here = web_sys::window().map(|window| window.location());
    let here = here.and_then(|here| {
        let (origin, path) = (here.origin().ok()?, here.pathname().ok()?);
        Some(format!("{origin}{path}"))
    });
    join(&said, &here.unwrap_or_default(), &shown.to_string())
}

fn said() -> Option<String> {
    let document = web_sys::window()?.document()?;
    let element = document.query_selector(META).ok()??;
    element.get_attribute("content")
}

/// The base address if one is said that can be one, else the page's own; with a fragment.
fn join(said: &str, here: &str, fragment: &str) -> String {
    let said = said.trim();
    let is_address = said.starts_with("https://") || said.starts_with("http://");
    let base = if is_address { said } else { here };
    let base = base.split(['#', '?']).next().unwrap_or_default();
    let base = base.strip_suffix("index.html").unwrap_or(base);
    if fragment.is_empty() {
        base.to_owned()
    } else {
        format!("{base}#{fragment}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = "http://127.0.0.1:8080/some/path/index.html";

    #[test]
    fn links_point_to_the_page_itself_unless_another_address_is_said() {
        assert_eq!(join("", HERE, "x"), "http://127.0.0.1:8080/some/path/#x");
        let base = "https://example.org/interplay/";
        assert_eq!(join(base, HERE, "x"), format!("{base}#x"));
        assert_eq!(
            join(" https://example.org/?a#b ", HERE, ""),
            "https://example.org/"
        );
    }

    #[test]
    fn what_is_no_address_is_not_taken_for_one() {
        for said in ["javascript:alert(1)", "example.org", "//example.org"] {
            assert!(
                join(said, HERE, "x").starts_with("http://127.0.0.1"),
                "{said}"
            );
        }
    }
}
