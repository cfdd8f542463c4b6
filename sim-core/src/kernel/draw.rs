//! Keyed draws: every random number is a pure function of what it is for.
//!
//! A draw is seeded by a hash of (seed, name of the stream, purpose, structural identity
//! of the message, attempt), never by how many numbers were drawn before. So one more
//! service, retry or fault leaves every other draw where it was, and "the same message"
//! has a meaning in two runs that differ.
//!
//! The generator is `SplitMix64` (Steele, Lea, Flood: *Fast splittable pseudorandom number
//! generators*, OOPSLA 2014), owned here because `rand`'s `SmallRng` and `StdRng` differ
//! between targets and versions. It implements [`rand::TryRng`], so that any sampler of
//! that ecosystem can be used. Logarithms and the like come from `libm`, since the
//! platform's own differ in their last bits.
//!
//! Hashing is what keyed draws cost, so nothing is hashed twice: whatever enters a key is a
//! hash already (a [`Key`], an [`Identity`], a [`StreamKey`]) or a small ordinal, which a
//! multiplication spreads over the word, and one `mix` seals the sum.

use std::convert::Infallible;

use rand::TryRng;

use super::{SimDuration, ziggurat};

/// A stable hash of a name: the same in every run, whatever else the document holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Key(u64);

impl Key {
    /// The key of `name` (FNV-1a, then finalised).
    pub fn of(name: &str) -> Self {
        let mut hash = 0xCBF2_9CE4_8422_2325_u64;
        for byte in name.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
        Self(mix(hash))
    }

    /// The key as a number, for the digest.
    pub const fn value(self) -> u64 {
        self.0
    }
}

/// What something *is*, structurally: which client, which arrival, which step, which
/// attempt. Two runs of one scenario that differ elsewhere give it the same identity.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Identity(u64);

impl Identity {
    /// The identity of the `ordinal`-th thing that `source` begins.
    #[inline]
    pub fn root(source: Key, ordinal: u64) -> Self {
        Self(mix(source.0.wrapping_add(spread(ordinal))))
    }

    /// The identity of the `ordinal`-th thing that this one does at `step`.
    #[inline]
    pub fn child(self, step: Key, ordinal: u64) -> Self {
        Self(mix(
            (self.0.rotate_left(23) ^ step.0).wrapping_add(spread(ordinal))
        ))
    }

    /// The identity as a number, for the digest.
    pub const fn value(self) -> u64 {
        self.0
    }
}

/// What a number is drawn for; keeps the draws of one message apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u64)]
pub enum Purpose {
    /// The gap before an arrival.
    Arrival = 1,
    /// The length of a piece of work.
    Work,
    /// The length of a wait.
    Wait,
    /// Which way a choice goes.
    Choice,
    /// How long a message is on its way.
    Latency,
    /// Whether a message is lost.
    Loss,
    /// Whether a message arrives twice.
    Duplicate,
    /// Whether a request is answered with an injected error.
    InjectedError,
    /// How long to wait before another attempt.
    Backoff,
    /// By how much that wait is shorter or longer.
    Jitter,
    /// How long a user thinks.
    Think,
    /// Whether a message goes ahead of those before it.
    Reordering,
    /// Whether a request goes to a canary.
    Canary,
    /// What a field holds that nobody set.
    Field,
    /// Which instance gets a request.
    Balance,
    /// When somebody who measures looks.
    Sample,
}

/// The part of a draw's key that is known when the scenario is compiled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StreamKey(u64);

impl StreamKey {
    /// Draws for `purpose` at the thing named `name` under `seed`.
    pub fn new(seed: u64, name: Key, purpose: Purpose) -> Self {
        let of_seed = mix(seed ^ 0x6A09_E667_F3BC_C908);
        Self(mix((of_seed ^ name.0).wrapping_add(spread(purpose as u64))))
    }
}

/// A generator for one draw.
#[derive(Clone, Debug)]
pub struct Draw(u64);

impl Draw {
    /// The draw of `stream` for the thing that `identity` is.
    #[inline]
    pub fn new(stream: StreamKey, identity: Identity) -> Self {
        Self(stream.0 ^ identity.0.rotate_left(31))
    }

