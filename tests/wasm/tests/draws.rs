//! Random draws are the same numbers, bit by bit, natively and in the browser.

use sim_core::kernel::{Digest, Draw, Identity, Key, Purpose, StreamKey};

/// How many messages' draws are compared.
const MESSAGES: u64 = 10_000;

/// Every bit of every kind of draw, in one number.
fn all_draws() -> Digest {
    let stream = StreamKey::new(7, Key::of("payment"), Purpose::Work);
    let source = Key::of("shoppers");
    let mut digest = Digest::default();
    for ordinal in 0..MESSAGES {
        let mut draw = Draw::new(stream, Identity::root(source, ordinal));
        digest.absorb(draw.unit().to_bits());
        digest.absorb(draw.below(1_000_003));
        // These two go through logarithms, exponentials and a cosine, where platforms like to differ.
        digest.absorb(draw.exponential().to_bits());
        digest.absorb(draw.normal().to_bits());
    }
    digest
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn draws_are_the_same_bits_on_every_target() {
    // Written down from a native run. If the keying of draws changes on purpose, so does this.
    assert_eq!(all_draws().to_string(), "5748754bbfd02db4");
}
