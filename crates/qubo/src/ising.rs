//! The Ising form: fields and couplings of spins, kept row by row.

use crate::terms::{Pair, check_index, check_state, check_sum, check_variables, merge, narrow};
use crate::value::{checked_scale, common_factor};
use crate::{Fraction, QuboError, Sense};

/// An Ising problem in exact integers, always in the form that is **minimised**:
///
/// `energy(s) = sum_i h_i s_i + sum_{i<j} J_ij s_i s_j + offset`, with s_i = -1 or +1.
///
/// What the energy means to whoever stated the problem is [`value`](Self::value): `energy / scale`, negated where the
/// problem is one of [`Sense::Maximise`]. A solver minimises `energy` and need look at neither.
///
/// The absolute values of h, J and offset add up to at most [`MAX_ENERGY`](crate::MAX_ENERGY), so every partial sum, energy,
/// local field and doubled local field fits an `i64`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ising {
    fields: Vec<i64>,
    row_starts: Vec<usize>,
    columns: Vec<u32>,
    couplings: Vec<i64>,
    offset: i64,
    scale: i64,
    sense: Sense,
}

impl Ising {
    /// A problem with one variable per field and the given couplings `(i, j, J_ij)`, offset 0, scale 1, minimised.
    ///
    /// Couplings of the same two variables, in either order, add up; those that add up to 0 are dropped. A coupling of a
    /// variable with itself is a constant (s_i s_i = 1) and goes to the offset.
    ///
    /// # Errors
    /// Unknown variables, more than 2^32 - 1 of them, sums beyond [`MAX_ENERGY`](crate::MAX_ENERGY).
    pub fn new(
        fields: Vec<i64>,
        couplings: impl IntoIterator<Item = (usize, usize, i64)>,
    ) -> Result<Self, QuboError> {
        let n = fields.len();
        check_variables(n)?;
        let (mut pairs, mut offset) = (Vec::new(), 0i128);
        for (i, j, weight) in couplings {
            check_index("a coupling", i.max(j), n)?;
            if i == j {
                offset += i128::from(weight);
            } else {
                pairs.push((i as u32, j as u32, weight));
            }
        }
        let pairs = merge(pairs)?;
        let offset = narrow("the offset", offset)?;
        check_sum(&fields, pairs.iter().map(|p| p.2), offset)?;
        let (row_starts, columns, couplings) = rows(n, &pairs);
        Ok(Self { fields, row_starts, columns, couplings, offset, scale: 1, sense: Sense::Minimise })
    }

