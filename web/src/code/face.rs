//! What the text is written in: the editor, or a plain field where that could not be loaded.

use js_sys::{Object, Reflect};
use serde::Serialize;
use sim_core::scenario::diagnostic::{Severity, Shown};
use wasm_bindgen::prelude::*;

use super::load::{Editor, Maker};
use super::session::{Session, Wish};
use crate::i18n::{Locale, tag, text};

/// The JSON Schema of documents, and its texts in the reader's language.
const SCHEMA: &str = "schema/scenario-1.json";

/// What the text is written in.
pub(super) enum Face {
    /// The editor.
    Editor(Mounted),
    /// A plain field.
    Plain(web_sys::HtmlTextAreaElement),
}

/// An open editor, with what it calls.
pub(super) struct Mounted {
    editor: Editor,
    _touched: Closure<dyn FnMut()>,
    _wish: Closure<dyn FnMut(String)>,
    _caret: Closure<dyn FnMut(String)>,
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // Nobody looks at it any more.
        let _ = self.editor.close();
    }
}

impl Mounted {
    /// Opens an editor in an element.
    pub(super) fn open(
        maker: &Maker,
        host: &web_sys::HtmlElement,
        session: Session,
        document: &str,
        locale: Locale,
    ) -> Option<Self> {
        let touched = Closure::<dyn FnMut()>::new(move || session.touched());
        let wish = Closure::<dyn FnMut(String)>::new(move |wish: String| match wish.as_str() {
            "undo" => session.wish(Wish::Undo),
            "redo" => session.wish(Wish::Redo),
            "format" => session.wish(Wish::Format),
            _ => {}
        });
        let caret = Closure::<dyn FnMut(String)>::new(move |path: String| session.caret(&path));
        let options = Object::new();
        let texts = [
            ("text", document),
            ("words", words(locale).as_str()),
            ("schema", SCHEMA),
            ("translation", translation(locale).as_str()),
        ]
        .map(|(name, value)| (name, JsValue::from_str(value)));
        let calls = [
            ("touched", touched.as_ref().clone()),
            ("wish", wish.as_ref().clone()),
            ("caret", caret.as_ref().clone()),
        ];
        for (name, value) in texts.into_iter().chain(calls) {
            Reflect::set(&options, &JsValue::from_str(name), &value).ok()?;
        }
        Some(Self {
            editor: maker.open(host, &options).ok()?,
            _touched: touched,
            _wish: wish,
            _caret: caret,
        })
    }
}

impl Face {
    /// What stands in it; from now on that is what the desk has. Nothing if the editor failed,
    /// which leaves what stands in it for the reader to copy.
    pub(super) fn take(&self) -> Option<String> {
        match self {
            Self::Editor(mounted) => mounted.editor.take().ok(),
            Self::Plain(field) => Some(field.value()),
        }
    }

    /// The desk has another text.
    pub(super) fn arrive(&self, document: &str) {
        match self {
            Self::Editor(mounted) => said(mounted.editor.arrive(document)),
            Self::Plain(field) => {
                if field.value() != document {
                    field.set_value(document);
                }
            }
        }
    }

    /// This is wrong or odd about the text.
    pub(super) fn remark(&self, remarks: &[Shown]) {
        if let Self::Editor(mounted) = self {
            said(mounted.editor.remark(&json(remarks)));
        }
    }

    /// The reader reads another language.
    pub(super) fn speak(&self, locale: Locale) {
        if let Self::Editor(mounted) = self {
            said(mounted.editor.speak(&words(locale), &translation(locale)));
        }
    }

    /// The thing at this path is picked on the stage.
    pub(super) fn mark(&self, path: Option<&str>) {
        if let Self::Editor(mounted) = self {
            said(mounted.editor.mark(path));
        }
    }

    /// Shows the thing at this path.
    pub(super) fn reveal(&self, path: &str) {
        match self {
            Self::Editor(mounted) => said(mounted.editor.reveal(path).map(drop)),
            // The last name, as a key of its own line.
            Self::Plain(field) => {
                let name = path.rsplit('.').next().unwrap_or(path);
                let key = format!("{name}:");
                let lines = field.value();
                let line = lines
                    .lines()
                    .position(|line| line.trim_start().starts_with(&key));
                select_line(field, line.unwrap_or_default());
            }
        }
    }

    /// Shows a line and column, counted from 1.
    pub(super) fn reveal_line(&self, line: u32, column: u32) {
        match self {
            Self::Editor(mounted) => said(mounted.editor.reveal_line(line, column)),
            Self::Plain(field) => select_line(field, (line as usize).saturating_sub(1)),
        }
    }

    /// Is where the next key goes.
    pub(super) fn focus(&self) {
        match self {
            Self::Editor(mounted) => said(mounted.editor.focus()),
            Self::Plain(field) => {
                // Fails only for an element that is gone.
                let _ = field.focus();
            }
        }
    }
}

