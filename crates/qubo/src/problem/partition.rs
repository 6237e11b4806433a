//! Number partitioning.

use super::{Decoded, Problem, check_couplings, check_length, spins};
use crate::ising::check_spins;
use crate::terms::narrow;
use crate::{Fraction, Ising, QuboError, Sense};

/// Two parts of a list of numbers whose sums differ by the least.
///
/// `(sum a_i s_i)^2`, so J_ij = 2 a_i a_j and offset = sum a_i^2 (Lucas, Frontiers in Physics 2, 2014, section 2.1): dense, and its
/// weights grow as the square of the numbers. The value of a state is the **square** of the difference; the numbers' absolute
/// sum may be at most 2^31 - 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// The numbers.
    pub numbers: Vec<i64>,
}

impl Problem for Partition {
    /// The part of every number.
    type Solution = Vec<bool>;

    fn sense(&self) -> Sense {
        Sense::Minimise
    }

    fn ising(&self) -> Result<Ising, QuboError> {
        let n = self.numbers.len();
        check_couplings((n as u128).pow(2) / 2, "partition fewer numbers")?;
        let product = |a: i64, b: i64| i128::from(a) * i128::from(b);
        // The square of the sum is what all coefficients add up to, so checking it checks them all.
        let total: i128 = self.numbers.iter().map(|a| i128::from(a.unsigned_abs())).sum();
        narrow("the square of the numbers' sum", total.saturating_mul(total))?;
        let offset = self.numbers.iter().map(|&a| product(a, a)).sum();
        let pairs = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j)));
        let couplings = pairs.map(|(i, j)| (i, j, 2 * self.numbers[i] * self.numbers[j]));
        Ising::new(vec![0; n], couplings)?.with_offset(narrow("the offset", offset)?)
    }

    fn encode(&self, solution: &Vec<bool>) -> Result<Vec<i8>, QuboError> {
        check_length(solution.len(), self.numbers.len())?;
        Ok(spins(solution.iter().copied()))
    }

    fn decode(&self, spins: &[i8]) -> Result<Decoded<Vec<bool>>, QuboError> {
        check_spins(spins, self.numbers.len())?;
        let parts: Vec<bool> = spins.iter().map(|&s| s > 0).collect();
        let difference = self.objective(&parts)?;
        Decoded::new(|| Ok((parts, difference)), Vec::new())
    }

    /// The absolute difference of the parts' sums.
    fn objective(&self, solution: &Vec<bool>) -> Result<Fraction, QuboError> {
        check_length(solution.len(), self.numbers.len())?;
        let signed = self.numbers.iter().zip(solution);
        let sum: i128 = signed.map(|(&a, &up)| if up { i128::from(a) } else { -i128::from(a) }).sum();
        Ok(Fraction::from(narrow("the difference", sum.abs())?))
    }
}
