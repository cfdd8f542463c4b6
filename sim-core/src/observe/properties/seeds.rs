//! One property over many runs that differ in nothing but their seed.

use serde::{Deserialize, Serialize};

use super::{Judged, Verdict};
use crate::kernel::SimTime;
use crate::scenario::document::Share;

/// What came of one property with one seed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Ruling {
    /// The property.
    pub name: String,
    /// Whether it held; nothing if nobody can say.
    pub held: Option<bool>,
    /// When it was violated first, if it was.
    pub at: Option<SimTime>,
}

impl Judged {
    /// What came of each property, in the order of the document.
    pub fn rulings(&self) -> Vec<Ruling> {
        let ruling = |judgement: &super::Judgement| Ruling {
            name: judgement.name.clone(),
            held: judgement.verdict.held(),
            at: judgement.violation().map(|violation| violation.at),
        };
        self.properties.iter().map(ruling).collect()
    }
}

impl Verdict {
    /// Whether the property held; nothing if nobody can say.
    pub const fn held(&self) -> Option<bool> {
        match self {
            Self::Held => Some(true),
            Self::Violated(_) => Some(false),
            Self::Inconclusive(_) => None,
        }
    }
}

/// What came of the properties of a document over many seeds.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct OverSeeds {
    /// How many runs there were.
    pub runs: u64,
    /// In how many all of them held.
    pub passed: u64,
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
    pub fn add(&mut self, seed: u64, rulings: &[Ruling]) {
        self.runs += 1;
        self.passed += u64::from(rulings.iter().all(|ruling| ruling.held == Some(true)));
        if self.properties.is_empty() {
            let names = rulings.iter().map(|ruling| Over {
                name: ruling.name.clone(),
                ..Over::default()
            });
            self.properties = names.collect();
        }
        for (over, ruling) in self.properties.iter_mut().zip(rulings) {
            match ruling.held {
                Some(true) => over.held += 1,
                None => over.inconclusive += 1,
                Some(false) => {
                    over.violated += 1;
                    if over.violating.len() < MOST_NAMED {
                        over.violating.push(seed);
                    }
                }
            }
        }
    }

    /// Whether all properties held with at least `share` of the seeds.
    pub fn passes(&self, share: Share) -> bool {
        let all = u64::from(Share::ALL.millionths());
        self.passed * all >= self.runs * u64::from(share.millionths())
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
