//! The two arithmetics as types: integer sums with single-precision state (the chip), double precision throughout.

use std::fmt::Debug;
use std::ops::{Add, Div, Mul, Sub};

use serde::Serialize;
use serde::de::DeserializeOwned;

use gennaker_network::exponential;

use crate::recording::Values;
use crate::store::Word;

/// A number type of neuron state.
pub(crate) trait Real:
    Copy
    + Debug
    + Default
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Send
    + Sync
    + Serialize
    + DeserializeOwned
    + 'static
{
    /// Rounds to this precision.
    fn from_f64(value: f64) -> Self;
    /// The exponential function as [`gennaker_network::exponential`] defines it, not the standard library's.
    fn exponential(self) -> Self;
    /// The number, or 0 where it is smaller than the smallest normal number: what decays must come to rest at 0 rather than
    /// creep on at numbers so small that processors take a hundred times as long for them.
    fn settled(self) -> Self;
    /// The bits of the number.
    fn bits(self) -> u64;
    /// Neither infinite nor undefined.
    fn is_finite(self) -> bool;
    /// Wraps recorded values.
    fn values(values: Vec<Self>) -> Values;
    /// Unwraps recorded values of this precision.
    fn from_values(values: Values) -> Option<Vec<Self>>;
}

impl Real for f32 {
    #[inline(always)]
    fn settled(self) -> Self {
        if self.abs() < f32::MIN_POSITIVE { 0.0 } else { self }
    }
    fn bits(self) -> u64 {
        self.to_bits().into()
    }
    fn is_finite(self) -> bool {
        f32::is_finite(self)
    }
    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value as f32
    }
    #[inline(always)]
    fn exponential(self) -> Self {
        exponential::single(self)
    }
    fn values(values: Vec<Self>) -> Values {
        Values::F32(values)
    }
    fn from_values(values: Values) -> Option<Vec<Self>> {
        if let Values::F32(values) = values { Some(values) } else { None }
    }
}

impl Real for f64 {
    #[inline(always)]
    fn settled(self) -> Self {
        if self.abs() < f64::MIN_POSITIVE { 0.0 } else { self }
    }
    fn bits(self) -> u64 {
        self.to_bits()
    }
    fn is_finite(self) -> bool {
        f64::is_finite(self)
    }
    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value
    }
    #[inline(always)]
    fn exponential(self) -> Self {
        exponential::double(self)
    }
    fn values(values: Vec<Self>) -> Values {
        Values::F64(values)
    }
    fn from_values(values: Values) -> Option<Vec<Self>> {
        if let Values::F64(values) = values { Some(values) } else { None }
    }
}

/// A number type of input sums and weights.
pub(crate) trait Sum:
    Copy
    + Debug
    + Default
    + PartialEq
    + PartialOrd
    + Add<Output = Self>
    + Send
    + Sync
    + Serialize
    + DeserializeOwned
    + 'static
{
    /// Sums of several channels of an image in one number.
    type Word: Word<Sum = Self>;
    /// Bytes that hold every weight from 0 to `largest`: 1, 2, 4 or 8.
    fn weight_bytes(largest: Self) -> usize;
    /// A weight of at least 0 as bytes, little end first; those beyond [`Self::weight_bytes`] are 0.
    fn to_bytes(self) -> [u8; 8];
    /// The weight from as many bytes as were kept.
    fn from_bytes<const B: usize>(bytes: [u8; B]) -> Self;
    /// The weight from its user value (already whole where sums are whole).
    fn from_weight(weight: f64) -> Self;
    /// The sum of both, or the largest (smallest) number where it would be beyond.
    fn limited_add(self, weight: Self) -> Self;
    /// Whether `n` equal weights may be added at once, as `n` times the weight: where that is exact.
    const COUNTS: bool;
    /// The sum and `count` times the weight; exact where [`Sum::COUNTS`] is, and no sum overflows.
    fn add_times(self, weight: Self, count: u32) -> Self;
    /// The sum without the weight, where no sum can overflow.
    fn minus(self, weight: Self) -> Self;
    /// The sum and a small weight, where no sum can overflow.
    fn add_small(self, weight: i8) -> Self;
    /// The sum limited to `limit`, and whether it was above.
    fn saturate(self, limit: i32) -> (Self, bool);
}

impl Sum for i32 {
    type Word = u64;
    const COUNTS: bool = true;
    #[inline(always)]
    fn add_times(self, weight: Self, count: u32) -> Self {
        self.wrapping_add(weight.wrapping_mul(count as i32))
    }
    #[inline(always)]
    fn minus(self, weight: Self) -> Self {
        self.wrapping_sub(weight)
    }
    #[inline(always)]
    fn add_small(self, weight: i8) -> Self {
        self.wrapping_add(i32::from(weight))
    }
    fn weight_bytes(largest: Self) -> usize {
        match largest {
            ..256 => 1,
            256..65_536 => 2,
            _ => 4,
        }
    }
    fn to_bytes(self) -> [u8; 8] {
        i64::from(self).to_le_bytes()
    }
    #[inline(always)]
    fn from_bytes<const B: usize>(bytes: [u8; B]) -> Self {
        u64::from_le_bytes(padded(bytes)) as i32
    }
    fn from_weight(weight: f64) -> Self {
        weight as i32
    }
    #[inline]
    fn limited_add(self, weight: Self) -> Self {
        self.saturating_add(weight)
    }
    #[inline(always)]
    fn saturate(self, limit: i32) -> (Self, bool) {
        (self.min(limit), self > limit)
    }
}

impl Sum for f64 {
    type Word = f64;
    const COUNTS: bool = false;
    #[inline(always)]
    fn add_times(self, weight: Self, count: u32) -> Self {
        self + weight * f64::from(count)
    }
    #[inline(always)]
    fn minus(self, weight: Self) -> Self {
        self - weight
    }
    #[inline(always)]
    fn add_small(self, weight: i8) -> Self {
        self + f64::from(weight)
    }
    fn weight_bytes(_largest: Self) -> usize {
        8
    }
    fn to_bytes(self) -> [u8; 8] {
        self.to_le_bytes()
    }
    #[inline(always)]
    fn from_bytes<const B: usize>(bytes: [u8; B]) -> Self {
        f64::from_le_bytes(padded(bytes))
    }
    fn from_weight(weight: f64) -> Self {
        weight
    }
    #[inline]
    fn limited_add(self, weight: Self) -> Self {
        self + weight
    }
    #[inline(always)]
    fn saturate(self, _limit: i32) -> (Self, bool) {
        (self, false)
    }
}

/// The bytes, followed by zeros.
#[inline(always)]
fn padded<const B: usize>(bytes: [u8; B]) -> [u8; 8] {
    let mut all = [0; 8];
    all[..B].copy_from_slice(&bytes);
    all
}

/// A pairing of state and sums.
pub(crate) trait Arithmetic: Copy + Default + Send + Sync + 'static {
    /// Neuron state.
    type Real: Real;
    /// Input sums.
    type Sum: Sum;
    /// A sum as the neuron update reads it.
    fn read(sum: Self::Sum) -> Self::Real;
}

/// What the chip computes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Chip;

impl Arithmetic for Chip {
    type Real = f32;
    type Sum = i32;
    #[inline(always)]
    fn read(sum: i32) -> f32 {
        sum as f32
    }
}

/// What the equations say.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Reference;

impl Arithmetic for Reference {
    type Real = f64;
    type Sum = f64;
    #[inline(always)]
    fn read(sum: f64) -> f64 {
        sum
    }
}
