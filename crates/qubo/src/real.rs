//! Ising problems in doubles, and the way from them to exact integers with an account of what it cost.

use crate::terms::{check_index, check_state, check_variables};
use crate::{Ising, QuboError};

/// Bits that the sum of all absolute integers may have, so that rounding cannot carry it beyond [`MAX_ENERGY`](crate::MAX_ENERGY).
const SUM_BITS: i32 = 61;

/// An Ising problem in doubles, as libraries that compute in floating point hand it over:
/// `energy(s) = sum_i h_i s_i + sum_{i<j} J_ij s_i s_j + offset`, to be minimised.
///
/// Solvers take its [`rounded`](Self::rounded) form; [`energy`](Self::energy) is what to report.
#[derive(Clone, Debug, PartialEq)]
pub struct RealIsing {
    fields: Vec<f64>,
    couplings: Vec<(usize, usize, f64)>,
    offset: f64,
}

/// An Ising problem in integers, in units of a power of two, and how far it is from the doubles it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Rounded {
    /// The integers, scale 1.
    pub ising: Ising,
    /// The integers' unit is two to this power.
    pub unit_log2: i32,
    /// How many of the coefficients were rounded; 0 means that energies are exact.
    pub n_rounded: usize,
    /// The largest change of one coefficient.
    pub max_error: f64,
    /// The sum of all changes: no energy is off by more.
    pub energy_error: f64,
}

impl Rounded {
    /// What an integer energy is in the doubles' unit, within [`energy_error`](Self::energy_error) and one rounding.
    pub fn to_real(&self, energy: i64) -> f64 {
        libm::ldexp(energy as f64, self.unit_log2)
    }
}

impl RealIsing {
    /// A problem with one variable per field, couplings `(i, j, J_ij)` that may repeat, and an offset. A coupling of a variable
    /// with itself is a constant.
    ///
    /// # Errors
    /// Unknown variables; numbers that are not finite, or add up to such.
    pub fn new(
        fields: Vec<f64>,
        couplings: impl IntoIterator<Item = (usize, usize, f64)>,
        offset: f64,
    ) -> Result<Self, QuboError> {
        check_variables(fields.len())?;
        let mut kept = Vec::new();
        let mut offset = offset;
        for (i, j, weight) in couplings {
            check_index("a coupling", i.max(j), fields.len())?;
            if i == j {
                offset += weight;
            } else {
                kept.push((i.min(j), i.max(j), weight));
            }
        }
        // A stable sort: what adds up is added in the order it was given.
        kept.sort_by_key(|&(i, j, _)| (i, j));
        kept.dedup_by(|next, sum| {
            let is_same = (next.0, next.1) == (sum.0, sum.1);
            if is_same {
                sum.2 += next.2;
            }
            is_same
        });
        check_finite("field", &mut fields.iter().copied())?;
        check_finite("coupling", &mut kept.iter().map(|c| c.2))?;
        check_finite("offset", &mut [offset].into_iter())?;
        Ok(Self { fields, couplings: kept, offset })
    }

