//! Quantiles of the normal law with portable arithmetic: additions, multiplications and divisions of double precision in a
//! fixed order, without tables and, for all but one value in a thousand, without branches. So many can be computed side by
//! side, and every instruction set gives the same bits.
//!
//! With `c = p - 1/2`, the quantile of `p` is `c P(w)`, where `w = -ln(1 - 4 c^2)` (the variable of M. Giles,
//! "Approximating the erfinv function", GPU Computing Gems 2, 2011) and `P` is smooth. Here `P` is a polynomial of degree
//! 16 for `w` up to 6.5, fitted at Chebyshev nodes: relative error below 4e-12. Beyond, where the nearer tail holds less than
//! 0.04 %, Halley's method on the complementary error function takes over.

use std::f64::consts::{SQRT_2, TAU};

/// Bound of the polynomial's range: `exp(-6.5)`.
const FAR: f64 = 1.503_439_192_977_572_4e-3;

/// Coefficients of `P`, by power of `y = w / 3.25 - 1`.
const CENTRAL: [f64; 17] = [
    4.761_879_542_520_965_5,
    2.193_455_359_096_057,
    -0.188_040_986_350_441_8,
    -0.063_068_216_424_581_24,
    0.056_095_392_903_549_96,
    -0.015_148_579_777_718_264,
    -0.003_360_566_893_582_268,
    0.004_250_223_585_916_601,
    -0.001_161_333_444_745_831_8,
    -0.000_326_865_879_054_013_36,
    0.000_360_002_496_736_190_1,
    -8.393_231_623_814_274e-5,
    -3.711_192_916_501_433_6e-5,
    3.003_072_219_116_894_3e-5,
    -3.365_619_024_069_447e-6,
    -3.563_072_591_808_557_3e-6,
    1.156_889_614_034_841_3e-6,
];

/// Coefficients of `2 atanh(f) / (3.25 f)` by power of `f^2`, for `|f|` up to 0.172: the logarithm of a mantissa between
/// `sqrt(1/2)` and `sqrt(2)`; error 3e-15.
const ATANH: [f64; 6] = [
    0.615_384_615_384_599_1,
    0.205_128_205_167_936_17,
    0.123_076_907_359_484_26,
    0.087_914_357_371_925_31,
    0.068_228_461_261_776_9,
    0.060_332_601_968_470_935,
];

/// `ln 2 / 3.25`
const BINARY: f64 = 0.213_276_055_556_906_24;

/// The normal quantile of one probability `p`, given as the distance `centre = p - 1/2` and the smaller tail
/// `tail = 1/2 - |centre|`, so that both ends and the middle keep their precision.
pub(crate) fn quantile(tail: f64, centre: f64) -> f64 {
    let mut z = [centre];
    quantiles(&[tail], &mut z);
    z[0]
}

/// [`quantile`] for many: `values` holds the centres and is overwritten with the quantiles.
#[inline(always)]
pub(crate) fn quantiles<const N: usize>(tails: &[f64; N], values: &mut [f64; N]) {
    let mut n_far = 0u64;
    for (value, &tail) in values.iter_mut().zip(tails) {
        let spread = spread(tail);
        n_far += u64::from(spread < FAR);
        *value *= polynomial(&CENTRAL, scaled_logarithm(spread));
    }
    if n_far > 0 {
        fix_far(tails, values);
    }
}

/// `4 p (1 - p)`
#[inline(always)]
fn spread(tail: f64) -> f64 {
    4.0 * tail * (1.0 - tail)
}

