//! Sums of linear and pairwise integer terms: what the Ising and the QUBO form have in common.

use crate::{MAX_ENERGY, QuboError};

/// The most variables that a problem may have: indices are kept in 32 bits.
pub const MAX_VARIABLES: usize = u32::MAX as usize;

/// One term `weight * v_i * v_j`.
pub(crate) type Pair = (u32, u32, i64);

/// Refuses more variables than indices can name.
pub(crate) fn check_variables(n: usize) -> Result<(), QuboError> {
    if n <= MAX_VARIABLES {
        return Ok(());
    }
    Err(QuboError::TooMany {
        what: "variables",
        amount: n as u128,
        limit: MAX_VARIABLES as u128,
        remedy: "split the problem",
    })
}

/// Refuses indices that do not exist.
pub(crate) fn check_index(what: &'static str, index: usize, n: usize) -> Result<(), QuboError> {
    if index < n { Ok(()) } else { Err(QuboError::NoSuchVariable { what, index, n }) }
}

/// A sum as `i64`, if it is not beyond [`MAX_ENERGY`].
pub(crate) fn narrow(what: &'static str, value: i128) -> Result<i64, QuboError> {
    if value.unsigned_abs() > MAX_ENERGY as u128 {
        return Err(QuboError::NotExact { what, amount: value.unsigned_abs() });
    }
    Ok(value as i64)
}

/// Pairs with the smaller index first, sorted, those of the same variables added up, zeros dropped.
pub(crate) fn merge(mut pairs: Vec<Pair>) -> Result<Vec<Pair>, QuboError> {
    for pair in &mut pairs {
        *pair = (pair.0.min(pair.1), pair.0.max(pair.1), pair.2);
    }
    pairs.sort_unstable_by_key(|&(i, j, _)| (i, j));
    let mut merged = Vec::with_capacity(pairs.len());
    for same in pairs.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let sum: i128 = same.iter().map(|p| i128::from(p.2)).sum();
        let weight = narrow("the sum of the terms of one pair of variables", sum)?;
        if weight != 0 {
            merged.push((same[0].0, same[0].1, weight));
        }
    }
    Ok(merged)
}

/// Refuses terms whose absolute values add up to more than [`MAX_ENERGY`].
pub(crate) fn check_sum(
    linear: &[i64],
    pairs: impl Iterator<Item = i64>,
    offset: i64,
) -> Result<(), QuboError> {
    let absolute = |sum: i128, value: i64| sum + i128::from(value.unsigned_abs());
    let sum = linear.iter().copied().chain(pairs).fold(absolute(0, offset), absolute);
    narrow("the sum of all absolute coefficients", sum).map(|_| ())
}

/// Refuses a state of the wrong length or with a value that `is_allowed` does not allow.
pub(crate) fn check_state<T: Copy + Into<i64>>(
    state: &[T],
    n: usize,
    allowed: &'static str,
    is_allowed: impl Fn(i64) -> bool,
) -> Result<(), QuboError> {
    if state.len() != n {
        return Err(QuboError::WrongLength { found: state.len(), expected: n });
    }
    match state.iter().position(|&v| !is_allowed(v.into())) {
        Some(index) => Err(QuboError::WrongValue { index, found: state[index].into(), allowed }),
        None => Ok(()),
    }
}