    /// The same problem with `offset`, in units of 1 / scale, added to every energy.
    ///
    /// # Errors
    /// A sum beyond [`MAX_ENERGY`](crate::MAX_ENERGY).
    pub fn with_offset(mut self, offset: i64) -> Result<Self, QuboError> {
        self.offset = narrow("the offset", i128::from(self.offset) + i128::from(offset))?;
        check_sum(&self.fields, self.couplings().map(|c| c.2), self.offset)?;
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

    /// The same energies, whose meaning is an objective of this sense: see [`value`](Self::value).
    pub fn with_sense(mut self, sense: Sense) -> Self {
        self.sense = sense;
        self
    }

    /// The same problem with the common factor of fields, couplings, offset and scale taken out: smaller weights, equal values.
    pub fn reduced(mut self) -> Self {
        let all = self.fields.iter().chain(&self.couplings).chain([&self.offset]);
        let factor = common_factor(self.scale, all);
        self.fields.iter_mut().chain(&mut self.couplings).for_each(|v| *v /= factor);
        self.offset /= factor;
        self.scale /= factor;
        self
    }

    /// Number of spins.
    pub fn n(&self) -> usize {
        self.fields.len()
    }

    /// Number of pairs of spins with a coupling.
    pub fn n_couplings(&self) -> usize {
        self.columns.len() / 2
    }

    /// The fields h_i.
    pub fn fields(&self) -> &[i64] {
        &self.fields
    }

    /// The neighbours of spin `i`, ascending, and the couplings to them. Couplings are symmetric: each is in two rows.
    ///
    /// # Panics
    /// If there is no such spin.
    pub fn row(&self, i: usize) -> (&[u32], &[i64]) {
        let range = self.row_starts[i]..self.row_starts[i + 1];
        (&self.columns[range.clone()], &self.couplings[range])
    }

    /// Every coupling once: `(i, j, J_ij)` with i < j, ascending.
    pub fn couplings(&self) -> impl Iterator<Item = (usize, usize, i64)> + '_ {
        (0..self.n()).flat_map(move |i| {
            let (columns, couplings) = self.row(i);
            let first = columns.partition_point(|&j| j as usize <= i);
            columns[first..].iter().zip(&couplings[first..]).map(move |(&j, &w)| (i, j as usize, w))
        })
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

    /// Number of neighbours of spin `i`.
    ///
    /// # Panics
    /// If there is no such spin.
    pub fn degree(&self, i: usize) -> usize {
        self.row_starts[i + 1] - self.row_starts[i]
    }

    /// The largest number of neighbours; 0 without spins.
    pub fn max_degree(&self) -> usize {
        (0..self.n()).map(|i| self.degree(i)).max().unwrap_or(0)
    }

    /// The sum of the absolute couplings of spin `i`.
    ///
    /// # Panics
    /// If there is no such spin.
    pub fn weighted_degree(&self, i: usize) -> i64 {
        self.row(i).1.iter().map(|w| w.abs()).sum()
    }

    /// The largest [`weighted_degree`](Self::weighted_degree); 0 without spins.
    pub fn max_weighted_degree(&self) -> i64 {
        (0..self.n()).map(|i| self.weighted_degree(i)).max().unwrap_or(0)
    }

    /// The largest absolute coupling: what a weight format has to hold; 0 without couplings.
    pub fn max_coupling(&self) -> i64 {
        self.couplings.iter().map(|w| w.abs()).max().unwrap_or(0)
    }

    /// The largest absolute [`local_field`](Self::local_field) that any spin can ever feel: field and couplings. Half of the
    /// largest energy that one flip can cost is no larger.
    pub fn max_local_field(&self) -> i64 {
        (0..self.n()).map(|i| self.fields[i].abs() + self.weighted_degree(i)).max().unwrap_or(0)
    }

    /// The energy of a state, exactly, in units of 1 / scale.
    ///
    /// # Errors
    /// A state of the wrong length, or with values other than -1 and +1.
    pub fn energy(&self, spins: &[i8]) -> Result<i64, QuboError> {
        check_spins(spins, self.n())?;
        let mut twice = 0i128;
        for (i, &s) in spins.iter().enumerate() {
            // Row sums meet every coupling twice and a field once.
            let field = self.local_field(spins, i);
            twice += i128::from(s) * (i128::from(field) + i128::from(self.fields[i]));
        }
        Ok((twice / 2) as i64 + self.offset)
    }

    /// What spin `i` feels: h_i + sum_j J_ij s_j. Flipping it changes the energy by -2 s_i times this.
    ///
    /// # Panics
    /// If there is no such spin, or the state is too short. Values other than -1 and +1 are the caller's fault.
    pub fn local_field(&self, spins: &[i8], i: usize) -> i64 {
        let (columns, couplings) = self.row(i);
        let sum: i64 = columns.iter().zip(couplings).map(|(&j, &w)| w * i64::from(spins[j as usize])).sum();
        self.fields[i] + sum
    }

    /// By how much the energy changes when spin `i` flips: -2 s_i local_field(i).
    ///
    /// # Panics
    /// As [`local_field`](Self::local_field).
    pub fn flip_delta(&self, spins: &[i8], i: usize) -> i64 {
        -2 * i64::from(spins[i]) * self.local_field(spins, i)
    }

    /// The highest energy of states that are worth `value` or better: what a solver's target has to be.
    pub fn energy_worth(&self, value: Fraction) -> i64 {
        let sign = if self.sense == Sense::Maximise { -1 } else { 1 };
        let energy = sign * i128::from(value.numerator()) * i128::from(self.scale);
        let rounded = energy.div_euclid(value.denominator().into());
        rounded.clamp(i64::MIN.into(), i64::MAX.into()) as i64
    }

    /// What an energy means: `energy / scale`, negated for [`Sense::Maximise`].
    pub fn value(&self, energy: i64) -> Fraction {
        Fraction::of_energy(energy, self.scale, self.sense)
    }
}

/// Refuses a state of the wrong length or with values other than -1 and +1.
pub(crate) fn check_spins(spins: &[i8], n: usize) -> Result<(), QuboError> {
    check_state(spins, n, "-1 and +1", |v| v == 1 || v == -1)
}

/// Row starts, columns and couplings of the symmetric matrix whose upper triangle is `pairs`, sorted.
fn rows(n: usize, pairs: &[Pair]) -> (Vec<usize>, Vec<u32>, Vec<i64>) {
    let mut starts = vec![0usize; n + 1];
    for &(i, j, _) in pairs {
        starts[i as usize + 1] += 1;
        starts[j as usize + 1] += 1;
    }
    for i in 0..n {
        starts[i + 1] += starts[i];
    }
    let mut next = starts.clone();
    let (mut columns, mut couplings) = (vec![0u32; 2 * pairs.len()], vec![0i64; 2 * pairs.len()]);
    let mut put = |row: u32, column: u32, weight: i64| {
        let at = &mut next[row as usize];
        (columns[*at], couplings[*at]) = (column, weight);
        *at += 1;
    };
    // Sorted pairs fill a row's smaller neighbours first, as long as they come before its larger ones: two passes.
    pairs.iter().for_each(|&(i, j, w)| put(j, i, w));
    pairs.iter().for_each(|&(i, j, w)| put(i, j, w));
    (starts, columns, couplings)
}