    /// The next 64 random bits.
    #[inline]
    pub(super) const fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// A real number from 0 up to but not including 1, with 53 random bits.
    #[inline]
    pub fn unit(&mut self) -> f64 {
        (self.word() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// A whole number below `bound`, each equally likely up to 2^-64 (Lemire's
    /// multiply-shift); 0 if `bound` is 0.
    #[inline]
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.word()) * u128::from(bound)) >> 64) as u64
    }

    /// A span between `from` and `to`, both included.
    pub fn between(&mut self, from: SimDuration, to: SimDuration) -> SimDuration {
        let width = to.as_nanos().saturating_sub(from.as_nanos());
        let extra = if width == u64::MAX {
            self.word()
        } else {
            self.below(width + 1)
        };
        SimDuration::from_nanos(from.as_nanos() + extra)
    }

    /// An exponential variate with mean 1, by the ziggurat.
    #[inline]
    pub fn exponential(&mut self) -> f64 {
        ziggurat::exponential(self)
    }

    /// A standard normal variate (Box and Muller, 1958).
    pub fn normal(&mut self) -> f64 {
        // Exact by IEEE 754, so one instruction everywhere; `libm` computes it in WebAssembly.
        let radius = (2.0 * self.exponential()).sqrt();
        radius * libm::cos(2.0 * std::f64::consts::PI * self.unit())
    }
}

impl TryRng for Draw {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|word| (word >> 32) as u32)
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.word())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let word = self.try_next_u64()?.to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}

/// The fraction of the golden ratio, odd: the increment of `SplitMix64`.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// Spreads a small number over a word; different numbers stay different.
#[inline]
const fn spread(ordinal: u64) -> u64 {
    ordinal.wrapping_mul(GOLDEN)
}

