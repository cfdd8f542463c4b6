//! Keys: what properties want to be told of messages, so that they can tell apart what those are
//! about.
//!
//! Properties with a `per` that is a field flow in; for each operation that sends such messages
//! the parts of them that are told flow out. Where nobody asks, nothing is told.

use super::{Compiler, error_at};
use crate::scenario::diagnostic::Problem;
use crate::scenario::document::{Document, Name, Property, REQUEST};
use crate::scenario::nearest::nearest;
use crate::world::program::{Part, Tells};

/// What a published message may be given besides its fields.
pub(super) const KEY: &str = "key";

/// A property that asks what messages are about.
pub(super) struct Asked<'a> {
    name: &'a Name,
    /// Its place in the document.
    property: u16,
    /// Where the messages are sent to.
    of: String,
    /// What they may have in common.
    per: &'a Name,
    /// What else messages to there have.
    others: Vec<String>,
    /// Whether any has it.
    found: bool,
}

/// The properties that ask.
pub(super) fn asked(document: &Document) -> Vec<Asked<'_>> {
    let properties = (0..).zip(&document.properties);
    let asks = properties.filter_map(|(property, (name, described))| {
        let (of, per) = match described {
            Property::AtMost { of, per, .. } => (of.clone(), per),
            Property::InOrder { of, per } => (format!("{}.{}", of.owner, of.member), per),
            _ => return None,
        };
        (per.as_str() != REQUEST).then_some(Asked {
            name,
            property,
            of,
            per,
            others: Vec::new(),
            found: false,
        })
    });
    asks.collect()
}

impl Compiler<'_> {
    /// What is told of messages to `to` that carry `fields`, and `about` themselves.
    pub(super) fn tells(&mut self, to: &str, fields: &[&Name], about: &[&str]) -> Vec<Tells> {
        let mut tells = Vec::new();
        for asked in &mut self.asked {
            let owner = to.rsplit_once('.').map(|(owner, _)| owner);
            if asked.of != to && owner != Some(asked.of.as_str()) {
                continue;
            }
            let field = fields.iter().position(|field| *field == asked.per);
            let is_said = about.contains(&asked.per.as_str());
            let part = match field {
                Some(place) => Part::Field(place),
                None if is_said => Part::About(asked.per.clone()),
                None => {
                    let names = fields
                        .iter()
                        .map(|name| name.as_str())
                        .chain(about.iter().copied());
                    asked.others.extend(names.map(str::to_owned));
                    continue;
                }
            };
            asked.found = true;
            tells.push(Tells {
                property: asked.property,
                part,
            });
        }
        tells
    }

    /// What no message has cannot be told.
    pub(super) fn keys_are_there(&mut self) {
        for asked in std::mem::take(&mut self.asked) {
            if !asked.found {
                let others = asked.others.iter().map(String::as_str);
                let problem = Problem::UnknownName {
                    found: asked.per.to_string(),
                    nearest: nearest(asked.per.as_str(), others),
                };
                let path = format!("properties.{}", asked.name);
                self.problems.push(error_at(self.scenario, &path, problem));
            }
        }
    }
}
