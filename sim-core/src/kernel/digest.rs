//! The digest: one number that two runs share exactly if they handled the same events
//! in the same order.
//!
//! It hashes what the kernel handles (time, entity, kind and key of each event), never
//! what an observer wrote, so it is the same with and without a trace.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::draw::mix;

/// The running hash of all handled events.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        // Any constant will do; the fraction of the golden ratio is the customary one.
        Self(0x9E37_79B9_7F4A_7C15)
    }
}

impl Digest {
    /// Takes in one more word. The order of the words matters. For any word this is one to
    /// one, so what once differed goes on differing, whatever follows alike.
    #[inline]
    pub const fn absorb(&mut self, word: u64) {
        self.0 = (self.0 ^ word)
            .wrapping_mul(0xBF58_476D_1CE4_E5B9)
            .rotate_left(29);
    }

    /// The hash so far.
    pub const fn value(self) -> u64 {
        mix(self.0)
    }
}

/// Prints as 16 hexadecimal digits, the form used in results and links.
impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.value())
    }
}
