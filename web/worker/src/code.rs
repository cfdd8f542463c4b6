//! A text as a QR code: a picture that a telephone takes a link from.

use std::fmt::Write;

use interplay_protocol::Code;
use qrcodegen::{QrCode, QrCodeEcc};

/// The code of a text; nothing if the text is too long for one. The level of correction is
/// the lowest, raised where that costs no modules: codes are shown on screens, which have no
/// stains, and fewer modules are larger ones.
pub(crate) fn of(text: &str) -> Option<Code> {
    let code = QrCode::encode_text(text, QrCodeEcc::Low).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let run = (x..code.size())
                .take_while(|x| code.get_module(*x, y))
                .count();
            if run > 0 {
                // Writing to a string does not fail.
                let _ = write!(path, "M{x} {y}h{run}v1h-{run}z");
            }
            x += run as i32 + 1;
        }
    }
    Some(Code {
        side: code.size() as u32,
        path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_finders_and_a_text_too_long_has_none() {
        let code = of("https://example.org/#scenario=checkout").unwrap();
        assert!(code.side >= 21 && (code.side - 17).is_multiple_of(4));
        let right = code.side - 7;
        for finder in [
            "M0 0h7v1h-7z".to_owned(),
            format!("M{right} 0h7v1h-7z"),
            format!("M0 {right}h7v1h-7z"),
        ] {
            assert!(code.path.contains(&finder), "{finder}");
        }
        assert_eq!(of(&"x".repeat(3_000)), None);
    }
}
