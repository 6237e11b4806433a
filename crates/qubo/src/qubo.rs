//! The QUBO form: quadratic unconstrained binary optimisation, and its exact conversions from and to the Ising form.

use crate::polynomial::Polynomial;
use crate::terms::{Pair, check_index, check_state, check_sum, narrow};
use crate::value::{checked_scale, common_factor};
use crate::{Fraction, Ising, QuboError, Sense};

/// How a list of matrix entries is meant. Files of all three kinds circulate and look alike, so this is never guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Convention {
    /// Row at most column; an entry is the whole coefficient of x_i x_j. dimod's and D-Wave's `.qubo` files'.
    UpperTriangular,
    /// One triangle of a symmetric matrix is listed; an off-diagonal entry counts twice. OR-Library's and BiqMac's.
    HalfOfSymmetric,
    /// All entries of the matrix in x'Qx are listed, each counts once; (i, j) and (j, i) add up.
    Full,
}

/// A QUBO in exact integers, always in the form that is **minimised**:
///
/// `energy(x) = sum_i a_i x_i + sum_{i<j} b_ij x_i x_j + offset`, with x_i = 0 or 1.
///
/// What the energy means is [`value`](Self::value), as for [`Ising`]; the same bound on the sum of coefficients holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Qubo {
    linear: Vec<i64>,
    pairs: Vec<Pair>,
    offset: i64,
    scale: i64,
    sense: Sense,
}

impl Qubo {
    /// Sorted, merged terms, minimised, scale 1.
    pub(crate) fn of_terms(linear: Vec<i64>, pairs: Vec<Pair>, offset: i64) -> Result<Self, QuboError> {
        check_sum(&linear, pairs.iter().map(|p| p.2), offset)?;
        Ok(Self { linear, pairs, offset, scale: 1, sense: Sense::Minimise })
    }

    /// The polynomial with linear coefficients a_i and pair coefficients `(i, j, b_ij)`, offset 0, scale 1, minimised. Pairs of the
    /// same variables add up; a pair of a variable with itself is linear, since x x = x.
    ///
    /// # Errors
    /// Unknown variables, more than 2^32 - 1 of them, sums beyond [`MAX_ENERGY`](crate::MAX_ENERGY).
    pub fn new(
        linear: Vec<i64>,
        pairs: impl IntoIterator<Item = (usize, usize, i64)>,
    ) -> Result<Self, QuboError> {
        let n = linear.len();
        let mut sum = Polynomial::new(n)?;
        sum.linear = linear.into_iter().map(i128::from).collect();
        for (i, j, weight) in pairs {
            check_index("a pair", i.max(j), n)?;
            sum.add(i, j, weight);
        }
        sum.finish()
    }

    /// x'Qx of the matrix with the given entries `(row, column, q)`, which mean what `convention` says.
    ///
    /// # Errors
    /// As [`new`](Self::new); entries that the convention does not allow.
    pub fn from_matrix(
        n: usize,
        entries: impl IntoIterator<Item = (usize, usize, i64)>,
        convention: Convention,
    ) -> Result<Self, QuboError> {
        let mut sum = Polynomial::new(n)?;
        let mut sides = [None; 2];
        for (row, column, q) in entries {
            check_index("a matrix entry", row.max(column), n)?;
            check_convention(row, column, convention, &mut sides)?;
            sum.add(row, column, q);
            if convention == Convention::HalfOfSymmetric && row != column {
                sum.add(row, column, q);
            }
        }
        sum.finish()
    }

    /// The QUBO whose energies, over the scale, are those of `ising` with s = 2 x - 1, exactly.
    ///
    /// # Errors
    /// Sums beyond [`MAX_ENERGY`](crate::MAX_ENERGY): coefficients grow by up to four.
    pub fn from_ising(ising: &Ising) -> Result<Self, QuboError> {
        let mut sum = Polynomial::new(ising.n())?;
        sum.offset = i128::from(ising.offset());
        for (i, &h) in ising.fields().iter().enumerate() {
            sum.linear[i] += 2 * i128::from(h);
            sum.offset -= i128::from(h);
        }
        for (i, j, w) in ising.couplings() {
            let b = narrow("a coefficient", 4 * i128::from(w))?;
            sum.pairs.push((i as u32, j as u32, b));
            sum.linear[i] -= 2 * i128::from(w);
            sum.linear[j] -= 2 * i128::from(w);
            sum.offset += i128::from(w);
        }
        Ok(sum.finish()?.with_scale(ising.scale())?.with_sense(ising.sense()).reduced())
    }

    /// The Ising problem whose energies, over the scale, are those of this with x = (1 + s) / 2, exactly: the scale grows by four
    /// and what is common is taken out again.
    ///
    /// # Errors
    /// Sums beyond [`MAX_ENERGY`](crate::MAX_ENERGY).
    pub fn to_ising(&self) -> Result<Ising, QuboError> {
        let mut fields: Vec<i128> = self.linear.iter().map(|&a| 2 * i128::from(a)).collect();
        let mut offset = 4 * i128::from(self.offset) + fields.iter().sum::<i128>();
        for &(i, j, b) in &self.pairs {
            fields[i as usize] += i128::from(b);
            fields[j as usize] += i128::from(b);
            offset += i128::from(b);
        }
        let fields = fields.into_iter().map(|h| narrow("a field", h)).collect::<Result<Vec<_>, _>>()?;
        let scale = narrow("the scale", 4 * i128::from(self.scale))?;
        let ising = Ising::new(fields, self.pairs())?.with_offset(narrow("the offset", offset)?)?;
        Ok(ising.with_scale(scale)?.with_sense(self.sense).reduced())
    }

