//! The ziggurat: exponential variates without a logarithm, but for one in a hundred.
//!
//! A generator flows in, a variate with mean 1 flows out. The area under the curve is cut into
//! layers of equal area (Marsaglia and Tsang: *The ziggurat method for generating random
//! variables*, Journal of Statistical Software 5, 2000). A point of a layer that lies left of
//! the layer above lies under the curve for certain; only the others are compared with it.
//! The tables are computed by the compiler, in plain IEEE arithmetic: the same bits on every
//! target.

use super::Draw;

/// How many layers; a byte of the draw chooses one.
const LAYERS: usize = 256;

/// Where the tail begins, which is the lowest layer's own part: right of it, the rest of the
/// curve and the box under it make one layer.
const TAIL: f64 = 7.697_117_470_131_05;

/// The area of a layer.
const AREA: f64 = 0.003_949_659_822_581_557;

/// A layer from below.
#[derive(Clone, Copy)]
struct Layer {
    /// Its width, for a place given in 2^-53ths of it.
    scale: f64,
    /// The width of the layer above: left of it every point is under the curve.
    sure: f64,
    /// The height of the curve at its right end, and at that of the layer above.
    low: f64,
    high: f64,
}

static TABLE: [Layer; LAYERS] = table();

const fn table() -> [Layer; LAYERS] {
    let empty = Layer {
        scale: 0.0,
        sure: 0.0,
        low: 0.0,
        high: 0.0,
    };
    let mut layers = [empty; LAYERS];
    // The box below the tail is as high as the curve there, and as wide as the area says.
    let (mut width, mut low) = (TAIL + 1.0, 0.0);
    let (mut sure, mut high) = (TAIL, AREA / (TAIL + 1.0));
    let mut place = 0;
    while place < LAYERS {
        layers[place] = Layer {
            scale: width / (1_u64 << 53) as f64,
            sure,
            low,
            high,
        };
        (width, low) = (sure, high);
        high = low + AREA / width;
        sure = if place + 2 < LAYERS { -ln(high) } else { 0.0 };
        place += 1;
    }
    layers
}

/// The logarithm of a number from 0 (excluded) to 1, by the series of the inverse hyperbolic
/// tangent.
const fn ln(mut number: f64) -> f64 {
    let mut doublings = 0.0;
    while number < 0.75 {
        number *= 2.0;
        doublings += 1.0;
    }
    let z = (number - 1.0) / (number + 1.0);
    let (mut power, mut sum, mut odd) = (z, 0.0, 1.0);
    while odd < 41.0 {
        sum += power / odd;
        power *= z * z;
        odd += 2.0;
    }
    2.0 * sum - doublings * std::f64::consts::LN_2
}

/// An exponential variate with mean 1.
#[inline]
pub(super) fn exponential(draw: &mut Draw) -> f64 {
    let word = draw.word();
    let layer = &TABLE[(word & 0xFF) as usize];
    let x = (word >> 11) as f64 * layer.scale;
    if x < layer.sure {
        x
    } else {
        edge(draw, word, x)
    }
}

/// What is left for one draw in a hundred: the part of a layer that the curve cuts through, and
/// the tail.
#[cold]
fn edge(draw: &mut Draw, mut word: u64, mut x: f64) -> f64 {
    loop {
        let place = (word & 0xFF) as usize;
        let layer = &TABLE[place];
        if x < layer.sure {
            return x;
        }
        if place == 0 {
            // Memoryless: the tail is the whole curve, moved. 1 - u lies in (0, 1].
            return TAIL - libm::log(1.0 - draw.unit());
        }
        if layer.low + draw.unit() * (layer.high - layer.low) < libm::exp(-x) {
            return x;
        }
        word = draw.word();
        x = (word >> 11) as f64 * TABLE[(word & 0xFF) as usize].scale;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layer_has_the_same_area_and_its_corners_on_the_curve() {
        for (place, layer) in TABLE.iter().enumerate() {
            let width = layer.scale * (1_u64 << 53) as f64;
            let area = width * (layer.high - layer.low);
            assert!((area / AREA - 1.0).abs() < 1e-9, "layer {place}: {area}");
            let corner = libm::exp(-layer.sure);
            assert!((corner / layer.high - 1.0).abs() < 1e-9, "layer {place}");
        }
        let beyond = libm::exp(-TAIL);
        assert!((TABLE[0].high / beyond - 1.0).abs() < 1e-12);
    }
}
