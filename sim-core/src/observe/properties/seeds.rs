//! One property over many runs that differ in nothing but their seed.

use serde::{Deserialize, Serialize};

use super::{Judged, Verdict};

/// What came of the properties of a document over many seeds.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct OverSeeds {
    /// How many runs there were.
    pub runs: u64,
    /// Each property, in the order of the document.
    pub properties: Vec<Over>,
}

/// What came of one property over many seeds.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Over {
    /// The property.
    pub name: String,
    /// In how many runs it held.
    pub held: u64,
    /// In how many it was violated.
    pub violated: u64,
    /// In how many nobody can say.
    pub inconclusive: u64,
    /// The first seeds with which it was violated.
    pub violating: Vec<u64>,
}

/// The most seeds that are named.
const MOST_NAMED: usize = 5;

impl OverSeeds {
    /// Takes in what came of the run with one more seed.
    pub fn add(&mut self, seed: u64, judged: &Judged) {
        self.runs += 1;
        if self.properties.is_empty() {
            let names = judged.properties.iter().map(|judged| Over {
                name: judged.name.clone(),
                ..Over::default()
            });
            self.properties = names.collect();
        }
        for (over, judged) in self.properties.iter_mut().zip(&judged.properties) {
            match judged.verdict {
                Verdict::Held => over.held += 1,
                Verdict::Inconclusive(_) => over.inconclusive += 1,
                Verdict::Violated(_) => {
                    over.violated += 1;
                    if over.violating.len() < MOST_NAMED {
                        over.violating.push(seed);
                    }
                }
            }
        }
    }

    /// The first seed with which any property was violated.
    pub fn first_violating(&self) -> Option<u64> {
        let mut violating: Vec<u64> = self
            .properties
            .iter()
            .filter_map(|over| over.violating.first().copied())
            .collect();
        violating.sort_unstable();
        violating.first().copied()
    }
}