    /// The same problem with `offset`, in units of 1 / scale, added to every energy.
    ///
    /// # Errors
    /// A sum beyond [`MAX_ENERGY`](crate::MAX_ENERGY).
    pub fn with_offset(mut self, offset: i64) -> Result<Self, QuboError> {
        self.offset = narrow("the offset", i128::from(self.offset) + i128::from(offset))?;
        check_sum(&self.linear, self.pairs.iter().map(|p| p.2), self.offset)?;
        Ok(self)
    }

    /// The same integers, meant as multiples of 1 / `scale`.
    ///
    /// # Errors
    /// A scale below 1.
    pub fn with_scale(mut self, scale: i64) -> Result<Self, QuboError> {
        self.scale = checked_scale(scale)?;
        Ok(self)
    }

    /// The same energies, whose meaning is an objective of this sense.
    pub fn with_sense(mut self, sense: Sense) -> Self {
        self.sense = sense;
        self
    }

    /// The same problem with the common factor of all coefficients and the scale taken out.
    pub fn reduced(mut self) -> Self {
        let pairs = self.pairs.iter().map(|p| &p.2);
        let all = self.linear.iter().chain(pairs).chain([&self.offset]);
        let factor = common_factor(self.scale, all);
        self.linear.iter_mut().for_each(|v| *v /= factor);
        self.pairs.iter_mut().for_each(|p| p.2 /= factor);
        self.offset /= factor;
        self.scale /= factor;
        self
    }

    /// Number of variables.
    pub fn n(&self) -> usize {
        self.linear.len()
    }

    /// Number of pairs of variables with a coefficient other than 0.
    pub fn n_pairs(&self) -> usize {
        self.pairs.len()
    }

    /// The linear coefficients a_i: the diagonal of the upper-triangular matrix.
    pub fn linear(&self) -> &[i64] {
        &self.linear
    }

    /// The pair coefficients `(i, j, b_ij)` with i < j, ascending: the upper-triangular matrix off its diagonal.
    pub fn pairs(&self) -> impl Iterator<Item = (usize, usize, i64)> + '_ {
        self.pairs.iter().map(|&(i, j, b)| (i as usize, j as usize, b))
    }

    /// What is added to every energy.
    pub fn offset(&self) -> i64 {
        self.offset
    }

    /// What an energy is divided by to give a value; at least 1.
    pub fn scale(&self) -> i64 {
        self.scale
    }

    /// Which way values are better. Energies are always minimised.
    pub fn sense(&self) -> Sense {
        self.sense
    }

    /// The energy of a state, exactly, in units of 1 / scale.
    ///
    /// # Errors
    /// A state of the wrong length, or with values other than 0 and 1.
    pub fn energy(&self, bits: &[u8]) -> Result<i64, QuboError> {
        check_state(bits, self.n(), "0 and 1", |v| v == 0 || v == 1)?;
        let linear: i64 = self.linear.iter().zip(bits).map(|(&a, &x)| a * i64::from(x)).sum();
        let is_on = |&&(i, j, _): &&Pair| bits[i as usize] & bits[j as usize] == 1;
        Ok(linear + self.pairs.iter().filter(is_on).map(|p| p.2).sum::<i64>() + self.offset)
    }

    /// What an energy means: `energy / scale`, negated for [`Sense::Maximise`].
    pub fn value(&self, energy: i64) -> Fraction {
        Fraction::of_energy(energy, self.scale, self.sense)
    }
}

/// The spins s = 2 x - 1 of bits; every bit other than 0 counts as 1.
pub fn spins_of_bits(bits: &[u8]) -> Vec<i8> {
    bits.iter().map(|&x| if x == 0 { -1 } else { 1 }).collect()
}

/// The bits x = (1 + s) / 2 of spins; every spin above 0 counts as +1.
pub fn bits_of_spins(spins: &[i8]) -> Vec<u8> {
    spins.iter().map(|&s| u8::from(s > 0)).collect()
}

/// Refuses what the convention does not allow. `sides` keeps the first entry seen below and above the diagonal.
fn check_convention(
    row: usize,
    column: usize,
    convention: Convention,
    sides: &mut [Option<(usize, usize)>; 2],
) -> Result<(), QuboError> {
    let refuse = |reason| Err(QuboError::Convention { row, column, reason });
    if row != column {
        sides[usize::from(row < column)].get_or_insert((row, column));
    }
    match convention {
        Convention::UpperTriangular if row > column => {
            refuse("below the diagonal, where an upper-triangular matrix has nothing")
        }
        Convention::HalfOfSymmetric if sides.iter().all(Option::is_some) => {
            refuse("on the other side of the diagonal than earlier ones, where only one triangle is listed")
        }
        _ => Ok(()),
    }
}