/// The finaliser of `SplitMix64` (Stafford's variant 13): a bijection in which every bit
/// of the input moves every bit of the output with probability close to one half.
#[inline]
pub(super) const fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANY: u64 = 200_000;

    fn stream(name: &str) -> StreamKey {
        StreamKey::new(7, Key::of(name), Purpose::Work)
    }

    fn draws(name: &str) -> impl Iterator<Item = Draw> {
        let (stream, source) = (stream(name), Key::of("client"));
        (0..MANY).map(move |ordinal| Draw::new(stream, Identity::root(source, ordinal)))
    }

    #[test]
    fn first_draws_of_consecutive_identities_fill_the_unit_interval_evenly() {
        const CELLS: usize = 256;
        let mut counts = [0_u64; CELLS];
        for mut draw in draws("orders") {
            counts[(draw.unit() * CELLS as f64) as usize] += 1;
        }
        let expected = MANY as f64 / CELLS as f64;
        let chi2: f64 = counts
            .iter()
            .map(|&n| (n as f64 - expected) * (n as f64 - expected) / expected)
            .sum();
        // 255 degrees of freedom: mean 255, standard deviation 22.6; five of them away.
        assert!((142.0..368.0).contains(&chi2), "chi-square {chi2}");
    }

    #[test]
    fn draws_of_two_names_and_of_neighbouring_identities_are_uncorrelated() {
        let xs: Vec<f64> = draws("orders").map(|mut d| d.unit() - 0.5).collect();
        let ys: Vec<f64> = draws("payment").map(|mut d| d.unit() - 0.5).collect();
        let correlation = |a: &[f64], b: &[f64]| -> f64 {
            a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>() / a.len() as f64 * 12.0
        };
        let bound = 5.0 / (MANY as f64).sqrt();
        assert!(correlation(&xs, &ys).abs() < bound);
        assert!(correlation(&xs[1..], &xs).abs() < bound);
    }

    /// Chi-square of pairs of numbers over a board of 32 by 32 squares: 1 023 degrees of
    /// freedom, standard deviation 45.2; five of them to either side.
    fn assert_independent(what: &str, pairs: impl Iterator<Item = (f64, f64)>) {
        const SIDE: usize = 32;
        let mut counts = [0_u64; SIDE * SIDE];
        for (x, y) in pairs {
            counts[(x * SIDE as f64) as usize * SIDE + (y * SIDE as f64) as usize] += 1;
        }
        let expected = counts.iter().sum::<u64>() as f64 / counts.len() as f64;
        let chi2: f64 = counts
            .iter()
            .map(|&n| (n as f64 - expected) * (n as f64 - expected) / expected)
            .sum();
        assert!((797.0..1_249.0).contains(&chi2), "{what}: {chi2}");
    }

    #[test]
    fn draws_whose_keys_share_all_but_one_part_are_independent() {
        let (work, source) = (stream("orders"), Key::of("client"));
        let root = |ordinal| Identity::root(source, ordinal);
        let unit = |stream, identity| Draw::new(stream, identity).unit();
        let of = |seed, name, purpose| StreamKey::new(seed, Key::of(name), purpose);
        for (what, other) in [
            ("purpose", of(7, "orders", Purpose::Wait)),
            ("name", of(7, "orders2", Purpose::Work)),
            ("seed", of(8, "orders", Purpose::Work)),
        ] {
            let pairs = (0..MANY).map(|n| (unit(work, root(n)), unit(other, root(n))));
            assert_independent(what, pairs);
        }
        for distance in [1, 2, 256, 1 << 32] {
            let pairs = (0..MANY).map(|n| (unit(work, root(n)), unit(work, root(n + distance))));
            assert_independent("arrivals", pairs);
        }
        let child = |n, step, attempt| unit(work, root(n).child(Key::of(step), attempt));
        let pairs = (0..MANY).map(|n| (unit(work, root(n)), child(n, "call", 1)));
        assert_independent("what it makes happen", pairs);
        let pairs = (0..MANY).map(|n| (child(n, "call", 1), child(n, "call", 2)));
        assert_independent("attempts", pairs);
        let pairs = (0..MANY).map(|n| (child(n, "call", 1), child(n, "call2", 1)));
        assert_independent("steps", pairs);
        let pairs = (0..MANY).map(|n| {
            let mut draw = Draw::new(work, root(n));
            (draw.unit(), draw.unit())
        });
        assert_independent("numbers of one draw", pairs);
    }

    #[test]
    fn a_bit_of_the_key_moves_every_bit_of_the_number_half_of_the_time() {
        // 64 times 64 pairs of bits, each a coin thrown 4 000 times: a deviation of 0.0079,
        // and six of them is once in a hundred thousand such tables.
        const TRIES: u64 = 4_000;
        let (stream, source) = (stream("orders"), Key::of("client"));
        let bits = |ordinal| Draw::new(stream, Identity::root(source, ordinal)).word();
        for flipped in 0..64 {
            let mut moved = [0_u64; 64];
            for ordinal in 0..TRIES {
                let change = bits(ordinal) ^ bits(ordinal ^ (1 << flipped));
                for (bit, count) in moved.iter_mut().enumerate() {
                    *count += change >> bit & 1;
                }
            }
            for (bit, count) in moved.iter().enumerate() {
                let share = *count as f64 / TRIES as f64;
                assert!((share - 0.5).abs() < 0.048, "{flipped} to {bit}: {share}");
            }
        }
    }

    #[test]
    fn exponential_and_normal_draws_have_their_moments() {
        let (mut sum, mut normal, mut squares) = (0.0, 0.0, 0.0);
        for mut draw in draws("orders") {
            sum += draw.exponential();
            let z = draw.normal();
            normal += z;
            squares += z * z;
        }
        let n = MANY as f64;
        assert!((sum / n - 1.0).abs() < 0.012, "mean {}", sum / n);
        assert!((normal / n).abs() < 0.012, "mean {}", normal / n);
        assert!(
            (squares / n - 1.0).abs() < 0.017,
            "variance {}",
            squares / n
        );
    }

    #[test]
    fn a_draw_between_two_bounds_reaches_both_and_nothing_beyond() {
        let (from, to) = (SimDuration::from_nanos(3), SimDuration::from_nanos(5));
        let mut seen = std::collections::BTreeSet::new();
        for mut draw in draws("orders").take(1_000) {
            seen.insert(draw.between(from, to).as_nanos());
        }
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [3, 4, 5]);
    }

    #[test]
    fn the_generator_never_changes() {
        // Links and golden digests depend on these very numbers.
        let mut draw = Draw::new(stream("orders"), Identity::root(Key::of("client"), 1));
        let words = [draw.word(), draw.word()];
        assert_eq!(
            words,
            [7_063_524_142_413_150_888, 11_751_147_864_262_074_749]
        );
    }

    #[test]
    fn the_generator_is_splitmix64() {
        // The first outputs of the reference implementation for the seed 0.
        let mut draw = Draw(0);
        assert_eq!(draw.word(), 0xE220_A839_7B1D_CDAF);
        assert_eq!(draw.word(), 0x6E78_9E6A_A1B9_65F4);
    }
}