/// `-ln(x) / 3.25 - 1` for normal numbers up to 1: exponent and mantissa apart, in operations on bits that every vector unit
/// has.
#[inline(always)]
fn scaled_logarithm(x: f64) -> f64 {
    const ONE: u64 = 1023 << 52;
    const SQRT_HALF: u64 = 0x3FE6_A09E_667F_3BCD;
    let bits = x.to_bits();
    let biased = bits.wrapping_add(ONE - SQRT_HALF) >> 52;
    let exponent = f64::from_bits(biased | 1075 << 52) - (4_503_599_627_370_496.0 + 1023.0);
    let mantissa = f64::from_bits(bits.wrapping_sub(biased << 52).wrapping_add(ONE));
    let f = (mantissa - 1.0) / (mantissa + 1.0);
    (-1.0 - exponent * BINARY) - f * polynomial(&ATANH, f * f)
}

/// The polynomial as four sums of every fourth power: short chains, so that a processor can work on many at a time.
#[inline(always)]
fn polynomial<const N: usize>(coefficients: &[f64; N], x: f64) -> f64 {
    let x2 = x * x;
    let x4 = x2 * x2;
    let mut sums = [0.0; 4];
    for (i, sum) in sums.iter_mut().enumerate().take(N) {
        let last = i + (N - 1 - i) / 4 * 4;
        *sum = coefficients[last];
        for power in (i..last).step_by(4).rev() {
            *sum = *sum * x4 + coefficients[power];
        }
    }
    (sums[0] + x * sums[1]) + x2 * (sums[2] + x * sums[3])
}

/// Recomputes the values in the far tails; their signs are right.
#[cold]
#[inline(never)]
fn fix_far(tails: &[f64], values: &mut [f64]) {
    for (value, &tail) in values.iter_mut().zip(tails) {
        if spread(tail) < FAR {
            *value = far(tail).copysign(*value);
        }
    }
}

/// The number that a standard normal one exceeds with probability `tail`, for tails below 0.001: the asymptotic law,
/// then three steps of Halley's method, each of which triples the number of right digits.
fn far(tail: f64) -> f64 {
    let tail = tail.max(f64::MIN_POSITIVE);
    let s = -2.0 * libm::log(tail);
    let mut z = libm::sqrt(s - libm::log(s * TAU));
    for _ in 0..3 {
        let density = libm::exp(-0.5 * z * z) / libm::sqrt(TAU);
        let newton = (upper_tail(z) - tail) / density;
        z += newton / (1.0 - 0.5 * newton * z);
    }
    z
}

/// The probability that a standard normal number exceeds `z`.
pub(crate) fn upper_tail(z: f64) -> f64 {
    0.5 * libm::erfc(z / SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The exact inverse, by its own definition: the tail of the quantile is the tail.
    #[test]
    fn quantiles_invert_the_distribution_function() {
        let middle = (1..1000).map(|i| f64::from(i) / 2000.0);
        let far = (1..300).map(|i| libm::exp(-2.3 * f64::from(i)));
        let border = [1e-9, -1e-9].map(|d| FAR / 4.0 * (1.0 + FAR / 4.0) * (1.0 + d));
        for tail in middle.chain(far).chain(border).chain([f64::MIN_POSITIVE]) {
            let z = quantile(tail, 0.5 - tail);
            let density = libm::exp(-0.5 * z * z) / libm::sqrt(TAU);
            let error = (upper_tail(z) - tail) / density;
            assert!(error.abs() < 5e-12 * (1.0 + z), "tail {tail}: {z}, off by {error}");
            assert_eq!(quantile(tail, tail - 0.5), -z);
        }
        assert_eq!(quantile(0.5, 0.0), 0.0);
    }

    /// A well-known value (NIST Handbook of Mathematical Functions, table of the normal quantile).
    #[test]
    fn the_975th_of_1000_is_known() {
        assert!((quantile(0.025, 0.475) - 1.959_963_984_540_054).abs() < 1e-11);
    }

    /// Numbers that hold no probability must not stop anything.
    #[test]
    fn impossible_tails_are_far() {
        assert!((37.0..39.0).contains(&quantile(0.0, 0.5)));
        assert!((-39.0..-37.0).contains(&quantile(0.0, -0.5)));
    }
}
