//! Files: what is dropped or chosen becomes a document of the reader's own, and any document
//! can be had as a file.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File};

use super::kept::{Kept, Place, file_name, stem};
use super::told::Told;
use super::{Home, now};
use crate::desk::{Desk, Expected, LARGEST_FILE_KIB, Notice, Origin, Source};
use crate::i18n::language;
use crate::ui::save::save;

/// The most files taken in at once.
const MOST_AT_ONCE: usize = 50;

impl Desk {
    /// Takes files in as documents of the reader's own, and opens the first.
    pub(crate) fn import(self, files: Vec<File>) {
        spawn_local(async move {
            let mut taken = Vec::new();
            let mut trouble = None;
            for file in files.into_iter().take(MOST_AT_ONCE) {
                let name = file.name();
                if file.size() > LARGEST_FILE_KIB as f64 * 1024.0 {
                    trouble = Some(Notice::FileTooLarge(name));
                    continue;
                }
                let read = JsFuture::from(file.unchecked_ref::<Blob>().text()).await;
                match read.ok().and_then(|text| text.as_string()) {
                    Some(text) => taken.push(self.take_in(&name, text)),
                    None => trouble = Some(Notice::FileUnreadable(name)),
                }
            }
            if let Some(notice) = trouble {
                self.tell(notice);
            }
            let count = taken.len();
            if let Some(first) = taken.into_iter().next() {
                self.go();
                match first {
                    Ok(place) => self.open_own(&place, Expected::default()),
                    // It is not kept, but it can be seen.
                    Err(kept) => {
                        let origin = Origin::File(kept.name.clone().unwrap_or_default());
                        let source = Source::new(origin, kept.text, Vec::new());
                        self.settle(Home::Unsettled, &source, kept.name);
                        self.open(source, Expected::default());
                    }
                }
            }
            if count > 1 {
                self.own.told.set(Some(Told::Imported(count)));
            }
        });
    }

    /// Keeps a text as a document of the reader's own. The same file again is the same
    /// document again.
    fn take_in(self, file: &str, text: String) -> Result<Place, Box<Kept>> {
        let before = self.own.list.with_untracked(|list| {
            let same = |kept: &&Kept| {
                kept.place.preset().is_none() && kept.text == text && kept.changes.is_empty()
            };
            list.iter().find(same).map(|kept| kept.place.clone())
        });
        if let Some(place) = before {
            return Ok(place);
        }
        let kept = self.own.with_shelf(|shelf| {
            let kept = Kept {
                name: Some(stem(file).to_owned()),
                used: now(),
                ..Kept::new(shelf.vacant(), text)
            };
            let done = shelf.keep(kept.clone());
            (kept, done)
        });
        let (kept, done) = kept.ok_or_else(|| Box::new(Kept::new(Place::own(0), String::new())))?;
        if let Err(why) = done {
            self.warn(why);
            return Err(Box::new(kept));
        }
        let (place, text) = (kept.place, kept.text);
        let looked_at = place.clone();
        self.look_at(text, Vec::new(), move |glimpse| {
            if let Some(glimpse) = glimpse {
                self.learn(&looked_at, move |kept| {
                    // A file's own title says more than its name.
                    if !glimpse.title.is_empty() {
                        kept.name = None;
                    }
                    kept.title = glimpse.title;
                    kept.sketch = Some(glimpse.sketch);
                });
            }
        });
        self.list_own();
        Ok(place)
    }

    /// Gives the reader a document as a file, with what was changed in it.
    pub(crate) fn export(self, place: &Place) {
        self.keep();
        let kept = self
            .own
            .list
            .with_untracked(|list| list.iter().find(|kept| kept.place == *place).cloned());
        if let Some(kept) = kept {
            let locale = self.locale.get_untracked();
            let called = kept.called(language(locale)).unwrap_or_default();
            self.download(file_name(called), kept.text.clone(), kept.changes);
        }
    }

    /// Gives the reader what is open as a file, with what was changed in it.
    pub(crate) fn export_open(self) {
        let Some(source) = self.source.get_untracked() else {
            return;
        };
        let locale = self.locale.get_untracked();
        let title = self.stage.with_untracked(|stage| {
            let stage = stage.as_ref();
            stage.map(|stage| stage.title.get(language(locale)).to_owned())
        });
        let called = title
            .filter(|title| !title.is_empty())
            .or_else(|| self.own.name.get_value());
        self.download(
            file_name(&called.unwrap_or_default()),
            source.text,
            source.changes,
        );
    }

    fn download(self, name: String, text: String, changes: Vec<(String, String)>) {
        if changes.is_empty() {
            self.save_file(&name, &text);
            return;
        }
        // The worker knows how to write changes into a text.
        self.look_at(text.clone(), changes, move |glimpse| {
            let written = glimpse.map_or(text, |glimpse| glimpse.text);
            self.save_file(&name, &written);
        });
    }

    fn save_file(self, name: &str, text: &str) {
        if save(name, text).is_err() {
            self.own.told.set(Some(Told::NoFile));
        }
    }
}