    /// The problem `sum_i a_i x_i + sum b_ij x_i x_j + offset` over bits, with x = (1 + s) / 2. Halves and quarters are exact
    /// (but for subnormal numbers); their sums are rounded as doubles are.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn from_binary(
        linear: &[f64],
        pairs: impl IntoIterator<Item = (usize, usize, f64)>,
        offset: f64,
    ) -> Result<Self, QuboError> {
        let mut fields: Vec<f64> = linear.iter().map(|a| a / 2.0).collect();
        let mut offset = offset + fields.iter().sum::<f64>();
        let mut couplings = Vec::new();
        for (i, j, b) in pairs {
            check_index("a pair", i.max(j), linear.len())?;
            if i == j {
                fields[i] += b / 2.0;
                offset += b / 2.0;
            } else {
                fields[i] += b / 4.0;
                fields[j] += b / 4.0;
                offset += b / 4.0;
                couplings.push((i, j, b / 4.0));
            }
        }
        Self::new(fields, couplings, offset)
    }

    /// Number of spins.
    pub fn n(&self) -> usize {
        self.fields.len()
    }

    /// The energy of a state, added up in double precision, fields first.
    ///
    /// # Errors
    /// A state of the wrong length, or with values other than -1 and +1.
    pub fn energy(&self, spins: &[i8]) -> Result<f64, QuboError> {
        check_state(spins, self.n(), "-1 and +1", |v| v == 1 || v == -1)?;
        let fields: f64 = self.fields.iter().zip(spins).map(|(h, &s)| h * f64::from(s)).sum();
        let pair = |&(i, j, w): &(usize, usize, f64)| w * f64::from(spins[i]) * f64::from(spins[j]);
        Ok(fields + self.couplings.iter().map(pair).sum::<f64>() + self.offset)
    }

    /// The problem in integers. The unit is the largest power of two in which every coefficient is whole, so that nothing is
    /// rounded; where the sums would then not fit (0.1 beside 100 is enough), it is the smallest in which they do, and
    /// coefficients are rounded to the nearest, ties to even. Solutions may then differ from the doubles' by no more than
    /// twice [`Rounded::energy_error`].
    ///
    /// # Errors
    /// None that is known for what [`new`](Self::new) took; an integer sum that does not fit would be one.
    pub fn rounded(&self) -> Result<Rounded, QuboError> {
        self.in_units_of(self.unit_log2())
    }

    /// The problem in integers that are no larger than the limits, for machines that have few bits: every coupling, and everything that a
    /// spin can ever feel ([`Ising::max_local_field`]). The unit grows from that of [`rounded`](Self::rounded) until they are.
    ///
    /// # Errors
    /// As [`rounded`](Self::rounded).
    pub fn rounded_within(&self, max_coupling: i64, max_local_field: i64) -> Result<Rounded, QuboError> {
        let mut unit_log2 = self.unit_log2();
        loop {
            let rounded = self.in_units_of(unit_log2)?;
            let coupling = rounded.ising.couplings().map(|(_, _, w)| w.abs()).max().unwrap_or(0);
            let sizes = [(coupling, max_coupling), (rounded.ising.max_local_field(), max_local_field)];
            if sizes.iter().all(|(size, limit)| size <= limit) {
                return Ok(rounded);
            }
            // What is twice too large needs a unit twice as large at least.
            let bits = sizes.map(|(size, limit)| (size / limit.max(1)).checked_ilog2().unwrap_or(0));
            unit_log2 += bits[0].max(bits[1]).max(1) as i32;
        }
    }

    fn in_units_of(&self, unit_log2: i32) -> Result<Rounded, QuboError> {
        let mut cost = Cost { unit_log2, n_rounded: 0, max_error: 0.0, energy_error: 0.0 };
        let fields = self.fields.iter().map(|&h| cost.round(h)).collect();
        let couplings: Vec<_> = self.couplings.iter().map(|&(i, j, w)| (i, j, cost.round(w))).collect();
        let offset = cost.round(self.offset);
        let ising = Ising::new(fields, couplings)?.with_offset(offset)?;
        let Cost { n_rounded, max_error, energy_error, .. } = cost;
        Ok(Rounded { ising, unit_log2, n_rounded, max_error, energy_error })
    }

    fn coefficients(&self) -> impl Iterator<Item = f64> + '_ {
        let couplings = self.couplings.iter().map(|c| c.2);
        self.fields.iter().copied().chain(couplings).chain([self.offset]).filter(|&v| v != 0.0)
    }

    fn unit_log2(&self) -> i32 {
        let Some(lowest) = self.coefficients().map(lowest_bit).min() else { return 0 };
        let highest = self.coefficients().map(|v| libm::frexp(v).1).max().unwrap_or(0);
        // In units of the largest coefficient the sum cannot overflow.
        let sum: f64 = self.coefficients().map(|v| libm::ldexp(v.abs(), -highest)).sum();
        let fits = highest + libm::frexp(sum).1 - SUM_BITS;
        // Whole numbers stay as they are: a coarser unit than 1 would help nobody.
        lowest.min(0).max(fits)
    }
}

/// Counts what rounding costs.
struct Cost {
    unit_log2: i32,
    n_rounded: usize,
    max_error: f64,
    energy_error: f64,
}

impl Cost {
    fn round(&mut self, value: f64) -> i64 {
        let rounded = libm::ldexp(value, -self.unit_log2).round_ties_even();
        let error = (value - libm::ldexp(rounded, self.unit_log2)).abs();
        self.n_rounded += usize::from(error > 0.0);
        self.max_error = self.max_error.max(error);
        self.energy_error += error;
        rounded as i64
    }
}

/// The power of two of the lowest bit of a finite double other than 0.
fn lowest_bit(value: f64) -> i32 {
    let (fraction, exponent) = libm::frexp(value);
    // A fraction has 53 bits, so this is whole.
    let whole = libm::ldexp(fraction.abs(), 53) as u64;
    exponent - 53 + whole.trailing_zeros() as i32
}

fn check_finite(what: &'static str, values: &mut dyn Iterator<Item = f64>) -> Result<(), QuboError> {
    match values.enumerate().find(|(_, v)| !v.is_finite()) {
        Some((index, value)) => Err(QuboError::NotFinite { what, index, value: value.to_string() }),
        None => Ok(()),
    }
}
