//! The exponential function, with the same bits on every machine and at every vector width.
//!
//! Standard libraries differ in the last bit, and calls do not vectorise. Here: `x = k ln 2 + r` with a whole `k` and
//! `|r| <= ln 2 / 2`, reduced in two steps so that the larger product is exact (Cody and Waite, "Software Manual for the
//! Elementary Functions", 1980); the Taylor polynomial of `exp(r)`; and `2^k` through the exponent bits. Only additions and
//! multiplications in a fixed order, no branch, no table. Errors are below 2 units in the last place.

/// Defines the function for one precision. `round` is a number whose addition rounds to a whole number, which then lies in the
/// low bits; `ln_2` is split so that the products of its first part with `k` are exact; `taylor` has the coefficients from
/// the highest power on; results are 0 below `from` and stay at that of `to` above it.
macro_rules! exponential {
    ($(#[$doc:meta])* $name:ident, $real:ident, $mantissa:literal, $round:literal, $ln_2:expr, $taylor:expr, $from:literal, $to:literal) => {
        $(#[$doc])*
        #[inline(always)]
        #[must_use]
        pub fn $name(x: $real) -> $real {
            let within = if x > $to { $to } else { x };
            let shifted = within * core::$real::consts::LOG2_E + $round;
            let k = shifted - $round;
            let r = within - k * $ln_2[0] - k * $ln_2[1];
            let [mut p, rest @ ..] = $taylor;
            for coefficient in rest {
                p = p * r + coefficient;
            }
            let power = $real::from_bits((shifted.to_bits() << $mantissa).wrapping_add($real::to_bits(1.0)));
            if x < $from { 0.0 } else { p * power }
        }
    };
}

exponential!(
    /// `exp(x)` for `x` in -87..=88; 0 below, `exp(88)` above, undefined for undefined.
    single, f32, 23, 12_582_912.0, [355.0 / 512.0, -2.121_944_4e-4],
    [1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0], -87.0, 88.0
);
exponential!(
    /// `exp(x)` for `x` in -708..=709; 0 below, `exp(709)` above, undefined for undefined.
    double, f64, 52, 6_755_399_441_055_744.0,
    [762_123_384_786.0 / 1_099_511_627_776.0, -1.723_944_452_561_483_5e-13],
    [
        1.0 / 6_227_020_800.0, 1.0 / 479_001_600.0, 1.0 / 39_916_800.0, 1.0 / 3_628_800.0, 1.0 / 362_880.0,
        1.0 / 40_320.0, 1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0,
    ], -708.0, 709.0
);

#[cfg(test)]
mod tests {
    use super::*;

    /// Distance in representable numbers, for positive finite ones.
    fn ulps(a: u64, b: u64) -> u64 {
        a.abs_diff(b)
    }

    #[test]
    fn single_precision_is_within_two_units_in_the_last_place() {
        // Every 97th number from -87 to -0 and from 0 to 88.
        let negative = (0x8000_0000..=(-87.0f32).to_bits()).step_by(97);
        let worst = negative
            .chain((0..=88.0f32.to_bits()).step_by(97))
            .map(f32::from_bits)
            .map(|x| ulps(single(x).to_bits().into(), (f64::from(x).exp() as f32).to_bits().into()))
            .max();
        assert!(worst <= Some(1), "{worst:?}");
    }

    #[test]
    fn double_precision_is_within_two_units_in_the_last_place() {
        let near = (-7_100_000..=7_100_000).map(|i| f64::from(i) * 1.000_000_7e-7);
        let far = (-7_080_000..=7_090_000).map(|i| f64::from(i) * 1.0e-4);
        let worst = near.chain(far).map(|x| ulps(double(x).to_bits(), x.exp().to_bits())).max();
        assert!(worst <= Some(2), "{worst:?}");
    }

    #[test]
    fn any_input_is_safe() {
        assert!(single(f32::NAN).is_nan() && double(f64::NAN).is_nan());
        for x in [88.5, 1e10, f32::MAX, f32::INFINITY] {
            assert_eq!((single(x), double((x * 10.0).into())), (single(88.0), double(709.0)));
            assert_eq!((single(-x), double((-x * 10.0).into())), (0.0, 0.0));
        }
        for x in [0.0, -0.0, 1e-30, -1e-30] {
            assert_eq!((single(x), double(x.into())), (1.0, 1.0));
        }
        assert!(single(88.0).is_finite() && double(709.0).is_finite());
        assert!(single(-87.0).is_normal() && double(-708.0).is_normal());
    }
}
