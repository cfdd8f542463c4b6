//! The scenario: what people write, read with care.
//!
//! Text flows in; a [`Document`], its tree, warnings and what it still needs flow out,
//! or every error at once. A scenario is changed by path ([`Scenario::patched`]): the
//! text is edited at one place, so comments survive, and read again. Links to scenarios
//! are in [`share`].
//!
//! ```text
//! text -> tree -> expand (`default`s) -> decode (references checked) -> Document
//!           ^                                        |
//!           +---- patches by path <- knobs, timeline, variants, page
//! ```

mod decode;
pub mod diagnostic;
mod differences;
pub mod document;
pub mod editing;
pub mod expr;
mod grammar;
pub mod limits;
pub(crate) mod nearest;
mod patches;
pub mod quantity;
#[cfg(feature = "schema")]
mod schema;
pub mod share;
mod symbols;
pub mod tree;
pub(crate) mod units;
mod warnings;

pub use diagnostic::{Diagnostic, Diagnostics, Feature, Problem, Severity};
pub use document::{Document, SettingPath};
pub use quantity::Quantity;
#[cfg(feature = "schema")]
pub use schema::schema;
pub use tree::Node;

use std::sync::Arc;

use decode::{Need, Outcome};
use indexmap::IndexMap;
use limits::{MAX_NODES, MAX_PATCH_WORK};
use symbols::Symbols;
use tree::{Located, locate};

/// A document that was read and holds together.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    text: String,
    tree: Node,
    expanded: Node,
    /// Shared between clones: nobody changes it, and a copy of it is much code.
    document: Arc<Document>,
    warnings: Diagnostics,
    needs: IndexMap<Feature, Need>,
}

impl Scenario {
    /// Reads a document in YAML or JSON; every error at once if it does not hold together.
    pub fn parse(text: &str) -> Result<Self, Diagnostics> {
        let tree = tree::parse(text).map_err(Diagnostics::new)?;
        let (expanded, document, mut outcome) = read(&tree);
        outcome.found.extend(symbols::taken_twice(&expanded));
        let checked = patches::check(&tree, &expanded, &outcome);
        outcome.found.extend(checked);
        let found = Diagnostics::new(outcome.found);
        match document {
            Some(document) if !found.has_errors() => {
                let odd = warnings::of(&document, &expanded);
                let found = found.iter().cloned().chain(odd);
                Ok(Self {
                    text: text.to_owned(),
                    tree,
                    expanded,
                    warnings: Diagnostics::new(found.collect()),
                    document: Arc::new(document),
                    needs: outcome.needs,
                })
            }
            _ => Err(found),
        }
    }

    /// The text it was read from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the text says, as types.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// What the text says, as a tree.
    pub fn tree(&self) -> &Node {
        &self.tree
    }

    /// What its author should know though it is no error.
    pub fn warnings(&self) -> &Diagnostics {
        &self.warnings
    }

    /// Whether the simulator can run it; otherwise what is needed, each with its first place.
    pub fn runnable(&self) -> Result<(), Diagnostics> {
        if self.needs.is_empty() {
            return Ok(());
        }
        let found = self.needs.iter().map(|(feature, need)| {
            let problem = Problem::NotRunnable {
                feature: *feature,
                count: need.count,
            };
            Diagnostic::error(need.path.clone(), need.span, problem)
        });
        Err(Diagnostics::new(found.collect()))
    }

    /// The features it needs that the simulator does not have yet.
    pub fn needs(&self) -> Vec<Feature> {
        self.needs.keys().copied().collect()
    }

    /// The value of a setting, its own or that of the `default` it starts from; nothing
    /// if neither wrote it.
    pub fn setting(&self, path: &SettingPath) -> Option<&Node> {
        match locate(&self.expanded, &path.0) {
            Located::Found(node) => Some(node),
            Located::Missing { .. } | Located::Blocked { .. } => None,
        }
    }

    /// The scenario with settings changed, in order. Its text is edited at their places
    /// and nowhere else. A field not written yet is added; a plain `none` takes a thing
    /// away (in quotes it is a value).
    pub fn patched(&self, changes: &[(SettingPath, Node)]) -> Result<Self, Diagnostics> {
        // The text is read again after each change.
        if changes.len() > 1 && self.tree.count().saturating_mul(changes.len()) > MAX_PATCH_WORK {
            let problem = Problem::TooMuchToCheck;
            let found = Diagnostic::error("", self.tree.span, problem);
            return Err(Diagnostics::new(vec![found]));
        }
        let mut text = self.text.clone();
        let mut tree = self.tree.clone();
        for (path, value) in changes {
            (text, tree) = patches::apply(&text, &tree, path, value)
                .map_err(|found| Diagnostics::new(vec![*found]))?;
        }
        Self::parse(&text)
    }

    /// The changes that make this scenario out of `base`, at most `most`, as
    /// [`patched`](Self::patched) takes them; nothing if there are none that do. Comments
    /// and the way things are written down do not count.
    pub fn changes_from(&self, base: &Self, most: usize) -> Option<Vec<(SettingPath, Node)>> {
        let changes = differences::between(&base.tree, &self.tree, most)?;
        // Labels can be ambiguous and `none` takes away: what counts is what comes out.
        let made = base.patched(&changes).ok()?;
        (made.tree == self.tree).then_some(changes)
    }

    /// Where this scenario differs from `base` but for what lies at or below a path of `allowed`:
    /// the paths of at most `most` places. How a document is shown, and its seed, do not count.
    pub fn changed_beside(&self, base: &Self, allowed: &[SettingPath], most: usize) -> Vec<String> {
        differences::beside(&base.tree, &self.tree, allowed, most)
    }
}

/// Reads a tree: expanded, as a document if it holds, and what was found.
fn read(tree: &Node) -> (Node, Option<Document>, Outcome) {
    let Ok(expanded) = tree::expand(
        tree,
        grammar::MAPS_OF_THINGS,
        grammar::ALTERNATIVES,
        MAX_NODES,
    ) else {
        let found = vec![Diagnostic::error(
            "",
            tree.span,
            Problem::TooManyNodes { limit: MAX_NODES },
        )];
        return (
            tree.clone(),
            None,
            Outcome {
                found,
                needs: IndexMap::new(),
            },
        );
    };
    let symbols = Symbols::of(&expanded);
    let (document, outcome) = decode::decode(&expanded, &symbols);
    (expanded, document, outcome)
}