/// Selects a line of a plain field, counted from 0.
fn select_line(field: &web_sys::HtmlTextAreaElement, line: usize) {
    let value = field.value();
    // Places in a field count the units of a string in the browser.
    let units = |text: &str| u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX);
    let before: u32 = value.split_inclusive('\n').take(line).map(units).sum();
    let length = value.split('\n').nth(line).map_or(0, units);
    // Fail only for an element that is gone.
    let _ = field.focus();
    let _ = field.set_selection_range(before, before.saturating_add(length));
}

/// Says on the console what the editor failed in: the text in it is safe, and so is the page.
fn said(outcome: Result<(), JsValue>) {
    if let Err(error) = outcome {
        leptos::logging::error!("the editor failed: {error:?}");
    }
}

/// A remark as the editor takes it.
#[derive(Serialize)]
struct Marked<'a> {
    line: u32,
    column: u32,
    severity: &'static str,
    message: std::borrow::Cow<'a, str>,
}

fn json(remarks: &[Shown]) -> String {
    let marked: Vec<_> = remarks
        .iter()
        .map(|shown| Marked {
            line: shown.line,
            column: shown.column,
            severity: match shown.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            message: match &shown.help {
                Some(help) => format!("{}\n{help}", shown.message).into(),
                None => shown.message.as_str().into(),
            },
        })
        .collect();
    serde_json::to_string(&marked).unwrap_or_else(|_| "[]".to_owned())
}

/// Where the schema's texts stand in the reader's language, unless that is the schema's own.
fn translation(locale: Locale) -> String {
    match locale {
        Locale::en => String::new(),
        Locale::ru => format!("schema/scenario-1.{}.json", tag(locale)),
    }
}

/// The editor's words.
fn words(locale: Locale) -> String {
    // The keys of `phrases` are what the editor says by itself, in English.
    serde_json::json!({
        "label": text!(locale, code.label),
        "hint": super::panel::HINT,
        "named": text!(locale, code.named),
        "choices": text!(locale, code.choices),
        "phrases": {
            "Completions": text!(locale, code.phrases.completions),
            "Diagnostics": text!(locale, code.phrases.diagnostics),
            "No diagnostics": text!(locale, code.phrases.no_diagnostics),
            "Find": text!(locale, code.phrases.find),
            "Replace": text!(locale, code.phrases.replace_with),
            "next": text!(locale, code.phrases.next),
            "previous": text!(locale, code.phrases.previous),
            "all": text!(locale, code.phrases.all),
            "match case": text!(locale, code.phrases.match_case),
            "regexp": text!(locale, code.phrases.regexp),
            "by word": text!(locale, code.phrases.by_word),
            "replace": text!(locale, code.phrases.replace),
            "replace all": text!(locale, code.phrases.replace_all),
            "close": text!(locale, code.phrases.close),
            "Go to line": text!(locale, code.phrases.go_to_line),
            "go": text!(locale, code.phrases.go),
            "Fold line": text!(locale, code.phrases.fold),
            "Unfold line": text!(locale, code.phrases.unfold),
            "Folded lines": text!(locale, code.phrases.folded_lines),
            "Unfolded lines": text!(locale, code.phrases.unfolded_lines),
            "folded code": text!(locale, code.phrases.folded_code),
            "unfold": text!(locale, code.phrases.unfold_it),
            "to": text!(locale, code.phrases.to),
            "current match": text!(locale, code.phrases.current_match),
            "on line": text!(locale, code.phrases.on_line),
            "replaced match on line $": text!(locale, code.phrases.replaced_on_line),
            "replaced $ matches": text!(locale, code.phrases.replaced_count),
            "Control character": text!(locale, code.phrases.control_character),
            "Selection deleted": text!(locale, code.phrases.selection_deleted),
        },
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_keeps_its_place_and_says_what_to_do() {
        let told = json(&[Shown {
            severity: Severity::Error,
            path: "services".to_owned(),
            line: 3,
            column: 5,
            message: "no such \"thing\"".to_owned(),
            help: Some("did you mean this?".to_owned()),
        }]);
        assert_eq!(
            told,
            r#"[{"line":3,"column":5,"severity":"error","message":"no such \"thing\"\ndid you mean this?"}]"#
        );
    }

    #[test]
    fn the_editor_speaks_either_language() {
        for locale in [Locale::en, Locale::ru] {
            let words: serde_json::Value = serde_json::from_str(&words(locale)).unwrap();
            assert!(words["phrases"]["Find"].is_string());
        }
        assert_eq!(translation(Locale::en), "");
        assert_eq!(translation(Locale::ru), "schema/scenario-1.ru.json");
    }
}
