//! Exact values of objectives: whole numbers over a common denominator.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

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
    pub fn is_better<T: PartialOrd + Copy>(self, a: T, b: T) -> bool {
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

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> Ordering {
        let crosswise = |a: i64, b: i64| i128::from(a) * i128::from(b);
        crosswise(self.numerator, other.denominator).cmp(&crosswise(other.numerator, self.denominator))
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl FromStr for Fraction {
    type Err = QuboError;

    /// A whole number, a decimal or a fraction: `11624`, `-2.5`, `5/2`.
    fn from_str(text: &str) -> Result<Self, QuboError> {
        let text = text.trim();
        let parsed = match text.split_once('/') {
            Some((above, below)) => above.parse().ok().zip(below.parse().ok().filter(|&b: &i64| b >= 1)),
            None => decimal(text),
        };
        let no_value = || QuboError::NoValue { found: text.to_owned() };
        parsed.map(|(above, below)| Self::new(above, below)).ok_or_else(no_value)
    }
}

/// A decimal as a whole number over a power of ten.
fn decimal(text: &str) -> Option<(i64, i64)> {
    let (whole, places) = text.split_once('.').unwrap_or((text, ""));
    let is_digits =
        places.bytes().all(|b| b.is_ascii_digit()) && whole.ends_with(|c: char| c.is_ascii_digit());
    let digits = format!("{whole}{places}").parse().ok().filter(|_| is_digits)?;
    Some((digits, 10i64.checked_pow(u32::try_from(places.len()).ok()?)?))
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
