//! Exact values of objectives: whole numbers over a common denominator.

use std::fmt;

use crate::QuboError;

/// Which way an objective is better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sense {
    /// Smaller is better.
    #[default]
    Minimise,
    /// Larger is better.
    Maximise,
}

impl Sense {
    /// Whether `a` is better than `b`.
    pub fn is_better(self, a: i64, b: i64) -> bool {
        match self {
            Self::Minimise => a < b,
            Self::Maximise => a > b,
        }
    }
}

/// An exact fraction in lowest terms, its denominator at least 1. No unit: the problem's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fraction {
    numerator: i64,
    denominator: i64,
}

impl Fraction {
    /// `numerator / denominator` in lowest terms. A denominator below 1 counts as 1: callers hold scales, which are at least 1.
    pub fn new(numerator: i64, denominator: i64) -> Self {
        let denominator = denominator.max(1);
        // The factor divides a positive i64, so it fits one.
        let factor = gcd(numerator.unsigned_abs(), denominator.unsigned_abs()) as i64;
        Self { numerator: numerator / factor, denominator: denominator / factor }
    }

    /// What an energy to be minimised means: `energy / scale`, negated where values are to be maximised.
    pub(crate) fn of_energy(energy: i64, scale: i64, sense: Sense) -> Self {
        match sense {
            Sense::Minimise => Self::new(energy, scale),
            Sense::Maximise => Self::new(energy.saturating_neg(), scale),
        }
    }

    /// Above the line.
    pub fn numerator(self) -> i64 {
        self.numerator
    }

    /// Below the line, at least 1.
    pub fn denominator(self) -> i64 {
        self.denominator
    }

    /// The value if it is whole.
    pub fn as_integer(self) -> Option<i64> {
        (self.denominator == 1).then_some(self.numerator)
    }

    /// The nearest double, up to one rounding of each part and one of the quotient.
    pub fn to_f64(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }
}

impl From<i64> for Fraction {
    fn from(whole: i64) -> Self {
        Self { numerator: whole, denominator: 1 }
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_integer() {
            Some(whole) => write!(f, "{whole}"),
            None => write!(f, "{}/{}", self.numerator, self.denominator),
        }
    }
}

/// The greatest common divisor; of 0 and a number the number.
pub(crate) fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// The greatest factor that coefficients and their scale have in common.
pub(crate) fn common_factor<'a>(scale: i64, coefficients: impl Iterator<Item = &'a i64>) -> i64 {
    coefficients.fold(scale.unsigned_abs(), |factor, v| gcd(factor, v.unsigned_abs())) as i64
}

/// A scale, if it is one.
pub(crate) fn checked_scale(scale: i64) -> Result<i64, QuboError> {
    if scale >= 1 {
        return Ok(scale);
    }
    let allowed = "at least 1".to_owned();
    Err(QuboError::OutOfRange { what: "the scale", found: scale.into(), allowed })
}
